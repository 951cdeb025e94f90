use serde_json::{Map, Value};

use super::boundaries;
use super::data::MapData;
use super::fill::Classed;
use super::grid;
use super::spec::{MapKind, MapSpec};
use crate::model::json::json;
use crate::model::{Language, json};
use crate::render::figure::Fill;
use crate::render::palette::Texture;

/// Returns the content of a map as structured data: its classes with bounds, colours and number of areas, the value of
/// each area that is not masked, and the sources.
pub(super) fn record(spec: &MapSpec, data: &MapData, classed: &Classed) -> Map<String, Value> {
    let intervals = classed.scale.as_ref().map(|scale| &scale.intervals);
    let classes = classed.classes.iter().enumerate().map(|(position, class)| {
        // Lines over the colour of a category; without one they say that there is no number to show.
        let is_category = position < classed.ordered;
        let (color, texture) = match class.fill {
            Fill::Solid(color) => (Some(color), None),
            Fill::Hatch { ground, .. } if is_category => (Some(ground), Texture::Striped.word()),
            Fill::CrossHatch { ground, .. } if is_category => (Some(ground), Texture::Crossed.word()),
            Fill::None | Fill::Hatch { .. } | Fill::CrossHatch { .. } => (None, None),
        };
        json!({
            "label": class.label,
            // The class beyond the last break has no upper bound.
            "upper": intervals.and_then(|own| own.uppers.get(position)).filter(|upper| upper.is_finite()),
            "holds": intervals.and_then(|own| own.held.get(position)).copied().flatten(),
            "color": color.map(|color| color.to_string()),
            "texture": texture,
            "areas": class.areas,
        })
    });
    let areas = data.areas.len();
    let panels = data.panels().into_iter().enumerate().map(|(position, panel)| {
        let own = (0..areas).map(|area| {
            let at = position * areas + area;
            let is_masked = panel.masked.get(area).copied().unwrap_or(false);
            let value = match spec.kind {
                _ if is_masked => Value::Null,
                MapKind::QuotaProgress => panel
                    .progress
                    .get(area)
                    .copied()
                    .flatten()
                    .map_or(Value::Null, |progress| json!({ "done": progress.done, "quota": progress.quota })),
                MapKind::Categorical | MapKind::Local => json!(panel.categories.get(area).cloned().flatten()),
                MapKind::Choropleth | MapKind::Bivariate | MapKind::ValueByAlpha | MapKind::Plain => {
                    number(panel.values.get(area).copied().flatten())
                }
            };
            let class = classed.classes.get(classed.of_area[at]).map(|class| &class.label);
            let Some(named) = data.areas.areas.get(area) else { return Value::Null };
            let printed = &classed.texts[at];
            let mut facts =
                json!({ "id": named.id, "name": named.name, "value": value, "class": class, "printed": printed });
            if let (Some(other), Some(facts)) = (panel.others.get(area), facts.as_object_mut()) {
                facts.insert("other".to_owned(), number(other.filter(|_| !is_masked)));
            }
            facts
        });
        Value::Array(own.collect())
    });
    let title = |position: usize| data.multiples.get(position).map(|panel| panel.title.clone());
    let panels = panels.enumerate().map(|(position, areas)| json!({ "title": title(position), "areas": areas }));
    let mut record = Map::new();
    let reference = data.areas.reference;
    for (key, value) in [
        ("kind", json!(spec.kind)),
        ("column", json!(spec.column)),
        ("programme", json!(spec.programme)),
        ("unit", json!(spec.unit)),
        (
            "scheme",
            json!(if spec.classes.breaks.is_empty() { spec.classes.scheme.to_string() } else { "breaks".to_owned() }),
        ),
        ("classes", Value::Array(classes.collect())),
        ("panels", Value::Array(panels.collect())),
        ("projection", json!(grid::describe(reference, Language::En))),
        ("reference", json!(reference.to_string())),
        ("as_of", json!(data.as_of.map(|day| day.to_string()))),
        ("sources", json!(spec.source.iter().chain(&data.sources).collect::<Vec<_>>())),
        ("boundaries", json!(data.boundary_attribution)),
        ("boundary_layers", boundaries::record(spec, data)),
        ("review_number", json!(spec.review_number.as_ref().or(data.review_number.as_ref()))),
        ("synthetic", json!(data.synthetic)),
    ] {
        record.insert(key.to_owned(), value);
    }
    record
}

fn number(value: Option<f64>) -> Value {
    value.map_or(Value::Null, json::number)
}

use super::Overlay;
use crate::model::{Areas, Language};
use crate::render::PageRect;
use crate::render::figure::{Fill, Item, Outline, Shape, Stroke};
use crate::render::map::SEAM_MM;
use crate::render::map::data::MapData;
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;

/// A park smaller than this is drawn as a round mark of this width.
const LEAST_PARK_MM: f64 = 1.2;
const LINE_MM: f64 = 0.35;

struct Parks<'a> {
    spec: &'a MapSpec,
    layers: &'a [Areas],
}

/// Makes the overlay of parks 园区: their outlines, or round marks where they are too small to be seen.
pub(super) fn parks<'a>(spec: &'a MapSpec, data: &'a MapData) -> Option<Box<dyn Overlay + 'a>> {
    (!data.parks.is_empty()).then(|| Box::new(Parks { spec, layers: &data.parks }) as Box<dyn Overlay>)
}

impl Overlay for Parks<'_> {
    fn id(&self) -> &'static str {
        "parks"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let entries = self.layers.iter().enumerate().map(|(position, layer)| LegendEntry {
            count: self.spec.legend.counts.then_some(layer.len()),
            ..LegendEntry::swatch(layer_title(&layer.layer, self.spec.language), move |frame| {
                park(Outline::Rectangle(frame), position, self.spec).to_vec()
            })
        });
        vec![Section { entries: entries.collect(), ..Section::default() }]
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        let layers = self.layers.iter().enumerate();
        layers
            .flat_map(|(position, layer)| layer.areas.iter().map(move |area| (position, area)))
            .flat_map(|(position, area)| {
                let shapes = park(paper.outline_or_mark(&area.geometry, LEAST_PARK_MM), position, self.spec);
                let title = Some(area.name.clone());
                shapes.map(|shape| Shape { title: title.clone(), data: vec![("id", area.id.clone())], ..shape })
            })
            .map(Item::Shape)
            .collect()
    }

    fn shown(&self, paper: &Paper) -> Vec<PageRect> {
        let parks = self.layers.iter().flat_map(|layer| &layer.areas);
        parks.filter_map(|park| paper.frame(&park.geometry)).map(|frame| frame.inset(-LEAST_PARK_MM / 2.0)).collect()
    }
}

/// A park as the map and its legend draw it, over a seam of paper: the first layer outlined, the second filled, so that
/// they can be told in grey as well; further ones by their dashes.
fn park(outline: Outline, position: usize, spec: &MapSpec) -> [Shape; 2] {
    let theme = &spec.theme;
    let (fill, color, dashes_mm) = match position {
        0 => (Fill::None, theme.alert, Vec::new()),
        1 => (Fill::Solid(theme.accent), theme.accent, Vec::new()),
        layer => (Fill::None, theme.ink, vec![1.2 / (layer - 1) as f64, 0.6]),
    };
    let stroked = |stroke: Stroke, fill: Fill| Shape { stroke: Some(stroke), ..Shape::filled(outline.clone(), fill) };
    [
        stroked(Stroke::new(theme.paper, LINE_MM + 2.0 * SEAM_MM), Fill::None),
        stroked(Stroke { dashes_mm, ..Stroke::new(color, LINE_MM) }, fill),
    ]
}

/// Returns the legend title of a layer: the policy's title for its own layers, the name for any other.
#[must_use]
pub fn layer_title(layer: &str, language: Language) -> &str {
    match layer {
        "district" => language.pick("区县", "Districts"),
        "town" => language.pick("镇街", "Towns"),
        "park" => language.pick("园区", "Parks"),
        "small_micro_park" => language.pick("小微企业园", "Small-micro parks"),
        own => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_layers_have_titles_and_others_keep_their_names() {
        assert_eq!(layer_title("small_micro_park", Language::Zh), "小微企业园");
        assert_eq!(layer_title("park", Language::En), "Parks");
        assert_eq!(layer_title("滨海新区", Language::En), "滨海新区");
    }
}

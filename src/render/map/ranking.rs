//! The values of the areas of a map in order, as a table or as bars that stand beside it.

use super::data::{MapData, MapTable, QuotaProgress};
use super::fill::{self, Classed};
use super::spec::{LegendPlace, MapKind, MapSpec};
use super::{furniture, sized};
use crate::error::RenderError;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke};
use crate::render::number::NumberFormat;
use crate::render::{Color, MapLayout, PageRect};

/// With more areas a table is not chosen by itself: it would not be read as a whole.
const MOST_BY_ITSELF: usize = 30;
/// Beyond this share of the block a name is cut.
const NAME_SHARE: f64 = 0.45;
/// Bars take this share of the width that a table may take.
const BARS_SHARE: f64 = 0.8;
const PADDING_MM: f64 = 1.5;
const GAP_MM: f64 = 2.0;

/// What stands beside a map, and whether it was asked for.
pub(super) struct Ranking {
    form: Form,
    rows: Vec<Row>,
    /// Whether the specification asks for it. Otherwise it gives way to the map.
    pub(super) is_stated: bool,
}

enum Form {
    Table(MapTable),
    Bars { title: String },
}

/// An area with its value.
struct Row {
    name: String,
    words: String,
    value: Option<f64>,
    color: Color,
}

impl Ranking {
    /// Returns what the layout of the page asks for, or a table where none is stated and there are few areas.
    ///
    /// # Errors
    ///
    /// [`RenderError::Setting`] for a layout that does not go with the map.
    pub(super) fn of_map(spec: &MapSpec, data: &MapData, classed: &Classed) -> Result<Option<Self>, RenderError> {
        let layout = spec.page.layout;
        refuse_other_panels(layout, data)?;
        let has_order = matches!(
            spec.kind,
            MapKind::Choropleth | MapKind::QuotaProgress | MapKind::ValueByAlpha | MapKind::Bivariate
        );
        let is_sheet = data.table.is_some() || data.of_whole.is_some() || data.sheet.is_some();
        let is_of_one_map = data.multiples.is_empty() && !is_sheet;
        let is_stated = matches!(layout, Some(MapLayout::MapWithTable | MapLayout::MapWithChart));
        if !has_order || !is_of_one_map || spec.cells.is_some() {
            return if is_stated { Err(refused(layout, spec, data)) } else { Ok(None) };
        }
        let form = match layout {
            Some(MapLayout::MapWithTable) => Form::Table(MapTable::default()),
            Some(MapLayout::MapWithChart) => Form::Bars { title: heading(spec) },
            Some(_) => return Ok(None),
            None if is_welcome(spec, data) => Form::Table(MapTable::default()),
            None => return Ok(None),
        };
        let mut rows = rows(spec, data, classed);
        rows.sort_by(|a, b| {
            let size = |row: &Row| row.value.unwrap_or(f64::NEG_INFINITY);
            size(b).total_cmp(&size(a))
        });
        let form = match form {
            Form::Table(_) => Form::Table(table(spec, data, &rows)),
            bars @ Form::Bars { .. } => bars,
        };
        Ok(Some(Self { form, rows, is_stated }))
    }

    /// Draws it no larger than this, in mm. Rows without room are counted.
    pub(super) fn block(&self, spec: &MapSpec, max_width: f64, max_height: f64) -> Block {
        match &self.form {
            Form::Table(table) => {
                let typed = (&spec.theme, sized::least_table_pt(spec));
                furniture::table(table, typed, spec.language, (max_width, max_height))
            }
            Form::Bars { title } => bars(&self.rows, title, spec, max_width * BARS_SHARE, max_height),
        }
    }
}

/// Refuses a layout of several maps where there are others.
fn refuse_other_panels(layout: Option<MapLayout>, data: &MapData) -> Result<(), RenderError> {
    let (Some(layout), found) = (layout, data.multiples.len()) else { return Ok(()) };
    let is_well = layout.panels().map_or(found == 0, |wanted| wanted == found);
    let name: &'static str = layout.into();
    if is_well {
        return Ok(());
    }
    Err(RenderError::Setting {
        key: "page.layout".to_owned(),
        found: format!(
            "{name} with {}",
            if found == 0 { "no `multiples`".to_owned() } else { format!("{found} `multiples`") }
        ),
        expected: match layout.panels() {
            Some(wanted) => format!("`multiples` that come to {wanted} maps"),
            None => "no `multiples`, or `two_maps` and `four_maps`".to_owned(),
        },
    })
}

fn refused(layout: Option<MapLayout>, spec: &MapSpec, data: &MapData) -> RenderError {
    let name: &'static str = layout.map_or("", Into::into);
    let kind: &'static str = spec.kind.into();
    let found = match (data.table.is_some() || data.of_whole.is_some() || data.sheet.is_some(), spec.cells.is_some()) {
        (true, _) => format!("{name} on a sheet of an atlas"),
        (false, true) => format!("{name} with `cells`"),
        (false, false) => format!("{name} on kind = \"{kind}\""),
    };
    let expected =
        "a single map of areas with values in an order: choropleth, quota_progress, bivariate, value_by_alpha";
    RenderError::Setting { key: "page.layout".to_owned(), found, expected: expected.to_owned() }
}

/// Whether a table may be put beside the map by itself: no place of anything is stated, and the areas are few and named.
fn is_welcome(spec: &MapSpec, data: &MapData) -> bool {
    let is_free = |place: LegendPlace| place == LegendPlace::Auto;
    let places_are_free = is_free(spec.legend.place)
        && spec.inset.as_ref().is_none_or(|inset| is_free(inset.place))
        && spec.locator.as_ref().is_none_or(|locator| is_free(locator.place))
        && spec.logo.as_ref().is_none_or(|logo| is_free(logo.place));
    let is_few = (3..=MOST_BY_ITSELF).contains(&data.areas.len());
    is_few && places_are_free && !spec.page.is_size_stated && spec.labels.show && spec.labels.values
}

/// The title of the values, with their unit.
fn heading(spec: &MapSpec) -> String {
    let unit = spec.unit.as_deref().filter(|unit| !unit.is_empty());
    let title = fill::title(spec);
    unit.map_or_else(
        || title.clone(),
        |unit| spec.language.pick(format!("{title}（{unit}）"), format!("{title} ({unit})")),
    )
}

fn rows(spec: &MapSpec, data: &MapData, classed: &Classed) -> Vec<Row> {
    let is_masked = |area: usize| data.masked.get(area).copied().unwrap_or(false);
    let value = |area: usize| match spec.kind {
        _ if is_masked(area) => None,
        MapKind::QuotaProgress => data.progress.get(area).copied().flatten().and_then(|progress| progress.rate()),
        _ => data.values.get(area).copied().flatten(),
    };
    let own = data.areas.areas.iter().enumerate().map(|(area, named)| Row {
        name: data.names.get(area).unwrap_or(&named.name).clone(),
        words: classed.texts[area].clone().unwrap_or_else(|| "–".to_owned()),
        value: value(area).filter(|value| value.is_finite()),
        color: classed.fill(area).1,
    });
    own.collect()
}

fn table(spec: &MapSpec, data: &MapData, rows: &[Row]) -> MapTable {
    let area = spec.language.pick("区域", "Area").to_owned();
    if spec.kind != MapKind::QuotaProgress {
        let rows = rows.iter().map(|row| vec![row.name.clone(), row.words.clone()]).collect();
        return MapTable { headings: vec![area, heading(spec)], rows };
    }
    let percent = NumberFormat { decimals: 1, percent: true };
    let counts = |row: &Row| {
        let named = |(position, own): (usize, &crate::model::Area)| {
            let name = data.names.get(position).unwrap_or(&own.name);
            (name == &row.name).then(|| data.progress.get(position).copied().flatten()).flatten()
        };
        data.areas.areas.iter().enumerate().find_map(named)
    };
    let row = |row: &Row| {
        let counted = counts(row).map_or("–".to_owned(), |progress| format!("{}/{}", progress.done, progress.quota));
        vec![row.name.clone(), counted, row.value.map_or("–".to_owned(), |rate| percent.write(rate))]
    };
    let pick = |zh: &str, en: &str| spec.language.pick(zh, en).to_owned();
    MapTable {
        headings: vec![area, pick("完成/任务", "Done/quota"), pick("完成率", "Rate")],
        rows: rows.iter().map(row).collect(),
    }
}

/// Draws a bar for each area in the colour it has on the map.
fn bars(rows: &[Row], title: &str, spec: &MapSpec, max_width: f64, max_height: f64) -> Block {
    let theme = &spec.theme;
    let style = theme.type_style(theme.label_pt, theme.ink);
    let (bold, muted) = (style.bold(), TypeStyle { color: theme.muted, ..style });
    let line = style.line_mm() * 1.15;
    let inner = max_width - 2.0 * PADDING_MM;
    let heading = bold.wrap(title, inner);
    let top = PADDING_MM + heading.len() as f64 * bold.line_mm() + 0.8;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page holds few lines")]
    let room = ((max_height - top - PADDING_MM) / line).floor().max(2.0) as usize;
    let shown = if rows.len() > room { room - 1 } else { rows.len() };
    let widest = |of: &dyn Fn(&Row) -> f64| rows[..shown].iter().map(of).fold(0.0, f64::max);
    let names = widest(&|row| style.width_mm(&row.name)).min(inner * NAME_SHARE);
    let words = widest(&|row| style.width_mm(&row.words));
    let field = (inner - names - words - 2.0 * GAP_MM).max(8.0);
    let values = || rows.iter().filter_map(|row| row.value).chain([0.0]);
    let (low, longest) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    // One district far beyond its quota leaves the bars of the others readable.
    let most = if spec.kind == MapKind::QuotaProgress { QuotaProgress::MOST_SHOWN } else { f64::INFINITY };
    let high = longest.min(most);
    let per_mm = if high > low { (high - low) / field } else { 1.0 };
    let zero = PADDING_MM + names + GAP_MM - low / per_mm;
    let mut items = Vec::new();
    let mut baseline = PADDING_MM + bold.baseline_mm();
    for words in heading {
        items.push(Item::Text(bold.text(words, [PADDING_MM, baseline], Anchor::Start)));
        baseline += bold.line_mm();
    }
    let mut at = top;
    for row in &rows[..shown] {
        let baseline = at + (line - style.line_mm()) / 2.0 + style.baseline_mm();
        let name = style.cut(row.name.clone(), names + 0.01);
        items.push(Item::Text(style.text(name, [PADDING_MM, baseline], Anchor::Start)));
        let mut end = zero.max(PADDING_MM + names + GAP_MM);
        if let Some(value) = row.value {
            let length = value.min(high) / per_mm;
            let frame = PageRect::new(zero + length.min(0.0), at + line * 0.16, length.abs(), line * 0.68);
            end = end.max(frame.right());
            items.push(Item::Shape(Shape {
                stroke: Some(Stroke::new(theme.border, 0.15)),
                ..Shape::filled(Outline::Rectangle(frame), Fill::Solid(row.color))
            }));
            if value > high {
                // A strip of paper tears the bar.
                let x = frame.right() - 0.1 * length;
                let strip = [[x + 0.3, frame.top - 0.3], [x - 0.3, frame.bottom() + 0.3]];
                items.push(Item::Shape(Shape::stroked(Outline::line(strip), Stroke::new(theme.paper, 0.7))));
            }
        }
        items.push(Item::Text(style.text(row.words.clone(), [end + GAP_MM * 0.6, baseline], Anchor::Start)));
        at += line;
    }
    let axis = Outline::line([[zero, top], [zero, at]]);
    items.push(Item::Shape(Shape::stroked(axis, Stroke::new(theme.muted, 0.25))));
    if shown < rows.len() {
        let left = rows.len() - shown;
        let words = spec.language.pick(format!("另有 {left} 个"), format!("{left} more"));
        items.push(Item::Text(muted.text(words, [PADDING_MM, at + muted.baseline_mm()], Anchor::Start)));
        at += line;
    }
    let width = 2.0 * PADDING_MM + names + GAP_MM + field + GAP_MM + words;
    let frame = PageRect::new(0.0, 0.0, width, at + PADDING_MM);
    let ground = Shape {
        stroke: Some(Stroke::new(theme.rule, 0.2)),
        ..Shape::filled(Outline::Rectangle(frame), Fill::Solid(theme.paper))
    };
    items.insert(0, Item::Shape(ground));
    Block { width: frame.width, height: frame.height, items }
}

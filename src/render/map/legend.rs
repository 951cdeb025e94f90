use super::classes::Classed;
use super::data::MapData;
use super::spec::{MapKind, MapSpec};
use crate::model::Language;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke};
use crate::render::{Color, Frame};

const SWATCH_WIDTH_MM: f64 = 7.0;
const GAP_MM: f64 = 2.0;
const PADDING_MM: f64 = 3.0;
/// Beyond this a word is cut: a legend is read at a glance.
const MAX_LABEL_MM: f64 = 70.0;

/// What colours the points.
pub(super) struct PointClass {
    pub(super) label: Option<String>,
    pub(super) color: Color,
    pub(super) points: usize,
}

/// The legend: what is shown and in which unit, classes from high to low with the number of areas in each, “no data”
/// apart, then points and parks.
pub(super) fn legend(spec: &MapSpec, data: &MapData, classed: &Classed, points: &[PointClass]) -> Block {
    let theme = &spec.theme;
    let type_style = TypeStyle::new(theme.label_pt, theme.ink, theme.paper);
    let heading = type_style.bold();
    let small = TypeStyle { size_mm: type_style.size_mm * 0.85, color: theme.muted, ..type_style };
    let mut block = Block { width: 0.0, height: PADDING_MM, items: Vec::new() };

    let title = title(spec);
    if !title.is_empty() {
        block.add_lines(&heading.wrap(&title, MAX_LABEL_MM), PADDING_MM, &heading);
    }
    let mut under = Vec::new();
    if let Some(unit) = spec.unit.as_deref().filter(|unit| !unit.is_empty()) {
        under.push(format!("{}{unit}", spec.language.pick("单位：", "unit: ")));
    }
    if spec.legend.counts {
        under.push(spec.language.pick("括号内为区域个数", "(number of areas)").to_owned());
    }
    if !under.is_empty() {
        block.add_lines(&small.wrap(&under.join(spec.language.pick("；", "; ")), MAX_LABEL_MM), PADDING_MM, &small);
    }
    block.height += 1.0;

    let (ordered, apart) = classed.classes.split_at(classed.ordered);
    let count = |areas: usize| spec.legend.counts.then(|| format!("({areas})"));
    for class in ordered.iter().rev() {
        let swatch = |frame| vec![framed(frame, class.fill, theme.border)];
        row(&mut block, &type_style, &small, (&class.label, count(class.areas)), swatch);
    }
    for (position, class) in apart.iter().enumerate() {
        if position == 0 && !ordered.is_empty() {
            block.height += 1.5;
        }
        let swatch = |frame| vec![framed(frame, class.fill, theme.border)];
        row(&mut block, &type_style, &small, (&class.label, count(class.areas)), swatch);
    }
    if !points.is_empty() {
        block.height += 1.5;
        let own_title = spec.points.title.clone();
        if points.iter().any(|class| class.label.is_some())
            && let Some(title) = &own_title
        {
            block.add_lines(&heading.wrap(title, MAX_LABEL_MM), PADDING_MM, &heading);
        }
        for class in points {
            let label = class
                .label
                .clone()
                .or_else(|| own_title.clone())
                .unwrap_or_else(|| spec.language.pick("企业", "firms").to_owned());
            let swatch = |frame: Frame| vec![super::point(frame.centre(), class.color, spec)];
            row(&mut block, &type_style, &small, (&label, Some(format!("({})", class.points))), swatch);
        }
    }
    if !data.parks.is_empty() {
        block.height += 1.5;
        for (position, layer) in data.parks.iter().enumerate() {
            let swatch = |frame: Frame| super::park(Outline::Frame(frame), position, spec).to_vec();
            row(
                &mut block,
                &type_style,
                &small,
                (layer_title(&layer.layer, spec.language), count(layer.len())),
                swatch,
            );
        }
    }
    block.width += PADDING_MM;
    block.height += PADDING_MM - 0.8;
    let ground = Shape {
        stroke: Some(Stroke::new(theme.rule, 0.2)),
        ..Shape::filled(Outline::Frame(block.frame_at(0.0, 0.0)), Fill::Solid(theme.paper))
    };
    block.items.insert(0, Item::Shape(ground));
    block
}

/// What the legend calls a layer: those of the policy by their titles, any other by its own name.
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

/// What the legend calls the values.
pub(super) fn title(spec: &MapSpec) -> String {
    let own = spec.legend.title.clone();
    own.or_else(|| match spec.kind {
        MapKind::QuotaProgress => Some(spec.language.pick("任务完成率", "Share of quota done").to_owned()),
        MapKind::Choropleth | MapKind::Categorical => spec.column.clone(),
    })
    .unwrap_or_default()
}

fn framed(frame: Frame, fill: Fill, border: Color) -> Shape {
    Shape { stroke: Some(Stroke::new(border, 0.15)), ..Shape::filled(Outline::Frame(frame), fill) }
}

fn row(
    block: &mut Block,
    style: &TypeStyle,
    small: &TypeStyle,
    (label, count): (&str, Option<String>),
    swatch: impl FnOnce(Frame) -> Vec<Shape>,
) {
    let height = style.line_mm() * 1.08;
    let frame = Frame::new(PADDING_MM, block.height + height * 0.14, SWATCH_WIDTH_MM, height * 0.72);
    block.items.extend(swatch(frame).into_iter().map(Item::Shape));
    let baseline = block.height + (height - style.line_mm()) / 2.0 + style.baseline_mm();
    let left = PADDING_MM + SWATCH_WIDTH_MM + GAP_MM;
    let label = style.cut(label.to_owned(), MAX_LABEL_MM);
    let mut right = left + style.width_mm(&label);
    block.items.push(Item::Text(style.text(label, [left, baseline], Anchor::Start)));
    if let Some(count) = count {
        let from = right + GAP_MM * 0.7;
        right = from + small.width_mm(&count);
        block.items.push(Item::Text(small.text(count, [from, baseline], Anchor::Start)));
    }
    block.width = block.width.max(right);
    block.height += height;
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

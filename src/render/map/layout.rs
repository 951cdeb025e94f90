use super::data::MapData;
use super::furniture::{north_arrow, scale_bar};
use super::grid;
use super::ground::Ground;
use super::paper::Extent;
use super::spec::{LegendPlace, MapSpec};
use crate::error::RenderError;
use crate::render::Frame;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Item};

/// Between the parts of a page.
const GAP_MM: f64 = 3.0;
/// Between the neat line and what is within.
const INSET_MM: f64 = 3.0;
/// Steps in which a map gives way to what stands beside it.
const SHRINK: f64 = 0.97;

/// Where everything of a map page stands.
pub(super) struct Layout {
    /// Title, subtitle, sources and notes, already in place.
    pub(super) text: Vec<Item>,
    /// Inside of the neat line.
    pub(super) map: Frame,
    /// What the areas take up.
    pub(super) placed: Frame,
    /// Legend, north arrow and scale bar, in place.
    pub(super) furniture: Vec<(Frame, Block)>,
}

/// Lays out the page: heading and notes first, then the map as large as it goes with legend, arrow and scale bar in
/// corners that the areas leave free, or with all three beside it.
pub(super) fn layout(spec: &MapSpec, data: &MapData, title: &str, legend: Option<Block>) -> crate::Result<Layout> {
    let no_room = |why: &str| RenderError::NoRoom {
        width_mm: spec.page.width_mm,
        height_mm: spec.page.height_mm,
        why: why.to_owned(),
    };
    let page = Frame::new(0.0, 0.0, spec.page.width_mm, spec.page.height_mm).inset(spec.page.margin_mm);
    let mut text = Vec::new();
    let top = heading(spec, title, &page, &mut text);
    let bottom = notes(spec, data, &page, &mut text);
    let map = Frame::new(page.left, top, page.width, bottom - top);
    if map.height < 25.0 || map.width < 25.0 {
        return Err(no_room("title and notes leave less than 25 mm for the map").into());
    }
    let inner = map.inset(INSET_MM);
    let legend_size = legend.as_ref().map_or((0.0, 0.0), |legend| (legend.width, legend.height));
    if legend_size.0 > inner.width || legend_size.1 > inner.height {
        return Err(no_room("the legend is larger than the map").into());
    }
    let extent = Extent::of(&data.areas)?;
    let (placed, furniture) = place(spec, data, &extent, inner, legend).ok_or_else(|| {
        no_room("the map has no place beside its legend; less classes, a smaller `theme.label_pt` or a larger page would do")
    })?;
    Ok(Layout { text, map, placed, furniture })
}

/// The heading from the top of the page; where the map may begin.
fn heading(spec: &MapSpec, title: &str, page: &Frame, text: &mut Vec<Item>) -> f64 {
    let theme = &spec.theme;
    let mut top = page.top;
    let lines = [
        (Some(title), TypeStyle::new(theme.title_pt, theme.ink, theme.paper).bold()),
        (spec.subtitle.as_deref(), TypeStyle::new(theme.subtitle_pt, theme.muted, theme.paper)),
    ];
    for (words, style) in lines {
        for line in style.wrap(words.unwrap_or_default(), page.width) {
            let at = [page.centre()[0], top + style.baseline_mm()];
            text.push(Item::Text(style.text(line, at, Anchor::Middle)));
            top += style.line_mm();
        }
    }
    if top > page.top { top + GAP_MM * 0.6 } else { top }
}

/// Sources and notes at the foot of the page: on the left where the figures and boundaries come from, on the right what
/// the reader must know of the map. Where the map must end.
fn notes(spec: &MapSpec, data: &MapData, page: &Frame, text: &mut Vec<Item>) -> f64 {
    let theme = &spec.theme;
    let style = TypeStyle::new(theme.note_pt, theme.muted, theme.paper);
    let alert = TypeStyle { color: theme.paper.ink(theme.alert), ..style.bold() };
    let pick = |zh: &'static str, en: &'static str| spec.language.pick(zh, en);

    let mut left = Vec::new();
    let sources: Vec<&str> = spec.source.iter().chain(&data.sources).map(String::as_str).collect();
    if !sources.is_empty() {
        left.push(format!("{}{}", pick("资料来源：", "Source: "), sources.join(pick("；", "; "))));
    }
    if let Some(attribution) = &data.boundary_attribution {
        left.push(format!("{}{attribution}", pick("边界：", "Boundaries: ")));
    }
    if spec.furniture.projection {
        left.push(format!("{}{}", pick("投影：", "Projection: "), grid::describe(data.areas.reference, spec.language)));
    }
    let mut right = Vec::new();
    if data.synthetic {
        right.push((alert, pick("示例数据，非真实企业", "Sample data, no real firms").to_owned()));
    }
    if let Some(as_of) = data.as_of {
        right.push((style, format!("{}{}", pick("数据截至：", "As of "), as_of.format("%Y-%m-%d"))));
    }
    if let Some(number) = spec.review_number.as_ref().or(data.review_number.as_ref()) {
        right.push((style, format!("{}{number}", pick("审图号：", "Map review number: "))));
    }
    if let Some(author) = &spec.author {
        right.push((style, format!("{}{author}", pick("制图：", "Map: "))));
    }
    let right_width = if right.is_empty() { 0.0 } else { page.width * 0.36 };
    let left_width = page.width - right_width - if right.is_empty() { 0.0 } else { GAP_MM };
    let left: Vec<String> = left.iter().flat_map(|note| style.wrap(note, left_width)).collect();
    let right: Vec<(TypeStyle, String)> = right
        .into_iter()
        .flat_map(|(style, note)| style.wrap(&note, right_width).into_iter().map(move |line| (style, line)))
        .collect();
    let rows = left.len().max(right.len());
    if rows == 0 {
        return page.bottom();
    }
    let top = page.bottom() - rows as f64 * style.line_mm();
    let baseline = |row: usize| top + row as f64 * style.line_mm() + style.baseline_mm();
    for (row, line) in left.into_iter().enumerate() {
        text.push(Item::Text(style.text(line, [page.left, baseline(row)], Anchor::Start)));
    }
    for (row, (style, line)) in right.into_iter().enumerate() {
        text.push(Item::Text(style.text(line, [page.right(), baseline(row)], Anchor::End)));
    }
    top - GAP_MM * 0.6
}

/// A corner of the map: at its right, at its bottom.
#[derive(Clone, Copy, PartialEq)]
struct Corner {
    right: bool,
    bottom: bool,
}

const TOP_LEFT: Corner = Corner { right: false, bottom: false };
const TOP_RIGHT: Corner = Corner { right: true, bottom: false };
const BOTTOM_LEFT: Corner = Corner { right: false, bottom: true };
const BOTTOM_RIGHT: Corner = Corner { right: true, bottom: true };

impl Corner {
    fn frame(self, inner: &Frame, block: &Block) -> Frame {
        block.frame_at(
            if self.right { inner.right() - block.width } else { inner.left },
            if self.bottom { inner.bottom() - block.height } else { inner.top },
        )
    }
}

type Placement = (Frame, Vec<(Frame, Block)>);

fn place(spec: &MapSpec, data: &MapData, extent: &Extent, inner: Frame, legend: Option<Block>) -> Option<Placement> {
    let theme = &spec.theme;
    let arrow = spec.furniture.north_arrow.then(|| north_arrow(theme, spec.language));
    let bar =
        |metres_per_mm: f64, max_mm: f64| spec.furniture.scale_bar.then(|| scale_bar(metres_per_mm, max_mm, theme));
    let ground = Ground::new(&data.areas, extent);
    let finest = extent.metres_per_mm_in(&inner);

    // Beside the map: a column as wide as its widest part.
    let column = [&legend, &arrow].into_iter().flatten().map(|block| block.width).fold(0.0, f64::max);
    let column = if column > 0.0 { column.max(25.0) + INSET_MM } else { 0.0 };
    let beside = Frame::new(inner.left, inner.top, inner.width - column, inner.height);
    let beside_scale = if beside.width > 10.0 { extent.metres_per_mm_in(&beside) } else { f64::INFINITY };

    let legend_corners: &[Corner] = match spec.legend.place {
        LegendPlace::Auto => &[BOTTOM_RIGHT, BOTTOM_LEFT, TOP_RIGHT, TOP_LEFT],
        LegendPlace::TopLeft => &[TOP_LEFT],
        LegendPlace::TopRight => &[TOP_RIGHT],
        LegendPlace::BottomLeft => &[BOTTOM_LEFT],
        LegendPlace::BottomRight => &[BOTTOM_RIGHT],
    };
    let mut metres_per_mm = finest;
    while metres_per_mm <= beside_scale && metres_per_mm <= 3.0 * finest {
        let bar = bar(metres_per_mm, inner.width / 4.0);
        for (across, down) in ALIGNMENTS {
            let placed = extent.placed_in(&inner, metres_per_mm, across, down);
            for corner in legend_corners {
                let wanted: [(&Option<Block>, &[Corner]); 3] = [
                    (&legend, std::slice::from_ref(corner)),
                    (&arrow, &[TOP_RIGHT, TOP_LEFT, BOTTOM_RIGHT, BOTTOM_LEFT]),
                    (&bar, &[BOTTOM_LEFT, BOTTOM_RIGHT, TOP_LEFT, TOP_RIGHT]),
                ];
                if let Some(furniture) = in_corners(&wanted, &inner, &placed, &ground) {
                    return Some((placed, furniture));
                }
            }
        }
        metres_per_mm /= SHRINK;
    }
    if !beside_scale.is_finite() {
        return None;
    }
    let bar = bar(beside_scale, (column - INSET_MM - 12.0).max(8.0));
    let placed = extent.placed_in(&beside, beside_scale, 0.5, 0.5);
    let mut furniture = Vec::new();
    let mut top = inner.top;
    if let Some(arrow) = arrow {
        furniture.push((arrow.frame_at(inner.right() - arrow.width, top), arrow.clone()));
        top += arrow.height + INSET_MM;
    }
    let mut bottom = inner.bottom();
    for block in [bar, legend].into_iter().flatten() {
        bottom -= block.height;
        furniture.push((block.frame_at(inner.right() - block.width, bottom), block));
        bottom -= INSET_MM;
    }
    (bottom + INSET_MM >= top).then_some((placed, furniture))
}

/// The middle first, then where the map may give way to.
const ALIGNMENTS: [(f64, f64); 9] =
    [(0.5, 0.5), (0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

/// Each block in the first of its corners that is free of areas and of the blocks before it.
fn in_corners(
    wanted: &[(&Option<Block>, &[Corner])],
    inner: &Frame,
    placed: &Frame,
    ground: &Ground,
) -> Option<Vec<(Frame, Block)>> {
    let mut taken: Vec<(Frame, Block)> = Vec::new();
    for (block, corners) in wanted {
        let Some(block) = block else { continue };
        let frame = corners.iter().map(|corner| corner.frame(inner, block)).find(|frame| {
            let aired = frame.inset(-1.5);
            ground.under(&aired, placed) == 0 && !taken.iter().any(|(other, _)| other.overlaps(&aired))
        })?;
        taken.push((frame, (*block).clone()));
    }
    Some(taken)
}

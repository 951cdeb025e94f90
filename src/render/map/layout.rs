use super::data::MapData;
use super::furniture::{north_arrow, scale_bar};
use super::grid;
use super::ground::Ground;
use super::paper::Extent;
use super::spec::{LegendPlace, MapSpec};
use crate::error::RenderError;
use crate::render::Frame;
use crate::render::block::Block;
use crate::render::figure::Item;
use crate::render::page::{Notes, heading};

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
    let top = heading(title, spec.subtitle.as_deref(), &spec.theme, &page, &mut text);
    let bottom = notes(spec, data).set(&spec.theme, &page, &mut text);
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

/// Sources and notes at the foot of the page: on the left where the figures and boundaries come from, on the right what
/// the reader must know of the map.
fn notes(spec: &MapSpec, data: &MapData) -> Notes {
    let pick = |zh: &'static str, en: &'static str| spec.language.pick(zh, en);
    let mut notes = Notes::default();
    notes.sources(spec.language, spec.source.iter().chain(&data.sources));
    if let Some(attribution) = &data.boundary_attribution {
        notes.left.push(format!("{}{attribution}", pick("边界：", "Boundaries: ")));
    }
    if spec.furniture.projection {
        notes.left.push(format!(
            "{}{}",
            pick("投影：", "Projection: "),
            grid::describe(data.areas.reference, spec.language)
        ));
    }
    notes.state(spec.language, data.synthetic, data.as_of);
    if let Some(number) = spec.review_number.as_ref().or(data.review_number.as_ref()) {
        notes.right.push(format!("{}{number}", pick("审图号：", "Map review number: ")));
    }
    if let Some(author) = &spec.author {
        notes.right.push(format!("{}{author}", pick("制图：", "Map: ")));
    }
    notes
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

use std::sync::Arc;

use super::boundaries;
use super::data::MapData;
use super::furniture::{graticule_margin_mm, north_arrow, scale_bar, table};
use super::grid;
use super::land_raster::LandRaster;
use super::paper::{self, MapExtent};
use super::ranking::Ranking;
use super::sized;
use super::spec::{Audience, InsetSpec, LegendPlace, LocatorSpec, MapSpec};
use crate::Result;
use crate::error::RenderError;
use crate::model::Area;
use crate::render::PageRect;
use crate::render::block::Block;
use crate::render::figure::{Anchor, Item, Text};
use crate::render::page::{Notes, heading};
use crate::render::picture::Picture;

/// Between the neat line and what is within.
const INSET_MM: f64 = 3.0;
/// Between small maps.
const GUTTER_MM: f64 = 3.0;
/// Air within the frame of a small map.
const PANEL_AIR_MM: f64 = 1.5;
/// Steps in which a map gives way to what stands beside it.
const SHRINK: f64 = 0.97;
/// The items beside a map can take up this fraction of the page's height.
const PIECE_SHARE: f64 = 0.55;

/// Pieces stand under the map rather than beside it if it is so many times as large then.
const BETTER_BELOW: f64 = 1.1;
/// Pieces stand above one another in a corner if the map is so many times as large then.
const MUCH_LARGER: f64 = 1.25;
/// What is not asked for may make a map smaller by this factor.
const SAME_SIZE: f64 = 0.98;
/// A table may take this share of the page's width and height.
const TABLE_SHARE: f64 = 0.4;

/// The layout of a map page.
pub(super) struct PageLayout<'a> {
    /// Title, subtitle, sources and notes, at their places.
    pub(super) text: Vec<Item>,
    /// The map, or several small maps.
    pub(super) panels: Vec<PanelPlace>,
    /// Legend, north arrow, scale bar, inset and locator, each with its rectangle.
    pub(super) pieces: Vec<(PageRect, FurnitureItem<'a>)>,
    /// Warnings to show to the user, one sentence each.
    pub(super) warnings: Vec<String>,
}

/// The place of one drawing of the areas.
#[derive(Debug, Clone)]
pub(super) struct PanelPlace {
    /// The rectangle inside its neat line.
    pub(super) frame: PageRect,
    /// The rectangle that the extent of the areas takes up.
    pub(super) placed: PageRect,
    /// The heading within the frame.
    pub(super) heading: Option<Text>,
}

impl PanelPlace {
    /// Makes a place whose extent fills its frame, with a heading at the top left.
    pub(super) fn filled(frame: PageRect, extent: &MapExtent, title: Option<&str>, spec: &MapSpec) -> Self {
        let placed = extent.placed_in(&frame, extent.metres_per_mm_in(&frame), 0.5, 0.5);
        Self { frame, placed, heading: title.map(|title| panel_heading(title, &frame, spec)) }
    }

    /// Returns the rectangle of the heading, which labels must not touch.
    pub(super) fn heading_frame(&self) -> Option<PageRect> {
        self.heading.as_ref().map(Text::frame)
    }
}

fn panel_heading(title: &str, frame: &PageRect, spec: &MapSpec) -> Text {
    let style = spec.theme.type_style(spec.theme.label_pt, spec.theme.ink).bold();
    let at = [frame.left + 1.5, frame.top + 0.8 + style.baseline_mm()];
    let text = style.text(style.cut(title.to_owned(), frame.width - 3.0), at, Anchor::Start);
    Text { halo_mm: spec.theme.halo_mm, ..text }
}

/// An item in a corner of the map or beside it.
#[derive(Clone)]
pub(super) enum FurnitureItem<'a> {
    /// A legend, north arrow or scale bar.
    Block(Block),
    /// An enlarged part of the map.
    Inset(&'a InsetSpec),
    /// A small map of the surroundings.
    Locator(&'a LocatorSpec),
    /// The islands of the South China Sea, in this part of the grid.
    Islands(geo::Rect<f64>),
}

/// A piece with its size and the corners it may stand in, the best first.
#[derive(Clone)]
struct Wanted<'a> {
    width: f64,
    height: f64,
    corners: &'static [Corner],
    /// Whether it stands at the top if items stand beside the map.
    is_high: bool,
    piece: FurnitureItem<'a>,
}

impl<'a> Wanted<'a> {
    fn block(block: Block, corners: &'static [Corner], is_high: bool) -> Self {
        Self { width: block.width, height: block.height, corners, is_high, piece: FurnitureItem::Block(block) }
    }

    fn frame(&self, corner: Corner, inner: &PageRect) -> PageRect {
        PageRect::new(
            if corner.right { inner.right() - self.width } else { inner.left },
            if corner.bottom { inner.bottom() - self.height } else { inner.top },
            self.width,
            self.height,
        )
    }
}

/// Lays out the page: first the heading and notes, then the map as large as possible with legend, arrow, scale bar,
/// inset and locator in corners that are free of areas, or with all of them beside it. Several small maps are arranged
/// in rows, with all of these items beside them.
pub(super) fn layout<'a>(
    spec: &'a MapSpec,
    data: &MapData,
    title: &str,
    legend: Option<Block>,
    ranking: Option<&Ranking>,
) -> Result<PageLayout<'a>> {
    let no_room = |why: &str| RenderError::NoRoom {
        width_mm: spec.page.width_mm * spec.page.scale(),
        height_mm: spec.page.height_mm * spec.page.scale(),
        why: why.to_owned(),
    };
    let page = PageRect::new(0.0, 0.0, spec.page.width_mm, spec.page.height_mm).inset(spec.page.margin_mm);
    let mut text = Vec::new();
    let top = heading(title, spec.subtitle.as_deref(), &spec.theme, &page, &mut text);
    let bottom = notes(spec, data).set(&spec.theme, &page, &mut text);
    let margin = if data.graticule.is_empty() { 0.0 } else { graticule_margin_mm(&spec.theme) };
    let map = PageRect::new(page.left + margin, top, page.width - margin, bottom - top - margin);
    if map.height < 25.0 || map.width < 25.0 {
        return Err(no_room("title and notes leave less than 25 mm for the map").into());
    }
    let inner = map.inset(INSET_MM);
    let legend_size = legend.as_ref().map_or((0.0, 0.0), |legend| (legend.width, legend.height));
    if legend_size.0 > inner.width || legend_size.1 > inner.height {
        return Err(no_room("the legend is larger than the map").into());
    }
    let extent = MapExtent::shown(spec, data)?;
    let pieces = Pieces { spec, data, extent: &extent, legend, ranking: None };
    pieces.check()?;
    if !data.multiples.is_empty() {
        let (panels, pieces) = several(&pieces, map).ok_or_else(|| no_room("the small maps have no place"))?;
        return Ok(PageLayout { text, panels, pieces, warnings: arrow_left_out(spec, data).into_iter().collect() });
    }
    let alone = pieces.place(inner);
    let ranked = ranking.and_then(|ranking| Pieces { ranking: Some(ranking), ..pieces.clone() }.place(inner));
    // What is not asked for must not make the map smaller.
    let width_of = |placement: &Placed<'_>| placement.0.0.width;
    let ranked = ranked.filter(|ranked| {
        let is_stated = ranking.is_some_and(|ranking| ranking.is_stated);
        is_stated || alone.as_ref().is_none_or(|alone| width_of(ranked) >= SAME_SIZE * width_of(alone))
    });
    if ranked.is_none() && ranking.is_some_and(|ranking| ranking.is_stated) {
        return Err(no_room("`page.layout`: table or bars leave no room for the map").into());
    }
    let ((placed, pieces), are_in_corners) = match ranked.or(alone) {
        Some(placement) => placement,
        None => {
            pieces.refuse_inset(inner)?;
            return Err(no_room(
                "the map has no place beside its legend; fewer classes, a smaller `theme.label_pt` or a larger page would do",
            )
            .into());
        }
    };
    let corners = if are_in_corners { None } else { corners_not_free(spec) };
    let warnings = corners.into_iter().chain(arrow_left_out(spec, data)).collect();
    Ok(PageLayout { text, panels: vec![PanelPlace { frame: map, placed, heading: None }], pieces, warnings })
}

/// Beyond this the north of the grid is no north to a reader.
const MOST_TURNED_DEG: f64 = 5.0;

/// Whether an arrow that points up points to the north at the centre of the map.
fn is_north_up(data: &MapData) -> bool {
    data.north_deg.is_some_and(|degrees| degrees.abs() <= MOST_TURNED_DEG)
}

/// Returns a warning that the arrow is left out, where it would point elsewhere than north.
fn arrow_left_out(spec: &MapSpec, data: &MapData) -> Option<String> {
    let is_wanted = spec.furniture.north_arrow && spec.cartogram.is_none() && data.of_whole.is_none();
    (is_wanted && !is_north_up(data)).then(|| match data.north_deg {
        Some(degrees) => {
            format!("no arrow to the north is drawn: at the centre north is {degrees:.0}° from the top of the page")
        }
        None => "no arrow to the north is drawn: the centre is a pole".to_owned(),
    })
}

/// Returns a warning about the corners that the specification asks for, where all pieces stand beside the map.
fn corners_not_free(spec: &MapSpec) -> Option<String> {
    let places = [
        ("`legend.place`", spec.legend.show.then_some(spec.legend.place)),
        ("`inset.place`", spec.inset.as_ref().map(|inset| inset.place)),
        ("`locator.place`", spec.locator.as_ref().map(|locator| locator.place)),
        ("`logo.place`", spec.logo.as_ref().map(|logo| logo.place)),
    ];
    let asked = |place: &Option<LegendPlace>| place.is_some_and(|place| place != LegendPlace::Auto);
    let keys: Vec<&str> = places.iter().filter(|(_, place)| asked(place)).map(|(key, _)| *key).collect();
    (!keys.is_empty())
        .then(|| format!("the corners of {} are not free: everything stands beside the map", keys.join(", ")))
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
    notes.left.extend(boundaries::said(spec, data));
    if spec.furniture.projection && spec.cartogram.is_none() {
        notes.left.push(format!(
            "{}{}",
            pick("投影：", "Projection: "),
            grid::describe(data.areas.reference, spec.language)
        ));
    }
    notes.state(spec.language, data.synthetic, data.as_of);
    if let Some(number) = spec.review_number.as_ref().or(data.review_number.as_ref()) {
        notes.number = Some(format!("{}{number}", pick("审图号：", "Map review number: ")));
    }
    if spec.not_reviewed && spec.review_number.is_none() && data.review_number.is_none() {
        notes.right.push(pick("未经地图审核", "Not reviewed by the map authority").to_owned());
    }
    if spec.audience == Some(Audience::Internal) {
        notes.right.push(pick("内部资料，不得公开", "Internal, not for publication").to_owned());
    }
    if spec.cartogram.is_some() {
        notes.left.push(
            pick(
                "变形地图：圆面积与数值成正比，位置仅为近似",
                "Cartogram: circles as large as their numbers, places approximate",
            )
            .to_owned(),
        );
    }
    if let Some((sheet, sheets)) = data.sheet {
        notes
            .right
            .push(spec.language.pick(format!("第 {sheet} 页，共 {sheets} 页"), format!("Sheet {sheet} of {sheets}")));
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

/// The corners a place names; by itself in this order.
const fn corners(place: LegendPlace, by_itself: &'static [Corner; 4]) -> &'static [Corner] {
    match place {
        LegendPlace::Auto => by_itself,
        LegendPlace::TopLeft => &[TOP_LEFT],
        LegendPlace::TopRight => &[TOP_RIGHT],
        LegendPlace::BottomLeft => &[BOTTOM_LEFT],
        LegendPlace::BottomRight => &[BOTTOM_RIGHT],
    }
}

type Placement<'a> = (PageRect, Vec<(PageRect, FurnitureItem<'a>)>);

/// A placement, and whether its pieces stand in corners of the map.
type Placed<'a> = (Placement<'a>, bool);

/// The items to place on a map or beside it.
#[derive(Clone)]
struct Pieces<'a, 'b> {
    spec: &'a MapSpec,
    data: &'b MapData,
    extent: &'b MapExtent,
    legend: Option<Block>,
    ranking: Option<&'b Ranking>,
}

impl<'a, 'b> Pieces<'a, 'b> {
    /// Refuses an inset of areas that are not there.
    fn check(&self) -> Result<()> {
        self.spec.inset.as_ref().map_or(Ok(()), |inset| inset_extent(inset, self.data).map(|_| ()))
    }

    /// Refuses an inset without which the map would have a place, with the zoom that would leave it one.
    fn refuse_inset(&self, inner: PageRect) -> Result<()> {
        const STEP: f64 = 0.9;
        let Some(inset) = &self.spec.inset else { return Ok(()) };
        let fits = |inset: Option<InsetSpec>| {
            let spec = MapSpec { inset, ..self.spec.clone() };
            let legend = self.legend.clone();
            let pieces = Pieces { spec: &spec, data: self.data, extent: self.extent, legend, ranking: self.ranking };
            pieces.place(inner).is_some()
        };
        if !fits(None) {
            return Ok(());
        }
        let zooms =
            std::iter::successors(Some(inset.zoom * STEP), |zoom| Some(zoom * STEP)).take_while(|zoom| *zoom >= 1.0);
        let fitting = zooms.into_iter().find(|zoom| fits(Some(InsetSpec { zoom: *zoom, ..inset.clone() })));
        let expected = match fitting {
            Some(zoom) => {
                format!("at most about {:.1}, at which the inset leaves room for the map", (zoom * 10.0).floor() / 10.0)
            }
            None => "fewer areas in the inset, or a larger page: it leaves no room for the map".to_owned(),
        };
        Err(RenderError::Setting { key: "inset.zoom".to_owned(), found: inset.zoom.to_string(), expected }.into())
    }

    /// The pieces at a scale, the scale bar no longer than this.
    fn at(&self, metres_per_mm: f64, bar_mm: f64) -> Vec<Wanted<'a>> {
        let Self { spec, data, .. } = *self;
        let legend = self.legend.clone().map(|legend| {
            let corners = corners(spec.legend.place, &[BOTTOM_RIGHT, BOTTOM_LEFT, TOP_RIGHT, TOP_LEFT]);
            Wanted::block(legend, corners, false)
        });
        let inset = spec.inset.as_ref().and_then(|inset| {
            let extent = inset_extent(inset, data).ok()?;
            Some(Wanted {
                width: extent.width / metres_per_mm * inset.zoom,
                height: extent.height / metres_per_mm * inset.zoom,
                corners: corners(inset.place, &[TOP_LEFT, BOTTOM_LEFT, TOP_RIGHT, BOTTOM_RIGHT]),
                is_high: true,
                piece: FurnitureItem::Inset(inset),
            })
        });
        let locator = spec.locator.as_ref().and_then(|locator| {
            let around = MapExtent::of_all(data.surroundings.as_ref()?).ok()?;
            let style = spec.theme.type_style(spec.theme.note_pt, spec.theme.ink);
            let heading_mm = locator.title.as_ref().map_or(0.0, |_| style.line_mm());
            Some(Wanted {
                width: locator.width_mm,
                height: (locator.width_mm - 2.0) * around.height / around.width + 2.0 + heading_mm,
                corners: corners(locator.place, &[TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT]),
                is_high: true,
                piece: FurnitureItem::Locator(locator),
            })
        });
        let arrow = (spec.furniture.north_arrow && spec.cartogram.is_none() && is_north_up(data)).then(|| {
            let arrow = north_arrow(&spec.theme, spec.language);
            Wanted::block(arrow, &[TOP_RIGHT, TOP_LEFT, BOTTOM_RIGHT, BOTTOM_LEFT], true)
        });
        let bar = (spec.furniture.scale_bar && spec.cartogram.is_none()).then(|| {
            let bar = scale_bar(metres_per_mm * data.scale_factor, bar_mm, &spec.theme);
            Wanted::block(bar, &[BOTTOM_LEFT, BOTTOM_RIGHT, TOP_LEFT, TOP_RIGHT], false)
        });
        let logo = spec.logo.as_ref().zip(data.logo.as_ref()).map(|(logo, pixels)| {
            let (width, height) = (logo.width_mm, logo.width_mm / pixels.aspect());
            let picture = Picture { frame: PageRect::new(0.0, 0.0, width, height), pixels: Arc::clone(pixels) };
            let block = Block { width, height, items: vec![Item::Picture(picture)] };
            Wanted::block(block, corners(logo.place, &[TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT]), true)
        });
        // No corner holds a table: with one, all stands beside the map.
        let page = &spec.page;
        let (width, height) = (page.width_mm * TABLE_SHARE, page.height_mm * TABLE_SHARE);
        let typed = (&spec.theme, sized::least_table_pt(spec));
        let table = data.table.as_ref().map(|rows| table(rows, typed, spec.language, (width, height)));
        let ranking = self.ranking.map(|ranking| ranking.block(spec, width, height));
        let table = table.or(ranking).map(|block| Wanted::block(block, &[], true));
        let islands = data.islands.map(|islands| {
            let extent = islands_extent(islands);
            Wanted {
                width: extent.width / metres_per_mm * ISLANDS_ZOOM,
                height: extent.height / metres_per_mm * ISLANDS_ZOOM,
                corners: &[BOTTOM_RIGHT, BOTTOM_LEFT],
                is_high: false,
                piece: FurnitureItem::Islands(islands),
            }
        });
        [islands, legend, table, inset, locator, logo, arrow, bar].into_iter().flatten().collect()
    }

    /// Places the map and its pieces, and returns whether these stand in corners of the map or else beside it.
    fn place(&self, inner: PageRect) -> Option<Placed<'a>> {
        let ground = LandRaster::new(&self.data.areas, self.extent);
        let finest = self.extent.metres_per_mm_in(&inner);
        let scale_in = |frame: &PageRect| Some(self.extent.metres_per_mm_in(frame));
        let scale_of = |placement: &Placement<'_>| self.extent.metres_per_mm_in(&placement.0);
        let beside = self.beside(&inner, scale_in);
        let below = self.below(&inner, scale_in);
        let is_better = below.as_ref().is_some_and(|below| {
            beside.as_ref().is_none_or(|beside| scale_of(below) * BETTER_BELOW < scale_of(beside))
        });
        let beside = if is_better { below } else { beside };
        let beside_scale = beside.as_ref().map_or(f64::INFINITY, |(frame, _)| self.extent.metres_per_mm_in(frame));
        let in_corners = |least: f64, coarsest: f64, is_stacked: bool| {
            let mut metres_per_mm = least;
            while metres_per_mm <= coarsest {
                let wanted = self.at(metres_per_mm, inner.width / 4.0);
                for (across, down) in ALIGNMENTS {
                    let placed = self.extent.placed_in(&inner, metres_per_mm, across, down);
                    let is_free = |frame: &PageRect| ground.under(frame, &placed) == 0;
                    let mut taken = Vec::new();
                    if in_corners(&wanted, (&inner, is_stacked), &is_free, &mut taken) {
                        let pieces = taken.into_iter().zip(wanted.into_iter().map(|one| one.piece)).collect();
                        return Some((metres_per_mm, (placed, pieces)));
                    }
                }
                metres_per_mm /= SHRINK;
            }
            None
        };
        let own = in_corners(finest, beside_scale.min(3.0 * finest), false);
        let own_scale = own.as_ref().map_or(beside_scale.min(3.0 * finest), |(scale, _)| *scale);
        // One piece above another in a corner is less calm, and worth it only for a map that is much larger.
        let stacked = in_corners(finest, own_scale / MUCH_LARGER, true);
        if let Some((_, placement)) = stacked.or(own) {
            return Some((placement, true));
        }
        let (frame, pieces) = beside?;
        Some(((self.extent.placed_in(&frame, beside_scale, 0.5, 0.5), pieces), false))
    }

    /// All pieces in a column at the right as wide as the widest of them, or where that is not high enough, table, inset and
    /// locator in a column at the left, and the frame that is left for the map. `scale` says how many metres a millimetre of the
    /// map has in a frame.
    fn beside(&self, inner: &PageRect, scale: impl Fn(&PageRect) -> Option<f64>) -> Option<Placement<'a>> {
        [false, true].into_iter().find_map(|both_sides| self.in_columns(inner, &scale, both_sides))
    }

    /// All pieces in rows under the map, and the frame that is left for the map: on a narrow page they would take more of its
    /// width than of its height.
    fn below(&self, inner: &PageRect, scale: impl Fn(&PageRect) -> Option<f64>) -> Option<Placement<'a>> {
        let (mut depth, mut frame, mut wanted) = (0.0_f64, *inner, Vec::new());
        for _ in 0..8 {
            frame = PageRect::new(inner.left, inner.top, inner.width, inner.height - depth);
            if frame.height < 10.0 {
                return None;
            }
            wanted = self.at(scale(&frame)?, inner.width / 4.0);
            let needed = rows_of(&wanted, inner.width)?.iter().map(|row| row.height + INSET_MM).sum::<f64>();
            if needed <= depth {
                break;
            }
            depth = needed;
        }
        let mut top = frame.bottom() + INSET_MM;
        let rows = rows_of(&wanted, inner.width)?;
        let mut wanted = wanted.into_iter();
        let mut pieces = Vec::new();
        for row in rows {
            let (mut left, gap) = (inner.left, row.gap(inner.width));
            for one in wanted.by_ref().take(row.pieces) {
                pieces.push((PageRect::new(left, top, one.width, one.height), one.piece));
                left += one.width + gap;
            }
            top += row.height + INSET_MM;
        }
        (top - INSET_MM <= inner.bottom() + 1e-6).then_some((frame, pieces))
    }

    fn in_columns(
        &self,
        inner: &PageRect,
        scale: &impl Fn(&PageRect) -> Option<f64>,
        both_sides: bool,
    ) -> Option<Placement<'a>> {
        let stands_left = |one: &Wanted<'_>| {
            both_sides
                && (matches!(one.piece, FurnitureItem::Inset(_) | FurnitureItem::Locator(_)) || one.corners.is_empty())
        };
        let mut columns = [0.0, 0.0];
        // An inset grows with the map, which gives way to it: a few rounds settle both.
        let (mut frame, mut wanted) = (*inner, Vec::new());
        for _ in 0..8 {
            frame =
                PageRect::new(inner.left + columns[0], inner.top, inner.width - columns[0] - columns[1], inner.height);
            if frame.width < 10.0 {
                return None;
            }
            wanted = self.at(scale(&frame)?, (columns[1] - INSET_MM - 12.0).max(8.0));
            // The bar is as long as the column lets it be.
            let has_bar = self.spec.furniture.scale_bar && self.spec.cartogram.is_none();
            let deciding = &wanted[..wanted.len() - usize::from(has_bar)];
            let widest = |is_left: bool| {
                let own = deciding.iter().filter(|one| stands_left(one) == is_left);
                own.map(|one| one.width).fold(0.0, f64::max)
            };
            let (left, right) = (widest(true), widest(false));
            let wider = [
                if left > 0.0 { left + INSET_MM } else { 0.0 },
                if right > 0.0 { right.max(25.0) + INSET_MM } else { 0.0 },
            ];
            if wider[0] <= columns[0] && wider[1] <= columns[1] {
                break;
            }
            columns = [wider[0].max(columns[0]), wider[1].max(columns[1])];
        }
        let (mut tops, mut bottom) = ([inner.top, inner.top], inner.bottom());
        let mut pieces = Vec::new();
        // The arrow first at the top, the legend last at the bottom.
        for one in wanted.into_iter().rev() {
            let is_left = stands_left(&one);
            let left = if is_left { inner.left } else { inner.right() - one.width };
            if one.is_high {
                let top = &mut tops[usize::from(!is_left)];
                pieces.push((PageRect::new(left, *top, one.width, one.height), one.piece));
                *top += one.height + INSET_MM;
            } else {
                bottom -= one.height;
                pieces.push((PageRect::new(left, bottom, one.width, one.height), one.piece));
                bottom -= INSET_MM;
            }
        }
        let fits = bottom + INSET_MM >= tops[1] - INSET_MM && tops[0] - INSET_MM <= inner.bottom();
        fits.then_some((frame, pieces))
    }
}

/// A row of pieces under a map.
struct PieceRow {
    pieces: usize,
    width: f64,
    height: f64,
}

impl PieceRow {
    /// The space between its pieces, the last of which ends at the right.
    fn gap(&self, width: f64) -> f64 {
        (width - self.width) / self.pieces.saturating_sub(1).max(1) as f64
    }
}

/// Pieces in rows no wider than this, in their order; `None` if one is wider.
fn rows_of(wanted: &[Wanted<'_>], width: f64) -> Option<Vec<PieceRow>> {
    let mut rows: Vec<PieceRow> = Vec::new();
    for one in wanted {
        if one.width > width {
            return None;
        }
        match rows.last_mut() {
            Some(row) if row.width + INSET_MM * row.pieces as f64 + one.width <= width => {
                row.pieces += 1;
                row.width += one.width;
                row.height = row.height.max(one.height);
            }
            _ => rows.push(PieceRow { pieces: 1, width: one.width, height: one.height }),
        }
    }
    Some(rows)
}

/// The middle first, then where the map may give way to.
const ALIGNMENTS: [(f64, f64); 11] = [
    (0.5, 0.5),
    (0.25, 0.5),
    (0.75, 0.5),
    (0.0, 0.5),
    (1.0, 0.5),
    (0.5, 0.0),
    (0.5, 1.0),
    (0.0, 0.0),
    (1.0, 0.0),
    (0.0, 1.0),
    (1.0, 1.0),
];

/// Puts each piece in the first of its corners that is free of areas and of the pieces before it and leaves room for those
/// after it; if they may be stacked, also above or below one that is in the corner. Says whether all have a place.
fn in_corners(
    wanted: &[Wanted<'_>],
    (inner, is_stacked): (&PageRect, bool),
    is_free: &dyn Fn(&PageRect) -> bool,
    taken: &mut Vec<PageRect>,
) -> bool {
    let Some(one) = wanted.get(taken.len()) else { return true };
    if one.width > inner.width || one.height > inner.height * PIECE_SHARE.max(if taken.is_empty() { 1.0 } else { 0.0 })
    {
        return false;
    }
    let before = taken.clone();
    let of_corner = |corner: &Corner| {
        let own = one.frame(*corner, inner);
        let (corner, edge) = (*corner, if corner.right { inner.right() } else { inner.left });
        let is_at_edge =
            move |other: &&PageRect| ((if corner.right { other.right() } else { other.left }) - edge).abs() < 1e-6;
        let beyond = move |other: &PageRect| {
            let top = if corner.bottom { other.top - INSET_MM - own.height } else { other.bottom() + INSET_MM };
            PageRect { top, ..own }
        };
        let stacked: Vec<PageRect> = before.iter().filter(is_at_edge).filter(|_| is_stacked).map(beyond).collect();
        std::iter::once(own).chain(stacked)
    };
    for frame in one.corners.iter().flat_map(of_corner) {
        let aired = frame.inset(-1.5);
        let is_within = frame.top >= inner.top - 1e-6 && frame.bottom() <= inner.bottom() + 1e-6;
        if is_within && is_free(&aired) && !taken.iter().any(|other| other.overlaps(&aired)) {
            taken.push(frame);
            if in_corners(wanted, (inner, is_stacked), is_free, taken) {
                return true;
            }
            taken.pop();
        }
    }
    false
}

type Several<'a> = (Vec<PanelPlace>, Vec<(PageRect, FurnitureItem<'a>)>);

/// Small maps in rows, with so many columns that they are largest, and the pieces beside them.
fn several<'a>(pieces: &Pieces<'a, '_>, map: PageRect) -> Option<Several<'a>> {
    let titles: Vec<&str> = pieces.data.multiples.iter().map(|panel| panel.title.as_str()).collect();
    let heading_mm = pieces.spec.theme.type_style(pieces.spec.theme.label_pt, pieces.spec.theme.ink).line_mm();
    let cells = |frame: &PageRect, columns: usize| -> Vec<PageRect> {
        let rows = titles.len().div_ceil(columns);
        let width = (frame.width - GUTTER_MM * (columns - 1) as f64) / columns as f64;
        let height = (frame.height - GUTTER_MM * (rows - 1) as f64) / rows as f64;
        let at = |position: usize| {
            let (row, column) = (position / columns, position % columns);
            let left = frame.left + column as f64 * (width + GUTTER_MM);
            PageRect::new(left, frame.top + row as f64 * (height + GUTTER_MM), width, height)
        };
        (0..titles.len()).map(at).collect()
    };
    // The heading keeps a line of its own.
    let room = |cell: &PageRect| {
        let inner = cell.inset(PANEL_AIR_MM);
        PageRect::new(inner.left, inner.top + heading_mm, inner.width, inner.height - heading_mm)
    };
    let best = |frame: &PageRect| -> Option<(usize, f64)> {
        (1..=titles.len())
            .filter_map(|columns| {
                let room = room(cells(frame, columns).first()?);
                (room.width > 8.0 && room.height > 8.0).then(|| (columns, pieces.extent.metres_per_mm_in(&room)))
            })
            .min_by(|a, b| a.1.total_cmp(&b.1))
    };
    let scale_in = |frame: &PageRect| best(frame).map(|(_, scale)| scale);
    let scale_of = |placement: &Placement<'_>| scale_in(&placement.0).unwrap_or(f64::INFINITY);
    let beside = pieces.beside(&map, scale_in);
    let below = pieces
        .below(&map, scale_in)
        .filter(|below| beside.as_ref().is_none_or(|beside| scale_of(below) * BETTER_BELOW < scale_of(beside)));
    let is_below = below.is_some();
    let (frame, pieces_beside) = below.or(beside)?;
    let (columns, scale) = best(&frame)?;
    // No higher than the maps need.
    let rows = titles.len().div_ceil(columns) as f64;
    let needed = pieces.extent.height / scale + heading_mm + 2.0 * PANEL_AIR_MM;
    let height = frame.height.min(needed * rows + GUTTER_MM * (rows - 1.0));
    let above = if is_below { 0.0 } else { 0.3 };
    let frame = PageRect::new(frame.left, frame.top + (frame.height - height) * above, frame.width, height);
    let panels = cells(&frame, columns)
        .into_iter()
        .zip(titles)
        .map(|(cell, title)| PanelPlace {
            frame: cell,
            placed: pieces.extent.placed_in(&room(&cell), scale, 0.5, 0.5),
            heading: Some(panel_heading(title, &cell, pieces.spec)),
        })
        .collect();
    Some((panels, pieces_beside))
}

/// The scale of the islands relative to that of the map.
const ISLANDS_ZOOM: f64 = 0.5;

/// Returns the extent of the inset with the islands of the South China Sea.
pub(super) fn islands_extent(islands: geo::Rect<f64>) -> MapExtent {
    MapExtent { west: islands.min().x, north: islands.max().y, width: islands.width(), height: islands.height() }
}

/// Returns the extent of an inset: that of its areas with a small margin.
///
/// # Errors
///
/// [`RenderError::UnknownName`] for an area that does not exist.
pub(super) fn inset_extent(inset: &InsetSpec, data: &MapData) -> Result<MapExtent> {
    if inset.areas.is_empty() {
        return Err(RenderError::Setting {
            key: "inset.areas".to_owned(),
            found: "none".to_owned(),
            expected: "ids or names of the areas to show larger, or `inset.crowded` = true".to_owned(),
        }
        .into());
    }
    let chosen = paper::chosen("area of the inset", &inset.areas, &data.areas)?;
    let chosen: Vec<&Area> = chosen.into_iter().map(|index| &data.areas.areas[index]).collect();
    let MapExtent { west, north, width, height } = MapExtent::of_areas(&data.areas, &chosen)?;
    let air = width.max(height) * 0.04;
    Ok(MapExtent { west: west - air, north: north + air, width: width + 2.0 * air, height: height + 2.0 * air })
}

use std::collections::BTreeSet;

use geo::{Area as _, Euclidean, InteriorPoint as _, Length as _, MultiPolygon};

use super::data::{Graticule, MapData};
use super::fill::Classed;
use super::label::{self, LabelStyle, PlacedLabel, Room, Wish};
use super::land_raster::LandRaster;
use super::layout::PanelPlace;
use super::overlay::Overlay;
use super::paper::{Arcs, DETAIL_MM, MapExtent, Paper};
use super::spec::{LabelPriority, LocatorSpec, MapKind, MapSpec};
use super::{SEAM_MM, furniture};
use crate::Result;
use crate::model::{Areas, Point};
use crate::render::figure::{Anchor, Fill, Group, Item, Line, Outline, Shape, Stroke, Text};
use crate::render::theme::MM_PER_POINT;
use crate::render::{PageRect, Theme};

/// The widest border, as a share of the side of an area.
const FINEST_BORDER: f64 = 0.03;
/// An area smaller than this is drawn as a dot, if others are much larger.
const LEAST_AREA_MM: f64 = 0.6;
/// A strip so much narrower than that is nothing but its borders.
const LEAST_STRIP: f64 = 0.4;
/// The width of the dot.
const DOT_MM: f64 = 1.6;
/// The share of the side of a mean area below which an area is small among its like.
const FINEST_AREA: f64 = 0.2;
/// Labels without a place that are named.
const MOST_NAMED: usize = 100;

/// One drawing of the areas: the map, one of several small ones, or an inset.
#[derive(Clone, Copy)]
pub(super) struct PanelDrawing<'a> {
    pub(super) spec: &'a MapSpec,
    pub(super) data: &'a MapData,
    pub(super) classed: &'a Classed,
    pub(super) overlays: &'a [Box<dyn Overlay + 'a>],
    pub(super) graticule: &'a [Graticule],
    /// The index of its first area among all classified areas.
    pub(super) first: usize,
    /// Areas that another panel labels: an inset those that lie wholly in it, the map all others.
    pub(super) elsewhere: &'a BTreeSet<usize>,
    /// What an inset shows of it.
    pub(super) reach: Option<MapExtent>,
    /// Whether it is an inset, in which a part of an area may have its name a second time.
    pub(super) is_inset: bool,
}

impl PanelDrawing<'_> {
    /// Draws areas, borders, overlays and labels within a rectangle of the page; `place` says which part of it the
    /// extent takes up.
    pub(super) fn draw(
        &self,
        extent: &MapExtent,
        place: &PanelPlace,
        obstacles: &[PageRect],
        suffix: &str,
        warnings: &mut Vec<String>,
    ) -> Vec<Item> {
        let Self { spec, data, .. } = *self;
        let detail_mm = spec.simplify_mm.unwrap_or(DETAIL_MM);
        let paper = Paper::new(extent, &place.placed).with_detail(detail_mm);
        let layers: Vec<&Areas> = std::iter::once(&data.areas).chain(&data.outlines).chain(&data.context).collect();
        let arcs = paper.arcs(&layers);
        // What stands in an inset is not drawn below the main map again.
        let height = match data.islands {
            Some(_) if suffix.is_empty() => place.frame.height.min(place.placed.bottom() + 1.0 - place.frame.top),
            _ => place.frame.height,
        };
        let clip = PageRect { height, ..place.frame };
        let group = |id: &str, items: Vec<Item>| {
            Item::Group(Group { id: Some(format!("{id}{suffix}")), clip: Some(clip), items })
        };
        let mut drawn = Vec::new();
        if !self.graticule.is_empty() {
            let (lines, words) = furniture::graticule(self.graticule, &paper, &place.frame, &spec.theme);
            drawn.push(group("graticule", lines));
            drawn.extend(words);
        }
        if let Some(context) = &data.context {
            drawn.push(group("context", self.context(context, layers.len() - 1, &arcs)));
        }
        drawn.push(group("areas", self.areas(&arcs)));
        let (grounds, above): (Vec<&dyn Overlay>, Vec<&dyn Overlay>) =
            self.overlays.iter().map(AsRef::as_ref).partition(|overlay| overlay.is_ground());
        let overlay = |overlay: &&dyn Overlay| {
            let items = overlay.draw(&paper);
            (!items.is_empty()).then(|| group(overlay.id(), items))
        };
        drawn.extend(grounds.iter().filter_map(overlay));
        drawn.push(group("borders", self.borders(&paper, &arcs)));
        let dots = self.dots(&paper, warnings);
        if !dots.is_empty() {
            drawn.push(group("dots-of-areas", dots));
        }
        drawn.extend(above.iter().filter_map(overlay));
        if let Some(reach) = self.reach {
            drawn.push(drawn_reach(&paper.placed(&reach), &spec.theme));
        }
        let annotations = self.annotations(&paper);
        if spec.labels.show {
            let labels = self.placed_labels(&paper, &arcs, place, obstacles);
            warnings.extend(self.covered_diagrams(&paper));
            drawn.push(group("labels", self.labels(&paper, labels, warnings)));
        }
        if !annotations.is_empty() {
            drawn.push(group("annotations", annotations.into_iter().map(Item::Text).collect()));
        }
        drawn.extend(place.heading.iter().cloned().map(Item::Text));
        drawn
    }

    /// The words that the specification puts on the map.
    fn annotations(&self, paper: &Paper) -> Vec<Text> {
        let theme = &self.spec.theme;
        let style = theme.type_style(self.spec.label_size_pt(), theme.ink).bold();
        let written = |(at, words): &(Point, String)| {
            let [x, y] = paper.point(*at);
            let text = style.text(words.clone(), [x, y + 0.34 * style.size_mm], Anchor::Middle);
            Text { halo_mm: theme.halo_mm, ..text }
        };
        self.data.annotations.iter().map(written).collect()
    }

    fn name(&self, index: usize) -> &str {
        self.data.names.get(index).unwrap_or(&self.data.areas.areas[index].name)
    }

    /// Draws the surrounding areas in a pale colour.
    fn context(&self, context: &Areas, layer: usize, arcs: &Arcs) -> Vec<Item> {
        let theme = &self.spec.theme;
        let outline = |area: usize| Shape::filled(arcs.outline(layer, area), Fill::Solid(theme.no_quota));
        let mut items: Vec<Item> = (0..context.len()).map(|area| Item::Shape(outline(area))).collect();
        let (inner, outer) = arcs.borders(layer);
        let lines = Outline::Lines(inner.into_iter().chain(outer).collect());
        items.push(Item::Shape(Shape::stroked(lines, Stroke::new(theme.rule, theme.border_mm))));
        items
    }

    /// An area with what a reader and a program are told of it.
    fn area(&self, index: usize, outline: Outline) -> Shape {
        let value = self.classed.texts[self.first + index].clone().unwrap_or_default();
        let (fill, _) = self.classed.fill(self.first + index);
        Shape {
            title: Some(format!("{} {value}", self.name(index)).trim_end().to_owned()),
            data: vec![("id", self.data.areas.areas[index].id.clone()), ("value", value)],
            ..Shape::filled(outline, fill)
        }
    }

    /// Draws the areas, a smaller one over a larger one that it lies in.
    fn areas(&self, arcs: &Arcs) -> Vec<Item> {
        let areas = &self.data.areas.areas;
        let sizes: Vec<f64> = areas.iter().map(|area| area.geometry.unsigned_area()).collect();
        let mut order: Vec<usize> = (0..areas.len()).collect();
        order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
        order.iter().map(|index| Item::Shape(self.area(*index, arcs.outline(0, *index)))).collect()
    }

    /// Draws dots of the areas that are too small to be seen.
    fn dots(&self, paper: &Paper, warnings: &mut Vec<String>) -> Vec<Item> {
        let mut items = Vec::new();
        let small = self.too_small(paper);
        for index in &small {
            let Some(part) = largest_part(&self.data.areas.areas[*index].geometry) else { continue };
            let Some(frame) = paper.frame(&part) else { continue };
            // Within an area that is a bent strip.
            let inside = part.interior_point().map(|at| paper.point(Point::new(at.x(), at.y())));
            let is_point = frame.width.max(frame.height) < LEAST_AREA_MM;
            let centre = inside.filter(|_| !is_point).unwrap_or_else(|| frame.centre());
            let dot = |width_mm: f64| Outline::Circle { centre, radius_mm: width_mm / 2.0 };
            let seam = Shape::filled(dot(DOT_MM + 2.0 * SEAM_MM), Fill::Solid(self.spec.theme.paper));
            let stroke = Some(Stroke::new(self.spec.theme.border, self.spec.theme.border_mm));
            items.extend([Item::Shape(seam), Item::Shape(Shape { stroke, ..self.area(*index, dot(DOT_MM)) })]);
        }
        if !small.is_empty() && self.first == 0 {
            let names = small.iter().map(|index| self.name(*index)).filter(|name| !name.is_empty());
            let names = names.take(MOST_NAMED).collect::<Vec<_>>().join(", ");
            let (areas, are) = if small.len() == 1 { ("area", "is") } else { ("areas", "are") };
            // Cells of a grid have no names.
            let named = if names.is_empty() { String::new() } else { format!(": {names}") };
            warnings.push(format!("{} {areas} too small to see {are} drawn as dots{named}", small.len()));
        }
        items
    }

    /// The areas that nobody would see among the others.
    fn too_small(&self, paper: &Paper) -> Vec<usize> {
        // What a boundary leaves of a cell is as small as it is: as a dot it would seem to be a place.
        if self.spec.cells.is_some() {
            return Vec::new();
        }
        let limit = LEAST_AREA_MM.min(self.side_mm(paper) * FINEST_AREA);
        let is_small = |index: &usize| {
            let Some(part) = largest_part(&self.data.areas.areas[*index].geometry) else { return false };
            let frame = paper.frame(&part);
            // A strip that is covered by its borders shows no colour either.
            let around: f64 = part.iter().map(|part| Euclidean.length(part.exterior())).sum();
            let width_mm = 2.0 * part.unsigned_area() / around * paper.mm_per_metre();
            frame.is_some_and(|frame| {
                frame.width.max(frame.height) < limit || width_mm < limit * LEAST_STRIP && width_mm.is_finite()
            })
        };
        (0..self.data.areas.len()).filter(is_small).collect()
    }

    /// The side of a square as large as an area is in the mean.
    fn side_mm(&self, paper: &Paper) -> f64 {
        let whole = MapExtent::of_all(&self.data.areas).map(|whole| paper.placed(&whole));
        whole.map_or(f64::INFINITY, |whole| (whole.width * whole.height / self.data.areas.len() as f64).sqrt())
    }

    fn borders(&self, paper: &Paper, arcs: &Arcs) -> Vec<Item> {
        let theme = &self.spec.theme;
        let (inner, mut outer) = arcs.borders(0);
        if self.data.outlines.is_some() {
            let (between, around) = arcs.borders(1);
            outer.extend(between);
            outer.extend(around);
        }
        // Between areas of a few millimetres lines must be finer, or there would be nothing but lines.
        let finest_mm = self.side_mm(paper) * FINEST_BORDER;
        // A seam of paper under each line, so that it shows between two dark areas as well; where there is room for it.
        let seam_mm = if finest_mm < theme.border_mm { 0.0 } else { SEAM_MM };
        let stroked = |lines: Vec<Line>, width_mm: f64| {
            let width_mm = width_mm.min(finest_mm);
            let layers = [Stroke::new(theme.paper, width_mm + 2.0 * seam_mm), Stroke::new(theme.border, width_mm)];
            let drawn = !lines.is_empty();
            layers
                .into_iter()
                .skip(usize::from(seam_mm == 0.0))
                .filter(move |_| drawn)
                .map(move |stroke| Item::Shape(Shape::stroked(Outline::Lines(lines.clone()), stroke)))
        };
        stroked(inner, theme.border_mm).chain(stroked(outer, theme.outline_mm)).collect()
    }

    /// The labels that have a place, and those that have none, each with the area it is of.
    pub(super) fn placed_labels(
        &self,
        paper: &Paper,
        arcs: &Arcs,
        place: &PanelPlace,
        obstacles: &[PageRect],
    ) -> Vec<(usize, Option<PlacedLabel>)> {
        let Self { spec, data, .. } = *self;
        let whole = MapExtent::of_all(&data.areas);
        let ground = whole.as_ref().ok().map(|whole| (LandRaster::new(&data.areas, whole), paper.placed(whole)));
        let is_free =
            |frame: &PageRect| ground.as_ref().is_none_or(|(ground, placed)| ground.under(frame, placed) == 0);
        // All of an inset is land. The highest may stand on what is labelled elsewhere, with a line to their area.
        let own = self.is_inset.then(|| {
            let own = (0..data.areas.len()).filter(|index| !self.elsewhere.contains(index));
            Areas { areas: own.map(|index| data.areas.areas[index].clone()).collect(), ..data.areas.clone() }
        });
        let own = own.as_ref().and_then(|own| {
            let extent = MapExtent::of_all(own).ok()?;
            Some((LandRaster::new(own, &extent), paper.placed(&extent)))
        });
        let is_free_for_top = |frame: &PageRect| match &own {
            Some((own, placed)) => own.under(frame, placed) == 0,
            None => is_free(frame),
        };
        let reach = self.reach.map(|reach| paper.placed(&reach).sides());
        let shown = self.overlays.iter().flat_map(|overlay| overlay.shown(paper));
        let shown: Vec<PageRect> = shown.chain(reach.into_iter().flatten()).collect();
        let annotations = self.annotations(paper);
        let written = annotations.iter().map(Text::frame);
        let obstacles: Vec<PageRect> = obstacles.iter().copied().chain(place.heading_frame()).chain(written).collect();
        let symbols = self.symbols(paper);
        let places: Vec<PageRect> = symbols.iter().map(|(_, frame)| *frame).collect();
        let bounds = place.frame.inset(0.5);
        let room = Room { bounds, obstacles: &obstacles, shown: &shown, symbols: &places };
        let in_sight =
            |index: usize| paper.frame(&data.areas.areas[index].geometry).is_some_and(|frame| frame.overlaps(&bounds));
        let is_elsewhere = |index: usize| self.elsewhere.contains(&index);
        let labelled: Vec<usize> = (0..data.areas.len())
            .filter(|index| in_sight(*index) && (self.is_inset || !is_elsewhere(*index)))
            .collect();
        let small: BTreeSet<usize> = self.too_small(paper).into_iter().collect();
        // The two highest classes are what the reader looks for, and what is more than chance.
        let top = labelled.iter().map(|index| self.classed.rank(self.first + index)).fold(0.0, f64::max) - 1.0;
        let is_top = |index: usize| match spec.kind {
            _ if is_elsewhere(index) => false,
            MapKind::Local => self.classed.rank(self.first + index) >= 1.0,
            _ => self.classed.scale.is_some() && self.classed.rank(self.first + index) >= top.max(1.0),
        };
        let geometries: Vec<_> = labelled.iter().map(|index| arcs.geometry(0, *index)).collect();
        let wishes: Vec<Wish> = labelled
            .iter()
            .zip(label::seen(&geometries))
            .map(|(&index, geometry)| Wish {
                geometry,
                name: self.name(index).to_owned(),
                value: self.classed.label(self.first + index).filter(|_| spec.labels.values),
                ground: self.classed.fill(self.first + index).1,
                rank: match spec.labels.priority {
                    // A part of an area gives way to areas that are labelled only here.
                    _ if is_elsewhere(index) => f64::NEG_INFINITY,
                    LabelPriority::Size => 0.0,
                    LabelPriority::Value => self.classed.rank(self.first + index),
                },
                symbol: symbols.iter().position(|(area, _)| *area == index),
                is_dot: small.contains(&index),
                is_top: is_top(index),
            })
            .collect();
        let size_mm = spec.label_size_pt() * MM_PER_POINT;
        let style = LabelStyle {
            size_mm,
            least_size_mm: (spec.labels.least_size_pt * MM_PER_POINT).min(size_mm),
            ink: spec.theme.ink,
            paper: spec.theme.paper,
            halo_mm: spec.theme.halo_mm,
            fonts: spec.theme.fonts,
        };
        let labels = label::place(&wishes, &style, &room, [&is_free, &is_free_for_top]);
        labelled.into_iter().zip(labels).collect()
    }

    /// The frames of symbols, each with the area it is of.
    pub(super) fn symbols(&self, paper: &Paper) -> Vec<(usize, PageRect)> {
        self.overlays.iter().flat_map(|overlay| overlay.symbols(paper)).collect()
    }

    /// The note on diagrams that lie over others.
    fn covered_diagrams(&self, paper: &Paper) -> Option<String> {
        self.spec.diagrams.as_ref()?;
        let places: Vec<PageRect> = self.symbols(paper).into_iter().map(|(_, frame)| frame).collect();
        let covers = |place: usize| places[..place].iter().any(|other| places[place].overlaps(other));
        let covering = (0..places.len()).filter(|place| covers(*place)).count();
        (covering > 0).then(|| {
            let all = places.len();
            format!(
                "{covering} of {all} diagrams lie over others: a larger page, or a smaller `diagrams.max_mm`, would part them"
            )
        })
    }

    /// Draws labels, with notes on those that find no place.
    fn labels(
        &self,
        paper: &Paper,
        labels: Vec<(usize, Option<PlacedLabel>)>,
        warnings: &mut Vec<String>,
    ) -> Vec<Item> {
        let spec = self.spec;
        let is_counted = |index: &usize| !self.elsewhere.contains(index);
        let all = labels.iter().filter(|(index, _)| is_counted(index)).count();
        let (mut items, mut unplaced, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        for (index, label) in labels {
            match label {
                Some(label) => {
                    if label.lacks_value && is_counted(&index) {
                        bare.push(self.name(index));
                    }
                    if let Some(leader) = label.leader {
                        // A seam of paper here as well: the line crosses areas of any colour.
                        for (color, more_mm) in [(spec.theme.paper, SEAM_MM), (spec.theme.ink, 0.0)] {
                            let stroke = Stroke::new(color, 0.15 + 2.0 * more_mm);
                            items.push(Item::Shape(Shape::stroked(Outline::line(leader), stroke)));
                            let foot = Outline::Circle { centre: leader[0], radius_mm: 0.35 + more_mm };
                            items.push(Item::Shape(Shape::filled(foot, Fill::Solid(color))));
                        }
                    }
                    items.extend(label.texts.into_iter().map(Item::Text));
                }
                None if is_counted(&index) => unplaced.push(self.name(index)),
                None => {}
            }
        }
        for (names, words) in
            [(unplaced, "labels found no place on the map"), (bare, "labels have no room for their figure")]
        {
            if names.is_empty() {
                continue;
            }
            let found = names.len();
            let more = if found > MOST_NAMED { ", …" } else { "" };
            let named = names[..found.min(MOST_NAMED)].join(", ");
            warnings.push(format!("{found} of {all} {words}: {named}{more}"));
        }
        warnings.extend(self.covered_points(paper, &items));
        items
    }

    /// The note on points that lie under names.
    fn covered_points(&self, paper: &Paper, labels: &[Item]) -> Option<String> {
        if !self.spec.points.show {
            return None;
        }
        let frames: Vec<PageRect> = labels
            .iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text.frame()),
                _ => None,
            })
            .collect();
        let points = self.data.points.iter().filter(|firm| firm.at.is_finite());
        let (mut covered, mut all) = (0, 0);
        for [x, y] in points.map(|firm| paper.point(firm.at)) {
            all += 1;
            let is_under =
                |frame: &PageRect| (frame.left..frame.right()).contains(&x) && (frame.top..frame.bottom()).contains(&y);
            covered += usize::from(frames.iter().any(is_under));
        }
        (covered > 0).then(|| {
            format!("{covered} of {all} points lie under names: `labels.show` = false, or smaller `labels.size_pt`, frees them")
        })
    }
}

fn largest_part(geometry: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
    let part = geometry.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    Some(MultiPolygon(vec![part.clone()]))
}

/// Draws the rectangle that an inset shows.
fn drawn_reach(frame: &PageRect, theme: &Theme) -> Item {
    let outline = Outline::Rectangle(*frame);
    let layers = [Stroke::new(theme.paper, 0.25 + 2.0 * SEAM_MM), Stroke::new(theme.ink, 0.25)];
    Item::Group(Group {
        id: Some("inset-reach".to_owned()),
        clip: None,
        items: layers.into_iter().map(|stroke| Item::Shape(Shape::stroked(outline.clone(), stroke))).collect(),
    })
}

/// Draws the locator: the surroundings in outline, with the map's own areas filled dark.
///
/// # Errors
///
/// [`crate::error::RenderError::Empty`] if the surroundings have no extent.
pub(super) fn locator(
    spec: &MapSpec,
    data: &MapData,
    locator: &LocatorSpec,
    extent: &MapExtent,
    frame: &PageRect,
) -> Result<Vec<Item>> {
    let Some(surroundings) = &data.surroundings else { return Ok(Vec::new()) };
    let theme = &spec.theme;
    let around = MapExtent::of_all(surroundings)?;
    let inner = frame.inset(1.0);
    let style = theme.type_style(theme.note_pt, theme.ink).bold();
    let heading_mm = locator.title.as_ref().map_or(0.0, |_| style.line_mm());
    let room = PageRect::new(inner.left, inner.top + heading_mm, inner.width, inner.height - heading_mm);
    let paper = Paper::new(&around, &around.placed_in(&room, around.metres_per_mm_in(&room), 0.5, 0.5));
    let arcs = paper.arcs(&[surroundings, &data.areas]);
    let mut items = vec![Item::Shape(Shape {
        stroke: Some(Stroke::new(theme.rule, 0.2)),
        ..Shape::filled(Outline::Rectangle(*frame), Fill::Solid(theme.paper))
    })];
    for (layer, (areas, color)) in [(surroundings, theme.no_quota), (&data.areas, theme.accent)].into_iter().enumerate()
    {
        let filled = |area: usize| Item::Shape(Shape::filled(arcs.outline(layer, area), Fill::Solid(color)));
        items.extend((0..areas.len()).map(filled));
    }
    let (inner, outer) = arcs.borders(0);
    for (lines, width_mm) in [(inner, 0.1), (outer, 0.2)] {
        if !lines.is_empty() {
            items.push(Item::Shape(Shape::stroked(Outline::Lines(lines), Stroke::new(theme.border, width_mm))));
        }
    }
    let here = paper.placed(extent).inset(-0.6);
    items.push(Item::Shape(Shape::stroked(Outline::Rectangle(here), Stroke::new(theme.alert, 0.35))));
    let mut drawn = vec![Item::Group(Group { id: Some("locator".to_owned()), clip: Some(*frame), items })];
    if let Some(title) = &locator.title {
        let at = [frame.centre()[0], frame.top + 1.0 + style.baseline_mm()];
        drawn.push(Item::Text(style.text(style.cut(title.clone(), frame.width - 2.0), at, Anchor::Middle)));
    }
    Ok(drawn)
}

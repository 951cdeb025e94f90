//! Maps: areas in a projected grid and their values in, a figure out.

mod class_list;
mod classes;
mod data;
mod furniture;
mod grid;
mod ground;
mod label;
mod layout;
mod legend;
mod paper;
mod spec;

pub use class_list::{ClassList, MapClass, choropleth_classes, progress_classes};
pub(super) use classes::gap;
pub use data::{MapData, MapPoint, QuotaProgress};
pub use grid::describe as describe_grid;
pub use legend::layer_title;
pub use spec::{
    ClassSpec, FurnitureSpec, LabelSpec, LegendPlace, LegendSpec, MapKind, MapSpec, PaletteSpec, PointSpec,
};

use std::collections::BTreeMap;

use self::classes::{Classed, classify};
use self::ground::Ground;
use self::label::{LabelStyle, Room, Wish};
use self::legend::PointClass;
use self::paper::{Extent, Paper};
use crate::Result;
use crate::error::RenderError;
use crate::render::figure::{Fill, Group, Item, Line, Outline, Position, Shape, Stroke};
use crate::render::palette::palette_colors;
use crate::render::theme::MM_PER_POINT;
use crate::render::{Color, Figure, Frame};

/// Paper that shows on either side of a border.
const SEAM_MM: f64 = 0.15;
/// A park smaller than this is drawn as a round mark of this width.
const LEAST_PARK_MM: f64 = 1.2;
/// Words that colour points beyond these share one colour, “other”.
const MOST_POINT_CLASSES: usize = 6;

/// Draws a map.
///
/// Labels that find no place, and everything else its maker should know, are in [`Figure::warnings`].
///
/// # Errors
///
/// [`RenderError::NotProjected`] for areas in degrees; [`RenderError::Length`] if the list that the kind of map needs is
/// not as long as the areas; [`RenderError::Setting`], [`RenderError::UnknownName`] for what the specification asks in
/// vain; [`RenderError::NoRoom`] for a page that is too small.
pub fn map(spec: &MapSpec, data: &MapData) -> Result<Figure> {
    spec.check()?;
    check(spec, data)?;
    let classed = classify(spec, data)?;
    let points = point_classes(spec, data)?;
    let title = spec.title.clone().unwrap_or_else(|| legend::title(spec));
    let legend = spec.legend.show.then(|| legend::legend(spec, data, &classed, &points));
    let layout = layout::layout(spec, data, &title, legend)?;
    let extent = Extent::of(&data.areas)?;
    let paper = Paper::new(&extent, &layout.placed);

    let mut figure = Figure::new(spec.page.width_mm, spec.page.height_mm);
    figure.language = spec.language.tag();
    figure.description = description(spec, data, &classed);
    figure.title = title;
    if spec.theme.paper != Color::WHITE {
        let page = Shape::filled(Outline::Frame(figure.page()), Fill::Solid(spec.theme.paper));
        figure.items.push(Item::Shape(page));
    }
    let group =
        |id: &str, items: Vec<Item>| Item::Group(Group { id: Some(id.to_owned()), clip: Some(layout.map), items });
    figure.items.push(group("areas", areas(data, &classed, &paper)));
    figure.items.push(group("borders", borders(spec, data, &paper)));
    let parks: Vec<Item> = parks(spec, data, &paper);
    if !parks.is_empty() {
        figure.items.push(group("parks", parks));
    }
    if spec.points.show {
        figure.items.push(group("points", firms(spec, data, &points, &paper)));
    }
    let obstacles: Vec<Frame> = layout.furniture.iter().map(|(frame, _)| *frame).collect();
    if spec.labels.show {
        let ground = Ground::new(&data.areas, &extent);
        let is_free = |frame: &Frame| ground.under(frame, &layout.placed) == 0;
        let parks = data.parks.iter().flat_map(|layer| &layer.areas);
        let shown: Vec<Frame> = parks
            .filter_map(|park| paper.frame(&park.geometry))
            .map(|frame| frame.inset(-LEAST_PARK_MM / 2.0))
            .collect();
        let room = Room { bounds: layout.map.inset(0.5), obstacles: &obstacles, shown: &shown };
        let labels = labels(spec, data, &classed, &paper, &room, &is_free, &mut figure.warnings);
        figure.items.push(group("labels", labels));
    }
    if spec.furniture.neat_line {
        let stroke = Stroke::new(spec.theme.ink, 0.3);
        figure.items.push(Item::Shape(Shape::stroked(Outline::Frame(layout.map), stroke)));
    }
    for (frame, block) in layout.furniture {
        figure.items.extend(block.placed(frame.left, frame.top));
    }
    figure.items.extend(layout.text);
    Ok(figure)
}

fn check(spec: &MapSpec, data: &MapData) -> Result<(), RenderError> {
    for layer in std::iter::once(&data.areas).chain(&data.outlines).chain(&data.parks) {
        grid::require_projected(layer)?;
        if layer.reference != data.areas.reference {
            return Err(RenderError::Setting {
                key: layer.layer.clone(),
                found: layer.reference.to_string(),
                expected: format!("{}, as the areas", data.areas.reference),
            });
        }
    }
    let expected = data.areas.len();
    let (what, found) = match spec.kind {
        MapKind::Choropleth => ("values", data.values.len()),
        MapKind::Categorical => ("categories", data.categories.len()),
        MapKind::QuotaProgress => ("progress", data.progress.len()),
    };
    let optional =
        [("texts", data.texts.len()), ("names", data.names.len())].into_iter().filter(|(_, found)| *found > 0);
    match std::iter::once((what, found)).chain(optional).find(|(_, found)| *found != expected) {
        Some((what, found)) => Err(RenderError::Length { what, found, expected }),
        None => Ok(()),
    }
}

fn name(data: &MapData, index: usize) -> &str {
    data.names.get(index).unwrap_or(&data.areas.areas[index].name)
}

fn areas(data: &MapData, classed: &Classed, paper: &Paper) -> Vec<Item> {
    data.areas
        .areas
        .iter()
        .enumerate()
        .map(|(index, area)| {
            let value = classed.texts[index].clone().unwrap_or_default();
            Item::Shape(Shape {
                title: Some(format!("{} {value}", name(data, index)).trim_end().to_owned()),
                data: vec![("id", area.id.clone()), ("value", value)],
                ..Shape::filled(paper.outline(&area.geometry), classed.classes[classed.of_area[index]].fill)
            })
        })
        .collect()
}

fn borders(spec: &MapSpec, data: &MapData, paper: &Paper) -> Vec<Item> {
    let theme = &spec.theme;
    let (inner, mut outer) = paper.borders(&data.areas);
    if let Some(outlines) = &data.outlines {
        let (between, around) = paper.borders(outlines);
        outer.extend(between);
        outer.extend(around);
    }
    // A seam of paper under each line, so that it shows between two dark areas as well.
    let stroked = |lines: Vec<Line>, width_mm: f64| {
        let layers = [Stroke::new(theme.paper, width_mm + 2.0 * SEAM_MM), Stroke::new(theme.border, width_mm)];
        let drawn = !lines.is_empty();
        layers
            .into_iter()
            .filter(move |_| drawn)
            .map(move |stroke| Item::Shape(Shape::stroked(Outline::Lines(lines.clone()), stroke)))
    };
    stroked(inner, theme.border_mm).chain(stroked(outer, theme.outline_mm)).collect()
}

fn parks(spec: &MapSpec, data: &MapData, paper: &Paper) -> Vec<Item> {
    let layers = data.parks.iter().enumerate();
    layers
        .flat_map(|(position, layer)| layer.areas.iter().map(move |area| (position, area)))
        .flat_map(|(position, area)| {
            let shapes = park(paper.outline_or_mark(&area.geometry, LEAST_PARK_MM), position, spec);
            let title = Some(area.name.clone());
            shapes.map(|shape| Shape { title: title.clone(), data: vec![("id", area.id.clone())], ..shape })
        })
        .map(Item::Shape)
        .collect()
}

/// A park as the map and its legend draw it, over a seam of paper: the first layer outlined, the second filled, so that
/// they can be told in grey as well; further ones by their dashes.
fn park(outline: Outline, position: usize, spec: &MapSpec) -> [Shape; 2] {
    const LINE_MM: f64 = 0.35;
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

/// An enterprise as the map and its legend draw it.
fn point(centre: Position, color: Color, spec: &MapSpec) -> Shape {
    let radius_mm = spec.points.size_mm / 2.0;
    Shape {
        opacity: spec.points.opacity,
        stroke: Some(Stroke::new(spec.theme.paper, radius_mm * 0.2)),
        ..Shape::filled(Outline::Circle { centre, radius_mm }, Fill::Solid(color))
    }
}

fn firms(spec: &MapSpec, data: &MapData, classes: &[PointClass], paper: &Paper) -> Vec<Item> {
    data.points
        .iter()
        .filter(|firm| firm.at.is_finite())
        .filter_map(|firm| {
            let class = classes.iter().find(|class| class.label == firm.category).or_else(|| classes.last())?;
            Some(Item::Shape(point(paper.point(firm.at), class.color, spec)))
        })
        .collect()
}

/// The classes of the points, the most frequent first; what is left over shares one.
fn point_classes(spec: &MapSpec, data: &MapData) -> Result<Vec<PointClass>> {
    if !spec.points.show {
        return Ok(Vec::new());
    }
    let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for firm in data.points.iter().filter(|firm| firm.at.is_finite()) {
        *counts.entry(firm.category.as_deref()).or_default() += 1;
    }
    let plain = spec.points.color.unwrap_or(spec.theme.alert);
    let unnamed = counts.remove(&None).unwrap_or(0);
    let mut named: Vec<(&str, usize)> =
        counts.into_iter().filter_map(|(category, points)| Some((category?, points))).collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let colors = palette_colors("OkabeIto", MOST_POINT_CLASSES, false)?;
    let rest: usize = named.iter().skip(MOST_POINT_CLASSES).map(|(_, points)| points).sum::<usize>() + unnamed;
    let mut classes: Vec<PointClass> = named
        .iter()
        .zip(colors)
        .map(|((label, points), color)| PointClass { label: Some((*label).to_owned()), color, points: *points })
        .collect();
    if classes.is_empty() {
        classes.push(PointClass { label: None, color: plain, points: unnamed });
    } else if rest > 0 {
        let label = Some(spec.language.pick("其他", "other").to_owned());
        classes.push(PointClass { label, color: spec.theme.muted, points: rest });
    }
    Ok(classes)
}

fn labels(
    spec: &MapSpec,
    data: &MapData,
    classed: &Classed,
    paper: &Paper,
    room: &Room<'_>,
    is_free: &dyn Fn(&Frame) -> bool,
    warnings: &mut Vec<String>,
) -> Vec<Item> {
    let wishes: Vec<Wish> = data
        .areas
        .areas
        .iter()
        .enumerate()
        .map(|(index, area)| {
            let value = classed.texts[index].clone().filter(|_| spec.labels.values);
            let ground = classed.classes[classed.of_area[index]].ground;
            Wish { geometry: paper.geometry(&area.geometry), name: name(data, index).to_owned(), value, ground }
        })
        .collect();
    let size_mm = spec.label_size_pt() * MM_PER_POINT;
    let style = LabelStyle {
        size_mm,
        least_size_mm: (spec.labels.least_size_pt * MM_PER_POINT).min(size_mm),
        ink: spec.theme.ink,
        paper: spec.theme.paper,
        halo_mm: spec.theme.halo_mm,
    };
    let labels = label::place(&wishes, &style, room, is_free);
    let (mut items, mut unplaced) = (Vec::new(), Vec::new());
    for (index, label) in labels.into_iter().enumerate() {
        match label {
            Some(label) => {
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
            None => unplaced.push(name(data, index)),
        }
    }
    if !unplaced.is_empty() {
        let (found, all) = (unplaced.len(), data.areas.len());
        warnings.push(format!("{found} of {all} labels found no place on the map: {}", unplaced.join(", ")));
    }
    items
}

/// The map in words: how many areas are in which class.
fn description(spec: &MapSpec, data: &MapData, classed: &Classed) -> String {
    let classes: Vec<String> = classed
        .classes
        .iter()
        .filter(|class| class.areas > 0)
        .map(|class| format!("{}: {}", class.label, class.areas))
        .collect();
    let sample = if data.synthetic {
        spec.language.pick("示例数据，非真实企业。", "Sample data, no real firms. ")
    } else {
        ""
    };
    let unit = spec.unit.as_deref().unwrap_or_default();
    format!("{sample}{} {unit} {}", legend::title(spec), classes.join("; ")).replace("  ", " ")
}

//! Layers of areas, read and indexed.

use std::sync::Arc;

use geo::{Coord, InteriorPoint as _, LineString, MultiPolygon, Polygon, Relate as _};
use rayon::prelude::*;

use super::index::{self, OpenedIndex, is_saved_index};
use super::labels::Labels;
use super::point_table::brought_to;
use super::{AreaOptions, LayerSource, Origin};
use crate::error::{ProjectError, Result};
use crate::join::{AreaIndex, locate_points};
use crate::model::{Area, Areas, Match, Point, Reference, Report, Table};
use crate::source::{self, Transform, projected_areas};

/// A layer of areas, read and indexed.
///
/// Points are located in the coordinates that the areas have in their file; distances and sizes are measured in a reference
/// whose units are true metres. The two differ for a plane such as Web Mercator.
#[derive(Debug)]
#[non_exhaustive]
pub struct Layer {
    /// The areas, where they can be measured: in their own reference, or carried to longitude and latitude from a plane whose
    /// units are not true metres.
    pub areas: Areas,
    /// The index of [`Layer::areas`], for distances. [`Layer::matches`] locates points.
    pub index: AreaIndex,
    /// The areas in their own reference and their index, where that is a plane whose units are not true metres.
    plane: Option<Box<(Areas, AreaIndex)>>,
    /// What was found wrong with them while reading.
    pub report: Report,
}

impl Layer {
    /// Indexes areas.
    ///
    /// # Errors
    ///
    /// What [`AreaIndex::new`] refuses; areas of a plane that cannot be carried to longitude and latitude.
    pub fn new(areas: Areas, report: Report) -> Result<Self> {
        let index = AreaIndex::new(&areas)?;
        Self::of_index(areas, index, report)
    }

    /// A layer of areas and their index.
    fn of_index(areas: Areas, index: AreaIndex, report: Report) -> Result<Self> {
        if !is_plane(&areas) {
            return Ok(Self { areas, index, plane: None, report });
        }
        let carried = measurable(areas.clone())?;
        Ok(Self { index: AreaIndex::new(&carried)?, areas: carried, plane: Some(Box::new((areas, index))), report })
    }

    /// The areas in the coordinates of their file, and the index that locates points there.
    #[must_use]
    pub fn own(&self) -> (&Areas, &AreaIndex) {
        self.plane.as_deref().map_or((&self.areas, &self.index), |(areas, index)| (areas, index))
    }

    /// The areas and the index of [`Layer::own`].
    #[must_use]
    pub fn into_own(self) -> (Areas, AreaIndex) {
        self.plane.map_or((self.areas, self.index), |plane| *plane)
    }

    /// The match of every point, in the order of the points: located in the coordinates that the areas have in their file. With
    /// `snap_m`, a point in no area is matched with the nearest area within that distance, in metres.
    ///
    /// # Errors
    ///
    /// What [`Transform::new`] refuses.
    pub fn matches(&self, points: &[Option<Point>], from: Reference, snap_m: Option<f64>) -> Result<Vec<Match>> {
        let (areas, index) = self.own();
        let brought = brought_to(points, from, areas)?;
        let Some(snap_m) = snap_m.filter(|_| self.plane.is_some()) else {
            return Ok(locate_points(index, &brought, snap_m));
        };
        let mut matches = locate_points(index, &brought, None);
        let outside: Vec<usize> = (0..points.len()).filter(|row| matches[*row].area.is_none()).collect();
        let outside_points: Vec<Option<Point>> = outside.iter().map(|row| points[*row]).collect();
        let snapped = self.snapped(&brought_to(&outside_points, from, &self.areas)?, snap_m);
        outside.into_iter().zip(snapped).for_each(|(row, near)| matches[row] = near);
        Ok(matches)
    }

    /// The nearest area of points that lie in none, in the reference of [`Layer::areas`].
    fn snapped(&self, points: &[Option<Point>], snap_m: f64) -> Vec<Match> {
        let near = |point: &Option<Point>| point.map(|at| nearest(&self.index, at, snap_m)).unwrap_or_default();
        points.par_iter().map(near).collect()
    }
}

/// The match of a point that lies in no area: the nearest one.
pub(crate) fn nearest(index: &AreaIndex, point: Point, snap_m: f64) -> Match {
    index.nearest_within(point, snap_m).map_or_else(Match::default, |(area, distance_m)| Match {
        area: Some(area),
        on_boundary: false,
        snapped_m: Some(distance_m),
    })
}

const fn is_plane(areas: &Areas) -> bool {
    matches!(areas.reference, Reference::Plane(_))
}

/// Areas in a reference in which they can be measured: those of a plane whose units are not true metres are carried to
/// longitude and latitude.
pub(crate) fn measurable(areas: Areas) -> Result<Areas> {
    if is_plane(&areas) { projected_areas(&bending(areas)?, Reference::Wgs84) } else { Ok(areas) }
}

/// Areas of a plane with vertices added to edges that bend by more than a centimetre once they are carried to longitude and latitude.
fn bending(mut areas: Areas) -> Result<Areas> {
    let transform = Transform::new(areas.reference, Reference::Wgs84)?;
    for area in &mut areas.areas {
        let bent = |ring: &LineString| -> Result<LineString> {
            let mut vertices: Vec<Coord> = Vec::with_capacity(ring.0.len());
            for edge in ring.lines() {
                vertices.push(edge.start);
                add_bends(edge.start, edge.end, &transform, 0, &mut vertices)?;
            }
            vertices.extend(ring.0.last());
            Ok(LineString::new(vertices))
        };
        let polygon = |polygon: &Polygon| -> Result<Polygon> {
            let holes = polygon.interiors().iter().map(bent).collect::<Result<_>>()?;
            Ok(Polygon::new(bent(polygon.exterior())?, holes))
        };
        area.geometry = MultiPolygon(area.geometry.iter().map(polygon).collect::<Result<_>>()?);
    }
    Ok(areas)
}

/// Adds the middle of an edge, and of its halves, as long as these lie off the straight line between the carried ends. Both areas at an
/// edge have the same middles, whichever way they run.
fn add_bends(from: Coord, to: Coord, transform: &Transform, depth: u32, vertices: &mut Vec<Coord>) -> Result<()> {
    const TOLERANCE_M: f64 = 0.01;
    const METRES_PER_DEGREE: f64 = 111_320.0;
    const DEEPEST: u32 = 16;
    let middle = (from + to) / 2.0;
    let carried = |at: Coord| transform.point(Point::new(at.x, at.y));
    let (start, end, own) = (carried(from)?, carried(to)?, carried(middle)?);
    let straight = Point::new(f64::midpoint(start.x, end.x), f64::midpoint(start.y, end.y));
    let east = (own.x - straight.x) * own.y.to_radians().cos();
    let off_m = east.hypot(own.y - straight.y) * METRES_PER_DEGREE;
    if off_m > TOLERANCE_M && depth < DEEPEST {
        add_bends(from, middle, transform, depth + 1, vertices)?;
        vertices.push(middle);
        add_bends(middle, to, transform, depth + 1, vertices)?;
    }
    Ok(())
}

/// A layer to join with: its index, and what a joined table says of its areas.
#[derive(Debug)]
pub(crate) struct IndexedLayer {
    pub(crate) labels: Labels,
    /// The reference of the file, in which points are located.
    pub(crate) reference: Reference,
    pub(crate) index: Arc<AreaIndex>,
    /// The index in which distances are measured in longitude and latitude, where the file is in a plane whose units are not true
    /// metres and distances are asked for.
    pub(crate) measured: Option<AreaIndex>,
    /// Warnings to show to the user about it.
    pub(crate) notes: Vec<String>,
}

/// What is asked of a layer that is joined.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// Whether distances to its areas are measured.
    pub(crate) distances: bool,
    /// Whether a point that several areas contain goes to the first of them alone.
    pub(crate) first_alone: bool,
}

/// Reads a layer and indexes it, or maps the index where it is saved already.
///
/// # Errors
///
/// What [`source::areas`] and [`AreaIndex::new`] refuse; for a saved index what opening it refuses.
pub(crate) fn indexed(source: &LayerSource, asked: Asked) -> Result<IndexedLayer> {
    let measured = |areas: &Areas| -> Result<Option<AreaIndex>> {
        if !(asked.distances && is_plane(areas)) {
            return Ok(None);
        }
        Ok(Some(AreaIndex::new(&measurable(areas.clone())?)?))
    };
    if !is_index(source) {
        let (areas, report) = own_areas(source)?;
        // Of areas in memory the index may be there: ids and names are no part of it.
        let known = source.file.held().and_then(|held| held.index.clone());
        let index = known.map_or_else(|| AreaIndex::new(&areas).map(Arc::new), Ok)?;
        let mut notes = report.told();
        if asked.first_alone {
            notes.extend(within_others(&areas, &index));
        }
        let (labels, reference, measured) = (Labels::of_areas(&areas), areas.reference, measured(&areas)?);
        return Ok(IndexedLayer { labels, reference, index, measured, notes });
    }
    let OpenedIndex { saved, report, mut notes } = index::opened(source)?;
    notes.extend(report.told());
    let labels = Labels::new(source.name.as_deref().unwrap_or(saved.layer()), saved.names());
    let reference = saved.reference();
    let measured = match reference {
        Reference::Plane(_) => measured(&saved.areas())?,
        _ => None,
    };
    Ok(IndexedLayer { labels, reference, index: Arc::new(saved.into_index()), measured, notes })
}

/// Reads a layer and indexes it; of a saved index come the areas it was built from.
///
/// # Errors
///
/// What [`source::areas`] and [`AreaIndex::new`] refuse; for a saved index what opening it refuses.
pub fn layer(source: &LayerSource) -> Result<Layer> {
    if is_index(source) {
        let OpenedIndex { saved, report, .. } = index::opened(source)?;
        let mut areas = saved.areas();
        areas.layer = source.name.clone().unwrap_or(areas.layer);
        return Layer::of_index(areas, saved.into_index(), report);
    }
    let (areas, mut report) = own_areas(source)?;
    let index = AreaIndex::new(&areas)?;
    report.notes.extend(within_others(&areas, &index));
    Layer::of_index(areas, index, report)
}

/// Tells of areas that lie wholly within an earlier one of their layer, to which all their points go.
fn within_others(areas: &Areas, index: &AreaIndex) -> Option<String> {
    const NAMED: usize = 5;
    let is_within = |(number, area): (usize, &Area)| -> Option<String> {
        let inside = area.geometry.interior_point()?;
        let around = index.locate_all(Point::new(inside.x(), inside.y()));
        let mut earlier = around.iter().filter_map(|one| one.area).filter(|other| *other < number);
        let holder = earlier.find(|other| areas.areas[*other].geometry.relate(&area.geometry).is_covers())?;
        Some(format!("{} in {}", area.name, areas.areas[holder].name))
    };
    let within: Vec<String> = areas.areas.par_iter().enumerate().filter_map(is_within).collect();
    let named = within.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if within.len() > NAMED { ", …" } else { "" };
    (!within.is_empty()).then(|| {
        format!(
            "{}: {} areas lie wholly within an earlier one, to which their points go: {named}{more}",
            areas.layer,
            within.len()
        )
    })
}

/// Reads the areas of a layer and the attributes beside them, and says which column of these identifies an area, and what was
/// left out, repaired or decided.
pub(crate) fn areas_with_attributes(source: &LayerSource) -> Result<(Areas, Table, String, Report)> {
    let path = match &source.file {
        Origin::File(path) => path,
        Origin::Memory(_, held) => {
            let held = held.labelled(source.id.as_deref(), source.label.as_deref())?;
            let (table, key) = held.table()?;
            let mut areas = Areas { layer: source.layer_name(), ..held.areas.clone() };
            let report = source::taken_areas(&mut areas, source.repair)?;
            return Ok((measurable(areas)?, table, key, report));
        }
    };
    let (areas, table, key, report) = source::areas_with_attributes(path, &area_options(source))?;
    Ok((Areas { layer: source.layer_name(), ..areas }, table, key, report))
}

/// Reads the areas of a layer in a reference in which they can be measured, and reports what was left out or repaired; of a saved
/// index come the areas it was built from.
pub(crate) fn areas_with_report(source: &LayerSource) -> Result<(Areas, Report)> {
    let (areas, report) = areas_as_they_are(source)?;
    Ok((measurable(areas)?, report))
}

/// The areas as [`areas_with_report`] gives them, in the coordinates of their file, though these may be no true metres.
pub(crate) fn areas_as_they_are(source: &LayerSource) -> Result<(Areas, Report)> {
    if is_index(source) {
        let OpenedIndex { saved, report, .. } = index::opened(source)?;
        let areas = saved.areas();
        return Ok((Areas { layer: source.name.clone().unwrap_or(areas.layer.clone()), ..areas }, report));
    }
    own_areas(source)
}

fn own_areas(source: &LayerSource) -> Result<(Areas, Report)> {
    let (areas, report) = match &source.file {
        Origin::File(path) => {
            source::areas_with_report(path, &AreaOptions { keep_plane: true, ..area_options(source) })?
        }
        Origin::Memory(_, held) => {
            let mut areas = held.labelled(source.id.as_deref(), source.label.as_deref())?.into_owned().areas;
            // What is indexed was looked at before.
            let report = match held.index {
                None => source::taken_areas(&mut areas, source.repair)?,
                Some(_) => Report::default(),
            };
            (areas, report)
        }
    };
    Ok((Areas { layer: source.layer_name(), ..areas }, report))
}

/// Whether the file of a layer is a saved index.
pub(crate) fn is_index(source: &LayerSource) -> bool {
    source.file.path().is_some_and(is_saved_index)
}

/// How the file of a layer is to be read.
pub(crate) fn area_options(source: &LayerSource) -> AreaOptions {
    AreaOptions {
        source_layer: source.source_layer.clone(),
        id: source.id.clone(),
        name: source.label.clone(),
        parent: source.parent.clone(),
        reference: source.reference,
        encoding: source.encoding.clone(),
        repair: source.repair,
        ..AreaOptions::default()
    }
}

/// Reads the layers of a run, in their order.
///
/// # Errors
///
/// The first layer's that cannot be read.
pub fn layers(sources: &[LayerSource]) -> Result<Vec<Layer>> {
    sources.iter().map(layer).collect()
}

/// A layer by its name.
///
/// # Errors
///
/// [`ProjectError::Unknown`], with the layers there are.
pub fn named<'a>(layers: &'a [Layer], name: &str) -> Result<&'a Layer> {
    layers.iter().find(|layer| layer.areas.layer == name).ok_or_else(|| {
        ProjectError::Unknown {
            what: "layer",
            found: name.to_owned(),
            available: layers.iter().map(|layer| layer.areas.layer.clone()).collect(),
        }
        .into()
    })
}

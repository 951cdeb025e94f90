//! Named polygon layers.

mod antimeridian;
mod columns;
mod repair;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use geo::{Coord, CoordsIter as _, Geometry, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;
use serde_json::Value;

pub(crate) use antimeridian::{cut_at_antimeridian, within_180};
pub(crate) use repair::taken_areas;
pub use write::{Feature, features_bytes, rows_of_features, write_areas, write_features};

use super::convert::is_in_degrees;
use super::layer_path;
use super::reference::geometry_through;
use super::vector::{self, Opening, VectorLayer, cell_text};
use super::{Transform, crs, plausible, points};
use crate::error::{ReadError, Result};
use crate::join::{RingFault, ring_faults};
use crate::model::{
    Area, Areas, DeclaredReference, Place, Plane, Problem, ProblemKind, Reference, Report, Severity, Table,
};

/// How to read a layer of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaOptions {
    /// What the layer is called; without it the name of the layer that was chosen, else the stem of the file.
    pub layer: Option<String>,
    /// Which of several layers of the file; where not given, that of the path, as
    /// [`split_layer`](crate::source::split_layer) tells.
    pub source_layer: Option<String>,
    /// The column that identifies an area; guessed from its header when not given.
    pub id: Option<String>,
    /// The column of its name; guessed when not given, and the id where nothing is found.
    pub name: Option<String>,
    /// The column of the id of the area that holds it; guessed when not given.
    pub parent: Option<String>,
    /// The reference of the coordinates, for files that do not say it, and for those in GCJ-02 or BD-09.
    pub reference: Option<DeclaredReference>,
    /// The encoding of a Shapefile's text, where what is found is wrong.
    pub encoding: Option<String>,
    /// Whether invalid polygons are to be taken as repaired, and those that enclose nothing left out; an invalid polygon is
    /// taken as what its rings enclose either way, and reported.
    pub repair: bool,
    /// Whether a plane whose units are not true metres is kept, in which points can be located but nothing measured; else it is
    /// carried to longitude and latitude.
    pub keep_plane: bool,
    /// The most bytes of a file that are taken.
    pub max_bytes: u64,
}

impl Default for AreaOptions {
    fn default() -> Self {
        Self {
            layer: None,
            source_layer: None,
            id: None,
            name: None,
            parent: None,
            reference: None,
            encoding: None,
            repair: false,
            keep_plane: false,
            max_bytes: vector::MAX_BYTES,
        }
    }
}

/// Reads a layer of areas from GeoJSON, GeoParquet, or any file that GDAL opens (GeoPackage, Shapefile, KML, MapInfo
/// TAB and MIF, FlatGeobuf …).
///
/// The file's own reference is used. Longitude and latitude come out as WGS 84 or CGCS2000, GCJ-02 and BD-09 are undone;
/// a projected grid in metres stays as it is, named by its EPSG code. What [`areas_with_report`] reports is not told
/// here.
///
/// # Errors
///
/// A file that cannot be read; a reference that is not known or not the stated one; ids that are missing or doubled,
/// all of them in one error.
pub fn areas(path: &Path, options: &AreaOptions) -> Result<Areas> {
    areas_with_report(path, options).map(|(areas, _)| areas)
}

/// Reads areas as [`areas`] does, and reports what was left out or repaired: features that are no polygon or have no geometry
/// (rejected), and polygons that are invalid. The number of a feature stands as the row.
///
/// An invalid polygon is taken as what its parts enclose, less their holes, so that a join, a size and a window see the same
/// points; where its rings cross, vertices are added. An area of longitude and latitude with an edge of more than half a turn
/// is taken as one across the 180th meridian.
///
/// # Errors
///
/// Those of [`areas`].
pub fn areas_with_report(path: &Path, options: &AreaOptions) -> Result<(Areas, Report)> {
    let opening = Opening {
        layer: options.source_layer.as_deref(),
        encoding: options.encoding.as_deref(),
        max_bytes: options.max_bytes,
    };
    of_layer(vector::layer(path, opening)?, path, options)
}

/// The attributes of a layer of areas as a table, and the name of the column that identifies an area.
///
/// # Errors
///
/// Those of [`areas`] but for what ids and geometry hold.
pub fn attributes(path: &Path, options: &AreaOptions) -> Result<(Table, String)> {
    let opening = Opening {
        layer: options.source_layer.as_deref(),
        encoding: options.encoding.as_deref(),
        max_bytes: options.max_bytes,
    };
    let layer = vector::layer(path, opening)?;
    let id = columns::choose(&layer, options)?.id;
    Ok((points::table(&layer, Vec::new())?, layer.columns[id].name.clone()))
}

/// The areas of a file and its attributes as a table, read at once, the name of the column that identifies an area, and what was
/// left out, repaired or decided.
///
/// # Errors
///
/// Those of [`areas`].
pub fn areas_with_attributes(path: &Path, options: &AreaOptions) -> Result<(Areas, Table, String, Report)> {
    let opening = Opening {
        layer: options.source_layer.as_deref(),
        encoding: options.encoding.as_deref(),
        max_bytes: options.max_bytes,
    };
    with_attributes(vector::layer(path, opening)?, path, options)
}

/// The areas of a layer with its attributes, as [`areas_with_attributes`] gives them; without another name it is called as the stem
/// of a path.
pub(super) fn with_attributes(
    layer: VectorLayer,
    path: &Path,
    options: &AreaOptions,
) -> Result<(Areas, Table, String, Report)> {
    let id = columns::choose(&layer, options)?.id;
    let (table, key) = (points::table(&layer, Vec::new())?, layer.columns[id].name.clone());
    let (areas, report) = of_layer(layer, path, options)?;
    Ok((areas, table, key, report))
}

fn of_layer(mut layer: VectorLayer, path: &Path, options: &AreaOptions) -> Result<(Areas, Report)> {
    let columns = columns::choose(&layer, options)?;
    let from = layer.reference(options.reference)?;
    let plane = plane_of(from, options.keep_plane);
    let to = if plane.is_some() { from } else { inside(from, &layer.source)? };
    let transform = Transform::new(from, to)?;
    fits(&layer, from)?;
    let VectorLayer { source, columns: headers, features, notes, .. } = layer;
    let cell = |cells: &[Value], column: Option<usize>| {
        column
            .and_then(|column| cell_text(&cells[column]))
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let is_in_degrees = is_in_degrees(from);
    let features: Vec<_> = features
        .into_par_iter()
        .map(|feature| {
            let geometry = polygons(feature.geometry).map_err(|none| feature.foreign.unwrap_or(none));
            let geometry = geometry.map(|(geometry, has_points)| {
                let cut = if is_in_degrees { cut_at_antimeridian(&geometry) } else { None };
                let (is_cut, geometry) = (cut.is_some(), cut.unwrap_or(geometry));
                let faults = ring_faults(&geometry);
                Polygons { geometry, has_points, is_cut, faults }
            });
            (feature.number, feature.cells, geometry)
        })
        .collect();
    const MOST_NAMED: usize = 3;
    let is_few_without = features.iter().filter(|(.., geometry)| geometry.is_err()).count() <= MOST_NAMED;
    let mut report = Report { notes, ..Report::default() };
    let mut areas = Vec::with_capacity(features.len());
    let mut missing_ids = Vec::new();
    let (mut labelled, mut across, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
    let mut numbers_by_id: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (number, cells, geometry) in features {
        let place = || Place { file: source.clone(), row: Some(number), column: None };
        let mut geometry = match geometry {
            Ok(found) => {
                labelled.extend(found.has_points.then_some(number));
                across.extend(found.is_cut.then_some(number));
                let named = cell(&cells, Some(columns.id));
                let area = repair::Invalid { id: named.as_deref(), faults: &found.faults, place: &place() };
                match repair::taken(found.geometry, &area, options.repair, &mut report)? {
                    repair::Taken::Area(geometry) => geometry,
                    repair::Taken::LeftOut => continue,
                    repair::Taken::Nothing(found) => {
                        nothing.push(format!("feature {number}, {found}"));
                        continue;
                    }
                }
            }
            Err(found) => {
                // Many of one kind are told together, by their rows.
                let id = cell(&cells, Some(columns.id)).filter(|_| is_few_without);
                let found = id.map_or_else(|| found.clone(), |id| format!("area {id}: {found}"));
                report.problems.push(Problem {
                    kind: ProblemKind::InvalidGeometry,
                    severity: Severity::Reject,
                    place: place(),
                    found,
                    expected: "a polygon; the feature was left out".to_owned(),
                });
                continue;
            }
        };
        let Some(id) = cell(&cells, Some(columns.id)) else {
            missing_ids.push(number);
            continue;
        };
        numbers_by_id.entry(id.clone()).or_default().push(number);
        if !transform.is_identity() {
            geometry = geometry_through(&transform, &geometry)?;
        }
        areas.push(Area {
            name: cell(&cells, columns.name).unwrap_or_else(|| id.clone()),
            parent: cell(&cells, columns.parent),
            geometry,
            id,
        });
    }
    if let Some(first) = labelled.first() {
        let count = labelled.len();
        report.notes.push(format!(
            "{source}: {count} features, the first of them number {first}, hold points beside their polygons: only the polygons are taken"
        ));
    }
    if let Some(first) = across.first() {
        let count = across.len();
        report.notes.push(format!(
            "{source}: {count} features, the first of them number {first}, have edges of more than half a turn: taken as areas across the 180th meridian and cut there"
        ));
    }
    if !nothing.is_empty() {
        let message = format!("{}; expected areas that enclose something", nothing.join("; "));
        return Err(ReadError::Malformed { file: source, format: "areas", message }.into());
    }
    let doubled = numbers_by_id.into_iter().filter(|(_, numbers)| numbers.len() > 1).collect::<Vec<_>>();
    if !missing_ids.is_empty() || !doubled.is_empty() {
        let column = headers[columns.id].name.clone();
        return Err(ReadError::AreaIds { file: source, column, missing: missing_ids, doubled }.into());
    }
    let layer_name = options.layer.clone().or(options.source_layer.clone()).unwrap_or_else(|| layer_path::stem(path));
    let reference = plane.map_or_else(|| to.undone(), Reference::Plane);
    Ok((Areas { layer: layer_name, source, reference, areas }, report))
}

/// The polygons of a feature, and what is known of them.
struct Polygons {
    geometry: MultiPolygon<f64>,
    /// Whether label points stand beside them.
    has_points: bool,
    /// Whether they were cut at the 180th meridian.
    is_cut: bool,
    faults: Vec<RingFault>,
}

/// The plane that is kept, where a reference is one whose units are not true metres.
fn plane_of(from: DeclaredReference, keep: bool) -> Option<Plane> {
    let DeclaredReference::Epsg(code) = from else { return None };
    (keep && matches!(crs::is_metre_grid(code), Ok(false)) && !crs::is_geographic(code)).then(|| Plane::epsg(code))
}

/// Refuses degrees where metres are promised, and metres where degrees are: every point would lie outside.
fn fits(layer: &VectorLayer, from: DeclaredReference) -> Result<()> {
    let Some((x, y)) = layer.largest() else { return Ok(()) };
    match plausible::cause((x, y), from) {
        None => Ok(()),
        Some(cause) => {
            let message = format!("taken as {from}, but its coordinates go up to {x} and {y}: {cause}");
            let message = message.replace("‹crs›", "‹areas_crs›");
            Err(ReadError::Reference { file: layer.source.clone(), message }.into())
        }
    }
}

/// The largest magnitude of each coordinate; `None` where there is none.
pub(super) fn largest(geometry: &Geometry<f64>) -> Option<(f64, f64)> {
    let magnitude = |coord: Coord<f64>| (coord.x.abs(), coord.y.abs());
    let of_rings = |polygons| {
        rings(polygons).filter_map(|ring| ring.0.iter().copied().map(magnitude).reduce(larger)).reduce(larger)
    };
    // What the iterator over any geometry gives, without its looking up what it is at every vertex.
    match geometry {
        Geometry::Polygon(polygon) => of_rings(std::slice::from_ref(polygon)),
        Geometry::MultiPolygon(polygons) => of_rings(&polygons.0),
        other => other.coords_iter().map(magnitude).reduce(larger),
    }
}

pub(super) fn larger(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0.max(other.0), one.1.max(other.1))
}

/// The reference that positions of another are kept in inside the program.
pub(super) fn inside(from: DeclaredReference, source: &str) -> Result<DeclaredReference> {
    match from {
        DeclaredReference::Wgs84 | DeclaredReference::Cgcs2000 | DeclaredReference::EqualArea(_) => Ok(from),
        // Nothing inside the program is on an older datum whose shift is known: it is undone here.
        DeclaredReference::Gcj02 | DeclaredReference::Bd09 | DeclaredReference::Shifted(..) => {
            Ok(DeclaredReference::Wgs84)
        }
        DeclaredReference::Epsg(code) => match crs::is_metre_grid(code) {
            Ok(true) => Ok(from),
            Ok(false) => Ok(DeclaredReference::Wgs84),
            Err(message) => Err(ReadError::Reference { file: source.to_owned(), message }.into()),
        },
    }
}

/// The polygons of a geometry, without the label points that stand beside them in a collection; what it is instead, where it
/// has none.
fn polygons(geometry: Option<Geometry<f64>>) -> Result<(MultiPolygon<f64>, bool), String> {
    let mut has_points = false;
    let mut polygons = match geometry {
        None => return Err("no geometry".to_owned()),
        Some(Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon]),
        Some(Geometry::MultiPolygon(polygons)) => polygons,
        Some(Geometry::GeometryCollection(parts)) => {
            let mut polygons = Vec::new();
            let count = parts.0.len();
            for part in parts.0 {
                if matches!(part, Geometry::Point(_) | Geometry::MultiPoint(_)) && count > 1 {
                    has_points = true;
                    continue;
                }
                let (own, has_own) =
                    self::polygons(Some(part)).map_err(|found| format!("a collection with {found}"))?;
                polygons.extend(own);
                has_points |= has_own;
            }
            if polygons.is_empty() && has_points {
                return Err("a collection with points".to_owned());
            }
            MultiPolygon(polygons)
        }
        Some(Geometry::Point(_) | Geometry::MultiPoint(_)) => return Err("points".to_owned()),
        Some(_) => return Err("lines".to_owned()),
    };
    polygons.0.retain(|polygon| !polygon.exterior().0.is_empty());
    if polygons.0.is_empty() {
        return Err("an empty polygon".to_owned());
    }
    if rings(&polygons.0).any(|ring| ring.0.iter().any(|coord| !coord.x.is_finite() || !coord.y.is_finite())) {
        return Err("a vertex that is no number".to_owned());
    }
    Ok((polygons, has_points))
}

fn rings(polygons: &[Polygon<f64>]) -> impl Iterator<Item = &LineString<f64>> {
    polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}

//! Reads the layers that a specification names by file (hulls, contours, flows, surroundings), and makes the graticule.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use geo::{BoundingRect as _, Centroid as _, CoordsIter as _, Distance as _, Geodesic};

use super::graticule::graticule;
use crate::error::{Error, ProjectError, Result};
use crate::model::{Area, Areas, Point, Problem, ProblemKind, Reference, Report, Severity};
use crate::project::analysis::MadeLayer;
use crate::project::survey::Survey;
use crate::render::{BoundaryEdit, Contour, ContourSpec, Flow, FlowSpec, MapData, MapSpec, Pixels};
use crate::source::LayerSource;
use crate::source::layers;
use crate::source::point_table::table_with_notes;
use crate::source::{TableOptions, Transform, projected_areas};

/// Adds these layers to the data of a map, transformed to its grid.
///
/// # Errors
///
/// Errors of reading and of the coordinate transformation; [`ProjectError::Unknown`] for flows from or to an area that
/// does not exist.
pub(super) fn add(spec: &MapSpec, areas: &Areas, survey: Option<&Survey>, data: &mut MapData) -> Result<()> {
    let grid = data.areas.reference;
    let mut notes = Vec::new();
    let mut layer = |file: &Path| -> Result<(Areas, BoundaryEdit)> {
        let source = LayerSource { file: file.into(), ..LayerSource::default() };
        let (areas, report) = layers::areas_with_report(&source)?;
        notes.extend(report.told());
        let edit = BoundaryEdit { layer: areas.layer.clone(), repaired: repaired(&report), ..BoundaryEdit::default() };
        Ok((projected_areas(&areas, grid)?, edit))
    };
    if let Some(locator) = &spec.locator {
        let (surroundings, edit) = layer(&locator.file)?;
        data.surroundings = Some(surroundings);
        data.boundary_edits.push(edit);
    }
    if let Some(hulls) = &spec.hulls {
        data.hulls = Some(match &hulls.analysis {
            Some(name) => projected_areas(&made(survey, name)?.layer.areas, grid)?,
            None => layer(&hulls.file)?.0,
        });
    }
    if let Some(contours) = &spec.contours {
        data.contours = bands(contours, survey, grid, &mut notes)?;
    }
    match spec.flows.as_ref().map(|flows| (flows, &flows.file)) {
        Some((flows, Some(file))) => data.flows = moves(flows, file, areas, data, &mut notes)?,
        Some((_, None)) if survey.is_none() => {
            return Err(ProjectError::Options {
                message: "found no table of flows".to_owned(),
                hint: "give `flows.file = …` in the specification; only a project has firms that relocate".to_owned(),
            }
            .into());
        }
        _ => {}
    }
    data.notes.extend(notes);
    data.scale_factor = scale_factor(&data.areas)?;
    data.north_deg = north_deg(&data.areas)?;
    if spec.furniture.graticule {
        data.graticule = graticule(&data.areas)?;
    }
    if let Some([west, south, east, north]) = spec.extent.as_ref().map(|extent| &extent.degrees[..]) {
        data.window = rectangle([*west, *south, *east, *north], grid)?;
    }
    if spec.furniture.south_china_sea {
        let (main, islands) = south_china_sea(&data.areas)?;
        data.window = data.window.or(Some(main));
        data.islands = Some(islands);
    }
    data.annotations = annotations(spec, grid)?;
    if let Some(logo) = &spec.logo {
        data.logo = Some(Arc::new(picture(&logo.file)?));
    }
    Ok(())
}

/// Reads the picture of a logo.
fn picture(file: &Path) -> Result<Pixels> {
    // A byte more than a picture may have, whatever the file is.
    const ENOUGH: u64 = 5_000_001;
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(Error::file("read logo", file))?;
    opened.take(ENOUGH).read_to_end(&mut bytes).map_err(Error::file("read logo", file))?;
    Pixels::read(&bytes).map_err(|found| {
        ProjectError::Options {
            message: format!("cannot read logo {}: {found}", file.display()),
            hint: "give a PNG or SVG of plain shapes as `logo.file`".to_owned(),
        }
        .into()
    })
}

/// The extent in a grid of a rectangle of degrees (west, south, east, north), whose sides may be curved there.
fn rectangle([west, south, east, north]: [f64; 4], grid: Reference) -> Result<Option<geo::Rect<f64>>> {
    const STEPS: u32 = 32;
    let along = |from: f64, to: f64, step: u32| from + (to - from) * f64::from(step) / f64::from(STEPS);
    let edges = (0..=STEPS).flat_map(|step| {
        let (x, y) = (along(west, east, step), along(south, north, step));
        [(x, south), (x, north), (west, y), (east, y)].map(|(x, y)| Some(Point::new(x, y)))
    });
    let edges: Vec<Option<Point>> = edges.collect();
    let placed = Transform::new(Reference::Cgcs2000, grid)?.images(&edges);
    Ok(bounds(placed.into_iter().flatten()))
}

/// The least rectangle around points; `None` if there are none.
fn bounds(points: impl Iterator<Item = Point>) -> Option<geo::Rect<f64>> {
    let all = points.fold(None, |all: Option<[f64; 4]>, at| {
        let [west, south, east, north] = all.unwrap_or([at.x, at.y, at.x, at.y]);
        Some([west.min(at.x), south.min(at.y), east.max(at.x), north.max(at.y)])
    });
    all.map(|[west, south, east, north]| geo::Rect::new((west, south), (east, north)))
}

/// South of this lie the islands of the South China Sea, and nothing else of China: the southern end of Hainan is at 18.15° N.
const ISLANDS_NORTH_DEG: f64 = 18.0;
/// The usual inset, in degrees: from Vietnam to the Philippines, from the coast of Guangdong to beyond James Shoal 曾母暗沙.
const ISLANDS_DEG: [f64; 4] = [105.5, 2.0, 123.0, 24.0];

/// The extents of the main map and of the inset with the islands of the South China Sea.
fn south_china_sea(areas: &Areas) -> Result<(geo::Rect<f64>, geo::Rect<f64>)> {
    let refused = |found: &str, hint: &str| ProjectError::Options {
        message: format!("found {found}, with `furniture.south_china_sea = true`"),
        hint: hint.to_owned(),
    };
    let vertices: Vec<Option<Point>> = areas
        .areas
        .iter()
        .flat_map(|area| area.geometry.coords_iter())
        .map(|coord| Some(Point::new(coord.x, coord.y)))
        .collect();
    let degrees = Transform::new(areas.reference, Reference::Cgcs2000)?.images(&vertices);
    let known = || vertices.iter().zip(&degrees).filter_map(|(at, degrees)| Some(((*at)?, (*degrees)?)));
    let is_island = |at: &Point| at.y < ISLANDS_NORTH_DEG && (ISLANDS_DEG[0]..=ISLANDS_DEG[2]).contains(&at.x);
    if !known().any(|(_, degrees)| is_island(&degrees)) {
        return Err(refused(
            "no area south of 18° N between 105.5° and 123° E",
            "the inset shows the islands of the South China Sea as the boundaries have them, and these have none: take boundaries that do",
        )
        .into());
    }
    let main = bounds(known().filter(|(_, degrees)| !is_island(degrees)).map(|(at, _)| at));
    let islands = rectangle(ISLANDS_DEG, areas.reference)?;
    main.zip(islands)
        .filter(|(main, _)| main.width() > 0.0 && main.height() > 0.0)
        .ok_or_else(|| refused("islands alone", "the inset stands beside a map of the mainland").into())
}

/// The words that a specification puts on a map, at their places in its grid.
fn annotations(spec: &MapSpec, grid: Reference) -> Result<Vec<(Point, String)>> {
    if spec.annotations.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<Option<Point>> =
        spec.annotations.iter().map(|own| Some(Point::new(own.longitude, own.latitude))).collect();
    let placed = Transform::new(Reference::Cgcs2000, grid)?.images(&places);
    let mut written = Vec::new();
    for (own, at) in spec.annotations.iter().zip(placed) {
        let at = at.ok_or_else(|| ProjectError::Options {
            message: format!("found no place of the annotation `{}` in {grid}", own.text),
            hint: "give `longitude` and `latitude` in degrees, on the map".to_owned(),
        })?;
        written.push((at, own.text.clone()));
    }
    Ok(written)
}

/// The number of features of a file that have no polygon to draw.
pub(super) fn undrawn(report: &Report) -> usize {
    let is_left_out =
        |problem: &&Problem| problem.kind == ProblemKind::InvalidGeometry && problem.severity == Severity::Reject;
    report.problems.iter().filter(is_left_out).count()
}

/// Whether the outlines of a file are not drawn as they stand there: some are invalid, and taken as what they enclose.
pub(super) fn repaired(report: &Report) -> bool {
    let is_altered =
        |problem: &Problem| problem.kind == ProblemKind::InvalidGeometry && problem.severity != Severity::Reject;
    report.problems.iter().any(is_altered)
}

/// The middle of the extent of areas.
fn middle(areas: &Areas) -> Option<geo::Coord<f64>> {
    let boxes = areas.areas.iter().filter_map(|area| area.geometry.bounding_rect());
    let whole = boxes.reduce(|a, b| {
        geo::Rect::new(
            (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
            (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
        )
    })?;
    Some(whole.center())
}

/// The direction of true north at the middle of the areas, in degrees clockwise from the north of the grid.
fn north_deg(areas: &Areas) -> Result<Option<f64>> {
    const STEP_DEG: f64 = 1e-3;
    const POLE_DEG: f64 = 89.9;
    let Some(middle) = middle(areas) else { return Ok(Some(0.0)) };
    let here = Point::new(middle.x, middle.y);
    let degrees = Transform::new(areas.reference, Reference::Cgcs2000)?.images(&[Some(here)]);
    let Some(at) = degrees[0].filter(|at| at.y.abs() < POLE_DEG) else { return Ok(None) };
    let north =
        Transform::new(Reference::Cgcs2000, areas.reference)?.images(&[Some(Point::new(at.x, at.y + STEP_DEG))]);
    Ok(north[0].map(|north| (north.x - here.x).atan2(north.y - here.y).to_degrees()))
}

/// Metres of ground, along the geodesic, to a metre of the grid eastward at the middle of the areas.
fn scale_factor(areas: &Areas) -> Result<f64> {
    const STEP_M: f64 = 500.0;
    let Some(middle) = middle(areas) else { return Ok(1.0) };
    let ends = [-STEP_M, STEP_M].map(|step| Some(Point::new(middle.x + step, middle.y)));
    let degrees = Transform::new(areas.reference, Reference::Cgcs2000)?.images(&ends);
    let place = |end: usize| degrees[end].map(|at| geo::Point::new(at.x, at.y));
    Ok(match (place(0), place(1)) {
        (Some(west), Some(east)) => Geodesic.distance(west, east) / (2.0 * STEP_M),
        _ => 1.0,
    })
}

/// The bands of a file of contours, with their levels. A band is known by its lower level.
fn bands(
    contours: &ContourSpec,
    survey: Option<&Survey>,
    grid: Reference,
    notes: &mut Vec<String>,
) -> Result<Vec<Contour>> {
    let (areas, table) = match &contours.analysis {
        Some(name) => {
            let made = made(survey, name)?;
            (made.layer.areas.clone(), made.attributes.clone())
        }
        None => {
            let id = Some(contours.lower.clone());
            let source = LayerSource { file: contours.file.clone().into(), id, ..LayerSource::default() };
            let (areas, table, _, report) = layers::areas_with_attributes(&source)?;
            notes.extend(report.told());
            (areas, table)
        }
    };
    let (lower, upper) = (table.numbers(&contours.lower)?, table.numbers(&contours.upper)?);
    let band = |(row, area): (usize, Area)| {
        Some(Contour { lower: lower.get(row)?, upper: upper.get(row), geometry: area.geometry })
    };
    Ok(projected_areas(&areas, grid)?.areas.into_iter().enumerate().filter_map(band).collect())
}

/// The layer that an analysis of the project made.
fn made<'a>(survey: Option<&'a Survey>, name: &str) -> Result<&'a MadeLayer> {
    let Some(survey) = survey else {
        return Err(ProjectError::Options {
            message: format!("found the analysis `{name}`, and no project that runs it"),
            hint: "give ‹project›, whose analyses a map can use, or a file in its place".to_owned(),
        }
        .into());
    };
    survey.made_layer(name).ok_or_else(|| {
        let layers = survey.made.iter().flat_map(|made| &made.layers);
        ProjectError::Unknown {
            what: "layer of an analysis",
            found: name.to_owned(),
            available: layers.map(|made| made.layer.areas.layer.clone()).collect(),
        }
        .into()
    })
}

/// The flows of a table, from and to the middles of areas and parks.
fn moves(flows: &FlowSpec, file: &Path, areas: &Areas, data: &MapData, notes: &mut Vec<String>) -> Result<Vec<Flow>> {
    let (table, told) = table_with_notes(file, &TableOptions::default())?;
    notes.extend(told);
    let (from, to, amounts) = (table.text(&flows.from)?, table.text(&flows.to)?, table.numbers(&flows.column)?);
    let mut middles: HashMap<&str, Point> = HashMap::new();
    let own = areas.areas.iter().zip(&data.areas.areas);
    let parks = data.parks.iter().flat_map(|layer| layer.areas.iter().map(|area| (area, area)));
    for (named, placed) in own.chain(parks) {
        if let Some(middle) = placed.geometry.centroid() {
            let middle = Point::new(middle.x(), middle.y());
            middles.entry(named.name.as_str()).or_insert(middle);
            middles.insert(named.id.as_str(), middle);
        }
    }
    let mut drawn = Vec::new();
    for (row, (from, to)) in from.iter().zip(to.iter()).enumerate() {
        let (Some(from), Some(to), Some(amount)) = (from, to, amounts.get(row)) else { continue };
        let find = |name: &str| {
            middles.get(name.trim()).copied().ok_or_else(|| ProjectError::Unknown {
                what: "area of a flow",
                found: name.to_owned(),
                available: areas.areas.iter().map(|area| area.name.clone()).collect(),
            })
        };
        drawn.push(Flow { from: find(from)?, to: find(to)?, amount });
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cylinder_of_equal_areas_is_shorter_on_the_ground_the_farther_north() {
        // EPSG:6933 is true at 30°; at 45° a degree of longitude has cos 45° / cos 30° of its width, at y = 5,180,102 m.
        let at = |north: f64| {
            let geometry =
                geo::MultiPolygon(vec![geo::Rect::new((-1e4, north - 1e4), (1e4, north + 1e4)).to_polygon()]);
            let area = Area { id: "a".into(), name: "a".into(), parent: None, geometry };
            let reference = Reference::epsg(6933);
            scale_factor(&Areas { layer: "a".into(), source: String::new(), reference, areas: vec![area] }).unwrap()
        };
        assert!((at(3_658_789.0) - 1.0).abs() < 1e-4, "{}", at(3_658_789.0));
        assert!((at(5_180_102.0) - 0.817_182).abs() < 1e-4, "{}", at(5_180_102.0));
    }
}

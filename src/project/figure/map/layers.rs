//! Reads the layers that a specification names by file (hulls, contours, flows, surroundings), and makes the graticule.

use std::collections::HashMap;
use std::path::Path;

use geo::{BoundingRect as _, Centroid as _, Distance as _, Geodesic};

use super::graticule::graticule;
use crate::error::{ProjectError, Result};
use crate::model::{Area, Areas, Point, Problem, ProblemKind, Reference, Report, Severity};
use crate::project::analysis::MadeLayer;
use crate::project::survey::Survey;
use crate::render::{Contour, ContourSpec, Flow, FlowSpec, MapData, MapSpec};
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
    let mut layer = |file: &Path| -> Result<Areas> {
        let source = LayerSource { file: file.into(), ..LayerSource::default() };
        let (areas, report) = layers::areas_with_report(&source)?;
        notes.extend(report.told());
        projected_areas(&areas, grid)
    };
    if let Some(locator) = &spec.locator {
        data.surroundings = Some(layer(&locator.file)?);
    }
    if let Some(hulls) = &spec.hulls {
        data.hulls = Some(match &hulls.analysis {
            Some(name) => projected_areas(&made(survey, name)?.layer.areas, grid)?,
            None => layer(&hulls.file)?,
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
    Ok(())
}

/// The number of features of a file that have no polygon to draw.
pub(super) fn undrawn(report: &Report) -> usize {
    let is_left_out =
        |problem: &&Problem| problem.kind == ProblemKind::InvalidGeometry && problem.severity == Severity::Reject;
    report.problems.iter().filter(is_left_out).count()
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

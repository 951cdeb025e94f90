//! The set of points that the rings of an area enclose, and what is told of rings that are invalid.

use geo::{Geometry, MultiPolygon};

use super::super::gdal;
use crate::error::{ReadError, Result};
use crate::join::{RingFault, ring_faults};
use crate::model::{Place, Problem, ProblemKind, Report, Severity};

/// How many faults of one area are told.
const NAMED: usize = 5;

/// An area and what is wrong with its rings.
#[derive(Clone, Copy)]
pub(super) struct Invalid<'a> {
    /// Its id, where it has one.
    pub(super) id: Option<&'a str>,
    pub(super) faults: &'a [RingFault],
    /// Where it stands.
    pub(super) place: &'a Place,
}

/// What becomes of an area whose rings are invalid.
pub(super) enum Taken {
    /// Its valid polygons.
    Area(MultiPolygon<f64>),
    /// Nothing of it has an area, and it is left out.
    LeftOut,
    /// Nothing of it has an area: what is wrong.
    Nothing(String),
}

/// The polygons of an area with these faults as valid ones of the same vertices, so that a join, a size and a window see the same
/// points: each ring encloses what it winds round, and the area is its parts less their holes.
pub(super) fn taken(
    geometry: MultiPolygon<f64>,
    area: &Invalid<'_>,
    repair: bool,
    report: &mut Report,
) -> Result<Taken> {
    let Invalid { id, faults, place } = *area;
    if faults.is_empty() {
        return Ok(Taken::Area(geometry));
    }
    let found = match id {
        Some(id) => format!("area {id}: {}", told(faults)),
        None => told(faults),
    };
    let mut tell = |severity: Severity, expected: &str| {
        let (kind, place, found) = (ProblemKind::InvalidGeometry, place.clone(), found.clone());
        report.problems.push(Problem { kind, severity, place, found, expected: expected.to_owned() });
    };
    let valid = match gdal::make_valid(&geometry) {
        Ok(valid) => valid,
        Err(message) if repair => {
            let message = format!("feature {}: {message}", place.row.unwrap_or_default());
            return Err(ReadError::Malformed { file: place.file.clone(), format: "a valid polygon", message }.into());
        }
        Err(_) => {
            tell(Severity::Warning, "valid rings; sizes of the area are not those of what it encloses");
            return Ok(Taken::Area(geometry));
        }
    };
    let mut polygons = Vec::new();
    collect(valid, &mut polygons);
    Ok(match (polygons.is_empty(), repair) {
        (false, true) => {
            tell(Severity::Warning, "a valid polygon; it was repaired");
            Taken::Area(MultiPolygon(polygons))
        }
        (false, false) => {
            tell(Severity::Warning, "valid rings; the area is taken as what its parts enclose, less their holes");
            Taken::Area(MultiPolygon(polygons))
        }
        (true, true) => {
            tell(Severity::Reject, "a polygon with an area; the feature was left out");
            Taken::LeftOut
        }
        (true, false) => Taken::Nothing(found),
    })
}

/// Areas in memory, as those of a file are taken.
pub(crate) fn taken_areas(areas: &mut crate::model::Areas, repair: bool) -> Result<Report> {
    use rayon::prelude::*;
    let mut report = Report::default();
    let faults: Vec<Vec<RingFault>> = areas.areas.par_iter().map(|area| ring_faults(&area.geometry)).collect();
    let mut left_out = Vec::new();
    for (number, (area, faults)) in areas.areas.iter_mut().zip(&faults).enumerate() {
        if faults.is_empty() {
            continue;
        }
        let place = Place { file: areas.source.clone(), row: Some(number as u64 + 1), column: None };
        let invalid = Invalid { id: Some(&area.id), faults, place: &place };
        match taken(area.geometry.clone(), &invalid, repair, &mut report)? {
            Taken::Area(geometry) => area.geometry = geometry,
            Taken::LeftOut => left_out.push(number),
            // What indexes or measures it refuses it.
            Taken::Nothing(_) => {}
        }
    }
    for number in left_out.into_iter().rev() {
        areas.areas.remove(number);
    }
    Ok(report)
}

fn told(faults: &[RingFault]) -> String {
    let mut told: Vec<String> = faults.iter().take(NAMED).map(ToString::to_string).collect();
    if faults.len() > NAMED {
        told.push(format!("{} more", faults.len() - NAMED));
    }
    told.join("; ")
}

/// What is left of a repair as lines and points has no area.
fn collect(geometry: Geometry<f64>, polygons: &mut Vec<geo::Polygon<f64>>) {
    match geometry {
        Geometry::Polygon(polygon) if !polygon.exterior().0.is_empty() => polygons.push(polygon),
        Geometry::MultiPolygon(parts) => polygons.extend(parts),
        Geometry::GeometryCollection(parts) => parts.into_iter().for_each(|part| collect(part, polygons)),
        _ => {}
    }
}

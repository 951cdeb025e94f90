//! Making invalid polygons valid.

use geo::{Geometry, MultiPolygon, Validation as _};

use super::super::gdal;
use crate::error::{ReadError, Result};
use crate::model::{Place, Problem, ProblemKind, Report, Severity};

/// The polygon itself where it is valid; otherwise a valid one of the same vertices, and a word on it in the report.
/// `None` where nothing of it has an area: that is reported too.
pub(super) fn repaired(
    geometry: MultiPolygon<f64>,
    place: &Place,
    report: &mut Report,
) -> Result<Option<MultiPolygon<f64>>> {
    let faults: Vec<String> = geometry.validation_errors().iter().map(ToString::to_string).collect();
    if faults.is_empty() {
        return Ok(Some(geometry));
    }
    let valid = gdal::make_valid(&geometry).map_err(|message| ReadError::Malformed {
        file: place.file.clone(),
        format: "a valid polygon",
        message: format!("feature {}: {message}", place.row.unwrap_or_default()),
    })?;
    let mut polygons = Vec::new();
    collect(valid, &mut polygons);
    let left = !polygons.is_empty();
    report.problems.push(Problem {
        kind: ProblemKind::InvalidGeometry,
        severity: if left { Severity::Warning } else { Severity::Reject },
        place: place.clone(),
        found: faults.join("; "),
        expected: if left {
            "a valid polygon; it was repaired"
        } else {
            "a polygon with an area; the feature was left out"
        }
        .to_owned(),
    });
    Ok(left.then_some(MultiPolygon(polygons)))
}

/// What is left of a repair as lines and points has no area.
fn collect(geometry: Geometry<f64>, polygons: &mut Vec<geo::Polygon<f64>>) {
    match geometry {
        Geometry::Polygon(polygon) => polygons.push(polygon),
        Geometry::MultiPolygon(parts) => polygons.extend(parts),
        Geometry::GeometryCollection(parts) => parts.into_iter().for_each(|part| collect(part, polygons)),
        _ => {}
    }
}

use geo::LineString;

use super::orientation::LARGEST_COORDINATE;
use crate::error::{AreaFault, JoinError};
use crate::model::{Areas, Reference};

/// Every reason why a layer cannot be indexed.
///
/// That rings are closed is kept by `geo`'s own type, which closes them.
pub(super) fn refuse(areas: &Areas) -> Result<(), JoinError> {
    let (layer, file) = (areas.layer.clone(), areas.source.clone());
    if areas.is_empty() {
        return Err(JoinError::EmptyLayer { layer, file });
    }
    let mut faults = Vec::new();
    for area in &areas.areas {
        if area.geometry.0.is_empty() {
            faults.push(AreaFault {
                area: area.id.clone(),
                ring: None,
                found: "no polygon".to_owned(),
                expected: "at least one",
            });
        }
        for (part, polygon) in (1..).zip(&area.geometry) {
            let mut check = |ring: &LineString<f64>, name: String| {
                if let Some((found, expected)) = ring_fault(ring, areas.reference) {
                    faults.push(AreaFault { area: area.id.clone(), ring: Some(name), found, expected });
                }
            };
            check(polygon.exterior(), format!("part {part}"));
            for (hole, ring) in (1..).zip(polygon.interiors()) {
                check(ring, format!("part {part}, hole {hole}"));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(JoinError::Areas { layer, file, faults }) }
}

fn ring_fault(ring: &LineString<f64>, reference: Reference) -> Option<(String, &'static str)> {
    if let Some(at) = ring.coords().find(|c| !c.x.is_finite() || !c.y.is_finite()) {
        return Some((format!("a vertex at {:?}, {:?}", at.x, at.y), "finite coordinates"));
    }
    let (largest_x, largest_y, expected) = if reference.is_wgs84_like() {
        (360.0, 90.0, "longitude and latitude in degrees")
    } else {
        (LARGEST_COORDINATE, LARGEST_COORDINATE, "metres of a projected grid")
    };
    if let Some(at) = ring.coords().find(|c| c.x.abs() > largest_x || c.y.abs() > largest_y) {
        return Some((format!("a vertex at {:?}, {:?}", at.x, at.y), expected));
    }
    let mut distinct = Vec::with_capacity(3);
    for coord in ring.coords() {
        if !distinct.contains(coord) {
            distinct.push(*coord);
            if distinct.len() == 3 {
                return None;
            }
        }
    }
    Some((format!("{} distinct points", distinct.len()), "a ring of 3 or more"))
}

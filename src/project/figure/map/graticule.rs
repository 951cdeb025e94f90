use geo::BoundingRect as _;

use crate::error::Result;
use crate::model::{Areas, Point, Reference};
use crate::render::Graticule;
use crate::source::Transform;

/// Steps between meridians, in minutes of arc.
const STEPS_MIN: [u32; 12] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800];
/// Lines wanted across the longer side of the map.
const WANTED: f64 = 4.0;
/// A line is drawn through so many points: in a projected grid it bends.
const POINTS: u32 = 40;

/// Makes meridians and parallels at round degrees over areas in a metre grid, reaching slightly beyond their extent.
///
/// # Errors
///
/// Errors of the coordinate transformation.
pub(super) fn graticule(areas: &Areas) -> Result<Vec<Graticule>> {
    let boxes = areas.areas.iter().filter_map(|area| area.geometry.bounding_rect());
    let Some(bounds) = boxes.reduce(|a, b| {
        geo::Rect::new(
            (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
            (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
        )
    }) else {
        return Ok(Vec::new());
    };
    let to_degrees = Transform::new(areas.reference, Reference::Cgcs2000)?;
    let to_grid = Transform::new(Reference::Cgcs2000, areas.reference)?;
    // As wide again on either side: the page is seldom of the shape of the areas.
    let (width, height) = (bounds.width(), bounds.height());
    let mut corners = Vec::new();
    for x in [bounds.min().x - width, bounds.min().x, bounds.max().x, bounds.max().x + width] {
        for y in [bounds.min().y - height, bounds.min().y, bounds.max().y, bounds.max().y + height] {
            corners.push(Some(Point::new(x, y)));
        }
    }
    let corners: Vec<Point> = to_degrees.images(&corners).into_iter().flatten().collect();
    let range = |of: fn(&Point) -> f64| {
        let ends = corners
            .iter()
            .map(of)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if ends.0 < ends.1 { Some(ends) } else { None }
    };
    let (Some((west, east)), Some((south, north))) = (range(|point| point.x), range(|point| point.y)) else {
        return Ok(Vec::new());
    };
    // The extent of the areas is a third of what was looked at.
    let longer_min = (east - west).max(north - south) / 3.0 * 60.0;
    let step = STEPS_MIN.into_iter().find(|step| f64::from(*step) >= longer_min / WANTED).unwrap_or(1800);
    let mut lines = Vec::new();
    for is_meridian in [true, false] {
        let (from, to) = if is_meridian { (west, east) } else { (south, north) };
        for minutes in rounds(from, to, step) {
            let fixed = f64::from(minutes) / 60.0;
            let along =
                |share: f64| if is_meridian { south + (north - south) * share } else { west + (east - west) * share };
            let points: Vec<Option<Point>> = (0..=POINTS)
                .map(|point| along(f64::from(point) / f64::from(POINTS)))
                .map(|moving| Some(if is_meridian { Point::new(fixed, moving) } else { Point::new(moving, fixed) }))
                .collect();
            let points: Vec<Point> = to_grid.images(&points).into_iter().flatten().collect();
            if points.len() > 1 {
                lines.push(Graticule { label: label(minutes, is_meridian), is_meridian, points });
            }
        }
    }
    Ok(lines)
}

/// The multiples of a step between two values in degrees, in minutes.
fn rounds(from: f64, to: f64, step: u32) -> Vec<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "degrees of the Earth")]
    let at = |degrees: f64| (degrees * 60.0 / f64::from(step)).ceil() as i32;
    #[expect(clippy::cast_possible_wrap, reason = "a step has few minutes")]
    let step = step as i32;
    (at(from)..=at(to) - 1).map(|multiple| multiple * step).collect()
}

/// `120°30′E`.
fn label(minutes: i32, is_meridian: bool) -> String {
    let (degrees, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let side = match (is_meridian, minutes < 0) {
        (true, false) => "E",
        (true, true) => "W",
        (false, false) => "N",
        (false, true) => "S",
    };
    if rest == 0 { format!("{degrees}°{side}") } else { format!("{degrees}°{rest:02}′{side}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_degrees_are_found_and_named() {
        assert_eq!(rounds(119.9, 121.3, 30), [7200, 7230, 7260]);
        assert_eq!(label(7230, true), "120°30′E");
        assert_eq!(label(-1800, false), "30°S");
    }
}

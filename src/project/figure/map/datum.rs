//! Layers that should share borders and do not, because one of them is taken in a wrong datum.

use std::collections::HashMap;

use geo::{CoordsIter as _, LinesIter as _};

use crate::error::Result;
use crate::model::{Areas, DeclaredReference, Point};
use crate::source::Transform;

/// Places of the outlines that are looked at.
const MOST_PLACES: usize = 400;
/// Places along the borders of the areas, at most about so many.
const MOST_SAMPLES: f64 = 400_000.0;
/// The least distance between two of them in metres.
const LEAST_STEP_M: f64 = 40.0;
/// Borders farther than this from each other are others.
const REACH_M: f64 = 2000.0;

/// The datums whose offset moves borders by some hundreds of metres, with their names.
const OFFSETS: [(DeclaredReference, &str); 2] =
    [(DeclaredReference::Gcj02, "GCJ-02"), (DeclaredReference::Bd09, "BD-09")];

/// Returns a note that the borders of outlines lie beside those of the areas they should share them with, and meet them once they
/// are moved by the offset of a datum. Both layers are in one metre grid.
///
/// # Errors
///
/// Errors of the coordinate transformation.
pub(super) fn doubled(outlines: &Areas, areas: &Areas) -> Result<Option<String>> {
    let borders = Borders::sampled(areas);
    let places = places(outlines);
    let Some(apart) = borders.median_distance(&places).or(Some(f64::INFINITY)).filter(|_| !places.is_empty()) else {
        return Ok(None);
    };
    // Within the distance between two samples, borders are taken as one.
    if apart <= 4.0 * borders.step_m {
        return Ok(None);
    }
    let to_degrees = Transform::new(outlines.reference, DeclaredReference::Wgs84)?;
    let back = Transform::new(DeclaredReference::Wgs84, areas.reference)?;
    let known: Vec<Option<Point>> = places.iter().copied().map(Some).collect();
    let degrees = to_degrees.images(&known);
    for (datum, name) in OFFSETS {
        for offset in
            [Transform::new(datum, DeclaredReference::Wgs84)?, Transform::new(DeclaredReference::Wgs84, datum)?]
        {
            let moved: Vec<Point> = back.images(&offset.images(&degrees)).into_iter().flatten().collect();
            let meets = borders.median_distance(&moved).is_some_and(|distance| distance <= borders.step_m);
            if meets {
                let (own, other) = (&outlines.layer, &areas.layer);
                let distance = if apart.is_finite() { format!("about {:.0} m", apart) } else { "far".to_owned() };
                return Ok(Some(format!(
                    "the borders of `{own}` lie {distance} from those of `{other}`, and meet them moved by the offset of {name}: the reference of one of the two layers is wrong"
                )));
            }
        }
    }
    Ok(None)
}

/// Vertices of the outlines, evenly chosen.
fn places(outlines: &Areas) -> Vec<Point> {
    let count: usize = outlines.areas.iter().map(|area| area.geometry.coords_count()).sum();
    let every = count.div_ceil(MOST_PLACES).max(1);
    let all = outlines.areas.iter().flat_map(|area| area.geometry.coords_iter());
    all.step_by(every).map(|coord| Point::new(coord.x, coord.y)).collect()
}

/// Places along borders, by the cell that they lie in.
struct Borders {
    step_m: f64,
    cells: HashMap<(i64, i64), Vec<Point>>,
}

#[expect(clippy::cast_possible_truncation, reason = "metres of a grid; a cast saturates")]
fn cell(at: Point) -> (i64, i64) {
    ((at.x / REACH_M).floor() as i64, (at.y / REACH_M).floor() as i64)
}

impl Borders {
    fn sampled(areas: &Areas) -> Self {
        let lines = || areas.areas.iter().flat_map(|area| area.geometry.lines_iter());
        let length = |line: &geo::Line<f64>| line.dx().hypot(line.dy());
        let whole: f64 = lines().map(|line| length(&line)).sum();
        let step_m = (whole / MOST_SAMPLES).max(LEAST_STEP_M);
        let mut cells: HashMap<(i64, i64), Vec<Point>> = HashMap::new();
        for line in lines() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand; saturates")]
            let steps = (length(&line) / step_m).ceil().max(1.0) as usize;
            for step in 0..steps {
                let share = step as f64 / steps as f64;
                let at = Point::new(line.start.x + line.dx() * share, line.start.y + line.dy() * share);
                cells.entry(cell(at)).or_default().push(at);
            }
        }
        Self { step_m, cells }
    }

    /// The median of the distances of places from the nearest border; `None` if most have none within reach.
    fn median_distance(&self, places: &[Point]) -> Option<f64> {
        let nearest = |at: &Point| {
            let (column, row) = cell(*at);
            let around = (-1..=1).flat_map(|right| (-1..=1).map(move |up| (column + right, row + up)));
            let near = around.filter_map(|cell| self.cells.get(&cell)).flatten();
            near.map(|border| (border.x - at.x).hypot(border.y - at.y)).fold(f64::INFINITY, f64::min)
        };
        let mut distances: Vec<f64> = places.iter().map(nearest).collect();
        distances.sort_by(f64::total_cmp);
        distances.get(distances.len() / 2).copied().filter(|distance| distance.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Area, Reference};

    /// A square of 40 km in WGS 84 or moved by an offset, in the grid of Shaoxing.
    fn square(layer: &str, parts: u32, offset: Option<DeclaredReference>) -> Areas {
        let grid = Reference::epsg(4549);
        let to_grid = Transform::new(DeclaredReference::Wgs84, grid).unwrap();
        let offset = offset.map(|datum| Transform::new(DeclaredReference::Wgs84, datum).unwrap());
        let width = 0.4 / f64::from(parts);
        let corner = |x: f64, y: f64| {
            let at = Point::new(x, y);
            let at = offset.as_ref().map_or(at, |offset| offset.point(at).unwrap());
            let at = to_grid.point(at).unwrap();
            (at.x, at.y)
        };
        let area = |number: u32| {
            let (west, east) = (120.3 + width * f64::from(number), 120.3 + width * f64::from(number + 1));
            let sides = (0..40).map(|step| f64::from(step) / 40.0);
            let ring: Vec<(f64, f64)> = sides
                .clone()
                .map(|share| corner(west + (east - west) * share, 29.8))
                .chain(sides.clone().map(|share| corner(east, 29.8 + 0.4 * share)))
                .chain(sides.clone().map(|share| corner(east - (east - west) * share, 30.2)))
                .chain(sides.map(|share| corner(west, 30.2 - 0.4 * share)))
                .collect();
            let polygon = geo::Polygon::new(ring.into(), Vec::new());
            let (id, geometry) = (number.to_string(), geo::MultiPolygon(vec![polygon]));
            Area { name: id.clone(), id, parent: None, geometry }
        };
        Areas { layer: layer.into(), source: String::new(), reference: grid, areas: (0..parts).map(area).collect() }
    }

    #[test]
    fn borders_that_an_offset_parts_are_told_and_others_not() {
        let towns = square("town", 4, None);
        assert_eq!(doubled(&square("district", 1, None), &towns).unwrap(), None);
        let note = doubled(&square("district", 1, Some(DeclaredReference::Gcj02)), &towns).unwrap().unwrap();
        assert!(note.contains("`district`") && note.contains("offset of GCJ-02"), "{note}");
        let back = doubled(&towns, &square("town", 4, Some(DeclaredReference::Bd09))).unwrap().unwrap();
        assert!(back.contains("offset of BD-09"), "{back}");
    }
}

use geo::{Area as _, Centroid as _, Coord, LineString, MultiPolygon, Polygon};

use super::data::MapData;
use super::overlay::refuse_negative;
use crate::Result;
use crate::error::RenderError;
use crate::model::{Area, Areas};

/// Corners of a circle.
const CORNERS: u32 = 96;
const ROUNDS: usize = 400;
/// Air between circles, as a share of their radii.
const AIR: f64 = 1.03;
/// The total area of the circles, as a fraction of the territory's area.
const FILLED: f64 = 0.6;

/// Makes a Dorling cartogram (1996): each area becomes a circle whose size is proportional to a number, close to the
/// area and clear of the other circles. An area without a number, or with 0, becomes a very small circle, so that it is
/// still visible.
///
/// # Errors
///
/// [`RenderError::Setting`] for numbers that are negative or not finite, and if none is above 0.
pub(super) fn dorling(data: &MapData) -> Result<Areas> {
    refuse_negative("cartogram.column", data.sizes.iter().copied().flatten())?;
    let areas = &data.areas;
    let territory: f64 = areas.areas.iter().map(|area| area.geometry.unsigned_area()).sum();
    let sum: f64 = data.sizes.iter().copied().flatten().sum();
    if sum <= 0.0 {
        let key = "cartogram.column".to_owned();
        let found = "a column without a number above 0".to_owned();
        let expected = "numbers in proportion to which areas can be drawn".to_owned();
        return Err(RenderError::Setting { key, found, expected }.into());
    }
    let least = (territory * FILLED / sum / std::f64::consts::PI).sqrt();
    let smallest = (territory / areas.len() as f64).sqrt() * 0.04;
    let radii: Vec<f64> = (0..areas.len()).map(|area| (least * size(data, area).sqrt()).max(smallest)).collect();
    let homes: Vec<[f64; 2]> = areas
        .areas
        .iter()
        .map(|area| area.geometry.centroid().map_or([0.0, 0.0], |centre| [centre.x(), centre.y()]))
        .collect();
    let mut places = homes.clone();
    for round in 0..ROUNDS {
        // Pulled home less and less, pushed apart always: at the end nothing overlaps.
        let pull = 0.1 * (1.0 - round as f64 / ROUNDS as f64).max(0.0);
        for (place, home) in places.iter_mut().zip(&homes) {
            for axis in 0..2 {
                place[axis] += (home[axis] - place[axis]) * pull;
            }
        }
        for _ in 0..4 {
            push_apart(&mut places, &radii);
        }
    }
    let circles =
        areas.areas.iter().zip(&places).zip(&radii).map(|((area, place), radius)| Area {
            geometry: MultiPolygon(vec![circle(*place, *radius)]),
            ..area.clone()
        });
    Ok(Areas { areas: circles.collect(), ..areas.clone() })
}

fn size(data: &MapData, area: usize) -> f64 {
    data.sizes.get(area).copied().flatten().unwrap_or(0.0)
}

fn push_apart(places: &mut [[f64; 2]], radii: &[f64]) {
    for a in 0..places.len() {
        for b in a + 1..places.len() {
            let wanted = (radii[a] + radii[b]) * AIR;
            let (mut dx, mut dy) = (places[b][0] - places[a][0], places[b][1] - places[a][1]);
            let mut distance = dx.hypot(dy);
            if distance >= wanted {
                continue;
            }
            if distance < 1e-9 {
                // Two on one spot: to the sides, by their numbers.
                (dx, dy, distance) = (1.0, (a as f64 - b as f64) * 1e-3, 1.0);
            }
            // The larger gives way less.
            let share = radii[b] / (radii[a] + radii[b]);
            let push = (wanted - distance.min(wanted)) / distance;
            places[a][0] -= dx * push * share;
            places[a][1] -= dy * push * share;
            places[b][0] += dx * push * (1.0 - share);
            places[b][1] += dy * push * (1.0 - share);
        }
    }
}

fn circle(centre: [f64; 2], radius: f64) -> Polygon<f64> {
    let corner = |corner: u32| {
        let angle = f64::from(corner) / f64::from(CORNERS) * std::f64::consts::TAU;
        Coord { x: centre[0] + radius * angle.cos(), y: centre[1] + radius * angle.sin() }
    };
    Polygon::new(LineString((0..CORNERS).map(corner).collect()), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reference;

    #[test]
    fn circles_are_as_large_as_their_numbers_and_clear_of_each_other() {
        let square = |at: u32| {
            let (x, y) = (f64::from(at % 4) * 1000.0, f64::from(at / 4) * 1000.0);
            let geometry = MultiPolygon(vec![geo::Rect::new((x, y), (x + 1000.0, y + 1000.0)).to_polygon()]);
            Area { id: at.to_string(), name: at.to_string(), parent: None, geometry }
        };
        let areas = Areas {
            layer: String::new(),
            source: String::new(),
            reference: Reference::epsg(4549),
            areas: (0..12).map(square).collect(),
        };
        let mut data = MapData::new(areas);
        data.sizes = (0..12).map(|area| Some(f64::from(area * area + 1))).collect();
        let circles = dorling(&data).unwrap();
        let sizes: Vec<f64> = circles.areas.iter().map(|area| area.geometry.unsigned_area()).collect();
        assert!((sizes[11] / sizes[4] - 122.0 / 17.0).abs() < 1e-9);
        for (a, one) in circles.areas.iter().enumerate() {
            for other in &circles.areas[a + 1..] {
                use geo::Intersects as _;
                assert!(!one.geometry.intersects(&other.geometry), "{} {}", one.id, other.id);
            }
        }
        data.sizes[0] = Some(-1.0);
        assert!(dorling(&data).unwrap_err().to_string().contains("cartogram.column"));
    }
}

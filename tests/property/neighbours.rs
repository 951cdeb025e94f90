//! Neighbours: the fast search against every pair.

use geo::dimensions::Dimensions;
use geo::{
    Coord, Distance as _, Geodesic, Intersects as _, LineString, MultiLineString, MultiPolygon, Polygon, Relate as _,
};
use jiju::join::{Contiguity, contiguity, nearest_neighbours, neighbours_within};
use jiju::model::{Area, Areas, Measured, Point, Reference, Weights};
use proptest::prelude::*;

fn areas(rings: Vec<Vec<(i32, i32)>>, reference: Reference) -> Areas {
    let area = |(number, ring): (usize, Vec<(i32, i32)>)| {
        let ring = LineString(ring.into_iter().map(|(x, y)| Coord { x: f64::from(x), y: f64::from(y) }).collect());
        let id = number.to_string();
        Area { name: id.clone(), id, parent: None, geometry: MultiPolygon(vec![Polygon::new(ring, vec![])]) }
    };
    let areas = rings.into_iter().enumerate().map(area).collect();
    Areas { layer: "cells".to_owned(), source: "cells".to_owned(), reference, areas }
}

/// Triangles and rectangles on a small lattice: they share corners, edges, parts of edges, cross and cover each other.
fn rings() -> impl Strategy<Value = Vec<Vec<(i32, i32)>>> {
    let corner = || (0..7, 0..7);
    let triangle = (corner(), corner(), corner())
        .prop_filter("a triangle", |(a, b, c)| (b.0 - a.0) * (c.1 - a.1) != (b.1 - a.1) * (c.0 - a.0))
        .prop_map(|(a, b, c)| vec![a, b, c]);
    let rectangle = (corner(), 1..4, 1..4)
        .prop_map(|((x, y), width, height)| vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]);
    prop::collection::vec(prop_oneof![triangle, rectangle], 2..40)
}

fn boundary(area: &Area) -> MultiLineString {
    MultiLineString(area.geometry.iter().map(|polygon| polygon.exterior().clone()).collect())
}

fn found(weights: &Weights) -> Vec<Vec<usize>> {
    (0..weights.len()).map(|unit| weights.neighbours(unit).map(|(other, _)| other).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn boundaries_meet_as_geometry_says(rings in rings()) {
        let areas = areas(rings, Reference::epsg(4549));
        let boundaries: Vec<_> = areas.areas.iter().map(boundary).collect();
        let of = |meets: &dyn Fn(usize, usize) -> bool| -> Vec<Vec<usize>> {
            let all = 0..areas.len();
            all.clone().map(|one| all.clone().filter(|other| *other != one && meets(one, *other)).collect()).collect()
        };
        let queen = of(&|one, other| boundaries[one].intersects(&boundaries[other]));
        prop_assert_eq!(found(&contiguity(&areas, Contiguity::Queen, 0.0).unwrap()), queen);
        let along = |one: usize, other: usize| {
            use geo::coordinate_position::CoordPos::{Inside, OnBoundary};
            let matrix = boundaries[one].relate(&boundaries[other]);
            [Inside, OnBoundary].iter().any(|a| [Inside, OnBoundary].iter().any(|b| {
                matrix.get(*a, *b) == Dimensions::OneDimensional
            }))
        };
        prop_assert_eq!(found(&contiguity(&areas, Contiguity::Rook, 0.0).unwrap()), of(&along));
    }

    #[test]
    fn a_tolerance_finds_again_what_was_pulled_apart(columns in 2..6_i32, rows in 2..6_i32, gap in 0.001..0.09_f64) {
        let squares: Vec<_> = (0..rows)
            .flat_map(|y| (0..columns).map(move |x| vec![(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]))
            .collect();
        let whole = areas(squares, Reference::epsg(4549));
        let mut apart = whole.clone();
        for area in &mut apart.areas {
            let number: i32 = area.id.parse().unwrap();
            let (column, row) = (f64::from(number % columns), f64::from(number / columns));
            geo::MapCoordsInPlace::map_coords_in_place(&mut area.geometry, |at: Coord| Coord {
                x: at.x + column * gap,
                y: at.y + row * gap,
            });
        }
        for kind in [Contiguity::Queen, Contiguity::Rook] {
            prop_assert!(found(&contiguity(&apart, kind, 0.0).unwrap()).iter().all(Vec::is_empty));
            // Diagonal corners are √2 gaps apart.
            let snapped = contiguity(&apart, kind, gap * 1.5).unwrap();
            prop_assert_eq!(found(&snapped), found(&contiguity(&whole, kind, 0.0).unwrap()));
        }
    }

    #[test]
    fn nearest_and_within_agree_with_every_distance(
        at in prop::collection::vec((118.0..122.0_f64, 28.0..31.0_f64), 3..60),
        count in 1..3_usize,
        band_km in 10.0..200.0_f64,
        planar in any::<bool>(),
    ) {
        // Some places are taken twice.
        let at: Vec<_> = at.iter().chain(&at[..at.len() / 3]).copied().collect();
        let (reference, scale) = if planar { (Reference::epsg(4549), 1e5) } else { (Reference::Wgs84, 1.0) };
        let measured = reference.measured().unwrap();
        let points: Vec<Point> = at.iter().map(|(x, y)| Point::new(x * scale, y * scale)).collect();
        let ids = || (0..points.len()).map(|unit| unit.to_string()).collect::<Vec<_>>();
        let apart = |one: usize, other: usize| {
            let (a, b) = (points[one], points[other]);
            if planar {
                ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).sqrt()
            } else {
                Geodesic.distance(geo::Point::new(a.x, a.y), geo::Point::new(b.x, b.y))
            }
        };
        let nearest = nearest_neighbours(ids(), &points, measured, count).unwrap();
        let within = neighbours_within(ids(), &points, measured, band_km * 1000.0).unwrap();
        for unit in 0..points.len() {
            let mut others: Vec<(usize, f64)> =
                (0..points.len()).filter(|other| *other != unit).map(|other| (other, apart(unit, other))).collect();
            let in_band: Vec<_> = others.iter().copied().filter(|(_, far)| *far <= band_km * 1000.0).collect();
            prop_assert_eq!(within.neighbours(unit).collect::<Vec<_>>(), in_band);
            others.sort_by(|one, other| one.1.total_cmp(&other.1));
            prop_assert_eq!(nearest.neighbours(unit).collect::<Vec<_>>(), &others[..count]);
        }
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let cells = areas(vec![vec![(0, 0), (1, 0), (0, 1)], vec![(1, 0), (1, 1), (0, 1)]], Reference::epsg(4549));
    assert!(contiguity(&cells, Contiguity::Queen, -1.0).is_err());
    assert!(contiguity(&cells, Contiguity::Queen, f64::NAN).is_err());
    let ids = || vec!["a".to_owned(), "b".to_owned()];
    let points = [Point::new(120.0, 30.0), Point::new(120.1, 30.0)];
    assert!(nearest_neighbours(ids(), &points, Measured::Geodesic, 0).is_err());
    assert!(nearest_neighbours(ids(), &points, Measured::Geodesic, 2).is_err());
    assert!(neighbours_within(ids(), &points, Measured::Geodesic, 0.0).is_err());
    assert!(neighbours_within(ids(), &[points[0], Point::new(120.0, 95.0)], Measured::Geodesic, 1.0).is_err());
}

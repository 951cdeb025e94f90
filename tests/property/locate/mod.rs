//! The index against brute force in exact arithmetic, on input made to be difficult.

mod batch;
mod density;
mod grid;
mod layers;
mod saved;

use geo::{Coord, Distance as _, Geodesic};
use jiju::join::{AreaIndex, locate_points};
use jiju::model::{Match, Point, Reference};
use proptest::prelude::*;

use crate::targets::exact::{Edge, ExactLayer, Layer, Ring, areas, edges};

/// Corners of a small lattice: shared edges, collinear runs, spikes, doubled and touching vertices come by themselves.
fn lattice_ring() -> impl Strategy<Value = Vec<(i8, i8)>> {
    prop::collection::vec((-3_i8..=3, -3_i8..=3), 3..9).prop_filter("three distinct points", |ring| {
        ring.iter().filter(|point| **point != ring[0]).any(|a| ring.iter().any(|b| b != a && *b != ring[0]))
    })
}

/// A frame that carries lattice corners to doubles with and without rounding, from tiny to huge.
fn frames() -> impl Strategy<Value = (f64, f64, f64)> {
    prop_oneof![
        Just((1.0, 0.0, 0.0)),
        Just((0.1, 120.3, 30.1)),
        Just((1.0 / 3.0, 0.0, -7.0)),
        Just((1e-9, 120.640_7, 30.129_613)),
        Just((123.456, 40_512_345.678, 3_312_345.1)),
        Just((1e-90, 0.0, 0.0)),
        Just((1e90, 0.0, 0.0)),
        Just((7e-60, 1e-45, -1e-44)),
        Just((1e-300, 0.0, 0.0)),
        Just((f64::MIN_POSITIVE / 8.0, 0.0, 1e-310)),
    ]
}

fn next_up(value: f64, steps: i64) -> f64 {
    (0..steps.abs()).fold(value, |value, _| if steps > 0 { value.next_up() } else { value.next_down() })
}

/// A layer, and points on its vertices, on and about its edges, one rounding step off, on lattice corners.
fn difficult() -> impl Strategy<Value = (Layer, Vec<(f64, f64)>)> {
    let layer = prop::collection::vec(prop::collection::vec(prop::collection::vec(lattice_ring(), 1..4), 1..3), 1..5);
    let picks = prop::collection::vec((any::<prop::sample::Index>(), 0_u8..5, -2_i64..=2, -2_i64..=2, 0.0..1.0), 24);
    (layer, frames(), picks).prop_map(|(layer, (scale, x0, y0), picks)| {
        let place = |(x, y): (i8, i8)| (f64::from(x) * scale + x0, f64::from(y) * scale + y0);
        let layer: Layer = layer
            .into_iter()
            .map(|parts| {
                let part = |rings: Vec<Vec<(i8, i8)>>| rings.into_iter().map(|r| r.into_iter().map(place).collect());
                parts.into_iter().map(|rings| part(rings).collect()).collect()
            })
            .collect();
        let edges: Vec<Edge> = layer.iter().flatten().flatten().flat_map(edges).collect();
        let points = picks
            .into_iter()
            .map(|(pick, kind, dx, dy, share)| {
                let (a, b) = edges[pick.index(edges.len())];
                let between = |share: f64| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
                let (x, y) = match kind {
                    0 => a,
                    1 => between(0.5),
                    2 => between(share),
                    3 => (a.0, b.1),
                    _ => (a.0 + (b.1 - y0) * share, b.1 + (a.0 - x0) * share),
                };
                (next_up(x, dx), next_up(y, dy))
            })
            .collect();
        (layer, points)
    })
}

fn pairs(matches: &[Match]) -> Vec<(usize, bool)> {
    matches.iter().map(|one| (one.area.unwrap(), one.on_boundary)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn locate_equals_exact_arithmetic((layer, points) in difficult()) {
        let index = AreaIndex::new(&areas(&layer, Reference::epsg(4549))).unwrap();
        let truth = ExactLayer::new(&layer);
        for (x, y) in points {
            let expected = truth.locate_all((x, y));
            prop_assert_eq!(pairs(&index.locate_all(Point::new(x, y))), expected.clone(), "at {}, {}", x, y);
            let first = index.locate(Point::new(x, y));
            prop_assert_eq!(first.area.map(|area| (area, first.on_boundary)), expected.first().copied());
        }
    }

    #[test]
    fn order_and_direction_of_vertices_change_nothing(
        (layer, points) in difficult(),
        turns in prop::collection::vec((0_usize..9, any::<bool>()), 40),
    ) {
        let mut turns = turns.into_iter().cycle();
        let turned: Layer = layer
            .iter()
            .map(|parts| {
                parts
                    .iter()
                    .map(|rings| {
                        rings
                            .iter()
                            .map(|ring| {
                                let (turn, reverse) = turns.next().unwrap();
                                let mut ring = ring.clone();
                                let length = ring.len();
                                ring.rotate_left(turn % length);
                                if reverse {
                                    ring.reverse();
                                }
                                ring
                            })
                            .collect()
                    })
                    .collect()
            })
            .collect();
        let first = AreaIndex::new(&areas(&layer, Reference::epsg(4549))).unwrap();
        let second = AreaIndex::new(&areas(&turned, Reference::epsg(4549))).unwrap();
        for (x, y) in points {
            let point = Point::new(x, y);
            prop_assert_eq!(first.locate_all(point), second.locate_all(point));
            prop_assert_eq!(first.distance_m(point), second.distance_m(point));
            prop_assert_eq!(first.nearest_within(point, f64::INFINITY), second.nearest_within(point, f64::INFINITY));
        }
    }
}

/// A star of many vertices with a hole: long runs of short edges, sorted into many bands.
fn star(corners: usize, wild: f64) -> Layer {
    let ring = |radius: f64| -> Ring {
        (0..corners)
            .map(|corner| {
                let angle = std::f64::consts::TAU * corner as f64 / corners as f64;
                let reach = radius * (1.0 + wild * (37.0 * angle).sin() * (11.0 * angle).cos());
                (120.5 + reach * angle.cos(), 30.0 + reach * angle.sin())
            })
            .collect()
    };
    vec![vec![vec![ring(1.0), ring(0.4)]], vec![vec![ring(0.4)]]]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn many_bands_equal_exact_arithmetic(
        corners in 100_usize..400,
        wild in 0.0..0.5,
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0.0..1.0, -1_i64..=1, -1_i64..=1), 12),
    ) {
        let layer = star(corners, wild);
        let index = AreaIndex::new(&areas(&layer, Reference::Wgs84)).unwrap();
        let truth = ExactLayer::new(&layer);
        let ring = &layer[0][0][0];
        for (pick, share, dx, dy) in picks {
            let number = pick.index(ring.len());
            let (a, b) = (ring[number], ring[(number + 1) % ring.len()]);
            let (x, y) = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
            let (x, y) = (next_up(x, dx), next_up(y, dy));
            prop_assert_eq!(pairs(&index.locate_all(Point::new(x, y))), truth.locate_all((x, y)));
            // Across the whole star too, at the same height.
            let across = (120.5 + (x - 120.5) * share, y);
            prop_assert_eq!(pairs(&index.locate_all(Point::new(across.0, y))), truth.locate_all(across));
        }
    }

    #[test]
    fn the_nearest_area_equals_the_least_of_all_edges((layer, points) in difficult(), snap_m in 0.0..3.0) {
        let scale_free = layer.iter().flatten().flatten().flatten().all(|(x, y)| x.abs().max(y.abs()) < 1e9);
        prop_assume!(scale_free);
        let index = AreaIndex::new(&areas(&layer, Reference::epsg(4549))).unwrap();
        let located: Vec<Option<Point>> = points.iter().map(|(x, y)| Some(Point::new(*x, *y))).collect();
        let snapped = locate_points(&index, &located, Some(snap_m));
        for ((x, y), one) in points.into_iter().zip(snapped) {
            let least = least_planar(&layer, (x, y));
            let found = index.distance_m(Point::new(x, y)).unwrap();
            prop_assert!((found - least).abs() <= 1e-7, "{} and {}", found, least);
            let held = index.locate(Point::new(x, y));
            match one.snapped_m {
                Some(distance) => {
                    prop_assert!(held.area.is_none() && one.area.is_some() && distance == found && distance <= snap_m);
                }
                None => prop_assert!(one == held && (held.area.is_some() || found > snap_m)),
            }
        }
    }
}

/// The least distance to any edge of the layer in the plane.
fn least_planar(layer: &Layer, (x, y): (f64, f64)) -> f64 {
    let edges = layer.iter().flatten().flatten().flat_map(edges);
    edges.map(|(a, b)| planar(Coord { x, y }, a.into(), b.into())).fold(f64::INFINITY, f64::min)
}

fn planar(p: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (edge, to) = (b - a, p - a);
    let length = edge.x * edge.x + edge.y * edge.y;
    let share = if length > 0.0 { ((to.x * edge.x + to.y * edge.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    (to - edge * share).x.hypot((to - edge * share).y)
}

/// The least geodesic distance to an edge, by looking everywhere along it and then closer.
fn geodesic(point: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let to = |share: f64| {
        let foot = geo::Point::new(a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        Geodesic.distance(geo::Point::from(point), foot)
    };
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    while high - low > 1e-9 {
        let step = (high - low) / 16.0;
        let (least, _) = (0..=16)
            .map(|n| low + step * f64::from(n))
            .map(|share| (share, to(share)))
            .fold((0.0, f64::INFINITY), |least, found| if found.1 < least.1 { found } else { least });
        (low, high) = ((least - step).max(0.0), (least + step).min(1.0));
    }
    to(f64::midpoint(low, high)).min(to(low)).min(to(high))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn geodesic_distances_equal_a_search_along_every_edge(
        corners in prop::collection::vec((-1.0..1.0, -1.0..1.0), 3..6),
        (x, y) in (-3.0..3.0, -3.0..3.0),
        (longitude, latitude) in (-180.0..180.0, -70.0..70.0),
        west in any::<bool>(),
    ) {
        let ring: Ring = corners.into_iter().map(|(x, y)| (longitude + x, latitude + y)).collect();
        let index = AreaIndex::new(&areas(&vec![vec![vec![ring.clone()]]], Reference::Wgs84)).unwrap();
        let point = (longitude + x, latitude + y);
        let least_m = (0..ring.len())
            .map(|n| geodesic(point, ring[n], ring[(n + 1) % ring.len()]))
            .fold(f64::INFINITY, f64::min);
        // The same place, written a full turn away.
        let turned = if west { point.0 - 360.0 } else { point.0 + 360.0 };
        let turned = if turned.abs() <= 360.0 { turned } else { point.0 };
        for x in [point.0, turned] {
            let found_m = index.distance_m(Point::new(x, point.1)).unwrap();
            prop_assert!((found_m - least_m).abs() < 1e-5, "{} and {}", found_m, least_m);
        }
    }
}

//! The nearest area of points that lie in none, with areas on all sides, one query at a time on one thread.
//!
//! In a grid of metres every way gives the same distance. On longitude and latitude only jiju measures on the
//! ellipsoid; what others would call nearest there is nearest in degrees, so no baseline stands beside it.

use divan::Bencher;
use geo::{Distance as _, Euclidean, LinesIter as _};
use jiju::join::AreaIndex;
use jiju::model::{Areas, Point};
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance as _, RTree};

use crate::layers::{Place, SIZES, SMALL_SIZES, Size};

const POINTS: usize = 1 << 14;

/// A way must agree with brute force before it is measured.
fn measure(bencher: Bencher<'_, '_>, areas: &Areas, points: &[Point], nearest: impl Fn(Point) -> f64) {
    for point in points.iter().take(3) {
        let (found_m, least_m) = (nearest(*point), least_m(areas, *point));
        assert!((found_m - least_m).abs() < 1e-6, "{found_m} and {least_m}");
    }
    let mut points = points.iter().cycle();
    bencher.bench_local(move || points.next().map(|point| nearest(*point)));
}

fn least_m(areas: &Areas, point: Point) -> f64 {
    let point = geo::Point::new(point.x, point.y);
    let distances = areas.areas.iter().map(|area| Euclidean.distance(&point, &area.geometry));
    distances.fold(f64::INFINITY, f64::min)
}

#[divan::bench(args = SIZES, max_time = 1, sample_size = 200)]
fn jiju(bencher: Bencher<'_, '_>, size: Size) {
    let areas = size.metres();
    let index = AreaIndex::new(&areas).unwrap();
    measure(bencher, &areas, &size.points_in_metres(Place::Outside, POINTS), |point| {
        index.nearest_within(point, f64::INFINITY).unwrap().1
    });
}

#[divan::bench(args = SIZES, max_time = 1, sample_size = 200)]
fn rstar_edge_tree(bencher: Bencher<'_, '_>, size: Size) {
    let areas = size.metres();
    let edges = (0_usize..).zip(&areas.areas).flat_map(|(number, area)| {
        area.geometry
            .lines_iter()
            .map(move |line| GeomWithData::new(Line::new(line.start.into(), line.end.into()), number))
    });
    let tree: RTree<GeomWithData<Line<[f64; 2]>, usize>> = RTree::bulk_load(edges.collect());
    measure(bencher, &areas, &size.points_in_metres(Place::Outside, POINTS), |point| {
        let at = [point.x, point.y];
        tree.nearest_neighbor(&at).unwrap().distance_2(&at).sqrt()
    });
}

#[divan::bench(args = SMALL_SIZES, max_time = 1, sample_size = 10)]
fn brute_force(bencher: Bencher<'_, '_>, size: Size) {
    let areas = size.metres();
    measure(bencher, &areas, &size.points_in_metres(Place::Outside, POINTS), |point| least_m(&areas, point));
}

#[divan::bench(args = SIZES, max_time = 1, sample_size = 200)]
fn jiju_geodesic(bencher: Bencher<'_, '_>, size: Size) {
    let index = AreaIndex::new(&size.degrees()).unwrap();
    let points = size.points_in_degrees(Place::Outside, POINTS);
    // What the first question makes is measured under `build`.
    assert!(index.distance_m(points[0]).is_some());
    let mut points = points.iter().cycle();
    bencher.bench_local(|| points.next().map(|point| index.nearest_within(*point, f64::INFINITY)));
}

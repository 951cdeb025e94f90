//! From areas to something that can be asked. jiju builds on all cores, geo's ways on one.

use divan::Bencher;
use divan::counter::ItemsCount;
use geo::CoordsIter as _;
use jiju::join::AreaIndex;
use jiju::model::{Areas, Point};

use crate::layers::{SIZES, Size};
use crate::ways::{GeoIntervalTree, GeoTree, Way as _};

fn measure<'a, T>(bencher: Bencher<'_, '_>, areas: &'a Areas, build: impl Fn(&'a Areas) -> T) {
    let vertices: usize = areas.areas.iter().map(|area| area.geometry.coords_count()).sum();
    bencher.counter(ItemsCount::new(vertices)).bench_local(|| build(areas));
}

#[divan::bench(args = SIZES, max_time = 2)]
fn jiju(bencher: Bencher<'_, '_>, size: Size) {
    measure(bencher, &size.degrees(), |areas| AreaIndex::new(areas).unwrap());
}

/// With what the first question for the nearest area makes.
#[divan::bench(args = SIZES, max_time = 2)]
fn jiju_with_nearest(bencher: Bencher<'_, '_>, size: Size) {
    measure(bencher, &size.degrees(), |areas| {
        let index = AreaIndex::new(areas).unwrap();
        assert!(index.distance_m(Point::new(115.0, 30.0)).is_some());
        index
    });
}

#[divan::bench(args = SIZES, max_time = 2)]
fn geo_box_tree(bencher: Bencher<'_, '_>, size: Size) {
    measure(bencher, &size.degrees(), GeoTree::new);
}

#[divan::bench(args = SIZES, max_time = 2)]
fn geo_interval_trees(bencher: Bencher<'_, '_>, size: Size) {
    measure(bencher, &size.degrees(), GeoIntervalTree::new);
}

//! One query at a time on one thread, by where the point lies, then whole batches on all cores.
//!
//! Before a way is measured it must find what brute force or the making of the layer says.

use std::fmt;

use divan::Bencher;
use jiju::join::AreaIndex;
use jiju::model::Areas;

use crate::layers::{Place, SIZES, SMALL_SIZES, Size};
use crate::ways::{BruteForce, GeoIntervalTree, GeoTree, Way};

/// So many points that their areas do not all stay in the processor's caches.
const POINTS: usize = 1 << 16;

fn measure<'a, W: Way<'a>>(bencher: Bencher<'_, '_>, areas: &'a Areas, size: Size, place: Place) {
    let way = W::new(areas);
    let index = AreaIndex::new(areas).unwrap();
    let points = size.points_in_degrees(place, POINTS);
    for point in points.iter().take(200) {
        let expected = index.locate(*point);
        let right = expected.on_boundary || way.locate(*point) == expected.area;
        let placed = match place {
            Place::Inside => expected.area.is_some(),
            Place::Outside => expected.area.is_none(),
            Place::NearAnEdge | Place::Anywhere => true,
        };
        assert!(right && placed, "{place:?} {point:?}: {expected:?}");
    }
    drop(index);
    let mut points = points.iter().cycle();
    bencher.bench_local(move || points.next().map(|point| way.locate(*point)));
}

macro_rules! by_place {
    ($group:ident, $name:literal, $place:expr) => {
        #[divan::bench_group(name = $name, max_time = 1, sample_size = 1_000)]
        mod $group {
            use super::*;

            #[divan::bench(args = SIZES)]
            fn jiju(bencher: Bencher<'_, '_>, size: Size) {
                measure::<AreaIndex>(bencher, &size.degrees(), size, $place);
            }

            #[divan::bench(args = SIZES)]
            fn geo_box_tree(bencher: Bencher<'_, '_>, size: Size) {
                measure::<GeoTree<'_>>(bencher, &size.degrees(), size, $place);
            }

            #[divan::bench(args = SIZES)]
            fn geo_interval_trees(bencher: Bencher<'_, '_>, size: Size) {
                measure::<GeoIntervalTree>(bencher, &size.degrees(), size, $place);
            }

            #[divan::bench(args = SMALL_SIZES, sample_size = 50)]
            fn brute_force(bencher: Bencher<'_, '_>, size: Size) {
                measure::<BruteForce<'_>>(bencher, &size.degrees(), size, $place);
            }
        }
    };
}

by_place!(inside, "locate_inside", Place::Inside);
by_place!(near_an_edge, "locate_near_an_edge", Place::NearAnEdge);
by_place!(outside, "locate_outside", Place::Outside);

/// How many points stand anywhere in a layer.
#[derive(Debug, Clone, Copy)]
struct Batch {
    points: usize,
    size: Size,
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} points, {}", self.points, self.size)
    }
}

const BATCHES: [Batch; 6] = [
    Batch { points: 1_000, size: SIZES[1] },
    Batch { points: 10_000, size: SIZES[1] },
    Batch { points: 100_000, size: SIZES[1] },
    Batch { points: 1_000_000, size: SIZES[1] },
    Batch { points: 1_000_000, size: SIZES[3] },
    Batch { points: 1_000_000, size: SIZES[7] },
];

#[divan::bench_group(name = "locate_batch", max_time = 2)]
mod batch {
    use divan::counter::ItemsCount;
    use jiju::join::{locate_points, totals};
    use jiju::model::Point;
    use rayon::prelude::*;

    use super::*;

    fn points(batch: Batch) -> Vec<Option<Point>> {
        batch.size.points_in_degrees(Place::Anywhere, batch.points).into_iter().map(Some).collect()
    }

    fn by_way<'a, W: Way<'a> + Sync>(bencher: Bencher<'_, '_>, areas: &'a Areas, batch: Batch) {
        let (way, points) = (W::new(areas), points(batch));
        bencher.counter(ItemsCount::new(batch.points)).bench_local(|| -> Vec<Option<usize>> {
            points.par_iter().map(|point| point.and_then(|point| way.locate(point))).collect()
        });
    }

    #[divan::bench(args = BATCHES)]
    fn jiju(bencher: Bencher<'_, '_>, batch: Batch) {
        let index = AreaIndex::new(&batch.size.degrees()).unwrap();
        let points = points(batch);
        bencher.counter(ItemsCount::new(batch.points)).bench_local(|| locate_points(&index, &points, None));
    }

    #[divan::bench(args = BATCHES)]
    fn jiju_counts(bencher: Bencher<'_, '_>, batch: Batch) {
        let index = AreaIndex::new(&batch.size.degrees()).unwrap();
        let points = points(batch);
        bencher
            .counter(ItemsCount::new(batch.points))
            .bench_local(|| totals(&locate_points(&index, &points, None), index.len()));
    }

    #[divan::bench(args = BATCHES)]
    fn geo_box_tree(bencher: Bencher<'_, '_>, batch: Batch) {
        by_way::<GeoTree<'_>>(bencher, &batch.size.degrees(), batch);
    }

    #[divan::bench(args = BATCHES)]
    fn geo_interval_trees(bencher: Bencher<'_, '_>, batch: Batch) {
        by_way::<GeoIntervalTree>(bencher, &batch.size.degrees(), batch);
    }

    #[divan::bench(args = [BATCHES[0]])]
    fn brute_force(bencher: Bencher<'_, '_>, batch: Batch) {
        by_way::<BruteForce<'_>>(bencher, &batch.size.degrees(), batch);
    }
}

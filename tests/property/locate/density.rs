//! Layers of every density and shape: whatever cells, bands or trees the index makes of them, the answer is exact.

use jiju::join::{AreaIndex, locate_points};
use jiju::model::{Point, Reference};
use proptest::prelude::*;

use super::layers::{grid_with_gaps, layers, picks, points, reference};
use super::{ExactLayer, areas, least_planar, pairs};

const GRID: Reference = Reference::epsg(4549);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_density_equals_exact_arithmetic(layer in layers(), picks in picks(60)) {
        let index = AreaIndex::new(&areas(&layer, reference(&layer))).unwrap();
        let truth = ExactLayer::new(&layer);
        for (x, y) in points(&layer, &picks) {
            let expected = truth.locate_all((x, y));
            prop_assert_eq!(pairs(&index.locate_all(Point::new(x, y))), expected.clone(), "at {:?}, {:?}", x, y);
            let first = index.locate(Point::new(x, y));
            prop_assert_eq!(first.area.map(|area| (area, first.on_boundary)), expected.first().copied());
        }
    }

    /// What is shared is shared by all: around a corner of the grid no point is lost between the cells.
    #[test]
    fn a_grid_over_a_cover_loses_no_point(seed in any::<u32>(), halvings in 0_u32..4, picks in picks(60)) {
        let mut layer = grid_with_gaps(u64::from(seed), 16, halvings);
        // What covers all stands last, so that it is first only where no cell is.
        layer.push(vec![vec![vec![(-1.0, -1.0), (17.0, -1.0), (17.0, 17.0), (-1.0, 17.0)]]]);
        let index = AreaIndex::new(&areas(&layer, GRID)).unwrap();
        let truth = ExactLayer::new(&layer);
        for (x, y) in points(&layer[..layer.len() - 1].to_vec(), &picks) {
            let found = pairs(&index.locate_all(Point::new(x, y)));
            prop_assert_eq!(found.last(), Some(&(layer.len() - 1, false)));
            prop_assert_eq!(found, truth.locate_all((x, y)));
        }
    }

    #[test]
    fn the_nearest_of_many_equals_the_least_of_all_edges(
        layer in layers(),
        picks in picks(12),
        reach in 0.0..2.0,
    ) {
        let widest = layer.iter().flatten().flatten().flatten().fold(0.0_f64, |most, (x, y)| most.max(x.abs()).max(y.abs()));
        prop_assume!((1e-3..1e9).contains(&widest));
        let index = AreaIndex::new(&areas(&layer, GRID)).unwrap();
        let rounding = 1e-13 * widest;
        let probes = points(&layer, &picks);
        let located: Vec<Option<Point>> = probes.iter().map(|(x, y)| Some(Point::new(*x, *y))).collect();
        for (at, snapped) in probes.iter().zip(locate_points(&index, &located, Some(reach))) {
            let least = least_planar(&layer, *at);
            let point = Point::new(at.0, at.1);
            let found = index.distance_m(point).unwrap();
            prop_assert!((found - least).abs() <= rounding, "{} and {}", found, least);
            let held = index.locate(point);
            if held.area.is_some() {
                prop_assert_eq!(index.nearest_within(point, reach), held.area.map(|area| (area, 0.0)));
                prop_assert_eq!(snapped, held);
            } else {
                prop_assert_eq!(index.nearest_within(point, reach), snapped.area.zip(snapped.snapped_m));
                prop_assert_eq!(snapped.area.is_some(), found <= reach);
                if let Some(area) = snapped.area {
                    let own = least_planar(&layer[area..=area].to_vec(), *at);
                    prop_assert!((own - least).abs() <= rounding, "{} and {}", own, least);
                }
            }
        }
    }
}

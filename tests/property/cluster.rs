//! Clusters: cells against every pair, regions that hang together, matches that name each cluster once.

use std::collections::BTreeSet;

use geo::{Area as _, MultiPolygon, Rect, Validation as _, coord};
use jiju::join::dissolved;
use jiju::model::Weights;
use jiju::stats::{
    ClusterOverlap, Dbscan, Floor, MatchOptions, MaxPOptions, Places, Regions, ScanOptions, ScanShape, SkaterOptions,
    dbscan, matched_clusters, max_p, scan, skater,
};
use proptest::prelude::*;

/// As it is defined: every pair is looked at.
fn by_pairs(places: &Places, radius_m: f64, minimum_points: usize) -> Dbscan {
    let all = 0..places.len();
    let near = |one: usize| all.clone().filter(move |other| places.distance_m(one, *other) <= radius_m);
    let core: Vec<bool> = all.clone().map(|one| near(one).count() >= minimum_points).collect();
    let mut labels = vec![None; places.len()];
    let mut clusters = 0;
    for first in all.clone().filter(|point| core[*point]) {
        if labels[first].is_some() {
            continue;
        }
        let mut waiting = vec![first];
        labels[first] = Some(clusters);
        while let Some(point) = waiting.pop() {
            for other in near(point).filter(|other| core[*other]) {
                if labels[other].is_none() {
                    labels[other] = Some(clusters);
                    waiting.push(other);
                }
            }
        }
        clusters += 1;
    }
    let of_cores = labels.clone();
    for point in all.clone().filter(|point| !core[*point]) {
        labels[point] = near(point).filter(|other| core[*other]).filter_map(|other| of_cores[other]).min();
    }
    Dbscan { clusters: clusters as usize, labels, core }
}

/// Squares of a grid, each with its neighbours by edge.
fn grid(width: usize, height: usize) -> Weights {
    let near = |cell: usize| {
        let (x, y) = (cell % width, cell / width);
        let others = [
            (x > 0).then(|| cell - 1),
            (x + 1 < width).then(|| cell + 1),
            (y > 0).then(|| cell - width),
            (y + 1 < height).then(|| cell + width),
        ];
        others.into_iter().flatten().map(|other| (other as u32, 1.0)).collect()
    };
    let cells = 0..width * height;
    Weights::new(cells.clone().map(|cell| cell.to_string()).collect(), cells.map(near).collect()).unwrap()
}

fn hang_together(regions: &Regions, weights: &Weights) -> bool {
    let within = weights.filtered(|one, other, _| regions.labels[one] == regions.labels[other]);
    within.components().into_iter().max().map_or(0, |last| last + 1) == regions.sizes.len()
}

proptest! {
    #[test]
    fn dbscan_is_what_every_pair_says(
        points in prop::collection::vec((0_i32..60, 0_i32..60), 0..150),
        radius in 1_u32..12,
        minimum_points in 1_usize..8,
    ) {
        let at: Vec<[f64; 2]> = points.iter().map(|(x, y)| [f64::from(*x) / 2.0, f64::from(*y) / 2.0]).collect();
        let planar = Places::planar(&at).unwrap();
        let radius_m = f64::from(radius) / 2.0;
        prop_assert_eq!(dbscan(&planar, radius_m, minimum_points).unwrap(), by_pairs(&planar, radius_m, minimum_points));
        let at: Vec<[f64; 2]> = at.iter().map(|[x, y]| [120.0 + x / 500.0, 30.0 + y / 500.0]).collect();
        let sphere = Places::on_sphere(&at).unwrap();
        // Not a distance that two of them stand at.
        let radius_m = f64::from(radius) * 110.123;
        prop_assert_eq!(dbscan(&sphere, radius_m, minimum_points).unwrap(), by_pairs(&sphere, radius_m, minimum_points));
        // Cells that need more than a word.
        let far: Vec<[f64; 2]> = points.iter().map(|(x, y)| [f64::from(*x) * 1e12, f64::from(*y) * 1e12]).collect();
        let far = Places::planar(&far).unwrap();
        prop_assert_eq!(dbscan(&far, 1.0, 2).unwrap(), by_pairs(&far, 1.0, 2));
    }

    #[test]
    fn every_cluster_of_both_dates_is_matched_once(
        before in prop::collection::vec(1_u32..40, 0..9),
        after in prop::collection::vec(1_u32..40, 0..9),
        links in prop::collection::vec((0_usize..9, 0_usize..9, 0_u32..40), 0..20),
        least_overlap in 0.01_f64..1.0,
    ) {
        let sizes = |sizes: &[u32]| sizes.iter().map(|size| f64::from(*size)).collect::<Vec<_>>();
        let (before, after) = (sizes(&before), sizes(&after));
        let known = links.iter().filter(|(one, other, _)| *one < before.len() && *other < after.len());
        let shared: Vec<ClusterOverlap> = known
            .map(|(one, other, shared)| ClusterOverlap { before: *one, after: *other, shared: f64::from(*shared) })
            .collect();
        let options = MatchOptions::default().with_least_overlap(least_overlap);
        let found = matched_clusters(&before, &after, &shared, options).unwrap();
        let mut olds: Vec<usize> = found.iter().flat_map(|one| one.before.clone()).collect();
        let mut news: Vec<usize> = found.iter().flat_map(|one| one.after.clone()).collect();
        olds.sort_unstable();
        news.sort_unstable();
        prop_assert_eq!(olds, (0..before.len()).collect::<Vec<_>>());
        prop_assert_eq!(news, (0..after.len()).collect::<Vec<_>>());
        for one in &found {
            let expected = match (one.before.len(), one.after.len()) {
                (0, 1) => vec!["born"],
                (1, 0) => vec!["gone"],
                (1, 1) => vec!["kept", "grown", "shrunk"],
                (_, 1) => vec!["merged"],
                (1, _) => vec!["split"],
                _ => vec!["rearranged"],
            };
            prop_assert!(expected.contains(&one.change.to_string().as_str()), "{one:?}");
        }
        // Linked ones are together, and only what links join.
        for link in &shared {
            let is_linked = link.shared >= least_overlap * before[link.before].min(after[link.after]);
            let together = found.iter().any(|one| one.before.contains(&link.before) && one.after.contains(&link.after));
            prop_assert!(together || !is_linked);
        }
    }

    #[test]
    fn regions_hang_together_and_reach_their_floors(
        width in 2_usize..6,
        height in 2_usize..6,
        values in prop::collection::vec(0_i32..50, 36),
        regions in 1_usize..5,
        least in 1_usize..4,
        seed in 0_u64..1000,
    ) {
        let weights = grid(width, height);
        let column: Vec<f64> = values[..weights.len()].iter().map(|value| f64::from(*value)).collect();
        let floor = Floor { amounts: vec![1.0; weights.len()], least: least as f64 };
        let columns = [column];
        let regions = regions.min(weights.len());
        let options = SkaterOptions::default().with_regions(regions).with_floors(vec![floor.clone()]);
        let found = skater(&columns, &weights, &options).unwrap();
        prop_assert!(hang_together(&found, &weights) && found.sizes.len() <= regions);
        prop_assert!(found.sizes.iter().all(|size| *size >= least));
        prop_assert!(found.within_sum <= found.total_sum * (1.0 + 1e-9));
        let options = MaxPOptions::default().with_floors(vec![floor]).with_trials(9).with_seed(seed);
        let found = max_p(&columns, &weights, &options).unwrap();
        prop_assert!(hang_together(&found, &weights));
        prop_assert!(found.sizes.iter().all(|size| *size >= least) && found.sizes.len() <= weights.len() / least);
        prop_assert_eq!(found, max_p(&columns, &weights, &options).unwrap());
        if least == 1 {
            prop_assert_eq!(max_p(&columns, &weights, &options).unwrap().sizes.len(), weights.len());
        }
    }

    #[test]
    fn dissolved_cells_lose_no_area_and_stay_valid(kept in prop::collection::vec(any::<bool>(), 36)) {
        // A sixth of a degree is no number of binary places: edges are shared as they stand.
        let square = |cell: usize| {
            let side = |step: usize| step as f64 / 6.0;
            let (x, y) = (cell % 6, cell / 6);
            let corner = coord! { x: side(x), y: side(y) };
            MultiPolygon(vec![Rect::new(corner, coord! { x: side(x + 1), y: side(y + 1) }).to_polygon()])
        };
        let squares: Vec<MultiPolygon> = (0..36).filter(|cell| kept[*cell]).map(square).collect();
        let whole = dissolved(&squares.iter().collect::<Vec<_>>());
        prop_assert!(whole.is_valid());
        let area: f64 = squares.iter().map(|square| square.unsigned_area()).sum();
        prop_assert!((whole.unsigned_area() - area).abs() < 1e-12);
        let corners = |areas: &[&MultiPolygon]| -> BTreeSet<[u64; 2]> {
            use geo::CoordsIter as _;
            areas.iter().flat_map(|area| area.coords_iter()).map(|at| [at.x, at.y].map(f64::to_bits)).collect()
        };
        // Every corner is one of theirs, to the last digit.
        prop_assert!(corners(&[&whole]).is_subset(&corners(&squares.iter().collect::<Vec<_>>())));
    }

    #[test]
    fn an_ellipse_is_never_worse_than_a_circle(
        cases in prop::collection::vec(0_u64..9, 25),
        compactness in 0.0_f64..2.0,
    ) {
        let at: Vec<[f64; 2]> = (0..25).map(|place| [f64::from(place % 5), f64::from(place / 5)]).collect();
        let places = Places::planar(&at).unwrap();
        let circles = ScanOptions::default().with_simulations(19);
        let ellipses = circles.with_shape(ScanShape::Ellipse { compactness });
        let (one, other) = (
            scan(&places, &cases, &[50.0; 25], &circles).unwrap(),
            scan(&places, &cases, &[50.0; 25], &ellipses).unwrap(),
        );
        prop_assert_eq!(one.is_empty(), other.is_empty() || one.is_empty());
        if let (Some(one), Some(other)) = (one.first(), other.first()) {
            let shape = other.ellipse.as_ref().unwrap();
            prop_assert!(shape.statistic >= one.log_likelihood_ratio && other.log_likelihood_ratio >= shape.statistic);
            if shape.axis_ratio == 1.0 {
                prop_assert_eq!(&one.members, &other.members);
            }
        }
    }
}

/// Max-p of all regions of a small map, one by one.
#[test]
fn max_p_finds_as_many_regions_as_there_can_be() {
    let weights = grid(3, 3);
    let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0];
    let amounts = [2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0, 8.0, 2.0];
    let least = 9.0;
    // Every way to put nine cells together, as a string in which no region comes before a lesser one has.
    let (mut most, mut best) = (0, f64::INFINITY);
    let mut labels = [0_usize; 9];
    loop {
        let regions = labels.iter().max().unwrap() + 1;
        let members = |region: usize| (0..9).filter(|cell| labels[*cell] == region).collect::<Vec<_>>();
        let all: Vec<Vec<usize>> = (0..regions).map(members).collect();
        let reach = all.iter().all(|region| region.iter().map(|cell| amounts[*cell]).sum::<f64>() >= least);
        let within = weights.filtered(|one, other, _| labels[one] == labels[other]);
        if reach && regions >= most && within.components().into_iter().max().unwrap() + 1 == regions {
            let spread = |region: &Vec<usize>| {
                let mean = region.iter().map(|cell| values[*cell]).sum::<f64>() / region.len() as f64;
                region.iter().map(|cell| (values[*cell] - mean).powi(2)).sum::<f64>()
            };
            let sum: f64 = all.iter().map(spread).sum();
            best = if regions > most { sum } else { sum.min(best) };
            most = regions;
        }
        let Some(place) = (1..9).rev().find(|place| labels[*place] <= *labels[..*place].iter().max().unwrap()) else {
            break;
        };
        labels[place] += 1;
        labels[place + 1..].fill(0);
    }
    let floor = Floor { amounts: amounts.to_vec(), least };
    let options = MaxPOptions::default().with_floors(vec![floor]).with_trials(499).with_seed(1);
    let found = max_p(&[values.to_vec()], &weights, &options).unwrap();
    assert_eq!(found.sizes.len(), most);
    assert!((found.within_sum - best).abs() < 1e-9, "found {}, best {best}", found.within_sum);
}

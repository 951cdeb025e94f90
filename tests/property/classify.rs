//! Classes hold every value once, and no classes are tighter than those of Fisher and Jenks.

use jiju::stats::{Scheme, classify};
use proptest::prelude::*;

/// The spread of values within classes, straight from its definition.
fn squared_distances(values: &[f64], breaks: &[f64]) -> f64 {
    let mut lower = f64::NEG_INFINITY;
    let mut total = 0.0;
    for &upper in breaks {
        let class: Vec<f64> = values.iter().copied().filter(|value| *value > lower && *value <= upper).collect();
        let mean = class.iter().sum::<f64>() / class.len().max(1) as f64;
        total += class.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        lower = upper;
    }
    total
}

/// The least spread over every choice of breaks among the values.
fn least_of_all(values: &[f64], classes: usize) -> f64 {
    let mut distinct = values.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let inner = distinct.len() - 1;
    (0_u32..1 << inner)
        .filter(|chosen| chosen.count_ones() as usize == classes.min(distinct.len()) - 1)
        .map(|chosen| {
            let breaks: Vec<f64> =
                (0..=inner).filter(|n| *n == inner || chosen >> n & 1 == 1).map(|n| distinct[n]).collect();
            squared_distances(values, &breaks)
        })
        .fold(f64::INFINITY, f64::min)
}

/// Every scheme that the values can be sorted by.
fn schemes_for(values: &[f64]) -> Vec<Scheme> {
    let above_nothing = values.iter().all(|value| *value > 0.0);
    let alike = values.iter().all(|value| *value == values[0]);
    let usable = |scheme: &Scheme| *scheme != Scheme::Geometric || above_nothing || alike;
    Scheme::named().into_iter().filter(usable).collect()
}

fn some_values(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec((-20_i32..20).prop_map(f64::from), length.clone()),
        prop::collection::vec(0.0..1.0, length.clone()),
        // A far cluster, whose spread a plain sum of squares would lose.
        prop::collection::vec(prop_oneof![0.0..1e-3, 1e9..1e9 + 1e-3], length.clone()),
        prop::collection::vec((0.0..30.0_f64).prop_map(f64::exp), length),
    ]
}

proptest! {
    #[test]
    fn every_value_falls_into_one_class(values in some_values(1..60), classes in 1_usize..9) {
        let (least, greatest) = values.iter().fold((f64::MAX, f64::MIN), |(l, g), v| (l.min(*v), g.max(*v)));
        for scheme in schemes_for(&values).into_iter().chain([Scheme::Breaks(vec![-1.0, 0.5, 7.0])]) {
            let found = classify(&values, &scheme, classes).unwrap();
            prop_assert!(found.breaks.windows(2).all(|pair| pair[0] < pair[1]), "{}: {:?}", scheme, found.breaks);
            prop_assert!(*found.breaks.last().unwrap() >= greatest, "{}", scheme);
            prop_assert_eq!(found.minimum, least);
            let mut counts = vec![0; found.breaks.len()];
            for value in &values {
                counts[found.class_of(*value).unwrap()] += 1;
            }
            prop_assert_eq!(counts, found.counts, "{}", scheme);
            for fit in [found.fit.variance_fit, found.fit.absolute_deviation_fit].into_iter().flatten() {
                prop_assert!((-1e-9..=1.0).contains(&fit), "{}: {:?}", scheme, found.fit);
            }
        }
    }

    #[test]
    fn no_order_of_values_changes_a_class(
        (values, shuffled) in some_values(1..60).prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
        classes in 1_usize..9,
    ) {
        for scheme in schemes_for(&values) {
            prop_assert_eq!(classify(&values, &scheme, classes).unwrap(), classify(&shuffled, &scheme, classes).unwrap());
        }
    }

    #[test]
    fn no_classes_are_tighter_than_fisher_jenks(values in some_values(1..11), classes in 1_usize..6) {
        let found = classify(&values, &Scheme::FisherJenks, classes).unwrap();
        let (spread, least) = (squared_distances(&values, &found.breaks), least_of_all(&values, classes));
        let rounding = 1e-9 * least + f64::EPSILON * values.iter().map(|v| v.abs() * f64::EPSILON * v.abs()).sum::<f64>();
        prop_assert!(spread <= least + rounding, "{} and {}: {:?}", spread, least, found.breaks);
        prop_assert!(found.counts.iter().all(|count| *count > 0));
    }
}

#[test]
fn a_hundred_thousand_values_are_classed_in_a_moment() {
    let values: Vec<f64> = (0..100_000_u32).map(|n| f64::from(n.wrapping_mul(2_654_435_761) % 1_000_003)).collect();
    let classes = classify(&values, &Scheme::FisherJenks, 4).unwrap();
    // Even values: the best classes are of equal width.
    for (upper, even) in classes.breaks.iter().zip([250_000.0, 500_000.0, 750_000.0, 1_000_000.0]) {
        assert!((upper - even).abs() < 5_000.0, "{:?}", classes.breaks);
    }
}

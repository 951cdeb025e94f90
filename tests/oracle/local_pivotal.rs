//! The local pivotal method against all its samples, enumerated in fractions: see `local_pivotal.py`.

use std::collections::BTreeMap;

use jiju::stats::{Inclusion, InspectedUnits, PassRateOptions, Places, local_mean_variance, local_pivotal, pass_rate};

const POINTS: [[f64; 2]; 6] = [[0.0, 0.0], [3.0, 1.0], [10.0, 2.0], [11.0, 8.0], [4.0, 10.0], [18.0, 5.0]];

#[test]
fn samples_come_as_often_as_enumerated() {
    let text = include_str!("local_pivotal.csv");
    let mut expected: BTreeMap<&str, BTreeMap<Vec<usize>, f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let sample = cells[1].split(' ').map(|unit| unit.parse().unwrap()).collect();
        expected.entry(cells[0]).or_default().insert(sample, cells[2].parse().unwrap());
    }
    assert_eq!(expected.len(), 2);
    let places = Places::planar(&POINTS).unwrap();
    for (parts, expected) in expected {
        let parts = parts.split(' ').map(|part| part.parse().unwrap()).collect();
        let inclusion = Inclusion::new(parts, 100).unwrap();
        let draws = 30_000;
        let mut found: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
        for number in 0..draws {
            *found.entry(local_pivotal(&places, &inclusion, 5, number).unwrap()).or_default() += 1.0;
        }
        for sample in found.keys() {
            assert!(expected.contains_key(sample), "{sample:?} cannot be drawn");
        }
        // Pearson's chi-square; 0.9999 of them are below this for so many kinds of samples.
        let kinds = expected.len() as f64;
        let chi_square: f64 = expected
            .iter()
            .map(|(sample, probability)| {
                let expected = probability * draws as f64;
                (found.get(sample).copied().unwrap_or(0.0) - expected).powi(2) / expected
            })
            .sum();
        let limit = kinds + 3.8 * (2.0 * kinds).sqrt() + 8.0;
        assert!(chi_square < limit, "{chi_square} of {kinds} kinds");
    }
}

/// With all units of a stratum as neighbours the variance is the textbook's of a stratified random sample.
#[test]
fn with_all_as_neighbours_the_variance_is_that_of_random_samples() {
    let places = Places::planar(&POINTS).unwrap();
    let strata = [0, 0, 0, 1, 1, 1];
    let passed = [true, false, true, true, true, false];
    let units = InspectedUnits { places: &places, strata: &strata, passed: &passed };
    let options = PassRateOptions::default().with_neighbours(6_usize);
    let found = pass_rate(&units, &[12, 30], options).unwrap();
    // Σ (N_h / N)² (1 − n_h / N_h) s_h² / n_h with s² = n / (n − 1) p (1 − p).
    let variance: f64 = [(12.0, 2.0 / 3.0), (30.0, 2.0 / 3.0)]
        .map(|(all, share): (f64, f64)| {
            let weight: f64 = all / 42.0;
            weight * weight * (1.0 - 3.0 / all) * (1.5 * share * (1.0 - share)) / 3.0
        })
        .iter()
        .sum();
    assert!((found.standard_error.unwrap().powi(2) / variance - 1.0).abs() < 1e-12);
    assert!((found.share.unwrap() - 2.0 / 3.0).abs() < 1e-15);
    // A census has no error, and its interval is the share.
    let census = pass_rate(&units, &[3, 3], options).unwrap();
    assert_eq!((census.standard_error, census.lower, census.upper), (Some(0.0), census.share, census.share));
    // Nothing inspected says nothing; one firm in all has no variance, and its interval is wide.
    let none = InspectedUnits { places: &Places::planar(&[]).unwrap(), strata: &[], passed: &[] };
    assert_eq!(pass_rate(&none, &[5], options).unwrap().share, None);
    let one = InspectedUnits { places: &Places::planar(&[[0.0, 0.0]]).unwrap(), strata: &[0], passed: &[true] };
    let one = pass_rate(&one, &[5], options).unwrap();
    assert_eq!((one.share, one.standard_error), (Some(1.0), None));
    assert!(one.lower.unwrap() < 0.5 && one.upper == Some(1.0));
    assert!(local_mean_variance(&[1.0], &[0.0], &Places::planar(&[[0.0, 0.0]]).unwrap(), &[0], 4).is_err());
    assert!(pass_rate(&units, &[2, 30], options).is_err(), "more inspected than there are");
}

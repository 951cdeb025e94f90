//! Geographically weighted regression held against mgwr: `gwr_mgwr.py`.

use jiju::stats::{BandwidthCriterion, GwrOptions, LocalBandwidth, LocalKernel, gwr};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

struct Georgia {
    values: Vec<f64>,
    factors: Vec<Vec<f64>>,
    places_m: Vec<[f64; 2]>,
    cases: Vec<Value>,
}

fn georgia() -> Georgia {
    let set: Value = serde_json::from_str(include_str!("data/gwr_mgwr.json")).unwrap();
    let place = |place: &Value| [place[0].as_f64().unwrap(), place[1].as_f64().unwrap()];
    Georgia {
        values: numbers(&set["values"]),
        factors: set["factors"].as_array().unwrap().iter().map(numbers).collect(),
        places_m: set["places_m"].as_array().unwrap().iter().map(place).collect(),
        cases: set["cases"].as_array().unwrap().clone(),
    }
}

/// The greatest distance of numbers from what is expected, to the size of the greatest of them.
fn farthest(found: impl Iterator<Item = Option<f64>>, expected: &[f64]) -> f64 {
    let scale = expected.iter().fold(0.0, |scale: f64, number| scale.max(number.abs()));
    let found: Vec<f64> = found.map(Option::unwrap).collect();
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(found, expected)| (found - expected).abs() / scale).fold(0.0, f64::max)
}

#[test]
fn local_coefficients_and_bandwidths_agree_with_mgwr() {
    let Georgia { values, factors, places_m, cases } = georgia();
    let mut greatest = (0.0, String::new());
    for case in &cases {
        let kernel: LocalKernel = case["kernel"].as_str().unwrap().parse().unwrap();
        let criterion: BandwidthCriterion = case["criterion"].as_str().unwrap().parse().unwrap();
        let options = GwrOptions::default()
            .with_kernel(kernel)
            .with_fixed(case["fixed"].as_bool().unwrap())
            .with_criterion(criterion);
        let found = gwr(&values, &factors, &places_m, options).unwrap();
        let of = case["bandwidth"].as_f64().unwrap();
        let expected = match found.bandwidth.unwrap() {
            LocalBandwidth::Neighbours(_) => LocalBandwidth::Neighbours(of as usize),
            LocalBandwidth::DistanceM(_) => LocalBandwidth::DistanceM(of),
        };
        assert_eq!(found.bandwidth, Some(expected), "{kernel} {criterion}");
        let mut compare = |what: &str, distance: f64| {
            if distance > greatest.0 {
                greatest = (distance, format!("{kernel} {criterion} {what}"));
            }
        };
        let named = [
            ("effective_parameters", found.effective_parameters),
            ("sigma2", found.sigma2),
            ("r2", found.r2),
            ("adjusted_r2", found.adjusted_r2),
            ("log_likelihood", found.log_likelihood),
            ("aic", found.aic),
            ("aicc", found.aicc),
            ("bic", found.bic),
            ("cv", found.cv),
            ("adjusted_level", found.adjusted_level),
            ("critical_t", found.critical_t),
        ];
        for (name, found) in named {
            compare(name, farthest(std::iter::once(found), &[case["numbers"][name].as_f64().unwrap()]));
        }
        let third = |of: &[Option<f64>]| of.iter().step_by(3).copied().collect::<Vec<_>>().into_iter();
        compare("fitted", farthest(third(&found.fitted), &numbers(&case["fitted"])));
        compare("local_r2", farthest(third(&found.local_r2), &numbers(&case["local_r2"])));
        for (number, own) in found.coefficients.iter().enumerate() {
            for (name, of) in [("estimate", &own.estimate), ("standard_error", &own.standard_error), ("t", &own.t)] {
                compare(name, farthest(third(of), &numbers(&case[name][number])));
            }
        }
    }
    eprintln!("greatest relative difference {:.1e}, {}", greatest.0, greatest.1);
    assert!(greatest.0 <= 1e-8, "{greatest:?}");
}

#[test]
fn what_is_not_defined_is_none() {
    let Georgia { values, mut factors, places_m, .. } = georgia();
    let wide = GwrOptions::default().with_bandwidth(Some(LocalBandwidth::Neighbours(100)));
    let whole = gwr(&values, &factors, &places_m, wide).unwrap();
    factors.insert(1, vec![2.0; values.len()]);
    let found = gwr(&values, &factors, &places_m, wide).unwrap();
    assert_eq!((found.aliases.len(), found.coefficients[2].estimate[0]), (1, None));
    assert_eq!((found.aicc, found.critical_t), (whole.aicc, whole.critical_t));
    // In the west a factor does not vary.
    factors[1] = places_m.iter().map(|place| if place[0] < 750_000.0 { 0.0 } else { place[1].sin() }).collect();
    let near = GwrOptions::default().with_bandwidth(Some(LocalBandwidth::Neighbours(20)));
    let found = gwr(&values, &factors, &places_m, near).unwrap();
    assert!(found.singular > 0 && found.singular < values.len());
    assert_eq!(found.coefficients[0].estimate.iter().filter(|one| one.is_none()).count(), found.singular);
    assert_eq!((found.aicc, found.effective_parameters, found.local_r2[0]), (None, None, None));
    assert!(found.global_aicc.is_some());
    // The search finds a bandwidth at which every unit has a regression.
    assert_eq!(gwr(&values, &factors, &places_m, GwrOptions::default()).unwrap().singular, 0);
    let flat = gwr(&vec![1.0; values.len()], &factors, &places_m, near).unwrap();
    assert_eq!((flat.bandwidth, flat.fitted[0]), (None, None));
    for wrong in [LocalBandwidth::Neighbours(4), LocalBandwidth::Neighbours(500), LocalBandwidth::DistanceM(0.0)] {
        assert!(gwr(&values, &factors, &places_m, near.with_bandwidth(Some(wrong))).is_err());
    }
    assert!(gwr(&values, &factors, &places_m[1..], near).is_err());
}

//! Gi* on a cube of space and time held against esda, its trends against pymannkendall: `emerging_hot_spots_esda.py`.

use jiju::stats::{EmergingOptions, emerging_hot_spots};
use serde_json::Value;

use super::autocorrelation::numbers;
use super::spatial_markov::{all_near, states};

#[test]
fn scores_and_trends_agree_with_esda_and_pymannkendall() {
    let (_, periods, weights) = states();
    let relative: Vec<Vec<f64>> = (periods[51..67].iter())
        .map(|values| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().map(|value| value / mean).collect()
        })
        .collect();
    let text = std::fs::read_to_string("tests/oracle/data/emerging_hot_spots_esda.json").unwrap();
    let set: Value = serde_json::from_str(&text).unwrap();
    for case in set["cases"].as_array().unwrap() {
        let back = case["periods_back"].as_u64().unwrap() as usize;
        let found =
            emerging_hot_spots(&relative, &weights, EmergingOptions::default().with_periods_back(back)).unwrap();
        for (found, expected) in found.z.iter().zip(case["z"].as_array().unwrap()) {
            let found: Vec<f64> = found.iter().map(|z| z.unwrap()).collect();
            all_near(&found, expected, 1e-9);
        }
        let trends: Vec<_> = found.trend.iter().map(|trend| trend.unwrap()).collect();
        assert_eq!(trends.iter().map(|trend| trend.s as f64).collect::<Vec<_>>(), numbers(&case["s"]));
        let of = |of: fn(&jiju::stats::MannKendall) -> f64| trends.iter().map(of).collect::<Vec<_>>();
        all_near(&of(|trend| trend.z.unwrap()), &case["trend_z"], 1e-12);
        all_near(&of(|trend| trend.p.unwrap()), &case["trend_p"], 1e-9);
        all_near(&of(|trend| trend.tau), &case["tau"], 1e-12);
    }
}

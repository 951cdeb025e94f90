//! Spatial Markov chains and LISA transitions held against giddy: `spatial_markov_giddy.py`.

use jiju::model::Weights;
use jiju::stats::{
    Inference, Quadrant, SpatialMarkovOptions, Transform, lisa_transitions, spatial_markov, transformed,
};
use serde_json::Value;

use super::autocorrelation::numbers;

pub(super) fn states() -> (Value, Vec<Vec<f64>>, Weights) {
    let text = std::fs::read_to_string("tests/oracle/data/spatial_markov_giddy.json").unwrap();
    let set: Value = serde_json::from_str(&text).unwrap();
    let periods = set["periods"].as_array().unwrap().iter().map(numbers).collect();
    let lists = set["neighbours"].as_array().unwrap();
    let row = |list: &Value| numbers(list).into_iter().map(|neighbour| (neighbour as u32, 1.0)).collect();
    let ids = (0..lists.len()).map(|unit| unit.to_string()).collect();
    let weights = Weights::new(ids, lists.iter().map(row).collect()).unwrap();
    (set, periods, weights)
}

fn counts(value: &Value) -> Vec<Vec<u64>> {
    value.as_array().unwrap().iter().map(|row| numbers(row).into_iter().map(|count| count as u64).collect()).collect()
}

#[track_caller]
pub(super) fn all_near(found: &[f64], expected: &Value, within: f64) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= within * expected.abs().max(1.0), "found {found}, expected {expected}");
    }
}

#[test]
fn chains_by_the_class_of_the_neighbours_agree_with_giddy() {
    let (set, periods, weights) = states();
    let weights = transformed(&weights, Transform::Row);
    for (name, is_relative) in [("relative", true), ("raw", false)] {
        for case in set[name].as_array().unwrap() {
            let count = |name: &str| case[name].as_u64().unwrap() as usize;
            let options = SpatialMarkovOptions::default()
                .with_classes(count("classes"))
                .with_lag_classes(count("lag_classes"))
                .with_relative(is_relative);
            let found = spatial_markov(&periods, &weights, options).unwrap();
            // giddy leaves the last bound out.
            all_near(&found.breaks[..found.breaks.len() - 1], &case["breaks"], 1e-12);
            all_near(&found.lag_breaks[..found.lag_breaks.len() - 1], &case["lag_breaks"], 1e-12);
            assert_eq!(found.all.transitions, counts(&case["transitions"]));
            for (chain, expected) in found.by_lag.iter().zip(case["by_lag"].as_array().unwrap()) {
                assert_eq!(chain.transitions, counts(expected));
            }
            all_near(found.all.steady_state.as_ref().unwrap(), &case["steady_state"], 1e-9);
            let test = found.homogeneity;
            assert_eq!(test.degrees_of_freedom, count("degrees_of_freedom"));
            let near = |found: f64, name: &str| all_near(&[found], &Value::from(vec![case[name].clone()]), 1e-9);
            near(test.likelihood_ratio, "likelihood_ratio");
            near(test.pearson, "pearson");
            near(test.p_likelihood_ratio.unwrap(), "p_likelihood_ratio");
            near(test.p_pearson.unwrap(), "p_pearson");
        }
    }
}

#[test]
fn moves_between_quadrants_agree_with_giddy() {
    let (set, periods, weights) = states();
    let found = lisa_transitions(&periods, &transformed(&weights, Transform::Row), Inference::default()).unwrap();
    let expected = &set["lisa"];
    assert_eq!(found.chain.transitions, counts(&expected["transitions"]));
    for (found, expected) in found.expected_transitions.iter().zip(expected["expected_transitions"].as_array().unwrap())
    {
        all_near(found, expected, 1e-9);
    }
    all_near(&[found.chi_squared], &Value::from(vec![expected["chi_squared"].clone()]), 1e-9);
    assert_eq!(found.degrees_of_freedom as u64, expected["degrees_of_freedom"].as_u64().unwrap());
    all_near(found.chain.steady_state.as_ref().unwrap(), &expected["steady_state"], 1e-9);
    let quadrants = [Quadrant::HighHigh, Quadrant::LowHigh, Quadrant::LowLow, Quadrant::HighLow];
    let number = |quadrant: &Option<Quadrant>| quadrants.iter().position(|one| Some(*one) == *quadrant).unwrap() + 1;
    let first: Vec<f64> = found.quadrants[0].iter().map(|quadrant| number(quadrant) as f64).collect();
    assert_eq!(first, numbers(&expected["first_quadrants"]));
}

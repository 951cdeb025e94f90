//! Colocation quotients held against their formulas in numpy, and exact chances: `colocation_quotients.py`.

use jiju::model::Weights;
use jiju::stats::{Alternative, Inference, Permutations, colocation_quotients, local_colocation};
use serde_json::Value;

use super::autocorrelation::numbers;
use super::spatial_markov::all_near;

#[test]
fn quotients_agree_with_their_formulas() {
    let text = std::fs::read_to_string("tests/oracle/data/colocation_quotients.json").unwrap();
    let set: Value = serde_json::from_str(&text).unwrap();
    let sectors: Vec<usize> = numbers(&set["sectors"]).into_iter().map(|sector| sector as usize).collect();
    for case in set["cases"].as_array().unwrap() {
        let (near, weights) = (case["neighbours"].as_array().unwrap(), case["weights"].as_array().unwrap());
        let row = |(near, weights): (&Value, &Value)| {
            numbers(near).into_iter().map(|near| near as u32).zip(numbers(weights)).collect()
        };
        let rows = near.iter().zip(weights).map(row).collect();
        let ids = (0..sectors.len()).map(|unit| unit.to_string()).collect();
        let weights = Weights::new(ids, rows).unwrap();
        let permutations = Permutations { count: 19_999, seed: 3 };
        let inference = Inference::default().with_alternative(Alternative::Greater).with_permutations(permutations);
        let found = colocation_quotients(&sectors, 4, &weights, Inference::default()).unwrap();
        for (found, expected) in found.quotients.iter().zip(case["quotients"].as_array().unwrap()) {
            let found: Vec<f64> = found.iter().map(|quotient| quotient.unwrap()).collect();
            all_near(&found, expected, 1e-12);
        }
        all_near(&[found.overall.unwrap()], &Value::from(vec![case["overall"].clone()]), 1e-12);
        let of = |wanted: usize| sectors.iter().map(|sector| *sector == wanted).collect::<Vec<_>>();
        let local = local_colocation(&of(0), &of(1), &weights, inference).unwrap();
        let quotients: Vec<f64> = local.quotient.iter().copied().flatten().collect();
        all_near(&quotients, &case["local_of_0_to_1"], 1e-12);
        if case["p_greater"].is_array() {
            let p: Vec<f64> = local.chance.p_permutation.iter().copied().flatten().collect();
            all_near(&p, &case["p_greater"], 0.02);
        }
    }
}

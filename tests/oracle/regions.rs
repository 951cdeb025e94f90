//! Regions held against GeoDa and PySAL: `regions_skater.py` makes the expected values.

use jiju::model::Weights;
use jiju::stats::{Floor, SkaterOptions, skater, standard_scores};
use serde_json::Value;

use super::autocorrelation::{numbers, set};

fn lists(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

#[test]
fn skater_agrees_with_pygeoda_and_spopt() {
    let set = set("regions_skater");
    for case in set.all() {
        let parameters = case.parameters();
        let input = &set.inputs[parameters["dataset"].as_str().unwrap()];
        let neighbours = lists(&input["neighbours"]);
        let ids = (0..neighbours.len()).map(|unit| unit.to_string()).collect();
        let row = |row: &Vec<f64>| row.iter().map(|neighbour| (*neighbour as u32, 1.0)).collect();
        let weights = Weights::new(ids, neighbours.iter().map(row).collect()).unwrap();
        let mut columns = lists(&input["values"]);
        if parameters["scale"] == "standardise" {
            columns.iter_mut().for_each(|column| *column = standard_scores(column));
        }
        let mut floors =
            vec![Floor { amounts: vec![1.0; weights.len()], least: parameters["least"].as_f64().unwrap() }];
        floors.extend(parameters["floor"].as_f64().map(|least| Floor { amounts: numbers(&input["size"]), least }));
        let regions = parameters["regions"].as_u64().unwrap() as usize;
        let found = skater(&columns, &weights, &SkaterOptions { regions, floors }).unwrap();
        let labels: Vec<f64> = found.labels.iter().map(|label| f64::from(*label)).collect();
        assert_eq!(labels, numbers(case.expected("labels")), "{parameters}");
        let near = |key: &str, found: f64| {
            let expected = case.expected(key).as_f64().unwrap();
            assert!(
                (found - expected).abs() <= 1e-9 * expected,
                "{parameters} {key}: found {found}, expected {expected}"
            );
        };
        near("within", found.within_sum);
        near("total", found.total_sum);
    }
}

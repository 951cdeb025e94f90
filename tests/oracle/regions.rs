//! Regions held against GeoDa and PySAL: `regions_skater.py` and `regions_max_p.py` make the expected values.

use jiju::model::Weights;
use jiju::stats::{Floor, MaxPOptions, SkaterOptions, max_p, skater, standard_scores};
use serde_json::Value;

use super::autocorrelation::{numbers, set};

fn lists(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn neighbours(input: &Value) -> Weights {
    let lists = lists(&input["neighbours"]);
    let ids = (0..lists.len()).map(|unit| unit.to_string()).collect();
    let row = |row: &Vec<f64>| row.iter().map(|neighbour| (*neighbour as u32, 1.0)).collect();
    Weights::new(ids, lists.iter().map(row).collect()).unwrap()
}

#[test]
fn skater_agrees_with_pygeoda_and_spopt() {
    let set = set("regions_skater");
    for case in set.all() {
        let parameters = case.parameters();
        let input = &set.inputs[parameters["dataset"].as_str().unwrap()];
        let weights = neighbours(input);
        let mut columns = lists(&input["values"]);
        if parameters["scale"] == "standardise" {
            columns.iter_mut().for_each(|column| *column = standard_scores(column));
        }
        let mut floors =
            vec![Floor { amounts: vec![1.0; weights.len()], least: parameters["least"].as_f64().unwrap() }];
        floors.extend(parameters["floor"].as_f64().map(|least| Floor { amounts: numbers(&input["size"]), least }));
        let regions = parameters["regions"].as_u64().unwrap() as usize;
        let found =
            skater(&columns, &weights, &SkaterOptions::default().with_regions(regions).with_floors(floors)).unwrap();
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

/// Both search by chance: ours must find as many regions, and as alike where there are as many.
#[test]
fn max_p_is_no_worse_than_pygeoda() {
    let (inputs, set) = (set("regions_skater").inputs, set("regions_max_p"));
    for case in set.all() {
        let parameters = case.parameters();
        let input = &inputs[parameters["dataset"].as_str().unwrap()];
        let weights = neighbours(input);
        let columns: Vec<Vec<f64>> = lists(&input["values"]).iter().map(|column| standard_scores(column)).collect();
        let amounts = if parameters["floor"] == "size" { numbers(&input["size"]) } else { vec![1.0; weights.len()] };
        let floor = Floor { amounts, least: parameters["least"].as_f64().unwrap() };
        let found = max_p(&columns, &weights, &MaxPOptions::default().with_floors(vec![floor])).unwrap();
        let (regions, within) =
            (case.expected("regions").as_u64().unwrap() as usize, case.expected("within").as_f64().unwrap());
        let is_no_worse = found.sizes.len() > regions || (found.sizes.len() == regions && found.within_sum <= within);
        assert!(
            is_no_worse,
            "{parameters}: {} regions, {}; theirs {regions}, {within}",
            found.sizes.len(),
            found.within_sum
        );
    }
}

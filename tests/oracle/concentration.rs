//! Concentration held against textbook examples of REAT and EconGeo, and closed forms: see `data/README.md`.

use std::path::Path;

use jiju::model::Counts;
use jiju::stats::{ConcentrationOptions, concentration, herfindahl_hirschman, location_quotient};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(|number| number.as_f64().unwrap()).collect(),
        one => vec![one.as_f64().unwrap()],
    }
}

fn case(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data/regional_concentration.json");
    let sets: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    sets[0]["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap().clone()
}

fn assert_near(case: &Value, found: f64, expected: f64) {
    let relative = case["tolerance"]["rel"].as_f64().unwrap();
    let absolute = case["tolerance"]["abs"].as_f64().unwrap();
    assert!((found - expected).abs() <= absolute + relative * expected.abs(), "{}: {found}, {expected}", case["name"]);
}

fn table(rows: &Value) -> Counts {
    let rows: Vec<Vec<f64>> = rows.as_array().unwrap().iter().map(numbers).collect();
    let names = |count: usize| (0..count).map(|number| number.to_string()).collect();
    let mut counts = Counts::zeros(names(rows.len()), names(rows[0].len()), Counts::FIRMS);
    counts.values = rows.concat();
    counts
}

#[test]
fn location_quotients_of_goettingen_and_the_textbook() {
    let one = case("fk_locq");
    let [cell, area, sector, all] = ["e_ij", "e_j", "e_i", "e"].map(|key| one["params"][key].as_f64().unwrap());
    assert_near(&one, location_quotient(cell, area, sector, all).unwrap(), one["expected"]["value"].as_f64().unwrap());

    let many = case("goettingen2017_locq");
    let (cells, sectors) = (numbers(&many["params"]["e_ij"]), numbers(&many["params"]["e_i"]));
    let [area, all] = ["e_j", "e"].map(|key| many["params"][key].as_f64().unwrap());
    let expected = numbers(&many["expected"]["LQ"]);
    assert_eq!((cells.len(), sectors.len()), (expected.len(), expected.len()));
    for ((cell, sector), expected) in cells.into_iter().zip(sectors).zip(expected) {
        assert_near(&many, location_quotient(cell, area, sector, all).unwrap(), expected);
    }
}

#[test]
fn tables_of_quotients_and_herfindahl() {
    for (name, rows, quotients) in
        [("econgeo_matrix", "matrix_rows_regions", "LQ"), ("hand_LQ_3x3", "matrix", "LQ_float")]
    {
        let case = case(name);
        let result = concentration(&table(&case["params"][rows]), &ConcentrationOptions::default()).unwrap();
        let expected: Vec<f64> = case["expected"][quotients].as_array().unwrap().iter().flat_map(numbers).collect();
        assert_eq!(result.cells.len(), expected.len());
        for (cell, expected) in result.cells.iter().zip(expected) {
            assert_near(&case, cell.location_quotient.unwrap(), expected);
        }
        if let Some(indices) = case["expected"]["herfindahl"].as_array() {
            for (area, expected) in result.per_area.iter().zip(indices) {
                assert_near(&case, area.herfindahl_hirschman.unwrap().index, expected.as_f64().unwrap());
            }
        }
    }
}

#[test]
fn intervals_follow_the_convention() {
    let case = case("LQ_delta_log_CI");
    let counts = table(&case["params"]["matrix"]);
    let result = concentration(&counts, &ConcentrationOptions::default()).unwrap();
    for (cell, expected) in case["expected"].as_object().unwrap() {
        let number: usize = cell[..1].parse().unwrap();
        let (lower, upper) = result.cells[number * 3 + number].interval.unwrap();
        assert_near(&case, lower, expected["lo"].as_f64().unwrap());
        assert_near(&case, upper, expected["hi"].as_f64().unwrap());
    }
    let weighted = Counts { unit: "output_cny".to_owned(), ..counts };
    let result = concentration(&weighted, &ConcentrationOptions::default()).unwrap();
    assert!(result.cells.iter().all(|cell| cell.interval.is_none() && cell.location_quotient.is_some()));
}

#[test]
fn herfindahl_indices_of_the_textbook() {
    for name in ["hhi_sales", "hhi_sales_normalised", "hhi_equivalent_number", "hhi_german_gdp"] {
        let case = case(name);
        let h = herfindahl_hirschman(&numbers(&case["params"]["x"])).unwrap();
        let found = match case["statistic"].as_str().unwrap() {
            "hhi" => h.index,
            "hhi_normalised" => h.normalised.unwrap(),
            "hhi_effective_number" => h.effective_number,
            other => panic!("{other}"),
        };
        assert_near(&case, found, case["expected"]["value"].as_f64().unwrap());
    }
}

#[test]
fn nothing_over_nothing_is_none() {
    let mut counts = Counts::zeros(vec!["a".into(), "b".into()], vec!["x".into(), "y".into()], Counts::FIRMS);
    counts.values = vec![3.0, 0.0, 0.0, 0.0];
    let options = ConcentrationOptions {
        areas_km2: Some(vec![1.5, 0.0]),
        in_park: Some(Counts { values: vec![1.0, 0.0, 0.0, 0.0], ..counts.clone() }),
        minimum_count: 1.0,
        ..ConcentrationOptions::default()
    };
    let result = concentration(&counts, &options).unwrap();
    let quotients: Vec<_> = result.cells.iter().map(|cell| cell.location_quotient).collect();
    assert_eq!(quotients, [Some(1.0), None, None, None]);
    let shares: Vec<_> = result.cells.iter().map(|cell| cell.share).collect();
    assert_eq!(shares, [Some(1.0), Some(0.0), None, None]);
    let parked: Vec<_> = result.cells.iter().map(|cell| cell.in_park_share).collect();
    assert_eq!(parked, [Some(1.0 / 3.0), None, None, None]);
    assert_eq!(result.cells[0].density_per_km2, Some(2.0));
    assert_eq!(result.cells[2].density_per_km2, None);
    assert_eq!(result.per_area[1].herfindahl_hirschman, None);
    assert_eq!(result.per_area[1].in_park_share, None);
    assert_eq!(result.cells.iter().map(|cell| cell.below_minimum).collect::<Vec<_>>(), [false, true, true, true]);
    let frame = result.frame().unwrap();
    assert_eq!(frame.column("location_quotient").unwrap().null_count(), 3);
    assert_eq!(result.area_frame().unwrap().column("herfindahl_hirschman").unwrap().null_count(), 1);
}

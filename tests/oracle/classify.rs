//! Classes held against mapclassify 2.10.0 and classInt: see `data/README.md`.

use std::path::Path;

use jiju::stats::{Scheme, classify};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn values_of(case: &Value, dataset: &Value) -> Vec<f64> {
    let powers = || (1..1000).map(|x| f64::from(x).powi(-2));
    match &case["params"]["values"] {
        Value::Array(_) if case["statistic"] != "find_bin" => numbers(&case["params"]["values"]),
        Value::String(text) if text == "x^-2 for x=1..999" => powers().collect(),
        Value::String(text) if text == "x^-2 for x=1..999, plus one more 1.0" => powers().chain([1.0]).collect(),
        Value::String(text) if text == "0..999" => (0..1000).map(f64::from).collect(),
        _ => numbers(&dataset["values"]),
    }
}

fn scheme_of(case: &Value) -> Scheme {
    match case["statistic"].as_str().unwrap() {
        "classify_equal_interval" => Scheme::EqualInterval,
        "classify_quantiles" | "quantile" => Scheme::Quantile,
        "classify_fisher_jenks" | "classify_natural_breaks" | "find_bin" => Scheme::FisherJenks,
        "classify_head_tail" => Scheme::HeadTail,
        "classify_std_mean" => Scheme::MeanStandardDeviation,
        "classify_box_plot" => Scheme::BoxPlot,
        "classify_maximum_breaks" => Scheme::MaximumBreaks,
        "classify_pretty" => Scheme::Pretty,
        "classify_percentiles" => Scheme::Percentiles,
        // Upper bounds below the maximum as given; the peer adds the maximum as we do.
        "classify_user_defined" => Scheme::Breaks(
            case["params"]["bins"]
                .as_array()
                .unwrap_or_else(|| case["expected"]["bins"].as_array().unwrap())
                .iter()
                .filter_map(Value::as_f64)
                .collect(),
        ),
        other => panic!("no scheme for {other}"),
    }
}

#[test]
fn classes_are_those_of_mapclassify() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data/classification.json");
    let datasets: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut held = 0;
    for dataset in &datasets {
        for case in dataset["cases"].as_array().unwrap() {
            let (name, expected) = (&case["name"], &case["expected"]);
            let asked = case["params"]["k"].as_u64().unwrap_or(5) as usize;
            let classes = classify(&values_of(case, dataset), &scheme_of(case), asked).unwrap();
            let relative = case["tolerance"]["rel"].as_f64().unwrap();
            let absolute = case["tolerance"]["abs"].as_f64().unwrap();
            for key in ["bins", "q", "right_closed_upper"] {
                if expected[key].is_array() {
                    let breaks = numbers(&expected[key]);
                    assert_eq!(classes.breaks.len(), breaks.len(), "{name}: {:?}", classes.breaks);
                    for (found, expected) in classes.breaks.iter().zip(breaks) {
                        assert!((found - expected).abs() <= absolute + relative * expected.abs(), "{name}: {found}");
                    }
                    held += 1;
                }
            }
            if expected["counts"].is_array() {
                let counts: Vec<f64> = classes.counts.iter().map(|count| *count as f64).collect();
                assert_eq!(counts, numbers(&expected["counts"]), "{name}");
                held += 1;
            }
            if expected["bin"].is_array() {
                let found: Vec<f64> = numbers(&case["params"]["values"])
                    .into_iter()
                    .map(|value| classes.class_of(value).unwrap() as f64)
                    .collect();
                assert_eq!(found, numbers(&expected["bin"]), "{name}");
                held += 1;
            }
        }
    }
    assert!(held > 60, "held against {held} vectors");
}

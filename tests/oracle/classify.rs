//! Classes held against mapclassify 2.10.0 and classInt: see `data/README.md`.

use std::path::Path;

use jiju::stats::{Fit, Scheme, classes_of_fit, classify};
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

fn scheme_of(case: &Value) -> Option<Scheme> {
    Some(match case["statistic"].as_str().unwrap() {
        "classify_equal_interval" => Scheme::EqualInterval,
        "classify_quantiles" | "quantile" => Scheme::Quantile,
        "classify_fisher_jenks" | "classify_natural_breaks" | "find_bin" => Scheme::FisherJenks,
        "classify_head_tail" => Scheme::HeadTail,
        "classify_std_mean" if case["params"]["anchor"] == true => Scheme::StandardDeviation,
        "classify_std_mean" => Scheme::MeanStandardDeviation,
        "classify_box_plot" => Scheme::BoxPlot { hinge: case["params"]["hinge"].as_f64().unwrap_or(1.5) },
        "classify_maximum_breaks" => Scheme::MaximumBreaks,
        "classify_pretty" => Scheme::Pretty,
        "classify_percentiles" => Scheme::Percentiles,
        "classify_jenks_caspall" => Scheme::JenksCaspall,
        // Upper bounds below the maximum as given; the peer adds the maximum as we do.
        "classify_user_defined" => Scheme::Breaks(
            case["params"]["bins"]
                .as_array()
                .unwrap_or_else(|| case["expected"]["bins"].as_array().unwrap())
                .iter()
                .filter_map(Value::as_f64)
                .collect(),
        ),
        // Held by tests of their own.
        "classify_jenks_caspall_forced" | "classify_max_p" | "errors" | "gadf" => return None,
        other => panic!("no scheme for {other}"),
    })
}

fn assert_fit(name: &str, fit: &Fit, expected: &Value, relative: f64, absolute: f64) -> usize {
    let found = [
        ("adcm", Some(fit.absolute_deviation)),
        ("gadf", fit.absolute_deviation_fit),
        ("tss", Some(fit.squared_deviation)),
    ];
    let mut held = 0;
    for (key, found) in found {
        if let Some(expected) = expected[key].as_f64() {
            let found = found.unwrap();
            assert!((found - expected).abs() <= absolute + relative * expected.abs(), "{name}, {key}: {found}");
            held += 1;
        }
    }
    held
}

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn datasets(name: &str) -> Vec<Value> {
    serde_json::from_str(&read(name)).unwrap()
}

/// A case, and the values of its data set.
fn named(name: &str) -> (Value, Vec<f64>) {
    let sets = datasets("classification.json");
    let found = sets.iter().find_map(|set| {
        let case = set["cases"].as_array().unwrap().iter().find(|case| case["name"] == name)?;
        Some((case.clone(), values_of(case, set)))
    });
    found.unwrap()
}

#[test]
fn classes_are_those_of_mapclassify() {
    let mut held = 0;
    for dataset in &datasets("classification.json") {
        for case in dataset["cases"].as_array().unwrap() {
            let (name, expected) = (case["name"].as_str().unwrap(), &case["expected"]);
            let Some(scheme) = scheme_of(case) else { continue };
            let asked = case["params"]["k"].as_u64().unwrap_or(5) as usize;
            let classes = classify(&values_of(case, dataset), &scheme, asked).unwrap();
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
            held += assert_fit(name, &classes.fit, expected, 1e-9, 1e-12);
        }
    }
    assert!(held > 190, "held against {held} vectors and numbers");
}

/// What the peer does otherwise.
#[test]
fn forced_classes_are_tighter_than_those_of_mapclassify() {
    // It moves the row of a class that stands last in the file, not the greatest value: its classes depend on the order of rows.
    let (case, values) = named("calemp_jenks_caspall_forced5");
    let found = classify(&values, &Scheme::JenksCaspallForced, 5).unwrap();
    let least = classify(&values, &Scheme::FisherJenks, 5).unwrap();
    assert!(found.fit.squared_deviation < case["expected"]["tss"].as_f64().unwrap() / 10.0, "{:?}", found.fit);
    assert!(found.fit.squared_deviation >= least.fit.squared_deviation && found.breaks.len() == 5);
    // Max-p is a search by chance, which the exact classes are never behind: there is no such scheme here.
    let (case, values) = named("calemp_maxp5");
    let found = classify(&values, &Scheme::FisherJenks, 5).unwrap().fit;
    assert!(found.absolute_deviation < case["expected"]["adcm"].as_f64().unwrap());
    assert!(found.squared_deviation < case["expected"]["tss"].as_f64().unwrap());
    // Values that are all alike make one class, where it raises an error.
    let (_, values) = named("constant_data_errors");
    for scheme in Scheme::named() {
        assert_eq!(classify(&values, &scheme, 5).unwrap().counts, [4], "{scheme}");
    }
}

#[test]
fn the_fewest_classes_of_a_fit_are_those_of_gadf() {
    let (case, values) = named("gadf_quantiles");
    let least = case["params"]["pct"].as_f64().unwrap();
    // It looks up to 15 classes and gives the last, whatever its fit.
    let last = classify(&values, &Scheme::Quantile, 15).unwrap();
    let expected = case["expected"]["gadf"].as_f64().unwrap();
    assert!((last.fit.absolute_deviation_fit.unwrap() - expected).abs() < 1e-9);
    let found = classes_of_fit(&values, &Scheme::Quantile, least).unwrap();
    assert!(found.is_none_or(|classes| classes.breaks.len() > 15));
    let natural = classes_of_fit(&values, &Scheme::FisherJenks, 0.85).unwrap().unwrap();
    let before = classify(&values, &Scheme::FisherJenks, natural.breaks.len() - 1).unwrap();
    assert!(natural.fit.absolute_deviation_fit.unwrap() > 0.85);
    assert!(before.fit.absolute_deviation_fit.unwrap() <= 0.85);
}

/// The peer's classes of upper bounds that coincide are empty but for the first.
fn without_twins(bins: Vec<f64>, counts: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let (mut breaks, mut sums): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (upper, count) in bins.into_iter().zip(counts) {
        if breaks.last() == Some(&upper) {
            sums[breaks.len() - 1] += count;
        } else {
            breaks.push(upper);
            sums.push(count);
        }
    }
    (breaks, sums)
}

#[test]
fn values_that_nobody_tuned_to_fall_into_the_same_classes() {
    let mut held = 0;
    for set in &datasets("classification_mapclassify.json") {
        let values = numbers(&set["values"]);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        for case in set["cases"].as_array().unwrap() {
            let name = format!("{}, {} {}", set["name"], case["scheme"], case["k"]);
            let scheme: Scheme = case["scheme"].as_str().unwrap().parse().unwrap();
            let found = classify(&values, &scheme, case["k"].as_u64().unwrap_or(5) as usize).unwrap();
            if case["refused"].is_string() {
                // Classes that lose all their values keep it from ending.
                assert!(scheme == Scheme::JenksCaspall && found.counts.iter().all(|count| *count > 0), "{name}");
                continue;
            }
            let (breaks, counts) = without_twins(numbers(&case["bins"]), numbers(&case["counts"]));
            assert_eq!(found.breaks.len(), breaks.len(), "{name}: {:?}, {breaks:?}", found.breaks);
            // Its costs have 24 bits: where classes are almost as good it may not find the best.
            let tighter = found.fit.squared_deviation < case["tss"].as_f64().unwrap() * (1.0 - 1e-9);
            if scheme == Scheme::FisherJenks && tighter {
                assert_eq!(set["name"], "two clusters", "{name}");
                continue;
            }
            // Of gaps equally wide it takes any, we the lower: together they are as wide.
            if scheme == Scheme::MaximumBreaks {
                let widths = |breaks: &[f64]| -> f64 {
                    let gap = |upper: &f64| {
                        let above = sorted.partition_point(|value| value <= upper);
                        sorted[above] - sorted[above - 1]
                    };
                    breaks[..breaks.len() - 1].iter().map(gap).sum()
                };
                assert!((widths(&found.breaks) - widths(&breaks)).abs() < 1e-9, "{name}");
                continue;
            }
            for (found, expected) in found.breaks.iter().zip(&breaks) {
                assert!((found - expected).abs() <= 1e-12 + 1e-9 * expected.abs(), "{name}: {found}, {expected}");
            }
            assert_eq!(found.counts.iter().map(|count| *count as f64).collect::<Vec<_>>(), counts, "{name}");
            // Of more classes than asked for it leaves out the last.
            if case["k"].as_u64().is_none_or(|asked| breaks.len() <= asked as usize) {
                held += assert_fit(&name, &found.fit, case, 1e-9, 1e-9);
            }
        }
    }
    assert!(held > 250, "held against {held} numbers");
}

#[test]
fn variance_fit_and_tabular_accuracy_are_those_of_classint() {
    let sets = datasets("classification_mapclassify.json");
    let table = read("classification_classint.csv");
    let mut held = 0;
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.unwrap();
        let set = sets.iter().find(|set| set["name"] == row[0]).unwrap();
        let mut cases = set["cases"].as_array().unwrap().iter();
        let case =
            cases.find(|case| case["scheme"] == "fisher-jenks" && case["k"].as_u64() == row[1].parse().ok()).unwrap();
        let fit = classify(&numbers(&set["values"]), &Scheme::Breaks(numbers(&case["bins"])), 5).unwrap().fit;
        for (found, expected) in [(fit.variance_fit, &row[2]), (fit.tabular_accuracy, &row[3])] {
            let (found, expected) = (found.unwrap(), expected.parse::<f64>().unwrap());
            assert!((found - expected).abs() < 1e-12, "{row:?}: {found}");
            held += 1;
        }
    }
    assert_eq!(held, 24);
}

#[test]
fn geometric_classes_grow_by_one_ratio_and_need_values_above_nothing() {
    let found = classify(&[1.0, 3.0, 20.0, 81.0], &Scheme::Geometric, 4).unwrap();
    for (found, expected) in found.breaks.iter().zip([3.0, 9.0, 27.0, 81.0]) {
        assert!((found - expected).abs() < 1e-12, "{found}");
    }
    assert!(classify(&[0.0, 1.0], &Scheme::Geometric, 4).unwrap_err().to_string().contains("above 0"));
}

#[test]
fn a_sample_of_all_values_is_exact_and_a_small_one_near() {
    let values: Vec<f64> = (0..30_000_u32).map(|n| f64::from(n.wrapping_mul(2_654_435_761) % 1_000_003)).collect();
    let exact = classify(&values, &Scheme::FisherJenks, 5).unwrap();
    let all = classify(&values, &Scheme::FisherJenksSampled { sample: 30_000, seed: 1 }, 5).unwrap();
    assert_eq!(all, exact);
    let some = classify(&values, &Scheme::FisherJenksSampled { sample: 3_000, seed: 1 }, 5).unwrap();
    let (near, best) = (some.fit.squared_deviation, exact.fit.squared_deviation);
    assert!(near > best && near < 1.01 * best && some.breaks.last() == exact.breaks.last(), "{near}, {best}");
    let other = classify(&values, &Scheme::FisherJenksSampled { sample: 3_000, seed: 2 }, 5).unwrap();
    assert_ne!(other.breaks, some.breaks);
    assert!(classify(&values, &Scheme::FisherJenksSampled { sample: 0, seed: 1 }, 5).is_err());
}

//! The geographical detector held against py-geodetector and scipy: `geographical_detector.py`.

use jiju::stats::{ecological_detector, factor_detector, interaction_detector, risk_detector};
use serde_json::Value;

use super::autocorrelation::numbers;

#[track_caller]
fn near(found: Option<f64>, expected: &Value) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() <= 1e-10 * expected.abs().max(1e-6), "found {found}, expected {expected}");
}

#[test]
fn detectors_agree_with_py_geodetector_and_scipy() {
    let set: Value = serde_json::from_str(include_str!("data/geographical_detector.json")).unwrap();
    let values = numbers(&set["columns"]["incidence"]);
    let strata = |factor: &Value| -> Vec<usize> {
        numbers(&set["columns"][factor.as_str().unwrap()]).into_iter().map(|number| number as usize).collect()
    };
    for case in set["cases"].as_array().unwrap() {
        let shift = case["shift"].as_f64().unwrap();
        let values: Vec<f64> = values.iter().map(|value| value + shift).collect();
        let strata = strata(&case["factor"]);
        let found = factor_detector(&values, &strata).unwrap();
        near(found.q, &case["q"]);
        near(found.f, &case["f"]);
        near(found.noncentrality, &case["noncentrality"]);
        near(found.p_central, &case["p_central"]);
        near(found.p, &case["p"]);
        let pairs = risk_detector(&values, &strata).unwrap();
        for (number, pair) in pairs.iter().enumerate() {
            near(pair.t, &case["t"][number]);
            near(pair.degrees_of_freedom, &case["degrees_of_freedom"][number]);
            near(pair.p, &case["p_t"][number]);
        }
    }
    for pair in set["pairs"].as_array().unwrap() {
        let (one, other) = (strata(&pair["factors"][0]), strata(&pair["factors"][1]));
        let together = interaction_detector(&values, &one, &other).unwrap();
        near(together.q_both, &pair["q"]);
        assert_eq!((together.kind.unwrap().name(), pair["kind"].as_str()), ("enhance-bivariate", Some("Enhance, bi-")));
        let apart = ecological_detector(&values, &one, &other).unwrap();
        near(apart.f, &pair["f"]);
        near(apart.p, &pair["p"]);
    }
}

#[test]
fn what_is_not_defined_is_none() {
    let one = factor_detector(&[1.0, 2.0, 4.0], &[5, 5, 5]).unwrap();
    assert_eq!((one.q, one.f, one.p, one.p_central), (Some(0.0), None, None, None));
    let each = factor_detector(&[1.0, 2.0, 4.0], &[0, 1, 2]).unwrap();
    assert_eq!((each.q, each.f, each.p), (Some(1.0), None, None));
    let whole = factor_detector(&[1.0, 1.0, 4.0, 4.0], &[0, 0, 1, 1]).unwrap();
    assert_eq!((whole.q, whole.f, whole.p_central), (Some(1.0), None, Some(0.0)));
    let constant = factor_detector(&[0.3, 0.1 + 0.2, 0.3], &[0, 0, 1]).unwrap();
    assert_eq!((constant.q, constant.p), (None, None));
    assert!(risk_detector(&[1.0, 2.0, 3.0], &[0, 1, 1]).unwrap()[0].t.is_none());
    assert!(factor_detector(&[1.0], &[0, 1]).is_err() && factor_detector(&[], &[]).is_err());
    assert!(factor_detector(&[f64::NAN], &[0]).is_err());
}

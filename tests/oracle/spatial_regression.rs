//! Linear and spatial regressions held against spreg: `spatial_regression_spreg.py`.

use jiju::model::Weights;
use jiju::stats::{
    ChiSquaredTest, Coefficient, CoefficientCovariance, Ols, SpatialRegression, Transform, ols, spatial_diagnostics,
    spatial_durbin, spatial_error, spatial_lag, transformed,
};
use serde_json::Value;

/// A number of a coefficient.
type Get = fn(&Coefficient) -> Option<f64>;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

struct Set {
    all: Value,
    values: Vec<f64>,
    factors: Vec<Vec<f64>>,
    weights: Weights,
}

fn sets() -> Vec<Set> {
    let file: Value = serde_json::from_str(include_str!("data/spatial_regression_spreg.json")).unwrap();
    let set = |set: &Value| {
        let row = |own: &Value| numbers(own).into_iter().map(|other| (other as u32, 1.0)).collect();
        let rows: Vec<Vec<(u32, f64)>> = set["neighbours"].as_array().unwrap().iter().map(row).collect();
        let ids = (0..rows.len()).map(|unit| unit.to_string()).collect();
        Set {
            all: set.clone(),
            values: numbers(&set["values"]),
            factors: set["factors"].as_array().unwrap().iter().map(numbers).collect(),
            weights: transformed(&Weights::new(ids, rows).unwrap(), Transform::Row),
        }
    };
    file["sets"].as_array().unwrap().iter().map(set).collect()
}

/// How far apart the numbers of a comparison are at most, each to the size of what is expected.
#[derive(Default)]
struct Distance {
    greatest: f64,
    of: String,
}

impl Distance {
    fn of(&mut self, what: &str, found: Option<f64>, expected: f64, scale: f64) {
        let found = found.unwrap_or_else(|| panic!("{what} is none, expected {expected}"));
        let distance = (found - expected).abs() / scale.max(1e-300);
        if distance > self.greatest {
            (self.greatest, self.of) = (distance, format!("{what}: found {found}, expected {expected}"));
        }
    }

    fn number(&mut self, what: &str, found: Option<f64>, expected: &Value) {
        let expected = expected.as_f64().unwrap();
        self.of(what, found, expected, expected.abs());
    }

    /// Numbers of one kind, to the size of the greatest of them.
    fn list(&mut self, what: &str, found: impl IntoIterator<Item = Option<f64>>, expected: &Value) {
        let (found, expected): (Vec<_>, _) = (found.into_iter().collect(), numbers(expected));
        assert_eq!(found.len(), expected.len(), "{what}");
        let scale = expected.iter().fold(0.0, |scale: f64, number| scale.max(number.abs()));
        found.into_iter().zip(expected).for_each(|(found, expected)| self.of(what, found, expected, scale));
    }

    fn test(&mut self, what: &str, found: ChiSquaredTest, expected: &Value) {
        assert_eq!(found.degrees_of_freedom as u64, expected["degrees_of_freedom"].as_u64().unwrap(), "{what}");
        self.number(what, found.statistic, &expected["statistic"]);
        self.number(what, found.p, &expected["p"]);
    }

    /// Every number of a coefficient to its own size.
    fn coefficients(&mut self, what: &str, found: &[Coefficient], expected: &Value, statistic: &str) {
        let of: [(&str, Get); 4] = [
            ("estimate", |one| one.estimate),
            ("standard_error", |one| one.standard_error),
            (statistic, |one| one.statistic),
            ("p", |one| one.p),
        ];
        for (name, get) in of {
            let list = expected[name].as_array().unwrap();
            assert_eq!(found.len(), list.len());
            for (found, expected) in found.iter().zip(list) {
                let expected = expected.as_f64().unwrap();
                // spreg's ρ is as near as a flat likelihood tells, some 1e-7, which a small p has many times over.
                let scale = if name == "p" && statistic == "z" { 1.0 } else { expected.abs() };
                self.of(&format!("{what} {name}"), get(found), expected, scale);
            }
        }
    }

    #[track_caller]
    fn at_most(&self, most: f64) {
        eprintln!("greatest relative difference {:.1e}, {}", self.greatest, self.of);
        assert!(self.greatest <= most, "{:e}, {}", self.greatest, self.of);
    }
}

#[test]
fn least_squares_agree_with_spreg() {
    let mut distance = Distance::default();
    for Set { all, values, factors, weights } in sets() {
        let expected = &all["ols"];
        for covariance in [CoefficientCovariance::Classical, CoefficientCovariance::Hc1] {
            let found = ols(&values, &factors, covariance).unwrap();
            let expected = &expected[covariance.name()];
            distance.coefficients(covariance.name(), &found.coefficients, expected, "t");
            for (row, expected) in found.covariance.iter().zip(expected["covariance"].as_array().unwrap()) {
                distance.list("covariance", row.clone(), expected);
            }
        }
        let Ols { jarque_bera, breusch_pagan, koenker_bassett, residuals, .. } =
            ols(&values, &factors, CoefficientCovariance::Classical).unwrap();
        let found = ols(&values, &factors, CoefficientCovariance::Classical).unwrap();
        let spatial = spatial_diagnostics(&values, &factors, &weights).unwrap();
        distance.list("residuals", residuals, &expected["residuals"]);
        let named = [
            ("r2", found.r2),
            ("adjusted_r2", found.adjusted_r2),
            ("f", found.f),
            ("f_p", found.f_p),
            ("sigma2", found.sigma2),
            ("log_likelihood", found.log_likelihood),
            ("aic", found.aic),
            ("bic", found.bic),
            ("condition_number", found.condition_number),
            ("i", spatial.i),
            ("expected", spatial.expected),
            ("variance", spatial.variance),
            ("z", spatial.z),
            ("p", spatial.p),
        ];
        for (name, found) in named {
            distance.number(name, found, &expected["numbers"][name]);
        }
        let tests = [
            ("jarque_bera", jarque_bera),
            ("breusch_pagan", breusch_pagan),
            ("koenker_bassett", koenker_bassett),
            ("lm_lag", spatial.lm_lag),
            ("lm_error", spatial.lm_error),
            ("robust_lm_lag", spatial.robust_lm_lag),
            ("robust_lm_error", spatial.robust_lm_error),
            ("sarma", spatial.sarma),
        ];
        for (name, found) in tests {
            distance.test(name, found, &expected["tests"][name]);
        }
    }
    distance.at_most(1e-9);
}

#[test]
fn columns_that_others_determine_have_no_coefficient() {
    let Set { values, factors, weights, .. } = sets().swap_remove(0);
    let sum: Vec<f64> = factors[0].iter().zip(&factors[1]).map(|(one, other)| 2.0 * one - other + 5.0).collect();
    let more = vec![factors[0].clone(), vec![7.1; values.len()], factors[1].clone(), sum, factors[2].clone()];
    let (whole, found) = [&factors, &more].map(|of| ols(&values, of, CoefficientCovariance::Classical).unwrap()).into();
    let of: Vec<_> = found.aliases.iter().map(|alias| (alias.column, alias.of.clone())).collect();
    assert_eq!(of, [(2, vec![0]), (4, vec![0, 1, 3])]);
    assert_eq!((found.coefficients[2].estimate, found.coefficients[4].p), (None, None));
    assert_eq!(found.parameters, whole.parameters);
    for (one, other) in [(0, 0), (1, 1), (2, 3), (3, 5)] {
        let [one, other] = [whole.coefficients[one].p, found.coefficients[other].p].map(Option::unwrap);
        assert!((one - other).abs() < 1e-9, "{one} {other}");
    }
    let [one, other] = [&factors, &more].map(|of| spatial_diagnostics(&values, of, &weights).unwrap().z.unwrap());
    assert!((one - other).abs() < 1e-9);
}

#[test]
fn what_is_not_defined_is_none() {
    let classical = CoefficientCovariance::Classical;
    let flat = ols(&[2.0; 6], &[vec![1.0, 2.0, 3.0, 4.0, 5.0, 7.0]], classical).unwrap();
    assert_eq!((flat.r2, flat.coefficients[1].estimate, flat.fitted[0]), (None, None, None));
    let short = ols(&[2.0, 3.0], &[vec![1.0, 2.0]], classical).unwrap();
    assert_eq!((short.coefficients[0].estimate, short.f), (None, None));
    let exact = ols(&[2.0, 4.0, 6.0, 8.0], &[vec![1.0, 2.0, 3.0, 4.0]], classical).unwrap();
    assert!((exact.coefficients[1].estimate.unwrap() - 2.0).abs() < 1e-12);
    assert_eq!((exact.r2, exact.f, exact.coefficients[1].p), (Some(1.0), None, None));
    assert_eq!((exact.aic, exact.jarque_bera.p), (None, None));
    assert!(ols(&[], &[], classical).is_err() && ols(&[1.0], &[], classical).is_err());
    assert!(ols(&[1.0, 2.0], &[vec![1.0]], classical).is_err());
    assert!(ols(&[1.0, 2.0], &[vec![1.0, f64::NAN]], classical).is_err());
}

#[test]
fn spatial_models_agree_with_spreg() {
    type Model = fn(&[f64], &[Vec<f64>], &Weights) -> jiju::Result<SpatialRegression>;
    let models: [(&str, Model); 3] = [
        ("lag", |values, factors, weights| Ok(spatial_lag(values, factors, weights)?)),
        ("error", |values, factors, weights| Ok(spatial_error(values, factors, weights)?)),
        ("durbin", |values, factors, weights| Ok(spatial_durbin(values, factors, weights)?)),
    ];
    let mut distance = Distance::default();
    for Set { all, values, factors, weights } in sets() {
        for (kind, model) in models {
            let expected = &all[kind];
            let found = model(&values, &factors, &weights).unwrap();
            let what = format!("{} {kind}", all["name"]);
            let coefficients = [found.coefficients.as_slice(), &[found.spatial]].concat();
            distance.coefficients(&what, &coefficients, expected, "z");
            for (row, expected) in found.covariance.iter().zip(expected["covariance"].as_array().unwrap()) {
                distance.list(&format!("{what} covariance"), row.clone(), expected);
            }
            distance.list(&format!("{what} residuals"), found.residuals, &expected["residuals"]);
            let mut named = vec![
                ("sigma2", found.sigma2),
                ("log_likelihood", found.log_likelihood),
                ("aic", found.aic),
                ("bic", found.bic),
                ("pseudo_r2", found.pseudo_r2),
                ("likelihood_ratio", found.likelihood_ratio.statistic),
            ];
            if kind == "lag" {
                // spreg takes as many degrees of freedom as the models differ in columns, of which ρ is none in an error model.
                named.push(("likelihood_ratio_p", found.likelihood_ratio.p));
            }
            if kind != "error" {
                named.push(("predicted_pseudo_r2", found.predicted_pseudo_r2));
            }
            for (name, found) in named {
                distance.number(&format!("{what} {name}"), found, &expected["numbers"][name]);
            }
            for (number, impact) in found.impacts.iter().enumerate() {
                let own = [impact.direct, impact.indirect, impact.total];
                distance.list(&format!("{what} impacts"), own, &expected["impacts"][number]);
                let Some(of_spreg) = expected["impacts_spreg"].get(number) else { continue };
                // spreg counts what the lag of a factor does in the unit itself as indirect.
                let compared = if kind == "lag" { 0 } else { 2 };
                for part in compared..3 {
                    distance.number(&format!("{what} impact of spreg"), own[part], &of_spreg[part]);
                }
            }
        }
    }
    distance.at_most(1e-6);
}

#[test]
fn spatial_models_leave_out_what_is_not_defined() {
    let Set { values, factors, weights, .. } = sets().swap_remove(0);
    let more = vec![factors[0].clone(), vec![3.0; values.len()], factors[1].clone(), factors[2].clone()];
    let [whole, found] = [&factors, &more].map(|of| spatial_durbin(&values, of, &weights).unwrap());
    assert_eq!((found.coefficients[2].estimate, found.impacts[1].total), (None, None));
    let [one, other] = [&whole.spatial, &found.spatial].map(|one| one.estimate.unwrap());
    assert!((one - other).abs() < 1e-8);
    let alone = Weights::new(weights.ids().to_vec(), vec![Vec::new(); values.len()]).unwrap();
    assert_eq!(spatial_lag(&values, &factors, &alone).unwrap().spatial.estimate, None);
    assert_eq!(spatial_error(&factors[0], &factors[..1], &weights).unwrap().sigma2, None);
    assert_eq!(spatial_lag(&vec![1.0; values.len()], &factors, &weights).unwrap().aic, None);
    // Weights that are not row-standardised are refused.
    assert!(spatial_lag(&values, &factors, &transformed(&weights, Transform::Binary)).is_err());
}

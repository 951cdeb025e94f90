//! Intervals of firms drawn again and tests of two dates, held against scipy and numpy: `bootstrap_intervals.py`.

use jiju::stats::{
    Adjustment, Bootstrap, ChangeOptions, PairedFirm, PlacedFirm, Plant, agglomeration_changes, bca_interval,
    bootstrapped_gamma, bootstrapped_interval, bootstrapped_marcon_puech, gini, marcon_puech, percentile_interval,
    quotient_changes, theil,
};
use serde_json::Value;

const DRAWS: usize = 9_999;

fn set() -> Value {
    serde_json::from_str(include_str!("data/bootstrap_intervals.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|one| one.as_f64().unwrap_or(f64::NAN)).collect()
}

fn codes(value: &Value) -> Vec<Option<usize>> {
    value.as_array().unwrap().iter().map(|one| usize::try_from(one.as_i64().unwrap()).ok()).collect()
}

#[track_caller]
fn near(found: f64, expected: f64, most: f64) {
    assert!((found - expected).abs() <= most, "found {found}, expected {expected}, at most {most} apart");
}

#[track_caller]
fn ends_near(found: Option<(f64, f64)>, expected: &Value, most: f64) {
    let (found, expected) = (found.unwrap(), list(expected));
    near(found.0, expected[0], most);
    near(found.1, expected[1], most);
}

fn bootstrap() -> Bootstrap {
    Bootstrap { replications: DRAWS, seed: 1, confidence: 0.95 }
}

#[test]
fn intervals_of_given_draws_are_those_of_scipy() {
    for case in set()["inequality"].as_array().unwrap() {
        let (draws, left_out) = (list(&case["draws"]), list(&case["left_out"]));
        let observed = case["observed"].as_f64().unwrap();
        ends_near(bca_interval(observed, &draws, &left_out, 0.95), &case["bca_of_draws"], 1e-10);
        ends_near(percentile_interval(&draws, 0.95), &case["percentile_of_draws"], 1e-12);
    }
}

/// Quantiles of so many draws vary by a few hundredths of the deviation.
#[test]
fn intervals_of_inequality_are_those_of_scipy() {
    for case in set()["inequality"].as_array().unwrap() {
        let values = list(&case["values"]);
        let found = bootstrapped_interval(values.len(), &bootstrap(), |rows| {
            let drawn: Vec<f64> = rows.iter().map(|row| values[*row]).collect();
            if case["index"] == "gini" { gini(&drawn) } else { Some(theil(&drawn, &vec![0; drawn.len()])?.index) }
        });
        ends_near(found.unwrap(), &case["bca"], 0.15 * case["deviation"].as_f64().unwrap());
    }
}

#[test]
fn intervals_of_gamma_and_m_are_those_of_the_formulas() {
    let set = set();
    let case = &set["gamma"];
    let (areas, sectors, sizes) = (codes(&case["area"]), codes(&case["sector"]), list(&case["size"]));
    let firms: Vec<(usize, usize, f64)> =
        (0..sizes.len()).map(|firm| (areas[firm].unwrap(), sectors[firm].unwrap(), sizes[firm])).collect();
    let found = bootstrapped_gamma(&firms, 6, 2, &bootstrap()).unwrap();
    ends_near(found[0], &case["interval"], 0.12 * case["deviation"].as_f64().unwrap());

    let case = &set["m"];
    let (at, sectors) = (case["at"].as_array().unwrap(), codes(&case["sector"]));
    let places: Vec<PlacedFirm> = at
        .iter()
        .zip(&sectors)
        .map(|(at, sector)| {
            let (at, is_own) = (list(at), *sector == Some(0));
            PlacedFirm { at: [at[0], at[1]], weight: 1.0, is_reference: is_own, is_neighbour: is_own }
        })
        .collect();
    let radius_m = [case["radius_m"].as_f64().unwrap()];
    let own: Vec<bool> = places.iter().map(|place| place.is_reference).collect();
    let at: Vec<[f64; 2]> = places.iter().map(|place| place.at).collect();
    let observed = marcon_puech(&at, &vec![1.0; at.len()], &own, &own, &radius_m).unwrap()[0].unwrap();
    near(observed, case["observed"].as_f64().unwrap(), 1e-12);
    let few = Bootstrap { replications: 4_999, ..bootstrap() };
    let found = bootstrapped_marcon_puech(&places, &radius_m, &few).unwrap();
    ends_near(found[0], &case["interval"], 0.15 * case["deviation"].as_f64().unwrap());
}

#[test]
fn changes_of_two_dates_are_those_of_the_formulas() {
    let set = set();
    let case = &set["changes"];
    let dates = [codes(&case["before"]), codes(&case["after"])];
    let sectors = codes(&case["sector"]);
    let plant = |date: usize, firm: usize| {
        dates[date][firm].map(|area| Plant { area, sector: sectors[firm].unwrap(), size: 1.0 })
    };
    let firms: Vec<PairedFirm> =
        (0..sectors.len()).map(|firm| PairedFirm { before: plant(0, firm), after: plant(1, firm) }).collect();
    let options = ChangeOptions::default()
        .with_bootstrap(bootstrap())
        .with_permutations(DRAWS as u64)
        .with_adjustment(Adjustment::None);
    let mut found = quotient_changes(&firms, 6, 2, &options).unwrap();
    let gamma = agglomeration_changes(&firms, 6, 2, &options).unwrap()[0];
    found = found.into_iter().step_by(2).chain([gamma]).collect();
    let lists = ["observed", "lower", "upper", "deviation", "p"].map(|name| list(&case[name]));
    assert_eq!(found.len(), lists[0].len());
    for (place, found) in found.iter().enumerate() {
        let [observed, lower, upper, deviation, p] = [0, 1, 2, 3, 4].map(|list| lists[list][place]);
        near(found.difference.unwrap(), observed, 1e-12);
        let (found_lower, found_upper) = found.interval.unwrap();
        near(found_lower, lower, 0.15 * deviation);
        near(found_upper, upper, 0.15 * deviation);
        near(found.p.unwrap(), p, 0.02);
    }
}

//! Concentration held against textbook examples of REAT and EconGeo, and closed forms: see `data/README.md`.

use std::collections::BTreeMap;
use std::path::Path;

use jiju::model::Counts;
use jiju::stats::{
    ConcentrationOptions, cluster_index, coagglomeration, concentration, ellison_glaeser, gini, gini_against,
    herfindahl_hirschman, hoover, krugman, location_quotient, mean_logarithmic_deviation, shannon_bits, theil,
    williamson,
};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(|number| number.as_f64().unwrap()).collect(),
        one => vec![one.as_f64().unwrap()],
    }
}

fn case(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data/regional_concentration.json");
    let set: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    set["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap().clone()
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

fn list(case: &Value, key: &str) -> Vec<f64> {
    numbers(&case["params"][key])
}

fn value(case: &Value) -> f64 {
    case["expected"]["value"].as_f64().unwrap()
}

#[test]
fn indices_of_inequality_agree_with_reat() {
    for name in ["krugman_disjoint", "krugman_goettingen2017"] {
        let case = case(name);
        assert_near(&case, krugman(&list(&case, "a"), &list(&case, "b")).unwrap(), value(&case));
    }
    let sweden = case("krugman_sweden");
    let share = |values: Vec<f64>| -> Vec<f64> { values.iter().map(|one| one / values.iter().sum::<f64>()).collect() };
    let others: Vec<Vec<f64>> =
        sweden["params"]["others"].as_object().unwrap().values().map(|other| share(numbers(other))).collect();
    let mean: Vec<f64> = (0..5).map(|sector| others.iter().map(|other| other[sector]).sum::<f64>() / 4.0).collect();
    assert_near(&sweden, krugman(&list(&sweden, "region"), &mean).unwrap(), value(&sweden));
    let same = case("krugman_conc_same");
    let half: Vec<f64> = list(&same, "a").iter().map(|one| one / 2.0).collect();
    assert_near(&same, krugman(&list(&same, "a"), &half).unwrap(), value(&same));

    let gini_of_quotients = |case: &Value, amounts: &str, reference: &str| {
        let (amounts, reference) = (list(case, amounts), list(case, reference));
        let quotients: Vec<f64> = amounts.iter().zip(&reference).map(|(amount, own)| amount / own).collect();
        gini(&quotients).unwrap()
    };
    let concentrated = case("gini_concentration");
    assert_near(&concentrated, gini_of_quotients(&concentrated, "e_ij", "e_j"), value(&concentrated));
    for name in ["gini_specialisation", "gini_specialisation_freiburg2014", "gini_specialisation_goettingen2017"] {
        let case = case(name);
        assert_near(&case, gini_of_quotients(&case, "e_ij", "e_i"), value(&case));
    }
    for name in ["gini_sales", "gini_german_gdp"] {
        let case = case(name);
        assert_near(&case, gini(&list(&case, "x")).unwrap(), value(&case));
    }
    let normalised = case("gini_sales_normalised");
    assert_near(&normalised, gini(&list(&normalised, "x")).unwrap() * 4.0 / 3.0, value(&normalised));
    let weighted = case("gini_weighted_classes");
    let (x, weights) = (list(&weighted, "x"), list(&weighted, "weights"));
    let amounts: Vec<f64> = x.iter().zip(&weights).map(|(x, weight)| x * weight).collect();
    assert_near(&weighted, gini_against(&amounts, &weights).unwrap(), value(&weighted));
    for name in ["hhi_sales", "hhi_german_gdp", "hhi_sales_normalised", "hhi_equivalent_number"] {
        let case = case(name);
        let found = herfindahl_hirschman(&list(&case, "x")).unwrap();
        let found = match case["statistic"].as_str().unwrap() {
            "hhi" => found.index,
            "hhi_normalised" => found.normalised.unwrap(),
            _ => found.effective_number,
        };
        assert_near(&case, found, value(&case));
    }
    // What REAT calls Theil's index is his L.
    let incomes = case("theil_regincome");
    assert_near(&incomes, mean_logarithmic_deviation(&list(&incomes, "x")).unwrap(), value(&incomes));
    // T itself by hand: ln 5 + 0.3 ln 0.1 + 0.2 ln 0.2 + 0.5 ln 0.5.
    let expected = 5.0_f64.ln() + 0.3 * 0.1_f64.ln() + 0.2 * 0.2_f64.ln() + 0.5 * 0.5_f64.ln();
    assert_near(&incomes, theil(&list(&incomes, "x"), &[0; 5]).unwrap().index, expected);
    let german = case("hoover_german_gdp_pop");
    assert_near(&german, hoover(&list(&german, "x"), &list(&german, "ref")).unwrap(), value(&german));
    let german = case("williamson_german");
    let weights = list(&german, "weights");
    let per_head: Vec<f64> = list(&german, "gdp").iter().zip(&weights).map(|(gdp, weight)| gdp / weight).collect();
    // REAT takes deviations from the mean that is not weighted: its square is greater by that of the two means' difference.
    let found = williamson(&per_head, &weights).unwrap();
    let mean = list(&german, "gdp").iter().sum::<f64>() / weights.iter().sum::<f64>();
    let plain = per_head.iter().sum::<f64>() / per_head.len() as f64;
    assert_near(&german, (found.powi(2) + (1.0 - plain / mean).powi(2)).sqrt(), value(&german));
}

#[test]
fn tables_of_econgeo_agree() {
    let case = case("econgeo_matrix");
    let rows: Vec<Vec<f64>> = case["params"]["matrix_rows_regions"].as_array().unwrap().iter().map(numbers).collect();
    let sectors: Vec<f64> = (0..5).map(|sector| rows.iter().map(|row| row[sector]).sum()).collect();
    let areas: Vec<f64> = rows.iter().map(|row| row.iter().sum()).collect();
    for (row, area) in rows.iter().enumerate() {
        let expected = |key: &str| numbers(&case["expected"][key])[row];
        assert_near(&case, krugman(area, &sectors).unwrap(), expected("krugman"));
        assert_near(&case, hoover(area, &sectors).unwrap(), expected("spec_coeff"));
        assert_near(&case, shannon_bits(area).unwrap(), expected("entropy_bits_3dp"));
        let column: Vec<f64> = rows.iter().map(|row_of| row_of[row]).collect();
        // EconGeo halves it.
        assert_near(&case, gini_against(&column, &areas).unwrap() / 2.0, expected("locational_gini_halved"));
        assert_near(&case, gini(&column).unwrap(), expected("industry_gini"));
    }
}

#[test]
fn agglomeration_agrees_with_reat_and_the_closed_form() {
    let single = case("ellison_glaeser_single");
    let names = single["params"]["region_order"].as_array().unwrap();
    let regions = single["params"]["region"].as_array().unwrap();
    let area = |region: &Value| names.iter().position(|name| name == region).unwrap();
    let plants: Vec<(usize, f64)> = regions.iter().map(area).zip(list(&single, "plants")).collect();
    let found = ellison_glaeser(&plants, &list(&single, "region_totals")).unwrap();
    assert_near(&single, found.gamma.unwrap(), single["expected"]["gamma"].as_f64().unwrap());
    let closed = case("maurel_sedillot_single");
    assert_near(&closed, found.maurel_sedillot.unwrap(), closed["expected"]["gamma_ms"].as_f64().unwrap());

    let four = case("ellison_glaeser_4industries");
    let firms = four["params"]["firms"].as_array().unwrap();
    let mut totals: BTreeMap<i64, f64> = BTreeMap::new();
    for firm in firms {
        *totals.entry(firm[0].as_i64().unwrap()).or_default() += firm[3].as_f64().unwrap();
    }
    let regions: Vec<i64> = totals.keys().copied().collect();
    let totals: Vec<f64> = totals.into_values().collect();
    for (sector, expected) in four["expected"].as_object().unwrap() {
        let own = firms.iter().filter(|firm| firm[1] == sector.as_str());
        let plants: Vec<(usize, f64)> = own
            .map(|firm| {
                let region = firm[0].as_i64().unwrap();
                (regions.iter().position(|other| *other == region).unwrap(), firm[3].as_f64().unwrap())
            })
            .collect();
        let found = ellison_glaeser(&plants, &totals).unwrap();
        let near = |key: &str, found: f64| assert_near(&four, found, expected[key].as_f64().unwrap());
        near("G", found.g);
        near("gamma", found.gamma.unwrap());
        near("z_G", found.z.unwrap());
        near("K", found.plants as f64);
        near("maurel_sedillot", found.maurel_sedillot.unwrap());
    }
}

#[test]
fn coagglomeration_of_two_is_their_covariance() {
    let one = [(0, 3.0), (1, 5.0), (1, 2.0), (2, 1.0)];
    let other = [(0, 4.0), (0, 1.0), (2, 9.0)];
    let totals = [20.0, 50.0, 30.0];
    let x = totals.map(|total| total / 100.0);
    let share = |plants: &[(usize, f64)]| {
        let all: f64 = plants.iter().map(|(_, size)| size).sum();
        let mut share = [0.0; 3];
        plants.iter().for_each(|(area, size)| share[*area] += size / all);
        share
    };
    let (a, b) = (share(&one), share(&other));
    let covariance: f64 = (0..3).map(|area| (a[area] - x[area]) * (b[area] - x[area])).sum();
    let expected = covariance / (1.0 - x.iter().map(|x| x * x).sum::<f64>());
    let found = coagglomeration(&[&one, &other], &totals).unwrap().unwrap();
    assert!((found - expected).abs() < 1e-12, "{found}, {expected}");
}

#[test]
fn agglomeration_of_plants_alike_agrees_with_pysal() {
    for (name, sedillot) in [("pysal_eg_H_1overN", false), ("pysal_ms_H_1overN", true)] {
        let case = case(name);
        let rows: Vec<Vec<f64>> = case["params"]["x"].as_array().unwrap().iter().map(numbers).collect();
        let totals: Vec<f64> = rows.iter().map(|row| row.iter().sum()).collect();
        for (sector, expected) in numbers(&case["expected"]["gamma"]).into_iter().enumerate() {
            // As many plants of one employee as there are employees.
            let plants: Vec<(usize, f64)> = (0..rows.len())
                .flat_map(|area| std::iter::repeat_n((area, 1.0), rows[area][sector] as usize))
                .collect();
            let found = ellison_glaeser(&plants, &totals).unwrap();
            let found = if sedillot { found.maurel_sedillot } else { found.gamma };
            assert_near(&case, found.unwrap(), expected);
        }
    }
}

#[test]
fn cluster_index_and_diversity_agree() {
    let case_of = case("litzenberger");
    let pair =
        |one: &str, other: &str| (case_of["params"][one].as_f64().unwrap(), case_of["params"][other].as_f64().unwrap());
    let found = cluster_index(pair("e_ij", "e_i"), pair("b_ij", "b_i"), pair("a_j", "a"), pair("p_j", "p"));
    assert_near(&case_of, found.unwrap(), value(&case_of));
    let case = case("pysal_diversity");
    let rows: Vec<Vec<f64>> = case["params"]["x"].as_array().unwrap().iter().map(numbers).collect();
    let totals: Vec<f64> = (0..3).map(|kind| rows.iter().map(|row| row[kind]).sum()).collect();
    let found = herfindahl_hirschman(&totals).unwrap().index;
    assert_near(&case, found, case["expected"]["herfindahl_hd"].as_f64().unwrap());
}

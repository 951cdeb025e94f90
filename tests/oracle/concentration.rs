//! Concentration held against textbook examples of REAT and EconGeo, and closed forms: see `data/README.md`.

use std::collections::BTreeMap;
use std::path::Path;

use jiju::measure::{area_concentration_frame, concentration_frame};
use jiju::model::Counts;
use jiju::stats::{
    Bootstrap, ConcentrationOptions, agglomeration_cut_off, bootstrapped_quotients, cluster_index, coagglomeration,
    concentration, ellison_glaeser, ellison_glaeser_of_shares, esteban_marquillas, gini, gini_against, hachman,
    herfindahl_hirschman, hoover, krugman, location_quotient, location_quotient_interval, mean_logarithmic_deviation,
    quotient_without_one, shannon_bits, shift_share, simpson, standardised_log_quotients, standardised_quotients,
    theil, theil_against, theil_h, theil_l, williamson,
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
    let options = ConcentrationOptions::default()
        .with_areas_km2(Some(vec![1.5, 0.0]))
        .with_in_park(Some(Counts { values: vec![1.0, 0.0, 0.0, 0.0], ..counts.clone() }))
        .with_minimum_count(1.0);
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
    let frame = concentration_frame(&result).unwrap();
    assert_eq!(frame.column("location_quotient").unwrap().null_count(), 3);
    assert_eq!(area_concentration_frame(&result).unwrap().column("herfindahl_hirschman").unwrap().null_count(), 1);
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
    let found =
        concentration(&table(&case["params"]["matrix_rows_regions"]), &ConcentrationOptions::default()).unwrap();
    for row in 0..5 {
        let expected = |key: &str| numbers(&case["expected"][key])[row];
        let cells = &found.cells[row * 5..][..5];
        let shares: Vec<f64> = cells.iter().map(|cell| cell.share.unwrap()).collect();
        let quotients: Vec<Option<f64>> = cells.iter().map(|cell| cell.location_quotient).collect();
        assert_near(&case, hachman(&shares, &quotients).unwrap(), expected("hachman"));
        assert_near(&case, 1.0 / hachman(&shares, &quotients).unwrap(), expected("avg_LQ"));
        let at_home = |quotient: &Option<f64>| quotient.unwrap() >= 1.0;
        assert_near(&case, quotients.iter().filter(|one| at_home(one)).count() as f64, expected("diversity_LQgt1"));
        let of_sector = found.cells.iter().skip(row).step_by(5).filter(|cell| at_home(&cell.location_quotient));
        assert_near(&case, of_sector.count() as f64, expected("ubiquity"));
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
    let expected = |key: &str| case["expected"][key].as_f64().unwrap();
    assert_near(&case, found, expected("herfindahl_hd"));
    assert_near(&case, simpson(&totals).unwrap(), expected("simpson_so"));
    assert_near(&case, 1.0 - simpson(&totals).unwrap(), expected("simpson_sd"));
    let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
    assert_near(&case, theil_h(&rows).unwrap(), expected("theil_th"));
}

#[test]
fn agglomeration_with_an_index_of_plants_agrees_with_pysal() {
    for (name, sedillot) in [
        ("pysal_eg_H_given", false),
        ("pysal_ms_H_given", true),
        ("pysal_eg_H_1overN", false),
        ("pysal_ms_H_1overN", true),
    ] {
        let case = case(name);
        let rows: Vec<Vec<f64>> = case["params"]["x"].as_array().unwrap().iter().map(numbers).collect();
        let totals: Vec<f64> = rows.iter().map(|row| row.iter().sum()).collect();
        for (sector, expected) in numbers(&case["expected"]["gamma"]).into_iter().enumerate() {
            let column: Vec<f64> = rows.iter().map(|row| row[sector]).collect();
            let given = case["params"]["H"].as_array().map(|given| given[sector].as_f64().unwrap());
            let found =
                ellison_glaeser_of_shares(&column, &totals, given.unwrap_or(1.0 / column.iter().sum::<f64>())).unwrap();
            assert_near(&case, if sedillot { found.maurel_sedillot } else { found.gamma }.unwrap(), expected);
        }
    }
    assert!(ellison_glaeser_of_shares(&[1.0, 2.0], &[3.0], 0.5).is_err());
    assert!(ellison_glaeser_of_shares(&[1.0], &[3.0], 1.5).is_err());
    assert_eq!(ellison_glaeser_of_shares(&[1.0, 2.0], &[3.0, 4.0], 1.0).unwrap().gamma, None);
}

#[test]
fn quotients_at_the_edges_and_of_the_bureau_of_labor_statistics() {
    let edges = case("LQ_edge_cases");
    assert!(edges["expected"]["zero_region_total"].is_null() && edges["expected"]["zero_industry_total"].is_null());
    assert_eq!(location_quotient(0.0, 0.0, 5.0, 10.0), None);
    assert_eq!(location_quotient(0.0, 5.0, 0.0, 10.0), None);
    assert_eq!(location_quotient(0.0, 5.0, 5.0, 10.0), edges["expected"]["zero_cell"].as_f64());
    let published = case("bls_qcew_lq_rows");
    for row in published["expected"]["rows"].as_array().unwrap() {
        let number = |key: &str| row[key].as_f64().unwrap();
        // Of a country with the share that the rounded quotient implies at each end.
        for (share, end) in numbers(&row["implied_US_share_interval"]).into_iter().zip([0.005, -0.005]) {
            let country = 1e9;
            let found = location_quotient(number("e_ij"), number("e_j"), share * country, country).unwrap();
            assert!((found - number("LQ_2dp") - end).abs() < 1e-9, "{row}: {found}");
        }
    }
}

#[test]
fn shift_and_share_agree_with_reat() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data/shift_share_reat.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let expected: BTreeMap<(String, String), f64> = csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|row| row.unwrap())
        .map(|row| ((row[0].to_owned(), row[1].to_owned()), row[2].parse().unwrap()))
        .collect();
    let region = [(45.0, 50.0), (466.0, 430.0), (7874.0, 7410.0), (1334.0, 1502.0), (7051.0, 8034.0)];
    let country =
        [(2480.0, 2391.0), (53876.0, 51020.0), (679_717.0, 691_003.0), (179_895.0, 189_002.0), (438_022.0, 470_555.0)];
    let sum = |pairs: &[(f64, f64)]| pairs.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    let (area, all) = (sum(&region), sum(&country));
    let mut found: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for (cell, sector) in region.into_iter().zip(country) {
        let parts = shift_share(cell, sector, all).unwrap();
        let local = esteban_marquillas(cell, sector, area.0, all.0).unwrap();
        let mut add = |key, amount| *found.entry(key).or_default() += amount;
        for method in ["Dunn", "Esteban"] {
            add((method, "Growth (t1-t)"), parts.change);
            add((method, "National share"), parts.territory);
            add((method, "Industrial mix"), parts.sector_mix);
        }
        add(("Dunn", "Regional share"), parts.local);
        add(("Dunn", "Net total shift"), parts.sector_mix + parts.local);
        add(("Esteban", "Regional share"), local.competitive);
        add(("Esteban", "Allocation effect"), local.allocation);
    }
    assert_eq!(found.len(), expected.len());
    for ((method, component), found) in found {
        let expected = expected[&(method.to_owned(), component.to_owned())];
        assert!((found - expected).abs() < 1e-9 * expected.abs(), "{method}, {component}: {found}, {expected}");
    }
}

#[test]
fn quotients_are_standardised_by_their_areas() {
    // By hand: mean 2, deviations −1.5, −0.5, 2, squares 6.5, variance 3.25.
    let z = standardised_quotients(&[Some(0.5), Some(1.5), None, Some(4.0)]);
    let s = 3.25_f64.sqrt();
    for (found, expected) in z.iter().zip([Some(-1.5 / s), Some(-0.5 / s), None, Some(2.0 / s)]) {
        assert!(found.zip(expected).is_none_or(|(found, expected)| (found - expected).abs() < 1e-15));
        assert_eq!(found.is_some(), expected.is_some());
    }
    // Logarithms −1, 0, 1 of e.
    let e = std::f64::consts::E;
    let z = standardised_log_quotients(&[Some(1.0 / e), Some(0.0), Some(1.0), Some(e)]);
    for (found, expected) in z.into_iter().zip([Some(-1.0), None, Some(0.0), Some(1.0)]) {
        assert_eq!(found.is_some(), expected.is_some());
        assert!(found.is_none_or(|found| (found - expected.unwrap()).abs() < 1e-12), "{found:?}");
    }
    assert_eq!(standardised_quotients(&[Some(0.3); 3]), [None; 3]);
    assert_eq!(standardised_log_quotients(&[Some(0.3), Some(0.3)]), [None; 2]);
    assert_eq!(standardised_quotients(&[Some(1.0), None]), [None; 2]);
}

#[test]
fn firms_drawn_again_give_the_interval_of_a_multinomial() {
    let counts = table(&case("LQ_delta_log_CI")["params"]["matrix"]);
    let mut firms = Vec::new();
    for area in 0..3 {
        for sector in 0..3 {
            firms.extend(std::iter::repeat_n((area, sector, 1.0), counts.get(area, sector) as usize));
        }
    }
    let bootstrap = Bootstrap { replications: 4000, seed: 5, ..Bootstrap::default() };
    let found = bootstrapped_quotients(&firms, 3, 3, &bootstrap).unwrap();
    assert_eq!(found, bootstrapped_quotients(&firms, 3, 3, &bootstrap).unwrap());
    let other = Bootstrap { seed: 6, ..bootstrap };
    assert_ne!(found, bootstrapped_quotients(&firms, 3, 3, &other).unwrap());
    for (cell, both, area, sector) in
        [(0, 120.0_f64, 200.0_f64, 150.0_f64), (4, 90.0, 200.0, 150.0), (8, 550.0, 600.0, 700.0)]
    {
        // The delta method on ln LQ = ln E_ij − ln E_i − ln E_j + ln E of a multinomial: areas and sectors vary in size as well.
        let (of_both, of_area, of_sector) = (1.0 / both - 1.0 / area - 1.0 / sector, -1.0 / area, -1.0 / sector);
        let square =
            of_both * of_both * both + of_area * of_area * (area - both) + of_sector * of_sector * (sector - both);
        let mean = of_both * both + of_area * (area - both) + of_sector * (sector - both);
        let factor = (1.959_963_984_540_054 * (square - mean * mean / 1000.0).sqrt()).exp();
        let quotient = both * 1000.0 / (area * sector);
        let (lower, upper) = found[cell].interval.unwrap();
        assert!((lower * factor / quotient - 1.0).abs() < 0.015, "{cell}: {lower}, {}", quotient / factor);
        assert!((upper / factor / quotient - 1.0).abs() < 0.015, "{cell}: {upper}, {}", quotient * factor);
        assert_eq!(found[cell].p, Some(1.0 / 4001.0));
    }
    // 30 of 200 and 150 of 1000 are alike: as often above as below.
    assert!((found[1].p.unwrap() - 0.5).abs() < 0.05, "{:?}", found[1]);
    // A quotient that one large firm makes is not sure, whatever its size.
    let mut firms = vec![(0, 0, 90.0), (0, 1, 10.0)];
    firms.extend([(1, 0, 1.0); 50].into_iter().chain([(1, 1, 1.0); 50]));
    let found = bootstrapped_quotients(&firms, 2, 2, &bootstrap).unwrap();
    assert!(found[0].p.unwrap() > 0.2, "{:?}", found[0]);
    assert!(bootstrapped_quotients(&[], 1, 1, &bootstrap).is_err());
    assert!(bootstrapped_quotients(&[(1, 0, 1.0)], 1, 1, &bootstrap).is_err());
    assert!(bootstrapped_quotients(&[(0, 0, 1.0)], 1, 1, &Bootstrap { replications: 0, ..bootstrap }).is_err());
}

#[test]
fn the_cut_off_is_near_the_percentile_of_the_quotients() {
    // Evenly spread from −1 to 1: the mean of the drawn 95th percentiles is near 0.9.
    let z: Vec<Option<f64>> = (0..=2000).map(|n| Some(f64::from(n) / 1000.0 - 1.0)).collect();
    let cut_off = agglomeration_cut_off(&z, &Bootstrap::default()).unwrap().unwrap();
    assert!((cut_off - 0.9).abs() < 0.002, "{cut_off}");
    assert_eq!(agglomeration_cut_off(&[None], &Bootstrap::default()).unwrap(), None);
}

#[test]
fn a_quotient_without_one_plant_is_that_of_the_others() {
    // Against the quotient of a table without it.
    let sizes = [5.0, 1.0, 40.0, 3.0];
    let (cell, area, sector, all) = (49.0, 100.0, 120.0, 1000.0);
    let found = quotient_without_one(&sizes, (cell, area, sector, all), None, 5).unwrap();
    let least =
        sizes.iter().map(|size| location_quotient(cell - size, area - size, sector - size, all - size).unwrap());
    assert_eq!(found.location_quotient, least.min_by(f64::total_cmp));
    assert!(!found.is_one_firm);
    // 3.4 with the large plant, 0.2 without.
    assert!(quotient_without_one(&[40.0, 1.0], (41.0, 100.0, 120.0, 1000.0), None, 5).unwrap().is_one_firm);
    // A count whose interval is above 1 with its last firm only.
    let (cell, area, sector, all) = (8.0, 30.0, 100.0, 900.0);
    let lower =
        |less: f64| location_quotient_interval(cell - less, area - less, sector - less, all - less, 0.95).unwrap().0;
    assert!(lower(0.0) > 1.0, "{}", lower(0.0));
    let found = quotient_without_one(&[1.0; 8], (cell, area, sector, all), Some(0.95), 5).unwrap();
    assert_eq!(found.is_one_firm, lower(1.0) <= 1.0);
    assert_eq!(quotient_without_one(&[], (0.0, 30.0, 100.0, 900.0), None, 5), None);
    // All of the territory in one plant.
    let lone = quotient_without_one(&[7.0], (7.0, 7.0, 7.0, 7.0), None, 5).unwrap();
    assert!(lone.is_one_firm && lone.location_quotient.is_none());
}

#[test]
fn theil_of_heads_is_that_of_as_many_people() {
    // Each head by itself, with what its area has per head.
    let (amounts, heads) = ([12.0, 5.0, 30.0], [4.0, 5.0, 6.0]);
    let people: Vec<f64> = amounts
        .iter()
        .zip(heads)
        .flat_map(|(amount, heads)| std::iter::repeat_n(amount / heads, heads as usize))
        .collect();
    let found = theil_against(&amounts, &heads, &[0, 0, 1]).unwrap();
    assert!((found.index - theil(&people, &[0; 15]).unwrap().index).abs() < 1e-14);
    let groups: Vec<usize> = std::iter::repeat_n(0, 9).chain(std::iter::repeat_n(1, 6)).collect();
    let expected = theil(&people, &groups).unwrap();
    assert!((found.between - expected.between).abs() < 1e-14 && (found.within - expected.within).abs() < 1e-14);
    let found = theil_l(&amounts, &heads, &[0, 0, 1]).unwrap();
    assert!((found.index - mean_logarithmic_deviation(&people).unwrap()).abs() < 1e-14);
    let expected = theil_l(&people, &[1.0; 15], &groups).unwrap();
    assert!((found.between - expected.between).abs() < 1e-14 && (found.within - expected.within).abs() < 1e-14);
    assert_eq!(theil_l(&[0.0, 1.0], &[1.0, 1.0], &[0, 0]), None);
}

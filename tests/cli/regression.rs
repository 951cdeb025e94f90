//! Regressions of the towns of the sample: what each part holds, and what is told of columns and rows that say nothing.

use serde_json::Value;

use super::{Folder, jiju, repository};

const TOWNS: &str = "data/samples/towns.geojson";

/// A row for each town: its id, a value, two columns that explain it, one that does not vary, the sum of the two, and a column with
/// two empty cells.
fn towns(folder: &Folder) -> String {
    let text = std::fs::read_to_string(repository(TOWNS)).unwrap();
    let towns: Value = serde_json::from_str(&text).unwrap();
    let mut table = "id,value,wage,share,flat,both,gaps\n".to_owned();
    for (number, town) in towns["features"].as_array().unwrap().iter().enumerate() {
        let at = &town["geometry"]["coordinates"][0][0];
        let east = at[0].as_f64().or_else(|| at[0][0].as_f64()).unwrap() - 120.5;
        let wage = (number as f64 * 1.3).sin() + east;
        let share = (number as f64 * 0.7).cos();
        let value = 2.0 + wage * (1.0 + east) - share + (number as f64 * 5.1).sin() / 4.0;
        let gaps = if number % 40 == 3 { String::new() } else { number.to_string() };
        let id = town["properties"]["id"].as_str().unwrap();
        table.push_str(&format!("{id},{value},{wage},{share},7,{},{gaps}\n", wage + share));
    }
    folder.write("towns.csv", &table)
}

fn json(arguments: &[&str]) -> (Value, String) {
    let outcome = jiju([arguments, &["--format", "json"]].concat());
    assert_eq!(outcome.status, 0, "{arguments:?}\n{}", outcome.stderr);
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.stderr)
}

const QUEEN: [&str; 4] = ["--areas", TOWNS, "--contiguity", "queen"];

#[test]
fn regressions_name_what_has_no_coefficient() {
    let folder = Folder::new();
    let table = towns(&folder);
    let columns = ["--value", "value", "--explanatory", "wage,flat,share,both"];
    for name in ["ols", "spatial-lag", "spatial-error", "spatial-durbin"] {
        let (found, said) = json(&[&["stats", name, &table], &columns[..], &QUEEN].concat());
        assert!(said.contains("`flat` does not vary: it has no coefficient"), "{name}: {said}");
        assert!(said.contains("`both` is determined by `wage`, `share`: it has no coefficient"), "{name}: {said}");
        let terms = found["coefficients"].as_array().unwrap();
        let null: Vec<&str> = (terms.iter())
            .filter(|term| term["estimate"].is_null())
            .map(|term| term["term"].as_str().unwrap())
            .collect();
        assert_eq!(null[..2], ["flat", "both"], "{name}");
        assert_eq!(found["n"], found["units"].as_array().unwrap().len());
        let last = terms.last().unwrap()["term"].as_str().unwrap();
        assert_eq!(
            last,
            match name {
                "ols" => "both",
                "spatial-error" => "lambda",
                _ => "rho",
            }
        );
        assert!(found["manifest"]["weights_sha256"].is_string());
    }
    let (found, said) = json(&[&["stats", "gwr", &table, "--areas", TOWNS], &columns[..]].concat());
    assert!(said.contains("`flat` does not vary") && said.contains("distances are measured in EPSG:4549"), "{said}");
    assert!(found["units"][0]["estimate_flat"].is_null() && found["units"][0]["t_wage"].is_number());
    assert!(found["bandwidth_neighbours"].as_u64().unwrap() > 40 && found["bandwidth_m"].is_null());
    assert!(found["trials"].as_array().unwrap().len() > 1);
}

#[test]
fn rows_without_a_number_are_refused_or_counted() {
    let folder = Folder::new();
    let table = towns(&folder);
    let columns = ["--value", "value", "--explanatory", "wage,gaps"];
    for name in ["ols", "spatial-lag"] {
        let asked = [&["stats", name, &table], &columns[..], &QUEEN].concat();
        let refused = jiju(&asked);
        assert!(refused.status == 2 && refused.stderr.contains("rows without a number"), "{}", refused.stderr);
        let (found, said) = json(&[&asked[..], &["--drop-missing"]].concat());
        assert!(said.contains("2 rows without a value are left out"), "{said}");
        assert_eq!(found["n"], 72);
    }
}

#[test]
fn a_regression_of_few_rows_estimates_nothing_and_says_so() {
    let folder = Folder::new();
    let table = folder.write("few.csv", "value,one,two\n1,2,3\n2,5,1\n4,4,4\n");
    let (found, said) = json(&["stats", "ols", &table, "--value", "value", "--explanatory", "one,two"]);
    assert!(said.contains("3 rows are too few for 3 coefficients: nothing is estimated"), "{said}");
    assert!(found["r2"].is_null() && found["coefficients"][1]["estimate"].is_null());
    let twice = jiju(["stats", "ols", &table, "--value", "value", "--explanatory", "one,value"]);
    assert!(twice.status == 2 && twice.stderr.contains("the column `value` is given twice"), "{}", twice.stderr);
    let alone = jiju(["stats", "spatial-lag", &table, "--value", "value", "--explanatory", "one"]);
    assert!(alone.status == 2 && alone.stderr.contains("nothing says which units are neighbours"), "{}", alone.stderr);
}

#[test]
fn parts_of_a_regression_are_tables_and_maps() {
    let folder = Folder::new();
    let table = towns(&folder);
    let columns = ["--value", "value", "--explanatory", "wage,share"];
    let files = ["coefficients.csv", "impacts.csv", "covariances.csv", "units.csv", "tests.csv"];
    let [coefficients, impacts, covariances, units, tests] = files.map(|name| folder.path(name));
    let parts = [
        "-o",
        &coefficients,
        "--impacts",
        &impacts,
        "--covariances",
        &covariances,
        "--units",
        &units,
        "--tests",
        &tests,
    ];
    let outcome = jiju([&["stats", "spatial-durbin", &table], &columns[..], &QUEEN, &parts].concat());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert!(read(&coefficients).starts_with("term,estimate,standard_error,z,p\nconstant,"));
    assert!(read(&coefficients).contains("\nlag_share,"));
    assert!(read(&impacts).starts_with("term,direct,indirect,total\nwage,"));
    assert!(read(&tests).starts_with("test,chi_squared,degrees_of_freedom,p\nlikelihood_ratio,"));
    assert!(read(&units).starts_with("id,value,fitted,residual,predicted\n330602002,"));
    assert_eq!(read(&covariances).lines().count(), 1 + 6 * 6);
    let local = folder.path("local.geojson");
    let outcome = jiju([&["stats", "gwr", &table, "--areas", TOWNS, "-o", &local], &columns[..]].concat());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let layer: Value = serde_json::from_str(&read(&local)).unwrap();
    assert_eq!(layer["features"].as_array().unwrap().len(), 74);
    assert!(layer["features"][0]["properties"]["standard_error_share"].is_number());
}

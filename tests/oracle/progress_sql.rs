//! The quota table of the sample against SQL over positions found by GEOS: `progress_sql.py`.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use jiju::check::{CheckInputs, OfficeTables, check};
use jiju::model::Table;
use jiju::progress::{self, ProgressOptions, ProgressRequest, ProgressRow};
use jiju::source::{AreaSource, AreasInMemory, LayerSource, Origin, TableSource};
use serde::Deserialize;

use crate::stages::{REVIEW, SELF_CHECK, SPOT_CHECK};

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Row {
    as_of: NaiveDate,
    programme: String,
    district: String,
    listed: u64,
    self_checked: u64,
    reviewed: u64,
    spot_checked: u64,
    accepted: u64,
    quota: u64,
    rate: Option<f64>,
    gap: u64,
    surplus: u64,
    rank: Option<u32>,
    unplaced: u64,
}

fn data(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

fn source(path: &str) -> TableSource {
    TableSource { file: data(path), ..TableSource::default() }
}

fn districts() -> LayerSource {
    LayerSource {
        name: Some("district".to_owned()),
        file: data("boundaries/shaoxing_districts.geojson").into(),
        id: Some("adcode".to_owned()),
        label: Some("name".to_owned()),
        ..LayerSource::default()
    }
}

/// The rows of each day, in the order of programme and district.
fn expected() -> BTreeMap<NaiveDate, Vec<Row>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/progress_sql.csv");
    let mut days: BTreeMap<NaiveDate, Vec<Row>> = BTreeMap::new();
    for row in csv::Reader::from_path(path).unwrap().deserialize() {
        let row: Row = row.unwrap();
        days.entry(row.as_of).or_default().push(row);
    }
    days
}

fn found(as_of: NaiveDate, rows: Vec<ProgressRow>) -> Vec<Row> {
    let mut rows: Vec<Row> = rows
        .into_iter()
        .map(|row| Row {
            as_of,
            listed: row.listed(),
            self_checked: row.passed(SELF_CHECK),
            reviewed: row.passed(REVIEW),
            spot_checked: row.passed(SPOT_CHECK),
            programme: row.programme,
            district: row.district,
            accepted: row.accepted,
            quota: row.quota,
            rate: row.rate,
            gap: row.gap,
            surplus: row.surplus,
            rank: row.rank,
            unplaced: row.unplaced,
        })
        .collect();
    rows.sort_by(|a, b| (&a.programme, &a.district).cmp(&(&b.programme, &b.district)));
    rows
}

#[test]
fn quota_table_of_the_sample_is_that_of_sql() {
    let as_of: NaiveDate = "2020-09-30".parse().unwrap();
    let tables =
        OfficeTables::default().with_register(data("samples/register.csv")).with_ledger(data("samples/ledger.csv"));
    let areas = Origin::<AreasInMemory>::from(data("boundaries/shaoxing_districts.geojson"));
    let districts = AreaSource::default().with_areas(areas).with_area_id("adcode".to_owned());
    let request = ProgressRequest::default()
        .with_tables(tables)
        .with_districts(districts)
        .with_policy(data("policy/shaoxing-2020"))
        .with_as_of(as_of);
    let table = progress::progress(&request).unwrap();
    assert!(!table.satisfied);
    // As a file brings it back: every cell passes through the frame.
    let rows = (2..table.rows.height() as u64 + 2).collect();
    let back = progress::rows_of(&Table::new("progress", table.rows, rows)).unwrap();
    assert_eq!(found(as_of, back), expected()[&as_of]);
}

#[test]
fn quota_tables_of_other_days_are_those_of_sql() {
    let outcome = check(&CheckInputs {
        register: Some(source("samples/register.csv")),
        ledger: Some(source("samples/ledger.csv")),
        layers: vec![districts()],
        policy: Some(data("policy/shaoxing-2020")),
        as_of: None,
        snap_m: None,
        folder: None,
    })
    .unwrap();
    let (policy, register, ledger) = (outcome.policy.unwrap(), outcome.register.unwrap(), outcome.ledger.unwrap());
    let days = expected();
    assert_eq!(days.len(), 3);
    for (as_of, expected) in days {
        let options = ProgressOptions::as_of(as_of);
        let rows = progress::quota_table(&policy, &ledger.ledger, &register.standing, &options);
        assert_eq!(found(as_of, rows), expected, "{as_of}");
    }
}

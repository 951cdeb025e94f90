//! The policy and small tables, for the tests of `check`.

use std::path::Path;

use jiju::model::Table;
use jiju::policy::Policy;
use polars::prelude::{Column, DataFrame};

pub fn policy() -> Policy {
    jiju::policy::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy/shaoxing-2020")).unwrap()
}

/// A table of text cells, its header the first line; rows are numbered as a spreadsheet does.
pub fn table(source: &str, csv_text: &str) -> Table {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let columns = headers
        .iter()
        .enumerate()
        .map(|(place, header)| {
            let cells: Vec<Option<String>> =
                records.iter().map(|record| Some(record[place].to_owned()).filter(|cell| !cell.is_empty())).collect();
            Column::new(header.as_str().into(), cells)
        })
        .collect();
    let frame = DataFrame::new(records.len(), columns).unwrap();
    Table::new(source, frame, (2..records.len() as u64 + 2).collect())
}

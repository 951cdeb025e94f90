//! One ledger in every shape offices hand it round in, written by openpyxl, xlwt, odfpy, pyarrow and Python's own encoders with
//! `tests/fixtures/tables/make.py`.

use std::path::{Path, PathBuf};

use jiju::model::Table;
use jiju::source::{TableFormat, TableOptions, format_table, table};

fn fixture(name: &str) -> PathBuf {
    Path::new("tests/fixtures/tables").join(name)
}

fn read(name: &str) -> Table {
    table(&fixture(name), &TableOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn cells(table: &Table) -> Vec<(String, Vec<Option<String>>)> {
    let column = |name: &String| table.text(name).unwrap().iter().map(|cell| cell.map(str::to_owned)).collect();
    table.columns().iter().map(|name| (name.clone(), column(name))).collect()
}

#[test]
fn every_shape_gives_the_same_ledger() {
    let plain = read("ledger.csv");
    assert_eq!(plain.columns()[..3], ["统一社会信用代码", "企业名称", "所属区县"]);
    assert_eq!(plain.rows, [2, 3, 4, 5]);
    let expected = cells(&plain);
    assert_eq!(expected[0].1[3].as_deref(), Some("330681000000000012"));
    assert_eq!(expected[5].1[0].as_deref(), Some("2020-05-28"));
    assert_eq!(expected[6].1[1], None);
    for (name, rows) in [
        ("bom.csv", [2, 3, 4, 5]),
        ("gb18030.csv", [2, 3, 4, 5]),
        ("utf16.txt", [2, 3, 4, 5]),
        ("semicolon.csv", [2, 3, 4, 5]),
        ("tab.tsv", [2, 3, 4, 5]),
        // Below a title, the reporting office, and a header of two rows.
        ("ledger.xlsx", [5, 6, 7, 8]),
        ("ledger.xls", [5, 6, 7, 8]),
        ("ledger.ods", [4, 5, 6, 7]),
    ] {
        let found = read(name);
        assert_eq!(cells(&found), expected, "{name}");
        assert_eq!(found.rows, rows, "{name}");
    }
}

#[test]
fn a_sheet_out_of_sight_is_read_when_named() {
    let options = TableOptions { sheet: Some("字典".to_owned()), ..TableOptions::default() };
    let dictionary = table(&fixture("ledger.xlsx"), &options).unwrap();
    assert_eq!((dictionary.columns(), dictionary.height()), (vec!["区县".to_owned()], 0));
    assert!(dictionary.source.ends_with("ledger.xlsx, sheet 字典"), "{}", dictionary.source);
}

#[test]
fn a_file_beyond_the_limits_is_refused_before_it_fills_the_memory() {
    let few = TableOptions { max_cells: 20, ..TableOptions::default() };
    for name in ["ledger.csv", "ledger.xlsx", "ledger.xls", "ledger.ods"] {
        let message = table(&fixture(name), &few).unwrap_err().to_string();
        assert!(message.contains("number of cells") && message.contains("limit of 20"), "{name}: {message}");
    }
    let small = TableOptions { max_bytes: 8192, ..TableOptions::default() };
    // The file itself is smaller.
    assert!(std::fs::metadata(fixture("ledger.xlsx")).unwrap().len() < 8192);
    let message = table(&fixture("ledger.xlsx"), &small).unwrap_err().to_string();
    assert!(message.contains("unpacked size"), "{message}");
}

#[test]
fn types_of_parquet_become_cells_or_are_left_out_by_name() {
    let types = read("types.parquet");
    let expected = [
        ("id", [Some("1"), Some("255")]),
        ("district", [Some("柯桥区"), None]),
        ("zoned", [Some("2020-05-27T16:00:00Z"), None]),
    ];
    let expected = expected.map(|(name, cells)| (name.to_owned(), cells.map(|cell| cell.map(str::to_owned)).to_vec()));
    assert_eq!(cells(&types), expected);
    for format in [TableFormat::Table, TableFormat::Csv, TableFormat::Json, TableFormat::Parquet, TableFormat::Xlsx] {
        format_table(&types.frame, format).unwrap();
    }
    let csv = String::from_utf8(format_table(&types.frame, TableFormat::Csv).unwrap()).unwrap();
    assert_eq!(csv, "id,district,zoned\n1,柯桥区,2020-05-27T16:00:00Z\n255,,\n");
    let nested = read("nested.parquet");
    let notes = nested.reading.notes.join("; ");
    for left_out in ["column `box` is of structs and is left out", "column `list` is of lists and is left out"] {
        assert!(nested.frame.width() == 1 && notes.contains(left_out), "{notes}");
    }
}

//! What is written reads back as it was.

use jiju::model::DeclaredReference;
use jiju::model::cell;
use jiju::source::{
    ConvertOptions, TableFormat, TableOptions, convert, format_table, table, write_table, write_untouched,
};
use polars::prelude::{Column, DataFrame};
use proptest::prelude::*;

/// Cells with everything that has a meaning somewhere.
fn cell() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        4 => "([a-z0-9,;\"'=+@\\-–绍兴 \n\t]|＝|http://){0,12}".prop_map(Some),
    ]
}

fn frame(cells: &[(Option<String>, Option<f64>)]) -> DataFrame {
    let text: Vec<Option<String>> = cells.iter().map(|(text, _)| text.clone()).collect();
    let numbers: Vec<Option<f64>> = cells.iter().map(|(_, number)| *number).collect();
    // A row without any text would be no row.
    let keys: Vec<String> = (0..cells.len()).map(|row| format!("k{row}")).collect();
    let columns = vec![
        Column::new("id".into(), keys),
        Column::new("名称".into(), text),
        Column::new("employees".into(), numbers),
    ];
    DataFrame::new(cells.len(), columns).unwrap()
}

fn rows() -> impl Strategy<Value = Vec<(Option<String>, Option<f64>)>> {
    let number = prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO);
    prop::collection::vec((cell(), number), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn untouched_csv_reads_back(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        write_untouched(&frame(&rows), &path, &[]).unwrap();
        let options = TableOptions { delimiter: Some(b','), ..TableOptions::default() };
        let read = table(&path, &options).unwrap();
        let text = read.text("名称").unwrap();
        for (row, (cell, _)) in rows.iter().enumerate() {
            prop_assert_eq!(text.get(row), cell.as_deref().filter(|cell| !cell.is_empty()));
        }
        let numbers: Vec<Option<f64>> = read.numbers("employees").unwrap().iter().collect();
        let expected: Vec<Option<f64>> = rows.iter().map(|(_, number)| *number).collect();
        prop_assert_eq!(numbers, expected);
    }

    #[test]
    fn no_cell_of_csv_is_a_formula(rows in rows()) {
        let bytes = format_table(&frame(&rows), TableFormat::Csv).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        for record in reader.records() {
            let record = record.unwrap();
            let text = &record[1];
            let starts = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
            // Numbers compute themselves, and dashes alone nothing.
            let is_harmless = cell::number(text).is_some() || text.chars().all(|character| character == '-');
            prop_assert!(!starts || is_harmless, "{}", text);
        }
    }

    #[test]
    fn workbooks_and_parquet_read_back(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        for ending in ["xlsx", "parquet"] {
            let path = folder.path().join(format!("t.{ending}"));
            write_table(&frame(&rows), TableFormat::from_path(&path).unwrap(), &path, &[]).unwrap();
            let read = table(&path, &TableOptions::default()).unwrap();
            let text = read.text("名称").unwrap();
            for (row, (cell, _)) in rows.iter().enumerate() {
                let blank = |cell: Option<&str>| cell.filter(|cell| !cell.trim().is_empty()).map(str::to_owned);
                prop_assert_eq!(blank(text.get(row)), blank(cell.as_deref()), "{}", ending);
            }
        }
    }

    /// A conversion there and back touches nothing but the coordinates, and these by less than their last decimal.
    #[test]
    fn a_conversion_leaves_other_cells_alone(
        notes in prop::collection::vec("[a-z0-9,;\"'=+@绍兴]{1,8}", 1..8),
        x in 119.0..121.0_f64,
        y in 29.0..31.0_f64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.csv", "b.csv", "c.csv"].map(|name| folder.path().join(name));
        let count = notes.len();
        let columns = vec![
            Column::new("备注".into(), notes.clone()),
            Column::new("经度".into(), vec![format!("{x:.9}"); count]),
            Column::new("纬度".into(), vec![format!("{y:.9}"); count]),
        ];
        write_untouched(&DataFrame::new(count, columns).unwrap(), &paths[0], &[]).unwrap();
        let [from, to]: [DeclaredReference; 2] = ["wgs84", "gcj02"].map(|reference| reference.parse().unwrap());
        convert(&paths[0], &paths[1], &ConvertOptions::default().with_from(from).with_to(to)).unwrap();
        convert(&paths[1], &paths[2], &ConvertOptions::default().with_from(to).with_to(from)).unwrap();
        let [before, there, after] = paths.map(|path| {
            table(&path, &TableOptions { delimiter: Some(b','), ..TableOptions::default() }).unwrap()
        });
        let texts: Vec<Option<String>> =
            after.text("备注").unwrap().iter().map(|cell| cell.map(str::to_owned)).collect();
        prop_assert_eq!(texts, notes.into_iter().map(Some).collect::<Vec<_>>());
        for column in ["经度", "纬度"] {
            let [before, there, after] =
                [&before, &there, &after].map(|table| table.numbers(column).unwrap().get(0).unwrap());
            prop_assert!((before - after).abs() < 3e-9, "{} {}", before, after);
            prop_assert!((before - there).abs() > 1e-4);
        }
    }
}

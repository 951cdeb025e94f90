//! Rows that hold sums of others, in every format and for every command: whoever counts firms counts as many.

use std::path::Path;

use polars::prelude::{Column, DataFrame};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Folder, POLICY, jiju};

const DISTRICTS: &str = "tests/fixtures/files/districts.geojson";
const HEADERS: [&str; 7] = ["统一社会信用代码", "企业名称", "经度", "纬度", "行业代码", "所属区县", "从业人数"];

/// Rows of a table, where the last may be a sum.
#[derive(Debug, Clone)]
struct Rows {
    rows: Vec<[String; 7]>,
    /// How many of them are firms.
    firms: usize,
}

/// What a last row says of itself.
#[derive(Debug, Clone, Copy)]
enum Last {
    /// The word in one of the columns.
    Word(usize, &'static str),
    /// Nothing but the sum.
    Amounts,
    /// Another number than the sum.
    Other,
    /// The sum, beside a name: a firm.
    Named,
}

fn rows(firms: usize, last: Last, has_place: bool) -> Rows {
    let mut rows: Vec<[String; 7]> = (0..firms)
        .map(|number| {
            let (x, district) = [("120.55", "越城区"), ("120.45", "柯桥区"), ("120.65", "上虞区")][number % 3];
            let employees = (10 + 7 * number).to_string();
            ["", &format!("测试{number}厂"), x, "30.05", "1713", district, &employees].map(str::to_owned)
        })
        .collect();
    let sum: usize = (0..firms).map(|number| 10 + 7 * number).sum();
    let mut row: [String; 7] = Default::default();
    row[6] = sum.to_string();
    if has_place {
        row[2] = "120.55".to_owned();
        row[3] = "30.05".to_owned();
    }
    let mut is_firm = false;
    match last {
        Last::Word(column, word) => row[column] = word.to_owned(),
        Last::Amounts => {}
        Last::Other => {
            row[6] = (sum + 1).to_string();
            is_firm = true;
        }
        Last::Named => {
            row[1] = "某某厂".to_owned();
            is_firm = true;
        }
    }
    rows.push(row);
    Rows { rows, firms: firms + usize::from(is_firm) }
}

fn csv_of(rows: &Rows) -> String {
    let lines = rows.rows.iter().map(|row| row.join(",") + "\n");
    std::iter::once(HEADERS.join(",") + "\n").chain(lines).collect()
}

/// The rows as columns of text, the last one of numbers.
fn frame_of(rows: &Rows) -> DataFrame {
    let columns = HEADERS.iter().enumerate().map(|(position, header)| {
        let cells = rows.rows.iter().map(|row| Some(row[position].as_str()).filter(|cell| !cell.is_empty()));
        match position {
            2 | 3 | 6 => {
                let numbers: Vec<Option<f64>> = cells.map(|cell| cell.map(|cell| cell.parse().unwrap())).collect();
                Column::new((*header).into(), numbers)
            }
            _ => Column::new((*header).into(), cells.map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>()),
        }
    });
    DataFrame::new(rows.rows.len(), columns.collect()).unwrap()
}

/// How many rows a join counts as points with or without a place: those that are firms.
fn joined(table: &str, more: &[&str]) -> (usize, String) {
    let outcome = jiju([&["join", table, "--areas", DISTRICTS, "--count", "--format", "csv"], more].concat());
    assert_eq!(outcome.status, 0, "{table}: {}", outcome.stderr);
    let counted = outcome.stdout.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<usize>().unwrap());
    (counted.sum(), outcome.stderr)
}

#[test]
fn every_command_counts_the_same_firms_in_every_format() {
    let lasts = prop_oneof![
        (
            prop_oneof![Just(0_usize), Just(1), Just(4), Just(5)],
            prop_oneof![Just("合计"), Just("全市小计"), Just("Total")]
        )
            .prop_map(|(column, word)| Last::Word(column, word)),
        Just(Last::Amounts),
        Just(Last::Other),
        Just(Last::Named),
    ];
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    runner
        .run(&(3_usize..9, lasts, any::<bool>()), |(firms, last, has_place)| {
            let rows = rows(firms, last, has_place);
            let is_sum = rows.firms == firms;
            let folder = Folder::new();
            let csv = folder.write("t.csv", &csv_of(&rows));
            let mut tables = vec![csv.clone()];
            let frame = frame_of(&rows);
            for name in ["t.parquet", "t.xlsx"] {
                let format = jiju::source::TableFormat::from_path(Path::new(name)).unwrap();
                jiju::source::write_table(&frame, format, &folder.file(name), &[]).unwrap();
                tables.push(folder.path(name));
            }
            std::fs::write(folder.file("t.arrow"), arrow_of(&frame)).unwrap();
            tables.push(folder.path("t.arrow"));
            // A firm without a place lies in no area.
            let placed = firms + usize::from(!is_sum && has_place);
            for table in &tables {
                let (counted, notes) = joined(table, &[]);
                prop_assert_eq!(counted, placed, "{}: {}", table, notes);
                prop_assert_eq!(
                    notes.contains("1 rows hold sums (合计) and are left out"),
                    is_sum,
                    "{}: {}",
                    table,
                    notes
                );
                let whole = jiju(["join", table, "--areas", DISTRICTS, "--format", "csv"]);
                prop_assert_eq!(whole.stdout.lines().count(), rows.rows.len() + 1, "{}", whole.stderr);
                prop_assert_eq!(whole.stderr.contains("hold sums"), is_sum, "{}: {}", table, whole.stderr);
                let concentration =
                    jiju(["concentration", table, "--areas", DISTRICTS, "--by", "所属区县", "--format", "csv"]);
                prop_assert_eq!(
                    concentration.stderr.contains("hold sums"),
                    is_sum,
                    "{}: {}",
                    table,
                    concentration.stderr
                );
                let check =
                    jiju(["check", "--register", table, "--areas", DISTRICTS, "--policy", POLICY, "--format", "csv"]);
                prop_assert_eq!(check.stdout.contains(",sum_row,"), is_sum, "{}: {}", table, check.stdout);
                let unequal = jiju(["inequality", table, "--value", "从业人数"]);
                prop_assert_eq!(unequal.stderr.contains("hold sums"), is_sum, "{}: {}", table, unequal.stderr);
            }
            // A condition chooses among the rows after what they are is known.
            let (_, notes) = joined(&csv, &["--where", "从业人数 > 0"]);
            prop_assert_eq!(notes.contains("hold sums"), is_sum, "{}", notes);
            Ok(())
        })
        .unwrap();
}

/// A table as Arrow IPC.
fn arrow_of(frame: &DataFrame) -> Vec<u8> {
    use polars::prelude::CompatLevel;
    use polars_arrow::datatypes::{ArrowSchema, Field};
    use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};
    let (mut schema, mut arrays) = (ArrowSchema::default(), Vec::new());
    for column in frame.columns() {
        let array = column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::oldest());
        schema.insert(column.name().clone(), Field::new(column.name().clone(), array.dtype().clone(), true));
        arrays.push(array);
    }
    let schema = std::sync::Arc::new(schema);
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = FileWriter::new(&mut bytes, schema.clone(), None, WriteOptions { compression: None });
    writer.start().unwrap();
    let batch = polars_arrow::record_batch::RecordBatchT::try_new(frame.height(), schema, arrays).unwrap();
    writer.write(&batch, None).unwrap();
    writer.finish().unwrap();
    bytes.into_inner()
}

#[test]
fn a_sum_is_seen_behind_many_pieces_and_in_a_packed_file() {
    let folder = Folder::new();
    // Some ten megabytes: a piece of text has four.
    let firms: u64 = 130_000;
    let filling = "浙江省绍兴市某某镇某某村某某工业园区一号";
    let mut text = format!("{},地址\n", HEADERS.join(","));
    for number in 0..firms {
        text.push_str(&format!(",厂{number},120.55,30.05,1713,越城区,{},{filling}\n", number % 50));
    }
    let sum: u64 = (0..firms).map(|number| number % 50).sum();
    let with_sum = folder.write("sum.csv", &format!("{text},,120.55,30.05,,,{sum},\n"));
    let without = folder.write("other.csv", &format!("{text},,120.55,30.05,,,{},\n", sum + 1_000));
    for (table, wanted) in [(&with_sum, firms), (&without, firms + 1)] {
        let (counted, notes) = joined(table, &[]);
        assert_eq!((counted as u64, notes.contains("hold sums")), (wanted, wanted == firms), "{notes}");
    }
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, std::fs::read(&with_sum).unwrap().as_slice()).unwrap();
    std::fs::write(folder.file("sum.csv.gz"), packer.finish().unwrap()).unwrap();
    assert_eq!(joined(&folder.path("sum.csv.gz"), &[]).0 as u64, firms);
}

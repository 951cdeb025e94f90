use std::path::PathBuf;

use polars::prelude::*;
use polars_arrow::array::ArrayRef;
use polars_arrow::io::ipc::write::{Compression, FileWriter, StreamWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;
use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};
use tempfile::TempDir;

use super::*;
use crate::source::{TableFormat, format_table, table};

type Cells = Vec<Vec<Option<String>>>;

/// Headers, cells by row, and row numbers; or the message.
type Read = Result<(Vec<String>, Cells, Vec<u64>), String>;

fn in_pieces(path: &Path, options: &TableOptions, size: PieceSize) -> Read {
    let table = Batches::open_in_pieces(path, options, size)
        .and_then(|batches| gathered(batches.unwrap(), options))
        .map_err(|error| error.to_string().replace(&path.display().to_string(), "t"))?;
    let columns: Vec<StringChunked> = table.columns().iter().map(|name| table.text(name).unwrap()).collect();
    let cell = |column: &StringChunked, row: usize| column.get(row).map(str::to_owned);
    let cells = (0..table.height()).map(|row| columns.iter().map(|column| cell(column, row)).collect());
    Ok((table.columns(), cells.collect(), table.rows.clone()))
}

/// Text with commas as the csv crate takes it apart, all of it at once.
fn by_the_csv_crate(text: &str) -> Read {
    let bytes = text.as_bytes();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let (mut headers, mut cells, mut rows): (Option<Vec<String>>, Cells, Vec<u64>) = (None, Vec::new(), Vec::new());
    let (mut faults, mut number) = (faults::RowFaults::default(), 0);
    // Titles above the header and units below it are no rows.
    let head = text::Head::of_sample(text, b',', 0);
    let (mut above, mut below) = (head.above, head.leading.len());
    loop {
        let start = reader.position().byte() as usize;
        if !reader.read_record(&mut record).unwrap() {
            break;
        }
        let end = reader.position().byte() as usize;
        // The decoder passes over empty lines, and over the second half of a line end.
        let mut rest = &text[start..];
        if start > 0 && bytes[start - 1] == b'\r' {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        while let Some(next) = ["\r\n", "\n", "\r"].into_iter().find_map(|end| rest.strip_prefix(end)) {
            rest = next;
            number += 1;
        }
        number += 1;
        if let Some(fault) = records::quote_fault(&bytes[start..end], b',') {
            faults.misquoted(number, fault);
        } else if record.iter().any(|cell| !cell.trim().is_empty()) {
            if above > 0 {
                above -= 1;
                continue;
            }
            let Some(headers) = &headers else {
                headers = Some(record.iter().map(str::to_owned).collect());
                continue;
            };
            if below > 0 {
                below -= 1;
                continue;
            }
            let is_padded = match headers.get(record.len()..) {
                Some(missing) => missing.iter().all(|header| header.trim().is_empty()),
                None => record.iter().skip(headers.len()).all(|cell| cell.trim().is_empty()),
            };
            if !is_padded {
                faults.ragged(number, record.len());
                continue;
            }
            let text = |cell: &str| Some(cell.to_owned()).filter(|cell| !cell.is_empty());
            cells.push((0..headers.len()).map(|position| record.get(position).and_then(text)).collect());
            rows.push(number);
        }
    }
    let said = |format: &str, message: String| Err(format!("cannot read t as {format}: {message}"));
    let headers = headers.unwrap_or_default();
    if let Some(message) = faults.message(headers.len()) {
        return said("delimited text", message);
    }
    let is_named = |column: usize| !headers[column].trim().is_empty() || head.filled[column];
    let columns = crate::source::table::header::named(&headers, is_named).columns;
    if columns.is_empty() {
        return said("a table", "found no header".to_owned());
    }
    let cells = cells.iter().map(|row| columns.iter().map(|(position, _)| row[*position].clone()).collect()).collect();
    Ok((columns.into_iter().map(|(_, name)| name).collect(), cells, rows))
}

fn hostile_text() -> impl Strategy<Value = String> {
    let parts = [
        ",",
        ",",
        ",",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "\"",
        "\"\"",
        "\",\"",
        "\"\n",
        " ",
        "\" ,",
        "5\" pipe",
        "柯桥",
        "é",
        "a",
        "b",
        "1.5",
        "\t;",
        "\n\n",
        "\"x\r\ny\"",
        "a much longer cell than fits a view",
    ];
    let body = prop::collection::vec(prop::sample::select(parts.to_vec()), 0..60).prop_map(|parts| parts.concat());
    let header = prop::sample::select(vec!["a,b\n", "a,名称,\r\n", "a,a\n", "", "\n\"a\n b\",b\r", "\"a\nb\n"]);
    // Rows that are sound, too, among those that are not.
    let row =
        prop::sample::select(vec!["1,2\n", "\"1\n\",\"2\"\"\"\r\n", "柯,\r", ",,\n", "\n", "x,\"\"\n", "1,2,3\n"]);
    let rows = prop::collection::vec(row, 0..20).prop_map(|rows| rows.concat());
    (header, rows, body).prop_map(|(header, rows, body)| format!("{header}{rows}{body}"))
}

fn written(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

proptest! {
    #[test]
    fn text_in_pieces_of_any_size_is_what_the_csv_crate_reads(text in hostile_text(), text_bytes in 1_usize..50) {
        let (_folder, path) = written("t.csv", text.as_bytes());
        let options = TableOptions { delimiter: Some(b','), ..TableOptions::default() };
        let read = in_pieces(&path, &options, PieceSize { text_bytes, ..PieceSize::default() });
        prop_assert_eq!(read, by_the_csv_crate(&text));
    }

    #[test]
    fn text_of_any_encoding_is_the_same_in_pieces(text in hostile_text(), text_bytes in 1_usize..50) {
        let options = TableOptions { delimiter: Some(b','), ..TableOptions::default() };
        let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let gb18030 = encoding_rs::GB18030.encode(&text).0.into_owned();
        let expected = by_the_csv_crate(&text);
        for (bytes, encoding) in [(format!("\u{feff}{text}").into_bytes(), None), (utf16, None), (gb18030, Some("gbk"))] {
            let (_folder, path) = written("t.csv", &bytes);
            let options = TableOptions { encoding: encoding.map(str::to_owned), ..options.clone() };
            let read = in_pieces(&path, &options, PieceSize { text_bytes, ..PieceSize::default() });
            prop_assert_eq!(read, expected.clone());
        }
    }

    #[test]
    fn a_selection_is_that_of_the_whole(text in hostile_text(), text_bytes in 1_usize..50) {
        let (_folder, path) = written("t.csv", text.as_bytes());
        let options = TableOptions { delimiter: Some(b','), ..TableOptions::default() };
        let whole = table(&path, &options).map_err(|error| error.to_string());
        let size = PieceSize { text_bytes, ..PieceSize::default() };
        if let Ok(mut batches) = Batches::open_in_pieces(&path, &options, size).map(Option::unwrap) {
            let last = batches.columns().last().cloned().unwrap_or_default();
            batches.select(std::slice::from_ref(&last)).unwrap();
            let part = gathered(batches, &options).map_err(|error| error.to_string());
            prop_assert_eq!(part.as_ref().err(), whole.as_ref().err());
            if let (Ok(part), Ok(whole)) = (part, whole) {
                prop_assert_eq!(part.columns(), [last.clone()]);
                prop_assert_eq!(part.rows, whole.rows);
                let wanted = whole.frame.column(&last).unwrap();
                prop_assert_eq!(part.frame.column(&last).unwrap().equals_missing(wanted), true);
            }
        } else {
            prop_assert_eq!(whole.is_err(), true);
        }
    }

    #[test]
    fn typed_files_in_pieces_are_the_whole(height in 0_usize..300, group in 1_usize..90, parquet_rows in 1_usize..70) {
        let frame = typed(height);
        let expected = cells_of(&frame);
        let size = PieceSize { parquet_rows, ..PieceSize::default() };
        for (name, bytes) in [
            ("t.parquet", parquet(&frame, group)),
            ("t.arrow", arrow_file(&frame, group, None)),
            ("t.feather", arrow_file(&frame, group, Some(Compression::ZSTD(Default::default())))),
            ("t.arrows", arrow_stream(&frame, group, Some(Compression::LZ4))),
        ] {
            let (_folder, path) = written(name, &bytes);
            let batches = Batches::open_in_pieces(&path, &TableOptions::default(), size).unwrap().unwrap();
            let schema = batches.schema().clone();
            if name != "t.arrows" {
                prop_assert_eq!(batches.rows(), Some(height as u64));
            }
            let table = gathered(batches, &TableOptions::default()).unwrap();
            prop_assert_eq!(&**table.frame.schema(), &schema);
            prop_assert_eq!(cells_of(&table.frame), expected.clone());
            prop_assert_eq!(table.rows, (1..=height as u64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn damaged_arrow_is_an_error_and_no_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let frame = typed(20);
        for (name, mut bytes) in [
            ("t.arrow", arrow_file(&frame, 7, None)),
            ("t.ipc", arrow_file(&frame, 7, Some(Compression::ZSTD(Default::default())))),
            ("t.arrows", arrow_stream(&frame, 7, Some(Compression::LZ4))),
        ] {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
            if cut {
                bytes.truncate(at);
            }
            let (_folder, path) = written(name, &bytes);
            // What was hit may be a number, which no one can tell.
            let _ = table(&path, &TableOptions::default());
        }
    }
}

/// Columns of every kind that a typed file has.
fn typed(height: usize) -> DataFrame {
    let numbers: Vec<Option<i64>> = (0..height as i64).map(|row| (row % 5 != 3).then_some(row * 3 - 40)).collect();
    let texts: Vec<Option<String>> =
        numbers.iter().map(|number| number.map(|number| "柯桥".repeat((number.unsigned_abs() % 7) as usize))).collect();
    let number = |name: &str, kind: &DataType| Column::new(name.into(), &numbers).cast(kind).unwrap();
    let columns = vec![
        number("id", &DataType::Int64),
        Column::new("名称".into(), &texts),
        Column::new("区县".into(), &texts).cast(&DataType::from_categories(Categories::global())).unwrap(),
        number("rate", &DataType::Float64),
        number("day", &DataType::Date),
        number("moment", &DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))),
        number("clock", &DataType::Datetime(TimeUnit::Microseconds, None)),
        Column::new("truth".into(), numbers.iter().map(|number| number.map(|n| n % 2 == 0)).collect::<Vec<_>>()),
    ];
    DataFrame::new(height, columns).unwrap()
}

/// The cells as text, where categories and zones are text already.
fn cells_of(frame: &DataFrame) -> String {
    String::from_utf8(format_table(frame, TableFormat::Csv).unwrap()).unwrap()
}

fn parquet(frame: &DataFrame, group: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(group)).finish(&mut frame.clone()).unwrap();
    bytes
}

/// Record batches that share their dictionaries.
fn batches(frame: &DataFrame, group: usize) -> Vec<RecordBatchT<ArrayRef>> {
    let whole = frame.iter_chunks(CompatLevel::newest(), true).next().unwrap();
    let starts = (0..frame.height()).step_by(group);
    let batch = |start: usize| {
        let height = group.min(frame.height() - start);
        let arrays = whole.columns().iter().map(|array| array.sliced(start, height)).collect();
        RecordBatchT::new(height, whole.schema().clone().into(), arrays)
    };
    starts.map(batch).collect()
}

fn arrow_file(frame: &DataFrame, group: usize, compression: Option<Compression>) -> Vec<u8> {
    let schema = Arc::new(frame.schema().to_arrow(CompatLevel::newest()));
    let mut writer = FileWriter::try_new(Vec::new(), schema, None, WriteOptions { compression }).unwrap();
    for batch in batches(frame, group) {
        writer.write(&batch, None).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner()
}

fn arrow_stream(frame: &DataFrame, group: usize, compression: Option<Compression>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::new(&mut bytes, WriteOptions { compression });
    writer.start(&frame.schema().to_arrow(CompatLevel::newest()), None).unwrap();
    for batch in batches(frame, group) {
        writer.write(&batch, None).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

#[test]
fn faults_of_all_pieces_are_told_as_one() {
    let rows: String = (0..300).map(|row| if row % 3 == 1 { "1\n" } else { "1,2,3\n" }).collect();
    let (_folder, path) = written("t.csv", format!("a,b\n{rows}").as_bytes());
    let options = TableOptions::default();
    let whole = in_pieces(&path, &options, PieceSize::default());
    assert!(whole.as_ref().unwrap_err().contains("row 3 has 1 cells, rows 4 to 5 have 3 cells"), "{whole:?}");
    assert!(whole.as_ref().unwrap_err().ends_with("and 151 rows more; expected 2 cells as in the header"), "{whole:?}");
    for text_bytes in [1, 13, 100] {
        assert_eq!(in_pieces(&path, &options, PieceSize { text_bytes, ..PieceSize::default() }), whole);
    }
}

#[test]
fn times_beyond_the_calendar_are_told_by_their_row_in_the_file() {
    let days: Vec<i32> = (0..100).map(|row| if row % 40 == 39 { i32::MAX } else { row }).collect();
    let frame = DataFrame::new(100, vec![Column::new("day".into(), days).cast(&DataType::Date).unwrap()]).unwrap();
    for (name, bytes) in [("t.parquet", parquet(&frame, 30)), ("t.arrow", arrow_file(&frame, 30, None))] {
        let (_folder, path) = written(name, &bytes);
        let message = in_pieces(&path, &TableOptions::default(), PieceSize::default()).unwrap_err();
        assert!(message.ends_with("column `day` row 40 is a time beyond the calendar"), "{message}");
    }
}

#[test]
fn nested_columns_are_left_out_and_named() {
    let lists = Column::new("list".into(), [Series::new("".into(), [1, 2])]);
    let frame = DataFrame::new(1, vec![Column::new("id".into(), ["a"]), lists]).unwrap();
    for (name, bytes) in [("t.parquet", parquet(&frame, 30)), ("t.arrow", arrow_file(&frame, 30, None))] {
        let (_folder, path) = written(name, &bytes);
        let open = || Batches::open(&path, &TableOptions::default()).unwrap().unwrap();
        assert_eq!(open().next_piece().unwrap().unwrap().decode().unwrap().columns(), ["id"]);
        assert!(open().notes().concat().ends_with("column `list` is of lists and is left out"));
        let mut batches = open();
        let message = batches.select(&["name".to_owned()]).unwrap_err().to_string();
        assert!(message.ends_with("found no column `name`, it has id"), "{message}");
        batches.select(&["id".to_owned()]).unwrap();
        assert_eq!(batches.next_piece().unwrap().unwrap().decode().unwrap().columns(), ["id"]);
        assert!(batches.next_piece().unwrap().is_none());
        let mut none = open();
        none.select(&[]).unwrap();
        assert_eq!(none.next_piece().unwrap().unwrap().decode().unwrap().height(), 1);
    }
}

#[test]
fn too_many_cells_are_not_held() {
    let rows = "1,2\n".repeat(1000);
    let (_folder, path) = written("t.csv", format!("a,b\n{rows}").as_bytes());
    let options = TableOptions { max_cells: 500, ..TableOptions::default() };
    for text_bytes in [10, 100_000] {
        let message = in_pieces(&path, &options, PieceSize { text_bytes, ..PieceSize::default() }).unwrap_err();
        assert_eq!(message, "cannot read t: number of cells 502 is more than the limit of 500");
    }
}

//! Whatever the bytes are, a reader gives a table, areas or an error, and comes back.

use std::io::Write as _;
use std::path::Path;

use jiju::source::{AreaOptions, ConvertOptions, TableOptions, areas_with_report, convert, points_table, table};
use proptest::prelude::*;

/// Lets every reader that takes the ending have the bytes.
fn read_all(bytes: &[u8], ending: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("hostile.{ending}"));
    std::fs::write(&path, bytes).unwrap();
    // Small, so that a lie about a size is refused soon.
    let options = TableOptions { max_bytes: 1 << 24, max_cells: 1 << 16, ..TableOptions::default() };
    if let Ok(table) = table(&path, &options) {
        assert_eq!(table.rows.len(), table.height());
        assert!(table.rows.windows(2).all(|rows| rows[0] < rows[1]));
    }
    if ["geojson", "parquet", "kml", "fgb", "mif"].contains(&ending) {
        for repair in [false, true] {
            let _ = areas_with_report(&path, &AreaOptions { repair, max_bytes: 1 << 24, ..AreaOptions::default() });
        }
        let _ = points_table(&path, None, None);
        let _ = convert(&path, &folder.path().join("out.geojson"), &ConvertOptions::default());
    }
}

const FIXTURES: [&str; 10] = [
    "tables/ledger.xlsx",
    "tables/ledger.xls",
    "tables/ledger.ods",
    "tables/gb18030.csv",
    "tables/utf16.txt",
    "areas/districts.geojson",
    "areas/districts.parquet",
    "areas/districts.kml",
    "areas/districts.fgb",
    "areas/exchange.mif",
];

fn fixture(name: &str) -> (Vec<u8>, &str) {
    let path = Path::new("tests/fixtures").join(name);
    (std::fs::read(path).unwrap(), name.rsplit('.').next().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..512), ending in 0_usize..9) {
        let ending = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "parquet", "geojson", "fgb"][ending];
        read_all(&bytes, ending);
    }

    #[test]
    fn text_that_is_nearly_a_table(text in "([a-c,;\t\"\r\n\u{0}经纬度é-]|lon|lat|id|1|120\\.5){0,60}") {
        read_all(text.as_bytes(), "csv");
        read_all(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), "csv");
    }

    #[test]
    fn json_that_is_nearly_geojson(
        kind in "Polygon|MultiPolygon|GeometryCollection|Point|Polygone",
        coordinates in "(\\[|\\]|,|1|-200|1e308|null|\"x\"){0,12}",
        id in "null|\"\"|\"a\"|1|1e400|\\{\\}",
    ) {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"id":{id}}},"geometry":{{"type":"{kind}","coordinates":[[[{coordinates}]]]}}}}]}}"#
        );
        read_all(text.as_bytes(), "geojson");
    }

    #[test]
    fn files_that_break_off(which in 0..FIXTURES.len(), part in 0.0..1.0_f64) {
        let (bytes, ending) = fixture(FIXTURES[which]);
        let length = (bytes.len() as f64 * part) as usize;
        read_all(&bytes[..length], ending);
    }

    #[test]
    fn files_with_flipped_bytes(
        which in 0..FIXTURES.len(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..8),
    ) {
        let (mut bytes, ending) = fixture(FIXTURES[which]);
        for (place, mask) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= mask;
        }
        read_all(&bytes, ending);
    }
}

#[test]
fn a_header_of_a_million_columns_is_refused() {
    let text = format!("{}\n", "a,".repeat(1_000_000));
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let message = table(file.path(), &TableOptions::default()).unwrap_err().to_string();
    assert!(message.contains("number of columns 1000001 is more than the limit of 16384"), "{message}");
}

/// Packs parts of a workbook.
fn packed(parts: &[(&str, Vec<u8>)]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
    let mut archive = zip::ZipWriter::new(file.reopen().unwrap());
    for (name, bytes) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    file
}

fn workbook(sheet: &str) -> tempfile::NamedTempFile {
    let spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relationship = |kind: &str, target: &str| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{relations}/{kind}" Target="{target}"/></Relationships>"#
        )
        .into_bytes()
    };
    packed(&[
        ("_rels/.rels", relationship("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{spreadsheet}" xmlns:r="{relations}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#
            )
            .into_bytes(),
        ),
        ("xl/_rels/workbook.xml.rels", relationship("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{spreadsheet}">{sheet}</worksheet>"#).into_bytes()),
    ])
}

fn text_cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn two_cells_far_apart_do_not_fill_the_memory() {
    let rows = |last: &str| {
        format!(
            r#"<sheetData><row r="1">{}</row><row r="2">{}</row><row r="1048576">{}</row></sheetData>"#,
            text_cell("A1", "id"),
            text_cell("A2", "x"),
            text_cell(last, "y")
        )
    };
    let file = workbook(&rows("A1048576"));
    let read = table(file.path(), &TableOptions::default()).unwrap();
    assert_eq!(read.rows, [2, 1_048_576]);
    // In the last column of all there is no header above it.
    let file = workbook(&rows("XFD1048576"));
    let read = table(file.path(), &TableOptions::default()).unwrap();
    let notes = read.reading.notes.concat();
    assert!(read.rows == [2] && notes.contains("cell XFD1048576 (`y`) stands beside the table"), "{notes}");
}

#[test]
fn merged_cells_on_top_of_each_other_are_refused() {
    let region = r#"<mergeCell ref="A1:B2"/>"#.repeat(100_000);
    let file = workbook(&format!(
        r#"<sheetData><row r="1">{}{}</row><row r="2">{}</row></sheetData><mergeCells>{region}</mergeCells>"#,
        text_cell("A1", "id"),
        text_cell("B1", "name"),
        text_cell("A2", "x"),
    ));
    let message = table(file.path(), &TableOptions::default()).unwrap_err().to_string();
    assert!(message.contains("merged cells lie on top of each other"), "{message}");
}

/// Two cells of an old workbook, in the first and the last place that its records can name.
#[test]
fn an_old_workbook_that_spans_too_much_is_refused() {
    let (bytes, _) = fixture("tables/ledger.xls");
    // The first shared label: its kind, its length, its row and column.
    let label = bytes.windows(8).position(|window| window == [0xfd, 0, 10, 0, 0, 0, 0, 0]).unwrap();
    let mut far = bytes.clone();
    far[label + 4..label + 8].fill(0xff);
    let mut file = tempfile::Builder::new().suffix(".xls").tempfile().unwrap();
    file.write_all(&far).unwrap();
    let message = table(file.path(), &TableOptions::default()).unwrap_err().to_string();
    assert!(message.contains("number of cells 4294967296 is more than the limit of 167"), "{message}");
}

#[test]
fn a_workbook_is_known_by_its_bytes() {
    let read = |name: &str, bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        table(&path, &TableOptions::default())
    };
    assert_eq!(read("a.xls", &fixture("tables/ledger.xlsx").0).unwrap().height(), 4);
    assert_eq!(read("A.XLSX", &fixture("tables/ledger.xls").0).unwrap().height(), 4);
    let message = read("a.xls", b"<html><table><tr><td>id</td></tr></table></html>").unwrap_err().to_string();
    assert!(message.contains("perhaps text or a web page so named"), "{message}");
}

#[test]
fn a_packed_bomb_is_refused() {
    let zeros = vec![b' '; 32 << 20];
    let file = packed(&[("xl/sharedStrings.xml", zeros)]);
    let options = TableOptions { max_bytes: 1 << 20, ..TableOptions::default() };
    let message = table(file.path(), &options).unwrap_err().to_string();
    assert!(message.contains("unpacked size 33554432 is more than the limit of 1048576"), "{message}");
}

/// A table of texts, numbers and truths with absent ones among them, in pages of levels, keys and values.
fn parquet_bytes() -> Vec<u8> {
    use polars::prelude::df;
    let rows = 60_usize;
    let frame = df!(
        "id" => (0..rows).map(|row| format!("f{row}")).collect::<Vec<_>>(),
        "town" => (0..rows).map(|row| Some(["甲", "乙"][row % 2])).collect::<Vec<_>>(),
        "rate" => (0..rows).map(|row| (row % 7 > 0).then_some(row as f64)).collect::<Vec<_>>(),
        "count" => (0..rows).map(|row| row as i64).collect::<Vec<_>>(),
        "open" => (0..rows).map(|row| Some(row % 3 == 0)).collect::<Vec<_>>(),
        "none" => vec![None::<i32>; rows]
    )
    .unwrap();
    jiju::source::format_table(&frame, jiju::source::TableFormat::Parquet).unwrap()
}

/// The decoder asks for memory that no machine has where the runs of levels are fewer than the values, which ends the process
/// and this test with it.
#[test]
fn no_byte_of_a_parquet_file_ends_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let bytes = parquet_bytes();
    let mut refused = 0;
    // Sixty present values are one run, 120 and 1: the lowest bit of its head makes it a group of packed bits.
    let runs: Vec<usize> = (0..bytes.len() - 1).filter(|at| bytes[*at..*at + 2] == [120, 1]).collect();
    for (place, mask) in runs.iter().map(|at| (*at, 1)).chain((0..bytes.len()).map(|at| (at, 1_u8 << (at % 8)))) {
        let mut bytes = bytes.clone();
        bytes[place] ^= mask;
        std::fs::write(&path, &bytes).unwrap();
        refused += u32::from(table(&path, &TableOptions::default()).is_err());
    }
    assert!(!runs.is_empty() && refused > runs.len() as u32);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(table(&path, &TableOptions::default()).unwrap().height(), 60);
}

#[test]
fn a_text_that_many_cells_share_is_counted_for_each() {
    let long = "x".repeat(900_000);
    let cells: String =
        (2..1000).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#)).collect();
    let head = format!(r#"<row r="1">{}</row>"#, text_cell("A1", "id"));
    let message = shared(&format!("<sheetData>{head}{cells}</sheetData>"), 1, &long);
    assert!(message.contains("size of the texts of all cells") && message.contains("limit of 67108864"), "{message}");
    let message = shared("<sheetData/>", 99_999_999_999, "x");
    assert!(message.contains("number of shared texts 99999999999 is more than"), "{message}");
}

/// What is said of a workbook with one shared text, of which it says how many there are.
fn shared(sheet: &str, count: u64, text: &str) -> String {
    let book = workbook(sheet);
    let mut archive =
        zip::ZipWriter::new_append(std::fs::OpenOptions::new().read(true).write(true).open(book.path()).unwrap())
            .unwrap();
    archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    write!(archive, r#"<sst xmlns="{spreadsheet}" uniqueCount="{count}"><si><t>{text}</t></si></sst>"#).unwrap();
    archive.finish().unwrap();
    table(book.path(), &TableOptions::default()).unwrap_err().to_string()
}

//! Tables as bureaus send them: each file of `tests/fixtures/files` is read right, or what is wrong with it is said.
//!
//! Three square districts, and six firms of which two stand in each. Names and firms are made up.

use std::path::Path;

use super::{AS_OF, Folder, Outcome, POLICY, jiju};

const FILES: &str = "tests/fixtures/files";

fn file(name: &str) -> String {
    format!("{FILES}/{name}")
}

fn districts() -> String {
    file("districts.geojson")
}

/// Points per district, by `jiju join --count`.
fn joined(name: &str, more: &[&str]) -> Outcome {
    let areas = districts();
    let arguments = ["join", &file(name), "--areas", &areas, "--area-id", "adcode", "--count", "--format", "csv"];
    jiju(arguments.iter().chain(more))
}

/// Asserts how many points stand in each district, and gives the notes.
fn counted(name: &str, more: &[&str], expected: [u32; 3]) -> String {
    let outcome = joined(name, more);
    let [one, two, three] = expected;
    let counts = format!("area,count\n330602,{one}\n330603,{two}\n330604,{three}\n");
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, counts.as_str()), "{name}: {}", outcome.stderr);
    outcome.stderr
}

/// Asserts that two stand in each and none elsewhere, and gives the notes.
fn all_counted(name: &str, more: &[&str]) -> String {
    let notes = counted(name, more, [2, 2, 2]);
    assert!(!notes.contains("lie in no area") && !notes.contains("no usable coordinates"), "{name}: {notes}");
    notes
}

/// Asserts that a file is refused with one error that says all of this.
fn refused(outcome: &Outcome, words: &[&str]) {
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("error: ").count(), 1, "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "expected {word} in {}", outcome.stderr);
    }
}

/// The problems that `jiju check` finds in a register, as CSV, and what it says beside them.
fn checked(name: &str, more: &[&str]) -> Outcome {
    let areas = districts();
    let arguments = ["check", "--register", &file(name), "--areas", &areas, "--policy", POLICY, "--format", "csv"];
    let outcome = jiju(arguments.iter().chain(more));
    assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
    outcome
}

/// The problems of one kind, a line each.
fn problems<'a>(outcome: &'a Outcome, kind: &str) -> Vec<&'a str> {
    let kind = format!(",{kind},");
    outcome.stdout.lines().filter(|line| line.contains(&kind)).collect()
}

#[test]
fn encodings_are_told_by_the_bytes() {
    for name in
        ["utf8", "utf8bom", "utf8_doublebom", "utf16le_bom", "utf16le_nobom", "gbk", "gb18030rare", "crlf_mixed"]
    {
        all_counted(&format!("09-csv-encoding/{name}.csv"), &[]);
    }
    for name in ["utf8_onebadbyte", "utf8_with_gbk_row", "utf8bom_with_gbk_row"] {
        refused(&joined(&format!("09-csv-encoding/{name}.csv"), &[]), &[name, "line 4 is not valid UTF-8"]);
    }
    refused(&joined("25-silent-mojibake/even_utf8_one_gbk_row.csv", &[]), &["line 6 is not valid UTF-8"]);
    refused(&joined("25-silent-mojibake/even_utf8_nbsp_latin1.csv", &[]), &["is not valid UTF-8"]);
    refused(&joined("09-csv-encoding/windows1252.csv", &[]), &["line 2 is not valid gb18030", "state its encoding"]);
    let latin = joined("09-csv-encoding/windows1252.csv", &["--encoding", "windows-1252"]);
    assert_eq!(latin.status, 0, "{}", latin.stderr);
    assert!(all_counted("09-csv-encoding/big5.csv", &[]).contains("doubtful"));
    // A label that the bytes contradict is overruled, one that nobody knows refused.
    for label in ["gbk", "latin1"] {
        let notes = all_counted("09-csv-encoding/utf8.csv", &["--encoding", label]);
        assert!(notes.contains("was stated, but its bytes are valid UTF-8"), "{notes}");
    }
    assert!(all_counted("09-csv-encoding/gbk.csv", &["--encoding", "utf-8"]).contains("was stated"));
    all_counted("09-csv-encoding/gbk.csv", &["--encoding", "936"]);
    for name in ["09-csv-encoding/utf8.csv", "14-xlsx-merged-hidden/plain.xlsx", "19-parquet-tables/pandas.parquet"] {
        refused(&joined(name, &["--encoding", "xyz"]), &["unknown encoding `xyz`"]);
    }
}

#[test]
fn what_stands_around_a_text_table_is_no_part_of_it() {
    for name in [
        "plain.csv",
        "pipe.csv",
        "semi.csv",
        "tab.csv",
        "tab.tsv",
        "title_row.csv",
        "sep_line.csv",
        "trailing_delim.csv",
        "trailing_delim_rows.csv",
        "header_E.csv",
        "header_newline.csv",
        "header_spaces.csv",
        "header_zb.csv",
        "apostrophe.csv",
        "single_quote.csv",
        "excel_quoted_eq.csv",
        "tab_in_id.csv",
        "quote_inside.csv",
        "quoted_nl.csv",
        "dup_header.csv",
        "note_row.csv",
        "total_row.csv",
    ] {
        all_counted(&format!("10-csv-structure/{name}"), &[]);
    }
    let notes = |name: &str| all_counted(&format!("10-csv-structure/{name}"), &[]);
    assert!(notes("dup_header.csv").contains("several columns are called `企业名称`; the later ones are `企业名称_2`"));
    assert!(notes("note_row.csv").contains("is a remark and no row of data: `注：以上数据截至2020年9月30日`"));
    assert!(notes("total_row.csv").contains("1 rows hold sums (合计) and are left out: 8"));
    let both = counted("10-csv-structure/header_two_lon.csv", &[], [0, 0, 0]);
    assert!(both.contains("`lon` is taken for `lon`, not `经度`; --x chooses"), "{both}");
    all_counted("10-csv-structure/header_two_lon.csv", &["--x", "经度", "--y", "纬度"]);
    for name in ["nocolname.csv", "header_paired.csv"] {
        refused(&joined(&format!("10-csv-structure/{name}"), &[]), &["found no column `lon`", "--x and --y"]);
    }
    for (name, words) in [
        ("comma_in_name.csv", "rows 2 to 7 have 6 cells"),
        ("short_rows.csv", "rows 2 to 7 have 5 cells"),
        ("fullcomma.csv", "full-width commas"),
        ("empty.csv", "found no header"),
    ] {
        refused(&joined(&format!("10-csv-structure/{name}"), &[]), &[name, words]);
    }
}

#[test]
fn coordinates_are_read_alike_by_every_command() {
    let folder = Folder::new();
    let areas = districts();
    for name in [
        "EN",
        "EN_suffix",
        "apos",
        "bomcell",
        "degree_sign",
        "dms_ascii",
        "dms_colon",
        "dms_space",
        "dms_sym",
        "dongjing",
        "fullwidth",
        "ideo_dot",
        "idsp",
        "inner_space",
        "nbsp",
        "plus",
        "sci",
    ] {
        let source = format!("11-coordinate-formats/{name}.csv");
        all_counted(&source, &[]);
        let register = checked(&source, &[]);
        assert!(register.stderr.contains("register: 6 of 6 rows kept"), "{name}: {}", register.stderr);
        let firms = file(&source);
        let concentration = jiju([
            "concentration",
            &firms,
            "--areas",
            &areas,
            "--area-id",
            "adcode",
            "--by",
            "所属区县",
            "--format",
            "csv",
        ]);
        assert!(
            concentration.status == 0 && !concentration.stderr.contains("no area"),
            "{name}: {}",
            concentration.stderr
        );
        let moved = folder.path("moved.csv");
        let converted = jiju(["convert", &firms, &moved, "--to", "EPSG:4549"]);
        assert!(
            converted.status == 0 && !converted.stderr.contains("left as they were"),
            "{name}: {}",
            converted.stderr
        );
        let text = std::fs::read_to_string(&moved).unwrap();
        assert!(text.lines().nth(1).unwrap().contains(",550163."), "{name}: {text}");
    }
    // What cannot be read is told row by row, and is nowhere else.
    let notes = counted("11-coordinate-formats/comma_dec.csv", &[], [0, 0, 0]);
    assert!(notes.contains("6 rows have no usable coordinates"), "{notes}");
    let junk = joined("11-coordinate-formats/junk.csv", &[]);
    assert!(junk.stderr.contains("rows have no usable coordinates: 2, 3, 4"), "{}", junk.stderr);
    let notes = counted("11-coordinate-formats/swapped_all.csv", &[], [0, 0, 0]);
    assert!(notes.contains("longitude and latitude have changed places"), "{notes}");
    let swapped = checked("11-coordinate-formats/swapped_all.csv", &[]);
    assert_eq!(problems(&swapped, "coordinate_swapped").len(), 6);
}

#[test]
fn credit_codes_that_a_spreadsheet_cut_are_said_to_be_cut() {
    for name in ["numeric_ids.xlsx", "sci.csv", "zeros.csv"] {
        let source = format!("12-uscc-mangled/{name}");
        let outcome = checked(&source, &[]);
        let cut = problems(&outcome, "credit_code_cut");
        assert_eq!(cut.len(), 6, "{name}: {}", outcome.stdout);
        assert!(cut.iter().all(|line| line.starts_with("reject,") && line.contains("formatted as text (文本)")));
        assert!(problems(&outcome, "credit_code_check").is_empty(), "{name}: {}", outcome.stdout);
        assert!(outcome.stderr.contains("register: 0 of 6 rows kept"), "{name}: {}", outcome.stderr);
        let notes = all_counted(&source, &[]);
        assert!(notes.contains("6 rows have a credit code that a spreadsheet has cut to 15 digits"), "{notes}");
    }
    let old = checked("12-uscc-mangled/regno15.csv", &[]);
    assert!(problems(&old, "credit_code_length").iter().all(|line| line.contains("old registration number")));
    let wide = checked("12-uscc-mangled/lower_full.csv", &[]);
    assert!(wide.stderr.contains("register: 6 of 6 rows kept"), "{}", wide.stderr);
    assert_eq!(problems(&checked("12-uscc-mangled/OvsZero.csv", &[]), "credit_code_character").len(), 6);
    let codes = checked("12-uscc-mangled/industry_zero.csv", &[]);
    let unknown = problems(&codes, "unknown_code");
    assert!(unknown.iter().any(|line| line.contains("`0810`")), "{unknown:?}");
}

#[test]
fn a_day_is_one_day_in_every_spelling() {
    let register = file("13-dates/register.csv");
    let areas = districts();
    let ledger = |name: &str| {
        let ledger = file(name);
        jiju([
            "check",
            "--register",
            &register,
            "--ledger",
            &ledger,
            "--areas",
            &areas,
            "--policy",
            POLICY,
            "--as-of",
            "2020-09-29",
            "--format",
            "csv",
        ])
    };
    // Whatever is read as the thirtieth lies in the future of the twenty-ninth.
    let text = ledger("13-dates/text_forms.csv");
    assert_eq!(text.status, 0, "{}", text.stderr);
    let future = problems(&text, "date_in_future");
    assert!(future.iter().all(|line| line.contains(",2020-09-30,")), "{future:?}");
    let unread: Vec<&str> = problems(&text, "unreadable_value");
    assert_eq!((future.len(), unread.len()), (25, 11), "{}", text.stdout);
    for (name, rows) in [("builtin_1900.xlsx", 19), ("cell_formats_1904.xlsx", 18)] {
        let book = ledger(&format!("13-dates/{name}"));
        let future = problems(&book, "date_in_future");
        assert!(future.iter().all(|line| line.contains(",2020-09-30,")), "{future:?}");
        assert_eq!(future.len(), rows, "{name}: {}", book.stdout);
    }
}

#[test]
fn amounts_in_merged_cells_count_once() {
    for name in ["14-xlsx-merged-hidden/merged_employees.xlsx", "30-ods/merged.ods"] {
        let outcome = checked(name, &[]);
        let shared = problems(&outcome, "shared_amount");
        assert!(shared.len() == 1 && shared[0].contains("F2:F3"), "{name}: {}", outcome.stdout);
        assert!(outcome.stderr.contains("register: 6 of 6 rows kept"), "{}", outcome.stderr);
        let notes = all_counted(name, &[]);
        assert!(notes.contains("`100` in the merged cells F2:F3 of `从业人数` counts once, in row 2"), "{notes}");
        let (firms, areas) = (file(name), districts());
        let weighed = jiju([
            "concentration",
            &firms,
            "--areas",
            &areas,
            "--area-id",
            "adcode",
            "--by",
            "经度",
            "--weight",
            "从业人数",
            "--part",
            "areas",
            "--format",
            "csv",
        ]);
        let sum: f64 = sum_of(&weighed.stdout, "count");
        assert!(weighed.status != 0 || (sum - 500.0).abs() < 1e-9, "{name}: {}{}", weighed.stdout, weighed.stderr);
    }
    for name in ["merged_district", "merged_coords"] {
        let source = format!("14-xlsx-merged-hidden/{name}.xlsx");
        assert!(!all_counted(&source, &[]).contains("counts once"));
        let outcome = checked(&source, &[]);
        // Three districts of the policy have no area here.
        assert!(outcome.stderr.contains("register: 6 of 6 rows kept; 3 problems, 3 of them"), "{}", outcome.stderr);
        assert_eq!(problems(&outcome, "quota_without_area").len(), 3, "{}", outcome.stdout);
    }
}

/// The sum of a column of CSV.
fn sum_of(csv: &str, column: &str) -> f64 {
    let mut lines = csv.lines();
    let Some(place) = lines.next().and_then(|header| header.split(',').position(|name| name == column)) else {
        return 0.0;
    };
    lines.filter_map(|line| line.split(',').nth(place)?.parse::<f64>().ok()).sum()
}

#[test]
fn the_sheets_that_have_the_columns_are_read() {
    let book = |name: &str| format!("14-xlsx-merged-hidden/{name}.xlsx");
    for name in [
        "cover_sheet",
        "header_two_rows",
        "hidden_first_sheet",
        "hidden_rows",
        "plain",
        "title",
        "wide_value",
        "side_note",
        "second_table_below",
    ] {
        all_counted(&book(name), &[]);
    }
    let cover = all_counted(&book("cover_sheet"), &[]);
    assert!(cover.contains("read the sheet `企业名录`; passed over `填表说明`"), "{cover}");
    assert!(all_counted(&book("hidden_first_sheet"), &[]).contains("hidden sheets are not read: `旧数据`"));
    assert!(all_counted(&book("side_note"), &[]).contains("cell K3 (`备注：此处为旁注`) stands beside the table"));
    assert!(all_counted(&book("second_table_below"), &[]).contains("rows 10 to 11 stand apart below the table"));
    let together = counted(&book("one_sheet_per_district"), &[], [2, 2, 0]);
    assert!(together.contains("read 2 sheets together: `企业名录`, `柯桥区`"), "{together}");
    assert!(checked(&book("one_sheet_per_district"), &[]).stderr.contains("register: 4 of 4 rows kept"));
    counted(&book("one_sheet_per_district"), &["--sheet", "柯桥区"], [0, 2, 0]);
    all_counted("31-sheet-options/cover_sheet.xlsx", &["--sheet", "企业名录"]);
    refused(&joined("31-sheet-options/cover_sheet.xlsx", &["--sheet", "名录"]), &["found no sheet `名录`"]);
    refused(&joined("firms.csv", &["--sheet", "名录"]), &["has no sheets"]);

    let folder = Folder::new();
    let output = folder.path("out.csv");
    let converted = jiju(["convert", &file("31-sheet-options/cover_sheet.xlsx"), &output]);
    assert!(
        converted.stderr.contains("with 6 rows") && converted.stderr.contains("`企业名录`"),
        "{}",
        converted.stderr
    );
}

#[test]
fn formulas_without_a_value_and_errors_are_no_numbers() {
    let none = checked("15-xlsx-formula-error/formula_nocache.xlsx", &[]);
    assert!(none.stderr.contains("6 formulas have no stored value: F2, F3, F4, F5, F6, F7"), "{}", none.stderr);
    assert_eq!(problems(&none, "unreadable_value").len(), 6);
    all_counted("15-xlsx-formula-error/formula_cached.xlsx", &[]);
    let errors = joined("15-xlsx-formula-error/errors.xlsx", &[]);
    assert!(errors.stderr.contains("1 rows have no usable coordinates: 2"), "{}", errors.stderr);
    let errors = checked("15-xlsx-formula-error/errors.xlsx", &[]);
    assert!(problems(&errors, "unreadable_value").iter().any(|line| line.contains("#DIV/0!")), "{}", errors.stdout);
}

#[test]
fn every_dialect_of_workbooks_is_read() {
    for name in [
        "dim_lie.xlsx",
        "empty_shared.xlsx",
        "inline.xlsx",
        "plain.xlsx",
        "prefixed.xlsx",
        "rich_phonetic.xlsx",
        "shared.xlsx",
        "shared_empty.xlsx",
        "shared_phonetic_plain.xlsx",
        "shared_rich_phonetic.xlsx",
        "shared_xescape.xlsx",
        "strict.xlsx",
        "xlsx_as_xls.xls",
    ] {
        all_counted(&format!("16-xlsx-dialects/{name}"), &[]);
    }
    refused(&joined("16-xlsx-dialects/password.xlsx", &[]), &["protected by a password", "save it"]);
    refused(&joined("16-xlsx-dialects/html_as_xls.xls", &[]), &["web page", "save it as .xlsx"]);
    refused(&joined("38-other-containers/台账.et", &[]), &["WPS", "save it as .xlsx"]);
    refused(&joined("38-other-containers/table.dbf", &[]), &["found no column `lon`, it has adcode, name"]);
    refused(&joined("38-other-containers/d.zip", &[]), &["none of its features is a point"]);
    all_counted("38-other-containers/firms.csv.gz", &[]);
}

#[test]
fn sums_are_never_firms() {
    let folder = Folder::new();
    for (name, sums) in
        [("subtotals", 4), ("total_idcol", 1), ("total_merged", 1), ("total_namecol", 1), ("seq_row", 0)]
    {
        let source = format!("17-total-rows/{name}.xlsx");
        let rejects = folder.path(name);
        let outcome = checked(&source, &["--rejects", &rejects]);
        assert!(outcome.stderr.contains("register: 6 of"), "{name}: {}", outcome.stderr);
        assert_eq!(problems(&outcome, "sum_row").len(), sums, "{name}: {}", outcome.stdout);
        let rows = std::fs::read_to_string(Path::new(&rejects).join("register.csv")).unwrap();
        assert_eq!(rows.matches("the row holds sums (合计) of other rows").count(), sums, "{name}: {rows}");
        all_counted(&source, &[]);
        // The same from CSV, and where the sums have coordinates.
        let csv = folder.path("same.csv");
        assert_eq!(jiju(["convert", &file(&source), &csv]).status, 0);
        let text = std::fs::read_to_string(&csv).unwrap().replace(",合计,,,", ",合计,120.55,30.05,");
        std::fs::write(&csv, text).unwrap();
        let areas = districts();
        let same = jiju(["check", "--register", &csv, "--areas", &areas, "--policy", POLICY, "--format", "csv"]);
        assert_eq!(problems(&same, "sum_row").len(), sums, "{name}: {}", same.stdout);
        let same = jiju(["join", &csv, "--areas", &areas, "--area-id", "adcode", "--count", "--format", "csv"]);
        assert_eq!(same.stdout, "area,count\n330602,2\n330603,2\n330604,2\n", "{name}: {}", same.stderr);
    }
    assert!(all_counted("17-total-rows/seq_row.xlsx", &[]).contains("row 2 numbers the columns"));
    // A last row that only its sums give away.
    let header = "统一社会信用代码,企业名称,经度,纬度,从业人数,产值（元）\n";
    let rows = "91330602MA2TE00012,甲,120.52,30.02,100,5\n91330602MA2TE00025,乙,120.58,30.08,20,6\n";
    let areas = districts();
    for (last, sums) in [(",,,,120,11\n", 1), (",,,,120,12\n", 0)] {
        let firms = folder.write("last.csv", &format!("{header}{rows}{last}"));
        let outcome = jiju(["check", "--register", &firms, "--areas", &areas, "--policy", POLICY, "--format", "csv"]);
        assert_eq!(problems(&outcome, "sum_row").len(), sums, "{}", outcome.stdout);
    }
}

#[test]
fn a_run_counts_no_sums_and_writes_lists_that_spreadsheets_open() {
    let folder = Folder::new();
    for name in ["subtotals", "total_namecol"] {
        let project = std::fs::read_to_string(file(&format!("17-total-rows/{name}.toml"))).unwrap();
        let root = std::env::current_dir().unwrap();
        let whole = |name: &str| root.join(FILES).join(name).display().to_string();
        let project = project
            .replace("POLICY", &root.join(POLICY).display().to_string())
            .replace("../districts.geojson", &whole("districts.geojson"))
            .replace("ledger.csv", &whole("17-total-rows/ledger.csv"))
            .replace(&format!("\"{name}.xlsx\""), &format!("\"{}\"", whole(&format!("17-total-rows/{name}.xlsx"))))
            .replace("\"out\"", &format!("\"{name}\""));
        let project = folder.write("jiju.toml", &project);
        let outcome = jiju(["run", &project]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        let places = folder.path(&format!("{name}/tables/areas-district.parquet"));
        let employees = jiju(["convert", &places, &folder.path("areas.csv")]);
        assert_eq!(employees.status, 0, "{}", employees.stderr);
        let rows = std::fs::read_to_string(folder.path("areas.csv")).unwrap();
        let counts: Vec<&str> = rows.lines().filter(|line| line.contains(",employees,")).collect();
        let sum: f64 = sum_of(&[&[rows.lines().next().unwrap()], counts.as_slice()].concat().join("\n"), "count");
        assert!((sum - 600.0).abs() < 1e-9, "{name}: {rows}");
        for table in ["tables/lists.csv", "tables/problems.csv", "tables/quota.csv", "rejects/register.csv"] {
            let bytes = std::fs::read(folder.path(&format!("{name}/{table}"))).unwrap();
            assert!(bytes.starts_with(b"\xef\xbb\xbf"), "{table}");
        }
    }
}

#[test]
fn typed_tables_are_read_and_what_is_left_out_is_said() {
    for name in ["decimal_coords", "duckdb", "float32_coords", "pandas", "pandas_index", "types", "uint64", "v2delta"] {
        all_counted(&format!("19-parquet-tables/{name}.parquet"), &[]);
    }
    for name in ["duckdb", "nested"] {
        let notes = all_counted(&format!("19-parquet-tables/{name}.parquet"), &[]);
        assert!(notes.contains("is left out"), "{name}: {notes}");
    }
    let folder = all_counted("19-parquet-tables/hive", &[]);
    assert!(folder.contains("read 3 files of the folder together"), "{folder}");
    refused(&joined("19-parquet-tables/cut.parquet", &[]), &["cannot read", "as Parquet"]);
    counted("19-parquet-tables/empty.parquet", &[], [0, 0, 0]);
    for name in
        ["dict.arrow", "polars_view.arrow", "stream.arrows", "stream_named.arrow", "v2_lz4.feather", "v2_none.arrow"]
    {
        all_counted(&format!("20-arrow-ipc/{name}"), &[]);
    }
    refused(&joined("20-arrow-ipc/v1.feather", &[]), &["first version of Feather"]);
}

#[test]
fn the_likely_grid_is_named() {
    all_counted("21-datums/z40_ok.csv", &["--crs", "EPSG:4528"]);
    all_counted("21-datums/cm120_ok.csv", &["--crs", "4549"]);
    all_counted("21-datums/cm114.csv", &["--crs", "EPSG:4547"]);
    all_counted("21-datums/z20_6deg.csv", &["--crs", "EPSG:4498"]);
    all_counted("21-datums/cm120_north_x.csv", &["--crs", "EPSG:4549", "--x", "Y", "--y", "X"]);
    for (name, stated, cause) in [
        ("z40_ok", "EPSG:4549", "the eastings have the zone number 40 before them; try --crs EPSG:4528"),
        ("cm120_ok", "EPSG:4528", "try --crs EPSG:4549"),
        ("cm120_ok", "EPSG:4547", "try --crs EPSG:4549"),
        ("z20_6deg", "EPSG:4528", "try --crs EPSG:4498"),
        ("cm120_north_x", "EPSG:4549", "X is the northing here"),
        ("cm120_ok", "wgs84", "try --crs EPSG:4549"),
        ("z40_ok", "wgs84", "try --crs EPSG:4528"),
    ] {
        let source = format!("21-datums/{name}.csv");
        let notes = counted(&source, &["--crs", stated], [0, 0, 0]);
        assert!(notes.contains(cause), "{name} as {stated}: {notes}");
        let outcome = checked(&source, &["--crs", stated]);
        assert!(outcome.stderr.contains("register: 0 of 6 rows kept"), "{name} as {stated}: {}", outcome.stderr);
    }
    let outcome = checked("21-datums/z40_ok.csv", &["--crs", "EPSG:4549"]);
    let range = problems(&outcome, "coordinate_range");
    assert!(range.len() == 6 && range[0].contains("try `reference` EPSG:4528"), "{range:?}");
    let areas = districts();
    for command in
        [vec!["join", "--count", "--areas", &areas], vec!["cluster", "dbscan", "--radius", "1km", "--min-points", "2"]]
    {
        let firms = file("37-points-no-crs-hint/z40.csv");
        let outcome = jiju(command.iter().copied().chain([firms.as_str()]));
        assert!(outcome.stderr.contains("--crs EPSG:4528"), "{command:?}: {}", outcome.stderr);
    }
}

#[test]
fn words_for_datums_are_understood() {
    let outcome = joined("21-datums/row_datums.csv", &[]);
    assert!(outcome.stdout.contains("330602,22"), "{}{}", outcome.stdout, outcome.stderr);
    for word in ["`西安80`", "`北京54`", "`地方坐标系`"] {
        assert!(outcome.stderr.contains(word), "{}", outcome.stderr);
    }
    let inside = |name: &str, crs: &str| {
        let areas = districts();
        jiju([
            "join",
            &file(name),
            "--areas",
            &areas,
            "--area-id",
            "adcode",
            "--count",
            "--format",
            "csv",
            "--crs",
            crs,
        ])
        .stdout
    };
    for word in ["gcj02", "高德", "火星坐标系", "腾讯地图"] {
        assert_eq!(inside("21-datums/border_gcj.csv", word), inside("21-datums/border_wgs.csv", "GPS"), "{word}");
    }
}

#[test]
fn cells_like_formulas_are_told() {
    let folder = Folder::new();
    let (input, areas, output) = (file("24-csv-output-guard/in.csv"), districts(), folder.path("out.csv"));
    let outcome = jiju(["join", &input, "--areas", &areas, "--area-id", "adcode", "-o", &output]);
    let text = std::fs::read_to_string(&output).unwrap();
    assert!(text.contains(",-12.5,'+86-575-1234,-,'=1+1,") && text.contains(",3.1,'@甲,'- 无,-5,"), "{text}");
    assert!(outcome.stderr.contains("4 cells get an apostrophe"), "{}", outcome.stderr);
    let marked = jiju(["join", &input, "--areas", &areas, "--area-id", "adcode", "-o", &output, "--bom"]);
    assert_eq!(marked.status, 0, "{}", marked.stderr);
    let bytes = std::fs::read(&output).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbfid,"));
    assert_eq!(bytes[3..], *text.as_bytes());
    let parquet = jiju(["join", &input, "--areas", &areas, "-o", &folder.path("out.parquet"), "--bom"]);
    assert_eq!(parquet.status, 2, "{}", parquet.stderr);
}

#[test]
fn keys_of_areas_are_compared_by_what_they_say() {
    let folder = Folder::new();
    let areas = districts();
    let map = |name: &str| {
        let (table, output) = (file(&format!("28-key-tables/{name}")), folder.path("map.svg"));
        let areas = ["map", "--areas", &areas, "--area-id", "adcode"];
        jiju(areas.into_iter().chain(["--table", &table, "--key", "adcode", "--value", "rate", "-o", &output]))
    };
    for name in [
        "plain.csv",
        "float.csv",
        "float.parquet",
        "full.csv",
        "missing.csv",
        "percent.csv",
        "thousand.csv",
        "pct.xlsx",
    ] {
        let outcome = map(name);
        assert!(outcome.status == 0 && !outcome.stderr.contains("match"), "{name}: {}", outcome.stderr);
    }
    let total = map("total.csv");
    assert!(
        total.status == 0 && total.stderr.contains("1 rows hold sums (合计) and are left out: 5"),
        "{}",
        total.stderr
    );
    assert!(!total.stderr.contains("match"), "{}", total.stderr);
    let dash = map("dash.csv");
    assert!(
        dash.status == 0
            && dash.stderr.contains("2 cells without a value, taken as no data: `-` in row 3, `/` in row 4"),
        "{}",
        dash.stderr
    );
}

#[test]
fn what_is_no_project_file_is_said_to_be_that() {
    let folder = Folder::new();
    let here = folder.0.path().to_str().unwrap().to_owned();
    refused(&jiju(["check", &here]), &["it is a folder and no project file, such as jiju.toml", "--register"]);
    for name in ["districts.geojson", "14-xlsx-merged-hidden/plain.xlsx", "firms.csv"] {
        refused(&jiju(["check", &file(name)]), &["it is a table or a layer and no project file", "--areas"]);
    }
}

#[test]
fn open_documents_are_read_like_workbooks() {
    for name in ["plain", "paras", "errs", "merged"] {
        all_counted(&format!("30-ods/{name}.ods"), &[]);
    }
    assert!(counted("30-ods/hidden.ods", &[], [2, 0, 0]).contains("`旧`"));
    counted("30-ods/repeat_rows.ods", &[], [4, 0, 0]);
    let errors = checked("30-ods/errs.ods", &[]);
    assert_eq!(problems(&errors, "unreadable_value").len(), 1, "{}", errors.stdout);
}

#[test]
fn a_number_is_one_number_for_every_command() {
    let areas = districts();
    for (number, expected) in [
        ("00", Some(1200)),
        ("01", Some(1200)),
        ("02", None),
        ("04", None),
        ("05", None),
        ("07", Some(1200)),
        ("08", Some(1200)),
        ("10", None),
        ("11", None),
        ("13", Some(1200)),
        ("14", None),
        ("16", None),
        ("17", None),
        ("19", None),
        ("20", None),
    ] {
        let name = format!("32-number-forms/n{number}.csv");
        let outcome = checked(&name, &[]);
        let unread = problems(&outcome, "unreadable_value");
        assert_eq!(unread.len(), usize::from(expected.is_none()), "{name}: {}", outcome.stdout);
        let firms = file(&name);
        let weighed = jiju([
            "concentration",
            &firms,
            "--areas",
            &areas,
            "--area-id",
            "adcode",
            "--policy",
            POLICY,
            "--weight",
            "从业人数",
        ]);
        // A number below zero is one, but no number of people.
        if number != "16" {
            assert_eq!(weighed.status, if expected.is_some() { 0 } else { 2 }, "{name}: {}", weighed.stderr);
        }
        if expected.is_none() && number != "16" {
            refused(&weighed, &["row 2", "column `从业人数`", "expected a number"]);
        }
    }
}

#[test]
fn headers_in_two_rows_and_of_one_name_are_told_apart() {
    for name in ["dup_remark", "group_header", "merged_header_wide_empty", "unit_in_second_row"] {
        let source = format!("33-xlsx-header-merge/{name}.xlsx");
        all_counted(&source, &[]);
        assert!(checked(&source, &[]).stderr.contains("register: 6 of 6 rows kept"), "{name}");
    }
    let folder = Folder::new();
    let output = folder.path("remarks.csv");
    let converted = jiju(["convert", &file("33-xlsx-header-merge/dup_remark.xlsx"), &output]);
    assert!(
        converted.stderr.contains("several columns are called `备注`; the later ones are `备注_2`"),
        "{}",
        converted.stderr
    );
    let text = std::fs::read_to_string(&output).unwrap();
    assert!(text.starts_with("统一社会信用代码,企业名称,经度,纬度,备注,备注_2\n") && text.contains(",a,b\n"), "{text}");
    assert!(
        all_counted("33-xlsx-header-merge/unit_in_second_row.xlsx", &[]).contains("row 2 holds units (（度）, （度）)")
    );
}

#[test]
fn what_a_number_format_shows_is_meant() {
    all_counted("39-xlsx-number-formats/dms_as_time.xlsx", &[]);
    let outcome = checked("39-xlsx-number-formats/formats.xlsx", &[]);
    assert!(problems(&outcome, "unreadable_value").iter().any(|line| line.contains("123.4万元")), "{}", outcome.stdout);
    assert!(problems(&outcome, "unknown_code").iter().any(|line| line.contains("`0810`")), "{}", outcome.stdout);
}

#[test]
fn rows_of_several_sheets_are_named_with_their_sheet() {
    let folder = Folder::new();
    let path = folder.path("two.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    for (sheet, latitude) in [("越城", "30.02"), ("柯桥", "x")] {
        let sheet = book.add_worksheet().set_name(sheet).unwrap();
        for (column, header) in ["统一社会信用代码", "企业名称", "经度", "纬度"].into_iter().enumerate()
        {
            sheet.write(0, u16::try_from(column).unwrap(), header).unwrap();
        }
        for (column, text) in ["91330602MA2TE00012", "甲", "120.52", latitude].into_iter().enumerate() {
            sheet.write(1, u16::try_from(column).unwrap(), text).unwrap();
        }
    }
    book.save(&path).unwrap();
    let areas = districts();
    let outcome = jiju([
        "check",
        "--register",
        &path,
        "--areas",
        &areas,
        "--policy",
        POLICY,
        "--format",
        "csv",
        "--as-of",
        AS_OF,
    ]);
    let unread = problems(&outcome, "unreadable_value");
    assert!(unread.len() == 1 && unread[0].contains("two.xlsx, sheet 柯桥\",2,"), "{}", outcome.stdout);
    let joined = jiju(["join", &path, "--areas", &areas, "--count"]);
    assert!(joined.stderr.contains("no usable coordinates: 柯桥!2"), "{}", joined.stderr);
}

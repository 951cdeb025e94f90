use std::io::{Cursor, Read as _};

use polars::prelude::df;

use super::*;

fn book(language: Language) -> Vec<u8> {
    let frame = df!(
        "district_name_zh" => ["越城区", "绍兴市"],
        "accepted" => [35_u64, 119],
        "rate" => [Some(0.633_333_333), None],
        "location_quotient" => [1.25, 2.0],
    )
    .unwrap();
    let sheet = WorkbookSheet {
        name: "进度".to_owned(),
        about: "各区县完成情况".to_owned(),
        frame,
        printed: 3,
        printed_rows: None,
        totals: vec![1],
        charts: vec![WorkbookChart {
            title: "完成率".to_owned(),
            rows: 0..1,
            names: "district_name_zh".to_owned(),
            values: vec!["rate".to_owned()],
        }],
        is_landscape: false,
        links: Vec::new(),
        choices: Vec::new(),
    };
    workbook(&Workbook {
        title: "进度 & 通报".to_owned(),
        language,
        as_of: "2020-09-30".to_owned(),
        document: "14号".to_owned(),
        synthetic: true,
        sources: vec!["台账".to_owned()],
        headings: Headings::default(),
        sheets: vec![sheet],
    })
    .unwrap()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_sheet_says_what_it_is_and_prints_across_one_page() {
    let bytes = book(Language::Zh);
    assert_eq!(bytes, book(Language::Zh), "the same content gives the same bytes");
    let strings = part(&bytes, "xl/sharedStrings.xml");
    for words in [
        "进度 &amp; 通报 · 各区县完成情况",
        "截至2020-09-30 · 14号",
        "资料来源：台账",
        "示例数据，非真实企业",
        "完成率",
        "目录",
    ] {
        assert!(strings.contains(words) || part(&bytes, "xl/workbook.xml").contains(words), "{words}");
    }
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    // A short table with its charts on one page, which is what a sheet without `fitToHeight` has.
    assert!(!sheet.contains("fitToHeight"), "{sheet}");
    for words in ["fitToPage=\"1\"", "paperSize=\"9\"", "state=\"frozen\"", "<drawing "] {
        assert!(sheet.contains(words), "{words} in {sheet}");
    }
    // Of bars the names stand on the axis at the left, the first at the top.
    let chart = part(&bytes, "xl/charts/chart1.xml");
    let names = &chart[chart.find("<c:catAx>").unwrap()..chart.find("</c:catAx>").unwrap()];
    assert!(names.contains("maxMin"), "{names}");
    let book = part(&bytes, "xl/workbook.xml");
    assert!(book.contains("$A$1:$C$"), "codes are not printed: {book}");
    assert!(book.contains("_xlnm.Print_Area") && book.contains("_xlnm.Print_Titles"), "{book}");
    let styles = part(&bytes, "xl/styles.xml");
    assert!(styles.contains("0.0%") && styles.contains("#,##0.00"), "{styles}");
    assert!(part(&bytes, "xl/charts/chart1.xml").contains("barChart"));
}

#[test]
fn a_sheet_that_is_printed_in_part_says_so() {
    let numbers: Vec<u64> = (0..300).collect();
    let frame = df!("accepted" => numbers).unwrap();
    let print_area = |printed_rows: Option<usize>| {
        let sheet = WorkbookSheet { printed_rows, ..WorkbookSheet::new("名单", "企业", frame.clone()) };
        let bytes = list_workbook(&Workbook {
            title: "进度".to_owned(),
            language: Language::Zh,
            as_of: "2020-09-30".to_owned(),
            document: "14号".to_owned(),
            synthetic: false,
            sources: Vec::new(),
            headings: Headings::default(),
            sheets: vec![sheet],
        })
        .unwrap();
        (part(&bytes, "xl/workbook.xml"), part(&bytes, "xl/sharedStrings.xml"))
    };
    let (book, words) = print_area(Some(100));
    assert!(book.contains("$A$1:$A$105<"), "{book}");
    assert!(words.contains("共300行，打印前100行"), "{words}");
    for all in [None, Some(300), Some(1000)] {
        let (book, words) = print_area(all);
        assert!(book.contains("$A$1:$A$305<") && !words.contains("打印前"), "{all:?} {book}");
    }
}

#[test]
fn columns_hold_their_words_at_two_for_a_chinese_character() {
    let frame = df!("district_name_zh" => ["绍兴市越城区示例街道"], "accepted" => [1_234_567_u64]).unwrap();
    let widths = column_widths(&frame, (&Headings::default(), Language::Zh), &[false, false]).unwrap();
    assert!(widths[0] >= 2.0 * 10.0 + 1.0 && widths[1] >= 2.0 * 7.0 + 1.0, "{widths:?}");
}

#[test]
fn codes_follow_their_names() {
    let frame = df!("programme" => ["retire", "other"]).unwrap();
    let named = with_names(&frame, "programme", "programme_name", &HashMap::from([("retire", "淘汰")])).unwrap();
    let names = named.column("programme_name").unwrap().str().unwrap();
    assert_eq!((names.get(0), names.get(1)), (Some("淘汰"), Some("other")));
    assert_eq!(named.get_column_names()[0].as_str(), "programme_name");
}

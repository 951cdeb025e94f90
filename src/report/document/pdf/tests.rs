use super::super::{Headings, Words};
use super::*;

#[test]
fn lines_end_where_they_may() {
    assert_eq!(pieces("完成19家，63.3%。"), ["完", "成", "19", "家，", "63.3%。"]);
    assert_eq!(pieces("（一）a b"), ["（一）", "a ", "b"]);
}

#[test]
fn a_line_holds_28_characters_and_a_page_22_lines() {
    let faces = Typefaces::new(None).unwrap();
    let setter = Setter::new(&faces, Language::Zh);
    let lines = setter.wrapped(&"绍".repeat(100), 2.0 * CHARACTER_MM, TEXT_WIDTH_MM, BODY);
    let counts: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
    assert_eq!(counts, [26, 28, 28, 18]);
    let mut setter = setter;
    setter.text(&"兴".repeat(26 + 28 * 21), BODY);
    assert_eq!(setter.pages.len(), 1);
    setter.text("兴", BODY);
    assert_eq!(setter.pages.len(), 2);
}

fn document(lines: usize, double_sided: bool) -> Document {
    Document {
        language: Language::Zh,
        masthead: None,
        number: None,
        title: "通报".to_owned(),
        subtitle: None,
        synthetic: false,
        blocks: vec![Block::Paragraph(Words::text("兴".repeat(28 * lines - 2)))],
        headings: Headings::default(),
        sources: Vec::new(),
        imprint: Some(Imprint {
            copy_to: vec!["市府办".to_owned()],
            issuer: "办公室".to_owned(),
            issued_on: "2020年9月30日".to_owned(),
        }),
        double_sided,
        dated: chrono::NaiveDate::default(),
    }
}

#[test]
fn the_imprint_stands_on_an_even_page_behind_a_blank_one_where_it_must() {
    let faces = Typefaces::new(None).unwrap();
    let pages = |document: &Document| {
        let mut setter = Setter::of(document, &faces);
        setter.imprint(document.imprint.as_ref().unwrap(), document);
        setter.pages.len()
    };
    // The title takes two lines of the first page.
    let expected = [(10, ImprintPage::Even, 2), (30, ImprintPage::Last, 2), (42, ImprintPage::EvenBehindBlank, 4)];
    for (lines, page, count) in expected {
        let both_sides = document(lines, true);
        assert_eq!((imprint_page(&both_sides, &faces), pages(&both_sides)), (page, count), "{lines}");
    }
    let one_side = document(10, false);
    assert_eq!((imprint_page(&one_side, &faces), pages(&one_side)), (ImprintPage::Last, 1));
}

#[test]
fn a_long_table_is_broken_under_its_header_and_text_moves_up_before_a_short_one() {
    let faces = Typefaces::new(None).unwrap();
    let table = |rows: usize| DocumentTable {
        id: "a".to_owned(),
        number: 1,
        caption: "各区县".to_owned(),
        frame: polars::prelude::DataFrame::default(),
        headings: vec!["区域".to_owned()],
        unit: None,
        rows: vec![vec!["越城区".to_owned()]; rows],
        is_number: vec![false],
        totals: Vec::new(),
    };
    let texts = |page: &Sheet| -> Vec<String> {
        let lines = page.items.iter().filter_map(|item| match item {
            SheetItem::Line(line) => Some(line.text.clone()),
            _ => None,
        });
        lines.collect()
    };
    let mut setter = Setter::new(&faces, Language::Zh);
    setter.top = 10.0 * LINE_MM;
    setter.table(&table(20));
    assert_eq!(setter.pages.len(), 2);
    let [before, behind] = [&setter.pages[0], &setter.pages[1]].map(texts);
    assert!(before[0].starts_with('表') && before[1] == "区域" && behind[0] == "区域", "{before:?} {behind:?}");
    assert_eq!(before.len() + behind.len(), 1 + 2 + 20);
    assert!(before.len() > 4 && behind.len() > 2);
    let mut setter = Setter::new(&faces, Language::Zh);
    setter.top = 18.0 * LINE_MM;
    setter.table(&table(6));
    assert!(setter.pages.len() == 1 && setter.waiting.len() == 1);
    setter.text(&"兴".repeat(26 + 28 * 7), BODY);
    let [before, behind] = [&setter.pages[0], &setter.pages[1]].map(texts);
    assert!(before.len() == 3 && behind[0].starts_with('表'), "{before:?} {behind:?}");
    assert_eq!(behind.len(), 2 + 6 + 5);
}

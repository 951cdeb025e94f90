//! What the decoder of OpenDocument sheets does not tell: which cells are merged, and how much it will ask for.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use calamine::Dimensions;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::limits::{Beyond, Limits};

/// The most rows and columns of a sheet.
const MAX_ROWS: u32 = 1 << 20;
const MAX_COLUMNS: u32 = 1 << 14;

/// The merged cells of a sheet.
pub(super) fn merged(path: &Path, sheet: &str) -> Result<Vec<Dimensions>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string())?;
    let content = archive.by_name("content.xml").map_err(|error| error.to_string())?;
    merged_in(BufReader::new(content), sheet)
}

/// Reads the elements of sheets as the decoder of the cells does, so that both see the same, but insists that they fit into
/// each other: the decoder looks for the end of a sheet, and of a remark, without end.
fn elements<Content: BufRead>(content: Content) -> Reader<Content> {
    let mut reader = Reader::from_reader(content);
    reader.config_mut().expand_empty_elements = true;
    reader
}

fn merged_in(content: impl BufRead, sheet: &str) -> Result<Vec<Dimensions>, String> {
    let mut reader = elements(content);
    let mut merged = Vec::new();
    let mut buffer = Vec::new();
    // A table can stand in a cell of another.
    let mut depth = 0_usize;
    let (mut row, mut rows, mut column) = (0_u32, 1, 0_u32);
    loop {
        match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
            Event::Start(tag)
                if tag.name().as_ref() == "table:table"
                    && (depth > 0 || attribute(&tag, "table:name")?.as_deref() == Some(sheet)) =>
            {
                depth += 1;
            }
            Event::End(tag) if tag.name().as_ref() == "table:table" && depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return Ok(merged);
                }
            }
            Event::Start(tag) if depth == 1 && tag.name().as_ref() == "table:table-row" => {
                rows = count(&tag, "table:number-rows-repeated", MAX_ROWS)?;
                column = 0;
            }
            Event::End(tag) if depth == 1 && tag.name().as_ref() == "table:table-row" => {
                row = row.saturating_add(rows).min(MAX_ROWS);
            }
            Event::Start(tag)
                if depth == 1 && matches!(tag.name().as_ref(), "table:table-cell" | "table:covered-table-cell") =>
            {
                let down = count(&tag, "table:number-rows-spanned", MAX_ROWS)?;
                let across = count(&tag, "table:number-columns-spanned", MAX_COLUMNS)?;
                if down > 1 || across > 1 {
                    let end = (row.saturating_add(down - 1), column.saturating_add(across - 1));
                    merged.push(Dimensions { start: (row, column), end });
                }
                let columns = count(&tag, "table:number-columns-repeated", MAX_COLUMNS)?;
                column = column.saturating_add(columns).min(MAX_COLUMNS);
            }
            Event::Eof => return Ok(merged),
            _ => {}
        }
        buffer.clear();
    }
}

/// Whether the sheets, whose rows and cells are repeated and whose blanks are counted, hold no more than is safe, and all their
/// elements end. The decoder makes all of it at once, of every sheet.
pub(super) fn within(path: &Path, limits: &Limits) -> Result<Result<(), Beyond>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string())?;
    let content = archive.by_name("content.xml").map_err(|error| error.to_string())?;
    within_content(BufReader::new(content), limits)
}

/// A row of a sheet as it is counted.
#[derive(Debug, Default)]
struct Row {
    repeats: u64,
    /// The cells up to the last one that is not empty, and the empty ones behind it.
    width: u64,
    empty: u64,
    filled: u64,
    text: u64,
}

/// What the sheets before this row hold.
#[derive(Debug, Default)]
struct Held {
    /// Of this sheet: the rows up to the last one that is not empty, and the empty ones behind it.
    rows: u64,
    empty: u64,
    width: u64,
    /// Of all sheets.
    filled: u64,
    text: u64,
    spanned_before: u64,
}

impl Held {
    fn row(&mut self, row: &Row, limits: &Limits) -> Result<(), Beyond> {
        if row.width == 0 {
            self.empty = self.empty.saturating_add(row.repeats);
            return Ok(());
        }
        // Empty rows above the first are not kept.
        let empty = if self.rows > 0 { self.empty } else { 0 };
        self.rows = self.rows.saturating_add(empty).saturating_add(row.repeats);
        (self.empty, self.width) = (0, self.width.max(row.width));
        self.text = self.text.saturating_add(row.text.saturating_mul(row.repeats));
        self.filled = self.filled.saturating_add(row.filled.saturating_mul(row.repeats));
        limits.check_filled(self.filled)?;
        limits.check_spanned(self.spanned())?;
        limits.check_text(self.text)
    }

    fn spanned(&self) -> u64 {
        self.spanned_before.saturating_add(self.rows.saturating_mul(self.width))
    }
}

fn within_content(content: impl BufRead, limits: &Limits) -> Result<Result<(), Beyond>, String> {
    let mut reader = elements(content);
    let mut buffer = Vec::new();
    let mut open = 0_usize;
    let mut held = Held::default();
    // A table can stand in a cell of another: what is in it belongs to a row of its own.
    let mut rows: Vec<Row> = Vec::new();
    // Of the cell at hand: how often it is repeated, its text, whether it is more than empty.
    let mut cell: Option<(u64, u64, bool)> = None;
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|error| error.to_string())?;
        match &event {
            Event::Start(_) => open += 1,
            Event::End(_) => open = open.saturating_sub(1),
            Event::Eof if open > 0 => return Err("its sheets end before all their elements do".to_owned()),
            _ => {}
        }
        let is_cell = |name: &str| matches!(name, "table:table-cell" | "table:covered-table-cell");
        let more = match event {
            Event::Start(tag) if tag.name().as_ref() == "table:table" => {
                held = Held { filled: held.filled, text: held.text, spanned_before: held.spanned(), ..Held::default() };
                0
            }
            Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                let repeats = count(&tag, "table:number-rows-repeated", MAX_ROWS)?.into();
                rows.push(Row { repeats, ..Row::default() });
                0
            }
            Event::End(tag) if tag.name().as_ref() == "table:table-row" => {
                if let Some(Err(beyond)) = rows.pop().map(|row| held.row(&row, limits)) {
                    return Ok(Err(beyond));
                }
                0
            }
            Event::Start(tag) if is_cell(tag.name().as_ref()) => {
                let repeats = count(&tag, "table:number-columns-repeated", MAX_COLUMNS)?.into();
                let (mut text, mut is_filled) = (0, false);
                for attribute in tag.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    let key = attribute.key.as_ref();
                    if key.starts_with("office:") || key == "table:formula" {
                        text += if key == "office:value-type" { 0 } else { attribute.value.len() as u64 };
                        is_filled = true;
                    }
                }
                cell = Some((repeats, text, is_filled));
                0
            }
            Event::End(tag) if is_cell(tag.name().as_ref()) => {
                if let (Some((repeats, text, is_filled)), Some(row)) = (cell.take(), rows.last_mut()) {
                    row.text = row.text.saturating_add(text.saturating_mul(repeats));
                    if is_filled {
                        row.width = (row.width + row.empty + repeats).min(MAX_COLUMNS.into());
                        row.empty = 0;
                        row.filled = row.filled.saturating_add(repeats);
                    } else {
                        row.empty = row.empty.saturating_add(repeats);
                    }
                }
                0
            }
            Event::Start(tag) if tag.name().as_ref() == "text:s" => match attribute(&tag, "text:c")? {
                Some(blanks) => blanks.trim().parse().unwrap_or(u64::MAX),
                None => 1,
            },
            Event::Start(tag) if matches!(tag.name().as_ref(), "text:p" | "text:tab" | "text:line-break") => 1,
            Event::Text(text) => text.len() as u64,
            Event::GeneralRef(text) => text.len() as u64,
            Event::Eof => return Ok(Ok(())),
            _ => 0,
        };
        if let Some((_, text, _)) = &mut cell {
            *text = text.saturating_add(more);
            if let Err(beyond) = limits.check_cell_text(*text) {
                return Ok(Err(beyond));
            }
        }
        buffer.clear();
    }
}

/// A count of rows or columns, from one to the most there can be.
fn count(tag: &BytesStart<'_>, name: &str, most: u32) -> Result<u32, String> {
    let Some(text) = attribute(tag, name)? else { return Ok(1) };
    let count: u64 = text.trim().parse().map_err(|_| format!("`{name}` is `{text}`, expected a whole number"))?;
    Ok(u32::try_from(count).unwrap_or(most).clamp(1, most))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = tag.try_get_attribute(name).map_err(|error| error.to_string())?;
    found
        .map(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned))
        .transpose()
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_counted_and_what_is_empty_at_the_end_is_not() {
        let limits = Limits { filled: 1000, spanned: 2000, text: 5000, cell_text: 100 };
        let within = |rows: &str| {
            let content = format!(r#"<d><table:table table:name="a">{rows}</table:table></d>"#);
            within_content(content.as_bytes(), &limits).unwrap()
        };
        let row = |rows: u32, columns: u32, more: &str, text: &str| {
            format!(
                r#"<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}"{more}><text:p>{text}</text:p></table:table-cell></table:table-row>"#
            )
        };
        let filled = r#" office:value-type="string""#;
        assert!(within(&row(10, 100, filled, "a")).is_ok() && within(&row(10, 101, filled, "a")).is_err());
        assert!(
            within(&row(100, 5, filled, "ninecharsx")).is_err()
                && within(&row(1, 1, filled, &"x".repeat(200))).is_err()
        );
        assert!(within(&row(1, 1, filled, r#"a<text:s text:c="99999999999"/>"#)).is_err());
        let (one, blank) = (row(1, 1, filled, "a"), row(1_000_000, 16_384, "", ""));
        assert!(within(&format!("{blank}{one}{blank}")).is_ok() && within(&format!("{one}{blank}{one}")).is_err());
        // Of two sheets both count.
        let two = format!(r#"{}</table:table><table:table table:name="b">{0}"#, row(6, 100, filled, "a"));
        assert!(within(&two).is_err());
    }

    #[test]
    fn elements_that_do_not_end_are_refused_before_the_decoder_looks_for_their_end() {
        let limits = Limits { filled: 1000, spanned: 2000, text: 5000, cell_text: 100 };
        let row = r#"<table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p>"#;
        let refused = |content: &str| within_content(content.as_bytes(), &limits).unwrap_err();
        let open = format!(r#"<d><table:table table:name="a">{row}</table:table-cell></table:table-row>"#);
        assert_eq!(refused(&open), "its sheets end before all their elements do");
        let remark = format!(r#"<d><table:table table:name="a">{row}<office:annotation></table:table-cell>"#);
        assert!(refused(&remark).contains("expected `</office:annotation>`"), "{}", refused(&remark));
        assert!(refused("<d></d></d>").contains("`</d>`"));
    }

    #[test]
    fn spans_are_found_behind_repeated_rows_and_columns() {
        let content = r#"<d><table:table table:name="other"><table:table-row>
            <table:table-cell table:number-rows-spanned="9"/></table:table-row></table:table>
            <table:table table:name="a&amp;b"><table:table-row table:number-rows-repeated="3"/>
            <table:table-row><table:table-cell table:number-columns-repeated="2"/>
            <table:table-cell table:number-rows-spanned="2" table:number-columns-spanned="3"/>
            <table:covered-table-cell table:number-columns-repeated="2"/>
            <table:table-cell table:number-columns-spanned="2"/></table:table-row></table:table></d>"#;
        let found = merged_in(content.as_bytes(), "a&b").unwrap();
        let places: Vec<_> = found.iter().map(|region| (region.start, region.end)).collect();
        assert_eq!(places, [((3, 2), (4, 4)), ((3, 5), (3, 6))]);
        let content = content.replace("spanned=\"3\"", "spanned=\"x\"");
        assert!(merged_in(content.as_bytes(), "a&b").unwrap_err().contains("expected a whole number"));
        assert!(merged_in(content.as_bytes(), "other").unwrap().len() == 1);
    }
}

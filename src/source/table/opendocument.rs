//! Which cells of an OpenDocument sheet are merged, which its decoder does not tell.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use calamine::Dimensions;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

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

fn merged_in(content: impl BufRead, sheet: &str) -> Result<Vec<Dimensions>, String> {
    let mut reader = Reader::from_reader(content);
    // As the decoder of the cells goes, so that both see the same sheet.
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
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

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::StringChunked;

use crate::error::Result;
use crate::model::{ColumnDefinition, ColumnMapping, Table, half_width};

/// The cells of a table as text, by canonical column name.
pub(super) struct TableCells<'a> {
    columns: BTreeMap<&'static str, (&'a str, StringChunked)>,
}

impl<'a> TableCells<'a> {
    pub(super) fn new(table: &Table, mapping: &'a ColumnMapping, definitions: &[ColumnDefinition]) -> Result<Self> {
        let mut columns = BTreeMap::new();
        for definition in definitions {
            if let Some(header) = mapping.header(definition.name) {
                columns.insert(definition.name, (header, table.text(header)?.rechunk().into_owned()));
            }
        }
        Ok(Self { columns })
    }

    /// Returns the trimmed cell; `None` if it is empty or the column is missing.
    pub(super) fn get(&self, row: usize, canonical: &str) -> Option<&str> {
        let cell = self.columns.get(canonical)?.1.get(row)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    /// Returns the file's own header of a column; the canonical name if the file has no such column.
    pub(super) fn header<'b>(&'b self, canonical: &'b str) -> &'b str {
        self.columns.get(canonical).map_or(canonical, |(header, _)| header)
    }

    /// Returns whether the file has the column.
    pub(super) fn has(&self, canonical: &str) -> bool {
        self.columns.contains_key(canonical)
    }
}

/// Parses a number as written in spreadsheets: `12.5`, `1,200`, full-width digits. Returns `None` for anything that is
/// not finite.
pub(super) fn parse_number(cell: &str) -> Option<f64> {
    let text = half_width(cell);
    let text = text.trim();
    let number = if text.contains(',') { ungrouped(text)?.parse() } else { text.parse::<f64>() };
    number.ok().filter(|number| number.is_finite())
}

/// `1,234,567.8` without its commas, where they stand at thousands.
fn ungrouped(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, ""), |(whole, fraction)| (whole, fraction));
    let mut groups = whole.split(',');
    let first = groups.next()?.trim_start_matches('-');
    let fits = (1..=3).contains(&first.len())
        && groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()))
        && !fraction.contains(',');
    fits.then(|| text.replace(',', ""))
}

/// Parses a date as written in spreadsheets: `2020-05-28`, `2020/5/28`, `2020.5.28`, `2020年5月28日`, `20200528`, or a
/// spreadsheet's serial number (days since 1899-12-30), each with or without a time of day after it. Returns `None` for
/// anything else.
#[must_use]
pub fn parse_date(cell: &str) -> Option<NaiveDate> {
    let text = half_width(cell);
    let text = text.trim();
    if let Some(date) =
        text.strip_suffix('日').or_else(|| text.strip_suffix('号')).or_else(|| text.contains('年').then_some(text))
    {
        let (year, rest) = date.split_once('年')?;
        let (month, day) = rest.split_once('月')?;
        return calendar_date(year, month, day);
    }
    let day_part = text.split(['T', ' ']).next()?;
    for separator in ['-', '/', '.'] {
        let mut parts = day_part.split(separator);
        if let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) {
            return calendar_date(year, month, day);
        }
    }
    if day_part.len() == 8 && day_part.bytes().all(|byte| byte.is_ascii_digit()) {
        return calendar_date(&day_part[..4], &day_part[4..6], &day_part[6..]);
    }
    let serial = day_part.split('.').next()?;
    if serial.len() != 5 || day_part.parse::<f64>().is_err() {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    in_living_memory(epoch.checked_add_days(chrono::Days::new(serial.parse().ok()?))?)
}

fn calendar_date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |text: &str| {
        let text = text.trim();
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(number(year)?).ok()?;
    in_living_memory(NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?)
}

/// A ledger of the year 20 or 20200 is a slip of the hand.
fn in_living_memory(date: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike as _;
    (1949..2100).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_spelling_are_one_date() {
        let expected = NaiveDate::from_ymd_opt(2020, 5, 28);
        for text in [
            "2020-05-28",
            "2020/5/28",
            "2020.5.28",
            "2020年5月28日",
            "2020年5月28号",
            "2020年05月28",
            "20200528",
            "43979",
            "43979.75",
            "2020-05-28 00:00:00",
            "2020-05-28T08:30:00",
            "２０２０年５月２８日",
        ] {
            assert_eq!(parse_date(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2020-13-05",
            "2020-02-30",
            "5月28日",
            "2020年5月",
            "28/5/2020",
            "20-5-28",
            "439",
            "4e400",
            "-1-2-3",
            "年月日",
            "日",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_with_groups_and_full_width_digits() {
        assert_eq!(parse_number("1,234,567.8"), Some(1_234_567.8));
        assert_eq!(parse_number("-1,234"), Some(-1234.0));
        assert_eq!(parse_number("１２．５"), Some(12.5));
        for text in ["1,2", "12,34,567", "1234,567", ",123", "约50", "nan", "inf", "1e999", ""] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }
}

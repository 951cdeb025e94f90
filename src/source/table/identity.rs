//! Rows that are no firm, and codes that are no code: what the columns of ids and names tell.

use polars::prelude::{DataType, StringChunked};

use crate::error::Result;
use crate::model::{ColumnKind, REGISTER_COLUMNS, Reading, Table, cell, credit_code, register_column};

/// The columns that tell what a row stands for.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Identity {
    id: Option<usize>,
    name: Option<usize>,
}

impl Identity {
    pub(in crate::source) fn from_headers(headers: &[String]) -> Self {
        let column = |canonical: &str| {
            let header = register_column(canonical)?.header_in(headers)?;
            headers.iter().position(|one| one == header)
        };
        Self { id: column("id"), name: column("name") }
    }

    /// Notes what a row is, if it is not what the others are: whether it heads a sum in its first column or in that of ids
    /// or names, and whether its code was cut.
    #[inline]
    pub(in crate::source) fn note<'a>(
        &self,
        row: usize,
        cell: impl Fn(usize) -> Option<&'a str>,
        reading: &mut Reading,
    ) {
        let id = self.id.and_then(&cell);
        let is_sum = |found: Option<&str>| found.is_some_and(cell::is_sum);
        let is_other = |position: &usize| *position != 0;
        let others = self.id.filter(is_other).into_iter().chain(self.name.filter(is_other));
        if is_sum(cell(0)) || others.into_iter().any(|position| is_sum(cell(position))) {
            reading.sums.push(row);
        } else if id.is_some_and(credit_code::is_cut) {
            reading.cut_codes.push(row);
        }
    }

    /// Notes it of every row of a table.
    pub(in crate::source) fn note_all(table: &mut Table) -> Result<()> {
        let headers = table.columns();
        let identity = Self::from_headers(&headers);
        let column = |position: usize| -> Result<Option<StringChunked>> {
            let Some(header) = headers.get(position) else { return Ok(None) };
            let is_text = table.column(header)?.dtype() == &DataType::String;
            let is_id = identity.id == Some(position);
            if is_text || is_id { table.text(header).map(Some) } else { Ok(None) }
        };
        let positions: Vec<usize> = [Some(0), identity.id, identity.name].into_iter().flatten().collect();
        let columns: Vec<(usize, Option<StringChunked>)> =
            positions.into_iter().map(|position| Ok((position, column(position)?))).collect::<Result<_>>()?;
        let mut reading = Reading::default();
        for row in 0..table.height() {
            let cell = |wanted: usize| {
                let (_, cells) = columns.iter().find(|(position, _)| *position == wanted)?;
                cells.as_ref()?.get(row)
            };
            identity.note(row, cell, &mut reading);
        }
        (table.reading.sums, table.reading.cut_codes) = (reading.sums, reading.cut_codes);
        table.reading.sums.extend(identity.unheaded_sums(table, &headers)?);
        table.reading.sums.sort_unstable();
        table.reading.sums.dedup();
        Ok(())
    }

    /// Rows of sums without a word in the usual columns: rows with neither id nor name that have the word elsewhere, and a
    /// last one whose amounts are the sums of those above.
    fn unheaded_sums(&self, table: &Table, headers: &[String]) -> Result<Vec<usize>> {
        let text = |position: usize| table.text(headers.get(position).map_or("", String::as_str));
        let identities: Vec<StringChunked> =
            [self.id, self.name].into_iter().flatten().map(text).collect::<Result<_>>()?;
        let is_empty = |cells: &StringChunked, row: usize| cells.get(row).is_none_or(|cell| cell.trim().is_empty());
        let nameless: Vec<usize> = (0..table.height())
            .filter(|row| !identities.is_empty() && identities.iter().all(|cells| is_empty(cells, *row)))
            .collect();
        let Some(last) = nameless.last().copied() else { return Ok(Vec::new()) };
        let mut sums = Vec::new();
        for header in headers {
            if table.column(header)?.dtype() == &DataType::String {
                let cells = table.text(header)?;
                sums.extend(nameless.iter().copied().filter(|row| cells.get(*row).is_some_and(cell::is_sum)));
            }
        }
        if last + 1 == table.height() && !sums.contains(&last) && sums_up(table, headers, last)? {
            sums.push(last);
        }
        Ok(sums)
    }
}

/// Whether the amounts of a row are those of all rows above it, and there are some.
fn sums_up(table: &Table, headers: &[String], last: usize) -> Result<bool> {
    /// Of fewer rows, a sum may be by chance.
    const LEAST_ROWS: usize = 2;
    let amounts = REGISTER_COLUMNS.iter().filter(|definition| definition.kind == ColumnKind::Amount);
    let mut found = false;
    for header in amounts.filter_map(|definition| definition.header_in(headers)) {
        let cells = table.text(header)?;
        let number = |row: usize| cells.get(row).and_then(cell::number);
        let Some(amount) = number(last) else { continue };
        let above: Vec<f64> =
            (0..last).filter(|row| table.reading.sums.binary_search(row).is_err()).filter_map(number).collect();
        let sum: f64 = above.iter().sum();
        if above.len() < LEAST_ROWS || amount == 0.0 || (amount - sum).abs() > 1e-6 * sum.abs() {
            return Ok(false);
        }
        found = true;
    }
    Ok(found)
}

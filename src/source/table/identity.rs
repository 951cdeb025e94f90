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
    /// or names, or, where it has neither of these, in any of `width` columns, or has the name of a district or town and
    /// no code; and whether its code was cut.
    #[inline]
    pub(in crate::source) fn note<'a>(
        &self,
        row: usize,
        width: usize,
        cell: impl Fn(usize) -> Option<&'a str>,
        reading: &mut Reading,
    ) {
        let (id, name) = (self.id.and_then(&cell), self.name.and_then(&cell));
        let is_sum = |found: Option<&str>| found.is_some_and(cell::is_sum);
        let first = if self.id == Some(0) || self.name == Some(0) { None } else { cell(0) };
        let is_of_territory =
            self.id.is_some() && id.is_none_or(cell::is_blank) && name.is_some_and(cell::names_territory);
        if is_sum(first) || is_sum(id) || is_sum(name) || is_of_territory {
            reading.sums.push(row);
        } else if id.is_some_and(credit_code::is_cut) {
            reading.cut_codes.push(row);
        } else if self.is_known() && [id, name].into_iter().flatten().all(cell::is_blank) {
            match (0..width).any(|position| is_sum(cell(position))) {
                true => reading.sums.push(row),
                false => reading.nameless.push(row),
            }
        }
    }

    /// Whether rows have codes or names at all.
    const fn is_known(&self) -> bool {
        self.id.is_some() || self.name.is_some()
    }

    /// Whether a column holds the codes.
    pub(in crate::source) fn is_id(&self, position: usize) -> bool {
        self.id == Some(position)
    }

    /// The positions of the columns that [`Self::note`] looks at in every row.
    pub(in crate::source) fn positions(&self) -> Vec<usize> {
        let mut positions: Vec<usize> = [Some(0), self.id, self.name].into_iter().flatten().collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Notes it of every row of a table.
    pub(in crate::source) fn note_all(table: &mut Table) -> Result<()> {
        let headers = table.columns();
        let found = Self::from_headers(&headers).found(table, &headers)?;
        (table.reading.sums, table.reading.cut_codes) = (found.sums, found.cut_codes);
        table.reading.nameless = found.nameless;
        note_last(table)
    }

    /// What rows of a table are, whose columns are some of those with these headers, or all. What is no text is no word.
    pub(in crate::source) fn found(&self, table: &Table, headers: &[String]) -> Result<Reading> {
        let columns = headers.iter().enumerate().map(|(position, header)| -> Result<Option<StringChunked>> {
            let Ok(column) = table.column(header) else { return Ok(None) };
            let is_read = column.dtype() == &DataType::String || self.id == Some(position);
            if is_read { table.text(header).map(Some) } else { Ok(None) }
        });
        let columns: Vec<Option<StringChunked>> = columns.collect::<Result<_>>()?;
        let mut reading = Reading::default();
        for row in 0..table.height() {
            let cell = |position: usize| columns.get(position)?.as_ref()?.get(row);
            self.note(row, headers.len(), cell, &mut reading);
        }
        Ok(reading)
    }
}

/// Notes whether the last row of a table, where it has neither a code nor a name, holds the sums of those above.
pub(in crate::source) fn note_last(table: &mut Table) -> Result<()> {
    let Some(last) = table.height().checked_sub(1) else { return Ok(()) };
    if table.reading.nameless.last() == Some(&last) {
        let mut amounts = Amounts::from_headers(&table.columns());
        amounts.add(table)?;
        if amounts.is_summed() {
            take_last(table);
        }
    }
    Ok(())
}

/// Notes that the last row of a table is a sum.
pub(in crate::source) fn take_last(table: &mut Table) {
    table.reading.sums.extend(table.reading.nameless.pop());
}

/// The amounts of the last row so far, and what those of the rows above add up to.
pub(in crate::source) struct Amounts {
    headers: Vec<String>,
    /// Of each column: how many amounts there are above, and their sum.
    above: Vec<(usize, f64)>,
    last: Vec<Option<f64>>,
}

impl Amounts {
    pub(in crate::source) fn from_headers(headers: &[String]) -> Self {
        let amounts = REGISTER_COLUMNS.iter().filter(|definition| definition.kind == ColumnKind::Amount);
        let headers: Vec<String> =
            amounts.filter_map(|definition| definition.header_in(headers)).map(str::to_owned).collect();
        Self { above: vec![(0, 0.0); headers.len()], last: vec![None; headers.len()], headers }
    }

    /// The columns with amounts.
    pub(in crate::source) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Adds the rows of a table, or of its next piece, that are no sums.
    pub(in crate::source) fn add(&mut self, table: &Table) -> Result<()> {
        let rows: Vec<usize> =
            (0..table.height()).filter(|row| table.reading.sums.binary_search(row).is_err()).collect();
        for ((header, (count, sum)), last) in self.headers.iter().zip(&mut self.above).zip(&mut self.last) {
            let cells = table.text(header)?;
            for row in &rows {
                if let Some(before) = last.take() {
                    *count += 1;
                    *sum += before;
                }
                *last = cells.get(*row).and_then(cell::number);
            }
        }
        Ok(())
    }

    /// Whether the amounts of the last row are those of all rows above it, and there are some.
    pub(in crate::source) fn is_summed(&self) -> bool {
        /// Of fewer rows, a sum may be by chance.
        const LEAST_ROWS: usize = 2;
        let told = || self.above.iter().zip(&self.last).filter_map(|(above, last)| Some((above, (*last)?)));
        let is_sum = |((count, sum), amount): (&(usize, f64), f64)| {
            *count >= LEAST_ROWS && amount != 0.0 && (amount - sum).abs() <= 1e-6 * sum.abs()
        };
        told().next().is_some() && told().all(is_sum)
    }
}

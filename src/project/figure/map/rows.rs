//! Finds the values of each area in a table.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType};

use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::{
    Areas, Table, cell,
    column::{self, Quantity},
};
use crate::render::{self, MapData, MapKind, MapPanel, MapSpec};

/// A table, with the row for each area.
pub(super) struct AreaTable {
    table: Table,
    rows: Vec<Option<usize>>,
    /// Warnings to show to the user about rows that belong to no area.
    pub(super) notes: Vec<String>,
}

impl AreaTable {
    /// Selects the rows that match the filter and finds the row for each area by its id or name in the key column.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Unknown`] for a column or word of the filter that does not exist; [`ProjectError::Options`] if
    /// several rows belong to one area; if `must_match`, [`ReadError::Malformed`] if no row belongs to any area.
    pub(super) fn new(
        table: Table,
        key: &str,
        filter: &BTreeMap<String, String>,
        areas: &Areas,
        must_match: bool,
    ) -> Result<Self> {
        let kept = filtered(&table.frame, filter)?;
        let keys = table.text(key)?;
        let by_area = rows_by_area(areas, &keys, &kept);
        if must_match {
            refuse_unmatched(&by_area, areas, &table, key)?;
        }
        refuse_doubled(&by_area, areas, &table.source)?;
        let notes = strangers(&by_area, &keys, &kept, &table, key).into_iter().collect();
        Ok(Self { table, rows: by_area.iter().map(|rows| rows.first().copied()).collect(), notes })
    }

    /// Returns a column as numbers, one for each area.
    ///
    /// # Errors
    ///
    /// As [`Table::numbers`].
    pub(super) fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>> {
        let values = self.table.numbers(column)?;
        Ok(self.rows.iter().map(|row| row.and_then(|row| values.get(row))).collect())
    }

    /// Returns a column as text, one entry for each area; `None` for empty cells.
    ///
    /// # Errors
    ///
    /// As [`Table::text`].
    pub(super) fn words(&self, column: &str) -> Result<Vec<Option<String>>> {
        let words = self.table.text(column)?;
        let word = |row: usize| words.get(row).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned);
        Ok(self.rows.iter().map(|row| row.and_then(word)).collect())
    }

    /// Returns a column as formatted text, one entry for each area: numbers with as many decimals as they need, shares
    /// and rates in percent, text unchanged.
    ///
    /// # Errors
    ///
    /// As [`Table::text`].
    pub(super) fn cells(&self, column: &str) -> Result<Vec<String>> {
        if let Ok(numbers) = self.numbers(column) {
            let known: Vec<f64> = numbers.iter().copied().flatten().collect();
            let is_fraction = column::quantity(column) == Quantity::Fraction;
            let written = render::written_alike(&known, is_fraction);
            return Ok(numbers.iter().map(|number| number.map_or_else(|| "–".to_owned(), &written)).collect());
        }
        Ok(self.words(column)?.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Returns the data that a map of the specification's kind takes from a column.
    ///
    /// # Errors
    ///
    /// As [`Self::numbers`] and [`Self::words`]; [`ProjectError::Options`] for quota progress, which is not a single
    /// column.
    pub(super) fn panel(&self, spec: &MapSpec, column: &str) -> Result<MapPanel> {
        let mut panel = MapPanel { title: column.to_owned(), ..MapPanel::default() };
        match spec.kind {
            MapKind::Choropleth => panel.values = self.numbers(column)?,
            MapKind::Bivariate | MapKind::ValueByAlpha => {
                let other = spec.bivariate.column.as_deref().ok_or_else(|| ProjectError::Options {
                    message: "found no second column".to_owned(),
                    hint: "give `bivariate.column = …` in the specification, or by ‹set›".to_owned(),
                })?;
                (panel.values, panel.others) = (self.numbers(column)?, self.numbers(other)?);
            }
            MapKind::Categorical | MapKind::Local => panel.categories = self.words(column)?,
            MapKind::Plain => {}
            MapKind::QuotaProgress => {
                return Err(ProjectError::Options {
                    message: "found kind = \"quota_progress\" for a table of areas".to_owned(),
                    hint: "quota progress is drawn from a project: give ‹project›".to_owned(),
                }
                .into());
            }
        }
        if let Some(mask) = &spec.mask {
            let firms = self.numbers(&mask.column)?;
            panel.masked = firms.iter().map(|firms| mask.masks(*firms)).collect();
        }
        Ok(panel)
    }

    /// Adds the numbers of the overlays: symbols, diagrams, dots, and the sizes of a cartogram.
    ///
    /// # Errors
    ///
    /// As [`Self::numbers`].
    pub(super) fn decorate(&self, spec: &MapSpec, data: &mut MapData) -> Result<()> {
        if let Some(symbols) = &spec.symbols {
            data.symbols = self.numbers(&symbols.column)?;
        }
        if let Some(dots) = &spec.dots {
            data.dots = self.numbers(&dots.column)?;
        }
        if let Some(cartogram) = &spec.cartogram {
            data.sizes = self.numbers(&cartogram.column)?;
        }
        if let Some(diagrams) = &spec.diagrams {
            data.parts = diagrams.columns.iter().map(|column| self.numbers(column)).collect::<Result<_>>()?;
        }
        Ok(())
    }
}

/// Returns the rows in which every column named by the filter holds the given word.
pub(in crate::project::figure) fn filtered(frame: &DataFrame, filter: &BTreeMap<String, String>) -> Result<Vec<bool>> {
    let mut kept = vec![true; frame.height()];
    for (name, wanted) in filter {
        let column = frame.column(name).map_err(|_| ProjectError::Unknown {
            what: "column",
            found: name.clone(),
            available: frame.get_column_names().iter().map(ToString::to_string).collect(),
        })?;
        let text = column.cast(&DataType::String).map_err(Error::table(name.as_str()))?;
        let text = text.str().map_err(Error::table(name.as_str()))?;
        let mut held = false;
        for (kept, cell) in kept.iter_mut().zip(text.iter()) {
            let holds = cell == Some(wanted.as_str());
            held |= holds;
            *kept &= holds;
        }
        if !held {
            let mut available: Vec<String> = text.iter().flatten().map(str::to_owned).collect();
            available.sort_unstable();
            available.dedup();
            return Err(ProjectError::Unknown { what: "row with the word", found: wanted.clone(), available }.into());
        }
    }
    Ok(kept)
}

/// The rows of each area: those whose key is its id, or where no row has an id for a key its name.
fn rows_by_area(areas: &Areas, keys: &polars::prelude::StringChunked, kept: &[bool]) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<Cow<'_, str>, Vec<usize>> = BTreeMap::new();
    for (row, key) in keys.iter().enumerate().filter(|(row, _)| kept[*row]) {
        if let Some(key) = key {
            rows.entry(cell::key(key)).or_default().push(row);
        }
    }
    let by_id = areas.areas.iter().any(|area| rows.contains_key(&cell::key(&area.id)));
    let key = |area: &crate::model::Area| cell::key(if by_id { &area.id } else { &area.name }).into_owned();
    areas.areas.iter().map(|area| rows.get(key(area).as_str()).cloned().unwrap_or_default()).collect()
}

/// Tells of rows whose key is that of no area.
fn strangers(
    by_area: &[Vec<usize>],
    keys: &polars::prelude::StringChunked,
    kept: &[bool],
    table: &Table,
    key: &str,
) -> Option<String> {
    const NAMED: usize = 5;
    let known: BTreeSet<usize> = by_area.iter().flatten().copied().collect();
    let rows = (0..table.height()).filter(|row| kept[*row] && !known.contains(row));
    let found: Vec<String> = rows
        .map(|row| match keys.get(row).map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => format!("`{key}`"),
            None => format!("row {} without one", table.row_name(row)),
        })
        .collect();
    let more = if found.len() > NAMED { ", …" } else { "" };
    let named = found.get(..found.len().min(NAMED))?.join(", ");
    let rows = if found.len() == 1 { "row matches" } else { "rows match" };
    (!found.is_empty())
        .then(|| format!("{}: {} {rows} no area by `{key}` and are left out: {named}{more}", table.source, found.len()))
}

fn refuse_unmatched(by_area: &[Vec<usize>], areas: &Areas, table: &Table, key: &str) -> Result<()> {
    if by_area.iter().any(|rows| !rows.is_empty()) {
        return Ok(());
    }
    let example = areas.areas.first().map_or("", |area| &area.id);
    Err(ReadError::Malformed {
        file: table.source.clone(),
        format: "a table of areas",
        message: format!("no cell of `{key}` is an id or a name of {}, such as `{example}`", areas.source),
    }
    .into())
}

fn refuse_doubled(by_area: &[Vec<usize>], areas: &Areas, source: &str) -> Result<()> {
    let doubled: Vec<&str> = by_area
        .iter()
        .zip(&areas.areas)
        .filter(|(rows, _)| rows.len() > 1)
        .map(|(_, area)| area.name.as_str())
        .collect();
    if doubled.is_empty() {
        return Ok(());
    }
    Err(ProjectError::Options {
        message: format!("{source} has several rows for {}", doubled.join(", ")),
        hint: "choose one with `filter = { column = \"word\" }` in the specification, or set `filter.column=word` by ‹set›"
            .to_owned(),
    }
    .into())
}

//! The columns that hold the points of a table, and what is wrong with the datums of its rows.

use std::path::Path;

use polars::prelude::StringChunked;

use super::PointSource;
use super::placeless::Placeless;
use super::positions::{Positions, coordinates};
use crate::error::{ReadError, Result};
use crate::model::{DeclaredReference, Point, Reference, Table, coordinates_advice, datum_of_header, register_column};
use crate::source::points::coordinate_headers;
use crate::source::{self, likely};

/// Where the coordinates of a table stand, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct PointColumns {
    x: String,
    y: String,
    /// In which rows state a datum of their own.
    datum: Option<String>,
    /// The reference of rows that state none.
    stated: DeclaredReference,
    /// The reference of the positions: WGS 84 where offset ones are stated.
    pub(crate) reference: Reference,
    /// Warnings to show to the user about columns that could be taken too.
    pub(super) notes: Vec<String>,
}

impl PointColumns {
    /// The columns that geometries in a reference have become.
    pub(super) fn from_geometry(reference: DeclaredReference, headers: &[String]) -> Self {
        // The geometry's columns, not an attribute that looks like one.
        let [x, y] = coordinate_headers(reference).map(str::to_owned);
        let datum = source::datum_header(headers);
        Self { x, y, datum, stated: reference, reference: reference.undone(), notes: Vec::new() }
    }

    pub(super) fn found(source: &PointSource, file: &str, headers: &[String]) -> Result<Self> {
        let mut notes = Vec::new();
        let mut header = |given: &Option<String>, canonical: &str, parameter: &str| -> Result<String> {
            let (file, available) = (file.to_owned(), headers.to_vec());
            match given {
                Some(given) if headers.contains(given) => Ok(given.clone()),
                Some(given) => Err(ReadError::MissingColumn { file, column: given.clone(), available }.into()),
                None => {
                    let definition = register_column(canonical);
                    notes.extend(definition.and_then(|one| one.choice_note(&file, headers, parameter)));
                    let found = definition.and_then(|definition| definition.header_in(headers)).map(str::to_owned);
                    found.ok_or_else(|| {
                        let column = canonical.to_owned();
                        let advice = coordinates_advice(&available);
                        ReadError::UnrecognisedColumn { file, column, available, advice }.into()
                    })
                }
            }
        };
        let stated = source.crs.unwrap_or(DeclaredReference::Wgs84);
        let (x, y) = (header(&source.x, "lon", "‹x›")?, header(&source.y, "lat", "‹y›")?);
        let datum = source::datum_header(headers);
        if let (None, None, Some(named)) = (source.crs, &datum, datum_of_header(&x))
            && named != stated
        {
            notes.push(format!("{file}: the header `{x}` names {named}, but {stated} is taken; ‹crs› states another"));
        }
        Ok(Self { x, y, datum, stated, reference: stated.undone(), notes })
    }

    /// The headers of the columns that are needed to place a row.
    pub(super) fn needed(&self) -> Vec<String> {
        [&self.x, &self.y].into_iter().chain(&self.datum).cloned().collect()
    }

    /// The positions of the rows of a table with these columns.
    pub(crate) fn positions<'a>(&self, table: &'a Table, faults: &mut DatumFaults) -> Result<Positions<'a>> {
        let stated = self.stated_positions(table)?;
        match &self.datum {
            None if self.stated == self.reference.into() => return Ok(stated),
            None => {}
            Some(datum) => faults.add(table, &table.text(datum)?),
        }
        let stated = stated.points();
        let images = source::row_images(table, &stated, self.stated, self.reference.into())?;
        if let Some(grid) = self.stated.grid() {
            let is_outside = |(row, (stated, image)): (usize, (&Option<Point>, &Option<Point>))| {
                (stated.is_some() && image.is_none()).then_some(row)
            };
            let outside: Vec<usize> = stated.iter().zip(&images).enumerate().filter_map(is_outside).collect();
            faults.add_outside(table, grid, &outside)?;
        }
        Ok(Positions::from_points(&images))
    }

    /// The positions as they stand in the table, in the reference that is stated for it.
    fn stated_positions<'a>(&self, table: &'a Table) -> Result<Positions<'a>> {
        Ok(Positions { x: coordinates(table, &self.x)?, y: coordinates(table, &self.y)? })
    }

    /// The first positions as they stand in the table, to tell from them what is wrong with all.
    pub(crate) fn sample(&self, table: &Table) -> Result<Vec<Point>> {
        const ROWS: usize = 64;
        let head = table.slice(0, ROWS);
        Ok(self.stated_positions(&head)?.points().into_iter().flatten().collect())
    }

    /// What points that lie in none of the areas are likely in, if that can be told: `holds` says whether a position in a
    /// reference lies in one.
    pub(crate) fn likely_cause(
        &self,
        sample: &[Point],
        holds: impl Fn(DeclaredReference, Point) -> bool,
    ) -> Option<String> {
        likely::cause(sample, self.stated, holds)
    }
}

/// Rows that state a datum that is not known, or lie outside of a grid of shifts.
#[derive(Debug, Clone, Default)]
pub(crate) struct DatumFaults {
    rows: Placeless,
    outside: Placeless,
    grid: Option<&'static Path>,
    /// The words, each once.
    words: Vec<String>,
}

impl DatumFaults {
    /// How many words are named.
    const NAMED: usize = 5;

    pub(super) fn add(&mut self, table: &Table, cells: &StringChunked) {
        let stated = cells.iter().enumerate().filter_map(|(row, cell)| Some((row, cell?.trim())));
        // Most rows say what the one above says.
        let mut last = ("", true);
        let is_known = |cell: &str| cell.is_empty() || DeclaredReference::of_datum(cell).is_some();
        let mut unknown: Vec<(usize, &str)> = Vec::new();
        for (row, cell) in stated {
            if last.0 != cell {
                last = (cell, is_known(cell));
            }
            if !last.1 {
                unknown.push((row, cell));
            }
        }
        self.rows.add(table, unknown.iter().map(|(row, _)| *row));
        for (_, word) in unknown {
            if self.words.len() < Self::NAMED && !self.words.iter().any(|known| known == word) {
                self.words.push(word.to_owned());
            }
        }
    }

    /// Adds rows of the file's own datum that the grid of its shifts does not hold.
    pub(super) fn add_outside(&mut self, table: &Table, grid: &'static Path, rows: &[usize]) -> Result<()> {
        self.grid = Some(grid);
        let Some(datum) = source::datum_header(&table.columns()) else {
            self.outside.add(table, rows.iter().copied());
            return Ok(());
        };
        let cells = table.text(&datum)?;
        let is_own = |row: &usize| cells.get(*row).is_none_or(|cell| cell.trim().is_empty());
        self.outside.add(table, rows.iter().copied().filter(is_own));
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        self.outside.merge(&other.outside);
        self.grid = self.grid.or(other.grid);
        for word in &other.words {
            if self.words.len() < Self::NAMED && !self.words.contains(word) {
                self.words.push(word.clone());
            }
        }
        self.words.sort_unstable();
    }

    /// Warnings to show to the user about them.
    pub(crate) fn notes(&self, source: &str) -> Vec<String> {
        let words: Vec<String> = self.words.iter().map(|word| format!("`{word}`")).collect();
        let fault = format!("state a datum that is not known or cannot be carried over ({})", words.join(", "));
        let outside = self.grid.and_then(|grid| {
            self.outside.note(source, &format!("lie outside of the grid of shifts {}", grid.display()))
        });
        self.rows.note(source, &fault).into_iter().chain(outside).collect()
    }
}

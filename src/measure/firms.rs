//! Firms: points whose sectors the rules of a policy may say.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::path::PathBuf;

use foldhash::fast::RandomState;
use foldhash::{HashSet, HashSetExt as _};
use polars::prelude::{Column, StringChunked};
use rayon::slice::ParallelSliceMut as _;

use super::operation::Input;
use crate::check::{sector_named, sector_of_code};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::{Table, column, register_column};
use crate::policy::{self, Policy};
use crate::source::point_table::{OptionalPointSource, PointSource, PointTable, point_table, point_table_with};

/// Firms as an operation takes them: a table of points, and the policy that says what their sectors are.
#[parameters]
#[derive(Default)]
pub struct FirmSource {
    /// The points.
    #[flatten]
    pub points: PointSource,
    /// Policy folder with the rule from industry code to sector, by which the column `sector` is made; sectors may go by their
    /// ids or their names.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
}

/// The inputs of a table of points, for [`Operation::inputs`](super::Operation::inputs).
pub(super) fn point_inputs(points: &mut PointSource) -> Vec<Input<'_>> {
    vec![Input::Table(&mut points.table), Input::Reference(&mut points.crs)]
}

/// The inputs of a table of points that may be missing.
pub(super) fn optional_point_inputs(points: &mut OptionalPointSource) -> Vec<Input<'_>> {
    let Some(table) = points.table.as_mut() else { return Vec::new() };
    vec![Input::Table(table), Input::Reference(&mut points.crs)]
}

/// Firms that were read.
pub(crate) struct ReadFirms {
    /// The table and its points; with a policy the table has the column `sector`, with the ids of the policy.
    pub(crate) points: PointTable,
    pub(crate) policy: Option<Policy>,
    /// Warnings to show to the user, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl FirmSource {
    /// The inputs, for [`Operation::inputs`](super::Operation::inputs).
    pub(crate) fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.points);
        inputs.push(Input::Policy(&mut self.policy));
        inputs
    }

    /// Reads the firms.
    ///
    /// # Errors
    ///
    /// What reading points and a policy refuses; with a policy a table that has neither sectors nor industry codes.
    pub(crate) fn read(&self) -> Result<ReadFirms> {
        let policy = self.policy.as_deref().map(policy::read).transpose()?;
        let points = match &policy {
            Some(policy) => point_table_with(&self.points, |table| with_sectors(table, policy))?,
            None => point_table(&self.points)?,
        };
        let mut notes = points.notes();
        notes.extend(repeated_ids(&points.table)?);
        Ok(ReadFirms { points, policy, notes })
    }
}

/// A table with the column `sector`, as the check of a register finds it: what the industry code says, unless the row names
/// a sector itself.
fn with_sectors(mut table: Table, policy: &Policy) -> Result<Table> {
    let headers = table.columns();
    let header = |canonical: &str| register_column(canonical).and_then(|definition| definition.header_in(&headers));
    let (own, codes) = (header(column::SECTOR), header("industry_code"));
    if own.is_none() && codes.is_none() {
        return Err(ProjectError::Options {
            message: format!(
                "{} has neither sectors nor industry codes, from which a policy makes them; it has {}",
                table.source,
                headers.join(", ")
            ),
            hint: "leave out ‹policy›, or give a table with the column `sector` or `industry_code`".to_owned(),
        }
        .into());
    }
    let cells = |header: Option<&str>| header.map(|header| table.text(header)).transpose();
    let (own, codes) = (cells(own)?, cells(codes)?);
    let filled = |cells: &Option<StringChunked>, row: usize| -> Option<String> {
        let cell = cells.as_ref()?.get(row)?.trim();
        (!cell.is_empty()).then(|| cell.to_owned())
    };
    let sector = |row: usize| -> Option<String> {
        let by_code = filled(&codes, row).and_then(|code| sector_of_code(policy, &code).map(str::to_owned));
        match filled(&own, row) {
            Some(named) => sector_named(policy, &named).map(str::to_owned).or(by_code).or(Some(named)),
            None => by_code,
        }
    };
    let sectors: Vec<Option<String>> = (0..table.height()).map(sector).collect();
    let source = table.source.clone();
    table.frame.with_column(Column::new(column::SECTOR.into(), sectors)).map_err(Error::table(source))?;
    Ok(table)
}

/// The cells of a column of sectors: of that header, or of one that stands for the canonical name.
///
/// # Errors
///
/// [`crate::error::ReadError::MissingColumn`].
pub(crate) fn sector_cells(table: &Table, by: &str) -> Result<StringChunked> {
    let headers = table.columns();
    let known = || register_column(by).and_then(|definition| definition.header_in(&headers));
    let header = if headers.iter().any(|header| header == by) { by } else { known().unwrap_or(by) };
    table.text(header)
}

/// The id of a sector that goes by an id or a name of the policy; the name itself where the policy has none such.
pub(crate) fn sector_id<'a>(name: &'a str, policy: Option<&'a Policy>) -> Cow<'a, str> {
    Cow::Borrowed(policy.and_then(|policy| sector_named(policy, name)).unwrap_or(name))
}

/// Which rows are of a sector, by its id or a name of the policy.
///
/// # Errors
///
/// [`ProjectError::Unknown`] with the sectors that there are, where no row is of it.
pub(crate) fn rows_of_sector(table: &Table, by: &str, wanted: &str, policy: Option<&Policy>) -> Result<Vec<bool>> {
    let cells = sector_cells(table, by)?;
    let id = sector_id(wanted.trim(), policy);
    let is = |row: usize| cells.get(row).is_some_and(|cell| sector_id(cell.trim(), policy) == id);
    let kind: Vec<bool> = (0..table.height()).map(is).collect();
    if kind.contains(&true) {
        return Ok(kind);
    }
    let mut available: Vec<String> = cells.iter().flatten().map(|cell| cell.trim().to_owned()).collect();
    available.sort();
    available.dedup();
    Err(ProjectError::Unknown { what: "sector", found: wanted.to_owned(), available }.into())
}

/// Warns of rows that have the id of an earlier one: each is counted.
fn repeated_ids(table: &Table) -> Result<Option<String>> {
    let headers = table.columns();
    let Some(header) = register_column("id").and_then(|definition| definition.header_in(&headers)) else {
        return Ok(None);
    };
    let cells = table.text(header)?;
    let ids = || cells.iter().flatten().map(str::trim).filter(|id| !id.is_empty());
    // Where all hashes differ, all ids do, and nearly all registers end here.
    let state = RandomState::default();
    let mut hashes: Vec<u64> = ids().map(|id| state.hash_one(id)).collect();
    hashes.par_sort_unstable();
    if hashes.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(None);
    }
    let mut seen = HashSet::with_capacity(hashes.len());
    let repeated = ids().filter(|id| !seen.insert(*id)).count();
    let source = &table.source;
    Ok((repeated > 0)
        .then(|| format!("{source}: {repeated} rows have the id of an earlier row (`{header}`) and are counted again")))
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    fn table(frame: polars::prelude::DataFrame) -> Table {
        let rows = (2..2 + frame.height() as u64).collect();
        Table::new("firms.csv", frame, rows)
    }

    fn shaoxing() -> Policy {
        policy::read("data/policy/shaoxing-2020".as_ref()).unwrap()
    }

    #[test]
    fn a_row_that_names_its_sector_has_it_and_others_that_of_their_code() {
        let policy = shaoxing();
        let own = &policy.sectors[0].term;
        let other = &policy.sectors[1];
        let code = format!("{:0<4}", other.code_prefixes[0]);
        let firms = table(
            df!("行业" => [Some(own.name_zh.as_str()), None, Some("unheard of")], "industry_code" => [None, Some(code.as_str()), None])
                .unwrap(),
        );
        let firms = with_sectors(firms, &policy).unwrap();
        let sectors = firms.text("sector").unwrap();
        let by_code = policy.sector_of(&code).unwrap().term.id.as_str();
        assert_eq!(sectors.iter().collect::<Vec<_>>(), [Some(own.id.as_str()), Some(by_code), Some("unheard of")]);
        // Asked for by its name, found by its id.
        assert_eq!(rows_of_sector(&firms, "sector", &own.name_zh, Some(&policy)).unwrap(), [true, false, false]);
        assert!(rows_of_sector(&firms, "sector", &own.name_zh, None).is_err());
    }

    #[test]
    fn a_table_without_sectors_and_codes_has_nothing_for_a_policy() {
        let error = with_sectors(table(df!("lon" => [1.0]).unwrap()), &shaoxing()).unwrap_err();
        assert!(error.to_string().contains("firms.csv"), "{error}");
    }

    #[test]
    fn rows_with_the_id_of_an_earlier_one_are_told() {
        let firms = |ids: [Option<&str>; 4]| table(df!("id" => ids).unwrap());
        let told = repeated_ids(&firms([Some("a"), Some("a "), None, None])).unwrap().unwrap();
        assert!(told.contains("firms.csv: 1 rows"), "{told}");
        assert!(repeated_ids(&firms([Some("a"), Some("b"), None, None])).unwrap().is_none());
    }
}

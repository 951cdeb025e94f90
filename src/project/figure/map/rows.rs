//! Finds the values of each area in a table.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType, StringChunked};

use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::{
    Area, Areas, Table, cell,
    column::{self, Quantity},
};
use crate::render::{self, MapData, MapKind, MapPanel, MapSpec};

/// What a cell of a column of numbers is to hold.
const EXPECTED_NUMBER: &str = "a number, or an empty cell, `NA` or `—` where there is none";

/// A table, with the row for each area.
pub(super) struct AreaTable {
    table: Table,
    rows: Vec<Option<usize>>,
    /// Warnings to show to the user about rows, areas and cells.
    notes: RefCell<Vec<String>>,
}

/// What is known of the keys of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// They are those of the areas, whose attributes the table holds.
    Own,
    /// They are made with the areas' ids, though not every area needs a row.
    Made,
    /// Someone wrote them: some must match, and all that do not are told.
    Written,
}

impl AreaTable {
    /// Selects the rows that match the filter and finds the row for each area by its id or name in the key column.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Unknown`] for a column or word of the filter that does not exist; [`ProjectError::Options`] if
    /// several rows belong to one area, or several areas to one row; for written keys [`ReadError::Malformed`] if no row
    /// belongs to any area.
    pub(super) fn new(
        table: Table,
        key: &str,
        filter: &BTreeMap<String, String>,
        areas: &Areas,
        keys: Keys,
    ) -> Result<Self> {
        let kept = filtered(&table.frame, filter)?;
        let cells = table.text(key)?;
        let (by_area, loose) = rows_by_area(areas, &cells, &kept);
        if keys == Keys::Written {
            refuse_unmatched(&by_area, areas, &table, key, &cells, &kept)?;
        }
        refuse_shared(&by_area, areas, &table, key, &cells)?;
        refuse_doubled(&by_area, areas, &table.source)?;
        let mut notes = Vec::new();
        if keys == Keys::Own {
            notes.extend(without_outline(&by_area, &cells, &kept, &table));
        }
        if keys == Keys::Written {
            notes.extend(loosely(&loose, areas, &cells, &table, key));
            notes.extend(strangers(&by_area, &cells, &kept, &table, key));
            notes.extend(without_row(&by_area, areas, &table));
        }
        let rows = by_area.iter().map(|rows| rows.first().copied()).collect();
        Ok(Self { table, rows, notes: RefCell::new(notes) })
    }

    /// Adds warnings before the others.
    pub(super) fn tell_first(&self, notes: Vec<String>) {
        self.notes.borrow_mut().splice(0..0, notes);
    }

    /// Returns the warnings to show to the user, once.
    pub(super) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.borrow_mut())
    }

    /// Returns a column as numbers, one for each area. Marks of a missing value are taken as such and told.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`]; [`ReadError::Malformed`] with all cells that are neither numbers nor such marks.
    pub(super) fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>> {
        if self.table.column(column)?.dtype().is_primitive_numeric() {
            let values = self.table.numbers(column)?;
            return Ok(self.rows.iter().map(|row| row.and_then(|row| values.get(row))).collect());
        }
        let cells = self.table.text(column)?;
        let (mut missing, mut unread) = (Vec::new(), Vec::new());
        let mut number = |row: usize| {
            let found = cells.get(row)?;
            let number = cell::number(found);
            let words = cell::text(found);
            if number.is_none() && !words.is_empty() {
                let list = if cell::is_missing_mark(found) { &mut missing } else { &mut unread };
                list.push((row, words.to_owned()));
            }
            number
        };
        let numbers = self.rows.iter().map(|row| row.and_then(&mut number)).collect();
        let place = |(row, words): &(usize, String)| format!("`{words}` in row {}", self.table.row_name(*row));
        match &unread[..] {
            [] => {}
            [(row, found)] => {
                return Err(ReadError::Cell {
                    file: self.table.source.clone(),
                    row: self.table.rows.get(*row).copied().unwrap_or_default(),
                    column: column.to_owned(),
                    found: found.clone(),
                    expected: EXPECTED_NUMBER.to_owned(),
                }
                .into());
            }
            unread => {
                let (count, named) = (unread.len(), listed(unread.iter().map(place)));
                return Err(ReadError::Malformed {
                    file: self.table.source.clone(),
                    format: "a column of numbers",
                    message: format!(
                        "column `{column}` has {count} cells that are none: {named}; expected {EXPECTED_NUMBER}"
                    ),
                }
                .into());
            }
        }
        if !missing.is_empty() {
            let cells = if missing.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", missing.len()) };
            let named = listed(missing.iter().map(place));
            let note =
                format!("{}, column `{column}`: {cells} without a value, taken as no data: {named}", self.table.source);
            let mut notes = self.notes.borrow_mut();
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        Ok(numbers)
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

/// The rows of each area: those whose key is its id, or where no row has an id for a key its name. A row that has neither
/// belongs to the one area whose id or name differs from its key in form only; these rows come second.
fn rows_by_area(areas: &Areas, keys: &StringChunked, kept: &[bool]) -> (Vec<Vec<usize>>, Vec<(usize, usize)>) {
    let mut rows: BTreeMap<Cow<'_, str>, Vec<usize>> = BTreeMap::new();
    for (row, key) in keys.iter().enumerate().filter(|(row, _)| kept[*row]) {
        if let Some(key) = key {
            rows.entry(cell::key(key)).or_default().push(row);
        }
    }
    let by_id = areas.areas.iter().any(|area| rows.contains_key(&cell::key(&area.id)));
    let key = |area: &Area| cell::key(if by_id { &area.id } else { &area.name }).into_owned();
    let mut by_area: Vec<Vec<usize>> =
        areas.areas.iter().map(|area| rows.get(key(area).as_str()).cloned().unwrap_or_default()).collect();
    let known: BTreeSet<usize> = by_area.iter().flatten().copied().collect();
    let mut forms: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, area) in areas.areas.iter().enumerate().filter(|(index, _)| by_area[*index].is_empty()) {
        for form in loose_forms(&area.id).into_iter().chain(loose_forms(&area.name)) {
            forms.entry(form).or_default().insert(index);
        }
    }
    let mut loose = Vec::new();
    for (row, key) in keys.iter().enumerate().filter(|(row, _)| kept[*row] && !known.contains(row)) {
        let found: BTreeSet<usize> = key
            .map(loose_forms)
            .unwrap_or_default()
            .iter()
            .filter_map(|form| forms.get(form))
            .flatten()
            .copied()
            .collect();
        if let (1, Some(area)) = (found.len(), found.first()) {
            by_area[*area].push(row);
            loose.push((row, *area));
        }
    }
    (by_area, loose)
}

/// The forms in which offices write one code or name: `330602000000` and `3.30602E+05` for `330602`, 上虞 and 上 虞 区 for
/// 上虞区.
fn loose_forms(key: &str) -> Vec<String> {
    const KINDS: [&str; 7] = ["街道", "自治县", "区", "县", "市", "镇", "乡"];
    let joined: String = cell::key(key).chars().filter(|character| !character.is_whitespace()).collect();
    let mut forms = Vec::new();
    if let Some(whole) =
        joined.parse::<f64>().ok().filter(|number| number.fract() == 0.0 && (1.0..1e15).contains(number))
    {
        let code = format!("{whole:.0}");
        // The statistical code of a district has twelve digits, that of the registry six.
        forms.push(match code.strip_suffix("000000") {
            Some(district) if code.len() == 12 => district.to_owned(),
            _ => code,
        });
    } else if !joined.is_empty() {
        let short = KINDS.iter().find_map(|kind| joined.strip_suffix(kind)).filter(|short| short.chars().count() >= 2);
        forms.extend(short.map(str::to_owned));
        forms.push(joined);
    }
    forms
}

/// Words in a list, cut after the first few.
fn listed(words: impl ExactSizeIterator<Item = String>) -> String {
    const NAMED: usize = 5;
    let more = if words.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", words.take(NAMED).collect::<Vec<_>>().join(", "))
}

/// Tells of rows that belong to an area whose id or name they have in another form.
fn loosely(loose: &[(usize, usize)], areas: &Areas, keys: &StringChunked, table: &Table, key: &str) -> Option<String> {
    let pair = |(row, area): &(usize, usize)| {
        let area = &areas.areas[*area];
        format!("`{}` is {} {}", keys.get(*row).unwrap_or_default().trim(), area.id, area.name)
    };
    let rows = if loose.len() == 1 { "row has" } else { "rows have" };
    (!loose.is_empty()).then(|| {
        let pairs = listed(loose.iter().map(pair));
        format!("{}: {} {rows} `{key}` in another form than the areas: {pairs}", table.source, loose.len())
    })
}

/// Tells of rows whose key is that of no area.
fn strangers(by_area: &[Vec<usize>], keys: &StringChunked, kept: &[bool], table: &Table, key: &str) -> Option<String> {
    let known: BTreeSet<usize> = by_area.iter().flatten().copied().collect();
    let rows: Vec<usize> = (0..table.height()).filter(|row| kept[*row] && !known.contains(row)).collect();
    let name = |row: &usize| match keys.get(*row).map(str::trim).filter(|key| !key.is_empty()) {
        Some(key) => format!("`{key}`"),
        None => format!("row {} without one", table.row_name(*row)),
    };
    let named = listed(rows.iter().map(name));
    let words =
        if rows.len() == 1 { "row matches no area by `KEY` and is" } else { "rows match no area by `KEY` and are" };
    let words = words.replace("KEY", key);
    (!rows.is_empty()).then(|| format!("{}: {} {words} left out: {named}", table.source, rows.len()))
}

/// Tells of rows of attributes whose feature has no outline to draw.
fn without_outline(by_area: &[Vec<usize>], keys: &StringChunked, kept: &[bool], table: &Table) -> Option<String> {
    const NAMES: [&str; 4] = ["name", "NAME", "名称", "区县"];
    let known: BTreeSet<usize> = by_area.iter().flatten().copied().collect();
    let rows: Vec<usize> = (0..table.height()).filter(|row| kept[*row] && !known.contains(row)).collect();
    let names = NAMES.into_iter().find_map(|name| table.text(name).ok());
    let name = |row: &usize| {
        let name = names.as_ref().and_then(|names| names.get(*row));
        [keys.get(*row), name].into_iter().flatten().map(str::trim).collect::<Vec<_>>().join(" ")
    };
    let areas = if rows.len() == 1 { "area has no outline and is" } else { "areas have no outline and are" };
    (!rows.is_empty())
        .then(|| format!("{}: {} {areas} not drawn: {}", table.source, rows.len(), listed(rows.iter().map(name))))
}

/// Tells of areas for which the table has no row.
fn without_row(by_area: &[Vec<usize>], areas: &Areas, table: &Table) -> Option<String> {
    let lacking: Vec<&Area> =
        by_area.iter().zip(&areas.areas).filter(|(rows, _)| rows.is_empty()).map(|(_, area)| area).collect();
    let name = |area: &&Area| if area.name == area.id { area.id.clone() } else { format!("{} {}", area.id, area.name) };
    let have = if lacking.len() == 1 { "has" } else { "have" };
    (!lacking.is_empty()).then(|| {
        let named = listed(lacking.iter().map(name));
        format!("{} of {} areas {have} no row in {}: {named}", lacking.len(), areas.len(), table.source)
    })
}

fn refuse_unmatched(
    by_area: &[Vec<usize>],
    areas: &Areas,
    table: &Table,
    key: &str,
    keys: &StringChunked,
    kept: &[bool],
) -> Result<()> {
    if by_area.iter().any(|rows| !rows.is_empty()) {
        return Ok(());
    }
    let cells = keys.iter().enumerate().filter(|(row, _)| kept[*row]);
    let found = cells.filter_map(|(row, cell)| Some((row, cell?.trim()))).find(|(_, cell)| !cell.is_empty());
    let found =
        found.map(|(row, cell)| format!(", such as `{cell}` in row {},", table.row_name(row))).unwrap_or_default();
    let example =
        areas.areas.first().map(|area| format!(", such as `{}` or `{}`", area.id, area.name)).unwrap_or_default();
    Err(ReadError::Malformed {
        file: table.source.clone(),
        format: "a table of areas",
        message: format!("no cell of `{key}`{found} is an id or a name of {}{example}", areas.source),
    }
    .into())
}

/// Refuses a row that would be given to several areas of one name.
fn refuse_shared(by_area: &[Vec<usize>], areas: &Areas, table: &Table, key: &str, keys: &StringChunked) -> Result<()> {
    let mut owners: BTreeMap<usize, Vec<&Area>> = BTreeMap::new();
    for (rows, area) in by_area.iter().zip(&areas.areas) {
        rows.iter().for_each(|row| owners.entry(*row).or_default().push(area));
    }
    let shared: Vec<String> = owners
        .iter()
        .filter(|(_, own)| own.len() > 1)
        .map(|(row, own)| {
            let ids: Vec<&str> = own.iter().map(|area| area.id.as_str()).collect();
            format!(
                "`{}` in row {} ({})",
                keys.get(*row).unwrap_or_default().trim(),
                table.row_name(*row),
                ids.join(", ")
            )
        })
        .collect();
    if shared.is_empty() {
        return Ok(());
    }
    Err(ProjectError::Options {
        message: format!(
            "{}, column `{key}`: several areas have the name {}",
            table.source,
            listed(shared.into_iter())
        ),
        hint: "give ‹key›, a column with the ids of the areas".to_owned(),
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

//! Tables of files that know the types of their columns.

use std::sync::Arc;

use polars::prelude::{ArrowDataType, ArrowField, ArrowSchema, Column, DataFrame, DataType, PolarsError, Schema};

use super::super::damage::guarded;
use super::super::moment::{day, moment};
use super::super::table::check_columns;
use super::super::table::identity::Identity;
use super::faults::Faults;
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// Nanoseconds of a day.
const DAY_NS: i64 = 86_400_000_000_000;

/// The columns of a typed file, and those of them that are decoded.
#[derive(Clone)]
pub(super) struct Columns {
    source: Arc<str>,
    format: &'static str,
    fields: Arc<ArrowSchema>,
    /// The types of the cells of all columns that can stand in a table.
    types: Arc<Schema>,
    /// What is to be said of the others, which are left out.
    left_out: Arc<Vec<String>>,
    /// Positions, in order.
    selected: Arc<Vec<usize>>,
    /// The columns that can stand in a table, which tell what a row is.
    kept: Arc<Kept>,
    faults: Arc<Faults>,
}

/// Columns that can stand in a table.
#[derive(Default)]
struct Kept {
    positions: Vec<usize>,
    headers: Vec<String>,
    /// Whether each may hold words.
    are_text: Vec<bool>,
    identity: Identity,
}

impl Columns {
    pub(super) fn new(
        source: &str,
        format: &'static str,
        fields: Arc<ArrowSchema>,
        faults: &Arc<Faults>,
    ) -> Result<Self> {
        check_columns(source, fields.len())?;
        let is_kept = |field: &&ArrowField| is_cell(&field.dtype);
        let selected: Vec<usize> = fields
            .iter_values()
            .enumerate()
            .filter(|(_, field)| is_kept(field))
            .map(|(position, _)| position)
            .collect();
        let left_out: Vec<String> = fields
            .iter_values()
            .filter(|field| !is_kept(field))
            .map(|field| format!("column `{}` is {} and is left out", field.name, kind(&field.dtype)))
            .collect();
        let malformed = |message| ReadError::Malformed { file: source.to_owned(), format, message };
        if selected.is_empty() && !left_out.is_empty() {
            let message = format!("{}; expected text, numbers, truths, dates or times", left_out.join(", "));
            return Err(malformed(message).into());
        }
        let types = guarded(|| {
            let kept = fields.iter_values().filter(is_kept);
            Ok(kept.map(|field| (field.name.clone(), cell_type(DataType::from_arrow_field(field)))).collect())
        });
        let types: Schema = types.map_err(malformed)?;
        let headers: Vec<String> = types.iter_names().map(ToString::to_string).collect();
        let identity = Identity::from_headers(&headers);
        let are_text = types.iter_values().map(|kind| kind == &DataType::String).collect();
        let kept = Kept { positions: selected.clone(), headers, are_text, identity };
        Ok(Self {
            source: source.into(),
            format,
            fields,
            types: Arc::new(types),
            left_out: Arc::new(left_out),
            selected: Arc::new(selected),
            kept: Arc::new(kept),
            faults: faults.clone(),
        })
    }

    /// All columns, whatever they hold.
    pub(super) fn of_any(
        source: &str,
        format: &'static str,
        fields: Arc<ArrowSchema>,
        faults: &Arc<Faults>,
    ) -> Result<Self> {
        check_columns(source, fields.len())?;
        let selected = Arc::new((0..fields.len()).collect());
        let (types, left_out, kept, faults) = (Arc::default(), Arc::default(), Arc::default(), faults.clone());
        Ok(Self { source: source.into(), format, fields, types, left_out, selected, kept, faults })
    }

    /// Notes to show to the user about columns that cannot stand in a table.
    pub(super) fn notes(&self) -> Vec<String> {
        self.left_out.iter().map(|what| format!("{}: {what}", self.source)).collect()
    }

    pub(super) fn malformed(&self, message: String) -> Error {
        ReadError::Malformed { file: self.source.to_string(), format: self.format, message }.into()
    }

    /// The fields of the file, selected or not.
    pub(super) fn fields(&self) -> &ArrowSchema {
        &self.fields
    }

    /// The positions of the selected columns, in order.
    pub(super) fn selected(&self) -> &[usize] {
        &self.selected
    }

    /// The positions of the columns that are decoded, in order: those that are selected, and those that tell what a row is.
    pub(super) fn decoded(&self) -> Vec<usize> {
        let telling = self.kept.identity.positions().into_iter();
        let is_id = |position: &usize| self.kept.identity.is_id(*position);
        let telling = telling.filter(|position| is_id(position) || self.kept.are_text.get(*position) == Some(&true));
        let telling = telling.filter_map(|position| self.kept.positions.get(position).copied());
        let mut positions: Vec<usize> = self.selected.iter().copied().chain(telling).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// The positions of all columns of text.
    fn texts(&self) -> Vec<usize> {
        let kept = self.kept.positions.iter().zip(&self.kept.are_text);
        kept.filter(|(_, is_text)| **is_text).map(|(position, _)| *position).collect()
    }

    /// The names of columns by their positions.
    pub(super) fn names<'a>(&'a self, positions: &'a [usize]) -> impl Iterator<Item = &'a str> {
        positions.iter().filter_map(|position| Some(self.fields.get_at_index(*position)?.0.as_str()))
    }

    /// The types of the cells of all columns that can stand in a table.
    pub(super) fn schema(&self) -> Schema {
        (*self.types).clone()
    }

    pub(super) fn select(&mut self, columns: &[String]) {
        let fields = self.fields.clone();
        let is_wanted = |name: &str| columns.iter().any(|wanted| wanted == name);
        let is_selected = |position: usize| fields.get_at_index(position).is_some_and(|(name, _)| is_wanted(name));
        Arc::make_mut(&mut self.selected).retain(|position| is_selected(*position));
    }

    /// A piece of the table with so many rows before it. `decode` gives the columns of some positions.
    pub(super) fn table(
        &self,
        rows_before: u64,
        decode: impl Fn(&[usize]) -> Result<DataFrame, String>,
    ) -> Result<Table> {
        let decoded = self.decoded();
        let mut table = self.decode(rows_before, &decoded, &decode)?;
        let Kept { headers, identity, .. } = &*self.kept;
        let mut reading = identity.found(&table, headers)?;
        let texts = self.texts();
        // A row without code and name may have the word in any other column.
        if !reading.nameless.is_empty() && texts.iter().any(|position| !decoded.contains(position)) {
            let mut all: Vec<usize> = decoded.iter().copied().chain(texts).collect();
            all.sort_unstable();
            all.dedup();
            reading = identity.found(&self.decode(rows_before, &all, &decode)?, headers)?;
        }
        table.reading = reading;
        if decoded.len() > self.selected.len() {
            let names: Vec<&str> = self.names(&self.selected).collect();
            table.frame = table.frame.select(names).map_err(Error::table(&*self.source))?;
        }
        Ok(table)
    }

    fn decode(
        &self,
        rows_before: u64,
        positions: &[usize],
        decode: &impl Fn(&[usize]) -> Result<DataFrame, String>,
    ) -> Result<Table> {
        let frame = guarded(|| {
            let frame = decode(positions)?;
            let columns = frame.columns().iter().map(|column| {
                let (cells, beyond) = cells(column).map_err(|error| format!("column `{}`: {error}", column.name()))?;
                if let (Some(row), Some(position)) = (beyond, self.fields.index_of(column.name()))
                    && self.selected.contains(&position)
                {
                    self.faults.beyond(position, rows_before + 1 + row as u64);
                }
                Ok(cells)
            });
            let columns = columns.collect::<Result<Vec<_>, String>>()?;
            DataFrame::new(frame.height(), columns).map_err(|error| error.to_string())
        })
        .map_err(|message| self.malformed(message))?;
        let rows = (rows_before + 1..=rows_before + frame.height() as u64).collect();
        Ok(Table::new(self.source.to_string(), frame, rows))
    }

    /// Tells where the first time beyond the calendar of each column stands.
    pub(super) fn finish(&self) -> Result<()> {
        let named: Vec<String> = self.faults.with(|collected| {
            let name = |column: usize| self.fields.get_at_index(column).map(|(name, _)| name.as_str());
            let beyond = collected.times_beyond().iter();
            beyond
                .map(|(column, row)| {
                    format!("column `{}` row {row} is a time beyond the calendar", name(*column).unwrap_or_default())
                })
                .collect()
        });
        if named.is_empty() { Ok(()) } else { Err(self.malformed(named.join("; "))) }
    }
}

/// Whether a type can stand in a cell.
pub(in crate::source) fn is_cell(kind: &ArrowDataType) -> bool {
    use ArrowDataType as Kind;
    match kind {
        Kind::Dictionary(_, values, _) => is_cell(values),
        Kind::Null | Kind::Boolean | Kind::Float32 | Kind::Float64 => true,
        Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => true,
        Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => true,
        Kind::Decimal(..) | Kind::Decimal32(..) | Kind::Decimal64(..) => true,
        Kind::Utf8 | Kind::LargeUtf8 | Kind::Utf8View => true,
        Kind::Date32 | Kind::Date64 | Kind::Timestamp(..) => true,
        Kind::Time32(_) | Kind::Time64(_) | Kind::Duration(_) => true,
        _ => false,
    }
}

/// What a type that cannot stand in a cell is.
pub(in crate::source) fn kind(of: &ArrowDataType) -> String {
    use ArrowDataType as Kind;
    match of {
        Kind::Struct(_) => "of structs".to_owned(),
        Kind::List(_) | Kind::LargeList(_) | Kind::FixedSizeList(..) | Kind::Map(..) => "of lists".to_owned(),
        Kind::Binary | Kind::LargeBinary | Kind::BinaryView | Kind::FixedSizeBinary(_) => "of bytes".to_owned(),
        Kind::Extension(own) => kind(&own.inner),
        other => format!("of type {other:?}"),
    }
}

/// The type of a column's cells: categories and moments that know their zone are text.
fn cell_type(kind: DataType) -> DataType {
    match kind {
        DataType::Categorical(..) | DataType::Enum(..) | DataType::Datetime(_, Some(_)) => DataType::String,
        other => other,
    }
}

/// A column of cells, and the first row that holds a time beyond the calendar.
pub(in crate::source) fn cells(column: &Column) -> Result<(Column, Option<usize>), PolarsError> {
    let counts = || column.to_physical_repr().cast(&DataType::Int64);
    let beyond = |reached: &dyn Fn(i64) -> bool| -> Result<Option<usize>, PolarsError> {
        Ok(counts()?.i64()?.iter().position(|count| count.is_some_and(|count| !reached(count))))
    };
    match column.dtype() {
        DataType::Categorical(..) | DataType::Enum(..) => Ok((column.cast(&DataType::String)?, None)),
        DataType::Datetime(unit, zone) => {
            let text = |count: i64| moment(count, *unit, zone.is_some());
            let row = beyond(&|count| text(count).is_some())?;
            if zone.is_none() {
                return Ok((column.clone(), row));
            }
            let texts: Vec<Option<String>> = counts()?.i64()?.iter().map(|count| text(count?)).collect();
            Ok((Column::new(column.name().clone(), texts), row))
        }
        DataType::Date => {
            let row = beyond(&|count| i32::try_from(count).is_ok_and(|days| day(days).is_some()))?;
            Ok((column.clone(), row))
        }
        DataType::Time => Ok((column.clone(), beyond(&|count| (0..DAY_NS).contains(&count))?)),
        _ => Ok((column.clone(), None)),
    }
}

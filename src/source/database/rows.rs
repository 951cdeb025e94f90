//! The rows of a table, piece by piece, as one state of the database has them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{
    Column as Cells, DataFrame, DataType, Int128Chunked, IntoSeries as _, NewChunkedArray as _, Schema, TimeUnit,
};
use sha2::{Digest as _, Sha256};

use super::super::moment::{day, moment};
use super::super::reference::Transform;
use super::address::Address;
use super::binary::{self, DAMAGED, DAYS, MICROSECONDS, fixed};
use super::catalog::{self, CellKind, GeometryColumn, Relation, TableColumn, TableContents, quoted};
use super::connection::Connection;
use super::digest;
use crate::error::{Error, ReadError, Result};
use crate::model::{DeclaredReference, Point, Table};

/// How large pieces are, in bytes, about.
const PIECE: usize = 4 << 20;
/// Nanoseconds of a microsecond.
const NANOSECONDS: i64 = 1_000;

/// A table, looked at and not yet read.
pub(super) struct OpenedTable {
    pub connection: Connection,
    pub relation: Relation,
    pub contents: TableContents,
    source: Arc<str>,
}

/// The rows of a table, which come in the order of its primary key.
pub(in crate::source) struct Rows {
    connection: Connection,
    relation: Relation,
    key: Vec<String>,
    left_out: Vec<String>,
    plan: Arc<RowsPlan>,
    /// Whether all columns are read.
    is_whole: bool,
    state: RowsState,
    /// What was received and is no whole row yet.
    rest: Vec<u8>,
    rows: u64,
    bytes: u64,
    digest: Sha256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowsState {
    /// Nothing is asked for yet.
    Opened,
    Begun,
    Ended,
}

/// What is read of each row.
struct RowsPlan {
    source: Arc<str>,
    columns: Vec<TableColumn>,
    geometry: Option<(GeometryColumn, GeometryUse)>,
    faults: Mutex<RowsFaults>,
}

/// What becomes of geometries.
#[derive(Debug, Clone)]
pub(super) enum GeometryUse {
    /// They are only part of what the table is.
    Passed,
    /// They are handed over as they are.
    Whole,
    /// They become columns of coordinates.
    Points { headers: [&'static str; 2], from: DeclaredReference, to: DeclaredReference, srid: i32 },
}

/// What is wrong with single rows.
#[derive(Debug, Default)]
struct RowsFaults {
    /// The first time beyond the calendar, by column.
    beyond: BTreeMap<String, u64>,
    /// How many cells are no number, and the first of them, by column.
    not_numbers: BTreeMap<String, (u64, u64)>,
    /// The first row of each reference that geometries have.
    srids: BTreeMap<i32, u64>,
    points: u64,
    /// Geometries that are no point.
    others: u64,
}

/// Rows that are received but not decoded.
pub(in crate::source) struct RowsPiece {
    plan: Arc<RowsPlan>,
    bytes: Vec<u8>,
    /// Where the rows stand in the bytes.
    rows: Range<usize>,
    height: usize,
    rows_before: u64,
}

/// Rows with their geometries, as bytes.
pub(super) struct DecodedRows {
    pub table: Table,
    pub geometries: Vec<Option<Range<usize>>>,
    pub bytes: Vec<u8>,
}

impl OpenedTable {
    /// Looks for the table of an address, or another layer of its database, in one state of the database that stays for as
    /// long as it is read.
    pub(super) fn new(address: &Address, layer: Option<&str>) -> Result<Self> {
        let mut connection = Connection::open(address, "read")?;
        connection.run(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL synchronize_seqscans = off; \
             SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )?;
        let relation = catalog::chosen(&mut connection, address, layer)?;
        let contents = catalog::contents(&mut connection, &relation)?;
        Ok(Self { connection, relation, contents, source: address.text.as_str().into() })
    }

    /// The rows, whose geometries are put to some use.
    pub(super) fn rows(self, wanted: GeometryUse) -> Result<Rows> {
        let Self { connection, relation, contents, source } = self;
        let TableContents { mut columns, geometry, key, left_out } = contents;
        if columns.is_empty() && geometry.is_none() {
            let message = format!("`{}` has no columns that can stand in a table", relation.spelled());
            return Err(ReadError::Malformed { file: source.to_string(), format: "a table", message }.into());
        }
        super::super::table::check_columns(&source, columns.len())?;
        if let (Some(_), GeometryUse::Points { headers, .. }) = (&geometry, &wanted) {
            // The geometry's columns, not an attribute that looks like one.
            for position in 0..columns.len() {
                let mut name = columns[position].name.clone();
                while headers.contains(&name.as_str()) || columns[..position].iter().any(|known| known.name == name) {
                    name.push_str("_attribute");
                }
                columns[position].name = name;
            }
        }
        let mut digest = Sha256::new();
        let names = columns.iter().map(|column| (column.expression.as_str(), column.kind));
        for (expression, kind) in names {
            digest.update(format!("{expression}\0{kind:?}\n"));
        }
        digest.update(geometry.as_ref().map(|geometry| geometry.expression.as_str()).unwrap_or_default());
        let geometry = geometry.map(|geometry| (geometry, wanted));
        let plan = Arc::new(RowsPlan { source, columns, geometry, faults: Mutex::default() });
        Ok(Rows {
            connection,
            relation,
            key,
            left_out,
            plan,
            is_whole: true,
            state: RowsState::Opened,
            rest: Vec::new(),
            rows: 0,
            bytes: 0,
            digest,
        })
    }
}

impl Rows {
    /// The columns as they come out, with their types.
    pub(in crate::source) fn schema(&self) -> Schema {
        let own = self.plan.columns.iter().map(|column| (column.name.as_str().into(), column.kind.cells()));
        let coordinates = self.plan.headers().into_iter().flatten();
        own.chain(coordinates.map(|header| (header.into(), DataType::Float64))).collect()
    }

    /// Reads only these columns, of those there are.
    pub(in crate::source) fn select(&mut self, columns: &[String]) {
        let is_wanted = |name: &str| columns.iter().any(|wanted| wanted == name);
        let plan = &self.plan;
        let geometry = plan.geometry.clone();
        let geometry = geometry.filter(|_| plan.headers().is_some_and(|headers| headers.into_iter().any(is_wanted)));
        let kept: Vec<TableColumn> = plan.columns.iter().filter(|column| is_wanted(&column.name)).cloned().collect();
        self.is_whole &= kept.len() == plan.columns.len() && geometry.is_some() == plan.geometry.is_some();
        let source = Arc::clone(&plan.source);
        self.plan = Arc::new(RowsPlan { source, columns: kept, geometry, faults: Mutex::default() });
    }

    /// The next rows; none at the end.
    pub(in crate::source) fn next_piece(&mut self) -> Result<Option<RowsPiece>> {
        if self.state == RowsState::Ended {
            return Ok(None);
        }
        let width = self.plan.width();
        let mut start = 0;
        if self.state == RowsState::Opened {
            self.connection.copy_out(&self.statement())?;
            self.state = RowsState::Begun;
            start = loop {
                if let Some(end) = binary::header(&self.rest).map_err(|message| self.plan.malformed(message))? {
                    break end;
                }
                self.receive()?;
            };
        }
        let mut whole = binary::Whole { end: start, ..Default::default() };
        loop {
            let more = binary::whole(&self.rest, whole.end, width).map_err(|message| self.plan.malformed(message))?;
            whole = binary::Whole { rows: whole.rows + more.rows, ..more };
            if whole.is_last || whole.end - start >= PIECE {
                break;
            }
            self.receive()?;
        }
        let kept = self.rest.split_off(whole.end);
        let bytes = std::mem::replace(&mut self.rest, kept);
        let rows = start..whole.end - if whole.is_last { 2 } else { 0 };
        self.digest.update(&bytes[rows.clone()]);
        if whole.is_last {
            self.state = RowsState::Ended;
            if !self.rest.is_empty() || self.connection.next_block()?.is_some() {
                return Err(self.plan.malformed(DAMAGED.to_owned()));
            }
            if self.is_whole {
                digest::remember(&self.plan.source, hex::encode(self.digest.clone().finalize()));
            }
        }
        let rows_before = self.rows;
        self.rows += whole.rows as u64;
        self.bytes += bytes.len() as u64;
        if whole.rows == 0 {
            return Ok(None);
        }
        Ok(Some(RowsPiece { plan: Arc::clone(&self.plan), bytes, rows, height: whole.rows, rows_before }))
    }

    fn receive(&mut self) -> Result<()> {
        match self.connection.next_block()? {
            Some(block) => self.rest.extend_from_slice(&block),
            None => return Err(self.plan.malformed(DAMAGED.to_owned())),
        }
        Ok(())
    }

    /// How many bytes were received.
    pub(super) const fn received(&self) -> u64 {
        self.bytes
    }

    /// How many rows were received.
    pub(super) const fn height(&self) -> u64 {
        self.rows
    }

    fn statement(&self) -> String {
        let geometry = self.plan.geometry.iter().map(|(geometry, _)| geometry.expression.as_str());
        let columns = self.plan.columns.iter().map(|column| column.expression.as_str()).chain(geometry);
        let columns = columns.collect::<Vec<_>>().join(", ");
        let key: Vec<String> = self.key.iter().map(|column| quoted(column)).collect();
        let order = if key.is_empty() { String::new() } else { format!(" ORDER BY {}", key.join(", ")) };
        format!("COPY (SELECT {columns} FROM {}{order}) TO STDOUT (FORMAT binary)", self.relation.quoted())
    }

    /// Warnings to show to the user about the table, once all rows are decoded.
    pub(in crate::source) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let source = &self.plan.source;
        if !self.left_out.is_empty() {
            notes.push(format!("{source}: columns that are no cells were left out: {}", self.left_out.join(", ")));
        }
        if self.key.is_empty() {
            let name = self.relation.spelled();
            notes.push(format!("{source}: {name} has no primary key, and so its rows have no order of their own"));
        }
        self.plan.with(|faults| {
            for (column, (count, first)) in &faults.not_numbers {
                notes.push(format!(
                    "{source}: {count} cells of `{column}`, the first of them in row {first}, are NaN or infinite, and empty here"
                ));
            }
        });
        notes
    }

    /// Tells what was wrong with single rows, all at once.
    pub(in crate::source) fn finish(&self) -> Result<()> {
        self.plan.with(|faults| {
            if !faults.beyond.is_empty() {
                let rows = faults.beyond.iter();
                let rows =
                    rows.map(|(column, row)| format!("column `{column}` row {row} is a time beyond the calendar"));
                return Err(self.plan.malformed(rows.collect::<Vec<_>>().join("; ")));
            }
            if faults.srids.len() > 1 {
                let rows = faults.srids.iter().map(|(srid, row)| format!("SRID {srid} in row {row}"));
                let message =
                    format!("its geometries are in several references: {}", rows.collect::<Vec<_>>().join(", "));
                return Err(ReadError::Reference { file: self.plan.source.to_string(), message }.into());
            }
            if self.plan.headers().is_some() && faults.points == 0 && faults.others > 0 {
                let (file, message) = (self.plan.source.to_string(), "none of its features is a point".to_owned());
                return Err(ReadError::Malformed { file, format: "points", message }.into());
            }
            Ok(())
        })
    }
}

impl RowsPlan {
    /// The number of fields of a row.
    fn width(&self) -> usize {
        self.columns.len() + usize::from(self.geometry.is_some())
    }

    /// The headers of the coordinates that geometries become.
    fn headers(&self) -> Option<[&'static str; 2]> {
        match &self.geometry {
            Some((_, GeometryUse::Points { headers, .. })) => Some(*headers),
            _ => None,
        }
    }

    fn with<T>(&self, read: impl FnOnce(&mut RowsFaults) -> T) -> T {
        read(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn malformed(&self, message: String) -> Error {
        ReadError::Malformed { file: self.source.to_string(), format: "a table of PostgreSQL", message }.into()
    }
}

impl CellKind {
    /// The type of its cells. Moments that know their zone are text, as in files.
    const fn cells(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Single => DataType::Float32,
            Self::Double => DataType::Float64,
            Self::Decimal(digits, 0) if digits <= 18 => DataType::Int64,
            Self::Decimal(digits, scale) => DataType::Decimal(digits, scale),
            Self::Date => DataType::Date,
            Self::Time => DataType::Time,
            Self::Moment => DataType::Datetime(TimeUnit::Microseconds, None),
            Self::ZonedMoment | Self::Text => DataType::String,
        }
    }
}

/// The fields of a column as they stand in the bytes.
type Fields<'a> = &'a [Option<&'a [u8]>];

impl RowsPiece {
    pub(in crate::source) fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The rows without what they do not hold as cells.
    pub(in crate::source) fn decode(self) -> Result<Table> {
        Ok(self.decoded()?.table)
    }

    pub(super) fn decoded(self) -> Result<DecodedRows> {
        let Self { plan, bytes, rows, height, rows_before } = self;
        let width = plan.width();
        let mut fields: Vec<Vec<Option<Range<usize>>>> = (0..width).map(|_| Vec::with_capacity(height)).collect();
        let mut at = rows.start;
        for _ in 0..height {
            let mut columns = fields.iter_mut();
            let is_whole = binary::row(&bytes, &mut at, width, |field| {
                if let Some(column) = columns.next() {
                    column.push(field);
                }
            });
            if !is_whole.map_err(|message| plan.malformed(message))? {
                return Err(plan.malformed(DAMAGED.to_owned()));
            }
        }
        let slices = |fields: &[Option<Range<usize>>]| -> Vec<Option<&[u8]>> {
            fields.iter().map(|field| field.clone().and_then(|field| bytes.get(field))).collect()
        };
        let mut columns = Vec::with_capacity(width + 1);
        for (column, fields) in plan.columns.iter().zip(&fields) {
            columns.push(plan.cells(column, &slices(fields), rows_before)?);
        }
        let geometries = match &plan.geometry {
            None => Vec::new(),
            Some((_, usage)) => {
                let fields = fields.pop().unwrap_or_default();
                match usage {
                    GeometryUse::Passed => {}
                    GeometryUse::Whole => plan.note_references(&slices(&fields), rows_before),
                    GeometryUse::Points { .. } => {
                        plan.note_references(&slices(&fields), rows_before);
                        columns.extend(plan.coordinates(&slices(&fields))?);
                    }
                }
                fields
            }
        };
        let frame = DataFrame::new(height, columns).map_err(Error::table(plan.source.to_string()))?;
        let rows = (rows_before + 1..=rows_before + height as u64).collect();
        Ok(DecodedRows { table: Table::new(plan.source.to_string(), frame, rows), geometries, bytes })
    }
}

impl RowsPlan {
    fn cells(&self, column: &TableColumn, fields: Fields<'_>, rows_before: u64) -> Result<Cells> {
        let name = column.name.as_str();
        let cells = self.cells_of(column, fields, rows_before);
        cells.map_err(|message| self.malformed(format!("column `{name}`: {message}")))
    }

    fn cells_of(&self, column: &TableColumn, fields: Fields<'_>, rows_before: u64) -> Result<Cells, String> {
        fn each<T>(fields: Fields<'_>, read: impl Fn(&[u8]) -> Result<T, String>) -> Result<Vec<Option<T>>, String> {
            fields.iter().map(|field| field.map(&read).transpose()).collect()
        }
        let name = || column.name.as_str().into();
        let typed = |cells: Cells| cells.cast(&column.kind.cells()).map_err(|error| error.to_string());
        let beyond = |row: Option<usize>| {
            if let Some(row) = row {
                let row = rows_before + 1 + row as u64;
                self.with(|faults| {
                    let first = faults.beyond.entry(column.name.clone()).or_insert(row);
                    *first = row.min(*first);
                });
            }
        };
        match column.kind {
            CellKind::Boolean => Ok(Cells::new(name(), each(fields, |bytes| Ok(fixed::<1>(bytes)?[0] != 0))?)),
            CellKind::Integer => Ok(Cells::new(name(), each(fields, |bytes| Ok(i64::from_be_bytes(fixed(bytes)?)))?)),
            CellKind::Single => Ok(Cells::new(name(), each(fields, |bytes| Ok(f32::from_be_bytes(fixed(bytes)?)))?)),
            CellKind::Double => Ok(Cells::new(name(), each(fields, |bytes| Ok(f64::from_be_bytes(fixed(bytes)?)))?)),
            CellKind::Decimal(digits, scale) => {
                let numbers = each(fields, |bytes| binary::decimal(bytes, scale))?;
                let missing = numbers.iter().enumerate().filter(|(_, number)| **number == Some(None));
                let (mut count, mut first) = (0, None);
                for (row, _) in missing {
                    count += 1;
                    first = first.or(Some(rows_before + 1 + row as u64));
                }
                if let Some(first) = first {
                    self.with(|faults| {
                        let known = faults.not_numbers.entry(column.name.clone()).or_insert((0, first));
                        *known = (known.0 + count, known.1.min(first));
                    });
                }
                let numbers = numbers.into_iter().map(Option::flatten);
                if column.kind.cells() == DataType::Int64 {
                    let numbers = numbers.map(|number| number.and_then(|number| i64::try_from(number).ok()));
                    return Ok(Cells::new(name(), numbers.collect::<Vec<_>>()));
                }
                let numbers = Int128Chunked::from_iter_options(name(), numbers);
                let numbers = numbers.into_decimal(digits, scale).map_err(|error| error.to_string())?;
                Ok(numbers.into_series().into())
            }
            CellKind::Date => {
                let days = each(fields, |bytes| Ok(i32::from_be_bytes(fixed(bytes)?).saturating_add(DAYS)))?;
                beyond(days.iter().position(|days| days.is_some_and(|days| day(days).is_none())));
                typed(Cells::new(name(), days))
            }
            CellKind::Time => {
                let times = each(fields, |bytes| Ok(i64::from_be_bytes(fixed(bytes)?).saturating_mul(NANOSECONDS)))?;
                // Midnight at the end of a day is one at the start of the next.
                beyond(times.iter().position(|time| time.is_some_and(|time| !(0..86_400_000_000_000).contains(&time))));
                typed(Cells::new(name(), times))
            }
            CellKind::Moment | CellKind::ZonedMoment => {
                let counts = each(fields, |bytes| Ok(i64::from_be_bytes(fixed(bytes)?).saturating_add(MICROSECONDS)))?;
                let is_zoned = column.kind == CellKind::ZonedMoment;
                let text = |count: i64| moment(count, TimeUnit::Microseconds, is_zoned);
                beyond(counts.iter().position(|count| count.is_some_and(|count| text(count).is_none())));
                if is_zoned {
                    let texts = counts.into_iter().map(|count| count.and_then(text));
                    return Ok(Cells::new(name(), texts.collect::<Vec<_>>()));
                }
                typed(Cells::new(name(), counts))
            }
            CellKind::Text => {
                let texts = fields.iter().enumerate().map(|(row, field)| {
                    let text = field.map(std::str::from_utf8).transpose();
                    text.map_err(|_| format!("row {} is no UTF-8", rows_before + 1 + row as u64))
                });
                Ok(Cells::new(name(), texts.collect::<Result<Vec<_>, String>>()?))
            }
        }
    }

    /// Keeps which references geometries are in.
    fn note_references(&self, fields: Fields<'_>, rows_before: u64) {
        let mut found: BTreeMap<i32, u64> = BTreeMap::new();
        let (mut points, mut others) = (0, 0);
        for (row, field) in fields.iter().enumerate() {
            let Some(head) = field.and_then(|field| binary::head(field, 0)) else { continue };
            found.entry(head.srid).or_insert(rows_before + 1 + row as u64);
            if matches!(head.kind, 1 | 4 | 7) { points += 1 } else { others += 1 }
        }
        self.with(|faults| {
            for (srid, row) in found {
                let first = faults.srids.entry(srid).or_insert(row);
                *first = row.min(*first);
            }
            faults.points += points;
            faults.others += others;
        });
    }

    /// The coordinates of points; none for what is no point.
    fn coordinates(&self, fields: Fields<'_>) -> Result<Vec<Cells>> {
        let Some((_, GeometryUse::Points { headers, from, to, srid })) = &self.geometry else { return Ok(Vec::new()) };
        let point = |field: &Option<&[u8]>| -> Option<Point> {
            let bytes = (*field)?;
            // One in another reference is told of at the end, and is nowhere until then.
            let head = binary::head(bytes, 0).filter(|head| head.srid == *srid)?;
            let at = match head.kind {
                1 => binary::point(bytes),
                4 | 7 if binary::foreign(bytes) == Ok(None) => {
                    let geometry = super::super::vector::geoparquet::of_wkb(Some(bytes)).ok()?.0;
                    super::super::points::point_of(geometry.as_ref()).map(|point| (point.x, point.y))
                }
                _ => None,
            };
            at.map(|(x, y)| Point::new(x, y)).filter(|point| point.is_finite())
        };
        let mut points: Vec<Option<Point>> = fields.iter().map(point).collect();
        let transform = Transform::new(*from, *to)?;
        if !transform.is_identity() {
            points =
                points.into_iter().map(|at| at.map(|at| transform.point(at)).transpose()).collect::<Result<_>>()?;
        }
        let column = |header: &str, of: fn(Point) -> f64| {
            Cells::new(header.into(), points.iter().map(|point| point.map(of)).collect::<Vec<_>>())
        };
        Ok(vec![column(headers[0], |point| point.x), column(headers[1], |point| point.y)])
    }
}

//! The engine: SQLite in memory, which may read the tables of the statement and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use polars::prelude::{AnyValue, Column, DataFrame, DataType};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::geometries::{Geometries, is_handle, wkt};
use super::statement::{self, Rewritten, line_and_column};
use super::{Answer, GEOMETRY, QueryTable, functions, named};
use crate::error::{Error, QueryError, Result, near_miss};

/// What an answer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most rows of the answer.
    pub rows: u64,
    /// The most steps of the engine, in millions.
    pub million_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 1_000_000, million_steps: 20_000 }
    }
}

/// The most bytes that the engine holds, the tables among them.
const MOST_BYTES: u64 = 8 << 30;
/// The most bytes of one cell or of the statement.
const MOST_OF_A_CELL: i32 = 64 << 20;
/// How many steps are done between two looks at the limit.
const STEPS_AT_ONCE: i32 = 100_000;

/// Answers a statement from tables, of which those that it does not name are not looked at.
///
/// The order of the rows is that of `ORDER BY`; without one it is not promised, though the same tables and the same statement
/// give the same rows in the same order.
///
/// # Errors
///
/// [`QueryError`] for what is wrong with the statement, with its place, and for an answer beyond the limits.
///
/// # Examples
///
/// ```
/// use jiju::polars::prelude::{Column, DataFrame};
/// use jiju::query::{Limits, QueryTable, answer};
///
/// let columns = vec![Column::new("sector".into(), ["dyeing", "bearings", "dyeing"])];
/// let firms = QueryTable {
///     name: "firms".to_owned(),
///     about: "a firm".to_owned(),
///     frame: DataFrame::new(3, columns)?,
///     columns: vec!["the sector".to_owned()],
///     geometries: None,
/// };
/// let sql = "select sector, count(*) as firms from firms group by sector order by firms desc";
/// let found = answer(&[firms], sql, None, Limits::default())?;
/// assert_eq!(found.frame.column("firms")?.i64()?.get(0), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn answer(tables: &[QueryTable], sql: &str, as_of: Option<NaiveDate>, limits: Limits) -> Result<Answer> {
    let engine = Engine::new(tables, sql, as_of, limits)?;
    engine.rows()
}

/// How the engine goes about a statement: a line for each step, such as the index by which it looks a table up.
///
/// # Errors
///
/// As [`answer`].
pub fn plan(tables: &[QueryTable], sql: &str) -> Result<Vec<String>> {
    let engine = Engine::new(tables, sql, None, Limits::default())?;
    let text = format!("EXPLAIN QUERY PLAN {}", engine.rewritten.text);
    let lines = || -> rusqlite::Result<Vec<String>> {
        let mut statement = engine.connection.prepare(&text)?;
        statement.query_map([], |row| row.get(3))?.collect()
    };
    lines().map_err(|error| engine.told(&error))
}

struct Engine<'a> {
    connection: Connection,
    tables: &'a [QueryTable],
    known: Arc<Geometries>,
    sql: &'a str,
    rewritten: Rewritten,
    limits: Limits,
}

/// What a column of the engine was declared as.
const BOOLEAN: &str = "BOOLEAN";
const DATE: &str = "DATE";

impl<'a> Engine<'a> {
    fn new(tables: &'a [QueryTable], sql: &'a str, as_of: Option<NaiveDate>, limits: Limits) -> Result<Self> {
        statement::check(sql)?;
        let wanted = named(sql, tables.iter().map(|table| table.name.as_str()));
        let used: Vec<&QueryTable> = tables.iter().filter(|table| wanted.contains(&table.name.as_str())).collect();
        let known = Arc::new(Geometries::of_tables(&used)?);
        let geometric = used.iter().filter(|table| table.geometries.is_some()).map(|table| table.name.to_lowercase());
        let rewritten = statement::rewritten(sql, &geometric.collect::<BTreeSet<_>>());
        let opened = || -> rusqlite::Result<Connection> {
            let mut connection = Connection::open_in_memory()?;
            connection.execute_batch(&format!(
                "PRAGMA hard_heap_limit = {MOST_BYTES}; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = OFF; \
                 PRAGMA automatic_index = {};",
                // An index that the engine makes for one filter would be preferred to that of the geometries.
                if rewritten.is_indexed() { "OFF" } else { "ON" }
            ))?;
            for table in &used {
                load(&mut connection, table, &known, rewritten.is_indexed())?;
            }
            functions::register(&connection, &known, as_of)?;
            // A word in double quotes that names nothing is a fault and no text.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
            connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MOST_OF_A_CELL)?;
            connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
            let readable: BTreeSet<String> = used.iter().map(|table| table.name.to_lowercase()).collect();
            connection.authorizer(Some(move |context: AuthContext<'_>| allowed(&context.action, &readable)))?;
            let (done, most) = (AtomicU64::new(0), limits.million_steps.saturating_mul(1_000_000));
            connection.progress_handler(
                STEPS_AT_ONCE,
                Some(move || done.fetch_add(STEPS_AT_ONCE as u64, Ordering::Relaxed) >= most),
            )?;
            Ok(connection)
        };
        let connection = opened().map_err(|error| QueryError::Statement {
            at: None,
            message: format!("the tables cannot be loaded: {error}"),
            hint: None,
        })?;
        Ok(Self { connection, tables, known, sql, rewritten, limits })
    }

    fn rows(&self) -> Result<Answer> {
        let gathered = || -> rusqlite::Result<Option<Gathered>> {
            let mut statement = self.connection.prepare(&self.rewritten.text)?;
            let kinds = statement.columns().map(|column| column.decl_type().map(str::to_uppercase)).collect();
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut columns: Vec<Vec<Value>> = vec![Vec::new(); names.len()];
            let mut rows = statement.query([])?;
            let mut count = 0;
            while let Some(row) = rows.next()? {
                count += 1;
                if count > self.limits.rows {
                    return Ok(None);
                }
                for (number, column) in columns.iter_mut().enumerate() {
                    column.push(row.get(number)?);
                }
            }
            Ok(Some(Gathered { names, kinds, columns }))
        };
        let gathered = gathered().map_err(|error| self.told(&error))?;
        let gathered = gathered.ok_or(QueryError::TooMuch {
            what: "rows",
            limit: self.limits.rows,
            hint: "add a condition or LIMIT, join on a condition, or raise ‹max_rows›",
        })?;
        gathered.answer(&self.known)
    }

    /// What went wrong, with the place in the statement as it was asked and what there is instead.
    fn told(&self, error: &rusqlite::Error) -> Error {
        let (code, message, at) = match error {
            rusqlite::Error::SqlInputError { error, msg, offset, .. } => {
                let at = usize::try_from(*offset).ok().map(|at| self.rewritten.original(at));
                (Some(error.code), msg.clone(), at)
            }
            rusqlite::Error::SqliteFailure(error, message) => {
                (Some(error.code), message.clone().unwrap_or_else(|| error.to_string()), None)
            }
            other => (None, other.to_string(), None),
        };
        match code {
            Some(ErrorCode::OperationInterrupted) => {
                return QueryError::TooMuch {
                    what: "million steps",
                    limit: self.limits.million_steps,
                    hint: "join on a condition, or raise ‹max_steps›",
                }
                .into();
            }
            Some(ErrorCode::OutOfMemory) => {
                return QueryError::TooMuch {
                    what: "bytes",
                    limit: MOST_BYTES,
                    hint: "join on a condition, or select fewer columns",
                }
                .into();
            }
            _ => {}
        }
        let missing = |what: &str| message.strip_prefix(what).map(|name| name.trim().to_owned());
        let (message, at, hint) = if let Some(name) = missing("no such table:") {
            let names: Vec<&str> = self.tables.iter().map(|table| table.name.as_str()).collect();
            let at = at.or_else(|| self.place_of(&name));
            let (message, hint) = self.unknown("table", &name, &names);
            (message, at, Some(hint))
        } else if let Some(name) = missing("no such column:") {
            // What follows a name in double quotes.
            let name = name.split("\" - should").next().unwrap_or_default().trim_matches('"').to_owned();
            let used = named(self.sql, self.tables.iter().map(|table| table.name.as_str()));
            let of_used = self.tables.iter().filter(|table| used.contains(&table.name.as_str()));
            let names: BTreeSet<&str> = of_used.flat_map(column_names).collect();
            let (_, bare) = name.rsplit_once('.').unwrap_or(("", &name));
            let (message, hint) = self.unknown("column", &name, &names.iter().copied().collect::<Vec<_>>());
            let near = near_miss(bare, names.iter().copied()).map(|near| format!("did you mean `{near}`? "));
            (
                message,
                at,
                Some(
                    near.map_or(hint.clone(), |near| {
                        near + hint.split_once("? ").map_or(hint.as_str(), |(_, rest)| rest)
                    }),
                ),
            )
        } else if let Some(name) = missing("no such function:") {
            let hint = "functions of geometries are within, contains, intersects, distance_m, point, area_km2, wkt; \
                        the others are those of SQLite, and median, quantile, stddev";
            let near = near_miss(&name, FUNCTIONS.iter().copied()).map(|near| format!("did you mean `{near}`? "));
            (format!("found no function `{name}`"), at, Some(format!("{}{hint}", near.unwrap_or_default())))
        } else if message.contains("not authorized") || message.contains("prohibited") {
            let hint = "a query reads the tables of the project and has the same answer every day";
            (format!("{message}; a query may not do that"), at, Some(hint.to_owned()))
        } else {
            (message, at, None)
        };
        QueryError::Statement { at: at.map(|at| line_and_column(self.sql, at)), message, hint }.into()
    }

    fn unknown(&self, what: &str, name: &str, names: &[&str]) -> (String, String) {
        let near = near_miss(name, names.iter().copied()).map(|near| format!("did you mean `{near}`? "));
        let plural = if what == "table" { "the tables are" } else { "the columns are" };
        (format!("found no {what} `{name}`"), format!("{}{plural} {}", near.unwrap_or_default(), names.join(", ")))
    }

    /// Where a name stands in the statement, for faults that the engine does not place.
    fn place_of(&self, name: &str) -> Option<usize> {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        self.sql.match_indices(name).map(|(at, _)| at).find(|at| {
            let before = self.sql[..*at].chars().next_back();
            let after = self.sql[at + name.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    }
}

/// The functions that are not SQLite's, and those of its own that are asked for most.
const FUNCTIONS: [&str; 24] = [
    "within",
    "contains",
    "intersects",
    "distance_m",
    "point",
    "area_km2",
    "wkt",
    "as_of",
    "median",
    "quantile",
    "stddev",
    "sqrt",
    "ln",
    "log10",
    "exp",
    "floor",
    "ceil",
    "power",
    "count",
    "sum",
    "avg",
    "round",
    "coalesce",
    "substr",
];

fn column_names(table: &QueryTable) -> impl Iterator<Item = &str> {
    let own = table.frame.get_column_names().into_iter().map(|name| name.as_str());
    own.chain(table.geometries.as_ref().map(|_| GEOMETRY))
}

/// A statement reads the tables that it names, calls what gives the same answer every time, and does nothing else.
fn allowed(action: &AuthAction<'_>, readable: &BTreeSet<String>) -> Authorization {
    const LISTS: [&str; 2] = ["json_each", "json_tree"];
    const REFUSED: [&str; 6] =
        ["random", "randomblob", "load_extension", "current_date", "current_time", "current_timestamp"];
    let is_allowed = match action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Read { table_name, .. } => {
            let name = table_name.to_lowercase();
            readable.contains(&name)
                || LISTS.contains(&name.as_str())
                || !(name.starts_with("sqlite_") || name.starts_with("pragma_") || VIRTUAL.contains(&name.as_str()))
        }
        AuthAction::Function { function_name } => !REFUSED.contains(&function_name.to_lowercase().as_str()),
        _ => false,
    };
    if is_allowed { Authorization::Allow } else { Authorization::Deny }
}

/// Tables of SQLite about itself; other names are those of the statement's own queries.
const VIRTUAL: [&str; 6] = ["dbstat", "bytecode", "tables_used", "fts3tokenize", "fts5vocab", "completion"];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whether rows are looked up by a column.
fn is_key(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || matches!(name, "cluster" | "area" | "adcode" | "district")
}

fn load(connection: &mut Connection, table: &QueryTable, known: &Geometries, with_keys: bool) -> rusqlite::Result<()> {
    let name = quoted(&table.name);
    let mut declared: Vec<String> = table
        .frame
        .columns()
        .iter()
        .map(|column| {
            let kind = match column.dtype() {
                DataType::Boolean => BOOLEAN,
                DataType::Date => DATE,
                kind if kind.is_integer() => "INTEGER",
                kind if kind.is_float() => "REAL",
                _ => "TEXT",
            };
            format!("{} {kind}", quoted(column.name()))
        })
        .collect();
    let set = table.geometries.as_ref().and_then(|_| known.number(&table.name));
    declared.extend(set.map(|_| format!("{} TEXT", quoted(GEOMETRY))));
    connection.execute_batch(&format!("CREATE TABLE {name} ({})", declared.join(", ")))?;
    const ROWS_AT_ONCE: usize = 10_000;
    let marks = vec!["?"; declared.len()].join(", ");
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare(&format!("INSERT INTO {name} VALUES ({marks})"))?;
        for begin in (0..table.frame.height()).step_by(ROWS_AT_ONCE) {
            let piece = table.frame.slice(i64::try_from(begin).unwrap_or(i64::MAX), ROWS_AT_ONCE);
            let columns: Vec<Vec<Value>> = piece.columns().iter().map(values).collect();
            for row in 0..piece.height() {
                let handle = set.map(|set| known.handle_of(set, begin + row).map_or(Value::Null, Value::Text));
                let cells = columns.iter().map(|column| column[row].clone());
                insert.execute(params_from_iter(cells.chain(handle)))?;
            }
        }
    }
    transaction.commit()?;
    let keys =
        table.frame.get_column_names().into_iter().map(|key| key.as_str()).filter(|key| with_keys && is_key(key));
    for (number, key) in keys.chain(set.map(|_| GEOMETRY)).enumerate() {
        let index = quoted(&format!("index {number} of {}", table.name));
        connection.execute_batch(&format!("CREATE INDEX {index} ON {name} ({})", quoted(key)))?;
    }
    Ok(())
}

fn values(column: &Column) -> Vec<Value> {
    let plain = column.as_materialized_series();
    let cell = |value: AnyValue<'_>| match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => Value::Integer(i64::from(truth)),
        AnyValue::String(text) => Value::Text(text.to_owned()),
        AnyValue::Date(days) => Value::Text(day(days).map(|day| day.to_string()).unwrap_or_default()),
        AnyValue::Float64(number) if number.is_nan() => Value::Null,
        AnyValue::Float32(number) => Value::Real(f64::from(number)),
        AnyValue::Float64(number) => Value::Real(number),
        other if other.is_integer() => other.extract::<i64>().map_or(Value::Null, Value::Integer),
        AnyValue::StringOwned(text) => Value::Text(text.to_string()),
        other => Value::Text(other.to_string()),
    };
    plain.iter().map(cell).collect()
}

fn day(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days)
}

/// The rows of an answer as the engine gave them.
struct Gathered {
    names: Vec<String>,
    /// What each column was declared as, where it is one of a table.
    kinds: Vec<Option<String>>,
    columns: Vec<Vec<Value>>,
}

impl Gathered {
    fn answer(self, known: &Geometries) -> Result<Answer> {
        let height = self.columns.first().map_or(0, Vec::len);
        let mut notes = Vec::new();
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        let mut frame = Vec::with_capacity(self.columns.len());
        let mut geometries = None;
        for ((name, kind), cells) in self.names.into_iter().zip(self.kinds).zip(self.columns) {
            let count = taken.entry(name.clone()).or_default();
            *count += 1;
            let mut own = name.clone();
            if *count > 1 {
                own = format!("{name}_{count}");
                notes.push(format!("two columns of the answer are called {name}: the other is {own}"));
            }
            let is_geometry = |cell: &Value| matches!(cell, Value::Text(text) if is_handle(text));
            if cells.iter().any(is_geometry) {
                let shapes: Vec<_> = cells
                    .iter()
                    .map(|cell| match cell {
                        Value::Text(text) => known.shape(text).and_then(|shape| known.geometry(shape)),
                        _ => None,
                    })
                    .collect();
                let text: Vec<Option<String>> = shapes.iter().map(|shape| shape.as_ref().map(wkt)).collect();
                frame.push(Column::new(own.as_str().into(), text));
                geometries.get_or_insert((own, shapes));
                continue;
            }
            frame.push(column(&own, kind.as_deref(), &cells));
        }
        Ok(Answer { frame: DataFrame::new(height, frame).map_err(Error::table("the answer"))?, geometries, notes })
    }
}

/// A column with the type that its table has, or that its cells are of.
fn column(name: &str, kind: Option<&str>, cells: &[Value]) -> Column {
    let integers = || cells.iter().map(|cell| if let Value::Integer(number) = cell { Some(*number) } else { None });
    let has = |of: fn(&Value) -> bool| cells.iter().any(of);
    let has_text = has(|cell| matches!(cell, Value::Text(_) | Value::Blob(_)));
    let has_real = has(|cell| matches!(cell, Value::Real(_)));
    let has_integer = has(|cell| matches!(cell, Value::Integer(_)));
    match kind {
        Some(BOOLEAN) if !has_text && !has_real => {
            return Column::new(name.into(), integers().map(|cell| cell.map(|one| one != 0)).collect::<Vec<_>>());
        }
        Some(DATE) if !has_real && !has_integer => {
            let days = cells.iter().map(|cell| match cell {
                Value::Text(text) => text.parse::<NaiveDate>().ok(),
                _ => None,
            });
            return Column::new(name.into(), days.collect::<Vec<_>>());
        }
        _ => {}
    }
    if has_text {
        let text = |cell: &Value| match cell {
            Value::Null => None,
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Real(number) => Some(number.to_string()),
            Value::Blob(bytes) => Some(hex::encode(bytes)),
        };
        return Column::new(name.into(), cells.iter().map(text).collect::<Vec<_>>());
    }
    if has_real || (!has_integer && kind == Some("REAL")) {
        let number = |cell: &Value| match cell {
            Value::Real(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        };
        return Column::new(name.into(), cells.iter().map(number).collect::<Vec<_>>());
    }
    if has_integer || kind == Some("INTEGER") {
        return Column::new(name.into(), integers().collect::<Vec<_>>());
    }
    Column::new(name.into(), vec![None::<String>; cells.len()])
}

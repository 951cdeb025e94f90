//! Conditions on the columns of a table: which of its rows are read.

mod grammar;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use polars::prelude::{DataType, StringChunked};
use serde::{Deserialize, Serialize};

use self::grammar::{Comparison, Expression, Value};
use crate::declare::text;
use crate::error::{Error, ReadError, Result};
use crate::model::{Table, cell};

text!(Condition => "a condition on columns");

/// A condition on the columns of a table, which holds for a row or not.
///
/// | written | meaning |
/// | --- | --- |
/// | `column = value`, `!=`, `<`, `<=`, `>`, `>=` | a comparison with a value; `＝ ≠ ＜ ≤ ＞ ≥` are the same |
/// | `column in (value, value)`, `column not in (…)` | whether it is one of the values |
/// | `column is null`, `column is not null` | whether the cell is empty |
/// | `not`, `and`, `or`, `( )` | `not` binds closest, then `and`, then `or` |
///
/// Columns are words of letters of any script, digits and `_`, or anything between backticks: `` `Q1 sales` ``. Values are
/// numbers, or text in double or single quotes.
///
/// A number is compared with the number that a cell holds or spells; text is compared with the text of a cell, character by
/// character, both without the spaces around them. An empty cell, and one that is no number where a number is asked for, is
/// unknown: a comparison with it does not hold, nor does the `not` of one, as in SQL. Only `is null` finds empty cells.
///
/// # Examples
///
/// ```
/// use jiju::source::Condition;
///
/// let condition: Condition = r#"sector = "bearings" and 员工 > 20"#.parse()?;
/// assert_eq!(condition.columns(), ["sector", "员工"]);
///
/// let error = "employees > many".parse::<Condition>().unwrap_err();
/// assert!(error.to_string().ends_with("found `many` at character 13, expected a number, or text in quotes"));
/// # Ok::<(), jiju::error::ReadError>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    text: String,
    expression: Expression,
}

impl Condition {
    /// The columns it asks for, each once, in the order of their names.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        self.expression.columns(&mut columns);
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Whether it holds, row by row.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`], with the columns there are; what [`Table::text`] refuses.
    pub fn rows(&self, table: &Table) -> Result<Vec<bool>> {
        Ok(self.held(table)?.0)
    }

    /// Refuses a table that lacks a column it asks for.
    pub(crate) fn check(&self, file: &str, headers: &[String]) -> Result<()> {
        match self.columns().into_iter().find(|column| !headers.iter().any(|header| header == column)) {
            None => Ok(()),
            Some(column) => {
                let (file, column, available) = (file.to_owned(), column.to_owned(), headers.to_vec());
                Err(ReadError::MissingColumn { file, column, available }.into())
            }
        }
    }

    /// The rows of a table for which it holds, with their numbers in the file, and how many they are.
    pub(crate) fn apply(&self, table: Table) -> Result<(Table, Matched)> {
        let (held, no_numbers) = self.held(&table)?;
        let kept = held.iter().filter(|held| **held).count();
        let matched = Matched { kept: kept as u64, total: held.len() as u64, no_numbers };
        if kept == held.len() {
            return Ok((table, matched));
        }
        Ok((table.filtered(&held)?, matched))
    }

    /// Whether it holds, row by row, and how many cells of a column are no numbers where one is asked for.
    fn held(&self, table: &Table) -> Result<(Vec<bool>, BTreeMap<String, u64>)> {
        self.check(&table.source, &table.columns())?;
        let mut cells = Cells { table, numbers: BTreeMap::new(), no_numbers: BTreeMap::new() };
        let truth = cells.truth(&self.expression)?;
        Ok((truth.into_iter().map(|truth| truth == Some(true)).collect(), cells.no_numbers))
    }
}

impl FromStr for Condition {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_owned();
        let expression = grammar::parse(&text)?;
        Ok(Self { text, expression })
    }
}

impl TryFrom<String> for Condition {
    type Error = ReadError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.text
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Condition {}

/// How many rows a condition kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The rows for which it holds.
    pub kept: u64,
    /// All rows that were read.
    pub total: u64,
    /// By column, the cells that are not empty and no numbers although the condition compares them with one.
    pub no_numbers: BTreeMap<String, u64>,
}

impl Matched {
    fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.total += other.total;
        for (column, count) in other.no_numbers {
            *self.no_numbers.entry(column).or_default() += count;
        }
    }

    /// Warnings to show to the user, one sentence each.
    #[must_use]
    pub fn notes(&self, source: &str) -> Vec<String> {
        let mut notes = vec![format!("{source}: {} of {} rows match ‹where›", self.kept, self.total)];
        notes.extend(self.no_numbers.iter().map(|(column, count)| {
            format!("{source}: {count} cells of `{column}` are no numbers, and as good as empty to ‹where›")
        }));
        notes
    }
}

/// A condition on pieces of a table that several threads decode.
#[derive(Debug)]
pub(crate) struct Sieve {
    condition: Condition,
    matched: Mutex<Matched>,
}

impl Sieve {
    pub(crate) fn new(condition: Condition) -> Self {
        Self { condition, matched: Mutex::default() }
    }

    pub(crate) fn columns(&self) -> Vec<&str> {
        self.condition.columns()
    }

    /// The rows of a piece for which the condition holds.
    pub(crate) fn apply(&self, piece: Table) -> Result<Table> {
        let (piece, matched) = self.condition.apply(piece)?;
        self.matched.lock().unwrap_or_else(PoisonError::into_inner).add(matched);
        Ok(piece)
    }

    /// How many rows of the pieces so far it kept.
    pub(crate) fn matched(&self) -> Matched {
        self.matched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The cells that a condition looks at.
struct Cells<'a> {
    table: &'a Table,
    numbers: BTreeMap<&'a str, Vec<Option<f64>>>,
    no_numbers: BTreeMap<String, u64>,
}

impl<'a> Cells<'a> {
    /// Row by row; none where it is unknown.
    fn truth(&mut self, expression: &'a Expression) -> Result<Vec<Option<bool>>> {
        match expression {
            Expression::Compare(column, comparison, value) => self.compared(column, *comparison, value),
            Expression::In(column, values) => {
                let mut any = vec![Some(false); self.table.height()];
                for value in values {
                    join(&mut any, &self.compared(column, Comparison::Equal, value)?, or);
                }
                Ok(any)
            }
            Expression::IsNull(column) => {
                Ok(self.table.text(column)?.iter().map(|cell| Some(trimmed(cell).is_none())).collect())
            }
            Expression::Not(inner) => {
                Ok(self.truth(inner)?.into_iter().map(|truth| truth.map(|truth| !truth)).collect())
            }
            Expression::All(parts) => self.joined(parts, true, and),
            Expression::Any(parts) => self.joined(parts, false, or),
        }
    }

    fn joined(&mut self, parts: &'a [Expression], neutral: bool, with: Connective) -> Result<Vec<Option<bool>>> {
        let mut whole = vec![Some(neutral); self.table.height()];
        for part in parts {
            join(&mut whole, &self.truth(part)?, with);
        }
        Ok(whole)
    }

    fn compared(&mut self, column: &'a str, comparison: Comparison, value: &Value) -> Result<Vec<Option<bool>>> {
        match value {
            Value::Number(value) => {
                let holds = |number: f64| number.partial_cmp(value).map(|order| comparison.holds(order));
                Ok(self.numbers(column)?.iter().map(|number| number.and_then(holds)).collect())
            }
            Value::Text(value) => {
                let cells: StringChunked = self.table.text(column)?;
                let holds = |cell: &str| comparison.holds(cell.cmp(value));
                Ok(cells.iter().map(|cell| trimmed(cell).map(holds)).collect())
            }
        }
    }

    /// The numbers of a column; none where a cell is empty or no number.
    fn numbers(&mut self, column: &'a str) -> Result<&[Option<f64>]> {
        if !self.numbers.contains_key(column) {
            let (numbers, no_numbers) = numbers(self.table, column)?;
            if no_numbers > 0 {
                self.no_numbers.insert(column.to_owned(), no_numbers);
            }
            self.numbers.insert(column, numbers);
        }
        Ok(self.numbers.get(column).map_or(&[], Vec::as_slice))
    }
}

fn numbers(table: &Table, column: &str) -> Result<(Vec<Option<f64>>, u64)> {
    let mut no_numbers = 0;
    let mut finite = |number: Option<f64>| {
        let number = number.filter(|number| number.is_finite());
        no_numbers += u64::from(number.is_none());
        number
    };
    let cells = table.column(column)?;
    let numbers = if cells.dtype().is_primitive_numeric() {
        let cast = cells.cast(&DataType::Float64).map_err(Error::table(column))?;
        let numbers = cast.f64().map_err(Error::table(column))?;
        numbers.iter().map(|number| number.and_then(|number| finite(Some(number)))).collect()
    } else {
        let text = table.text(column)?;
        text.iter().map(|cell| trimmed(cell).and_then(|cell| finite(cell::number(cell)))).collect()
    };
    Ok((numbers, no_numbers))
}

/// What a cell holds, if anything.
fn trimmed(cell: Option<&str>) -> Option<&str> {
    cell.map(str::trim).filter(|cell| !cell.is_empty())
}

type Connective = fn(Option<bool>, Option<bool>) -> Option<bool>;

fn join(whole: &mut [Option<bool>], part: &[Option<bool>], with: Connective) {
    whole.iter_mut().zip(part).for_each(|(whole, part)| *whole = with(*whole, *part));
}

fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

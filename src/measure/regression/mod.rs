//! Regressions of a column on others: parameters and tables that they share.

mod gwr;
mod ols;
mod spatial;

pub use gwr::GeographicallyWeightedRegression;
pub use ols::OrdinaryLeastSquares;
pub use spatial::{SpatialDurbin, SpatialError, SpatialLag};

use polars::prelude::{Column, DataFrame};
use serde_json::Value;

use super::autocorrelation::without_variance;
use super::firms::point_inputs;
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{Input, missing};
use super::outcome::{Outcome, OutcomeTable, Places};
use super::units::{Complete, UnitTable, Units, complete, units};
use super::weights::row_ids;
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::Weights;
use crate::model::json::json;
use crate::source::PointSource;
use crate::stats::{self, Alias, ChiSquaredTest, Coefficient, Transform};

/// A column that is to be explained by others.
#[parameters]
#[derive(Default)]
pub struct RegressionColumns {
    /// The table, a row for each unit.
    #[flatten]
    pub table: PointSource,
    /// Column with the values that are to be explained.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// Columns with the numbers that may explain them: wage,distance_m.
    #[parameter(value = "COLUMN,…", comma, required)]
    pub explanatory: Vec<String>,
    /// Column with the ids of the weights, or of the areas [default: the first that holds just these, else the order of the
    /// rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Leave out rows without a value instead of refusing them.
    pub drop_missing: bool,
}

/// A column that is to be explained by others, of units that may have neighbours.
#[parameters]
#[derive(Default)]
pub struct RegressionUnits {
    /// The columns.
    #[flatten]
    pub columns: RegressionColumns,
    /// Which units are neighbours; weights are row-standardised.
    #[flatten]
    pub neighbours: NeighbourSource,
}

/// The numbers of a regression, in the order of the rows.
struct Numbers {
    ids: Vec<String>,
    values: Vec<f64>,
    factors: Vec<Vec<f64>>,
    /// The row-standardised weights, where anything says which units are neighbours.
    weights: Option<Weights>,
    /// Where the units lie, where it is known.
    places: Option<Places>,
    notes: Vec<String>,
}

impl RegressionColumns {
    /// The columns of the regression; each is given once.
    fn columns(&self, operation: &'static str) -> Result<Vec<&str>> {
        if self.explanatory.is_empty() {
            return Err(missing(operation, "explanatory"));
        }
        let mut columns = vec![self.value.as_str()];
        for column in &self.explanatory {
            if columns.contains(&column.as_str()) {
                return Err(refused(
                    &format!("the column `{column}` is given twice"),
                    "give each column once, as ‹value› or in ‹explanatory›",
                ));
            }
            columns.push(column);
        }
        Ok(columns)
    }

    /// What the coefficients are called: the constant, then the columns.
    fn terms(&self) -> Vec<String> {
        std::iter::once(CONSTANT.to_owned()).chain(self.explanatory.iter().cloned()).collect()
    }
}

impl RegressionUnits {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.columns.table);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn read(&self, operation: &'static str) -> Result<Numbers> {
        let RegressionColumns { table: source, value, id, drop_missing, .. } = &self.columns;
        let id = id.as_deref();
        let columns = self.columns.columns(operation)?;
        let terms = columns.len();
        let request = UnitTable { statistic: operation, columns, id, drop_missing: *drop_missing };
        let (table, mut notes) = source.read_table_with_notes()?;
        let mut numbers = if self.neighbours.has_rule() {
            let Units { weights, columns, places, notes: told } =
                units(&request, &table, |among| self.neighbours.build_among(Some(source), id, among))?;
            notes.extend(told);
            if !weights.islands().is_empty() {
                notes.push("units without neighbours stay in the regression, with neighbours that sum to 0".to_owned());
            }
            let ids = weights.ids().to_vec();
            let weights = Some(stats::transformed(&weights, Transform::Row));
            Numbers { ids, values: Vec::new(), factors: columns, weights, places, notes }
        } else {
            let Complete { columns, kept, notes: told } = complete(&table, &request)?;
            notes.extend(told);
            let ids = row_ids(&table, id)?.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(id, _)| id).collect();
            Numbers { ids, values: Vec::new(), factors: columns, weights: None, places: None, notes }
        };
        numbers.values = numbers.factors.remove(0);
        numbers.notes.extend(notes_on_rows(value, &numbers.values, terms));
        Ok(numbers)
    }
}

/// Warnings where nothing is estimated.
fn notes_on_rows(column: &str, values: &[f64], terms: usize) -> Vec<String> {
    let rows = values.len();
    let too_few = || format!("{rows} rows are too few for {terms} coefficients: nothing is estimated");
    without_variance(column, values).into_iter().chain((rows <= terms).then(too_few)).collect()
}

/// What the constant is called among the terms.
const CONSTANT: &str = "constant";

/// Warnings about terms that have no coefficient.
fn notes_on_aliases(terms: &[String], aliases: &[Alias]) -> Vec<String> {
    let note = |alias: &Alias| {
        let term = &terms[alias.column];
        match alias.of.as_slice() {
            [] | [0] => format!("`{term}` does not vary: it has no coefficient beside the constant"),
            of => {
                let named: Vec<String> =
                    of.iter().filter(|term| **term > 0).map(|term| format!("`{}`", terms[*term])).collect();
                format!("`{term}` is determined by {}: it has no coefficient beside them", named.join(", "))
            }
        }
    };
    aliases.iter().map(note).collect()
}

fn numbers<T>(name: &str, of: &[T], get: impl Fn(&T) -> Option<f64>) -> Column {
    Column::new(name.into(), of.iter().map(get).collect::<Vec<_>>())
}

fn table(name: &'static str, columns: Vec<Column>) -> Result<OutcomeTable> {
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table(name))?;
    Ok(OutcomeTable::of_rows(name, frame))
}

/// A row for each term; `statistic` is what its coefficient over its error is called.
fn coefficient_table(terms: &[String], coefficients: &[Coefficient], statistic: &str) -> Result<OutcomeTable> {
    table(
        "coefficients",
        vec![
            Column::new("term".into(), terms),
            numbers("estimate", coefficients, |one| one.estimate),
            numbers("standard_error", coefficients, |one| one.standard_error),
            numbers(statistic, coefficients, |one| one.statistic),
            numbers("p", coefficients, |one| one.p),
        ],
    )
}

/// A row for each test.
fn test_table(tests: &[(&str, ChiSquaredTest)]) -> Result<OutcomeTable> {
    let freedom = |(_, test): &(&str, ChiSquaredTest)| test.statistic.map(|_| test.degrees_of_freedom as u64);
    table(
        "tests",
        vec![
            Column::new("test".into(), tests.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
            numbers("chi_squared", tests, |(_, test)| test.statistic),
            Column::new("degrees_of_freedom".into(), tests.iter().map(freedom).collect::<Vec<_>>()),
            numbers("p", tests, |(_, test)| test.p),
        ],
    )
}

/// A row for each pair of terms.
fn covariance_table(terms: &[String], covariance: &[Vec<Option<f64>>]) -> Result<OutcomeTable> {
    let rows = terms.iter().zip(covariance);
    let pairs: Vec<(&String, &String, Option<f64>)> =
        rows.flat_map(|(one, row)| terms.iter().zip(row).map(move |(other, of)| (one, other, *of))).collect();
    table(
        "covariances",
        vec![
            Column::new("term".into(), pairs.iter().map(|(one, ..)| one.as_str()).collect::<Vec<_>>()),
            Column::new("other_term".into(), pairs.iter().map(|(_, other, _)| other.as_str()).collect::<Vec<_>>()),
            numbers("covariance", &pairs, |(.., of)| *of),
        ],
    )
}

/// A row for each unit: its id, its value and what a regression says of it.
fn unit_table(
    ids: &[String],
    values: &[f64],
    found: &[(&str, &[Option<f64>])],
    places: Option<Places>,
) -> Result<OutcomeTable> {
    let mut columns = vec![Column::new("id".into(), ids), Column::new("value".into(), values)];
    columns.extend(found.iter().map(|(name, of)| Column::new((*name).into(), *of)));
    let mut units = table("units", columns)?;
    units.places = places;
    Ok(units)
}

fn say(outcome: &mut Outcome, values: impl IntoIterator<Item = (&'static str, Value)>) {
    outcome.scalars.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
}

fn tell_weights(outcome: &mut Outcome, weights: Option<&Weights>) {
    if let Some(weights) = weights {
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(weights)));
    }
}

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

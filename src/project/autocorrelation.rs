//! Statistics of a column and its neighbours.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::weights::{self, WeightsRequest};
use crate::error::{Error, Result, StatsError};
use crate::model::{Table, Weights};
use crate::read::{self, TableOptions};
use crate::stats::{self, Inference, Sampling, Standardisation, Transform};

/// A statistic of autocorrelation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// [`stats::moran`].
    Moran,
    /// [`stats::geary`].
    Geary,
    /// [`stats::getis_ord_g`].
    GetisOrdG,
    /// [`stats::join_count`], of what moments.
    JoinCount(Sampling),
    /// [`stats::bivariate_moran`].
    BivariateMoran,
    /// [`stats::lee`].
    Lee,
    /// [`stats::local_moran`].
    LocalMoran,
    /// [`stats::local_geary`], with what values are divided by.
    LocalGeary(Standardisation),
    /// [`stats::gi`].
    Gi,
    /// [`stats::gi_star`].
    GiStar,
    /// [`stats::local_join_count`].
    LocalJoinCount,
    /// [`stats::local_bivariate_moran`].
    LocalBivariateMoran,
}

impl Statistic {
    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Moran => "moran",
            Self::Geary => "geary",
            Self::GetisOrdG => "getis-ord-g",
            Self::JoinCount(_) => "join-count",
            Self::BivariateMoran => "bivariate-moran",
            Self::Lee => "lee",
            Self::LocalMoran => "local-moran",
            Self::LocalGeary(_) => "local-geary",
            Self::Gi => "gi",
            Self::GiStar => "gi-star",
            Self::LocalJoinCount => "local-join-count",
            Self::LocalBivariateMoran => "local-bivariate-moran",
        }
    }

    /// What it is, in one line.
    const fn definition(self) -> &'static str {
        match self {
            Self::Moran => "I = (n / S0) sum_ij w_ij z_i z_j / sum_i z_i^2",
            Self::Geary => "C = (n - 1) / (2 S0) sum_ij w_ij (x_i - x_j)^2 / sum_i z_i^2",
            Self::GetisOrdG => "G = sum_ij w_ij x_i x_j / sum_ij x_i x_j, i != j",
            Self::JoinCount(_) => "BB = 1/2 sum_ij w_ij x_i x_j",
            Self::BivariateMoran => "I = (n / S0) sum_ij w_ij z_i u_j / sqrt(sum_i z_i^2 sum_i u_i^2)",
            Self::Lee => "L = n / sum_i w_i^2 sum_i (sum_j w_ij z_j)(sum_j w_ij u_j) / sqrt(sum_i z_i^2 sum_i u_i^2)",
            Self::LocalMoran => "I_i = z_i sum_j w_ij z_j / m2, m2 = sum z^2 / n",
            Self::LocalGeary(Standardisation::Sample) => "C_i = sum_j w_ij (z_i - z_j)^2, z standardised with n - 1",
            Self::LocalGeary(Standardisation::Population) => "C_i = sum_j w_ij (z_i - z_j)^2, z standardised with n",
            Self::Gi => "G_i = sum_j w_ij x_j / sum_j x_j, j != i (Ord and Getis 1995)",
            Self::GiStar => "G*_i = sum_j w_ij x_j / sum_j x_j, i among its neighbours (Ord and Getis 1995)",
            Self::LocalJoinCount => "BB_i = x_i sum_j w_ij x_j",
            Self::LocalBivariateMoran => "I_i = z_i sum_j w_ij u_j, standardised with n",
        }
    }

    /// How weights are transformed where nothing is said: row-standardised, but binary for the counts of Getis and Ord and
    /// of joins.
    #[must_use]
    pub const fn usual_transform(self) -> Transform {
        match self {
            Self::GetisOrdG | Self::JoinCount(_) | Self::Gi | Self::GiStar | Self::LocalJoinCount => Transform::Binary,
            _ => Transform::Row,
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A column whose neighbours are compared.
#[derive(Debug, Clone)]
pub struct AutocorrelationRequest {
    /// Which statistic.
    pub statistic: Statistic,
    /// The table, a row for each unit.
    pub table: PathBuf,
    /// The column with the values.
    pub value: String,
    /// The column with what the values are events of: then their rates are compared, as [`stats::standardised_rates`].
    pub base: Option<String>,
    /// The second column of a statistic of two.
    pub other: Option<String>,
    /// Who is whose neighbour.
    pub weights: WeightsRequest,
    /// The column with the ids of the weights; by default the first column that holds just these, else, where the ids are
    /// the numbers of the rows from 0 or from 1, the order of the rows.
    pub id: Option<String>,
    /// How weights are made comparable; by default as [`Statistic::usual_transform`].
    pub transform: Option<Transform>,
    /// Whether rows without a value are left out, with their units; else they are refused.
    pub drop_missing: bool,
    /// How what was found is held against chance.
    pub inference: Inference,
}

/// A statistic with what it was computed from.
#[derive(Debug, Clone)]
pub struct Autocorrelation {
    /// The fields of the statistic and of the request; those of units are lists in the order of the rows.
    pub fields: Map<String, Value>,
    /// The ids of the units in the order of the rows.
    pub ids: Vec<String>,
    /// What it was made from: version, definition, seed, the hashes of the weights and of every input.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Computes a statistic of autocorrelation of a column.
///
/// # Errors
///
/// What reading refuses; cells that are empty or no numbers; rows that are not one for each unit of the weights; what the
/// statistic refuses.
pub fn autocorrelation(request: &AutocorrelationRequest) -> Result<Autocorrelation> {
    let statistic = request.statistic;
    let table = read::table(&request.table, &TableOptions::default())?;
    let columns = columns(&table, request)?;
    let kept = complete(&table, &columns, request)?;
    let built = weights::weights(&request.weights)?;
    let units = if built.by_row { built.weights } else { by_rows(&table, &built.weights, request)? };
    let mut notes = built.notes;
    let (units, columns) = if kept.iter().all(|kept| *kept) {
        (units, columns)
    } else {
        let left_out = kept.iter().filter(|kept| !**kept).count();
        notes.push(format!("{left_out} rows without a value are left out"));
        (units.subset(&kept), columns.into_iter().map(|column| of_kept(&column, &kept)).collect())
    };
    notes.extend(notes_on(&units, request));
    let numbers = |column: &[Option<f64>]| -> Vec<f64> { column.iter().flatten().copied().collect() };
    let mut columns = columns.iter().map(|column| numbers(column));
    let mut values = columns.next().unwrap_or_default();
    if request.base.is_some() {
        let base = columns.next().unwrap_or_default();
        let rates = stats::standardised_rates(&values, &base)?;
        if let Some(unit) = rates.iter().position(Option::is_none) {
            let place = format!("the base of unit `{}`", units.ids()[unit]);
            let (statistic, found) = (statistic.name(), base[unit]);
            return Err(
                StatsError::Value { statistic, place, found, expected: "more than 0, and events somewhere" }.into()
            );
        }
        values = rates.into_iter().flatten().collect();
    }
    let other = columns.next().unwrap_or_default();
    let transform = request.transform.unwrap_or(statistic.usual_transform());
    let own = stats::transformed(&units, transform);
    let inference = request.inference;
    let mut fields = match statistic {
        Statistic::Moran => fields(stats::moran(&values, &own, inference)?),
        Statistic::Geary => fields(stats::geary(&values, &own, inference)?),
        Statistic::GetisOrdG => fields(stats::getis_ord_g(&values, &own, inference)?),
        Statistic::JoinCount(sampling) => fields(stats::join_count(&values, &own, sampling, inference)?),
        Statistic::BivariateMoran => fields(stats::bivariate_moran(&values, &other, &own, inference)?),
        Statistic::Lee => fields(stats::lee(&values, &other, &own, inference)?),
        Statistic::LocalMoran => fields(stats::local_moran(&values, &own, inference)?),
        Statistic::LocalGeary(standardisation) => {
            fields(stats::local_geary(&values, &own, standardisation, inference)?)
        }
        Statistic::Gi => fields(stats::gi(&values, &own, inference)?),
        Statistic::GiStar => {
            // A unit among its own neighbours weighs as much as one of them, before weights are made to sum to 1.
            let star = stats::transformed(&units.with_self(1.0), transform);
            fields(stats::gi_star(&values, &star, inference)?)
        }
        Statistic::LocalJoinCount => fields(stats::local_join_count(&values, &own, inference)?),
        Statistic::LocalBivariateMoran => fields(stats::local_bivariate_moran(&values, &other, &own, inference)?),
    }?;
    fields.insert("transform".to_owned(), json!(transform.to_string()));
    if let Some(base) = &request.base {
        fields.insert(
            "rates".to_owned(),
            json!(format!("{} per {base}, standardised (Assunção and Reis)", request.value)),
        );
    }
    let mut inputs = vec![request.table.clone()];
    inputs.extend(request.weights.inputs());
    let mut more = Map::new();
    more.insert("seed".to_owned(), json!(inference.permutations.seed));
    more.insert("weights_sha256".to_owned(), json!(weights_hash(&own)));
    let manifest = manifest(statistic.name(), statistic.definition(), &inputs, more)?;
    Ok(Autocorrelation { fields, ids: units.ids().to_vec(), manifest, notes })
}

/// The columns with numbers that a request names: the values, their base, the second ones.
fn columns(table: &Table, request: &AutocorrelationRequest) -> Result<Vec<Vec<Option<f64>>>> {
    let named = [Some(&request.value), request.base.as_ref(), request.other.as_ref()];
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    let column = |name: &String| Ok(table.numbers(name)?.iter().map(finite).collect());
    named.into_iter().flatten().map(column).collect()
}

/// Which rows have a number in each column; all of them, unless rows may be left out.
fn complete(table: &Table, columns: &[Vec<Option<f64>>], request: &AutocorrelationRequest) -> Result<Vec<bool>> {
    const NAMED: usize = 10;
    let kept: Vec<bool> = (0..table.height()).map(|row| columns.iter().all(|column| column[row].is_some())).collect();
    let missing: Vec<String> =
        table.rows.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(row, _)| row.to_string()).collect();
    if missing.is_empty() || request.drop_missing {
        return Ok(kept);
    }
    let more = if missing.len() > NAMED { ", …" } else { "" };
    let found =
        format!("{} rows without a number: {}{more}", missing.len(), missing[..missing.len().min(NAMED)].join(", "));
    let expected = "a number in every row, or --drop-missing".to_owned();
    Err(StatsError::Shape { statistic: request.statistic.name(), what: "the column", found, expected }.into())
}

fn of_kept(column: &[Option<f64>], kept: &[bool]) -> Vec<Option<f64>> {
    column.iter().zip(kept).filter(|(_, kept)| **kept).map(|(number, _)| *number).collect()
}

/// The fields of a result by their names.
fn fields(result: impl Serialize) -> Result<Map<String, Value>> {
    let failed = |message: String| Error::Table { what: "the statistic".to_owned(), message };
    match serde_json::to_value(result).map_err(|error| failed(error.to_string()))? {
        Value::Object(fields) => Ok(fields),
        other => Err(failed(format!("found {other}, expected fields"))),
    }
}

/// What cannot be trusted.
fn notes_on(weights: &Weights, request: &AutocorrelationRequest) -> Vec<String> {
    const FEW: usize = 30;
    let mut notes = Vec::new();
    if weights.len() < FEW {
        notes.push(format!("{} units are few: believe permutations more than z", weights.len()));
    }
    let by_permutation_alone = matches!(
        request.statistic,
        Statistic::LocalGeary(_)
            | Statistic::LocalJoinCount
            | Statistic::LocalBivariateMoran
            | Statistic::BivariateMoran
            | Statistic::Lee
    );
    if request.inference.permutations.count == 0 && by_permutation_alone {
        notes.push(format!("{} has no p without --permutations", request.statistic));
    }
    notes
}

/// The weights with their units in the order of the rows.
pub(super) fn by_rows(table: &Table, weights: &Weights, request: &AutocorrelationRequest) -> Result<Weights> {
    let units: HashMap<&str, usize> = weights.ids().iter().map(String::as_str).zip(0..).collect();
    let order_by = |header: &str| -> Result<Result<Vec<usize>, String>> {
        let cells = table.text(header)?;
        let mut order = Vec::with_capacity(cells.len());
        for (cell, row) in cells.iter().zip(&table.rows) {
            let cell = cell.unwrap_or_default().trim();
            match units.get(cell) {
                Some(unit) => order.push(*unit),
                None => return Ok(Err(format!("`{cell}` in row {row}, which the weights do not know"))),
            }
        }
        let mut seen = vec![false; weights.len()];
        order.iter().for_each(|unit| seen[*unit] = true);
        Ok(match seen.iter().position(|seen| !seen) {
            Some(unit) => Err(format!("no row of `{}`, which the weights know", weights.ids()[unit])),
            None if order.len() > weights.len() => Err(format!("{} rows of {} ids", order.len(), weights.len())),
            None => Ok(order),
        })
    };
    let refused = |found: String| {
        let expected = "one row for each unit of the weights".to_owned();
        StatsError::Shape { statistic: request.statistic.name(), what: "the table", found, expected }
    };
    if let Some(id) = &request.id {
        return weights.reordered(&order_by(id)?.map_err(refused)?);
    }
    for header in table.columns().iter().filter(|header| **header != request.value) {
        // A column that has no text is not the one.
        if let Ok(Ok(order)) = order_by(header) {
            return weights.reordered(&order);
        }
    }
    for first in [0, 1] {
        let number = |row: usize| units.get((row + first).to_string().as_str()).copied();
        let order: Option<Vec<usize>> = (0..table.height()).map(number).collect();
        if let Some(order) = order.filter(|order| order.len() == weights.len()) {
            return weights.reordered(&order);
        }
    }
    let found = format!("{} rows and no column with the {} ids of the weights", table.height(), weights.len());
    Err(refused(found).into())
}

impl Autocorrelation {
    /// One object; of local statistics with the ids of the units.
    #[must_use]
    pub fn json(&self) -> String {
        let mut fields = Map::new();
        if self.is_local() {
            fields.insert("ids".to_owned(), json!(self.ids));
        }
        fields.extend(self.fields.clone());
        fields.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(fields))
    }

    fn is_local(&self) -> bool {
        self.fields.contains_key("p_adjusted")
    }

    /// Of local statistics a row for each unit, else a row for each field.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Array(list) => {
                Some(list.iter().map(|one| one.as_str().unwrap_or_default()).collect::<Vec<_>>().join(" "))
            }
            other => Some(other.to_string()),
        };
        let mut columns: Vec<Column> = Vec::new();
        if self.is_local() {
            columns.push(Column::new("id".into(), &self.ids));
            for (name, value) in &self.fields {
                let Value::Array(cells) = value else { continue };
                if name == "islands" {
                    continue;
                }
                columns.push(match cells.iter().any(Value::is_string) {
                    true => Column::new(name.as_str().into(), cells.iter().map(text).collect::<Vec<_>>()),
                    false => Column::new(name.as_str().into(), cells.iter().map(Value::as_f64).collect::<Vec<_>>()),
                });
            }
        } else {
            let names: Vec<&str> = self.fields.keys().map(String::as_str).collect();
            columns.push(Column::new("field".into(), names));
            columns.push(Column::new("value".into(), self.fields.values().map(text).collect::<Vec<_>>()));
        }
        DataFrame::new_infer_height(columns).map_err(Error::table("the statistic"))
    }
}

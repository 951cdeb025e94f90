//! Statistics of a column and its neighbours.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use polars::prelude::{Column, DataFrame};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::units::{UnitTable, Units, few, units};
use super::weights::{self, WeightsRequest};
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::source::{self, TableOptions};
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
    /// [`stats::local_lee`].
    LocalLee,
}

impl Statistic {
    /// Those of one column.
    pub const OF_ONE: [Self; 9] = [
        Self::Moran,
        Self::Geary,
        Self::GetisOrdG,
        Self::JoinCount(Sampling::NonFree),
        Self::LocalMoran,
        Self::LocalGeary(Standardisation::Sample),
        Self::Gi,
        Self::GiStar,
        Self::LocalJoinCount,
    ];

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
            Self::LocalLee => "local-lee",
        }
    }

    /// The field that holds the statistic itself.
    pub(super) const fn value_field(self) -> &'static str {
        match self {
            Self::Moran | Self::BivariateMoran | Self::LocalMoran | Self::LocalBivariateMoran => "i",
            Self::Geary | Self::LocalGeary(_) => "c",
            Self::GetisOrdG | Self::Gi | Self::GiStar => "g",
            Self::JoinCount(_) | Self::LocalJoinCount => "bb",
            Self::Lee | Self::LocalLee => "l",
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
            Self::LocalLee => "L_i = (sum_j w_ij z_j)(sum_j w_ij u_j), standardised with n",
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

/// One of those of one column.
impl FromStr for Statistic {
    type Err = ProjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::OF_ONE.into_iter().find(|statistic| statistic.name() == text).ok_or_else(|| ProjectError::Unknown {
            what: "statistic",
            found: text.to_owned(),
            available: Self::OF_ONE.map(|statistic| statistic.name().to_owned()).to_vec(),
        })
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
    let named = [Some(&request.value), request.base.as_ref(), request.other.as_ref()];
    let table = UnitTable {
        statistic: statistic.name(),
        columns: named.into_iter().flatten().map(String::as_str).collect(),
        id: request.id.as_deref(),
        drop_missing: request.drop_missing,
    };
    let Units { weights: units, columns, mut notes } =
        units(&table, &source::table(&request.table, &TableOptions::default())?, |_| {
            weights::weights(&request.weights)
        })?;
    notes.extend(few(units.len()));
    notes.extend(without_p(request));
    let mut columns = columns.into_iter();
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
        Statistic::LocalLee => fields(stats::local_lee(&values, &other, &own, inference)?),
    }?;
    notes.extend(few_joins(&fields));
    fields.insert("transform".to_owned(), json!(transform.to_string()));
    let neighbours: usize = (0..units.len()).map(|unit| units.cardinality(unit)).sum();
    fields.insert("mean_neighbours".to_owned(), json!(neighbours as f64 / units.len() as f64));
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

/// The fields of a result by their names.
pub(super) fn fields(result: impl Serialize) -> Result<Map<String, Value>> {
    let failed = |message: String| Error::Table { what: "the statistic".to_owned(), message };
    match serde_json::to_value(result).map_err(|error| failed(error.to_string()))? {
        Value::Object(fields) => Ok(fields),
        other => Err(failed(format!("found {other}, expected fields"))),
    }
}

/// Where only permutations give a p and there are none.
fn without_p(request: &AutocorrelationRequest) -> Option<String> {
    let by_permutation_alone = matches!(
        request.statistic,
        Statistic::LocalJoinCount
            | Statistic::LocalBivariateMoran
            | Statistic::LocalLee
            | Statistic::BivariateMoran
            | Statistic::Lee
    );
    (request.inference.permutations.count == 0 && by_permutation_alone)
        .then(|| format!("{} has no p without --permutations", request.statistic))
}

/// Joins of which so few are expected that their number is far from normal.
fn few_joins(fields: &Map<String, Value>) -> Option<String> {
    const FEW: f64 = 5.0;
    let expected = |joins: &&str| fields.get(&format!("expected_{joins}")).and_then(Value::as_f64);
    let few: Vec<String> = ["bb", "bw", "ww"]
        .iter()
        .filter_map(|joins| {
            Some(format!("{expected:.2} {joins}", expected = expected(joins).filter(|few| *few < FEW)?))
        })
        .collect();
    (!few.is_empty())
        .then(|| format!("fewer than 5 joins are expected: {}; believe permutations more than their z", few.join(", ")))
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
        fields.insert("notes".to_owned(), json!(self.notes));
        fields.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(fields))
    }

    pub(super) fn is_local(&self) -> bool {
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

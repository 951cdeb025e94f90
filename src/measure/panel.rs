//! One statistic under several definitions of who is whose neighbour.

use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::statistic::{Autocorrelation, AutocorrelationRequest, Statistic, autocorrelation};
use super::weights::WeightsRequest;
use crate::error::{Error, ProjectError, Result};
use crate::stats::majority;

/// A statistic to hold under several weights.
#[derive(Debug, Clone)]
pub struct PanelRequest {
    /// The statistic and its column; its weights are left aside.
    pub of: AutocorrelationRequest,
    /// The weights, by names that differ.
    pub weights: Vec<(String, WeightsRequest)>,
}

impl PanelRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let weights = self.weights.iter().flat_map(|(_, weights)| weights.inputs());
        let mut inputs: Vec<PathBuf> = std::iter::once(self.of.table.clone()).chain(weights).collect();
        inputs.dedup();
        inputs
    }
}

/// What several weights make of a statistic.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Which statistic.
    pub statistic: Statistic,
    /// What each of the weights makes of it.
    pub columns: Vec<PanelColumn>,
    /// The units of a local statistic, in the order of the rows.
    pub units: Vec<PanelUnit>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// What one definition of neighbours makes of a statistic.
#[derive(Debug, Clone)]
pub struct PanelColumn {
    /// Its name.
    pub weights: String,
    /// Its result.
    pub result: Autocorrelation,
}

/// What several weights call a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelUnit {
    /// Its id.
    pub id: String,
    /// Its label under each of the weights; none for an island.
    pub labels: Vec<Option<String>>,
    /// The most frequent label; of those as frequent that of the first weights.
    pub label: Option<String>,
    /// Under how many weights it is called so.
    pub agreeing: usize,
    /// The same as a share of all weights.
    pub robust_share: f64,
}

/// Computes a statistic under several weights.
///
/// # Errors
///
/// Fewer than two weights; what [`autocorrelation`](super::statistic::autocorrelation()) refuses of any of them.
pub fn panel(request: &PanelRequest) -> Result<Panel> {
    if request.weights.len() < 2 {
        return Err(ProjectError::Options {
            message: format!("found {} weights, expected two or more to compare", request.weights.len()),
            hint: "repeat --with, such as --with queen --with knn=8".to_owned(),
        }
        .into());
    }
    let column = |(name, weights): &(String, WeightsRequest)| -> Result<PanelColumn> {
        let of = AutocorrelationRequest { weights: weights.clone(), ..request.of.clone() };
        Ok(PanelColumn { weights: name.clone(), result: autocorrelation(&of)? })
    };
    let columns: Vec<PanelColumn> = request.weights.iter().map(column).collect::<Result<_>>()?;
    // What is true under all weights is said once.
    let shared = |note: &String| columns.iter().all(|column| column.result.notes.contains(note));
    let mut notes: Vec<String> = columns[0].result.notes.iter().filter(|note| shared(note)).cloned().collect();
    for PanelColumn { weights, result } in &columns {
        notes.extend(result.notes.iter().filter(|note| !shared(note)).map(|note| format!("{weights}: {note}")));
    }
    let units = if columns[0].result.is_local() { units(&columns) } else { Vec::new() };
    Ok(Panel { statistic: request.of.statistic, columns, units, notes })
}

fn units(columns: &[PanelColumn]) -> Vec<PanelUnit> {
    let label = |column: &PanelColumn, unit: usize| {
        column.result.fields.get("label").and_then(|labels| labels.get(unit)?.as_str().map(str::to_owned))
    };
    let ids = &columns[0].result.ids;
    let of_unit = |(unit, id): (usize, &String)| {
        let labels: Vec<Option<String>> = columns.iter().map(|column| label(column, unit)).collect();
        let known: Vec<&String> = labels.iter().flatten().collect();
        let (label, agreeing) = match majority(&known) {
            Some((label, count)) => (Some((*label).clone()), count),
            None => (None, 0),
        };
        let robust_share = agreeing as f64 / columns.len() as f64;
        PanelUnit { id: id.clone(), label, agreeing, robust_share, labels }
    };
    ids.iter().enumerate().map(of_unit).collect()
}

impl PanelColumn {
    /// The number of units, islands, neighbours of a unit in the mean; then statistic, expectation, z and p where it is global.
    fn numbers(&self, statistic: Statistic) -> Vec<(&'static str, Option<f64>)> {
        let Autocorrelation { fields, ids, .. } = &self.result;
        let number = |names: &[&str]| names.iter().find_map(|name| fields.get(*name)).and_then(Value::as_f64);
        let islands = fields.get("islands").and_then(Value::as_array).map(Vec::len);
        let mut numbers = vec![
            ("units", Some(ids.len() as f64)),
            ("islands", islands.map(|islands| islands as f64)),
            ("mean_neighbours", number(&["mean_neighbours"])),
        ];
        if !self.result.is_local() {
            numbers.extend([
                ("statistic", number(&[statistic.value_field()])),
                ("expected", number(&["expected", "expected_bb"])),
                ("z", number(&["z_randomisation", "z_bb"])),
                ("p", number(&["p_randomisation", "p_bb"])),
                ("p_permutation", number(&["p_permutation"])),
            ]);
        }
        numbers
    }
}

impl Panel {
    /// What each of the weights made its result from.
    #[must_use]
    pub fn manifest(&self) -> Value {
        self.columns.iter().map(|column| json!({ "weights": column.weights, "of": column.result.manifest })).collect()
    }

    /// One object: a list of the weights and, of a local statistic, one of the units.
    #[must_use]
    pub fn json(&self) -> String {
        let weights = |column: &PanelColumn| {
            let mut row = Map::new();
            row.insert("weights".to_owned(), json!(column.weights));
            row.insert("transform".to_owned(), column.result.fields.get("transform").cloned().unwrap_or(Value::Null));
            for (name, number) in column.numbers(self.statistic) {
                let is_count = matches!(name, "units" | "islands");
                let number = if is_count { json!(number.map(|number| number as u64)) } else { json!(number) };
                row.insert(name.to_owned(), number);
            }
            row.insert("manifest".to_owned(), column.result.manifest.clone());
            Value::Object(row)
        };
        let unit = |unit: &PanelUnit| {
            json!({
                "id": unit.id,
                "labels": unit.labels,
                "label": unit.label,
                "agreeing": unit.agreeing,
                "robust_share": unit.robust_share,
            })
        };
        let mut object = Map::new();
        object.insert("statistic".to_owned(), json!(self.statistic.name()));
        object.insert("weights".to_owned(), self.columns.iter().map(weights).collect());
        if !self.units.is_empty() {
            object.insert("units".to_owned(), self.units.iter().map(unit).collect());
        }
        object.insert("notes".to_owned(), json!(self.notes));
        format!("{}\n", Value::Object(object))
    }

    /// Of a local statistic a row for each unit with a column of labels for each of the weights, else a row for each of the
    /// weights.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let mut columns = Vec::new();
        if self.units.is_empty() {
            let names: Vec<&str> = self.columns.iter().map(|column| column.weights.as_str()).collect();
            columns.push(Column::new("weights".into(), names));
            let rows: Vec<_> = self.columns.iter().map(|column| column.numbers(self.statistic)).collect();
            for (place, (name, _)) in rows[0].iter().enumerate() {
                let numbers: Vec<Option<f64>> = rows.iter().map(|row| row[place].1).collect();
                let column = Column::new((*name).into(), numbers);
                columns.push(match *name {
                    "units" | "islands" => {
                        column.cast(&polars::prelude::DataType::UInt64).map_err(Error::table(*name))?
                    }
                    _ => column,
                });
            }
        } else {
            let of_units = |of: fn(&PanelUnit) -> Option<String>| self.units.iter().map(of).collect::<Vec<_>>();
            columns.push(Column::new("id".into(), of_units(|unit| Some(unit.id.clone()))));
            for (place, column) in self.columns.iter().enumerate() {
                let labels: Vec<Option<String>> = self.units.iter().map(|unit| unit.labels[place].clone()).collect();
                columns.push(Column::new(column.weights.as_str().into(), labels));
            }
            columns.push(Column::new("label".into(), of_units(|unit| unit.label.clone())));
            let agreeing: Vec<u64> = self.units.iter().map(|unit| unit.agreeing as u64).collect();
            columns.push(Column::new("agreeing".into(), agreeing));
            let shares: Vec<f64> = self.units.iter().map(|unit| unit.robust_share).collect();
            columns.push(Column::new("robust_share".into(), shares));
        }
        DataFrame::new_infer_height(columns).map_err(Error::table("the panel"))
    }
}

//! Values of units over several periods, a column for each: moves between classes, and hot spots that come and go.

mod emerging_hot_spots;
mod lisa_transitions;
mod spatial_markov;

pub use emerging_hot_spots::EmergingHotSpots;
pub use lisa_transitions::LisaTransitions;
pub use spatial_markov::SpatialMarkov;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value};

use super::firms::point_inputs;
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::Input;
use super::outcome::{Outcome, OutcomeTable, Places};
use super::units::{UnitTable, Units, few, units};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::model::Weights;
use crate::model::json::json;
use crate::source::PointSource;
use crate::stats::{self, MarkovChain, Transform};

/// Values of units over several periods, and the neighbours of the units.
#[parameters]
#[derive(Default)]
pub struct PeriodValues {
    /// The table, a row for each unit.
    #[flatten]
    pub table: PointSource,
    /// Columns with the values of each period, in the order of time, the periods as far from each other: 2019,2020,2021.
    #[parameter(value = "COLUMN,…", comma, required)]
    pub periods: Vec<String>,
    /// Column with the ids of the weights [default: the first that holds just these, else the order of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Transform of the weights: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o
    /// as they stand [default: r; b for getis-ord-g, join-count, gi, gi-star].
    pub transform: Option<Transform>,
    /// Leave out rows without a value instead of refusing them.
    pub drop_missing: bool,
    /// Which units are neighbours.
    #[flatten]
    pub neighbours: NeighbourSource,
}

/// The values of each period, and the weights.
struct Numbers {
    periods: Vec<Vec<f64>>,
    weights: Weights,
    transform: Transform,
    places: Option<Places>,
    notes: Vec<String>,
}

impl PeriodValues {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn read(&self, statistic: &'static str, usual: Transform) -> Result<Numbers> {
        let columns = self.periods.iter().map(String::as_str).collect();
        let table = UnitTable { statistic, columns, id: self.id.as_deref(), drop_missing: self.drop_missing };
        let (rows, mut notes) = self.table.read_table_with_notes()?;
        let Units { weights, columns, places, notes: told } =
            units(&table, &rows, |among| self.neighbours.build_among(Some(&self.table), self.id.as_deref(), among))?;
        // Neighbours among the points of the table are found in the same rows.
        let told: Vec<String> = told.into_iter().filter(|note| !notes.contains(note)).collect();
        notes.extend(told);
        notes.extend(few(weights.len()));
        let constant = self.periods.iter().zip(&columns).filter(|(_, values)| stats::is_constant(values));
        notes.extend(
            constant.map(|(period, _)| {
                format!("the column `{period}` does not vary: what divides by its variance is null")
            }),
        );
        let transform = self.transform.unwrap_or(usual);
        let weights = stats::transformed(&weights, transform);
        Ok(Numbers { periods: columns, weights, transform, places, notes })
    }
}

impl Numbers {
    /// An outcome with these single values, and a row for each unit: its id and these columns.
    fn outcome(self, scalars: Map<String, Value>, columns: Vec<Column>) -> Result<Outcome> {
        let Self { weights, transform, places, notes, .. } = self;
        let mut outcome = Outcome { scalars, notes, ..Outcome::default() };
        outcome.scalars.insert("transform".to_owned(), json!(transform.to_string()));
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
        let ids = Column::new("id".into(), weights.ids().to_vec());
        let frame = DataFrame::new(weights.len(), std::iter::once(ids).chain(columns).collect());
        let mut units = OutcomeTable::of_rows("units", frame.map_err(Error::table("the units"))?);
        units.places = places;
        outcome.tables.push(units);
        Ok(outcome)
    }
}

/// A column of names.
fn names<T: Copy>(header: &str, values: &[Option<T>], name: fn(T) -> &'static str) -> Column {
    Column::new(header.into(), values.iter().map(|value| value.map(name)).collect::<Vec<_>>())
}

/// A row for each move from a class to a class: of all, and of each group where chains have one.
struct Moves {
    group: Vec<Option<u64>>,
    from: Vec<String>,
    to: Vec<String>,
    count: Vec<u64>,
    probability: Vec<Option<f64>>,
}

impl Moves {
    fn new() -> Self {
        Self { group: Vec::new(), from: Vec::new(), to: Vec::new(), count: Vec::new(), probability: Vec::new() }
    }

    fn add(&mut self, group: Option<u64>, chain: &MarkovChain, classes: &[String]) {
        for ((from, counts), shares) in classes.iter().zip(&chain.transitions).zip(&chain.probabilities) {
            for ((to, count), share) in classes.iter().zip(counts).zip(shares) {
                self.group.push(group);
                self.from.push(from.clone());
                self.to.push(to.clone());
                self.count.push(*count);
                self.probability.push(*share);
            }
        }
    }

    fn columns(self) -> Vec<Column> {
        vec![
            Column::new("from".into(), self.from),
            Column::new("to".into(), self.to),
            Column::new("count".into(), self.count),
            Column::new("probability".into(), self.probability),
        ]
    }
}

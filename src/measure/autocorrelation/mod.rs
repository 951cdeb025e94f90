//! Statistics of a column and its neighbours, over all units or for each of them.

mod bivariate_moran;
mod declared;
mod geary;
mod getis_ord_g;
mod gi;
mod gi_star;
mod join_count;
mod lee;
mod local_bivariate_moran;
mod local_geary;
mod local_join_count;
mod local_lee;
mod local_moran;
mod losh;
mod moran;

pub use bivariate_moran::BivariateMoran;
pub use geary::Geary;
pub use getis_ord_g::GetisOrdG;
pub use gi::Gi;
pub use gi_star::GiStar;
pub use join_count::JoinCount;
pub use lee::Lee;
pub use local_bivariate_moran::LocalBivariateMoran;
pub use local_geary::LocalGeary;
pub use local_join_count::LocalJoinCount;
pub use local_lee::LocalLee;
pub use local_moran::LocalMoran;
pub use losh::Losh;
pub use moran::Moran;

use polars::prelude::Column;
use serde::Serialize;
use serde_json::Value;

use super::firms::point_inputs;
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{DEFAULT_PERMUTATIONS, Input};
use super::outcome::{Outcome, Places};
use super::units::{UnitTable, Units, few, units};
use crate::declare::parameters;
use crate::error::{Result, StatsError};
use crate::model::Weights;
use crate::model::json::json;
use crate::source::PointSource;
use crate::stats::{self, Adjustment, Alternative, Inference, Islands, Permutations, Transform};

/// A column of values of units that have neighbours.
#[parameters]
#[derive(Default)]
pub struct UnitValues {
    /// The table, a row for each unit.
    #[flatten]
    pub table: PointSource,
    /// Column with the values.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// Column with the ids of the weights [default: the first that holds just these, else the order of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Transform of the weights: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o
    /// as they stand [default: r; b for getis-ord-g, join-count, gi, gi-star].
    pub transform: Option<Transform>,
    /// Column with what the values are events of: their rates are compared, standardised for small bases (Assunção and
    /// Reis).
    #[parameter(value = "COLUMN")]
    pub base: Option<String>,
    /// Count units without neighbours in n, with neighbours that sum to 0, as esda does.
    pub keep_islands: bool,
    /// Units without neighbours: left-out of all, kept in n, as esda does, or left-out-of-n but not of mean and variance,
    /// as spdep does.
    #[parameter(conflicts = "keep_islands")]
    pub islands: Islands,
    /// Leave out rows without a value instead of refusing them.
    pub drop_missing: bool,
    /// Which units are neighbours.
    #[flatten]
    pub neighbours: NeighbourSource,
}

/// How a statistic is held against chance.
#[parameters]
pub struct Chance {
    /// What counts as more extreme.
    pub alternative: Alternative,
    /// Number of random orders that are tried; 0 for none.
    pub permutations: u64,
    /// Seed of the random orders.
    pub seed: u64,
}

impl Default for Chance {
    fn default() -> Self {
        Self { alternative: Alternative::default(), permutations: DEFAULT_PERMUTATIONS, seed: 0 }
    }
}

/// How the p of many units are adjusted, and which units are labelled.
#[parameters]
pub struct Labelling {
    /// Adjust p for the number of units: fdr is the false discovery rate.
    pub adjust: Adjustment,
    /// Label units where the adjusted p is at most this.
    pub level: f64,
}

impl Default for Labelling {
    fn default() -> Self {
        let Inference { adjustment, level, .. } = Inference::default();
        Self { adjust: adjustment, level }
    }
}

/// Remarks that the help texts of these statistics show.
const REMARKS: &str = "Results of units come in the order of the rows. p of permutations is (M + 1) / (R + 1), two-sided \
twice the smaller tail; p_adjusted is the same adjusted for the number of units (false discovery rate). Units without \
neighbours are left out of n, and named.";

impl Chance {
    fn inference(&self, units: &UnitValues) -> Inference {
        Inference::default()
            .with_alternative(self.alternative)
            .with_permutations(Permutations { count: self.permutations, seed: self.seed })
            .with_islands(if units.keep_islands { Islands::Kept } else { units.islands })
    }
}

impl Labelling {
    fn inference(&self, chance: &Chance, units: &UnitValues) -> Inference {
        chance.inference(units).with_adjustment(self.adjust).with_level(self.level)
    }
}

/// The values and weights of which a statistic is computed.
struct Numbers {
    values: Vec<f64>,
    other: Vec<f64>,
    /// The neighbours, each of the same weight.
    units: Weights,
    /// The neighbours with their weights made comparable.
    weights: Weights,
    transform: Transform,
    /// Where the units lie, where it is known.
    places: Option<Places>,
    notes: Vec<String>,
}

impl UnitValues {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    /// Reads the values, those of a second column where there is one, and the weights.
    fn read(&self, statistic: &'static str, other: Option<&str>, usual: Transform) -> Result<Numbers> {
        let named = [Some(self.value.as_str()), self.base.as_deref(), other];
        let table = UnitTable {
            statistic,
            columns: named.into_iter().flatten().collect(),
            id: self.id.as_deref(),
            drop_missing: self.drop_missing,
        };
        let (rows, mut notes) = self.table.read_table_with_notes()?;
        let Units { weights: units, columns, places, notes: told } =
            units(&table, &rows, |among| self.neighbours.build_among(Some(&self.table), self.id.as_deref(), among))?;
        notes.extend(told);
        notes.extend(few(units.len()));
        let mut columns = columns.into_iter();
        let mut values = columns.next().unwrap_or_default();
        if self.base.is_some() {
            values = rates(statistic, &values, &columns.next().unwrap_or_default(), &units)?;
        }
        let other_values = columns.next().unwrap_or_default();
        notes.extend(without_variance(&self.value, &values));
        notes.extend(other.and_then(|other| without_variance(other, &other_values)));
        let transform = self.transform.unwrap_or(usual);
        let weights = stats::transformed(&units, transform);
        Ok(Numbers { values, other: other_values, units, weights, transform, places, notes })
    }

    /// The outcome of a statistic of all units.
    fn outcome(&self, found: impl Serialize, numbers: Numbers, chance: &Chance) -> Result<Outcome> {
        let Numbers { units, weights, transform, notes, .. } = numbers;
        let mut outcome = Outcome::from_result(found)?;
        outcome.notes = notes;
        let mut say = |name: &str, value: Value| outcome.scalars.insert(name.to_owned(), value);
        say("transform", json!(transform.to_string()));
        let neighbours: usize = (0..units.len()).map(|unit| units.cardinality(unit)).sum();
        say("mean_neighbours", json!(neighbours as f64 / units.len() as f64));
        if let Some(base) = &self.base {
            say("rates", json!(format!("{} per {base}, standardised (Assunção and Reis)", self.value)));
        }
        outcome.manifest.insert("seed".to_owned(), json!(chance.seed));
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
        Ok(outcome)
    }

    /// The outcome of a statistic of each unit.
    fn local_outcome(&self, found: impl Serialize, mut numbers: Numbers, chance: &Chance) -> Result<Outcome> {
        let places = numbers.places.take();
        let ids = numbers.units.ids().to_vec();
        let length = ids.len();
        let ids = Column::new("id".into(), ids);
        let mut outcome = self.outcome(found, numbers, chance)?.with_columns("units", vec![ids], length)?;
        if let Some(units) = outcome.tables.last_mut() {
            units.places = places;
        }
        Ok(outcome)
    }
}

/// Rates of events to a base, standardised for small bases.
fn rates(statistic: &'static str, events: &[f64], base: &[f64], units: &Weights) -> Result<Vec<f64>> {
    let rates = stats::standardised_rates(events, base)?;
    if let Some(unit) = rates.iter().position(Option::is_none) {
        let place = format!("the base of unit `{}`", units.ids()[unit]);
        let found = base[unit];
        return Err(StatsError::Value { statistic, place, found, expected: "more than 0, and events somewhere" }.into());
    }
    Ok(rates.into_iter().flatten().collect())
}

/// Warns where a column does not vary, so that what divides by its variance is undefined.
pub(super) fn without_variance(column: &str, values: &[f64]) -> Option<String> {
    stats::is_constant(values)
        .then(|| format!("the column `{column}` does not vary: what divides by its variance is null"))
}

/// Warns where units, lags or pairs have the least p that so few permutations can give, and this is not significant once it is adjusted.
pub(super) fn least_p_note(outcome: &Outcome, inference: Inference, what: &str) -> Option<String> {
    let Inference { permutations: Permutations { count, .. }, adjustment, level, .. } = inference;
    let p = outcome.tables.last()?.frame.column("p_permutation").ok()?.f64().ok()?;
    let tests = p.len() - p.null_count();
    let sides = if outcome.scalars.get("alternative") == Some(&json!(Alternative::TwoSided)) { 2 } else { 1 };
    let least = f64::from(sides) / (count as f64 + 1.0);
    let at_least = p.iter().flatten().filter(|p| *p <= least * (1.0 + 1e-9)).count();
    let too_few = adjustment.fewest_significant(least, tests, level).is_none_or(|fewest| at_least < fewest);
    (count > 0 && at_least > 0 && too_few).then(|| {
        let needed = adjustment.permutations_needed(sides, tests, level);
        format!(
            "{at_least} {what} have the least p that {count} permutations can give, {least:.4}: adjusted for {tests} {what} it is not \
significant; {needed} permutations could tell"
        )
    })
}

/// Warns where only permutations give a p and there are none.
fn without_p(statistic: &str, chance: &Chance) -> Option<String> {
    (chance.permutations == 0).then(|| format!("{statistic} has no p without ‹permutations›"))
}

//! Likeness of a column's neighbours, lag by lag.

use polars::prelude::{Column, DataFrame};

use super::autocorrelation::{Chance, least_p_note, without_variance};
use super::firms::point_inputs;
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable};
use super::units::{UnitTable, Units, few, units};
use super::weights;
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::Distance;
use crate::model::json::json;
use crate::source::PointSource;
use crate::stats::{self, Adjustment, CorrelogramStatistic, Inference, Islands, Lag, Permutations, Transform};

/// A correlogram of a column: how alike units are that are one, two, three steps apart, or in rings of distance.
#[parameters]
pub struct Correlogram {
    /// The table, a row for each unit.
    #[flatten]
    pub table: PointSource,
    /// Column with the values.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// Lags are steps from neighbour to neighbour, 1 to N.
    #[parameter(conflicts = "radii")]
    pub orders: Option<usize>,
    /// Lags are rings of distance that end here, between the points of the rows, or centroids of the areas: 1km,2km,5km.
    #[parameter(
        value = "DISTANCES",
        alias = "distances",
        comma,
        conflicts = "weights",
        conflicts = "contiguity",
        conflicts = "knn",
        conflicts = "distance_band",
        conflicts = "block",
        conflicts = "inverse_distance",
        conflicts = "kernel",
        conflicts = "cumulative",
        conflicts = "union",
        conflicts = "intersection"
    )]
    pub radii: Vec<Distance>,
    /// Statistic at each lag.
    pub statistic: CorrelogramStatistic,
    /// Column with the ids of the weights [default: the first that holds just these, else the order of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Transform of the weights: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o
    /// as they stand.
    pub transform: Transform,
    /// How the statistics are held against chance.
    #[flatten]
    pub chance: Chance,
    /// Adjust p for the number of lags: fdr is the false discovery rate.
    pub adjust: Adjustment,
    /// Units without neighbours at a lag: left-out of all there, kept in n, as esda does, or left-out-of-n but not of mean
    /// and variance, as spdep does.
    pub islands: Islands,
    /// Leave out rows without a value instead of refusing them.
    pub drop_missing: bool,
    /// Which units are neighbours, where lags are steps.
    #[flatten]
    pub neighbours: NeighbourSource,
}

impl Default for Correlogram {
    fn default() -> Self {
        Self {
            table: PointSource::default(),
            value: String::new(),
            orders: None,
            radii: Vec::new(),
            statistic: CorrelogramStatistic::default(),
            id: None,
            transform: Transform::Row,
            chance: Chance::default(),
            adjust: Adjustment::Holm,
            islands: Islands::default(),
            drop_missing: false,
            neighbours: NeighbourSource::default(),
        }
    }
}

impl Operation for Correlogram {
    const NAME: &'static str = "correlogram";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "A correlogram: how far does likeness reach, step by step or ring by ring?";
    const DEFINITION: &'static str = "Moran's I or Geary's C of the neighbours at each lag";
    const REMARKS: &'static str = "At each lag n units have neighbours; the others do not count there. p_adjusted is the p \
of random orders, or of z where there are none, adjusted for the number of lags.";
    const EXAMPLES: &'static [&'static str] = &[
        "correlogram towns.csv --value rate --orders 6 --areas towns.geojson --contiguity queen",
        "correlogram towns.csv --value rate --orders 4 --weights towns.gal --statistic geary --format json",
        "correlogram firms.csv --value employees --radii 1km,2km,5km,10km --permutations 0",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let ends_m: Vec<f64> = self.radii.iter().map(|radius| radius.metres()).collect();
        if self.orders.is_none() && ends_m.is_empty() {
            let (message, hint) = ("nothing says what a lag is", "give ‹orders› or ‹radii›");
            return Err(ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into());
        }
        if self.orders.is_none() && self.neighbours.weighing.order != 1 {
            let message = "rings of distance have no steps from neighbour to neighbour".to_owned();
            return Err(ProjectError::Options {
                message, hint: "leave out ‹order›, or give ‹orders›".to_owned()
            }
            .into());
        }
        let (place, id) = (Some(&self.table), self.id.as_deref());
        let table =
            UnitTable { statistic: Self::NAME, columns: vec![&self.value], id, drop_missing: self.drop_missing };
        let (rows, told) = self.table.read_table_with_notes()?;
        let Units { weights, columns, mut notes, .. } = units(&table, &rows, |among| match self.orders {
            Some(_) => self.neighbours.build_among(place, id, among),
            None => weights::distances(&self.neighbours.sites(place, id)?, ends_m.iter().copied().fold(0.0, f64::max)),
        })?;
        let lags = match self.orders {
            Some(last) => stats::higher_orders(&weights, last)?,
            None => stats::rings(&weights, &ends_m)?,
        };
        let lags: Vec<_> = lags.iter().map(|lag| stats::transformed(lag, self.transform)).collect();
        notes.splice(0..0, told);
        notes.extend(few(weights.len()));
        let inference = Inference::default()
            .with_alternative(self.chance.alternative)
            .with_permutations(Permutations { count: self.chance.permutations, seed: self.chance.seed })
            .with_adjustment(self.adjust)
            .with_islands(self.islands);
        let values = columns.into_iter().next().unwrap_or_default();
        notes.extend(without_variance(&self.value, &values));
        let found = stats::correlogram(&values, &lags, self.statistic, inference)?;
        notes
            .extend(found.iter().enumerate().filter_map(|(number, lag)| without_neighbours(number, lag, values.len())));
        let mut outcome = Outcome::default();
        let mut say = |name: &str, value| outcome.scalars.insert(name.to_owned(), value);
        say("statistic", json!(self.statistic));
        say("alternative", json!(self.chance.alternative));
        say("permutations", json!(self.chance.permutations));
        say("seed", json!(self.chance.seed));
        say("adjustment", json!(self.adjust));
        outcome.tables.push(OutcomeTable::of_rows("lags", frame(&found, &ends_m)?));
        outcome.notes = notes;
        outcome.notes.extend(least_p_note(&outcome, inference, "lags"));
        outcome.manifest.insert("seed".to_owned(), json!(self.chance.seed));
        let hashes: Vec<String> = lags.iter().map(weights_hash).collect();
        outcome.manifest.insert("weights_sha256".to_owned(), json!(hashes));
        Ok(outcome)
    }
}

/// What to say of a lag at which some units have no neighbours.
fn without_neighbours(number: usize, lag: &Lag, units: usize) -> Option<String> {
    let of = if lag.n == 0 { "no unit has".to_owned() } else { format!("{} of {units} units have", lag.n) };
    (lag.n < units).then(|| format!("at lag {} {of} neighbours", number + 1))
}

/// A row for each lag; where lags are rings, with the distances between which they lie.
fn frame(lags: &[Lag], ends_m: &[f64]) -> Result<DataFrame> {
    let count = |of: fn(&Lag) -> usize| lags.iter().map(|lag| of(lag) as u64).collect::<Vec<_>>();
    let number =
        |name: &str, of: fn(&Lag) -> Option<f64>| Column::new(name.into(), lags.iter().map(of).collect::<Vec<_>>());
    let mut columns = vec![Column::new("lag".into(), (1..=lags.len() as u64).collect::<Vec<_>>())];
    if !ends_m.is_empty() {
        let begins_m: Vec<f64> = std::iter::once(0.0).chain(ends_m.iter().copied()).take(ends_m.len()).collect();
        columns.push(Column::new("from_m".into(), begins_m));
        columns.push(Column::new("to_m".into(), ends_m));
    }
    columns.extend([
        Column::new("n".into(), count(|lag| lag.n)),
        Column::new("neighbours".into(), count(|lag| lag.neighbours)),
        number("statistic", |lag| lag.statistic),
        number("expected", |lag| lag.expected),
        number("variance_randomisation", |lag| lag.variance_randomisation),
        number("z_randomisation", |lag| lag.z_randomisation),
        number("p_randomisation", |lag| lag.p_randomisation),
        number("p_permutation", |lag| lag.p_permutation),
        number("p_adjusted", |lag| lag.p_adjusted),
    ]);
    DataFrame::new(lags.len(), columns).map_err(Error::table("the correlogram"))
}

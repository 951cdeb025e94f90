//! Rates of events to a base, unit by unit.

mod strata;

use polars::prelude::Column;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::firms::point_inputs;
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable, Places};
use super::units::{UnitTable, Units, units};
use super::weights::{BuiltWeights, row_ids};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::model::json::json;
use crate::model::{Table, Weights};
use crate::source::PointSource;
use crate::stats::{self, EventModel};

/// What is made of the events and the base of a unit.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[non_exhaustive]
pub enum RateMethod {
    /// Events divided by base.
    Crude,
    /// Empirical-Bayes rates of rare events (Marshall), drawn toward the rate of all units.
    #[default]
    EmpiricalBayes,
    /// Empirical-Bayes rates of events that are a part of their base (Martuzzi and Elliott).
    EmpiricalBayesBinomial,
    /// Empirical-Bayes rates drawn toward the rate of a unit and its neighbours.
    LocalEmpiricalBayes,
    /// The number of standard deviations of chance by which a rate differs from that of all units.
    AssuncaoReis,
    /// The rate of a unit and its neighbours together.
    Spatial,
    /// Rates standardised directly, by the mix of strata of a standard.
    Direct,
    /// Rates standardised indirectly, by the rates of the strata of a standard.
    Indirect,
}

impl RateMethod {
    /// What it is, in one line.
    const fn definition(self) -> &'static str {
        match self {
            Self::Crude => "x / n",
            Self::EmpiricalBayes => "g + phi / (phi + g / n) (x / n - g) (Marshall 1991)",
            Self::EmpiricalBayesBinomial => "rho x / n + (1 - rho) g (Martuzzi and Elliott 1996)",
            Self::LocalEmpiricalBayes => "as Marshall 1991, toward the unit and its neighbours",
            Self::AssuncaoReis => "(x / n - g) / sqrt(phi + g / n) (Assuncao and Reis 1999)",
            Self::Spatial => "sum_j w_ij x_j / sum_j w_ij n_j, i among its neighbours",
            Self::Direct => "sum_k (s_k / s) x_k / n_k, gamma interval (Fay and Feuer 1997)",
            Self::Indirect => "r x / sum_k n_k r_k, log-normal interval (Breslow and Day 1987)",
        }
    }

    /// Whether it looks at neighbours.
    const fn needs_weights(self) -> bool {
        matches!(self, Self::LocalEmpiricalBayes | Self::Spatial)
    }

    const fn needs_strata(self) -> bool {
        matches!(self, Self::Direct | Self::Indirect)
    }
}

/// Rates of events to a base, crude, smoothed or standardised.
#[parameters]
pub struct Rates {
    /// The table, a row for each unit; for direct and indirect a row for each stratum of a unit.
    #[flatten]
    pub table: PointSource,
    /// Column with the events.
    #[parameter(value = "COLUMN", required)]
    pub events: String,
    /// Column with what they are events of.
    #[parameter(value = "COLUMN", required)]
    pub base: String,
    /// Kind of rate.
    pub method: RateMethod,
    /// Column with the ids of the units [default: that with the ids of the weights, else the numbers of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Column with the strata, such as sectors, for direct and indirect.
    #[parameter(value = "COLUMN")]
    pub stratum: Option<String>,
    /// Column with the events of the standard in the row's stratum [default: of all units together].
    #[parameter(value = "COLUMN", requires = "standard_base", requires = "stratum")]
    pub standard_events: Option<String>,
    /// Column with the base of the standard in the row's stratum [default: of all units together].
    #[parameter(value = "COLUMN", requires = "standard_events", requires = "stratum")]
    pub standard_base: Option<String>,
    /// Confidence of the intervals of direct and indirect.
    pub confidence: f64,
    /// Leave out rows without a number instead of refusing them.
    pub drop_missing: bool,
    /// Which units are neighbours, for local-empirical-bayes and spatial.
    #[flatten]
    pub neighbours: NeighbourSource,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            table: PointSource::default(),
            events: String::new(),
            base: String::new(),
            method: RateMethod::default(),
            id: None,
            stratum: None,
            standard_events: None,
            standard_base: None,
            confidence: 0.95,
            drop_missing: false,
            neighbours: NeighbourSource::default(),
        }
    }
}

impl Operation for Rates {
    const NAME: &'static str = "rates";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Rates of events to a base, smoothed or standardised: what is a rate with a small base worth?";
    const DEFINITION: &'static str = "x / n, smoothed or standardised by the method";
    const REMARKS: &'static str = "Rates of units with a small base vary by chance. empirical-bayes draws each toward the \
rate of all, the more so the smaller its base, local-empirical-bayes toward the rate of its neighbours; spatial takes the \
neighbours together; assuncao-reis says by how many standard deviations of chance a rate differs. direct and indirect make \
areas with another mix of strata comparable.";
    const EXAMPLES: &'static [&'static str] = &[
        "rates towns.csv --events retired --base firms -o rates.csv",
        "rates towns.csv --events retired --base firms --method local-empirical-bayes --weights towns.gal",
        "rates towns.csv --events retired --base firms --method spatial --areas towns.geojson --contiguity queen",
        "rates strata.csv --events retired --base firms --method direct --id town --stratum sector --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let method = self.method;
        self.refuse_idle()?;
        let mut columns = vec![self.events.as_str(), self.base.as_str()];
        columns.extend(self.standard_events.as_deref());
        columns.extend(self.standard_base.as_deref());
        let table =
            UnitTable { statistic: Self::NAME, columns, id: self.id.as_deref(), drop_missing: self.drop_missing };
        let found = if method.needs_strata() { strata::of_strata(self, &table)? } else { self.of_units(&table)? };
        let mut outcome = Outcome::default();
        let FoundRates { ids, places, events, base, crude, rate, intervals, prior, weights_sha256, notes } = found;
        outcome.notes = notes;
        // A unit without a base may have a rate with its neighbours.
        let without_base = rate.iter().zip(&base).filter(|(rate, base)| rate.is_none() && **base == 0.0).count();
        if without_base > 0 {
            outcome.notes.push(format!("{without_base} units have no base, and no rate"));
        }
        let undefined = rate.iter().zip(&base).filter(|(rate, base)| rate.is_none() && **base > 0.0).count();
        if undefined > 0 {
            outcome.notes.push(format!("{undefined} units with a base have no {method} rate"));
        }
        outcome.scalars.insert("method".to_owned(), json!(method));
        if let Some((mean, variance)) = prior {
            outcome.scalars.insert("mean".to_owned(), json!(mean));
            outcome.scalars.insert("variance".to_owned(), json!(variance));
            let has_events = mean.is_some_and(|mean| mean > 0.0);
            if variance.is_some_and(|variance| variance <= 0.0) && has_events && rate.iter().any(Option::is_some) {
                let note = "rates vary no more than chance makes those of one rate: all are drawn to the mean";
                outcome.notes.push(note.to_owned());
            }
        }
        let mut columns = vec![
            Column::new("id".into(), ids),
            Column::new("events".into(), events),
            Column::new("base".into(), base),
            Column::new("crude".into(), crude),
            Column::new("rate".into(), rate),
        ];
        if let Some(intervals) = intervals {
            for (end, name) in ["lower", "upper"].into_iter().enumerate() {
                let ends: Vec<Option<f64>> = intervals.iter().map(|ends| ends.map(|ends| ends[end])).collect();
                columns.push(Column::new(name.into(), ends));
            }
        }
        let mut units = OutcomeTable::of_columns("units", columns)?;
        units.places = places;
        outcome.tables.push(units);
        outcome.manifest.insert("definition".to_owned(), json!(method.definition()));
        outcome.manifest.extend(weights_sha256.map(|hash| ("weights_sha256".to_owned(), Value::String(hash))));
        Ok(outcome)
    }
}

/// Rates, unit by unit.
struct FoundRates {
    ids: Vec<String>,
    /// Where the units lie, where it is known.
    places: Option<Places>,
    events: Vec<f64>,
    base: Vec<f64>,
    /// Events per base.
    crude: Vec<Option<f64>>,
    /// What the method makes of it.
    rate: Vec<Option<f64>>,
    /// The intervals of standardised rates.
    intervals: Option<Vec<Option<[f64; 2]>>>,
    /// What empirical-Bayes rates are drawn toward, and how much the rates behind the events vary.
    prior: Option<(Option<f64>, Option<f64>)>,
    weights_sha256: Option<String>,
    notes: Vec<String>,
}

impl Rates {
    /// Refuses parameters that the method does not look at, and the lack of those that it needs.
    fn refuse_idle(&self) -> Result<()> {
        let method = self.method;
        let refused = |message: &str, hint: &str| -> Result<()> {
            let message = format!("{method} rates {message}");
            Err(ProjectError::Options { message, hint: hint.to_owned() }.into())
        };
        if method.needs_strata() && self.stratum.is_none() {
            return refused("are of units in strata", "give the column with the strata with ‹stratum›");
        }
        if method.needs_strata() && self.id.is_none() {
            return refused("are of units whose strata are rows", "give the column with the units with ‹id›");
        }
        if !method.needs_strata() && self.stratum.is_some() {
            return refused("do not look at strata", "leave out ‹stratum›, or give ‹method› direct or indirect");
        }
        if !method.needs_strata() && self.confidence != Self::default().confidence {
            return refused("have no intervals", "leave out ‹confidence›, or give ‹method› direct or indirect");
        }
        if !method.needs_weights() && self.neighbours.has_rule() {
            let hint = "leave out the neighbours, or give ‹method› spatial or local-empirical-bayes";
            return refused("do not look at neighbours", hint);
        }
        Ok(())
    }

    /// Rates of rows that are units.
    fn of_units(&self, table: &UnitTable<'_>) -> Result<FoundRates> {
        let method = self.method;
        let without = |table: &Table| -> Result<BuiltWeights> {
            let mut notes = Vec::new();
            let places = self.neighbours.places_of_all(&mut notes)?;
            let (ids, by_row) = match &places {
                // Rows are found by the ids of the areas.
                Some(Places::Areas(areas)) => (areas.areas.iter().map(|area| area.id.clone()).collect(), false),
                _ => (row_ids(table, self.id.as_deref())?, true),
            };
            let rows = vec![Vec::new(); ids.len()];
            Ok(BuiltWeights { weights: Weights::new(ids, rows)?, by_row, places, notes })
        };
        let (rows, told) = self.table.read_table_with_notes()?;
        let Units { weights, columns, places, mut notes } =
            units(table, &rows, |among| match method.needs_weights() {
                true => self.neighbours.build_among(Some(&self.table), self.id.as_deref(), among),
                false => without(&rows),
            })?;
        notes.splice(0..0, told);
        let [events, base] = <[Vec<f64>; 2]>::try_from(columns).unwrap_or_default();
        let mut prior = None;
        let mut empirical_bayes = |model: EventModel| -> Result<Vec<Option<f64>>> {
            let found = stats::empirical_bayes(&events, &base, model)?;
            prior = Some((found.mean, found.variance));
            Ok(found.rates)
        };
        // Each unit by itself.
        let own = Weights::new(weights.ids().to_vec(), vec![Vec::new(); weights.len()])?.with_self(1.0);
        let crude = stats::neighbourhood_rates(&events, &base, &own)?;
        let rate = match method {
            RateMethod::EmpiricalBayes => empirical_bayes(EventModel::Poisson)?,
            RateMethod::EmpiricalBayesBinomial => empirical_bayes(EventModel::Binomial)?,
            RateMethod::LocalEmpiricalBayes => stats::local_empirical_bayes(&events, &base, &weights)?,
            RateMethod::AssuncaoReis => stats::standardised_rates(&events, &base)?,
            RateMethod::Spatial => {
                let at_no_distance = self.neighbours.weighing.kernel.map_or(1.0, |function| function.weight(0.0));
                stats::neighbourhood_rates(&events, &base, &weights.with_self(at_no_distance))?
            }
            RateMethod::Crude | RateMethod::Direct | RateMethod::Indirect => crude.clone(),
        };
        let weights_sha256 = method.needs_weights().then(|| weights_hash(&weights));
        let ids = weights.ids().to_vec();
        Ok(FoundRates { ids, places, events, base, crude, rate, intervals: None, prior, weights_sha256, notes })
    }
}

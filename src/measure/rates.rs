//! Rates of events to a base, unit by unit.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::units::{Complete, UnitTable, Units, complete, units};
use super::weights::{self, BuiltWeights, Weighing, WeightsRequest, row_ids};
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::model::{Table, Weights};
use crate::source::{self, TableOptions};
use crate::stats::{self, EventModel, StandardisedRate};

/// What is made of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RateMethod {
    /// Events per base.
    Crude,
    /// [`stats::empirical_bayes`] of rare events.
    #[default]
    EmpiricalBayes,
    /// [`stats::empirical_bayes`] of events that are a part of their base.
    EmpiricalBayesBinomial,
    /// [`stats::local_empirical_bayes`].
    LocalEmpiricalBayes,
    /// [`stats::standardised_rates`].
    AssuncaoReis,
    /// [`stats::neighbourhood_rates`], the unit among its neighbours.
    Spatial,
    /// [`stats::direct_standardised_rate`].
    Direct,
    /// [`stats::indirect_standardised_rate`].
    Indirect,
}

impl RateMethod {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Crude,
        Self::EmpiricalBayes,
        Self::EmpiricalBayesBinomial,
        Self::LocalEmpiricalBayes,
        Self::AssuncaoReis,
        Self::Spatial,
        Self::Direct,
        Self::Indirect,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crude => "crude",
            Self::EmpiricalBayes => "empirical-bayes",
            Self::EmpiricalBayesBinomial => "empirical-bayes-binomial",
            Self::LocalEmpiricalBayes => "local-empirical-bayes",
            Self::AssuncaoReis => "assuncao-reis",
            Self::Spatial => "spatial",
            Self::Direct => "direct",
            Self::Indirect => "indirect",
        }
    }

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
    #[must_use]
    pub const fn needs_weights(self) -> bool {
        matches!(self, Self::LocalEmpiricalBayes | Self::Spatial)
    }

    const fn needs_strata(self) -> bool {
        matches!(self, Self::Direct | Self::Indirect)
    }
}

impl fmt::Display for RateMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RateMethod {
    type Err = ProjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|method| method.name() == text).ok_or_else(|| ProjectError::Unknown {
            what: "method",
            found: text.to_owned(),
            available: Self::ALL.map(|method| method.name().to_owned()).to_vec(),
        })
    }
}

/// The mix of strata that rates are standardised by: a row of the table is then a stratum of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strata {
    /// The column with the strata.
    pub column: String,
    /// The columns with the events and the base of the standard in the row's stratum; by default those of all units together.
    pub standard: Option<[String; 2]>,
}

/// Rates to make.
#[derive(Debug, Clone)]
pub struct RatesRequest {
    /// What is made of them.
    pub method: RateMethod,
    /// The table, a row for each unit, or for each stratum of a unit.
    pub table: PathBuf,
    /// The column with the events.
    pub events: String,
    /// The column with what they are events of.
    pub base: String,
    /// The column with the ids of units; as for [`autocorrelation`](super::statistic::autocorrelation()) where there are weights, else the
    /// numbers of the rows.
    pub id: Option<String>,
    /// Who is whose neighbour, where the method looks at neighbours.
    pub weights: Option<WeightsRequest>,
    /// The strata, where the method standardises.
    pub strata: Option<Strata>,
    /// The confidence of the intervals of standardised rates.
    pub confidence: f64,
    /// Whether rows without a number are left out; else they are refused.
    pub drop_missing: bool,
}

impl RatesRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let weights = self.weights.iter().flat_map(WeightsRequest::inputs);
        std::iter::once(self.table.clone()).chain(weights).collect()
    }
}

/// Rates, unit by unit.
#[derive(Debug, Clone)]
pub struct Rates {
    /// What they are.
    pub method: RateMethod,
    /// The units.
    pub ids: Vec<String>,
    /// Their events.
    pub events: Vec<f64>,
    /// Their base.
    pub base: Vec<f64>,
    /// Events per base.
    pub crude: Vec<Option<f64>>,
    /// What the method makes of it.
    pub rate: Vec<Option<f64>>,
    /// The intervals of standardised rates.
    pub intervals: Option<Vec<Option<[f64; 2]>>>,
    /// What empirical-Bayes rates are drawn toward, and how much the rates behind the events vary.
    pub prior: Option<(Option<f64>, Option<f64>)>,
    /// What they were made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Makes rates of two columns.
///
/// # Errors
///
/// What reading refuses; cells that are empty or no numbers; a method without the neighbours or strata it needs; what the method
/// refuses.
pub fn rates(request: &RatesRequest) -> Result<Rates> {
    let RatesRequest { method, events, base, .. } = request;
    let mut columns = vec![events.as_str(), base.as_str()];
    let standard = request.strata.iter().filter_map(|strata| strata.standard.as_ref());
    columns.extend(standard.flatten().map(String::as_str));
    let table =
        UnitTable { statistic: "rates", columns, id: request.id.as_deref(), drop_missing: request.drop_missing };
    let mut more = Map::new();
    let mut rates =
        if method.needs_strata() { of_strata(request, &table)? } else { of_units(request, &table, &mut more)? };
    let without_base = rates.base.iter().filter(|base| **base == 0.0).count();
    if without_base > 0 {
        rates.notes.push(format!("{without_base} units have no base, and no rate"));
    }
    let undefined = rates.rate.iter().zip(&rates.base).filter(|(rate, base)| rate.is_none() && **base > 0.0).count();
    if undefined > 0 {
        rates.notes.push(format!("{undefined} units with a base have no {method} rate"));
    }
    if rates.prior.is_some_and(|(_, variance)| variance == Some(0.0)) {
        rates
            .notes
            .push("rates vary no more than chance makes those of one rate: all are drawn to the mean".to_owned());
    }
    rates.manifest = manifest("rates", method.definition(), &request.inputs(), more)?;
    Ok(rates)
}

/// Rates of rows that are units.
fn of_units(request: &RatesRequest, table: &UnitTable<'_>, more: &mut Map<String, Value>) -> Result<Rates> {
    let method = request.method;
    let without = |table: &Table| -> Result<BuiltWeights> {
        let ids = row_ids(table, request.id.as_deref())?;
        let rows = vec![Vec::new(); ids.len()];
        Ok(BuiltWeights { weights: Weights::new(ids, rows)?, by_row: true, notes: Vec::new() })
    };
    let asked = request.weights.as_ref().filter(|_| method.needs_weights());
    if asked.is_none() && method.needs_weights() {
        return Err(ProjectError::Options {
            message: format!("{method} rates look at neighbours, and nothing says who is whose"),
            hint: "give --weights, --contiguity with --areas, --knn or --distance-band".to_owned(),
        }
        .into());
    }
    let Units { weights, columns, notes } =
        units(table, &source::table(&request.table, &TableOptions::default())?, |table| match asked {
            Some(request) => weights::weights(request),
            None => without(table),
        })?;
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
            let at_no_distance = match asked.map(|request| request.weighing) {
                Some(Weighing::Kernel(function, _)) => function.weight(0.0),
                _ => 1.0,
            };
            stats::neighbourhood_rates(&events, &base, &weights.with_self(at_no_distance))?
        }
        RateMethod::Crude | RateMethod::Direct | RateMethod::Indirect => crude.clone(),
    };
    if asked.is_some() {
        more.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
    }
    let ids = weights.ids().to_vec();
    Ok(Rates { method, ids, events, base, crude, rate, intervals: None, prior, manifest: Value::Null, notes })
}

/// Events and bases of a unit in each stratum, and those of its standard.
#[derive(Default)]
struct Unit {
    strata: Vec<usize>,
    columns: [Vec<f64>; 4],
}

/// Rates of units whose strata are rows.
fn of_strata(request: &RatesRequest, unit_table: &UnitTable<'_>) -> Result<Rates> {
    let method = request.method;
    let refused = |message: &str, hint: &str| -> Error {
        ProjectError::Options { message: format!("{method} rates {message}"), hint: hint.to_owned() }.into()
    };
    let Some(strata) = &request.strata else {
        return Err(refused("are of units in strata", "give the column with the strata with --stratum"));
    };
    let Some(id) = &request.id else {
        return Err(refused("are of units whose strata are rows", "give the column with the units with --id"));
    };
    let table = source::table(&request.table, &TableOptions::default())?;
    let Complete { columns, kept, notes } = complete(&table, unit_table)?;
    let (ids, kinds) = (row_ids(&table, Some(id))?, row_ids(&table, Some(&strata.column))?);
    // Units in the order in which they come, strata by name.
    let (mut order, mut places, mut names): (Vec<&str>, BTreeMap<&str, usize>, BTreeMap<&str, usize>) =
        Default::default();
    let mut units: Vec<Unit> = Vec::new();
    let mut doubled = Vec::new();
    let rows = (0..table.height()).filter(|row| kept[*row]);
    for (place, row) in rows.enumerate() {
        let unit = *places.entry(&ids[row]).or_insert_with(|| {
            order.push(&ids[row]);
            units.push(Unit::default());
            order.len() - 1
        });
        let next = names.len();
        let stratum = *names.entry(&kinds[row]).or_insert(next);
        if units[unit].strata.contains(&stratum) {
            doubled.push(format!("`{}` of `{}` in row {}", kinds[row], ids[row], table.rows[row]));
        }
        units[unit].strata.push(stratum);
        for (own, column) in units[unit].columns.iter_mut().zip(&columns) {
            own.push(column[place]);
        }
    }
    if !doubled.is_empty() {
        const NAMED: usize = 10;
        let more = if doubled.len() > NAMED { ", …" } else { "" };
        let found = format!("{} strata twice: {}{more}", doubled.len(), doubled[..doubled.len().min(NAMED)].join(", "));
        let expected = "each stratum of a unit once".to_owned();
        return Err(StatsError::Shape { statistic: "rates", what: "the table", found, expected }.into());
    }
    if strata.standard.is_none() {
        standard_of_all(&mut units, names.len());
    }
    // The standard's own rate, as its rows have it.
    let sum = |column: usize| units.iter().flat_map(|unit| &unit.columns[column]).sum::<f64>();
    let standard_rate = sum(2) / sum(3);
    let confidence = request.confidence;
    let of_unit = |unit: &Unit| -> Result<Option<StandardisedRate>> {
        let [events, base, standard_events, standard_base] = &unit.columns;
        match method {
            RateMethod::Direct => Ok(stats::direct_standardised_rate(events, base, standard_base, confidence)?),
            _ => Ok(stats::indirect_standardised_rate(
                events,
                base,
                standard_events,
                standard_base,
                standard_rate,
                confidence,
            )?),
        }
    };
    let found: Vec<Option<StandardisedRate>> = units.iter().map(of_unit).collect::<Result<_>>()?;
    let total = |column: usize| units.iter().map(|unit| unit.columns[column].iter().sum()).collect::<Vec<f64>>();
    let (events, base) = (total(0), total(1));
    let crude = events.iter().zip(&base).map(|(events, base)| (*base > 0.0).then(|| events / base)).collect();
    Ok(Rates {
        method,
        ids: order.into_iter().map(str::to_owned).collect(),
        events,
        base,
        crude,
        rate: found.iter().map(|found| found.map(|found| found.rate)).collect(),
        intervals: Some(found.iter().map(|found| found.map(|found| [found.lower, found.upper])).collect()),
        prior: None,
        manifest: Value::Null,
        notes,
    })
}

/// Takes all units together for the standard, and gives each unit every stratum, those it has not without events and base.
fn standard_of_all(units: &mut [Unit], strata: usize) {
    let mut all = [vec![0.0; strata], vec![0.0; strata]];
    for unit in units.iter() {
        for (column, sums) in all.iter_mut().enumerate() {
            unit.strata.iter().zip(&unit.columns[column]).for_each(|(stratum, number)| sums[*stratum] += number);
        }
    }
    for unit in units {
        let mut own = [vec![0.0; strata], vec![0.0; strata]];
        for (column, own) in own.iter_mut().enumerate() {
            unit.strata.iter().zip(&unit.columns[column]).for_each(|(stratum, number)| own[*stratum] = *number);
        }
        let ([events, base], [standard_events, standard_base]) = (own, all.clone());
        unit.columns = [events, base, standard_events, standard_base];
    }
}

impl Rates {
    /// One object, lists in the order of the units.
    #[must_use]
    pub fn json(&self) -> String {
        let mut fields = Map::new();
        fields.insert("method".to_owned(), json!(self.method.name()));
        fields.insert("ids".to_owned(), json!(self.ids));
        fields.insert("events".to_owned(), json!(self.events));
        fields.insert("base".to_owned(), json!(self.base));
        fields.insert("crude".to_owned(), json!(self.crude));
        fields.insert("rate".to_owned(), json!(self.rate));
        if let Some(intervals) = &self.intervals {
            let end = |end: usize| intervals.iter().map(|ends| ends.map(|ends| ends[end])).collect::<Vec<_>>();
            fields.insert("lower".to_owned(), json!(end(0)));
            fields.insert("upper".to_owned(), json!(end(1)));
        }
        if let Some((mean, variance)) = self.prior {
            fields.insert("mean".to_owned(), json!(mean));
            fields.insert("variance".to_owned(), json!(variance));
        }
        fields.insert("notes".to_owned(), json!(self.notes));
        fields.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(fields))
    }

    /// A row for each unit.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let mut columns = vec![
            Column::new("id".into(), &self.ids),
            Column::new("events".into(), &self.events),
            Column::new("base".into(), &self.base),
            Column::new("crude".into(), &self.crude),
            Column::new("rate".into(), &self.rate),
        ];
        if let Some(intervals) = &self.intervals {
            for (end, name) in ["lower", "upper"].into_iter().enumerate() {
                let ends: Vec<Option<f64>> = intervals.iter().map(|ends| ends.map(|ends| ends[end])).collect();
                columns.push(Column::new(name.into(), ends));
            }
        }
        DataFrame::new(self.ids.len(), columns).map_err(Error::table("rates"))
    }
}

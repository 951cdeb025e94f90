//! Likeness of a column's neighbours, lag by lag.

use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::statistic::fields;
use super::units::{UnitTable, Units, few, units};
use super::weights::{self, Sites, WeightsRequest};
use crate::error::{Error, Result};
use crate::source::{self, TableOptions};
use crate::stats::{self, CorrelogramStatistic, Inference, Lag, Transform};

/// What a lag is.
#[derive(Debug, Clone)]
pub enum Lags {
    /// So many steps from neighbour to neighbour, one, two, … to the last.
    Steps(WeightsRequest, usize),
    /// Rings of distance that end at so many metres.
    Rings(Sites, Vec<f64>),
}

/// A correlogram to make.
#[derive(Debug, Clone)]
pub struct CorrelogramRequest {
    /// Of what.
    pub statistic: CorrelogramStatistic,
    /// The table, a row for each unit.
    pub table: PathBuf,
    /// The column with the values.
    pub value: String,
    /// The lags.
    pub lags: Lags,
    /// The column with the ids of the weights, as for [`autocorrelation`](super::statistic::autocorrelation()).
    pub id: Option<String>,
    /// How weights are made comparable.
    pub transform: Transform,
    /// Whether rows without a value are left out, with their units; else they are refused.
    pub drop_missing: bool,
    /// How what was found is held against chance.
    pub inference: Inference,
}

impl CorrelogramRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let lags = match &self.lags {
            Lags::Steps(weights, _) => weights.inputs(),
            Lags::Rings(sites, _) => sites.file().into_iter().collect(),
        };
        std::iter::once(self.table.clone()).chain(lags).collect()
    }
}

/// A correlogram, lag by lag.
#[derive(Debug, Clone)]
pub struct Correlogram {
    /// Of what.
    pub statistic: CorrelogramStatistic,
    /// Where the rings end, where lags are such.
    pub ends_m: Option<Vec<f64>>,
    /// The lags, the nearest first.
    pub lags: Vec<Lag>,
    /// How random orders were made and p adjusted.
    pub inference: Inference,
    /// What it was made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Makes a correlogram of a column.
///
/// # Errors
///
/// What reading refuses; cells that are empty or no numbers; rows that are not one for each unit of the weights; what finding
/// neighbours and [`stats::correlogram`] refuse.
pub fn correlogram(request: &CorrelogramRequest) -> Result<Correlogram> {
    const STATISTIC: &str = "correlogram";
    let table = UnitTable {
        statistic: STATISTIC,
        columns: vec![&request.value],
        id: request.id.as_deref(),
        drop_missing: request.drop_missing,
    };
    let Units { weights, columns, mut notes } =
        units(&table, &source::table(&request.table, &TableOptions::default())?, |_| match &request.lags {
            Lags::Steps(weights, _) => weights::weights(weights),
            Lags::Rings(sites, ends_m) => weights::distances(sites, ends_m.iter().copied().fold(0.0, f64::max)),
        })?;
    let (lags, ends_m) = match &request.lags {
        Lags::Steps(_, last) => (stats::higher_orders(&weights, *last)?, None),
        Lags::Rings(_, ends_m) => (stats::rings(&weights, ends_m)?, Some(ends_m.clone())),
    };
    let lags: Vec<_> = lags.iter().map(|lag| stats::transformed(lag, request.transform)).collect();
    notes.extend(few(weights.len()));
    let mut more = Map::new();
    more.insert("seed".to_owned(), json!(request.inference.permutations.seed));
    more.insert("weights_sha256".to_owned(), json!(lags.iter().map(weights_hash).collect::<Vec<_>>()));
    let values = columns.into_iter().next().unwrap_or_default();
    let found = stats::correlogram(&values, &lags, request.statistic, request.inference)?;
    for (number, lag) in found.iter().enumerate() {
        let units = values.len();
        if lag.n < units {
            let of = if lag.n == 0 { "no unit has".to_owned() } else { format!("{} of {units} units have", lag.n) };
            notes.push(format!("at lag {} {of} neighbours", number + 1));
        }
    }
    let definition = match request.statistic {
        CorrelogramStatistic::Moran => "Moran's I of the neighbours at each lag",
        CorrelogramStatistic::Geary => "Geary's C of the neighbours at each lag",
    };
    let manifest = manifest(STATISTIC, definition, &request.inputs(), more)?;
    Ok(Correlogram { statistic: request.statistic, ends_m, lags: found, inference: request.inference, manifest, notes })
}

impl Correlogram {
    /// Where a ring begins and ends.
    fn ring_m(&self, lag: usize) -> Option<[f64; 2]> {
        let ends_m = self.ends_m.as_ref()?;
        Some([if lag == 0 { 0.0 } else { ends_m[lag - 1] }, ends_m[lag]])
    }

    /// One object with a list of lags.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn json(&self) -> Result<String> {
        let lag = |(number, lag): (usize, &Lag)| -> Result<Value> {
            let mut row = Map::new();
            row.insert("lag".to_owned(), json!(number + 1));
            if let Some([from_m, to_m]) = self.ring_m(number) {
                row.insert("from_m".to_owned(), json!(from_m));
                row.insert("to_m".to_owned(), json!(to_m));
            }
            row.extend(fields(lag)?);
            Ok(Value::Object(row))
        };
        let lags: Vec<Value> = self.lags.iter().enumerate().map(lag).collect::<Result<_>>()?;
        let object = json!({
            "statistic": self.statistic,
            "lags": lags,
            "alternative": self.inference.alternative,
            "permutations": self.inference.permutations.count,
            "seed": self.inference.permutations.seed,
            "adjustment": self.inference.adjustment,
            "notes": self.notes,
            "manifest": self.manifest,
        });
        Ok(format!("{object}\n"))
    }

    /// A row for each lag.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let count = |of: fn(&Lag) -> usize| self.lags.iter().map(|lag| of(lag) as u64).collect::<Vec<_>>();
        let number = |name: &str, of: fn(&Lag) -> Option<f64>| {
            Column::new(name.into(), self.lags.iter().map(of).collect::<Vec<_>>())
        };
        let mut columns = vec![Column::new("lag".into(), (1..=self.lags.len() as u64).collect::<Vec<_>>())];
        if self.ends_m.is_some() {
            for (end, name) in ["from_m", "to_m"].into_iter().enumerate() {
                let ends = (0..self.lags.len()).map(|lag| self.ring_m(lag).map(|ring| ring[end]));
                columns.push(Column::new(name.into(), ends.collect::<Vec<_>>()));
            }
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
        DataFrame::new(self.lags.len(), columns).map_err(Error::table("the correlogram"))
    }
}

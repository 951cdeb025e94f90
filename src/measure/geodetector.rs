//! What factors explain of values by strata.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};

use super::operation::{Input, Operation, Part, missing};
use super::outcome::{Outcome, OutcomeTable};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::Table;
use crate::source::PlainTable;
use crate::stats::{self, DiscretisedFactor, FactorDetector, Scheme};

/// The geographical detector: how much of a value's variance lies between the strata of factors.
#[parameters]
pub struct Geodetector {
    /// The table, a row for each unit.
    #[flatten]
    pub table: PlainTable,
    /// Column with the values that are to be explained.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// Columns whose cells are strata: district,park_type.
    #[parameter(value = "COLUMN,…", comma)]
    pub factors: Vec<String>,
    /// Columns with numbers that are put into classes first, those that explain most: distance_m,wage.
    #[parameter(value = "COLUMN,…", comma)]
    pub discretise: Vec<String>,
    /// Schemes of classes to try.
    #[parameter(value = "SCHEME,…", comma)]
    pub schemes: Vec<Scheme>,
    /// Numbers of classes to try.
    #[parameter(value = "N,…", comma)]
    pub class_counts: Vec<usize>,
}

impl Default for Geodetector {
    fn default() -> Self {
        Self {
            table: PlainTable::default(),
            value: String::new(),
            factors: Vec::new(),
            discretise: Vec::new(),
            schemes: vec![
                Scheme::EqualInterval,
                Scheme::FisherJenks,
                Scheme::Quantile,
                Scheme::Geometric,
                Scheme::MeanStandardDeviation,
            ],
            class_counts: (3..=7).collect(),
        }
    }
}

impl Operation for Geodetector {
    const NAME: &'static str = "geodetector";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Geographical detector 地理探测器: what do factors explain, alone and together?";
    const DEFINITION: &'static str = "q = 1 - sum_h N_h s_h^2 / (N s^2) by strata h, variances with N; F = (N - L) / (L - 1) q / (1 - q), \
noncentral with lambda = (sum_h m_h^2 - (sum_h sqrt(N_h) m_h)^2 / N) / s^2 (Wang et al. 2010, Wang, Zhang and Fu 2016); interaction, risk and \
ecological detector; classes of numbers by the greatest q (Song et al. 2020)";
    const REMARKS: &'static str = "q is 0 where strata explain nothing and 1 where they explain all. Rows with an empty cell in one of the \
columns are left out, and counted. The p of the noncentral F hangs on where 0 of the values lies; `p_central` does not. p of classes that \
were chosen for their q is too small.";
    const EXAMPLES: &'static [&'static str] = &[
        "geodetector towns.csv --value density --factors district",
        "geodetector towns.csv --value density --factors district --discretise share,output --interactions pairs.csv \
--strata parts.csv",
        "geodetector towns.csv --value rate --discretise share --schemes quantile,fisher-jenks --class-counts 4,5,6 --format json",
    ];
    const PARTS: &'static [Part] = &[
        Part {
            name: "interactions",
            is_layer: false,
            about: "each pair of factors: what they explain together, and whether they differ",
        },
        Part { name: "strata", is_layer: false, about: "each stratum of each factor: its count, mean and variance" },
        Part { name: "risks", is_layer: false, about: "each pair of strata of a factor: whether their means differ" },
        Part { name: "trials", is_layer: false, about: "q of each scheme and number of classes that was tried" },
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        vec![Input::Table(&mut self.table.table)]
    }

    fn run(&self) -> Result<Outcome> {
        if self.factors.is_empty() && self.discretise.is_empty() {
            return Err(missing(Self::NAME, "factors"));
        }
        let (table, mut notes) = self.table.read()?;
        let columns = self.columns(&table)?;
        let left_out = table.height() - columns.values.len();
        if left_out > 0 {
            notes.push(format!("{left_out} rows have an empty cell in one of the columns and are left out"));
        }
        if stats::is_constant(&columns.values) {
            notes.push(format!("the column `{}` does not vary: what divides by its variance is null", self.value));
        }
        let factors = self.of_factors(&columns, &mut notes)?;
        let detected: Vec<FactorDetector> = (factors.iter())
            .map(|factor| Ok(stats::factor_detector(&columns.values, &factor.strata)?))
            .collect::<Result<_>>()?;
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.scalars.insert("n".to_owned(), columns.values.len().into());
        let tables = [
            ("factors", factor_frame(&factors, &detected)),
            ("interactions", pair_frame(&columns.values, &factors)?),
            ("strata", stratum_frame(&factors, &detected)),
            ("risks", risk_frame(&columns.values, &factors)?),
            ("trials", trial_frame(&factors)),
        ];
        for (name, columns) in tables {
            let frame = DataFrame::new_infer_height(columns).map_err(Error::table(name))?;
            outcome.tables.push(OutcomeTable::of_rows(name, frame));
        }
        Ok(outcome)
    }
}

/// The cells of the rows that have all of them.
struct Columns {
    values: Vec<f64>,
    /// The strata of each factor, as text.
    strata: Vec<Vec<String>>,
    /// The numbers of each factor that is put into classes.
    numbers: Vec<Vec<f64>>,
}

/// A factor with the stratum of each unit.
struct Factor {
    name: String,
    strata: Vec<usize>,
    /// What strata are called, by their numbers.
    names: Vec<String>,
    discretised: Option<DiscretisedFactor>,
}

impl Geodetector {
    fn columns(&self, table: &Table) -> Result<Columns> {
        let mut seen = vec![self.value.as_str()];
        for column in self.factors.iter().chain(&self.discretise) {
            if seen.contains(&column.as_str()) {
                return Err(ProjectError::Options {
                    message: format!("the column `{column}` is given twice"),
                    hint: "give each column once, as ‹value›, in ‹factors› or in ‹discretise›".to_owned(),
                }
                .into());
            }
            seen.push(column);
        }
        let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
        let numbers =
            |column: &String| -> Result<Vec<Option<f64>>> { Ok(table.numbers(column)?.iter().map(finite).collect()) };
        let values = numbers(&self.value)?;
        let texts: Vec<Vec<Option<String>>> = self
            .factors
            .iter()
            .map(|column| {
                let filled =
                    |cell: Option<&str>| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
                Ok(table.text(column)?.iter().map(filled).collect())
            })
            .collect::<Result<_>>()?;
        let classed: Vec<Vec<Option<f64>>> = self.discretise.iter().map(numbers).collect::<Result<_>>()?;
        let is_whole = |row: &usize| {
            values[*row].is_some()
                && texts.iter().all(|column| column[*row].is_some())
                && classed.iter().all(|column| column[*row].is_some())
        };
        let rows: Vec<usize> = (0..table.height()).filter(is_whole).collect();
        Ok(Columns {
            values: rows.iter().filter_map(|row| values[*row]).collect(),
            strata: texts
                .into_iter()
                .map(|column| rows.iter().filter_map(|row| column[*row].clone()).collect())
                .collect(),
            numbers: classed.into_iter().map(|column| rows.iter().filter_map(|row| column[*row]).collect()).collect(),
        })
    }

    fn of_factors(&self, columns: &Columns, notes: &mut Vec<String>) -> Result<Vec<Factor>> {
        let mut factors = Vec::new();
        for (name, cells) in self.factors.iter().zip(&columns.strata) {
            let mut numbers: BTreeMap<&str, usize> = cells.iter().map(|cell| (cell.as_str(), 0)).collect();
            numbers.values_mut().enumerate().for_each(|(number, own)| *own = number);
            if numbers.len() * 2 > cells.len() {
                notes.push(format!(
                    "`{name}` has {} strata of {} units: q is near 1 whatever it explains; put numbers into classes with ‹discretise›",
                    numbers.len(),
                    cells.len()
                ));
            }
            factors.push(Factor {
                name: name.clone(),
                strata: cells.iter().map(|cell| numbers[cell.as_str()]).collect(),
                names: numbers.keys().map(|name| (*name).to_owned()).collect(),
                discretised: None,
            });
        }
        for (name, numbers) in self.discretise.iter().zip(&columns.numbers) {
            let found = stats::discretised_factor(&columns.values, numbers, &self.schemes, &self.class_counts)?;
            let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let mut lower = format!("[{least}");
            let mut names = Vec::new();
            for upper in &found.breaks {
                names.push(format!("{lower}, {upper}]"));
                lower = format!("({upper}");
            }
            factors.push(Factor { name: name.clone(), strata: found.strata.clone(), names, discretised: Some(found) });
        }
        Ok(factors)
    }
}

fn numbers<T>(name: &str, of: &[T], get: impl Fn(&T) -> Option<f64>) -> Column {
    Column::new(name.into(), of.iter().map(get).collect::<Vec<_>>())
}

fn texts<T>(name: &str, of: &[T], get: impl Fn(&T) -> Option<String>) -> Column {
    Column::new(name.into(), of.iter().map(get).collect::<Vec<_>>())
}

fn factor_frame(factors: &[Factor], found: &[FactorDetector]) -> Vec<Column> {
    let breaks = |found: &DiscretisedFactor| found.breaks.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
    vec![
        texts("factor", factors, |factor| Some(factor.name.clone())),
        Column::new("strata".into(), found.iter().map(|one| one.strata.len() as u64).collect::<Vec<_>>()),
        numbers("q", found, |one| one.q),
        numbers("f", found, |one| one.f),
        numbers("noncentrality", found, |one| one.noncentrality),
        numbers("p", found, |one| one.p),
        numbers("p_central", found, |one| one.p_central),
        texts("scheme", factors, |factor| factor.discretised.as_ref().map(|found| found.scheme.to_string())),
        texts("breaks", factors, |factor| factor.discretised.as_ref().map(breaks)),
    ]
}

fn pair_frame(values: &[f64], factors: &[Factor]) -> Result<Vec<Column>> {
    let mut pairs = Vec::new();
    for (place, one) in factors.iter().enumerate() {
        for other in &factors[place + 1..] {
            let together = stats::interaction_detector(values, &one.strata, &other.strata)?;
            let apart = stats::ecological_detector(values, &one.strata, &other.strata)?;
            pairs.push((one, other, together, apart));
        }
    }
    Ok(vec![
        texts("factor", &pairs, |(one, ..)| Some(one.name.clone())),
        texts("other_factor", &pairs, |(_, other, ..)| Some(other.name.clone())),
        numbers("q", &pairs, |(.., together, _)| together.q_one),
        numbers("q_other", &pairs, |(.., together, _)| together.q_other),
        numbers("q_both", &pairs, |(.., together, _)| together.q_both),
        texts("interaction", &pairs, |(.., together, _)| together.kind.map(|kind| kind.name().to_owned())),
        numbers("f_ecological", &pairs, |(.., apart)| apart.f),
        numbers("p_ecological", &pairs, |(.., apart)| apart.p),
    ])
}

fn stratum_frame(factors: &[Factor], found: &[FactorDetector]) -> Vec<Column> {
    let of_factor = |(factor, found): (&'_ Factor, &'_ FactorDetector)| {
        let named = |(number, stratum): &(usize, stats::Stratum)| {
            (factor.name.clone(), factor.names[*number].clone(), *stratum)
        };
        found.strata.iter().map(named).collect::<Vec<_>>()
    };
    let rows: Vec<_> = factors.iter().zip(found).flat_map(of_factor).collect();
    vec![
        texts("factor", &rows, |(factor, ..)| Some(factor.clone())),
        texts("stratum", &rows, |(_, name, _)| Some(name.clone())),
        Column::new("count".into(), rows.iter().map(|(.., stratum)| stratum.count as u64).collect::<Vec<_>>()),
        numbers("mean", &rows, |(.., stratum)| Some(stratum.mean)),
        numbers("variance", &rows, |(.., stratum)| stratum.variance()),
    ]
}

fn risk_frame(values: &[f64], factors: &[Factor]) -> Result<Vec<Column>> {
    let mut rows = Vec::new();
    for factor in factors {
        let found = stats::risk_detector(values, &factor.strata)?;
        rows.extend(found.into_iter().map(|pair| (factor, pair)));
    }
    Ok(vec![
        texts("factor", &rows, |(factor, _)| Some(factor.name.clone())),
        texts("stratum", &rows, |(factor, pair)| Some(factor.names[pair.one].clone())),
        texts("other_stratum", &rows, |(factor, pair)| Some(factor.names[pair.other].clone())),
        numbers("difference", &rows, |(_, pair)| Some(pair.difference)),
        numbers("t", &rows, |(_, pair)| pair.t),
        numbers("degrees_of_freedom", &rows, |(_, pair)| pair.degrees_of_freedom),
        numbers("p", &rows, |(_, pair)| pair.p),
    ])
}

fn trial_frame(factors: &[Factor]) -> Vec<Column> {
    let of_factor = |factor: &'_ Factor| {
        let trials = factor.discretised.iter().flat_map(|found| found.trials.clone());
        trials.map(|trial| (factor.name.clone(), trial)).collect::<Vec<_>>()
    };
    let rows: Vec<_> = factors.iter().flat_map(of_factor).collect();
    vec![
        texts("factor", &rows, |(factor, _)| Some(factor.clone())),
        texts("scheme", &rows, |(_, trial)| Some(trial.scheme.clone())),
        Column::new("classes".into(), rows.iter().map(|(_, trial)| trial.classes as u64).collect::<Vec<_>>()),
        numbers("q", &rows, |(_, trial)| trial.q),
    ]
}

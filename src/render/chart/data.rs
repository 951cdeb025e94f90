use chrono::NaiveDate;

use crate::error::RenderError;
use crate::progress::Forecast;
use crate::render::map::QuotaProgress;
use crate::stats::MoranScatterplot;

/// The data of a chart. Each kind of chart reads its own field.
#[derive(Debug, Clone, Default)]
pub struct ChartData {
    /// Accepted firms and quota of each district, by name. Used by [`ChartKind::Progress`](super::ChartKind::Progress)
    /// and [`ChartKind::Ranking`](super::ChartKind::Ranking).
    pub progress: Vec<(String, QuotaProgress)>,
    /// The fraction of a quota that is due by the as-of date at an even pace to the deadline; `None` if there is no deadline.
    /// Used with [`ChartData::progress`].
    pub due: Option<f64>,
    /// The name of each stage and the number of firms that reached it, in the order of the stages. Used by
    /// [`ChartKind::Stages`](super::ChartKind::Stages).
    pub stages: Vec<(String, u64)>,
    /// The name of the check of a sample of the firms that passed the last of the stages, and the number of firms that passed
    /// it.
    pub sample: Option<(String, u64)>,
    /// The number of accepted firms over time. Used by [`ChartKind::Pace`](super::ChartKind::Pace).
    pub pace: Option<Pace>,
    /// The values of rows at two times. Used by [`ChartKind::Slope`](super::ChartKind::Slope).
    pub slopes: Option<Slopes>,
    /// A value for each sector in each area. Used by [`ChartKind::Composition`](super::ChartKind::Composition), whose
    /// values are additive amounts, and by [`ChartKind::HeatMap`](super::ChartKind::HeatMap).
    pub cells: Option<AreaSectors>,
    /// The amounts of areas, with a reference. Used by [`ChartKind::Lorenz`](super::ChartKind::Lorenz).
    pub distribution: Option<Distribution>,
    /// Location quotients with their intervals. Used by
    /// [`ChartKind::LocationQuotient`](super::ChartKind::LocationQuotient).
    pub quotients: Vec<Quotient>,
    /// The values of units and their neighbours. Used by
    /// [`ChartKind::MoranScatterplot`](super::ChartKind::MoranScatterplot).
    pub moran: Option<NamedMoranScatterplot>,
    /// A function of distance. Used by [`ChartKind::PointPattern`](super::ChartKind::PointPattern).
    pub pattern: Option<PatternCurve>,
    /// What the statistic of the chart rests on, which is printed under it.
    pub test: Option<ChartTest>,
    /// The as-of date of the data.
    pub as_of: Option<NaiveDate>,
    /// The sources of the data, printed after the sources that the specification gives.
    pub sources: Vec<String>,
    /// Whether the enterprises are invented, which is then stated on the chart.
    pub synthetic: bool,
}

/// The number of firms accepted over time, and the quota.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// The day on which the work began.
    pub start: NaiveDate,
    /// The day on which the quota is due.
    pub deadline: NaiveDate,
    /// The quota, in firms.
    pub quota: u64,
    /// The number of firms accepted up to and including each day, in date order. The last day is the as-of date.
    pub steps: Vec<(NaiveDate, u64)>,
    /// The number of firms in the ledger: no more can be accepted.
    pub listed: u64,
    /// The forecast of the city, from [`crate::progress::forecast`]; `None` if none was asked for.
    pub forecast: Option<Forecast>,
}

impl Pace {
    /// The last day on which a firm was accepted, and the number of firms by then.
    #[must_use]
    pub fn last_accepted(&self) -> Option<(NaiveDate, u64)> {
        let all = self.steps.last()?.1;
        self.steps.iter().copied().find(|(_, firms)| *firms == all && all > 0)
    }
}

/// The values of several areas at two times.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slopes {
    /// The label of the first time.
    pub before: String,
    /// The label of the second time.
    pub after: String,
    /// For each row, its name, the value before and the value after.
    pub rows: Vec<(String, Option<f64>, Option<f64>)>,
    /// Whether the values are fractions, shown as percentages.
    pub percent: bool,
}

/// A value for each sector in each area.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AreaSectors {
    /// The names of the areas, which are the rows.
    pub areas: Vec<String>,
    /// The names of the sectors, which are the columns.
    pub sectors: Vec<String>,
    /// The values in row-major order: `values[area * sectors.len() + sector]`.
    pub values: Vec<Option<f64>>,
    /// The amount in each cell, in the order of `values`. It determines the order of sectors and which of them are left
    /// out.
    pub amounts: Vec<f64>,
    /// The position of each sector among all that a run shows, which gives it the same colour in every chart. If it is
    /// empty, the order of sectors by size does.
    pub colors: Vec<usize>,
}

/// The amounts of areas, and the reference with which they are compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// The amount of each area.
    pub amounts: Vec<f64>,
    /// The reference amount of each area, which defines an equal distribution; `None` gives all areas equal weight.
    pub reference: Option<Vec<f64>>,
    /// The name of the amounts: `印染企业`.
    pub amount_name: Option<String>,
    /// The name of the reference: `全部企业`.
    pub reference_name: Option<String>,
}

/// A location quotient with its confidence interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotient {
    /// The name of the row.
    pub name: String,
    /// The quotient; `None` if it is undefined.
    pub quotient: Option<f64>,
    /// The lower and upper bound of the confidence interval.
    pub interval: Option<(f64, f64)>,
    /// The number of firms on which the quotient is based.
    pub count: Option<f64>,
}

/// The number of units or points of a statistic, and its test against chance. What is not known is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartTest {
    /// The number of units or points.
    pub n: Option<u64>,
    /// The number of random arrangements: permutations, or simulations.
    pub simulations: Option<u64>,
    /// The p-value of the test.
    pub p: Option<f64>,
    /// Whether p is two-sided; `None` if it is not known.
    pub two_sided: Option<bool>,
}

/// A Moran scatterplot with the names of its units.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedMoranScatterplot {
    /// The names, one for each unit.
    pub names: Vec<String>,
    /// The positions of the units in the plot.
    pub plot: MoranScatterplot,
}

/// A function of distance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PatternFunction {
    /// Ripley's L = √(K / π) in m, of which L(r) − r is drawn.
    #[default]
    L,
    /// Ripley's K in m², which is drawn as L(r) − r.
    K,
    /// Duranton and Overman's K-density per m, drawn per km.
    KDensity,
    /// Marcon and Puech's M, which is 1 where a sector is as common near its own firms as anywhere.
    M,
}

/// A function of distance, with the band of simulations if there is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PatternCurve {
    /// The distances in metres, in ascending order.
    pub radius_m: Vec<f64>,
    /// The observed value at each distance.
    pub observed: Vec<Option<f64>>,
    /// The lower and upper bound of the band at each distance, in the unit of `observed`.
    pub band: Vec<Option<(f64, f64)>>,
    /// What the values are of.
    pub function: PatternFunction,
    /// The confidence of the band, which is 1 minus its significance level, if known.
    pub confidence: Option<f64>,
}

impl ChartData {
    /// Returns an error if lists that belong together differ in length.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        let same = |what: &'static str, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(RenderError::Length { what, found, expected }) }
        };
        if let Some(AreaSectors { areas, sectors, values, amounts, colors }) = &self.cells {
            same("the values", values.len(), areas.len() * sectors.len())?;
            same("the amounts", amounts.len(), values.len())?;
            same("the colours", colors.len(), if colors.is_empty() { 0 } else { sectors.len() })?;
        }
        if let Some(Distribution { amounts, reference: Some(reference), .. }) = &self.distribution {
            same("the reference", reference.len(), amounts.len())?;
        }
        if let Some(NamedMoranScatterplot { names, plot }) = &self.moran {
            for list in [plot.z.len(), plot.lag.len(), plot.quadrant.len()] {
                same("the places", list, names.len())?;
            }
        }
        if let Some(PatternCurve { radius_m, observed, band, .. }) = &self.pattern {
            same("the values", observed.len(), radius_m.len())?;
            same("the ends of the band", band.len(), radius_m.len())?;
        }
        Ok(())
    }
}

use chrono::NaiveDate;

use crate::error::RenderError;
use crate::render::map::QuotaProgress;
use crate::stats::MoranScatterplot;

/// What a chart is drawn from; each kind reads its own field.
#[derive(Debug, Clone, Default)]
pub struct ChartData {
    /// Firms done and due by district. For [`ChartKind::Progress`](super::ChartKind::Progress) and
    /// [`ChartKind::Ranking`](super::ChartKind::Ranking).
    pub progress: Vec<(String, QuotaProgress)>,
    /// Firms that reached each stage, in the order of the stages. For [`ChartKind::Stages`](super::ChartKind::Stages).
    pub stages: Vec<(String, u64)>,
    /// Firms done over time. For [`ChartKind::Pace`](super::ChartKind::Pace).
    pub pace: Option<Pace>,
    /// The same value at two times. For [`ChartKind::Slope`](super::ChartKind::Slope).
    pub slopes: Option<Slopes>,
    /// A value of each sector in each area. For [`ChartKind::Composition`](super::ChartKind::Composition), whose values are amounts
    /// that add up, and [`ChartKind::HeatMap`](super::ChartKind::HeatMap).
    pub cells: Option<AreaSectors>,
    /// Amounts of areas against a reference. For [`ChartKind::Lorenz`](super::ChartKind::Lorenz).
    pub distribution: Option<Distribution>,
    /// Quotients with their intervals. For [`ChartKind::LocationQuotient`](super::ChartKind::LocationQuotient).
    pub quotients: Vec<Quotient>,
    /// Units against their neighbours. For [`ChartKind::MoranScatterplot`](super::ChartKind::MoranScatterplot).
    pub moran: Option<NamedMoranScatterplot>,
    /// A function of distance. For [`ChartKind::PointPattern`](super::ChartKind::PointPattern).
    pub pattern: Option<PatternCurve>,
    /// The day the figures are of.
    pub as_of: Option<NaiveDate>,
    /// Where the figures come from, behind the specification's own sources.
    pub sources: Vec<String>,
    /// Whether the enterprises are invented, which the chart then says.
    pub synthetic: bool,
}

/// Firms done over time, and what was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// When the work began.
    pub start: NaiveDate,
    /// When the quota is due.
    pub deadline: NaiveDate,
    /// Firms due.
    pub quota: u64,
    /// Firms done up to and including each day, in the order of the days; the last is the day the counts are of.
    pub steps: Vec<(NaiveDate, u64)>,
}

/// A value of several areas at two times.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slopes {
    /// What the first time is called.
    pub before: String,
    /// What the second is called.
    pub after: String,
    /// Name, value before, value after.
    pub rows: Vec<(String, Option<f64>, Option<f64>)>,
    /// Whether values are shares, written as percentages.
    pub percent: bool,
}

/// A value of each sector in each area.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AreaSectors {
    /// Names of the areas, the rows.
    pub areas: Vec<String>,
    /// Names of the sectors, the columns.
    pub sectors: Vec<String>,
    /// Row by row: `values[area * sectors.len() + sector]`.
    pub values: Vec<Option<f64>>,
    /// How much there is in each cell, by which sectors are ordered and the least left out.
    pub amounts: Vec<f64>,
}

/// Amounts of areas, and what they are compared with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// The amounts.
    pub amounts: Vec<f64>,
    /// What each area would have its share of, if all were equal; none where each area counts alike.
    pub reference: Option<Vec<f64>>,
    /// What the amounts are, in words: `印染企业`.
    pub amount_name: Option<String>,
    /// What the reference is, in words: `全部企业`.
    pub reference_name: Option<String>,
}

/// A location quotient with its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotient {
    /// What it is of.
    pub name: String,
    /// The quotient; none where it is not defined.
    pub quotient: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// How many firms it is of.
    pub count: Option<f64>,
}

/// A Moran scatterplot and the names of its units.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedMoranScatterplot {
    /// The names, one for each unit.
    pub names: Vec<String>,
    /// Where they stand.
    pub plot: MoranScatterplot,
}

/// Ripley's function at distances, with the band of simulations where there is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PatternCurve {
    /// The distances, ascending.
    pub radius_m: Vec<f64>,
    /// Values at each of them: K in m², or L in m.
    pub observed: Vec<Option<f64>>,
    /// The band's lower and upper end at each.
    pub band: Vec<Option<(f64, f64)>>,
    /// Whether the values are of K; else they are of L = √(K / π).
    pub is_k: bool,
    /// The confidence of the band, 1 less its level, where it is known.
    pub confidence: Option<f64>,
}

impl ChartData {
    /// Refuses lists that belong together and differ in length.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        let same = |what: &'static str, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(RenderError::Length { what, found, expected }) }
        };
        if let Some(AreaSectors { areas, sectors, values, amounts }) = &self.cells {
            same("the values", values.len(), areas.len() * sectors.len())?;
            same("the amounts", amounts.len(), values.len())?;
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

use polars::prelude::Column;
use serde_json::Map;

use super::{PeriodValues, names};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::autocorrelation::Labelling;
use crate::measure::operation::{Input, Operation};
use crate::measure::outcome::Outcome;
use crate::model::json::json;
use crate::stats::{self, ConfidenceBin, EmergingOptions, HotSpotPattern, MannKendall, Transform};

/// Emerging hot spots: Gi* of every unit in every period, its trend, and the pattern in which hot and cold spots came and went.
#[parameters]
pub struct EmergingHotSpots {
    /// The values of the periods.
    #[flatten]
    pub values: PeriodValues,
    /// Number of earlier periods in which neighbours count beside the same period.
    pub periods_back: usize,
    /// Which units are hot or cold in a period.
    #[flatten]
    pub labelling: Labelling,
    /// A trend is one where its p is at most this.
    pub trend_level: f64,
}

impl Default for EmergingHotSpots {
    fn default() -> Self {
        let EmergingOptions { periods_back, trend_level, .. } = EmergingOptions::default();
        Self { values: PeriodValues::default(), periods_back, labelling: Labelling::default(), trend_level }
    }
}

/// Periods from which on nine tenths of them are not all.
const ENOUGH: usize = 10;

impl Operation for EmergingHotSpots {
    const NAME: &'static str = "emerging-hot-spots";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Emerging hot spots: which are new, growing, lasting, fading?";
    const DEFINITION: &'static str = "G*_it over a unit and its neighbours in the same and earlier periods, against all units \
and periods (Ord and Getis 1995); trend of its z by Mann and Kendall; patterns of Emerging Hot Spot Analysis of ArcGIS";
    const REMARKS: &'static str = "A unit is hot or cold in a period by the p of z, adjusted for the number of units and \
periods; bins are of 90, 95 and 99 % confidence. trend_z and trend_p are of the Mann-Kendall test over the periods. Give ten \
periods or more: of fewer, 90 % are all.";
    const EXAMPLES: &'static [&'static str] = &[
        "emerging-hot-spots towns.csv --periods q1,q2,q3,q4 --areas towns.geojson --contiguity queen -o spots.geojson",
        "emerging-hot-spots towns.csv --periods q1,q2,q3,q4 --weights towns.gal --periods-back 0 --adjust none --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.values.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.values.read(Self::NAME, Transform::Binary)?;
        let options = EmergingOptions::default()
            .with_periods_back(self.periods_back)
            .with_adjustment(self.labelling.adjust)
            .with_level(self.labelling.level)
            .with_trend_level(self.trend_level);
        let found = stats::emerging_hot_spots(&numbers.periods, &numbers.weights, options)?;
        let count = numbers.periods.len();
        if count < ENOUGH {
            numbers.notes.push(format!("of {count} periods 90 % are all: ten or more tell patterns better apart"));
        }
        let trend = |name: &str, of: fn(&MannKendall) -> Option<f64>| {
            let values: Vec<Option<f64>> = found.trend.iter().map(|trend| trend.as_ref().and_then(of)).collect();
            Column::new(name.into(), values)
        };
        let counts = |name: &str, counts: &[usize]| {
            Column::new(name.into(), counts.iter().map(|count| *count as u64).collect::<Vec<_>>())
        };
        let mut columns = vec![
            names("pattern", &found.pattern, HotSpotPattern::name),
            counts("hot_periods", &found.hot_periods),
            counts("cold_periods", &found.cold_periods),
            trend("trend_z", |trend| trend.z),
            trend("trend_p", |trend| trend.p),
            trend("tau", |trend| Some(trend.tau)),
        ];
        for (place, period) in self.values.periods.iter().enumerate() {
            columns.push(Column::new(format!("{period}_z").into(), found.z[place].clone()));
            columns.push(Column::new(format!("{period}_p_adjusted").into(), found.p_adjusted[place].clone()));
            columns.push(names(&format!("{period}_bin"), &found.bin[place], ConfidenceBin::name));
        }
        let mut scalars = Map::new();
        let mut of_pattern = Map::new();
        for pattern in found.pattern.iter().flatten() {
            let units = of_pattern.entry(pattern.name()).or_insert(json!(0));
            *units = json!(units.as_u64().unwrap_or_default() + 1);
        }
        scalars.insert("patterns".to_owned(), of_pattern.into());
        scalars.insert("adjustment".to_owned(), json!(self.labelling.adjust));
        scalars.insert("level".to_owned(), json!(self.labelling.level));
        numbers.outcome(scalars, columns)
    }
}

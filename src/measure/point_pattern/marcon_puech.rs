use serde::Serialize;

use super::declared::point_statistic;
use super::pattern::{Curve, Pattern};
use super::{Distances, Simulations};
use crate::error::Result;
use crate::measure::WindowedPoints;
use crate::stats::{self, Bootstrap, GlobalBand, PlacedFirm};

point_statistic! {
    /// Marcon and Puech's M: how much of what is near the firms of a sector is of it, over its share of all firms.
    curve MarconPuech {
        /// Sector whose firms are looked for [default: the same].
        #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
        pub other_sector: Option<String>,
        /// Column with the weights of firms.
        #[parameter(value = "COLUMN")]
        pub weight: Option<String>,
        /// The distances.
        #[flatten]
        pub distances: Distances,
        /// Draw the firms again so often, for an interval of M at each distance.
        pub draws: Option<usize>,
        /// Seed of what is drawn.
        #[parameter(requires = "draws")]
        pub draw_seed: u64,
        /// Confidence of the intervals.
        #[parameter(requires = "draws")]
        pub confidence: f64,
    }
    name: "m",
    summary: "Marcon and Puech's M: how much of what is near a sector's firms is of it, against all firms?",
    definition: "M(r) = sum_i local share of the sector / sum_i its share of all (Marcon and Puech 2010)",
    examples: [
        "m firms.csv --areas districts.geojson --by sector --sector bearings --weight employees --simulations 199",
        "m firms.csv --areas districts.geojson --by sector --sector bearings --radii 500m,1km,2km --draws 999 --draw-seed 7",
    ],
    other: other_sector,
    weight: weight,
    found: |self, pattern, radii_m, simulating| {
        let firms = &pattern.firms;
        let m = |from: &[bool], to: Option<&[bool]>| {
            stats::marcon_puech(&firms.at, &firms.weights, from, to.unwrap_or(from), &radii_m)
        };
        let found = m(&firms.from, firms.to.as_deref())?;
        let observed = (&found, GlobalBand::Deviation);
        let held = pattern.held_among_firms(simulating, observed, |from, to| Ok(m(from, to)?))?;
        let intervals = self.intervals(&pattern, &radii_m)?;
        let ends = |end: fn((f64, f64)) -> f64| -> Option<Curve> {
            Some(intervals.as_ref()?.iter().map(|interval| interval.map(end)).collect())
        };
        let (bootstrap_lower, bootstrap_upper) = (ends(|ends| ends.0), ends(|ends| ends.1));
        (Found { radius_m: radii_m.clone(), m: found, bootstrap_lower, bootstrap_upper }, held)
    },
}

impl Default for MarconPuech {
    fn default() -> Self {
        let Bootstrap { seed, confidence, .. } = Bootstrap::default();
        Self {
            points: WindowedPoints::default(),
            other_sector: None,
            weight: None,
            distances: Distances::default(),
            draws: None,
            draw_seed: seed,
            confidence,
            simulations: Simulations::default(),
        }
    }
}

/// The ends of the interval at each distance.
type Intervals = Vec<Option<(f64, f64)>>;

impl MarconPuech {
    /// The interval of M at each distance; none where nothing is drawn.
    fn intervals(&self, pattern: &Pattern, radii_m: &[f64]) -> Result<Option<Intervals>> {
        let Some(replications) = self.draws else { return Ok(None) };
        let firms = &pattern.firms;
        let to = firms.to.as_deref().unwrap_or(&firms.from);
        let places: Vec<PlacedFirm> = (0..firms.at.len())
            .map(|firm| PlacedFirm {
                at: firms.at[firm],
                weight: firms.weights[firm],
                is_reference: firms.from[firm],
                is_neighbour: to[firm],
            })
            .collect();
        let bootstrap = Bootstrap { replications, seed: self.draw_seed, confidence: self.confidence };
        Ok(Some(stats::bootstrapped_marcon_puech(&places, radii_m, &bootstrap)?))
    }
}

/// M at each distance, with its interval where firms were drawn again.
#[derive(Serialize)]
struct Found {
    radius_m: Vec<f64>,
    m: Curve,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap_lower: Option<Curve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap_upper: Option<Curve>,
}

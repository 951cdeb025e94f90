use serde::Serialize;

use super::Distances;
use super::declared::point_statistic;
use super::pattern::Curve;
use crate::stats::{self, GlobalBand};

point_statistic! {
    /// Marcon and Puech's M: how much of what is near the firms of a sector is of it, over its share of all firms.
    #[derive(Default)]
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
    }
    name: "m",
    summary: "Marcon and Puech's M: how much of what is near a sector's firms is of it, against all firms?",
    definition: "M(r) = sum_i local share of the sector / sum_i its share of all (Marcon and Puech 2010)",
    examples: [
        "m firms.csv --areas districts.geojson --by sector --sector bearings --weight employees --simulations 199",
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
        (Found { radius_m: radii_m.clone(), m: found }, held)
    },
}

/// M at each distance.
#[derive(Serialize)]
struct Found {
    radius_m: Vec<f64>,
    m: Curve,
}

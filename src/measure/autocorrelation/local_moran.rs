use super::declared::unit_statistic;
use crate::stats::{self, Randomisation};

unit_statistic! {
    /// Local Moran's I: which units stand among their like, and which stand out.
    local LocalMoran {
        /// Hold z against all values in any order, not with the unit's own where it is.
        pub total: bool,
    }
    name: "local-moran",
    summary: "Local Moran: which units stand among their like, and which stand out?",
    definition: "I_i = z_i sum_j w_ij z_j / m2, m2 = sum z^2 / n",
    examples: [
        "local-moran towns.csv --value rate --weights towns.gal --seed 7 -o clusters.csv",
        "local-moran towns.csv --value rate --areas towns.geojson --contiguity queen -o clusters.csv",
    ],
    weights: Row,
    found: |self, numbers, inference| {
        let randomisation = if self.total { Randomisation::Total } else { Randomisation::Conditional };
        stats::local_moran(&numbers.values, &numbers.weights, inference.with_randomisation(randomisation))
    },
}

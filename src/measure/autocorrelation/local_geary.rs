use super::declared::unit_statistic;
use crate::stats::{self, Standardisation};

unit_statistic! {
    /// Local Geary's C: where neighbours differ least, and most.
    local LocalGeary {
        /// Divide the values by the standard deviation with n, as esda does, not with n − 1.
        #[parameter(alias = "population")]
        pub standardise_with_n: bool,
    }
    name: "local-geary",
    summary: "Local Geary: where do neighbours differ least, and most?",
    definition: "C_i = sum_j w_ij (z_i - z_j)^2, z standardised with n - 1, or with n where asked",
    examples: ["local-geary towns.csv --value rate --weights towns.gal -o clusters.csv"],
    weights: Row,
    found: |self, numbers, inference| {
        let standardisation =
            if self.standardise_with_n { Standardisation::Population } else { Standardisation::Sample };
        stats::local_geary(&numbers.values, &numbers.weights, standardisation, inference)
    },
}

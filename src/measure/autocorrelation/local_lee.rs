use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Lee's local L: where two things go together, smoothed over neighbours.
    local LocalLee {
        /// Column with the second values.
        #[parameter(value = "COLUMN", required, alias = "other")]
        pub other_value: String,
    }
    name: "local-lee",
    summary: "Lee's local L: where do two things go together, smoothed over neighbours?",
    definition: "L_i = (sum_j w_ij z_j)(sum_j w_ij u_j), standardised with n",
    examples: [
        "local-lee towns.csv --value rate --other-value density --weights towns.gal --format csv",
    ],
    weights: Row,
    other: other_value,
    found: |self, numbers, inference| stats::local_lee(&numbers.values, &numbers.other, &numbers.weights, inference),
}

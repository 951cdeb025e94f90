use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Lee's L: whether two things go together, smoothed over neighbours.
    global Lee {
        /// Column with the second values.
        #[parameter(value = "COLUMN", required, alias = "other")]
        pub other_value: String,
    }
    name: "lee",
    summary: "Lee's L: do two things go together, smoothed over neighbours?",
    definition: "L = n / sum_i w_i^2 sum_i (sum_j w_ij z_j)(sum_j w_ij u_j) / sqrt(sum_i z_i^2 sum_i u_i^2)",
    examples: ["lee towns.csv --value rate --other-value density --weights towns.gal --format json"],
    weights: Row,
    other: other_value,
    found: |self, numbers, inference| stats::lee(&numbers.values, &numbers.other, &numbers.weights, inference),
}

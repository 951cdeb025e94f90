use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Bivariate Moran's I: whether much of one thing is near much of another.
    global BivariateMoran {
        /// Column with the second values.
        #[parameter(value = "COLUMN", required, alias = "other")]
        pub other_value: String,
    }
    name: "bivariate-moran",
    summary: "Bivariate Moran's I: is much of one thing near much of another?",
    definition: "I = (n / S0) sum_ij w_ij z_i u_j / sqrt(sum_i z_i^2 sum_i u_i^2)",
    examples: [
        "bivariate-moran towns.csv --value rate --other-value density --weights towns.gal --format json",
    ],
    weights: Row,
    other: other_value,
    found: |self, numbers, inference| stats::bivariate_moran(&numbers.values, &numbers.other, &numbers.weights, inference),
}

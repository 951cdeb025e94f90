use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Local bivariate Moran's I: where much of one thing is near much of another.
    local LocalBivariateMoran {
        /// Column with the neighbours' values.
        #[parameter(value = "COLUMN", required, alias = "other")]
        pub other_value: String,
    }
    name: "local-bivariate-moran",
    summary: "Local bivariate Moran: where is much of one thing near much of another?",
    definition: "I_i = z_i sum_j w_ij u_j, standardised with n",
    examples: [
        "local-bivariate-moran towns.csv --value rate --other-value density --weights towns.gal --format csv",
    ],
    weights: Row,
    other: other_value,
    found: |self, numbers, inference| stats::local_bivariate_moran(&numbers.values, &numbers.other, &numbers.weights, inference),
}

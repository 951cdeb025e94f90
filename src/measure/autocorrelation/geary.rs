use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Geary's C: whether neighbours differ less than any two units.
    global Geary {}
    name: "geary",
    summary: "Geary's C: do neighbours differ less than any two?",
    definition: "C = (n - 1) / (2 S0) sum_ij w_ij (x_i - x_j)^2 / sum_i z_i^2",
    examples: ["geary towns.csv --value rate --weights towns.gal --format json"],
    weights: Row,
    found: |self, numbers, inference| stats::geary(&numbers.values, &numbers.weights, inference),
}

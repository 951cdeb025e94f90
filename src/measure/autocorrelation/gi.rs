use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Getis and Ord's Gi: where the neighbours of a unit are high or low.
    local Gi {}
    name: "gi",
    summary: "Getis and Ord's Gi: where are the neighbours of a unit high or low?",
    definition: "G_i = sum_j w_ij x_j / sum_j x_j, j != i (Ord and Getis 1995)",
    examples: ["gi towns.csv --value employees --weights towns.gal --format csv"],
    weights: Binary,
    found: |self, numbers, inference| stats::gi(&numbers.values, &numbers.weights, inference),
}

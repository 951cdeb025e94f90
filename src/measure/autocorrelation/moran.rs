use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Moran's I: whether values that are near each other are alike.
    global Moran {}
    name: "moran",
    summary: "Moran's I: are near values alike at all?",
    definition: "I = (n / S0) sum_ij w_ij z_i z_j / sum_i z_i^2",
    examples: [
        "moran towns.csv --value rate --weights towns.gal --format json",
        "moran towns.csv --value rate --areas towns.geojson --contiguity queen --format json",
    ],
    weights: Row,
    found: |self, numbers, inference| stats::moran(&numbers.values, &numbers.weights, inference),
}

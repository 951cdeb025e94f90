use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Getis and Ord's G: whether high values stand together, or low ones.
    global GetisOrdG {}
    name: "getis-ord-g",
    summary: "Getis and Ord's G: do high values stand together, or low ones?",
    definition: "G = sum_ij w_ij x_i x_j / sum_ij x_i x_j, i != j",
    examples: ["getis-ord-g towns.csv --value employees --weights towns.gal"],
    weights: Binary,
    found: |self, numbers, inference| stats::getis_ord_g(&numbers.values, &numbers.weights, inference),
}

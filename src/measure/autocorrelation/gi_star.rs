use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Getis and Ord's Gi*: where a unit with its neighbours is high or low.
    local GiStar {}
    name: "gi-star",
    summary: "Gi*: where is a unit with its neighbours high or low?",
    definition: "G*_i = sum_j w_ij x_j / sum_j x_j, i among its neighbours (Ord and Getis 1995)",
    examples: [
        "gi-star firms.csv --value employees --knn 8 --alternative greater --permutations 9999 --format csv",
    ],
    weights: Binary,
    found: |self, numbers, inference| {
        // A unit among its own neighbours weighs as much as one of them, before weights are made to sum to 1.
        let star = stats::transformed(&numbers.units.with_self(1.0), numbers.transform);
        stats::gi_star(&numbers.values, &star, inference)
    },
}

use super::declared::unit_statistic;
use crate::stats;

unit_statistic! {
    /// Local spatial heteroscedasticity (LOSH): where values vary more, or less, than around the average unit.
    local Losh {}
    name: "losh",
    summary: "LOSH: where do values vary more, or less, than elsewhere?",
    definition: "H_i = sum_j w_ij h_j / (W_i mean(h)), h_j = (x_j - sum_k w_jk x_k / W_j)^2 (Ord and Getis 2012)",
    examples: ["losh towns.csv --value rate --weights towns.gal -o edges.csv"],
    weights: Row,
    found: |self, numbers, inference| {
        if self.units.keep_islands {
            numbers.notes.push("units without neighbours have no local mean: ‹keep_islands› keeps none here".to_owned());
        }
        stats::local_heteroscedasticity(&numbers.values, &numbers.weights, inference)
    },
}

use super::declared::unit_statistic;
use super::without_p;
use crate::stats;

unit_statistic! {
    /// Local join counts of a column of 0 and 1: where the ones stand together.
    local LocalJoinCount {}
    name: "local-join-count",
    summary: "Local join counts of a column of 0 and 1: where do the ones stand together?",
    definition: "BB_i = x_i sum_j w_ij x_j",
    examples: ["local-join-count towns.csv --value behind --weights towns.gal --format csv"],
    weights: Binary,
    found: |self, numbers, inference| {
        numbers.notes.extend(without_p("local-join-count", &self.chance));
        stats::local_join_count(&numbers.values, &numbers.weights, inference)
    },
}

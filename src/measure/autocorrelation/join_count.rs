use super::declared::unit_statistic;
use crate::stats::{self, Sampling};

unit_statistic! {
    /// Join counts of a column of 0 and 1: whether the ones stand together.
    global JoinCount {
        /// Take each unit to have it with one probability (free sampling), not as many units to have it anywhere.
        pub free: bool,
    }
    name: "join-count",
    summary: "Join counts of a column of 0 and 1: do the ones stand together?",
    definition: "BB = 1/2 sum_ij w_ij x_i x_j",
    examples: ["join-count towns.csv --value behind --weights towns.gal --format json"],
    weights: Binary,
    found: |self, numbers, inference| {
        let sampling = if self.free { Sampling::Free } else { Sampling::NonFree };
        stats::join_count(&numbers.values, &numbers.weights, sampling, inference)
            .inspect(|found| numbers.notes.extend(few_expected(found)))
    },
}

/// Warns where so few joins are expected that they are far from normal.
fn few_expected(found: &stats::JoinCount) -> Option<String> {
    const FEW: f64 = 5.0;
    let expected = [("bb", found.expected_bb), ("bw", found.expected_bw), ("ww", found.expected_ww)];
    let few = expected.into_iter().filter_map(|(joins, expected)| Some((joins, expected.filter(|few| *few < FEW)?)));
    let few: Vec<String> = few.map(|(joins, expected)| format!("{expected:.2} {joins}")).collect();
    let few = few.join(", ");
    (!few.is_empty()).then(|| format!("fewer than 5 joins are expected: {few}; believe permutations more than their z"))
}

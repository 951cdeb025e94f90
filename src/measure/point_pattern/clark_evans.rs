use super::declared::point_statistic;
use crate::stats::{self, Alternative};

point_statistic! {
    /// Clark and Evans' R: the mean distance to the nearest other point, over what it is by chance.
    #[derive(Default)]
    single ClarkEvans {
        /// What counts as more extreme.
        pub alternative: Alternative,
    }
    name: "clark-evans",
    summary: "Clark and Evans' R: do points crowd, or keep apart?",
    definition: "R = mean nearest distance / (sqrt(|W| / n) / 2)",
    examples: ["clark-evans firms.csv --areas districts.geojson --by sector --sector dyeing --format json"],
    found: |self, pattern, simulating| {
        let ratio = |from: &[[f64; 2]]| stats::clark_evans(from, pattern.window(), self.alternative);
        let found = ratio(&pattern.from)?;
        let observed = vec![Some(found.ratio)];
        let held =
            pattern.held_in_window(simulating, &observed, |from, _| Ok(vec![Some(ratio(from)?.ratio)]))?;
        (found, held)
    },
}

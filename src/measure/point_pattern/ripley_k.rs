use super::Distances;
use super::declared::point_statistic;
use super::ripley::{Counting, ripley};
use crate::stats::EdgeCorrection;

point_statistic! {
    /// Ripley's K: how many other points are within a distance of a point, over how many there are per m².
    #[derive(Default)]
    curve RipleyK {
        /// Sector whose points are looked for [default: the same].
        #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
        pub other_sector: Option<String>,
        /// The distances.
        #[flatten]
        pub distances: Distances,
        /// How pairs are corrected for the points beyond the window that are not seen.
        #[parameter(alias = "correction")]
        pub edge_correction: EdgeCorrection,
        /// With the border correction, count points near the boundary by the intervals between distances, as spatstat does.
        pub binned: bool,
    }
    name: "k",
    summary: "Ripley's K: how many others, also of another sector, are within a distance?",
    definition: "K(r) = |W| / (n (n - 1)) sum_ij e_ij 1[d_ij <= r]",
    examples: [
        "k firms.csv --areas districts.geojson --max-radius 5km --simulations 99",
        "k firms.csv --areas districts.geojson --by sector --sector dyeing --other-sector chemicals --format json",
    ],
    other: other_sector,
    found: |self, pattern, radii_m, simulating| {
        let counting = Counting { correction: self.edge_correction, binned: self.binned };
        ripley(&pattern, &radii_m, counting, simulating, |found| &found.k)?
    },
}

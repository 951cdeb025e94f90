use super::Distances;
use super::declared::point_statistic;
use super::ripley::{Counting, ripley};
use crate::stats::EdgeCorrection;

point_statistic! {
    /// Ripley's K as L, its square root over π, which is the distance itself for points that do not know of each other.
    #[derive(Default)]
    curve RipleyL {
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
    name: "l",
    summary: "Ripley's L: K made to grow with the distance",
    definition: "L(r) = sqrt(K(r) / pi)",
    examples: [
        "l firms.csv --areas districts.geojson --max-radius 5km --simulations 99 -o l.csv",
        "l firms.csv --areas districts.geojson --by sector --sector dyeing --simulations 199 --seed 7 -o dyeing.csv",
    ],
    other: other_sector,
    found: |self, pattern, radii_m, simulating| {
        let counting = Counting { correction: self.edge_correction, binned: self.binned };
        ripley(&pattern, &radii_m, counting, simulating, |found| &found.l)?
    },
}

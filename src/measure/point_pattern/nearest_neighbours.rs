use super::Distances;
use super::declared::point_statistic;
use super::pattern::{known, shares};
use super::ripley::depth;
use crate::stats;

point_statistic! {
    /// G: the share of points that have a nearest other point within a distance.
    #[derive(Default)]
    curve NearestNeighbours {
        /// Sector whose points are looked for [default: the same].
        #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
        pub other_sector: Option<String>,
        /// The distances.
        #[flatten]
        pub distances: Distances,
        /// Count points near the boundary by the intervals between distances, as spatstat does.
        pub binned: bool,
    }
    name: "g",
    summary: "G: how far is the nearest other?",
    definition: "G(r) = share of points with a nearest one within r",
    examples: ["g firms.csv --areas districts.geojson --max-radius 2km --steps 20 --simulations 99"],
    other: other_sector,
    found: |self, pattern, radii_m, simulating| {
        let (window, depth) = (pattern.window(), depth(self.binned));
        let found = stats::nearest_neighbour_distribution(&pattern.from, pattern.others(), window, &radii_m, depth)?;
        let held = pattern.held_in_window(simulating, &known(&found.raw), |from, to| {
            Ok(shares(&stats::nearest_distances_m(from, to)?, &radii_m))
        })?;
        (found, held)
    },
}

use super::declared::point_statistic;
use super::pattern::{known, shares};
use super::ripley::depth;
use super::{Distances, Simulations};
use crate::measure::windowed::WindowedPoints;
use crate::stats;

point_statistic! {
    /// F: the share of places of the window that have a nearest point within a distance.
    curve EmptySpace {
        /// The distances.
        #[flatten]
        pub distances: Distances,
        /// Number of places, about, from which the window is looked at.
        pub probes: usize,
        /// Count places near the boundary by the intervals between distances, as spatstat does.
        pub binned: bool,
    }
    name: "f",
    summary: "F: how far is the nearest point from anywhere in the window?",
    definition: "F(r) = share of probes with a nearest point within r",
    examples: ["f firms.csv --areas districts.geojson --max-radius 5km --probes 10000 --simulations 99"],
    found: |self, pattern, radii_m, simulating| {
        let probes = stats::lattice_probes(pattern.window(), self.probes)?;
        let found = stats::empty_space(&pattern.from, &probes, pattern.window(), &radii_m, depth(self.binned))?;
        let held = pattern.held_in_window(simulating, &known(&found.raw), |from, _| {
            Ok(shares(&stats::nearest_distances_m(&probes, Some(from))?, &radii_m))
        })?;
        (found, held)
    },
}

impl Default for EmptySpace {
    fn default() -> Self {
        Self {
            points: WindowedPoints::default(),
            distances: Distances::default(),
            probes: 10_000,
            binned: false,
            simulations: Simulations::default(),
        }
    }
}

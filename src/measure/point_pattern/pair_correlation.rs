use super::Distances;
use super::declared::point_statistic;
use crate::model::Distance;
use crate::stats::{self, Divisor, EdgeCorrection, PairCorrelationOptions};

point_statistic! {
    /// Pair correlation g: how frequent pairs are at a distance, over how frequent they are by chance.
    #[derive(Default)]
    curve PairCorrelation {
        /// Sector whose points are looked for [default: the same].
        #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
        pub other_sector: Option<String>,
        /// The distances.
        #[flatten]
        pub distances: Distances,
        /// How pairs are corrected for the points beyond the window that are not seen; border is not known here.
        #[parameter(alias = "correction")]
        pub edge_correction: EdgeCorrection,
        /// Divide pairs by the distance asked for (r), or each by its own (d).
        pub divisor: Divisor,
        /// How far the kernel reaches to either side: 200m [default: 0.15 / √density].
        pub bandwidth: Option<Distance>,
    }
    name: "pcf",
    summary: "Pair correlation g: how many others are at a distance, not up to it?",
    definition: "g(r) = |W| / (2 pi r n (n - 1)) sum_ij e_ij k_h(r - d_ij)",
    examples: ["pcf firms.csv --areas districts.geojson --max-radius 5km --bandwidth 200m --simulations 99"],
    other: other_sector,
    found: |self, pattern, radii_m, simulating| {
        let options = PairCorrelationOptions::default()
            .with_correction(self.edge_correction)
            .with_divisor(self.divisor)
            .with_bandwidth_m(self.bandwidth.map(Distance::metres));
        let g = |from: &[[f64; 2]], to: Option<&[[f64; 2]]>| {
            stats::pair_correlation(from, to, pattern.window(), &radii_m, options)
        };
        let found = g(&pattern.from, pattern.others())?;
        let held = pattern.held_in_window(simulating, &found.g, |from, to| Ok(g(from, to)?.g))?;
        (found, held)
    },
}

use super::Distances;
use super::declared::point_statistic;
use crate::model::Distance;
use crate::stats::{self, DurantonOvermanOptions, GlobalBand};

point_statistic! {
    /// Duranton and Overman's K-density: how frequent each distance is between the firms of a sector.
    #[derive(Default)]
    curve KDensity {
        /// Sector whose firms are looked for [default: the same].
        #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
        pub other_sector: Option<String>,
        /// Column with the weights of firms; pairs then count by their product.
        #[parameter(value = "COLUMN")]
        pub weight: Option<String>,
        /// The distances.
        #[flatten]
        pub distances: Distances,
        /// Standard deviation of the kernel: 500m [default: Silverman's rule].
        pub bandwidth: Option<Distance>,
    }
    name: "kdensity",
    summary: "Duranton and Overman's K-density: how far are a sector's firms from each other, against all firms?",
    definition: "Gaussian kernel density of pair distances, reflected at 0 (Duranton and Overman 2005)",
    examples: [
        "kdensity firms.csv --areas districts.geojson --by sector --sector bearings --simulations 199 -o bearings.csv",
    ],
    other: other_sector,
    weight: weight,
    found: |self, pattern, radii_m, simulating| {
        let firms = &pattern.firms;
        let (weighted, bandwidth_m) = (self.weight.is_some(), self.bandwidth.map(Distance::metres));
        let options = DurantonOvermanOptions::default().with_weighted(weighted).with_bandwidth_m(bandwidth_m);
        let density = |from: &[bool], to: Option<&[bool]>| {
            stats::duranton_overman(&firms.at, &firms.weights, from, to.unwrap_or(from), &radii_m, options)
        };
        let found = density(&firms.from, firms.to.as_deref())?;
        // The global band has the same rank at every distance, as in Duranton and Overman.
        let observed = (&found.density, GlobalBand::Rank);
        let held = pattern.held_among_firms(simulating, observed, |from, to| Ok(density(from, to)?.density))?;
        (found, held)
    },
}

//! Statistics of a sector's firms that are held against all firms.

use serde::Serialize;

use super::pattern::{Curve, Pattern};
use super::{DISTANCES, Distances, REMARKS, Simulations};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::{Input, Operation};
use crate::measure::outcome::Outcome;
use crate::measure::windowed::WindowedPoints;
use crate::model::Distance;
use crate::stats::{self, DurantonOvermanOptions, GlobalBand};

/// Duranton and Overman's K-density: how frequent each distance is between the firms of a sector.
#[parameters]
#[derive(Default)]
pub struct KDensity {
    /// The firms and the window.
    #[flatten]
    pub points: WindowedPoints,
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
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for KDensity {
    const NAME: &'static str = "kdensity";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Duranton and Overman's K-density: how far are a sector's firms from each other, against all firms?";
    const DEFINITION: &'static str =
        "Gaussian kernel density of pair distances, reflected at 0 (Duranton and Overman 2005)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "kdensity firms.csv --areas districts.geojson --by sector --sector bearings --simulations 199 -o bearings.csv",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let radii_m = self.distances.radii_m()?;
        let (other, weight) = (self.other_sector.as_deref(), self.weight.as_deref());
        let pattern = Pattern::read(&self.points, other, weight, &self.simulations)?;
        let firms = &pattern.firms;
        let options =
            DurantonOvermanOptions { weighted: weight.is_some(), bandwidth_m: self.bandwidth.map(Distance::metres) };
        let density = |from: &[bool], to: Option<&[bool]>| {
            stats::duranton_overman(&firms.at, &firms.weights, from, to.unwrap_or(from), &radii_m, options)
        };
        let found = density(&firms.from, firms.to.as_deref())?;
        // Of the same rank everywhere, as Duranton and Overman have it.
        let observed = (&found.density, GlobalBand::Rank);
        let held = pattern.held_among_firms(&self.simulations, observed, |from, to| Ok(density(from, to)?.density))?;
        pattern.outcome(found, &self.simulations, held)?.with_columns(DISTANCES, Vec::new(), radii_m.len())
    }
}

/// Marcon and Puech's M: how much of what is near the firms of a sector is of it, over its share of all firms.
#[parameters]
#[derive(Default)]
pub struct MarconPuech {
    /// The firms and the window.
    #[flatten]
    pub points: WindowedPoints,
    /// Sector whose firms are looked for [default: the same].
    #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
    pub other_sector: Option<String>,
    /// Column with the weights of firms.
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for MarconPuech {
    const NAME: &'static str = "m";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Marcon and Puech's M: how much of what is near a sector's firms is of it, against all firms?";
    const DEFINITION: &'static str =
        "M(r) = sum_i local share of the sector / sum_i its share of all (Marcon and Puech 2010)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["m firms.csv --areas districts.geojson --by sector --sector bearings --weight employees --simulations 199"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        #[derive(Serialize)]
        struct Found {
            radius_m: Vec<f64>,
            m: Curve,
        }
        let radii_m = self.distances.radii_m()?;
        let (other, weight) = (self.other_sector.as_deref(), self.weight.as_deref());
        let pattern = Pattern::read(&self.points, other, weight, &self.simulations)?;
        let firms = &pattern.firms;
        let m = |from: &[bool], to: Option<&[bool]>| {
            stats::marcon_puech(&firms.at, &firms.weights, from, to.unwrap_or(from), &radii_m)
        };
        let found = m(&firms.from, firms.to.as_deref())?;
        let held = pattern
            .held_among_firms(&self.simulations, (&found, GlobalBand::Deviation), |from, to| Ok(m(from, to)?))?;
        let length = radii_m.len();
        let found = Found { radius_m: radii_m, m: found };
        pattern.outcome(found, &self.simulations, held)?.with_columns(DISTANCES, Vec::new(), length)
    }
}

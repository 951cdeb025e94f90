//! Statistics of points in a window, whatever other points there are.

use super::pattern::{Curve, Pattern};
use super::{DISTANCES, Distances, REMARKS, Simulations};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::measure::operation::{Input, Operation};
use crate::measure::outcome::Outcome;
use crate::measure::windowed::WindowedPoints;
use crate::model::Distance;
use crate::stats::{self, Alternative, Depth, Divisor, EdgeCorrection, PairCorrelationOptions, PairFunction};

const fn depth(binned: bool) -> Depth {
    if binned { Depth::Binned } else { Depth::Exact }
}

/// The parameters of Ripley's K, in whichever form it is told.
struct Ripley<'a> {
    points: &'a WindowedPoints,
    other: Option<&'a str>,
    distances: &'a Distances,
    correction: EdgeCorrection,
    binned: bool,
    simulations: &'a Simulations,
}

impl Ripley<'_> {
    fn outcome(&self, curve: impl Fn(&PairFunction) -> &Curve + Sync) -> Result<Outcome> {
        if self.binned && self.correction != EdgeCorrection::Border {
            let message = "‹binned› is about points near the boundary, which only the border correction leaves out";
            let hint = "give ‹edge_correction› border, or leave out ‹binned›";
            return Err(ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into());
        }
        let radii_m = self.distances.radii_m()?;
        let pattern = Pattern::read(self.points, self.other, None, self.simulations)?;
        let k = |from: &[[f64; 2]], to: Option<&[[f64; 2]]>| {
            stats::k_function(from, to, pattern.window(), &radii_m, self.correction, depth(self.binned))
        };
        let found = k(&pattern.from, pattern.others())?;
        let held = pattern.held_in_window(self.simulations, curve(&found), |from, to| {
            let simulated = k(from, to)?;
            Ok(curve(&simulated).clone())
        })?;
        pattern.outcome(found, self.simulations, held)?.with_columns(DISTANCES, Vec::new(), radii_m.len())
    }
}

/// Ripley's K: how many other points are within a distance of a point, over how many there are per m².
#[parameters]
#[derive(Default)]
pub struct RipleyK {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
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
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for RipleyK {
    const NAME: &'static str = "k";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Ripley's K: how many others, also of another sector, are within a distance?";
    const DEFINITION: &'static str = "K(r) = |W| / (n (n - 1)) sum_ij e_ij 1[d_ij <= r]";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "k firms.csv --areas districts.geojson --max-radius 5km --simulations 99",
        "k firms.csv --areas districts.geojson --by sector --sector dyeing --other-sector chemicals --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let ripley = Ripley {
            points: &self.points,
            other: self.other_sector.as_deref(),
            distances: &self.distances,
            correction: self.edge_correction,
            binned: self.binned,
            simulations: &self.simulations,
        };
        ripley.outcome(|found| &found.k)
    }
}

/// Ripley's K as L, its square root over π, which is the distance itself for points that do not know of each other.
#[parameters]
#[derive(Default)]
pub struct RipleyL {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
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
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for RipleyL {
    const NAME: &'static str = "l";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Ripley's L: K made to grow with the distance";
    const DEFINITION: &'static str = "L(r) = sqrt(K(r) / pi)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "l firms.csv --areas districts.geojson --max-radius 5km --simulations 99 -o l.csv",
        "l firms.csv --areas districts.geojson --by sector --sector dyeing --simulations 199 --seed 7 -o dyeing.csv",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let ripley = Ripley {
            points: &self.points,
            other: self.other_sector.as_deref(),
            distances: &self.distances,
            correction: self.edge_correction,
            binned: self.binned,
            simulations: &self.simulations,
        };
        ripley.outcome(|found| &found.l)
    }
}

/// Pair correlation g: how frequent pairs are at a distance, over how frequent they are by chance.
#[parameters]
#[derive(Default)]
pub struct PairCorrelation {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
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
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for PairCorrelation {
    const NAME: &'static str = "pcf";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Pair correlation g: how many others are at a distance, not up to it?";
    const DEFINITION: &'static str = "g(r) = |W| / (2 pi r n (n - 1)) sum_ij e_ij k_h(r - d_ij)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["pcf firms.csv --areas districts.geojson --max-radius 5km --bandwidth 200m --simulations 99"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let radii_m = self.distances.radii_m()?;
        let pattern = Pattern::read(&self.points, self.other_sector.as_deref(), None, &self.simulations)?;
        let options = PairCorrelationOptions {
            correction: self.edge_correction,
            divisor: self.divisor,
            bandwidth_m: self.bandwidth.map(Distance::metres),
        };
        let g = |from: &[[f64; 2]], to: Option<&[[f64; 2]]>| {
            stats::pair_correlation(from, to, pattern.window(), &radii_m, options)
        };
        let found = g(&pattern.from, pattern.others())?;
        let held = pattern.held_in_window(&self.simulations, &found.g, |from, to| Ok(g(from, to)?.g))?;
        pattern.outcome(found, &self.simulations, held)?.with_columns(DISTANCES, Vec::new(), radii_m.len())
    }
}

/// G: the share of points that have a nearest other point within a distance.
#[parameters]
#[derive(Default)]
pub struct NearestNeighbours {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
    /// Sector whose points are looked for [default: the same].
    #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
    pub other_sector: Option<String>,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// Count points near the boundary by the intervals between distances, as spatstat does.
    pub binned: bool,
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for NearestNeighbours {
    const NAME: &'static str = "g";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "G: how far is the nearest other?";
    const DEFINITION: &'static str = "G(r) = share of points with a nearest one within r";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["g firms.csv --areas districts.geojson --max-radius 2km --steps 20 --simulations 99"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let radii_m = self.distances.radii_m()?;
        let pattern = Pattern::read(&self.points, self.other_sector.as_deref(), None, &self.simulations)?;
        let (window, depth) = (pattern.window(), depth(self.binned));
        let found = stats::nearest_neighbour_distribution(&pattern.from, pattern.others(), window, &radii_m, depth)?;
        let observed = known(&found.raw);
        let held = pattern.held_in_window(&self.simulations, &observed, |from, to| {
            Ok(shares(&stats::nearest_distances_m(from, to)?, &radii_m))
        })?;
        pattern.outcome(found, &self.simulations, held)?.with_columns(DISTANCES, Vec::new(), radii_m.len())
    }
}

/// F: the share of places of the window that have a nearest point within a distance.
#[parameters]
pub struct EmptySpace {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// Number of places, about, from which the window is looked at.
    pub probes: usize,
    /// Count places near the boundary by the intervals between distances, as spatstat does.
    pub binned: bool,
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
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

impl Operation for EmptySpace {
    const NAME: &'static str = "f";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "F: how far is the nearest point from anywhere in the window?";
    const DEFINITION: &'static str = "F(r) = share of probes with a nearest point within r";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["f firms.csv --areas districts.geojson --max-radius 5km --probes 10000 --simulations 99"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let radii_m = self.distances.radii_m()?;
        let pattern = Pattern::read(&self.points, None, None, &self.simulations)?;
        let probes = stats::lattice_probes(pattern.window(), self.probes)?;
        let found = stats::empty_space(&pattern.from, &probes, pattern.window(), &radii_m, depth(self.binned))?;
        let observed = known(&found.raw);
        let held = pattern.held_in_window(&self.simulations, &observed, |from, _| {
            Ok(shares(&stats::nearest_distances_m(&probes, Some(from))?, &radii_m))
        })?;
        pattern.outcome(found, &self.simulations, held)?.with_columns(DISTANCES, Vec::new(), radii_m.len())
    }
}

/// Clark and Evans' R: the mean distance to the nearest other point, over what it is by chance.
#[parameters]
#[derive(Default)]
pub struct ClarkEvans {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
    /// What counts as more extreme.
    pub alternative: Alternative,
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

impl Operation for ClarkEvans {
    const NAME: &'static str = "clark-evans";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Clark and Evans' R: do points crowd, or keep apart?";
    const DEFINITION: &'static str = "R = mean nearest distance / (sqrt(|W| / n) / 2)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["clark-evans firms.csv --areas districts.geojson --by sector --sector dyeing --format json"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let pattern = Pattern::read(&self.points, None, None, &self.simulations)?;
        let ratio = |from: &[[f64; 2]]| stats::clark_evans(from, pattern.window(), self.alternative);
        let found = ratio(&pattern.from)?;
        let observed = vec![Some(found.ratio)];
        let held =
            pattern.held_in_window(&self.simulations, &observed, |from, _| Ok(vec![Some(ratio(from)?.ratio)]))?;
        pattern.outcome(found, &self.simulations, held)
    }
}

fn known(values: &[f64]) -> Curve {
    values.iter().copied().map(Some).collect()
}

/// The shares of nearest distances within each radius; of simulated patterns only what bands are of is needed.
fn shares(nearest_m: &[f64], radii_m: &[f64]) -> Curve {
    let shares = stats::shares_within(nearest_m, radii_m);
    shares.map_or_else(|| vec![None; radii_m.len()], |shares| known(&shares))
}

//! Statistics of the points of a table in a window.

mod clark_evans;
mod colocalisation;
mod declared;
mod empty_space;
mod k_density;
mod lang_marcon_puech;
mod localisation;
mod marcon_puech;
mod nearest_neighbours;
mod pair_correlation;
mod pattern;
mod ripley;
mod ripley_k;
mod ripley_l;
mod sectors;
mod turnover;

pub use clark_evans::ClarkEvans;
pub use colocalisation::Colocalisation;
pub use empty_space::EmptySpace;
pub use k_density::KDensity;
pub use lang_marcon_puech::LangMarconPuech;
pub use localisation::Localisation;
pub use marcon_puech::MarconPuech;
pub use nearest_neighbours::NearestNeighbours;
pub use pair_correlation::PairCorrelation;
pub use ripley_k::RipleyK;
pub use ripley_l::RipleyL;
pub use sectors::{Draws, SectorFirms};
pub use turnover::EntryExit;

use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::RunProgress;
use crate::model::Distance;
use crate::stats::{GlobalBand, NullModel, SimulationOptions, even_radii_m};

/// The distances at which a statistic of points is told.
#[parameters]
pub struct Distances {
    /// Greatest distance, to which steps of equal length lead.
    pub max_radius: Distance,
    /// Number of steps to the greatest distance.
    pub steps: usize,
    /// The distances themselves, ascending: 500m,1km,2km.
    #[parameter(value = "DISTANCE,…", comma, conflicts = "max_radius", conflicts = "steps")]
    pub radii: Vec<Distance>,
}

impl Default for Distances {
    fn default() -> Self {
        Self { max_radius: Distance::from_metres(5000.0), steps: 50, radii: Vec::new() }
    }
}

impl Distances {
    fn radii_m(&self) -> Result<Vec<f64>> {
        if self.radii.is_empty() {
            return Ok(even_radii_m(self.max_radius.metres(), self.steps)?);
        }
        Ok(self.radii.iter().copied().map(Distance::metres).collect())
    }
}

/// The simulated patterns that a statistic of points is held against.
#[parameters]
pub struct Simulations {
    /// Number of simulated patterns, of which bands and a p are told; 0 for none.
    pub simulations: usize,
    /// What simulated patterns are of: points anywhere in the window (csr), or as many of all points, whatever their sector
    /// (random-labelling) [default: random-labelling where a sector is named, else csr].
    #[parameter(value = "MODEL", requires = "simulations")]
    pub null: Option<NullModel>,
    /// How the band that holds at all distances at once is made: as wide everywhere (deviation), at one rank everywhere, each side by
    /// itself (rank), or by extreme rank lengths, with a p that says the same [default: rank of kdensity, else deviation].
    #[parameter(value = "BAND", requires = "simulations")]
    pub global_band: Option<GlobalBand>,
    /// Level of the bands: the share of patterns under the null model that leave them.
    #[parameter(requires = "simulations")]
    pub level: f64,
    /// Seed of the simulations.
    #[parameter(requires = "simulations")]
    pub seed: u64,
}

impl Default for Simulations {
    fn default() -> Self {
        Self { simulations: 0, null: None, global_band: None, level: 0.05, seed: 0 }
    }
}

/// Simulations, and whom to tell how many of them are done.
struct Simulating<'a> {
    simulations: &'a Simulations,
    progress: &'a mut dyn FnMut(RunProgress),
}

impl Simulating<'_> {
    /// What some simulations at a time come to, all in their order.
    fn some_at_a_time<T>(&mut self, mut some: impl FnMut(SimulationOptions) -> Result<Vec<T>>) -> Result<Vec<T>> {
        let all = self.simulations.simulations;
        let at_once = rayon::current_num_threads() * 4;
        let mut found = Vec::with_capacity(all);
        for first in (0..all).step_by(at_once) {
            let end = (first + at_once).min(all);
            found.extend(some(self.simulations.options().with_first(first).with_simulations(end))?);
            (self.progress)(RunProgress::of("simulations", end as u64, all as u64));
        }
        Ok(found)
    }
}

impl Simulations {
    fn options(&self) -> SimulationOptions {
        SimulationOptions::default().with_simulations(self.simulations).with_seed(self.seed)
    }
}

/// The name of the table with a row for each distance.
const DISTANCES: &str = "distances";

/// Remarks that the help texts of these statistics show.
const REMARKS: &str = "Distances are in metres of a projected grid. The window is all areas of a layer together. Points \
without coordinates or outside the window are left out, and counted in a note. p of simulations is (M + 1) / (R + 1) of the \
greatest deviation, or of the extreme rank length where ‹global_band› is made by them.";

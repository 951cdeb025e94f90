//! Point patterns in a window: nearest neighbours, pairs by distance, and simulations under a null model.
//!
//! | file | holds |
//! | --- | --- |
//! | `window` | a region in a metre grid, and the parts of circles and of its shifted copy that lie in it |
//! | `centrography`, `knox` | centres and spread; pairs close in space and time |
//! | `clark_evans`, `nearest` | distances to the nearest: Clark–Evans, G, F |
//! | `quadrat` | counts in cells |
//! | `ripley`, `pair_correlation` | pairs up to a distance: K, L, cross-K; pairs at a distance: g |
//! | `pairs` | the points within a distance of each other |
//! | `near`, `bands`, `distance_classes` | very many of them: counted, and summed where they weigh more or less than others |
//! | `duranton_overman`, `marcon_puech`, `lang_marcon_puech` | pairs of firms by distance, against all firms |
//! | `localisation`, `colocalisation` | Duranton and Overman's test of every sector, or of pairs of them, with their indices |
//! | `distance_counts`, `binned_density` | pairs of draws counted by distance, and the density of what is counted |
//! | `simulation` | patterns under complete spatial randomness or random labelling, probes, radii |
//! | `envelope`, `rank_envelope` | pointwise and global bands from simulations |

mod bands;
mod binned_density;
mod centrography;
mod clark_evans;
mod colocalisation;
mod distance_classes;
mod distance_counts;
mod duranton_overman;
mod envelope;
mod knox;
mod lang_marcon_puech;
mod localisation;
mod marcon_puech;
mod near;
mod nearest;
mod pair_correlation;
mod pairs;
mod quadrat;
mod rank_envelope;
mod ripley;
mod simulation;
mod window;

pub use centrography::{
    Centrography, EllipseCorrection, StandardEllipse, centrography, standard_deviational_ellipse, total_distance_m,
};
pub use clark_evans::{ClarkEvans, clark_evans};
pub use colocalisation::{DrawnFrom, colocalisation};
pub use duranton_overman::{DurantonOverman, DurantonOvermanOptions, duranton_overman};
pub use envelope::{Envelope, GlobalBand, check_level, envelope};
pub use knox::{Knox, knox};
pub use lang_marcon_puech::{LangMarconPuech, lang_marcon_puech};
pub use localisation::{Localisation, LocalisationOptions, Localisations, localisation};
pub use marcon_puech::marcon_puech;
pub use nearest::{
    DistanceDistribution, empty_space, nearest_distances_m, nearest_neighbour_distribution, nearest_others,
    shares_within,
};
pub use pair_correlation::{Divisor, PairCorrelation, PairCorrelationOptions, pair_correlation};
pub use quadrat::{QuadratTest, quadrat_test};
pub use rank_envelope::{RankEnvelope, RankSide, rank_envelope};
pub use ripley::{Depth, EdgeCorrection, PairFunction, k_function};
pub use simulation::{NullModel, SimulationOptions, even_radii_m, lattice_probes, simulated_csr, simulated_labels};
pub use window::Window;

pub(super) use self::pairs::Cells;
use crate::error::{Result, StatsError};

/// Refuses radii that are not ascending from 0 on.
pub(super) fn refuse_radii(statistic: &'static str, radii_m: &[f64]) -> Result<()> {
    let ascending = radii_m.windows(2).all(|pair| pair[0] < pair[1]);
    let right = radii_m.iter().all(|radius| radius.is_finite() && *radius >= 0.0);
    if !radii_m.is_empty() && ascending && right {
        return Ok(());
    }
    let (found, expected) = (format!("{radii_m:?}"), "distances of 0 m or more, ascending".to_owned());
    Err(StatsError::Option { statistic, option: "the radii", found, expected }.into())
}

/// Refuses points that are not in the plane.
pub(super) fn refuse_points(statistic: &'static str, points: &[[f64; 2]]) -> Result<()> {
    match points.iter().position(|[x, y]| !(x.is_finite() && y.is_finite())) {
        Some(number) => {
            let [x, y] = points[number];
            let found = if x.is_finite() { y } else { x };
            let place = format!("point {}", number + 1);
            Err(StatsError::Value { statistic, place, found, expected: "coordinates in metres" }.into())
        }
        None => Ok(()),
    }
}

//! Numbers in, numbers out: what is concentrated where, and how values fall into classes. Sees no file, no clock, no
//! terminal.
//!
//! | function | answers |
//! | --- | --- |
//! | [`concentration`] | how much of a sector stands in an area, and is it more than elsewhere |
//! | [`location_quotient`] | the same for one cell, with its interval: [`location_quotient_interval`] |
//! | [`herfindahl_hirschman`] | how few sectors an area lives from |
//! | [`krugman`], [`hoover`], [`gini`], [`gini_against`], [`theil`], [`shannon_bits`], [`williamson`], [`lorenz_curve`] | how unlike two distributions are, how unequal one |
//! | [`ellison_glaeser`], [`coagglomeration`], [`without_largest`] | whether plants agglomerate beyond their sizes, and whether one makes it so |
//! | [`relatedness`], [`shift_share`], [`wilson_interval`] | which sectors go together, why one grew, how sure a share is |
//! | [`moran_scatterplot`], [`moran`], [`geary`], [`getis_ord_g`], [`join_count`] | whether near things are alike at all |
//! | [`bivariate_moran`], [`lee`] | whether much of one thing is near much of another |
//! | [`local_moran`], [`local_geary`], [`gi`], [`gi_star`], [`local_join_count`], [`local_bivariate_moran`] | where they are |
//! | [`empirical_bayes`], [`local_empirical_bayes`], [`standardised_rates`] | what a rate with a small base is worth |
//! | [`transformed`] | weights made comparable |
//! | [`kernel_weights`], [`inverse_distance_weights`] | weights that fall with distance |
//! | [`higher_order`], [`union`], [`intersection`], [`block_weights`] | neighbours of neighbours, of either, of both, of one block |
//! | [`kernel_density`] | how many points there are per area about a place |
//! | [`dbscan`], [`hdbscan`], [`optics`] | where points crowd |
//! | [`scan`] | where there are more cases than chance would have put there |
//! | [`clark_evans`], [`nearest_neighbour_distribution`], [`empty_space`], [`k_function`] | whether points crowd, and at what distance |
//! | [`duranton_overman`], [`marcon_puech`] | the same of a sector's firms against all firms |
//! | [`classify`] | which class of a map each value belongs to |

use std::fmt::Display;

use crate::error::StatsError;

mod autocorrelation;
mod classify;
mod cluster;
mod concentration;
mod density;
mod point_pattern;
mod rates;
mod weights;

pub use autocorrelation::{
    Adjustment, Alternative, BivariateMoran, Geary, GetisOrdG, Inference, Islands, JoinCount, Label, Lee,
    LocalBivariateMoran, LocalChance, LocalGeary, LocalGetisOrd, LocalJoinCount, LocalMoran, Moments, Moran,
    MoranScatterplot, Permutation, Permutations, Quadrant, Sampling, Standardisation, bivariate_moran, bonferroni,
    false_discovery_rate, geary, getis_ord_g, gi, gi_star, join_count, lee, local_bivariate_moran, local_geary,
    local_join_count, local_moran, moran, moran_scatterplot, p_of_permutations, p_of_z,
};
pub use density::{DensityKernel, kernel_density, likelihood_bandwidth_m, scott_bandwidths_m, silverman_bandwidth_m};
pub use point_pattern::{
    ClarkEvans, Depth, DistanceDistribution, DurantonOverman, DurantonOvermanOptions, EdgeCorrection, Envelope,
    PairFunction, QuadratTest, Window, clark_evans, duranton_overman, empty_space, envelope, k_function, marcon_puech,
    nearest_distances_m, nearest_neighbour_distribution, quadrat_test,
};
pub use rates::{
    EmpiricalBayes, EventModel, StandardisedRate, direct_standardised_rate, empirical_bayes,
    indirect_standardised_rate, local_empirical_bayes, neighbourhood_rates, standardised_rates,
};
pub use weights::{
    KernelBandwidth, KernelFunction, Transform, block_weights, higher_order, intersection, inverse_distance_weights,
    kernel_weights, transformed, union,
};

pub use classify::{Classes, MAX_CLASSES, Scheme, classify};
pub use cluster::{
    Dbscan, EARTH_RADIUS_M, Hdbscan, Optics, Places, ScanCluster, ScanModel, ScanOptions, ScanRates, dbscan, hdbscan,
    optics, scan,
};
pub use concentration::{
    AreaConcentration, Cell, Concentration, ConcentrationOptions, EllisonGlaeser, HerfindahlHirschman, LeftOut,
    Relatedness, ShiftShare, Theil, cluster_index, coagglomeration, concentration, ellison_glaeser, gini, gini_against,
    herfindahl_hirschman, hoover, is_one_firm, krugman, location_quotient, location_quotient_interval, lorenz_curve,
    mean_logarithmic_deviation, relatedness, shannon_bits, shift_share, theil, williamson, wilson_interval,
    without_largest,
};

/// The one of several that is called so.
fn by_name<T: Display, const N: usize>(
    all: [T; N],
    text: &str,
    statistic: &'static str,
    option: &'static str,
) -> Result<T, StatsError> {
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    let named = all.into_iter().zip(&names).find(|(_, name)| *name == text);
    named.map(|(one, _)| one).ok_or_else(|| {
        let (found, expected) = (format!("`{text}`"), format!("one of {}", names.join(", ")));
        StatsError::Option { statistic, option, found, expected }
    })
}

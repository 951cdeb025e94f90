//! Numbers in, numbers out: what is concentrated where, and how values fall into classes. Sees no file, no clock, no
//! terminal.
//!
//! | function | answers |
//! | --- | --- |
//! | [`concentration`] | how much of a sector stands in an area, and is it more than elsewhere |
//! | [`location_quotient`] | the same for one cell, with its interval: [`location_quotient_interval`] |
//! | [`standardised_quotients`], [`bootstrapped_quotients`], [`agglomeration_cut_off`] | whether a quotient stands out among areas, and from chance |
//! | [`quotient_without_one`] | whether a quotient is one firm |
//! | [`herfindahl_hirschman`] | how few sectors an area lives from |
//! | [`krugman`], [`hoover`], [`gini`], [`gini_against`], [`theil_against`], [`theil_l`], [`theil_h`], [`shannon_bits`], [`simpson`], [`hachman`], [`williamson`], [`lorenz_curve`] | how unlike two distributions are, how unequal one |
//! | [`ellison_glaeser`], [`coagglomeration`], [`without_largest`] | whether plants agglomerate beyond their sizes, and whether one makes it so |
//! | [`relatedness`], [`shift_share`], [`esteban_marquillas`], [`wilson_interval`] | which sectors go together, why one grew, how sure a share is |
//! | [`moran_scatterplot`], [`moran`], [`geary`], [`getis_ord_g`], [`join_count`] | whether near things are alike at all |
//! | [`bivariate_moran`], [`lee`] | whether much of one thing is near much of another |
//! | [`correlogram`] | how far likeness reaches |
//! | [`local_moran`], [`local_geary`], [`gi`], [`gi_star`], [`local_join_count`], [`local_bivariate_moran`], [`local_lee`] | where they are |
//! | [`empirical_bayes`], [`local_empirical_bayes`], [`standardised_rates`] | what a rate with a small base is worth |
//! | [`transformed`] | weights made comparable |
//! | [`kernel_weights`], [`inverse_distance_weights`] | weights that fall with distance |
//! | [`higher_orders`], [`rings`] | neighbours by how many steps, or how many metres, they are away |
//! | [`higher_order`], [`union`], [`intersection`], [`block_weights`] | neighbours of neighbours, of either, of both, of one block |
//! | [`kernel_density`] | how many points there are per area about a place |
//! | [`contour_bands`], [`contour_lines`] | where a raster passes levels |
//! | [`dbscan`], [`hdbscan`], [`optics`] | where points crowd |
//! | [`matched_clusters`] | which clusters of two dates are the same |
//! | [`skater`], [`max_p`] | which neighbouring areas are alike: regions of them |
//! | [`scan`] | where there are more cases than chance would have put there |
//! | [`clark_evans`], [`nearest_neighbour_distribution`], [`empty_space`], [`k_function`], [`pair_correlation`] | whether points crowd, and at what distance |
//! | [`centrography`], [`knox`] | where points have their middle; whether what is near in space is near in time |
//! | [`duranton_overman`], [`marcon_puech`] | the same of a sector's firms against all firms |
//! | [`majority`], [`middle_95_percent`] | what several draws agree on |
//! | [`classify`], [`classes_of_fit`] | which class of a map each value belongs to, and how well classes fit |

mod autocorrelation;
mod classify;
mod cluster;
mod concentration;
mod contour;
mod density;
mod draws;
mod location;
mod point_pattern;
mod rates;
mod regions;
mod weights;

pub use autocorrelation::{
    Adjustment, Alternative, BivariateMoran, CorrelogramStatistic, Geary, GetisOrdG, Inference, Islands, JoinCount,
    Label, Lag, Lee, LocalBivariateMoran, LocalChance, LocalGeary, LocalGetisOrd, LocalJoinCount, LocalLee, LocalMoran,
    Moments, Moran, MoranScatterplot, Permutation, Permutations, Quadrant, Randomisation, Sampling, Standardisation,
    benjamini_yekutieli, bivariate_moran, bonferroni, correlogram, false_discovery_rate, geary, getis_ord_g, gi,
    gi_star, holm, join_count, lee, local_bivariate_moran, local_geary, local_join_count, local_lee, local_moran,
    moran, moran_scatterplot, p_of_permutations, p_of_z,
};
pub use contour::{ContourBand, ContourLine, contour_bands, contour_lines, even_levels};
pub use density::{
    DensityBandwidth, DensityCorrection, DensityKernel, DensityOptions, DensityRaster, density_bandwidth_m,
    density_raster, kernel_density, likelihood_bandwidth_m, relative_density_raster, scott_bandwidths_m,
    silverman_bandwidth_m,
};
pub use draws::{majority, middle_95_percent};
pub use location::{
    AreaUncertainty, ErrorShape, LocalStatistic, LocationOptions, LocationQuantity, LocationUncertainty,
    UncertainPoints, displaced_points, location_uncertainty,
};
pub use point_pattern::{
    Centrography, ClarkEvans, Depth, DistanceDistribution, Divisor, DurantonOverman, DurantonOvermanOptions,
    EdgeCorrection, EllipseCorrection, Envelope, GlobalBand, Knox, NullModel, PairCorrelation, PairCorrelationOptions,
    PairFunction, QuadratTest, SimulationOptions, StandardEllipse, Window, centrography, check_level, clark_evans,
    duranton_overman, empty_space, envelope, even_radii_m, k_function, knox, lattice_probes, marcon_puech,
    nearest_distances_m, nearest_neighbour_distribution, nearest_others, pair_correlation, quadrat_test, shares_within,
    simulated_csr, simulated_labels, standard_deviational_ellipse, total_distance_m,
};
pub use rates::{
    EmpiricalBayes, EventModel, StandardisedRate, direct_standardised_rate, empirical_bayes,
    indirect_standardised_rate, local_empirical_bayes, neighbourhood_rates, standardised_rates,
};
pub use regions::{Floor, MaxPOptions, Regions, SkaterOptions, max_p, skater, standard_scores};
pub use weights::{
    KernelBandwidth, KernelFunction, Transform, block_weights, higher_order, higher_orders, intersection,
    inverse_distance_weights, kernel_weights, rings, transformed, union,
};

pub use classify::{Classes, Fit, MAX_CLASSES, Scheme, classes_of_fit, classify};
pub use cluster::{
    ClusterChange, ClusterMatch, ClusterOverlap, Dbscan, EARTH_RADIUS_M, Hdbscan, MatchOptions, Optics, Places,
    ScanCluster, ScanEllipse, ScanModel, ScanOptions, ScanRates, ScanShape, dbscan, hdbscan, matched_clusters, optics,
    scan,
};
pub use concentration::{
    AgglomerationOfShares, AreaConcentration, Bootstrap, BootstrappedQuotient, Cell, Concentration,
    ConcentrationOptions, EllisonGlaeser, EstebanMarquillas, HerfindahlHirschman, LeftOut, QuotientWithoutOne,
    Relatedness, ShiftShare, Theil, agglomeration_cut_off, bootstrapped_quotients, cluster_index, coagglomeration,
    concentration, ellison_glaeser, ellison_glaeser_of_shares, esteban_marquillas, gini, gini_against, hachman,
    herfindahl_hirschman, hoover, is_one_firm, krugman, location_quotient, location_quotient_interval, lorenz_curve,
    mean_logarithmic_deviation, quotient_without_one, relatedness, shannon_bits, shift_share, simpson,
    standardised_log_quotients, standardised_quotients, theil, theil_against, theil_h, theil_l, williamson,
    wilson_interval, without_largest,
};

//! Statistics: functions from numbers to numbers, without files, clocks or random state. Whatever is random takes a seed.
//!
//! | functions | compute |
//! | --- | --- |
//! | [`concentration`] | counts, shares, location quotients and Herfindahl–Hirschman indices of a table of areas and sectors |
//! | [`location_quotient`], [`location_quotient_interval`] | the location quotient of one cell and its confidence interval |
//! | [`standardised_quotients`], [`bootstrapped_quotients`], [`agglomeration_cut_off`] | location quotients compared with those of other areas, and with chance |
//! | [`quotient_without_one`] | location quotients without one of the largest plants |
//! | [`herfindahl_hirschman`], [`shannon_bits`], [`simpson`] | concentration and diversity of shares |
//! | [`krugman`], [`hoover`], [`hachman`], [`theil_h`] | the dissimilarity of distributions |
//! | [`gini`], [`gini_against`], [`theil`], [`theil_against`], [`theil_l`], [`williamson`], [`lorenz_curve`] | inequality |
//! | [`ellison_glaeser`], [`coagglomeration`], [`without_largest`] | agglomeration of plants beyond their sizes |
//! | [`economic_complexity`], [`relatedness_density`], [`density_of_changes`] | complex areas and sectors, and what enters where |
//! | [`relatedness`], [`shift_share`], [`esteban_marquillas`], [`wilson_interval`] | related sectors, components of growth, intervals of shares |
//! | [`moran`], [`geary`], [`getis_ord_g`], [`join_count`], [`moran_scatterplot`] | global spatial autocorrelation |
//! | [`bivariate_moran`], [`lee`] | spatial association of two values |
//! | [`colocation_quotients`], [`local_colocation`] | which sectors stand by which others, and where |
//! | [`correlogram`] | spatial autocorrelation by distance |
//! | [`is_constant`] | whether values vary by more than rounding |
//! | [`local_moran`], [`local_geary`], [`gi`], [`gi_star`], [`local_join_count`], [`local_bivariate_moran`], [`local_lee`] | local spatial autocorrelation: hot spots, cold spots, outliers |
//! | [`markov_chain`], [`homogeneity`], [`spatial_markov`], [`lisa_transitions`] | moves of units between classes over several periods |
//! | [`emerging_hot_spots`], [`mann_kendall`] | hot spots that come and go, and trends |
//! | [`empirical_bayes`], [`local_empirical_bayes`], [`standardised_rates`] | rates with small bases |
//! | [`factor_detector`], [`interaction_detector`], [`risk_detector`], [`ecological_detector`], [`discretised_factor`] | what factors explain of values by strata |
//! | [`ols`], [`spatial_diagnostics`] | linear regression, and whether its residuals are alike where units are near |
//! | [`spatial_lag`], [`spatial_error`], [`spatial_durbin`] | regressions in which units depend on their neighbours |
//! | [`gwr`] | geographically weighted regression: coefficients that differ from place to place |
//! | [`direct_standardised_rate`], [`indirect_standardised_rate`] | rates adjusted for the mix of strata |
//! | [`transformed`] | weights rescaled, such as row-standardised |
//! | [`kernel_weights`], [`inverse_distance_weights`] | weights that fall with distance |
//! | [`higher_order`], [`higher_orders`], [`rings`] | neighbours by number of steps or by rings of distance |
//! | [`union`], [`intersection`], [`block_weights`] | set operations on weights, and weights of blocks |
//! | [`kernel_density`], [`density_raster`], [`relative_density_raster`] | kernel densities of points |
//! | [`contour_bands`], [`contour_lines`] | contours of a raster |
//! | [`dbscan`], [`hdbscan`], [`optics`] | clusters of points |
//! | [`matched_clusters`], [`cluster_share_change`] | clusters of two dates that correspond to each other, and whether they changed by more than chance |
//! | [`cluster_panel`] | clusters that survive a panel of settings |
//! | [`skater`], [`max_p`] | regions of similar neighbouring areas |
//! | [`scan`], [`scan_telling`] | Kulldorff's spatial scan statistic |
//! | [`clark_evans`], [`nearest_neighbour_distribution`], [`empty_space`], [`k_function`], [`pair_correlation`] | point patterns in a window |
//! | [`simulated_csr`], [`simulated_labels`], [`envelope`] | point patterns simulated under a null model, and their envelopes |
//! | [`centrography`], [`knox`] | centre and spread of points; space–time interaction |
//! | [`duranton_overman`], [`marcon_puech`], [`lang_marcon_puech`] | the distances between firms of a sector, compared with all firms |
//! | [`localisation`], [`colocalisation`] | which sectors of all are localised or dispersed, which of them attract each other, how much, and at which distances |
//! | [`rank_envelope`] | bands that hold at all distances at once and are as wide at each as chance is there |
//! | [`location_uncertainty`], [`least_location_errors`] | the effect of location errors on counts and labels of areas, and the least error at which a label is lost |
//! | [`local_pivotal`], [`proportional_allocation`], [`share_allocation`], [`voronoi_balance`] | samples that are spread over space |
//! | [`pass_rate`], [`local_mean_variance`] | what such a sample says of its population |
//! | [`pipeline_forecast`] | how many of a list will have come through its stages by a day |
//! | [`majority`], [`middle_95_percent`] | summaries of repeated draws |
//! | [`bootstrapped_interval`], [`bootstrapped_gamma`], [`bootstrapped_marcon_puech`], [`percentile_interval`], [`bca_interval`] | intervals of indices over firms drawn again |
//! | [`quotient_changes`], [`agglomeration_changes`], [`marcon_puech_changes`] | whether indices changed between two dates by more than chance |
//! | [`classify`], [`classes_of_fit`] | classes of values for maps |

mod autocorrelation;
mod classify;
mod cluster;
mod concentration;
mod contour;
mod density;
mod draws;
mod dynamics;
mod geodetector;
mod location;
mod pipeline;
mod point_pattern;
mod rates;
mod regions;
mod regression;
mod resampling;
mod sample;
mod weights;

pub use autocorrelation::{
    Adjustment, Alternative, BivariateMoran, ColocationQuotients, ConfidenceBin, CorrelogramStatistic, Geary,
    GetisOrdG, Inference, Islands, JoinCount, Label, Lag, Lee, LocalBivariateMoran, LocalChance, LocalColocation,
    LocalGeary, LocalGetisOrd, LocalHeteroscedasticity, LocalJoinCount, LocalLee, LocalMoran, Moments, Moran,
    MoranScatterplot, Permutation, Permutations, Quadrant, Randomisation, Sampling, Standardisation,
    benjamini_yekutieli, bivariate_moran, bonferroni, colocation_quotients, correlogram, false_discovery_rate, geary,
    getis_ord_g, gi, gi_star, holm, is_constant, join_count, lee, local_bivariate_moran, local_colocation, local_geary,
    local_heteroscedasticity, local_join_count, local_lee, local_moran, moran, moran_scatterplot, p_of_permutations,
    p_of_z,
};
pub use contour::{ContourBand, ContourLine, contour_bands, contour_lines, even_levels};
pub use density::{
    DensityBandwidth, DensityCorrection, DensityKernel, DensityOptions, DensityRaster, density_bandwidth_m,
    density_raster, kernel_density, likelihood_bandwidth_m, relative_density_raster, scott_bandwidths_m,
    silverman_bandwidth_m,
};
pub use draws::{majority, middle_95_percent};
pub use dynamics::{
    EmergingHotSpots, EmergingOptions, Homogeneity, HotSpotPattern, LisaTransitions, MannKendall, MarkovChain,
    Movement, SpatialMarkov, SpatialMarkovOptions, emerging_hot_spots, homogeneity, lisa_transitions, mann_kendall,
    markov_chain, spatial_markov,
};
pub use geodetector::{
    DiscretisationTrial, DiscretisedFactor, EcologicalDetector, FactorDetector, InteractionDetector, InteractionKind,
    RiskDifference, Stratum, discretised_factor, ecological_detector, factor_detector, interaction_detector,
    risk_detector,
};
pub use location::{
    AreaUncertainty, ErrorShape, LocalStatistic, LocationOptions, LocationQuantity, LocationUncertainty,
    UncertainPoints, displaced_points, least_location_errors, location_uncertainty,
};
pub use pipeline::{
    PipelineForecast, PipelineGoal, PipelineGroup, PipelineOptions, PipelineStep, PipelineUnit, pipeline_forecast,
};
pub use point_pattern::{
    Centrography, ClarkEvans, Depth, DistanceDistribution, Divisor, DrawnFrom, DurantonOverman, DurantonOvermanOptions,
    EdgeCorrection, EllipseCorrection, Envelope, GlobalBand, Knox, LangMarconPuech, Localisation, LocalisationOptions,
    Localisations, NullModel, PairCorrelation, PairCorrelationOptions, PairFunction, QuadratTest, RankEnvelope,
    RankSide, SimulationOptions, StandardEllipse, Window, centrography, check_level, clark_evans, colocalisation,
    duranton_overman, empty_space, envelope, even_radii_m, k_function, knox, lang_marcon_puech, lattice_probes,
    localisation, marcon_puech, nearest_distances_m, nearest_neighbour_distribution, nearest_others, pair_correlation,
    quadrat_test, rank_envelope, shares_within, simulated_csr, simulated_labels, standard_deviational_ellipse,
    total_distance_m,
};
pub use rates::{
    EmpiricalBayes, EventModel, StandardisedRate, direct_standardised_rate, empirical_bayes,
    indirect_standardised_rate, local_empirical_bayes, neighbourhood_rates, standardised_rates,
};
pub use regions::{Floor, MaxPOptions, Regions, SkaterOptions, max_p, skater, standard_scores};
pub use regression::{
    Alias, BandwidthCriterion, ChiSquaredTest, Coefficient, CoefficientCovariance, Gwr, GwrOptions, Impact,
    LocalBandwidth, LocalCoefficients, LocalKernel, Ols, SpatialDiagnostics, SpatialRegression, gwr, ols,
    spatial_diagnostics, spatial_durbin, spatial_error, spatial_lag,
};
pub use resampling::{
    Change, ChangeOptions, PairedFirm, PlacedFirm, Plant, agglomeration_changes, bca_interval, bootstrapped_gamma,
    bootstrapped_interval, bootstrapped_marcon_puech, marcon_puech_changes, percentile_interval, quotient_changes,
};
pub use sample::{
    Inclusion, InspectedUnits, PassRate, PassRateOptions, local_mean_variance, local_pivotal, pass_rate,
    proportional_allocation, share_allocation, voronoi_balance,
};
pub use weights::{
    KernelBandwidth, KernelFunction, Transform, block_weights, higher_order, higher_orders, intersection,
    inverse_distance_weights, kernel_weights, rings, transformed, union,
};

pub use classify::{Classes, Fit, MAX_CLASSES, Scheme, classes_of_fit, classify};
pub use cluster::{
    ClusterChange, ClusterFlows, ClusterMatch, ClusterOverlap, ClusterPanel, ClusterSurvival, Dbscan, EARTH_RADIUS_M,
    Hdbscan, MatchOptions, Optics, Places, ScanCluster, ScanEllipse, ScanModel, ScanOptions, ScanRates, ScanShape,
    ShareChange, cluster_panel, cluster_share_change, dbscan, hdbscan, matched_clusters, optics, scan, scan_telling,
};
pub use concentration::{
    AgglomerationOfShares, AreaConcentration, Bootstrap, BootstrappedQuotient, Cell, Concentration,
    ConcentrationOptions, DensityOfChanges, EconomicComplexity, EllisonGlaeser, EstebanMarquillas, HerfindahlHirschman,
    LeftOut, QuotientWithoutOne, Relatedness, ShiftShare, Theil, agglomeration_cut_off, bootstrapped_quotients,
    cluster_index, coagglomeration, concentration, density_of_changes, economic_complexity, ellison_glaeser,
    ellison_glaeser_of_shares, esteban_marquillas, gini, gini_against, hachman, herfindahl_hirschman, hoover,
    is_one_firm, krugman, location_quotient, location_quotient_interval, lorenz_curve, mean_logarithmic_deviation,
    quotient_without_one, relatedness, relatedness_density, shannon_bits, shift_share, simpson,
    standardised_log_quotients, standardised_quotients, theil, theil_against, theil_h, theil_l, williamson,
    wilson_interval, without_largest,
};

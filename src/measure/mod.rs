//! Operations over tables and areas.

mod agglomeration;
mod autocorrelation;
pub(crate) mod classify;
pub(crate) mod cluster;
pub(crate) mod concentration;
mod concentration_frame;
mod correlogram;
mod density;
mod events;
pub(crate) mod grid;
mod inequality;
pub(crate) mod join;
mod location;
pub(crate) mod manifest;
mod matched;
mod neighbours;
mod operation;
mod outcome;
mod panel;
mod point_pattern;
mod rates;
mod regions;
mod register_counts;
mod shift_share;
pub(crate) mod statistic;
mod tallied;
pub(crate) mod units;
pub(crate) mod weights;
mod windowed;

pub use autocorrelation::{
    BivariateMoran, Geary, GetisOrdG, Gi, GiStar, JoinCount, Lee, LocalBivariateMoran, LocalGeary, LocalJoinCount,
    LocalLee, LocalMoran, Moran,
};
pub use classify::{Classified, ClassifyRequest, classify};
pub use cluster::{ClusterMethod, ClusterRequest, ClusterSummary, FoundClusters, ScanRequest, Scanned, clusters, scan};
pub use concentration::{
    ConcentrationOfCounts, ConcentrationOfPoints, Measured, Measures, Per, concentration_of_counts,
    concentration_of_points,
};
pub use concentration_frame::{area_concentration_frame, concentration_frame};
pub use correlogram::{Correlogram, CorrelogramRequest, Lags, correlogram};
pub use density::Density;
pub use events::{Centrography, Knox};
pub use grid::{CellShape, Cells, GridRequest, grid};
pub use inequality::{Inequality, InequalityRequest, Unequal, inequality};
pub use join::{CountedPoints, JoinProgress, JoinRequest, JoinedPoints, count_points, join_points, join_points_into};
pub use location::{AreaUncertainty, LocationError, LocationRequest, LocationUncertainty, location_uncertainty};
pub use matched::{MatchRequest, MatchedClusters, matched_clusters};
pub use neighbours::NeighbourSource;
pub use operation::{Declaration, Input, Operation, Part, Prepared, operation};
pub use outcome::{JsonForm, Outcome, OutcomeLayer, OutcomeTable, Places};
pub use panel::{Panel, PanelColumn, PanelRequest, PanelUnit, panel};
pub use point_pattern::{
    ClarkEvans, Distances, EmptySpace, KDensity, MarconPuech, NearestNeighbours, PairCorrelation, RipleyK, RipleyL,
    Simulations,
};
pub use rates::{RateMethod, Rates, RatesRequest, Strata, rates};
pub use regions::{MadeRegions, RegionMethod, RegionsRequest, regions};
pub use register_counts::{Weight, counts};
pub use shift_share::{ShiftSharePer, ShiftShareRequest, ShiftShareSource, shift_shares};
pub use statistic::{Autocorrelation, AutocorrelationRequest, Statistic, autocorrelation};
pub use tallied::CountsSource;
pub use weights::{BuiltWeights, Neighbours, Sites, Weighing, WeightsRequest, weights};
pub use windowed::{GridPoints, WindowedPoints};

/// Every operation, in the order in which doors list them.
pub const OPERATIONS: &[Declaration] = &[
    Declaration::of::<Moran>(),
    Declaration::of::<Geary>(),
    Declaration::of::<GetisOrdG>(),
    Declaration::of::<JoinCount>(),
    Declaration::of::<BivariateMoran>(),
    Declaration::of::<Lee>(),
    Declaration::of::<LocalMoran>(),
    Declaration::of::<LocalGeary>(),
    Declaration::of::<Gi>(),
    Declaration::of::<GiStar>(),
    Declaration::of::<LocalJoinCount>(),
    Declaration::of::<LocalBivariateMoran>(),
    Declaration::of::<LocalLee>(),
    Declaration::of::<RipleyK>(),
    Declaration::of::<RipleyL>(),
    Declaration::of::<PairCorrelation>(),
    Declaration::of::<NearestNeighbours>(),
    Declaration::of::<EmptySpace>(),
    Declaration::of::<ClarkEvans>(),
    Declaration::of::<KDensity>(),
    Declaration::of::<MarconPuech>(),
    Declaration::of::<Centrography>(),
    Declaration::of::<Knox>(),
    Declaration::of::<Density>(),
];

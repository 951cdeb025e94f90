//! Operations over tables and areas.

mod autocorrelation;
mod classify;
mod cluster;
pub(crate) mod concentration;
mod correlogram;
pub(crate) mod density;
mod events;
pub(crate) mod grid;
mod inequality;
pub(crate) mod join;
mod location;
pub(crate) mod manifest;
mod neighbours;
mod operation;
mod outcome;
mod panel;
mod point_pattern;
mod rates;
mod register_counts;
mod shift_share;
pub(crate) mod statistic;
pub(crate) mod units;
pub(crate) mod weights;
pub(crate) mod windowed;

use crate::declare::{choice, text};

pub use autocorrelation::{
    BivariateMoran, Geary, GetisOrdG, Gi, GiStar, JoinCount, Lee, LocalBivariateMoran, LocalGeary, LocalJoinCount,
    LocalLee, LocalMoran, Moran,
};
pub use classify::Classify;
pub use cluster::{
    ClusteredPoints, ColumnFloor, Dbscan, Hdbscan, Match, MaxP, Optics, RegionUnits, Scan, Skater, ZoneShape,
};
pub use concentration::{Concentration, CountColumns, Per, area_concentration_frame, concentration_frame};
pub use correlogram::{Correlogram, CorrelogramRequest, Lags, correlogram};
pub use density::{ContourLevels, Density, DensityRequest, density};
pub use events::{Centres, CentrographyRequest, GridPoints, KnoxRequest, centrography, knox};
pub use grid::{CellShape, Cells, GridRequest, grid};
pub use inequality::Inequality;
pub use join::{CountedPoints, JoinProgress, JoinRequest, JoinedPoints, count_points, join_points, join_points_into};
pub use location::{AreaUncertainty, LocationError, LocationRequest, LocationUncertainty, location_uncertainty};
pub use neighbours::NeighbourSource;
pub use operation::{Declaration, Input, Operation, Part, Prepared, operation};
pub use outcome::{JsonForm, Outcome, OutcomeLayer, OutcomeTable, Places};
pub use panel::{Panel, PanelColumn, PanelRequest, PanelUnit, panel};
pub use point_pattern::{Pattern, PatternRequest, PatternStatistic, point_pattern};
pub use rates::{RateMethod, Rates, RatesRequest, Strata, rates};
pub use register_counts::{Weight, counts};
pub use shift_share::{ShiftShare, ShiftSharePer};
pub use statistic::{Autocorrelation, AutocorrelationRequest, Statistic, autocorrelation};
pub use weights::{BuiltWeights, Neighbours, Sites, Weighing, WeightsRequest, weights};
pub use windowed::WindowedPoints;

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
    Declaration::of::<Dbscan>(),
    Declaration::of::<Hdbscan>(),
    Declaration::of::<Optics>(),
    Declaration::of::<Scan>(),
    Declaration::of::<Skater>(),
    Declaration::of::<MaxP>(),
    Declaration::of::<Match>(),
    Declaration::of::<Concentration>(),
    Declaration::of::<ShiftShare>(),
    Declaration::of::<Inequality>(),
    Declaration::of::<Classify>(),
];

choice!(Per, ShiftSharePer, ZoneShape);
text!(ColumnFloor => "COLUMN=NUMBER");

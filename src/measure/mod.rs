//! Operations over tables and areas.

mod autocorrelation;
mod classify;
mod cluster;
pub(crate) mod concentration;
mod correlogram;
mod density;
mod events;
mod firms;
pub(crate) mod grid;
mod inequality;
pub(crate) mod join;
mod location;
pub(crate) mod manifest;
mod neighbour_weights;
mod neighbours;
mod operation;
mod outcome;
mod panel;
mod point_pattern;
mod rates;
mod register_counts;
mod shift_share;
pub(crate) mod units;
pub(crate) mod weights;
mod windowed;

use crate::declare::{choice, text};

pub use autocorrelation::*;
pub use classify::Classify;
pub use cluster::{
    ClusteredPoints, ColumnFloor, Dbscan, Hdbscan, Match, MaxP, Optics, RegionUnits, Scan, Skater, ZoneShape,
};
pub use concentration::{Concentration, CountColumns, Per, area_concentration_frame, concentration_frame};
pub use correlogram::Correlogram;
pub use density::Density;
pub use events::{Centrography, Knox};
pub use firms::FirmSource;
pub use grid::{H3Cells, HexagonCells, QuadtreeCells, SquareCells, Territory};
pub use inequality::Inequality;
pub use join::{CountedPoints, Join, JoinedPoints, count_points, join_points, join_points_into};
pub use location::{LocationStatistic, LocationUncertainty};
pub(crate) use manifest::file_hashes;
pub use neighbour_weights::NeighbourWeights;
pub use neighbours::{NeighbourRule, NeighbourSource, NeighbourWeighing};
pub use operation::{Declaration, Input, Operation, Part, Preparation, Prepared, RunProgress, operation};
pub use outcome::{JsonForm, Outcome, OutcomeLayer, OutcomeTable, Places};
pub use panel::{Panel, PanelStatistic};
pub use point_pattern::*;
pub use rates::{RateMethod, Rates};
pub use register_counts::{Weight, counts};
pub use shift_share::{ShiftShare, ShiftSharePer};
pub use windowed::{GridPoints, WindowedPoints};

/// Every operation, in the order in which doors list them.
pub const OPERATIONS: &[Declaration] = &[
    Declaration::of::<Join>(),
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
    Declaration::of::<Losh>(),
    Declaration::of::<Correlogram>(),
    Declaration::of::<Panel>(),
    Declaration::of::<LocationUncertainty>(),
    Declaration::of::<Rates>(),
    Declaration::of::<NeighbourWeights>(),
    Declaration::of::<SquareCells>(),
    Declaration::of::<HexagonCells>(),
    Declaration::of::<QuadtreeCells>(),
    Declaration::of::<H3Cells>(),
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

choice!(LocationStatistic, PanelStatistic, Per, RateMethod, ShiftSharePer, ZoneShape);
text!(
    ColumnFloor => "COLUMN=NUMBER",
    NeighbourRule => "queen, rook, knn=8, band=5km, or a file of weights",
);

//! Operations over tables and areas.

mod autocorrelation;
mod classify;
mod cluster;
mod colocation;
mod complexity;
pub(crate) mod concentration;
mod correlogram;
mod count_source;
mod density;
mod doubt;
mod events;
mod firms;
mod geodetector;
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
mod periods;
mod point_pattern;
mod rates;
mod register_counts;
mod regression;
mod shift_share;
pub(crate) mod units;
pub(crate) mod weights;
mod windowed;

use crate::declare::{choice, text};

pub use autocorrelation::*;
pub use classify::Classify;
pub use cluster::{
    ClusteredPoints, ColumnFloor, Dbscan, DbscanPanel, Hdbscan, Match, MaxP, Optics, RegionUnits, Scan, Skater,
    ZoneShape,
};
pub use colocation::Colocation;
pub use complexity::Complexity;
pub use concentration::{
    ChangeStatistic, Concentration, ConcentrationChange, CountColumns, Per, area_concentration_frame,
    concentration_frame,
};
pub use correlogram::Correlogram;
pub use count_source::CountSource;
pub use density::Density;
pub use events::{Centrography, Knox};
pub use firms::FirmSource;
pub use geodetector::Geodetector;
pub use grid::{H3Cells, HexagonCells, QuadtreeCells, SquareCells, Territory};
pub use inequality::Inequality;
pub use join::{CountedPoints, Join, JoinedPoints, count_points, join_points, join_points_into};
pub use location::{LocationStatistic, LocationUncertainty};
pub(crate) use manifest::file_hashes;
pub use neighbour_weights::NeighbourWeights;
pub use neighbours::{NeighbourRule, NeighbourSource, NeighbourWeighing};
pub use operation::{Declaration, Input, Operation, Part, Preparation, Prepared, RunProgress, operation};
pub use outcome::{JsonForm, MadeBoundaries, Outcome, OutcomeLayer, OutcomeTable, Places, row_objects};
pub use panel::{Panel, PanelStatistic};
pub use periods::{EmergingHotSpots, LisaTransitions, PeriodValues, SpatialMarkov};
pub use point_pattern::*;
pub use rates::{RateMethod, Rates};
pub use register_counts::{Weight, counts};
pub use regression::{
    GeographicallyWeightedRegression, OrdinaryLeastSquares, RegressionColumns, RegressionUnits, SpatialDurbin,
    SpatialError, SpatialLag,
};
pub use shift_share::{ShiftShare, ShiftSharePer};
pub use windowed::{GridPoints, WindowedPoints};

/// Every operation, in the order in which doors list them.
pub const OPERATIONS: &[Declaration] = &[
    Declaration::of_operation::<Join>(),
    Declaration::of_operation::<Moran>(),
    Declaration::of_operation::<Geary>(),
    Declaration::of_operation::<GetisOrdG>(),
    Declaration::of_operation::<JoinCount>(),
    Declaration::of_operation::<BivariateMoran>(),
    Declaration::of_operation::<Lee>(),
    Declaration::of_operation::<LocalMoran>(),
    Declaration::of_operation::<LocalGeary>(),
    Declaration::of_operation::<Gi>(),
    Declaration::of_operation::<GiStar>(),
    Declaration::of_operation::<LocalJoinCount>(),
    Declaration::of_operation::<LocalBivariateMoran>(),
    Declaration::of_operation::<LocalLee>(),
    Declaration::of_operation::<Losh>(),
    Declaration::of_operation::<Colocation>(),
    Declaration::of_operation::<LisaTransitions>(),
    Declaration::of_operation::<SpatialMarkov>(),
    Declaration::of_operation::<EmergingHotSpots>(),
    Declaration::of_operation::<Geodetector>(),
    Declaration::of_operation::<OrdinaryLeastSquares>(),
    Declaration::of_operation::<SpatialLag>(),
    Declaration::of_operation::<SpatialError>(),
    Declaration::of_operation::<SpatialDurbin>(),
    Declaration::of_operation::<GeographicallyWeightedRegression>(),
    Declaration::of_operation::<Correlogram>(),
    Declaration::of_operation::<Panel>(),
    Declaration::of_operation::<LocationUncertainty>(),
    Declaration::of_operation::<Rates>(),
    Declaration::of_operation::<NeighbourWeights>(),
    Declaration::of_operation::<SquareCells>(),
    Declaration::of_operation::<HexagonCells>(),
    Declaration::of_operation::<QuadtreeCells>(),
    Declaration::of_operation::<H3Cells>(),
    Declaration::of_operation::<RipleyK>(),
    Declaration::of_operation::<RipleyL>(),
    Declaration::of_operation::<PairCorrelation>(),
    Declaration::of_operation::<NearestNeighbours>(),
    Declaration::of_operation::<EmptySpace>(),
    Declaration::of_operation::<ClarkEvans>(),
    Declaration::of_operation::<KDensity>(),
    Declaration::of_operation::<Localisation>(),
    Declaration::of_operation::<Colocalisation>(),
    Declaration::of_operation::<EntryExit>(),
    Declaration::of_operation::<ConcentrationChange>(),
    Declaration::of_operation::<MarconPuech>(),
    Declaration::of_operation::<LangMarconPuech>(),
    Declaration::of_operation::<Centrography>(),
    Declaration::of_operation::<Knox>(),
    Declaration::of_operation::<Density>(),
    Declaration::of_operation::<Dbscan>(),
    Declaration::of_operation::<Hdbscan>(),
    Declaration::of_operation::<Optics>(),
    Declaration::of_operation::<Scan>(),
    Declaration::of_operation::<Skater>(),
    Declaration::of_operation::<MaxP>(),
    Declaration::of_operation::<Match>(),
    Declaration::of_operation::<DbscanPanel>(),
    Declaration::of_operation::<Concentration>(),
    Declaration::of_operation::<ShiftShare>(),
    Declaration::of_operation::<Complexity>(),
    Declaration::of_operation::<Inequality>(),
    Declaration::of_operation::<Classify>(),
];

choice!(ChangeStatistic, LocationStatistic, PanelStatistic, Per, RateMethod, ShiftSharePer, ZoneShape);
text!(
    ColumnFloor => "COLUMN=NUMBER",
    NeighbourRule => "queen, rook, knn=8, band=5km, or a file of weights",
);

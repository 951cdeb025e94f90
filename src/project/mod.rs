//! From a project file to the whole run, and every step of it by itself.

mod agglomeration;
mod autocorrelation;
mod check;
mod classify;
mod cluster;
mod concentration;
mod density;
mod figure;
mod file;
mod grid;
mod index;
mod join;
mod manifest;
mod page;
mod point_pattern;
mod points;
mod progress;
mod run;
mod sources;
mod survey;
mod synth;
mod weights;
mod windowed;

pub use autocorrelation::{Autocorrelation, AutocorrelationRequest, Statistic, autocorrelation};
pub use check::{CheckOutcome, CheckRequest, CheckedLedger, CheckedRegister, check, write_rejects};
pub use classify::{Classified, ClassifyRequest, classify};
pub use cluster::{ClusterMethod, ClusterRequest, ClusterSummary, FoundClusters, ScanRequest, Scanned, clusters, scan};
pub use concentration::{ConcentrationOfPoints, Measured, Per, concentration_of_points};
pub use density::{Density, DensityBandwidth, DensityCorrection, DensityRequest, density};
pub use figure::{
    ChartRequest, MapRequest, chart_of, chart_on_its_own, figure_bytes, figure_notes, map, map_of, write_figure,
};
pub use file::{
    ConcentrationRequest, DISTRICT, EnglishWords, FigureFormat, FigureRequest, JoinOptions, LayerSource, PAGE_COLUMNS,
    PARK_LAYERS, PageRequest, Project, TableSource, read,
};
pub use grid::{CellShape, Cells, GridRequest, grid};
pub use index::{IndexRequest, IndexSummary, index_areas};
pub use join::{CountedPoints, JoinProgress, JoinRequest, JoinedPoints, count_points, join_points, join_points_into};
pub use page::{WrittenPage, page, page_of, write_page};
pub use point_pattern::{NullModel, Pattern, PatternRequest, PatternStatistic, even_radii_m, point_pattern};
pub use points::{PointSource, PointTable, brought_to, points};
pub use progress::{ProgressRequest, QuotaTable, progress};
pub use run::{RunSummary, run};
pub use sources::{Layer, layer, layers};
pub use survey::{LayerConcentration, SURVEY_STEPS, Survey, survey};
pub use synth::{SynthRequest, synth};
pub use weights::{BuiltWeights, Neighbours, Sites, Weighing, WeightsRequest, weights};
pub use windowed::WindowedPoints;

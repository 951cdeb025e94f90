//! From a project file to the whole run, and every step of it by itself.

mod agglomeration;
mod autocorrelation;
mod check;
mod classify;
mod cluster;
mod concentration;
mod correlogram;
mod density;
mod events;
mod figure;
mod file;
mod grid;
mod index;
mod inequality;
mod join;
mod location;
mod manifest;
mod matched;
mod page;
mod panel;
mod point_pattern;
mod points;
mod progress;
mod rates;
mod regions;
mod run;
mod shift_share;
mod sources;
mod survey;
mod synth;
mod tallied;
mod units;
mod weights;
mod windowed;

pub use autocorrelation::{Autocorrelation, AutocorrelationRequest, Statistic, autocorrelation};
pub use check::{CheckOutcome, CheckRequest, CheckedLedger, CheckedRegister, check, write_rejects};
pub use classify::{Classified, ClassifyRequest, classify};
pub use cluster::{ClusterMethod, ClusterRequest, ClusterSummary, FoundClusters, ScanRequest, Scanned, clusters, scan};
pub use concentration::{
    ConcentrationOfCounts, ConcentrationOfPoints, Measured, Measures, Per, concentration_of_counts,
    concentration_of_points,
};
pub use correlogram::{Correlogram, CorrelogramRequest, Lags, correlogram};
pub use density::{ContourLevels, Density, DensityBandwidth, DensityCorrection, DensityRequest, density};
pub use events::{Centres, CentrographyRequest, GridPoints, KnoxRequest, centrography, knox};
pub use figure::{
    Atlas, AtlasRequest, ChartRequest, MapRequest, atlas, atlas_of, chart_of, chart_on_its_own, figure_bytes,
    figure_format, figure_notes, map, map_explained, map_of, requested_chart, requested_map, sidecar_bytes,
    write_atlas, write_figure,
};
pub use file::{
    ChartTables, ConcentrationRequest, DISTRICT, EnglishWords, FigureFormat, FigureRequest, JoinOptions, LayerSource,
    PAGE_COLUMNS, PARK_LAYERS, PageRequest, Project, TableSource, read,
};
pub use grid::{CellShape, Cells, GridRequest, grid};
pub use index::{IndexRequest, IndexSummary, index_areas};
pub use inequality::{Inequality, InequalityRequest, Unequal, inequality};
pub use join::{CountedPoints, JoinProgress, JoinRequest, JoinedPoints, count_points, join_points, join_points_into};
pub use location::{
    AreaUncertainty, ErrorShape, LocationError, LocationQuantity, LocationRequest, LocationUncertainty,
    location_uncertainty,
};
pub use matched::{MatchRequest, MatchedClusters, matched_clusters};
pub use page::{WrittenPage, page, page_of, write_page};
pub use panel::{Panel, PanelColumn, PanelRequest, PanelUnit, panel};
pub use point_pattern::{NullModel, Pattern, PatternRequest, PatternStatistic, even_radii_m, point_pattern};
pub use points::{PointSource, PointTable, brought_to, points};
pub use progress::{ProgressRequest, QuotaTable, progress};
pub use rates::{RateMethod, Rates, RatesRequest, Strata, rates};
pub use regions::{MadeRegions, RegionMethod, RegionsRequest, regions};
pub use run::{RunSummary, run};
pub use shift_share::{ShiftSharePer, ShiftShareRequest, ShiftShareSource, shift_shares};
pub use sources::{Layer, layer, layers};
pub use survey::{LayerConcentration, SURVEY_STEPS, Survey, survey};
pub use synth::{SynthRequest, synth};
pub use tallied::CountsSource;
pub use weights::{BuiltWeights, Neighbours, Sites, Weighing, WeightsRequest, weights};
pub use windowed::WindowedPoints;

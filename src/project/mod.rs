//! From a project file to the whole run, and every step of it by itself.

mod analysis;
mod check;
mod figure;
mod file;
mod inputs;
mod page;
mod progress;
mod run;
mod survey;
mod synth;

pub use analysis::{AnalysisRequest, Made, MadeLayer, REGISTER};
pub use check::{CheckOutcome, CheckRequest, CheckedLedger, CheckedRegister, check, write_rejects};
pub use figure::{
    Atlas, AtlasRequest, ChartRequest, MapRequest, atlas, atlas_of, chart_of, chart_on_its_own, figure_bytes,
    figure_format, figure_notes, map, map_explained, map_of, requested_chart, requested_map, sidecar_bytes,
    write_atlas, write_figure,
};
pub use file::{
    ChartTables, ConcentrationRequest, DISTRICT, EnglishWords, FigureFormat, FigureRequest, JoinOptions, PAGE_COLUMNS,
    PARK_LAYERS, PageRequest, Project, read,
};
pub use inputs::figure_inputs;
pub use page::{WrittenPage, page, page_of, write_page};
pub use progress::{ProgressRequest, QuotaTable, progress};
pub use run::{RunSummary, run};
pub use survey::{LayerConcentration, SURVEY_STEPS, Survey, survey};
pub use synth::{SynthRequest, synth};

//! From a project file to the whole run, and the figures and pages of it by themselves.

mod analysis;
mod diff;
mod dossier;
mod evaluate;
mod figure;
mod file;
mod file_names;
mod geopackage;
mod init;
mod inputs;
mod lists;
mod masks;
mod names;
mod page;
mod problem_words;
mod progress;
mod proof;
mod query;
mod report;
mod run;
mod sample;
mod survey;
mod trial;
mod workbook;

pub use analysis::{AnalysisRequest, Made, MadeLayer, REGISTER};
pub use diff::{Change, ChangeKind, DiffOutcome, DiffRequest, diff, diff_workbook};
pub use dossier::{DossierRequest, dossier};
pub use evaluate::{EvaluateOutcome, EvaluateRequest, evaluate};
pub use figure::{
    Atlas, AtlasRequest, ChartRequest, FigureForm, FigureKeys, MapRequest, SheetForm, atlas, atlas_of, chart_explained,
    chart_of, chart_on_its_own, figure_bytes, figure_format, figure_notes, is_whole, map, map_explained, map_of,
    requested_chart, requested_map, sidecar_bytes, write_atlas, write_figure,
};
pub use file::{
    BulletinRequest, ChartTables, ConcentrationRequest, EnglishWords, FigureFormat, FigureRequest, JoinOptions,
    PAGE_COLUMNS, PROJECT_FILE, PageRequest, Project, read,
};
pub use init::{InitRequest, init};
pub use inputs::figure_inputs;
pub use lists::{LIST_COLUMNS, ListsRequest};
pub use names::{prepared_in, table_of};
pub use page::{PageChanges, WrittenPage, page, page_of, write_page};
pub use progress::count;
pub use proof::{ProofOutcome, ProofRequest, proof};
pub use query::{QueryOutcome, QueryRequest, query};
pub use report::{Bulletin, MadeDocument, ReportForm, bulletin, document_forms, report_bytes};
pub use run::{ProjectChanges, RunRequest, RunSummary, run};
pub use sample::{SampleOutcome, SampleRequest, sample};
pub use survey::{LayerConcentration, SURVEY_STEPS, Survey, survey};
pub use trial::{Unmade, try_figures};

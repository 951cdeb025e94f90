use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::analysis;
use super::figure::{ANALYSIS, english_names, figure_bytes, figure_notes, is_whole, sidecar_bytes};
use super::file::{self, FigureRequest, PROJECT_FILE, Project, SpotCheckRequest};
use super::file_names::FileNames;
use super::geopackage;
use super::lists;
use super::names::headings;
use super::page;
use super::query;
use super::report::{self, ReportForm};
use super::survey::{SURVEY_STEPS, Survey, survey};
use super::trial::{Unmade, figures};
use super::workbook;
use crate::check::{CheckedRegister, rejects_frames};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::model::json::json;
use crate::model::{Language, column};
use crate::policy::Policy;
use crate::progress::{self, Forecast, ForecastOptions, SampleSize, SpotCheckOptions};
use crate::render::Figure;
use crate::report::workbook as workbook_bytes;
use crate::source::{
    self, StagedFolder, TableFormat, all_seen_from, features_bytes, format_table, untouched_bytes_with_mark,
};

/// The files that a run wrote, and its findings.
#[derive(Debug, Clone)]
pub struct RunSummary {
    /// The files by their full names, in the order they were written.
    pub files: Vec<PathBuf>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// The quota table, in the columns that a person reads.
    pub quota_table: DataFrame,
    /// The headings of these columns in the language of the project.
    pub headings: Vec<String>,
    /// The figures that could not be drawn, and the page if it could not be made; everything else was written.
    pub unmade: Vec<Unmade>,
    /// Whether no problem was found, every quota is met, everything was made, and nothing has to be said of a figure.
    pub satisfied: bool,
}

/// The run of a project file.
#[parameters]
#[derive(Default)]
pub struct RunRequest {
    /// The project.
    #[flatten]
    pub changes: ProjectChanges,
    /// Another output folder than the file's.
    #[parameter(value = "FOLDER", short = 'o')]
    pub output: Option<PathBuf>,
}

/// A project file, and what is otherwise in it than the file says.
#[parameters]
pub struct ProjectChanges {
    /// The project file.
    #[parameter(value = "JIJU.TOML", positional)]
    pub project: PathBuf,
    /// Another as-of date than the file's.
    pub as_of: Option<NaiveDate>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
    /// House style of all figures: light, dark, print-grey, or a file of `[theme]` keys.
    #[parameter(value = "THEME")]
    pub theme: Option<String>,
}

impl Default for ProjectChanges {
    fn default() -> Self {
        Self { project: PathBuf::from(PROJECT_FILE), as_of: None, lang: None, theme: None }
    }
}

impl RunRequest {
    /// Reads the project, with what is otherwise in it.
    ///
    /// # Errors
    ///
    /// As [`read`](file::read).
    pub fn read(&self) -> Result<Project> {
        let mut project = self.changes.read()?;
        if let Some(output) = &self.output {
            project.output.clone_from(output);
        }
        Ok(project)
    }
}

impl ProjectChanges {
    /// Reads the project, with what is otherwise in it.
    ///
    /// # Errors
    ///
    /// As [`read`](file::read).
    pub fn read(&self) -> Result<Project> {
        let mut project = file::read(&self.project)?;
        project.as_of = self.as_of.unwrap_or(project.as_of);
        project.language = self.lang.unwrap_or(project.language);
        project.theme = self.theme.clone().or(project.theme);
        Ok(project)
    }
}

/// Does everything a project file asks for.
///
/// Tables go to `tables/` (Parquet, and CSV for the problems and lists), rejected rows to `rejects/`, figures to `maps/`
/// and `charts/`, the lists to `lists/`, the tables that [`query`](super::query()) asks to `query/`, beside them `bulletin.docx`, `bulletin.pdf`, `bulletin.html`, `page.html`, `workbook.xlsx`, `layers.gpkg` and `manifest.json`, which names every input with its
/// SHA-256. The files change together, once all of them are made: a run that fails or is ended leaves those of the run
/// before, and `manifest.json` is only there where all of them are of one run.
///
/// A figure that cannot be drawn is named in [`RunSummary::unmade`], in the bulletin and in the manifest; its files of the run
/// before are removed, and everything else is written.
///
/// # Errors
///
/// Errors of reading and writing, and of an analysis.
pub fn run(project: &Project, step: &mut dyn FnMut(&str, u64, u64)) -> Result<RunSummary> {
    let wanted = (project.maps.len() + project.charts.len()) as u64;
    let total = SURVEY_STEPS + wanted + 2;
    let survey = survey(project, &mut |what, done| step(what, done, total))?;
    let mut output = Output::new(project)?;
    step("write tables", SURVEY_STEPS, total);
    let tables = Tables::of_survey(&survey, project)?;
    output.tables(&survey, &tables)?;
    let neutral =
        [("lists.csv", &tables.lists), ("inspection.csv", &tables.inspection), ("problems.csv", &survey.problems)];
    output.analyses(&survey)?;
    let mut notes = vec![survey.summary.clone()];
    notes.extend(survey.notes.iter().map(|note| analysis::as_keys(note)));
    notes.extend(
        neutral.iter().filter_map(|(name, frame)| Some(format!("tables/{name}: {}", source::neutralised_note(frame)?))),
    );
    notes.extend(without_english(project, &survey));
    for made in &survey.made {
        notes.extend(
            made.outcome.notes.iter().map(|note| analysis::as_keys(&format!("{ANALYSIS}{}: {note}", made.name))),
        );
    }
    let mut drawn: Vec<(&FigureRequest, Figure)> = Vec::new();
    let mut unmade: Vec<Unmade> = Vec::new();
    for (position, (request, figure)) in figures(project, &survey).enumerate() {
        step(&request.name, SURVEY_STEPS + 1 + position as u64, total);
        let folder = if position < project.maps.len() { "maps" } else { "charts" };
        match figure.and_then(|figure| Ok((figure_files(request, &figure)?, figure))) {
            Ok((files, figure)) => {
                notes.extend(figure_notes(&request.name, &figure));
                for (ending, bytes) in files {
                    output.write(&format!("{folder}/{}.{ending}", request.name), &bytes)?;
                }
                drawn.push((request, figure));
            }
            Err(error) => {
                output.without_figure(folder, request);
                unmade.push(Unmade::figure(project, request, &error));
            }
        }
    }
    step("write the bulletin", total - 1, total);
    match page::page(project, &survey) {
        Ok(page) => {
            notes.extend(page::notes(project, &survey));
            output.write("page.html", page.as_bytes())?;
        }
        Err(error) => {
            output.files.remove("page.html");
            unmade.push(Unmade::new("page", "page.html", &error));
        }
    }
    let (of_bulletin, of_its_figures) = output.bulletin(&survey, &tables, &drawn, &unmade)?;
    notes.extend(of_bulletin);
    // Its figures are drawn anew, for a column: what is said of both is said once.
    let own: Vec<String> = of_its_figures.into_iter().filter(|note| !notes.contains(note)).collect();
    let is_whole_in_column = own.is_empty();
    notes.extend(own.into_iter().map(|note| format!("bulletin: {note}")));
    output.workbook(&survey, &tables)?;
    let made = lists::files(project, &survey)?;
    notes.extend(made.notes);
    for (name, bytes) in made.files {
        output.write(&format!("lists/{name}"), &bytes)?;
    }
    made.left_out.iter().for_each(|name| output.files.remove(format!("lists/{name}")));
    for (name, bytes) in query::files(project, &survey)? {
        output.write(&name, &bytes)?;
    }
    let layers = match (project.geopackage, source::writes_geopackages()) {
        (true, true) => {
            let package = geopackage::package(project, &survey, &tables.register)?;
            output.write(geopackage::FILE, &package.bytes)?;
            notes.extend(package.notes);
            Some(package.manifest)
        }
        (true, false) => {
            notes.push(format!("{} is left out, as this build of jiju has no GDAL", geopackage::FILE));
            None
        }
        (false, _) => None,
    };
    output.manifest(layers, &unmade)?;
    let files = output.files.finish()?;
    step("done", total, total);
    let columns = quota_columns(&survey.policy, project.language);
    let quota_table = tables.quota.select(columns.iter().copied()).map_err(Error::table("the quota table"))?;
    let named = headings(&survey.policy, project.language);
    let headings = columns.iter().map(|column| named.of(column, project.language).to_owned()).collect();
    let made = unmade.is_empty() && drawn.iter().all(|(_, figure)| is_whole(figure)) && is_whole_in_column;
    let satisfied = made && survey.is_satisfied();
    Ok(RunSummary { files, notes, quota_table, headings, unmade, satisfied })
}

/// The columns of the quota table that a person reads.
fn quota_columns(policy: &Policy, language: Language) -> Vec<&str> {
    let names = language.pick(
        [column::PROGRAMME_NAME_ZH, column::DISTRICT_NAME_ZH],
        [column::PROGRAMME_NAME_EN, column::DISTRICT_NAME_EN],
    );
    let numbers = [column::ACCEPTED, column::QUOTA, column::RATE, column::GAP, column::RANK];
    names.into_iter().chain(progress::stage_columns(policy)).chain(numbers).collect()
}

/// The tables that several documents show.
pub(super) struct Tables {
    pub(super) quota: DataFrame,
    pub(super) pace: DataFrame,
    pub(super) lists: DataFrame,
    pub(super) inspection: DataFrame,
    pub(super) sample: Option<DataFrame>,
    register: DataFrame,
    pub(super) forecast: DataFrame,
    pub(super) forecasts: Vec<Forecast>,
}

impl Tables {
    pub(super) fn of_survey(survey: &Survey, project: &Project) -> Result<Self> {
        let (policy, ledger) = (&survey.policy, &survey.ledger.ledger);
        let CheckedRegister { register, standing, .. } = &survey.register;
        let lists = progress::lists(policy, ledger, register, standing, project.as_of);
        let inspection = progress::inspection_lists(policy, ledger, register, standing, project.as_of);
        let draw = |SpotCheckRequest { share, seed }: SpotCheckRequest| {
            let size = SampleSize::Share(share);
            let options = SpotCheckOptions { as_of: project.as_of, size, replacements: 0, seed };
            progress::spot_check_sample(policy, ledger, standing, register, &options)
        };
        let sample = project.spot_check.map(draw).transpose()?;
        let forecast_of = |programme| {
            progress::forecast(policy, programme, ledger, standing, project.as_of, ForecastOptions::default())
        };
        let forecasts: Vec<Forecast> = policy.programmes.iter().flat_map(forecast_of).collect();
        Ok(Self {
            quota: progress::frame(&survey.quota)?,
            pace: progress::frame_of_pace(&survey.pace)?,
            lists: progress::frame_of_lists(&lists)?,
            inspection: progress::frame_of_lists(&inspection)?,
            sample: sample.as_deref().map(progress::frame_of_sample).transpose()?,
            register: survey.register_frame()?,
            forecast: progress::frame_of_forecasts(&forecasts)?,
            forecasts,
        })
    }
}

const SIDECAR_ENDING: &str = "json";

/// The files of a figure by their endings.
fn figure_files(request: &FigureRequest, figure: &Figure) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let formats = request.formats.iter();
    let mut files = formats
        .map(|format| Ok((format.ending(), figure_bytes(figure, *format, request.dpi)?)))
        .collect::<Result<Vec<_>>>()?;
    files.extend(request.sidecar.then(|| (SIDECAR_ENDING, sidecar_bytes(figure))));
    Ok(files)
}

/// The output folder and what was written there.
struct Output<'a> {
    project: &'a Project,
    files: StagedFolder,
}

impl<'a> Output<'a> {
    fn new(project: &'a Project) -> Result<Self> {
        let files = StagedFolder::new(&project.output, project.inputs())?;
        Ok(Self { project, files })
    }

    fn write(&mut self, place: &str, bytes: &[u8]) -> Result<()> {
        self.files.write(place, bytes)
    }

    fn tables(&mut self, survey: &Survey, tables: &Tables) -> Result<()> {
        for (name, frame, format) in [
            ("quota.parquet", &tables.quota, TableFormat::Parquet),
            ("quota.csv", &tables.quota, TableFormat::CsvWithMark),
            ("pace.parquet", &tables.pace, TableFormat::Parquet),
            ("forecast.csv", &tables.forecast, TableFormat::CsvWithMark),
            ("lists.csv", &tables.lists, TableFormat::CsvWithMark),
            ("inspection.csv", &tables.inspection, TableFormat::CsvWithMark),
            ("register.parquet", &tables.register, TableFormat::Parquet),
            ("problems.csv", &survey.problems, TableFormat::CsvWithMark),
        ] {
            self.write(&format!("tables/{name}"), &format_table(frame, format)?)?;
        }
        if let Some(sample) = &tables.sample {
            self.write("tables/spot-check.csv", &format_table(sample, TableFormat::CsvWithMark)?)?;
        }
        let mut names = FileNames::default();
        for measured in &survey.concentration {
            let layer = names.stem(&measured.layer);
            for (kind, frame) in [("concentration", &measured.cells), ("areas", &measured.areas)] {
                let place = format!("tables/{kind}-{layer}.parquet");
                self.write(&place, &format_table(frame, TableFormat::Parquet)?)?;
            }
        }
        for (name, frame) in rejects_frames(Some(&survey.register), Some(&survey.ledger))? {
            self.write(&format!("rejects/{name}.csv"), &untouched_bytes_with_mark(&frame)?)?;
        }
        Ok(())
    }

    /// The table of each analysis, its layers, and what it was made from.
    fn analyses(&mut self, survey: &Survey) -> Result<()> {
        for made in &survey.made {
            let place = format!("analyses/{}", made.name);
            let mut outcome = made.outcome.clone();
            if let serde_json::Value::Object(manifest) =
                all_seen_from(&self.project.folder, &serde_json::Value::Object(std::mem::take(&mut outcome.manifest)))
            {
                outcome.manifest = manifest;
            }
            self.write(&format!("{place}.parquet"), &outcome.parquet()?)?;
            for (number, layer) in outcome.layers.iter().enumerate() {
                let ending = if number == 0 { String::new() } else { format!("-{}", layer.name) };
                let bytes = features_bytes(&layer.features, layer.reference.into(), "layer.geojson")?;
                self.write(&format!("{place}{ending}.geojson"), &bytes)?;
            }
            let manifest = serde_json::Value::Object(outcome.manifest);
            self.write(&format!("{place}.manifest.json"), format!("{manifest:#}\n").as_bytes())?;
        }
        Ok(())
    }

    /// Takes away what an earlier run drew in place of a figure that cannot be drawn now.
    fn without_figure(&mut self, folder: &str, request: &FigureRequest) {
        let formats = request.formats.iter().map(|format| format.ending());
        for ending in formats.chain(request.sidecar.then_some(SIDECAR_ENDING)) {
            self.files.remove(format!("{folder}/{}.{ending}", request.name));
        }
    }

    /// The bulletin in the forms an office uses. Returns warnings to show to the user.
    fn bulletin(
        &mut self,
        survey: &Survey,
        tables: &Tables,
        drawn: &[(&FigureRequest, Figure)],
        unmade: &[Unmade],
    ) -> Result<(Vec<String>, Vec<String>)> {
        let document = report::report(self.project, survey, tables, drawn, unmade)?;
        let mut notes = Vec::new();
        for (name, form) in [
            ("bulletin.docx", ReportForm::Docx),
            ("bulletin.pdf", ReportForm::Pdf),
            ("bulletin.html", ReportForm::Html),
        ] {
            let (bytes, told) = report::report_bytes(self.project, &document, form)?;
            self.write(name, &bytes)?;
            notes.extend(told.into_iter().map(|note| format!("{name}: {note}")));
        }
        Ok((notes, document.notes))
    }

    fn workbook(&mut self, survey: &Survey, tables: &Tables) -> Result<()> {
        let bytes = workbook_bytes(&workbook::content(self.project, survey, tables)?)?;
        self.write("workbook.xlsx", &bytes)
    }

    /// Writes the manifest, which names what made the files: the program's version, the as-of date, and every input with its SHA-256.
    fn manifest(&mut self, layers: Option<serde_json::Value>, unmade: &[Unmade]) -> Result<()> {
        let data = self.project.data();
        let mut inputs = Vec::with_capacity(data.len());
        for path in &data {
            inputs.push(json!({ "file": source::told_name(path), "sha256": source::sha256(path)? }));
        }
        let mut manifest = json!({
            "program": concat!("jiju ", env!("CARGO_PKG_VERSION")),
            "as_of": self.project.as_of.to_string(),
            "synthetic": self.project.synthetic,
            "inputs": inputs,
        });
        if let Some(layers) = layers {
            manifest["geopackage"] = layers;
        }
        if !unmade.is_empty() {
            let names: Vec<&str> = unmade.iter().map(|unmade| unmade.name.as_str()).collect();
            manifest["unmade"] = json!(names);
        }
        self.write("manifest.json", format!("{manifest:#}\n").as_bytes())
    }
}

/// The notes on areas that keep their Chinese names in figures in English, since they have no other.
fn without_english(project: &Project, survey: &Survey) -> Vec<String> {
    let is_chinese = |name: &str| name.chars().any(|character| ('\u{3400}'..='\u{9fff}').contains(&character));
    let layers = survey.layers.iter().filter(|_| project.language == Language::En);
    let notes = layers.filter_map(|layer| {
        let areas = &layer.areas.areas;
        let english = english_names(project, &layer.areas.layer).unwrap_or_default();
        let named = |id: &str| survey.policy.district(id).is_some() || english.contains_key(id);
        let own: Vec<&str> = areas
            .iter()
            .filter(|area| is_chinese(&area.name) && !named(&area.id))
            .map(|area| area.name.as_str())
            .collect();
        let first = own.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let (count, all, layer) = (own.len(), areas.len(), &layer.areas.layer);
        (count > 0)
            .then(|| format!("layer {layer}: {count} of {all} areas have no English name and keep their own: {first}"))
    });
    notes.collect()
}

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::analysis;
use super::figure::{english_names, figure_bytes, figure_notes, sidecar_bytes};
use super::file::{self, FigureRequest, Project, SpotCheckRequest};
use super::file_names::FileNames;
use super::geopackage;
use super::page;
use super::survey::{SURVEY_STEPS, Survey, survey};
use super::trial::{Unmade, figures};
use super::workbook;
use crate::check::{CheckedRegister, DISTRICT, rejects_frames};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::model::json::json;
use crate::model::{Language, column};
use crate::progress::{self, Forecast, ForecastOptions, ProgressRow, SampleSize, SpotCheckOptions, satisfied};
use crate::render::{self, Figure};
use crate::report::{self, Bulletin, BulletinTable};
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
    /// Whether no problem was found, every quota is met, everything was made, and no figure has a character that no font
    /// has.
    pub satisfied: bool,
}

/// The run of a project file, and what is otherwise in it than the file says.
#[parameters]
#[derive(Default)]
pub struct RunRequest {
    /// The project file.
    #[parameter(value = "JIJU.TOML", positional, required)]
    pub project: PathBuf,
    /// Another output folder than the file's.
    #[parameter(value = "FOLDER", short = 'o')]
    pub output: Option<PathBuf>,
    /// Another as-of date than the file's.
    pub as_of: Option<NaiveDate>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
    /// House style of all figures: light, dark, print-grey, or a file of `[theme]` keys.
    #[parameter(value = "THEME")]
    pub theme: Option<String>,
}

impl RunRequest {
    /// Reads the project, with what is otherwise in it.
    ///
    /// # Errors
    ///
    /// As [`read`](file::read).
    pub fn read(&self) -> Result<Project> {
        let mut project = file::read(&self.project)?;
        if let Some(output) = &self.output {
            project.output.clone_from(output);
        }
        project.as_of = self.as_of.unwrap_or(project.as_of);
        project.language = self.lang.unwrap_or(project.language);
        project.theme = self.theme.clone().or(project.theme);
        Ok(project)
    }
}

/// Does everything a project file asks for.
///
/// Tables go to `tables/` (Parquet, and CSV for the problems and lists), rejected rows to `rejects/`, figures to `maps/`
/// and `charts/`, beside them `bulletin.html`, `page.html`, `workbook.xlsx`, `layers.gpkg` and `manifest.json`, which names every input with its
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
    let lists =
        [("lists.csv", &tables.lists), ("inspection.csv", &tables.inspection), ("problems.csv", &survey.problems)];
    output.analyses(&survey)?;
    let mut notes = vec![survey.summary.clone()];
    notes.extend(survey.notes.iter().map(|note| analysis::as_keys(note)));
    notes.extend(
        lists.iter().filter_map(|(name, frame)| Some(format!("tables/{name}: {}", source::neutralised_note(frame)?))),
    );
    notes.extend(without_english(project, &survey));
    for made in &survey.made {
        notes.extend(
            made.outcome.notes.iter().map(|note| analysis::as_keys(&format!("analysis {}: {note}", made.name))),
        );
    }
    let mut drawn: Vec<Figure> = Vec::new();
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
                drawn.push(figure);
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
            notes.extend(page::left_out(project, &survey));
            output.write("page.html", page.as_bytes())?;
        }
        Err(error) => {
            output.files.remove("page.html");
            unmade.push(Unmade::new("page", "page.html", &error));
        }
    }
    output.bulletin(&survey, &tables, &drawn, &unmade)?;
    output.workbook(&survey, &tables)?;
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
    let columns = QUOTA_COLUMNS.map(|(zh, en)| project.language.pick(zh, en));
    let quota_table = tables.quota.select(columns).map_err(Error::table("the quota table"))?;
    let headings = columns.map(|column| report::heading(column, project.language).to_owned()).to_vec();
    let made = unmade.is_empty() && drawn.iter().all(|figure| figure.missing_glyphs().is_empty());
    let satisfied = made && survey.problems.height() == 0 && satisfied(&survey.quota);
    Ok(RunSummary { files, notes, quota_table, headings, unmade, satisfied })
}

/// The columns of the quota table that a person reads, by language.
const QUOTA_COLUMNS: [(&str, &str); 11] = [
    ("programme_name_zh", "programme_name_en"),
    ("district_name_zh", "district_name_en"),
    ("listed", "listed"),
    ("self_checked", "self_checked"),
    ("reviewed", "reviewed"),
    ("spot_checked", "spot_checked"),
    ("accepted", "accepted"),
    ("quota", "quota"),
    ("rate", "rate"),
    ("gap", "gap"),
    ("rank", "rank"),
];

/// The columns of a concentration table that a bulletin shows.
const AREA_COLUMNS: [&str; 6] =
    ["area_name", "count", "share", "density_per_km2", "herfindahl_hirschman", "in_park_share"];

/// The tables that several documents show.
pub(super) struct Tables {
    pub(super) quota: DataFrame,
    pub(super) pace: DataFrame,
    firms_on_lists: usize,
    pub(super) lists: DataFrame,
    pub(super) inspection: DataFrame,
    pub(super) sample: Option<DataFrame>,
    register: DataFrame,
    pub(super) forecast: DataFrame,
    forecasts: Vec<Forecast>,
}

impl Tables {
    fn of_survey(survey: &Survey, project: &Project) -> Result<Self> {
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
        let firms: BTreeSet<&str> = lists.iter().map(|row| row.id.as_str()).collect();
        Ok(Self {
            quota: progress::frame(&survey.quota)?,
            pace: progress::frame_of_pace(&survey.pace)?,
            firms_on_lists: firms.len(),
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

    fn bulletin(&mut self, survey: &Survey, tables: &Tables, drawn: &[Figure], unmade: &[Unmade]) -> Result<()> {
        let language = self.project.language;
        // One table for each programme, without the column that names it.
        let columns: Vec<String> =
            QUOTA_COLUMNS[1..].iter().map(|(zh, en)| language.pick(*zh, *en).to_owned()).collect();
        // A figure of a programme stands beside its findings.
        let first = survey.policy.programmes.first().map_or("", |programme| programme.term.id.as_str());
        let of_programme = |wanted: Option<&str>| -> Vec<String> {
            drawn.iter().filter(|figure| programme_of(figure, first) == wanted).map(render::svg).collect()
        };
        let mut shown = Vec::new();
        for programme in &survey.policy.programmes {
            let rows: Vec<ProgressRow> =
                survey.quota.iter().filter(|row| row.programme == programme.term.id).cloned().collect();
            let name = language.pick(&programme.term.name_zh, &programme.term.name_en);
            shown.push(BulletinTable {
                caption: language.pick(format!("{name}：完成进度与排名"), format!("{name}: progress and ranking")),
                findings: [
                    forecast_findings(&tables.forecasts, &programme.term.id, language),
                    programme_findings(survey, &programme.term.id, language),
                ]
                .concat(),
                totals: rows.iter().enumerate().filter(|(_, row)| row.is_city).map(|(position, _)| position).collect(),
                frame: progress::frame(&rows)?,
                columns: columns.clone(),
                figures: of_programme(Some(&programme.term.id)),
            });
        }
        for measured in survey.concentration.iter().filter(|measured| measured.layer == DISTRICT) {
            let firms = measured.areas.slice(0, survey.policy.districts.len().min(measured.areas.height()));
            shown.push(BulletinTable {
                caption: language.pick("各区县企业集聚", "Enterprises by district").to_owned(),
                findings: Vec::new(),
                totals: Vec::new(),
                frame: firms,
                columns: AREA_COLUMNS.map(str::to_owned).to_vec(),
                figures: Vec::new(),
            });
        }
        let page = report::bulletin(&Bulletin {
            title: self.project.title_words().to_owned(),
            language,
            as_of: self.project.as_of.to_string(),
            document: survey.policy.document.number.clone(),
            synthetic: self.project.synthetic,
            findings: findings(survey, tables, language),
            figures: of_programme(None),
            unmade: unmade.iter().map(|unmade| unmade.name.clone()).collect(),
            tables: shown,
            sources: self
                .project
                .boundary_words()
                .into_iter()
                .map(str::to_owned)
                .chain(self.project.source_words().iter().cloned())
                .collect(),
        })?;
        self.write("bulletin.html", page.as_bytes())
    }

    fn workbook(&mut self, survey: &Survey, tables: &Tables) -> Result<()> {
        let bytes = report::workbook(&workbook::content(self.project, survey, tables)?)?;
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

/// Returns the programme that a figure shows, which is the first if it names none; `None` for a figure of no quota.
fn programme_of<'a>(figure: &'a Figure, first: &'a str) -> Option<&'a str> {
    const OF_QUOTAS: [&str; 6] = ["quota_progress", "progress", "ranking", "stages", "pace", "slope"];
    let word = |key: &str| figure.record.get(key).and_then(serde_json::Value::as_str);
    // Small maps may be of several.
    let has_panels = figure.record.get("panels").and_then(serde_json::Value::as_array).is_some_and(|all| all.len() > 1);
    let is_of_one = word("kind").is_some_and(|kind| OF_QUOTAS.contains(&kind)) && !has_panels;
    is_of_one.then(|| word("programme").unwrap_or(first))
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

/// Returns the findings on a programme as sentences for the bulletin.
fn programme_findings(survey: &Survey, programme: &str, language: Language) -> Vec<String> {
    let mut findings = Vec::new();
    for row in survey.quota.iter().filter(|row| row.is_city && row.programme == programme) {
        let rate = row.rate.map_or("–".to_owned(), column::percent);
        let leader = survey.quota.iter().find(|other| other.programme == row.programme && other.rank == Some(1));
        findings.push(match language {
            Language::Zh => format!(
                "{}：目标 {} 家，验收完成 {} 家，完成率 {rate}，缺口 {} 家{}",
                row.programme_name_zh,
                row.quota,
                row.accepted,
                row.gap,
                leader.map_or(String::new(), |leader| format!("；完成率第一：{}", leader.district_name_zh))
            ),
            Language::En => format!(
                "{}: quota {}, accepted {}, rate {rate}, gap {}{}",
                row.programme_name_en,
                row.quota,
                row.accepted,
                row.gap,
                leader.map_or(String::new(), |leader| format!("; first by rate: {}", leader.district_name_en))
            ),
        });
        if row.unplaced > 0 {
            findings.push(match language {
                Language::Zh => format!("{}：{} 家未落位，未计入任何区县", row.programme_name_zh, row.unplaced),
                Language::En => format!("{}: {} firms stand in no district", row.programme_name_en, row.unplaced),
            });
        }
    }
    findings
}

/// Returns what the forecasts of a programme say as sentences for the bulletin: first the districts whose ledger has too few firms, then
/// the city.
fn forecast_findings(forecasts: &[Forecast], programme: &str, language: Language) -> Vec<String> {
    let own = || forecasts.iter().filter(|row| row.programme == programme);
    let short: Vec<String> = own()
        .filter(|row| row.short > 0)
        .map(|row| match language {
            Language::Zh => format!(
                "{}台账列入{}家，少于任务{}家，须再列入{}家，否则无法完成任务",
                row.district_name_zh, row.listed, row.quota, row.short
            ),
            Language::En => format!(
                "{}: the ledger lists {}, the quota is {}: it cannot be met unless {} more are listed",
                row.district_name_en, row.listed, row.quota, row.short
            ),
        })
        .collect();
    let city = own().find(|row| row.is_city && row.short == 0).and_then(|row| {
        let (last, probability) = (row.days.last()?, row.met_probability?);
        let (expected, probability) = (last.expected.round(), column::percent(probability));
        let (lower, upper, day, share) = (last.lower, last.upper, last.day, column::percent(row.confidence));
        Some(match language {
            Language::Zh => format!(
                "预计至{day}全市完成{expected}家（{share}区间{lower}–{upper}家），按期完成任务的概率{probability}"
            ),
            Language::En => format!(
                "{expected} firms of the city are expected to be accepted by {day} ({share} interval {lower}–{upper}); the quota is met with probability {probability}"
            ),
        })
    });
    short.into_iter().chain(city).collect()
}

/// Returns the other findings of a survey as sentences for the bulletin.
fn findings(survey: &Survey, tables: &Tables, language: Language) -> Vec<String> {
    let listed = tables.firms_on_lists;
    let (problems, rejected) = (survey.problems.height(), survey.register.rejects.len() + survey.ledger.rejects.len());
    vec![match language {
        Language::Zh => format!("公布名单涉及 {listed} 家；问题清单 {problems} 条，其中退回 {rejected} 行"),
        Language::En => format!("{listed} firms on public lists; {problems} problems, {rejected} rows rejected"),
    }]
}

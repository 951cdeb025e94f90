//! The sheet of a spot check 市级抽验: drawn of a project, taken along, and taken back.

use std::collections::HashMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, IdxCa, IdxSize};

use super::file::{self, Project};
use super::names::headings;
use crate::check::{self, CheckInputs, needed};
use crate::declare::parameters;
use crate::error::{Error, ParameterError, ParameterFault, ProjectError, Result};
use crate::model::{Enterprise, Language, column};
use crate::policy::Policy;
use crate::progress::{self, SampleRole, SampleSize, SampledFirm, SpotCheckOptions};
use crate::report::{self, SheetChoices, Workbook, WorkbookSheet};
use crate::stats::PassRateOptions;

/// A spot check: the sample to draw of a project, or the sheet that came back.
///
/// Firms that have been reviewed and not yet spot-checked are drawn by programme and district, spread over space by the local pivotal
/// method, each with the inclusion probability that the sheet says.
#[parameters]
pub struct SampleRequest {
    /// The project file [default: jiju.toml].
    #[parameter(value = "JIJU.TOML", positional)]
    pub project: Option<PathBuf>,
    /// The share of the waiting firms of each programme and district, between 0 and 1 [default: the project's, else 0.1].
    #[parameter(conflicts = "size", conflicts = "evaluate")]
    pub share: Option<f64>,
    /// The number of firms in all, divided among programmes and districts in proportion to their waiting firms.
    #[parameter(conflicts = "evaluate")]
    pub size: Option<u64>,
    /// Further firms of each programme and district, to replace in their order those that cannot be inspected.
    #[parameter(conflicts = "evaluate")]
    pub replacements: u64,
    /// Seed of the draw [default: the project's, else 0].
    #[parameter(conflicts = "evaluate")]
    pub seed: Option<u64>,
    /// Another as-of date than the file's.
    #[parameter(conflicts = "evaluate")]
    pub as_of: Option<NaiveDate>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE", conflicts = "evaluate")]
    pub lang: Option<Language>,
    /// Take back this sheet with its findings, and estimate pass rates.
    #[parameter(value = "RESULTS", conflicts = "project")]
    pub evaluate: Option<PathBuf>,
    /// Confidence of the intervals of pass rates.
    pub confidence: f64,
}

impl Default for SampleRequest {
    fn default() -> Self {
        Self {
            project: None,
            share: None,
            size: None,
            replacements: 3,
            seed: None,
            as_of: None,
            lang: None,
            evaluate: None,
            confidence: 0.95,
        }
    }
}

/// A sample that was drawn, or the results of one.
#[derive(Debug, Clone)]
pub struct SampleOutcome {
    /// The sample as rows of text, for CSV and the like; or the results.
    pub rows: DataFrame,
    /// The workbook of a sample, with a sheet for each district; `None` for results.
    pub workbook: Option<Vec<u8>>,
    /// The files that were read.
    pub inputs: Vec<PathBuf>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// Whether there is anything to inspect, or every inspected firm passed.
    pub is_yes: bool,
}

/// Draws the sample of a spot check, or takes its results back.
///
/// # Errors
///
/// What reading the project and its files refuses, and a sheet with findings that cannot be understood.
pub fn sample(request: &SampleRequest) -> Result<SampleOutcome> {
    match &request.evaluate {
        Some(file) => {
            let options = PassRateOptions::default().with_confidence(request.confidence);
            let found = progress::spot_check_results(file, options)?;
            Ok(SampleOutcome {
                rows: progress::frame_of_results(&found.rows)?,
                workbook: None,
                inputs: vec![file.clone()],
                notes: found.notes,
                is_yes: found.all_passed,
            })
        }
        None => drawn(request),
    }
}

fn drawn(request: &SampleRequest) -> Result<SampleOutcome> {
    let file = request.project.clone().unwrap_or_else(|| PathBuf::from("jiju.toml"));
    let mut project = file::read(&file)?;
    project.as_of = request.as_of.unwrap_or(project.as_of);
    project.language = request.lang.unwrap_or(project.language);
    let own = project.spot_check;
    let size = match (request.size, request.share) {
        (Some(size), _) => SampleSize::Total(size),
        (None, share) => SampleSize::Share(share.or(own.map(|own| own.share)).unwrap_or(0.1)),
    };
    if let SampleSize::Share(share) = size
        && !(0.0..=1.0).contains(&share)
    {
        let message = format!("found {share}, expected a number between 0 and 1");
        let faults = vec![ParameterFault::Value { parameter: "share".to_owned(), message }];
        return Err(ParameterError { operation: "sample".to_owned(), faults }.into());
    }
    let outcome = check::check(&CheckInputs::from(&project))?;
    let mut notes = vec![outcome.summary()];
    let policy = needed(outcome.policy.as_ref(), "a sample", "‹policy›")?;
    let register = needed(outcome.register.as_ref(), "a sample", "‹register›")?;
    let ledger = needed(outcome.ledger.as_ref(), "a sample", "‹ledger›")?;
    let options = SpotCheckOptions {
        as_of: project.as_of,
        size,
        replacements: request.replacements,
        seed: request.seed.or(own.map(|own| own.seed)).unwrap_or(0),
    };
    let sample = progress::spot_check_sample(policy, &ledger.ledger, &register.standing, &register.register, &options)?;
    let firms: HashMap<&str, &Enterprise> =
        register.register.enterprises().iter().map(|firm| (&*firm.id, firm)).collect();
    let count = |role: SampleRole| sample.iter().filter(|firm| firm.role == role).count();
    notes.push(format!(
        "{} firms drawn, {} replacements, seed {}",
        count(SampleRole::Sample),
        count(SampleRole::Replacement),
        options.seed
    ));
    let single = sample.iter().filter(|firm| firm.role == SampleRole::Sample && firm.drawn == 1 && firm.population > 1);
    if single.count() > 0 {
        notes.push(
            "some programmes and districts have one firm drawn; their own variance cannot be estimated".to_owned(),
        );
    }
    let rows = sheet_frame(&sample, &firms, policy, project.language)?;
    let workbook = workbook(&project, policy, &sample, &rows, options.seed)?;
    let is_yes = !sample.is_empty();
    Ok(SampleOutcome { rows, workbook: Some(workbook), inputs: project.inputs(), notes, is_yes })
}

/// The columns that an inspector needs, which are printed; the others stand behind them.
const PRINTED: usize = 10;

/// The sheet: who is to be inspected, room for what is found, and behind it what the evaluation needs.
fn sheet_frame(
    sample: &[SampledFirm],
    firms: &HashMap<&str, &Enterprise>,
    policy: &Policy,
    language: Language,
) -> Result<DataFrame> {
    let text = |name: &str, cell: &dyn Fn(&SampledFirm) -> Option<String>| {
        Column::new(name.into(), sample.iter().map(cell).collect::<Vec<_>>())
    };
    let number = |name: &str, cell: &dyn Fn(&SampledFirm) -> Option<f64>| {
        Column::new(name.into(), sample.iter().map(cell).collect::<Vec<_>>())
    };
    let firm = |one: &SampledFirm| firms.get(&*one.id).copied();
    let programme = |one: &SampledFirm| {
        let programme = policy.programme(&one.programme)?;
        Some(language.pick(&programme.term.name_zh, &programme.term.name_en).clone())
    };
    let district = |one: &SampledFirm| {
        let district = policy.district(&one.district)?;
        Some(language.pick(&district.name_zh, &district.name_en).clone())
    };
    let empty = |name: &str| text(name, &|_| None);
    let mut columns = vec![
        text("role_name", &|one| Some(one.role.name(language).to_owned())),
        Column::new("order".into(), sample.iter().map(|one| one.order).collect::<Vec<_>>()),
        text("programme_name", &programme),
        text("district_name", &district),
        text("town", &|one| firm(one)?.town.as_deref().map(str::to_owned)),
        text(column::NAME, &|one| Some(firm(one)?.name.clone())),
        text("address", &|one| firm(one)?.address.clone()),
        empty("finding"),
        empty("inspected_on"),
        empty("remarks"),
    ];
    columns.extend(progress::frame_of_sample(sample)?.columns().iter().filter(|one| one.name() != "order").cloned());
    columns.push(number("lon", &|one| Some(firm(one)?.location?.x)));
    columns.push(number("lat", &|one| Some(firm(one)?.location?.y)));
    DataFrame::new(sample.len(), columns).map_err(Error::table("the spot-check sheet"))
}

/// The workbook: a sheet for each district, which prints by itself.
fn workbook(
    project: &Project,
    policy: &Policy,
    sample: &[SampledFirm],
    rows: &DataFrame,
    seed: u64,
) -> Result<Vec<u8>> {
    let language = project.language;
    let stage = policy.sampled_stage().and_then(|stage| policy.stage(stage));
    let called = stage.map_or_else(
        || language.pick("抽查", "Spot check").to_owned(),
        |stage| language.pick(&stage.term.name_zh, &stage.term.name_en).clone(),
    );
    let mut sheets = Vec::new();
    for district in &policy.districts {
        let own: Vec<IdxSize> = sample
            .iter()
            .enumerate()
            .filter(|(_, firm)| firm.district == district.adcode)
            .filter_map(|(row, _)| IdxSize::try_from(row).ok())
            .collect();
        if own.is_empty() {
            continue;
        }
        let frame = rows.take(&IdxCa::from_vec("row".into(), own)).map_err(Error::table("the spot-check sheet"))?;
        let name = language.pick(&district.name_zh, &district.name_en).clone();
        let about = language.pick(
            format!("{name}{called}名单（抽样种子{seed}）；备选按序号依次替换无法检查的企业"),
            format!("{name}: {called} (seed {seed}); replacements take the place, in their order, of firms that cannot be inspected"),
        );
        let choices = vec![SheetChoices {
            column: "finding".to_owned(),
            words: language
                .pick(["合格", "不合格", "无法检查"], ["pass", "fail", "not inspected"])
                .map(str::to_owned)
                .to_vec(),
        }];
        sheets.push(WorkbookSheet {
            name,
            about,
            frame,
            printed: PRINTED,
            totals: Vec::new(),
            charts: Vec::new(),
            links: Vec::new(),
            printed_rows: None,
            choices,
            is_landscape: false,
        });
    }
    if sheets.is_empty() {
        return Err(ProjectError::Options {
            message: format!("found no firm that waits for a spot check on {}", project.as_of),
            hint: "give a later ‹as_of›, or a ledger with firms that passed the stage before it".to_owned(),
        }
        .into());
    }
    let sources = project.boundary_words().into_iter().map(str::to_owned).chain(project.source_words().iter().cloned());
    report::workbook(&Workbook {
        title: language.pick(format!("{called}检查表"), called),
        language,
        as_of: project.as_of.to_string(),
        document: policy.document.number.clone(),
        synthetic: project.synthetic,
        sources: sources.collect(),
        headings: headings(policy, language),
        sheets,
    })
}

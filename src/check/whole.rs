//! The register, the ledger and the layers of an office, checked together.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::{
    AreaRules, LedgerOptions, RegisterOptions, Reject, areas, in_table_order, ledger, register, rejects_frame,
    report_frame, territory,
};
use crate::error::{Error, ProjectError, Result};
use crate::model::{
    Areas, ColumnMapping, DeclaredReference, LEDGER_COLUMNS, Ledger, Match, PARK_LAYERS, Place, Point, Problem,
    ProblemKind, REGISTER_COLUMNS, Register, Report, Severity, Standing, Table,
};
use crate::policy::{self, District, Policy};
use crate::source;
use crate::source::layers::{self, Layer};
use crate::source::{LayerSource, TableSource, seen_from};

/// The layer that quotas are counted over.
pub const DISTRICT: &str = "district";

/// The inputs of a check. A register needs a policy, a ledger needs both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckInputs {
    /// The register 企业名录.
    pub register: Option<TableSource>,
    /// The ledger 管理台账.
    pub ledger: Option<TableSource>,
    /// The layers of areas; the one called `district` is the territory.
    pub layers: Vec<LayerSource>,
    /// The policy folder.
    pub policy: Option<PathBuf>,
    /// The day from which on dates are in the future.
    pub as_of: Option<NaiveDate>,
    /// The largest distance outside a district or town at which a firm still belongs to it.
    pub snap_m: Option<f64>,
    /// The folder of the project file, from which files are named in the problems.
    pub folder: Option<PathBuf>,
}

impl CheckInputs {
    /// The files that are read.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let tables = self.register.iter().chain(&self.ledger).map(|source| source.file.clone());
        let layers = self.layers.iter().filter_map(|layer| layer.file.file());
        let references = self.register.iter().chain(&self.ledger).map(|source| source.reference);
        let references = references.chain(self.layers.iter().map(|layer| layer.reference));
        let grids = references.flatten().filter_map(|reference| reference.grid()).map(Path::to_owned);
        tables.chain(layers).chain(grids).chain(self.policy.iter().flat_map(|folder| policy::files(folder))).collect()
    }
}

/// The outcome of a check: the rows that can be used, every problem, every rejected row.
#[derive(Debug)]
pub struct CheckOutcome {
    /// The policy.
    pub policy: Option<Policy>,
    /// The layers.
    pub layers: Vec<Layer>,
    /// The register.
    pub register: Option<CheckedRegister>,
    /// The ledger.
    pub ledger: Option<CheckedLedger>,
    /// Every problem.
    pub report: Report,
    /// The problems as a table.
    pub problems: DataFrame,
}

/// The register of a check.
#[derive(Debug)]
pub struct CheckedRegister {
    /// The file's rows; of a project, those that cannot be used.
    pub table: Table,
    /// The enterprises that can be used.
    pub register: Register,
    /// For each layer, where each of them stands.
    pub matches: Vec<Vec<Match>>,
    /// Enterprise id → adcode of the district where it stands.
    pub standing: Standing,
    /// Enterprise id → what calls for screening, where the register has a column of equipment or grounds.
    pub screening: Option<HashMap<String, Screening>>,
    /// The rows that cannot be used.
    pub rejects: Vec<Reject>,
}

/// What of an enterprise calls for screening 甄别.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Screening {
    /// The ids of the classes of equipment that it has.
    pub equipment: Vec<String>,
    /// The ids of the grounds on which it is to be looked at.
    pub grounds: Vec<String>,
}

/// The ledger of a check.
#[derive(Debug)]
pub struct CheckedLedger {
    /// The file's rows.
    pub table: Table,
    /// The entries that can be used.
    pub ledger: Ledger,
    /// The rows that cannot be used.
    pub rejects: Vec<Reject>,
}

/// Checks what is given, all of it, and says everything that was found.
///
/// # Errors
///
/// Fails if a file cannot be read at all. Faults of rows and rings are no errors: they are in the report.
pub fn check(request: &CheckInputs) -> Result<CheckOutcome> {
    let policy = request.policy.as_deref().map(policy::read).transpose()?;
    let layers = layers::layers(&request.layers)?;
    let mut report = Report::default();
    for layer in &layers {
        report.extend(layer.report.clone());
        report.extend(areas(&layer.areas, &AreaRules::default()));
    }
    let mut register = match &request.register {
        Some(source) => {
            let policy = needed(policy.as_ref(), "a register", "‹policy›")?;
            Some(check_register(source, policy, &layers, request.snap_m, &mut report)?)
        }
        None => None,
    };
    let mut ledger = match &request.ledger {
        Some(source) => {
            let policy = needed(policy.as_ref(), "a ledger", "‹policy›")?;
            let register = needed(register.as_ref(), "a ledger", "‹register›")?;
            Some(check_ledger(source, policy, register, request.as_of, &mut report)?)
        }
        None => None,
    };
    if let Some(folder) = &request.folder {
        let files: Vec<String> = (request.register.iter().chain(&request.ledger))
            .map(|source| source.file.display().to_string())
            .chain(layers.iter().map(|layer| layer.areas.source.clone()))
            .collect();
        let rejects = register.iter_mut().flat_map(|register| &mut register.rejects);
        let rejects = rejects.chain(ledger.iter_mut().flat_map(|ledger| &mut ledger.rejects));
        let reasons = rejects.flat_map(|reject| &mut reject.reasons);
        for problem in report.problems.iter_mut().chain(reasons) {
            problem.place.file = seen_from(folder, &problem.place.file);
            for file in files.iter().filter(|file| problem.expected.contains(file.as_str())).collect::<Vec<_>>() {
                problem.expected = problem.expected.replace(file.as_str(), &seen_from(folder, file));
            }
        }
    }
    let problems = report_frame(&report)?;
    Ok(CheckOutcome { policy, layers, register, ledger, report, problems })
}

/// Something that a request needs and may lack.
pub(crate) fn needed<T>(found: Option<T>, what: &str, option: &str) -> Result<T> {
    found.ok_or_else(|| {
        ProjectError::Options {
            message: format!("{what} cannot be checked without {}", option.trim_matches(['‹', '›'])),
            hint: format!("give {option}, or a project file that names everything"),
        }
        .into()
    })
}

pub(crate) fn check_register(
    source: &TableSource,
    policy: &Policy,
    layers: &[Layer],
    snap_m: Option<f64>,
    report: &mut Report,
) -> Result<CheckedRegister> {
    let (table, source) = source.read(REGISTER_COLUMNS)?;
    let columns = ColumnMapping::recognise(&table, REGISTER_COLUMNS, &source.columns)?;
    report.notes.extend(table.reading.notes.iter().cloned());
    report.notes.extend(columns.notes(&table, REGISTER_COLUMNS, &source.columns));
    let options = RegisterOptions { reference: source.reference.unwrap_or(DeclaredReference::Wgs84) };
    let checked = register::register(&table, &columns, policy, &options)?;
    report.extend(checked.report);
    let (mut register, mut rejects) = (checked.value, checked.rejects);
    let mut standing = Standing::new();
    let mut district_matches = None;
    if let Some(position) = layers.iter().position(|layer| layer.areas.layer == DISTRICT) {
        let districts = &layers[position];
        let matches = locate(&register, districts, snap_m)?;
        report.extend(without_area(policy, &districts.areas));
        let territory = territory(register, &columns, &matches, &districts.areas, policy);
        report.extend(territory.report);
        rejects.extend(territory.rejects);
        in_table_order(&table, &mut rejects);
        register = territory.value.register;
        standing = territory.value.standing;
        district_matches = Some((position, territory.value.matches));
    }
    let matches = layers
        .iter()
        .enumerate()
        .map(|(position, layer)| match &district_matches {
            Some((district, matches)) if *district == position => Ok(matches.clone()),
            _ => locate(&register, layer, snap_m),
        })
        .collect::<Result<_>>()?;
    let screening = ledger::screening(&table, &columns, policy, &register, report)?;
    Ok(CheckedRegister { table, register, matches, standing, screening, rejects })
}

/// A district with a quota needs a boundary: without it all its firms stand outside, and none of them counts.
fn without_area(policy: &Policy, areas: &Areas) -> Report {
    let has_area = |district: &District| {
        areas.areas.iter().any(|area| area.id == district.adcode || area.name == district.name_zh)
    };
    let problem = |district: &District| {
        let quotas = policy.quotas.iter().filter(|quota| quota.district == district.adcode);
        let firms: u64 = quotas.map(|quota| quota.firms).sum();
        Problem {
            kind: ProblemKind::QuotaWithoutArea,
            severity: Severity::Warning,
            place: Place { file: areas.source.clone(), row: None, column: None },
            found: format!("no area with the id `{}` or the name `{}`", district.adcode, district.name_zh),
            expected: format!("its boundary, as its quotas are {firms} firms, none of which can count"),
        }
    };
    let problems = policy.districts.iter().filter(|district| !has_area(district)).map(problem).collect();
    Report { problems, ..Report::default() }
}

/// Where the enterprises stand in a layer. Nobody is snapped into a park: that would raise the in-park share.
fn locate(register: &Register, layer: &Layer, snap_m: Option<f64>) -> Result<Vec<Match>> {
    let points: Vec<Option<Point>> = register.enterprises().iter().map(|enterprise| enterprise.location).collect();
    let snap_m = snap_m.filter(|_| !PARK_LAYERS.contains(&layer.areas.layer.as_str()));
    layer.matches(&points, register.reference, snap_m)
}

fn check_ledger(
    source: &TableSource,
    policy: &Policy,
    register: &CheckedRegister,
    as_of: Option<NaiveDate>,
    report: &mut Report,
) -> Result<CheckedLedger> {
    let (table, source) = source.read(LEDGER_COLUMNS)?;
    let own = policy.stage_date_columns();
    let columns = ColumnMapping::recognise_with(&table, LEDGER_COLUMNS, &own, &source.columns)?;
    report.notes.extend(table.reading.notes.iter().cloned());
    report.notes.extend(columns.notes(&table, LEDGER_COLUMNS, &source.columns));
    let rejected_ids = register.rejects.iter().filter(|reject| !reject.id.is_empty()).map(|reject| reject.id.clone());
    let standing = columns.header("district").map(|_| register.standing.clone()).unwrap_or_default();
    let options = LedgerOptions { as_of, rejected_ids: rejected_ids.collect(), standing };
    let checked = ledger::ledger(&table, &columns, policy, &register.register, &options)?;
    report.extend(checked.report);
    Ok(CheckedLedger { table, ledger: checked.value, rejects: checked.rejects })
}

impl CheckedRegister {
    /// Returns it without the cells of rows that are in the register, which for millions of firms are gigabytes.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub(crate) fn without_kept_rows(self) -> Result<Self> {
        let rejected: HashSet<(Option<&str>, u64)> =
            self.rejects.iter().map(|reject| (reject.sheet.as_deref(), reject.row)).collect();
        let rows = self.table.rows.iter().enumerate();
        let kept: Vec<bool> =
            rows.map(|(index, row)| rejected.contains(&(self.table.reading.sheet_of(index), *row))).collect();
        Ok(Self { table: self.table.only(&kept)?, ..self })
    }
}

impl CheckOutcome {
    /// Returns whether the check found no problem.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.report.is_empty()
    }

    /// One line: how many rows were kept and rejected, how many problems were found.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        if let Some(register) = &self.register {
            let kept = register.register.enterprises().len();
            parts.push(format!("register: {kept} of {} rows kept", register.table.height()));
        }
        if let Some(ledger) = &self.ledger {
            parts.push(format!("ledger: {} of {} rows kept", ledger.ledger.entries.len(), ledger.table.height()));
        }
        let warnings = self.report.problems.iter().filter(|problem| problem.severity == Severity::Warning).count();
        parts.push(format!("{} problems, {warnings} of them warnings", self.report.problems.len()));
        parts.join("; ")
    }
}

/// Writes the rejected rows of a check, their cells untouched, as `register.csv` and `ledger.csv`.
///
/// # Errors
///
/// [`Error::File`] where the folder cannot be written.
pub fn write_rejects(outcome: &CheckOutcome, folder: &Path, inputs: &[&Path]) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(Error::file("create folder", folder))?;
    let mut files = Vec::new();
    for (name, frame) in rejects_frames(outcome.register.as_ref(), outcome.ledger.as_ref())? {
        let path = folder.join(format!("{name}.csv"));
        source::write_untouched(&frame, &path, inputs)?;
        files.push(path);
    }
    Ok(files)
}

/// The rejected rows of register and ledger, under the name of their file.
pub(crate) fn rejects_frames(
    register: Option<&CheckedRegister>,
    ledger: Option<&CheckedLedger>,
) -> Result<Vec<(&'static str, DataFrame)>> {
    let register = register.map(|register| ("register", &register.table, &register.rejects));
    let ledger = ledger.map(|ledger| ("ledger", &ledger.table, &ledger.rejects));
    let tables = register.into_iter().chain(ledger);
    tables.map(|(name, table, rejects)| Ok((name, rejects_frame(table, rejects)?))).collect()
}

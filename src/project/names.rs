//! What a project has in the place of names: the firms of its register, its layers, the results of its analyses.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::analysis::{self, REGISTER};
use super::file::{self, Project};
use super::survey::{Survey, survey};
use crate::check::{CheckInputs, CheckedRegister, check_register};
use crate::declare::{Parameter, ParameterKind};
use crate::error::{ProjectError, Result};
use crate::measure::{Declaration, Input, Outcome, Places, Preparation, Prepared, RunProgress, file_hashes};
use crate::model::json::json;
use crate::model::{DeclaredReference, Distance, Language, ProblemKind, Reference, Report, Table, column};
use crate::policy::Policy;
use crate::report::Headings;
use crate::source::{Origin, TableFormat, TableSource, beside};

/// Puts what a project has in the place of names among the inputs of an operation.
pub(super) struct Names<'a> {
    survey: &'a Survey,
    project: &'a Project,
    /// From where other paths are seen.
    folder: &'a Path,
    /// Whether a table is of firms that the project checked.
    has_firms: bool,
    /// The reference of the points of the last table, where it is of the project.
    reference: Option<Reference>,
    /// Whether anything of the project was named.
    is_used: bool,
    /// Warnings to show to the user, one sentence each.
    notes: Vec<String>,
}

impl<'a> Names<'a> {
    pub(super) const fn of_project(survey: &'a Survey, project: &'a Project, folder: &'a Path) -> Self {
        Self { survey, project, folder, has_firms: false, reference: None, is_used: false, notes: Vec::new() }
    }

    /// Puts what the project has in the place of its names.
    ///
    /// # Errors
    ///
    /// What reading and checking a further register refuses.
    pub(super) fn put_into(&mut self, prepared: &mut dyn Prepared) -> Result<()> {
        prepared.inputs().into_iter().try_for_each(|input| self.put(input))
    }

    fn put(&mut self, input: Input<'_>) -> Result<()> {
        match input {
            Input::Table(origin) => {
                if let Some(path) = origin.file() {
                    *origin = self.table(&path)?.unwrap_or_else(|| Origin::File(beside(self.folder, &path)));
                }
            }
            Input::Register(origin) => {
                if let Some(path) = origin.file() {
                    *origin = match self.table(&path)? {
                        Some(table) => table,
                        None => self.checked(&path)?,
                    };
                }
            }
            Input::Areas(origin) => {
                if let Some(path) = origin.file() {
                    *origin = match path.to_str().and_then(|name| self.survey.areas_in_memory(name)) {
                        Some(areas) => {
                            self.is_used = true;
                            Origin::memory(path.to_string_lossy(), areas)
                        }
                        None => Origin::File(beside(self.folder, &path)),
                    };
                }
            }
            Input::Weights(origin) => {
                if let Some(path) = origin.file() {
                    *origin = Origin::File(beside(self.folder, &path));
                }
            }
            Input::File(path) => *path = beside(self.folder, path),
            // Tables come before what is said of them.
            Input::Reference(reference) => {
                // Longitude and latitude are what is taken for granted.
                let own = self.reference.filter(|own| !own.is_wgs84_like());
                *reference = reference.or(own.map(DeclaredReference::from));
            }
            Input::Policy(folder) => match folder {
                Some(own) => *own = self.folder.join(&*own),
                None if self.has_firms => *folder = Some(self.project.policy.clone()),
                None => {}
            },
            Input::Snap(distance) => {
                if distance.is_none() && self.has_firms {
                    *distance = self.project.join.snap_m.map(Distance::from_metres);
                }
            }
        }
        Ok(())
    }

    /// The table of a name.
    fn table(&mut self, path: &Path) -> Result<Option<Origin<Table>>> {
        let Some(name) = path.to_str() else { return Ok(None) };
        if name == REGISTER {
            return self.firms(name, &self.survey.register).map(Some);
        }
        self.reference = None;
        let table = match self.survey.made.iter().find(|made| made.name == name) {
            Some(made) => {
                let places = made.outcome.tables.first().and_then(|first| first.places.as_ref());
                self.reference = places.filter(|places| matches!(places, Places::Points(..))).map(Places::reference);
                Some(made.table.clone())
            }
            None => self.survey.layer_table(name)?,
        };
        self.is_used |= table.is_some();
        Ok(table.map(|table| Origin::memory(name, table)))
    }

    /// A file of firms, checked as the project checks its register.
    fn checked(&mut self, path: &Path) -> Result<Origin<Table>> {
        let source = TableSource { file: beside(self.folder, path), ..self.project.register.clone() };
        let Survey { policy, layers, .. } = self.survey;
        let snap_m = self.project.join.snap_m;
        let checked = check_register(&source, policy, layers, snap_m, &mut Report::default())?;
        self.firms(&path.to_string_lossy(), &checked)
    }

    /// The firms of a checked register.
    fn firms(&mut self, name: &str, checked: &CheckedRegister) -> Result<Origin<Table>> {
        let register = &checked.register;
        (self.has_firms, self.is_used, self.reference) = (true, true, Some(register.reference));
        let rejected = checked.rejects.len();
        if rejected > 0 {
            let is_repeated = |reject: &&crate::check::Reject| {
                reject.reasons.iter().any(|reason| reason.kind == ProblemKind::DuplicateId)
            };
            let repeated = checked.rejects.iter().filter(is_repeated).count();
            self.notes.push(format!(
                "{}: {rejected} of {} rows are rejected by the check and left out, {repeated} of them with the id of an \
                 earlier row",
                register.source,
                register.enterprises().len() + rejected
            ));
        }
        let rows = register.enterprises().iter().map(|one| one.row).collect();
        let is_own = std::ptr::eq(checked, &raw const self.survey.register);
        let frame = if is_own { self.survey.register_frame()? } else { self.survey.frame_of(checked)? };
        let table = Table::new(register.source.clone(), frame, rows);
        Ok(Origin::memory(name, table))
    }
}

/// The table of an operation that the register of a project stands in for where none is given: the one whose value stands
/// by itself on the command line, if it is the only one.
#[must_use]
pub fn table_of(parameters: &[Parameter]) -> Option<&Parameter> {
    let mut tables =
        parameters.iter().filter(|parameter| parameter.is_positional && parameter.kind == ParameterKind::File);
    let table = tables.next()?;
    tables.next().is_none().then_some(table)
}

/// Makes an operation ready on what a project has, as an analysis of the project is: the names of its tables and layers are
/// those of the project, and where no table is given it is the checked register. Sectors and snapping are the project's.
/// Other paths are those of files.
///
/// # Errors
///
/// What reading and checking the project refuses, what the parameters refuse, and parameters that name nothing of the
/// project.
pub fn prepared_in(declaration: &Declaration, mut given: Map<String, Value>, path: &Path) -> Preparation {
    let mut project = file::read(path)?;
    let parameters = (declaration.parameters)();
    if let Some(table) = table_of(&parameters)
        && !given.contains_key(table.name)
        && (table.is_required || !given.contains_key("areas"))
    {
        given.insert(table.name.to_owned(), json!(REGISTER));
    }
    let mut prepared = (declaration.prepare)(given)?;
    let names: Vec<PathBuf> = prepared.files();
    analysis::keep_named(&mut project, names.iter().filter_map(|name| name.to_str()));
    // Concentration is the table of a layer, for whoever names one.
    if project.analyses.is_empty() {
        project.concentration.layers.retain(|layer| names.iter().any(|name| name.to_str() == Some(layer)));
    }
    let survey = survey(&project, &mut |_, _| {})?;
    let mut resolved = Names::of_project(&survey, &project, Path::new(""));
    resolved.put_into(prepared.as_mut())?;
    if !resolved.is_used {
        return Err(ProjectError::Options {
            message: "nothing that is given is a table or a layer of the project".to_owned(),
            hint: format!(
                "leave out the table to take `{REGISTER}`, name one of {}, or leave out ‹project›",
                survey.names().join(", ")
            ),
        }
        .into());
    }
    let notes = resolved.notes;
    // Those that the operation reads itself are its own inputs.
    let own = prepared.files();
    let mut files = vec![path.to_owned()];
    files.extend(CheckInputs::from(&project).files().into_iter().filter(|file| !own.contains(file)));
    Ok(Box::new(InProject { prepared, project: path.to_owned(), files, notes }))
}

/// An operation that is ready on what a project has.
struct InProject {
    prepared: Box<dyn Prepared>,
    project: PathBuf,
    /// The files of the project.
    files: Vec<PathBuf>,
    notes: Vec<String>,
}

impl InProject {
    /// The outcome with what reading the project has to say.
    fn noted(&self, mut outcome: Outcome) -> Outcome {
        outcome.notes.splice(0..0, self.notes.iter().cloned());
        outcome
    }
}

impl Prepared for InProject {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.prepared.inputs()
    }

    fn files(&mut self) -> Vec<PathBuf> {
        self.prepared.files().into_iter().chain(self.files.iter().cloned()).collect()
    }

    fn run(&mut self) -> Result<Outcome> {
        let outcome = self.run_for(&[], &mut |_| {})?;
        self.with_manifest(outcome)
    }

    fn run_for(&mut self, parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        let outcome = self.prepared.run_for(parts, progress)?;
        Ok(self.noted(outcome))
    }

    fn run_into(
        &mut self,
        path: &Path,
        format: TableFormat,
        progress: &mut dyn FnMut(RunProgress),
    ) -> Result<Option<Outcome>> {
        let outcome = self.prepared.run_into(path, format, progress)?;
        Ok(outcome.map(|outcome| self.noted(outcome)))
    }

    fn with_manifest(&mut self, outcome: Outcome) -> Result<Outcome> {
        let mut outcome = self.prepared.with_manifest(outcome)?;
        outcome.manifest.insert("project".to_owned(), json!(self.project));
        let hashes = file_hashes(&self.files)?;
        match outcome.manifest.get_mut("inputs").and_then(Value::as_array_mut) {
            Some(inputs) => inputs.extend(hashes),
            None => {
                outcome.manifest.insert("inputs".to_owned(), Value::Array(hashes));
            }
        }
        Ok(outcome)
    }
}

impl Survey {
    /// The names of its tables and layers.
    fn names(&self) -> Vec<&str> {
        let layers = self.layers.iter().map(|layer| layer.areas.layer.as_str());
        layers.chain(self.made.iter().map(|made| made.name.as_str())).collect()
    }
}

/// The headings of the columns that a policy names: those of its stages.
pub(super) fn headings(policy: &Policy, language: Language) -> Headings {
    let stages = policy.stages.iter().filter(|stage| stage.column != column::LISTED);
    Headings::new(stages.map(|stage| {
        let heading = match language {
            Language::Zh => format!("{}（家）", stage.term.name_zh),
            Language::En => format!("{} (firms)", stage.term.name_en.to_lowercase()),
        };
        (stage.column.clone(), heading)
    }))
}

//! The trait of an operation, and its declaration for doors.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::manifest::{held_hash, manifest_fields};
use super::outcome::Outcome;
use crate::declare::{Parameter, Parameters, defaults, from_map, to_map};
use crate::error::{Error, ParameterError, ParameterFault, Result};
use crate::model::json::json;
use crate::model::{DeclaredReference, Distance, Table, Weights};
use crate::policy;
use crate::source::{AreasInMemory, Origin, TableFormat};

/// Number of random orders that a test by permutation tries where nothing else is asked for.
pub const DEFAULT_PERMUTATIONS: u64 = 999;

/// An operation: its parameters are the struct itself, declared once for every door.
pub trait Operation: Parameters {
    /// The name, in kebab case.
    const NAME: &'static str;
    /// The group of commands it stands in on the command line: `stats`, `cluster`; none for a command by itself.
    const GROUP: Option<&'static str> = None;
    /// One line for the list of commands.
    const SUMMARY: &'static str;
    /// The formula or the definition, for the manifest.
    const DEFINITION: &'static str;
    /// Remarks that the help text shows after the parameters.
    const REMARKS: &'static str = "";
    /// Command lines to try, without the program and the group.
    const EXAMPLES: &'static [&'static str] = &[];
    /// The tables of its outcome beyond the first, and its layers, each with one line on what it holds.
    const PARTS: &'static [Part] = &[];

    /// The inputs, so that a door can put something in memory in the place of a name.
    fn inputs(&mut self) -> Vec<Input<'_>>;

    /// Runs it.
    ///
    /// # Errors
    ///
    /// The errors of reading the inputs and of the computation.
    fn run(&self) -> Result<Outcome>;

    /// Runs it for a door that needs, beyond the scalars and the first table, only the parts of these names: parts that take
    /// long may be missing from the outcome where they are not named.
    ///
    /// # Errors
    ///
    /// The errors of [`Operation::run`]; a part that cannot be made from the given inputs.
    fn run_for(&self, _parts: &[&str]) -> Result<Outcome> {
        self.run()
    }

    /// Runs it as [`Operation::run_for`] does, and tells how far it is where it goes through its input piece by piece.
    ///
    /// # Errors
    ///
    /// What [`Operation::run_for`] refuses.
    fn run_telling(&self, parts: &[&str], _progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        self.run_for(parts)
    }

    /// Runs it with its first table going into a file of CSV or Parquet piece by piece, so that memory stays bounded; the
    /// outcome holds everything but that table. None, and no file, where the operation makes its table as a whole.
    ///
    /// # Errors
    ///
    /// What [`Operation::run`] refuses, and where the file cannot be written.
    fn run_into(
        &self,
        _path: &Path,
        _format: TableFormat,
        _progress: &mut dyn FnMut(RunProgress),
    ) -> Result<Option<Outcome>> {
        Ok(None)
    }
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunProgress {
    /// What is counted: rows, draws, maps.
    pub what: &'static str,
    /// How many of them are done.
    pub counted: u64,
    /// How much of `size` they are.
    pub done: u64,
    /// The size of the whole, in bytes of the file or in what is counted; none where it is not known.
    pub size: Option<u64>,
}

impl RunProgress {
    /// So many of a known number are done.
    #[must_use]
    pub const fn of(what: &'static str, done: u64, all: u64) -> Self {
        Self { what, counted: done, done, size: Some(all) }
    }
}

/// The error that an operation misses a parameter it cannot do without.
pub(crate) fn missing(operation: &str, parameter: &str) -> Error {
    let faults = vec![ParameterFault::Missing { parameter: parameter.to_owned() }];
    ParameterError { operation: operation.to_owned(), faults }.into()
}

/// A part of an outcome that a door can write to a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The name of the table or layer.
    pub name: &'static str,
    /// Whether it is a layer; else it is a table.
    pub is_layer: bool,
    /// One line on what it holds.
    pub about: &'static str,
}

/// An input of an operation, by its role.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// A table, of points or of units.
    Table(&'a mut Origin<Table>),
    /// A layer of areas.
    Areas(&'a mut Origin<AreasInMemory>),
    /// Neighbours and their weights.
    Weights(&'a mut Origin<Weights>),
    /// Any other file.
    File(&'a mut PathBuf),
    /// A register of firms that a project checks by its own rules where it is a file.
    Register(&'a mut Origin<Table>),
    /// The reference of the points of the table before it, or none; as a project says by default where the table is its own.
    Reference(&'a mut Option<DeclaredReference>),
    /// The folder of a policy, or none; that of a project by default where the firms are its own.
    Policy(&'a mut Option<PathBuf>),
    /// How far outside every area a firm may stand and still belong to the nearest; as a project says by default where the
    /// firms are its own.
    Snap(&'a mut Option<Distance>),
}

impl Input<'_> {
    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        let path = match self {
            Self::Table(origin) | Self::Register(origin) => origin.file()?,
            Self::Areas(origin) => origin.file()?,
            Self::Weights(origin) => origin.file()?,
            Self::File(path) => path.to_path_buf(),
            Self::Reference(_) | Self::Policy(_) | Self::Snap(_) => return None,
        };
        (!path.as_os_str().is_empty()).then_some(path)
    }

    /// The files that are read: the one it is, or those of its folder.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Policy(Some(folder)) => policy::files(folder),
            single => single.file().into_iter().collect(),
        }
    }
}

/// An operation made ready from what was given, or what is wrong with that.
pub type Preparation = Result<Box<dyn Prepared>>;

/// Everything a door needs of an operation, whatever its type.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Declaration {
    /// [`Operation::NAME`].
    pub name: &'static str,
    /// [`Operation::GROUP`].
    pub group: Option<&'static str>,
    /// [`Operation::SUMMARY`].
    pub summary: &'static str,
    /// [`Operation::DEFINITION`].
    pub definition: &'static str,
    /// The documentation comment of its parameters.
    pub about: &'static str,
    /// [`Operation::REMARKS`].
    pub remarks: &'static str,
    /// [`Operation::EXAMPLES`].
    pub examples: &'static [&'static str],
    /// [`Operation::PARTS`].
    pub parts: &'static [Part],
    /// The parameters.
    pub parameters: fn() -> Vec<Parameter>,
    /// The values that parameters have where nothing is given.
    pub defaults: fn() -> Map<String, Value>,
    /// Makes it ready to run from what was given by name.
    pub prepare: fn(Map<String, Value>) -> Preparation,
}

impl Declaration {
    /// The declaration of an operation.
    #[must_use]
    pub const fn of_operation<O: Operation + 'static>() -> Self {
        Self {
            name: O::NAME,
            group: O::GROUP,
            summary: O::SUMMARY,
            definition: O::DEFINITION,
            about: O::ABOUT,
            remarks: O::REMARKS,
            examples: O::EXAMPLES,
            parts: O::PARTS,
            parameters: O::parameters,
            defaults: defaults::<O>,
            prepare: |given| Ok(Box::new(from_map::<O>(O::NAME, given)?)),
        }
    }
}

/// An operation with its parameters, ready to run.
pub trait Prepared {
    /// The inputs, so that something in memory can be put in the place of a name.
    fn inputs(&mut self) -> Vec<Input<'_>>;

    /// The files that are read.
    fn files(&mut self) -> Vec<PathBuf> {
        self.inputs().iter().flat_map(Input::files).collect()
    }

    /// Runs it, and writes down what the outcome was made from.
    ///
    /// # Errors
    ///
    /// The errors of the operation.
    fn run(&mut self) -> Result<Outcome>;

    /// Runs it as [`Operation::run_telling`] does. The outcome has no manifest but what the operation itself writes there;
    /// [`Prepared::with_manifest`] makes the whole one.
    ///
    /// # Errors
    ///
    /// What the operation refuses.
    fn run_for(&mut self, parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome>;

    /// Runs it as [`Operation::run_into`] does. The outcome has no manifest, as that of [`Prepared::run_for`].
    ///
    /// # Errors
    ///
    /// What the operation refuses.
    fn run_into(
        &mut self,
        path: &Path,
        format: TableFormat,
        progress: &mut dyn FnMut(RunProgress),
    ) -> Result<Option<Outcome>>;

    /// The outcome with what it was made from; every input is read again for its hash.
    ///
    /// # Errors
    ///
    /// [`Error::File`] for an input that cannot be read.
    fn with_manifest(&mut self, outcome: Outcome) -> Result<Outcome>;
}

impl<O: Operation> Prepared for O {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        Operation::inputs(self)
    }

    fn files(&mut self) -> Vec<PathBuf> {
        let mut grids = Vec::new();
        add_grids(&json!(to_map(self)), &mut grids);
        Operation::inputs(self).iter().flat_map(Input::files).chain(grids).collect()
    }

    fn run(&mut self) -> Result<Outcome> {
        let outcome = told_once(Operation::run(self)?);
        self.with_manifest(outcome)
    }

    fn run_for(&mut self, parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        Operation::run_telling(self, parts, progress).map(told_once)
    }

    fn run_into(
        &mut self,
        path: &Path,
        format: TableFormat,
        progress: &mut dyn FnMut(RunProgress),
    ) -> Result<Option<Outcome>> {
        Ok(Operation::run_into(self, path, format, progress)?.map(told_once))
    }

    fn with_manifest(&mut self, mut outcome: Outcome) -> Result<Outcome> {
        let files = Prepared::files(self);
        let mut held = Vec::new();
        for input in Operation::inputs(self) {
            held.extend(held_hash(&input)?);
        }
        let own = std::mem::take(&mut outcome.manifest);
        let mut more = Map::new();
        more.insert("parameters".to_owned(), json!(to_map(self)));
        more.extend(own);
        outcome.manifest = manifest_fields(O::NAME, O::DEFINITION, &files, held, more)?;
        Ok(outcome)
    }
}

/// An outcome that tells nothing twice, though a table may be read for several of its parameters.
fn told_once(mut outcome: Outcome) -> Outcome {
    let mut told = HashSet::new();
    outcome.notes.retain(|note| told.insert(note.clone()));
    outcome
}

/// Adds the grids of shifts that references among parameters name.
fn add_grids(value: &Value, grids: &mut Vec<PathBuf>) {
    match value {
        Value::String(text) => {
            let reference = text.parse::<DeclaredReference>().ok();
            let grid = reference.and_then(DeclaredReference::grid).map(Path::to_owned);
            grids.extend(grid.filter(|grid| !grids.contains(grid)));
        }
        Value::Array(values) => values.iter().for_each(|value| add_grids(value, grids)),
        Value::Object(fields) => fields.values().for_each(|value| add_grids(value, grids)),
        _ => {}
    }
}

/// The declaration of an operation by its name.
#[must_use]
pub fn operation(name: &str) -> Option<&'static Declaration> {
    super::OPERATIONS.iter().find(|declaration| declaration.name == name)
}

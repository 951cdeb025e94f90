use std::path::PathBuf;

use clap::Args;
use jiju::error::{Error, ProjectError, Result};
use jiju::measure::{OPERATIONS, Outcome, Prepared, operation};
use jiju::project;
use jiju::source::{TableFormat, refuse_passwords, sha256, sha256_of};
use serde_json::{Map, Value};

use super::operation::output_bytes;
use super::output::Bar;
use super::{Answer, output};

/// Run again what a manifest describes, and compare the result and the inputs with those of then
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The manifest, as --manifest wrote it
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
}

const EXAMPLES: &str = "\
Paths in the manifest are taken from the current folder, as they were when it was written. Exit status 1 where the bytes
differ.

Examples:
  jiju replay clusters.manifest.json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let file = arguments.manifest.display().to_string();
    let malformed = |message: String| -> Error { ProjectError::Malformed { file: file.clone(), message }.into() };
    let text = std::fs::read_to_string(&arguments.manifest).map_err(Error::file("read", &arguments.manifest))?;
    refuse_passwords(&text, &file)?;
    let manifest: Map<String, Value> = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let name = manifest.get("statistic").and_then(Value::as_str).unwrap_or_default();
    let declaration = operation(name).ok_or_else(|| ProjectError::Unknown {
        what: "operation",
        found: name.to_owned(),
        available: OPERATIONS.iter().map(|operation| operation.name.to_owned()).collect(),
    })?;
    let Some(Value::Object(parameters)) = manifest.get("parameters") else {
        return Err(malformed("found no `parameters`, expected those that the result was made with".to_owned()));
    };
    let mut prepared = match manifest.get("project").and_then(Value::as_str) {
        Some(path) => project::prepared_in(declaration, parameters.clone(), path.as_ref())?,
        None => (declaration.prepare)(parameters.clone())?,
    };
    let Some(output) = manifest.get("output").and_then(Value::as_object) else {
        return Err(malformed("found no `output`, expected the format and the SHA-256 of the result".to_owned()));
    };
    let format = output.get("format").and_then(Value::as_str).unwrap_or_default();
    let file_name = output.get("file").and_then(Value::as_str).unwrap_or_default();
    let bar = Bar::new(name);
    let (outcome, found) = again(&mut *prepared, format, file_name, &bar)?;
    drop(bar);
    let mut notes = outcome.notes.clone();
    let mut agrees = true;
    let inputs = |manifest: &Map<String, Value>| manifest.get("inputs").cloned().unwrap_or_default();
    if inputs(&manifest) != inputs(&outcome.manifest) {
        agrees = false;
        notes.push("the inputs are not those that the manifest names".to_owned());
    }
    let version = |manifest: &Map<String, Value>| manifest.get("version").and_then(Value::as_str).map(str::to_owned);
    if version(&manifest) != version(&outcome.manifest) {
        let then = version(&manifest).unwrap_or_else(|| "an unknown version".to_owned());
        notes.push(format!("the manifest was written by version {then}"));
    }
    let expected = output.get("sha256").and_then(Value::as_str).unwrap_or_default();
    agrees &= found == expected;
    let verdict = if found == expected { "the bytes agree" } else { "the bytes differ" };
    output::stdout(format!("{verdict}: {name} as {format}, SHA-256 {found}\n").as_bytes())?;
    output::notes(&notes);
    Ok(if agrees { Answer::Yes } else { Answer::No })
}

/// The outcome once more, and the SHA-256 of its bytes in a format: as a file in pieces where it was written so.
fn again(prepared: &mut dyn Prepared, format: &str, file_name: &str, bar: &Bar) -> Result<(Outcome, String)> {
    if let Ok(pieces @ (TableFormat::Csv | TableFormat::CsvWithMark | TableFormat::Parquet)) = format.parse()
        && !file_name.is_empty()
    {
        let folder = tempfile::tempdir().map_err(Error::file("create folder", std::env::temp_dir()))?;
        let path = folder.path().join(format!("again.{pieces}"));
        if let Some(outcome) = prepared.run_into(&path, pieces, &mut |reached| bar.reached(reached))? {
            return Ok((prepared.with_manifest(outcome)?, sha256(&path)?));
        }
    }
    let outcome = prepared.run()?;
    let found = sha256_of(&output_bytes(&outcome, format, file_name)?);
    Ok((outcome, found))
}

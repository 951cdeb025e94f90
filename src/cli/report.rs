use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, MadeDocument, ProjectChanges, SURVEY_STEPS};

use super::Answer;
use super::arguments::Declared;
use super::options::Strict;
use super::output::{self, Bar};

/// Write a project's bulletin 季度通报 as DOCX, PDF, HTML or XLSX, in the form of official documents (GB/T 9704-2012)
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<ProjectChanges>,
    #[command(flatten)]
    strict: Strict,
    /// The bulletin: its ending is its form, docx, pdf, html or xlsx (repeat for several)
    #[arg(short, long, value_name = "FILE", required = true)]
    output: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
The text comes from a template that the project file names under [bulletin];
every number in it is the cell of a table.

Examples:
  jiju report data/demo/jiju.toml -o bulletin.docx -o bulletin.pdf
  jiju report -o bulletin.pdf --as-of 2020-12-31
  jiju report jiju.toml --lang en -o bulletin-en.html";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let changes = arguments.request.read("report")?;
    project::document_forms(&arguments.output)?;
    let project = changes.read()?;
    let bar = Bar::new("read");
    let made = project::bulletin(&project, &mut |what, done| bar.step(what, done, SURVEY_STEPS + 1))?;
    drop(bar);
    write(&made, &arguments.output, arguments.strict)
}

/// Writes a document in each form asked for, and says what could not be made.
pub fn write(made: &MadeDocument, files: &[PathBuf], strict: Strict) -> Result<Answer> {
    output::notes(&made.notes);
    for path in files {
        let (bytes, notes) = made.write(path)?;
        output::notes(&notes);
        output::tell(&format!("wrote {}, {} kB", path.display(), bytes.div_ceil(1000)));
    }
    output::unmade(&made.unmade);
    Ok(if made.unmade.is_empty() { strict.answer(made.satisfied) } else { Answer::No })
}

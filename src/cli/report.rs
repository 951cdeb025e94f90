use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ProjectChanges};

use super::Answer;
use super::arguments::Declared;
use super::output::{self, Bar};

/// Write a project's bulletin 季度通报 as DOCX, PDF, HTML or XLSX, in the form of official documents (GB/T 9704-2012)
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<ProjectChanges>,
    /// The bulletin: its ending is its form, docx, pdf, html or xlsx
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
The text comes from a template that the project file names under [bulletin];
every number in it is the cell of a table.

Examples:
  jiju report data/demo/jiju.toml -o bulletin.docx
  jiju report -o bulletin.pdf --as-of 2020-12-31
  jiju report jiju.toml --lang en -o bulletin-en.html";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let project = arguments.request.read("report")?.read()?;
    let bar = Bar::new("read");
    let written = project::write_report(&project, &arguments.output)?;
    drop(bar);
    output::notes(&written.notes);
    output::tell(&format!("wrote {}, {} kB", arguments.output.display(), written.bytes.div_ceil(1000)));
    output::unmade(&written.unmade);
    Ok(if written.unmade.is_empty() { Answer::Yes } else { Answer::No })
}

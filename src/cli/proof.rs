use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ProofRequest};

use super::Answer;
use super::arguments::Declared;
use super::options;
use super::output::{self, Bar};

/// Find figures in a text (docx, txt, md) that contradict the tables of a project's run
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<ProofRequest>,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
Each finding has the sentence, the number found, the number expected, and the cell it is from.
Numbers that cannot be matched with a cell are counted in a note. The exit status is 1 where a
figure is contradicted.

Examples:
  jiju proof brief.docx
  jiju proof speech.txt data/demo/jiju.toml --format csv
  jiju proof brief.docx jiju.toml --as-of 2020-06-30 -o findings.xlsx";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("proof")?;
    let bar = Bar::new("read");
    let outcome = project::proof(&request)?;
    drop(bar);
    arguments.table.write(&outcome.rows, &outcome.inputs)?;
    output::notes(&outcome.notes);
    let (matched, found) = (outcome.matched, outcome.contradictions);
    output::tell(&format!("{matched} numbers held against the tables, {found} findings"));
    Ok(if found == 0 { Answer::Yes } else { Answer::No })
}

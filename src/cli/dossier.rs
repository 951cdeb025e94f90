use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, DossierRequest};

use super::Answer;
use super::arguments::Declared;
use super::options::Strict;
use super::output::Bar;
use super::report;

/// Write the dossier of one block economy: how much, where, how concentrated, against whom, since when, how sure
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<DossierRequest>,
    /// The dossier: its ending is its form, html, docx, pdf or xlsx (repeat for several)
    #[arg(short, long, value_name = "FILE", required = true)]
    output: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Every claim has two measures at the least, and says where they disagree. Each is measured again
without the largest plant, and with all firms moved by the error of their locations. What is
undefined is said to be so. The same inputs and seed give the same bytes.

Examples:
  jiju dossier keqiao_dyeing --project data/demo/jiju.toml -o keqiao-dyeing.html
  jiju dossier xinchang_bearings --location-error 500m \\
    -o bearings.docx -o bearings.html
  jiju dossier keqiao_dyeing --max-radius 20km --simulations 199 --draws 19 \\
    --lang en -o keqiao-en.html
  jiju dossier keqiao_dyeing --criteria data/policy/miit-clusters-2022 \\
    --seed 7 -o keqiao.pdf";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("dossier")?;
    project::document_forms(&arguments.output)?;
    let bar = Bar::new("read");
    let made = project::dossier(&request, &mut |what, done, total| bar.step(what, done, total))?;
    drop(bar);
    report::write(&made, &arguments.output, Strict::default())
}

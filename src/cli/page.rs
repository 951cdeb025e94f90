use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use jiju::error::Result;
use jiju::model::Language;
use jiju::project;

use super::Answer;
use super::output::{self, Bar};

/// Write one HTML file to look around in: map, quarters, ranking, firms; it asks nothing of any network
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "JIJU.TOML")]
    project: PathBuf,
    /// Another as-of date than the file's
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Another language than the file's: zh, en
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// Mask areas, and sectors in them, with fewer firms, and leave such areas' firms out of the file [default: the file's]
    #[arg(long, value_name = "N")]
    min_firms: Option<u64>,
    /// Leave all firms out of the file
    #[arg(long)]
    no_firms: bool,
    /// The page
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  jiju page data/demo/jiju.toml -o page.html
  jiju page jiju.toml --min-firms 3 --lang en -o page-en.html
  jiju page jiju.toml --no-firms --as-of 2020-12-31 -o public.html";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let mut project = project::read(&arguments.project)?;
    if let Some(as_of) = arguments.as_of {
        project.as_of = as_of;
    }
    if let Some(language) = arguments.lang {
        project.language = language;
    }
    if let Some(min_firms) = arguments.min_firms {
        project.page.min_firms = min_firms;
    }
    project.page.firms &= !arguments.no_firms;
    let bar = Bar::new("read");
    let written = project::write_page(&project, &arguments.output)?;
    drop(bar);
    output::notes(&written.notes);
    output::tell(&format!("wrote {}, {} kB", arguments.output.display(), written.bytes.div_ceil(1000)));
    Ok(Answer::Yes)
}

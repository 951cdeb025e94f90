use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, PageChanges};

use super::Answer;
use super::arguments::Declared;
use super::options::Strict;
use super::output::{self, Bar};

/// Write one HTML file to look around in: map, quarters, ranking, firms; it asks nothing of any network
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<PageChanges>,
    #[command(flatten)]
    strict: Strict,
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
    let project = arguments.request.read("page")?.project()?;
    let bar = Bar::new("read");
    let written = project::write_page(&project, &arguments.output)?;
    drop(bar);
    output::notes(&written.notes);
    output::tell(&format!("wrote {}, {} kB", arguments.output.display(), written.bytes.div_ceil(1000)));
    Ok(arguments.strict.answer(written.is_whole))
}

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, RunRequest};
use jiju::source::people_table;

use super::Answer;
use super::arguments::Declared;
use super::options::Strict;
use super::output::{self, Bar};

/// Do everything a project file asks for: check, join, measure, count, draw, report
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<RunRequest>,
    #[command(flatten)]
    strict: Strict,
}

const EXAMPLES: &str = "\
Examples:
  jiju run data/demo/jiju.toml
  jiju run jiju.toml --as-of 2020-12-31 --output q4
  jiju run jiju.toml --lang en --strict";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("run")?;
    let project = request.read()?;
    let bar = Bar::new("read");
    let summary = project::run(&project, &mut |what, done, total| bar.step(what, done, total))?;
    drop(bar);
    output::notes(&summary.notes);
    let here = std::env::current_dir().unwrap_or_default();
    for file in &summary.files {
        output::tell(&format!("wrote {}", file.strip_prefix(&here).unwrap_or(file).display()));
    }
    let headings: Vec<&str> = summary.headings.iter().map(String::as_str).collect();
    output::stdout(&people_table(&summary.quota_table, &headings)?)?;
    output::unmade(&summary.unmade);
    Ok(if summary.unmade.is_empty() { arguments.strict.answer(summary.satisfied) } else { Answer::No })
}

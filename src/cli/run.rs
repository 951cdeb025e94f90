use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use jiju::error::Result;
use jiju::model::Language;
use jiju::project;
use jiju::source::{TableFormat, format_table};

use super::Answer;
use super::output::{self, Bar};

/// Do everything a project file asks for: check, join, measure, count, draw, report
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "JIJU.TOML")]
    project: PathBuf,
    /// Another output folder than the file's
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Another as-of date than the file's
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Another language than the file's: zh, en
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// House style of all figures: light, dark, print-grey, or a file of `[theme]` keys
    #[arg(long, value_name = "THEME")]
    theme: Option<String>,
    /// Exit with 1 where a problem was found or a quota is not met; fail where a glyph is missing
    #[arg(long)]
    strict: bool,
}

const EXAMPLES: &str = "\
Examples:
  jiju run data/demo/jiju.toml
  jiju run jiju.toml --as-of 2020-12-31 --output q4
  jiju run jiju.toml --lang en --strict";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let mut project = project::read(&arguments.project)?;
    if let Some(output) = arguments.output {
        project.output = output;
    }
    if let Some(as_of) = arguments.as_of {
        project.as_of = as_of;
    }
    if let Some(language) = arguments.lang {
        project.language = language;
    }
    if arguments.theme.is_some() {
        project.theme = arguments.theme;
    }
    let bar = Bar::new("read");
    let summary = project::run(&project, arguments.strict, &mut |what, done, total| bar.step(what, done, total))?;
    drop(bar);
    output::notes(&summary.notes);
    let here = std::env::current_dir().unwrap_or_default();
    for file in &summary.files {
        output::tell(&format!("wrote {}", file.strip_prefix(&here).unwrap_or(file).display()));
    }
    output::stdout(&format_table(&summary.quota_table, TableFormat::Table)?)?;
    Ok(if arguments.strict && !summary.satisfied { Answer::No } else { Answer::Yes })
}

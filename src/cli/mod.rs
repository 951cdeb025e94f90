//! The command line. Each command file parses, makes one library call and prints; nothing is computed here.

mod arguments;
mod atlas;
mod chart;
mod check;
mod completions;
mod convert;
mod diff;
mod dossier;
mod ended;
mod evaluate;
mod index;
mod init;
mod map;
mod operation;
mod operations;
mod options;
mod output;
mod page;
mod progress;
mod proof;
mod query;
mod replay;
mod report;
mod run;
mod sample;
mod synth;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use jiju::declare::spelled;
use jiju::source::refuse_password;

/// Joins enterprises with districts, towns and parks, measures how industries concentrate, and draws quota-progress
/// maps and charts.
#[derive(Parser)]
#[command(name = "jiju", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  jiju init FOLDER
  jiju run
  jiju report -o bulletin.docx
  jiju join firms.csv --areas districts.geojson --count
  jiju <command> --help

Exit status: 0 done; 1 done, and the answer is no (with --strict); 2 could not be done.";

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Run(run::Arguments),
    Check(check::Arguments),
    Index(index::Arguments),
    Progress(progress::Arguments),
    Sample(sample::Arguments),
    Diff(diff::Arguments),
    Evaluate(evaluate::Arguments),
    Query(query::Arguments),
    Map(map::Arguments),
    Atlas(atlas::Arguments),
    Chart(chart::Arguments),
    Page(page::Arguments),
    Report(report::Arguments),
    Dossier(dossier::Arguments),
    Proof(proof::Arguments),
    Convert(convert::Arguments),
    Operations(operations::Arguments),
    Replay(replay::Arguments),
    Synth(synth::Arguments),
    Completions(completions::Arguments),
}

/// What a command came to.
enum Answer {
    /// Done.
    Yes,
    /// Done, and the answer is no: problems found, quota short.
    No,
}

/// The project file of the folder, for a command that was given nothing to work on.
fn default_project(is_given: bool) -> Option<std::path::PathBuf> {
    (!is_given).then(|| jiju::project::PROJECT_FILE.into())
}

/// Parses the command line, runs the command, and says on stderr what went wrong.
pub fn main() -> ExitCode {
    ended::clean_up_when_asked_to_end();
    // Before anything is understood, as what is said of an argument may show it.
    let given: Vec<_> = std::env::args_os().collect();
    if let Err(error) = given.iter().try_for_each(|argument| refuse_password(&argument.to_string_lossy(), "")) {
        return told(&error);
    }
    let command = match jiju::source::LACKS {
        Some(lacks) => Cli::command().long_version(format!("{}\n{lacks}", env!("CARGO_PKG_VERSION"))),
        None => Cli::command(),
    };
    let matches = operation::with_operations(command).get_matches();
    let answer = match operation::asked_for(&matches) {
        Some((declaration, given)) => operation::run(declaration, given),
        None => match Cli::from_arg_matches(&matches) {
            Ok(cli) => run_command(cli.command),
            Err(error) => error.exit(),
        },
    };
    match answer {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => told(&error),
    }
}

/// Says on stderr what went wrong.
fn told(error: &jiju::Error) -> ExitCode {
    output::tell(&format!("error: {}", spelled(&error.to_string(), operation::option_of)));
    if let Some(hint) = error.hint() {
        output::tell(&format!("hint: {}", spelled(&hint, operation::option_of)));
    }
    ExitCode::from(2)
}

fn run_command(command: Command) -> jiju::Result<Answer> {
    match command {
        Command::Init(arguments) => init::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Index(arguments) => index::run(arguments),
        Command::Progress(arguments) => progress::run(arguments),
        Command::Sample(arguments) => sample::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Evaluate(arguments) => evaluate::run(arguments),
        Command::Query(arguments) => query::run(arguments),
        Command::Map(arguments) => map::run(arguments),
        Command::Atlas(arguments) => atlas::run(arguments),
        Command::Chart(arguments) => chart::run(arguments),
        Command::Page(arguments) => page::run(arguments),
        Command::Report(arguments) => report::run(arguments),
        Command::Dossier(arguments) => dossier::run(arguments),
        Command::Proof(arguments) => proof::run(arguments),
        Command::Convert(arguments) => convert::run(arguments),
        Command::Operations(arguments) => operations::run(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::Synth(arguments) => synth::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
    }
}

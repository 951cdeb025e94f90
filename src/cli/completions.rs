use clap::{Args, CommandFactory};
use clap_complete::Shell;
use jiju::error::Result;

use super::{Answer, Cli, output};

/// Print the completions of a shell
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// bash, zsh, fish, elvish, powershell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  jiju completions bash > ~/.local/share/bash-completion/completions/jiju
  jiju completions fish > ~/.config/fish/completions/jiju.fish";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "jiju", &mut script);
    output::stdout(&script)?;
    Ok(Answer::Yes)
}

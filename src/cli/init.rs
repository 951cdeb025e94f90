use clap::Args;
use jiju::error::Result;
use jiju::project::{self, InitRequest};

use super::Answer;
use super::arguments::Declared;
use super::output;

/// Make a folder to start from: project file, policy, maps, template of the bulletin, example data
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<InitRequest>,
}

const EXAMPLES: &str = "\
Nothing that is there is overwritten. The example data are invented.

Examples:
  jiju init quota-desk && cd quota-desk && jiju run
  jiju init quota-desk --policy data/policy/shaoxing-2020
  jiju init quota-desk --empty-policy";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("init")?;
    let files = project::init(&request)?;
    for file in &files {
        output::tell(&format!("wrote {}", file.display()));
    }
    output::tell(&format!("next: cd {} && jiju run", request.folder.display()));
    Ok(Answer::Yes)
}

use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::synth::{self, SynthRequest};

use super::Answer;
use super::arguments::Declared;
use super::output::{self, Bar};

/// Write synthetic sample data: register, ledger, towns, parks, and the truth of the seeded faults
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<SynthRequest>,
    /// The folder that receives the files
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
Everything written is invented and says so: 示例数据，非真实企业.

Examples:
  jiju synth --firms 20000 --seed 20200528 -o samples
  jiju synth --firms 100000 --seed 7 --faults 0 -o large";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("synth")?;
    let bar = Bar::new("make");
    let files = synth::synth(&request, &arguments.output)?;
    drop(bar);
    for file in files {
        output::tell(&format!("wrote {}", file.display()));
    }
    Ok(Answer::Yes)
}

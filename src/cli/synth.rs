use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use jiju::error::Result;
use jiju::project::{self, SynthRequest};
use jiju::synth::SynthOptions;

use super::Answer;
use super::output::{self, Bar};

/// Write synthetic sample data: register, ledger, towns, parks, and the truth of the seeded faults
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Rows of the register
    #[arg(long, default_value_t = 20_000)]
    firms: usize,
    /// The same seed gives the same files
    #[arg(long, default_value_t = 20_200_528)]
    seed: u64,
    /// How many faults are seeded: 1 for about 500 among 20 000 firms, 0 for none
    #[arg(long, default_value_t = 1.0)]
    faults: f64,
    /// The day the ledger's picture is of [default: the end of September of the policy's year]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// The policy folder
    #[arg(long, value_name = "FOLDER", default_value = "data/policy/shaoxing-2020")]
    policy: PathBuf,
    /// The districts
    #[arg(long, value_name = "FILE", default_value = "data/boundaries/shaoxing_districts.geojson")]
    districts: PathBuf,
    /// The gazetteer of towns
    #[arg(long, value_name = "FILE", default_value = "data/gazetteer/shaoxing_towns.csv")]
    gazetteer: PathBuf,
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
    let bar = Bar::new("make");
    let files = project::synth(&SynthRequest {
        options: SynthOptions {
            firms: arguments.firms,
            seed: arguments.seed,
            as_of: arguments.as_of,
            faults: arguments.faults,
            ..SynthOptions::default()
        },
        policy: arguments.policy,
        districts: arguments.districts,
        gazetteer: arguments.gazetteer,
        output: arguments.output,
    })?;
    drop(bar);
    for file in files {
        output::tell(&format!("wrote {}", file.display()));
    }
    Ok(Answer::Yes)
}

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use jiju::error::Result;
use jiju::model::{DeclaredReference, distance_m};
use jiju::project::{self, ProgressRequest};
use jiju::source::{LayerSource, TableSource};

use super::{
    Answer, options,
    output::{self, Bar},
};

/// Count the ledger toward the quotas: listed, each stage, accepted, quota, rate, gap, rank
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The ledger 管理台账
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// The register 企业名录
    #[arg(long, value_name = "FILE")]
    register: PathBuf,
    /// The districts
    #[arg(long, value_name = "FILE")]
    areas: PathBuf,
    /// Column with the districts' codes
    #[arg(long, value_name = "COLUMN")]
    area_id: Option<String>,
    /// Reference of the districts, where the file does not say it
    #[arg(long, value_name = "REFERENCE")]
    areas_crs: Option<DeclaredReference>,
    /// Encoding of the areas' attributes, where it is not recognised
    #[arg(long, value_name = "ENCODING")]
    areas_encoding: Option<String>,
    /// Reference of the register's coordinates [default: wgs84]
    #[arg(long, value_name = "REFERENCE")]
    crs: Option<DeclaredReference>,
    /// The policy folder
    #[arg(long, value_name = "FOLDER")]
    policy: PathBuf,
    /// The day whose state is counted
    #[arg(long, value_name = "DATE")]
    as_of: NaiveDate,
    /// Take a firm outside all districts into the nearest one within this distance
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    snap: Option<f64>,
    #[command(flatten)]
    table: options::TableOutput,
    /// Exit with 1 where a quota is not met
    #[arg(long)]
    strict: bool,
}

const EXAMPLES: &str = "\
Examples:
  jiju progress --ledger ledger.xlsx --register firms.csv \\
      --areas districts.geojson --policy data/policy/shaoxing-2020 \\
      --as-of 2020-09-30
  jiju progress --ledger ledger.csv --register firms.csv \\
      --areas districts.gpkg --policy data/policy/shaoxing-2020 \\
      --as-of 2020-09-30 --format json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = ProgressRequest {
        register: TableSource { file: arguments.register, reference: arguments.crs, ..TableSource::default() },
        ledger: TableSource { file: arguments.ledger, ..TableSource::default() },
        districts: LayerSource {
            encoding: arguments.areas_encoding,
            ..options::district(&arguments.areas, arguments.area_id, arguments.areas_crs)
        },
        policy: arguments.policy,
        as_of: arguments.as_of,
        snap_m: arguments.snap,
    };
    let inputs = request.inputs();
    let bar = Bar::new("count");
    let counted = project::progress(&request)?;
    drop(bar);
    arguments.table.write(&counted.rows, &inputs)?;
    output::notes(&counted.notes);
    Ok(if arguments.strict && !counted.satisfied { Answer::No } else { Answer::Yes })
}

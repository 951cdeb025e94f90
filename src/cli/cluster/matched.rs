use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::MatchRequest;
use jiju::stats::MatchOptions;

use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

/// Which clusters of two dates are the same: kept, grown, shrunk, merged, split, gone, born
#[derive(Args)]
#[command(after_help = "\
Two clusters are linked where they share at least --overlap of the smaller one: of its members, or of its area where hulls are
given. What hangs together by links is one row, so that each cluster of either date is in exactly one: one and one are kept,
grown or shrunk, several and one merged, one and several split, several and several rearranged.

Examples:
  jiju cluster match members-2019.csv members-2020.csv --id id -o changes.csv
  jiju cluster match hulls-2019.geojson hulls-2020.geojson --overlap 0.3 --format json")]
pub struct Match {
    /// Members before, with a cluster in each row; or the hulls of the clusters
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The same after
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// The column with the ids of the members [default: recognised, such as `id` or 统一社会信用代码]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The column with the clusters
    #[arg(long, value_name = "COLUMN", default_value = "cluster")]
    cluster: String,
    /// The least part of the smaller of two clusters that they share
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    overlap: f64,
    /// By what part of its size a cluster must change to have grown or shrunk
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    growth: f64,
    #[command(flatten)]
    table: options::TableOutput,
}

pub fn run(arguments: Match) -> Result<Answer> {
    let Match { before, after, id, cluster, overlap, growth, table } = arguments;
    let inputs = [before.clone(), after.clone()];
    let options = MatchOptions { least_overlap: overlap, least_growth: growth };
    let request = MatchRequest { before, after, id, cluster, options };
    let bar = Bar::new("match");
    let found = measure::matched_clusters(&request)?;
    drop(bar);
    table.write_result(|| Ok(found.json()), || found.frame(), &found.manifest, &inputs)?;
    let counts: Vec<String> = found.counts().iter().map(|(change, count)| format!("{count} {change}")).collect();
    eprintln!("{} clusters before, {} after: {}", found.before.len(), found.after.len(), counts.join(", "));
    output::notes(&found.notes);
    Ok(Answer::Yes)
}

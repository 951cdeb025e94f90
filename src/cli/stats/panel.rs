use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{PanelRequest, Statistic, WeightsRequest};

use super::autocorrelation::LocalArguments;
use crate::cli::Answer;
use crate::cli::output::{self, Bar};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    local: LocalArguments,
    /// moran, geary, getis-ord-g, join-count, local-moran, local-geary, gi, gi-star, local-join-count
    #[arg(long, default_value = "local-moran")]
    statistic: Statistic,
    /// Neighbours to compare: queen, rook, knn=8, band=5km, or a file of weights (repeat for several) [default: queen, rook,
    /// knn=4; without --areas knn=4, knn=8, knn=16]
    #[arg(long = "with", value_name = "RULE", conflicts_with = "rule")]
    rules: Vec<String>,
}

const EXAMPLES: &str = "\
A result that hangs on who is called a neighbour is none to act on. Of a global statistic there is a row for each kind of
neighbours, of a local one a row for each unit: its label under each, the most frequent, how many agree, and their share.

Examples:
  jiju stats panel towns.csv --value rate --areas towns.geojson
  jiju stats panel towns.csv --value rate --areas towns.geojson --with queen --with knn=6 --with band=15km --format json
  jiju stats panel towns.csv --value rate --statistic moran --with towns.gal --with roads.gal";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { local, statistic, rules } = arguments;
    let (neighbours, of, table) = local.panel(statistic);
    let usual = if neighbours.has_areas() { ["queen", "rook", "knn=4"] } else { ["knn=4", "knn=8", "knn=16"] };
    let rules = if rules.is_empty() { usual.map(str::to_owned).to_vec() } else { rules };
    let weights = |rule: String| -> Result<(String, WeightsRequest)> {
        let weights = neighbours.ruled(&rule)?.request(Some(of.table.clone()), of.id.clone())?;
        Ok((rule, weights))
    };
    let weights = rules.into_iter().map(weights).collect::<Result<Vec<_>>>()?;
    let request = PanelRequest { of, weights };
    let bar = Bar::new("panel");
    let result = measure::panel(&request)?;
    drop(bar);
    table.write_result(|| Ok(result.json()), || result.frame(), &result.manifest(), &request.inputs())?;
    output::notes(&result.notes);
    Ok(Answer::Yes)
}

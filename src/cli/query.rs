use clap::Args;
use jiju::error::Result;
use jiju::project::{self, QueryRequest};
use jiju::source::{TableFormat, write_to_database};
use serde_json::Value;

use super::Answer;
use super::arguments::Declared;
use super::operation::output_bytes;
use super::options;
use super::output::{self, Bar};

/// Ask in SQL what a project or the output folder of a run knows: firms, clusters, areas, quotas, ledger
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<QueryRequest>,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
within(a, b), within(a, b, '2km'), contains(a, b), intersects(a, b) and distance_m(a, b) take
geometries, such as firms.geometry or point(120.5, 30.0). Distances are geodesic metres, and
joins on them ask the spatial index. A column `geometry` of the answer goes into GeoParquet
(.parquet), GeoJSON, GeoPackage and FlatGeobuf.

Examples:
  jiju query jiju.toml --tables
  jiju query out-q3 \"select town_name, count(*) from firms group by town_name\"
  jiju query data/demo/jiju.toml -o near.parquet \\
      \"select * from firms where within(geometry, point(120.5, 30), '2km')\"
  jiju query --file question.sql -o answer.xlsx";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("query")?;
    let bar = Bar::new("ask");
    let answered = project::query(&request)?;
    drop(bar);
    let table = &arguments.table;
    let outcome = &answered.outcome;
    if let Some(path) = table.database() {
        let places = outcome.tables.first().and_then(|table| table.places.as_ref());
        let geometries = places.map(|places| (places.geometries(), places.reference().into()));
        let places = geometries.as_ref().map(|(geometries, reference)| (geometries.as_slice(), *reference));
        let inputs: Vec<_> = answered.inputs.iter().map(std::path::PathBuf::as_path).collect();
        write_to_database(&outcome.frame()?, places, path, &inputs)?;
    } else if table.vector_file().is_some() {
        table.write_bytes(&output_bytes(outcome, "vector", &table.file_name())?, &answered.inputs)?;
    } else {
        match table.file()? {
            Some((_, TableFormat::Parquet)) => table.write_bytes(&outcome.parquet()?, &answered.inputs)?,
            None if table.stdout_format()? == TableFormat::Table => {
                table.write_table(&answered.shown()?, &answered.inputs)?
            }
            _ => table.write_table(&answered.rows, &answered.inputs)?,
        }
    }
    table.write_manifest(&Value::Object(outcome.manifest.clone()), &answered.inputs)?;
    output::notes(&outcome.notes);
    Ok(Answer::Yes)
}

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiju::error::{ProjectError, Result};
use jiju::measure;
use jiju::measure::{ShiftSharePer, ShiftShareRequest, ShiftShareSource};

use super::concentration::Counts;
use super::{
    Answer, options,
    output::{self, Bar},
};

/// Say why sectors grew between two dates: with the territory, with their sector, or by the area's own doing
#[derive(Args)]
#[command(after_help = EXAMPLES, mut_arg("areas", |areas| areas.required(false).required_unless_present("counts")))]
pub struct Arguments {
    /// Table of enterprises with coordinates at the earlier date; with --counts a row for each area and sector
    before: PathBuf,
    /// The same at the later date
    after: PathBuf,
    #[command(flatten)]
    point_options: options::Points,
    #[command(flatten)]
    layers: options::Layers,
    /// Column with the sector; `sector` is made from the industry code where --policy is given and the table has none
    #[arg(long, value_name = "COLUMN", default_value = "sector")]
    by: String,
    /// Additive column to measure in place of the number of firms: employees, output_cny …
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Policy folder with the rule from industry code to sector
    #[arg(long, value_name = "FOLDER")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    counts: Counts,
    /// What a row is of: cell (a sector in an area), area, sector
    #[arg(long, default_value = "cell")]
    per: Kind,
    #[command(flatten)]
    table: options::TableOutput,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Cell,
    Area,
    Sector,
}

const EXAMPLES: &str = "\
`change` is `territory` + `sector_mix` + `local` + `undivided` (what a sector grew that had nothing before); `local` is
`competitive` + `allocation` where the cell had something before.

Examples:
  jiju shift-share firms2019.csv firms2020.csv --areas districts.geojson --weight employees --per area
  jiju shift-share counts2019.csv counts2020.csv --counts --format csv";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { before, after, counts, table, by, weight, policy, .. } = arguments;
    let layers = arguments.layers.sources()?;
    let source = match (<[_; 1]>::try_from(layers), counts.is_asked_for()) {
        (Err(none), true) if none.is_empty() => {
            ShiftShareSource::Counts { before: counts.source(before, &by), after: counts.source(after, &by) }
        }
        (Ok([layer]), false) => {
            let [before, after] = [before, after].map(|file| arguments.point_options.source(file));
            ShiftShareSource::Points { before, after, layer: Box::new(layer), by, weight, policy }
        }
        _ => {
            return Err(ProjectError::Options {
                message: "shift-share is of two registers in one layer of areas, or of two tables of counts".to_owned(),
                hint: "give --areas once, or --counts without it".to_owned(),
            }
            .into());
        }
    };
    let per = match arguments.per {
        Kind::Cell => ShiftSharePer::Cell,
        Kind::Area => ShiftSharePer::Area,
        Kind::Sector => ShiftSharePer::Sector,
    };
    let request = ShiftShareRequest { source, per };
    let bar = Bar::new("shift and share");
    let measured = measure::shift_shares(&request)?;
    drop(bar);
    table.write_with(&measured.rows, &measured.manifest, &request.inputs())?;
    output::notes(&measured.notes);
    Ok(Answer::Yes)
}

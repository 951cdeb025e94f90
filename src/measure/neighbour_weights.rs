//! Neighbours of areas and points, as weights to be kept.

use polars::prelude::{Column, DataFrame};

use super::firms::optional_point_inputs;
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable};
use super::weights::{BuiltWeights, Neighbours, weights};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::Weights;
use crate::model::json::json;
use crate::source::OptionalPointSource;
use crate::stats::Transform;

/// The neighbours of areas, of points, or of the rows of a table, with their weights.
#[parameters]
#[derive(Default)]
pub struct NeighbourWeights {
    /// The points, or the rows of the blocks.
    #[flatten]
    pub points: OptionalPointSource,
    /// Column with the ids of the rows [default: their numbers from 1].
    #[parameter(value = "COLUMN", requires = "table")]
    pub id: Option<String>,
    /// Transform of the weights: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o
    /// as they stand [default: o].
    pub transform: Option<Transform>,
    /// Which units are neighbours.
    #[flatten]
    pub neighbours: NeighbourSource,
}

impl Operation for NeighbourWeights {
    const NAME: &'static str = "weights";
    const SUMMARY: &'static str = "Find neighbours of areas and points, and write them with their weights";
    const DEFINITION: &'static str = "w_ij of each pair of neighbours, transformed";
    const REMARKS: &'static str = "Distances are in metres: geodesic for longitude and latitude, in the plane of a \
projected grid. Units without neighbours are kept, and named. A file .gal holds the neighbours alone, .gwt and .mtx their \
weights too.";
    const EXAMPLES: &'static [&'static str] = &[
        "weights --areas towns.geojson --contiguity queen -o towns.gal",
        "weights --areas towns.shp --contiguity rook --snap 1m --order 2 --cumulative -o near.gal",
        "weights firms.csv --id id --knn 8 -o firms.gwt",
        "weights firms.csv --id id --distance-band 2km --kernel triangular -o firms.mtx",
        "weights --weights towns.gal --intersection roads.gal -o both.gal",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = optional_point_inputs(&mut self.points);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let refused = |message: &str, hint: &str| -> Error {
            ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
        };
        let points = self.points.source();
        let mut request = self.neighbours.request(points.as_ref(), self.id.as_deref())?;
        request.transform = self.transform.unwrap_or(Transform::Original);
        if matches!(request.neighbours, Neighbours::Given(_) | Neighbours::Block { .. })
            && self.neighbours.areas.areas.is_some()
        {
            let hint = "leave out ‹areas›, or give ‹contiguity›, ‹knn› or ‹distance_band›";
            return Err(refused("neighbours of a file, or of blocks of rows, are not those of areas", hint));
        }
        let BuiltWeights { weights, by_row, notes, .. } = weights(&request)?;
        if points.is_some() && !by_row {
            return Err(refused(
                "the neighbours are not those of the rows of the table",
                "leave out the table, or give ‹knn›, ‹distance_band› or ‹block› without ‹areas›",
            ));
        }
        let neighbours: usize = (0..weights.len()).map(|unit| weights.cardinality(unit)).sum();
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.summary = Some(format!("{} units, {neighbours} neighbours", weights.len()));
        outcome.scalars.insert("units".to_owned(), json!(weights.len()));
        outcome.scalars.insert("neighbours".to_owned(), json!(neighbours));
        outcome.scalars.insert("transform".to_owned(), json!(request.transform));
        outcome.tables.push(OutcomeTable::of_rows("weights", frame(&weights)?));
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
        outcome.weights = Some(weights);
        Ok(outcome)
    }
}

/// A row for each pair of neighbours, and one without a neighbour for each unit that has none.
fn frame(weights: &Weights) -> Result<DataFrame> {
    let ids = weights.ids();
    let mut rows: Vec<(&str, Option<&str>, Option<f64>)> = Vec::new();
    for (unit, id) in ids.iter().enumerate() {
        if weights.cardinality(unit) == 0 {
            rows.push((id, None, None));
        }
        rows.extend(
            weights.neighbours(unit).map(|(other, weight)| (id.as_str(), Some(ids[other].as_str()), Some(weight))),
        );
    }
    let columns = vec![
        Column::new("id".into(), rows.iter().map(|row| row.0).collect::<Vec<_>>()),
        Column::new("neighbour".into(), rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        Column::new("weight".into(), rows.iter().map(|row| row.2).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the weights"))
}

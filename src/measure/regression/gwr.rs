//! Geographically weighted regression.

use polars::prelude::Column;
use serde_json::Value;

use super::{RegressionColumns, notes_on_aliases, notes_on_rows, numbers, refused, say, table};
use crate::declare::parameters;
use crate::error::{Result, StatsError};
use crate::measure::firms::point_inputs;
use crate::measure::operation::{Input, Operation, Part};
use crate::measure::outcome::{Outcome, Places};
use crate::measure::units::{UnitTable, Units, units};
use crate::measure::weights::{BuiltWeights, row_ids};
use crate::model::json::json;
use crate::model::{Distance, MetreGrid, Point, Reference, Weights, centroid};
use crate::source::grid::{bring_to_grid, grid_of_areas};
use crate::source::point_table::{PointTable, point_table, take_off_earth};
use crate::source::{AreaSource, Transform, layers};
use crate::stats::{self, BandwidthCriterion, Gwr, GwrOptions, LocalBandwidth, LocalKernel};

/// Linear regression at each unit, in which units weigh less the farther they are: coefficients that differ from place to place.
#[parameters]
#[derive(Default)]
pub struct GeographicallyWeightedRegression {
    /// The columns.
    #[flatten]
    pub columns: RegressionColumns,
    /// The areas whose centroids are the places of the rows [default: the rows' own coordinates].
    #[flatten]
    pub areas: AreaSource,
    /// Metre grid in which distances are measured: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default:
    /// the places' own, or the one that suits where they lie].
    pub grid: Option<MetreGrid>,
    /// How the weight of a unit falls with its distance.
    pub local_kernel: LocalKernel,
    /// Reach to so many nearest units, each unit itself among them [default: looked for].
    #[parameter(value = "K", conflicts = "local_distance", conflicts = "fixed")]
    pub local_neighbours: Option<usize>,
    /// Reach as far everywhere: 20km [default: as many units as `local_neighbours` says].
    #[parameter(conflicts = "fixed")]
    pub local_distance: Option<Distance>,
    /// Look for a distance that is the same everywhere, in place of a number of neighbours.
    pub fixed: bool,
    /// What the bandwidth is chosen by: aicc, Akaike's criterion corrected for small samples, or cv, cross-validation.
    pub criterion: BandwidthCriterion,
}

impl Operation for GeographicallyWeightedRegression {
    const NAME: &'static str = "gwr";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Geographically weighted regression: does what goes with a value differ from place to place?";
    const DEFINITION: &'static str = "b_i = (X'W_i X)^-1 X'W_i y, W_i bisquare or gaussian in the distance from unit i over a bandwidth of \
neighbours or metres (Fotheringham, Brunsdon and Charlton 2002); the bandwidth of the least AICc or CV by the golden section; critical t \
at 0.05 k / tr S (da Silva and Fotheringham 2016)";
    const REMARKS: &'static str = "A row for each unit: its coefficients, their standard errors and t, the fitted value, what is left over, \
and the R² about it. |t| counts from `critical_t` on, which is corrected for the number of local tests. Compare `aicc` with `global_aicc`, \
that of one regression for all: where it is not lower by 3 or more, coefficients need not differ. Units about which a column does not vary \
have none.";
    const EXAMPLES: &'static [&'static str] = &[
        "gwr towns.csv --value rate --explanatory share -o local.csv",
        "gwr towns.csv --value rate --explanatory share --areas towns.geojson --local-neighbours 60 -o local.geojson",
        "gwr towns.csv --value rate --explanatory share --local-kernel gaussian --fixed --criterion cv --format json",
    ];
    const PARTS: &'static [Part] =
        &[Part { name: "trials", is_layer: false, about: "each bandwidth that was tried, with its criterion" }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.columns.table);
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let Located { ids, mut columns, places_m, places, grid, mut notes } = self.read()?;
        let values = columns.remove(0);
        let terms = self.columns.terms();
        notes.extend(notes_on_rows(&self.columns.value, &values, terms.len()));
        let bandwidth = match (self.local_neighbours, self.local_distance) {
            (Some(count), _) => Some(LocalBandwidth::Neighbours(count)),
            (None, Some(distance)) => Some(LocalBandwidth::DistanceM(distance.metres())),
            (None, None) => None,
        };
        let options = GwrOptions::default()
            .with_kernel(self.local_kernel)
            .with_fixed(self.fixed)
            .with_bandwidth(bandwidth)
            .with_criterion(self.criterion);
        let found = stats::gwr(&values, &columns, &places_m, options)?;
        notes.extend(notes_on_aliases(&terms, &found.aliases));
        notes.extend(notes_on_fit(&found));
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.manifest.insert("grid".to_owned(), json!(grid));
        let [neighbours, distance_m] = match found.bandwidth {
            Some(LocalBandwidth::Neighbours(count)) => [json!(count), Value::Null],
            Some(LocalBandwidth::DistanceM(distance_m)) => [Value::Null, json!(distance_m)],
            None => [Value::Null, Value::Null],
        };
        say(
            &mut outcome,
            [
                ("n", json!(found.n)),
                ("parameters", json!(found.parameters)),
                ("local_kernel", json!(self.local_kernel)),
                ("bandwidth_neighbours", neighbours),
                ("bandwidth_m", distance_m),
                ("effective_parameters", json!(found.effective_parameters)),
                ("sigma2", json!(found.sigma2)),
                ("r2", json!(found.r2)),
                ("adjusted_r2", json!(found.adjusted_r2)),
                ("log_likelihood", json!(found.log_likelihood)),
                ("aic", json!(found.aic)),
                ("aicc", json!(found.aicc)),
                ("bic", json!(found.bic)),
                ("cv", json!(found.cv)),
                ("global_aicc", json!(found.global_aicc)),
                ("adjusted_level", json!(found.adjusted_level)),
                ("critical_t", json!(found.critical_t)),
            ],
        );
        let shown = |number: Option<f64>| number.map_or("–".to_owned(), |number| format!("{number:.2}"));
        let reach = match found.bandwidth {
            Some(LocalBandwidth::Neighbours(count)) => format!("{count} units"),
            Some(LocalBandwidth::DistanceM(distance_m)) => format!("{distance_m} m"),
            None => "–".to_owned(),
        };
        let [own, global, critical] = [found.aicc, found.global_aicc, found.critical_t].map(shown);
        outcome.summary =
            Some(format!("bandwidth {reach}, AICc {own} ({global} of one regression for all), critical t {critical}"));
        let mut of_units = vec![
            Column::new("id".into(), ids),
            Column::new("value".into(), values),
            Column::new("fitted".into(), &found.fitted),
            Column::new("residual".into(), &found.residuals),
            Column::new("local_r2".into(), &found.local_r2),
        ];
        for (term, own) in terms.iter().zip(&found.coefficients) {
            of_units.push(Column::new(format!("estimate_{term}").into(), &own.estimate));
            of_units.push(Column::new(format!("standard_error_{term}").into(), &own.standard_error));
            of_units.push(Column::new(format!("t_{term}").into(), &own.t));
        }
        outcome.tables.push(table("units", of_units)?.at(places));
        outcome.tables.push(table(
            "trials",
            vec![
                numbers("bandwidth", &found.trials, |(bandwidth, _)| Some(*bandwidth)),
                numbers("criterion", &found.trials, |(_, criterion)| *criterion),
            ],
        )?);
        Ok(outcome)
    }
}

/// Rows with their places.
struct Located {
    ids: Vec<String>,
    columns: Vec<Vec<f64>>,
    places_m: Vec<[f64; 2]>,
    places: Places,
    grid: MetreGrid,
    notes: Vec<String>,
}

impl GeographicallyWeightedRegression {
    fn read(&self) -> Result<Located> {
        const STATISTIC: &str = GeographicallyWeightedRegression::NAME;
        let RegressionColumns { table: source, id, drop_missing, .. } = &self.columns;
        let columns = self.columns.columns(STATISTIC)?;
        let request = UnitTable { statistic: STATISTIC, columns, id: id.as_deref(), drop_missing: *drop_missing };
        let mut notes = Vec::new();
        let (table, grid, of_rows) = match self.areas.layer() {
            Some(layer) => {
                let (table, told) = source.read_table_with_notes()?;
                notes.extend(told);
                let (areas, report) = layers::areas_with_report(&layer)?;
                notes.extend(report.told());
                let ids: Vec<String> = areas.areas.iter().map(|area| area.id.clone()).collect();
                let Some(grid) = self.grid.or_else(|| grid_of_areas(&areas)) else {
                    return Err(refused("no metre grid suits the areas", "give ‹grid›"));
                };
                if Reference::from(grid) != areas.reference && self.grid.is_none() {
                    notes.push(format!("distances are measured in {grid}"));
                }
                (table, grid, (ids, Places::Areas(areas), false))
            }
            None => {
                let mut placed = point_table(source)?;
                notes.extend(placed.notes());
                notes.extend(take_off_earth(&mut placed));
                let (mut own, reference) = (placed.points.clone(), placed.reference);
                let (grid, told) = bring_to_grid(&mut placed, self.grid, None)?;
                notes.extend(told);
                let PointTable { table, points, .. } = placed;
                own.iter_mut().zip(&points).filter(|(_, point)| point.is_none()).for_each(|(own, _)| *own = None);
                let ids = row_ids(&table, id.as_deref())?;
                (table, grid, (ids, Places::Points(own, reference), true))
            }
        };
        // Units without neighbours, so that rows find their areas as they find those of weights.
        let build = |_: Option<&[bool]>| {
            let (ids, places, by_row): &(Vec<String>, Places, bool) = &of_rows;
            let weights = Weights::new(ids.clone(), vec![Vec::new(); ids.len()])?;
            Ok(BuiltWeights { weights, by_row: *by_row, places: Some(places.clone()), notes: Vec::new() })
        };
        let Units { weights, columns, places, notes: told } = units(&request, &table, build)?;
        notes.extend(told);
        let Some(places) = places else { return Err(StatsError::NoValues { statistic: STATISTIC }.into()) };
        let points: Vec<Option<Point>> = match &places {
            Places::Areas(areas) => areas.areas.iter().map(|area| centroid(&area.geometry, areas.reference)).collect(),
            Places::Points(points, _) => points.clone(),
            Places::Geometries(..) => Vec::new(),
        };
        let reference = places.reference();
        let in_grid = Transform::new(reference, grid)?.images(&points);
        let rows: Vec<usize> = (0..in_grid.len()).filter(|row| in_grid[*row].is_some()).collect();
        if rows.len() < in_grid.len() {
            notes.push(format!("{} rows have no place and are left out", in_grid.len() - rows.len()));
        }
        if rows.is_empty() {
            return Err(StatsError::NoValues { statistic: STATISTIC }.into());
        }
        let of_kept = |column: &Vec<f64>| rows.iter().map(|row| column[*row]).collect();
        Ok(Located {
            ids: rows.iter().map(|row| weights.ids()[*row].clone()).collect(),
            columns: columns.iter().map(of_kept).collect(),
            places_m: in_grid.iter().flatten().map(|point| [point.x, point.y]).collect(),
            places: places.reordered(&rows),
            grid,
            notes,
        })
    }
}

/// Warnings about units without coefficients, and about a bandwidth that says nothing.
fn notes_on_fit(found: &Gwr) -> Vec<String> {
    let mut notes = Vec::new();
    if found.singular > 0 {
        notes.push(format!(
            "{} units have no coefficients, since a column does not vary about them or others determine it there; what is of all \
units is null",
            found.singular
        ));
    }
    if found.bandwidth == Some(LocalBandwidth::Neighbours(found.n)) && !found.trials.is_empty() {
        notes.push(
            "the best bandwidth reaches to all units: coefficients need not differ from place to place".to_owned(),
        );
    }
    notes
}

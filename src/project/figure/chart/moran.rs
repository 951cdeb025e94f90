use std::collections::HashMap;

use super::cells::Naming;
use super::{concentration, kept};
use crate::error::{ProjectError, Result};
use crate::join::{Contiguity, contiguity};
use crate::measure::units::{UnitTable, by_rows};
use crate::measure::weights::{Neighbours, WeightsRequest, weights};
use crate::model::{Table, Weights, column};
use crate::project::survey::Survey;
use crate::render::chart::{ChartData, ChartSpec, ChartTest, NamedMoranScatterplot};
use crate::source::Origin;
use crate::stats::{self, Alternative, Inference, Permutations, Transform, moran_scatterplot, transformed};

/// Borders as near as this meet: what a generator or a digitiser rounds.
const SNAP_M: f64 = 1.0;
/// The permutations of the test that is printed under a scatterplot, as many as the operation `moran` makes.
const PERMUTATIONS: Permutations = Permutations { count: 999, seed: 1 };
/// Columns that name the units of a table.
const NAMES: [&str; 3] = [column::AREA_NAME, "name", "NAME"];

/// Returns the Moran scatterplot of a column of a layer's concentration. Areas that share a border are neighbours.
pub(super) fn of_survey(spec: &ChartSpec, survey: &Survey, naming: &Naming<'_>) -> Result<ChartData> {
    let table = concentration(survey, spec, !spec.filter.contains_key(column::SECTOR))?;
    let layer = match (&spec.layer, survey.concentration.first()) {
        (Some(name), _) => survey.layer(name)?,
        (None, Some(measured)) => survey.layer(&measured.layer)?,
        (None, None) => &survey.layers[0],
    };
    let values = table.numbers(spec.column.as_deref().unwrap_or(column::DENSITY_PER_KM2))?;
    let (kept, ids) = (kept(spec, &table)?, table.text(column::AREA)?);
    let mut by_area: HashMap<&str, Option<f64>> = HashMap::new();
    for (row, id) in ids.iter().enumerate().filter(|(row, _)| kept[*row]) {
        by_area.insert(id.unwrap_or_default(), values.get(row));
    }
    let areas = &layer.areas.areas;
    let values = areas.iter().map(|area| by_area.get(area.id.as_str()).copied().flatten()).collect();
    let names = areas.iter().map(|area| naming.area(&area.id, Some(&area.name))).collect();
    data(names, values, &contiguity(&layer.areas, Contiguity::Queen, SNAP_M)?)
}

/// Returns the Moran scatterplot of a column of a table, with the neighbours from a weights file.
pub(super) fn of_table(
    spec: &ChartSpec,
    table: &Table,
    neighbours: &Origin<Weights>,
    naming: &Naming<'_>,
) -> Result<ChartData> {
    let column = spec.column.clone().ok_or_else(|| ProjectError::Options {
        message: "found no column to show".to_owned(),
        hint: "set `column = …` in the specification".to_owned(),
    })?;
    let kept = kept(spec, table)?;
    let values = table.numbers(&column)?;
    let values = values.iter().zip(kept).map(|(value, kept)| value.filter(|_| kept)).collect();
    let request = UnitTable { statistic: "moran", columns: vec![&column], id: None, drop_missing: true };
    let found = weights(&WeightsRequest::new(Neighbours::Given(neighbours.clone())))?.weights;
    let units = by_rows(table, &found, &request)?;
    let headers = table.columns();
    let named = NAMES.iter().find(|name| headers.iter().any(|header| header == *name));
    let labels = named.map(|name| table.text(name)).transpose()?;
    let label = |unit: usize| labels.as_ref().and_then(|labels| labels.get(unit));
    let names = units.ids().iter().enumerate().map(|(unit, id)| naming.area(id, label(unit))).collect();
    data(names, values, &units)
}

/// The scatterplot of the units that have a value.
fn data(names: Vec<String>, values: Vec<Option<f64>>, units: &Weights) -> Result<ChartData> {
    let known: Vec<bool> = values.iter().map(|value| value.is_some_and(f64::is_finite)).collect();
    let units = transformed(&units.subset(&known), Transform::Row);
    let numbers: Vec<f64> = values.into_iter().flatten().filter(|value| value.is_finite()).collect();
    let names = names.into_iter().zip(&known).filter(|(_, known)| **known).map(|(name, _)| name).collect();
    let moran = NamedMoranScatterplot { names, plot: moran_scatterplot(&numbers, &units)? };
    let inference = Inference::default().with_permutations(PERMUTATIONS);
    let found = stats::moran(&numbers, &units, inference)?;
    let test = ChartTest {
        n: Some(found.n as u64),
        simulations: found.permutation.p_permutation.map(|_| found.permutation.permutations),
        p: found.permutation.p_permutation,
        two_sided: Some(found.permutation.alternative == Alternative::TwoSided),
    };
    Ok(ChartData { moran: Some(moran), test: Some(test), ..ChartData::default() })
}

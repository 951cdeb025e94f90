use super::of_survey::{measured, shown};
use crate::Result;
use crate::join::{Contiguity, contiguity};
use crate::model::{Areas, column};
use crate::project::survey::Survey;
use crate::render::{LocalStatistic, MapSpec};
use crate::stats::{self, Inference, Label, Permutations, Transform};

/// Gives the labels of the analysis that a specification names, from its column or else the column `label`. Without an
/// analysis, computes the labels of a local statistic of the column. Areas that share a border or a corner are then
/// neighbours (queen contiguity), and p-values come from permutations and are adjusted for the number of areas. Areas
/// without a number or without neighbours get no label.
///
/// # Errors
///
/// Errors of measuring, of finding neighbours and of the statistic.
pub(super) fn labels(spec: &MapSpec, survey: &Survey, areas: &Areas) -> Result<Vec<Option<String>>> {
    if spec.analysis.is_some() {
        return shown(spec, &spec.filter, survey, areas)?.words(spec.column.as_deref().unwrap_or(column::LABEL));
    }
    let column = spec.column.as_deref().unwrap_or(column::DENSITY_PER_KM2);
    let values = measured(&spec.filter, survey, areas)?.numbers(column)?;
    let known: Vec<bool> = values.iter().map(Option::is_some).collect();
    let numbers: Vec<f64> = values.iter().copied().flatten().collect();
    let weights = contiguity(areas, Contiguity::Queen, 0.0)?.subset(&known);
    let permutations = Permutations { count: spec.local.permutations, seed: spec.local.seed };
    let inference = Inference::default().with_permutations(permutations).with_level(spec.local.level);
    let found: Vec<Option<Label>> = match spec.local.statistic {
        LocalStatistic::Moran => {
            stats::local_moran(&numbers, &stats::transformed(&weights, Transform::Row), inference)?.chance.label
        }
        LocalStatistic::GiStar => {
            stats::gi_star(&numbers, &stats::transformed(&weights, Transform::Binary), inference)?.chance.label
        }
    };
    let mut found = found.into_iter();
    let mut label = |known: &bool| if *known { found.next().flatten() } else { None };
    Ok(known.iter().map(|known| label(known).map(word)).collect())
}

/// Returns the label in the spelling of `jiju stats`.
fn word(label: Label) -> String {
    label.name().to_owned()
}

//! The map of where firms of the last class stand.

use std::collections::HashMap;

use polars::prelude::{Column, DataFrame};

use super::super::analysis::Made;
use super::super::figure::map_of;
use super::super::file::Project;
use super::super::survey::Survey;
use crate::check::DISTRICT;
use crate::error::{Error, ProjectError, Result};
use crate::measure::Outcome;
use crate::model::{Language, Table};
use crate::policy::EvaluationRules;
use crate::progress::FirmEvaluation;
use crate::render::{Figure, MapSpec};

/// The layer that is shown where a project has it; else its districts.
const TOWN: &str = "town";
/// Areas with fewer evaluated firms are not shown.
const MIN_FIRMS: u32 = 3;
const NAME: &str = "evaluation";

/// Draws the share of the last class among the evaluated firms of each town, or of each district.
///
/// # Errors
///
/// Errors of drawing; rules without a class.
pub(super) fn worst_map(
    project: &Project,
    survey: &mut Survey,
    rules: &EvaluationRules,
    found: &[FirmEvaluation],
) -> Result<Figure> {
    let language = project.language;
    let layer = if survey.layers.iter().any(|layer| layer.areas.layer == TOWN) { TOWN } else { DISTRICT };
    let place = survey.layers.iter().position(|known| known.areas.layer == layer);
    let missing = || ProjectError::Unknown { what: "layer", found: layer.to_owned(), available: Vec::new() };
    let place = place.ok_or_else(missing)?;
    let areas = &survey.layers[place].areas.areas;
    let last = rules.classes.last().map(|class| (class.id.as_str(), language.pick(&class.name_zh, &class.name_en)));
    let (last, name) = last.unwrap_or(("", &rules.name_en));
    let class_of: HashMap<&str, &str> =
        found.iter().filter_map(|row| Some((row.id.as_str(), row.class.as_deref()?))).collect();
    let mut counts = vec![(0_u64, 0_u64); areas.len()];
    let firms = survey.register.register.enterprises();
    for (firm, one) in firms.iter().zip(&survey.register.matches[place]) {
        if let (Some(area), Some(class)) = (one.area, class_of.get(&*firm.id)) {
            counts[area].0 += 1;
            counts[area].1 += u64::from(*class == last);
        }
    }
    let columns = vec![
        Column::new("id".into(), areas.iter().map(|area| area.id.as_str()).collect::<Vec<_>>()),
        Column::new("firms".into(), counts.iter().map(|(firms, _)| *firms).collect::<Vec<_>>()),
        Column::new("last_class".into(), counts.iter().map(|(_, last)| *last).collect::<Vec<_>>()),
        Column::new(
            "share".into(),
            counts.iter().map(|(firms, last)| (*firms > 0).then(|| *last as f64 / *firms as f64)).collect::<Vec<_>>(),
        ),
    ];
    let frame = DataFrame::new(areas.len(), columns).map_err(Error::table(NAME))?;
    let rows = (2..).take(areas.len()).collect();
    let table = Table::new(NAME, frame, rows);
    survey.made.push(Made { name: NAME.to_owned(), outcome: Outcome::default(), table, layers: Vec::new() });
    map_of(&spec(rules, name, layer, language)?, survey, project)
}

fn spec(rules: &EvaluationRules, class: &str, layer: &str, language: Language) -> Result<MapSpec> {
    let title = match language {
        Language::Zh => format!("{}：{class}企业占比", rules.name_zh),
        Language::En => format!("{}: share of {class}", rules.name_en),
    };
    let (unit, legend) =
        language.pick(("参评企业的百分比", "占参评企业"), ("percent of the firms evaluated", "Of those evaluated"));
    let mut keys = toml::Table::new();
    for (key, value) in
        [("title", title.as_str()), ("unit", unit), ("layer", layer), ("analysis", NAME), ("column", "share")]
    {
        keys.insert(key.to_owned(), value.into());
    }
    keys.insert("percent".to_owned(), true.into());
    if layer != DISTRICT {
        keys.insert("outlines".to_owned(), DISTRICT.into());
    }
    let mask =
        [("column".to_owned(), toml::Value::from("firms")), ("min_firms".to_owned(), i64::from(MIN_FIRMS).into())];
    keys.insert("mask".to_owned(), toml::Table::from_iter(mask).into());
    keys.insert("legend".to_owned(), toml::Table::from_iter([("title".to_owned(), toml::Value::from(legend))]).into());
    if language == Language::En {
        keys.insert("language".to_owned(), "en".into());
    }
    MapSpec::from_toml(&keys.to_string(), NAME)
}

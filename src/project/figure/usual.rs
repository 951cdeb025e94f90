//! The figures of a project file that names none.

use std::path::PathBuf;

use super::super::file::{ConcentrationRequest, FigureFormat, FigureRequest};
use super::DEFAULT_DPI;
use crate::check::DISTRICT;
use crate::policy::{Policy, Programme};

/// The layer of towns, over which the density of firms is drawn where it is measured.
const TOWN: &str = "town";

/// The maps of a project file without maps: for each programme the progress of its quotas, and the density of firms.
pub(in crate::project) fn usual_maps(policy: &Policy, concentration: &ConcentrationRequest) -> Vec<FigureRequest> {
    let mut maps: Vec<FigureRequest> = policy
        .programmes
        .iter()
        .map(|programme| {
            let mut set =
                of_programme(policy, programme, "quota_progress", "任务完成进度", "progress toward the quota");
            set.insert("layer".to_owned(), DISTRICT.into());
            insert_both(&mut set, "unit", "占任务数的百分比", "percent of quota");
            set.insert("classes".to_owned(), toml::Table::from_iter([breaks()]).into());
            request(format!("quota-progress-{}", programme.term.id), set)
        })
        .collect();
    let layer = if concentration.layers.iter().any(|layer| layer == TOWN) { TOWN } else { DISTRICT };
    if concentration.layers.iter().any(|known| known == layer) {
        let city = (&policy.city.name_zh, &policy.city.name_en);
        let mut set = toml::Table::new();
        let zh = format!("{}企业密度", city.0);
        insert_both(&mut set, "title", &zh, &format!("{}: density of firms", city.1));
        insert_both(&mut set, "unit", "家/km²", "firms/km²");
        set.insert("layer".to_owned(), layer.into());
        if layer != DISTRICT {
            set.insert("outlines".to_owned(), DISTRICT.into());
        }
        set.insert("column".to_owned(), "density_per_km2".into());
        let legend = |words: &str| toml::Table::from_iter([("title".to_owned(), toml::Value::from(words))]);
        set.insert("legend".to_owned(), legend("企业密度").into());
        if let Some(toml::Value::Table(english)) = set.get_mut("en") {
            english.insert("legend".to_owned(), legend("Density of firms").into());
        }
        maps.push(request("density".to_owned(), set));
    }
    maps
}

/// The charts of a project file without charts: for each programme the districts' progress and ranking, how far acceptance has
/// come and, where it has a deadline, its pace.
pub(in crate::project) fn usual_charts(policy: &Policy) -> Vec<FigureRequest> {
    let mut charts = Vec::new();
    for programme in &policy.programmes {
        let mut kinds = vec![
            ("progress", "各区县完成数与任务数", "firms accepted, by district"),
            ("ranking", "完成率排名", "ranking by rate"),
            ("stages", "各验收环节企业数", "how far acceptance has come"),
        ];
        if programme.deadline.is_some() {
            kinds.push(("pace", "推进进度", "pace"));
        }
        for (kind, zh, en) in kinds {
            let set = of_programme(policy, programme, kind, zh, en);
            charts.push(request(format!("{kind}-{}", programme.term.id), set));
        }
    }
    charts
}

fn request(name: String, set: toml::Table) -> FigureRequest {
    FigureRequest {
        name,
        spec: PathBuf::new(),
        set,
        formats: vec![FigureFormat::Svg, FigureFormat::Png, FigureFormat::Pdf],
        dpi: DEFAULT_DPI,
        sidecar: false,
        table: None,
        analysis: None,
        before: None,
        weights: None,
    }
}

fn of_programme(policy: &Policy, programme: &Programme, kind: &str, zh: &str, en: &str) -> toml::Table {
    let mut set = toml::Table::new();
    let title = format!("{}{}年{}{zh}", policy.city.name_zh, policy.year, programme.term.name_zh);
    let english = format!("{} {}: {}, {en}", policy.city.name_en, policy.year, programme.term.name_en);
    insert_both(&mut set, "title", &title, &english);
    set.insert("kind".to_owned(), kind.into());
    set.insert("programme".to_owned(), programme.term.id.clone().into());
    set.insert("source".to_owned(), vec![policy.document.number.clone(), "企业管理台账".to_owned()].into());
    set
}

/// A key and its words in English.
fn insert_both(set: &mut toml::Table, key: &str, zh: &str, en: &str) {
    set.insert(key.to_owned(), zh.into());
    let english = set.entry("en").or_insert_with(|| toml::Table::new().into());
    if let toml::Value::Table(english) = english {
        english.insert(key.to_owned(), en.into());
    }
}

/// Where the classes of a quota map meet.
fn breaks() -> (String, toml::Value) {
    ("breaks".to_owned(), vec![0.5, 0.8, 1.0].into())
}

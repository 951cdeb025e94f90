//! The four figures of a dossier, each a specification like those of a project file.

use std::path::PathBuf;

use polars::prelude::{BooleanChunked, NewChunkedArray as _};

use super::desk::Desk;
use super::headline::Measure;
use super::paper::Found;
use super::say;
use crate::check::DISTRICT;
use crate::error::{Error, Result};
use crate::measure::Outcome;
use crate::model::json::json;
use crate::model::{Language, Table, column};
use crate::project::analysis::{Made, areas_of};
use crate::project::figure::{requested_chart, requested_map};
use crate::project::file::{FigureFormat, FigureRequest, Project};
use crate::project::survey::Survey;
use crate::project::trial::{Unmade, in_column};
use crate::report::{Block, DocumentFigure};

/// The map of the firms, their clusters and the quotients of small areas.
pub(super) const MAP: &str = "dossier-map";
/// The K-density with its band.
pub(super) const DENSITY: &str = "dossier-kdensity";
/// The quotients of small areas with their intervals.
pub(super) const AREAS: &str = "dossier-areas";
/// The quotients of the sectors of the district.
pub(super) const SECTORS: &str = "dossier-sectors";

/// The results that figures show by name.
const CLUSTERS: &str = "dossier-clusters";
/// Rows of a chart of quotients.
const ROWS: i64 = 15;
/// The breaks between classes of quotients, and their colours: as in maps/keqiao-dyeing-towns.toml.
const BREAKS: [f64; 4] = [0.5, 0.8, 1.25, 2.0];
const COLORS: [&str; 5] = ["#f6b765", "#fee6c5", "#f7f7f7", "#9e94c8", "#6a51a3"];

/// The results of operations under the names by which figures show them.
pub(super) fn made(desk: &Desk<'_>, found: &Found) -> Result<Vec<Made>> {
    let mut made = Vec::new();
    if let Some([dense, _]) = &found.places.clusters {
        let mut layers = Vec::new();
        for layer in &dense.outcome.layers {
            layers.extend(areas_of(CLUSTERS, layer)?);
        }
        let table = dense.outcome.tables.iter().find(|table| table.name == "clusters");
        let frame = table.map(|table| table.frame.clone()).unwrap_or_default();
        made.push(named(CLUSTERS, frame, dense.outcome.clone(), layers));
    }
    let curves = &found.base.curves;
    if curves.height() > 0 {
        let sectors =
            curves.column(column::SECTOR).and_then(|cells| cells.str().cloned()).map_err(Error::table(DENSITY))?;
        let own: Vec<bool> = sectors.iter().map(|sector| sector == Some(&desk.trade.sector)).collect();
        let frame = curves.filter(&BooleanChunked::from_slice("own".into(), &own)).map_err(Error::table(DENSITY))?;
        if frame.height() > 0 {
            let mut outcome = Outcome { scalars: found.base.said.clone(), ..Outcome::default() };
            let p = found.base.measures.iter().find(|one| one.measure == Measure::KDensity).and_then(|one| one.p);
            outcome.scalars.insert("n".to_owned(), found.base.firms.into());
            outcome.scalars.insert("p_simulation".to_owned(), json!(p));
            made.push(named(DENSITY, frame, outcome, Vec::new()));
        }
    }
    Ok(made)
}

fn named(
    name: &str,
    frame: polars::prelude::DataFrame,
    outcome: Outcome,
    layers: Vec<crate::project::analysis::MadeLayer>,
) -> Made {
    let rows = (1..=frame.height() as u64).collect();
    Made { name: name.to_owned(), outcome, table: Table::new(name, frame, rows), layers }
}

/// The maps and charts that are asked for.
pub(super) fn requests(desk: &Desk<'_>, found: &Found) -> (Vec<FigureRequest>, Vec<FigureRequest>) {
    let words = Words::new(desk);
    let mut charts = vec![request(DENSITY, words.density(desk))];
    charts[0].analysis = Some(DENSITY.to_owned());
    charts.push(request(AREAS, words.areas(desk)));
    charts.push(request(SECTORS, words.sectors(desk)));
    (vec![request(MAP, words.map(desk, found))], charts)
}

/// Draws the figures and puts each in its place; those that cannot be drawn are given back.
pub(super) fn place(
    project: &Project,
    survey: &Survey,
    blocks: &mut Vec<Block>,
    places: &[(usize, &'static str)],
) -> Vec<Unmade> {
    let mut unmade = Vec::new();
    for (at, name) in places.iter().rev() {
        let map = project.maps.iter().find(|request| request.name == *name);
        let Some(request) = map.or_else(|| project.charts.iter().find(|request| request.name == *name)) else {
            continue;
        };
        let drawn = if map.is_some() {
            requested_map(request, survey, project)
        } else {
            requested_chart(request, survey, project)
        };
        match drawn {
            Ok(figure) => {
                let figure = in_column(project, survey, request, &figure);
                let caption = figure.title.clone();
                let figure = DocumentFigure { name: request.name.clone(), number: 0, caption, figure };
                blocks.insert(*at, Block::Figure(Box::new(figure)));
            }
            Err(error) => unmade.push(Unmade::figure(project, request, &error)),
        }
    }
    unmade.reverse();
    unmade
}

/// The names that all figures of a dossier have in common.
struct Words {
    zh: (String, String),
    en: (String, String),
    layer: (String, String),
}

impl Words {
    fn new(desk: &Desk<'_>) -> Self {
        let (term, policy) = (&desk.trade.block.term, &desk.survey.policy);
        let district = policy.district(&desk.trade.block.district);
        let layer = |language: Language| say::layer_name(&desk.layer, language).to_owned();
        Self {
            zh: (district.map(|found| found.name_zh.clone()).unwrap_or_default(), term.name_zh.clone()),
            en: (district.map(|found| found.name_en.clone()).unwrap_or_default(), term.name_en.clone()),
            layer: (layer(Language::Zh), layer(Language::En)),
        }
    }

    fn map(&self, desk: &Desk<'_>, found: &Found) -> toml::Table {
        let request = desk.request;
        let mut set = toml::Table::new();
        let (radius, least) = (request.radius.metres(), request.min_points);
        let hulls = found.places.clusters.as_ref().is_some_and(|[dense, _]| dense.area_km2.is_some());
        let (dashed_zh, dashed_en) = match hulls {
            true => (
                format!("；虚线为集聚区外廓（DBSCAN，{}内至少{least}家）", say::distance(radius, Language::Zh)),
                format!(
                    "; dashed: hulls of clusters (DBSCAN, {least} firms within {})",
                    say::distance(radius, Language::En)
                ),
            ),
            false => (String::new(), String::new()),
        };
        both(
            &mut set,
            "title",
            &format!("全市{}企业与各{}区位商", self.zh.1, self.layer.0),
            &format!("The trade of {}: firms, and location quotients of {}", self.en.1, self.layer.1),
        );
        both(
            &mut set,
            "subtitle",
            &format!("按企业数，1 为全市平均；粗线为区县界{dashed_zh}"),
            &format!("By firms, 1 being the city's average; heavy lines are districts{dashed_en}"),
        );
        set.insert("layer".to_owned(), desk.layer.clone().into());
        if desk.layer != DISTRICT {
            set.insert("outlines".to_owned(), DISTRICT.into());
        }
        set.insert("column".to_owned(), column::LOCATION_QUOTIENT.into());
        set.insert("filter".to_owned(), filter(column::SECTOR, &desk.trade.sector));
        set.insert("decimals".to_owned(), 2.into());
        set.insert("source".to_owned(), vec!["企业名录".to_owned()].into());
        set.insert("classes".to_owned(), table([("breaks", BREAKS.to_vec().into())]));
        set.insert("palette".to_owned(), table([("colors", COLORS.map(str::to_owned).to_vec().into())]));
        set.insert("labels".to_owned(), table([("size_pt", 6.0.into()), ("values", false.into())]));
        let points = [
            ("show", true.into()),
            ("size_mm", 0.8.into()),
            ("opacity", 0.8.into()),
            ("color", "#1f242b".into()),
            ("title", "同行业企业".into()),
        ];
        set.insert("points".to_owned(), table(points));
        set.insert("legend".to_owned(), table([("title", "区位商（按企业数）".into())]));
        if hulls {
            set.insert("hulls".to_owned(), table([("analysis", CLUSTERS.into()), ("title", "集聚区".into())]));
        }
        if let Some(toml::Value::Table(english)) = set.get_mut("en") {
            english.insert("source".to_owned(), vec!["enterprise register".to_owned()].into());
            english.insert("points".to_owned(), table([("title", "Firms of the trade".into())]));
            english.insert("legend".to_owned(), table([("title", "Location quotient (by firms)".into())]));
            if hulls {
                english.insert("hulls".to_owned(), table([("title", "Clusters".into())]));
            }
        }
        set
    }

    fn density(&self, desk: &Desk<'_>) -> toml::Table {
        let mut set = toml::Table::new();
        let simulations = desk.request.tests.simulations;
        both(
            &mut set,
            "title",
            &format!("全市{}企业间距离的 K 密度", self.zh.1),
            &format!("The trade of {}: K-density of the distances between firms", self.en.1),
        );
        both(
            &mut set,
            "subtitle",
            &format!("灰带为{simulations}次从全部企业中抽取同样多企业所得的全局带"),
            &format!("The band is the global one of {simulations} draws of as many of all firms"),
        );
        set.insert("kind".to_owned(), "point_pattern".into());
        source(&mut set);
        set
    }

    fn areas(&self, desk: &Desk<'_>) -> toml::Table {
        let zh = format!("全市{}的区位商：最高的{}", self.zh.1, self.layer.0);
        let en = format!("The trade of {}: location quotients, the highest {}", self.en.1, self.layer.1);
        quotients(&zh, &en, &desk.layer, filter(column::SECTOR, &desk.trade.sector))
    }

    fn sectors(&self, desk: &Desk<'_>) -> toml::Table {
        let zh = format!("{}各行业的区位商：最高的行业", self.zh.0);
        let en = format!("{}: location quotients of its sectors, the highest", self.en.0);
        quotients(&zh, &en, DISTRICT, filter(column::AREA, desk.district()))
    }
}

/// A chart of location quotients with their intervals, the highest of a table.
fn quotients(zh: &str, en: &str, layer: &str, filter: toml::Value) -> toml::Table {
    let mut set = toml::Table::new();
    both(&mut set, "title", zh, en);
    both(
        &mut set,
        "subtitle",
        "按企业数；横线为 95% 区间，实心点的区间不含 1",
        "By firms; lines are 95 % intervals, of filled dots they leave out 1",
    );
    set.insert("kind".to_owned(), "location_quotient".into());
    set.insert("layer".to_owned(), layer.into());
    set.insert("most".to_owned(), ROWS.into());
    set.insert("filter".to_owned(), filter);
    source(&mut set);
    set
}

fn source(set: &mut toml::Table) {
    set.insert("source".to_owned(), vec!["企业名录".to_owned()].into());
    if let Some(toml::Value::Table(english)) = set.get_mut("en") {
        english.insert("source".to_owned(), vec!["enterprise register".to_owned()].into());
    }
}

fn table<const N: usize>(keys: [(&str, toml::Value); N]) -> toml::Value {
    toml::Table::from_iter(keys.map(|(key, value)| (key.to_owned(), value))).into()
}

fn filter(column: &str, word: &str) -> toml::Value {
    table([(column, word.into())])
}

/// A key and its words in English.
fn both(set: &mut toml::Table, key: &str, zh: &str, en: &str) {
    set.insert(key.to_owned(), zh.into());
    let english = set.entry("en").or_insert_with(|| toml::Table::new().into());
    if let toml::Value::Table(english) = english {
        english.insert(key.to_owned(), en.into());
    }
}

fn request(name: &str, set: toml::Table) -> FigureRequest {
    FigureRequest {
        name: name.to_owned(),
        spec: PathBuf::new(),
        set,
        formats: vec![FigureFormat::Svg],
        dpi: crate::project::figure::FigureForm::default().dpi,
        sidecar: false,
        table: None,
        analysis: None,
        before: None,
        weights: None,
    }
}

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chrono::{Datelike as _, NaiveDate};
use polars::prelude::{DataFrame, DataType};

use super::figure::map_specification;
use super::file::{DISTRICT, PARK_LAYERS, Project};
use super::survey::{LayerConcentration, Survey, survey};
use crate::error::{Error, Result};
use crate::model::{Areas, Counts, Language, Match, Stage};
use crate::progress::{self, ProgressOptions, ProgressRow};
use crate::render::{
    self, ClassList, MapKind, MapSpec, QuotaProgress, choropleth_classes, layer_title, progress_classes,
};
use crate::report::{self, Page, PageColumn, PageFirm, PageFirms, PageFrame, PageLayer, PageTable, heading};
use crate::source::{projected_areas, write_atomically};

/// The slider stops at the ends of no more quarters than these, the last ones.
const MOST_QUARTERS: usize = 24;

/// A page that was written.
#[derive(Debug, Clone)]
pub struct WrittenPage {
    /// How large it is.
    pub bytes: u64,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
}

/// Writes a project's page to a file.
///
/// # Errors
///
/// What reading and writing refuse, and where no layer has an extent.
pub fn write_page(project: &Project, path: &Path) -> Result<WrittenPage> {
    let survey = survey(project, &mut |_, _| {})?;
    let text = page(project, &survey)?;
    let inputs = project.inputs();
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    write_atomically(path, &inputs, text.as_bytes())?;
    Ok(WrittenPage { bytes: text.len() as u64, notes: vec![survey.summary] })
}

/// The page of what a survey found, as one HTML file.
///
/// # Errors
///
/// What transforming refuses, and where no layer has an extent.
pub fn page(project: &Project, survey: &Survey) -> Result<String> {
    report::page(&page_of(project, survey)?)
}

/// What the page of a project shows: its layers, the quota tables of every quarter's end, concentration, and firms.
///
/// # Errors
///
/// What transforming and classifying refuse, and specifications of the project's maps that cannot be read: the page has
/// their classes and colours.
pub fn page_of(project: &Project, survey: &Survey) -> Result<Page> {
    let language = project.language;
    let days = quarter_ends(survey.policy.year, project.as_of);
    let layers = layers(project, survey)?;
    let specs = project.maps.iter().map(|map| map_specification(map, project)).collect::<Result<Vec<_>>>()?;
    let builder = Builder { project, survey, layers: &layers, specs, language };
    let mut tables = builder.quota_tables(&days)?;
    for layer in 0..layers.len() {
        tables.extend(builder.concentration_tables(layer)?);
    }
    let firms = project.page.firms.then(|| builder.firms(&days));
    Ok(Page {
        title: project.title_words().to_owned(),
        language,
        as_of: project.as_of.to_string(),
        document: survey.policy.document.number.clone(),
        synthetic: project.synthetic,
        min_firms: project.page.min_firms,
        stops: days.iter().map(ToString::to_string).collect(),
        tables,
        firms,
        projection: render::describe_grid(survey.grid.into(), language),
        boundaries: project.boundary_words().map(str::to_owned),
        review_number: project.review_number.clone(),
        sources: project.source_words().to_vec(),
        layers,
    })
}

/// The ends of the quarters from the policy's year on, and behind them the day itself.
fn quarter_ends(year: i32, as_of: NaiveDate) -> Vec<NaiveDate> {
    let years = year.max(as_of.year().saturating_sub(MOST_QUARTERS as i32 / 4))..=as_of.year();
    let ends = years.flat_map(|year| {
        [(3, 31), (6, 30), (9, 30), (12, 31)]
            .into_iter()
            .filter_map(move |(month, day)| NaiveDate::from_ymd_opt(year, month, day))
    });
    let mut days: Vec<NaiveDate> = ends.filter(|day| *day < as_of).collect();
    days.drain(..days.len().saturating_sub(MOST_QUARTERS));
    days.push(as_of);
    days
}

/// Whether so many firms are too few to be shown; none are nobody's secret.
fn is_masked(firms: u64, min_firms: u64) -> bool {
    firms > 0 && firms < min_firms
}

fn layers(project: &Project, survey: &Survey) -> Result<Vec<PageLayer>> {
    let language = project.language;
    let names: HashMap<&str, String> = survey
        .layers
        .iter()
        .flat_map(|layer| layer.areas.areas.iter().map(|area| (area.id.as_str(), own_name(survey, area, language))))
        .collect();
    survey
        .layers
        .iter()
        .zip(&survey.register.matches)
        .map(|(layer, matches)| {
            let areas = &layer.areas;
            let shown = |firms: u64| (!is_masked(firms, project.page.min_firms)).then_some(firms);
            Ok(PageLayer {
                id: areas.layer.clone(),
                title: layer_title(&areas.layer, language).to_owned(),
                scattered: PARK_LAYERS.contains(&areas.layer.as_str()),
                names: areas.areas.iter().map(|area| own_name(survey, area, language)).collect(),
                parents: areas
                    .areas
                    .iter()
                    .map(|area| area.parent.as_deref().and_then(|parent| names.get(parent).cloned()))
                    .collect(),
                firms: firms_per_area(areas, matches).into_iter().map(shown).collect(),
                areas: projected_areas(areas, survey.grid.into())?,
            })
        })
        .collect()
}

fn own_name(survey: &Survey, area: &crate::model::Area, language: Language) -> String {
    let english = || survey.policy.district(&area.id).map(|district| district.name_en.clone());
    language.pick(None, english()).unwrap_or_else(|| area.name.clone())
}

fn firms_per_area(areas: &Areas, matches: &[Match]) -> Vec<u64> {
    let mut firms = vec![0; areas.len()];
    for area in matches.iter().filter_map(|matched| matched.area) {
        firms[area] += 1;
    }
    firms
}

struct Builder<'a> {
    project: &'a Project,
    survey: &'a Survey,
    layers: &'a [PageLayer],
    /// The specifications of the project's maps, whose classes and colours the page has too.
    specs: Vec<MapSpec>,
    language: Language,
}

/// A number of each area; none is undefined or masked, and which of the two `hidden` says.
struct Numbers {
    values: Vec<Option<f64>>,
    hidden: Vec<bool>,
}

impl Builder<'_> {
    /// A table for each programme over the districts, with a frame for each day.
    fn quota_tables(&self, days: &[NaiveDate]) -> Result<Vec<PageTable>> {
        let survey = self.survey;
        let Some(layer) = self.layers.iter().position(|layer| layer.id == DISTRICT) else { return Ok(Vec::new()) };
        let hidden: Vec<bool> = self.layers[layer].firms.iter().map(Option::is_none).collect();
        let tables: Vec<Vec<ProgressRow>> = days
            .iter()
            .map(|day| {
                let options = ProgressOptions::as_of(*day);
                progress::quota_table(&survey.policy, &survey.ledger.ledger, &survey.register.standing, &options)
            })
            .collect();
        let programmes = survey.policy.programmes.iter().map(|programme| {
            let days: Vec<QuotaDay> = tables
                .iter()
                .map(|rows| QuotaDay::of(rows, &programme.term.id, survey, &self.layers[layer].areas, &hidden))
                .collect();
            let columns = QUOTA_COLUMNS
                .iter()
                .map(|(id, number)| {
                    let frames = days.iter().map(|day| self.quota_frame(day, id, *number, &programme.term.id, &hidden));
                    Ok(self.column(id, None, frames.collect::<Result<_>>()?))
                })
                .collect::<Result<_>>()?;
            let theme = self.language.pick(&programme.term.name_zh, &programme.term.name_en).clone();
            Ok(PageTable { layer, theme, unit: None, columns })
        });
        programmes.collect()
    }

    fn quota_frame(
        &self,
        day: &QuotaDay<'_>,
        id: &str,
        number: fn(&ProgressRow) -> Option<f64>,
        programme: &str,
        hidden: &[bool],
    ) -> Result<PageFrame> {
        let values: Vec<Option<f64>> = day.rows.iter().map(|row| row.and_then(number)).collect();
        let is_rate = id == "rate";
        // One frame tells the texts of the areas and, behind them, the city's.
        let all: Vec<Option<f64>> = values.iter().copied().chain([day.city.and_then(number)]).collect();
        let spec = MapSpec { percent: is_rate, decimals: Some(usize::from(is_rate)), ..MapSpec::default() };
        let mut texts = texts(&all, &choropleth_classes(&spec, &all)?);
        let total = texts.pop();
        let mut frame = PageFrame { values, texts, total, ..PageFrame::default() };
        if is_rate {
            let own = |spec: &&MapSpec| {
                spec.kind == MapKind::QuotaProgress && spec.programme.as_deref().is_none_or(|own| own == programme)
            };
            let spec = self.specs.iter().find(own).cloned().unwrap_or_default();
            let progress: Vec<Option<QuotaProgress>> = day
                .rows
                .iter()
                .map(|row| row.map(|row| QuotaProgress { done: row.accepted, quota: row.quota }))
                .collect();
            let list = shown(hidden, &progress, |progress| {
                progress_classes(&MapSpec { language: self.language, ..spec.clone() }, progress)
            })?;
            frame.labels = Some(list.texts.clone());
            frame.classes = Some(list);
        }
        Ok(frame)
    }

    /// A table of all sectors and one of each sector, for every unit that concentration was measured in. A layer that it
    /// was not measured in has the number and density of its firms.
    fn concentration_tables(&self, layer: usize) -> Result<Vec<PageTable>> {
        let found = &self.layers[layer];
        let all = self.language.pick("全部行业", "All sectors");
        let Some(measured) = self.survey.concentration.iter().find(|measured| measured.layer == found.id) else {
            let firms: Vec<Option<f64>> = found.firms.iter().map(|firms| firms.map(|firms| firms as f64)).collect();
            let sizes = self.survey.layer(&found.id)?.areas.areas_km2()?;
            let per_km2 = |(firms, km2): (&Option<f64>, f64)| firms.filter(|_| km2 > 0.0).map(|firms| firms / km2);
            let density = firms.iter().zip(sizes).map(per_km2).collect();
            let hidden: Vec<bool> = found.firms.iter().map(Option::is_none).collect();
            let columns = [("count", firms), ("density_per_km2", density)]
                .into_iter()
                .filter(|(id, _)| self.project.page.columns.iter().any(|wanted| wanted == id))
                .map(|(id, values)| self.measured_column(id, Counts::FIRMS, Numbers { values, hidden: hidden.clone() }))
                .collect::<Result<Vec<_>>>()?;
            let unit = Some(unit_title(Counts::FIRMS, self.language).to_owned());
            return Ok(vec![PageTable { layer, theme: all.to_owned(), unit, columns }]);
        };
        let pivot = Pivot::of(measured, &found.areas)?;
        let mut tables = Vec::new();
        let sectors = std::iter::once((None, all.to_owned()))
            .chain(pivot.sectors.iter().map(|sector| (Some(sector.as_str()), self.sector_name(sector))));
        for (sector, theme) in sectors {
            // A cell is told apart by its firms, in whatever unit it is measured.
            let firms = pivot.column(sector, Counts::FIRMS, "count").unwrap_or_default();
            let hidden: Vec<bool> = found
                .firms
                .iter()
                .enumerate()
                .map(|(area, all)| {
                    let here = firms.get(area).copied().flatten().unwrap_or(0.0);
                    all.is_none() || is_masked(here as u64, self.project.page.min_firms)
                })
                .collect();
            for unit in &pivot.units {
                let mut columns = Vec::new();
                let wanted = |id: &&String| sector.is_none() || SECTOR_COLUMNS.contains(&id.as_str());
                for id in self.project.page.columns.iter().filter(wanted) {
                    let Some(mut values) = pivot.column(sector, unit, id) else { continue };
                    values.iter_mut().zip(&hidden).filter(|(_, hidden)| **hidden).for_each(|(value, _)| *value = None);
                    // What nobody has is not to be seen anywhere.
                    if values.iter().any(Option::is_some) {
                        columns.push(self.measured_column(id, unit, Numbers { values, hidden: hidden.clone() })?);
                    }
                }
                if !columns.is_empty() {
                    let unit = Some(unit_title(unit, self.language).to_owned());
                    tables.push(PageTable { layer, theme: theme.clone(), unit, columns });
                }
            }
        }
        Ok(tables)
    }

    fn measured_column(&self, id: &str, unit: &str, numbers: Numbers) -> Result<PageColumn> {
        let of_column = |spec: &&MapSpec| spec.kind == MapKind::Choropleth && spec.column.as_deref() == Some(id);
        let mut spec = self.specs.iter().find(of_column).cloned().unwrap_or_else(|| default_spec(id));
        // Breaks that an office sets for firms say nothing of employees.
        if unit != Counts::FIRMS && !is_ratio(id) {
            spec.classes.breaks.clear();
            spec.palette.colors.clear();
        }
        spec.language = self.language;
        let list = shown(&numbers.hidden, &numbers.values, |values| {
            choropleth_classes(&spec, values).or_else(|_| {
                // Colours for as many classes as the map has; elsewhere the values may not reach the last ones.
                spec.palette.colors.truncate(class_count(&spec.classes.breaks, values));
                choropleth_classes(&spec, values)
            })
        })?;
        let texts = texts(&numbers.values, &list);
        let frame = PageFrame { values: numbers.values, texts, classes: Some(list), ..PageFrame::default() };
        Ok(self.column(id, Some(unit), vec![frame]))
    }

    fn column(&self, id: &str, unit: Option<&str>, frames: Vec<PageFrame>) -> PageColumn {
        let title = match unit {
            Some(unit) if id == "count" => unit_title(unit, self.language),
            _ => heading(id, self.language),
        };
        PageColumn { id: id.to_owned(), title: title.to_owned(), frames }
    }

    fn sector_name(&self, id: &str) -> String {
        if id == Counts::UNCLASSIFIED {
            return self.language.pick("未分类", "Unclassified").to_owned();
        }
        let sector = self.survey.policy.sectors.iter().find(|sector| sector.term.id == id);
        sector.map_or(id, |sector| self.language.pick(&sector.term.name_zh, &sector.term.name_en)).to_owned()
    }

    /// The firms that stand in no masked area, by the areas they stand in.
    fn firms(&self, days: &[NaiveDate]) -> PageFirms {
        let survey = self.survey;
        let policy = &survey.policy;
        let sectors: Vec<&str> = policy.sectors.iter().map(|sector| sector.term.id.as_str()).collect();
        let stages: Vec<Vec<BTreeMap<&str, Stage>>> = policy
            .programmes
            .iter()
            .map(|programme| days.iter().map(|day| progress::stages(&survey.ledger.ledger, programme, *day)).collect())
            .collect();
        let mut firms: Vec<PageFirm> = survey
            .register
            .register
            .enterprises
            .iter()
            .enumerate()
            .filter_map(|(row, enterprise)| {
                let areas: Vec<Option<usize>> = survey.register.matches.iter().map(|layer| layer[row].area).collect();
                let hidden =
                    |(layer, area): (&PageLayer, &Option<usize>)| area.is_some_and(|area| layer.firms[area].is_none());
                if self.layers.iter().zip(&areas).any(hidden) {
                    return None;
                }
                let id = enterprise.id.as_str();
                let reached = |stages: &Vec<BTreeMap<&str, Stage>>| -> Option<Vec<Option<usize>>> {
                    let passed: Vec<_> = stages.iter().map(|day| day.get(id).map(|stage| *stage as usize)).collect();
                    passed.iter().any(Option::is_some).then_some(passed)
                };
                Some(PageFirm {
                    id: enterprise.id.clone(),
                    name: enterprise.name.clone(),
                    sector: enterprise.sector.as_deref().and_then(|own| sectors.iter().position(|id| *id == own)),
                    areas,
                    stages: stages.iter().enumerate().filter_map(|(at, days)| Some((at, reached(days)?))).collect(),
                })
            })
            .collect();
        firms.sort_by(|a, b| a.areas.cmp(&b.areas));
        PageFirms {
            sectors: sectors.iter().map(|id| self.sector_name(id)).collect(),
            programmes: policy
                .programmes
                .iter()
                .map(|programme| self.language.pick(&programme.term.name_zh, &programme.term.name_en).clone())
                .collect(),
            stages: Stage::ALL.map(|stage| self.stage_name(stage)).to_vec(),
            firms,
        }
    }

    fn stage_name(&self, stage: Stage) -> String {
        let named = self.survey.policy.stages.iter().find(|term| term.stage == stage);
        named.map_or(stage.key(), |term| self.language.pick(&term.term.name_zh, &term.term.name_en)).to_owned()
    }
}

/// Returns the classes of the areas that are not hidden; a hidden area has no class.
fn shown<T: Copy>(hidden: &[bool], values: &[T], classes: impl FnOnce(&[T]) -> Result<ClassList>) -> Result<ClassList> {
    let seen: Vec<T> = values.iter().zip(hidden).filter(|(_, hidden)| !**hidden).map(|(value, _)| *value).collect();
    let mut list = classes(&seen)?;
    let (mut of_area, mut texts) = (list.of_area.into_iter(), list.texts.into_iter());
    list.of_area = hidden.iter().map(|hidden| if *hidden { None } else { of_area.next().flatten() }).collect();
    list.texts = hidden.iter().map(|hidden| if *hidden { None } else { texts.next() }.unwrap_or_default()).collect();
    Ok(list)
}

/// The quota rows of one programme on one day: each area's, and the city's.
struct QuotaDay<'a> {
    rows: Vec<Option<&'a ProgressRow>>,
    city: Option<&'a ProgressRow>,
}

impl<'a> QuotaDay<'a> {
    fn of(rows: &'a [ProgressRow], programme: &str, survey: &Survey, areas: &Areas, hidden: &[bool]) -> Self {
        let own = |row: &&ProgressRow| row.programme == programme;
        let of_area = areas.areas.iter().zip(hidden).map(|(area, hidden)| {
            let district = survey.policy.district(&area.id).or_else(|| survey.policy.district(&area.name))?;
            let row = rows.iter().filter(own).find(|row| !row.is_city && row.district == district.adcode);
            row.filter(|_| !hidden)
        });
        Self { rows: of_area.collect(), city: rows.iter().filter(own).find(|row| row.is_city) }
    }
}

/// The columns that are told of one sector: there are many, and the page is to stay small.
const SECTOR_COLUMNS: [&str; 3] = ["count", "share", "location_quotient"];

/// A column of a quota table, and its number in a row.
type QuotaColumn = (&'static str, fn(&ProgressRow) -> Option<f64>);

/// The columns of a quota table.
const QUOTA_COLUMNS: [QuotaColumn; 10] = [
    ("rank", |row| row.rank.map(f64::from)),
    ("rate", |row| row.rate),
    ("accepted", |row| Some(row.accepted as f64)),
    ("quota", |row| Some(row.quota as f64)),
    ("gap", |row| Some(row.gap as f64)),
    ("surplus", |row| Some(row.surplus as f64)),
    ("listed", |row| Some(row.listed as f64)),
    ("self_checked", |row| Some(row.self_checked as f64)),
    ("reviewed", |row| Some(row.reviewed as f64)),
    ("spot_checked", |row| Some(row.spot_checked as f64)),
];

/// The words of the numbers there are.
fn texts(values: &[Option<f64>], list: &ClassList) -> Vec<String> {
    values.iter().zip(&list.texts).map(|(value, text)| value.map_or(String::new(), |_| text.clone())).collect()
}

/// Whether a column is a ratio, whatever is counted.
fn is_ratio(column: &str) -> bool {
    !matches!(column, "count" | "density_per_km2")
}

/// How many classes breaks make: one more where a value is beyond them.
fn class_count(breaks: &[f64], values: &[Option<f64>]) -> usize {
    let beyond = |last: &f64| values.iter().flatten().any(|value| value > last);
    breaks.len() + usize::from(breaks.last().is_some_and(beyond))
}

/// How a column is shown where the project has no map of it.
fn default_spec(column: &str) -> MapSpec {
    let mut spec = MapSpec { column: Some(column.to_owned()), ..MapSpec::default() };
    spec.percent = column.contains("share");
    if column == "location_quotient" {
        // Either side of 1, the average of all areas.
        spec.classes.breaks = vec![0.5, 0.8, 1.25, 2.0];
        spec.palette.midpoint = Some(1.0);
        spec.decimals = Some(2);
    }
    spec
}

/// What is counted, for readers.
fn unit_title(unit: &str, language: Language) -> &str {
    match unit {
        Counts::FIRMS => language.pick("企业（家）", "Firms"),
        "employees" => language.pick("从业人员（人）", "Employees"),
        "output_cny" => language.pick("产值（元）", "Output (CNY)"),
        "tax_cny" => language.pick("税收（元）", "Tax (CNY)"),
        "land_mu" => language.pick("用地（亩）", "Land (mu)"),
        "energy_tce" => language.pick("能耗（吨标煤）", "Energy (tce)"),
        own => own,
    }
}

/// Concentration tables by area: which row is of which area, sector and unit.
struct Pivot<'a> {
    /// Of all sectors, and of each.
    frames: [&'a DataFrame; 2],
    units: Vec<String>,
    sectors: Vec<String>,
    /// For a sector, or all of them, and a unit: the row of each area.
    rows: HashMap<(Option<String>, String), Vec<Option<usize>>>,
}

impl<'a> Pivot<'a> {
    fn of(measured: &'a LayerConcentration, areas: &Areas) -> Result<Self> {
        let places: HashMap<&str, usize> =
            areas.areas.iter().enumerate().map(|(position, area)| (area.id.as_str(), position)).collect();
        let frames = [&measured.areas, &measured.cells];
        let (mut units, mut sectors, mut rows) = (Vec::new(), Vec::new(), HashMap::new());
        for (kind, frame) in frames.into_iter().enumerate() {
            let text = |name: &str| -> Result<Vec<Option<String>>> {
                let column = frame.column(name).map_err(Error::table("the page"))?;
                let text = column.str().map_err(Error::table("the page"))?;
                Ok(text.iter().map(|cell| cell.map(str::to_owned)).collect())
            };
            let (of_area, of_unit) = (text("area")?, text("unit")?);
            let of_sector = if kind == 0 { vec![None; frame.height()] } else { text("sector")? };
            for (row, ((area, unit), sector)) in of_area.iter().zip(of_unit).zip(of_sector).enumerate() {
                let (Some(area), Some(unit)) = (area.as_deref().and_then(|area| places.get(area)), unit) else {
                    continue;
                };
                if !units.contains(&unit) {
                    units.push(unit.clone());
                }
                if let Some(sector) = sector.as_ref().filter(|sector| !sectors.contains(*sector)) {
                    sectors.push(sector.clone());
                }
                rows.entry((sector, unit)).or_insert_with(|| vec![None; areas.len()])[*area] = Some(row);
            }
        }
        Ok(Self { frames, units, sectors, rows })
    }

    /// A column of a sector, or of all, in a unit: a number for each area. None where there is no such column.
    fn column(&self, sector: Option<&str>, unit: &str, name: &str) -> Option<Vec<Option<f64>>> {
        let frame = self.frames[usize::from(sector.is_some())];
        let column = frame.column(name).ok()?.cast(&DataType::Float64).ok()?;
        let numbers = column.f64().ok()?;
        let rows = self.rows.get(&(sector.map(str::to_owned), unit.to_owned()))?;
        Some(rows.iter().map(|row| row.and_then(|row| numbers.get(row)).filter(|number| number.is_finite())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_slider_stops_at_quarters_and_at_the_day() {
        let ends = |year, as_of: &str| -> Vec<String> {
            quarter_ends(year, day(as_of)).iter().map(ToString::to_string).collect()
        };
        assert_eq!(ends(2020, "2020-09-30"), ["2020-03-31", "2020-06-30", "2020-09-30"]);
        assert_eq!(ends(2020, "2020-05-06"), ["2020-03-31", "2020-05-06"]);
        assert_eq!(ends(2020, "2019-05-06"), ["2019-05-06"]);
        let long = quarter_ends(-262_000, day("2020-09-30"));
        assert_eq!((long.len(), long[0]), (MOST_QUARTERS + 1, day("2014-09-30")));
    }

    #[test]
    fn none_are_nobodys_secret() {
        assert_eq!([0, 1, 2, 3].map(|firms| is_masked(firms, 3)), [false, true, true, false]);
        assert!(!is_masked(1, 0) && !is_masked(1, 1));
    }
}

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chrono::{Datelike as _, NaiveDate};
use polars::prelude::{DataFrame, DataType};

use super::figure::{boundary_edit, map_specification, sector_places};
use super::file::{self, PROJECT_FILE, Project};
use super::masks::{Masks, by_parent};
use super::names::headings;
use super::survey::{LayerConcentration, Survey, survey};
use crate::check::DISTRICT;
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::measure::Weight;
use crate::model::PARK_LAYERS;
use crate::model::column::{self, Quantity};
use crate::model::{Areas, Counts, Language, Match, Stage};
use crate::policy::Policy;
use crate::progress::{self, ProgressOptions, ProgressRow};
use crate::render::{
    self, ClassList, MapKind, MapSpec, QuotaProgress, Theme, category_marks, choropleth_classes, layer_title,
    progress_classes, review_number_warning,
};
use crate::report::{
    self, Headings, Page, PageColumn, PageFirm, PageFirms, PageFrame, PageLayer, PageSector, PageTable,
};
use crate::source::{projected_areas, write_atomically};

/// The slider stops at the ends of no more quarters than these, the last ones.
const MOST_QUARTERS: u8 = 24;

/// Of a register with more firms than these the page lists those of the ledger alone: a browser must be able to open it.
const MOST_FIRMS: usize = 200_000;

/// The page of a project, and what is otherwise in it than the project file says.
#[parameters]
pub struct PageChanges {
    /// The project file.
    #[parameter(value = "JIJU.TOML", positional)]
    pub project: PathBuf,
    /// Another as-of date than the file's.
    pub as_of: Option<NaiveDate>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
    /// Mask areas, and sectors in them, with fewer firms, and leave such areas' firms out of the file [default: the file's].
    pub min_firms: Option<u64>,
    /// Leave all firms out of the file.
    pub no_firms: bool,
}

impl Default for PageChanges {
    fn default() -> Self {
        Self { project: PathBuf::from(PROJECT_FILE), as_of: None, lang: None, min_firms: None, no_firms: false }
    }
}

impl PageChanges {
    /// The project as the page is to show it.
    ///
    /// # Errors
    ///
    /// What [`file::read`] refuses.
    pub fn project(&self) -> Result<Project> {
        let mut project = file::read(&self.project)?;
        project.as_of = self.as_of.unwrap_or(project.as_of);
        project.language = self.lang.unwrap_or(project.language);
        project.page.min_firms = self.min_firms.unwrap_or(project.page.min_firms);
        project.page.firms &= !self.no_firms;
        Ok(project)
    }
}

/// A page that was written.
#[derive(Debug, Clone)]
pub struct WrittenPage {
    /// The size of the file in bytes.
    pub bytes: u64,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// Whether no problem was found, and nothing is left out of the page.
    pub is_whole: bool,
}

/// Writes a project's page to a file.
///
/// # Errors
///
/// Errors of reading and writing; fails if no layer has an extent.
pub fn write_page(project: &Project, path: &Path) -> Result<WrittenPage> {
    let survey = survey(project, &mut |_, _| {})?;
    let text = page(project, &survey)?;
    let inputs = project.inputs();
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    write_atomically(path, &inputs, text.as_bytes())?;
    let own = notes(project, &survey);
    Ok(WrittenPage {
        bytes: text.len() as u64,
        is_whole: own.is_empty() && survey.problems.height() == 0,
        notes: [vec![survey.summary.clone()], survey.told(), own].concat(),
    })
}

/// Tells that firms are left out, because they are too many, and that a map review number is claimed for the boundaries of the
/// page, whose vertices are moved to the nodes of a grid.
pub(super) fn notes(project: &Project, survey: &Survey) -> Vec<String> {
    let firms = survey.register.register.enterprises().len();
    let told = || {
        format!(
            "the page lists the firms of the ledger alone: {firms} of the register are more than the {MOST_FIRMS} that it lists"
        )
    };
    let edits: Vec<_> = survey.layers.iter().map(|layer| boundary_edit(survey, layer)).collect();
    let claimed = project.review_number.as_ref().and_then(|number| review_number_warning(number, &edits, true));
    let left_out = (project.page.firms && firms > MOST_FIRMS).then(told);
    left_out.into_iter().chain(claimed.map(|claimed| format!("page: {claimed}"))).collect()
}

/// The page of what a survey found, as one HTML file.
///
/// # Errors
///
/// Errors of the coordinate transformation; fails if no layer has an extent.
pub fn page(project: &Project, survey: &Survey) -> Result<String> {
    report::page(&page_of(project, survey)?)
}

/// Returns the content of the page of a project: its layers, the quota tables of every quarter's end, concentration, and firms.
///
/// # Errors
///
/// Errors of transforming and classifying, and specifications of the project's maps that cannot be read: the page has
/// their classes and colours.
pub fn page_of(project: &Project, survey: &Survey) -> Result<Page> {
    let language = project.language;
    let days = quarter_ends(survey.policy.year, project.as_of);
    let pivots = pivots(survey)?;
    let hidden = Hidden::by_firms(survey, &pivots, project.page.min_firms);
    let layers = layers(project, survey, &hidden)?;
    let specs = project.maps.iter().map(|map| map_specification(map, project)).collect::<Result<Vec<_>>>()?;
    let headings = headings(&survey.policy, language);
    let builder =
        Builder { project, survey, layers: &layers, pivots: &pivots, hidden: &hidden, specs, headings, language };
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
        boundary_edits: survey.layers.iter().map(|layer| boundary_edit(survey, layer)).collect(),
        sectors: sectors(survey, language)?,
        layers,
    })
}

/// The sectors of the policy, with the marks that they have in all figures of the run.
fn sectors(survey: &Survey, language: Language) -> Result<Vec<PageSector>> {
    let places = sector_places(survey)?;
    let ids = survey.policy.sectors.iter().map(|sector| sector.term.id.as_str());
    let marks = category_marks(ids, &places, Theme::default().paper)?.unwrap_or_default();
    let named = survey.policy.sectors.iter().zip(marks);
    Ok(named
        .map(|(sector, mark)| PageSector {
            name: language.pick(&sector.term.name_zh, &sector.term.name_en).clone(),
            mark,
        })
        .collect())
}

/// The concentration tables of each layer of a survey, where they were measured.
pub(super) fn pivots(survey: &Survey) -> Result<Vec<Option<Pivot<'_>>>> {
    let of_layer = |layer: &crate::source::Layer| {
        let measured = survey.concentration.iter().find(|measured| measured.layer == layer.areas.layer);
        measured.map(|measured| Pivot::from_concentration(measured, &layer.areas)).transpose()
    };
    survey.layers.iter().map(of_layer).collect()
}

/// The ends of the quarters from the policy's year on, and behind them the day itself.
fn quarter_ends(year: i32, as_of: NaiveDate) -> Vec<NaiveDate> {
    let years = year.max(as_of.year().saturating_sub(i32::from(MOST_QUARTERS) / 4))..=as_of.year();
    let ends = years.flat_map(|year| {
        [(3, 31), (6, 30), (9, 30), (12, 31)]
            .into_iter()
            .filter_map(move |(month, day)| NaiveDate::from_ymd_opt(year, month, day))
    });
    let mut days: Vec<NaiveDate> = ends.filter(|day| *day < as_of).collect();
    days.drain(..days.len().saturating_sub(MOST_QUARTERS.into()));
    days.push(as_of);
    days
}

/// What a page does not show, by layer and area: numbers of too few firms, and those by which they could be computed.
pub(super) struct Hidden {
    pub(super) areas: Vec<Vec<bool>>,
    /// By sector too, of a layer that concentration was measured in.
    sectors: Vec<HashMap<String, Vec<bool>>>,
}

impl Hidden {
    pub(super) fn by_firms(survey: &Survey, pivots: &[Option<Pivot<'_>>], min_firms: u64) -> Self {
        let mut masks = Masks::new(min_firms);
        let layers = || survey.layers.iter().zip(&survey.register.matches);
        let areas: Vec<Vec<usize>> = layers()
            .map(|(layer, matches)| {
                firms_per_area(&layer.areas, matches).into_iter().map(|firms| masks.add(firms)).collect()
            })
            .collect();
        let sectors: Vec<HashMap<&str, Vec<usize>>> = pivots
            .iter()
            .map(|pivot| {
                let sectors = pivot.iter().flat_map(|pivot| pivot.sectors.iter().map(move |sector| (pivot, sector)));
                sectors
                    .map(|(pivot, sector)| {
                        let firms = pivot.column(Some(sector), Counts::FIRMS, "count").unwrap_or_default();
                        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of firms")]
                        let firms = firms.iter().map(|firms| masks.add(firms.unwrap_or_default() as u64)).collect();
                        (sector.as_str(), firms)
                    })
                    .collect()
            })
            .collect();
        let places: HashMap<&str, (usize, usize)> = layers()
            .enumerate()
            .filter(|(_, (layer, _))| !is_scattered(&layer.areas))
            .flat_map(|(at, (layer, _))| {
                layer.areas.areas.iter().enumerate().map(move |(area, own)| (own.id.as_str(), (at, area)))
            })
            .collect();
        for (at, (layer, _)) in layers().enumerate() {
            // An area and its sectors.
            for (area, total) in areas[at].iter().enumerate() {
                let mut parts: Vec<usize> = sectors[at].values().map(|of_sector| of_sector[area]).collect();
                parts.sort_unstable();
                masks.within(*total, &parts);
                if !parts.is_empty() {
                    masks.sum(Some(*total), parts);
                }
            }
            // All areas, of whose sum somebody knows, and those of a parent.
            let everything = std::iter::once((None, (0..layer.areas.len()).collect()));
            let groups = by_parent(layer.areas.areas.iter().map(|area| area.parent.as_deref())).into_iter();
            let groups: Vec<(Option<&str>, Vec<usize>)> =
                everything.chain(groups.filter(|(parent, _)| parent.is_some())).collect();
            for (parent, group) in groups {
                // How many firms of a district stand in parks is told by their share, not by their number.
                let parent = parent.and_then(|parent| places.get(parent)).filter(|_| !is_scattered(&layer.areas));
                let of_group = |all: &[usize]| group.iter().map(|area| all[*area]).collect();
                masks.sum(parent.map(|(layer, area)| areas[*layer][*area]), of_group(&areas[at]));
                let mut names: Vec<&&str> = sectors[at].keys().collect();
                names.sort_unstable();
                for sector in names {
                    let total = parent.and_then(|(layer, area)| sectors[*layer].get(*sector)?.get(*area).copied());
                    masks.sum(total, of_group(&sectors[at][*sector]));
                }
            }
        }
        let hidden = masks.hidden();
        let of = |all: &Vec<usize>| all.iter().map(|at| hidden[*at]).collect();
        Self {
            areas: areas.iter().map(of).collect(),
            sectors: sectors
                .iter()
                .map(|sectors| sectors.iter().map(|(sector, all)| ((*sector).to_owned(), of(all))).collect())
                .collect(),
        }
    }

    /// Whether any number that a firm is counted in is hidden: of an area, or of its sector in it.
    pub(super) fn hides(&self, areas: &[Option<usize>], sector: &str) -> bool {
        areas.iter().enumerate().any(|(layer, area)| {
            area.is_some_and(|area| {
                self.areas[layer][area] || self.sectors[layer].get(sector).is_some_and(|hidden| hidden[area])
            })
        })
    }
}

/// Whether the areas of a layer lie apart: parks.
fn is_scattered(areas: &Areas) -> bool {
    PARK_LAYERS.contains(&areas.layer.as_str())
}

fn layers(project: &Project, survey: &Survey, hidden: &Hidden) -> Result<Vec<PageLayer>> {
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
        .zip(&hidden.areas)
        .map(|((layer, matches), hidden)| {
            let areas = &layer.areas;
            let shown = |(firms, hidden): (u64, &bool)| (!hidden).then_some(firms);
            Ok(PageLayer {
                id: areas.layer.clone(),
                title: layer_title(&areas.layer, language).to_owned(),
                scattered: is_scattered(areas),
                names: areas.areas.iter().map(|area| own_name(survey, area, language)).collect(),
                parents: areas
                    .areas
                    .iter()
                    .map(|area| area.parent.as_deref().and_then(|parent| names.get(parent).cloned()))
                    .collect(),
                firms: firms_per_area(areas, matches).into_iter().zip(hidden).map(shown).collect(),
                areas: projected_areas(areas, survey.grid.into())?,
            })
        })
        .collect()
}

pub(super) fn own_name(survey: &Survey, area: &crate::model::Area, language: Language) -> String {
    let english = || survey.policy.district(&area.id).map(|district| district.name_en.clone());
    language.pick(None, english()).unwrap_or_else(|| area.name.clone())
}

pub(super) fn firms_per_area(areas: &Areas, matches: &[Match]) -> Vec<u64> {
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
    pivots: &'a [Option<Pivot<'a>>],
    hidden: &'a Hidden,
    /// The specifications of the project's maps, whose classes and colours the page has too.
    specs: Vec<MapSpec>,
    headings: Headings,
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
                .map(|rows| QuotaDay::from_rows(rows, &programme.term.id, survey, &self.layers[layer].areas, &hidden))
                .collect();
            let columns = quota_columns(&survey.policy)
                .into_iter()
                .map(|id| {
                    let frames = days.iter().map(|day| self.quota_frame(day, id, &programme.term.id, &hidden));
                    Ok(self.column(id, None, frames.collect::<Result<_>>()?))
                })
                .collect::<Result<_>>()?;
            let theme = self.language.pick(&programme.term.name_zh, &programme.term.name_en).clone();
            Ok(PageTable { layer, theme, unit: None, columns })
        });
        programmes.collect()
    }

    fn quota_frame(&self, day: &QuotaDay<'_>, id: &str, programme: &str, hidden: &[bool]) -> Result<PageFrame> {
        let number = |row: &ProgressRow| row.number(id);
        let values: Vec<Option<f64>> = day.rows.iter().map(|row| row.and_then(number)).collect();
        let is_rate = id == column::RATE;
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
        let Some(pivot) = &self.pivots[layer] else {
            let firms: Vec<Option<f64>> = found.firms.iter().map(|firms| firms.map(|firms| firms as f64)).collect();
            let sizes = self.survey.layer(&found.id)?.areas.areas_km2()?;
            let per_km2 = |(firms, km2): (&Option<f64>, f64)| firms.filter(|_| km2 > 0.0).map(|firms| firms / km2);
            let density = firms.iter().zip(sizes).map(per_km2).collect();
            let hidden: Vec<bool> = found.firms.iter().map(Option::is_none).collect();
            let columns = [(column::COUNT, firms), (column::DENSITY_PER_KM2, density)]
                .into_iter()
                .filter(|(id, _)| self.project.page.columns.iter().any(|wanted| wanted == id))
                .map(|(id, values)| self.measured_column(id, Counts::FIRMS, Numbers { values, hidden: hidden.clone() }))
                .collect::<Result<Vec<_>>>()?;
            let unit = Some(unit_title(Counts::FIRMS, self.language).to_owned());
            return Ok(vec![PageTable { layer, theme: all.to_owned(), unit, columns }]);
        };
        let mut tables = Vec::new();
        let sectors = std::iter::once((None, all.to_owned()))
            .chain(pivot.sectors.iter().map(|sector| (Some(sector.as_str()), self.sector_name(sector))));
        for (sector, theme) in sectors {
            // A cell is told apart by its firms, in whatever unit it is measured.
            let of_sector = sector.and_then(|sector| self.hidden.sectors[layer].get(sector));
            let hidden = of_sector.unwrap_or(&self.hidden.areas[layer]).clone();
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
            Some(unit) if id == column::COUNT => unit_title(unit, self.language),
            _ => self.headings.of(id, self.language),
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

    /// The firms that are counted in no hidden number, by the areas they stand in.
    fn firms(&self, days: &[NaiveDate]) -> PageFirms {
        let survey = self.survey;
        let policy = &survey.policy;
        let sectors: Vec<&str> = policy.sectors.iter().map(|sector| sector.term.id.as_str()).collect();
        let stages: Vec<Vec<BTreeMap<&str, Stage>>> = policy
            .programmes
            .iter()
            .map(|programme| days.iter().map(|day| progress::stages(&survey.ledger.ledger, programme, *day)).collect())
            .collect();
        let lists_all = survey.register.register.enterprises().len() <= MOST_FIRMS;
        let mut firms: Vec<PageFirm> = survey
            .register
            .register
            .enterprises()
            .iter()
            .enumerate()
            .filter_map(|(row, enterprise)| {
                let areas: Vec<Option<usize>> = survey.register.matches.iter().map(|layer| layer[row].area).collect();
                let own = enterprise.sector.as_deref().filter(|own| sectors.contains(own));
                if self.hidden.hides(&areas, own.unwrap_or(Counts::UNCLASSIFIED)) {
                    return None;
                }
                let id = &*enterprise.id;
                if !lists_all && !stages.iter().flatten().any(|day| day.contains_key(id)) {
                    return None;
                }
                let reached = |stages: &Vec<BTreeMap<&str, Stage>>| -> Option<Vec<Option<usize>>> {
                    let passed: Vec<_> = stages.iter().map(|day| day.get(id).map(|stage| stage.position())).collect();
                    passed.iter().any(Option::is_some).then_some(passed)
                };
                Some(PageFirm {
                    id: enterprise.id.to_string(),
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
            stages: policy
                .stages
                .iter()
                .map(|stage| self.language.pick(&stage.term.name_zh, &stage.term.name_en).clone())
                .collect(),
            firms,
        }
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
    fn from_rows(rows: &'a [ProgressRow], programme: &str, survey: &Survey, areas: &Areas, hidden: &[bool]) -> Self {
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
const SECTOR_COLUMNS: [&str; 3] = [column::COUNT, column::SHARE, column::LOCATION_QUOTIENT];

/// The columns of a quota table that hold numbers.
pub(super) fn quota_columns(policy: &Policy) -> Vec<&str> {
    let own = [column::RANK, column::RATE, column::ACCEPTED, column::QUOTA, column::GAP, column::SURPLUS];
    own.into_iter().chain(progress::stage_columns(policy)).collect()
}

/// The words of the numbers there are.
fn texts(values: &[Option<f64>], list: &ClassList) -> Vec<String> {
    values.iter().zip(&list.texts).map(|(value, text)| value.map_or(String::new(), |_| text.clone())).collect()
}

/// Whether a column is a ratio, whatever is counted.
fn is_ratio(column: &str) -> bool {
    !matches!(column, column::COUNT | column::DENSITY_PER_KM2)
}

/// Returns the number of classes that breaks make: one more if a value is beyond them.
fn class_count(breaks: &[f64], values: &[Option<f64>]) -> usize {
    let beyond = |last: &f64| values.iter().flatten().any(|value| value > last);
    breaks.len() + usize::from(breaks.last().is_some_and(beyond))
}

/// Returns the specification for a column of which the project has no map.
fn default_spec(column: &str) -> MapSpec {
    let mut spec = MapSpec { column: Some(column.to_owned()), ..MapSpec::default() };
    spec.percent = column::quantity(column) == Quantity::Fraction;
    if column == column::LOCATION_QUOTIENT {
        // Either side of 1, the average of all areas.
        spec.classes.breaks = vec![0.5, 0.8, 1.25, 2.0];
        spec.palette.midpoint = Some(1.0);
        spec.decimals = Some(2);
    }
    spec
}

/// Returns the heading of a unit that is counted: firms, or a weight of theirs.
pub(super) fn unit_title(unit: &str, language: Language) -> &str {
    if unit == Counts::FIRMS {
        return language.pick("企业（家）", "Firms");
    }
    unit.parse().map_or(unit, |weight| match weight {
        Weight::Employees => language.pick("从业人员（人）", "Employees"),
        Weight::OutputCny => language.pick("产值（元）", "Output (CNY)"),
        Weight::TaxCny => language.pick("税收（元）", "Tax (CNY)"),
        Weight::LandMu => language.pick("用地（亩）", "Land (mu)"),
        Weight::EnergyTce => language.pick("能耗（吨标煤）", "Energy (tce)"),
    })
}

/// Concentration tables by area: which row is of which area, sector and unit.
pub(super) struct Pivot<'a> {
    /// Of all sectors, and of each.
    frames: [&'a DataFrame; 2],
    pub(super) units: Vec<String>,
    sectors: Vec<String>,
    /// For a sector, or all of them, and a unit: the row of each area.
    rows: HashMap<(Option<String>, String), Vec<Option<usize>>>,
}

impl<'a> Pivot<'a> {
    fn from_concentration(measured: &'a LayerConcentration, areas: &Areas) -> Result<Self> {
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
            let (of_area, of_unit) = (text(column::AREA)?, text(column::UNIT)?);
            let of_sector = if kind == 0 { vec![None; frame.height()] } else { text(column::SECTOR)? };
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
    pub(super) fn column(&self, sector: Option<&str>, unit: &str, name: &str) -> Option<Vec<Option<f64>>> {
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
        assert_eq!((long.len(), long[0]), (usize::from(MOST_QUARTERS) + 1, day("2014-09-30")));
    }
}

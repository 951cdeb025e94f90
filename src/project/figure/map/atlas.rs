//! Atlases: a sheet for each area of a layer or for each block economy, drawn from one specification.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use geo::{Area as _, BoundingRect as _, Contains as _, InteriorPoint as _};
use rayon::prelude::*;

use super::super::{DEFAULT_DPI, figure_bytes};
use super::of_survey::{data_of, shown};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::join::{AreaIndex, locate_points};
use crate::model::{Area, Areas, Language, Point, Reference, column};
use crate::policy::BlockEconomy;
use crate::project::FigureFormat;
use crate::project::file::Project;
use crate::project::file_names::FileNames;
use crate::project::survey::Survey;
use crate::render::{
    self, AtlasSpec, Figure, LegendPlace, LocatorSpec, MapData, MapKind, MapPanel, MapPoint, MapSpec, MapTable,
    pdf_of_sheets,
};
use crate::source::{self, StagedFolder, Transform, projected_areas};

/// The sheets of an atlas.
#[derive(Debug, Clone)]
pub struct Atlas {
    /// The title of the atlas.
    pub title: String,
    /// The sheets in order, with the index first, each with its file name without extension.
    pub sheets: Vec<(String, Figure)>,
}

/// A sheet before it is drawn: what it is called, the coloured areas, what it is about.
struct AtlasSheet {
    id: String,
    title: String,
    members: Vec<usize>,
    /// The area of the atlas's layer, for the locator and the index.
    place: Area,
    /// The points of a block economy.
    points: Option<Vec<MapPoint>>,
}

/// Draws the sheets of an atlas in parallel. All sheets use the same classes.
///
/// # Errors
///
/// [`ProjectError::Options`] for a specification without `[atlas]`; [`ProjectError::Unknown`] for a layer or column
/// that does not exist; errors of drawing.
pub fn atlas_of(spec: &MapSpec, survey: &Survey, project: &Project) -> Result<Atlas> {
    let atlas = spec.atlas.as_ref().ok_or_else(|| ProjectError::Options {
        message: "found no [atlas] in the specification".to_owned(),
        hint: "say what has a sheet of its own: `atlas = { by = \"district\" }`".to_owned(),
    })?;
    if spec.extent.is_some() {
        return Err(ProjectError::Options {
            message: "found `extent`, which an atlas chooses for each of its sheets".to_owned(),
            hint: "leave it out".to_owned(),
        }
        .into());
    }
    let language = spec.language;
    let layer = match &spec.layer {
        Some(name) => survey.layer(name)?,
        None => &survey.layers[0],
    };
    let mut whole = data_of(spec, survey, project)?;
    // Told once, and not on every sheet.
    let notes = std::mem::take(&mut whole.notes);
    // Every sheet has the classes and colours of the whole.
    let whole = Arc::new(whole);
    let sheets = if atlas.by == AtlasSpec::BLOCK {
        sheets_of_blocks(survey, &whole, language)?
    } else {
        let places = projected_areas(&survey.layer(&atlas.by)?.areas, survey.grid.into())?;
        sheets_of_areas(places, &whole, survey, language)
    };
    let columns = columns(atlas, spec, survey, &layer.areas)?;
    let first = usize::from(atlas.index);
    let count = sheets.len() + first;
    let title = atlas.title.clone().or_else(|| spec.title.clone()).unwrap_or_else(|| render::map_title(spec));
    let surroundings = {
        let mut seen = BTreeSet::new();
        let places = sheets.iter().filter(|sheet| seen.insert(sheet.place.id.clone()));
        Areas { areas: places.map(|sheet| sheet.place.clone()).collect(), ..whole.areas.clone() }
    };
    // The number of the page in the PDF, with as many digits as keep the files in its order.
    let digits = count.to_string().len().max(3);
    let mut drawn = Vec::with_capacity(count);
    if atlas.index {
        drawn.push((format!("{:0digits$}-index", 1), index(spec, &whole, &sheets, &surroundings, &title)?));
    }
    let mut names = FileNames::default();
    let stems: Vec<String> = sheets.iter().map(|sheet| names.stem(&sheet.id)).collect();
    let blocks = blocks(spec, &whole, &sheets)?;
    let figures: Vec<Result<(String, Figure)>> = sheets
        .par_iter()
        .zip(&stems)
        .enumerate()
        .map(|(position, (sheet, stem))| {
            let number = position + first + 1;
            let (mut own, mut data) = match blocks.get(position) {
                Some(block) => block.clone(),
                None if sheet.members.is_empty() => (spec.clone(), without_areas(&whole, sheet)),
                None => {
                    let data = MapData { of_whole: Some(Arc::clone(&whole)), ..whole.only(&sheet.members) };
                    (spec.clone(), data)
                }
            };
            own.title = Some(sheet.title.clone());
            let about = spec.title.clone().unwrap_or_else(|| title.clone());
            own.subtitle = Some(match (&sheet.points, sheet.members.is_empty()) {
                (None, true) => language.pick(format!("{about}：无数据"), format!("{about}: no data")),
                (Some(_), _) if own.kind == MapKind::Plain => {
                    language.pick("企业分布".to_owned(), "Places of its firms".to_owned())
                }
                (Some(_), _) => language.pick(format!("本行业企业：{about}"), format!("Its firms: {about}")),
                (None, false) => about,
            });
            own.locator =
                Some(LocatorSpec { title: None, width_mm: 38.0, place: LegendPlace::Auto, ..LocatorSpec::default() });
            let members: BTreeSet<usize> = sheet.members.iter().copied().collect();
            let around = whole.areas.areas.iter().enumerate().filter(|(area, _)| !members.contains(area));
            let context: Vec<Area> = around.map(|(_, area)| area.clone()).collect();
            data.context = (!context.is_empty()).then(|| Areas { areas: context, ..whole.areas.clone() });
            data.surroundings = Some(surroundings.clone());
            data.sheet = Some((number, count));
            if sheet.points.is_none() {
                data.table = Some(rows(&data, sheet, &columns, language));
            }
            let figure = render::map(&own, &data)?;
            Ok((format!("{number:0digits$}-{stem}"), figure))
        })
        .collect();
    for figure in figures {
        drawn.push(figure?);
    }
    // What holds for all sheets is told once.
    let mut told = BTreeSet::new();
    if let Some((_, first)) = drawn.first_mut() {
        first.warnings.splice(0..0, notes);
        let empty: Vec<&str> =
            sheets.iter().filter(|sheet| sheet.members.is_empty()).map(|sheet| &*sheet.title).collect();
        if !empty.is_empty() {
            let sheets = if empty.len() == 1 { "1 sheet has" } else { &format!("{} sheets have", empty.len()) };
            first.warnings.push(format!(
                "{sheets} no area of the layer {} and shows no data: {}",
                layer.areas.layer,
                empty.join(", ")
            ));
        }
    }
    for (_, figure) in &mut drawn {
        figure.warnings.retain(|warning| told.insert(warning.clone()));
    }
    Ok(Atlas { title, sheets: drawn })
}

/// One sheet for each area of a layer: the map's own areas that lie in it, or itself.
fn sheets_of_areas(places: Areas, whole: &MapData, survey: &Survey, language: Language) -> Vec<AtlasSheet> {
    let middles: Vec<Option<geo::Point<f64>>> =
        whole.areas.areas.iter().map(|area| area.geometry.interior_point()).collect();
    let is_same = places.layer == whole.areas.layer;
    places
        .areas
        .into_iter()
        .map(|place| {
            let bounds = place.geometry.bounding_rect();
            let lies_within = |middle: &geo::Point<f64>| {
                bounds.is_some_and(|bounds| bounds.contains(middle)) && place.geometry.contains(middle)
            };
            let members = whole.areas.areas.iter().zip(&middles).enumerate();
            let members = members
                .filter(
                    |(_, (area, middle))| {
                        if is_same { area.id == place.id } else { middle.as_ref().is_some_and(&lies_within) }
                    },
                )
                .map(|(position, _)| position)
                .collect();
            let title = match language {
                Language::Zh => place.name.clone(),
                Language::En => survey.policy.district(&place.id).map_or(&place.name, |own| &own.name_en).clone(),
            };
            AtlasSheet { id: place.id.clone(), title, members, place, points: None }
        })
        .collect()
}

/// One sheet for each block economy: its district, and its firms as points.
fn sheets_of_blocks(survey: &Survey, whole: &MapData, language: Language) -> Result<Vec<AtlasSheet>> {
    let districts = projected_areas(&survey.layer(crate::check::DISTRICT)?.areas, survey.grid.into())?;
    let by_district = sheets_of_areas(districts, whole, survey, language);
    let register = &survey.register.register;
    let to_grid = Transform::new(register.reference, Reference::from(survey.grid))?;
    let mut sheets = Vec::new();
    for block in &survey.policy.blocks {
        let Some(sheet) = by_district.iter().find(|sheet| {
            survey
                .policy
                .district(&sheet.place.id)
                .or_else(|| survey.policy.district(&sheet.place.name))
                .is_some_and(|district| district.adcode == block.district)
        }) else {
            continue;
        };
        let mut points = Vec::new();
        for enterprise in register.enterprises() {
            if let Some(location) = enterprise.location
                && belongs(survey, block, &enterprise.id, enterprise.industry_code.as_deref())
            {
                points.push(MapPoint { at: to_grid.point(location)?, category: None });
            }
        }
        sheets.push(AtlasSheet {
            id: block.term.id.clone(),
            title: language.pick(format!("{}{}", sheet.title, block.term.name_zh), block.term.name_en.clone()),
            members: sheet.members.clone(),
            place: sheet.place.clone(),
            points: Some(points),
        });
    }
    Ok(sheets)
}

/// The data of a sheet whose place holds none of the map's areas: the place itself, without data.
fn without_areas(whole: &Arc<MapData>, sheet: &AtlasSheet) -> MapData {
    let none = MapPanel {
        values: vec![None],
        others: vec![None],
        categories: vec![None],
        progress: vec![None],
        ..MapPanel::default()
    };
    let mut data = MapData {
        areas: Areas { areas: vec![sheet.place.clone()], ..whole.areas.clone() },
        names: if whole.names.is_empty() { Vec::new() } else { vec![sheet.title.clone()] },
        of_whole: Some(Arc::clone(whole)),
        multiples: Vec::new(),
        ..whole.only(&[])
    };
    if whole.multiples.is_empty() {
        data.say(none);
    } else {
        let titled = |panel: &MapPanel| MapPanel { title: panel.title.clone(), ..none.clone() };
        data.multiples = whole.multiples.iter().map(titled).collect();
    }
    for list in data.parts.iter_mut().chain([&mut data.symbols, &mut data.dots, &mut data.sizes]) {
        list.clear();
    }
    if !whole.parts.is_empty() {
        data.parts = vec![vec![None]; whole.parts.len()];
    }
    data
}

/// What the sheets of block economies show, all of them with the classes of all; none for an atlas of areas.
fn blocks(spec: &MapSpec, whole: &MapData, sheets: &[AtlasSheet]) -> Result<Vec<(MapSpec, MapData)>> {
    let of_sheet = |sheet: &AtlasSheet| {
        let mut own = spec.clone();
        let points = sheet.points.as_ref()?;
        Some(of_block(&mut own, whole, sheet, points).map(|data| (own, data)))
    };
    let mut blocks = sheets.par_iter().filter_map(of_sheet).collect::<Result<Vec<_>>>()?;
    let all =
        |list: fn(&MapData) -> &Vec<Option<f64>>| blocks.iter().flat_map(|(_, data)| list(data).clone()).collect();
    let basis = Arc::new(MapData {
        values: all(|data| &data.values),
        masked: blocks.iter().flat_map(|(_, data)| data.masked.clone()).collect(),
        ..MapData::new(Areas { areas: Vec::new(), ..whole.areas.clone() })
    });
    for (_, data) in &mut blocks {
        data.of_whole = Some(Arc::clone(&basis));
    }
    Ok(blocks)
}

/// The data of the sheet of a block economy: its firms as points, and as the number or density in each area if that is what
/// the map shows of all firms. Otherwise the specification becomes that of a plain map, since its values are of all firms.
fn of_block(spec: &mut MapSpec, whole: &MapData, sheet: &AtlasSheet, points: &[MapPoint]) -> Result<MapData> {
    let language = spec.language;
    let mut data = MapData { points: points.to_vec(), ..whole.only(&sheet.members) };
    let places: Vec<Option<Point>> = points.iter().map(|point| Some(point.at)).collect();
    let mut counts = vec![0_u64; data.areas.len()];
    for found in locate_points(&AreaIndex::new(&data.areas)?, &places, None) {
        if let Some(area) = found.area {
            counts[area] += 1;
        }
    }
    let firms: Vec<Option<f64>> = counts.iter().map(|count| Some(*count as f64)).collect();
    let density = |(firms, area): (&Option<f64>, &Area)| {
        let km2 = area.geometry.unsigned_area() / 1e6;
        firms.filter(|_| km2 > 0.0).map(|firms| firms / km2)
    };
    let densities: Vec<Option<f64>> = firms.iter().zip(&data.areas.areas).map(density).collect();
    let masked: Vec<bool> =
        spec.mask.as_ref().map_or_else(Vec::new, |mask| firms.iter().map(|firms| mask.masks(*firms)).collect());
    let hidden = |area: usize| masked.get(area).copied().unwrap_or(false);
    let written = |values: &[Option<f64>]| -> Vec<String> {
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        let write = render::written_alike(&known, false);
        let cell = |(area, value): (usize, &Option<f64>)| {
            if hidden(area) {
                language.pick("不公布", "masked").to_owned()
            } else {
                value.map_or("–".to_owned(), &write)
            }
        };
        values.iter().enumerate().map(cell).collect()
    };
    let columns = [
        (language.pick("企业（家）", "firms"), written(&firms)),
        (language.pick("家/km²", "per km²"), written(&densities)),
    ];
    let columns: Vec<(String, Vec<String>)> =
        columns.into_iter().map(|(heading, cells)| (heading.to_owned(), cells)).collect();
    let here: Vec<usize> = (0..data.areas.len()).collect();
    let values = match (spec.kind, spec.column.as_deref().unwrap_or(column::DENSITY_PER_KM2)) {
        (MapKind::Choropleth, column::DENSITY_PER_KM2) => Some(densities),
        (MapKind::Choropleth, column::COUNT) => Some(firms),
        _ => None,
    };
    (data.symbols, data.dots, data.sizes, data.parts) = Default::default();
    (data.flows, data.contours, data.hulls, data.multiples) = Default::default();
    match values.filter(|_| spec.multiples.is_none()) {
        Some(values) => {
            data.say(MapPanel { values, masked, ..MapPanel::default() });
            (spec.symbols, spec.diagrams, spec.dots, spec.flows) = Default::default();
            (spec.contours, spec.hulls, spec.cartogram) = Default::default();
        }
        None => {
            data.say(MapPanel::default());
            *spec = plain_of(spec);
        }
    }
    spec.points.show = true;
    data.table = Some(table_of(&data, &here, &columns, language));
    Ok(data)
}

/// A plain map of the page, theme and people of another.
fn plain_of(spec: &MapSpec) -> MapSpec {
    MapSpec {
        kind: MapKind::Plain,
        language: spec.language,
        page: spec.page,
        theme: spec.theme.clone(),
        source: spec.source.clone(),
        author: spec.author.clone(),
        review_number: spec.review_number.clone(),
        audience: spec.audience,
        not_reviewed: spec.not_reviewed,
        ..MapSpec::default()
    }
}

fn belongs(survey: &Survey, block: &BlockEconomy, id: &str, code: Option<&str>) -> bool {
    let (Some(adcode), Some(code)) = (survey.register.standing.get(id), code) else { return false };
    survey.policy.blocks_of(adcode, code).any(|own| own.term.id == block.term.id)
}

/// The headings of the table on each sheet, and the cells of all areas.
fn columns(atlas: &AtlasSpec, spec: &MapSpec, survey: &Survey, areas: &Areas) -> Result<Vec<(String, Vec<String>)>> {
    if atlas.columns.is_empty() {
        return Ok(Vec::new());
    }
    let table = shown(spec, &spec.filter, survey, areas)?;
    let column = |(position, name): (usize, &String)| {
        Ok((atlas.headings.get(position).unwrap_or(name).clone(), table.cells(name)?))
    };
    atlas.columns.iter().enumerate().map(column).collect()
}

/// The table of a sheet: its areas and their cells.
fn rows(data: &MapData, sheet: &AtlasSheet, columns: &[(String, Vec<String>)], language: Language) -> MapTable {
    table_of(data, &sheet.members, columns, language)
}

/// A table of the areas of a map, with the cells of their rows.
fn table_of(data: &MapData, members: &[usize], columns: &[(String, Vec<String>)], language: Language) -> MapTable {
    let mut headings = vec![language.pick("区域", "Area").to_owned()];
    headings.extend(columns.iter().map(|(heading, _)| heading.clone()));
    let name = |position: usize| data.names.get(position).unwrap_or(&data.areas.areas[position].name).clone();
    let row = |(position, member): (usize, &usize)| {
        let is_masked = data.masked.get(position).copied().unwrap_or(false);
        let cells = columns.iter().map(|(_, cells)| {
            if is_masked {
                return language.pick("不公布", "masked").to_owned();
            }
            cells.get(*member).cloned().unwrap_or_default()
        });
        std::iter::once(name(position)).chain(cells).collect()
    };
    MapTable { headings, rows: members.iter().enumerate().map(row).collect() }
}

/// The first sheet: where each of the others is.
fn index(spec: &MapSpec, whole: &MapData, sheets: &[AtlasSheet], places: &Areas, title: &str) -> Result<Figure> {
    let language = spec.language;
    let numbers = |place: &Area| -> Vec<usize> {
        let own = sheets.iter().enumerate().filter(|(_, sheet)| sheet.place.id == place.id);
        own.map(|(position, _)| position + 2).collect()
    };
    let texts = places.areas.iter().map(|place| {
        let pages: Vec<String> = numbers(place).iter().map(ToString::to_string).collect();
        Some(match (pages.first(), pages.last()) {
            (Some(first), Some(last)) if first != last => {
                language.pick(format!("第 {first}–{last} 页"), format!("sheets {first}–{last}"))
            }
            (Some(only), _) => language.pick(format!("第 {only} 页"), format!("sheet {only}")),
            _ => String::new(),
        })
    });
    let own = MapSpec {
        title: Some(title.to_owned()),
        subtitle: Some(language.pick("图幅索引", "Index of sheets").to_owned()),
        ..plain_of(spec)
    };
    let headings = vec![language.pick("图幅", "Sheet").to_owned(), language.pick("页", "page").to_owned()];
    let row = |(position, sheet): (usize, &AtlasSheet)| vec![sheet.title.clone(), (position + 2).to_string()];
    let names = match language {
        Language::Zh => Vec::new(),
        Language::En => places
            .areas
            .iter()
            .map(|place| {
                sheets
                    .iter()
                    .find(|sheet| sheet.place.id == place.id && sheet.points.is_none())
                    .map_or(&place.name, |sheet| &sheet.title)
                    .clone()
            })
            .collect(),
    };
    let data = MapData {
        texts: texts.collect(),
        names,
        table: Some(MapTable { headings, rows: sheets.iter().enumerate().map(row).collect() }),
        sheet: Some((1, sheets.len() + 1)),
        as_of: whole.as_of,
        sources: whole.sources.clone(),
        boundary_attribution: whole.boundary_attribution.clone(),
        review_number: whole.review_number.clone(),
        boundary_edits: whole.boundary_edits.clone(),
        synthetic: whole.synthetic,
        ..MapData::new(places.clone())
    };
    render::map(&own, &data)
}

/// The form in which the sheets of an atlas are written.
#[parameters]
pub struct SheetForm {
    /// What the sheets are where the output is a folder.
    pub format: FigureFormat,
    /// Resolution of PNG sheets.
    pub dpi: u32,
}

impl Default for SheetForm {
    fn default() -> Self {
        Self { format: FigureFormat::Pdf, dpi: DEFAULT_DPI }
    }
}

/// How many sheets are in memory as bytes at once.
const SHEETS_AT_ONCE: usize = 16;

/// Writes an atlas: one PDF with bookmarks if the output ends in `.pdf`, or else a folder with a file for each sheet. All
/// sheets are put in place together, or none.
///
/// # Errors
///
/// Errors of drawing and writing.
pub fn write_atlas(atlas: &Atlas, output: &Path, form: &SheetForm, inputs: &[&Path]) -> Result<Vec<PathBuf>> {
    let SheetForm { format, dpi } = *form;
    if FigureFormat::from_path(output) == Some(FigureFormat::Pdf) {
        let sheets: Vec<Figure> = atlas.sheets.iter().map(|(_, figure)| figure.clone()).collect();
        source::write_atomically(output, inputs, &pdf_of_sheets(&atlas.title, &sheets)?)?;
        return Ok(vec![output.to_owned()]);
    }
    let mut files = StagedFolder::new(output, inputs.iter().map(|input| input.to_path_buf()).collect())?;
    let place = |stem: &String| format!("{stem}.{}", format.ending());
    for sheets in atlas.sheets.chunks(SHEETS_AT_ONCE) {
        let bytes = sheets.par_iter().map(|(stem, figure)| Ok((place(stem), figure_bytes(figure, format, dpi)?)));
        for (place, bytes) in bytes.collect::<Result<Vec<_>>>()? {
            files.write(place, &bytes)?;
        }
    }
    files.finish()?;
    Ok(atlas.sheets.iter().map(|(stem, _)| output.join(place(stem))).collect())
}

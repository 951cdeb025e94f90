use std::collections::{BTreeMap, HashSet};

use geo::Centroid as _;

use super::super::sectors::sector_places;
use super::super::{english_names, programme_rows};
use super::layers::{repaired, undrawn};
use super::rows::{AreaTable, Keys};
use super::small_maps::SmallMaps;
use super::{cells, datum, labels};
use crate::error::{ProjectError, Result};
use crate::measure::MadeBoundaries;
use crate::model::{Area, Areas, Counts, Language, PARK_LAYERS, Point, Reference, Table, column};
use crate::progress::ProgressRow;
use crate::project::file::Project;
use crate::project::survey::{LayerConcentration, Survey};
use crate::render::{
    self, Audience, BoundaryEdit, DiagramSpec, Figure, Flow, MapData, MapKind, MapPoint, MapSpec, MaskSpec,
    QuotaProgress,
};
use crate::source::layers::Layer;
use crate::source::{Transform, projected_areas};

/// The column that is shown if a specification names none.
const DEFAULT_COLUMN: &str = column::DENSITY_PER_KM2;
/// Areas without an English name that are listed in a note.
const MOST_UNNAMED: usize = 5;
/// Beyond these, sectors share one colour.
const MOST_SECTORS: usize = 6;

/// Draws a map from the results of a survey.
///
/// # Errors
///
/// [`ProjectError::Unknown`] for a layer, column or programme that does not exist; errors of transforming and drawing.
pub fn map_of(spec: &MapSpec, survey: &Survey, project: &Project) -> Result<Figure> {
    render::map(spec, &data_of(spec, survey, project)?)
}

/// Collects the data of a map from the results of a survey.
pub(in crate::project) fn data_of(spec: &MapSpec, survey: &Survey, project: &Project) -> Result<MapData> {
    spec.refuse_keys_without_effect()?;
    let layer = match &spec.layer {
        Some(name) => survey.layer(name)?,
        None => &survey.layers[0],
    };
    let grid = Reference::from(survey.grid);
    let cells = spec.cells.as_ref().map(|own| cells::cells(own, &layer.areas, survey.grid)).transpose()?;
    let areas = cells.as_ref().unwrap_or(&layer.areas);
    let mut data = MapData::new(projected_areas(areas, grid)?);
    data.undrawn = if cells.is_none() { undrawn(&layer.report) } else { 0 };
    let counted = cells.as_ref().map(|cells| cells::counted(spec, cells, survey)).transpose()?;
    match (&spec.multiples, &counted) {
        (Some(multiples), _) => data.multiples = SmallMaps { spec, multiples, survey, areas, project }.panels()?,
        (None, None) if spec.kind == MapKind::QuotaProgress => {
            data.progress = progress_of(&programme_rows(survey, spec.programme.as_deref())?, survey, areas);
        }
        (None, None) if spec.kind == MapKind::Local => data.categories = labels::labels(spec, survey, areas)?,
        (None, None) if spec.shows_largest_sector() => {
            data.categories = largest_sectors(spec, survey, areas)?;
            data.rest_category = Some(rest_of_sectors(spec.language).to_owned());
        }
        (None, Some(counted)) => {
            data.say(counted.panel(spec, spec.column.as_deref().unwrap_or(DEFAULT_COLUMN))?);
            data.names = vec![String::new(); data.areas.len()];
        }
        (None, None) => {
            let column = spec.column.as_deref().unwrap_or(DEFAULT_COLUMN);
            let table = shown(spec, &spec.filter, survey, areas)?;
            data.say(table.panel(spec, column)?);
            data.notes.extend(table.take_notes());
        }
    }
    if let Some(mask) = &spec.mask {
        mask_values(mask, spec, counted.as_ref(), survey, areas, &mut data)?;
    }
    if spec.symbols.is_some() || spec.dots.is_some() || spec.cartogram.is_some() {
        let own = MapSpec { diagrams: None, ..spec.clone() };
        match &counted {
            Some(counted) => counted.decorate(&own, &mut data)?,
            None => shown(spec, &spec.filter, survey, areas)?.decorate(&own, &mut data)?,
        }
    }
    if let Some(diagrams) = &spec.diagrams {
        data.parts = sectors_of(diagrams, &spec.filter, survey, areas)?;
    }
    if let Some(outlines) = &spec.outlines {
        let outlines = projected_areas(&survey.layer(outlines)?.areas, grid)?;
        if cells.is_none() && outlines.layer != data.areas.layer {
            data.notes.extend(datum::doubled(&outlines, &data.areas)?);
        }
        data.outlines = Some(outlines);
    }
    for parks in &spec.parks {
        data.parks.push(projected_areas(&survey.layer(parks)?.areas, grid)?);
    }
    if spec.points.show {
        data.points = points(spec, survey, grid)?;
    }
    if spec.language == Language::En && cells.is_none() {
        let named = english_names(project, &areas.layer)?;
        let english = |area: &Area| {
            let district = survey.policy.district(&area.id).map(|district| district.name_en.clone());
            district.or_else(|| named.get(&area.id).cloned())
        };
        let is_foreign = |area: &&Area| english(area).is_none() && !area.name.is_ascii();
        let unnamed: Vec<&str> = areas.areas.iter().filter(is_foreign).map(|area| area.name.as_str()).collect();
        if !unnamed.is_empty() {
            let more = if unnamed.len() > MOST_UNNAMED { ", …" } else { "" };
            let named = unnamed[..unnamed.len().min(MOST_UNNAMED)].join(", ");
            data.notes.push(format!(
                "{} of {} areas have no English name and keep their own: {named}{more}",
                unnamed.len(),
                areas.len()
            ));
        }
        data.names = areas.areas.iter().map(|area| english(area).unwrap_or_else(|| area.name.clone())).collect();
    }
    data.as_of = Some(project.as_of);
    data.sources = project.source_words().to_vec();
    data.boundary_attribution = project.boundary_words().map(str::to_owned);
    data.review_number.clone_from(&project.review_number);
    data.synthetic = project.synthetic;
    if let Some(flows) = spec.flows.as_ref().filter(|flows| flows.file.is_none()) {
        data.flows = relocations(&flows.measure, survey, areas, grid)?;
    }
    if spec.shows_largest_sector() || spec.diagrams.is_some() || spec.points.column.is_some() {
        data.category_places = sector_places(survey)?;
    }
    data.boundary_edits = boundary_edits(spec, survey, layer);
    data.sensitive = sensitive(spec, survey)?;
    super::layers::add(spec, areas, Some(survey), &mut data)?;
    Ok(data)
}

/// What was done to the boundaries of the layers of areas that a map shows.
fn boundary_edits(spec: &MapSpec, survey: &Survey, layer: &Layer) -> Vec<BoundaryEdit> {
    let own = edit(survey, layer);
    let own = BoundaryEdit { clipped: own.clipped || spec.cells.is_some(), ..own };
    let outlines = spec.outlines.as_ref().and_then(|name| survey.layer(name).ok()).map(|layer| edit(survey, layer));
    std::iter::once(own).chain(outlines.filter(|outlines| outlines.layer != layer.areas.layer)).collect()
}

/// What was done to the boundaries of a layer of a project or of an analysis.
pub(in crate::project) fn edit(survey: &Survey, layer: &Layer) -> BoundaryEdit {
    let made = survey.made_layer(&layer.areas.layer).map(|made| made.boundaries);
    BoundaryEdit {
        layer: layer.areas.layer.clone(),
        repaired: repaired(&layer.report),
        clipped: made == Some(MadeBoundaries::Clipped),
        joined: made == Some(MadeBoundaries::Joined),
        made: made == Some(MadeBoundaries::Own),
    }
}

/// The firms and parks on a public map that are of a kind that no public map may show.
fn sensitive(spec: &MapSpec, survey: &Survey) -> Result<Vec<String>> {
    if spec.audience != Some(Audience::Public) {
        return Ok(Vec::new());
    }
    let word = |name: &str, code: Option<&str>| {
        let kind = survey.policy.sensitive_kind(name, code)?;
        Some(format!("{name} ({})", spec.language.pick(&kind.term.name_zh, &kind.term.name_en)))
    };
    let mut found = Vec::new();
    for parks in &spec.parks {
        found.extend(survey.layer(parks)?.areas.areas.iter().filter_map(|park| word(&park.name, None)));
    }
    if spec.points.show {
        let sector = spec.filter.get(column::SECTOR);
        let enterprises = survey.register.register.enterprises().iter();
        let shown = enterprises.filter(|one| sector.is_none() || one.sector.as_deref() == sector.map(String::as_str));
        found.extend(shown.filter_map(|one| word(&one.name, one.industry_code.as_deref())));
    }
    Ok(found)
}

/// Masks the values that were not read from the table with the number of firms, such as quota progress.
fn mask_values(
    mask: &MaskSpec,
    spec: &MapSpec,
    counted: Option<&AreaTable>,
    survey: &Survey,
    areas: &Areas,
    data: &mut MapData,
) -> Result<()> {
    let mut lists: Vec<&mut Vec<bool>> = if data.multiples.is_empty() {
        vec![&mut data.masked]
    } else {
        data.multiples.iter_mut().map(|panel| &mut panel.masked).collect()
    };
    lists.retain(|masked| masked.is_empty());
    if lists.is_empty() {
        return Ok(());
    }
    let firms = match counted {
        Some(counted) => counted.numbers(&mask.column)?,
        None => shown(spec, &spec.filter, survey, areas)?.numbers(&mask.column)?,
    };
    let masked: Vec<bool> = firms.iter().map(|firms| mask.masks(*firms)).collect();
    lists.into_iter().for_each(|list| list.clone_from(&masked));
    Ok(())
}

/// Returns the quota progress of each area, by the district that the area is.
pub(super) fn progress_of(rows: &[&ProgressRow], survey: &Survey, areas: &Areas) -> Vec<Option<QuotaProgress>> {
    let district = |id: &str, name: &str| survey.policy.district(id).or_else(|| survey.policy.district(name));
    areas
        .areas
        .iter()
        .map(|area| {
            let adcode = &district(&area.id, &area.name)?.adcode;
            let row = rows.iter().find(|row| !row.is_city && &row.district == adcode)?;
            Some(QuotaProgress { done: row.accepted, quota: row.quota })
        })
        .collect()
}

/// Returns the table that a map shows: that of the analysis its specification names, else the concentration of the layer.
pub(super) fn shown(
    spec: &MapSpec,
    filter: &BTreeMap<String, String>,
    survey: &Survey,
    areas: &Areas,
) -> Result<AreaTable> {
    let Some(name) = &spec.analysis else { return measured(filter, survey, areas) };
    let made = survey.made.iter().find(|made| made.name == *name).ok_or_else(|| ProjectError::Unknown {
        what: "analysis",
        found: name.clone(),
        available: survey.made.iter().map(|made| made.name.clone()).collect(),
    })?;
    let table = AreaTable::new(made.table.clone(), column::ID, filter, areas, Keys::Written)?;
    table.tell_first(made.table.notes());
    Ok(table)
}

/// Returns the concentration of a layer: for each area, or for each area and sector if the filter names a sector. Firms
/// are counted unless the filter names another unit.
pub(super) fn measured(filter: &BTreeMap<String, String>, survey: &Survey, areas: &Areas) -> Result<AreaTable> {
    if let Some(made) = survey.made_layer(&areas.layer) {
        return AreaTable::new(made.attributes.clone(), column::ID, filter, areas, Keys::Made);
    }
    let LayerConcentration { cells, areas: per_area, .. } =
        survey.concentration.iter().find(|measured| measured.layer == areas.layer).ok_or_else(|| {
            ProjectError::Unknown {
                what: "concentration of the layer",
                found: areas.layer.clone(),
                available: survey.concentration.iter().map(|measured| measured.layer.clone()).collect(),
            }
        })?;
    let frame = if filter.contains_key(column::SECTOR) { cells } else { per_area };
    let mut filter = filter.clone();
    filter.entry(column::UNIT.to_owned()).or_insert_with(|| Counts::FIRMS.to_owned());
    let rows = (1..=frame.height() as u64).collect();
    let table = Table::new("concentration", frame.clone(), rows);
    AreaTable::new(table, column::AREA, &filter, areas, Keys::Made)
}

/// The sector with most firms in each area, by name; the first of several. Those that are largest in few areas are “other”.
fn largest_sectors(spec: &MapSpec, survey: &Survey, areas: &Areas) -> Result<Vec<Option<String>>> {
    let language = spec.language;
    let mut largest: Vec<Option<(f64, usize)>> = vec![None; areas.len()];
    for (sector, own) in survey.policy.sectors.iter().enumerate() {
        let filter = of_sector(&spec.filter, &own.term.id);
        let counts = measured(&filter, survey, areas)?.numbers(column::COUNT)?;
        for (largest, count) in largest.iter_mut().zip(counts) {
            if let Some(count) = count.filter(|count| *count > 0.0)
                && largest.is_none_or(|(most, _)| count > most)
            {
                *largest = Some((count, sector));
            }
        }
    }
    let mut areas_of: BTreeMap<usize, usize> = BTreeMap::new();
    largest.iter().flatten().for_each(|(_, sector)| *areas_of.entry(*sector).or_default() += 1);
    let mut ranked: Vec<(usize, usize)> = areas_of.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let named: HashSet<usize> = ranked.iter().take(MOST_SECTORS).map(|(sector, _)| *sector).collect();
    let name = |(_, sector): (f64, usize)| {
        let term = &survey.policy.sectors[sector].term;
        let name = language.pick(&term.name_zh, &term.name_en).clone();
        if named.contains(&sector) { name } else { rest_of_sectors(language).to_owned() }
    };
    Ok(largest.into_iter().map(|largest| largest.map(name)).collect())
}

/// The name of the sectors that share one colour.
fn rest_of_sectors(language: Language) -> &'static str {
    language.pick("其他行业", "other sectors")
}

/// The firms of each sector in each area, for pies and bars.
fn sectors_of(
    diagrams: &DiagramSpec,
    filter: &BTreeMap<String, String>,
    survey: &Survey,
    areas: &Areas,
) -> Result<Vec<Vec<Option<f64>>>> {
    let count = |sector: &String| measured(&of_sector(filter, sector), survey, areas)?.numbers(column::COUNT);
    diagrams.columns.iter().map(count).collect()
}

/// Returns a filter with another sector.
pub(super) fn of_sector(filter: &BTreeMap<String, String>, sector: &str) -> BTreeMap<String, String> {
    let mut filter = filter.clone();
    filter.insert(column::SECTOR.to_owned(), sector.to_owned());
    filter
}

/// Firms that are to relocate into a park: from the middle of the area where they stand to the park nearest to them. The ledger
/// does not say which park they go to.
fn relocations(measure: &str, survey: &Survey, areas: &Areas, grid: Reference) -> Result<Vec<Flow>> {
    let register = &survey.register.register;
    let position = survey.layers.iter().position(|layer| layer.areas.layer == areas.layer);
    let Some(matches) = position.map(|position| &survey.register.matches[position]) else { return Ok(Vec::new()) };
    let relocating: HashSet<&str> = survey
        .ledger
        .ledger
        .entries
        .iter()
        .filter(|entry| entry.measure.as_deref() == Some(measure))
        .map(|entry| entry.id.as_str())
        .collect();
    let parks: Vec<(&Layer, Areas, Transform)> = survey
        .layers
        .iter()
        .filter(|layer| PARK_LAYERS.contains(&layer.areas.layer.as_str()))
        .map(|layer| {
            let to_layer = Transform::new(register.reference, layer.areas.reference)?;
            Ok((layer, projected_areas(&layer.areas, grid)?, to_layer))
        })
        .collect::<Result<_>>()?;
    let middle = |area: &Area| area.geometry.centroid().map(|middle| Point::new(middle.x(), middle.y()));
    let projected = projected_areas(areas, grid)?;
    let mut counted: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for (enterprise, found) in register.enterprises().iter().zip(matches) {
        let (Some(location), Some(area)) = (enterprise.location, found.area) else { continue };
        if !relocating.contains(&*enterprise.id) {
            continue;
        }
        let mut nearest: Option<(f64, usize, usize)> = None;
        for (layer, (parks, _, to_layer)) in parks.iter().enumerate() {
            let at = to_layer.point(location)?;
            if let Some((park, distance)) = parks.index.nearest_within(at, FARTHEST_PARK_M)
                && nearest.is_none_or(|(least, ..)| distance < least)
            {
                nearest = Some((distance, layer, park));
            }
        }
        if let Some((_, layer, park)) = nearest {
            *counted.entry((area, layer, park)).or_default() += 1;
        }
    }
    let flow = |((area, layer, park), firms): ((usize, usize, usize), u64)| {
        let from = middle(&projected.areas[area])?;
        let to = middle(&parks[layer].1.areas[park])?;
        Some(Flow { from, to, amount: firms as f64 })
    };
    Ok(counted.into_iter().filter_map(flow).collect())
}

/// Beyond this no park is near.
const FARTHEST_PARK_M: f64 = 200_000.0;

/// The enterprises of the map's sector, or all of them.
fn points(spec: &MapSpec, survey: &Survey, grid: Reference) -> Result<Vec<MapPoint>> {
    let register = &survey.register.register;
    let transform =
        (!register.reference.agrees_with(grid)).then(|| Transform::new(register.reference, grid)).transpose()?;
    let sector = spec.filter.get(column::SECTOR);
    let mut points = Vec::new();
    for enterprise in register
        .enterprises()
        .iter()
        .filter(|one| sector.is_none() || one.sector.as_deref() == sector.map(String::as_str))
    {
        let Some(location) = enterprise.location else { continue };
        let at: Point = match &transform {
            Some(transform) => transform.point(location)?,
            None => location,
        };
        let category = match spec.points.column.as_deref() {
            None => None,
            Some(column::SECTOR) => enterprise.sector.as_deref().map(str::to_owned),
            Some(found) => {
                let available = vec![column::SECTOR.to_owned()];
                return Err(
                    ProjectError::Unknown { what: "column of points", found: found.to_owned(), available }.into()
                );
            }
        };
        points.push(MapPoint { at, category });
    }
    Ok(points)
}

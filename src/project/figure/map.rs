use std::collections::BTreeMap;
use std::path::PathBuf;

use polars::prelude::{DataFrame, DataType};

use super::super::file::{self, FigureRequest, LayerSource, Project};
use super::super::sources;
use super::super::survey::{LayerConcentration, Survey, survey};
use super::{programme_rows, set_keys, specification};
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::{Areas, Counts, Language, Point, Reference, Table};
use crate::read::{self, TableOptions, Transform, projected_areas};
use crate::render::{self, Figure, MapData, MapKind, MapPoint, MapSpec, QuotaProgress};
use crate::stats::Scheme;

/// A map asked for on its own: from a specification, or from a column without one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapRequest {
    /// The specification; by default all its defaults.
    pub spec: Option<PathBuf>,
    /// Keys of the specification that are set otherwise: `title = "…"`, `classes.count = 4`.
    pub set: Vec<String>,
    /// The project whose tables and layers are drawn.
    pub project: Option<PathBuf>,
    /// The areas, where there is no project.
    pub areas: Option<LayerSource>,
    /// The table with the values; by default the areas' own attributes.
    pub table: Option<PathBuf>,
    /// The table's column with the areas' ids or names.
    pub key: Option<String>,
    /// The column to show.
    pub value: Option<String>,
    /// How values are put in classes.
    pub scheme: Option<Scheme>,
    /// How many classes.
    pub classes: Option<usize>,
    /// The metre grid to draw in; by default the areas' own, or the 3-degree zone they lie in.
    pub grid: Option<Reference>,
    /// The language.
    pub language: Option<Language>,
}

/// Draws a map on its own.
///
/// # Errors
///
/// What reading, transforming and drawing refuse; options that do not go together.
pub fn map(request: &MapRequest) -> Result<Figure> {
    let set = set_keys(&request.set)?;
    let mut spec = match &request.spec {
        Some(path) => specification(path, &set, request.language, MapSpec::from_toml)?,
        None => {
            let text = toml::to_string(&set).unwrap_or_default();
            let mut spec = MapSpec::from_toml(&text, "--set")?;
            if let Some(language) = request.language {
                spec.language = language;
            }
            spec
        }
    };
    if let Some(value) = &request.value {
        spec.column = Some(value.clone());
        spec.title.get_or_insert_with(|| value.clone());
    }
    if let Some(scheme) = &request.scheme {
        spec.classes.scheme = scheme.clone();
    }
    if let Some(classes) = request.classes {
        spec.classes.count = classes;
    }
    match (&request.project, &request.areas) {
        (Some(project), None) => {
            let project = file::read(project)?;
            map_of(&spec, &survey(&project, &mut |_, _| {})?, &project)
        }
        (None, Some(areas)) => map_of_files(&spec, areas, request),
        _ => Err(ProjectError::Options {
            message: "a map is drawn either of a project or of areas".to_owned(),
            hint: "give --project jiju.toml, or --areas FILE with --value COLUMN".to_owned(),
        }
        .into()),
    }
}

fn map_of_files(spec: &MapSpec, source: &LayerSource, request: &MapRequest) -> Result<Figure> {
    let layer = sources::layer(source)?;
    let grid = request.grid.unwrap_or_else(|| local_grid(&layer.areas));
    let column = spec.column.as_deref().ok_or_else(|| ProjectError::Options {
        message: "found no column to show".to_owned(),
        hint: "give --value COLUMN, or `column = …` in the specification".to_owned(),
    })?;
    let (table, key) = match (&request.table, &request.key) {
        (Some(table), Some(key)) => (read::table(table, &TableOptions::default())?, key.clone()),
        (Some(_), None) => {
            return Err(ProjectError::Options {
                message: "found --table without --key".to_owned(),
                hint: "give --key COLUMN, the table's column with the areas' ids or names".to_owned(),
            }
            .into());
        }
        (None, _) => read::attributes(&source.file, &sources::area_options(source))?,
    };
    let mut data = MapData::new(projected_areas(&layer.areas, grid)?);
    let rows = filtered(&table.frame, &spec.filter)?;
    let values = table.numbers(column)?;
    let by_area = rows_by_area(&layer.areas, &table.text(&key)?, &rows);
    refuse_unmatched(&by_area, &layer.areas, &table, &key)?;
    refuse_doubled(&by_area, &layer.areas, &table.source)?;
    data.values = by_area.iter().map(|rows| rows.first().and_then(|row| values.get(*row))).collect();
    render::map(spec, &data)
}

/// The grid an office would use: the areas' own, the CGCS2000 3-degree zone of their middle, or, where they span more than
/// three zones or lie outside China's, the equal-area cylinder of EPSG:6933.
fn local_grid(areas: &Areas) -> Reference {
    use geo::BoundingRect as _;
    if !areas.reference.is_wgs84_like() {
        return areas.reference;
    }
    let boxes = areas.areas.iter().filter_map(|area| area.geometry.bounding_rect());
    let (west, east) = boxes.fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), bounds| {
        (west.min(bounds.min().x), east.max(bounds.max().x))
    });
    let meridian = ((west + east) / 2.0 / 3.0).round() * 3.0;
    if (75.0..=135.0).contains(&meridian) && east - west <= 9.0 {
        // EPSG:4534 is the zone of 75° E, and each further one lies 3° to the east.
        Reference::Epsg(4534 + ((meridian - 75.0) / 3.0) as u32)
    } else {
        Reference::Epsg(6933)
    }
}

/// Draws a map of what a survey found.
///
/// # Errors
///
/// [`ProjectError::Unknown`] for a layer, column or programme that is not there; what transforming and drawing refuse.
pub fn map_of(spec: &MapSpec, survey: &Survey, project: &Project) -> Result<Figure> {
    let layer = match &spec.layer {
        Some(name) => survey.layer(name)?,
        None => &survey.layers[0],
    };
    let areas = &layer.areas;
    let grid = project.grid;
    let mut data = MapData::new(projected_areas(areas, grid)?);
    match spec.kind {
        MapKind::QuotaProgress => {
            let rows = programme_rows(survey, spec.programme.as_deref())?;
            let district = |id: &str, name: &str| survey.policy.district(id).or_else(|| survey.policy.district(name));
            data.progress = areas
                .areas
                .iter()
                .map(|area| {
                    let adcode = &district(&area.id, &area.name)?.adcode;
                    let row = rows.iter().find(|row| !row.is_city && &row.district == adcode)?;
                    Some(QuotaProgress { done: row.accepted, quota: row.quota })
                })
                .collect();
        }
        MapKind::Choropleth => data.values = measured_values(spec, survey, areas)?,
        MapKind::Categorical => {
            return Err(ProjectError::Options {
                message: "found kind = \"categorical\": a project's tables hold numbers".to_owned(),
                hint: "use kind = \"choropleth\" or \"quota_progress\"".to_owned(),
            }
            .into());
        }
    }
    if let Some(outlines) = &spec.outlines {
        data.outlines = Some(projected_areas(&survey.layer(outlines)?.areas, grid)?);
    }
    for parks in &spec.parks {
        data.parks.push(projected_areas(&survey.layer(parks)?.areas, grid)?);
    }
    if spec.points.show {
        data.points = points(spec, survey, grid)?;
    }
    if spec.language == Language::En {
        data.names = areas
            .areas
            .iter()
            .map(|area| survey.policy.district(&area.id).map_or(&area.name, |district| &district.name_en).clone())
            .collect();
    }
    data.as_of = Some(project.as_of);
    data.sources = project.source_words().to_vec();
    data.boundary_attribution = project.boundary_words().map(str::to_owned);
    data.review_number.clone_from(&project.review_number);
    data.synthetic = project.synthetic;
    render::map(spec, &data)
}

/// The column of a specification in the concentration tables: those of the areas, or where a sector is asked for those of
/// area and sector. Firms are counted unless another unit is asked for.
fn measured_values(spec: &MapSpec, survey: &Survey, areas: &Areas) -> Result<Vec<Option<f64>>> {
    let column = spec.column.as_deref().unwrap_or("density_per_km2");
    let LayerConcentration { cells, areas: per_area, .. } =
        survey.concentration.iter().find(|measured| measured.layer == areas.layer).ok_or_else(|| {
            ProjectError::Unknown {
                what: "concentration of the layer",
                found: areas.layer.clone(),
                available: survey.concentration.iter().map(|measured| measured.layer.clone()).collect(),
            }
        })?;
    let frame = if spec.filter.contains_key("sector") { cells } else { per_area };
    let mut filter = spec.filter.clone();
    filter.entry("unit".to_owned()).or_insert_with(|| Counts::FIRMS.to_owned());
    let rows = filtered(frame, &filter)?;
    let table =
        Table { source: "concentration".to_owned(), frame: frame.clone(), rows: (1..=frame.height() as u64).collect() };
    let values = table.numbers(column)?;
    let by_area = rows_by_area(areas, &table.text("area")?, &rows);
    refuse_doubled(&by_area, areas, &table.source)?;
    Ok(by_area.iter().map(|rows| rows.first().and_then(|row| values.get(*row))).collect())
}

/// Which rows hold in every named column the given word.
pub(super) fn filtered(frame: &DataFrame, filter: &BTreeMap<String, String>) -> Result<Vec<bool>> {
    let mut kept = vec![true; frame.height()];
    for (name, wanted) in filter {
        let column = frame.column(name).map_err(|_| ProjectError::Unknown {
            what: "column",
            found: name.clone(),
            available: frame.get_column_names().iter().map(ToString::to_string).collect(),
        })?;
        let text = column.cast(&DataType::String).map_err(Error::table(name.as_str()))?;
        let text = text.str().map_err(Error::table(name.as_str()))?;
        let mut held = false;
        for (kept, cell) in kept.iter_mut().zip(text.iter()) {
            let holds = cell == Some(wanted.as_str());
            held |= holds;
            *kept &= holds;
        }
        if !held {
            let mut available: Vec<String> = text.iter().flatten().map(str::to_owned).collect();
            available.sort_unstable();
            available.dedup();
            return Err(ProjectError::Unknown { what: "row with the word", found: wanted.clone(), available }.into());
        }
    }
    Ok(kept)
}

/// The rows of each area: those whose key is its id, or where no row has an id for a key its name.
fn rows_by_area(areas: &Areas, keys: &polars::prelude::StringChunked, kept: &[bool]) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, key) in keys.iter().enumerate().filter(|(row, _)| kept[*row]) {
        if let Some(key) = key {
            rows.entry(key.trim()).or_default().push(row);
        }
    }
    let by_id = areas.areas.iter().any(|area| rows.contains_key(area.id.as_str()));
    let key = |area: &crate::model::Area| if by_id { area.id.clone() } else { area.name.clone() };
    areas.areas.iter().map(|area| rows.get(key(area).as_str()).cloned().unwrap_or_default()).collect()
}

fn refuse_unmatched(by_area: &[Vec<usize>], areas: &Areas, table: &Table, key: &str) -> Result<()> {
    if by_area.iter().any(|rows| !rows.is_empty()) {
        return Ok(());
    }
    let example = areas.areas.first().map_or("", |area| &area.id);
    Err(ReadError::Malformed {
        file: table.source.clone(),
        format: "a table of areas",
        message: format!("no cell of `{key}` is an id or a name of {}, such as `{example}`", areas.source),
    }
    .into())
}

fn refuse_doubled(by_area: &[Vec<usize>], areas: &Areas, source: &str) -> Result<()> {
    let doubled: Vec<&str> = by_area
        .iter()
        .zip(&areas.areas)
        .filter(|(rows, _)| rows.len() > 1)
        .map(|(_, area)| area.name.as_str())
        .collect();
    if doubled.is_empty() {
        return Ok(());
    }
    Err(ProjectError::Options {
        message: format!("{source} has several rows for {}", doubled.join(", ")),
        hint: "choose one with `filter = { column = \"word\" }` in the specification, or --set filter.column=word"
            .to_owned(),
    }
    .into())
}

/// The enterprises of the map's sector, or all of them.
fn points(spec: &MapSpec, survey: &Survey, grid: Reference) -> Result<Vec<MapPoint>> {
    let register = &survey.register.register;
    let transform =
        (!register.reference.agrees_with(grid)).then(|| Transform::new(register.reference, grid)).transpose()?;
    let sector = spec.filter.get("sector");
    let mut points = Vec::new();
    for enterprise in register.enterprises.iter().filter(|one| sector.is_none() || one.sector.as_ref() == sector) {
        let Some(location) = enterprise.location else { continue };
        let at: Point = match &transform {
            Some(transform) => transform.point(location)?,
            None => location,
        };
        let category = match spec.points.column.as_deref() {
            None => None,
            Some("sector") => enterprise.sector.clone(),
            Some(found) => {
                let available = vec!["sector".to_owned()];
                return Err(
                    ProjectError::Unknown { what: "column of points", found: found.to_owned(), available }.into()
                );
            }
        };
        points.push(MapPoint { at, category });
    }
    Ok(points)
}

/// The specification of a map in a project.
pub(in crate::project) fn map_specification(request: &FigureRequest, language: Language) -> Result<MapSpec> {
    specification(&request.spec, &request.set, Some(language), MapSpec::from_toml)
}

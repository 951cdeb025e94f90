//! The tables that can be asked, from a survey of a project or from the folder of a run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use geo::{Geometry, MultiPolygon};
use polars::prelude::{Column, DataFrame, DataType};

use super::super::file::Project;
use super::super::survey::Survey;
use crate::error::{Error, Result};
use crate::model::{Areas, Point, Reference, Table, column};
use crate::progress::{self, passed_since};
use crate::query::{QueryTable, named};
use crate::source::{
    self, Layer, TableWithGeometries, Transform, geoparquet_with, is_vector, parquet_with, projected_areas,
    table_with_geometries,
};

/// The folder in which a run leaves the tables.
pub(super) const FOLDER: &str = "query";
pub(super) const CLUSTERS: &str = "clusters";
pub(super) const MEMBERS: &str = "members";
pub(super) const CONCENTRATION: &str = "concentration";
const FIRMS: &str = "firms";
const AREAS: &str = "areas";
const QUOTAS: &str = "quotas";
const PACE: &str = "pace";
const LEDGER: &str = "ledger";
pub(super) const GEOMETRY_ABOUT: &str = "where it lies, for within, contains, intersects, distance_m";

/// The tables and what a row of each is.
const TABLES: [(&str, &str); 8] = [
    (FIRMS, "an enterprise of the register that passed the check"),
    (CLUSTERS, "a cluster that an analysis of the project found"),
    (MEMBERS, "a firm in a cluster"),
    (AREAS, "an area of a layer of the project: district, town, park …"),
    (QUOTAS, "the quota of a programme in a district or in the whole city, and what counts toward it"),
    (PACE, "a day of a programme: firms accepted by then, and expected"),
    (LEDGER, "a row of the ledger: a firm under a programme"),
    (CONCENTRATION, "a sector in an area of a layer, in a unit: firms, employees, output"),
];

/// What columns hold, by table and name; of a layer's columns by their ends.
const COLUMNS: &[(&str, &str, &str)] = &[
    (FIRMS, "id", "unified social credit code, or a surrogate"),
    (FIRMS, "name", "name of the enterprise"),
    (FIRMS, "address", "address as written"),
    (FIRMS, "lon", "longitude, WGS 84"),
    (FIRMS, "lat", "latitude, WGS 84"),
    (FIRMS, "industry_code", "GB/T 4754-2017"),
    (FIRMS, "sector", "id of the sector, by the rules of the policy"),
    (FIRMS, "block", "id of the block economy that it belongs to by district and industry"),
    (FIRMS, "cluster", "number of its cluster in the first analysis that finds clusters; null outside all"),
    (FIRMS, "employees", "number of employees"),
    (FIRMS, "output_cny", "output in yuan"),
    (FIRMS, "tax_cny", "taxes paid in yuan"),
    (FIRMS, "land_mu", "land in mu"),
    (FIRMS, "energy_tce", "energy in tonnes of coal equivalent"),
    (FIRMS, "park_distance_m", "metres to the nearest park of any kind; 0 within one"),
    (FIRMS, "_id", "id of the area of this layer where it stands"),
    (FIRMS, "_name", "name of the area of this layer where it stands"),
    (FIRMS, "_on_boundary", "whether it stands on a boundary of this layer"),
    (FIRMS, "_snapped_m", "metres by which it was taken into this layer from outside"),
    (CLUSTERS, "analysis", "name of the analysis"),
    (CLUSTERS, "cluster", "number of the cluster in its analysis"),
    (CLUSTERS, "name", "the nearest area and the most frequent sector, as far as the analysis tells them"),
    (CLUSTERS, "members", "number of members"),
    (CLUSTERS, "weight", "sum of the analysis's weight over the members"),
    (CLUSTERS, "sector", "the most frequent sector, where the analysis has `by`"),
    (CLUSTERS, "sector_share", "share of members in that sector"),
    (CLUSTERS, "x", "mean of the members' first coordinates"),
    (CLUSTERS, "y", "mean of the members' second coordinates"),
    (CLUSTERS, "area_km2", "size of the hull"),
    (CLUSTERS, "density_per_km2", "members per km² of the hull"),
    (MEMBERS, "analysis", "name of the analysis"),
    (MEMBERS, "cluster", "number of the cluster in its analysis"),
    (MEMBERS, "id", "id of the firm"),
    (AREAS, "layer", "name of the layer"),
    (AREAS, "id", "id of the area, of its own within the layer"),
    (AREAS, "name", "name of the area"),
    (AREAS, "parent", "id of the area that contains it, where the layer says so"),
    (AREAS, "area_km2", "size on the ellipsoid"),
    (AREAS, "firms", "firms of the register that stand in it"),
    (AREAS, "employees", "employees of these"),
    (AREAS, "output_cny", "output of these in yuan"),
    (QUOTAS, "programme", "id of the programme"),
    (QUOTAS, "programme_name_zh", "its Chinese name"),
    (QUOTAS, "programme_name_en", "its English name"),
    (QUOTAS, "district", "adcode of the district or the city"),
    (QUOTAS, "district_name_zh", "its Chinese name"),
    (QUOTAS, "district_name_en", "its English name"),
    (QUOTAS, "is_city", "whether the row is that of the whole city"),
    (QUOTAS, "accepted", "firms that count toward the quota"),
    (QUOTAS, "quota", "firms that the quota requires"),
    (QUOTAS, "rate", "accepted / quota; null for a quota of 0"),
    (QUOTAS, "gap", "firms still missing"),
    (QUOTAS, "surplus", "firms beyond the quota"),
    (QUOTAS, "rank", "rank by rate among the districts"),
    (QUOTAS, "unplaced", "firms that stand in no district"),
    (PACE, "programme", "id of the programme"),
    (PACE, "day", "the day"),
    (PACE, "accepted", "firms accepted by that day"),
    (PACE, "expected", "firms that an even pace would have accepted by then"),
    (LEDGER, "row", "row in the file"),
    (LEDGER, "id", "id of the firm"),
    (LEDGER, "programme", "id of the programme"),
    (LEDGER, "ground", "id of the ground: energy, environment, safety …"),
    (LEDGER, "deficits", "ids of the four withouts, separated by ;"),
    (LEDGER, "equipment", "ids of the classes of equipment, separated by ;"),
    (LEDGER, "measure", "id of the measure: close, relocate, merge, rectify"),
    (LEDGER, "stage", "the stage that the row claims"),
    (LEDGER, "due_on", "day by which the work is due"),
    (LEDGER, "district_id", "adcode of the district where the firm stands"),
    (
        LEDGER,
        "accepted_on",
        "first day by which the firm had passed the accepting stage of the programme, by all its rows",
    ),
    (
        LEDGER,
        "accepted",
        "whether that was by the as-of day and the firm stands in a district: it counts toward the quota",
    ),
    (CONCENTRATION, "layer", "name of the layer"),
    (CONCENTRATION, "area", "id of the area"),
    (CONCENTRATION, "area_name", "name of the area"),
    (CONCENTRATION, "sector", "id of the sector"),
    (CONCENTRATION, "sector_name", "name of the sector"),
    (CONCENTRATION, "unit", "what is counted: firms, employees, output_cny"),
    (CONCENTRATION, "count", "how much of it"),
    (CONCENTRATION, "share", "share of the sector in the area"),
    (CONCENTRATION, "sector_share", "share of the area in the sector"),
    (CONCENTRATION, "density_per_km2", "per km²"),
    (CONCENTRATION, "location_quotient", "share in the area over share in all areas; null where undefined"),
    (CONCENTRATION, "location_quotient_lower", "lower bound of its 95 % interval"),
    (CONCENTRATION, "location_quotient_upper", "upper bound of its 95 % interval"),
    (CONCENTRATION, "expected", "count if the sector were spread as all sectors are"),
    (CONCENTRATION, "standardised", "standardised location quotient"),
    (CONCENTRATION, "standardised_log", "the same of its logarithm"),
    (CONCENTRATION, "in_park_share", "share that stands in a park"),
    (CONCENTRATION, "below_minimum", "whether too few firms stand there for a quotient to be told"),
    (CONCENTRATION, "herfindahl_hirschman", "concentration of the sector over the areas"),
];

/// The name of an analysis as a statement can write it without quotes.
pub(super) fn as_name(analysis: &str) -> String {
    analysis.replace('-', "_")
}

fn about_of_table(name: &str) -> String {
    let known = TABLES.iter().find(|(table, _)| *table == name);
    known.map_or_else(|| format!("a row of the analysis {name}"), |(_, about)| (*about).to_owned())
}

/// What a column holds.
fn about(table: &str, column: &str) -> String {
    let exact = COLUMNS.iter().find(|(of, name, _)| *of == table && *name == column);
    let ends = || COLUMNS.iter().find(|(of, name, _)| *of == table && name.starts_with('_') && column.ends_with(name));
    if let Some((_, _, about)) = exact.or_else(ends) {
        return (*about).to_owned();
    }
    match table {
        LEDGER if column.ends_with("_on") => "day on which this stage was passed".to_owned(),
        QUOTAS => "firms that passed this stage; listed are those of the ledger".to_owned(),
        _ => {
            let firms = COLUMNS.iter().find(|(of, name, _)| {
                *of == FIRMS && (*name == column || (name.starts_with('_') && column.ends_with(name)))
            });
            firms.map_or_else(
                || "as the analysis tells it: jiju operations".to_owned(),
                |(_, _, about)| (*about).to_owned(),
            )
        }
    }
}

fn table_of(name: &str, frame: DataFrame, geometries: Option<(Vec<Option<Geometry<f64>>>, Reference)>) -> QueryTable {
    let columns = frame.get_column_names().into_iter().map(|column| about(name, column)).collect();
    QueryTable { name: name.to_owned(), about: about_of_table(name), frame, columns, geometries }
}

/// All tables of a project.
pub(super) fn of_survey(project: &Project, survey: &Survey) -> Result<Vec<QueryTable>> {
    let mut tables = vec![
        firms(survey)?,
        clusters(survey)?,
        members(survey)?,
        areas(survey)?,
        table_of(QUOTAS, progress::frame(&survey.quota)?, None),
        table_of(PACE, progress::frame_of_pace(&survey.pace)?, None),
        ledger(project, survey)?,
        concentration(survey)?,
    ];
    for made in &survey.made {
        let name = as_name(&made.name);
        if tables.iter().any(|table| table.name.eq_ignore_ascii_case(&name)) {
            continue;
        }
        let first = made.outcome.tables.first();
        let places = first.and_then(|first| first.places.as_ref());
        let geometries = places.map(|places| (places.geometries(), places.reference()));
        tables.push(table_of(&name, made.table.frame.clone(), geometries));
    }
    Ok(tables)
}

fn firms(survey: &Survey) -> Result<QueryTable> {
    let register = &survey.register.register;
    let enterprises = register.enterprises();
    let own: Vec<Option<Point>> = enterprises.iter().map(|one| one.location).collect();
    let lon_lat = Transform::new(register.reference, Reference::Wgs84)?.images(&own);
    let mut frame = survey.register_frame()?;
    let axis = |name: &str, of: fn(Point) -> f64| {
        Column::new(name.into(), lon_lat.iter().map(|point| point.map(of)).collect::<Vec<_>>())
    };
    let cluster = clustered(survey).next().map(|(_, of)| of).unwrap_or_default();
    let clusters = enterprises.iter().map(|one| cluster.get(&*one.id).copied());
    let address: Vec<Option<&str>> = enterprises.iter().map(|one| one.address.as_deref()).collect();
    let failed = || Error::table("the firms");
    frame.with_column(axis("lon", |point| point.x)).map_err(failed())?;
    frame.with_column(axis("lat", |point| point.y)).map_err(failed())?;
    frame.insert_column(2, Column::new("address".into(), address)).map_err(failed())?;
    let place = frame.get_column_index("block").map_or(frame.width(), |place| place + 1);
    frame.insert_column(place, Column::new("cluster".into(), clusters.collect::<Vec<_>>())).map_err(failed())?;
    let geometry = |point: &Option<Point>| point.map(|at| Geometry::Point(geo::Point::new(at.x, at.y)));
    Ok(table_of(FIRMS, frame, Some((own.iter().map(geometry).collect(), register.reference))))
}

/// The analyses that found clusters of firms, and the cluster of each firm by its id.
fn clustered(survey: &Survey) -> impl Iterator<Item = (&str, HashMap<String, u32>)> {
    survey.made.iter().filter_map(|made| {
        made.outcome.tables.iter().find(|table| table.name == CLUSTERS)?;
        let numbers = made.table.frame.column("cluster").ok()?.cast(&DataType::UInt32).ok()?;
        let ids = made.table.text(column::ID).ok()?;
        let pairs =
            ids.iter().zip(numbers.u32().ok()?.iter()).filter_map(|(id, number)| Some((id?.to_owned(), number?)));
        Some((made.name.as_str(), pairs.collect()))
    })
}

fn clusters(survey: &Survey) -> Result<QueryTable> {
    let mut all: Option<DataFrame> = None;
    let mut geometries: Vec<Option<Geometry<f64>>> = Vec::new();
    for made in &survey.made {
        let Some(found) = made.outcome.tables.iter().find(|table| table.name == CLUSTERS) else { continue };
        let hulls: HashMap<&str, &MultiPolygon<f64>> = made
            .layers
            .first()
            .map(|layer| layer.layer.areas.areas.iter().map(|area| (area.id.as_str(), &area.geometry)).collect())
            .unwrap_or_default();
        let Ok(numbers) = found.frame.column("cluster").and_then(|numbers| numbers.cast(&DataType::String)) else {
            continue;
        };
        let numbers = numbers.str().map_err(Error::table("the clusters"))?;
        let own = numbers.iter().map(|number| Some(Geometry::MultiPolygon((*hulls.get(number?)?).clone())));
        geometries.extend(own);
        let mut frame = found.frame.clone();
        let analysis = Column::new("analysis".into(), vec![made.name.as_str(); frame.height()]);
        frame.with_column(analysis).map_err(Error::table("the clusters"))?;
        // Methods tell of different things; each table gets the columns of all.
        let columns = empty(CLUSTERS, &CLUSTER_TEXTS)?.columns().to_vec();
        let own = columns.into_iter().map(|column| match frame.column(column.name()) {
            Ok(found) => found.cast(column.dtype()),
            Err(_) => Ok(Column::full_null(column.name().clone(), frame.height(), column.dtype())),
        });
        let own = own.collect::<Result<Vec<_>, _>>().and_then(|own| DataFrame::new(frame.height(), own));
        let frame = own.map_err(Error::table("the clusters"))?;
        all = Some(match all {
            None => frame,
            Some(above) => above.vstack(&frame).map_err(Error::table("the clusters"))?,
        });
    }
    let frame = match all {
        Some(frame) => frame,
        None => empty(CLUSTERS, &CLUSTER_TEXTS)?,
    };
    Ok(table_of(CLUSTERS, frame, Some((geometries, Reference::Wgs84))))
}

const CLUSTER_TEXTS: [&str; 3] = ["analysis", "name", "sector"];

/// A table without rows, with the columns that it has where there are any.
fn empty(table: &str, texts: &[&str]) -> Result<DataFrame> {
    let columns = COLUMNS.iter().filter(|(of, ..)| *of == table).map(|(_, name, _)| {
        let kind = match *name {
            "cluster" => DataType::UInt32,
            "members" => DataType::UInt64,
            "below_minimum" => DataType::Boolean,
            name if texts.contains(&name) => DataType::String,
            _ => DataType::Float64,
        };
        Column::new_empty((*name).into(), &kind)
    });
    DataFrame::new(0, columns.collect()).map_err(Error::table(table))
}

fn members(survey: &Survey) -> Result<QueryTable> {
    let (mut analyses, mut numbers, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (analysis, of) in clustered(survey) {
        let mut rows: Vec<(u32, String)> = of.into_iter().map(|(id, number)| (number, id)).collect();
        rows.sort_unstable();
        for (number, id) in rows {
            analyses.push(analysis);
            numbers.push(number);
            ids.push(id);
        }
    }
    let columns = vec![
        Column::new("analysis".into(), analyses),
        Column::new("cluster".into(), numbers),
        Column::new("id".into(), ids),
    ];
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table(MEMBERS))?;
    Ok(table_of(MEMBERS, frame, None))
}

fn areas(survey: &Survey) -> Result<QueryTable> {
    let firms = survey.register.register.enterprises();
    let mut texts: [Vec<Option<String>>; 4] = Default::default();
    let mut numbers: [Vec<Option<f64>>; 3] = Default::default();
    let mut counts: Vec<u64> = Vec::new();
    let mut geometries = Vec::new();
    // Boundaries do not move, unless the layers are of several references.
    let first = survey.layers.first().map_or(Reference::Wgs84, |layer| layer.areas.reference);
    let is_one = survey.layers.iter().all(|layer| layer.areas.reference.agrees_with(first));
    let reference = if is_one { first } else { Reference::Wgs84 };
    for (Layer { areas: own, .. }, matches) in survey.layers.iter().zip(&survey.register.matches) {
        let sizes = own.areas_km2()?;
        let mut sums = vec![(0_u64, 0.0, 0.0); own.areas.len()];
        for (firm, found) in firms.iter().zip(matches) {
            if let Some(sum) = found.area.and_then(|area| sums.get_mut(area)) {
                sum.0 += 1;
                sum.1 += firm.employees.unwrap_or(0.0);
                sum.2 += firm.output_cny.unwrap_or(0.0);
            }
        }
        let moved: Option<Areas> = if is_one { None } else { Some(projected_areas(own, reference)?) };
        for (position, area) in moved.as_ref().unwrap_or(own).areas.iter().enumerate() {
            let cells = [Some(own.layer.clone()), Some(area.id.clone()), Some(area.name.clone()), area.parent.clone()];
            texts.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
            let (count, employees, output) = sums[position];
            counts.push(count);
            let cells = [sizes.get(position).copied(), Some(employees), Some(output)];
            numbers.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
            geometries.push(Some(Geometry::MultiPolygon(area.geometry.clone())));
        }
    }
    let [layer, id, name, parent] = texts;
    let [area_km2, employees, output] = numbers;
    let columns = vec![
        Column::new("layer".into(), layer),
        Column::new("id".into(), id),
        Column::new("name".into(), name),
        Column::new("parent".into(), parent),
        Column::new("area_km2".into(), area_km2),
        Column::new("firms".into(), counts),
        Column::new("employees".into(), employees),
        Column::new("output_cny".into(), output),
    ];
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table(AREAS))?;
    Ok(table_of(AREAS, frame, Some((geometries, reference))))
}

fn ledger(project: &Project, survey: &Survey) -> Result<QueryTable> {
    let (policy, ledger) = (&survey.policy, &survey.ledger.ledger);
    let entries = &ledger.entries;
    let text = |name: &str, of: &dyn Fn(usize) -> Option<String>| {
        Column::new(name.into(), (0..entries.len()).map(of).collect::<Vec<_>>())
    };
    let accepted: HashMap<&str, _> = policy
        .programmes
        .iter()
        .map(|programme| (programme.term.id.as_str(), passed_since(ledger, programme, programme.accepting_stage)))
        .collect();
    let accepted_on: Vec<_> = entries
        .iter()
        .map(|entry| {
            let day = accepted.get(entry.programme.as_str())?.get(entry.id.as_str()).copied();
            day.filter(|day| *day != chrono::NaiveDate::MIN)
        })
        .collect();
    let standing = |row: usize| survey.register.standing.get(entries[row].id.as_str()).map(|adcode| adcode.to_string());
    let mut columns = vec![
        Column::new("row".into(), entries.iter().map(|entry| entry.row).collect::<Vec<_>>()),
        text("id", &|row| Some(entries[row].id.clone())),
        text("programme", &|row| Some(entries[row].programme.clone())),
        text("ground", &|row| entries[row].ground.clone()),
        text("deficits", &|row| Some(entries[row].deficits.join(";")).filter(|list| !list.is_empty())),
        text("equipment", &|row| Some(entries[row].equipment.join(";")).filter(|list| !list.is_empty())),
        text("measure", &|row| entries[row].measure.clone()),
        text("stage", &|row| {
            let stage = policy.stages.iter().find(|stage| stage.stage == entries[row].stage)?;
            Some(stage.term.id.clone())
        }),
        Column::new("due_on".into(), entries.iter().map(|entry| entry.due_on).collect::<Vec<_>>()),
    ];
    for stage in &policy.stages {
        let days: Vec<_> = entries.iter().map(|entry| entry.passed_on(stage.stage)).collect();
        columns.push(Column::new(stage.date_column().into(), days));
    }
    let counts = (0..entries.len())
        .map(|row| standing(row).is_some() && accepted_on[row].is_some_and(|day| day <= project.as_of));
    columns.push(text("district_id", &standing));
    columns.push(Column::new("accepted".into(), counts.collect::<Vec<_>>()));
    columns.push(Column::new("accepted_on".into(), accepted_on));
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table(LEDGER))?;
    Ok(table_of(LEDGER, frame, None))
}

fn concentration(survey: &Survey) -> Result<QueryTable> {
    let mut all: Option<DataFrame> = None;
    for measured in &survey.concentration {
        all = Some(match all {
            None => measured.cells.clone(),
            Some(above) => above.vstack(&measured.cells).map_err(Error::table(CONCENTRATION))?,
        });
    }
    let frame = match all {
        Some(frame) => frame,
        None => empty(CONCENTRATION, &["layer", "area", "area_name", "sector", "sector_name", "unit"])?,
    };
    Ok(table_of(CONCENTRATION, frame, None))
}

/// The files that a run leaves, by their names below its folder: each table as Parquet, with places as GeoParquet.
pub(in crate::project) fn files(project: &Project, survey: &Survey) -> Result<Vec<(String, Vec<u8>)>> {
    let bytes = |table: &QueryTable| match &table.geometries {
        Some((geometries, reference)) => geoparquet_with(&table.frame, geometries, *reference, &[]),
        None => parquet_with(&table.frame, &[]),
    };
    let tables = of_survey(project, survey)?;
    tables.iter().map(|table| Ok((format!("{FOLDER}/{}.parquet", table.name), bytes(table)?))).collect()
}

/// The tables that a run left in its folder, and their files; only those that a statement names, if there is one.
pub(super) fn of_folder(folder: &Path, sql: Option<&str>) -> Result<(Vec<QueryTable>, Vec<PathBuf>)> {
    let inside = folder.join(FOLDER);
    let entries = std::fs::read_dir(&inside).map_err(Error::file("read", &inside))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let place = |path: &PathBuf| TABLES.iter().position(|(name, _)| *name == stem(path)).unwrap_or(TABLES.len());
    paths.sort_by_key(|path| (place(path), path.clone()));
    let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
    let wanted = sql.map(|sql| named(sql, names.iter().map(String::as_str)));
    let (mut tables, mut read) = (Vec::new(), Vec::new());
    for (path, name) in paths.into_iter().zip(&names) {
        // The columns of all are told where a name is unknown, but rows are read of what is asked.
        let is_wanted = wanted.as_ref().is_none_or(|wanted| wanted.contains(&name.as_str()));
        if !is_wanted {
            tables.push(table_of(name, DataFrame::default(), None));
            continue;
        }
        let (table, geometries): (Table, _) = if is_vector(&path) {
            let TableWithGeometries { table, geometries, reference } = table_with_geometries(&path)?;
            (table, Some((geometries, reference.undone())))
        } else {
            (source::table(&path, &source::TableOptions::default())?, None)
        };
        tables.push(table_of(name, table.frame.clone(), geometries));
        read.push(path);
    }
    Ok((tables, read))
}

//! Walks all kinds of figure and all keys of a specification: a key changes the figure, or it is refused.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use rayon::prelude::*;

use super::{chart_of, map_of};
use crate::error::{Error, RenderError, Result};
use crate::project::file::{self, ChartTables, Project};
use crate::project::survey::{Survey, survey};
use crate::render::chart::{ChartKind, ChartSpec};
use crate::render::{self, Figure, MapKind, MapSpec, all_keys, merge};

/// A small project with everything a figure can show.
struct Sample {
    folder: tempfile::TempDir,
    project: Project,
    survey: Survey,
}

impl Sample {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = env!("CARGO_MANIFEST_DIR");
        let every = |name: &str, step: usize| {
            let text = std::fs::read_to_string(format!("{root}/data/samples/{name}")).unwrap();
            let rows = text.lines().enumerate().filter(|(row, _)| row % step == 0).map(|(_, row)| row);
            std::fs::write(folder.path().join(name), rows.collect::<Vec<_>>().join("\n")).unwrap();
        };
        every("register.csv", 25);
        every("ledger.csv", 1);
        std::fs::write(
            folder.path().join("flows.csv"),
            "from,to,count,of,onto,firms\n330602,330603,7,330604,330681,9\n330681,330604,3,330602,330624,2\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("areas.geojson"), areas(false)).unwrap();
        std::fs::write(folder.path().join("bands.geojson"), areas(true)).unwrap();
        let logo = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='6'><path d='M0 0h9v6H0z'/></svg>";
        std::fs::write(folder.path().join("logo.svg"), logo).unwrap();
        let text = format!(
            r#"
title = "进度"
as_of = 2020-09-30
policy = '{root}/data/policy/shaoxing-2020'
output = "out"
grid = "EPSG:4549"

[register]
file = "register.csv"
reference = "wgs84"

[ledger]
file = "ledger.csv"

[[layer]]
name = "district"
file = "areas.geojson"
id = "adcode"
label = "name"

[[layer]]
name = "park"
file = '{root}/data/samples/parks.geojson'

[[layer]]
name = "other"
file = "areas.geojson"
id = "name"
label = "adcode"

[concentration]
layers = ["district", "other"]
weights = ["employees"]

[[analysis]]
name = "lisa"
operation = "local-moran"
table = "district"
value = "density_per_km2"
areas = "district"
contiguity = "queen"
permutations = 19

[[analysis]]
name = "clusters"
operation = "dbscan"
table = "register"
radius = "3km"
min_points = 5
areas = "district"

[[analysis]]
name = "bands"
operation = "density"
table = "register"
areas = "district"
cell = "5km"
bandwidth = "8km"
contours = [0.01, 0.1]

[[analysis]]
name = "l"
operation = "l"
table = "register"
areas = "district"
max_radius = "10km"
simulations = 19
by = "industry_code"
sector = "1713"
"#
        );
        let path = folder.path().join("jiju.toml");
        std::fs::write(&path, text).unwrap();
        let project = file::read(&path).unwrap();
        let survey = survey(&project, &mut |_, _| {}).unwrap();
        Self { folder, project, survey }
    }
}

/// Six rectangles with the ids and names of districts, and with levels if they are to be bands: they draw sooner than real
/// outlines.
fn areas(are_bands: bool) -> String {
    let districts = [
        ("330602", "越城区"),
        ("330603", "柯桥区"),
        ("330604", "上虞区"),
        ("330624", "新昌县"),
        ("330681", "诸暨市"),
        ("330683", "嵊州市"),
    ];
    let feature = |(position, (id, name)): (usize, (&str, &str))| {
        let (west, south) = (119.8 + 0.5 * (position % 3) as f64, 29.2 + 0.6 * (position / 3) as f64);
        let (east, north) = (west + 0.5, south + 0.6);
        let levels = format!(
            r#""level_lower":{position}.5,"level_upper":{}.5,"from_level":1{position},"to_level":2{position},"#,
            position + 1
        );
        let levels = if are_bands { levels } else { String::new() };
        format!(
            r#"{{"type":"Feature","properties":{{{levels}"adcode":"{id}","name":"{name}"}},"geometry":{{"type":"Polygon",
            "coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}"#
        )
    };
    let features: Vec<String> = districts.into_iter().enumerate().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// A key, a value for it with further lines if there are any, and what else a specification needs for the key to have its
/// effect.
type Given = (&'static str, &'static str, &'static str);

/// Returns the figure as text: what is drawn, and the file beside it.
fn written(figure: &Figure) -> String {
    format!("{}{:#}", render::svg(figure), figure.sidecar())
}

/// Returns why no figure was drawn, if that is a key without effect.
fn refused(error: &Error) -> Option<&str> {
    match error {
        Error::Render(RenderError::KeyWithoutEffect { key, .. }) => Some(key),
        _ => None,
    }
}

/// Asserts of each kind and key that the figure with the key is another than without it, or refused because of the key.
/// Each key has an effect on some kind.
fn walk(bases: &[(&'static str, &str)], keys: &[Given], draw: impl Fn(&toml::Table) -> Result<Figure> + Sync) {
    let without: Mutex<HashMap<String, Option<String>>> = Mutex::default();
    let pairs: Vec<(&(&'static str, &str), &Given)> =
        bases.iter().flat_map(|base| keys.iter().map(move |key| (base, key))).collect();
    let table = |text: &str| text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{text}: {error}"));
    let faults: Vec<std::result::Result<bool, String>> = pairs
        .par_iter()
        .map(|((kind, base), (key, value, more))| {
            let mut keys = table(&format!("kind = '{kind}'\n{base}"));
            merge(&mut keys, &table(more));
            let text = keys.to_string();
            let known = without.lock().unwrap().get(&text).cloned();
            let before = match known {
                Some(known) => known,
                None => {
                    let drawn = draw(&keys).ok().map(|figure| written(&figure));
                    without.lock().unwrap().insert(text, drawn.clone());
                    drawn
                }
            };
            merge(&mut keys, &table(&format!("{key} = {value}")));
            match (draw(&keys), before) {
                (Ok(figure), Some(before)) if written(&figure) != before => Ok(true),
                (Ok(_), Some(_)) if ALIKE.contains(key) || STILL.contains(key) => Ok(false),
                (Ok(_), Some(_)) => Err(format!("{kind} {more}: `{key} = {value}` changes nothing")),
                (Ok(_), None) => Err(format!("{kind} {more}: drawn only with `{key}`")),
                (Err(_), None) => Ok(false),
                (Err(error), Some(_)) => {
                    let said = error.to_string();
                    let is_said = match &error {
                        Error::Render(RenderError::KeyWithoutEffect { key: named, .. }) => {
                            named.starts_with(key) || key.starts_with(named.as_str()) || said.contains(key)
                        }
                        Error::Render(RenderError::UnknownName { .. }) => true,
                        _ => said.contains(key) || value.split('\'').any(|word| word.len() > 2 && said.contains(word)),
                    };
                    if is_said { Ok(false) } else { Err(format!("{kind} {more} with `{key} = {value}`: {said}")) }
                }
            }
        })
        .collect();
    let mut wrong: Vec<String> = faults.iter().filter_map(|found| found.clone().err()).collect();
    for (key, ..) in keys {
        let of_key = pairs.iter().zip(&faults).filter(|((_, given), _)| given.0 == *key);
        if !STILL.contains(key) && !of_key.clone().any(|(_, found)| *found == Ok(true)) {
            wrong.push(format!("`{key}` changes no kind of figure"));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// Keys that may leave a figure of six rectangles as it is on some kind: a corner without room, names of units of which
/// one stands out, labels that are the same for employees.
const ALIKE: [&str; 3] = ["inset.place", "most", "filter.unit"];
/// Keys that leave a figure of six rectangles as it is: outlines without anything to simplify, labels that all have room,
/// permutations that come to the same labels. On which kinds they are refused is walked.
const STILL: [&str; 6] =
    ["simplify_mm", "labels.least_size_pt", "labels.priority", "inset.crowded", "local.seed", "local.permutations"];

/// Asserts that every key of a specification is walked, or has a reason not to be.
fn assert_walked(all: &[String], keys: &[Given], apart: &[&str]) {
    for key in all {
        let is_section = all.iter().any(|other| other.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')));
        let is_apart = apart.iter().any(|apart| key.strip_prefix(apart).is_some_and(|rest| !rest.starts_with('_')));
        let is_walked = keys.iter().any(|(walked, ..)| walked.starts_with(key.as_str()));
        assert!(is_section || is_apart || is_walked, "`{key}` is not walked");
    }
}

const MAPS: [(&str, &str); 7] = [
    ("choropleth", ""),
    ("categorical", "column = 'largest_sector'"),
    ("quota_progress", ""),
    ("bivariate", "column = 'density_per_km2'\nbivariate.column = 'count'"),
    ("value_by_alpha", "column = 'density_per_km2'\nbivariate.column = 'count'"),
    ("local", "column = 'density_per_km2'\nlocal.level = 0.99"),
    ("plain", ""),
];

const SYMBOLS: &str = "symbols.column = 'count'";
const GRADUATED: &str = "symbols = { column = 'count', scaling = 'graduated' }";
const DIAGRAMS: &str = "diagrams.columns = ['printing_and_dyeing', 'bearings']";
const DOTS: &str = "dots = { column = 'count', per_dot = 5.0 }";
const CONTOURS: &str = "contours.analysis = 'bands'";
const HULLS: &str = "hulls.analysis = 'clusters'";
const FLOWS: &str = "parks = ['park']\nflows.measure = 'relocate'";
const FLOWS_OF_FILE: &str = "flows.file = 'flows.csv'";
const INSET: &str = "inset.areas = ['330602']";
const LOCATOR: &str = "locator.file = 'bands.geojson'";
const LOGO: &str = "logo.file = 'logo.svg'";
const MASK: &str = "mask.min_firms = 150";
const POINTS: &str = "points.show = true";

/// The keys of a map. What differs from a default must differ in the figure of six districts.
const MAP_KEYS: &[Given] = &[
    ("title", "'x'", ""),
    ("subtitle", "'x'", ""),
    ("language", "'en'", ""),
    ("source", "['x']", ""),
    ("author", "'x'", ""),
    ("review_number", "'x'", ""),
    ("not_reviewed", "true", ""),
    ("not_reviewed", "true", "review_number = 'x'"),
    ("audience", "'internal'", ""),
    ("simplify_mm", "5.0", ""),
    ("page.width_mm", "400.0", ""),
    ("page.height_mm", "300.0", ""),
    ("page.margin_mm", "20.0", ""),
    ("page.preset", "'word'", ""),
    ("page.preset", "'half-column'", ""),
    ("page.layout", "'map_with_chart'", ""),
    ("page.layout", "'map_with_table'", "legend.place = 'bottom_left'"),
    ("page.layout", "'two_maps'", ""),
    ("page.layout", "'four_maps'", "multiples.by = 'quarter'"),
    ("alt", "'x'", ""),
    ("extent.areas", "['330602']", ""),
    ("extent.areas", "['330602']", "cartogram.column = 'count'"),
    ("extent.only", "true", "extent.areas = ['330602', '330603', '330604']"),
    ("extent.degrees", "[119.9, 29.3, 120.9, 30.1]", ""),
    ("annotations", "[{ text = 'x', longitude = 120.2, latitude = 29.9 }]", ""),
    ("classes.labels", "['a', 'b', 'c']", "classes.breaks = [0.05, 0.1]"),
    ("classes.order", "['轴承', '印染']", ""),
    ("layer", "'other'", ""),
    ("analysis", "'lisa'\ncolumn = 'z'\nlocal.level = 0.05", ""),
    ("analysis", "'lisa'\ncolumn = 'label'\nlocal.level = 0.05", ""),
    ("cells.size", "'20km'", "cells = { shape = 'square', size = '30km' }"),
    ("cells.shape", "'square'", "cells.size = '20km'"),
    ("column", "'herfindahl_hirschman'", ""),
    ("column", "'count'", "multiples.by = 'ground'"),
    ("filter.unit", "'employees'", ""),
    ("filter.sector", "'printing_and_dyeing'", ""),
    ("filter.sector", "'printing_and_dyeing'", POINTS),
    ("filter.sector", "'printing_and_dyeing'", "cells.size = '20km'"),
    ("filter.sector", "'printing_and_dyeing'", "multiples.by = 'sector'"),
    ("filter.unit", "'employees'", SYMBOLS),
    ("filter.unit", "'employees'", DIAGRAMS),
    ("filter.unit", "'employees'", "multiples.by = 'ground'"),
    ("programme", "'remediate_scattered_workshops'", ""),
    ("programme", "'remediate_scattered_workshops'", "multiples.by = 'ground'"),
    ("programme", "'remediate_scattered_workshops'", "multiples.by = 'programme'"),
    ("unit", "'家'", ""),
    ("unit", "'家'", DOTS),
    ("decimals", "4", ""),
    ("percent", "true", ""),
    ("bivariate.column", "'herfindahl_hirschman'", "bivariate.title = 'x'"),
    ("bivariate.title", "'x'", ""),
    ("bivariate.breaks", "[3.0, 100.0]", ""),
    ("local.statistic", "'gi_star'", ""),
    ("local.permutations", "9", "local.level = 0.3"),
    ("local.seed", "2", "local = { level = 0.2, permutations = 9 }"),
    ("local.level", "0.01", ""),
    ("local.level", "0.01", "analysis = 'lisa'\ncolumn = 'label'\nlocal.level = 0.05"),
    ("mask.column", "'herfindahl_hirschman'", MASK),
    ("mask.min_firms", "60", MASK),
    ("multiples.by", "'sector'\nmultiples.of = ['bearings']", ""),
    ("multiples.by", "'column'\nmultiples.of = ['count']", ""),
    ("multiples.by", "'quarter'", ""),
    ("multiples.by", "'ground'", ""),
    ("multiples.of", "['bearings', 'printing_and_dyeing']", "multiples.by = 'sector'"),
    ("multiples.of", "['remediate_scattered_workshops']", "multiples.by = 'programme'"),
    ("multiples.of", "['x']", "multiples.by = 'quarter'"),
    ("classes.scheme", "'quantile'", ""),
    ("classes.scheme", "'quantile'", "classes.breaks = [0.05]"),
    ("classes.count", "3", ""),
    ("classes.count", "3", "classes.scheme = 'head-tail'"),
    ("classes.breaks", "[0.05, 0.1]", ""),
    ("palette.name", "'PuOr'", ""),
    ("palette.name", "'Set2'", ""),
    ("palette.reverse", "true", ""),
    ("palette.midpoint", "0.06", ""),
    ("palette.midpoint", "0.06", "classes.breaks = [0.05]\npalette.colors = ['#ffffff', '#000000']"),
    ("labels.show", "false", ""),
    ("labels.values", "false", ""),
    ("labels.size_pt", "7.0", ""),
    ("labels.least_size_pt", "12.0", "labels.size_pt = 30.0"),
    ("labels.priority", "'value'", "labels.size_pt = 30.0\nlabels.least_size_pt = 20.0"),
    ("legend.show", "false", SYMBOLS),
    ("legend.title", "'x'", ""),
    ("legend.counts", "false", ""),
    ("legend.counts", "false", GRADUATED),
    ("legend.place", "'top_left'", ""),
    ("legend.place", "'top_left'", SYMBOLS),
    ("legend.place", "'top_left'", "multiples.by = 'sector'"),
    ("outlines", "'district'", ""),
    ("outlines", "'district'", "cartogram.column = 'count'"),
    ("parks", "['park']", ""),
    ("points.show", "true", ""),
    ("points.column", "'sector'", POINTS),
    ("points.title", "'x'", POINTS),
    ("points.size_mm", "3.0", POINTS),
    ("points.size_mm", "3.0", ""),
    ("points.opacity", "0.2", POINTS),
    ("points.color", "'#123456'", POINTS),
    ("points.color", "'#123456'", "points = { show = true, column = 'sector' }"),
    ("symbols.column", "'density_per_km2'", SYMBOLS),
    ("symbols.title", "'x'", SYMBOLS),
    ("symbols.unit", "'x'", SYMBOLS),
    ("symbols.scaling", "'graduated'", SYMBOLS),
    ("symbols.classes.scheme", "'quantile'", GRADUATED),
    ("symbols.classes.scheme", "'quantile'", SYMBOLS),
    ("symbols.classes.count", "2", GRADUATED),
    ("symbols.classes.breaks", "[100.0]", GRADUATED),
    ("symbols.classes.breaks", "[100.0]", SYMBOLS),
    ("symbols.max_mm", "20.0", SYMBOLS),
    ("symbols.min_mm", "4.0", GRADUATED),
    ("symbols.min_mm", "4.0", SYMBOLS),
    ("symbols.color", "'#123456'", SYMBOLS),
    ("symbols.opacity", "0.2", SYMBOLS),
    ("diagrams.kind", "'bars'", DIAGRAMS),
    ("diagrams.columns", "['bearings', 'umbrellas']", DIAGRAMS),
    ("diagrams.labels", "['x']", DIAGRAMS),
    ("diagrams.title", "'x'", DIAGRAMS),
    ("diagrams.unit", "'x'", DIAGRAMS),
    ("diagrams.max_mm", "20.0", DIAGRAMS),
    ("diagrams.colors", "['#123456', '#654321']", DIAGRAMS),
    ("dots.column", "'share'", "dots = { column = 'count', per_dot = 5.0, title = 'x' }"),
    ("dots.title", "'x'", DOTS),
    ("dots.per_dot", "6.0", DOTS),
    ("dots.size_mm", "2.0", DOTS),
    ("dots.color", "'#123456'", DOTS),
    ("dots.seed", "2", DOTS),
    ("contours.analysis", "'bands'", ""),
    ("contours.file", "'bands.geojson'", ""),
    ("contours.file", "'bands.geojson'", CONTOURS),
    ("contours.lower", "'from_level'", "contours.file = 'bands.geojson'"),
    ("contours.upper", "'to_level'", "contours.file = 'bands.geojson'"),
    ("contours.title", "'x'", CONTOURS),
    ("contours.unit", "'x'", CONTOURS),
    ("contours.palette", "'YlGnBu'", CONTOURS),
    ("contours.opacity", "0.2", CONTOURS),
    ("hulls.analysis", "'clusters'", ""),
    ("hulls.file", "'bands.geojson'", ""),
    ("hulls.file", "'bands.geojson'", HULLS),
    ("hulls.title", "'x'", HULLS),
    ("hulls.color", "'#123456'", HULLS),
    ("flows.file", "'flows.csv'", FLOWS),
    ("flows.measure", "'rectify'", FLOWS),
    ("flows.measure", "'rectify'", FLOWS_OF_FILE),
    ("flows.from", "'of'", FLOWS_OF_FILE),
    ("flows.from", "'of'", FLOWS),
    ("flows.to", "'onto'", FLOWS_OF_FILE),
    ("flows.column", "'firms'", FLOWS_OF_FILE),
    ("flows.title", "'x'", FLOWS),
    ("flows.unit", "'x'", FLOWS),
    ("flows.max_mm", "1.0", FLOWS),
    ("flows.least", "5.0", FLOWS_OF_FILE),
    ("flows.color", "'#123456'", FLOWS),
    ("cartogram.column", "'density_per_km2'", "cartogram.column = 'count'"),
    ("inset.areas", "['330603']", INSET),
    ("inset.crowded", "true", ""),
    ("inset.crowded", "true", "multiples.by = 'quarter'"),
    ("inset.zoom", "1.5", INSET),
    ("inset.title", "'x'", INSET),
    ("inset.place", "'bottom_left'", INSET),
    ("inset.place", "'bottom_left'", "inset.areas = ['330602']\nmultiples.by = 'quarter'"),
    ("locator.file", "'bands.geojson'", ""),
    ("locator.title", "'x'", LOCATOR),
    ("locator.width_mm", "25.0", LOCATOR),
    ("locator.place", "'bottom_left'", LOCATOR),
    ("logo.file", "'logo.svg'", ""),
    ("logo.width_mm", "12.0", LOGO),
    ("logo.place", "'bottom_left'", LOGO),
    ("logo.place", "'bottom_left'", "logo.file = 'logo.svg'\nmultiples.by = 'quarter'"),
    ("furniture.scale_bar", "false", ""),
    ("furniture.north_arrow", "false", ""),
    ("furniture.neat_line", "false", ""),
    ("furniture.projection", "false", ""),
    ("furniture.graticule", "true", ""),
    ("furniture.graticule", "true", "cartogram.column = 'count'"),
];

/// The theme is the house's and not a figure's; the English words replace others, which are walked; sheets are those of
/// an atlas; a histogram asks for twenty areas, colours for as many as there are classes, and the islands of the South China
/// Sea for a map of China.
const MAP_APART: &[&str] =
    &["kind", "theme", "en", "atlas", "legend.histogram", "palette.colors", "furniture.south_china_sea"];

#[test]
fn every_key_of_a_map_changes_it_or_is_refused() {
    let sample = Sample::new();
    assert_eq!(MAPS.map(|(kind, _)| kind), kinds::<MapKind>()[..]);
    assert_walked(&all_keys::<MapSpec>(), MAP_KEYS, MAP_APART);
    let draw = |keys: &toml::Table| {
        let mut spec = MapSpec::from_toml(&keys.to_string(), "x.toml")?;
        let beside = |file: &mut PathBuf| *file = sample.folder.path().join(&file);
        spec.locator.iter_mut().for_each(|locator| beside(&mut locator.file));
        spec.logo.iter_mut().for_each(|logo| beside(&mut logo.file));
        let files = spec.hulls.iter_mut().map(|hulls| &mut hulls.file);
        let files = files.chain(spec.contours.iter_mut().map(|contours| &mut contours.file));
        files.filter(|file| !file.as_os_str().is_empty()).for_each(beside);
        spec.flows.iter_mut().filter_map(|flows| flows.file.as_mut()).for_each(beside);
        map_of(&spec, &sample.survey, &sample.project)
    };
    walk(&MAPS, MAP_KEYS, draw);
}

fn kinds<K: strum::IntoEnumIterator + Into<&'static str>>() -> Vec<&'static str> {
    K::iter().map(Into::into).collect()
}

const CHARTS: [(&str, &str); 11] = [
    ("progress", ""),
    ("ranking", ""),
    ("stages", ""),
    ("pace", ""),
    ("slope", "before = 2020-06-30"),
    ("composition", ""),
    ("lorenz", ""),
    ("location_quotient", ""),
    ("moran_scatterplot", ""),
    ("point_pattern", ""),
    ("heat_map", ""),
];

const COLORS: &str = "['#010203', '#111213', '#212223', '#313233', '#414243', '#515253', '#616263']";

/// The keys of a chart.
const CHART_KEYS: &[Given] = &[
    ("title", "'x'", ""),
    ("subtitle", "'x'", ""),
    ("language", "'en'", ""),
    ("source", "['x']", ""),
    ("page.width_mm", "180.0", ""),
    ("page.height_mm", "120.0", ""),
    ("page.margin_mm", "8.0", ""),
    ("page.preset", "'half-column'", ""),
    ("alt", "'x'", ""),
    ("order", "'smallest'", ""),
    ("reference_lines", "[{ value = 0.5, label = 'x' }]", ""),
    ("programme", "'remediate_scattered_workshops'", ""),
    ("layer", "'other'", ""),
    ("column", "'share'", ""),
    ("column", "'accepted'", ""),
    ("column", "'pointwise'", ""),
    ("filter.unit", "'employees'", ""),
    ("filter.sector", "'printing_and_dyeing'", ""),
    ("names", "{ 330602 = 'x', firms = 'y' }", ""),
    ("reference", "'share'", ""),
    ("most", "1", ""),
    ("before", "2020-07-31", ""),
    ("ends", "['x', 'y']", ""),
    ("forecast.show", "false", ""),
    ("forecast.confidence", "0.5", ""),
    ("breaks", "[0.5, 1.5]", ""),
    ("palette", "'viridis'", ""),
    ("palette", "'BrBG'", ""),
    ("colors", COLORS, ""),
    ("decimals", "4", ""),
    ("unit", "'x'", ""),
];

#[test]
fn every_key_of_a_chart_changes_it_or_is_refused() {
    let sample = Sample::new();
    assert_eq!(CHARTS.map(|(kind, _)| kind), kinds::<ChartKind>()[..]);
    assert_walked(&all_keys::<ChartSpec>(), CHART_KEYS, &["kind", "theme", "en", "page.layout"]);
    let draw = |keys: &toml::Table| {
        let spec = ChartSpec::from_toml(&keys.to_string(), "x.toml")?;
        let analysis = (spec.kind == ChartKind::PointPattern).then(|| "l".to_owned());
        chart_of(&spec, &ChartTables { analysis, ..ChartTables::default() }, &sample.survey, &sample.project)
    };
    walk(&CHARTS, CHART_KEYS, draw);
    let mut keys = "kind = 'composition'".parse::<toml::Table>().unwrap();
    merge(&mut keys, &format!("palette = 'viridis'\ncolors = {COLORS}").parse().unwrap());
    assert_eq!(refused(&draw(&keys).unwrap_err()), Some("palette"));
}

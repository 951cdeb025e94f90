//! Readers of weights, specifications, project files and policy folders.

use std::path::Path;

use jiju::model::{DeclaredReference, Distance, MetreGrid, cell};
use jiju::project::{
    ChartRequest, FigureFormat, MapRequest, chart_on_its_own, figure_bytes, map, map_explained, read as read_project,
};
use jiju::render::{MapSpec, Theme};
use jiju::source::{Condition, Origin, weights as read_weights, weights_bytes};
use jiju::stats::Scheme;

use super::inputs::{choice, file, folder, parts};
use super::repository;

pub fn weights(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 3);
    let folder = folder();
    let path = file(&folder, ["gal", "gwt", "mtx"][choice], bytes);
    let Ok(weights) = read_weights(&path) else { return };
    // What was read can be written, and is then read as it is.
    let other = folder.path().join("again.mtx");
    if let Ok(written) = weights_bytes(&weights, &other) {
        std::fs::write(&other, written).unwrap();
        assert_eq!(read_weights(&other).unwrap(), weights, "weights are not those that were written");
    }
}

/// A specification of a map or a chart, which is drawn, or a theme.
pub fn figures(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 3);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // It names no file but its theme, which is none of the others'.
    if toml::from_str::<toml::Table>(text).is_ok_and(|keys| keys.get("theme").is_some_and(toml::Value::is_str)) {
        return;
    }
    let folder = folder();
    let path = file(&folder, "toml", bytes);
    match choice {
        0 => drawn_map(&path),
        1 => drawn_chart(&path),
        _ => drop(Theme::from_toml(text, "theme.toml")),
    }
    if let Ok(spec) = MapSpec::from_toml(text, "map.toml") {
        let _ = (spec.refuse_keys_without_effect(), spec.of_project_warning());
    }
}

fn drawn_map(spec: &Path) {
    let file = Origin::from(repository().join("tests/fixtures/areas/districts.geojson"));
    let mut request = MapRequest::default();
    request.spec = Some(spec.to_owned());
    request.areas.areas = Some(file);
    let _ = map_explained(&request);
    if let Ok(figure) = map(&request) {
        let _ = figure_bytes(&figure, FigureFormat::Svg, 72);
    }
}

fn drawn_chart(spec: &Path) {
    let mut request = ChartRequest::default();
    request.spec = spec.to_owned();
    request.table.table = Some(repository().join("fuzz/quota-table.csv").into());
    if let Ok(figure) = chart_on_its_own(&request) {
        let _ = figure_bytes(&figure, FigureFormat::Svg, 72);
    }
}

/// A project file, and the words that stand in one. It is read and not run: it says where files are written.
pub fn project(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 2);
    if choice == 0 {
        let folder = folder();
        let _ = read_project(&file(&folder, "toml", bytes));
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for word in text.lines() {
        // What is written is read again as the same.
        if let Ok(grid) = word.parse::<MetreGrid>() {
            assert_eq!(grid.to_string().parse::<MetreGrid>().unwrap(), grid, "{word}");
        }
        if let Ok(reference) = word.parse::<DeclaredReference>() {
            assert_eq!(reference.to_string().parse::<DeclaredReference>().unwrap(), reference, "{word}");
        }
        if let Ok(condition) = word.parse::<Condition>() {
            assert_eq!(String::from(condition), word.trim());
        }
        let _ = (word.parse::<Distance>(), word.parse::<Scheme>());
        let _ = (cell::number(word), cell::coordinate(word), cell::date(word), cell::key(word), cell::is_sum(word));
    }
}

/// A folder of a policy: files that are not given are those of the sample.
pub fn policy(bytes: &[u8]) {
    let folder = folder();
    let sample = repository().join("data/policy/shaoxing-2020");
    for path in jiju::policy::files(&sample) {
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    for (name, bytes) in parts(bytes) {
        if !name.contains('/') {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    let _ = jiju::policy::read(folder.path());
}

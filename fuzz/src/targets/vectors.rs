//! Readers of vector files.

use std::path::Path;

use jiju::check::{self, AreaRules};
use jiju::join::AreaIndex;
use jiju::model::Point;
use jiju::source::{AreaOptions, areas_with_report, attributes, points_table};

use super::inputs::{choice, file, files, folder};
use super::tables::{MAX_BYTES, packed};

/// Reads areas, points and attributes, and does with the areas what a command does.
fn vector(path: &Path) {
    let options = AreaOptions { max_bytes: MAX_BYTES, ..AreaOptions::default() };
    let _ = points_table(path, None, None);
    let _ = attributes(path, &options);
    for repair in [false, true] {
        let options = AreaOptions { repair, ..options.clone() };
        let Ok((areas, _)) = areas_with_report(path, &options) else { continue };
        let again = areas_with_report(path, &options).map(|(areas, _)| areas).unwrap();
        assert_eq!(areas, again, "it was read in two ways");
        let corners: usize = areas.areas.iter().map(|area| geo::CoordsIter::coords_count(&area.geometry)).sum();
        let Ok(index) = AreaIndex::new(&areas) else { continue };
        for (number, area) in areas.areas.iter().enumerate().take(50) {
            // The first corner lies on the boundary of its area, or in it where parts overlap.
            let Some(corner) = geo::CoordsIter::coords_iter(&area.geometry).next() else { continue };
            let held = index.locate_all(Point::new(corner.x, corner.y));
            assert!(held.iter().any(|one| one.area == Some(number)), "a corner lies outside of its area {number}");
        }
        if corners < 500 {
            let _ = check::areas(&areas, &AreaRules::default());
        }
    }
}

fn of_ending(ending: &str, bytes: &[u8]) {
    let folder = folder();
    vector(&file(&folder, ending, bytes));
}

pub fn geojson(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 4);
    of_ending(["geojson", "json", "geojsonl", "topojson"][choice], bytes);
}

pub fn geoparquet(bytes: &[u8]) {
    of_ending("parquet", bytes);
}

pub fn geopackage(bytes: &[u8]) {
    of_ending("gpkg", bytes);
}

pub fn flatgeobuf(bytes: &[u8]) {
    of_ending("fgb", bytes);
}

pub fn kml(bytes: &[u8]) {
    of_ending("kml", bytes);
}

/// Documents of an archive, which are given unpacked.
pub fn kmz(bytes: &[u8]) {
    of_ending("kmz", &packed(bytes));
}

pub fn gml(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 2);
    of_ending(["gml", "gpx"][choice], bytes);
}

pub fn shapefile(bytes: &[u8]) {
    let folder = folder();
    files(folder.path(), "input", bytes, &["shp", "shx", "dbf", "prj", "cpg", "qix", "sbn"]);
    vector(&folder.path().join("input.shp"));
}

pub fn mapinfo(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 2);
    let folder = folder();
    files(folder.path(), "input", bytes, &["tab", "dat", "map", "id", "ind", "mif", "mid"]);
    vector(&folder.path().join(["input.tab", "input.mif"][choice]));
}

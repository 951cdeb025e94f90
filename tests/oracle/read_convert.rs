//! Files converted here, read back here and, where it matters, held against numbers of other programs.

use std::path::{Path, PathBuf};

use jiju::model::{DeclaredReference, Reference, Table};
use jiju::source::{
    AreaOptions, ConvertOptions, TableOptions, VectorPoints, areas, convert, points_table, table, write_areas,
};

fn fixture(name: &str) -> PathBuf {
    Path::new("tests/fixtures/areas").join(name)
}

fn to(to: impl Into<DeclaredReference>) -> ConvertOptions {
    ConvertOptions::default().with_to(Into::<DeclaredReference>::into(to))
}

#[test]
fn vector_files_keep_every_attribute_and_carry_their_reference() {
    let folder = tempfile::tempdir().unwrap();
    let original = areas(&fixture("districts.geojson"), &AreaOptions::default()).unwrap();
    for name in ["a.gpkg", "b.shp", "c.fgb", "d.tab", "e.gml"] {
        let path = folder.path().join(name);
        let converted = convert(&fixture("districts.geojson"), &path, &to(Reference::epsg(4549))).unwrap();
        assert_eq!(converted.rows, 6, "{name}");
        let read = areas(&path, &AreaOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read.reference, Reference::epsg(4549), "{name}");
        let facts = |areas: &jiju::model::Areas| {
            areas.areas.iter().map(|area| (area.id.clone(), area.name.clone(), area.parent.clone())).collect::<Vec<_>>()
        };
        assert_eq!(facts(&read), facts(&original), "{name}");

        let back = folder.path().join(format!("{name}.geojson"));
        convert(&path, &back, &to(Reference::Wgs84)).unwrap();
        let back = areas(&back, &AreaOptions::default()).unwrap();
        for (ours, theirs) in back.areas_km2().unwrap().iter().zip(original.areas_km2().unwrap()) {
            assert!((ours / theirs - 1.0).abs() < 1e-6, "{name}: {ours} {theirs}");
        }
    }
    // Nothing half done is left beside them.
    let hidden = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.gpkg", "a.dbf", "a.fgb", "a.geojson"] {
        let bytes: Vec<Vec<u8>> = ["one", "two"]
            .into_iter()
            .map(|run| {
                let run = folder.path().join(run);
                std::fs::create_dir_all(&run).unwrap();
                let asked = if name == "a.dbf" { "a.shp" } else { name };
                convert(&fixture("gbk.shp"), &run.join(asked), &ConvertOptions::default()).unwrap();
                std::fs::read(run.join(name)).unwrap()
            })
            .collect();
        assert!(bytes[0] == bytes[1], "{name}");
    }
}

#[test]
fn geojson_is_never_projected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geojson");
    let error = convert(&fixture("grid.gpkg"), &path, &ConvertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("GeoJSON is always WGS 84, EPSG:4549"), "{error}");
    assert!(error.hint().unwrap().contains("gpkg"));
    assert!(!path.exists());
}

#[test]
fn the_input_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.geojson");
    std::fs::copy(fixture("districts.geojson"), &input).unwrap();
    let before = std::fs::read(&input).unwrap();
    let error = convert(&input, &input, &to(DeclaredReference::Gcj02)).unwrap_err();
    assert!(error.to_string().contains("is an input"), "{error}");
    assert_eq!(std::fs::read(&input).unwrap(), before);

    for ending in ["shp", "shx", "dbf", "prj"] {
        std::fs::copy(fixture(&format!("gbk.{ending}")), folder.path().join(format!("s.{ending}"))).unwrap();
    }
    let shapefile = folder.path().join("s.shp");
    assert!(convert(&shapefile, &shapefile, &to(Reference::epsg(4549))).is_err());
    assert_eq!(std::fs::read(folder.path().join("s.dbf")).unwrap(), std::fs::read(fixture("gbk.dbf")).unwrap());
}

#[test]
fn areas_are_written_as_rfc_7946_and_read_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("districts.geojson");
    let original = areas(&fixture("gbk.shp"), &AreaOptions::default()).unwrap();
    write_areas(&original, &path, &[]).unwrap();
    let back = areas(&path, &AreaOptions::default()).unwrap();
    assert_eq!(back.areas.len(), 6);
    for (ours, theirs) in back.areas.iter().zip(&original.areas) {
        assert_eq!((&ours.id, &ours.name, &ours.parent), (&theirs.id, &theirs.name, &theirs.parent));
        for polygon in &ours.geometry.0 {
            assert!(geo::Winding::is_ccw(polygon.exterior()));
        }
        let bits = |area: &jiju::model::Area| {
            let mut bits: Vec<_> = geo::CoordsIter::coords_iter(&area.geometry)
                .map(|coord| (coord.x.to_bits(), coord.y.to_bits()))
                .collect();
            bits.sort_unstable();
            bits
        };
        assert_eq!(bits(ours), bits(theirs));
    }
    assert!(write_areas(&areas(&fixture("grid.gpkg"), &AreaOptions::default()).unwrap(), &path, &[]).is_err());
}

fn cells(table: &Table, name: &str) -> Vec<String> {
    table.text(name).unwrap().iter().map(|cell| cell.unwrap_or_default().to_owned()).collect()
}

#[test]
fn tables_change_in_their_coordinates_only() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("firms.csv");
    std::fs::write(&input, "企业名称,经度,纬度,code\n甲 ,116.397428,39.90923,007\n乙,近,30.0,008\n丙,120.58,,009\n")
        .unwrap();
    let converted_to = |reference, name: &str| {
        let output = folder.path().join(name);
        let converted = convert(&input, &output, &to(reference)).unwrap();
        (table(&output, &TableOptions::default()).unwrap(), converted)
    };
    // Tiananmen by coordTransform 0.2.1, see the fixtures' `offsets.csv`.
    let (offset, converted) = converted_to(DeclaredReference::Gcj02, "offset.csv");
    assert_eq!(converted.rows, 3);
    assert_eq!(converted.notes.len(), 1);
    assert!(converted.notes[0].starts_with("2 rows have") && converted.notes[0].contains("row 3"), "{converted:?}");
    assert_eq!(cells(&offset, "经度"), ["116.403671626", "近", "120.58"]);
    assert_eq!(cells(&offset, "纬度"), ["39.910633506", "30.0", ""]);
    assert_eq!(cells(&offset, "企业名称"), ["甲 ", "乙", "丙"]);
    assert_eq!(cells(&offset, "code"), ["007", "008", "009"]);

    let (grid, _) = converted_to(DeclaredReference::Epsg(4549), "grid.csv");
    let northing = &cells(&grid, "纬度")[0];
    assert_eq!(northing.split_once('.').unwrap().1.len(), 4, "{northing}");
}

#[test]
fn points_become_a_table_with_their_coordinates() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("firms.geojson");
    std::fs::write(
        &input,
        r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"企业名称":"甲","lon":1,"output":2.5},"geometry":{"type":"Point","coordinates":[120.5,30.25,9]}},
        {"type":"Feature","properties":{"企业名称":"乙","lon":2,"output":3},"geometry":null}]}"#,
    )
    .unwrap();
    let VectorPoints { table, reference, .. } = points_table(&input, None, None).unwrap();
    assert_eq!(reference, DeclaredReference::Wgs84);
    assert_eq!(table.columns(), ["企业名称", "lon_attribute", "output", "lon", "lat"]);
    assert_eq!(table.numbers("lon").unwrap().iter().collect::<Vec<_>>(), [Some(120.5), None]);

    let grid = folder.path().join("firms.gpkg");
    convert(&input, &grid, &to(Reference::epsg(4549))).unwrap();
    let VectorPoints { table, reference, .. } = points_table(&grid, None, None).unwrap();
    assert_eq!(reference, DeclaredReference::Epsg(4549));
    assert!(table.columns().ends_with(&["x".to_owned(), "y".to_owned()]));
    assert_eq!(table.height(), 2);
}

//! Equal-area projections held against PROJ and GeographicLib: `equal_area_proj.py`.

use std::path::Path;

use geo::Area as _;
use jiju::model::{DeclaredReference, EqualArea, GridDefinition, Point, Raster, Reference};
use jiju::source::{
    AreaOptions, ConvertOptions, Transform, areas, convert, needed_grid, projected_areas, write_raster,
};

fn rows(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn places_agree_with_proj_and_lengths_with_what_is_told_of_them() {
    let mut tightest = f64::INFINITY;
    for row in rows("equal_area_proj.csv") {
        let projection: EqualArea = row[0].replace(' ', ",").parse().unwrap();
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        let (from, to) = (Point::new(number(1), number(2)), Point::new(number(5), number(6)));
        let transform = Transform::new(Reference::Wgs84, Reference::from(projection)).unwrap();
        let image = transform.point(from).unwrap();
        assert!((image.x - number(3)).abs() < 1e-4 && (image.y - number(4)).abs() < 1e-4, "{row:?}: {image:?}");
        let back = Transform::new(Reference::from(projection), Reference::Wgs84).unwrap().point(image).unwrap();
        // PROJ's way back from the azimuthal projection is a series that is true to some millimetres.
        let most = if row[0].starts_with("laea") { 3e-8 } else { 1e-9 };
        assert!((back.x - from.x).abs() < most && (back.y - from.y).abs() < most, "{row:?}: {back:?}");

        let end = transform.point(to).unwrap();
        let ratio = (end.x - image.x).hypot(end.y - image.y) / number(7);
        let told = projection.length_error([from.x, from.y]).max(projection.length_error([to.x, to.y]));
        // The bound is of the sphere, and of one place; 1 part in 10,000 covers both.
        let found = ratio.max(1.0 / ratio) - 1.0;
        assert!(found <= told * 1.02 + 1e-4, "{row:?}: off by {found}, told {told}");
        if told > 0.01 {
            tightest = tightest.min((told - found) / told);
        }
    }
    // The bound is met: it does not merely promise little.
    assert!(tightest < 0.05, "{tightest}");
}

#[test]
fn areas_of_districts_are_geodesic_areas() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/boundaries/zhejiang_districts.geojson");
    let districts = areas(&path, &AreaOptions::default()).unwrap();
    let grid = needed_grid(&districts).unwrap();
    assert!(matches!(grid.definition(), GridDefinition::EqualArea(_)), "{grid}");
    let china: EqualArea = "albers=25,47,105".parse().unwrap();
    let azimuthal: EqualArea = "laea=29,120".parse().unwrap();
    let expected = rows("equal_area_geod.csv");
    for reference in [grid.into(), china.into(), azimuthal.into()] {
        let projected = projected_areas(&districts, reference).unwrap();
        assert_eq!(projected.reference, reference);
        assert_eq!(projected.len(), expected.len());
        for (area, row) in projected.areas.iter().zip(&expected) {
            assert_eq!(area.id, row[0]);
            let (found, geodesic) = (area.geometry.unsigned_area(), row[1].parse::<f64>().unwrap());
            assert!((found / geodesic - 1.0).abs() < 1e-4, "{reference}, {}: {found} m², {geodesic} m²", area.id);
        }
    }
}

#[test]
fn files_carry_the_definition_of_the_projection() {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/areas/districts.geojson");
    for text in ["albers=27.5,30.5,121", "laea=29,120"] {
        let projection: EqualArea = text.parse().unwrap();
        let to: DeclaredReference = text.parse().unwrap();
        let expected =
            projected_areas(&areas(&source, &AreaOptions::default()).unwrap(), Reference::from(projection)).unwrap();
        for ending in ["gpkg", "fgb", "shp"] {
            let made = folder.path().join(format!("{}.{ending}", text.replace(['=', ','], "_")));
            convert(&source, &made, &ConvertOptions::default().with_to(to)).unwrap();
            let read = areas(&made, &AreaOptions::default()).unwrap();
            assert_eq!(read.reference, Reference::from(projection), "{text} {ending}");
            let (found, wanted) = (&read.areas[0].geometry, &expected.areas[0].geometry);
            assert!((found.unsigned_area() / wanted.unsigned_area() - 1.0).abs() < 1e-9, "{text} {ending}");
        }
        let raster = Raster {
            grid: projection.into(),
            corner_m: [0.0, 3e6],
            cell_m: 1000.0,
            columns: 2,
            values: vec![Some(1.0), None],
        };
        let made = folder.path().join("raster.tif");
        write_raster(&raster, &made, &[]).unwrap();
        let written = gdal::Dataset::open(&made).unwrap().spatial_ref().unwrap();
        let method = written.get_attr_value("PROJECTION", 0).unwrap().unwrap();
        assert!(method.contains("Equal_Area"), "{method}");
        let meridian = written.get_proj_param("longitude_of_center").unwrap();
        assert_eq!(meridian, Some(if text.starts_with("laea") { 120.0 } else { 121.0 }));
    }
}

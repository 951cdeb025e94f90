//! What is opened is what the ending says, and nothing beside it.

use std::time::{Duration, Instant};

use super::{SQUARE, geopackage, names, points, traced, under};
use crate::cli::{Folder, jiju, repository};

const ENDLESS: &str = "WITH RECURSIVE r(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM r)";

/// Refused without opening anything but the points and the areas, making a file, asking a network or starting a program.
fn assert_refused(folder: &Folder, areas: &str, more: &[&str]) -> String {
    let before = names(folder.0.path());
    let traced = traced(folder, &[&["join", "points.csv", "--areas", areas, "--count"][..], more].concat());
    assert_eq!(traced.outcome.status, 2, "{areas}: {}", traced.outcome.stderr);
    assert!(traced.outcome.stderr.contains(areas), "{areas}: {}", traced.outcome.stderr);
    assert_alone(folder, areas, &traced, &before);
    traced.outcome.stderr
}

fn assert_alone(folder: &Folder, areas: &str, traced: &super::Traced, before: &[String]) {
    assert!(traced.opened.iter().any(|path| path == areas), "{:?}", traced.opened);
    let stem = areas.rsplit_once('.').unwrap().0;
    let strangers: Vec<&String> =
        traced.opened.iter().filter(|path| *path != "points.csv" && !path.starts_with(stem)).collect();
    assert!(strangers.is_empty(), "{areas}: {strangers:?}");
    assert!(traced.done.is_empty(), "{areas}: {:?}", traced.done);
    assert_eq!(names(folder.0.path()), before);
}

#[test]
fn a_virtual_dataset_opens_no_other_whatever_its_name() {
    let folder = Folder::new();
    points(&folder);
    let secret = folder.path("secret.geojson");
    std::fs::copy(repository(super::AREAS), &secret).unwrap();
    let made = folder.path("MADE.db");
    let sources = [
        (secret.clone(), String::new()),
        ("/vsicurl/http://127.0.0.1:9/a.geojson".to_owned(), String::new()),
        ("PG:host=127.0.0.1 port=9 dbname=a".to_owned(), String::new()),
        ("GPSBabel:gpx:/etc/hostname".to_owned(), String::new()),
        ("WFS:http://127.0.0.1:9/".to_owned(), String::new()),
        (secret, format!("<SrcSQL dialect=\"SQLITE\">VACUUM INTO '{made}'</SrcSQL>")),
    ];
    for ending in
        ["gpkg", "shp", "dbf", "kml", "kmz", "gml", "fgb", "tab", "mif", "gpx", "topojson", "geojsonl", "vrt", "xyz"]
    {
        let (source, more) = &sources[ending.len() % sources.len()];
        for (source, more) in [(source, more), (&sources[0].0, &sources[0].1)] {
            let layer = format!("<SrcDataSource>{source}</SrcDataSource>{more}");
            let name = format!("vrt.{ending}");
            folder.write(
                &name,
                &format!("<OGRVRTDataSource><OGRVRTLayer name=\"a\">{layer}</OGRVRTLayer></OGRVRTDataSource>"),
            );
            let before = names(folder.0.path());
            let traced = traced(&folder, &["join", "points.csv", "--areas", &name, "--count"]);
            assert_eq!(traced.outcome.status, 2, "{name}");
            assert!(
                traced.opened.iter().all(|path| ["points.csv", &name].contains(&path.as_str())),
                "{:?}",
                traced.opened
            );
            assert!(traced.done.is_empty() && names(folder.0.path()) == before, "{:?}", traced.done);
            // The next of them is not to be a part of this one.
            std::fs::remove_file(folder.file(&name)).unwrap();
        }
    }
}

#[test]
fn a_gml_asks_nobody_for_its_schema_and_leaves_nothing() {
    let folder = Folder::new();
    points(&folder);
    folder.write("other.xsd", "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"/>");
    let gml = |more: &str, id: &str| {
        format!(
            "<ogr:FeatureCollection xmlns:ogr=\"http://ogr.maptools.org/\" xmlns:gml=\"http://www.opengis.net/gml\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" {more}>\
             <gml:featureMember><ogr:a fid=\"1\"><ogr:place xlink:href=\"http://127.0.0.1:9/a#b\"><gml:Polygon \
             srsName=\"EPSG:4326\"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>{SQUARE}</gml:coordinates>\
             </gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:place><ogr:id>{id}</ogr:id></ogr:a>\
             </gml:featureMember></ogr:FeatureCollection>"
        )
    };
    let other = folder.path("other.xsd");
    for schema in [
        "http://127.0.0.1:9/a?SERVICE=WFS&amp;REQUEST=DescribeFeatureType",
        "/vsicurl/http://127.0.0.1:9/a.xsd",
        "other.xsd",
        &other,
    ] {
        folder.write("a.gml", &gml(&format!("xsi:schemaLocation=\"http://ogr.maptools.org/ {schema}\""), "x"));
        let before = names(folder.0.path());
        let traced = traced(&folder, &["join", "points.csv", "--areas", "a.gml", "--area-id", "id", "--count"]);
        assert_eq!(traced.outcome.status, 0, "{}", traced.outcome.stderr);
        assert_alone(&folder, "a.gml", &traced, &before);
    }
    let entity =
        "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\"><!ENTITY % p SYSTEM \"http://127.0.0.1:9/x\">%p;]>";
    folder.write("entity.gml", &format!("{entity}{}", gml("", "&e;")));
    assert_refused(&folder, "entity.gml", &["--area-id", "id"]);
}

#[test]
fn a_kml_follows_no_link() {
    let folder = Folder::new();
    points(&folder);
    std::fs::copy(repository("tests/fixtures/areas/districts.kml"), folder.file("other.kml")).unwrap();
    let other = folder.path("other.kml");
    let links = ["http://127.0.0.1:9/a.kml", &other, "other.kml"]
        .map(|link| format!("<NetworkLink><Link><href>{link}</href></Link></NetworkLink>"));
    let body = format!(
        "<Document>{}<Placemark><styleUrl>other.kml#a</styleUrl><name>a</name><Polygon><outerBoundaryIs><LinearRing>\
         <coordinates>{SQUARE}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document>",
        links.concat()
    );
    let kml = |head: &str, body: &str| format!("{head}<kml xmlns=\"http://www.opengis.net/kml/2.2\">{body}</kml>");
    folder.write("links.kml", &kml("", &body));
    let before = names(folder.0.path());
    let traced = traced(&folder, &["join", "points.csv", "--areas", "links.kml", "--area-id", "Name", "--count"]);
    assert_eq!((traced.outcome.status, traced.outcome.stdout.contains('1')), (0, true), "{}", traced.outcome.stderr);
    assert_alone(&folder, "links.kml", &traced, &before);
    let entity = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>";
    folder.write("entity.kml", &kml(entity, &body.replace("<name>a", "<name>&e;")));
    assert_refused(&folder, "entity.kml", &[]);
}

#[test]
fn a_database_runs_no_program_of_its_own() {
    let view = format!("CREATE VIEW v AS {ENDLESS} SELECT fid, NULL AS geom, 'x' AS id FROM r");
    let silent = format!("CREATE VIEW v AS {ENDLESS} SELECT fid, NULL AS geom, 'x' AS id FROM r WHERE fid < 0");
    let crossed = "CREATE VIEW v AS SELECT a.srs_id AS fid, NULL AS geom, 'x' AS id FROM gpkg_spatial_ref_sys a, \
                   gpkg_spatial_ref_sys b, sqlite_master c, sqlite_master d, sqlite_master e, sqlite_master f, sqlite_master g \
                   WHERE a.srs_id = -77";
    let large =
        "CREATE TABLE v (fid INTEGER PRIMARY KEY, geom BLOB, id TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))))";
    let contents = format!("CREATE VIEW gpkg_contents AS {ENDLESS} SELECT c.* FROM c, r");
    let hidden = |kind: &str, name: &str, sql: &str| {
        format!("INSERT INTO sqlite_master VALUES ('{kind}', '{name}', '{name}', 0, '{}')", sql.replace('\'', "''"))
    };
    let text =
        hidden("table", "v", "CREATE VIRTUAL TABLE v USING VirtualText('/etc/passwd', 'UTF-8', 0, NONE, NONE, ':')");
    let other = hidden("table", "v", "CREATE VIRTUAL TABLE v USING VirtualOGR('/etc/hostname')");
    let false_kind = hidden("table", "v", &view);
    let index = hidden("index", "gpkg_contents", &contents);
    let schema = "PRAGMA writable_schema = ON";
    for (name, keeps, statements) in [
        ("view.gpkg", false, vec![view.as_str()]),
        ("silent.gpkg", false, vec![silent.as_str()]),
        ("crossed.gpkg", false, vec![crossed]),
        ("large.gpkg", false, vec![large, "INSERT INTO v (geom) VALUES (NULL)"]),
        ("contents.gpkg", true, vec!["ALTER TABLE gpkg_contents RENAME TO c", &contents]),
        ("text.gpkg", true, vec![schema, &text]),
        ("other.gpkg", true, vec![schema, &other]),
        ("kind.gpkg", true, vec![schema, &false_kind]),
        ("index.gpkg", true, vec![schema, "DELETE FROM sqlite_master WHERE name = 'gpkg_contents'", &index]),
    ] {
        let folder = Folder::new();
        points(&folder);
        geopackage(&folder, name, keeps, &statements);
        let start = Instant::now();
        assert_refused(&folder, name, &[]);
        assert!(start.elapsed() < Duration::from_secs(30), "{name}: {:?}", start.elapsed());
        let outcome = under("ulimit -v 3000000", &["join", &folder.path("points.csv"), "--areas", &folder.path(name)]);
        assert_eq!(outcome.status, 2, "{name}: {}", outcome.stderr);
    }
}

#[test]
fn a_table_is_read_beside_a_view_that_is_not() {
    let folder = Folder::new();
    let points = points(&folder);
    let view = format!("CREATE VIEW v AS {ENDLESS} SELECT fid, NULL AS geom, 'x' AS id FROM r");
    let areas = geopackage(&folder, "both.gpkg", true, &[&view]);
    let outcome = jiju(["join", &points, "--areas", &areas, "--area-id", "adcode", "--count"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("330602"), "{}", outcome.stdout);
}

#[test]
fn what_is_in_the_log_of_a_database_belongs_to_it() {
    let folder = Folder::new();
    let (made, copy) = (folder.file("made.gpkg"), folder.file("copy.gpkg"));
    std::fs::copy(repository("tests/fixtures/areas/grid.gpkg"), &made).unwrap();
    let options = gdal::DatasetOptions {
        open_flags: gdal::GdalOpenFlags::GDAL_OF_UPDATE | gdal::GdalOpenFlags::GDAL_OF_VECTOR,
        allowed_drivers: Some(&["GPKG"]),
        ..gdal::DatasetOptions::default()
    };
    let database = gdal::Dataset::open_ex(&made, options).unwrap();
    for statement in ["PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "UPDATE grid SET name = 'renamed'"]
    {
        database.execute_sql(statement, None, gdal::vector::sql::Dialect::DEFAULT).unwrap();
    }
    // As it is while another program has it open.
    std::fs::copy(&made, &copy).unwrap();
    std::fs::copy(folder.file("made.gpkg-wal"), folder.file("copy.gpkg-wal")).unwrap();
    drop(database);
    let before = names(folder.0.path());
    let outcome = jiju(["convert", copy.to_str().unwrap(), &folder.path("out.geojson"), "--to", "wgs84"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert_eq!(std::fs::read_to_string(folder.file("out.geojson")).unwrap().matches("renamed").count(), 6);
    std::fs::remove_file(folder.file("out.geojson")).unwrap();
    assert_eq!(names(folder.0.path()), before);
    // A frame that was cut off is no commit.
    let log = std::fs::read(folder.file("copy.gpkg-wal")).unwrap();
    std::fs::write(folder.file("copy.gpkg-wal"), &log[..log.len() - 100]).unwrap();
    let outcome = jiju(["convert", copy.to_str().unwrap(), &folder.path("out.geojson"), "--to", "wgs84"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(!std::fs::read_to_string(folder.file("out.geojson")).unwrap().contains("renamed"));
}

#[cfg(unix)]
#[test]
fn a_part_that_is_a_link_to_elsewhere_is_refused() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let points = points(&folder);
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        let part = repository(&format!("tests/fixtures/areas/utf8.{ending}"));
        std::fs::copy(&part, elsewhere.file(&format!("utf8.{ending}"))).unwrap();
        let linked = if ending == "dbf" { elsewhere.file("utf8.dbf") } else { part.clone() };
        // Of one all parts are links into one folder, of the other a single part is.
        std::os::unix::fs::symlink(elsewhere.file(&format!("utf8.{ending}")), folder.file(&format!("all.{ending}")))
            .unwrap();
        match ending {
            "dbf" => std::os::unix::fs::symlink(linked, folder.file("one.dbf")).unwrap(),
            _ => drop(std::fs::copy(linked, folder.file(&format!("one.{ending}"))).unwrap()),
        }
    }
    let joined =
        |areas: &str| jiju(["join", &points, "--areas", &folder.path(areas), "--area-id", "adcode", "--count"]);
    assert_eq!(joined("all.shp").status, 0, "{}", joined("all.shp").stderr);
    let refused = joined("one.shp");
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("one.dbf") && refused.stderr.contains("is a link to"), "{}", refused.stderr);
}

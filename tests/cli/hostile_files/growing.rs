//! Small files that come to gigabytes.

use std::io::Write as _;

use super::{SQUARE, geopackage, points, under};
use crate::cli::Folder;

/// Refused for its size, in bounded memory.
fn assert_too_large(folder: &Folder, name: &str, words: &str) {
    let outcome = under("ulimit -v 3000000", &["join", &points(folder), "--areas", &folder.path(name), "--count"]);
    assert_eq!(outcome.status, 2, "{name}: {}", outcome.stderr);
    assert!(outcome.stderr.contains(name) && outcome.stderr.contains(words), "{name}: {}", outcome.stderr);
}

fn kml(body: &str) -> String {
    format!("<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>{body}</Document></kml>")
}

fn archive(folder: &Folder, name: &str, entries: &[(&str, &[u8], usize)]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(folder.file(name)).unwrap());
    for (entry, bytes, times) in entries {
        archive.start_file(*entry, zip::write::SimpleFileOptions::default()).unwrap();
        (0..*times).for_each(|_| archive.write_all(bytes).unwrap());
    }
    archive.finish().unwrap();
}

#[test]
fn an_archive_is_refused_for_what_it_unpacks_to() {
    let folder = Folder::new();
    let placemark = format!(
        "<Placemark><name>a</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{SQUARE}</coordinates></LinearRing>\
         </outerBoundaryIs></Polygon></Placemark>"
    );
    archive(&folder, "good.kmz", &[("doc.kml", kml(&placemark).as_bytes(), 1)]);
    let good = crate::cli::jiju([
        "join",
        &points(&folder),
        "--areas",
        &folder.path("good.kmz"),
        "--area-id",
        "Name",
        "--count",
    ]);
    assert_eq!(good.status, 0, "{}", good.stderr);
    let blanks = [b' '; 1 << 20];
    archive(&folder, "blanks.kmz", &[("doc.kml", kml(&placemark).as_bytes(), 1), ("blanks", &blanks, 200)]);
    assert!(std::fs::metadata(folder.file("blanks.kmz")).unwrap().len() < 1 << 19);
    assert_too_large(&folder, "blanks.kmz", "bytes of the unpacked archive");
    archive(&folder, "marks.kmz", &[("doc.kml", "<Placemark/>".repeat(10_000).as_bytes(), 300)]);
    assert_too_large(&folder, "marks.kmz", "elements of XML");
}

#[test]
fn a_tree_is_refused_for_its_elements() {
    let folder = Folder::new();
    folder.write("marks.kml", &kml(&"<Placemark/>".repeat(3_000_000)));
    assert_too_large(&folder, "marks.kml", "elements of XML");
    folder.write("values.topojson", &format!("{{\"type\":\"Topology\",\"arcs\":[[{}0]]}}", "0,".repeat(3_000_000)));
    assert_too_large(&folder, "values.topojson", "values of JSON");
}

#[test]
fn an_arc_counts_as_often_as_it_is_used() {
    let folder = Folder::new();
    let arc = format!("[[0,0]{}]", ",[1,1]".repeat(9_999));
    let uses = vec!["{\"type\":\"Polygon\",\"arcs\":[[0]]}"; 10_000].join(",");
    let objects = format!("{{\"a\":{{\"type\":\"GeometryCollection\",\"geometries\":[{uses}]}}}}");
    folder.write("arcs.topojson", &format!("{{\"type\":\"Topology\",\"arcs\":[{arc}],\"objects\":{objects}}}"));
    assert_too_large(&folder, "arcs.topojson", "positions");
}

#[test]
fn a_cell_of_a_database_is_refused_for_its_bytes() {
    let folder = Folder::new();
    let table = "CREATE TABLE v (fid INTEGER PRIMARY KEY, geom BLOB, id TEXT, big BLOB)";
    geopackage(&folder, "cell.gpkg", false, &[table, "INSERT INTO v VALUES (1, NULL, 'a', zeroblob(40000000))"]);
    assert_too_large(&folder, "cell.gpkg", "bytes of a cell");
    geopackage(&folder, "place.gpkg", false, &[table, "INSERT INTO v VALUES (1, zeroblob(300000000), 'a', NULL)"]);
    assert_too_large(&folder, "place.gpkg", "");
}

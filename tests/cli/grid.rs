//! Cells as a user makes and uses them.

use serde_json::Value;

use super::{DISTRICTS, Folder, jiju};

fn done(arguments: &[&str]) -> super::Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome
}

#[test]
fn cells_are_areas_like_any_others() {
    let folder = Folder::new();
    let cells = folder.path("cells.geojson");
    let outcome = done(&["grid", "hexagon", "--areas", DISTRICTS, "--size", "10km", "--clip", "-o", &cells]);
    assert!(outcome.stderr.contains("cells meet the areas"), "{}", outcome.stderr);
    let weights = folder.path("cells.gal");
    let outcome = done(&["weights", "--areas", &cells, "--contiguity", "rook", "--snap", "1m", "-o", &weights]);
    assert!(!outcome.stderr.contains("have no neighbours"), "{}", outcome.stderr);
    // The cells cover the districts.
    let table = folder.write("firms.csv", "lon,lat\n120.58,30.0\n120.48,30.08\n120.9,29.5\n");
    let outcome = done(&["join", &table, "--areas", &cells, "--count", "--format", "json"]);
    let rows: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let counted: u64 = rows.as_array().unwrap().iter().filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!(counted, 3, "{rows}");
}

#[test]
fn a_quadtree_follows_the_firms() {
    let folder = Folder::new();
    let rows = (0..200).map(|n| format!("{},{}\n", 500_000 + n % 20 * 10, 3_300_000 + n / 20 * 10)).collect::<String>();
    let table = folder.write("firms.csv", &format!("x,y\n{rows}505000,3305000\n"));
    let cells = folder.path("cells.geojson");
    let outcome = done(&["grid", "quadtree", &table, "--crs", "EPSG:4549", "--least", "1", "-o", &cells]);
    assert!(outcome.stderr.contains("cells.geojson: "), "{}", outcome.stderr);
    let found: Value = serde_json::from_str(&std::fs::read_to_string(&cells).unwrap()).unwrap();
    assert!(found["features"].as_array().unwrap().len() > 4);
    let refused = jiju(["grid", "quadtree", "--areas", DISTRICTS, "--least", "5", "-o", &cells]);
    // A quadtree is made of points.
    assert!(refused.status == 2 && refused.stderr.contains("<TABLE>"), "{}", refused.stderr);
    // Squares cover the areas, whatever the points.
    let refused = jiju(["grid", "square", &table, "--areas", DISTRICTS, "--cell", "5km", "-o", &cells]);
    assert!(refused.status == 2 && refused.stderr.contains("leave out the table, or --areas"), "{}", refused.stderr);
    let refused = jiju(["grid", "square", "--areas", DISTRICTS, "--size", "1m", "-o", &cells]);
    assert!(refused.stderr.contains("larger cells"), "{}", refused.stderr);
}

#[test]
fn h3_cells_have_its_own_ids() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "lon,lat\n120.58,30.0\n120.48,30.08\n120.9,29.5\n");
    let cells = folder.path("h3.geojson");
    done(&["grid", "h3", &table, "--resolution", "5", "-o", &cells]);
    let outcome = done(&["join", &table, "--areas", &cells, "--count", "--format", "json"]);
    let rows: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let counted: u64 = rows.as_array().unwrap().iter().filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!(counted, 3, "{rows}");
    let outcome = done(&["grid", "h3", "--areas", DISTRICTS, "--resolution", "5", "--clip", "-o", &cells]);
    assert!(outcome.stderr.contains("cells meet the areas"), "{}", outcome.stderr);
    let refused = jiju(["grid", "h3", "--areas", DISTRICTS, "--resolution", "16", "-o", &cells]);
    assert!(refused.status == 2 && refused.stderr.contains("expected 0 to 15"), "{}", refused.stderr);
}

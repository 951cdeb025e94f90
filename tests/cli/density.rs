//! Densities as tables and GeoTIFF.

use super::{DISTRICTS, Folder, jiju};

fn done(arguments: &[&str]) -> super::Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome
}

/// A square of 10 km with 400 firms in its lower left quarter, half of them of dyeing.
fn inputs(folder: &Folder) -> (String, String) {
    let rows = (0..400).map(|n| {
        format!("{},{},{}\n", 500_125 + n % 20 * 250, 3_300_125 + n / 20 * 250, ["dyeing", "chemicals"][n % 2])
    });
    let table = folder.write("firms.csv", &format!("x,y,sector\n{}", rows.collect::<String>()));
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}"#;
    let ring = "[[500000,3300000],[510000,3300000],[510000,3310000],[500000,3310000],[500000,3300000]]";
    let feature = format!(
        r#"{{"type":"Feature","properties":{{"id":"w"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
    );
    let window =
        folder.write("window.geojson", &format!(r#"{{"type":"FeatureCollection",{crs},"features":[{feature}]}}"#));
    (table, window)
}

fn values(csv: &str) -> Vec<(f64, f64, f64)> {
    let row = |line: &str| {
        let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        (numbers[0], numbers[1], numbers[2])
    };
    csv.lines().skip(1).map(row).collect()
}

#[test]
fn a_density_holds_all_points_and_is_even_where_they_are() {
    let folder = Folder::new();
    let (table, window) = inputs(&folder);
    let common = ["density", &table, "--crs", "EPSG:4549", "--window", &window, "--cell", "250m", "--format", "csv"];
    for correction in ["uniform", "diggle"] {
        let outcome = done(&[&common[..], &["--bandwidth", "500m", "--correction", correction]].concat());
        let cells = values(&outcome.stdout);
        assert_eq!(cells.len(), 1600);
        // 400 firms on 25 km²: 16 on each.
        assert!((cells.iter().find(|cell| (cell.0, cell.1) == (502_625.0, 3_302_625.0)).unwrap().2 - 16.0).abs() < 0.1);
        if correction == "diggle" {
            let all: f64 = cells.iter().map(|cell| cell.2 / 16.0).sum();
            assert!((all - 400.0).abs() < 1e-6, "{all}");
        } else {
            // Also at the corner, whose kernel reaches beyond the window.
            let corner = cells.iter().find(|cell| (cell.0, cell.1) == (500_125.0, 3_300_125.0)).unwrap().2;
            assert!((corner - 16.0).abs() < 0.1, "{corner}");
        }
    }
    let outcome =
        done(&[&common[..], &["--bandwidth", "500m", "--by", "sector", "--sector", "dyeing", "--relative"]].concat());
    let shares = values(&outcome.stdout);
    assert!(shares.len() < 1600 && shares.iter().all(|cell| (0.0..=1.0).contains(&cell.2)));
    assert!((shares.iter().find(|cell| (cell.0, cell.1) == (502_625.0, 3_302_625.0)).unwrap().2 - 0.5).abs() < 0.01);
    for rule in ["scott", "silverman", "cross-validation"] {
        assert!(
            done(&[&common[..], &["--bandwidth", rule, "--kernel", "quartic"]].concat()).stderr.contains("bandwidth ")
        );
    }
}

#[test]
fn a_geotiff_says_its_grid() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "lon,lat\n120.5,30.0\n120.51,30.01\n120.6,29.9\n");
    let out = folder.path("density.tif");
    done(&["density", &table, "--window", DISTRICTS, "--cell", "2km", "--bandwidth", "5km", "-o", &out]);
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!(&bytes[..4], b"II*\0");
    let again = folder.path("again.tif");
    done(&["density", &table, "--window", DISTRICTS, "--cell", "2km", "--bandwidth", "5km", "-o", &again]);
    assert_eq!(std::fs::read(&again).unwrap(), bytes);
    let refused = jiju(["density", &table, "--window", DISTRICTS, "--cell", "1m", "--bandwidth", "5km", "-o", &out]);
    assert!(refused.status == 2 && refused.stderr.contains("larger cells"), "{}", refused.stderr);
    let refused = jiju(["density", &table, "--bandwidth", "5"]);
    assert_eq!(refused.status, 2);
}

#[test]
fn contours_are_polygons_of_the_whole_window() {
    let folder = Folder::new();
    let (table, window) = inputs(&folder);
    let out = folder.path("contours.geojson");
    let common =
        ["density", &table, "--crs", "EPSG:4549", "--window", &window, "--cell", "250m", "--bandwidth", "500m"];
    let found = |more: &[&str]| -> Vec<serde_json::Value> {
        done(&[&common[..], more, &["-o", &out]].concat());
        let found: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
        found["features"].as_array().unwrap().clone()
    };
    let bands = found(&["--contours", "0,1,4,12"]);
    assert_eq!(bands.len(), 4);
    assert_eq!(bands[3]["properties"]["level_lower"], 12.0);
    assert!(bands[3]["properties"]["level_upper"].is_null());
    let all: f64 = bands.iter().map(|band| band["properties"]["area_km2"].as_f64().unwrap()).sum();
    assert!((all - 100.0).abs() < 1e-9, "{all} km²");
    // In longitude and latitude, and areas like any others.
    let joined = folder.path("joined.csv");
    done(&["join", &table, "--crs", "EPSG:4549", "--areas", &out, "--area-id", "level_lower", "-o", &joined]);
    assert_eq!(found(&["--levels", "5"]).len(), 5);
    let lines = found(&["--contours", "4,12", "--lines"]);
    assert_eq!(lines[0]["geometry"]["type"].as_str().map(|kind| kind.ends_with("LineString")), Some(true));
    assert_eq!(lines[1]["properties"]["level"], 12.0);
    // Without contours, the cells are points.
    let cells = found(&[]);
    assert_eq!((cells.len(), cells[0]["geometry"]["type"].as_str()), (1600, Some("Point")));
    for (more, said) in [
        (&["--contours", "2,1", "-o", &out][..], "ascending"),
        (&["--contours", "1", "-o", "contours.tif"], "write them to -o FILE.geojson"),
        (&["--lines"], "give --contours or --levels"),
        (&["--contours", "1"], "--output"),
    ] {
        let refused = jiju([&common[..], more].concat());
        assert!(refused.status == 2 && refused.stderr.contains(said), "{}", refused.stderr);
    }
}

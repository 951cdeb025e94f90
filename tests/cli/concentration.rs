//! Areas, sectors and pairs of sectors of a concentration table.

use serde_json::Value;

use super::{Folder, jiju};

#[test]
fn rows_are_of_areas_sectors_and_pairs() {
    let folder = Folder::new();
    let square = |id: &str, x: i32| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}"}},"geometry":{{"type":"Polygon","coordinates":[[[{x},0],[{0},0],[{0},10],[{x},10],[{x},0]]]}}}}"#,
            x + 10
        )
    };
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}"#;
    let features =
        ["a", "b", "c", "d"].iter().zip(0..).map(|(id, n)| square(id, 500_000 + n * 10)).collect::<Vec<_>>().join(",");
    let areas =
        folder.write("towns.geojson", &format!(r#"{{"type":"FeatureCollection",{crs},"features":[{features}]}}"#));
    // Two dye works in a and two in b, one of each other sector everywhere; the large bearing works stands in d.
    let table = folder.write(
        "firms.csv",
        "x,y,sector,staff\n500001,5,dyeing,1\n500002,5,dyeing,1\n500011,5,dyeing,1\n500012,5,dyeing,1\n500003,5,bearings,1\n500013,5,bearings,1\n\
         500023,5,bearings,1\n500033,5,bearings,97\n500024,5,,4\n",
    );
    let ask = |more: &[&str]| -> Vec<Value> {
        let common = ["concentration", &table, "--crs", "EPSG:4549", "--areas", &areas, "--format", "json"];
        let outcome = jiju([&common, more].concat());
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        serde_json::from_str::<Value>(&outcome.stdout).unwrap().as_array().unwrap().clone()
    };
    let near = |value: &Value, expected: f64| {
        let found = value.as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
    };
    let by_area = ask(&["--per", "area"]);
    assert_eq!((by_area.len(), by_area[3]["count"].as_f64()), (4, Some(1.0)));
    // a lives from 2 dye works and 1 of bearings: the rest from 2, 3 and 1.
    near(&by_area[0]["krugman"], (2.0 / 3.0 - 2.0 / 6.0) + (3.0 / 6.0 - 1.0 / 3.0) + 1.0 / 6.0);
    near(&by_area[3]["shannon_bits"], 0.0);
    let by_sector = ask(&["--per", "sector"]);
    assert_eq!(by_sector[1]["sector"], "dyeing");
    // G = 2 (1/2 − 1/3)² + (2/9)² + (1/9)², H = 1/4, Σx² = (9 + 9 + 4 + 1) / 81.
    let (g, h, x2) = (2.0 / 36.0 + 5.0 / 81.0, 0.25, 23.0 / 81.0);
    near(&by_sector[1]["gamma"], (g - (1.0 - x2) * h) / ((1.0 - x2) * (1.0 - h)));
    assert_eq!(by_sector[2]["sector"], "unclassified");
    assert_eq!(by_sector[2]["gamma"], Value::Null);
    let by_size = ask(&["--per", "sector", "--weight", "staff"]);
    near(&by_size[0]["largest_plant_share"], 0.97);
    let pairs = ask(&["--per", "pair"]);
    assert_eq!(pairs.len(), 3);
    assert_eq!((pairs[0]["sector"].as_str(), pairs[0]["other_sector"].as_str()), (Some("bearings"), Some("dyeing")));
    assert_eq!(pairs[0]["areas_together"], 0);
    let cells = ask(&["--minimum-count", "2"]);
    assert_eq!(cells.iter().filter(|cell| cell["below_minimum"] == false).count(), 2);
}

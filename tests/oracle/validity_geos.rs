//! The rings of areas and points in areas, held against the tests of GEOS: `validity_geos.py`.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use jiju::join::{AreaIndex, ring_faults};
use jiju::model::{Area, Areas, Point, Reference};
use serde_json::Value;

fn cases(list: &str) -> Vec<Value> {
    let text = std::fs::read_to_string("tests/oracle/data/validity_geos.json").unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    read[list].as_array().unwrap().clone()
}

fn area(case: &Value) -> MultiPolygon<f64> {
    let place = |pair: &Value| Coord { x: pair[0].as_f64().unwrap(), y: pair[1].as_f64().unwrap() };
    let ring = |ring: &Value| LineString(ring.as_array().unwrap().iter().map(place).collect());
    let part = |part: &Value| {
        let mut rings = part.as_array().unwrap().iter().map(ring);
        Polygon::new(rings.next().unwrap(), rings.collect())
    };
    MultiPolygon(case["area"].as_array().unwrap().iter().map(part).collect())
}

#[test]
fn rings_are_valid_where_geos_says_so() {
    let cases = cases("validity");
    assert!(cases.len() > 300);
    let wrong: Vec<String> = (cases.iter())
        .filter(|case| ring_faults(&area(case)).is_empty() != case["is_valid"].as_bool().unwrap())
        .map(|case| format!("{}: {:?}", case["name"], ring_faults(&area(case))))
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn points_are_where_geos_says_they_are() {
    for case in cases("points") {
        let one = Area { id: "a".to_owned(), name: "a".to_owned(), parent: None, geometry: area(&case) };
        let areas =
            Areas { layer: "a".to_owned(), source: "a".to_owned(), reference: Reference::epsg(4549), areas: vec![one] };
        let at = Point::new(case["point"][0].as_f64().unwrap(), case["point"][1].as_f64().unwrap());
        let found = AreaIndex::new(&areas).unwrap().locate(at);
        let place = match (found.area, found.on_boundary) {
            (None, _) => "outside",
            (Some(_), true) => "boundary",
            (Some(_), false) => "inside",
        };
        assert_eq!(place, case["where"].as_str().unwrap(), "{}", case["name"]);
    }
}

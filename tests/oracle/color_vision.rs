//! Colours as others compute them: the pairs of Sharma, Wu & Dalal (2005, table 1), colorspacious, scikit-image
//! (`color_vision.py`).

use jiju::render::{Color, Vision, ciede2000};
use serde_json::Value;

const EXPECTED: &str = include_str!("data/color_vision.json");
const SHARMA: &str = include_str!("data/ciede2000_sharma.csv");

fn lab(value: &Value) -> [f64; 3] {
    [0, 1, 2].map(|axis| value[axis].as_f64().unwrap())
}

fn color(value: &Value) -> Color {
    value.as_str().unwrap().parse().unwrap()
}

fn list<'a>(expected: &'a Value, key: &str) -> &'a Vec<Value> {
    expected[key].as_array().unwrap()
}

#[test]
fn ciede2000_of_the_published_pairs() {
    let rows: Vec<Vec<f64>> =
        SHARMA.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 34);
    for row in rows {
        let (a, b) = ([row[0], row[1], row[2]], [row[3], row[4], row[5]]);
        assert!((ciede2000(a, b) - row[6]).abs() <= 5e-5, "{row:?}: {}", ciede2000(a, b));
        assert!((ciede2000(b, a) - row[6]).abs() <= 5e-5, "{row:?} the other way");
    }
}

#[test]
fn ciede2000_as_scikit_image() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    for pair in list(&expected, "difference") {
        let found = ciede2000(lab(&pair["a"]), lab(&pair["b"]));
        let expected = pair["ciede2000"].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-9, "{pair}: {found}");
    }
}

#[test]
fn lab_as_scikit_image() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    for entry in list(&expected, "lab") {
        let (found, expected) = (color(&entry["color"]).lab(), lab(&entry["lab"]));
        // The matrices of the two have six and seven digits.
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.01), "{entry}: {found:?}");
    }
}

#[test]
fn lack_of_a_pigment_as_colorspacious() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    assert_eq!(list(&expected, "seen").len(), 30);
    for entry in list(&expected, "seen") {
        let vision = match entry["vision"].as_str().unwrap() {
            "protanopia" => Vision::Protanopia,
            "deuteranopia" => Vision::Deuteranopia,
            _ => Vision::Tritanopia,
        };
        let seen = color(&entry["color"]).seen_with(vision);
        let channels = [seen.red, seen.green, seen.blue].map(i64::from);
        for (found, expected) in channels.iter().zip(list(entry, "as")) {
            assert!((found - expected.as_i64().unwrap()).abs() <= 1, "{entry}: {channels:?}");
        }
    }
}

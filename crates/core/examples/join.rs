//! Counts points per district, and the distance of those outside: `cargo run -p jiju-core --example join`.

#![allow(clippy::print_stdout)]

use geo::{MultiPolygon, polygon};
use jiju_core::join::{AreaIndex, distances_m, locate_points, totals};
use jiju_core::model::{Area, Areas, Point, Reference};

fn main() -> jiju_core::Result<()> {
    let district = |id: &str, name: &str, west: f64| Area {
        id: id.to_owned(),
        name: name.to_owned(),
        parent: None,
        geometry: MultiPolygon(vec![polygon![
            (x: west, y: 29.9),
            (x: west + 0.2, y: 29.9),
            (x: west + 0.2, y: 30.1),
            (x: west, y: 30.1),
        ]]),
    };
    let areas = Areas {
        layer: "district".to_owned(),
        source: "made up".to_owned(),
        reference: Reference::Wgs84,
        areas: vec![district("w", "West", 120.4), district("e", "East", 120.6)],
    };
    let index = AreaIndex::new(&areas)?;

    let points = [(120.45, 30.0), (120.55, 30.02), (120.7, 29.95), (120.81, 30.0)];
    let points: Vec<_> = points.into_iter().map(|(lon, lat)| Some(Point::new(lon, lat))).collect();
    let matches = locate_points(&index, &points, None);
    let counted = totals(&matches, areas.len());

    for (area, count) in areas.areas.iter().zip(&counted.areas) {
        println!("{}: {count} points", area.name);
    }
    println!("in no district: {}", counted.unmatched);
    for (point, distance_m) in points.iter().flatten().zip(distances_m(&index, &points)) {
        if let Some(distance_m) = distance_m.filter(|distance_m| *distance_m > 0.0) {
            println!("({}, {}) is {distance_m:.0} m from the nearest district", point.x, point.y);
        }
    }
    Ok(())
}

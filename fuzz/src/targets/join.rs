//! The join, held against exact arithmetic, and saved indices.

use jiju::join::{AreaIndex, Holders, SavedIndex, index_bytes, locate_columns, locate_points};
use jiju::model::{Match, Point, Reference};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::exact::{Edge, ExactLayer, Layer, Ring, areas, edges};
use super::inputs::Numbers;

/// Frames that carry corners of a lattice to doubles, with rounding and without, from tiny to huge.
const FRAMES: [(f64, f64, f64); 8] = [
    (1.0, 0.0, 0.0),
    (0.1, 120.3, 30.1),
    (1.0 / 3.0, 0.0, -7.0),
    (1e-9, 120.640_7, 30.129_613),
    (123.456, 40_512_345.678, 3_312_345.1),
    (1e90, 0.0, 0.0),
    (7e-60, 1e-45, -1e-44),
    (f64::MIN_POSITIVE / 8.0, 0.0, 1e-310),
];

/// A layer of areas, and points on it and about it.
fn difficult(bytes: &[u8]) -> (Layer, Vec<(f64, f64)>) {
    let mut numbers = Numbers(bytes);
    let numbers = &mut numbers;
    let kind = numbers.below(FRAMES.len() + 1);
    let place = |numbers: &mut Numbers<'_>| match FRAMES.get(kind) {
        Some((scale, x, y)) => {
            let corner = numbers.byte();
            let (step, rise) = (f64::from(corner & 15) - 8.0, f64::from(corner >> 4) - 8.0);
            (step * scale + x, rise * scale + y)
        }
        None => (numbers.number(), numbers.number()),
    };
    let layer: Layer = (0..1 + numbers.below(5))
        .map(|_| {
            let part = |numbers: &mut Numbers<'_>| -> Vec<Ring> {
                (0..1 + numbers.below(3))
                    .map(|_| (0..3 + numbers.below(10)).map(|_| place(numbers)).collect())
                    .collect()
            };
            (0..1 + numbers.below(3)).map(|_| part(numbers)).collect()
        })
        .collect();
    let all: Vec<Edge> = layer.iter().flatten().flatten().flat_map(edges).collect();
    let points = (0..24).map(|_| {
        let (a, b) = all[(numbers.below(256) << 8 | numbers.below(256)) % all.len()];
        let share = f64::from(numbers.byte()) / 255.0;
        let (x, y) = match numbers.below(5) {
            0 => a,
            1 => (a.0 + (b.0 - a.0) * 0.5, a.1 + (b.1 - a.1) * 0.5),
            2 => (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share),
            3 => (a.0, b.1),
            _ => place(numbers),
        };
        let step = |value: f64, steps: u8| match steps % 8 {
            1 => value.next_up(),
            2 => value.next_down(),
            _ => value,
        };
        let steps = numbers.byte();
        (step(x, steps), step(y, steps >> 4))
    });
    let points = points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    (layer, points)
}

fn pairs(matches: &[Match]) -> Vec<(usize, bool)> {
    matches.iter().map(|one| (one.area.unwrap(), one.on_boundary)).collect()
}

/// Every way to ask the index gives what exact arithmetic gives; the saved one too.
pub fn join(bytes: &[u8]) {
    let (layer, points) = difficult(bytes);
    let areas = areas(&layer, Reference::epsg(4549));
    let Ok(index) = AreaIndex::new(&areas) else { return };
    let truth = ExactLayer::new(&layer);
    let saved = SavedIndex::from_bytes(index_bytes(&areas, &index, &Value::Null).unwrap().into()).unwrap();
    assert_eq!(saved.areas(), areas);
    let saved = saved.into_index();
    let expected: Vec<_> = points.iter().map(|point| truth.locate_all(*point)).collect();
    for (place, (x, y)) in points.iter().enumerate() {
        let point = Point::new(*x, *y);
        for index in [&index, &saved] {
            assert_eq!(pairs(&index.locate_all(point)), expected[place], "at {x:?}, {y:?} of {layer:?}");
            let first = index.locate(point);
            let first = first.area.map(|area| (area, first.on_boundary));
            assert_eq!(first, expected[place].first().copied(), "at {x:?}, {y:?} of {layer:?}");
        }
    }
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let mut found = vec![Vec::new(); points.len()];
    locate_columns(&index, &x, &y, Holders::All, None, |place, one| found[place].extend(one.area));
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, &expected.iter().map(|(area, _)| *area).collect::<Vec<_>>(), "by columns in {layer:?}");
    }
    asked(&index, &points);
}

/// Asks all that an index can be asked.
fn asked(index: &AreaIndex, points: &[(f64, f64)]) {
    let some: Vec<Option<Point>> = points.iter().map(|(x, y)| Some(Point::new(*x, *y))).collect();
    for snapped in locate_points(index, &some, Some(1.0)) {
        assert!(snapped.snapped_m.is_none_or(|distance_m| (0.0..=1.0).contains(&distance_m)));
    }
    for point in some.into_iter().flatten().take(8) {
        let _ = (index.distance_m(point), index.depth_m(point), index.all_within(point, 2.0));
    }
}

/// Where the checksum of an index stands, and where what it is of begins.
const CHECKSUM: std::ops::Range<usize> = 16..32;

/// A saved index whose checksum is made right, so that what it says is looked at.
pub fn index(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    if let Some(body) = bytes.get(CHECKSUM.end..) {
        let checksum = xxh3_128(body).to_le_bytes();
        bytes[CHECKSUM].copy_from_slice(&checksum);
    }
    let Ok(saved) = SavedIndex::from_bytes(bytes.into()) else { return };
    let areas = saved.areas();
    let corners = areas.areas.iter().flat_map(|area| geo::CoordsIter::coords_iter(&area.geometry));
    let points: Vec<(f64, f64)> = corners.take(20).flat_map(|at| [(at.x, at.y), (at.x + 0.3, at.y - 0.3)]).collect();
    let index = saved.into_index();
    // What it says may be wrong: it was signed anew. It says it, and comes back.
    for (x, y) in &points {
        let _ = (index.locate(Point::new(*x, *y)), index.locate_all(Point::new(*x, *y)));
    }
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    locate_columns(&index, &x, &y, Holders::All, Some(1.0), |_, _| ());
    let some: Vec<Option<Point>> = points.iter().map(|(x, y)| Some(Point::new(*x, *y))).collect();
    let _ = locate_points(&index, &some, Some(1.0));
}

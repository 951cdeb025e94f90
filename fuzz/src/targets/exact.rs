//! Which areas hold a point, by exact arithmetic and brute force: what the index is held against.

use geo::{LineString, MultiPolygon, Polygon};
use jiju::model::{Area, Areas, Reference};
use num_bigint::BigInt;

pub type Ring = Vec<(f64, f64)>;
/// Areas of parts of rings, the first ring of a part its exterior.
pub type Layer = Vec<Vec<Vec<Ring>>>;

pub fn areas(layer: &Layer, reference: Reference) -> Areas {
    let ring = |ring: &Ring| LineString::from(ring.clone());
    let polygon = |rings: &Vec<Ring>| Polygon::new(ring(&rings[0]), rings[1..].iter().map(ring).collect());
    let area = |(number, parts): (usize, &Vec<Vec<Ring>>)| Area {
        id: number.to_string(),
        name: format!("area {number}"),
        parent: None,
        geometry: MultiPolygon(parts.iter().map(polygon).collect()),
    };
    Areas {
        layer: "layer".to_owned(),
        source: "layer.geojson".to_owned(),
        reference,
        areas: layer.iter().enumerate().map(area).collect(),
    }
}

/// The number times 2¹⁰⁷⁴, a whole number for every finite double.
fn exact(value: f64) -> BigInt {
    let bits = value.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let mantissa = (bits & ((1 << 52) - 1)) | if exponent > 0 { 1 << 52 } else { 0 };
    let whole = BigInt::from(mantissa) << exponent.saturating_sub(1);
    if value < 0.0 { -whole } else { whole }
}

type ExactPoint = (BigInt, BigInt);

fn exact_point((x, y): (f64, f64)) -> ExactPoint {
    (exact(x), exact(y))
}

/// Whether the point lies on a closed segment: in line with its ends, and between them.
fn on_edge(p: &ExactPoint, a: &ExactPoint, b: &ExactPoint) -> bool {
    let between = |value: &BigInt, a: &BigInt, b: &BigInt| (value >= a && value <= b) || (value >= b && value <= a);
    let cross = (&b.0 - &a.0) * (&p.1 - &a.1) - (&b.1 - &a.1) * (&p.0 - &a.0);
    cross == BigInt::ZERO && between(&p.0, &a.0, &b.0) && between(&p.1, &a.1, &b.1)
}

/// Whether a ray straight up from the point crosses an edge; the index sends its rays to the right.
fn crosses_above(p: &ExactPoint, a: &ExactPoint, b: &ExactPoint) -> bool {
    let (left, right) = if a.0 <= b.0 { (a, b) } else { (b, a) };
    if p.0 < left.0 || p.0 >= right.0 {
        return false;
    }
    // Height of the edge at the point's x, above the point: y_l + (y_r − y_l)(x − x_l)/(x_r − x_l) > y.
    let width = &right.0 - &left.0;
    (&right.1 - &left.1) * (&p.0 - &left.0) > (&p.1 - &left.1) * width
}

pub type Edge = ((f64, f64), (f64, f64));

pub fn edges(ring: &Ring) -> impl Iterator<Item = Edge> + '_ {
    (0..ring.len()).map(|n| (ring[n], ring[(n + 1) % ring.len()]))
}

/// Edges part by part.
pub struct ExactLayer(Vec<Vec<Vec<Edge>>>);

impl ExactLayer {
    pub fn new(layer: &Layer) -> Self {
        let part = |rings: &Vec<Ring>| rings.iter().flat_map(edges).collect();
        Self(layer.iter().map(|parts| parts.iter().map(part).collect()).collect())
    }

    /// Every area that holds the point, and whether on its boundary.
    pub fn locate_all(&self, point: (f64, f64)) -> Vec<(usize, bool)> {
        let exactly = exact_point(point);
        let mut found = Vec::new();
        for (number, parts) in self.0.iter().enumerate() {
            let mut inside = false;
            let mut on_boundary = false;
            for edges in parts {
                // Neither on the edge nor below it: doubles compare exactly.
                let near: Vec<(ExactPoint, ExactPoint)> = edges
                    .iter()
                    .filter(|(a, b)| point.0 >= a.0.min(b.0) && point.0 <= a.0.max(b.0) && point.1 <= a.1.max(b.1))
                    .map(|(a, b)| (exact_point(*a), exact_point(*b)))
                    .collect();
                if near.iter().any(|(a, b)| on_edge(&exactly, a, b)) {
                    on_boundary = true;
                } else {
                    inside |= near.iter().filter(|(a, b)| crosses_above(&exactly, a, b)).count() % 2 == 1;
                }
            }
            if inside || on_boundary {
                found.push((number, !inside));
            }
        }
        found
    }
}

use geo::{BoundingRect as _, Contains as _, Coord, LineString, Polygon};

use super::chance::Chance;
use super::metres::{metres_per_degree, six_decimals};
use super::towns::Town;
use crate::model::{Area, Areas, Point};

pub(super) const PARKS_FILE: &str = "parks.geojson";
pub(super) const SMALL_MICRO_PARKS_FILE: &str = "small_micro_parks.geojson";

/// A kind of invented park.
pub(super) struct ParkKind {
    pub(super) layer: &'static str,
    pub(super) file: &'static str,
    /// The letter before the number in the id.
    letter: char,
    name: &'static str,
    /// The smallest and largest number in a district.
    number: (usize, usize),
    /// The smallest and largest radius in metres.
    radius_m: (f64, f64),
    /// The smallest and largest distance from the town in metres.
    distance_m: (f64, f64),
}

/// Industrial parks 工业园区.
pub(super) const PARKS: ParkKind = ParkKind {
    layer: "park",
    file: PARKS_FILE,
    letter: 'P',
    name: "示例园区",
    number: (4, 7),
    radius_m: (450.0, 1300.0),
    distance_m: (700.0, 3500.0),
};

/// Parks of small and micro firms 小微企业园.
pub(super) const SMALL_MICRO_PARKS: ParkKind = ParkKind {
    layer: "small_micro_park",
    file: SMALL_MICRO_PARKS_FILE,
    letter: 'M',
    name: "示例小微园",
    number: (9, 15),
    radius_m: (70.0, 190.0),
    distance_m: (300.0, 3000.0),
};

/// Draws irregular outlines near towns. Each lies inside its district and does not touch another of its layer. The
/// towns in `first` are served before the others.
pub(super) fn outlines(
    kind: &ParkKind,
    districts: &Areas,
    towns: &[Town],
    first: &[usize],
    chance: &mut Chance,
) -> Areas {
    let mut areas: Vec<Area> = Vec::new();
    let mut circles: Vec<(Point, f64)> = Vec::new();
    for (district, area) in districts.areas.iter().enumerate() {
        let mut members: Vec<usize> = (0..towns.len()).filter(|town| towns[*town].district == district).collect();
        chance.shuffle(&mut members);
        members.sort_by_key(|town| !first.contains(town));
        let number = kind.number.0 + chance.below(kind.number.1 - kind.number.0 + 1);
        for turn in 0..number {
            let town = &towns[members[turn % members.len()]];
            // A narrow valley may have no room: then the town goes without.
            for _ in 0..60 {
                let radius_m = chance.between(kind.radius_m.0, kind.radius_m.1);
                let center = around(town.point, chance.between(kind.distance_m.0, kind.distance_m.1), chance);
                let outline = irregular(center, radius_m, chance);
                let is_free = circles
                    .iter()
                    .all(|(other, other_radius_m)| distance_m(center, *other) > 1.2 * (radius_m + other_radius_m));
                if is_free && area.geometry.contains(&outline) {
                    circles.push((center, radius_m));
                    let number = areas.len() + 1;
                    areas.push(Area {
                        id: format!("{}{number:03}", kind.letter),
                        name: format!("{} {number}", kind.name),
                        parent: Some(area.id.clone()),
                        geometry: outline.into(),
                    });
                    break;
                }
            }
        }
    }
    Areas { layer: kind.layer.to_owned(), source: kind.file.to_owned(), reference: districts.reference, areas }
}

/// Draws a point at this distance from a centre, in any direction.
pub(super) fn around(center: Point, distance_m: f64, chance: &mut Chance) -> Point {
    let angle = chance.between(0.0, std::f64::consts::TAU);
    let scale = metres_per_degree(center.y);
    Point::new(
        six_decimals(center.x + distance_m * libm::cos(angle) / scale.x),
        six_decimals(center.y + distance_m * libm::sin(angle) / scale.y),
    )
}

/// A star-shaped polygon: its corners turn once around the centre, so that no edge crosses another.
fn irregular(center: Point, radius_m: f64, chance: &mut Chance) -> Polygon<f64> {
    let corners = 7 + chance.below(6);
    let scale = metres_per_degree(center.y);
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let step = std::f64::consts::TAU / corners as f64;
    let turn = chance.between(0.0, step);
    let ring: Vec<Coord<f64>> = (0..corners)
        .map(|corner| {
            #[expect(clippy::cast_precision_loss, reason = "a dozen")]
            let angle = turn + step * (corner as f64 + chance.between(-0.3, 0.3));
            let reach_m = radius_m * chance.between(0.6, 1.1);
            Coord {
                x: six_decimals(center.x + reach_m * libm::cos(angle) / scale.x),
                y: six_decimals(center.y + reach_m * libm::sin(angle) / scale.y),
            }
        })
        .collect();
    Polygon::new(LineString::new(ring), Vec::new())
}

/// Draws a point inside an outline.
pub(super) fn inside(outline: &Area, chance: &mut Chance) -> Option<Point> {
    let bounds = outline.geometry.bounding_rect()?;
    (0..200)
        .map(|_| {
            Point::new(
                six_decimals(chance.between(bounds.min().x, bounds.max().x)),
                six_decimals(chance.between(bounds.min().y, bounds.max().y)),
            )
        })
        .find(|point| outline.geometry.contains(&Coord::from(*point)))
}

/// Returns the approximate distance in metres between two points of a district.
pub(super) fn distance_m(a: Point, b: Point) -> f64 {
    let scale = metres_per_degree((a.y + b.y) / 2.0);
    let (x, y) = ((a.x - b.x) * scale.x, (a.y - b.y) * scale.y);
    (x * x + y * y).sqrt()
}

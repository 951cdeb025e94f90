use std::f64::consts::{PI, TAU};

use geo::buffer::{BufferStyle, LineJoin};
use geo::{
    Area as _, BooleanOps as _, Buffer as _, Contains as _, Coord, Intersects as _, MultiPolygon, Translate as _,
};

use crate::error::{Result, StatsError};

/// The steps of arcs, in radians.
const ARC: f64 = PI / 90.0;

/// The region in which points were observed, in the metres of a projected grid.
///
/// # Examples
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::stats::Window;
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 10.0, y: 10.0 }).to_polygon();
/// let window = Window::new(MultiPolygon(vec![square]))?;
/// assert_eq!((window.area_m2(), window.perimeter_m()), (100.0, 40.0));
/// assert_eq!(window.distance_to_boundary_m([3.0, 5.0]), 3.0);
/// // From a corner, a quarter of every small circle lies inside.
/// assert!((window.share_of_circle([0.0, 0.0], 2.0) - 0.25).abs() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Window {
    geometry: MultiPolygon<f64>,
    edges: Vec<[[f64; 2]; 2]>,
    area_m2: f64,
    /// The sides of the window if it is an axis-parallel rectangle.
    rectangle: Option<[[f64; 2]; 2]>,
}

impl Window {
    /// A window from polygons, with their holes, that do not overlap.
    ///
    /// # Errors
    ///
    /// Coordinates that are not finite; polygons that enclose nothing.
    pub fn new(geometry: MultiPolygon<f64>) -> Result<Self> {
        let rings =
            || geometry.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        let refused = |found: f64, expected: &'static str| {
            Err(StatsError::Value { statistic: "the point pattern", place: "the window".to_owned(), found, expected }
                .into())
        };
        for coord in rings().flat_map(|ring| &ring.0) {
            if !(coord.x.is_finite() && coord.y.is_finite()) {
                return refused(if coord.x.is_finite() { coord.y } else { coord.x }, "coordinates in metres");
            }
        }
        let edges = rings()
            .flat_map(|ring| ring.lines())
            .filter(|line| line.start != line.end)
            .map(|line| [[line.start.x, line.start.y], [line.end.x, line.end.y]])
            .collect();
        let area_m2 = geometry.unsigned_area();
        if area_m2 <= 0.0 {
            return refused(area_m2, "an area that encloses something");
        }
        let rectangle = rectangle(&geometry);
        Ok(Self { geometry, edges, area_m2, rectangle })
    }

    /// The polygons of the window.
    #[must_use]
    pub const fn geometry(&self) -> &MultiPolygon<f64> {
        &self.geometry
    }

    /// The area of the window, in m².
    #[must_use]
    pub const fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// The total length of all rings, in metres.
    #[must_use]
    pub fn perimeter_m(&self) -> f64 {
        self.edges.iter().map(|[a, b]| (b[0] - a[0]).hypot(b[1] - a[1])).sum()
    }

    /// The lower left and the upper right corner of the bounding box, in metres.
    #[must_use]
    pub fn corners(&self) -> [[f64; 2]; 2] {
        let nothing = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
        self.edges.iter().flatten().fold(nothing, |[lower, upper], at| {
            [[lower[0].min(at[0]), lower[1].min(at[1])], [upper[0].max(at[0]), upper[1].max(at[1])]]
        })
    }

    /// Returns whether a point lies in the window or on its boundary.
    #[must_use]
    pub fn holds(&self, [x, y]: [f64; 2]) -> bool {
        self.geometry.intersects(&Coord { x, y })
    }

    /// The distance from a point to the boundary, in metres.
    #[must_use]
    pub fn distance_to_boundary_m(&self, at: [f64; 2]) -> f64 {
        if let Some([lower, upper]) = self.rectangle.filter(|_| self.holds(at)) {
            return (0..2)
                .map(|axis| (at[axis] - lower[axis]).min(upper[axis] - at[axis]))
                .fold(f64::INFINITY, f64::min);
        }
        self.edges.iter().map(|edge| distance_m(at, *edge)).fold(f64::INFINITY, f64::min)
    }

    /// The share of the circumference of a circle about a point that lies in the window.
    #[must_use]
    pub fn share_of_circle(&self, at: [f64; 2], radius_m: f64) -> f64 {
        let within =
            |[lower, upper]: &[[f64; 2]; 2]| (0..2).all(|axis| lower[axis] <= at[axis] && at[axis] <= upper[axis]);
        if let Some(rectangle) = self.rectangle.filter(within) {
            return share_in_rectangle(rectangle, at, radius_m);
        }
        let mut angles: Vec<f64> = Vec::new();
        for edge in &self.edges {
            crossings(at, radius_m, *edge, &mut angles);
        }
        let holds = |angle: f64| {
            let place = Coord { x: at[0] + radius_m * angle.cos(), y: at[1] + radius_m * angle.sin() };
            self.geometry.contains(&place)
        };
        angles.sort_by(f64::total_cmp);
        angles.dedup();
        let (Some(first), Some(last)) = (angles.first().copied(), angles.last().copied()) else {
            return f64::from(u8::from(holds(0.1)));
        };
        // Between two crossings the circle is inside or outside as a whole.
        let mut inside = 0.0;
        for pair in angles.windows(2) {
            if holds(f64::midpoint(pair[0], pair[1])) {
                inside += pair[1] - pair[0];
            }
        }
        let rest = first + TAU - last;
        if holds(last + rest / 2.0) {
            inside += rest;
        }
        inside / TAU
    }

    /// The area of the overlap of the window with itself after a shift by a vector in metres, in m².
    #[must_use]
    pub fn overlap_m2(&self, shift: [f64; 2]) -> f64 {
        if let Some([lower, upper]) = self.rectangle {
            return (0..2).map(|axis| (upper[axis] - lower[axis] - shift[axis].abs()).max(0.0)).product();
        }
        self.geometry.intersection(&self.geometry.translate(shift[0], shift[1])).unsigned_area()
    }

    /// The area of the window that is farther from its boundary than a distance in metres, in m². Arcs about reflex
    /// corners are approximated in steps of 2°.
    #[must_use]
    pub fn eroded_m2(&self, distance_m: f64) -> f64 {
        if let Some([lower, upper]) = self.rectangle {
            return (0..2).map(|axis| (upper[axis] - lower[axis] - 2.0 * distance_m).max(0.0)).product();
        }
        if distance_m <= 0.0 {
            return self.area_m2;
        }
        let style = BufferStyle::new(-distance_m).line_join(LineJoin::Round(ARC));
        self.geometry.buffer_with_style(style).unsigned_area()
    }

    /// Returns whether [`Window::overlap_m2`] is fast.
    pub(super) const fn is_rectangle(&self) -> bool {
        self.rectangle.is_some()
    }
}

/// The corners of an upright rectangle.
fn rectangle(geometry: &MultiPolygon<f64>) -> Option<[[f64; 2]; 2]> {
    let [polygon] = geometry.0.as_slice() else { return None };
    let ring = &polygon.exterior().0;
    let upright = ring.len() == 5 && polygon.interiors().is_empty();
    let sides = ring.windows(2).all(|pair| (pair[0].x == pair[1].x) != (pair[0].y == pair[1].y));
    let (one, other) = (ring.first()?, ring.get(2)?);
    let turns = ring.get(1)?.x != ring.get(3)?.x && ring.get(1)?.y != ring.get(3)?.y;
    (upright && sides && turns)
        .then(|| [[one.x.min(other.x), one.y.min(other.y)], [one.x.max(other.x), one.y.max(other.y)]])
}

/// The share of the circumference of a circle about a point of a rectangle that lies in the rectangle.
///
/// A side at distance d cuts off an arc of 2 arccos(d / r); the arcs of two sides whose corner lies in the circle have
/// arccos(d₁ / r) + arccos(d₂ / r) − π / 2 in common.
fn share_in_rectangle([lower, upper]: [[f64; 2]; 2], at: [f64; 2], radius_m: f64) -> f64 {
    let sides = [0, 1].map(|axis| [at[axis] - lower[axis], upper[axis] - at[axis]]);
    let half = |depth_m: f64| if depth_m < radius_m { (depth_m / radius_m).acos() } else { 0.0 };
    let halves = sides.map(|pair| pair.map(half));
    let mut outside: f64 = halves.iter().flatten().map(|half| 2.0 * half).sum();
    for (one, half) in sides[0].iter().zip(halves[0]) {
        for (other, other_half) in sides[1].iter().zip(halves[1]) {
            if one * one + other * other < radius_m * radius_m {
                outside -= half + other_half - PI / 2.0;
            }
        }
    }
    (1.0 - outside / TAU).max(0.0)
}

fn distance_m(at: [f64; 2], [a, b]: [[f64; 2]; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let share = (((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (a[0] + share * dx - at[0]).hypot(a[1] + share * dy - at[1])
}

/// The angles, from 0 to a full turn, at which an edge crosses a circle.
fn crossings(centre: [f64; 2], radius_m: f64, [a, b]: [[f64; 2]; 2], angles: &mut Vec<f64>) {
    let (ax, ay) = (a[0] - centre[0], a[1] - centre[1]);
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (square, along) = (dx * dx + dy * dy, ax * dx + ay * dy);
    let root = along * along - square * (ax * ax + ay * ay - radius_m * radius_m);
    if root < 0.0 {
        return;
    }
    for sign in [-1.0, 1.0] {
        let share = (sign * root.sqrt() - along) / square;
        if (0.0..=1.0).contains(&share) {
            let angle = (ay + share * dy).atan2(ax + share * dx);
            angles.push(if angle < 0.0 { angle + 2.0 * PI } else { angle });
        }
    }
}

//! Shapes of areas as labels see them.

use geo::{
    Area as _, BooleanOps as _, BoundingRect as _, Centroid as _, Contains as _, Coord, Distance as _, Euclidean,
    InteriorPoint as _, Intersects as _, MapCoords as _, MultiPolygon, Point, Polygon, Simplify as _,
};

use crate::render::PageRect;
use crate::render::figure::Position;

/// Air between lines to labels.
const LEADER_AIR_MM: f64 = 1.5;
/// The middle of an area is as good as its roomiest place if it has this share of the room.
const AS_ROOMY: f64 = 0.92;
/// Detail of outlines that no label can see.
const DETAIL_MM: f64 = 0.1;

/// Returns what is seen of each area where smaller ones lie over larger ones.
pub(in crate::render::map) fn seen(geometries: &[MultiPolygon<f64>]) -> Vec<MultiPolygon<f64>> {
    let frames: Vec<_> = geometries.iter().map(|geometry| geometry.bounding_rect()).collect();
    let sizes: Vec<f64> = geometries.iter().map(|geometry| geometry.unsigned_area()).collect();
    let lies_over = |over: usize, under: usize| {
        let (Some(small), Some(large)) = (frames[over], frames[under]) else { return false };
        over != under
            && sizes[over] < sizes[under]
            && large.contains(&small)
            && geometries[over].interior_point().is_some_and(|middle| geometries[under].contains(&middle))
    };
    let seen = (0..geometries.len()).map(|under| {
        let over = (0..geometries.len()).filter(|over| lies_over(*over, under));
        let left = over.fold(geometries[under].clone(), |left, over| left.difference(&geometries[over]));
        if left.unsigned_area() > 0.0 { left } else { geometries[under].clone() }
    });
    seen.collect()
}

/// Returns the position of a symbol on an area of the page: the pole of inaccessibility of its largest part.
pub(in crate::render::map) fn pole(geometry: &MultiPolygon<f64>) -> Option<Position> {
    roomiest(&largest_part(geometry)?, 1.0)
}

/// The largest part of an area, without detail that no label can see.
pub(super) fn largest_part(geometry: &MultiPolygon<f64>) -> Option<Polygon<f64>> {
    let part = geometry.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    let simple = part.simplify(DETAIL_MM);
    if simple.unsigned_area() > 0.0 {
        Some(simple)
    } else {
        Some(part.clone()).filter(|part| part.unsigned_area() > 0.0)
    }
}

/// Returns whether an area is large enough for this fraction of a rectangle, which is cheaper to compute than its place.
pub(super) fn could_hold(part: &Polygon<f64>, width: f64, height: f64, share: f64) -> bool {
    let (Some(bounds), wanted) = (part.bounding_rect(), width * height * share) else { return false };
    // A hair more than the share, as samples tell it.
    let enough = |room: f64| room * 1.05 >= wanted;
    enough(bounds.width().min(width) * bounds.height().min(height)) && enough(part.unsigned_area())
}

/// Places all over the extent of an area, those nearest to its roomiest first.
pub(super) fn around(part: &Polygon<f64>, pole: Option<Position>) -> Vec<Position> {
    const SIDE: usize = 15;
    let (Some(bounds), Some(pole)) = (part.bounding_rect(), pole) else { return Vec::new() };
    let at = |from: f64, length: f64, step: usize| from + length * (step as f64 + 0.5) / SIDE as f64;
    let mut places: Vec<Position> = (0..SIDE * SIDE)
        .map(|place| {
            [at(bounds.min().x, bounds.width(), place % SIDE), at(bounds.min().y, bounds.height(), place / SIDE)]
        })
        .collect();
    let distance = |place: &Position| (place[0] - pole[0]).hypot(place[1] - pole[1]);
    places.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    places
}

/// Where a label of this width to height has most room within an area: the pole of inaccessibility of the area pressed
/// together so that the label becomes a square.
pub(super) fn roomiest(part: &Polygon<f64>, aspect: f64) -> Option<Position> {
    let pressed = part.map_coords(|Coord { x, y }| Coord { x: x / aspect, y });
    let mut pole = polylabel::polylabel(&pressed, &0.2).ok()?;
    // Along a strip there is as much room everywhere: the middle looks best, or of a bent one what is nearest to it.
    if let Some(middle) = pressed.centroid() {
        let rings = || std::iter::once(pressed.exterior()).chain(pressed.interiors());
        let room = |at: &Point| {
            if pressed.contains(at) {
                rings().map(|ring| Euclidean.distance(at, ring)).fold(f64::INFINITY, f64::min)
            } else {
                0.0
            }
        };
        let least = AS_ROOMY * room(&pole);
        if pressed.contains(&middle) {
            pole = if room(&middle) >= least { middle } else { pole };
        } else {
            let places = around(&pressed, Some([middle.x(), middle.y()]));
            let near = places.into_iter().map(|[x, y]| Point::new(x, y)).find(|at| room(at) >= least);
            pole = near.unwrap_or(pole);
        }
    }
    Some([pole.x() * aspect, pole.y()])
}

/// The share of a rectangle that lies within an area.
pub(super) fn share_inside(frame: &PageRect, part: &Polygon<f64>) -> f64 {
    const ACROSS: usize = 12;
    const DOWN: usize = 6;
    let inside = (0..ACROSS * DOWN)
        .filter(|sample| {
            let x = frame.left + (((sample % ACROSS) as f64) + 0.5) / ACROSS as f64 * frame.width;
            let y = frame.top + (((sample / ACROSS) as f64) + 0.5) / DOWN as f64 * frame.height;
            part.contains(&Point::new(x, y))
        })
        .count();
    inside as f64 / (ACROSS * DOWN) as f64
}

pub(super) fn rectangle(frame: &PageRect) -> Polygon<f64> {
    geo::Rect::new((frame.left, frame.top), (frame.right(), frame.bottom())).to_polygon()
}

fn line([from, to]: &[Position; 2]) -> geo::Line<f64> {
    geo::Line::new((from[0], from[1]), (to[0], to[1]))
}

pub(super) fn crosses(leader: &[Position; 2], frame: &PageRect) -> bool {
    geo::Rect::new((frame.left, frame.top), (frame.right(), frame.bottom())).intersects(&line(leader))
}

/// Whether two lines cross, or come so near that one would be taken for the other.
pub(super) fn meet(a: &[Position; 2], b: &[Position; 2]) -> bool {
    Euclidean.distance(&line(a), &line(b)) < LEADER_AIR_MM
}

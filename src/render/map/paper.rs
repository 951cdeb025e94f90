use std::collections::HashMap;

use geo::{BoundingRect as _, Coord, LineString, MapCoords as _, MultiPolygon, Polygon};

use crate::error::RenderError;
use crate::model::{Area, Areas, Point};
use crate::render::Frame;
use crate::render::figure::{Line, Outline, Position};

/// How places of the grid come to places of the page: a scale and a shift, north up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    /// Metres of the grid to a millimetre of the page.
    pub(super) metres_per_mm: f64,
    west: f64,
    north: f64,
    left: f64,
    top: f64,
}

/// What a map must hold, in metres of the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) west: f64,
    pub(super) north: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Extent {
    /// The extent of all the areas.
    pub(super) fn of(areas: &Areas) -> Result<Self, RenderError> {
        Self::of_areas(areas, &areas.areas.iter().collect::<Vec<_>>())
    }

    /// The extent of some of the areas.
    pub(super) fn of_areas(areas: &Areas, chosen: &[&Area]) -> Result<Self, RenderError> {
        let bounds = chosen
            .iter()
            .filter_map(|area| area.geometry.bounding_rect())
            .reduce(|a, b| {
                geo::Rect::new(
                    Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                    Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
                )
            })
            .filter(|bounds| bounds.width() > 0.0 && bounds.height() > 0.0)
            .ok_or_else(|| RenderError::Empty {
                what: format!("the map of {}", areas.layer),
                why: "its areas have no extent".to_owned(),
            })?;
        Ok(Self { west: bounds.min().x, north: bounds.max().y, width: bounds.width(), height: bounds.height() })
    }

    /// Metres to a millimetre when the extent just fits into a frame.
    pub(super) fn metres_per_mm_in(&self, frame: &Frame) -> f64 {
        (self.width / frame.width).max(self.height / frame.height)
    }

    /// The page rectangle of the extent at this scale, standing in the frame at these fractions of the room left over
    /// across and down.
    pub(super) fn placed_in(&self, frame: &Frame, metres_per_mm: f64, across: f64, down: f64) -> Frame {
        let (width, height) = (self.width / metres_per_mm, self.height / metres_per_mm);
        Frame::new(
            frame.left + (frame.width - width) * across,
            frame.top + (frame.height - height) * down,
            width,
            height,
        )
    }
}

impl Paper {
    /// The paper on which the extent takes up this rectangle.
    pub(super) fn new(extent: &Extent, placed: &Frame) -> Self {
        Self {
            metres_per_mm: extent.width / placed.width,
            west: extent.west,
            north: extent.north,
            left: placed.left,
            top: placed.top,
        }
    }

    /// The rectangle of the page that an extent takes up.
    pub(super) fn placed(&self, extent: &Extent) -> Frame {
        let [left, top] = self.exact(extent.west, extent.north);
        Frame::new(left, top, extent.width / self.metres_per_mm, extent.height / self.metres_per_mm)
    }

    /// A place of the grid on the page, to the hundredth of a millimetre. All vertices round alike, so that neighbours
    /// stay neighbours.
    fn hundredths(&self, x: f64, y: f64) -> (i64, i64) {
        let [x, y] = self.exact(x, y);
        #[expect(clippy::cast_possible_truncation, reason = "a page is some ten thousand of them; a cast saturates")]
        let round = |mm: f64| (mm * 100.0).round() as i64;
        (round(x), round(y))
    }

    fn exact(&self, x: f64, y: f64) -> Position {
        [self.left + (x - self.west) / self.metres_per_mm, self.top + (self.north - y) / self.metres_per_mm]
    }

    /// A point of the grid on the page.
    pub(super) fn point(&self, point: Point) -> Position {
        self.exact(point.x, point.y)
    }

    /// A geometry of the grid on the page, for measuring.
    pub(super) fn geometry(&self, geometry: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        geometry.map_coords(|Coord { x, y }| {
            let [x, y] = self.exact(x, y);
            Coord { x, y }
        })
    }

    /// A geometry of the grid as an outline, or where neither side of it reaches so far, as a round mark of this width.
    pub(super) fn outline_or_mark(&self, geometry: &MultiPolygon<f64>, least_mm: f64) -> Outline {
        match self.frame(geometry) {
            Some(frame) if frame.width.max(frame.height) < least_mm => {
                Outline::Circle { centre: frame.centre(), radius_mm: least_mm / 2.0 }
            }
            _ => self.outline(geometry),
        }
    }

    /// The rectangle of the page that a geometry of the grid takes up.
    pub(super) fn frame(&self, geometry: &MultiPolygon<f64>) -> Option<Frame> {
        let bounds = self.geometry(geometry).bounding_rect()?;
        Some(Frame::new(bounds.min().x, bounds.min().y, bounds.width(), bounds.height()))
    }

    /// A geometry of the grid as an outline. A part that would vanish keeps the size of a mark that can be seen.
    pub(super) fn outline(&self, geometry: &MultiPolygon<f64>) -> Outline {
        let mut lines = Vec::new();
        for part in geometry {
            for (position, ring) in std::iter::once(part.exterior()).chain(part.interiors()).enumerate() {
                let mut spots = self.spots(ring);
                if spots.len() < 3 {
                    let (0, Some((x, y))) = (position, spots.first().copied()) else { continue };
                    spots = vec![(x - 5, y - 5), (x + 5, y - 5), (x + 5, y + 5), (x - 5, y + 5)];
                }
                lines.push(Line { points: spots.into_iter().map(hundredths_to_mm).collect(), closed: true });
            }
        }
        Outline::Lines(lines)
    }

    /// A ring on the page without repeated spots, its first spot not repeated at the end.
    fn spots(&self, ring: &LineString<f64>) -> Vec<(i64, i64)> {
        let mut spots: Vec<(i64, i64)> = ring.coords().map(|coord| self.hundredths(coord.x, coord.y)).collect();
        spots.dedup();
        while spots.len() > 1 && spots.first() == spots.last() {
            spots.pop();
        }
        spots
    }

    /// The borders of a layer, each drawn once however many areas share it: first those between areas, then those that
    /// only one area has.
    pub(super) fn borders(&self, areas: &Areas) -> (Vec<Line>, Vec<Line>) {
        let loops: Vec<Vec<(i64, i64)>> =
            areas.areas.iter().flat_map(|area| rings(&area.geometry)).map(|ring| self.spots(ring)).collect();
        // Only looked up, never walked: its order does not reach the page.
        let mut sharers: HashMap<Edge, Sharing> = HashMap::new();
        for edge in loops.iter().flat_map(|spots| edges(spots)) {
            sharers.entry(key(edge)).or_default().areas += 1;
        }
        let (mut inner, mut outer) = (Vec::new(), Vec::new());
        for spots in &loops {
            let mut lines: Vec<(bool, Vec<(i64, i64)>)> = Vec::new();
            let mut joined = false;
            for edge in edges(spots) {
                let Some(sharing) = sharers.get_mut(&key(edge)) else { continue };
                if std::mem::replace(&mut sharing.drawn, true) {
                    joined = false;
                    continue;
                }
                let shared = sharing.areas > 1;
                match lines.last_mut() {
                    Some((kind, line)) if joined && *kind == shared => line.push(edge.1),
                    _ => lines.push((shared, vec![edge.0, edge.1])),
                }
                joined = true;
            }
            // A ring is walked from an arbitrary spot: what ends there and what begins there is one line.
            if lines.len() > 1
                && lines.first().map(|(kind, line)| (*kind, line.first().copied()))
                    == lines.last().map(|(kind, line)| (*kind, line.last().copied()))
            {
                let (_, first) = lines.remove(0);
                if let Some((_, last)) = lines.last_mut() {
                    last.extend(first.into_iter().skip(1));
                }
            }
            for (shared, mut spots) in lines {
                let closed = spots.len() > 3 && spots.first() == spots.last();
                if closed {
                    spots.pop();
                }
                let line = Line { points: spots.into_iter().map(hundredths_to_mm).collect(), closed };
                if shared { inner.push(line) } else { outer.push(line) }
            }
        }
        (inner, outer)
    }
}

type Edge = ((i64, i64), (i64, i64));

#[derive(Default)]
struct Sharing {
    areas: usize,
    drawn: bool,
}

fn rings(geometry: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    geometry.iter().flat_map(|part: &Polygon<f64>| std::iter::once(part.exterior()).chain(part.interiors()))
}

fn edges(spots: &[(i64, i64)]) -> impl Iterator<Item = Edge> {
    spots.iter().copied().zip(spots.iter().copied().cycle().skip(1)).filter(|(from, to)| from != to)
}

/// The same for both directions.
fn key((from, to): Edge) -> Edge {
    (from.min(to), from.max(to))
}

fn hundredths_to_mm((x, y): (i64, i64)) -> Position {
    [x as f64 / 100.0, y as f64 / 100.0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reference;

    fn square(id: &str, west: f64) -> Area {
        let ring = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0), (0.0, 0.0)];
        let ring: Vec<(f64, f64)> = ring.iter().map(|(x, y)| (x + west, *y)).collect();
        Area {
            id: id.to_owned(),
            name: id.to_owned(),
            parent: None,
            geometry: MultiPolygon(vec![Polygon::new(LineString::from(ring), Vec::new())]),
        }
    }

    #[test]
    fn what_is_too_small_to_see_becomes_a_mark() {
        let whole = Areas {
            layer: "squares".to_owned(),
            source: String::new(),
            reference: Reference::Epsg(4549),
            areas: vec![square("a", 0.0)],
        };
        let extent = Extent::of(&whole).unwrap();
        // A square kilometre on 10 mm, and on 1 mm.
        let on = |side_mm: f64| {
            let paper = Paper::new(&extent, &Frame::new(0.0, 0.0, side_mm, side_mm));
            paper.outline_or_mark(&whole.areas[0].geometry, 1.2)
        };
        assert!(matches!(on(10.0), Outline::Lines(_)));
        assert_eq!(on(1.0), Outline::Circle { centre: [0.5, 0.5], radius_mm: 0.6 });
    }

    #[test]
    fn a_shared_border_is_drawn_once() {
        let areas = Areas {
            layer: "squares".to_owned(),
            source: String::new(),
            reference: Reference::Epsg(4549),
            areas: vec![square("a", 0.0), square("b", 1000.0)],
        };
        let extent = Extent::of(&areas).unwrap();
        let paper = Paper::new(&extent, &Frame::new(0.0, 0.0, 20.0, 10.0));
        let (inner, outer) = paper.borders(&areas);
        assert_eq!(inner, [Line { points: vec![[10.0, 10.0], [10.0, 0.0]], closed: false }]);
        let drawn: usize = outer.iter().map(|line| line.points.len() - usize::from(!line.closed)).sum();
        assert_eq!(drawn, 6, "{outer:?}");
    }
}

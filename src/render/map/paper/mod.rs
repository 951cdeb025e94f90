//! Areas on the page: each border is found and simplified once, and drawn identically on both of its sides.

mod arcs;
mod simplify;

pub(super) use arcs::Arcs;

use geo::{BoundingRect as _, Coord, MapCoords as _, MultiPolygon};

use super::data::MapData;
use super::spec::MapSpec;
use crate::error::RenderError;
use crate::model::{Area, Areas, Point};
use crate::render::PageRect;
use crate::render::figure::{Outline, Position};

/// The default tolerance of border simplification in mm, less than a printer can show.
pub(super) const DETAIL_MM: f64 = 0.05;

/// A place of the page in hundredths of a millimetre from its top left corner, right and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Spot {
    x: i32,
    y: i32,
}

impl Spot {
    fn mm(self) -> Position {
        [f64::from(self.x) / 100.0, f64::from(self.y) / 100.0]
    }
}

/// The transformation from the grid to the page: a scale and a shift, with north up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    /// Metres of the grid per millimetre of the page.
    pub(super) metres_per_mm: f64,
    west: f64,
    north: f64,
    left: f64,
    top: f64,
    /// The tolerance of border simplification in mm.
    detail_mm: f64,
}

/// The extent of a map, in metres of the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct MapExtent {
    pub(super) west: f64,
    pub(super) north: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl MapExtent {
    /// Returns the extent of all areas.
    pub(super) fn of_all(areas: &Areas) -> Result<Self, RenderError> {
        Self::of_areas(areas, &areas.areas.iter().collect::<Vec<_>>())
    }

    /// Returns the extent that a map shows: its window, the areas that its specification names, or else all areas.
    pub(super) fn shown(spec: &MapSpec, data: &MapData) -> Result<Self, RenderError> {
        if let Some(window) = data.window {
            let (min, max) = (window.min(), window.max());
            return Ok(Self { west: min.x, north: max.y, width: max.x - min.x, height: max.y - min.y });
        }
        match spec.extent.as_ref().filter(|extent| !extent.areas.is_empty()) {
            Some(extent) => {
                let chosen = chosen("area of `extent.areas`", &extent.areas, &data.areas)?;
                let areas: Vec<&Area> = chosen.into_iter().map(|index| &data.areas.areas[index]).collect();
                Self::of_areas(&data.areas, &areas)
            }
            None => Self::of_all(&data.areas),
        }
    }

    /// Returns the extent of some of the areas.
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

    /// Returns whether all of a geometry lies within.
    pub(super) fn holds(&self, geometry: &MultiPolygon<f64>) -> bool {
        geometry.bounding_rect().is_some_and(|bounds| {
            let (min, max) = (bounds.min(), bounds.max());
            min.x >= self.west
                && max.x <= self.west + self.width
                && max.y <= self.north
                && min.y >= self.north - self.height
        })
    }

    /// Returns the scale, in metres per millimetre, at which the extent just fits into a frame.
    pub(super) fn metres_per_mm_in(&self, frame: &PageRect) -> f64 {
        (self.width / frame.width).max(self.height / frame.height)
    }

    /// Returns the rectangle of the extent at this scale, positioned in the frame so that these fractions of the
    /// remaining space are to its left and above it.
    pub(super) fn placed_in(&self, frame: &PageRect, metres_per_mm: f64, across: f64, down: f64) -> PageRect {
        let (width, height) = (self.width / metres_per_mm, self.height / metres_per_mm);
        PageRect::new(
            frame.left + (frame.width - width) * across,
            frame.top + (frame.height - height) * down,
            width,
            height,
        )
    }
}

/// Returns the positions of the areas with these ids or names, or with a parent of such an id.
///
/// # Errors
///
/// [`RenderError::UnknownName`] for a word that is neither.
pub(super) fn chosen(what: &'static str, wanted: &[String], areas: &Areas) -> Result<Vec<usize>, RenderError> {
    let mut found = Vec::new();
    for word in wanted {
        let is_it = |area: &Area| &area.id == word || &area.name == word || area.parent.as_ref() == Some(word);
        let own: Vec<usize> = (0..areas.len()).filter(|index| is_it(&areas.areas[*index])).collect();
        if own.is_empty() {
            return Err(RenderError::UnknownName {
                what,
                found: word.clone(),
                expected: areas.areas.iter().map(|area| area.name.clone()).collect(),
            });
        }
        found.extend(own);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

impl Paper {
    /// Makes the transformation by which the extent takes up this rectangle.
    pub(super) fn new(extent: &MapExtent, placed: &PageRect) -> Self {
        Self {
            metres_per_mm: extent.width / placed.width,
            west: extent.west,
            north: extent.north,
            left: placed.left,
            top: placed.top,
            detail_mm: DETAIL_MM,
        }
    }

    /// Returns the number of millimetres on the page per metre of the grid.
    pub(super) fn mm_per_metre(&self) -> f64 {
        1.0 / self.metres_per_mm
    }

    /// Returns the same transformation with another tolerance of border simplification.
    pub(super) fn with_detail(self, detail_mm: f64) -> Self {
        Self { detail_mm, ..self }
    }

    /// Returns the rectangle of the page that an extent takes up.
    pub(super) fn placed(&self, extent: &MapExtent) -> PageRect {
        let [left, top] = self.exact(extent.west, extent.north);
        PageRect::new(left, top, extent.width / self.metres_per_mm, extent.height / self.metres_per_mm)
    }

    /// Returns a geometry on the page without simplification, for measuring.
    pub(super) fn geometry(&self, geometry: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        geometry.map_coords(|Coord { x, y }| {
            let [x, y] = self.exact(x, y);
            Coord { x, y }
        })
    }

    /// A place of the grid on the page, to the hundredth of a millimetre. All vertices round alike, so that neighbours
    /// stay neighbours.
    fn spot(&self, x: f64, y: f64) -> Spot {
        /// Beyond this, some kilometres off the page, places are held fast, so that areas of triangles stay whole numbers.
        const FARTHEST: f64 = (1 << 29) as f64;
        let [x, y] = self.exact(x, y);
        #[expect(clippy::cast_possible_truncation, reason = "within the limit; what is no number becomes 0")]
        let round = |mm: f64| (mm * 100.0).round().clamp(-FARTHEST, FARTHEST) as i32;
        Spot { x: round(x), y: round(y) }
    }

    fn exact(&self, x: f64, y: f64) -> Position {
        [self.left + (x - self.west) / self.metres_per_mm, self.top + (self.north - y) / self.metres_per_mm]
    }

    /// Returns the position on the page of a point of the grid.
    pub(super) fn point(&self, point: Point) -> Position {
        self.exact(point.x, point.y)
    }

    /// Returns a geometry as an outline, or as a round mark of this width if both of its sides are smaller.
    pub(super) fn outline_or_mark(&self, geometry: &MultiPolygon<f64>, least_mm: f64) -> Outline {
        match self.frame(geometry) {
            Some(frame) if frame.width.max(frame.height) < least_mm => {
                Outline::Circle { centre: frame.centre(), radius_mm: least_mm / 2.0 }
            }
            _ => self.outline(geometry),
        }
    }

    /// Returns the rectangle of the page that a geometry takes up.
    pub(super) fn frame(&self, geometry: &MultiPolygon<f64>) -> Option<PageRect> {
        let bounds = geometry.bounding_rect()?;
        let [left, top] = self.exact(bounds.min().x, bounds.max().y);
        Some(PageRect::new(left, top, bounds.width() / self.metres_per_mm, bounds.height() / self.metres_per_mm))
    }

    /// Builds the arcs of layers that are drawn over each other. A border shared by two areas, of one layer or of two,
    /// is one arc.
    pub(super) fn arcs(&self, layers: &[&Areas]) -> Arcs {
        let geometries: Vec<Vec<&MultiPolygon<f64>>> =
            layers.iter().map(|layer| layer.areas.iter().map(|area| &area.geometry).collect()).collect();
        Arcs::new(self, &geometries)
    }

    /// Returns a geometry as a separate outline. A part that would vanish is enlarged to a visible mark.
    pub(super) fn outline(&self, geometry: &MultiPolygon<f64>) -> Outline {
        Arcs::new(self, &[vec![geometry]]).outline(0, 0)
    }
}

#[cfg(test)]
mod tests {
    use geo::{LineString, Polygon};

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
            reference: Reference::epsg(4549),
            areas: vec![square("a", 0.0)],
        };
        let extent = MapExtent::of_all(&whole).unwrap();
        // A square kilometre on 10 mm, and on 1 mm.
        let on = |side_mm: f64| {
            let paper = Paper::new(&extent, &PageRect::new(0.0, 0.0, side_mm, side_mm));
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
            reference: Reference::epsg(4549),
            areas: vec![square("a", 0.0), square("b", 1000.0)],
        };
        let extent = MapExtent::of_all(&areas).unwrap();
        let paper = Paper::new(&extent, &PageRect::new(0.0, 0.0, 20.0, 10.0));
        let (inner, outer) = paper.arcs(&[&areas]).borders(0);
        assert_eq!(inner.iter().map(|line| line.points.len()).collect::<Vec<_>>(), [2]);
        assert!(inner[0].points.iter().all(|[x, _]| *x == 10.0), "{inner:?}");
        let drawn: usize = outer.iter().map(|line| line.points.len() - usize::from(!line.closed)).sum();
        assert_eq!(drawn, 6, "{outer:?}");
    }
}

//! Layers of any number of areas and vertices, and points at places that cost an index much or little.

use std::fmt;

use geo::{LineString, MultiPolygon, Polygon};
use jiju::model::{Area, Areas, Point, Reference};

use crate::grid::{crooked_grid, share};

const SEED: u64 = 20_200_528;

/// A grid of `side` × `side` cells of 4 · 2^`halvings` vertices each; one cell in nine belongs to no area.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    side: u64,
    halvings: u32,
}

/// 10³ … 10⁶ areas of 8 vertices, then 100 areas of 10³ … 10⁶ vertices together.
pub const SIZES: [Size; 8] = [
    Size { side: 32, halvings: 1 },
    Size { side: 100, halvings: 1 },
    Size { side: 316, halvings: 1 },
    Size { side: 1_000, halvings: 1 },
    Size { side: 10, halvings: 1 },
    Size { side: 10, halvings: 5 },
    Size { side: 10, halvings: 8 },
    Size { side: 10, halvings: 11 },
];

/// Those of [`SIZES`] for ways that look at every edge for every point.
pub const SMALL_SIZES: [Size; 5] = [SIZES[0], SIZES[1], SIZES[4], SIZES[5], SIZES[6]];

/// 10³ … 10⁵ areas of 8 vertices, for files.
pub const FILE_SIZES: [Size; 3] = [SIZES[0], SIZES[1], SIZES[2]];

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cells x {} vertices", self.side * self.side, 4 << self.halvings)
    }
}

/// Where in a layer a point lies.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In the middle tenth of an area.
    Inside,
    /// On an edge or at most two rounding steps off.
    NearAnEdge,
    /// In the middle tenth of a cell that belongs to no area, with areas on all sides.
    Outside,
    /// Anywhere in the layer's rectangle.
    Anywhere,
}

impl Size {
    /// Over ten degrees.
    pub fn degrees(self) -> Areas {
        self.areas(Reference::Wgs84, self.degrees_frame())
    }

    /// Over a hundred kilometres.
    pub fn metres(self) -> Areas {
        self.areas(Reference::epsg(4549), self.metres_frame())
    }

    /// `count` points in the layer in degrees.
    pub fn points_in_degrees(self, place: Place, count: usize) -> Vec<Point> {
        self.points(place, count, self.degrees_frame())
    }

    /// `count` points in the layer in metres.
    pub fn points_in_metres(self, place: Place, count: usize) -> Vec<Point> {
        self.points(place, count, self.metres_frame())
    }

    fn degrees_frame(self) -> Frame {
        Frame { x: 110.0, y: 25.0, cell: 10.0 / self.side as f64 }
    }

    fn metres_frame(self) -> Frame {
        Frame { x: 450_000.0, y: 3_200_000.0, cell: 1e5 / self.side as f64 }
    }

    fn is_area(cell: u64) -> bool {
        share(SEED, 99, cell) >= 1.0 / 9.0
    }

    fn rings(self, frame: Frame) -> impl Iterator<Item = (u64, Vec<(f64, f64)>)> {
        let cells = (0..).zip(crooked_grid(SEED, self.side, self.halvings));
        cells
            .filter(|(cell, _)| Self::is_area(*cell))
            .map(move |(cell, ring)| (cell, ring.into_iter().map(|corner| frame.place(corner)).collect()))
    }

    fn areas(self, reference: Reference, frame: Frame) -> Areas {
        let area = |(cell, ring): (u64, Vec<(f64, f64)>)| Area {
            id: format!("{cell:06}"),
            name: format!("cell {cell}"),
            parent: None,
            geometry: MultiPolygon(vec![Polygon::new(LineString::from(ring), Vec::new())]),
        };
        let areas = self.rings(frame).map(area).collect();
        Areas { layer: "cell".to_owned(), source: "cells".to_owned(), reference, areas }
    }

    fn points(self, place: Place, count: usize, frame: Frame) -> Vec<Point> {
        let number = |draw: u64, axis: u64, below: u64| (share(SEED + axis, draw, below) * below as f64) as u64;
        let middle = |draw: u64, cell: u64| {
            let aside = |axis: u64| 0.5 + 0.1 * (share(SEED + axis, draw, 10) - 0.5);
            frame.place(((cell % self.side) as f64 + aside(3), (cell / self.side) as f64 + aside(4)))
        };
        let cells = self.side * self.side;
        let rings: Vec<_> = if matches!(place, Place::NearAnEdge) { self.rings(frame).collect() } else { Vec::new() };
        (0_u64..)
            .filter_map(|draw| {
                let cell = number(draw, 1, cells);
                match place {
                    Place::Inside => Self::is_area(cell).then(|| middle(draw, cell)),
                    Place::Outside => (!Self::is_area(cell)).then(|| middle(draw, cell)),
                    Place::Anywhere => {
                        let along = |axis: u64| share(SEED + axis, draw, 20) * self.side as f64;
                        Some(frame.place((along(3), along(4))))
                    }
                    Place::NearAnEdge => {
                        let (_, ring) = &rings[number(draw, 2, rings.len() as u64) as usize];
                        let from = number(draw, 3, ring.len() as u64) as usize;
                        let (a, b) = (ring[from], ring[(from + 1) % ring.len()]);
                        let along = share(SEED, draw, 30);
                        let (x, y) = (a.0 + (b.0 - a.0) * along, a.1 + (b.1 - a.1) * along);
                        let steps = 1.0 + (number(draw, 4, 5) as f64 - 2.0) * f64::EPSILON;
                        Some((x * steps, y))
                    }
                }
            })
            .take(count)
            .map(|(x, y)| Point::new(x, y))
            .collect()
    }
}

#[derive(Clone, Copy)]
struct Frame {
    x: f64,
    y: f64,
    cell: f64,
}

impl Frame {
    fn place(self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x + x * self.cell, self.y + y * self.cell)
    }
}

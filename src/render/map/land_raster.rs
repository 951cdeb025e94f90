use geo::MultiPolygon;

use super::paper::MapExtent;
use crate::model::Areas;
use crate::render::PageRect;

const CELLS: usize = 320;

/// A raster of the areas, which quickly gives the area of land under a rectangle.
pub(super) struct LandRaster {
    columns: usize,
    rows: usize,
    /// For each cell corner, the number of land cells above and to the left of it.
    sums: Vec<u32>,
}

impl LandRaster {
    /// Rasterizes the areas, with a fixed number of cells along the longer side.
    pub(super) fn new(areas: &Areas, extent: &MapExtent) -> Self {
        let cell = extent.width.max(extent.height) / CELLS as f64;
        let columns = cells(extent.width / cell).max(1);
        let rows = cells(extent.height / cell).max(1);
        let mut land = vec![false; columns * rows];
        for area in &areas.areas {
            fill(&area.geometry, extent, cell, columns, rows, &mut land);
        }
        let mut sums = vec![0_u32; (columns + 1) * (rows + 1)];
        for row in 0..rows {
            for column in 0..columns {
                let at = |row: usize, column: usize| row * (columns + 1) + column;
                sums[at(row + 1, column + 1)] =
                    u32::from(land[row * columns + column]) + sums[at(row, column + 1)] + sums[at(row + 1, column)]
                        - sums[at(row, column)];
            }
        }
        Self { columns, rows, sums }
    }

    /// Returns the number of land cells under a rectangle of the page, if the map takes up `placed`.
    pub(super) fn under(&self, frame: &PageRect, placed: &PageRect) -> u32 {
        let across = |x: f64| cells((x - placed.left) / placed.width * self.columns as f64).min(self.columns);
        let down = |y: f64| cells((y - placed.top) / placed.height * self.rows as f64).min(self.rows);
        // Outward by a cell: the raster knows no more.
        let step = placed.width / self.columns as f64;
        let frame = frame.inset(-step);
        let (left, right, top, bottom) =
            (across(frame.left), across(frame.right()), down(frame.top), down(frame.bottom()));
        let at = |row: usize, column: usize| self.sums[row * (self.columns + 1) + column];
        (at(bottom, right) + at(top, left)) - (at(top, right) + at(bottom, left))
    }
}

/// Marks the cells whose centre line is inside the geometry (even-odd), and those its edges begin in.
fn fill(geometry: &MultiPolygon<f64>, extent: &MapExtent, cell: f64, columns: usize, rows: usize, land: &mut [bool]) {
    let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); rows];
    for ring in geometry.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors())) {
        for edge in ring.lines() {
            let (x0, y0) = ((edge.start.x - extent.west) / cell, (extent.north - edge.start.y) / cell);
            let (x1, y1) = ((edge.end.x - extent.west) / cell, (extent.north - edge.end.y) / cell);
            land[cells(y0).min(rows - 1) * columns + cells(x0).min(columns - 1)] = true;
            let first = cells((y0.min(y1) - 0.5).ceil());
            let last = cells((y0.max(y1) - 0.5).ceil()).min(rows);
            for (row, crossings) in crossings.iter_mut().enumerate().take(last).skip(first) {
                crossings.push(x0 + (x1 - x0) * (row as f64 + 0.5 - y0) / (y1 - y0));
            }
        }
    }
    for (row, mut crossings) in crossings.into_iter().enumerate() {
        crossings.sort_by(f64::total_cmp);
        for span in crossings.chunks_exact(2) {
            let (from, to) = (cells(span[0].floor()), cells(span[1].ceil()).min(columns));
            if from < to {
                land[row * columns + from..row * columns + to].fill(true);
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates at zero")]
fn cells(count: f64) -> usize {
    count as usize
}

#[cfg(test)]
mod tests {
    use geo::wkt;

    use super::*;
    use crate::model::{Area, Reference};

    #[test]
    fn the_corner_left_free_is_found_free() {
        // An L: the top right quarter is free.
        let geometry = MultiPolygon(vec![
            wkt!(POLYGON((0. 0., 2000. 0., 2000. 1000., 1000. 1000., 1000. 2000., 0. 2000., 0. 0.))),
        ]);
        let area = Area { id: "l".to_owned(), name: "l".to_owned(), parent: None, geometry };
        let areas =
            Areas { layer: String::new(), source: String::new(), reference: Reference::epsg(4549), areas: vec![area] };
        let extent = MapExtent::of_all(&areas).unwrap();
        let ground = LandRaster::new(&areas, &extent);
        let placed = PageRect::new(10.0, 10.0, 100.0, 100.0);
        assert_eq!(ground.under(&PageRect::new(62.0, 12.0, 46.0, 46.0), &placed), 0);
        assert!(ground.under(&PageRect::new(58.0, 12.0, 46.0, 46.0), &placed) > 0);
        assert_eq!(
            ground.under(&PageRect::new(10.0, 60.0, 100.0, 50.0), &placed),
            320 * 160 + 160,
            "and a row outward"
        );
        assert_eq!(ground.under(&PageRect::new(200.0, 200.0, 5.0, 5.0), &placed), 0);
    }
}

use std::fmt::Write as _;

use geo::{Area as _, BoundingRect as _, LineString, MultiPolygon, Polygon};

use crate::error::RenderError;
use crate::model::Areas;

/// Cells along the longer side of the finest grid that outlines are brought to, and of the coarsest.
const CELLS: [u32; 5] = [16_384, 8_192, 4_096, 2_048, 1_024];
/// More corners than these make a page slow; the grid then becomes coarser.
const MOST_CORNERS: usize = 150_000;

/// An integer grid over the layers, with y pointing down. Each vertex moves to the nearest node regardless of its area,
/// so shared borders stay identical.
pub(super) struct NodeGrid {
    west: f64,
    north: f64,
    /// The distance between two nodes in metres.
    pub(super) metres: f64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// An area on the sheet.
pub(super) struct NodeOutline {
    /// The path as SVG path data with relative coordinates.
    pub(super) path: String,
    /// The position with the most room for the area's name.
    pub(super) place: (i64, i64),
}

impl NodeGrid {
    /// Makes the finest grid on which the layers together have at most [`MOST_CORNERS`] vertices.
    pub(super) fn over(layers: &[&Areas]) -> Result<Self, RenderError> {
        let geometries = || layers.iter().flat_map(|layer| layer.areas.iter().map(|area| &area.geometry));
        let bounds = geometries()
            .filter_map(|geometry| geometry.bounding_rect())
            .reduce(|a, b| {
                geo::Rect::new(
                    (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
                    (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
                )
            })
            .filter(|bounds| bounds.width() > 0.0 && bounds.height() > 0.0)
            .ok_or_else(|| RenderError::Empty {
                what: "the map of the page".to_owned(),
                why: "its areas have no extent".to_owned(),
            })?;
        let with = |cells: u32| {
            let metres = bounds.width().max(bounds.height()) / f64::from(cells);
            #[expect(clippy::cast_possible_truncation, reason = "fewer than the nodes of the page; a cast saturates")]
            let nodes = |length: f64| (length / metres).ceil() as i64;
            let (west, north) = (bounds.min().x, bounds.max().y);
            Self { west, north, metres, width: nodes(bounds.width()), height: nodes(bounds.height()) }
        };
        let corners = |sheet: &Self| -> usize {
            geometries().flatten().flat_map(rings).map(|ring| sheet.nodes(ring).len()).sum()
        };
        let fitting = CELLS.into_iter().map(with).find(|sheet| corners(sheet) <= MOST_CORNERS);
        Ok(fitting.unwrap_or_else(|| with(CELLS[CELLS.len() - 1])))
    }

    /// Returns the outline of an area. An area that is too small for the grid becomes a square of one cell.
    pub(super) fn outline(&self, geometry: &MultiPolygon<f64>) -> NodeOutline {
        let mut path = String::new();
        for ring in geometry.iter().flat_map(rings) {
            let nodes = self.nodes(ring);
            // Two nodes enclose nothing.
            if nodes.len() > 2 {
                write_ring(&mut path, &nodes);
            }
        }
        let place = self.place(geometry);
        if path.is_empty() {
            write_ring(&mut path, &[place, (place.0 + 1, place.1), (place.0 + 1, place.1 + 1), (place.0, place.1 + 1)]);
        }
        NodeOutline { path, place }
    }

    /// The nodes of a ring, those that repeat left out.
    fn nodes(&self, ring: &LineString<f64>) -> Vec<(i64, i64)> {
        let mut nodes: Vec<(i64, i64)> = ring.coords().map(|corner| self.node(corner.x, corner.y)).collect();
        nodes.dedup();
        if nodes.len() > 1 && nodes.first() == nodes.last() {
            nodes.pop();
        }
        nodes
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer than the nodes of the page; a cast saturates")]
    fn node(&self, x: f64, y: f64) -> (i64, i64) {
        (((x - self.west) / self.metres).round() as i64, ((self.north - y) / self.metres).round() as i64)
    }

    /// The pole of inaccessibility of the largest part.
    fn place(&self, geometry: &MultiPolygon<f64>) -> (i64, i64) {
        let largest = geometry.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
        let pole = largest.and_then(|part| polylabel::polylabel(part, &(self.metres * 4.0)).ok());
        let centre = || geometry.bounding_rect().map(|bounds| bounds.center());
        pole.map(|pole| (pole.x(), pole.y()))
            .or_else(|| centre().map(|centre| (centre.x, centre.y)))
            .map_or((0, 0), |(x, y)| self.node(x, y))
    }
}

fn rings(part: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(part.exterior()).chain(part.interiors())
}

fn write_ring(path: &mut String, nodes: &[(i64, i64)]) {
    // Writing to a string does not fail.
    let _ = write!(path, "M{} {}l", nodes[0].0, nodes[0].1);
    for (position, pair) in nodes.windows(2).enumerate() {
        let (across, down) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        // A minus parts two numbers by itself.
        let before = if position > 0 && across >= 0 { " " } else { "" };
        let between = if down >= 0 { " " } else { "" };
        let _ = write!(path, "{before}{across}{between}{down}");
    }
    path.push('z');
}

#[cfg(test)]
mod tests {
    use geo::wkt;

    use super::*;
    use crate::model::{Area, Reference};

    fn areas(geometries: &[Polygon<f64>]) -> Areas {
        let area = |(position, part): (usize, &Polygon<f64>)| Area {
            id: position.to_string(),
            name: String::new(),
            parent: None,
            geometry: MultiPolygon(vec![part.clone()]),
        };
        Areas {
            layer: "town".to_owned(),
            source: String::new(),
            reference: Reference::epsg(4549),
            areas: geometries.iter().enumerate().map(area).collect(),
        }
    }

    #[test]
    fn a_border_is_the_same_from_both_sides() {
        // A grid of 16384 metres has nodes a metre apart; corners 0.4 m off a node come to it.
        let left = wkt!(POLYGON((0. 0., 100.4 0., 100.4 50.3, 100.6 16384., 0. 16384., 0. 0.)));
        let right = wkt!(POLYGON((100.4 0., 16384. 0., 16384. 16384., 100.6 16384., 100.4 50.3, 100.4 0.)));
        let layer = areas(&[left, right]);
        let sheet = NodeGrid::over(&[&layer]).unwrap();
        assert_eq!((sheet.metres, sheet.width, sheet.height), (1.0, 16_384, 16_384));
        let paths: Vec<String> = layer.areas.iter().map(|area| sheet.outline(&area.geometry).path).collect();
        assert_eq!(paths[0], "M0 16384l100 0 0-50 1-16334-101 0z");
        assert_eq!(paths[1], "M100 16384l16284 0 0-16384-16283 0-1 16334z");
    }

    #[test]
    fn an_area_below_the_grid_is_still_marked() {
        let layer = areas(&[
            wkt!(POLYGON((0. 0., 16384. 0., 16384. 16384., 0. 16384., 0. 0.))),
            wkt!(POLYGON((500. 500., 500.1 500., 500.1 500.1, 500. 500.))),
        ]);
        let sheet = NodeGrid::over(&[&layer]).unwrap();
        assert_eq!(sheet.outline(&layer.areas[1].geometry).path, "M500 15884l1 0 0 1-1 0z");
        assert!(NodeGrid::over(&[&areas(&[])]).is_err());
    }
}

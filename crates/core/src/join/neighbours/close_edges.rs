use rayon::prelude::*;

use crate::join::outlines::{Edge, Outlines, Vertex};

/// A box with as many edges is looked at pair by pair, one with more is divided.
const MOST_EDGES: usize = 16;

/// Boxes with more edges are divided on all cores.
const MANY_EDGES: usize = 1 << 13;

/// A box that has been divided as often holds edges that no division parts, such as those that meet in one point.
const MOST_DIVISIONS: usize = 48;

/// What a box is divided into holds at most so many times its edges: edges side by side are parted by no division.
const MOST_PIECES: usize = 3;

/// Every two edges of different areas whose boxes come within a reach of each other, handed to `visit`, with what it found
/// so far in a part of the layer. A pair may come more than once; the edge of the area that stands first in the file comes
/// first.
pub(super) fn close_edges<T: Default + Send>(
    outlines: &Outlines<'_>,
    reach: Vertex,
    visit: impl Fn(&mut T, Edge, Edge) + Sync,
) -> Vec<T> {
    let edges: Vec<Edge> = outlines.edges(0..outlines.vertices.len()).collect();
    Search { outlines, reach, visit }.divide(edges)
}

#[derive(Clone, Copy)]
struct Extent {
    lower: Vertex,
    upper: Vertex,
}

struct Search<'a, V> {
    outlines: &'a Outlines<'a>,
    reach: Vertex,
    visit: V,
}

impl<V> Search<'_, V> {
    fn divide<T: Default + Send>(&self, edges: Vec<Edge>) -> Vec<T>
    where
        V: Fn(&mut T, Edge, Edge) + Sync,
    {
        let whole = Extent { lower: [f64::NEG_INFINITY; 2], upper: [f64::INFINITY; 2] };
        self.divided(&edges, whole, 0)
    }

    fn divided<T: Default + Send>(&self, edges: &[Edge], extent: Extent, divisions: usize) -> Vec<T>
    where
        V: Fn(&mut T, Edge, Edge) + Sync,
    {
        if edges.len() <= MANY_EDGES {
            let mut found = T::default();
            self.search(&mut found, edges, extent, divisions);
            return vec![found];
        }
        match self.quarters(edges, extent) {
            None => {
                let mut found = T::default();
                self.compare(&mut found, edges);
                vec![found]
            }
            Some(quarters) => {
                let one = |(edges, quarter): (Vec<Edge>, Extent)| self.divided(&edges, quarter, divisions + 1);
                quarters.into_par_iter().flat_map_iter(one).collect()
            }
        }
    }

    fn search<T>(&self, found: &mut T, edges: &[Edge], extent: Extent, divisions: usize)
    where
        V: Fn(&mut T, Edge, Edge),
    {
        let Some(first) = edges.first().map(|edge| self.area(*edge)) else { return };
        if edges.iter().all(|edge| self.area(*edge) == first) {
            return;
        }
        let few = edges.len() <= MOST_EDGES || divisions == MOST_DIVISIONS;
        match if few { None } else { self.quarters(edges, extent) } {
            None => self.compare(found, edges),
            Some(quarters) => {
                for (edges, quarter) in quarters {
                    self.search(found, &edges, quarter, divisions + 1);
                }
            }
        }
    }

    /// The edges of a box by its quarters; none where that does not part them.
    fn quarters(&self, edges: &[Edge], extent: Extent) -> Option<[(Vec<Edge>, Extent); 4]> {
        let mut around = Extent { lower: [f64::INFINITY; 2], upper: [f64::NEG_INFINITY; 2] };
        for own in edges.iter().map(|edge| self.extent(*edge)) {
            for axis in [0, 1] {
                around.lower[axis] = around.lower[axis].min(own.lower[axis]);
                around.upper[axis] = around.upper[axis].max(own.upper[axis]);
            }
        }
        for axis in [0, 1] {
            // Edges that only come near the box may lie outside of it.
            around.lower[axis] = around.lower[axis].max(extent.lower[axis] - self.reach[axis]);
            around.upper[axis] = around.upper[axis].min(extent.upper[axis] + self.reach[axis]);
        }
        let middle = [0, 1].map(|axis| f64::midpoint(around.lower[axis], around.upper[axis]));
        let mut quarters = [[false, false], [true, false], [false, true], [true, true]].map(|upper| {
            let mut quarter = around;
            for axis in [0, 1] {
                let side = if upper[axis] { &mut quarter.lower } else { &mut quarter.upper };
                side[axis] = middle[axis];
            }
            (Vec::new(), quarter)
        });
        for edge in edges {
            let own = self.extent(*edge);
            for (part, quarter) in &mut quarters {
                if self.come_close(own, *quarter) {
                    part.push(*edge);
                }
            }
        }
        let pieces: usize = quarters.iter().map(|(part, _)| part.len()).sum();
        let parted = quarters.iter().all(|(part, _)| part.len() < edges.len());
        (parted && pieces <= MOST_PIECES * edges.len()).then_some(quarters)
    }

    /// From left to right, so that an edge is compared with those alone that begin before it ends.
    fn compare<T>(&self, found: &mut T, edges: &[Edge])
    where
        V: Fn(&mut T, Edge, Edge),
    {
        let mut sorted: Vec<(Extent, Edge, u32)> =
            edges.iter().map(|edge| (self.extent(*edge), *edge, self.area(*edge))).collect();
        sorted.sort_unstable_by(|(one, ..), (other, ..)| one.lower[0].total_cmp(&other.lower[0]));
        for (number, (extent, edge, area)) in sorted.iter().enumerate() {
            for (other_extent, other_edge, other_area) in &sorted[number + 1..] {
                if other_extent.lower[0] - self.reach[0] > extent.upper[0] {
                    break;
                }
                if area != other_area && self.come_close(*extent, *other_extent) {
                    let (one, other) = if area < other_area { (edge, other_edge) } else { (other_edge, edge) };
                    (self.visit)(found, *one, *other);
                }
            }
        }
    }

    fn area(&self, edge: Edge) -> u32 {
        self.outlines.parts[edge.part as usize]
    }

    fn extent(&self, edge: Edge) -> Extent {
        let (a, b) = self.outlines.ends(edge.vertex);
        Extent { lower: [a[0].min(b[0]), a[1].min(b[1])], upper: [a[0].max(b[0]), a[1].max(b[1])] }
    }

    fn come_close(&self, one: Extent, other: Extent) -> bool {
        let close = |axis: usize| {
            one.lower[axis] - self.reach[axis] <= other.upper[axis]
                && other.lower[axis] - self.reach[axis] <= one.upper[axis]
        };
        close(0) && close(1)
    }
}

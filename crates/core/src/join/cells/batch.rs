#![expect(clippy::cast_possible_truncation, reason = "a place in a block of 256 points")]

use super::axis::DEPTH;
use bytemuck::Zeroable as _;

use super::{Cells, EMPTY, GridCell, KIND, LEAF, Leaf, NESTED, UNIFORM, VALUE, VERTEX};
use crate::join::outlines::Outlines;

/// Points that are located together: what is looked up for one does not wait for what is looked up for another.
pub(in crate::join) const BLOCK: usize = 256;

impl<'a> Cells<'a> {
    /// Locates up to [`BLOCK`] points by their cells, as [`Cells::locate`] does for one point: the areas of those that lie
    /// in cells of one area, [`EMPTY`] for none, into `areas`; the others one by one to `found`.
    #[inline]
    pub(in crate::join) fn locate_block(
        &self,
        outlines: &Outlines<'_>,
        [x, y]: [&[f64]; 2],
        areas: &mut [u32],
        mut found: impl FnMut(usize, GridCell<'a>),
    ) {
        let mut units = [[0_u32; 2]; BLOCK];
        let mut shifts = [DEPTH; BLOCK];
        for (((x, y), units), code) in x.iter().zip(y).zip(&mut units).zip(&mut *areas) {
            // Nor is what is not a number.
            let within = (*x >= self.x.lower) & (*x <= self.x.upper) & (*y >= self.y.lower) & (*y <= self.y.upper);
            *units = [self.x.unit_of(*x), self.y.unit_of(*y)];
            let cell = (units[1] >> DEPTH) * self.x.columns + (units[0] >> DEPTH);
            let coarse = self.coarse[cell as usize];
            *code = if within { coarse } else { EMPTY };
        }
        // To leave out those whose cell is not divided would take longer than to look up something for them as well.
        for ((units, code), shift) in units.iter().zip(&mut *areas).zip(&mut shifts) {
            let is_divided = *code >> KIND == NESTED;
            let (cell, smaller) = self.smaller(*units, *code, *shift);
            // There is a first one, for those that are not divided.
            let below = self.nested[if is_divided { cell as usize } else { 0 }];
            *code = if is_divided { below } else { *code };
            *shift = if is_divided { smaller } else { *shift };
        }
        let mut open = [0_u8; BLOCK];
        let mut count = 0;
        for (place, code) in areas.iter().enumerate() {
            open[count & (BLOCK - 1)] = place as u8;
            count += usize::from(*code >> KIND != UNIFORM);
        }
        // Leaves first, and what they need, for all before any: what is far away in memory comes for all at once.
        let mut leaves = [Leaf::zeroed(); BLOCK];
        let mut first_edges = [[0_u32; 2]; BLOCK];
        let mut near = 0_u64;
        for (place, leaf) in open[..count].iter().zip(&mut leaves) {
            let place = usize::from(*place);
            while areas[place] >> KIND == NESTED {
                (areas[place], shifts[place]) = self.divided(units[place], areas[place], shifts[place]);
            }
            if areas[place] >> KIND == LEAF {
                *leaf = self.leaves[(areas[place] & VALUE) as usize];
            }
        }
        for (leaf, edges) in leaves[..count].iter().zip(&mut first_edges) {
            let edge = |number: u8| self.edges.get(leaf.edges as usize + usize::from(number)).map_or(0, |edge| edge[0]);
            *edges = [edge(0), edge(u8::from(leaf.edge_count > 1))];
        }
        for edges in &first_edges[..count] {
            for vertex in edges {
                near ^= outlines.vertices[(vertex & VERTEX) as usize][0].to_bits();
            }
        }
        std::hint::black_box(near);
        for (place, leaf) in open[..count].iter().zip(&leaves) {
            let place = usize::from(*place);
            let code = areas[place];
            let cell = match code >> KIND {
                UNIFORM => GridCell::Uniform((code != EMPTY).then_some(code)),
                LEAF => self.of_leaf(outlines, leaf, [x[place], y[place]], units[place], shifts[place]),
                _ => GridCell::Crowded,
            };
            found(place, cell);
        }
    }
}

use super::axis::DEPTH;
use super::{Cell, Cells, EMPTY, KIND, LEAF, NESTED, UNIFORM, VALUE};
use crate::join::outlines::Outlines;

/// Points that are located together: what is looked up for one does not wait for what is looked up for another.
const BLOCK: usize = 256;

/// A point on its way to its cell.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    place: u32,
    units: [u32; 2],
    code: u32,
    shift: u32,
}

impl Cells {
    /// What the cells of many points tell of them, in no order: what [`Cells::locate`] tells of each.
    pub(in crate::join) fn locate_each<'a>(
        &'a self,
        outlines: &Outlines,
        x: &[f64],
        y: &[f64],
        mut found: impl FnMut(usize, Cell<'a>),
    ) {
        let mut ways = [Way::default(); BLOCK];
        for (block, (x, y)) in x.chunks(BLOCK).zip(y.chunks(BLOCK)).enumerate() {
            let first = block * BLOCK;
            let mut count = 0;
            for (place, (x, y)) in x.iter().zip(y).enumerate() {
                let within = *x >= self.x.lower && *x <= self.x.upper && *y >= self.y.lower && *y <= self.y.upper;
                let units = [self.x.unit_of(*x), self.y.unit_of(*y)];
                ways[count] = Way { place: place as u32, units, code: 0, shift: DEPTH };
                if within {
                    count += 1;
                } else {
                    found(first + place, Cell::Uniform(None));
                }
            }
            for way in &mut ways[..count] {
                let cell = (way.units[1] >> DEPTH) * self.x.columns + (way.units[0] >> DEPTH);
                way.code = self.coarse[cell as usize];
            }
            // Those in cells of one area are done; of the others, step by step, ever fewer are left.
            while count > 0 {
                let mut left = 0;
                for number in 0..count {
                    let way = ways[number];
                    if way.code >> KIND == UNIFORM {
                        found(first + way.place as usize, Cell::Uniform((way.code != EMPTY).then_some(way.code)));
                    } else {
                        ways[left] = way;
                        left += 1;
                    }
                }
                count = left;
                let mut divided = false;
                for way in &mut ways[..count] {
                    if way.code >> KIND == NESTED {
                        (way.code, way.shift) = self.divided(way.units, way.code, way.shift);
                        divided = true;
                    }
                }
                if !divided {
                    break;
                }
            }
            for way in &ways[..count] {
                let place = way.place as usize;
                found(
                    first + place,
                    match way.code >> KIND {
                        LEAF => {
                            let leaf = &self.leaves[(way.code & VALUE) as usize];
                            self.of_leaf(outlines, leaf, [x[place], y[place]], way.units, way.shift)
                        }
                        _ => Cell::Crowded,
                    },
                );
            }
        }
    }
}

//! A layer as administrative ones are: cells without gaps, whose borders are crooked and shared to the bit.

type Corner = (f64, f64);

/// A random share of 1 that depends on nothing but its arguments.
pub(super) fn share(seed: u64, a: u64, b: u64) -> f64 {
    let mut mixed = seed ^ a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    for _ in 0..2 {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
    }
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// The rings of `side` × `side` cells, row by row, each about one wide and centred on (column + ½, row + ½), of
/// 4 · 2^`halvings` vertices. No ring meets itself, and the middle tenth of a cell is its own.
///
/// Corners move by at most a tenth. Every edge is halved again and again, its middle moved aside by an ever smaller
/// share of its length, so that a side stays within 31° of the straight line and two sides never cross.
pub(super) fn crooked_grid(seed: u64, side: u64, halvings: u32) -> Vec<Vec<Corner>> {
    let corner = |column: u64, row: u64| {
        let moved = |axis: u64, at: u64| at as f64 + 0.2 * (share(seed ^ axis, column, row) - 0.5);
        (moved(0, column), moved(1, row))
    };
    // Always from the left or lower end: the neighbour walks the same doubles backwards.
    let line = |from: (u64, u64), to: (u64, u64)| {
        let (a, b) = (corner(from.0, from.1), corner(to.0, to.1));
        let mut line = vec![a];
        crook(seed, a, b, 0.15, halvings, &mut line);
        line
    };
    let mut cells = Vec::with_capacity((side * side) as usize);
    for row in 0..side {
        for column in 0..side {
            let (right, high) = (column + 1, row + 1);
            let mut ring = line((column, row), (right, row));
            ring.extend(&line((right, row), (right, high))[1..]);
            ring.extend(line((column, high), (right, high)).iter().rev().skip(1));
            ring.extend(line((column, row), (column, high)).iter().rev().skip(1));
            ring.pop();
            cells.push(ring);
        }
    }
    cells
}

/// Appends the points from `a`, exclusive, to `b`, inclusive.
fn crook(seed: u64, a: Corner, b: Corner, steepest: f64, halvings: u32, line: &mut Vec<Corner>) {
    if halvings == 0 {
        line.push(b);
        return;
    }
    let aside = steepest * (share(seed, a.0.to_bits() ^ b.1.to_bits(), a.1.to_bits() ^ b.0.to_bits()) - 0.5);
    let middle = (a.0.midpoint(b.0) - (b.1 - a.1) * aside, a.1.midpoint(b.1) + (b.0 - a.0) * aside);
    crook(seed, a, middle, 0.75 * steepest, halvings - 1, line);
    crook(seed, middle, b, 0.75 * steepest, halvings - 1, line);
}

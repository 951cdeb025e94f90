#![expect(clippy::cast_possible_truncation, reason = "at most 2²⁰ cells lie along an axis; a place beyond saturates")]

use std::collections::HashMap;

/// Points by the cells of a grid, so that those within a distance are found.
pub(in crate::stats) struct Cells<'a> {
    points: &'a [[f64; 2]],
    side_m: f64,
    lower: [f64; 2],
    members: HashMap<[i64; 2], Vec<u32>, foldhash::fast::FixedState>,
}

impl<'a> Cells<'a> {
    /// For pairs up to a distance.
    pub(in crate::stats) fn new(points: &'a [[f64; 2]], distance_m: f64) -> Self {
        let nothing = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        let (lower, upper) = points.iter().fold(nothing, |(lower, upper): ([f64; 2], [f64; 2]), at| {
            ([lower[0].min(at[0]), lower[1].min(at[1])], [upper[0].max(at[0]), upper[1].max(at[1])])
        });
        let extent = (upper[0] - lower[0]).max(upper[1] - lower[1]);
        // No more cells a side than numbers can tell apart.
        let side_m = distance_m.max(extent / f64::from(1 << 20)).max(f64::MIN_POSITIVE);
        let mut cells = Self { points, side_m, lower, members: HashMap::default() };
        for (number, at) in (0..).zip(points) {
            let cell = cells.cell(*at);
            cells.members.entry(cell).or_default().push(number);
        }
        cells
    }

    fn cell(&self, at: [f64; 2]) -> [i64; 2] {
        [0, 1].map(|axis| ((at[axis] - self.lower[axis]) / self.side_m).floor() as i64)
    }

    /// The points in a place's cell and those around it, with their distance.
    pub(in crate::stats) fn around(&self, at: [f64; 2]) -> impl Iterator<Item = (usize, f64)> + '_ {
        let [x, y] = self.cell(at);
        let cells = (-1..=1).flat_map(move |dy| (-1..=1).map(move |dx| [x + dx, y + dy]));
        let members = cells.filter_map(|cell| self.members.get(&cell)).flatten();
        members.map(move |number| {
            let [dx, dy] = [0, 1].map(|axis| self.points[*number as usize][axis] - at[axis]);
            (*number as usize, (dx * dx + dy * dy).sqrt())
        })
    }
}

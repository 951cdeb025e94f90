//! Counts of pair distances of points that are added one after another.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of cells and steps, kept below 2²⁴; places within a cell, which single precision holds to 2⁻²⁴ of it"
)]

/// The most cells along an axis.
const MOST_CELLS: usize = 1024;

/// Cells of a square grid over points, those of each cell one after another in the order in which they are added.
///
/// A place is kept relative to the corner of its cell, so that single precision holds differences of neighbours to some 2⁻²² of
/// the reach, and coincident points are at distance 0 exactly.
pub(super) struct DistanceCounts {
    side_m: f64,
    columns: usize,
    rows: usize,
    lower: [f64; 2],
    /// The cells that hold points within the reach of a cell, as steps from it.
    around: Vec<[i32; 2]>,
    /// Steps a metre.
    scale: f32,
    /// The number of steps up to the reach; what lies beyond is counted in one step more.
    steps: usize,
    starts: Vec<u32>,
    filled: Vec<u32>,
    cell_of: Vec<u32>,
    x: Vec<f32>,
    y: Vec<f32>,
    weight: Vec<f64>,
    places: Vec<u32>,
    recent: Vec<u32>,
    since: u64,
    /// The number of pairs at each step.
    counts: Vec<u64>,
    /// The weights of the pairs at each step, where there are weights.
    weights: Vec<f64>,
}

impl DistanceCounts {
    /// For points between two corners and distances up to a reach, which are counted in so many steps.
    pub(super) fn new([lower, upper]: [[f64; 2]; 2], reach_m: f64, steps: usize) -> Self {
        let extent_m = (upper[0] - lower[0]).max(upper[1] - lower[1]).max(0.0);
        let side_m = (reach_m / 4.0).max(extent_m / (MOST_CELLS - 1) as f64).max(f64::MIN_POSITIVE);
        let along = |axis: usize| ((upper[axis] - lower[axis]) / side_m).floor() as usize + 1;
        let (columns, rows) = (along(0), along(1));
        let ring = (reach_m / side_m).ceil() as i32;
        let gap = |step: i32| f64::from((step.abs() - 1).max(0)) * side_m;
        let around = (-ring..=ring)
            .flat_map(|dy| (-ring..=ring).map(move |dx| [dx, dy]))
            .filter(|[dx, dy]| gap(*dx).hypot(gap(*dy)) <= reach_m)
            .collect();
        Self {
            side_m,
            columns,
            rows,
            lower,
            around,
            scale: (steps as f64 / reach_m) as f32,
            steps,
            starts: vec![0; columns * rows + 1],
            filled: vec![0; columns * rows],
            cell_of: Vec::new(),
            x: Vec::new(),
            y: Vec::new(),
            weight: Vec::new(),
            places: Vec::new(),
            recent: vec![0; steps + 2],
            since: 0,
            counts: vec![0; steps + 2],
            weights: Vec::new(),
        }
    }

    /// The two corners between which points lie.
    pub(super) fn corners(points: &[[f64; 2]]) -> [[f64; 2]; 2] {
        let nothing = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
        points.iter().fold(nothing, |[lower, upper], at| {
            [[lower[0].min(at[0]), lower[1].min(at[1])], [upper[0].max(at[0]), upper[1].max(at[1])]]
        })
    }

    /// Forgets all pairs, and takes points that [`Self::add`] then adds in this order.
    pub(super) fn take(&mut self, points: &[[f64; 2]], order: &[u32], weights: Option<&[f64]>) {
        let count = order.len();
        self.starts.fill(0);
        self.filled.fill(0);
        self.recent.fill(0);
        self.counts.fill(0);
        self.since = 0;
        self.cell_of.clear();
        for number in order {
            let at = points[*number as usize];
            let along = |axis: usize, most: usize| {
                (((at[axis] - self.lower[axis]) / self.side_m).floor() as usize).min(most - 1)
            };
            let cell = along(1, self.rows) * self.columns + along(0, self.columns);
            self.cell_of.push(cell as u32);
            self.starts[cell + 1] += 1;
        }
        for cell in 1..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        for list in [&mut self.x, &mut self.y] {
            list.clear();
            list.resize(count, 0.0);
        }
        self.places.clear();
        self.weight.clear();
        self.weights.clear();
        if weights.is_some() {
            self.weight.resize(count, 0.0);
            self.weights.resize(self.steps + 2, 0.0);
        }
        // Within a cell points stand in the order in which they are added, so that those before one are a prefix.
        for (number, cell) in order.iter().zip(&self.cell_of) {
            let (at, cell) = (points[*number as usize], *cell as usize);
            let place = (self.starts[cell] + self.filled[cell]) as usize;
            self.filled[cell] += 1;
            let corner = [cell % self.columns, cell / self.columns];
            let within = [0, 1].map(|axis| (at[axis] - self.lower[axis] - corner[axis] as f64 * self.side_m) as f32);
            (self.x[place], self.y[place]) = (within[0], within[1]);
            if let Some(weights) = weights {
                self.weight[place] = weights[*number as usize];
            }
            self.places.push(place as u32);
        }
        self.filled.fill(0);
    }

    /// Adds the points of these ranks in the order that was taken, and counts the pairs of each with those that have been added; ranks
    /// before them have been.
    pub(super) fn add(&mut self, ranks: std::ops::Range<usize>) {
        for rank in ranks {
            self.count(rank);
            self.filled[self.cell_of[rank] as usize] += 1;
        }
        self.keep();
    }

    /// Counts the pairs of the first points in the order that was taken, up to a rank, with the others, and no pairs within either.
    pub(super) fn cross(&mut self, rank: usize) {
        for cell in &self.cell_of[..rank] {
            self.filled[*cell as usize] += 1;
        }
        for rank in rank..self.cell_of.len() {
            self.count(rank);
        }
        self.keep();
    }

    /// Counts the pairs of a point with those that have been added.
    fn count(&mut self, rank: usize) {
        let (cell, place) = (self.cell_of[rank] as usize, self.places[rank] as usize);
        let (column, row) = ((cell % self.columns) as i32, (cell / self.columns) as i32);
        let (x, y) = (self.x[place], self.y[place]);
        let last = (self.steps + 1) as f32;
        for [dx, dy] in &self.around {
            let (other_column, other_row) = (column + dx, row + dy);
            let inside = (0..self.columns as i32).contains(&other_column) && (0..self.rows as i32).contains(&other_row);
            if !inside {
                continue;
            }
            let other = other_row as usize * self.columns + other_column as usize;
            let filled = self.filled[other] as usize;
            if filled == 0 {
                continue;
            }
            let start = self.starts[other] as usize;
            let side_m = self.side_m as f32;
            let (from_x, from_y) = (x - *dx as f32 * side_m, y - *dy as f32 * side_m);
            let (xs, ys) = (&self.x[start..start + filled], &self.y[start..start + filled]);
            let mut steps = [0_i32; 64];
            for (block, (xs, ys)) in xs.chunks(64).zip(ys.chunks(64)).enumerate() {
                for ((step, x), y) in steps.iter_mut().zip(xs).zip(ys) {
                    let (dx, dy) = (x - from_x, y - from_y);
                    *step = ((dx * dx + dy * dy).sqrt() * self.scale + 0.5).min(last) as i32;
                }
                for step in &steps[..xs.len()] {
                    self.recent[*step as usize] += 1;
                }
                if !self.weights.is_empty() {
                    let others = &self.weight[start + block * 64..];
                    for (step, other) in steps[..xs.len()].iter().zip(others) {
                        self.weights[*step as usize] += self.weight[place] * other;
                    }
                }
            }
            self.since += filled as u64;
        }
        if self.since > u64::from(u32::MAX >> 1) {
            self.keep();
        }
    }

    /// Carries what was counted last over to numbers that cannot overflow.
    fn keep(&mut self) {
        for (all, recent) in self.counts.iter_mut().zip(&mut self.recent) {
            *all += u64::from(std::mem::take(recent));
        }
        self.since = 0;
    }

    /// The number of pairs whose distance is nearest to 0, 1, 2 … steps, up to the reach.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts[..=self.steps]
    }

    /// The same of the products of weights; none without weights.
    pub(super) fn weights(&self) -> Option<&[f64]> {
        (!self.weights.is_empty()).then(|| &self.weights[..=self.steps])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_as_by_looking_at_all_of_them_whatever_has_been_added() {
        // A spiral over some kilometres, with two points in one place and one far away.
        let mut points: Vec<[f64; 2]> = (0..300)
            .map(|number| {
                let turn = f64::from(number) * 0.7;
                [400_000.0 + 13.0 * turn * turn.cos(), 3_000_000.0 + 13.0 * turn * turn.sin()]
            })
            .collect();
        points.push(points[10]);
        points.push([490_000.0, 3_000_000.0]);
        let weights: Vec<f64> = (0..points.len()).map(|number| f64::from(number as u32 % 7) + 0.5).collect();
        let order: Vec<u32> = (0..points.len() as u32).rev().collect();
        let (reach_m, steps) = (1500.0, 1000);
        let mut counted = DistanceCounts::new(DistanceCounts::corners(&points), reach_m, steps);
        counted.take(&points, &order, Some(&weights));
        for (from, to) in [(0, 40), (40, 41), (41, points.len())] {
            counted.add(from..to);
            let (mut expected, mut sums) = (vec![0_u64; steps + 1], vec![0.0; steps + 1]);
            for one in 0..to {
                for other in 0..one {
                    let [a, b] = [one, other].map(|rank| order[rank] as usize);
                    let distance_m = (points[a][0] - points[b][0]).hypot(points[a][1] - points[b][1]);
                    let step = (distance_m / reach_m * steps as f64).round() as usize;
                    if step <= steps {
                        expected[step] += 1;
                        sums[step] += weights[a] * weights[b];
                    }
                }
            }
            assert_eq!(counted.counts(), expected);
            for (found, expected) in counted.weights().unwrap().iter().zip(&sums) {
                assert!((found - expected).abs() < 1e-9, "{found} {expected}");
            }
        }
        assert_eq!(counted.counts()[0], 1);
        counted.take(&points, &order, None);
        counted.cross(100);
        let mut expected = vec![0_u64; steps + 1];
        for (one, other) in (0..100).flat_map(|one| (100..order.len()).map(move |other| (one, other))) {
            let [a, b] = [one, other].map(|rank: usize| order[rank] as usize);
            let distance_m = (points[a][0] - points[b][0]).hypot(points[a][1] - points[b][1]);
            let step = (distance_m / reach_m * steps as f64).round() as usize;
            if step <= steps {
                expected[step] += 1;
            }
        }
        assert_eq!(counted.counts(), expected);
    }
}

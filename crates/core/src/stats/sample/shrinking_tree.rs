/// A k-d tree from which points are taken: the nearest of the points that are left is found in about log n steps.
///
/// The tree is the order of its points: the root of a range of the order is its middle, and what lies before and behind are its
/// branches. Each root knows how many of its range are left, so that empty branches are passed over.
pub(super) struct ShrinkingTree {
    /// The coordinates in the order of the tree.
    coordinates: Vec<[f64; 3]>,
    /// The point at each place of the order.
    points: Vec<usize>,
    /// The place of each point.
    places: Vec<usize>,
    /// The axis that each root divides by.
    axes: Vec<u8>,
    /// How many points of the range of each root are left.
    left: Vec<u32>,
    is_left: Vec<bool>,
}

impl ShrinkingTree {
    /// The tree of all points. Of equally near points the one is found that the order has first on the way; an order that is
    /// random makes that choice so.
    pub(super) fn new(coordinates: &[[f64; 3]], mut order: Vec<usize>) -> Self {
        let count = order.len();
        let mut axes = vec![0; count];
        let mut left = vec![0; count];
        let mut open = vec![(0, count)];
        while let Some((start, end)) = open.pop() {
            if start >= end {
                continue;
            }
            let middle = usize::midpoint(start, end);
            let (axis, spread) = widest(coordinates, &order[start..end]);
            if spread > 0.0 {
                order[start..end].select_nth_unstable_by(middle - start, |one, other| {
                    coordinates[*one][axis].total_cmp(&coordinates[*other][axis])
                });
            }
            axes[middle] = u8::try_from(axis).unwrap_or(0);
            left[middle] = u32::try_from(end - start).unwrap_or(u32::MAX);
            open.extend([(start, middle), (middle + 1, end)]);
        }
        let mut places = vec![0; coordinates.len()];
        for (place, point) in order.iter().enumerate() {
            places[*point] = place;
        }
        Self {
            coordinates: order.iter().map(|point| coordinates[*point]).collect(),
            points: order,
            places,
            axes,
            left,
            is_left: vec![true; count],
        }
    }

    /// Takes a point away.
    pub(super) fn remove(&mut self, point: usize) {
        let place = self.places[point];
        if !std::mem::replace(&mut self.is_left[place], false) {
            return;
        }
        let (mut start, mut end) = (0, self.points.len());
        while start < end {
            let middle = usize::midpoint(start, end);
            self.left[middle] -= 1;
            match place.cmp(&middle) {
                std::cmp::Ordering::Less => end = middle,
                std::cmp::Ordering::Equal => return,
                std::cmp::Ordering::Greater => start = middle + 1,
            }
        }
    }

    /// The nearest of the other points that are left.
    pub(super) fn nearest_other(&self, point: usize) -> Option<usize> {
        let place = self.places[point];
        let mut best = (f64::INFINITY, None);
        self.search(0, self.points.len(), place, &mut best);
        best.1.map(|place: usize| self.points[place])
    }

    fn search(&self, start: usize, end: usize, own: usize, best: &mut (f64, Option<usize>)) {
        if start >= end {
            return;
        }
        let middle = usize::midpoint(start, end);
        if self.left[middle] == 0 || best.0 == 0.0 {
            return;
        }
        let at = &self.coordinates[own];
        if middle != own && self.is_left[middle] {
            let square = square(at, &self.coordinates[middle]);
            if square < best.0 || best.1.is_none() {
                *best = (square, Some(middle));
            }
        }
        let axis = usize::from(self.axes[middle]);
        let beyond = at[axis] - self.coordinates[middle][axis];
        let (near, far) =
            if beyond < 0.0 { ((start, middle), (middle + 1, end)) } else { ((middle + 1, end), (start, middle)) };
        self.search(near.0, near.1, own, best);
        if beyond * beyond < best.0 {
            self.search(far.0, far.1, own, best);
        }
    }
}

fn widest(coordinates: &[[f64; 3]], points: &[usize]) -> (usize, f64) {
    let spread = |axis: usize| {
        let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
            let at = coordinates[*point][axis];
            (low.min(at), high.max(at))
        });
        (axis, high - low)
    };
    (0..3).map(spread).max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((0, 0.0))
}

fn square(one: &[f64; 3], other: &[f64; 3]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum()
}

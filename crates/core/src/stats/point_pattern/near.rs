use rayon::prelude::*;

use super::bands::{Banding, Bands};
use super::distance_classes::DistanceClasses;

/// All pairs of points, or of points and those of another kind, up to the greatest of some radii.
pub(super) struct Near {
    points: Bands,
    /// Points of another kind.
    others: Option<Bands>,
    farthest_m: f64,
    classes: DistanceClasses,
}

/// A pair of a point and another.
#[derive(Clone, Copy, Default)]
pub(super) struct Pair {
    /// The vector from the point to the other, in metres.
    pub(super) step_m: [f64; 2],
    pub(super) distance_m: f64,
    /// The number of radii below the distance.
    pub(super) class: usize,
}

/// So many points are looked from in one go, so that sums do not depend on threads.
pub(super) const CHUNK: usize = 256;

impl Near {
    pub(super) fn new(points: &[[f64; 2]], others: Option<&[[f64; 2]]>, radii_m: &[f64]) -> Self {
        let farthest_m = radii_m.last().copied().unwrap_or_default();
        let banding = Banding::new([points, others.unwrap_or_default()], farthest_m);
        let others = others.map(|others| Bands::new(others, banding));
        Self { points: Bands::new(points, banding), others, farthest_m, classes: DistanceClasses::new(radii_m) }
    }

    /// The number of ordered pairs of each class.
    pub(super) fn counts(&self) -> Vec<u64> {
        let others = self.others.as_ref().unwrap_or(&self.points);
        // Of points of one kind each pair is seen once, from that which stands before the other.
        let (after, times) = if self.others.is_none() { (true, 2) } else { (false, 1) };
        let count = self.points.numbers.len();
        (0..count.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut counts = self.classes.counts();
                let own = chunk * CHUNK..count.min((chunk + 1) * CHUNK);
                self.points.near(own, others, self.farthest_m, after, |point, near| {
                    let mut squares = [0.0; DistanceClasses::AT_ONCE];
                    let [x, y] = [self.points.x[point], self.points.y[point]];
                    let near = others.x[near.clone()].chunks(squares.len()).zip(others.y[near].chunks(squares.len()));
                    for (other_x, other_y) in near {
                        for ((square, other_x), other_y) in squares.iter_mut().zip(other_x).zip(other_y) {
                            let [dx, dy] = [other_x - x, other_y - y];
                            *square = dx * dx + dy * dy;
                        }
                        self.classes.count(&squares[..other_x.len()], &mut counts);
                    }
                });
                self.classes.counted(counts).into_iter().map(|count| times * count).collect()
            })
            .reduce(
                || vec![0; self.classes.len()],
                |mut one, other| {
                    one.iter_mut().zip(other).for_each(|(one, other)| *one += other);
                    one
                },
            )
    }

    /// Sums for each class, to which `add` adds those of the pairs of a point, for the points, by their numbers, that are asked for.
    pub(super) fn sums(
        &self,
        asked: impl Fn(usize) -> bool,
        add: impl Fn(usize, &[Pair], &mut [f64]) + Sync,
    ) -> Vec<f64> {
        let others = self.others.as_ref().unwrap_or(&self.points);
        let number = |point: usize| self.points.numbers[point] as usize;
        let asked: Vec<usize> = (0..self.points.numbers.len()).filter(|point| asked(number(*point))).collect();
        let classes = self.classes.len();
        let chunks: Vec<Vec<f64>> = asked
            .par_chunks(CHUNK)
            .map(|own| {
                let mut sums = vec![0.0; classes];
                let mut pairs = vec![Pair::default(); CHUNK];
                self.points.near(own.iter().copied(), others, self.farthest_m, false, |point, near| {
                    let [x, y] = [self.points.x[point], self.points.y[point]];
                    for start in near.clone().step_by(CHUNK) {
                        let mut found = 0;
                        for other in start..near.end.min(start + CHUNK) {
                            let step_m = [others.x[other] - x, others.y[other] - y];
                            let square = step_m[0] * step_m[0] + step_m[1] * step_m[1];
                            let class = self.classes.class(square);
                            if class + 1 < classes && !(self.others.is_none() && other == point) {
                                pairs[found] = Pair { step_m, distance_m: square.sqrt(), class };
                                found += 1;
                            }
                        }
                        add(number(point), &pairs[..found], &mut sums);
                    }
                });
                sums
            })
            .collect();
        let mut sums = vec![0.0; classes];
        for chunk in chunks {
            sums.iter_mut().zip(chunk).for_each(|(sum, own)| *sum += own);
        }
        sums
    }
}

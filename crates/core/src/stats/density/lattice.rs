//! Densities on places in rows and columns: what a kernel needs of a column is computed once for all its rows.

use std::f64::consts::{PI, TAU};

use rayon::prelude::*;

use super::DensityKernel;

/// A lattice may have so many places for each one that is wanted.
const MOST_PLACES: usize = 4;

/// Rows are summed by as many threads at once as there are bands of them.
const BANDS: usize = 64;

/// Places that stand in rows and columns, though not every place of these is one.
pub(super) struct Lattice {
    columns: Vec<f64>,
    rows: Vec<f64>,
    /// The row and the column of each place.
    places: Vec<(usize, usize)>,
}

impl Lattice {
    /// The lattice that some places are on; none where they are scattered.
    pub(super) fn new(places: &[[f64; 2]]) -> Option<Self> {
        if places.iter().flatten().any(|coordinate| !coordinate.is_finite()) {
            return None;
        }
        let axis = |number: usize| {
            let mut all: Vec<f64> = places.iter().map(|place| place[number]).collect();
            all.par_sort_unstable_by(f64::total_cmp);
            all.dedup();
            all
        };
        let (columns, rows) = (axis(0), axis(1));
        if columns.len().saturating_mul(rows.len()) > MOST_PLACES * places.len() {
            return None;
        }
        let at = |axis: &[f64], wanted: f64| axis.partition_point(|coordinate| *coordinate < wanted);
        let places = places.par_iter().map(|[x, y]| (at(&rows, *y), at(&columns, *x))).collect();
        Some(Self { columns, rows, places })
    }

    /// The density at each place, summed in the order of the points, however many threads there are.
    pub(super) fn density(
        &self,
        points: &[[f64; 2]],
        weights: &[f64],
        bandwidth_m: f64,
        kernel: DensityKernel,
    ) -> Vec<f64> {
        let width = self.columns.len();
        let mut sums = vec![0.0; width * self.rows.len()];
        let band = self.rows.len().div_ceil(BANDS).max(1);
        sums.par_chunks_mut((band * width).max(1)).zip(self.rows.par_chunks(band)).for_each(|(sums, rows)| {
            let mut row = Row::new(bandwidth_m, kernel);
            for (at, weight) in points.iter().zip(weights) {
                let (low, high) = (at[1] - row.reach_m, at[1] + row.reach_m);
                let first = rows.partition_point(|y| *y < low);
                let last = rows.partition_point(|y| *y <= high);
                if first == last {
                    continue;
                }
                let left = self.columns.partition_point(|x| *x < at[0] - row.reach_m);
                let right = self.columns.partition_point(|x| *x <= at[0] + row.reach_m);
                row.stand_at(at[0], &self.columns[left..right]);
                for (number, y) in rows.iter().enumerate().take(last).skip(first) {
                    row.add(
                        &mut sums[number * width + left..number * width + right],
                        (y - at[1]) * (y - at[1]),
                        *weight,
                    );
                }
            }
        });
        self.places.par_iter().map(|(row, column)| sums[row * width + column]).collect()
    }
}

/// What one point adds to one row.
struct Row {
    kernel: DensityKernel,
    bandwidth_m: f64,
    reach_m: f64,
    /// The squares of the distances along the row.
    squares: Vec<f64>,
    /// The factors that a Gaussian has of them: it is the product of one for the column and one for the row.
    factors: Vec<f64>,
}

impl Row {
    fn new(bandwidth_m: f64, kernel: DensityKernel) -> Self {
        let reach_m = kernel.reach_m(bandwidth_m);
        Self { kernel, bandwidth_m, reach_m, squares: Vec::new(), factors: Vec::new() }
    }

    /// The half of a square in bandwidths, whose exponential is a factor of a Gaussian.
    fn factor(&self, square: f64) -> f64 {
        (-square / (2.0 * self.bandwidth_m * self.bandwidth_m)).exp()
    }

    fn stand_at(&mut self, x: f64, columns: &[f64]) {
        self.squares.clear();
        self.squares.extend(columns.iter().map(|column| (column - x) * (column - x)));
        if self.kernel == DensityKernel::Gaussian {
            self.factors = self.squares.iter().map(|square| self.factor(*square)).collect();
        }
    }

    /// Adds a point of this weight, whose square of the distance across the row is given.
    fn add(&self, sums: &mut [f64], across: f64, weight: f64) {
        let (reach, square_m2) = (self.reach_m * self.reach_m, self.bandwidth_m * self.bandwidth_m);
        let squares = sums.iter_mut().zip(&self.squares);
        // Beyond the reach nothing is added; without a branch several sums are added to at once.
        let within = |square: f64, height: f64| if square + across <= reach { height } else { 0.0 };
        match self.kernel {
            DensityKernel::Gaussian => {
                let of_row = weight * self.factor(across) / (TAU * square_m2);
                for ((sum, square), factor) in squares.zip(&self.factors) {
                    *sum += within(*square, of_row * factor);
                }
            }
            DensityKernel::Epanechnikov => {
                let scale = weight * 2.0 / (PI * square_m2);
                squares.for_each(|(sum, along)| {
                    *sum += within(*along, scale * (1.0 - (along + across) / square_m2));
                });
            }
            DensityKernel::Quartic => {
                let scale = weight * 3.0 / (PI * square_m2);
                squares.for_each(|(sum, along)| {
                    let rest = 1.0 - (along + across) / square_m2;
                    *sum += within(*along, scale * rest * rest);
                });
            }
            DensityKernel::Triangular => {
                let scale = weight * 3.0 / (PI * square_m2);
                squares.for_each(|(sum, along)| {
                    *sum += within(*along, scale * (1.0 - (along + across).sqrt() / self.bandwidth_m));
                });
            }
            DensityKernel::Uniform => {
                let height = weight / (PI * square_m2);
                squares.for_each(|(sum, along)| *sum += within(*along, height));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DensityKernel, kernel_density, scattered_density};
    use super::*;

    #[test]
    fn places_in_rows_have_the_density_of_the_same_places_by_themselves() {
        let columns: Vec<f64> = (0..37).map(|column| 400_000.0 + 250.0 * f64::from(column)).collect();
        let mut places = Vec::new();
        for row in 0..29_u32 {
            let wanted = columns.iter().filter(|x| (((**x - 400_000.0) / 250.0) + f64::from(row)) % 5.0 != 0.0);
            places.extend(wanted.map(|x| [*x, 3_300_000.0 + 250.0 * f64::from(row)]));
        }
        assert!(Lattice::new(&places).is_some());
        let points: Vec<[f64; 2]> = (0..400)
            .map(|k| [399_000.0 + f64::from(k * 7919 % 11_000), 3_299_500.0 + f64::from(k * 104_729 % 8_000)])
            .collect();
        let weights: Vec<f64> = (0..400).map(|k| 0.25 + f64::from(k % 7)).collect();
        for kernel in [
            DensityKernel::Gaussian,
            DensityKernel::Epanechnikov,
            DensityKernel::Quartic,
            DensityKernel::Triangular,
            DensityKernel::Uniform,
        ] {
            let fast = kernel_density(&points, &weights, &places, 900.0, kernel).unwrap();
            let slow = scattered_density(&points, &weights, &places, 900.0, kernel);
            let highest = slow.iter().copied().fold(0.0, f64::max);
            for (one, other) in fast.iter().zip(&slow) {
                assert!((one - other).abs() <= 1e-13 * highest, "{kernel:?}: {one} {other}");
            }
        }
    }

    #[test]
    fn scattered_places_are_no_lattice() {
        let places: Vec<[f64; 2]> = (0..100).map(|k| [f64::from(k), f64::from(k * k)]).collect();
        assert!(Lattice::new(&places).is_none() && Lattice::new(&[[f64::NAN, 0.0]]).is_none());
        assert_eq!(
            Lattice::new(&[]).map(|lattice| lattice.density(&[[0.0, 0.0]], &[1.0], 1.0, DensityKernel::Uniform)),
            Some(vec![])
        );
    }
}

//! Columns made orthonormal, so that least squares are projections.

use super::Alias;

/// The columns of a regression as X = Q R, with orthonormal Q, without the columns that others determine.
///
/// Columns are made orthogonal one after the other, twice each (Gram and Schmidt, “twice is enough”), so that Q is orthonormal to
/// rounding and nothing is squared, as X'X would square the condition number.
pub(super) struct Design {
    /// The columns of Q.
    q: Vec<Vec<f64>>,
    /// The columns of R, each down to its diagonal.
    r: Vec<Vec<f64>>,
    /// Which columns of X are kept.
    kept: Vec<usize>,
    /// The other columns.
    aliases: Vec<Alias>,
}

/// What is left of a column beside others, as a part of its deviation from the first column, where rounding alone leaves it.
const COLLINEAR: f64 = 1e-9;

impl Design {
    /// The decomposition of columns of one length; the first is usually constant.
    pub(super) fn new(columns: &[Vec<f64>]) -> Self {
        let mut design = Self { q: Vec::new(), r: Vec::new(), kept: Vec::new(), aliases: Vec::new() };
        for (number, column) in columns.iter().enumerate() {
            let whole = norm(column);
            let mut rest = column.clone();
            let mut coordinates = vec![0.0; design.q.len()];
            // What a large mean hides is measured against the deviation from it.
            let mut deviation = whole;
            for pass in 0..2 {
                for (place, q) in design.q.iter().enumerate() {
                    let along = dot(q, &rest);
                    subtract(&mut rest, along, q);
                    coordinates[place] += along;
                    if pass == 0 && place == 0 {
                        deviation = norm(&rest);
                    }
                }
            }
            let left = norm(&rest);
            let rounding = 64.0 * f64::EPSILON * whole;
            if left <= rounding.max(COLLINEAR * deviation) || left == 0.0 {
                let of = design.combination(&coordinates, columns, whole);
                design.aliases.push(Alias { column: number, of });
                continue;
            }
            rest.iter_mut().for_each(|value| *value /= left);
            coordinates.push(left);
            design.q.push(rest);
            design.r.push(coordinates);
            design.kept.push(number);
        }
        design
    }

    /// The kept columns that have a part in a column with these coordinates.
    fn combination(&self, coordinates: &[f64], columns: &[Vec<f64>], whole: f64) -> Vec<usize> {
        const PART: f64 = 1e-6;
        let factors = self.backward(coordinates.to_vec());
        let parts = self.kept.iter().zip(factors);
        parts.filter(|(of, factor)| factor.abs() * norm(&columns[**of]) > PART * whole).map(|(of, _)| *of).collect()
    }

    /// The number of columns that are kept.
    pub(super) fn rank(&self) -> usize {
        self.q.len()
    }

    pub(super) fn kept(&self) -> &[usize] {
        &self.kept
    }

    pub(super) fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    pub(super) fn orthonormal(&self) -> &[Vec<f64>] {
        &self.q
    }

    /// Q'v.
    pub(super) fn coordinates(&self, values: &[f64]) -> Vec<f64> {
        self.q.iter().map(|q| dot(q, values)).collect()
    }

    /// M v = v − Q Q'v.
    pub(super) fn residuals(&self, values: &[f64]) -> Vec<f64> {
        let mut rest = values.to_vec();
        for _ in 0..2 {
            for q in &self.q {
                let along = dot(q, &rest);
                subtract(&mut rest, along, q);
            }
        }
        rest
    }

    /// The coefficients of the kept columns, (X'X)⁻¹ X'v.
    pub(super) fn coefficients(&self, values: &[f64]) -> Vec<f64> {
        // Along each column in turn what the columns before it have left, as the residuals are made.
        let mut rest = values.to_vec();
        let mut coordinates = vec![0.0; self.q.len()];
        for _ in 0..2 {
            for (coordinate, q) in coordinates.iter_mut().zip(&self.q) {
                let along = dot(q, &rest);
                subtract(&mut rest, along, q);
                *coordinate += along;
            }
        }
        self.backward(coordinates)
    }

    /// R⁻¹ b.
    fn backward(&self, mut of: Vec<f64>) -> Vec<f64> {
        for column in (0..of.len()).rev() {
            of[column] /= self.r[column][column];
            let value = of[column];
            of.iter_mut().zip(&self.r[column][..column]).for_each(|(rest, entry)| *rest -= entry * value);
        }
        of
    }

    /// The columns of R⁻¹.
    pub(super) fn inverse_factor(&self) -> Vec<Vec<f64>> {
        let rank = self.rank();
        let unit = |column: usize| (0..rank).map(|row| if row == column { 1.0 } else { 0.0 }).collect();
        (0..rank).map(|column| self.backward(unit(column))).collect()
    }

    /// (X'X)⁻¹ of the kept columns, R⁻¹ R⁻¹'.
    pub(super) fn inverse_cross_product(&self) -> Vec<Vec<f64>> {
        let inverse = self.inverse_factor();
        let entry = |one: usize, other: usize| inverse.iter().map(|column| column[one] * column[other]).sum();
        (0..self.rank()).map(|one| (0..self.rank()).map(|other| entry(one, other)).collect()).collect()
    }

    /// The condition number of the kept columns, each brought to length 1: the greatest over the smallest singular value.
    pub(super) fn condition_number(&self) -> Option<f64> {
        // One-sided rotations (Jacobi) make the columns orthogonal, whose lengths are then the singular values.
        let rank = self.rank();
        let mut columns: Vec<Vec<f64>> = self
            .r
            .iter()
            .map(|column| {
                let length = norm(column);
                (0..rank).map(|row| column.get(row).copied().unwrap_or_default() / length).collect()
            })
            .collect();
        for _ in 0..60 {
            let mut turned = false;
            for one in 0..rank {
                for other in one + 1..rank {
                    let (a, b) = (dot(&columns[one], &columns[one]), dot(&columns[other], &columns[other]));
                    let c = dot(&columns[one], &columns[other]);
                    if c.abs() <= f64::EPSILON * (a * b).sqrt() {
                        continue;
                    }
                    turned = true;
                    let zeta = (b - a) / (2.0 * c);
                    let t = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
                    let cosine = 1.0 / t.hypot(1.0);
                    let sine = cosine * t;
                    let (before, after) = columns.split_at_mut(other);
                    for (x, y) in before[one].iter_mut().zip(&mut after[0]) {
                        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                    }
                }
            }
            if !turned {
                break;
            }
        }
        let lengths: Vec<f64> = columns.iter().map(|column| norm(column)).collect();
        let greatest = lengths.iter().copied().fold(0.0, f64::max);
        let least = lengths.iter().copied().fold(f64::INFINITY, f64::min);
        (least > 0.0 && least.is_finite()).then(|| greatest / least)
    }
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn norm(of: &[f64]) -> f64 {
    dot(of, of).sqrt()
}

fn subtract(from: &mut [f64], factor: f64, of: &[f64]) {
    from.iter_mut().zip(of).for_each(|(from, of)| *from -= factor * of);
}

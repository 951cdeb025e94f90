#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position below the length of a list; a number of steps that is not negative"
)]

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Window;
use crate::error::{Error, StatsError};
use crate::model::{named, with_fields};

const STATISTIC: &str = "the point pattern";

named! {
    "null model";

    /// The null model that simulated patterns are drawn from.
    pub enum NullModel {
        /// Complete spatial randomness: points are uniform in the window and independent, see [`simulated_csr`].
        Csr,
        /// Random labelling: the places of all points are fixed, and the labels are permuted among them, see
        /// [`simulated_labels`].
        RandomLabelling,
    }
}

/// Options of [`simulated_csr`] and [`simulated_labels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimulationOptions {
    /// The number of simulated patterns; 99 by default.
    pub simulations: usize,
    /// The number of the first pattern that is made, so that patterns can be made some at a time: each is the same however they are
    /// divided. 0 by default.
    pub first: usize,
    /// The seed. Each pattern is drawn from a random stream of its own, so that the result does not depend on the number of
    /// threads.
    pub seed: u64,
}

impl Default for SimulationOptions {
    fn default() -> Self {
        Self { simulations: 99, first: 0, seed: 0 }
    }
}

with_fields! {
    SimulationOptions {
        with_simulations(simulations: usize);
        with_first(first: usize);
        with_seed(seed: u64);
    }
}

/// A statistic of patterns under complete spatial randomness: in each pattern `counts[k]` points of kind k are uniform in the
/// window. The statistic gets the points of each kind; its results come in the order of the simulations.
///
/// The window is triangulated; a triangle is chosen with a probability proportional to its area, and a point is uniform in it.
///
/// # Units
///
/// Coordinates in the metres of the window.
///
/// # Errors
///
/// The errors of the statistic.
///
/// # Examples
///
/// The mean of x in a square that is 10 m wide is near 5 m:
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::stats::{SimulationOptions, Window, simulated_csr};
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 10.0, y: 10.0 }).to_polygon();
/// let window = Window::new(MultiPolygon(vec![square]))?;
/// let means = simulated_csr(&window, &[1000], SimulationOptions::default(), |kinds| {
///     Ok::<_, jiju_core::Error>(kinds[0].iter().map(|at| at[0]).sum::<f64>() / 1000.0)
/// })?;
/// assert!(means.len() == 99 && means.iter().all(|mean| (mean - 5.0).abs() < 0.5));
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn simulated_csr<T: Send, E: Send>(
    window: &Window,
    counts: &[usize],
    options: SimulationOptions,
    statistic: impl Fn(&[Vec<[f64; 2]>]) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let triangles = triangles(window);
    let one = |number: usize| {
        let mut generator = stream(options.seed, number);
        let kinds: Vec<_> = counts.iter().map(|count| uniform(&mut generator, &triangles, *count)).collect();
        statistic(&kinds)
    };
    (options.first..options.simulations).into_par_iter().map(one).collect()
}

/// A statistic of patterns under random labelling: of `total` points, in each pattern `counts[k]` are drawn for kind k, without
/// replacement. The statistic gets the indices of the points of each kind; its results come in the order of the simulations.
///
/// # Errors
///
/// More points to be labelled than there are; those of the statistic.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{SimulationOptions, simulated_labels};
///
/// let drawn = simulated_labels(10, &[2, 3], SimulationOptions::default(), |kinds| {
///     Ok::<_, jiju_core::Error>(kinds[0].len() + kinds[1].len())
/// })?;
/// assert!(drawn.len() == 99 && drawn.iter().all(|count| *count == 5));
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn simulated_labels<T: Send, E: From<Error> + Send>(
    total: usize,
    counts: &[usize],
    options: SimulationOptions,
    statistic: impl Fn(&[&[usize]]) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let labelled: usize = counts.iter().sum();
    if labelled > total {
        let (found, expected) = (format!("{labelled}"), format!("at most {total}, the number of points"));
        let option = "the number of labels";
        return Err(Error::from(StatsError::Option { statistic: STATISTIC, option, found, expected }).into());
    }
    let one = |number: usize| {
        let mut generator = stream(options.seed, number);
        // The first places of a random order.
        let mut order: Vec<usize> = (0..total).collect();
        for place in 0..labelled {
            let other = place + (generator.random::<f64>() * (order.len() - place) as f64) as usize;
            order.swap(place, other.min(total - 1));
        }
        let mut rest = order.as_slice();
        let kinds: Vec<&[usize]> = counts
            .iter()
            .map(|count| {
                let (kind, others) = rest.split_at(*count);
                rest = others;
                kind
            })
            .collect();
        statistic(&kinds)
    };
    (options.first..options.simulations).into_par_iter().map(one).collect()
}

/// The stream of chance of a simulation.
pub(super) fn stream(seed: u64, number: usize) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(number as u64);
    generator
}

/// The triangles of a window, each with the cumulative share of the area up to and including it.
fn triangles(window: &Window) -> Vec<(f64, [[f64; 2]; 3])> {
    let corners = |triangle: geo::Triangle| triangle.to_array().map(|at| [at.x, at.y]);
    let parts = window.geometry().iter().flat_map(geo::TriangulateEarcut::earcut_triangles_iter).map(corners);
    let mut sum = 0.0;
    let mut triangles: Vec<_> = parts
        .map(|[a, b, c]| {
            sum += ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs();
            (sum, [a, b, c])
        })
        .collect();
    triangles.iter_mut().for_each(|(share, _)| *share /= sum);
    triangles
}

/// Points uniform in the window: a triangle is chosen by its area, and a point uniformly in it.
fn uniform(generator: &mut ChaCha8Rng, triangles: &[(f64, [[f64; 2]; 3])], count: usize) -> Vec<[f64; 2]> {
    let mut one = || {
        let [which, mut u, mut v] = [0; 3].map(|_| generator.random::<f64>());
        let place = triangles.partition_point(|(share, _)| *share <= which).min(triangles.len().saturating_sub(1));
        let (_, [a, b, c]) = triangles.get(place)?;
        if u + v > 1.0 {
            (u, v) = (1.0 - u, 1.0 - v);
        }
        Some([0, 1].map(|axis| a[axis] + u * (b[axis] - a[axis]) + v * (c[axis] - a[axis])))
    };
    (0..count).filter_map(|_| one()).collect()
}

/// Places in the window on a square lattice whose spacing makes them about `count`, as [`empty_space`](super::empty_space)
/// needs them.
///
/// # Units
///
/// Coordinates in the metres of the window.
///
/// # Errors
///
/// A count that is not between 1 and 4,194,304.
pub fn lattice_probes(window: &Window, count: usize) -> Result<Vec<[f64; 2]>, StatsError> {
    const MOST: usize = 1 << 22;
    if !(1..=MOST).contains(&count) {
        let (found, expected) = (count.to_string(), "1 to 4,194,304".to_owned());
        return Err(StatsError::Option { statistic: "F", option: "the number of probes", found, expected });
    }
    let [lower, upper] = window.corners();
    let step = (window.area_m2() / count as f64).sqrt();
    let along = |axis: usize| ((upper[axis] - lower[axis]) / step).ceil() as usize;
    let places = (0..along(1)).flat_map(|row| (0..along(0)).map(move |column| [column, row]));
    let at = |place: [usize; 2]| [0, 1].map(|axis| lower[axis] + (place[axis] as f64 + 0.5) * step);
    Ok(places.map(at).filter(|at| window.holds(*at)).collect())
}

/// Radii from 0 to `greatest_m` in `steps` equal steps, both ends included.
///
/// # Errors
///
/// A number of steps that is not between 1 and 100,000; a greatest radius that is not above 0 m.
///
/// # Examples
///
/// ```
/// assert_eq!(jiju_core::stats::even_radii_m(100.0, 4)?, [0.0, 25.0, 50.0, 75.0, 100.0]);
/// # Ok::<(), jiju_core::error::StatsError>(())
/// ```
pub fn even_radii_m(greatest_m: f64, steps: usize) -> Result<Vec<f64>, StatsError> {
    const MOST: usize = 100_000;
    if !(greatest_m > 0.0 && (1..=MOST).contains(&steps)) {
        let found = format!("{steps} steps to {greatest_m} m");
        let expected = "1 to 100,000 steps to more than 0 m".to_owned();
        return Err(StatsError::Option { statistic: STATISTIC, option: "the radii", found, expected });
    }
    Ok((0..=steps).map(|step| greatest_m * step as f64 / steps as f64).collect())
}

#[cfg(test)]
mod tests {
    use geo::{LineString, MultiPolygon, Polygon};

    use super::*;

    #[test]
    fn points_fall_evenly_into_a_window_that_is_a_sliver_of_its_box() {
        // A thin diagonal strip with a hole, and a square far away.
        let ring = |corners: &[(f64, f64)]| LineString::from(corners.to_vec());
        let strip = Polygon::new(
            ring(&[(0.0, 0.0), (1000.0, 999.0), (1000.0, 1000.0), (0.0, 1.0)]),
            vec![ring(&[(400.0, 399.9), (400.0, 400.3), (600.0, 600.1), (600.0, 599.7)])],
        );
        let square = Polygon::new(ring(&[(2000.0, 0.0), (2020.0, 0.0), (2020.0, 10.0), (2000.0, 10.0)]), Vec::new());
        let window = Window::new(MultiPolygon(vec![strip, square])).unwrap();
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let found = uniform(&mut generator, &triangles(&window), 100_000);
        assert_eq!(found.len(), 100_000);
        // On an edge rounding may take a point to either side.
        let outside = found.iter().filter(|at| !window.holds(**at) && window.distance_to_boundary_m(**at) > 1e-9);
        assert_eq!(outside.count(), 0);
        let share = |is: &dyn Fn(&[f64; 2]) -> bool| found.iter().filter(|at| is(at)).count() as f64 / 100_000.0;
        let area = window.area_m2();
        let near = |found: f64, expected: f64| (found - expected).abs() < 4.0 * (expected / 100_000.0).sqrt();
        assert!(near(share(&|at| at[0] > 1500.0), 200.0 / area), "{}", share(&|at| at[0] > 1500.0));
        for quarter in 0..4 {
            let [west, east] = [0.0, 250.0].map(|more| f64::from(quarter) * 250.0 + more);
            let hole = 0.4 * (east.min(600.0) - west.max(400.0)).max(0.0);
            let found = share(&|at| at[0] >= west && at[0] < east);
            assert!(near(found, (250.0 - hole) / area), "{found}");
        }
    }
}

use std::f64::consts::TAU;

use crate::error::{Result, StatsError};
use crate::model::{Weights, named};

named! {
    "kernel";

    /// How the weight of a neighbour falls with z, its distance divided by the bandwidth. The weight is 0 for z above 1.
    pub enum KernelFunction {
        /// K(z) = 1/2.
        Uniform,
        /// K(z) = 1 − z.
        Triangular,
        /// K(z) = 3/4 (1 − z²).
        Epanechnikov,
        /// K(z) = 15/16 (1 − z²)².
        Quartic,
        /// K(z) = exp(−z²/2) / √(2π), truncated at the bandwidth.
        Gaussian,
    }
}

impl KernelFunction {
    /// The weight at a distance given as a share of the bandwidth.
    #[must_use]
    pub fn weight(self, share: f64) -> f64 {
        let rest = 1.0 - share * share;
        match self {
            _ if share > 1.0 => 0.0,
            Self::Uniform => 0.5,
            Self::Triangular => 1.0 - share,
            Self::Epanechnikov => 0.75 * rest,
            Self::Quartic => 15.0 / 16.0 * rest * rest,
            Self::Gaussian => (-share * share / 2.0).exp() / TAU.sqrt(),
        }
    }
}

/// The bandwidth of a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KernelBandwidth {
    /// The same bandwidth for every unit, in metres.
    Fixed(f64),
    /// For each unit the distance of its farthest neighbour, enlarged by a ten-millionth so that this neighbour has a
    /// weight above 0.
    Adaptive,
}

/// Kernel weights by the distances to neighbours: w_ij = K(d_ij / h).
///
/// The weights of `distances` are distances in metres, as [`nearest_neighbours`](crate::join::nearest_neighbours) and
/// [`neighbours_within`](crate::join::neighbours_within) return them. Neighbours beyond the bandwidth are dropped. A
/// unit is not its own neighbour; to include it, for smoothing, use [`Weights::with_self`] with K(0).
///
/// # Errors
///
/// A bandwidth that is not above 0; for an adaptive bandwidth, a unit all of whose neighbours are at distance 0.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{KernelBandwidth, KernelFunction, kernel_weights};
///
/// let ids = ["a", "b"].map(str::to_owned).to_vec();
/// let distances = Weights::new(ids, vec![vec![(1, 5.0)], vec![(0, 5.0)]])?;
/// let near = kernel_weights(&distances, KernelFunction::Triangular, KernelBandwidth::Fixed(20.0))?;
/// assert_eq!(near.neighbours(0).collect::<Vec<_>>(), [(1, 0.75)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn kernel_weights(distances: &Weights, function: KernelFunction, bandwidth: KernelBandwidth) -> Result<Weights> {
    let farthest = |unit: usize| distances.neighbours(unit).map(|(_, distance_m)| distance_m).fold(0.0, f64::max);
    let bandwidth_m = |unit: usize| match bandwidth {
        KernelBandwidth::Fixed(bandwidth_m) => bandwidth_m,
        KernelBandwidth::Adaptive => farthest(unit) * FARTHER,
    };
    for (unit, id) in distances.ids().iter().enumerate() {
        let bandwidth_m = bandwidth_m(unit);
        if distances.cardinality(unit) > 0 && !(bandwidth_m.is_finite() && bandwidth_m > 0.0) {
            let (place, found) = (format!("unit `{id}`"), format!("a bandwidth of {bandwidth_m} m"));
            return Err(StatsError::Weights { place, found, expected: "more than 0 m" }.into());
        }
    }
    let kept = match bandwidth {
        KernelBandwidth::Adaptive => distances.clone(),
        KernelBandwidth::Fixed(bandwidth_m) => distances.filtered(|_, _, distance_m| distance_m <= bandwidth_m),
    };
    Ok(kept.reweighted(|unit, own| {
        let bandwidth_m = bandwidth_m(unit);
        own.iter_mut().for_each(|weight| *weight = function.weight(*weight / bandwidth_m));
    }))
}

/// The small number that libpysal adds to the distance of the farthest neighbour.
const FARTHER: f64 = 1.0 + 1e-7;

/// Inverse distance weights, w_ij = d_ij^−power.
///
/// The weights of `distances` are distances in metres.
///
/// # Errors
///
/// A power that is not above 0; neighbours at distance 0, whose weight would be infinite: the error lists all of them.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::inverse_distance_weights;
///
/// let ids = ["a", "b"].map(str::to_owned).to_vec();
/// let distances = Weights::new(ids, vec![vec![(1, 4.0)], vec![(0, 4.0)]])?;
/// let weights = inverse_distance_weights(&distances, 1.0)?;
/// assert_eq!(weights.neighbours(0).collect::<Vec<_>>(), [(1, 0.25)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn inverse_distance_weights(distances: &Weights, power: f64) -> Result<Weights> {
    const NAMED: usize = 10;
    if !(power.is_finite() && power > 0.0) {
        return Err(StatsError::Option {
            statistic: "weights",
            option: "the power of the distance",
            found: power.to_string(),
            expected: "more than 0".to_owned(),
        }
        .into());
    }
    let together = |unit: &usize| distances.neighbours(*unit).any(|(_, distance_m)| distance_m == 0.0);
    let in_place: Vec<usize> = (0..distances.len()).filter(together).collect();
    if !in_place.is_empty() {
        let named: Vec<&str> = in_place.iter().take(NAMED).map(|unit| distances.ids()[*unit].as_str()).collect();
        let more = if in_place.len() > NAMED { ", …" } else { "" };
        return Err(StatsError::Weights {
            place: format!("{} units: {}{more}", in_place.len(), named.join(", ")),
            found: "a neighbour in the same place, whose inverse distance is infinite".to_owned(),
            expected: "places of their own, or a kernel",
        }
        .into());
    }
    Ok(distances.reweighted(|_, own| own.iter_mut().for_each(|weight| *weight = weight.powf(-power))))
}

/// Weights for rings of distance: in the first ring, neighbours up to the first end, in the second, those beyond it
/// and up to the second end, and so on. Each neighbour weighs 1.
///
/// The weights of `distances` are distances in metres, as [`neighbours_within`](crate::join::neighbours_within)
/// returns them for at least the last end.
///
/// # Errors
///
/// No ends; ends that are not above 0 and strictly ascending.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::rings;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let distances = Weights::new(ids, vec![vec![(1, 4.0), (2, 9.0)], vec![(0, 4.0)], vec![(0, 9.0)]])?;
/// let rings = rings(&distances, &[4.0, 10.0])?;
/// assert_eq!(rings[0].neighbours(0).collect::<Vec<_>>(), [(1, 1.0)]);
/// assert_eq!(rings[1].neighbours(0).collect::<Vec<_>>(), [(2, 1.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn rings(distances: &Weights, ends_m: &[f64]) -> Result<Vec<Weights>> {
    let begins = || [f64::NEG_INFINITY].iter().chain(ends_m);
    let rise = begins().zip(ends_m).all(|(begin, end)| end.is_finite() && *end > 0.0 && end > begin);
    if ends_m.is_empty() || !rise {
        let found = format!("{ends_m:?} m");
        let expected = "distances above 0, each beyond the one before".to_owned();
        return Err(StatsError::Option { statistic: "weights", option: "the ends of rings", found, expected }.into());
    }
    let ring = |(begin, end): (&f64, &f64)| {
        let ring = distances.filtered(|_, _, distance_m| *begin < distance_m && distance_m <= *end);
        ring.reweighted(|_, own| own.fill(1.0))
    };
    Ok(begins().zip(ends_m).map(ring).collect())
}

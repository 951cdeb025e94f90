use serde::Serialize;

use super::local::Quadrant;
use super::{Counted, Deviations, Islands, islands, lag, quotient, refuse};
use crate::error::Result;
use crate::model::Weights;

/// The points of the Moran scatterplot and its slope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MoranScatterplot {
    /// The ids of the units without neighbours, which have no point.
    pub islands: Vec<String>,
    /// The value of each unit in standard deviations (with n) from the mean.
    pub z: Vec<Option<f64>>,
    /// The spatial lag of z, (n / S₀) Σ_j w_ij z_j: the mean of the neighbours' z for row-standardised weights.
    pub lag: Vec<Option<f64>>,
    /// The quadrant of each unit.
    pub quadrant: Vec<Option<Quadrant>>,
    /// The slope of the line through the origin, which is Moran's I.
    pub i: Option<f64>,
}

/// The Moran scatterplot: z of each unit against the lag of z, whose slope is Moran's I, Σ_i z_i lag_i / Σ_i z_i².
///
/// n counts the units with neighbours, as in [`moran`](super::moran) where islands are left out.
///
/// # Undefined
///
/// None for islands, and where all values are equal or no unit has neighbours.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// Values that climb along four units in a row:
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Transform, moran_scatterplot, transformed};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let rows = vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0), (3, 1.0)], vec![(2, 1.0)]];
/// let weights = transformed(&Weights::new(ids, rows)?, Transform::Row);
/// let plot = moran_scatterplot(&[1.0, 2.0, 3.0, 4.0], &weights)?;
/// assert!((plot.i.unwrap() - 0.4).abs() < 1e-15);
/// assert!(plot.z[0].unwrap() < plot.lag[0].unwrap()); // the second is nearer the mean
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// L. Anselin, The Moran scatterplot as an ESDA tool to assess local instability in spatial association, 1996.
pub fn moran_scatterplot(values: &[f64], weights: &Weights) -> Result<MoranScatterplot> {
    refuse("the Moran scatterplot", values, weights)?;
    let (islands, all) = (islands(weights), values.len());
    let counted = Counted::of_units(weights, Islands::LeftOut);
    let weights = counted.weights.as_ref();
    let Deviations { z, squares, .. } = Deviations::from_mean(&counted.values(values));
    let units = z.len();
    let scale = units as f64 / weights.sum();
    let deviation = (squares / units as f64).sqrt();
    let known = |number: f64| Some(number).filter(|number| number.is_finite());
    let place = |unit: usize| {
        let own = known(z[unit] / deviation)?;
        let lag = known(scale * lag(weights, &z, unit) / deviation)?;
        (weights.cardinality(unit) > 0).then_some((own, lag))
    };
    // Those that are counted, each where it stands among all.
    let mut of_counted = (0..units).map(place);
    let is_counted = |unit: usize| counted.kept.as_ref().is_none_or(|kept| kept[unit]);
    let places: Vec<Option<(f64, f64)>> =
        (0..all).map(|unit| if is_counted(unit) { of_counted.next().flatten() } else { None }).collect();
    let products: f64 = (0..units).map(|unit| z[unit] * lag(weights, &z, unit)).sum();
    Ok(MoranScatterplot {
        islands,
        z: places.iter().map(|place| place.map(|(own, _)| own)).collect(),
        lag: places.iter().map(|place| place.map(|(_, lag)| lag)).collect(),
        quadrant: places.iter().map(|place| place.map(|(own, lag)| Quadrant::from_deviations(own, lag))).collect(),
        i: quotient(scale * products, squares),
    })
}

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::autocorrelation::{Inference, Label, Standardisation, gi, gi_star, local_geary, local_moran};
use super::draws::{majority, middle_95_percent};
use super::weights::{Transform, transformed};
use crate::error::{Error, Result, StatsError};
use crate::join::{displaced, refuse_unknown_areas};
use crate::model::{Match, Measured, Point, Weights, named, with_fields};

const STATISTIC: &str = "location-uncertainty";

named! {
    "shape";

    /// The distribution of the error of a location.
    #[derive(Default)]
    pub enum ErrorShape {
        /// Independent normal errors to the east and to the north, whose standard deviation is the error in metres.
        #[default]
        Gaussian,
        /// Uniform in a disc whose radius is the error in metres.
        Disc,
    }
}

named! {
    "quantity";

    /// The quantity of an area that is compared with its neighbours.
    #[derive(Default)]
    pub enum LocationQuantity {
        /// The number of counted points in the area.
        #[default]
        Count,
        /// The number of counted points per km².
        Density,
        /// The counted points as a share of all points in the area.
        Share,
    }
}

/// The local statistic that labels the areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LocalStatistic {
    /// [`local_moran`].
    #[default]
    LocalMoran,
    /// [`local_geary`].
    LocalGeary(Standardisation),
    /// [`gi`].
    Gi,
    /// [`gi_star`]; each unit is made its own neighbour with weight 1.
    GiStar,
}

/// Options of [`location_uncertainty`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LocationOptions {
    /// The distribution of the errors.
    pub shape: ErrorShape,
    /// The number of times that all points are displaced; 99 by default.
    pub draws: u64,
    /// The seed of the displacements. That of the permutations is in `inference`.
    pub seed: u64,
    /// The quantity that is compared.
    pub quantity: LocationQuantity,
    /// The local statistic of the quantity.
    pub statistic: LocalStatistic,
    /// The transformation of the weights. Row-standardised weights are the default.
    pub transform: Transform,
    /// The inference of the local statistic.
    pub inference: Inference,
}

impl Default for LocationOptions {
    fn default() -> Self {
        Self {
            shape: ErrorShape::default(),
            draws: 99,
            seed: 0,
            quantity: LocationQuantity::default(),
            statistic: LocalStatistic::default(),
            transform: Transform::default(),
            inference: Inference::default(),
        }
    }
}

with_fields! {
    LocationOptions {
        with_shape(shape: ErrorShape);
        with_draws(draws: u64);
        with_seed(seed: u64);
        with_quantity(quantity: LocationQuantity);
        with_statistic(statistic: LocalStatistic);
        with_transform(transform: Transform);
        with_inference(inference: Inference);
    }
}

/// Points whose locations have errors. The three lists have the same length.
#[derive(Debug, Clone, Copy)]
pub struct UncertainPoints<'a> {
    /// The points; none for a row without a location.
    pub points: &'a [Option<Point>],
    /// How distances are measured in the reference of the points.
    pub measured: Measured,
    /// The error of each location, in metres.
    pub errors_m: &'a [f64],
    /// Whether each point is counted, such as those of one industry. The others are only part of the base of a share.
    pub counted: &'a [bool],
}

/// The count and the label of an area, and how they vary when points are displaced by the errors of their locations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AreaUncertainty {
    /// The number of counted points in the area, by the given locations.
    pub count: f64,
    /// The mean of the count over the draws.
    pub count_mean: Option<f64>,
    /// The 2.5 % quantile of the count over the draws.
    pub count_lower: Option<f64>,
    /// The 97.5 % quantile of the count over the draws.
    pub count_upper: Option<f64>,
    /// The quantity that is compared, by the given locations; none for the share of no points.
    pub value: Option<f64>,
    /// The label by the given locations; none for an area without a value or without neighbours.
    pub label: Option<Label>,
    /// The share of draws in which the label is the same.
    pub kept_share: Option<f64>,
    /// The most frequent label over the draws.
    pub likeliest_label: Option<Label>,
    /// The share of draws that have the most frequent label.
    pub likeliest_share: Option<f64>,
}

/// How the errors of locations affect the counts and labels of areas.
#[derive(Debug, Clone, PartialEq)]
pub struct LocationUncertainty {
    /// One entry for each area, in the order of the weights.
    pub areas: Vec<AreaUncertainty>,
    /// The number of counted points that lie in no area, by the given locations.
    pub outside: u64,
    /// The mean of that number over the draws.
    pub outside_mean: Option<f64>,
}

/// The points displaced by random errors, in the reference they are in. Each draw has a random stream of its own.
///
/// Two random numbers are drawn for every row, with or without a location, so that a missing location changes no other one.
///
/// # Examples
///
/// ```
/// use jiju_core::model::{Point, Reference};
/// use jiju_core::stats::{ErrorShape, UncertainPoints, displaced_points};
///
/// let at = Point::new(500_000.0, 3_300_000.0);
/// let measured = Reference::epsg(4549).measured()?;
/// let points = UncertainPoints { points: &[Some(at), None], measured, errors_m: &[50.0, 50.0], counted: &[true, true] };
/// let found = displaced_points(&points, ErrorShape::Disc, 1, 0);
/// let displaced = found[0].unwrap();
/// assert!((displaced.x - at.x).hypot(displaced.y - at.y) <= 50.0 && found[1].is_none());
/// # Ok::<(), jiju_core::error::JoinError>(())
/// ```
#[must_use]
pub fn displaced_points(points: &UncertainPoints<'_>, shape: ErrorShape, seed: u64, draw: u64) -> Vec<Option<Point>> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(draw);
    // Above 0, up to 1.
    let mut chance = || ((generator.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
    let mut one = |(point, error_m): (&Option<Point>, &f64)| {
        let (far, turn) = (chance(), chance());
        let radius_m = error_m
            * match shape {
                ErrorShape::Gaussian => (-2.0 * libm::log(far)).sqrt(),
                ErrorShape::Disc => far.sqrt(),
            };
        let (sine, cosine) = libm::sincos(TAU * turn);
        point.map(|point| displaced(point, points.measured, radius_m * cosine, radius_m * sine))
    };
    points.points.iter().zip(points.errors_m).map(&mut one).collect()
}

/// Displaces points by the errors of their locations many times, joins them with areas, and compares the counts of the areas and
/// the labels that a local statistic gives them.
///
/// `locate` finds the area of each point; it is called once with the given points and once for each draw, on several threads.
/// The areas are the units of `weights`, in their order. `areas_km2` is needed for [`LocationQuantity::Density`] only, and may be
/// empty otherwise.
///
/// # Undefined
///
/// No label where fewer than two areas have a value, and for areas without a value, which are left out of the weights.
///
/// # Errors
///
/// Lists of different lengths; an error that is not a number of 0 m or more; no draws; those of `locate` and of the statistic.
pub fn location_uncertainty<E: From<Error> + Send>(
    points: UncertainPoints<'_>,
    weights: &Weights,
    areas_km2: &[f64],
    options: &LocationOptions,
    locate: impl Fn(&[Option<Point>]) -> Result<Vec<Match>, E> + Sync,
) -> Result<LocationUncertainty, E> {
    refuse(&points, weights, areas_km2, options)?;
    let outcome = |at: &[Option<Point>]| -> Result<Outcome, E> {
        let matches = locate(at)?;
        Ok(Outcome::from_matches(&matches, points.counted, weights, areas_km2, options)?)
    };
    let given = outcome(points.points)?;
    let draws: Vec<Outcome> = (0..options.draws)
        .into_par_iter()
        .map(|draw| outcome(&displaced_points(&points, options.shape, options.seed, draw)))
        .collect::<Result<_, E>>()?;
    Ok(LocationUncertainty {
        areas: (0..weights.len()).map(|area| uncertainty(area, &given, &draws)).collect(),
        outside: given.outside,
        outside_mean: mean(draws.iter().map(|draw| draw.outside as f64)),
    })
}

/// The least of some errors of locations at which an area loses its label: the first with which it keeps it in less than a share of the
/// draws.
///
/// The errors take the place of those of the points, one for all. They are searched by bisection, for each area by itself, as if a label that
/// is lost at one error were lost at all greater ones; the draws of all errors are of the same random numbers, so that points move the same
/// way, only farther. Each error that any area asks for is drawn once for all.
///
/// # Undefined
///
/// None for an area without a label, and for one that keeps it at all the errors.
///
/// # Errors
///
/// Those of [`location_uncertainty`]; errors that are not ascending from above 0; a share that is not above 0 and at most 1.
///
/// # References
///
/// P. A. Zandbergen, T. C. Hart, K. E. Lenzer, M. E. Camponovo, Error propagation models to examine the effects of geocoding quality on
/// spatial analysis of individual-level datasets, Spatial and Spatio-temporal Epidemiology 3, 2012, for displaced points.
pub fn least_location_errors<E: From<Error> + Send>(
    points: UncertainPoints<'_>,
    weights: &Weights,
    areas_km2: &[f64],
    options: &LocationOptions,
    (errors_m, kept): (&[f64], f64),
    locate: impl Fn(&[Option<Point>]) -> Result<Vec<Match>, E> + Sync,
) -> Result<Vec<Option<f64>>, E> {
    let is_ascending = errors_m.first().is_some_and(|first| *first > 0.0)
        && errors_m.windows(2).all(|pair| pair[0] < pair[1])
        && errors_m.iter().all(|error_m| error_m.is_finite());
    let wrong = |option, found: String, expected: &str| {
        let expected = expected.to_owned();
        Error::from(StatsError::Option { statistic: STATISTIC, option, found, expected })
    };
    if !is_ascending {
        return Err(wrong("errors", format!("{errors_m:?}"), "metres above 0, ascending").into());
    }
    if !(kept > 0.0 && kept <= 1.0) {
        return Err(wrong("the share of draws", kept.to_string(), "above 0, at most 1").into());
    }
    let mut shares: BTreeMap<usize, Vec<Option<f64>>> = BTreeMap::new();
    let mut shares_at = |place: usize| -> Result<Vec<Option<f64>>, E> {
        if let Some(known) = shares.get(&place) {
            return Ok(known.clone());
        }
        let errors_m = vec![errors_m[place]; points.points.len()];
        let points = UncertainPoints { errors_m: &errors_m, ..points };
        let found = location_uncertainty(points, weights, areas_km2, options, &locate)?;
        let own: Vec<Option<f64>> = found.areas.iter().map(|area| area.kept_share).collect();
        shares.insert(place, own.clone());
        Ok(own)
    };
    let mut least = vec![None; weights.len()];
    for (area, least) in least.iter_mut().enumerate() {
        let (mut first, mut end) = (0, errors_m.len());
        while first < end {
            let middle = usize::midpoint(first, end);
            let Some(share) = shares_at(middle)?[area] else { break };
            if share < kept { end = middle } else { first = middle + 1 }
        }
        *least = (first == end).then(|| errors_m.get(end).copied()).flatten();
    }
    Ok(least)
}

fn refuse(points: &UncertainPoints<'_>, weights: &Weights, areas_km2: &[f64], options: &LocationOptions) -> Result<()> {
    let rows = points.points.len();
    if points.errors_m.len() != rows || points.counted.len() != rows {
        let found = format!("{} errors and {} marks", points.errors_m.len(), points.counted.len());
        let expected = format!("{rows} of each, one for each point");
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the points", found, expected }.into());
    }
    let wrong = |error_m: &f64| !(error_m.is_finite() && *error_m >= 0.0);
    if let Some(row) = points.errors_m.iter().position(wrong) {
        let (place, found) = (format!("point {}", row + 1), points.errors_m[row]);
        return Err(
            StatsError::Value { statistic: STATISTIC, place, found, expected: "an error of 0 m or more" }.into()
        );
    }
    if options.quantity == LocationQuantity::Density && areas_km2.len() != weights.len() {
        let (found, expected) = (format!("{} areas", areas_km2.len()), format!("{}, one for each unit", weights.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the list of areas", found, expected }.into());
    }
    if options.draws == 0 {
        let (found, expected) = ("0".to_owned(), "one or more".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "the number of draws", found, expected }.into());
    }
    Ok(())
}

/// The counts, values and labels of areas in one draw.
struct Outcome {
    counts: Vec<f64>,
    values: Vec<Option<f64>>,
    labels: Vec<Option<Label>>,
    outside: u64,
}

impl Outcome {
    fn from_matches(
        matches: &[Match],
        counted: &[bool],
        weights: &Weights,
        areas_km2: &[f64],
        options: &LocationOptions,
    ) -> Result<Self> {
        refuse_unknown_areas("areas", weights.len(), matches)?;
        let mut counts = vec![0.0; weights.len()];
        let mut all = counts.clone();
        let mut outside = 0;
        for (found, counted) in matches.iter().zip(counted) {
            match found.area {
                Some(area) => {
                    counts[area] += f64::from(u8::from(*counted));
                    all[area] += 1.0;
                }
                None => outside += u64::from(*counted),
            }
        }
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        let values: Vec<Option<f64>> = match options.quantity {
            LocationQuantity::Count => counts.iter().copied().map(Some).collect(),
            LocationQuantity::Density => counts.iter().zip(areas_km2).map(|(count, km2)| finite(count / km2)).collect(),
            LocationQuantity::Share => counts.iter().zip(&all).map(|(count, all)| finite(count / all)).collect(),
        };
        let labels = labels(&values, weights, options)?;
        Ok(Self { counts, values, labels, outside })
    }
}

/// The labels of the units that have a value, among themselves.
fn labels(values: &[Option<f64>], weights: &Weights, options: &LocationOptions) -> Result<Vec<Option<Label>>> {
    let LocationOptions { statistic, transform, inference, .. } = *options;
    let known: Vec<bool> = values.iter().map(Option::is_some).collect();
    let numbers: Vec<f64> = values.iter().flatten().copied().collect();
    if numbers.len() < 2 {
        return Ok(vec![None; values.len()]);
    }
    let subset = weights.subset(&known);
    let own = || transformed(&subset, transform);
    let found = match statistic {
        LocalStatistic::LocalMoran => local_moran(&numbers, &own(), inference)?.chance,
        LocalStatistic::LocalGeary(standardisation) => {
            local_geary(&numbers, &own(), standardisation, inference)?.chance
        }
        LocalStatistic::Gi => gi(&numbers, &own(), inference)?.chance,
        LocalStatistic::GiStar => gi_star(&numbers, &transformed(&subset.with_self(1.0), transform), inference)?.chance,
    };
    let mut found = found.label.into_iter();
    Ok(known.into_iter().map(|known| if known { found.next().flatten() } else { None }).collect())
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = numbers.len() as f64;
    (count > 0.0).then(|| numbers.sum::<f64>() / count)
}

fn uncertainty(area: usize, given: &Outcome, draws: &[Outcome]) -> AreaUncertainty {
    let counts: Vec<f64> = draws.iter().map(|draw| draw.counts[area]).collect();
    let interval = middle_95_percent(&counts);
    let labels: Vec<Label> = draws.iter().filter_map(|draw| draw.labels[area]).collect();
    let share = |count: usize| count as f64 / draws.len() as f64;
    let label = given.labels[area];
    let likeliest = majority(&labels);
    AreaUncertainty {
        count: given.counts[area],
        count_mean: mean(counts.iter().copied()),
        count_lower: interval.map(|ends| ends[0]),
        count_upper: interval.map(|ends| ends[1]),
        value: given.values[area],
        label,
        kept_share: label.map(|label| share(labels.iter().filter(|other| **other == label).count())),
        likeliest_label: likeliest.map(|(label, _)| *label),
        likeliest_share: likeliest.map(|(_, count)| share(count)),
    }
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the areas of these places are small whole numbers"
)]
mod tests {
    use super::*;
    use crate::model::Reference;

    #[test]
    fn without_errors_every_draw_is_as_given() {
        let ids: Vec<String> = (0..4).map(|unit| unit.to_string()).collect();
        let line = vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0), (3, 1.0)], vec![(2, 1.0)]];
        let weights = Weights::new(ids, line).unwrap();
        let at = |x: f64| Some(Point::new(x, 0.5));
        let points = [at(0.5), at(0.5), at(1.5), at(3.5), at(9.0), None];
        let points = UncertainPoints {
            points: &points,
            measured: Reference::epsg(4549).measured().unwrap(),
            errors_m: &[0.0; 6],
            counted: &[true, true, true, false, true, false],
        };
        let cell = |point: &Option<Point>| Match {
            area: point.map(|point| point.x as usize).filter(|area| *area < 4),
            ..Match::default()
        };
        let mut options = LocationOptions::default();
        (options.draws, options.quantity) = (3, LocationQuantity::Share);
        let found = location_uncertainty(points, &weights, &[], &options, |points| {
            Ok::<_, Error>(points.iter().map(cell).collect())
        })
        .unwrap();
        assert_eq!((found.outside, found.outside_mean), (1, Some(1.0)));
        let counts: Vec<_> = found.areas.iter().map(|area| (area.count, area.count_mean, area.value)).collect();
        assert_eq!(
            counts,
            [
                (2.0, Some(2.0), Some(1.0)),
                (1.0, Some(1.0), Some(1.0)),
                (0.0, Some(0.0), None),
                (0.0, Some(0.0), Some(0.0))
            ]
        );
        assert!(found.areas.iter().all(|area| area.label.is_none() || area.kept_share == Some(1.0)));
    }

    #[test]
    fn the_least_error_is_the_first_at_which_a_label_is_lost() {
        // Ten columns of a strip, the first four full.
        let ids: Vec<String> = (0..10).map(|unit| unit.to_string()).collect();
        let line = (0..10_u32)
            .map(|unit| [unit.checked_sub(1), Some(unit + 1)].into_iter().flatten().filter(|one| *one < 10))
            .map(|near| near.map(|one| (one, 1.0)).collect::<Vec<_>>())
            .collect();
        let weights = Weights::new(ids, line).unwrap();
        let at: Vec<Option<Point>> =
            (0..400).map(|point| Some(Point::new(f64::from(point % 40) * 10.0 + 5.0, 0.5))).collect();
        let points = UncertainPoints {
            points: &at,
            measured: Reference::epsg(4549).measured().unwrap(),
            errors_m: &[0.0; 400],
            counted: &[true; 400],
        };
        let cell = |point: &Option<Point>| Match {
            area: point.filter(|point| point.x >= 0.0).map(|point| (point.x / 100.0) as usize).filter(|one| *one < 10),
            ..Match::default()
        };
        let inference = Inference::default()
            .with_permutations(crate::stats::Permutations { count: 99, seed: 0 })
            .with_adjustment(crate::stats::Adjustment::None);
        let options = LocationOptions::default().with_draws(19).with_inference(inference);
        let locate = |points: &[Option<Point>]| Ok::<_, Error>(points.iter().map(cell).collect());
        let errors_m = [1.0, 10.0, 50.0, 100.0, 200.0, 400.0, 800.0];
        let found = least_location_errors(points, &weights, &[], &options, (&errors_m, 0.8), locate).unwrap();
        for (area, least) in found.iter().enumerate() {
            let share = |error_m: f64| {
                let errors_m = vec![error_m; 400];
                let points = UncertainPoints { errors_m: &errors_m, ..points };
                location_uncertainty(points, &weights, &[], &options, locate).unwrap().areas[area].kept_share
            };
            let lost = errors_m.map(|error_m| share(error_m).is_some_and(|share| share < 0.8));
            match least.and_then(|least| errors_m.iter().position(|error_m| *error_m == least)) {
                Some(place) => {
                    assert!(lost[place] && (place == 0 || !lost[place - 1]), "{area}: {least:?} of {lost:?}")
                }
                None => assert!(!lost[errors_m.len() - 1], "{area}: {lost:?}"),
            }
        }
        assert!(found.iter().any(Option::is_some));
        assert!(least_location_errors(points, &weights, &[], &options, (&[2.0, 1.0], 0.8), locate).is_err());
    }
}

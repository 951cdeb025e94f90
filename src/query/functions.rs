//! The functions that a statement may call beside those of SQLite.

use std::sync::Arc;

use chrono::NaiveDate;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

use super::geometries::{Geometries, Shape, place, wkt};
use super::statement::CANDIDATES;
use crate::model::distance_m;

const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC);

fn failed(message: impl Into<String>) -> Error {
    Error::UserFunctionError(message.into().into())
}

fn of_house(error: &crate::Error) -> Error {
    failed(error.to_string())
}

/// The geometry that an argument is; none where it is null.
fn shape(context: &Context<'_>, argument: usize, name: &str, known: &Geometries) -> Result<Option<Shape>> {
    let found = match context.get_raw(argument) {
        ValueRef::Null => return Ok(None),
        ValueRef::Text(text) => std::str::from_utf8(text).unwrap_or_default().to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Blob(_) => "bytes".to_owned(),
    };
    let shape = known.shape(&found);
    shape.map(Some).ok_or_else(|| {
        failed(format!(
            "{name}: found `{found}` as argument {}, expected a geometry such as firms.geometry or point(120.5, 30.0)",
            argument + 1
        ))
    })
}

/// A distance with its unit; none where it is null.
fn distance(context: &Context<'_>, argument: usize, name: &str) -> Result<Option<f64>> {
    match context.get_raw(argument) {
        ValueRef::Null => Ok(None),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).unwrap_or_default();
            distance_m(text).map(Some).map_err(|error| failed(format!("{name}: {error}")))
        }
        _ => Err(failed(format!("{name}: found a number as distance, expected one with its unit: '200m', '2km'"))),
    }
}

fn number(context: &Context<'_>, argument: usize) -> Option<f64> {
    match context.get_raw(argument) {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        _ => None,
    }
}

/// Makes the functions known to a connection.
pub(super) fn register(connection: &Connection, known: &Arc<Geometries>, as_of: Option<NaiveDate>) -> Result<()> {
    let two = |name: &'static str, arguments: i32, answer: fn(&Geometries, Shape, Shape) -> crate::Result<bool>| {
        let known = Arc::clone(known);
        connection.create_scalar_function(name, arguments, FLAGS, move |context| {
            let (one, other) = (shape(context, 0, name, &known)?, shape(context, 1, name, &known)?);
            let Some((one, other)) = one.zip(other) else { return Ok(None) };
            if context.len() < 3 {
                return answer(&known, one, other).map(Some).map_err(|error| of_house(&error));
            }
            let Some(most_m) = distance(context, 2, name)? else { return Ok(None) };
            let apart_m = known.distance_m(one, other).map_err(|error| of_house(&error))?;
            Ok(apart_m.map(|apart_m| apart_m <= most_m))
        })
    };
    two("within", 2, Geometries::within)?;
    two("within", 3, Geometries::within)?;
    two("contains", 2, |known, one, other| known.within(other, one))?;
    two("intersects", 2, Geometries::intersects)?;
    let own = Arc::clone(known);
    connection.create_scalar_function("distance_m", 2, FLAGS, move |context| {
        let (one, other) = (shape(context, 0, "distance_m", &own)?, shape(context, 1, "distance_m", &own)?);
        let Some((one, other)) = one.zip(other) else { return Ok(None) };
        own.distance_m(one, other).map_err(|error| of_house(&error))
    })?;
    let own = Arc::clone(known);
    connection.create_scalar_function("area_km2", 1, FLAGS, move |context| {
        let Some(one) = shape(context, 0, "area_km2", &own)? else { return Ok(None) };
        own.area_km2(one).map_err(|error| of_house(&error))
    })?;
    let own = Arc::clone(known);
    connection.create_scalar_function("wkt", 1, FLAGS, move |context| {
        Ok(shape(context, 0, "wkt", &own)?.and_then(|one| own.geometry(one)).map(|geometry| wkt(&geometry)))
    })?;
    connection.create_scalar_function("point", 2, FLAGS, |context| {
        let (Some(lon), Some(lat)) = (number(context, 0), number(context, 1)) else { return Ok(None) };
        if lon.abs() > 180.0 || lat.abs() > 90.0 {
            return Err(failed(format!(
                "point: found longitude {lon} and latitude {lat}, expected at most 180 and 90; the longitude comes first"
            )));
        }
        Ok(Some(place(lon, lat)))
    })?;
    let own = Arc::clone(known);
    connection.create_scalar_function(CANDIDATES, 3, FLAGS, move |context| {
        // What is no geometry, or no distance, is told by the condition that follows.
        let one = match context.get_raw(0) {
            ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|text| own.shape(text)),
            _ => None,
        };
        let table = context.get_raw(1).as_str().ok().and_then(|table| own.number(table));
        let most_m = match context.get_raw(2) {
            ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|text| distance_m(text).ok()),
            _ => Some(0.0),
        };
        let found = match (one, table, most_m) {
            (Some(one), Some(table), Some(most_m)) => own.candidates(one, table, most_m),
            _ => Vec::new(),
        };
        Ok(serde_json::to_string(&found).unwrap_or_else(|_| "[]".to_owned()))
    })?;
    connection.create_scalar_function("as_of", 0, FLAGS, move |_| Ok(as_of.map(|day| day.to_string())))?;
    for (name, compute) in MATHEMATICS {
        connection.create_scalar_function(*name, 1, FLAGS, move |context| {
            Ok(number(context, 0).map(compute).filter(|value| value.is_finite()))
        })?;
    }
    connection.create_scalar_function("power", 2, FLAGS, |context| {
        let values = number(context, 0).zip(number(context, 1));
        Ok(values.map(|(base, exponent)| libm::pow(base, exponent)).filter(|value| value.is_finite()))
    })?;
    connection.create_aggregate_function("median", 1, FLAGS, Summary::Quantile)?;
    connection.create_aggregate_function("quantile", 2, FLAGS, Summary::Quantile)?;
    connection.create_aggregate_function("stddev", 1, FLAGS, Summary::Deviation)
}

type Compute = fn(f64) -> f64;

const MATHEMATICS: &[(&str, Compute)] = &[
    ("sqrt", libm::sqrt),
    ("ln", libm::log),
    ("log10", libm::log10),
    ("exp", libm::exp),
    ("floor", libm::floor),
    ("ceil", libm::ceil),
];

/// What is told of many numbers.
#[derive(Clone, Copy)]
enum Summary {
    /// The median, or the quantile of a share: linear between the two nearest, as R's type 7.
    Quantile,
    /// The standard deviation of a sample, by n − 1; null of fewer than two.
    Deviation,
}

impl Aggregate<(Vec<f64>, f64), Option<f64>> for Summary {
    fn init(&self, _: &mut Context<'_>) -> Result<(Vec<f64>, f64)> {
        Ok((Vec::new(), 0.5))
    }

    fn step(&self, context: &mut Context<'_>, (values, share): &mut (Vec<f64>, f64)) -> Result<()> {
        if context.len() == 2 {
            *share = number(context, 1)
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or_else(|| failed("quantile: expected a share between 0 and 1 as argument 2"))?;
        }
        values.extend(number(context, 0));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, gathered: Option<(Vec<f64>, f64)>) -> Result<Option<f64>> {
        let Some((mut values, share)) = gathered.filter(|(values, _)| !values.is_empty()) else { return Ok(None) };
        values.sort_unstable_by(f64::total_cmp);
        Ok(match self {
            Self::Quantile => {
                let place = share * (values.len() - 1) as f64;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and the last place"
                )]
                let at = |place: f64| values.get(place as usize).copied();
                let (below, above) = (at(place.floor()), at(place.ceil()));
                below.zip(above).map(|(below, above)| below + (above - below) * place.fract())
            }
            Self::Deviation if values.len() < 2 => None,
            Self::Deviation => {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
                Some(libm::sqrt(squares / (values.len() - 1) as f64))
            }
        })
    }
}

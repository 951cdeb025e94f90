//! Positions row by row.

use std::borrow::Cow;

use polars::prelude::DataType;

use crate::error::{Error, Result};
use crate::model::{Point, Reference, Table, cell};
use crate::source;

/// A column of coordinates; a cell that is no number is not a number here either, as the row is told of with those without
/// coordinates.
pub(super) fn coordinates<'a>(table: &'a Table, header: &str) -> Result<Cow<'a, [f64]>> {
    let column = table.column(header)?;
    if column.dtype() == &DataType::Float64
        && let Ok(numbers) = column.f64().map_err(Error::table(header))?.cont_slice()
    {
        return Ok(Cow::Borrowed(numbers));
    }
    if column.dtype().is_primitive_numeric() {
        return Ok(table.numbers(header)?.iter().map(|number| number.unwrap_or(f64::NAN)).collect());
    }
    Ok(table.text(header)?.iter().map(|cell| cell.and_then(cell::coordinate).unwrap_or(f64::NAN)).collect())
}

/// Positions row by row; where one of the coordinates is not finite there is none.
#[derive(Debug, Clone)]
pub(crate) struct Positions<'a> {
    pub(crate) x: Cow<'a, [f64]>,
    pub(crate) y: Cow<'a, [f64]>,
}

impl<'a> Positions<'a> {
    pub(super) fn from_points(points: &[Option<Point>]) -> Positions<'static> {
        let coordinate = |of: fn(Point) -> f64| points.iter().map(|point| point.map_or(f64::NAN, of)).collect();
        Positions { x: coordinate(|point| point.x), y: coordinate(|point| point.y) }
    }

    pub(crate) fn points(&self) -> Vec<Option<Point>> {
        let points = self.x.iter().zip(&*self.y).map(|(x, y)| Point::new(*x, *y));
        points.map(|point| Some(point).filter(|point| point.is_finite())).collect()
    }

    /// Takes the positions of rows away.
    pub(crate) fn take_away(&mut self, rows: &[usize]) {
        for values in [&mut self.x, &mut self.y] {
            let values = values.to_mut();
            for row in rows {
                if let Some(value) = values.get_mut(*row) {
                    *value = f64::NAN;
                }
            }
        }
    }

    /// The rows without a position.
    pub(crate) fn placeless(&self) -> impl Iterator<Item = usize> {
        let finite = self.x.iter().zip(&*self.y).map(|(x, y)| x.is_finite() & y.is_finite());
        finite.enumerate().filter(|(_, is_finite)| !is_finite).map(|(row, _)| row)
    }

    /// The positions in the reference of a layer, as [`brought_to`](super::brought_to) tells.
    pub(crate) fn brought_to(&'a self, from: Reference, to: Reference) -> Result<Self> {
        if from.agrees_with(to) {
            return Ok(Positions { x: Cow::Borrowed(&self.x), y: Cow::Borrowed(&self.y) });
        }
        Ok(Positions::from_points(&source::Transform::new(from, to)?.images(&self.points())))
    }
}

//! What stands in a cell of a typed file.

use polars::prelude::{ArrowDataType, Column, DataType, PolarsError};

use super::super::moment::{day, moment};

/// Nanoseconds of a day.
const DAY_NS: i64 = 86_400_000_000_000;

/// Whether a type can stand in a cell.
pub(super) fn is_cell(kind: &ArrowDataType) -> bool {
    use ArrowDataType as Kind;
    match kind {
        Kind::Dictionary(_, values, _) => is_cell(values),
        Kind::Null | Kind::Boolean | Kind::Float32 | Kind::Float64 => true,
        Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => true,
        Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => true,
        Kind::Decimal(..) | Kind::Decimal32(..) | Kind::Decimal64(..) => true,
        Kind::Utf8 | Kind::LargeUtf8 | Kind::Utf8View => true,
        Kind::Date32 | Kind::Date64 | Kind::Timestamp(..) => true,
        Kind::Time32(_) | Kind::Time64(_) | Kind::Duration(_) => true,
        _ => false,
    }
}

/// What a type that cannot stand in a cell is.
pub(super) fn kind(kind: &ArrowDataType) -> String {
    use ArrowDataType as Kind;
    match kind {
        Kind::Struct(_) => "of structs".to_owned(),
        Kind::List(_) | Kind::LargeList(_) | Kind::FixedSizeList(..) | Kind::Map(..) => "of lists".to_owned(),
        Kind::Binary | Kind::LargeBinary | Kind::BinaryView | Kind::FixedSizeBinary(_) => "of bytes".to_owned(),
        other => format!("of type {other:?}"),
    }
}

/// The type of a column's cells: categories and moments that know their zone are text.
pub(super) fn cell_type(kind: DataType) -> DataType {
    match kind {
        DataType::Categorical(..) | DataType::Enum(..) | DataType::Datetime(_, Some(_)) => DataType::String,
        other => other,
    }
}

/// A column of cells, and the first row that holds a time beyond the calendar.
pub(super) fn cells(column: &Column) -> Result<(Column, Option<usize>), PolarsError> {
    let counts = || column.to_physical_repr().cast(&DataType::Int64);
    let beyond = |reached: &dyn Fn(i64) -> bool| -> Result<Option<usize>, PolarsError> {
        Ok(counts()?.i64()?.iter().position(|count| count.is_some_and(|count| !reached(count))))
    };
    match column.dtype() {
        DataType::Categorical(..) | DataType::Enum(..) => Ok((column.cast(&DataType::String)?, None)),
        DataType::Datetime(unit, zone) => {
            let text = |count: i64| moment(count, *unit, zone.is_some());
            let row = beyond(&|count| text(count).is_some())?;
            if zone.is_none() {
                return Ok((column.clone(), row));
            }
            let texts: Vec<Option<String>> = counts()?.i64()?.iter().map(|count| text(count?)).collect();
            Ok((Column::new(column.name().clone(), texts), row))
        }
        DataType::Date => {
            let row = beyond(&|count| i32::try_from(count).is_ok_and(|days| day(days).is_some()))?;
            Ok((column.clone(), row))
        }
        DataType::Time => Ok((column.clone(), beyond(&|count| (0..DAY_NS).contains(&count))?)),
        _ => Ok((column.clone(), None)),
    }
}

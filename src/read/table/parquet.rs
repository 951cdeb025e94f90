use std::fs::File;
use std::path::Path;

use polars::prelude::{ArrowDataType, Column, DataFrame, DataType, ParquetReader, PolarsError, SerReader as _};

use super::super::damage::guarded;
use super::super::moment::{day, moment};
use super::{TableOptions, check_cells, check_columns};
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// Nanoseconds of a day.
const DAY_NS: i64 = 86_400_000_000_000;

/// Reads a Parquet file with its types, those of a cell of a table.
pub(super) fn parquet(path: &Path, options: &TableOptions) -> Result<Table> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let source = path.display().to_string();
    let malformed = |message: String| ReadError::Malformed { file: source.clone(), format: "Parquet", message };
    let mut reader = ParquetReader::new(file);
    let (rows, schema) = guarded(|| {
        let rows = reader.num_rows().map_err(|error| error.to_string())?;
        Ok((rows, reader.schema().map_err(|error| error.to_string())?))
    })
    .map_err(malformed)?;
    check_columns(&source, schema.len())?;
    // A few bytes can stand for any number of equal cells.
    check_cells(&source, rows, schema.len(), options.max_cells)?;
    let nested: Vec<String> = schema
        .iter_values()
        .filter(|field| !is_cell(&field.dtype))
        .map(|field| format!("column `{}` is {}", field.name, kind(&field.dtype)))
        .collect();
    if !nested.is_empty() {
        let message = format!("{}; expected text, numbers, truths, dates or times", nested.join(", "));
        return Err(malformed(message).into());
    }
    let frame = guarded(|| reader.finish().map_err(|error| error.to_string())).map_err(malformed)?;
    let height = frame.height();
    let (columns, faults) = guarded(|| {
        let mut faults = Vec::new();
        let mut columns = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            match cells(column).map_err(|error| format!("column `{}`: {error}", column.name()))? {
                Ok(column) => columns.push(column),
                Err(fault) => faults.push(fault),
            }
        }
        Ok((columns, faults))
    })
    .map_err(malformed)?;
    if !faults.is_empty() {
        return Err(malformed(faults.join("; ")).into());
    }
    let frame = DataFrame::new(height, columns).map_err(Error::table(source.as_str()))?;
    Ok(Table { source, frame, rows: (1..=height as u64).collect() })
}

/// Whether a type can stand in a cell.
fn is_cell(kind: &ArrowDataType) -> bool {
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
fn kind(kind: &ArrowDataType) -> String {
    use ArrowDataType as Kind;
    match kind {
        Kind::Struct(_) => "of structs".to_owned(),
        Kind::List(_) | Kind::LargeList(_) | Kind::FixedSizeList(..) | Kind::Map(..) => "of lists".to_owned(),
        Kind::Binary | Kind::LargeBinary | Kind::BinaryView | Kind::FixedSizeBinary(_) => "of bytes".to_owned(),
        other => format!("of type {other:?}"),
    }
}

/// A column with its type, but categories and moments that know their zone as text; or what is wrong with it.
fn cells(column: &Column) -> Result<Result<Column, String>, PolarsError> {
    let fault =
        |row: usize| Ok(Err(format!("column `{}` row {} is a time beyond the calendar", column.name(), row + 1)));
    let counts = || column.to_physical_repr().cast(&DataType::Int64);
    let beyond = |reached: &dyn Fn(i64) -> bool| -> Result<Option<usize>, PolarsError> {
        Ok(counts()?.i64()?.iter().position(|count| count.is_some_and(|count| !reached(count))))
    };
    match column.dtype() {
        DataType::Categorical(..) | DataType::Enum(..) => column.cast(&DataType::String).map(Ok),
        DataType::Datetime(unit, zone) => {
            let texts = |count: i64| moment(count, *unit, zone.is_some());
            if let Some(row) = beyond(&|count| texts(count).is_some())? {
                return fault(row);
            }
            if zone.is_none() {
                return Ok(Ok(column.clone()));
            }
            let texts: Vec<Option<String>> = counts()?.i64()?.iter().map(|count| texts(count?)).collect();
            Ok(Ok(Column::new(column.name().clone(), texts)))
        }
        DataType::Date => match beyond(&|count| i32::try_from(count).is_ok_and(|days| day(days).is_some()))? {
            Some(row) => fault(row),
            None => Ok(Ok(column.clone())),
        },
        DataType::Time => match beyond(&|count| (0..DAY_NS).contains(&count))? {
            Some(row) => fault(row),
            None => Ok(Ok(column.clone())),
        },
        _ => Ok(Ok(column.clone())),
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::read::{TableFormat, format_table, write_table};

    fn read(columns: Vec<Column>) -> Result<Table> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let frame = DataFrame::new(columns[0].len(), columns).unwrap();
        write_table(&frame, TableFormat::Parquet, &path, &[]).unwrap();
        parquet(&path, &TableOptions::default())
    }

    fn cast(name: &str, counts: [i64; 2], kind: &DataType) -> Column {
        Column::new(name.into(), counts).cast(kind).unwrap()
    }

    fn csv(table: &Table) -> String {
        String::from_utf8(format_table(&table.frame, TableFormat::Csv).unwrap()).unwrap()
    }

    #[test]
    fn every_type_of_cell_is_read_and_written_in_every_format() {
        let moment = [1_590_595_200_000, -1];
        let columns = vec![
            Column::new("区县".into(), ["柯桥区", "=1"])
                .cast(&DataType::from_categories(Categories::global()))
                .unwrap(),
            cast("t", moment, &DataType::Datetime(TimeUnit::Milliseconds, None)),
            cast("time", [0, 3_600_000_000_000], &DataType::Time),
            cast("duration", [0, 1000], &DataType::Duration(TimeUnit::Milliseconds)),
            cast("u8", [1, 255], &DataType::UInt8),
            cast("i16", [1, -2], &DataType::Int16),
            cast("decimal", [1, -2], &DataType::Decimal(10, 2)),
        ];
        let table = read(columns).unwrap();
        assert_eq!(
            csv(&table),
            "区县,t,time,duration,u8,i16,decimal\n\
             柯桥区,2020-05-27 16:00:00,00:00:00,0ms,1,1,1.00\n\
             '=1,1969-12-31 23:59:59.999,01:00:00,1s,255,-2,-2.00\n"
        );
        assert_eq!(table.text("区县").unwrap().get(0), Some("柯桥区"));
        for column in table.columns().iter().filter(|column| *column != "duration") {
            table.text(column).unwrap();
        }
        let message = table.text("duration").unwrap_err().to_string();
        assert!(message.contains("column `duration`"), "{message}");
        assert_eq!(table.numbers("decimal").unwrap().get(1), Some(-2.0));
        for format in [TableFormat::Table, TableFormat::Json, TableFormat::Parquet, TableFormat::Xlsx] {
            format_table(&table.frame, format).unwrap();
        }
    }

    #[test]
    fn columns_that_are_no_cells_are_named() {
        let id = Column::new("id".into(), ["a"]);
        let lists = Column::new("list".into(), [Series::new("".into(), [1, 2])]);
        let bytes = Column::new("bytes".into(), [&b"\xff"[..]]);
        let columns = vec![id, lists, bytes];
        let frame = DataFrame::new(1, columns.clone()).unwrap();
        let message = read(columns).unwrap_err().to_string();
        for named in ["`list` is of lists", "`bytes` is of bytes"] {
            assert!(message.contains(named), "{message}");
        }
        for format in [TableFormat::Csv, TableFormat::Table, TableFormat::Json, TableFormat::Xlsx] {
            let message = format_table(&frame, format).unwrap_err().to_string();
            assert!(["`list`", "`bytes`"].iter().all(|name| message.contains(name)), "{message}");
        }
    }

    #[test]
    fn times_beyond_the_calendar_are_named() {
        let days = Column::new("d".into(), [0, i32::MAX]).cast(&DataType::Date).unwrap();
        let moments = cast("t", [0, i64::MAX], &DataType::Datetime(TimeUnit::Milliseconds, None));
        let frame = DataFrame::new(2, vec![days.clone(), moments.clone()]).unwrap();
        let message = read(vec![days, moments]).unwrap_err().to_string();
        assert!(message.contains("column `d` row 2 is") && message.contains("column `t` row 2 is"), "{message}");
        for format in [TableFormat::Csv, TableFormat::Table, TableFormat::Json, TableFormat::Xlsx] {
            format_table(&frame, format).unwrap();
        }
    }
}

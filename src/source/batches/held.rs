//! Arrays that are in memory, as a table.

use std::sync::Arc;

use polars::prelude::{Column, DataFrame, DataType, Series};
use polars_arrow::array::Array;
use polars_arrow::datatypes::ArrowSchema;

use super::arrow::Whole;
use super::typed::Columns;
use crate::error::{ReadError, Result};
use crate::model::Table;

/// Makes a table of arrays, as one is made of a typed file: categories and moments that know their zone become text, columns that
/// cannot stand in a table are left out and told. Numbers are not copied.
pub(in crate::source) fn table_of_arrays(source: &str, format: &'static str, whole: &Whole) -> Result<Table> {
    let mut schema = ArrowSchema::default();
    for field in &whole.fields {
        if schema.insert(field.name.clone(), field.clone()).is_some() {
            let message = format!("two columns are called `{}`", field.name);
            return Err(ReadError::Malformed { file: source.to_owned(), format, message }.into());
        }
    }
    let columns = Columns::new(source, format, Arc::new(schema), &Arc::default())?;
    let decode = |positions: &[usize]| -> Result<DataFrame, String> {
        let decoded = positions.iter().map(|position| {
            let field = &whole.fields[*position];
            let arrays: Vec<Box<dyn Array>> = whole.batches.iter().map(|batch| batch[*position].clone()).collect();
            let series = match arrays.is_empty() {
                true => Ok(Series::new_empty(field.name.clone(), &DataType::from_arrow_field(field))),
                false => Series::try_from((field, arrays)),
            };
            series.map(Column::from).map_err(|error| format!("column `{}`: {error}", field.name))
        });
        let decoded = decoded.collect::<Result<Vec<_>, String>>()?;
        DataFrame::new(whole.rows, decoded).map_err(|error| error.to_string())
    };
    let mut table = columns.table(0, decode)?;
    columns.finish()?;
    table.reading.notes = columns.notes();
    Ok(table)
}

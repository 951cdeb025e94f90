use polars::prelude::{AnyValue, DataFrame};
use serde_json::Value;

use super::csv::{check_cells, plain};
use crate::error::{Error, Result};
use crate::model::json;

/// An array of objects, one on each line.
pub(super) fn json(frame: &DataFrame) -> Result<Vec<u8>> {
    check_cells(frame, "JSON")?;
    let names: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let mut text = String::from("[");
    for row in 0..frame.height() {
        text.push_str(if row == 0 { "\n" } else { ",\n" });
        let mut object = serde_json::Map::with_capacity(names.len());
        for (name, column) in names.iter().zip(frame.columns()) {
            object.insert(name.clone(), value(&column.get(row).map_err(Error::table("JSON"))?));
        }
        text.push_str(&Value::Object(object).to_string());
    }
    text.push_str(if frame.height() == 0 { "]\n" } else { "\n]\n" });
    Ok(text.into_bytes())
}

fn value(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => Value::Bool(*truth),
        AnyValue::Float64(number) => json::number(*number),
        // The shortest decimals of a single are others than those of its double.
        AnyValue::Float32(number) => {
            number.to_string().parse().map_or_else(|_| json::number(f64::from(*number)), Value::Number)
        }
        other if other.is_unsigned_integer() => other.extract::<u64>().map_or(Value::Null, Value::from),
        other if other.is_integer() => other.extract::<i64>().map_or(Value::Null, Value::from),
        other => Value::String(plain(other)),
    }
}

use std::path::Path;

use polars::prelude::{Column, DataFrame};
use serde_json::Value;

use super::whole;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::Table;
use crate::render::chart::{ChartData, ChartSpec, ChartTest, PatternCurve, PatternFunction};
use crate::source::point_table::origin_with_notes;
use crate::source::{Origin, TableOptions};

/// Reads the output of `jiju stats k`, `l`, `kdensity` or `m`, as a table or as JSON: the curve with its band. The band is
/// the global one, or the pointwise one if the specification sets `column = "pointwise"`.
pub(super) fn of_file(
    spec: &ChartSpec,
    origin: &Origin<Table>,
    options: &TableOptions,
    notes: &mut Vec<String>,
) -> Result<ChartData> {
    let (table, said) = table(origin, options, notes)?;
    of_table(spec, &table, &said)
}

/// The columns of functions of distance other than K and L, which stand together in their table.
const OTHERS: [(&str, PatternFunction); 2] = [("density", PatternFunction::KDensity), ("m", PatternFunction::M)];

/// What an operation says of a function of distance beside its table.
pub(super) type Said = serde_json::Map<String, Value>;

/// Reads the table of a function of distance: the curve with its band, and what is said of it where it is known.
pub(super) fn of_table(spec: &ChartSpec, table: &Table, said: &Said) -> Result<ChartData> {
    let level = said.get("level").and_then(Value::as_f64);
    let bands = [("global", "global_lower", "global_upper"), ("pointwise", "lower", "upper")];
    let headers = table.columns();
    let has = |column: &str| headers.iter().any(|header| header == column);
    let wanted = match spec.column.as_deref() {
        None => bands.iter().find(|(_, lower, upper)| has(lower) && has(upper)),
        Some(found) => Some(bands.iter().find(|(name, ..)| *name == found).ok_or_else(|| ProjectError::Unknown {
            what: "band",
            found: found.to_owned(),
            available: bands.map(|(name, ..)| name.to_owned()).to_vec(),
        })?),
    };
    let numbers = |column: &str| -> Result<Vec<Option<f64>>> {
        let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
        Ok(table.numbers(column)?.iter().map(finite).collect())
    };
    let radius_m = numbers("radius_m")?;
    if let Some(row) = radius_m.iter().position(Option::is_none) {
        return Err(ReadError::Cell {
            file: table.source.clone(),
            row: table.rows[row],
            column: "radius_m".to_owned(),
            found: String::new(),
            expected: "a distance".to_owned(),
        }
        .into());
    }
    let band: Vec<Option<(f64, f64)>> = match wanted {
        Some((_, lower, upper)) => {
            numbers(lower)?.into_iter().zip(numbers(upper)?).map(|(lower, upper)| lower.zip(upper)).collect()
        }
        None => vec![None; radius_m.len()],
    };
    let (function, observed) = match OTHERS.iter().find(|(name, _)| has(name)) {
        Some((name, function)) => (*function, numbers(name)?),
        None => {
            let (k, l) = (numbers("k")?, numbers("l")?);
            if is_of_k(&band, &k, &l) { (PatternFunction::K, k) } else { (PatternFunction::L, l) }
        }
    };
    Ok(ChartData {
        pattern: Some(PatternCurve {
            radius_m: radius_m.into_iter().flatten().collect(),
            observed,
            band,
            function,
            confidence: level.map(|level| 1.0 - level),
        }),
        test: Some(ChartTest {
            n: said.get("n").and_then(Value::as_u64),
            simulations: said.get("simulations").and_then(Value::as_u64),
            p: said.get("p_simulation").and_then(Value::as_f64),
            two_sided: None,
        }),
        ..ChartData::default()
    })
}

/// Whether a band is of K: the table does not say, but K = πL² is far from L, and the band is near the one it is of.
fn is_of_k(band: &[Option<(f64, f64)>], k: &[Option<f64>], l: &[Option<f64>]) -> bool {
    let rows = band.iter().zip(k).zip(l).rev();
    let mut known = rows.filter_map(|((band, k), l)| {
        let (lower, upper) = (*band)?;
        let middle = f64::midpoint(lower, upper);
        let far = |value: f64| (middle / value).ln().abs();
        let (k, l) = ((*k)?, (*l)?);
        (middle > 0.0 && k > 0.0 && l > 0.0).then(|| far(k) < far(l))
    });
    known.next().unwrap_or(false)
}

/// The table, and what it says beside its columns.
fn table(origin: &Origin<Table>, options: &TableOptions, notes: &mut Vec<String>) -> Result<(Table, Said)> {
    let is_json = |path: &&Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let Some(path) = origin.path().filter(is_json) else {
        let (table, told) = origin_with_notes(origin, options)?;
        notes.extend(told);
        return Ok((table, Said::new()));
    };
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(Error::file("read table", path))?;
    let malformed = |message: String| ReadError::Malformed { file: file.clone(), format: "JSON", message };
    let value: Value = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let length = value.get("radius_m").and_then(Value::as_array).map(Vec::len);
    let (Value::Object(fields), Some(length)) = (&value, length) else {
        return Err(malformed("found no list `radius_m`, as the operation `l` writes it in JSON".to_owned()).into());
    };
    let lists = fields.iter().filter_map(|(name, field)| Some((name, field.as_array()?)));
    let columns = lists.filter(|(_, cells)| cells.len() == length).map(|(name, cells)| {
        Column::new(name.as_str().into(), cells.iter().map(Value::as_f64).collect::<Vec<Option<f64>>>())
    });
    let frame = DataFrame::new(length, columns.collect()).map_err(Error::table("the statistic"))?;
    Ok((whole(&file, &frame), fields.clone()))
}

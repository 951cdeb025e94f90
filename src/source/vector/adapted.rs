//! What a format cannot hold, changed or left out before it is written, and told.

use serde_json::Value;

use super::{ColumnKind, VectorLayer, cell_text};

/// The largest integer below which a real number holds every one.
const EXACT: i64 = 1 << 53;
/// The largest integer of a column of a Shapefile.
const EIGHTEEN_DIGITS: i64 = 1_000_000_000_000_000_000;

/// Changes a layer so that a format of an ending can hold it. Gives how many features were left out, and what to tell.
pub(in crate::source) fn adapt(layer: &mut VectorLayer, ending: &str) -> (u64, Vec<String>) {
    let mut notes = Vec::new();
    let mut left_out = 0;
    if ending == "fgb" {
        let before = layer.features.len();
        let first = layer.features.iter().find(|feature| feature.geometry.is_none()).map(|feature| feature.number);
        layer.features.retain(|feature| feature.geometry.is_some());
        left_out = (before - layer.features.len()) as u64;
        if let Some(first) = first {
            notes.push(format!(
                "{left_out} features, the first of them number {first}, have no geometry, without which FlatGeobuf holds none: left out"
            ));
        }
    }
    let largest = match ending {
        // These hold integers of 32 bits, and larger ones as real numbers.
        "gdb" | "tab" | "mif" | "kml" | "kmz" => Some(EXACT),
        "shp" => Some(EIGHTEEN_DIGITS),
        _ => None,
    };
    if let Some(largest) = largest {
        for position in 0..layer.columns.len() {
            let is_large =
                |cell: &Value| cell.as_i64().is_some_and(|number| number.unsigned_abs() >= largest.unsigned_abs());
            let is_integer = layer.columns[position].kind == ColumnKind::Integer;
            if is_integer && layer.features.iter().any(|feature| is_large(&feature.cells[position])) {
                layer.columns[position].kind = ColumnKind::Text;
                for feature in &mut layer.features {
                    let cell = &mut feature.cells[position];
                    *cell = cell_text(cell).map_or(Value::Null, Value::String);
                }
                let name = &layer.columns[position].name;
                notes.push(format!("column `{name}` holds integers that are too long for the format: written as text"));
            }
        }
    }
    if matches!(ending, "tab" | "mif") {
        // Of whole numbers MapInfo has those of 32 bits alone; longer ones are exact as reals up to the limit above.
        for position in 0..layer.columns.len() {
            let is_narrow = |cell: &Value| cell.as_i64().is_none_or(|number| i32::try_from(number).is_ok());
            let is_integer = layer.columns[position].kind == ColumnKind::Integer;
            if is_integer && !layer.features.iter().all(|feature| is_narrow(&feature.cells[position])) {
                layer.columns[position].kind = ColumnKind::Real;
            }
        }
    }
    let bytes = match ending {
        "shp" | "dbf" => Some(10),
        "tab" | "mif" => Some(31),
        _ => None,
    };
    if let Some(bytes) = bytes {
        notes.extend(cut_headers(layer, bytes));
    }
    (left_out, notes)
}

/// Cuts headers that are too long behind a whole letter, so that they still differ.
fn cut_headers(layer: &mut VectorLayer, bytes: usize) -> Option<String> {
    let start = |text: &str, bytes: usize| {
        let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text[..end].to_owned()
    };
    // Those that fit keep their names.
    let mut taken: Vec<String> = layer
        .columns
        .iter()
        .filter(|column| column.name.len() <= bytes)
        .map(|column| column.name.to_lowercase())
        .collect();
    let mut changed = Vec::new();
    for column in layer.columns.iter_mut().filter(|column| column.name.len() > bytes) {
        let mut name = start(&column.name, bytes);
        for number in 2.. {
            if !taken.contains(&name.to_lowercase()) {
                break;
            }
            let end = format!("_{number}");
            name = start(&column.name, bytes.saturating_sub(end.len())) + &end;
        }
        taken.push(name.to_lowercase());
        changed.push(format!("`{}` is `{name}`", column.name));
        column.name = name;
    }
    (!changed.is_empty()).then(|| format!("headers of more than {bytes} bytes were cut: {}", changed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Declared, Feature};
    use super::*;

    fn layer(names: &[&str], cells: Vec<Value>) -> VectorLayer {
        let kind = |cell: &Value| if cell.is_i64() { ColumnKind::Integer } else { ColumnKind::Text };
        let columns = names
            .iter()
            .zip(&cells)
            .map(|(name, cell)| Column { name: (*name).to_owned(), kind: kind(cell) })
            .collect();
        let features = vec![Feature { number: 1, cells, geometry: None, foreign: None }];
        let (source, declared) = ("t".to_owned(), Declared::Nothing);
        VectorLayer { source, format: "t", declared, columns, features, heights_dropped: false, notes: Vec::new() }
    }

    #[test]
    fn headers_are_cut_behind_a_letter_and_stay_different() {
        let names = ["统一社会信用代码", "统一社会信用编号", "统一社", "short"];
        let mut layer = layer(&names, vec![Value::Null; 4]);
        let (_, notes) = adapt(&mut layer, "shp");
        let found: Vec<&str> = layer.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(found, ["统一_2", "统一_3", "统一社", "short"]);
        assert!(notes[0].contains("`统一社会信用代码` is `统一_2`"), "{notes:?}");
        assert!(found.iter().all(|name| name.len() <= 10));
    }

    #[test]
    fn what_a_format_cannot_hold_is_told() {
        let mut flat = layer(&["a"], vec![1.into()]);
        assert_eq!(adapt(&mut flat, "fgb").0, 1);
        assert!(flat.features.is_empty());
        let mut long = layer(&["id", "n"], vec![913_306_000_000_000_016_i64.into(), 7.into()]);
        let (_, notes) = adapt(&mut long, "gdb");
        assert_eq!(long.features[0].cells, [Value::from("913306000000000016"), 7.into()]);
        assert!(notes[0].contains("column `id`"), "{notes:?}");
        assert!(adapt(&mut layer(&["id"], vec![913_306_000_000_000_016_i64.into()]), "gpkg").1.is_empty());
        let mut wide = layer(&["n", "m"], vec![5_000_000_000_i64.into(), (-7).into()]);
        assert!(adapt(&mut wide, "tab").1.is_empty());
        let kinds: Vec<ColumnKind> = wide.columns.iter().map(|column| column.kind).collect();
        assert_eq!(kinds, [ColumnKind::Real, ColumnKind::Integer]);
    }
}

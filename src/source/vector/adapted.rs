//! What a format cannot hold, changed or left out before it is written, and told.

use encoding_rs::{Encoding, GBK, UTF_8};
use serde_json::Value;

use super::{ColumnKind, VectorLayer, cell_text};

/// The largest integer below which a real number holds every one.
const EXACT: i64 = 1 << 53;
/// The largest integer of a column of a Shapefile.
const EIGHTEEN_DIGITS: i64 = 1_000_000_000_000_000_000;

/// How many bytes of text a cell of a Shapefile or of MapInfo holds.
const MOST_TEXT_BYTES: usize = 254;

/// The encoding in which a layer is written for MapInfo: that of Chinese Windows, where it has all of its letters.
pub(in crate::source) fn mapinfo_encoding(layer: &VectorLayer) -> &'static Encoding {
    let fits = |text: &str| text.is_ascii() || !GBK.encode(text).2;
    let cells = layer.features.iter().flat_map(|feature| &feature.cells);
    let all_fit = layer.columns.iter().all(|column| fits(&column.name)) && cells.filter_map(Value::as_str).all(fits);
    if all_fit { GBK } else { UTF_8 }
}

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
    let encoding = if matches!(ending, "tab" | "mif") { mapinfo_encoding(layer) } else { UTF_8 };
    if matches!(ending, "tab" | "mif") {
        notes.extend(plain_headers(layer));
        if encoding == UTF_8 {
            let letter = "it holds letters that GBK has not: written in UTF-8, which its header cannot say";
            notes.push(format!("{letter}; whoever opens it must state the encoding"));
        }
    }
    if matches!(ending, "shp" | "dbf" | "tab" | "mif") {
        notes.extend(cut_texts(layer, encoding));
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

/// Cuts texts that are too long behind a whole letter.
fn cut_texts(layer: &mut VectorLayer, encoding: &'static Encoding) -> Vec<String> {
    let width = |letter: char| match encoding == UTF_8 {
        true => letter.len_utf8(),
        false => 1 + usize::from(!letter.is_ascii()),
    };
    let end = |text: &str| {
        let ends = text.char_indices().scan(0, |bytes, (position, letter)| {
            *bytes += width(letter);
            Some((*bytes, position))
        });
        // A letter has three bytes or fewer for each byte that it takes.
        let may_be_long = text.len() > MOST_TEXT_BYTES;
        may_be_long.then(|| ends.into_iter().find(|(bytes, _)| *bytes > MOST_TEXT_BYTES)).flatten()
    };
    let mut notes = Vec::new();
    for (position, column) in layer.columns.iter().enumerate() {
        let (mut count, mut first) = (0_usize, None);
        for feature in &mut layer.features {
            let Some(Value::String(text)) = feature.cells.get_mut(position) else { continue };
            let Some((_, end)) = end(text) else { continue };
            text.truncate(end);
            count += 1;
            first.get_or_insert(feature.number);
        }
        if let Some(first) = first {
            let name = &column.name;
            notes.push(format!(
                "column `{name}`: {count} cells of more than {MOST_TEXT_BYTES} bytes, the most that the format holds, were \
                 cut, first in feature {first}"
            ));
        }
    }
    notes
}

/// Makes headers of letters, digits and `_` alone, which still differ: MapInfo takes no others.
fn plain_headers(layer: &mut VectorLayer) -> Option<String> {
    let is_plain = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut taken: Vec<String> = (layer.columns.iter())
        .filter(|column| column.name.chars().all(is_plain))
        .map(|column| column.name.to_lowercase())
        .collect();
    let mut changed = Vec::new();
    for column in layer.columns.iter_mut().filter(|column| !column.name.chars().all(is_plain)) {
        let plain: String = column.name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
        let name = (1..)
            .map(|number| if number == 1 { plain.clone() } else { format!("{plain}_{number}") })
            .find(|name| !taken.contains(&name.to_lowercase()))
            .unwrap_or_default();
        taken.push(name.to_lowercase());
        changed.push(format!("`{}` is `{name}`", column.name));
        column.name = name;
    }
    (!changed.is_empty())
        .then(|| format!("headers with other signs than letters, digits and `_` were changed: {}", changed.join(", ")))
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
    fn texts_and_headers_are_made_to_fit() {
        let text = "文".repeat(130);
        for (ending, letters) in [("shp", 84), ("tab", 127), ("gpkg", 130)] {
            let mut layer = layer(&["备注"], vec![text.clone().into()]);
            let (_, notes) = adapt(&mut layer, ending);
            assert_eq!(layer.features[0].cells[0].as_str().unwrap().chars().count(), letters, "{ending}");
            assert_eq!(notes.iter().any(|note| note.contains("column `备注`: 1 cells")), letters < 130, "{notes:?}");
        }
        let mut signs = layer(&["产值(万元)", "产值_万元_", "a b"], vec![Value::Null; 3]);
        let (_, notes) = adapt(&mut signs, "mif");
        let found: Vec<&str> = signs.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(found, ["产值_万元__2", "产值_万元_", "a_b"]);
        assert!(notes[0].contains("`a b` is `a_b`"), "{notes:?}");
        assert_eq!(mapinfo_encoding(&layer(&["a"], vec!["镕".into()])), GBK);
        assert_eq!(mapinfo_encoding(&layer(&["a"], vec!["𠮷".into()])), UTF_8);
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

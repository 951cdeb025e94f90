//! What was done to the boundaries of a map, and what a map review number 审图号 says of them.

use serde_json::Value;

use super::data::{BoundaryEdit, MapData};
use super::paper::DETAIL_MM;
use super::spec::MapSpec;
use crate::model::Language;
use crate::model::json::json;

/// An alteration of boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alteration {
    Simplified,
    Repaired,
    Clipped,
    Joined,
    Made,
}

impl Alteration {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Simplified => language.pick("简化", "simplified"),
            Self::Repaired => language.pick("修整", "repaired"),
            Self::Clipped => language.pick("裁切", "clipped"),
            Self::Joined => language.pick("合并", "joined"),
            Self::Made => language.pick("重绘", "drawn anew"),
        }
    }
}

/// Whether borders are simplified so far that a reader can see it. The usual tolerance is less than a printer can show.
fn is_simplified(spec: &MapSpec) -> bool {
    spec.simplify_mm.is_some_and(|tolerance| tolerance > DETAIL_MM)
}

fn alterations(simplified: bool, edit: &BoundaryEdit) -> Vec<Alteration> {
    let all = [
        (simplified && !edit.made, Alteration::Simplified),
        (edit.repaired, Alteration::Repaired),
        (edit.clipped, Alteration::Clipped),
        (edit.joined, Alteration::Joined),
        (edit.made, Alteration::Made),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, alteration)| alteration).collect()
}

/// What was done to the layers of a map. A cartogram has no boundaries of its file.
fn edits(spec: &MapSpec, data: &MapData) -> Vec<BoundaryEdit> {
    if spec.cartogram.is_some() {
        return vec![BoundaryEdit { layer: data.areas.layer.clone(), made: true, ..BoundaryEdit::default() }];
    }
    let own = || vec![BoundaryEdit { layer: data.areas.layer.clone(), ..BoundaryEdit::default() }];
    if data.boundary_edits.is_empty() { own() } else { data.boundary_edits.clone() }
}

/// Every alteration of the boundaries, and the layers that have any.
fn all(edits: &[BoundaryEdit], simplified: bool) -> (Vec<Alteration>, Vec<String>) {
    let mut found: Vec<Alteration> = Vec::new();
    let mut layers = Vec::new();
    for edit in edits {
        let of_layer = alterations(simplified, edit);
        if !of_layer.is_empty() {
            layers.push(edit.layer.clone());
        }
        for alteration in of_layer {
            if !found.contains(&alteration) {
                found.push(alteration);
            }
        }
    }
    (found, layers)
}

/// The note on the map that its boundaries are not those of their source.
pub(super) fn said(spec: &MapSpec, data: &MapData) -> Option<String> {
    // A cartogram says of itself that it is none of boundaries.
    if spec.cartogram.is_some() {
        return None;
    }
    boundaries_said(&edits(spec, data), is_simplified(spec), spec.language)
}

/// Returns the words for a reader where boundaries are not those of their source: `边界经简化`; `None` where they are.
///
/// # Examples
///
/// ```
/// use jiju::model::Language;
/// use jiju::render::{BoundaryEdit, boundaries_said};
/// let edit = BoundaryEdit { layer: "town".to_owned(), joined: true, ..BoundaryEdit::default() };
/// assert_eq!(boundaries_said(&[edit], true, Language::Zh).as_deref(), Some("边界经简化、合并"));
/// assert_eq!(boundaries_said(&[BoundaryEdit::default()], false, Language::Zh), None);
/// ```
#[must_use]
pub fn boundaries_said(edits: &[BoundaryEdit], simplified: bool, language: Language) -> Option<String> {
    let (found, _) = all(edits, simplified);
    let words: Vec<&str> = found.iter().map(|alteration| alteration.words(language)).collect();
    (!words.is_empty()).then(|| match language {
        Language::Zh => format!("边界经{}", words.join("、")),
        Language::En => format!("Boundaries {}", words.join(", ")),
    })
}

/// The warning that a map review number is claimed for boundaries that were edited.
pub(super) fn warning(spec: &MapSpec, data: &MapData) -> Option<String> {
    let number = spec.review_number.as_ref().or(data.review_number.as_ref())?;
    review_number_warning(number, &edits(spec, data), is_simplified(spec))
}

/// Returns the warning that a map review number 审图号 is claimed for boundaries that are edited; `None` where they are not.
#[must_use]
pub fn review_number_warning(number: &str, edits: &[BoundaryEdit], simplified: bool) -> Option<String> {
    let (found, layers) = all(edits, simplified);
    let words: Vec<&str> = found.iter().map(|alteration| alteration.words(Language::En)).collect();
    (!words.is_empty()).then(|| {
        format!(
            "the map review number 审图号 {number} is claimed for boundaries that are {} ({}): it belongs to the standard map unedited; have this map reviewed, or draw the boundaries as they are",
            words.join(" and "),
            layers.join(", ")
        )
    })
}

/// What was done to the boundaries of each layer, for the file beside the figure.
pub(super) fn record(spec: &MapSpec, data: &MapData) -> Value {
    let edits = edits(spec, data);
    let edits = edits.iter().map(|edit| {
        json!({
            "layer": edit.layer,
            "simplified_mm": spec.simplify_mm.unwrap_or(DETAIL_MM),
            "repaired": edit.repaired,
            "clipped": edit.clipped,
            "joined": edit.joined,
            "made": edit.made,
            "unedited": alterations(is_simplified(spec), edit).is_empty(),
        })
    });
    Value::Array(edits.collect())
}

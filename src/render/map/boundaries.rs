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
}

impl Alteration {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Simplified => language.pick("简化", "simplified"),
            Self::Repaired => language.pick("修整", "repaired"),
            Self::Clipped => language.pick("裁切", "clipped"),
            Self::Joined => language.pick("合并", "joined"),
        }
    }
}

/// Whether borders are simplified so far that a reader can see it. The usual tolerance is less than a printer can show.
fn is_simplified(spec: &MapSpec) -> bool {
    spec.simplify_mm.is_some_and(|tolerance| tolerance > DETAIL_MM)
}

fn alterations(spec: &MapSpec, edit: &BoundaryEdit) -> Vec<Alteration> {
    let all = [
        (is_simplified(spec), Alteration::Simplified),
        (edit.repaired, Alteration::Repaired),
        (edit.clipped, Alteration::Clipped),
        (edit.joined, Alteration::Joined),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, alteration)| alteration).collect()
}

/// Every alteration of the boundaries, and the layers that have any.
fn all(spec: &MapSpec, data: &MapData) -> (Vec<Alteration>, Vec<String>) {
    let own = [BoundaryEdit { layer: data.areas.layer.clone(), ..BoundaryEdit::default() }];
    let edits = if data.boundary_edits.is_empty() { &own[..] } else { &data.boundary_edits };
    let mut found: Vec<Alteration> = Vec::new();
    let mut layers = Vec::new();
    for edit in edits {
        let of_layer = alterations(spec, edit);
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
    let (found, _) = all(spec, data);
    let words: Vec<&str> = found.iter().map(|alteration| alteration.words(spec.language)).collect();
    (!words.is_empty()).then(|| match spec.language {
        Language::Zh => format!("边界经{}", words.join("、")),
        Language::En => format!("Boundaries {}", words.join(", ")),
    })
}

/// The warning that a map review number is claimed for boundaries that were edited.
pub(super) fn warning(spec: &MapSpec, data: &MapData) -> Option<String> {
    let number = spec.review_number.as_ref().or(data.review_number.as_ref())?;
    let (found, layers) = all(spec, data);
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
    let own = [BoundaryEdit { layer: data.areas.layer.clone(), ..BoundaryEdit::default() }];
    let edits = if data.boundary_edits.is_empty() { &own[..] } else { &data.boundary_edits };
    let edits = edits.iter().map(|edit| {
        json!({
            "layer": edit.layer,
            "simplified_mm": spec.simplify_mm.unwrap_or(DETAIL_MM),
            "repaired": edit.repaired,
            "clipped": edit.clipped,
            "joined": edit.joined,
            "unedited": alterations(spec, edit).is_empty(),
        })
    });
    Value::Array(edits.collect())
}

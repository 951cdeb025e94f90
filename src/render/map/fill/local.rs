use super::super::spec::MapSpec;
use super::{Class, Classed, Subject};
use crate::Result;
use crate::error::RenderError;
use crate::render::Color;
use crate::stats::Label;

/// A label of a local statistic, its words, its colour.
type Known = (Label, [&'static str; 2], Color);

/// Quadrants in the colours of GeoDa, hot and cold spots as them; no two share their grey, and every area says its label.
const LABELS: [Known; 10] = [
    (Label::HighHigh, ["高–高", "high–high"], Color::new(0xb2, 0x18, 0x2b)),
    (Label::HighLow, ["高–低", "high–low"], Color::new(0xf4, 0xa5, 0x82)),
    (Label::LowHigh, ["低–高", "low–high"], Color::new(0x92, 0xc5, 0xde)),
    (Label::LowLow, ["低–低", "low–low"], Color::new(0x21, 0x66, 0xac)),
    (Label::HotSpot, ["热点", "hot spot"], Color::new(0xb2, 0x18, 0x2b)),
    (Label::ColdSpot, ["冷点", "cold spot"], Color::new(0x21, 0x66, 0xac)),
    (Label::Alike, ["相似", "alike"], Color::new(0x1b, 0x78, 0x37)),
    (Label::Different, ["相异", "different"], Color::new(0x76, 0x2a, 0x83)),
    (Label::Together, ["聚集", "together"], Color::new(0xb2, 0x18, 0x2b)),
    (Label::NotSignificant, ["不显著", "not significant"], Color::new(0xe8, 0xe8, 0xe4)),
];

/// Returns whether a word is a label of a local statistic, as `jiju stats` writes it.
///
/// # Examples
///
/// ```
/// assert!(jiju::render::is_local_label("high-high") && !jiju::render::is_local_label("high"));
/// ```
#[must_use]
pub fn is_local_label(word: &str) -> bool {
    LABELS.iter().any(|(label, ..)| label.name() == word)
}

/// Classifies areas by the labels of a local statistic, each with its own colour: quadrants of local Moran's I, or hot
/// and cold spots. Areas without a label (islands) have no data.
pub(super) fn local(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let mut present = [false; LABELS.len()];
    let mut of_area = Vec::with_capacity(subject.categories.len());
    for category in &subject.categories {
        of_area.push(match category {
            None => None,
            Some(word) => {
                let position = LABELS.iter().position(|(label, ..)| label.name() == word);
                let position = position.ok_or_else(|| RenderError::UnknownName {
                    what: "label of a local statistic",
                    found: word.clone(),
                    expected: LABELS.iter().map(|(label, ..)| label.name().to_owned()).collect(),
                })?;
                present[position] = true;
                Some(position)
            }
        });
    }
    // Quadrants are shown whole, so that an empty one is seen to be empty.
    if present[..4].contains(&true) {
        present[..4].fill(true);
    }
    let words = |position: usize| spec.language.pick(LABELS[position].1[0], LABELS[position].1[1]);
    // The legend turns the order round.
    let shown: Vec<usize> = (0..LABELS.len()).rev().filter(|position| present[*position]).collect();
    let mut classes: Vec<Class> =
        shown.iter().map(|&position| Class::solid(words(position).to_owned(), LABELS[position].2)).collect();
    let ordered = classes.len();
    let island = spec.language.pick("无邻近区域或无数据", "no neighbours or no data");
    classes.push(Class { label: island.to_owned(), ..Class::no_data(spec) });
    let class = |position: usize| shown.iter().position(|one| *one == position).unwrap_or(ordered);
    // On the map the label of what chance may have made would only be in the way.
    let text = |position: usize| {
        if LABELS[position].0 == Label::NotSignificant { String::new() } else { words(position).to_owned() }
    };
    let texts = of_area.iter().map(|position| position.map(text)).collect();
    let of_area = of_area.into_iter().map(|position| position.map_or(ordered, class)).collect();
    Ok(Classed { classes, ordered, of_area, texts, ..Classed::default() })
}

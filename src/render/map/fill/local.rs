use super::super::spec::MapSpec;
use super::{Class, Classed, Subject};
use crate::Result;
use crate::error::RenderError;
use crate::render::Color;
use crate::stats::Label;

/// A label of a local statistic, its words, its colour on a light page and on a dark one.
type Known = (Label, [&'static str; 2], [u32; 2]);

/// Quadrants in the colours of GeoDa, hot and cold spots as them; no two share their grey, and every area says its label. On a dark
/// page those are bright that are dark on a light one, and what chance may have made is nearest to the page.
const LABELS: [Known; 10] = [
    (Label::HighHigh, ["高–高", "high–high"], [0xa5_0f21, 0xff_6b6b]),
    (Label::HighLow, ["高–低", "high–low"], [0xef_8a62, 0x9c_5a4e]),
    (Label::LowHigh, ["低–高", "low–high"], [0x92_c5de, 0x4f_7f9f]),
    (Label::LowLow, ["低–低", "low–low"], [0x21_66ac, 0x6c_b2f5]),
    (Label::HotSpot, ["热点", "hot spot"], [0xa5_0f21, 0xff_6b6b]),
    (Label::ColdSpot, ["冷点", "cold spot"], [0x21_66ac, 0x6c_b2f5]),
    (Label::Alike, ["相似", "alike"], [0x1b_7837, 0x5c_c27c]),
    (Label::Different, ["相异", "different"], [0x76_2a83, 0xc5_8ad6]),
    (Label::Together, ["聚集", "together"], [0xa5_0f21, 0xff_6b6b]),
    (Label::NotSignificant, ["不显著", "not significant"], [0xe8_e8e4, 0x2b_3036]),
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
    let color = |position: usize| Color::of_rgb(LABELS[position].2[usize::from(spec.theme.is_dark())]);
    let mut classes: Vec<Class> =
        shown.iter().map(|&position| Class::solid(words(position).to_owned(), color(position))).collect();
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

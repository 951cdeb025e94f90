use super::super::data::QuotaProgress;
use super::super::spec::MapSpec;
use super::{Class, Classed, Subject, colors, no_data_words};
use crate::Result;
use crate::model::Language;
use crate::render::intervals::{Closed, interval_of_bounds};
use crate::render::number::{NumberFormat, ScaledFormat};

/// The rates at which quota progress changes its colour where the office sets none.
const THRESHOLDS: [f64; 3] = [0.5, 0.8, 1.0];

pub(super) fn quota_progress(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let thresholds: &[f64] = if spec.classes.breaks.is_empty() { &THRESHOLDS } else { &spec.classes.breaks };
    let language = spec.language;
    let format = ScaledFormat::of_size(thresholds, true, language).exact(thresholds);
    let label = |class: usize| {
        let lower = class.checked_sub(1).map(|below| thresholds[below]);
        let words = interval_of_bounds(format, lower, thresholds.get(class).copied(), Closed::Lower, language);
        let done = class.checked_sub(1).is_some_and(|below| thresholds[below] >= 1.0);
        if done && class == thresholds.len() { words + language.pick("（完成）", " (met)") } else { words }
    };
    let mut classes: Vec<Class> = colors(spec, "YlGnBu", thresholds.len() + 1)?
        .into_iter()
        .enumerate()
        .map(|(class, color)| Class { symbol: Some(symbol(class, thresholds)), ..Class::solid(label(class), color) })
        .collect();
    let ordered = classes.len();
    classes.push(Class::solid(language.pick("无任务", "no quota").to_owned(), spec.theme.no_quota));
    classes.push(Class::no_data(spec));
    let of_area = subject
        .progress
        .iter()
        .map(|progress| match progress.map(QuotaProgress::rate) {
            None => ordered + 1,
            Some(None) => ordered,
            // A threshold reached is a threshold passed.
            Some(Some(rate)) => thresholds.partition_point(|threshold| *threshold <= rate),
        })
        .collect();
    let texts = subject
        .progress
        .iter()
        .map(|progress| {
            Some(
                progress
                    .map_or_else(|| no_data_words(language).to_owned(), |progress| count_and_gap(progress, language)),
            )
        })
        .collect();
    Ok(Classed { classes, ordered, of_area, texts, ..Classed::default() })
}

/// Returns the symbol of a class, which identifies it without its colour: fuller for more progress, a star if the quota
/// is met.
fn symbol(class: usize, thresholds: &[f64]) -> &'static str {
    const FILLED: [&str; 3] = ["○", "◎", "●"];
    let is_met = |class: usize| class.checked_sub(1).is_some_and(|below| thresholds[below] >= 1.0);
    if is_met(class) {
        return "★";
    }
    let short = (0..=thresholds.len()).filter(|class| !is_met(*class)).count();
    FILLED[if short > 1 { class * (FILLED.len() - 1) / (short - 1) } else { 0 }]
}

/// `30/35 · 缺5`: the second cue beside the colour.
fn count_and_gap(progress: QuotaProgress, language: Language) -> String {
    let [done, quota] = [progress.done, progress.quota].map(NumberFormat::count);
    format!("{done}/{quota} · {}", gap(progress, language))
}

/// Returns the number of firms missing for a quota, as text: `缺5`.
pub(in crate::render) fn gap(progress: QuotaProgress, language: Language) -> String {
    let QuotaProgress { done, quota } = progress;
    if quota == 0 {
        language.pick("无任务", "no quota").to_owned()
    } else if done < quota {
        format!("{}{}", language.pick("缺", "short "), NumberFormat::count(quota - done))
    } else if done == quota {
        language.pick("完成", "met").to_owned()
    } else {
        format!("{}{}", language.pick("超", "over "), NumberFormat::count(done - quota))
    }
}

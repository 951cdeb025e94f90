use super::super::spec::{MapKind, MapSpec};
use super::{Class, ClassScale, Classed, Subject, colors, no_data_words, palette};
use crate::Result;
use crate::render::Theme;
use crate::render::intervals::{ClassRequest, intervals};
use crate::render::palette::{PaletteKind, diverging_colors};

/// Classifies areas by a number, with a sequential palette, or a diverging one if there is a midpoint.
pub(super) fn choropleth(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let finite = |values: &[Option<f64>]| -> Vec<f64> {
        values.iter().copied().flatten().filter(|value| value.is_finite()).collect()
    };
    let known = finite(subject.basis());
    let given = !spec.classes.breaks.is_empty();
    let found = intervals(
        &known,
        &ClassRequest {
            breaks: &spec.classes.breaks,
            // The class over given breaks is there whether or not an area is in it, so that a colour means the same on every
            // map with these breaks; unless the office's colours leave no room for it.
            is_open: spec.palette.colors.len() != spec.classes.breaks.len(),
            percent: spec.percent,
            decimals: spec.decimals,
            ..ClassRequest::new(&spec.classes.scheme, spec.classes.count, spec.language)
        },
    )?;
    let ramp = match spec.palette.midpoint {
        Some(midpoint) if spec.palette.colors.is_empty() => {
            let name = palette(spec, "PuOr", PaletteKind::Diverging)?;
            let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
            let lowest = if given { f64::NEG_INFINITY } else { lowest };
            spec.theme.parted(diverging_colors(name, lowest, &found.ramp_uppers, midpoint, spec.palette.reverse)?)
        }
        _ => colors(spec, "YlGnBu", found.ramp)?,
    };
    let mut classes: Vec<Class> = found
        .steps
        .iter()
        .zip(&found.labels)
        .filter_map(|(step, label)| Some(Class::solid(label.clone(), *ramp.get(*step)?)))
        .collect();
    classes.push(Class::no_data(spec));
    let no_data = found.labels.len();
    let is_own = spec.kind == MapKind::Choropleth;
    let middle = match spec.palette.midpoint {
        Some(midpoint) if spec.palette.colors.is_empty() => {
            let lower = |class: usize| class.checked_sub(1).and_then(|below| found.uppers.get(below)).copied();
            (0..no_data).find(|class| {
                let upper = found.uppers.get(*class).copied().unwrap_or(f64::INFINITY);
                lower(*class).unwrap_or(f64::NEG_INFINITY) < midpoint && midpoint < upper
            })
        }
        _ => Theme::middle(&ramp).and_then(|step| found.steps.iter().position(|own| *own == step)),
    };
    // An end of the classes is none from which they part.
    let middle = middle.filter(|middle| is_own && *middle > 0 && middle + 1 < no_data);
    let value = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let of_area = subject.values.iter().map(|own| value(own).map_or(no_data, |value| found.class_of(value))).collect();
    let written = |own: &Option<f64>| {
        Some(value(own).map_or_else(|| no_data_words(spec.language).to_owned(), |value| found.write(value)))
    };
    let texts = subject.values.iter().map(written).collect();
    let mut notes = found.notes.clone();
    if !spec.palette.colors.is_empty() && ramp != spec.palette.colors {
        notes.push("`palette.colors` are turned for the dark page, so that what is high is bright".to_owned());
    }
    let values = known.into_iter().map(|value| found.clean(value)).collect();
    let scale = (no_data > 0).then_some(ClassScale { values, intervals: found });
    Ok(Classed { classes, ordered: no_data, of_area, texts, scale, notes, middle, ..Classed::default() })
}

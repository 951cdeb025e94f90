use super::super::legend::{LegendEntry, Section, framed};
use super::super::spec::MapSpec;
use super::choropleth::choropleth;
use super::{Classed, Subject};
use crate::Result;
use crate::error::RenderError;
use crate::render::Color;
use crate::render::figure::Fill;
use crate::render::intervals::{ClassRequest, Closed, Intervals, intervals};
use crate::stats::Scheme;

/// The strength of an area's colour for a small, a medium and a large base.
const OPACITIES: [f64; 3] = [0.25, 0.6, 1.0];

/// Classifies areas by a number, shown as colour, and by its base (a number of firms), shown as strength of the colour,
/// so that areas with a small base are pale. There are three steps of strength, by terciles unless the specification
/// sets breaks (Roth, Woodruff and Johnson 2010).
pub(super) fn value_by_alpha(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let mut classed = choropleth(spec, subject)?;
    let finite = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let known: Vec<f64> = subject.other_basis().iter().filter_map(finite).collect();
    let support = steps(spec, &known)?;
    // In the colours that the legend will have.
    let grounds = classed.classes[..classed.ordered].iter().map(|class| class.ground).collect();
    let colors = spec.theme.colors(grounds);
    let tints = classed.of_area.iter().zip(&subject.others).map(|(class, base)| {
        let color = *colors.get(*class)?;
        // Nothing is known of what it rests on: the least.
        let opacity = finite(base).map_or(OPACITIES[0], |base| opacity(&support, support.class_of(base)));
        Some(color.over(spec.theme.paper, opacity))
    });
    classed.tints = tints.collect();
    let step = |base: &Option<f64>| finite(base).map_or(0, |base| support.class_of(base));
    classed.steps = subject.others.iter().map(step).collect();
    classed.notes.extend(support.notes.iter().cloned());
    classed.support = Some(support);
    Ok(classed)
}

/// The steps of the base: three with equal numbers of areas, or those between given lower bounds.
fn steps(spec: &MapSpec, known: &[f64]) -> Result<Intervals> {
    let given = &spec.bivariate.breaks;
    if !given.is_empty() && given.len() != OPACITIES.len() - 1 {
        return Err(RenderError::Setting {
            key: "bivariate.breaks".to_owned(),
            found: format!("{} breaks", given.len()),
            expected: "2, between three steps".to_owned(),
        }
        .into());
    }
    intervals(
        known,
        &ClassRequest {
            breaks: given,
            closed: Closed::Lower,
            key: "bivariate",
            column: spec.bivariate.column.as_deref(),
            ..ClassRequest::new(&Scheme::Quantile, OPACITIES.len(), spec.language)
        },
    )
}

/// The strength of a step. Where there are fewer steps than strengths, the ends are used first.
fn opacity(steps: &Intervals, step: usize) -> f64 {
    match steps.labels.len() {
        0 | 1 => OPACITIES[OPACITIES.len() - 1],
        found => OPACITIES[step * (OPACITIES.len() - 1) / (found - 1)],
    }
}

/// Returns the words and the opacity of each step of colour strength, from the palest.
pub(super) fn strengths(classed: &Classed) -> Vec<(String, f64)> {
    let of_steps = |support: &Intervals| {
        support.labels.iter().enumerate().map(|(step, label)| (label.clone(), opacity(support, step))).collect()
    };
    classed.support.as_ref().map(of_steps).unwrap_or_default()
}

/// Returns the legend section that explains the strength of colours.
pub(super) fn legend<'a>(spec: &'a MapSpec, classed: &'a Classed) -> Section<'a> {
    let color = classed.classes[..classed.ordered].last().map_or(spec.theme.accent, |class| class.ground);
    let entries = strengths(classed).into_iter().rev().map(|(label, opacity)| {
        let tint: Color = color.over(spec.theme.paper, opacity);
        LegendEntry::swatch(label, move |frame| vec![framed(frame, Fill::Solid(tint), spec.theme.border)])
    });
    let title = spec.bivariate.title.clone().or_else(|| spec.bivariate.column.clone()).unwrap_or_default();
    Section {
        title: Some(format!("{}{title}", spec.language.pick("颜色深浅：", "Strength of colour: "))),
        entries: entries.collect(),
        ..Section::default()
    }
}

use super::super::legend::{LegendEntry, Section, framed};
use super::super::spec::MapSpec;
use super::choropleth::choropleth;
use super::{Classed, Subject};
use crate::Result;
use crate::error::RenderError;
use crate::render::Color;
use crate::render::figure::Fill;
use crate::render::number::NumberFormat;

/// The strength of an area's colour for a small, a medium and a large base.
const OPACITIES: [f64; 3] = [0.25, 0.6, 1.0];

/// Classifies areas by a number, shown as colour, and by its base (a number of firms), shown as strength of the colour,
/// so that areas with a small base are pale. There are three steps of strength, by terciles unless the specification
/// sets breaks (Roth, Woodruff and Johnson 2010).
pub(super) fn value_by_alpha(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let mut classed = choropleth(spec, subject)?;
    let support: Vec<Option<f64>> =
        subject.others.iter().map(|value| value.filter(|value| value.is_finite())).collect();
    let breaks = breaks(spec, &support)?;
    let step = |value: f64| breaks.iter().filter(|lower| **lower <= value).count();
    let tints = classed.of_area.iter().zip(&support).map(|(class, support)| {
        let color = classed.classes.get(*class).filter(|_| *class < classed.ordered)?.ground;
        // Nothing is known of what it rests on: the least.
        Some(color.over(spec.theme.paper, OPACITIES[support.map_or(0, step)]))
    });
    classed.tints = tints.collect();
    classed.steps = support.iter().map(|support| support.map_or(0, step)).collect();
    classed.support = breaks;
    Ok(classed)
}

/// The lower bounds of the second and third step.
fn breaks(spec: &MapSpec, support: &[Option<f64>]) -> Result<Vec<f64>> {
    let given = &spec.bivariate.breaks;
    if given.len() == OPACITIES.len() - 1 {
        return Ok(given.clone());
    }
    if !given.is_empty() {
        return Err(RenderError::Setting {
            key: "bivariate.breaks".to_owned(),
            found: format!("{} breaks", given.len()),
            expected: "2, between three steps".to_owned(),
        }
        .into());
    }
    let mut known: Vec<f64> = support.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let at = |third: usize| known.get(known.len() * third / OPACITIES.len()).copied();
    Ok([at(1), at(2)].into_iter().flatten().collect())
}

/// Returns the words and the opacity of each step of colour strength, from the palest.
pub(super) fn strengths(classed: &Classed) -> Vec<(String, f64)> {
    let format = NumberFormat::telling_apart(&classed.support, false);
    let label = |step: usize| match (
        step.checked_sub(1).and_then(|below| classed.support.get(below)),
        classed.support.get(step),
    ) {
        (None, Some(upper)) => format!("< {}", format.write(*upper)),
        (Some(lower), Some(upper)) => format!("{} – {}", format.write(*lower), format.write(*upper)),
        (Some(lower), None) => format!("≥ {}", format.write(*lower)),
        (None, None) => String::new(),
    };
    (0..=classed.support.len()).map(|step| (label(step), OPACITIES[step])).collect()
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

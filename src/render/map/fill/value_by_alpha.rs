use super::super::legend::{LegendEntry, Section, framed};
use super::super::spec::MapSpec;
use super::choropleth::choropleth;
use super::{Classed, Subject};
use crate::Result;
use crate::error::RenderError;
use crate::render::Color;
use crate::render::figure::Fill;
use crate::render::intervals::{ClassRequest, Closed, Intervals, intervals};
use crate::render::palette::Texture;
use crate::render::vision::TOLD_APART;
use crate::stats::Scheme;

/// The strength of an area's colour for a small, a medium and a large base.
const OPACITIES: [f64; 3] = [0.25, 0.6, 1.0];
/// The lines over it that stand for the same.
const TEXTURES: [Texture; 3] = [Texture::Crossed, Texture::Striped, Texture::Plain];

/// How a colour shows how large the base is.
#[derive(Debug, Clone, Copy)]
pub(in crate::render::map) enum Strength {
    /// By how pale it is.
    Paler(f64),
    /// By lines in the colour of the page.
    Lined(Texture),
}

impl Strength {
    /// The fill of an area of this colour, and the background colour of text on it.
    pub(in crate::render::map) fn fill(self, color: Color, paper: Color) -> (Fill, Color) {
        match self {
            Self::Paler(opacity) => {
                let tint = color.over(paper, opacity);
                (Fill::Solid(tint), tint)
            }
            Self::Lined(Texture::Plain) => (Fill::Solid(color), color),
            Self::Lined(Texture::Striped) => (Fill::Hatch { line: paper, ground: color }, color),
            Self::Lined(Texture::Crossed) => (Fill::CrossHatch { line: paper, ground: color }, color),
        }
    }
}

/// Classifies areas by a number, shown as colour, and by its base (a number of firms), shown as strength of the colour,
/// so that areas with a small base are pale. There are three steps of strength, by terciles unless the specification
/// sets breaks (Roth, Woodruff and Johnson 2010). Where a pale colour would be that of another class, as in grey, lines in the colour of the
/// page stand for its strength.
pub(super) fn value_by_alpha(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let mut classed = choropleth(spec, subject)?;
    let finite = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let known: Vec<f64> = subject.other_basis().iter().filter_map(finite).collect();
    let support = steps(spec, &known)?;
    // In the colours that the legend will have.
    let grounds = classed.classes[..classed.ordered].iter().map(|class| class.ground).collect();
    let colors = spec.theme.colors(grounds);
    classed.has_lines = spec.theme.grey || are_mixed_up(&colors, &support, spec.theme.paper);
    let strength = |step: usize| strength(&support, step, classed.has_lines);
    // Nothing is known of what it rests on: the least.
    let step = |base: &Option<f64>| finite(base).map_or(0, |base| support.class_of(base));
    let tints = classed.of_area.iter().zip(&subject.others).map(|(class, base)| {
        let strength = finite(base).map_or_else(|| least(classed.has_lines), |base| strength(support.class_of(base)));
        Some(strength.fill(*colors.get(*class)?, spec.theme.paper))
    });
    classed.tints = tints.collect();
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

/// Whether a class that rests on little would be taken for another one.
fn are_mixed_up(colors: &[Color], support: &Intervals, paper: Color) -> bool {
    let pale = |color: &Color| -> Vec<Color> {
        (0..support.labels.len()).map(|step| strength(support, step, false).fill(*color, paper).1).collect()
    };
    let tints: Vec<Vec<Color>> = colors.iter().map(pale).collect();
    let is_near = |one: &[Color], other: &[Color]| {
        one.iter().any(|one| other.iter().any(|other| one.difference(*other) < TOLD_APART))
    };
    (0..tints.len()).any(|class| tints[..class].iter().any(|other| is_near(&tints[class], other)))
}

/// The strength of a step. Where there are fewer steps than strengths, the ends are used first.
fn strength(steps: &Intervals, step: usize, has_lines: bool) -> Strength {
    let place = match steps.labels.len() {
        0 | 1 => OPACITIES.len() - 1,
        found => step * (OPACITIES.len() - 1) / (found - 1),
    };
    if has_lines { Strength::Lined(TEXTURES[place]) } else { Strength::Paler(OPACITIES[place]) }
}

/// The strength where nothing is known of the base.
fn least(has_lines: bool) -> Strength {
    if has_lines { Strength::Lined(TEXTURES[0]) } else { Strength::Paler(OPACITIES[0]) }
}

/// Returns the words and the look of each step of colour strength, from the palest.
pub(super) fn strengths(classed: &Classed) -> Vec<(String, Strength)> {
    let of_steps = |support: &Intervals| {
        let strength = |step: usize| strength(support, step, classed.has_lines);
        support.labels.iter().enumerate().map(|(step, label)| (label.clone(), strength(step))).collect()
    };
    classed.support.as_ref().map(of_steps).unwrap_or_default()
}

/// Returns the legend section that explains the strength of colours.
pub(super) fn legend<'a>(spec: &'a MapSpec, classed: &'a Classed) -> Section<'a> {
    let color = classed.classes[..classed.ordered].last().map_or(spec.theme.accent, |class| class.ground);
    let entries = strengths(classed).into_iter().rev().map(|(label, strength)| {
        let (fill, _) = strength.fill(color, spec.theme.paper);
        LegendEntry::swatch(label, move |frame| vec![framed(frame, fill, spec.theme.border)])
    });
    let title = spec.bivariate.title.clone().or_else(|| spec.bivariate.column.clone()).unwrap_or_default();
    Section {
        title: Some(format!(
            "{}{title}",
            match classed.has_lines {
                true => spec.language.pick("线条疏密：", "Lines: "),
                false => spec.language.pick("颜色深浅：", "Strength of colour: "),
            }
        )),
        entries: entries.collect(),
        ..Section::default()
    }
}

use super::super::spec::MapSpec;
use super::{Class, ClassScale, Classed, Subject, colors, no_data_words, palette, range};
use crate::Result;
use crate::render::number::NumberFormat;
use crate::render::palette::{PaletteKind, diverging_colors};

/// Classifies areas by a number, with a sequential palette, or a diverging one if there is a midpoint.
pub(super) fn choropleth(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let values: Vec<Option<f64>> = subject.values.iter().map(|value| value.filter(|value| value.is_finite())).collect();
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let given = !spec.classes.breaks.is_empty();
    let mut uppers = if given {
        spec.classes.breaks.clone()
    } else if known.is_empty() {
        Vec::new()
    } else {
        crate::stats::classify(&known, &spec.classes.scheme, spec.classes.count)?.breaks
    };
    // The class over given breaks is there whether or not an area is in it, so that a colour means the same on every map with
    // these breaks; unless the office's colours leave no room for it.
    let has_room = spec.palette.colors.len() != spec.classes.breaks.len();
    if uppers.last().is_some_and(|last| highest > *last || given && has_room) {
        uppers.push(if given { f64::INFINITY } else { highest });
    }
    let telling: Vec<f64> = if given { spec.classes.breaks.clone() } else { [&[lowest], &uppers[..]].concat() };
    let format = match spec.decimals {
        Some(decimals) => NumberFormat { decimals, percent: spec.percent },
        None => NumberFormat::telling_apart(&telling, spec.percent),
    };
    let label = |class: usize| match (class.checked_sub(1).map(|below| uppers[below]), uppers[class]) {
        (None, upper) if given => format!("≤ {}", format.write(upper)),
        (None, upper) if uppers.len() == 1 && upper == lowest => format.write(upper),
        (None, upper) => range(format, lowest, upper),
        (Some(lower), _) if given && class >= spec.classes.breaks.len() => format!("> {}", format.write(lower)),
        (Some(lower), upper) => range(format, lower, upper),
    };
    let colors = match spec.palette.midpoint {
        Some(midpoint) if spec.palette.colors.is_empty() => {
            let name = palette(spec, "PuOr", PaletteKind::Diverging)?;
            diverging_colors(
                name,
                if given { f64::NEG_INFINITY } else { lowest },
                &uppers,
                midpoint,
                spec.palette.reverse,
            )?
        }
        _ => colors(spec, "YlGnBu", uppers.len())?,
    };
    let mut classes: Vec<Class> =
        colors.into_iter().enumerate().map(|(class, color)| Class::solid(label(class), color)).collect();
    classes.push(Class::no_data(spec));
    let no_data = uppers.len();
    let of_area = values
        .iter()
        .map(|value| value.map_or(no_data, |value| uppers.partition_point(|upper| *upper < value)))
        .collect();
    let texts = values.iter().map(|value| Some(written(spec, *value, format))).collect();
    let scale = (!uppers.is_empty()).then_some(ClassScale { values: known, uppers, format });
    Ok(Classed { classes, ordered: no_data, of_area, texts, scale, ..Classed::default() })
}

fn written(spec: &MapSpec, value: Option<f64>, format: NumberFormat) -> String {
    value.map_or_else(|| no_data_words(spec.language).to_owned(), |value| format.write(value))
}

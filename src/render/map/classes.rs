use super::data::{MapData, QuotaProgress};
use super::spec::{MapKind, MapSpec};
use crate::error::RenderError;
use crate::model::Language;
use crate::render::Color;
use crate::render::figure::Fill;
use crate::render::number::NumberFormat;
use crate::render::palette::{PaletteKind, diverging_colors, palette_colors, palette_kind};

/// The rates at which quota progress changes its colour where the office sets none.
const QUOTA_THRESHOLDS: [f64; 3] = [0.5, 0.8, 1.0];
/// Categories beyond these would come in colours that are already taken.
const MOST_CATEGORIES: usize = 7;

/// One entry of the legend, and the areas it covers.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) label: String,
    pub(super) fill: Fill,
    /// The colour text on it must be read against.
    pub(super) ground: Color,
    pub(super) areas: usize,
}

/// Every area in its class.
#[derive(Debug)]
pub(super) struct Classed {
    /// Low to high, then those outside the order: no quota, no data.
    pub(super) classes: Vec<Class>,
    /// How many of them are in order.
    pub(super) ordered: usize,
    /// For each area the position of its class.
    pub(super) of_area: Vec<usize>,
    /// For each area its value in words, for the label.
    pub(super) texts: Vec<Option<String>>,
}

/// Puts every area in its class.
pub(super) fn classify(spec: &MapSpec, data: &MapData) -> crate::Result<Classed> {
    let mut classed = match spec.kind {
        MapKind::Choropleth => choropleth(spec, data)?,
        MapKind::Categorical => categorical(spec, data)?,
        MapKind::QuotaProgress => quota_progress(spec, data)?,
    };
    for (text, given) in classed.texts.iter_mut().zip(&data.texts) {
        if given.is_some() {
            text.clone_from(given);
        }
    }
    for class in &classed.of_area {
        classed.classes[*class].areas += 1;
    }
    let ordered = &mut classed.classes[..classed.ordered];
    let shown = spec.theme.colors(ordered.iter().map(|class| class.ground).collect());
    for (class, color) in ordered.iter_mut().zip(shown) {
        (class.fill, class.ground) = (Fill::Solid(color), color);
    }
    // A class outside the order that nobody is in needs no explaining.
    let ordered = classed.ordered;
    let unused: Vec<usize> =
        (ordered..classed.classes.len()).filter(|class| classed.classes[*class].areas == 0).collect();
    for class in unused.into_iter().rev() {
        classed.classes.remove(class);
        for of_area in classed.of_area.iter_mut().filter(|of_area| **of_area > class) {
            *of_area -= 1;
        }
    }
    Ok(classed)
}

fn choropleth(spec: &MapSpec, data: &MapData) -> crate::Result<Classed> {
    let values: Vec<Option<f64>> = data.values.iter().map(|value| value.filter(|value| value.is_finite())).collect();
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
    if uppers.last().is_some_and(|last| highest > *last) {
        uppers.push(highest);
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
    Ok(Classed { classes, ordered: no_data, of_area, texts })
}

fn written(spec: &MapSpec, value: Option<f64>, format: NumberFormat) -> String {
    value.map_or_else(|| no_data_words(spec.language).to_owned(), |value| format.write(value))
}

fn range(format: NumberFormat, lower: f64, upper: f64) -> String {
    format!("{} – {}", format.write(lower), format.write(upper))
}

fn quota_progress(spec: &MapSpec, data: &MapData) -> crate::Result<Classed> {
    let thresholds: &[f64] = if spec.classes.breaks.is_empty() { &QUOTA_THRESHOLDS } else { &spec.classes.breaks };
    let language = spec.language;
    let format = NumberFormat::telling_apart(thresholds, true);
    let label = |class: usize| {
        let words = match (class.checked_sub(1).map(|below| thresholds[below]), thresholds.get(class)) {
            (None, Some(upper)) => format!("< {}", format.write(*upper)),
            (Some(lower), Some(upper)) => range(format, lower, *upper),
            (Some(lower), None) => format!("≥ {}", format.write(lower)),
            (None, None) => String::new(),
        };
        let done = class.checked_sub(1).is_some_and(|below| thresholds[below] >= 1.0);
        if done && class == thresholds.len() { words + language.pick("（完成）", " (met)") } else { words }
    };
    let mut classes: Vec<Class> = colors(spec, "YlGnBu", thresholds.len() + 1)?
        .into_iter()
        .enumerate()
        .map(|(class, color)| Class::solid(label(class), color))
        .collect();
    let ordered = classes.len();
    classes.push(Class::solid(language.pick("无任务", "no quota").to_owned(), spec.theme.no_quota));
    classes.push(Class::no_data(spec));
    let of_area = data
        .progress
        .iter()
        .map(|progress| match progress.map(QuotaProgress::rate) {
            None => ordered + 1,
            Some(None) => ordered,
            // A threshold reached is a threshold passed.
            Some(Some(rate)) => thresholds.partition_point(|threshold| *threshold <= rate),
        })
        .collect();
    let texts = data
        .progress
        .iter()
        .map(|progress| {
            Some(
                progress
                    .map_or_else(|| no_data_words(language).to_owned(), |progress| count_and_gap(progress, language)),
            )
        })
        .collect();
    Ok(Classed { classes, ordered, of_area, texts })
}

/// `30/35 · 缺5`: the second cue beside the colour.
fn count_and_gap(progress: QuotaProgress, language: Language) -> String {
    format!("{}/{} · {}", progress.done, progress.quota, gap(progress, language))
}

/// How far a quota is from being met, in words: `缺5`.
pub(in crate::render) fn gap(progress: QuotaProgress, language: Language) -> String {
    let QuotaProgress { done, quota } = progress;
    if quota == 0 {
        language.pick("无任务", "no quota").to_owned()
    } else if done < quota {
        format!("{}{}", language.pick("缺", "short "), quota - done)
    } else if done == quota {
        language.pick("完成", "met").to_owned()
    } else {
        format!("{}{}", language.pick("超", "over "), done - quota)
    }
}

fn categorical(spec: &MapSpec, data: &MapData) -> crate::Result<Classed> {
    let mut names: Vec<&str> = data.categories.iter().flatten().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let limit = if spec.palette.colors.is_empty() { MOST_CATEGORIES } else { spec.palette.colors.len() };
    if names.len() > limit {
        return Err(RenderError::Setting {
            key: "column".to_owned(),
            found: format!("{} different words", names.len()),
            expected: format!("at most {limit}, so that each has a colour of its own"),
        }
        .into());
    }
    let colors = if spec.palette.colors.is_empty() {
        palette_colors(palette(spec, "OkabeIto", PaletteKind::Categorical)?, names.len(), false)?
    } else {
        spec.palette.colors.clone()
    };
    // The legend turns the order round, high to low; words are read from the top.
    let mut classes: Vec<Class> =
        names.iter().zip(colors).rev().map(|(name, color)| Class::solid((*name).to_owned(), color)).collect();
    let ordered = classes.len();
    classes.push(Class::no_data(spec));
    let of_area = data
        .categories
        .iter()
        .map(|category| {
            let position = category.as_deref().and_then(|category| names.binary_search(&category).ok());
            position.map_or(ordered, |position| ordered - 1 - position)
        })
        .collect();
    Ok(Classed { classes, ordered, of_area, texts: data.categories.clone() })
}

/// The named palette, if it runs the way the map needs it.
fn palette<'a>(spec: &'a MapSpec, default: &'a str, kind: PaletteKind) -> Result<&'a str, RenderError> {
    let name = spec.palette.name.as_deref().unwrap_or(default);
    let found = palette_kind(name)?;
    // A diverging palette in plain order, by a user's own wish, is still an order; anything else would mislead.
    if found == kind || (kind == PaletteKind::Sequential && found == PaletteKind::Diverging) {
        return Ok(name);
    }
    Err(RenderError::Setting {
        key: "palette.name".to_owned(),
        found: format!("`{name}`, which is {}", found.word()),
        expected: format!("a {} palette such as `{default}`", kind.word()),
    })
}

fn colors(spec: &MapSpec, default: &str, count: usize) -> Result<Vec<Color>, RenderError> {
    if spec.palette.colors.is_empty() {
        return palette_colors(palette(spec, default, PaletteKind::Sequential)?, count, spec.palette.reverse);
    }
    if spec.palette.colors.len() == count {
        return Ok(spec.palette.colors.clone());
    }
    Err(RenderError::Setting {
        key: "palette.colors".to_owned(),
        found: format!("{} colours", spec.palette.colors.len()),
        expected: format!("{count}, one for each class"),
    })
}

pub(super) fn no_data_words(language: Language) -> &'static str {
    language.pick("无数据", "no data")
}

impl Class {
    fn solid(label: String, color: Color) -> Self {
        Self { label, fill: Fill::Solid(color), ground: color, areas: 0 }
    }

    fn no_data(spec: &MapSpec) -> Self {
        let (line, ground) = (spec.theme.no_data, spec.theme.paper);
        Self { label: no_data_words(spec.language).to_owned(), fill: Fill::Hatch { line, ground }, ground, areas: 0 }
    }
}

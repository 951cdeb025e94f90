//! The fills of areas. Each submodule assigns the areas to classes for one kind of map.

mod bivariate;
mod categorical;
mod choropleth;
mod histogram;
mod local;
mod quota_progress;
mod value_by_alpha;

pub use local::is_local_label;
pub(in crate::render) use quota_progress::gap;
pub(super) use value_by_alpha::Strength;

use std::collections::BTreeMap;

use super::data::{MapData, QuotaProgress};
use super::legend::{LegendEntry, Section, framed};
use super::spec::{MapKind, MapSpec, MultiplesBy, MultiplesSpec};
use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::render::Color;
use crate::render::figure::Fill;
use crate::render::intervals::Intervals;
use crate::render::palette::{PaletteKind, palette_colors, palette_kind};

/// The values of the areas; for several small maps, those of one map after the other.
#[derive(Debug, Default)]
pub(super) struct Subject {
    pub(super) values: Vec<Option<f64>>,
    pub(super) others: Vec<Option<f64>>,
    pub(super) categories: Vec<Option<String>>,
    pub(super) progress: Vec<Option<QuotaProgress>>,
    pub(super) texts: Vec<Option<String>>,
    pub(super) masked: Vec<bool>,
    /// As [`MapData::rest_category`].
    pub(super) rest_category: Option<String>,
    /// As [`MapData::category_places`].
    pub(super) category_places: BTreeMap<String, usize>,
    /// The values from which classes are made if they are not those of the areas, see [`MapData::of_whole`].
    pub(super) whole: Option<Box<Subject>>,
}

impl Subject {
    /// Collects the values of all panels of a map. Values of masked areas are left out, so that they do not even affect
    /// the breaks.
    pub(super) fn from_map_data(data: &MapData) -> Self {
        fn add<T: Clone>(all: &mut Vec<Option<T>>, own: &[Option<T>], masked: &[bool]) {
            all.extend(
                masked.iter().enumerate().map(|(area, masked)| own.get(area).cloned().flatten().filter(|_| !masked)),
            );
        }
        let whole = data.of_whole.as_deref().map(|whole| Box::new(Self::from_map_data(whole)));
        let mut subject = Self {
            rest_category: data.rest_category.clone(),
            category_places: data.category_places.clone(),
            whole,
            ..Self::default()
        };
        for panel in data.panels() {
            let is_masked = |area: usize| panel.masked.get(area).copied().unwrap_or(false);
            let lists = [panel.values.len(), panel.categories.len(), panel.progress.len()];
            let length = lists.into_iter().fold(data.areas.len(), usize::max);
            let masked: Vec<bool> = (0..length).map(is_masked).collect();
            add(&mut subject.values, panel.values, &masked);
            add(&mut subject.others, panel.others, &masked);
            add(&mut subject.categories, panel.categories, &masked);
            add(&mut subject.progress, panel.progress, &masked);
            add(&mut subject.texts, panel.texts, &masked);
            subject.masked.extend(masked);
        }
        subject
    }

    /// The values from which classes are made.
    pub(super) fn basis(&self) -> &[Option<f64>] {
        self.whole.as_ref().map_or(&self.values, |whole| &whole.values)
    }

    /// The second values from which classes are made.
    pub(super) fn other_basis(&self) -> &[Option<f64>] {
        self.whole.as_ref().map_or(&self.others, |whole| &whole.others)
    }

    /// The categories from which classes are made.
    pub(super) fn category_basis(&self) -> &[Option<String>] {
        self.whole.as_ref().map_or(&self.categories, |whole| &whole.categories)
    }
}

/// A legend entry and its fill.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) label: String,
    pub(super) fill: Fill,
    /// The background colour of text on an area of the class.
    pub(super) ground: Color,
    pub(super) areas: usize,
    /// A symbol shown beside the colour, in the legend and on the areas of the class.
    pub(super) symbol: Option<&'static str>,
}

/// The areas, assigned to classes.
#[derive(Debug, Default)]
pub(super) struct Classed {
    /// The classes from low to high, followed by the unordered ones: no quota, no data.
    pub(super) classes: Vec<Class>,
    /// The number of ordered classes.
    pub(super) ordered: usize,
    /// Whether a higher class is more than a lower one.
    pub(super) has_order: bool,
    /// For each area, the index of its class.
    pub(super) of_area: Vec<usize>,
    /// For each area, its value as text, for the label.
    pub(super) texts: Vec<Option<String>>,
    /// The fill of each area and the background colour of text on it, if they differ from those of its class.
    pub(super) tints: Vec<Option<(Fill, Color)>>,
    /// For each area, the step of its colour strength, for value-by-alpha maps.
    pub(super) steps: Vec<usize>,
    /// Whether lines stand for the strength of colours.
    pub(super) has_lines: bool,
    /// The class from which the colours part, if one holds what they part at.
    pub(super) middle: Option<usize>,
    /// The steps of colour strength, for value-by-alpha maps.
    pub(super) support: Option<Intervals>,
    /// The classes of the first and the second value, for bivariate maps.
    pub(super) sides: Option<[Intervals; 2]>,
    /// What to tell the user about the classes, one sentence each.
    pub(super) notes: Vec<String>,
    /// The numbers and bounds of the classes, if they are classes of numbers.
    pub(super) scale: Option<ClassScale>,
}

/// Numbers and their classes.
#[derive(Debug)]
pub(super) struct ClassScale {
    /// The numbers from which the classes are made, in the order of the areas.
    pub(super) values: Vec<f64>,
    pub(super) intervals: Intervals,
}

/// Assigns each area to a class.
pub(super) fn classify(spec: &MapSpec, data: &MapData) -> Result<Classed> {
    let subject = Subject::from_map_data(data);
    let mut classed = match spec.kind {
        MapKind::Choropleth => choropleth::choropleth(spec, &subject)?,
        MapKind::Categorical => categorical::categorical(spec, &subject)?,
        MapKind::QuotaProgress => quota_progress::quota_progress(spec, &subject)?,
        MapKind::Bivariate => bivariate::bivariate(spec, &subject)?,
        MapKind::ValueByAlpha => value_by_alpha::value_by_alpha(spec, &subject)?,
        MapKind::Local => local::local(spec, &subject)?,
        MapKind::Plain => plain(spec, data),
    };
    for (text, given) in classed.texts.iter_mut().zip(subject.texts) {
        if given.is_some() {
            *text = given;
        }
    }
    name_classes(spec, &mut classed)?;
    classed.has_order = spec.kind != MapKind::Categorical;
    mask(spec, &subject.masked, &mut classed);
    for class in &classed.of_area {
        classed.classes[*class].areas += 1;
    }
    let in_order = &mut classed.classes[..classed.ordered];
    let own = in_order.iter().map(|class| class.ground).collect();
    let shown = match spec.kind {
        // Areas that show nothing have the pale colour of the theme.
        MapKind::Plain => own,
        MapKind::Bivariate if spec.theme.grey => bivariate::greys(own),
        _ => spec.theme.colors(own),
    };
    for (class, color) in in_order.iter_mut().zip(shown) {
        (class.fill, class.ground) = (class.fill.over(color), color);
    }
    if let Some(class) = classed.middle.filter(|_| spec.theme.grey).and_then(|middle| in_order.get_mut(middle)) {
        class.fill = spec.theme.middle_fill(class.ground);
    }
    if data.undrawn > 0 && spec.kind != MapKind::Plain && data.of_whole.is_none() {
        classed.classes.push(Class {
            label: spec.language.pick("无图形，未绘出", "no outline, not drawn").to_owned(),
            fill: Fill::None,
            ground: spec.theme.paper,
            areas: data.undrawn * data.panels().len(),
            symbol: None,
        });
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

/// Puts the words of the specification before the bounds of the classes.
fn name_classes(spec: &MapSpec, classed: &mut Classed) -> Result<()> {
    let words = &spec.classes.labels;
    if words.is_empty() {
        return Ok(());
    }
    if words.len() != classed.ordered {
        return Err(RenderError::Setting {
            key: "classes.labels".to_owned(),
            found: format!("{} words", words.len()),
            expected: format!("{}, one for each class", classed.ordered),
        }
        .into());
    }
    for (class, words) in classed.classes.iter_mut().zip(words) {
        class.label = spec.language.pick(format!("{words}（{}）", class.label), format!("{words} ({})", class.label));
    }
    Ok(())
}

/// Areas that are only the ground for what is drawn over them.
fn plain(spec: &MapSpec, data: &MapData) -> Classed {
    let areas = data.areas.len() * data.panels().len();
    let class = Class::solid(String::new(), spec.theme.no_quota);
    Classed {
        classes: vec![class],
        ordered: 1,
        of_area: vec![0; areas],
        texts: vec![None; areas],
        ..Classed::default()
    }
}

/// Puts areas with too few firms apart, so that nothing is said of them.
fn mask(spec: &MapSpec, masked: &[bool], classed: &mut Classed) {
    if !masked.contains(&true) {
        return;
    }
    let least = spec.mask.as_ref().map_or(0, |mask| mask.min_firms);
    let words = spec.language.pick(format!("不足 {least} 家，不公布"), format!("masked: fewer than {least} firms"));
    let (line, ground) = (spec.theme.muted, spec.theme.paper);
    let class = classed.classes.len();
    classed.classes.push(Class {
        label: words,
        fill: Fill::CrossHatch { line, ground },
        ground,
        areas: 0,
        symbol: None,
    });
    let short = spec.language.pick("不公布", "masked");
    for (area, _) in masked.iter().enumerate().filter(|(_, masked)| **masked) {
        classed.of_area[area] = class;
        classed.texts[area] = Some(short.to_owned());
        if let Some(tint) = classed.tints.get_mut(area) {
            *tint = None;
        }
    }
}

impl Classed {
    /// Returns the fill of an area, and the background colour of text on it.
    pub(super) fn fill(&self, area: usize) -> (Fill, Color) {
        let class = &self.classes[self.of_area[area]];
        let tint = self.tints.get(area).copied().flatten();
        tint.unwrap_or((class.fill, class.ground))
    }

    /// Returns the text on an area: its value, with the symbol of its class if there is one.
    pub(super) fn label(&self, area: usize) -> Option<String> {
        let symbol = self.classes[self.of_area[area]].symbol;
        self.texts[area].as_deref().map(|text| signed(symbol, text))
    }

    /// Returns the priority of an area's label by its class; areas of unordered classes come last.
    pub(super) fn rank(&self, area: usize) -> f64 {
        let class = self.of_area[area];
        if !self.has_order {
            0.0
        } else if class < self.ordered {
            class as f64
        } else {
            -1.0
        }
    }

    /// The number of classes below the midpoint, if a bound of the classes is there, and the note on where it is: in grey it is
    /// not seen where colours part.
    fn midpoint(&self, spec: &MapSpec) -> Option<(Option<usize>, String)> {
        let Some(midpoint) = spec.palette.midpoint.filter(|_| spec.kind == MapKind::Choropleth) else {
            // Colours that part without a number to part at: where, is said where it is not seen.
            let label = &self.classes.get(self.middle.filter(|_| spec.theme.grey)?)?.label;
            let said = spec.language.pick(format!("中间一级为“{label}”"), format!("“{label}” is in the middle"));
            return Some((None, said));
        };
        let intervals = &self.scale.as_ref()?.intervals;
        let upper = |step: &usize| intervals.ramp_uppers.get(*step).copied().unwrap_or(f64::INFINITY);
        let below = intervals.steps.iter().filter(|step| upper(step) <= midpoint).count();
        if below == 0 || below >= self.ordered {
            return None;
        }
        let (written, pick) = (intervals.write(midpoint), |zh, en| spec.language.pick(zh, en));
        let is_bound = intervals.steps.get(below - 1).is_some_and(|step| upper(step) >= midpoint);
        if is_bound {
            return Some((Some(below), pick(format!("横线处为 {written}"), format!("{written} at the line"))));
        }
        let label = &self.classes.get(below)?.label;
        Some((None, pick(format!("{written} 在“{label}”内"), format!("{written} lies in “{label}”"))))
    }

    /// Returns the legend sections of the areas: classes from high to low, followed by the unordered ones.
    pub(super) fn legend<'a>(&'a self, spec: &'a MapSpec) -> Vec<Section<'a>> {
        if spec.kind == MapKind::Plain {
            return Vec::new();
        }
        let mut notes = Vec::new();
        if let Some(unit) = spec.unit.as_deref().filter(|unit| !unit.is_empty()) {
            notes.push(format!("{}{unit}", spec.language.pick("单位：", "unit: ")));
        }
        let is_square = spec.kind == MapKind::Bivariate;
        if spec.legend.counts && !is_square {
            notes.push(spec.language.pick("括号内为区域个数", "(number of areas)").to_owned());
        }
        let (ordered, apart) = self.classes.split_at(self.ordered);
        let entry = |class: &'a Class| LegendEntry {
            count: spec.legend.counts.then_some(class.areas),
            sign: class.symbol.map(|symbol| (symbol, class.ground)),
            ..LegendEntry::swatch(class.label.clone(), |frame| vec![framed(frame, class.fill, spec.theme.border)])
        };
        let apart = apart
            .iter()
            .enumerate()
            .map(|(position, class)| LegendEntry { is_apart: position == 0 && !ordered.is_empty(), ..entry(class) });
        let block = if is_square {
            notes.push(spec.language.pick("方格内为区域个数", "in each square: number of areas").to_owned());
            Some(bivariate::square(spec, self))
        } else {
            spec.legend.histogram.then(|| histogram::histogram(self, &spec.theme, spec.language)).flatten()
        };
        let (below, midpoint) = self.midpoint(spec).unzip();
        let below = below.flatten();
        notes.extend(midpoint);
        let ordered = ordered
            .iter()
            .enumerate()
            .rev()
            .filter(|_| !is_square)
            .map(|(position, class)| LegendEntry { is_past_midpoint: below == Some(position + 1), ..entry(class) });
        // The sides of the square name its columns.
        let title = Some(title(spec)).filter(|title| !title.is_empty() && !is_square);
        let mut sections = vec![Section { title, notes, block, entries: ordered.chain(apart).collect() }];
        if spec.kind == MapKind::ValueByAlpha {
            sections.push(value_by_alpha::legend(spec, self));
        }
        sections
    }
}

/// Returns the legend title of the values.
pub(super) fn title(spec: &MapSpec) -> String {
    let own = spec.legend.title.clone();
    let of_columns = |multiples: &MultiplesSpec| {
        (multiples.by == MultiplesBy::Column && !multiples.of.is_empty())
            .then(|| multiples.of.join(spec.language.pick("、", ", ")))
    };
    own.or_else(|| spec.multiples.as_ref().and_then(of_columns))
        .or_else(|| match spec.kind {
            MapKind::QuotaProgress => Some(spec.language.pick("任务完成率", "Share of quota done").to_owned()),
            MapKind::Bivariate => {
                let other = spec.bivariate.title.as_ref().or(spec.bivariate.column.as_ref());
                Some(format!("{} × {}", spec.column_title(), other.map_or("", String::as_str)))
            }
            MapKind::Local => Some(spec.language.pick("局部空间关联", "Local association").to_owned()),
            MapKind::Plain => None,
            MapKind::Choropleth | MapKind::Categorical | MapKind::ValueByAlpha => spec.column.clone(),
        })
        .unwrap_or_default()
}

/// Returns the words and the look of each step of colour strength; none if all colours are equally strong.
pub(super) fn strengths(spec: &MapSpec, classed: &Classed) -> Vec<(String, Strength)> {
    if spec.kind == MapKind::ValueByAlpha { value_by_alpha::strengths(classed) } else { Vec::new() }
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
        let name = palette(spec, default, PaletteKind::Sequential)?;
        return Ok(spec.theme.on_page(palette_colors(name, count, spec.palette.reverse)?));
    }
    if spec.palette.colors.len() == count {
        return Ok(spec.theme.on_page(spec.palette.colors.clone()));
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

/// Returns the text with the symbol of its class before it.
pub(super) fn signed(symbol: Option<&str>, words: &str) -> String {
    symbol.map_or_else(|| words.to_owned(), |symbol| format!("{symbol} {words}"))
}

impl Class {
    fn solid(label: String, color: Color) -> Self {
        Self { label, fill: Fill::Solid(color), ground: color, areas: 0, symbol: None }
    }

    fn no_data(spec: &MapSpec) -> Self {
        let (line, ground) = (spec.theme.no_data, spec.theme.paper);
        Self {
            label: no_data_words(spec.language).to_owned(),
            fill: Fill::Hatch { line, ground },
            ground,
            areas: 0,
            symbol: None,
        }
    }
}

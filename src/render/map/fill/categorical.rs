use std::collections::{BTreeMap, BTreeSet};

use super::super::spec::MapSpec;
use super::{Class, Classed, Subject, palette};
use crate::Result;
use crate::render::Color;
use crate::render::palette::{CategoryMark, PaletteKind, category_marks, palette_colors};

/// Categories beyond these would come in colours that are already taken.
const MOST_CATEGORIES: usize = 7;
/// Categories without a colour of their own that are named in a note.
const MOST_NAMED: usize = 10;

/// Classifies areas by a category, each with a colour of its own, in the order that is set and then in that of the names.
/// Where there are more than there are colours, the rarest share one.
pub(super) fn categorical(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let limit = if spec.palette.colors.is_empty() { MOST_CATEGORIES } else { spec.palette.colors.len() };
    let counted = |categories: &[Option<String>]| {
        let mut areas: BTreeMap<String, usize> = BTreeMap::new();
        for category in categories.iter().flatten() {
            *areas.entry(category.clone()).or_default() += 1;
        }
        areas
    };
    let areas = counted(subject.category_basis());
    let given_rest = subject.rest_category.clone();
    let other = given_rest.clone().unwrap_or_else(|| spec.language.pick("其他", "other").to_owned());
    let mut notes = Vec::new();
    // The commonest keep a colour of their own.
    let mut ranked: Vec<(&String, &usize)> = areas.iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let has_rest = ranked.len() > limit;
    let kept: BTreeSet<&str> = ranked
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !has_rest || *name != other)
        .take(if has_rest { limit.saturating_sub(1) } else { limit })
        .collect();
    if has_rest {
        let left: Vec<&str> = ranked
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !kept.contains(name) && *name != other)
            .collect();
        let more = if left.len() > MOST_NAMED { ", …" } else { "" };
        let named = left.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        notes.push(format!(
            "{} words are too many colours to tell apart: the {} commonest keep theirs, {} share `{other}`: {named}{more}",
            ranked.len(),
            kept.len(),
            left.len()
        ));
    }
    let shown = |category: &String| if kept.contains(category.as_str()) { category.clone() } else { other.clone() };
    let is_rest = |name: &str| (has_rest || given_rest.is_some()) && name == other;
    let mut names: Vec<String> = areas.keys().map(shown).collect();
    // What is left over stands last.
    let order = &spec.classes.order;
    let place = |name: &String| order.iter().position(|word| word.trim() == name).unwrap_or(order.len());
    names.sort_unstable_by(|a, b| (is_rest(a), place(a), a).cmp(&(is_rest(b), place(b), b)));
    names.dedup();
    let idle = order.iter().filter(|word| !names.iter().any(|name| name == word.trim()));
    let idle: Vec<String> = idle.map(|word| format!("`{word}`")).collect();
    if !idle.is_empty() {
        notes.push(format!("`classes.order` names {}, which no area shows", idle.join(", ")));
    }
    let plain = |colors: Vec<Color>| colors.into_iter().map(CategoryMark::plain).collect();
    let marks = if spec.palette.colors.is_empty() {
        let in_run = match &spec.palette.name {
            Some(_) => None,
            None => category_marks(names.iter().map(String::as_str), &subject.category_places, spec.theme.paper)?,
        };
        let mut marks: Vec<CategoryMark> = match in_run {
            Some(marks) => marks,
            None => plain(palette_colors(palette(spec, "OkabeIto", PaletteKind::Categorical)?, names.len(), false)?),
        };
        for (mark, _) in marks.iter_mut().zip(&names).filter(|(_, name)| is_rest(name)) {
            *mark = CategoryMark::plain(spec.theme.rule);
        }
        marks
    } else {
        plain(spec.palette.colors.clone())
    };
    // The legend turns the order round, high to low; words are read from the top.
    let class =
        |(name, mark): (&String, CategoryMark)| Class { fill: mark.fill(), ..Class::solid(name.clone(), mark.color) };
    let mut classes: Vec<Class> = names.iter().zip(marks).rev().map(class).collect();
    let ordered = classes.len();
    classes.push(Class::no_data(spec));
    let of_area = subject
        .categories
        .iter()
        .map(|category| {
            let position =
                category.as_ref().and_then(|category| names.iter().position(|name| *name == shown(category)));
            position.map_or(ordered, |position| ordered - 1 - position)
        })
        .collect();
    Ok(Classed { classes, ordered, of_area, texts: subject.categories.clone(), notes, ..Classed::default() })
}

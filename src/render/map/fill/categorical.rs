use super::super::spec::MapSpec;
use super::{Class, Classed, Subject, palette};
use crate::Result;
use crate::error::RenderError;
use crate::render::palette::{PaletteKind, palette_colors};

/// Categories beyond these would come in colours that are already taken.
const MOST_CATEGORIES: usize = 7;

/// Classifies areas by a category, each with a colour of its own, in the order of the names.
pub(super) fn categorical(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let mut names: Vec<&str> = subject.categories.iter().flatten().map(String::as_str).collect();
    // What is left over stands last.
    let is_rest = |name: &str| subject.rest_category.as_deref() == Some(name);
    names.sort_unstable_by_key(|name| (is_rest(name), *name));
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
        let mut colors = palette_colors(palette(spec, "OkabeIto", PaletteKind::Categorical)?, names.len(), false)?;
        for (color, _) in colors.iter_mut().zip(&names).filter(|(_, name)| is_rest(name)) {
            *color = spec.theme.rule;
        }
        colors
    } else {
        spec.palette.colors.clone()
    };
    // The legend turns the order round, high to low; words are read from the top.
    let mut classes: Vec<Class> =
        names.iter().zip(colors).rev().map(|(name, color)| Class::solid((*name).to_owned(), color)).collect();
    let ordered = classes.len();
    classes.push(Class::no_data(spec));
    let of_area = subject
        .categories
        .iter()
        .map(|category| {
            let position = category.as_deref().and_then(|category| names.iter().position(|name| *name == category));
            position.map_or(ordered, |position| ordered - 1 - position)
        })
        .collect();
    Ok(Classed { classes, ordered, of_area, texts: subject.categories.clone(), ..Classed::default() })
}

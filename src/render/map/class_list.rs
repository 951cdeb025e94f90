use super::data::{MapData, QuotaProgress};
use super::fill::classify;
use super::spec::{MapKind, MapSpec};
use crate::Result;
use crate::model::{Areas, Reference};
use crate::render::Color;
use crate::render::figure::Fill;

/// The classes of a map without the map itself, for drawing elsewhere with the same colours, breaks and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassList {
    /// The classes from low to high, followed by the unordered ones: no quota, no data.
    pub classes: Vec<MapClass>,
    /// For each area, the index of its class; `None` for an area that must not show one, because it is masked.
    pub of_area: Vec<Option<usize>>,
    /// For each area, its value as formatted on a map.
    pub texts: Vec<String>,
}

/// A legend entry, with the number of areas in its class.
#[derive(Debug, Clone, PartialEq)]
pub struct MapClass {
    /// The bounds of the class as text.
    pub label: String,
    /// The colour; `None` for “no data”, which is hatched.
    pub color: Option<Color>,
    /// Whether the class is part of the order of values, unlike “no quota” and “no data”.
    pub ordered: bool,
    /// The number of areas in the class.
    pub areas: usize,
}

/// Returns the classes of a choropleth map of these values.
///
/// # Errors
///
/// As [`map()`](super::map()), for the settings of classes and colours.
///
/// # Examples
///
/// ```
/// use jiju::render::{MapSpec, choropleth_classes};
/// let spec = MapSpec::from_toml("[classes]\nbreaks = [1.0]", "x.toml").unwrap();
/// let list = choropleth_classes(&spec, &[Some(0.5), Some(1.0), Some(3.0), None]).unwrap();
/// let counts: Vec<_> = list.classes.iter().map(|class| (class.label.as_str(), class.areas)).collect();
/// assert_eq!(counts, [("1.0 及以下", 2), ("1.1 及以上", 1), ("无数据", 1)]);
/// ```
pub fn choropleth_classes(spec: &MapSpec, values: &[Option<f64>]) -> Result<ClassList> {
    let spec = MapSpec { kind: MapKind::Choropleth, ..spec.clone() };
    let data = MapData { values: values.to_vec(), ..no_areas() };
    class_list(&spec, &data)
}

/// Returns the classes of a map of quota progress; the texts have the form `30/35 · 缺5`.
///
/// # Errors
///
/// As [`map()`](super::map()), for the settings of classes and colours.
pub fn progress_classes(spec: &MapSpec, progress: &[Option<QuotaProgress>]) -> Result<ClassList> {
    let spec = MapSpec { kind: MapKind::QuotaProgress, ..spec.clone() };
    let data = MapData { progress: progress.to_vec(), ..no_areas() };
    class_list(&spec, &data)
}

fn class_list(spec: &MapSpec, data: &MapData) -> Result<ClassList> {
    spec.check()?;
    let classed = classify(spec, data)?;
    let classes = classed
        .classes
        .into_iter()
        .enumerate()
        .map(|(position, class)| MapClass {
            color: match class.fill {
                Fill::Solid(color) => Some(color),
                _ => None,
            },
            label: class.label,
            ordered: position < classed.ordered,
            areas: class.areas,
        })
        .collect();
    let texts = classed.texts.into_iter().map(Option::unwrap_or_default).collect();
    Ok(ClassList { classes, of_area: classed.of_area.into_iter().map(Some).collect(), texts })
}

/// Classes come from values alone.
fn no_areas() -> MapData {
    MapData::new(Areas { layer: String::new(), source: String::new(), reference: Reference::Wgs84, areas: Vec::new() })
}

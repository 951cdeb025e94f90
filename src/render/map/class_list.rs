use super::data::{MapData, QuotaProgress};
use super::fill::classify;
use super::spec::{MapKind, MapSpec};
use crate::Result;
use crate::model::{Areas, Reference};
use crate::render::Color;
use crate::render::figure::Fill;

/// The classes of a map without the map: for whoever draws elsewhere with its colours, breaks and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassList {
    /// Low to high, then those outside the order: no quota, no data.
    pub classes: Vec<MapClass>,
    /// For each area the position of its class.
    pub of_area: Vec<usize>,
    /// For each area its value in words, as a map writes it.
    pub texts: Vec<String>,
}

/// One entry of a legend, and how many areas it covers.
#[derive(Debug, Clone, PartialEq)]
pub struct MapClass {
    /// Its bounds in words.
    pub label: String,
    /// Its colour; none for “no data”, which is hatched.
    pub color: Option<Color>,
    /// Whether it stands in the order of values: not so “no quota” and “no data”.
    pub ordered: bool,
    /// How many areas are in it.
    pub areas: usize,
}

/// The classes that a choropleth of these values would have.
///
/// # Errors
///
/// What a map refuses of the specification.
///
/// # Examples
///
/// ```
/// use jiju::render::{MapSpec, choropleth_classes};
/// let spec = MapSpec::from_toml("[classes]\nbreaks = [1.0]", "x.toml").unwrap();
/// let list = choropleth_classes(&spec, &[Some(0.5), Some(1.0), Some(3.0), None]).unwrap();
/// let counts: Vec<_> = list.classes.iter().map(|class| (class.label.as_str(), class.areas)).collect();
/// assert_eq!(counts, [("≤ 1", 2), ("> 1", 1), ("无数据", 1)]);
/// ```
pub fn choropleth_classes(spec: &MapSpec, values: &[Option<f64>]) -> Result<ClassList> {
    let spec = MapSpec { kind: MapKind::Choropleth, ..spec.clone() };
    let data = MapData { values: values.to_vec(), ..no_areas() };
    class_list(&spec, &data)
}

/// The classes that a map of quota progress would have; the texts are `30/35 · 缺5`.
///
/// # Errors
///
/// What a map refuses of the specification.
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
    Ok(ClassList { classes, of_area: classed.of_area, texts })
}

/// Classes come from values alone.
fn no_areas() -> MapData {
    MapData::new(Areas { layer: String::new(), source: String::new(), reference: Reference::Wgs84, areas: Vec::new() })
}

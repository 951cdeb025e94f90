//! A document of GeoJSON: what all its features share, and its features.

use ::geojson::feature::{Feature as Source, Id};
use ::geojson::{FeatureCollection, GeoJson, GeometryValue, JsonObject, Position};
use geo::Geometry;
use rayon::prelude::*;

use super::{coordinates, cut};

/// The most objects and arrays within each other that are read in pieces: those of a document count from its
/// beginning, and `serde_json` refuses 128 of them.
const MAX_NESTING: usize = 100;

/// A document that has been read.
#[derive(Debug)]
pub(super) struct Document {
    pub foreign_members: Option<JsonObject>,
    pub features: Vec<Feature>,
}

/// A feature of a document.
#[derive(Debug)]
pub(super) struct Feature {
    pub properties: Option<JsonObject>,
    pub id: Option<Id>,
    /// Its geometry, or what is wrong with it.
    pub geometry: Result<Option<Geometry<f64>>, String>,
    pub has_heights: bool,
}

/// Reads a document at once.
pub(super) fn whole(text: &[u8]) -> serde_json::Result<Document> {
    let collection = match serde_json::from_slice(text)? {
        GeoJson::FeatureCollection(collection) => collection,
        GeoJson::Feature(feature) => {
            FeatureCollection { bbox: None, foreign_members: feature.foreign_members.clone(), features: vec![feature] }
        }
        GeoJson::Geometry(geometry) => FeatureCollection {
            bbox: None,
            foreign_members: geometry.foreign_members.clone(),
            features: vec![geometry.into()],
        },
    };
    let features = collection.features.into_par_iter().map(feature).collect();
    Ok(Document { foreign_members: collection.foreign_members, features })
}

/// Reads features that stand one on a line, with or without a record separator before each; `None` where the text does not
/// begin so. A line that is no feature is an error that names it.
pub(super) fn lines(text: &[u8]) -> Option<Result<Document, String>> {
    let lines = text.split(|byte| matches!(byte, b'\n' | 0x1e)).map(<[u8]>::trim_ascii);
    let mut lines = (1..).zip(lines).filter(|(_, line)| !line.is_empty());
    let is_feature = |line: &[u8]| serde_json::from_slice::<Source>(line).ok();
    let first = is_feature(lines.next()?.1)?;
    let mut sources = vec![first];
    let separators = text.iter().filter(|byte| **byte == 0x1e).count();
    for (number, line) in lines {
        match serde_json::from_slice::<Source>(line) {
            Ok(source) => sources.push(source),
            Err(error) => {
                // A separator is no line of an editor.
                let number = if separators > 0 { number / 2 } else { number };
                return Some(Err(format!("line {number} is no feature: {error}")));
            }
        }
    }
    let features = sources.into_par_iter().map(feature).collect();
    Some(Ok(Document { foreign_members: None, features }))
}

/// Reads a collection feature by feature, on all cores; `None` where it is none, or has any fault.
///
/// A collection is the text around its features and that of each: where all of them are well-formed by themselves, so
/// is the whole.
pub(super) fn in_pieces(text: &[u8]) -> Option<Document> {
    let (rest, pieces) = cut::features(text)?;
    let Ok(GeoJson::FeatureCollection(collection)) = serde_json::from_slice(&rest) else { return None };
    let features = pieces.into_par_iter().map(piece).collect::<Option<_>>()?;
    Some(Document { foreign_members: collection.foreign_members, features })
}

fn piece(text: &[u8]) -> Option<Feature> {
    if let Some(feature) = polygon_piece(text) {
        return Some(feature);
    }
    if cut::nesting(text) > MAX_NESTING {
        return None;
    }
    serde_json::from_slice(text).ok().map(feature)
}

/// A feature whose geometry is one or several polygons: nearly all of its text are their coordinates, which need no
/// tree of JSON. `None` for all others.
fn polygon_piece(text: &[u8]) -> Option<Feature> {
    let start = cut::coordinates(text)?;
    let (found, length) = coordinates::polygons(&text[start..])?;
    let rest = [&text[..start], b"[]", &text[start + length..]].concat();
    if cut::nesting(&rest) > MAX_NESTING {
        return None;
    }
    let source: Source = serde_json::from_slice(&rest).ok()?;
    let geometry = match (source.geometry?.value, found.depth) {
        (GeometryValue::Polygon { .. }, coordinates::POLYGON) => Geometry::Polygon(found.polygons.into_iter().next()?),
        (GeometryValue::MultiPolygon { .. }, coordinates::MULTI_POLYGON) => {
            Geometry::MultiPolygon(geo::MultiPolygon(found.polygons))
        }
        _ => return None,
    };
    Some(Feature {
        properties: source.properties,
        id: source.id,
        geometry: Ok(Some(geometry)),
        has_heights: found.has_heights,
    })
}

fn feature(source: Source) -> Feature {
    let (geometry, has_heights) = match source.geometry {
        None => (Ok(None), false),
        Some(geometry) => match fewest_and_most(&geometry.value) {
            (fewest @ ..2, _) => (Err(format!(" has a position of {fewest} numbers")), false),
            (_, most) => {
                let plain = Geometry::try_from(&geometry.value).map(Some).map_err(|error| format!(": {error}"));
                (plain, most > 2)
            }
        },
    };
    Feature { properties: source.properties, id: source.id, geometry, has_heights }
}

/// The fewest and most numbers of any position.
fn fewest_and_most(value: &GeometryValue) -> (usize, usize) {
    fn dimensions<'a>(positions: impl Iterator<Item = &'a Position>) -> (usize, usize) {
        positions
            .fold((usize::MAX, 0), |(fewest, most), position| (fewest.min(position.len()), most.max(position.len())))
    }
    match value {
        GeometryValue::Point { coordinates } => dimensions(std::iter::once(coordinates)),
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => {
            dimensions(coordinates.iter())
        }
        GeometryValue::MultiLineString { coordinates } | GeometryValue::Polygon { coordinates } => {
            dimensions(coordinates.iter().flatten())
        }
        GeometryValue::MultiPolygon { coordinates } => dimensions(coordinates.iter().flatten().flatten()),
        GeometryValue::GeometryCollection { geometries } => geometries
            .iter()
            .map(|geometry| fewest_and_most(&geometry.value))
            .fold((usize::MAX, 0), |all, one| (all.0.min(one.0), all.1.max(one.1))),
    }
}

//! KML and KMZ: every column of its extended data, under its own name and of its own type.

mod document;

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::Path;

use geo::{Coord, Geometry, GeometryCollection, LineString, Point, Polygon};
use serde_json::Value;

use self::document::Element;
use super::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer, chosen, ending, excess};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

fn malformed(path: &Path, message: impl Into<String>) -> Error {
    ReadError::Malformed { file: path.display().to_string(), format: "KML", message: message.into() }.into()
}

/// Reads a layer of KML, or of the KML in a KMZ. A layer is a folder or document that holds placemarks itself.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let bytes = super::bytes(path, opening.max_bytes)?;
    let too_large = |(what, found, limit): excess::Excess| -> Error {
        ReadError::TooLarge { file: path.display().to_string(), what, found, limit }.into()
    };
    match ending(path).as_str() {
        "kmz" => excess::unpacked(&bytes).map(drop),
        _ => excess::checked("elements of XML", excess::elements(&bytes), excess::MAX_ELEMENTS),
    }
    .map_err(too_large)?;
    let bytes = match ending(path).as_str() {
        "kmz" => unpacked(path, bytes, opening.max_bytes)?,
        _ => bytes,
    };
    let (root, note) = document::parsed(&bytes).map_err(|message| malformed(path, message))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut layers = Vec::new();
    gather(&root, &[], &stem, &mut layers);
    let names: Vec<String> = layers.iter().map(|(name, _)| name.clone()).collect();
    if layers.is_empty() {
        let mut links = Vec::new();
        root.all(&["href"], &mut links);
        let link = links.first().map(|link| format!(": it is a link to {}", link.text.trim())).unwrap_or_default();
        return Err(malformed(path, format!("it holds no placemark{link}")));
    }
    let position = chosen(path, opening.layer.filter(|wanted| names.len() > 1 || *wanted != stem), &names)?;
    let placemarks = std::mem::take(&mut layers[position].1);
    let mut layer = layer(path, &root, &placemarks)?;
    if let Some(note) = note {
        layer.note(&note);
    }
    Ok(layer)
}

/// The first KML in a KMZ.
fn unpacked(path: &Path, bytes: Vec<u8>, max_bytes: u64) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes))
        .map_err(|error| malformed(path, format!("as KMZ: {error}")))?;
    let broken = |error: zip::result::ZipError| malformed(path, format!("as KMZ: {error}"));
    let mut found = None;
    for index in 0..archive.len() {
        let is_kml = archive.by_index(index).map_err(broken)?.name_raw().to_ascii_lowercase().ends_with(b".kml");
        found = found.or(is_kml.then_some(index));
    }
    let index = found.ok_or_else(|| malformed(path, "it packs no .kml"))?;
    let file = archive.by_index(index).map_err(broken)?;
    let mut text = Vec::new();
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut text).map_err(Error::file("read", path))?;
    super::check_size(path, text.len() as u64, max_bytes)?;
    Ok(text)
}

/// KML packed as KMZ. The time of packing is left out, so that the same KML gives the same bytes.
pub fn packed(kml: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    archive.start_file("doc.kml", options).map_err(|error| error.to_string())?;
    archive.write_all(kml).map_err(|error| error.to_string())?;
    archive.finish().map(std::io::Cursor::into_inner).map_err(|error| error.to_string())
}

/// The containers with placemarks of their own, each under its name; one of a name that is taken under those of its
/// containers too.
fn gather<'a>(container: &'a Element, above: &[&str], stem: &str, layers: &mut Vec<(String, Vec<&'a Element>)>) {
    let own = container.text_of("name").unwrap_or(stem);
    let placemarks: Vec<&Element> = container.children.iter().filter(|child| child.name == "Placemark").collect();
    if !placemarks.is_empty() {
        let is_taken = |name: &str| layers.iter().any(|(known, _)| known == name);
        let mut name = own.to_owned();
        if is_taken(&name) {
            name = above.iter().copied().chain([own]).collect::<Vec<_>>().join("/");
        }
        let plain = name.clone();
        for number in 2.. {
            if !is_taken(&name) {
                break;
            }
            name = format!("{plain}_{number}");
        }
        layers.push((name, placemarks));
    }
    let above: Vec<&str> = above.iter().copied().chain([own]).collect();
    for child in container.children.iter().filter(|child| matches!(child.name.as_str(), "Document" | "Folder")) {
        // The root has no name that stands anywhere.
        gather(child, if container.name == "kml" { &[] } else { &above }, stem, layers);
    }
}

fn layer(path: &Path, root: &Element, placemarks: &[&Element]) -> Result<VectorLayer> {
    let types = types(root);
    let mut columns: Vec<Column> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut rows = Vec::with_capacity(placemarks.len());
    for placemark in placemarks {
        let cells = cells(placemark, &types);
        for (name, kind, _) in &cells {
            if !positions.contains_key(name) {
                positions.insert(name.clone(), columns.len());
                columns.push(Column { name: name.clone(), kind: *kind });
            }
        }
        rows.push(cells);
    }
    // Those of every placemark come first, in this order.
    let first = |name: &str| ["Name", "description"].iter().position(|known| *known == name).unwrap_or(2);
    columns.sort_by_key(|column| first(&column.name));
    let positions: HashMap<String, usize> =
        columns.iter().enumerate().map(|(position, column)| (column.name.clone(), position)).collect();
    let mut heights_dropped = false;
    let mut features = Vec::with_capacity(rows.len());
    for (number, (placemark, row)) in (1..).zip(placemarks.iter().zip(rows)) {
        let mut cells = vec![Value::Null; columns.len()];
        for (name, kind, text) in row {
            if let Some(position) = positions.get(&name) {
                cells[*position] = value(&text, kind);
                if cells[*position].is_string() && !matches!(columns[*position].kind, ColumnKind::Text) {
                    columns[*position].kind = ColumnKind::Text;
                }
            }
        }
        let mut parts = Vec::new();
        let mut foreign = None;
        geometries(placemark, &mut parts, &mut foreign, &mut heights_dropped)
            .map_err(|message| malformed(path, format!("placemark {number}: {message}")))?;
        let geometry = match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(joined(parts)),
        };
        features.push(Feature { number, cells, geometry, foreign });
    }
    Ok(VectorLayer {
        source: path.display().to_string(),
        format: "KML",
        declared: Declared::Known(DeclaredReference::Wgs84),
        columns,
        features,
        heights_dropped,
        notes: Vec::new(),
    })
}

/// The types of the fields of all schemas, by the schema's id and the field's name.
fn types(root: &Element) -> HashMap<(String, String), ColumnKind> {
    let mut schemas = Vec::new();
    root.all(&["Schema"], &mut schemas);
    let mut types = HashMap::new();
    for schema in schemas {
        let id = schema.attribute("id").or(schema.attribute("name")).unwrap_or_default();
        for field in schema.children.iter().filter(|child| child.name == "SimpleField") {
            let kind = match field.attribute("type").unwrap_or_default().rsplit(':').next().unwrap_or_default() {
                "int" | "uint" | "short" | "ushort" => ColumnKind::Integer,
                "float" | "double" => ColumnKind::Real,
                "bool" | "boolean" => ColumnKind::Boolean,
                _ => ColumnKind::Text,
            };
            let name = field.attribute("name").unwrap_or_default();
            types.insert((id.to_owned(), name.to_owned()), kind);
        }
    }
    types
}

/// The attributes of a placemark: name, kind, text.
fn cells(placemark: &Element, types: &HashMap<(String, String), ColumnKind>) -> Vec<(String, ColumnKind, String)> {
    let mut cells: Vec<(String, ColumnKind, String)> = Vec::new();
    let mut add = |name: &str, kind: ColumnKind, text: &str| {
        let mut own = name.to_owned();
        for number in 2.. {
            if !cells.iter().any(|(known, ..)| *known == own) {
                break;
            }
            own = format!("{name}_{number}");
        }
        cells.push((own, kind, text.trim().to_owned()));
    };
    let plain = [
        ("name", "Name"),
        ("description", "description"),
        ("address", "address"),
        ("phoneNumber", "phoneNumber"),
        ("Snippet", "Snippet"),
    ];
    for (element, column) in plain {
        if let Some(text) = placemark.text_of(element) {
            add(column, ColumnKind::Text, text);
        }
    }
    let mut times = Vec::new();
    placemark.all(&["when", "begin", "end"], &mut times);
    for time in times {
        add(if time.name == "when" { "timestamp" } else { &time.name }, ColumnKind::Text, &time.text);
    }
    for data in placemark.children.iter().filter(|child| child.name == "ExtendedData").flat_map(|data| &data.children) {
        match data.name.as_str() {
            "Data" => {
                let text = data.child("value").map(|value| value.text.as_str()).unwrap_or_default();
                add(data.attribute("name").unwrap_or_default(), ColumnKind::Text, text);
            }
            "SchemaData" => {
                let url = data.attribute("schemaUrl").unwrap_or_default();
                let schema = url.rsplit('#').next().unwrap_or_default().to_owned();
                for field in data.children.iter().filter(|child| child.name == "SimpleData") {
                    let name = field.attribute("name").unwrap_or_default();
                    let kind = types.get(&(schema.clone(), name.to_owned())).copied().unwrap_or(ColumnKind::Text);
                    add(name, kind, &field.text);
                }
            }
            // Elements of other makers, in a namespace of their own.
            _ if data.children.is_empty() => add(&data.name, ColumnKind::Text, &data.text),
            _ => {}
        }
    }
    cells
}

/// A cell of its type; text where it is none of that.
fn value(text: &str, kind: ColumnKind) -> Value {
    let parsed = match kind {
        _ if text.is_empty() => Some(Value::Null),
        ColumnKind::Integer => text.parse::<i64>().ok().map(Value::from),
        ColumnKind::Real => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        ColumnKind::Boolean => match text {
            "1" | "true" => Some(Value::Bool(true)),
            "0" | "false" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The geometries of an element, those of a MultiGeometry one by one.
fn geometries(
    element: &Element,
    parts: &mut Vec<Geometry<f64>>,
    foreign: &mut Option<String>,
    heights: &mut bool,
) -> std::result::Result<(), String> {
    for child in &element.children {
        match child.name.as_str() {
            "Point" => {
                if let Some(at) = coordinates(child, heights)?.first() {
                    parts.push(Geometry::Point(Point::from(*at)));
                }
            }
            "LineString" => parts.push(Geometry::LineString(LineString(coordinates(child, heights)?))),
            "LinearRing" => parts.push(Geometry::LineString(LineString(coordinates(child, heights)?))),
            "Polygon" => {
                let (mut outer, mut inner) = (LineString(Vec::new()), Vec::new());
                for boundary in &child.children {
                    for ring in boundary.children.iter().filter(|ring| ring.name == "LinearRing") {
                        let ring = LineString(coordinates(ring, heights)?);
                        match boundary.name.as_str() {
                            "outerBoundaryIs" => outer = ring,
                            "innerBoundaryIs" => inner.push(ring),
                            _ => {}
                        }
                    }
                }
                if !outer.0.is_empty() {
                    parts.push(Geometry::Polygon(Polygon::new(outer, inner)));
                }
            }
            "MultiGeometry" => geometries(child, parts, foreign, heights)?,
            "Track" | "MultiTrack" | "Model" => *foreign = Some(child.name.clone()),
            _ => {}
        }
    }
    Ok(())
}

/// Several geometries as one: of one kind where they are of one.
fn joined(parts: Vec<Geometry<f64>>) -> Geometry<f64> {
    let polygons: Vec<Polygon<f64>> = parts.iter().cloned().filter_map(|part| part.try_into().ok()).collect();
    if polygons.len() == parts.len() {
        return Geometry::MultiPolygon(geo::MultiPolygon(polygons));
    }
    let lines: Vec<LineString<f64>> = parts.iter().cloned().filter_map(|part| part.try_into().ok()).collect();
    if lines.len() == parts.len() {
        return Geometry::MultiLineString(geo::MultiLineString(lines));
    }
    let points: Vec<Point<f64>> = parts.iter().cloned().filter_map(|part| part.try_into().ok()).collect();
    if points.len() == parts.len() {
        return Geometry::MultiPoint(geo::MultiPoint(points));
    }
    Geometry::GeometryCollection(GeometryCollection::from(parts))
}

/// Positions: `lon,lat[,height]`, with white space between them, and, by some programs, behind commas too.
fn coordinates(element: &Element, heights: &mut bool) -> std::result::Result<Vec<Coord<f64>>, String> {
    let text = element.child("coordinates").map(|child| child.text.as_str()).unwrap_or_default();
    let mut tidy = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() && tidy.ends_with(',') {
            continue;
        }
        if character == ',' {
            tidy.truncate(tidy.trim_end().len());
        }
        tidy.push(character);
    }
    let position = |text: &str| {
        let wrong = || format!("found the position `{text}`, expected longitude,latitude");
        let numbers = text.trim_end_matches(',').split(',').map(|number| number.parse::<f64>().map_err(|_| wrong()));
        let numbers = numbers.collect::<std::result::Result<Vec<f64>, String>>()?;
        match numbers.as_slice() {
            [x, y] => Ok((Coord { x: *x, y: *y }, false)),
            [x, y, _] => Ok((Coord { x: *x, y: *y }, true)),
            _ => Err(wrong()),
        }
    };
    let mut positions = Vec::new();
    for text in tidy.split_whitespace() {
        let (at, has_height) = position(text)?;
        *heights |= has_height;
        positions.push(at);
    }
    Ok(positions)
}

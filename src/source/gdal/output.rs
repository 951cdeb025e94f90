//! Writing through GDAL.

use std::ffi::OsString;
use std::path::Path;

use gdal::vector::{
    Defn, Feature, FieldDefn, LayerAccess as _, LayerOptions, OGRFieldType, OGRwkbGeometryType, ToGdal as _,
};
use geo::{BoundingRect as _, Geometry};
use serde_json::Value;

use super::super::vector::adapted::mapinfo_encoding;
use super::super::vector::{Column, ColumnKind, VectorLayer, cell_text, ending};
use super::held::Folder;
use super::{drivers, mapinfo, spatial};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// The moment at which every file says that it was written.
pub(super) const WRITTEN_AT: &str = "2000-01-01T00:00:00.000Z";

/// What GDAL wrote.
pub struct Written {
    /// The files by their names, of which the first may need the others.
    pub files: Vec<(OsString, Vec<u8>)>,
    /// What was lost on the way, as GDAL tells it.
    pub notes: Vec<String>,
}

/// A layer, whose coordinates are in `reference`, as the bytes of the files that are to stand at a path.
pub fn write(layer: &VectorLayer, reference: DeclaredReference, path: &Path) -> Result<Written> {
    let mut written = written(path, |driver, place| {
        let stem = place.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut dataset = driver.create_vector_only(place)?;
        add_layer(&mut dataset, layer, reference, &stem, &layer_options(&driver.short_name(), layer))?;
        dataset.flush_cache()?;
        dataset.close()
    })?;
    if matches!(ending(path).as_str(), "tab" | "mif" | "mid") {
        let headers: Vec<&str> = layer.columns.iter().map(|column| column.name.as_str()).collect();
        mapinfo::put_headers(&mut written.files, &headers, mapinfo_encoding(layer));
        // That UTF-8 has no name here is told where it is chosen.
        written.notes.retain(|note| !note.contains("Cannot find MapInfo charset"));
    }
    Ok(written)
}

/// What a closure writes with the driver of a path's ending, as the bytes of the files that are to stand there.
pub(super) fn written(
    path: &Path,
    write_into: impl FnOnce(&gdal::Driver, &Path) -> gdal::errors::Result<()>,
) -> Result<Written> {
    let driver = drivers::writing(path)?;
    super::complaints();
    let folder = Folder::new();
    // The time of writing would make other bytes of the same input.
    let _ = gdal::config::set_thread_local_config_option("OGR_CURRENT_DATE", WRITTEN_AT);
    let refused = |message: String| {
        let (file, format) = (path.display().to_string(), driver.long_name());
        Error::from(ReadError::Unwritable { file, format, message })
    };
    let written = write_into(&driver, &folder.path().join(path.file_name().unwrap_or_default()));
    let _ = gdal::config::clear_thread_local_config_option("OGR_CURRENT_DATE");
    written.map_err(|error| refused(super::said(error)))?;
    // Before version 3.7 GDAL closes a file without a word on what failed.
    let (failures, notes): (Vec<_>, Vec<_>) =
        super::complaints().into_iter().partition(|complaint| complaint.is_failure);
    if let Some(failure) = failures.into_iter().next() {
        return Err(refused(failure.message));
    }
    let mut files = folder.taken().map_err(|error| refused(error.to_string()))?;
    // The file that was asked for comes first.
    files.sort_by_key(|(name, _)| Some(name.as_os_str()) != path.file_name());
    if files.first().is_none_or(|(name, _)| Some(name.as_os_str()) != path.file_name()) {
        return Err(refused("it was not written".to_owned()));
    }
    Ok(Written { files, notes: notes.into_iter().map(|complaint| complaint.message).collect() })
}

/// Adds a layer to a dataset.
pub(super) fn add_layer(
    dataset: &mut gdal::Dataset,
    layer: &VectorLayer,
    reference: DeclaredReference,
    name: &str,
    options: &[String],
) -> gdal::errors::Result<()> {
    let kind = geometry_type(layer.features.iter().filter_map(|feature| feature.geometry.as_ref()));
    let (head, decimals) = (LayerHead { name, reference, columns: &layer.columns, kind, options }, decimals(layer));
    let mut target = create_layer(dataset, &head, &decimals)?;
    add_features(&target, &head, &layer.features)?;
    // A layer that GDAL could not finish says so only when it is written out.
    target.reset_feature_reading();
    Ok(())
}

/// What a layer is before it has features.
pub(super) struct LayerHead<'a> {
    pub name: &'a str,
    pub reference: DeclaredReference,
    pub columns: &'a [Column],
    pub kind: OGRwkbGeometryType::Type,
    pub options: &'a [String],
}

/// Makes a layer of a dataset, with its columns. A Shapefile takes so many decimals for each.
pub(super) fn create_layer<'a>(
    dataset: &'a mut gdal::Dataset,
    head: &LayerHead<'_>,
    decimals: &[i32],
) -> gdal::errors::Result<gdal::vector::Layer<'a>> {
    let reference = spatial::spatial_reference(head.reference)?;
    let options: Vec<&str> = head.options.iter().map(String::as_str).collect();
    let driver = dataset.driver().short_name();
    // MapInfo knows no whole numbers of 64 bits; those that it cannot hold are no longer such columns here.
    let (is_mapinfo, is_shapefile) = (driver == "MapInfo File", driver == "ESRI Shapefile");
    let target = dataset.create_layer(LayerOptions {
        name: head.name,
        srs: Some(&reference),
        ty: head.kind,
        options: (!options.is_empty()).then_some(&options),
    })?;
    for (position, column) in head.columns.iter().enumerate() {
        let kind = match column.kind {
            ColumnKind::Text => OGRFieldType::OFTString,
            ColumnKind::Integer if is_mapinfo => OGRFieldType::OFTInteger,
            ColumnKind::Integer => OGRFieldType::OFTInteger64,
            ColumnKind::Boolean => OGRFieldType::OFTInteger,
            ColumnKind::Real => OGRFieldType::OFTReal,
            ColumnKind::Date => OGRFieldType::OFTDate,
            ColumnKind::DateTime => OGRFieldType::OFTDateTime,
        };
        let name = if is_mapinfo { mapinfo::placeholder(position) } else { column.name.clone() };
        let definition = FieldDefn::new(&name, kind)?;
        if let (true, OGRFieldType::OFTReal, Some(decimals)) = (is_shapefile, kind, decimals.get(position)) {
            definition.set_width(REAL_WIDTH);
            definition.set_precision(*decimals);
        }
        definition.add_to_layer(&target)?;
    }
    Ok(target)
}

/// Adds features to a layer with such a head.
pub(super) fn add_features(
    target: &gdal::vector::Layer<'_>,
    head: &LayerHead<'_>,
    features: &[super::super::vector::Feature],
) -> gdal::errors::Result<()> {
    let definition = Defn::from_layer(target);
    for row in features {
        let mut feature = Feature::new(&definition)?;
        for (position, cell) in row.cells.iter().enumerate() {
            match cell {
                Value::Null => {}
                Value::Bool(yes) if head.columns[position].kind == ColumnKind::Boolean => {
                    feature.set_field_integer(position, i32::from(*yes))?;
                }
                Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                    (Some(whole), _) => feature.set_field_integer64(position, whole)?,
                    (None, Some(real)) => feature.set_field_double(position, real)?,
                    _ => {}
                },
                other => feature.set_field_string(position, &cell_text(other).unwrap_or_default())?,
            }
        }
        if let Some(geometry) = &row.geometry {
            feature.set_geometry(of_type(geometry, head.kind).to_gdal()?)?;
        }
        feature.create(target)?;
    }
    Ok(())
}

/// The width of a column of real numbers in a Shapefile.
const REAL_WIDTH: i32 = 24;

/// How many decimals the real numbers of each column get in a Shapefile: fewer where they are large, so that each fits.
fn decimals(layer: &VectorLayer) -> Vec<i32> {
    /// GDAL's own choice.
    const MOST: i32 = 15;
    let of_column = |position: usize| {
        let numbers = layer.features.iter().filter_map(|feature| feature.cells.get(position)?.as_f64());
        let largest = numbers.map(f64::abs).fold(1.0, f64::max);
        #[expect(clippy::cast_possible_truncation, reason = "a power of ten is below 309")]
        let digits = largest.log10().floor() as i32 + 1;
        // A sign and the point take their places too.
        (REAL_WIDTH - 2 - digits).clamp(0, MOST)
    };
    (0..layer.columns.len()).map(of_column).collect()
}

/// The one type of all geometries: a layer of polygons and multi-polygons is one of multi-polygons.
pub(super) fn geometry_type<'a>(geometries: impl Iterator<Item = &'a Geometry<f64>>) -> OGRwkbGeometryType::Type {
    let kinds = geometries.map(|geometry| match geometry {
        Geometry::Point(_) => OGRwkbGeometryType::wkbPoint,
        Geometry::MultiPoint(_) => OGRwkbGeometryType::wkbMultiPoint,
        Geometry::LineString(_) | Geometry::Line(_) => OGRwkbGeometryType::wkbLineString,
        Geometry::MultiLineString(_) => OGRwkbGeometryType::wkbMultiLineString,
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => OGRwkbGeometryType::wkbPolygon,
        Geometry::MultiPolygon(_) => OGRwkbGeometryType::wkbMultiPolygon,
        Geometry::GeometryCollection(_) => OGRwkbGeometryType::wkbUnknown,
    });
    kinds
        .reduce(|all, one| match (all.min(one), all.max(one)) {
            (less, more) if less == more => less,
            (OGRwkbGeometryType::wkbPoint, more @ OGRwkbGeometryType::wkbMultiPoint)
            | (OGRwkbGeometryType::wkbLineString, more @ OGRwkbGeometryType::wkbMultiLineString)
            | (OGRwkbGeometryType::wkbPolygon, more @ OGRwkbGeometryType::wkbMultiPolygon) => more,
            _ => OGRwkbGeometryType::wkbUnknown,
        })
        .unwrap_or(OGRwkbGeometryType::wkbUnknown)
}

fn of_type(geometry: &Geometry<f64>, kind: OGRwkbGeometryType::Type) -> Geometry<f64> {
    match (geometry, kind) {
        (Geometry::Point(point), OGRwkbGeometryType::wkbMultiPoint) => Geometry::MultiPoint((*point).into()),
        (Geometry::LineString(line), OGRwkbGeometryType::wkbMultiLineString) => {
            Geometry::MultiLineString(geo::MultiLineString(vec![line.clone()]))
        }
        (Geometry::Polygon(polygon), OGRwkbGeometryType::wkbMultiPolygon) => {
            Geometry::MultiPolygon(polygon.clone().into())
        }
        _ => geometry.clone(),
    }
}

/// The first of the names that no column of a layer has.
fn unused(columns: &[Column], names: [&str; 3]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    names.into_iter().find(|name| !taken(name)).unwrap_or("jiju_key").to_owned()
}

/// The name of the geometry column of a layer in a GeoPackage.
pub(super) fn geometry_name(columns: &[Column]) -> String {
    unused(columns, ["geom", "geometry", "shape"])
}

/// How a layer with these columns is made in a GeoPackage.
pub(super) fn package_options(columns: &[Column]) -> Vec<String> {
    vec![
        format!("FID={}", unused(columns, ["fid", "ogc_fid", "row_id"])),
        format!("GEOMETRY_NAME={}", geometry_name(columns)),
    ]
}

fn layer_options(driver: &str, layer: &VectorLayer) -> Vec<String> {
    match driver {
        "ESRI Shapefile" => vec!["ENCODING=UTF-8".to_owned(), "DBF_DATE_LAST_UPDATE=2000-01-01".to_owned()],
        "GPKG" => package_options(&layer.columns),
        // Its index would put the features in another order.
        "FlatGeobuf" => vec!["SPATIAL_INDEX=NO".to_owned()],
        "MapInfo File" => {
            // It keeps coordinates as whole steps of its bounds: the narrower these, the finer those.
            let bounds = layer.features.iter().filter_map(|feature| feature.geometry.as_ref()?.bounding_rect()).reduce(
                |all, one| {
                    geo::Rect::new(
                        (all.min().x.min(one.min().x), all.min().y.min(one.min().y)),
                        (all.max().x.max(one.max().x), all.max().y.max(one.max().y)),
                    )
                },
            );
            let is_gbk = mapinfo_encoding(layer) == encoding_rs::GBK;
            let mut options = vec![format!("ENCODING={}", if is_gbk { "CP936" } else { "UTF-8" })];
            if let Some(bounds) = bounds {
                let margin = (bounds.width().max(bounds.height()) * 0.01).max(1e-3);
                options.push(format!(
                    "BOUNDS={},{},{},{}",
                    bounds.min().x - margin,
                    bounds.min().y - margin,
                    bounds.max().x + margin,
                    bounds.max().y + margin
                ));
            }
            options
        }
        _ => Vec::new(),
    }
}

//! Definitions of references as PROJJSON, for files that are written.

use serde_json::Value;

use super::projection::Method;
use super::{Crs, Datum};
use crate::model::DeclaredReference;
use crate::model::json::json;

/// The definition of a reference that is known here.
pub(super) fn definition(crs: &Crs, reference: DeclaredReference) -> Value {
    let base = geographic(crs.datum);
    let Some(projected) = crs.projected else { return base };
    let degrees = |name: &str, code: u32, value: f64| parameter(name, value, "degree", code);
    let metres = |name: &str, code: u32, value: f64| parameter(name, value, "metre", code);
    let (easting, northing) = (projected.easting_m, projected.northing_m);
    let meridian = projected.meridian_deg;
    let origin = |latitude: f64| {
        vec![
            degrees("Latitude of natural origin", 8801, latitude),
            degrees("Longitude of natural origin", 8802, meridian),
        ]
    };
    let offsets = || vec![metres("False easting", 8806, easting), metres("False northing", 8807, northing)];
    let (method, code, parameters) = match projected.method {
        Method::TransverseMercator { latitude_deg, scale } => {
            let scale = vec![parameter("Scale factor at natural origin", scale, "unity", 8805)];
            ("Transverse Mercator", 9807, [origin(latitude_deg), scale, offsets()].concat())
        }
        Method::Albers { latitude_deg, parallels_deg: [south, north] } => (
            "Albers Equal Area",
            9822,
            vec![
                degrees("Latitude of false origin", 8821, latitude_deg),
                degrees("Longitude of false origin", 8822, meridian),
                degrees("Latitude of 1st standard parallel", 8823, south),
                degrees("Latitude of 2nd standard parallel", 8824, north),
                metres("Easting at false origin", 8826, easting),
                metres("Northing at false origin", 8827, northing),
            ],
        ),
        Method::Azimuthal { latitude_deg } => {
            ("Lambert Azimuthal Equal Area", 9820, [origin(latitude_deg), offsets()].concat())
        }
        Method::Cylindrical { parallel_deg } => {
            let parallels = vec![
                degrees("Latitude of 1st standard parallel", 8823, parallel_deg),
                degrees("Longitude of natural origin", 8802, meridian),
            ];
            ("Lambert Cylindrical Equal Area", 9835, [parallels, offsets()].concat())
        }
        Method::WebMercator => ("Popular Visualisation Pseudo Mercator", 1024, [origin(0.0), offsets()].concat()),
    };
    let mut made = json!({
        "$schema": SCHEMA,
        "type": "ProjectedCRS",
        "name": format!("{} / {reference}", name(crs.datum)),
        "base_crs": without_schema(base),
        "conversion": json!({
            "name": reference.to_string(),
            "method": json!({ "name": method, "id": id(code) }),
            "parameters": parameters,
        }),
        "coordinate_system": json!({
            "subtype": "Cartesian",
            "axis": axes(crs.datum, projected.method),
        }),
    });
    if let Some(code) = reference.code() {
        made["id"] = id(code);
    }
    made
}

/// The axes as the registry has them: in China the northing is X and comes first. Coordinates in files have it second all the
/// same, as is the custom.
fn axes(datum: Datum, method: Method) -> [Value; 2] {
    match (datum, method) {
        (Datum::Wgs84, Method::TransverseMercator { .. } | Method::Albers { .. } | Method::Azimuthal { .. }) => {
            [axis("Easting", "E", "east", "metre"), axis("Northing", "N", "north", "metre")]
        }
        (Datum::Wgs84, _) => [axis("Easting", "X", "east", "metre"), axis("Northing", "Y", "north", "metre")],
        _ => [axis("Northing", "X", "north", "metre"), axis("Easting", "Y", "east", "metre")],
    }
}

const SCHEMA: &str = "https://proj.org/schemas/v0.5/projjson.schema.json";

fn name(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "WGS 84",
        Datum::Cgcs2000 => "China Geodetic Coordinate System 2000",
        other => other.names()[0],
    }
}

fn geographic(datum: Datum) -> Value {
    let [datum_name, ellipsoid] = datum.names();
    let own = datum.ellipsoid();
    json!({
        "$schema": SCHEMA,
        "type": "GeographicCRS",
        "name": name(datum),
        "datum": json!({
            "type": "GeodeticReferenceFrame",
            "name": datum_name,
            "ellipsoid": json!({
                "name": ellipsoid,
                "semi_major_axis": own.axis_m,
                "inverse_flattening": own.inverse_flattening,
            }),
        }),
        "coordinate_system": json!({
            "subtype": "ellipsoidal",
            "axis": [
                axis("Geodetic latitude", "Lat", "north", "degree"),
                axis("Geodetic longitude", "Lon", "east", "degree"),
            ],
        }),
        "id": id(datum.code()),
    })
}

fn id(code: u32) -> Value {
    json!({ "authority": "EPSG", "code": code })
}

fn without_schema(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.shift_remove("$schema");
        members.shift_remove("type");
    }
    value
}

fn parameter(name: &str, value: f64, unit: &str, code: u32) -> Value {
    json!({ "name": name, "value": value, "unit": unit, "id": id(code) })
}

fn axis(name: &str, abbreviation: &str, direction: &str, unit: &str) -> Value {
    json!({ "name": name, "abbreviation": abbreviation, "direction": direction, "unit": unit })
}

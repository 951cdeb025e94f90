use geo::CoordsIter as _;

use crate::error::RenderError;
use crate::model::Language;
use crate::model::{Areas, EqualArea, EqualAreaParameters, GridDefinition, MetreGrid, Reference};

/// Returns an error for a layer whose coordinates are degrees or not finite.
pub(in crate::render) fn require_projected(areas: &Areas) -> Result<(), RenderError> {
    let refuse = || RenderError::NotProjected { layer: areas.layer.clone(), reference: areas.reference.to_string() };
    let mut coordinates = areas.areas.iter().flat_map(|area| area.geometry.coords_iter()).peekable();
    let named_as_grid = !areas.reference.is_wgs84_like();
    if coordinates.peek().is_none() {
        return if named_as_grid { Ok(()) } else { Err(refuse()) };
    }
    let mut within_degrees = true;
    for coordinate in coordinates {
        if !coordinate.x.is_finite() || !coordinate.y.is_finite() {
            return Err(RenderError::Setting {
                key: areas.layer.clone(),
                found: format!("a vertex at ({}, {})", coordinate.x, coordinate.y),
                expected: "finite coordinates".to_owned(),
            });
        }
        within_degrees &= coordinate.x.abs() <= 360.0 && coordinate.y.abs() <= 90.0;
    }
    // An EPSG code may name a geographic reference; a grid of metres that stays within 360 m × 90 m of its origin does
    // not occur.
    if named_as_grid && !within_degrees { Ok(()) } else { Err(refuse()) }
}

/// Describes a grid for the reader of a map: `CGCS2000 三度带高斯-克吕格投影，中央经线 120°E（EPSG:4549）`.
#[must_use]
pub fn describe(reference: Reference, language: Language) -> String {
    if reference.is_wgs84_like() {
        return reference.to_string();
    }
    let code = match (reference.grid().map(MetreGrid::definition), reference.code()) {
        (Some(GridDefinition::EqualArea(projection)), _) => return describe_equal_area(projection, language),
        (_, Some(code)) => code,
        (_, None) => return reference.to_string(),
    };
    let zh = language == Language::Zh;
    let gauss_kruger = |degrees: u32, meridian: u32| {
        if zh {
            format!("CGCS2000 {degrees}°带高斯-克吕格投影，中央经线 {meridian}°E（EPSG:{code}）")
        } else {
            format!("CGCS2000 {degrees}-degree Gauss–Krüger, central meridian {meridian}°E (EPSG:{code})")
        }
    };
    match code {
        4513..=4533 => gauss_kruger(3, 75 + 3 * (code - 4513)),
        4534..=4554 => gauss_kruger(3, 75 + 3 * (code - 4534)),
        4491..=4501 => gauss_kruger(6, 75 + 6 * (code - 4491)),
        4502..=4512 => gauss_kruger(6, 75 + 6 * (code - 4502)),
        32601..=32660 if zh => format!("WGS 84 / UTM {}N 带投影（EPSG:{code}）", code - 32600),
        32601..=32660 => format!("WGS 84 / UTM zone {}N (EPSG:{code})", code - 32600),
        6933 if zh => format!("等积圆柱投影，标准纬线 30°（EASE-Grid 2.0，EPSG:{code}）"),
        6933 => format!("Equal-area cylinder, standard parallels 30° (EASE-Grid 2.0, EPSG:{code})"),
        _ => format!("EPSG:{code}"),
    }
}

/// Describes an equal-area projection: `Albers 等积圆锥投影，标准纬线 25°N、47°N，中央经线 105°E`.
fn describe_equal_area(projection: EqualArea, language: Language) -> String {
    let side = |degrees: f64, positive: char, negative: char| match degrees {
        0.0 => "0°".to_owned(),
        _ => format!("{}°{}", degrees.abs(), if degrees > 0.0 { positive } else { negative }),
    };
    let latitude = |degrees| side(degrees, 'N', 'S');
    let longitude = |degrees| side(degrees, 'E', 'W');
    let zh = language == Language::Zh;
    match projection.parameters() {
        EqualAreaParameters::Albers { parallels_deg: [south, north], meridian_deg } => {
            let parallels = if south == north {
                latitude(south)
            } else if zh {
                format!("{}、{}", latitude(south), latitude(north))
            } else {
                format!("{} and {}", latitude(south), latitude(north))
            };
            let meridian = longitude(meridian_deg);
            if zh {
                format!("Albers 等积圆锥投影，标准纬线 {parallels}，中央经线 {meridian}")
            } else {
                format!("Albers equal-area conic, standard parallels {parallels}, central meridian {meridian}")
            }
        }
        EqualAreaParameters::Azimuthal { latitude_deg, longitude_deg } => {
            let centre = (latitude(latitude_deg), longitude(longitude_deg));
            if zh {
                format!("Lambert 等积方位投影，中心 {}、{}", centre.0, centre.1)
            } else {
                format!("Lambert azimuthal equal-area projection, centre {}, {}", centre.0, centre.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn central_meridians_follow_the_registry() {
        assert!(describe(Reference::epsg(4549), Language::En).contains("central meridian 120°E"));
        assert!(describe(Reference::epsg(4528), Language::En).contains("central meridian 120°E"));
        assert!(describe(Reference::epsg(4509), Language::En).contains("central meridian 117°E"));
        assert_eq!(describe(Reference::epsg(3035), Language::Zh), "EPSG:3035");
    }

    #[test]
    fn equal_area_projections_are_described_by_their_parameters() {
        let described = |text: &str, language| describe(text.parse::<EqualArea>().unwrap().into(), language);
        assert_eq!(
            described("albers=25,47,105", Language::Zh),
            "Albers 等积圆锥投影，标准纬线 25°N、47°N，中央经线 105°E"
        );
        assert_eq!(
            described("albers=-32.5,-28,-58", Language::En),
            "Albers equal-area conic, standard parallels 32.5°S and 28°S, central meridian 58°W"
        );
        assert_eq!(described("laea=0,17", Language::En), "Lambert azimuthal equal-area projection, centre 0°, 17°E");
    }
}

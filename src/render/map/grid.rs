use geo::CoordsIter as _;

use crate::error::RenderError;
use crate::model::Language;
use crate::model::{Areas, Reference};

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
    let code = reference.code();
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
}

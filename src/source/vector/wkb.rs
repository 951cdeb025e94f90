//! Geometries as well-known binary.

use geo::Geometry;
use geo_traits::GeometryTrait as _;
use geo_traits::to_geo::ToGeoGeometry as _;

use super::super::damage::guarded;

/// A geometry as a file has it; an empty one is none.
#[derive(Debug, Default, PartialEq)]
pub(in crate::source) struct Found {
    pub geometry: Option<Geometry<f64>>,
    /// What it is called where it is of a kind that has no place here, such as arcs.
    pub foreign: Option<String>,
    pub has_heights: bool,
}

/// Names of the kinds of geometry by their numbers in well-known binary and FlatGeobuf.
const KINDS: [&str; 18] = [
    "GEOMETRY",
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
    "CIRCULARSTRING",
    "COMPOUNDCURVE",
    "CURVEPOLYGON",
    "MULTICURVE",
    "MULTISURFACE",
    "CURVE",
    "SURFACE",
    "POLYHEDRALSURFACE",
    "TIN",
    "TRIANGLE",
];

/// What a kind is called that has arcs or surfaces.
pub(in crate::source) fn foreign(kind: u32) -> Option<&'static str> {
    KINDS.get(kind as usize).copied().filter(|_| kind > 7)
}

/// Reads one geometry, without height and measure.
pub(in crate::source) fn geometry(bytes: &[u8]) -> Result<Found, String> {
    let kind = bytes.first().and_then(|order| {
        let four = bytes.get(1..5)?.try_into().ok()?;
        Some(if *order == 0 { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    });
    let kind = kind.ok_or("it ends within its header")?;
    // Heights and measures are thousands, or bits in the dialect of PostGIS.
    if let Some(name) = foreign((kind & 0xffff) % 1000) {
        return Ok(Found { foreign: Some(name.to_owned()), ..Found::default() });
    }
    guarded(|| {
        let found = wkb::reader::read_wkb(bytes).map_err(|error| error.to_string())?;
        let has_heights = matches!(found.dim(), geo_traits::Dimensions::Xyz | geo_traits::Dimensions::Xyzm);
        let geometry = found.try_to_geometry().filter(|geometry| geo::CoordsIter::coords_count(geometry) > 0);
        Ok(Found { has_heights: has_heights && geometry.is_some(), geometry, foreign: None })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(kind: u32, numbers: &[f64]) -> Vec<u8> {
        let mut bytes = vec![1];
        bytes.extend(kind.to_le_bytes());
        numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        bytes
    }

    #[test]
    fn heights_are_left_out_and_arcs_are_named() {
        let at = |kind: u32, numbers: &[f64]| geometry(&point(kind, numbers)).unwrap();
        let plain = Some(Geometry::Point((1.0, 2.0).into()));
        assert_eq!(at(1, &[1.0, 2.0]), Found { geometry: plain.clone(), ..Found::default() });
        for kind in [1001, 0x8000_0001] {
            let expected = Found { geometry: plain.clone(), has_heights: true, foreign: None };
            assert_eq!(at(kind, &[1.0, 2.0, 3.0]), expected);
        }
        assert_eq!(at(2001, &[1.0, 2.0, 3.0]), Found { geometry: plain, ..Found::default() });
        assert_eq!(at(1, &[f64::NAN, f64::NAN]), Found::default());
        assert_eq!(at(1010, &[]).foreign.as_deref(), Some("CURVEPOLYGON"));
        assert_eq!(at(16, &[]).foreign.as_deref(), Some("TIN"));
        assert!(geometry(&[]).is_err() && geometry(&point(1, &[1.0])).is_err() && geometry(&point(99, &[])).is_err());
    }
}

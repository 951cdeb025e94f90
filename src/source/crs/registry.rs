//! The references of the EPSG registry that are known here: longitude and latitude, and the grids of China and of UTM.

use super::projection::{Ellipsoid, Method, Projected};
use super::{Crs, Datum};
use crate::model::{DeclaredReference, EqualArea, EqualAreaParameters};

/// Gauss–Krüger grids of China that follow each other, zone by zone.
#[derive(Debug, Clone, Copy)]
pub(in crate::source) struct Family {
    /// The code of the first.
    pub first: u32,
    pub datum: Datum,
    width: Width,
    /// Whether the number of the zone stands before the eastings.
    pub is_numbered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Three,
    Six,
}

const fn family(first: u32, datum: Datum, width: Width, is_numbered: bool) -> Family {
    Family { first, datum, width, is_numbered }
}

/// The grids that are numbered and those that are not by turns. A definition gets the first code that fits: where zones of three
/// and of six degrees share a meridian, that of three.
pub(in crate::source) const FAMILIES: [Family; 12] = [
    family(4513, Datum::Cgcs2000, Width::Three, true),
    family(4534, Datum::Cgcs2000, Width::Three, false),
    family(4491, Datum::Cgcs2000, Width::Six, true),
    family(4502, Datum::Cgcs2000, Width::Six, false),
    family(2349, Datum::Xian1980, Width::Three, true),
    family(2370, Datum::Xian1980, Width::Three, false),
    family(2327, Datum::Xian1980, Width::Six, true),
    family(2338, Datum::Xian1980, Width::Six, false),
    family(2401, Datum::Beijing1954, Width::Three, true),
    family(2422, Datum::Beijing1954, Width::Three, false),
    family(21413, Datum::Beijing1954, Width::Six, true),
    family(21453, Datum::Beijing1954, Width::Six, false),
];

impl Family {
    /// How many grids it has.
    pub const fn count(&self) -> u32 {
        match self.width {
            Width::Three => 21,
            Width::Six => 11,
        }
    }

    pub const fn codes(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.count()
    }

    /// The number of the zone a step from the first one.
    pub const fn zone(&self, step: u32) -> u32 {
        step + match self.width {
            Width::Three => 25,
            Width::Six => 13,
        }
    }

    /// The central meridian of the zone a step from the first one.
    pub const fn meridian_deg(&self, step: u32) -> u32 {
        match self.width {
            Width::Three => 3 * self.zone(step),
            Width::Six => 6 * self.zone(step) - 3,
        }
    }

    fn grid(&self, step: u32) -> Crs {
        let easting_m = 500_000.0 + if self.is_numbered { f64::from(self.zone(step)) * 1e6 } else { 0.0 };
        let method = Method::TransverseMercator { latitude_deg: 0.0, scale: 1.0 };
        let meridian_deg = f64::from(self.meridian_deg(step));
        Crs::projected(self.datum, Projected { method, meridian_deg, easting_m, northing_m: 0.0 })
    }

    fn extent(&self, step: u32) -> Option<[f64; 4]> {
        let at = step as usize;
        match (self.width, self.datum) {
            (Width::Three, _) => THREE_DEGREES.get(at),
            (Width::Six, Datum::Cgcs2000) => SIX_DEGREES_WITH_SEA.get(at),
            (Width::Six, _) => SIX_DEGREES.get(at),
        }
        .copied()
    }
}

/// The areas for which the registry has the zones: west, south, east, north.
const THREE_DEGREES: [[f64; 4]; 21] = [
    [73.62, 35.81, 76.5, 40.65],
    [76.5, 31.03, 79.5, 41.83],
    [79.5, 29.95, 82.51, 45.88],
    [82.5, 28.26, 85.5, 47.23],
    [85.5, 27.8, 88.5, 49.18],
    [88.49, 27.32, 91.51, 48.42],
    [91.5, 27.71, 94.5, 45.13],
    [94.5, 28.23, 97.51, 44.5],
    [97.5, 21.43, 100.5, 42.76],
    [100.5, 21.13, 103.5, 42.69],
    [103.5, 22.5, 106.51, 42.21],
    [106.5, 18.19, 109.51, 42.47],
    [109.5, 18.11, 112.5, 45.11],
    [112.5, 21.52, 115.5, 45.45],
    [115.5, 22.6, 118.5, 49.88],
    [118.5, 24.43, 121.5, 53.33],
    [121.5, 28.22, 124.5, 53.56],
    [124.5, 40.19, 127.5, 53.2],
    [127.5, 41.37, 130.5, 50.25],
    [130.5, 42.42, 133.5, 48.88],
    [133.5, 45.85, 134.77, 48.4],
];
const SIX_DEGREES: [[f64; 4]; 11] = [
    [73.62, 35.42, 78.01, 41.07],
    [77.98, 29.16, 84.0, 47.23],
    [84.0, 27.32, 90.0, 49.18],
    [90.0, 27.71, 96.01, 47.9],
    [96.0, 21.13, 102.01, 43.18],
    [102.0, 21.53, 108.0, 42.47],
    [108.0, 18.11, 114.0, 45.11],
    [114.0, 22.14, 120.0, 51.52],
    [120.0, 26.34, 126.0, 53.56],
    [126.0, 40.89, 132.0, 52.79],
    [132.0, 45.02, 134.77, 48.4],
];
const SIX_DEGREES_WITH_SEA: [[f64; 4]; 11] = {
    let mut extents = SIX_DEGREES;
    (extents[5][1], extents[6][1], extents[7][1]) = (17.75, 16.7, 19.02);
    (extents[8][1], extents[9][1]) = (24.64, 29.7);
    extents
};

/// A code with the reference it stands for, and the area it was made for.
fn entry(code: u32) -> Option<(Crs, Option<[f64; 4]>)> {
    let world = |south: f64, north: f64| Some([-180.0, south, 180.0, north]);
    let of_globe = |method, south: f64, north: f64| {
        let projected = Projected { method, meridian_deg: 0.0, easting_m: 0.0, northing_m: 0.0 };
        (Crs::projected(Datum::Wgs84, projected), world(south, north))
    };
    let found = match code {
        4326 => (Crs::geographic(Datum::Wgs84), world(-90.0, 90.0)),
        4490 => (Crs::geographic(Datum::Cgcs2000), Some([73.62, 16.7, 134.77, 53.56])),
        4610 => (Crs::geographic(Datum::Xian1980), Some([73.62, 18.11, 134.77, 53.56])),
        4214 => (Crs::geographic(Datum::Beijing1954), Some([73.62, 16.7, 134.77, 53.56])),
        3857 => of_globe(Method::WebMercator, -85.06, 85.06),
        6933 => of_globe(Method::Cylindrical { parallel_deg: 30.0 }, -86.0, 86.0),
        32_601..=32_660 | 32_701..=32_760 => {
            let (zone, is_south) = (f64::from(code % 100), code > 32_700);
            let projected = Projected {
                method: Method::TransverseMercator { latitude_deg: 0.0, scale: 0.9996 },
                meridian_deg: 6.0 * zone - 183.0,
                easting_m: 500_000.0,
                northing_m: if is_south { 10_000_000.0 } else { 0.0 },
            };
            let [south, north] = if is_south { [-80.0, 0.0] } else { [0.0, 84.0] };
            (Crs::projected(Datum::Wgs84, projected), Some([6.0 * zone - 186.0, south, 6.0 * zone - 180.0, north]))
        }
        _ => {
            let family = FAMILIES.iter().find(|family| family.codes().contains(&code))?;
            let step = code - family.first;
            (family.grid(step), family.extent(step))
        }
    };
    Some(found)
}

/// The reference of a code.
pub(super) fn registered(code: u32) -> Option<Crs> {
    entry(code).map(|(crs, _)| crs)
}

/// The area a code was made for: west, south, east and north in degrees.
pub(super) fn area_of_use(code: u32) -> Option<[f64; 4]> {
    entry(code)?.1
}

/// All codes that are known here, in the order in which they are given to a definition.
pub(super) fn codes() -> impl Iterator<Item = u32> {
    let of_families = FAMILIES.iter().flat_map(Family::codes);
    [4326, 4490, 4610, 4214, 3857, 6933].into_iter().chain(32_601..=32_660).chain(32_701..=32_760).chain(of_families)
}

/// The reference that is declared; offsets of map services and stated shifts of a datum are left aside.
pub(super) fn declared(reference: DeclaredReference) -> Option<Crs> {
    match reference {
        DeclaredReference::EqualArea(projection) => Some(equal_area(projection)),
        other => registered(other.code()?),
    }
}

fn equal_area(projection: EqualArea) -> Crs {
    let (method, meridian_deg) = match projection.parameters() {
        EqualAreaParameters::Albers { parallels_deg, meridian_deg } => {
            (Method::Albers { latitude_deg: 0.0, parallels_deg }, meridian_deg)
        }
        EqualAreaParameters::Azimuthal { latitude_deg, longitude_deg } => {
            (Method::Azimuthal { latitude_deg }, longitude_deg)
        }
    };
    Crs::projected(Datum::Wgs84, Projected { method, meridian_deg, easting_m: 0.0, northing_m: 0.0 })
}

impl Datum {
    pub(super) const fn ellipsoid(self) -> Ellipsoid {
        let (axis_m, inverse_flattening) = match self {
            Self::Wgs84 => (6_378_137.0, 298.257_223_563),
            Self::Cgcs2000 => (6_378_137.0, 298.257_222_101),
            Self::Xian1980 => (6_378_140.0, 298.257),
            Self::Beijing1954 => (6_378_245.0, 298.3),
        };
        Ellipsoid { axis_m, inverse_flattening }
    }

    /// The datum's name in the registry, and that of its ellipsoid.
    pub(super) const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Wgs84 => ["World Geodetic System 1984", "WGS 84"],
            Self::Cgcs2000 => ["China 2000", "CGCS2000"],
            Self::Xian1980 => ["Xian 1980", "IAG 1975"],
            Self::Beijing1954 => ["Beijing 1954", "Krassowsky 1940"],
        }
    }

    /// The code of its longitude and latitude.
    pub(super) const fn code(self) -> u32 {
        match self {
            Self::Wgs84 => 4326,
            Self::Cgcs2000 => 4490,
            Self::Xian1980 => 4610,
            Self::Beijing1954 => 4214,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_one_grid() {
        let all: Vec<u32> = codes().collect();
        let mut unique = all.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), all.len());
        assert!(all.iter().all(|code| registered(*code).is_some() && area_of_use(*code).is_some()));
        let shaoxing = registered(4549).unwrap().projected.unwrap();
        assert_eq!((shaoxing.meridian_deg, shaoxing.easting_m), (120.0, 500_000.0));
        let numbered = registered(4528).unwrap().projected.unwrap();
        assert_eq!((numbered.meridian_deg, numbered.easting_m), (120.0, 40_500_000.0));
        assert_eq!(registered(4498).unwrap().projected.unwrap().meridian_deg, 117.0);
        assert_eq!(registered(32651).unwrap().projected.unwrap().meridian_deg, 123.0);
        assert_eq!(registered(2154), None);
        // Their middle lies in the area they were made for, or a zone at the border of the country.
        for code in all {
            let (Some(projected), Some([west, _, east, _])) = (registered(code).unwrap().projected, area_of_use(code))
            else {
                continue;
            };
            assert!(projected.meridian_deg > west - 3.0 && projected.meridian_deg < east + 3.0, "EPSG:{code}");
        }
    }
}

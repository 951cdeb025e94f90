//! What is likely wrong with positions that lie where they cannot be: the wrong grid, a zone number before the eastings,
//! northings that are called X.

use std::ops::RangeInclusive;

use super::crs::Datum;
use super::crs::registry::{self, FAMILIES};
use crate::model::{DeclaredReference, Point};

/// Longitudes of China.
pub(crate) const LONGITUDES: RangeInclusive<f64> = 73.0..=136.0;
/// Latitudes of China.
pub(crate) const LATITUDES: RangeInclusive<f64> = 3.0..=54.0;
/// Northings of China on any of its grids.
const NORTHINGS_M: RangeInclusive<f64> = 300_000.0..=6_100_000.0;
/// How far from its central meridian a zone of six degrees and what is beside it reaches.
const REACH_M: f64 = 420_000.0;
/// How far a grid is used whose eastings have no zone number before them, which would end the zone.
const FAR_REACH_M: f64 = 1_000_000.0;
/// The easting of a central meridian.
const FALSE_EASTING_M: f64 = 500_000.0;
/// What stands before an easting for each zone number.
const ZONE_M: f64 = 1_000_000.0;

/// A Gauss–Krüger grid of China.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GaussKruger {
    /// The central meridian.
    central_deg: u32,
    /// The zone number that stands before its eastings, where it does.
    zone: Option<u32>,
}

/// The two grids of one zone and datum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    /// The code whose eastings begin with the number of the zone.
    pub(super) with: u32,
    /// The code whose eastings do not.
    pub(super) without: u32,
    /// The number of the zone.
    pub(super) zone: u32,
}

fn families() -> impl Iterator<Item = Family> {
    pairs(FAMILIES.as_chunks::<2>().0.iter())
}

/// The grids of families by zones, of each the numbered one and the other.
fn pairs<'a>(families: impl Iterator<Item = &'a [registry::Family; 2]>) -> impl Iterator<Item = Family> {
    families.flat_map(|[with, without]| {
        (0..with.count()).map(move |step| Family {
            with: with.first + step,
            without: without.first + step,
            zone: with.zone(step),
        })
    })
}

/// The grids of the zone and datum of a code.
pub(super) fn family(code: u32) -> Option<Family> {
    families().find(|family| family.with == code || family.without == code)
}

/// The grid of CGCS2000 whose eastings begin with the number of a zone.
pub(super) fn cgcs2000_of_zone(zone: u32) -> Option<u32> {
    let of_cgcs2000 = FAMILIES.as_chunks::<2>().0.iter().filter(|[with, _]| with.datum == Datum::Cgcs2000);
    pairs(of_cgcs2000).find(|family| family.zone == zone).map(|family| family.with)
}

impl GaussKruger {
    /// The grid of a code, where it is one.
    pub(crate) fn from_epsg(code: u32) -> Option<Self> {
        let family = FAMILIES.iter().find(|family| family.codes().contains(&code))?;
        let step = code - family.first;
        let zone = family.is_numbered.then(|| family.zone(step));
        Some(Self { central_deg: family.meridian_deg(step), zone })
    }

    /// The eastings that its positions have.
    pub(crate) fn eastings_m(self) -> RangeInclusive<f64> {
        let middle = self.zone.map_or(0.0, |zone| f64::from(zone) * ZONE_M) + FALSE_EASTING_M;
        let reach = if self.zone.is_some() { REACH_M } else { FAR_REACH_M };
        middle - reach..=middle + reach
    }

    /// Whether a position may be one of its own.
    pub(crate) fn holds(self, at: Point) -> bool {
        self.eastings_m().contains(&at.x) && NORTHINGS_M.contains(&at.y)
    }
}

/// The codes of CGCS2000 grids on which a position may be, those of three degrees first.
fn grids(at: Point) -> impl Iterator<Item = u32> {
    let of_cgcs2000 = FAMILIES.iter().filter(|family| family.datum == Datum::Cgcs2000);
    let codes = of_cgcs2000.flat_map(registry::Family::codes);
    codes.filter(move |code| GaussKruger::from_epsg(*code).is_some_and(|grid| grid.holds(at)))
}

/// Every reference in which a position may be.
fn candidates(at: Point) -> Vec<DeclaredReference> {
    let mut found = Vec::new();
    if LONGITUDES.contains(&at.x) && LATITUDES.contains(&at.y) {
        found.push(DeclaredReference::Wgs84);
    }
    found.extend(grids(at).map(DeclaredReference::Epsg));
    // Mercator of web maps, and UTM of the zones of China.
    if (8.1e6..1.52e7).contains(&at.x) && (3e5..7.3e6).contains(&at.y) {
        found.push(DeclaredReference::Epsg(3857));
    }
    if (1e5..9e5).contains(&at.x) && NORTHINGS_M.contains(&at.y) {
        found.extend((32643..=32653).map(DeclaredReference::Epsg));
    }
    found
}

/// The likely cause why points lie in no area, and what to try: `holds` tells whether a position in a reference lies in
/// one. The points stand as in the file, which says they are in `stated`.
pub(crate) fn cause(
    points: &[Point],
    stated: DeclaredReference,
    holds: impl Fn(DeclaredReference, Point) -> bool,
) -> Option<String> {
    let at = middle(points)?;
    for is_swapped in [false, true] {
        let at = if is_swapped { Point::new(at.y, at.x) } else { at };
        let mut tried = candidates(at);
        if is_swapped {
            tried.insert(0, stated);
        }
        let found = tried.into_iter().find(|candidate| (is_swapped || *candidate != stated) && holds(*candidate, at));
        if let Some(found) = found {
            return Some(told(at, found, stated, is_swapped));
        }
    }
    kind(points, stated)
}

/// What positions are by their size alone, where that is not what is stated for them.
pub(crate) fn kind(points: &[Point], stated: DeclaredReference) -> Option<String> {
    let at = middle(points)?;
    let is_own = match stated {
        DeclaredReference::Epsg(_) | DeclaredReference::Shifted(..) => {
            own_grid(stated).is_none_or(|grid| grid.holds(at))
        }
        DeclaredReference::EqualArea(_) => true,
        _ => LONGITUDES.contains(&at.x) && LATITUDES.contains(&at.y),
    };
    if is_own {
        return None;
    }
    for (is_swapped, at) in [(false, at), (true, Point::new(at.y, at.x))] {
        if LONGITUDES.contains(&at.x) && LATITUDES.contains(&at.y) {
            let found = if stated.undone().is_wgs84_like() { stated } else { DeclaredReference::Wgs84 };
            return Some(told(at, found, stated, is_swapped));
        }
        let zoned = grids(at).find(|code| GaussKruger::from_epsg(*code).is_some_and(|grid| grid.zone.is_some()));
        if let Some(code) = zoned {
            return Some(told(at, DeclaredReference::Epsg(code), stated, is_swapped));
        }
        if let Some(code) = grids(at).next() {
            let same = GaussKruger::from_epsg(code) == own_grid(stated);
            let order = if is_swapped { format!(", of which X is the northing: {OTHER_WAY}") } else { String::new() };
            let state = "state it, ‹crs›, such as EPSG:4549 for the central meridian 120°E";
            return Some(match is_swapped && (same || own_grid(stated).is_some()) {
                true => format!("X is the northing here: {OTHER_WAY}"),
                false => format!("these are metres of a grid{order}; {state}"),
            });
        }
    }
    let is_metres = stated.undone().is_wgs84_like() && at.x.abs() > 360.0 && at.y.abs() > 360.0;
    is_metres.then(|| "these are metres of a grid; state it, ‹crs›, such as EPSG:4549".to_owned())
}

/// What to do where X is the northing.
const OTHER_WAY: &str = "give the columns the other way round, ‹x› the easting and ‹y› the northing";

/// The Gauss–Krüger grid of a reference, where it is one.
pub(crate) fn own_grid(reference: DeclaredReference) -> Option<GaussKruger> {
    match reference {
        DeclaredReference::Epsg(code) | DeclaredReference::Shifted(code, _) => GaussKruger::from_epsg(code),
        _ => None,
    }
}

fn told(at: Point, found: DeclaredReference, stated: DeclaredReference, is_swapped: bool) -> String {
    let is_degrees = LONGITUDES.contains(&at.x) && LATITUDES.contains(&at.y);
    let mut parts = Vec::new();
    if is_swapped {
        parts.push(match is_degrees {
            true => "longitude and latitude have changed places: give the columns the other way round, ‹x› and ‹y›"
                .to_owned(),
            false => format!("X is the northing here: {OTHER_WAY}"),
        });
    }
    if found != stated {
        let zone = own_grid(found)
            .and_then(|grid| grid.zone)
            .filter(|_| own_grid(stated).is_none_or(|own| own.zone.is_none()));
        let what = match (is_degrees, zone) {
            (true, _) => "these are degrees".to_owned(),
            (false, Some(zone)) => format!("the eastings have the zone number {zone} before them"),
            (false, None) => format!("these look like metres of {found}, not {stated}"),
        };
        parts.push(format!("{what}; try ‹crs› {found}"));
    }
    parts.join("; ")
}

/// The point in the middle of each coordinate.
fn middle(points: &[Point]) -> Option<Point> {
    let of = |coordinate: fn(&Point) -> f64| {
        let mut values: Vec<f64> = points.iter().map(coordinate).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some(Point::new(of(|point| point.x)?, of(|point| point.y)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(x: f64, y: f64, stated: DeclaredReference) -> String {
        kind(&[Point::new(x, y)], stated).unwrap_or_default()
    }

    #[test]
    fn codes_know_their_eastings() {
        for (code, central_deg, zone) in [
            (4549, 120, None),
            (4528, 120, Some(40)),
            (4498, 117, Some(20)),
            (4508, 111, None),
            (2364, 120, Some(40)),
            (2385, 120, None),
            (2437, 120, None),
            (2416, 120, Some(40)),
            (21420, 117, Some(20)),
        ] {
            assert_eq!(GaussKruger::from_epsg(code), Some(GaussKruger { central_deg, zone }), "{code}");
        }
        assert_eq!(GaussKruger::from_epsg(32651), None);
        assert_eq!(GaussKruger::from_epsg(4490), None);
    }

    #[test]
    fn the_size_of_numbers_tells_what_they_are() {
        let wgs84 = DeclaredReference::Wgs84;
        assert!(kind_of(40_550_163.0, 3_322_444.0, wgs84).contains("zone number 40 before them; try ‹crs› EPSG:4528"));
        assert!(kind_of(20_839_671.0, 3_327_554.0, wgs84).contains("EPSG:4498"));
        assert!(kind_of(550_163.0, 3_322_444.0, wgs84).contains("metres of a grid; state it"));
        assert!(kind_of(3_322_444.0, 550_163.0, wgs84).contains("X is the northing"));
        assert!(kind_of(3_322_444.0, 40_550_163.0, wgs84).contains("X is the northing"));
        assert!(kind_of(30.0, 120.5, wgs84).contains("changed places"));
        assert_eq!(kind_of(120.5, 30.0, wgs84), "");
        let grid = DeclaredReference::Epsg(4549);
        assert!(kind_of(40_550_163.0, 3_322_444.0, grid).contains("EPSG:4528"));
        assert!(kind_of(3_322_444.0, 550_163.0, grid).contains("X is the northing"));
        assert!(kind_of(120.5, 30.0, grid).contains("these are degrees; try ‹crs› wgs84"));
        assert_eq!(kind_of(550_163.0, 3_322_444.0, grid), "");
        assert_eq!(kind(&[], grid), None);
    }

    #[test]
    fn areas_tell_one_central_meridian_from_another() {
        let only =
            |wanted: u32| move |reference: DeclaredReference, _: Point| reference == DeclaredReference::Epsg(wanted);
        let at = [Point::new(550_163.0, 3_322_444.0)];
        let told = cause(&at, DeclaredReference::Wgs84, only(4549)).unwrap();
        assert!(told.contains("try ‹crs› EPSG:4549"), "{told}");
        let swapped = cause(&[Point::new(at[0].y, at[0].x)], DeclaredReference::Epsg(4549), only(4549)).unwrap();
        assert!(swapped.contains("X is the northing") && !swapped.contains("try"), "{swapped}");
    }
}

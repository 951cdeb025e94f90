//! What is likely wrong where coordinates cannot be in the reference that is stated for them.

use super::gdal;
use super::likely::{Family, cgcs2000_of_zone, family};
use crate::model::DeclaredReference;

/// The number of the zone that an easting begins with.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number of a zone")]
fn zone(easting: f64) -> Option<u32> {
    let zone = (easting.abs() / 1e6).floor();
    let rest = easting.abs() - zone * 1e6;
    ((13.0..=45.0).contains(&zone) && (1e5..9e5).contains(&rest)).then_some(zone as u32)
}

/// Whether a number is a northing of China.
fn is_northing(number: f64) -> bool {
    (1.5e6..6.2e6).contains(&number.abs())
}

/// The likely cause why a position, or the largest magnitudes of several, cannot be in a reference; `None` where it can.
pub(super) fn cause((x, y): (f64, f64), reference: DeclaredReference) -> Option<String> {
    let is_degrees = x.abs() <= 360.0 && y.abs() <= 90.0;
    let is_grid = match reference {
        DeclaredReference::Epsg(code) | DeclaredReference::Shifted(code, _) => !gdal::is_geographic(code),
        DeclaredReference::EqualArea(_) => true,
        _ => false,
    };
    if !is_grid {
        if is_degrees {
            return None;
        }
        if x.abs() <= 90.0 && y.abs() <= 180.0 {
            return Some("longitude and latitude have changed places: exchange ‹x› and ‹y›".to_owned());
        }
        if x.abs() < 1000.0 || y.abs() < 1000.0 {
            return Some("they are no longitude and latitude".to_owned());
        }
        let north_first = is_northing(x) && !is_northing(y);
        let easting = if north_first { y } else { x };
        let grid = match zone(easting).and_then(|zone| Some((zone, cgcs2000_of_zone(zone)?))) {
            Some((zone, code)) => format!("EPSG:{code}, say, as the eastings begin with the number {zone} of a zone"),
            None => "EPSG:4549, say, for CGCS2000 in the zone of 120°E".to_owned(),
        };
        let order = if north_first { "; and X is the northing: exchange ‹x› and ‹y›" } else { "" };
        return Some(format!("they are metres of a grid: state it with ‹crs› ({grid}){order}"));
    }
    if is_degrees || (x.abs() <= 90.0 && y.abs() <= 180.0) {
        return Some("they are degrees, and it is a grid in metres".to_owned());
    }
    let code = reference.code()?;
    // Of other grids the eastings may be any, those of Albers' conics for one.
    let is_transverse = family(code).is_some() || matches!(code, 32_601..=32_660 | 32_701..=32_760);
    if is_transverse && is_northing(x) && !is_northing(y) && (zone(y).is_some() || (1e5..1e6).contains(&y.abs())) {
        return Some("X is the northing and Y the easting: exchange ‹x› and ‹y›".to_owned());
    }
    let Family { with, without, .. } = family(code)?;
    match zone(x) {
        Some(zone) if code == without => {
            let grid = if family(with)?.zone == zone { Some(with) } else { cgcs2000_of_zone(zone) };
            let grid = grid.map(|grid| format!(": it is EPSG:{grid}, say")).unwrap_or_default();
            Some(format!("the eastings begin with the number {zone} of a zone, which EPSG:{code} has not{grid}"))
        }
        None if code == with && x.abs() < 1e6 => Some(format!(
            "the eastings do not begin with the number of a zone, which EPSG:{code} has: it is EPSG:{without}, say"
        )),
        Some(zone) if family(code)?.zone != zone => Some(format!(
            "the eastings begin with the number {zone} of a zone, and that of EPSG:{code} is {}",
            family(code)?.zone
        )),
        _ => None,
    }
}

/// The cause that holds for most of some positions.
pub(super) fn cause_of_most(points: impl Iterator<Item = (f64, f64)>, reference: DeclaredReference) -> Option<String> {
    let (mut all, mut causes) = (0_usize, Vec::<(String, usize)>::new());
    for point in points {
        all += 1;
        if let Some(found) = cause(point, reference) {
            match causes.iter().position(|(known, _)| *known == found) {
                Some(at) => causes[at].1 += 1,
                None if causes.len() < 8 => causes.push((found, 1)),
                None => {}
            }
        }
    }
    causes.into_iter().find(|(_, count)| 2 * count > all).map(|(cause, _)| cause)
}

#[cfg(all(test, feature = "gdal"))]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_named() {
        let epsg = DeclaredReference::Epsg;
        for (at, reference, word) in [
            ((40_550_163.0, 3_322_444.0), DeclaredReference::Wgs84, "EPSG:4528"),
            ((550_163.0, 3_322_444.0), DeclaredReference::Cgcs2000, "metres"),
            ((30.02, 120.52), DeclaredReference::Gcj02, "changed places"),
            ((40_550_163.0, 3_322_444.0), epsg(4549), "EPSG:4528"),
            ((550_163.0, 3_322_444.0), epsg(4528), "EPSG:4549"),
            ((39_550_163.0, 3_322_444.0), epsg(4528), "number 39"),
            ((3_322_444.0, 550_163.0), epsg(4549), "X is the northing"),
            ((3_322_444.0, 40_550_163.0), epsg(4528), "X is the northing"),
            ((120.5, 30.0), epsg(4549), "degrees"),
            ((550_163.0, 3_322_444.0), epsg(4610), "metres"),
        ] {
            let found = cause(at, reference).unwrap_or_default();
            assert!(found.contains(word), "{at:?} {reference}: {found}");
        }
        for (at, reference) in [
            ((120.5, 30.0), DeclaredReference::Wgs84),
            ((120.5, 30.0), epsg(4214)),
            ((550_163.0, 3_322_444.0), epsg(4549)),
            ((40_550_163.0, 3_322_444.0), epsg(4528)),
            ((13_400_000.0, 3_500_000.0), epsg(3857)),
        ] {
            assert_eq!(cause(at, reference), None, "{at:?} {reference}");
        }
    }
}

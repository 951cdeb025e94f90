//! What is known here, held against PROJ.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ::gdal::spatial_ref::SpatialRef;

use super::*;
use crate::model::DeclaredReference::{self, Cgcs2000, Epsg, Wgs84};

/// The ways between two references, by both.
struct Ways(String, Projection, gdal::Projection);

impl Ways {
    fn between(from: DeclaredReference, to: DeclaredReference) -> Self {
        let own = Projection::new(from, to).unwrap();
        assert!(matches!(own, Projection::Own(_)), "{from} to {to} is not known here");
        Self(format!("{from} to {to}"), own, gdal::Projection::new(from, to).unwrap())
    }

    /// The images of a point, where there are any.
    fn images(&self, point: Point) -> [Option<Point>; 2] {
        let image = |carry: &dyn Fn(&mut [Point]) -> Result<(), String>| {
            let mut points = [point];
            carry(&mut points).ok().map(|()| points[0])
        };
        [image(&|points| self.1.points(points)), image(&|points| self.2.points(points))]
    }

    /// The image of a point, and how far the two ways are apart.
    #[track_caller]
    fn apart(&self, point: Point) -> (Point, f64) {
        match self.images(point) {
            [Some(own), Some(other)] => (own, (own.x - other.x).abs().max((own.y - other.y).abs())),
            [own, other] => panic!("{}, {point:?}: {own:?} here, {other:?} by PROJ", self.0),
        }
    }
}

/// The image of a point where the two ways are no farther apart than the limit.
#[track_caller]
fn image(from: DeclaredReference, to: DeclaredReference, point: Point, limit: f64) -> Point {
    let (image, away) = Ways::between(from, to).apart(point);
    assert!(away < limit, "{from} to {to}, {point:?}: {away}");
    image
}

const METRES: f64 = 1e-4;
const DEGREES: f64 = 1e-9;
/// What PROJ's series leaves on the way back from equal areas, some millimetres.
const EQUAL_AREA_DEGREES: f64 = 2e-8;

#[test]
fn every_grid_of_the_registry() {
    let (mut compared, mut worst) = (0, [0.0_f64; 2]);
    // PROJ takes its time to find a way: one zone of three, and all of them where it is asked for.
    let step = if std::env::var_os("JIJU_TORTURE").is_some() { 1 } else { 3 };
    for code in registry::codes().step_by(step).chain([3857, 6933, 4549, 4528]) {
        let crs = registry::registered(code).unwrap();
        let Some(projected) = crs.projected else { continue };
        let degrees = canonical(Epsg(crs.datum.code()));
        let [_, south, _, north] = area_of_use(code).unwrap();
        let is_of_globe = matches!(code, 3857 | 6933);
        // The middle of the zone, its edges, and as far beyond as a territory may reach.
        let across: &[f64] =
            if is_of_globe { &[-179.9, -60.0, 0.0, 133.7] } else { &[-4.5, -3.0, -1.5, -0.1, 0.0, 1.5, 3.0, 4.5] };
        let (there, back) = (Ways::between(degrees, Epsg(code)), Ways::between(Epsg(code), degrees));
        for east in across {
            for up in [0.0, 0.3, 0.77, 1.0] {
                let place = Point::new(projected.meridian_deg + east, south + up * (north - south));
                let (at, away) = there.apart(place);
                assert!(away < METRES, "EPSG:{code} at {place:?}: {away} m");
                worst[0] = worst[0].max(away);
                let (found, away) = back.apart(at);
                // One meridian has two longitudes.
                let east = (found.x - place.x + 540.0).rem_euclid(360.0) - 180.0;
                let lost = east.abs().max((found.y - place.y).abs());
                assert!(lost < 1e-10, "EPSG:{code} at {place:?}: {lost}° lost");
                // PROJ's series for equal areas ends before the last digits.
                assert!(
                    away < if code == 6933 { EQUAL_AREA_DEGREES } else { DEGREES },
                    "EPSG:{code} at {place:?}: {away}°"
                );
                worst[1] = worst[1].max(away);
                compared += 2;
            }
        }
    }
    assert!(compared > 3_000, "{compared}");
}

#[test]
fn equal_area_projections() {
    let grids = [
        "albers=25,47,105",
        "albers=27.5,30.5,121",
        "albers=-50,-27,-64",
        "albers=49,49,2.5",
        "laea=0,20",
        "laea=1,104",
        "laea=35,105",
        "laea=-33.5,-70",
        "laea=90,0",
        "laea=-90,30",
    ];
    let mut worst = [0.0_f64; 2];
    for text in grids {
        let grid = DeclaredReference::EqualArea(text.parse().unwrap());
        let (there, away_again) = (Ways::between(Wgs84, grid), Ways::between(grid, Wgs84));
        for longitude in (-170..=170).step_by(17) {
            for latitude in (-85..=85).step_by(10) {
                let place = Point::new(f64::from(longitude), f64::from(latitude));
                let (at, away) = there.apart(place);
                assert!(away < METRES, "{text} at {place:?}: {away} m");
                worst[0] = worst[0].max(away);
                // Back, PROJ stops its iteration and its series before the last digits: what is found here must come back.
                let (back, away) = away_again.apart(at);
                let lost = (back.x - place.x).abs().max((back.y - place.y).abs());
                assert!(lost < 1e-11, "{text} at {place:?}: {lost}° lost");
                assert!(away < EQUAL_AREA_DEGREES, "{text} at {place:?}: {away}°");
                worst[1] = worst[1].max(away);
            }
        }
    }
    assert!(worst[0] > 0.0 && worst[1] > 0.0, "nothing was compared");
}

#[test]
fn between_datums_that_are_taken_as_one() {
    for (x, y) in [(118.6, 24.5), (120.58, 30.0), (121.4, 53.3), (105.0, 35.0)] {
        let place = Point::new(x, y);
        for (from, to) in [(Wgs84, Epsg(4549)), (Wgs84, Epsg(4528)), (Cgcs2000, Epsg(32651)), (Cgcs2000, Epsg(3857))] {
            let at = image(from, to, place, METRES);
            image(to, from, at, DEGREES);
            image(to, DeclaredReference::EqualArea("albers=25,47,105".parse().unwrap()), at, METRES);
        }
    }
}

#[test]
fn stated_shifts() {
    let seven = "+towgs84=12.646,-155.176,-80.863,0.5,-0.7,1.2,-3.5";
    let three = "+towgs84=-1.5,120,60";
    for shift in [seven, three] {
        for (code, x, y) in [
            (4610, 120.58, 30.0),
            (4214, 105.0, 35.0),
            (2385, 550_000.0, 3_320_000.0),
            (2416, 40_550_000.0, 3_320_000.0),
        ] {
            let old: DeclaredReference = format!("EPSG:{code}{shift}").parse().unwrap();
            let place = Point::new(x, y);
            let at = image(old, Wgs84, place, DEGREES);
            image(Wgs84, old, at, if code > 4000 { DEGREES } else { METRES });
            // Where the other end is not WGS 84, PROJ leaves the stated shift aside.
            let [_, Some(other)] = Ways::between(old, Wgs84).images(place) else { panic!("{old}") };
            for to in [Cgcs2000, Epsg(4549), Epsg(32651)] {
                let [Some(own), _] = Ways::between(old, to).images(place) else { panic!("{old} to {to}") };
                let through = if to == Cgcs2000 { other } else { Ways::between(Wgs84, to).images(other)[1].unwrap() };
                let away = (own.x - through.x).abs().max((own.y - through.y).abs());
                assert!(away < if to == Cgcs2000 { DEGREES } else { METRES }, "{old} to {to}: {away}");
            }
        }
    }
}

#[test]
fn the_same_ways_are_refused() {
    let stated: DeclaredReference = "EPSG:4610+towgs84=1,2,3".parse().unwrap();
    for (from, to) in [
        (Epsg(4610), Wgs84),
        (Cgcs2000, Epsg(2437)),
        (Epsg(2385), Epsg(2437)),
        (stated, Epsg(4610)),
        (stated, Epsg(2437)),
        (Epsg(2437), Epsg(4214)),
        (Epsg(4528), Epsg(4549)),
    ] {
        let refusal = |way: Result<(), NoWay>| match way {
            Err(NoWay::Shift { datum, code }) => Some((datum, code)),
            Err(NoWay::Failed(message)) => panic!("{message}"),
            Ok(()) => None,
        };
        let own = refusal(Projection::new(from, to).map(drop));
        let other = refusal(gdal::Projection::new(from, to).map(drop));
        assert_eq!(own, other, "{from} to {to}");
    }
}

#[test]
fn what_lies_beyond() {
    let strange = [
        Point::new(0.0, 0.0),
        Point::new(-60.0, 45.0),
        Point::new(200.0, 30.0),
        Point::new(480.0, 30.0),
        Point::new(120.0, 90.0),
        Point::new(120.0, -90.0),
        Point::new(120.0, 90.1),
        Point::new(30.0, 120.0),
        Point::new(550_000.0, 3_320_000.0),
        Point::new(1e10, -1e10),
    ];
    let conic = DeclaredReference::EqualArea("albers=25,47,105".parse().unwrap());
    let azimuth = DeclaredReference::EqualArea("laea=0,20".parse().unwrap());
    for grid in [Epsg(4549), Epsg(32651), Epsg(3857), Epsg(6933), conic, azimuth] {
        for (from, to) in [(Wgs84, grid), (grid, Wgs84)] {
            let ways = Ways::between(from, to);
            for place in strange {
                let [own, other] = ways.images(place);
                // What PROJ places half a globe away from its grid is of no use, and not the same to the last digit.
                let near = |at: Point| at.x.abs().max(at.y.abs()) < 2e7;
                if let ([Some(own), Some(other)], true) = ([own, other], own.is_some_and(near)) {
                    let away = (own.x - other.x).abs().max((own.y - other.y).abs());
                    // PROJ is less sure of a pole far from an azimuthal projection: it spreads it over a part of a metre.
                    let most = if place.y.abs() == 90.0 { 1.0 } else { 1e-3 };
                    assert!(away < most, "{from} to {to}, {place:?}: {own:?} here, {other:?} by PROJ");
                }
                let has = |at: Option<Point>| at.is_some_and(near);
                assert_eq!(has(own), has(other), "{from} to {to}, {place:?}: {own:?} here, {other:?} by PROJ");
            }
        }
    }
}

#[test]
fn what_is_said_of_codes() {
    for code in registry::codes() {
        assert_eq!(is_metre_grid(code), gdal::is_metre_grid(code), "EPSG:{code}");
        assert_eq!(is_geographic(code), gdal::is_geographic(code), "EPSG:{code}");
        let (own, other) = (area_of_use(code).unwrap(), gdal::area_of_use(code).unwrap());
        let away = own.iter().zip(other).map(|(own, other)| (own - other).abs()).fold(0.0, f64::max);
        // The registry that PROJ brings may be older than the one here, in the areas alone.
        assert!(away < 0.02, "EPSG:{code}: {own:?}, {other:?}");
    }
}

/// The definitions of a reference in every dialect.
fn definitions(reference: &SpatialRef) -> Vec<String> {
    let esri = reference.clone();
    esri.morph_to_esri().unwrap();
    vec![reference.to_wkt().unwrap(), reference.to_projjson().unwrap(), esri.to_wkt().unwrap()]
}

#[test]
fn definitions_in_every_dialect() {
    for code in registry::codes() {
        let reference = SpatialRef::from_epsg(code).unwrap();
        for definition in definitions(&reference) {
            let own = Definition::parse(&definition).unwrap_or_else(|| panic!("{definition}"));
            let crs = own.crs().unwrap_or_else(|| panic!("EPSG:{code}: {definition}"));
            assert_eq!(Some(crs), registry::registered(code), "{definition}");
            let found = identify(&definition).unwrap();
            assert!(found == canonical(Epsg(code)) || is_one_grid(found, Epsg(code)), "EPSG:{code} is {found}");
            assert!(is_same(&definition, Epsg(code)), "{definition}");
            assert_eq!(undefined(&definition), None);
        }
    }
    for text in ["albers=25,47,105", "albers=-32.5,-28,-58", "laea=0,20", "laea=90,0"] {
        let grid = DeclaredReference::EqualArea(text.parse().unwrap());
        let json = gdal::projjson(grid).unwrap().to_string();
        for definition in definitions(&SpatialRef::from_definition(&json).unwrap()).iter().chain([&json]) {
            assert_eq!(
                Definition::parse(definition).unwrap().crs().and_then(|crs| crs.declared()),
                Some(grid),
                "{definition}"
            );
        }
    }
}

#[test]
fn definitions_that_are_written_here() {
    let grids = ["albers=25,47,105", "laea=1,104"].map(|text| DeclaredReference::EqualArea(text.parse().unwrap()));
    for reference in registry::codes().map(Epsg).chain(grids) {
        let own = projjson::definition(&registry::declared(reference).unwrap(), reference);
        let text = own.to_string();
        assert!(gdal::is_same(&text, reference), "{text}");
        assert_eq!(gdal::identify(&text), Some(canonical(reference)), "{text}");
        let without_id = text.replace("\"id\":{\"authority\":\"EPSG\"", "\"none\":{\"authority\":\"EPSG\"");
        assert_eq!(Definition::parse(&without_id).unwrap().crs(), registry::declared(reference), "{without_id}");
    }
}

#[test]
fn other_definitions_are_for_proj() {
    for code in [2154, 27700, 3035, 26910, 4267, 2193, 5070] {
        let Ok(reference) = SpatialRef::from_epsg(code) else { continue };
        for definition in definitions(&reference) {
            let own = Definition::parse(&definition).unwrap();
            assert_eq!(own.crs(), None, "EPSG:{code}: {definition}");
        }
    }
}

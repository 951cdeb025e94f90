//! There and back again between references.

use jiju::model::{DeclaredReference, Point, Reference};
use jiju::source::Transform;
use proptest::prelude::*;

fn there_and_back(from: impl Into<DeclaredReference>, to: impl Into<DeclaredReference>, point: Point) -> (Point, f64) {
    let (from, to) = (from.into(), to.into());
    let image = Transform::new(from, to).unwrap().point(point).unwrap();
    let back = Transform::new(to, from).unwrap().point(image).unwrap();
    (image, (back.x - point.x).abs().max((back.y - point.y).abs()))
}

proptest! {
    #[test]
    fn offsets_are_undone_to_a_billionth_of_a_degree(x in 73.5..134.8_f64, y in 3.9..53.5_f64) {
        let point = Point::new(x, y);
        for to in [DeclaredReference::Gcj02, DeclaredReference::Bd09] {
            let (image, difference) = there_and_back(Reference::Wgs84, to, point);
            prop_assert!(difference < 1e-9, "{to}: {difference}");
            // An offset of some hundred metres, and neither none nor kilometres.
            let moved = (image.x - x).abs().max((image.y - y).abs());
            prop_assert!((1e-5..0.03).contains(&moved), "{to}: {moved}");
        }
        let (_, difference) = there_and_back(DeclaredReference::Gcj02, DeclaredReference::Bd09, point);
        prop_assert!(difference < 1e-9, "{difference}");
    }

    #[test]
    fn the_way_over_wgs84_is_the_way(x in 115.0..125.0_f64, y in 25.0..35.0_f64) {
        let gcj02 = Point::new(x, y);
        let direct = Transform::new(DeclaredReference::Gcj02, Reference::epsg(4549)).unwrap().point(gcj02).unwrap();
        let wgs84 = Transform::new(DeclaredReference::Gcj02, Reference::Wgs84).unwrap().point(gcj02).unwrap();
        let over = Transform::new(Reference::Cgcs2000, Reference::epsg(4549)).unwrap().point(wgs84).unwrap();
        prop_assert!((direct.x - over.x).abs() < 1e-6 && (direct.y - over.y).abs() < 1e-6);
    }

    #[test]
    fn grids_are_undone(x in 118.0..122.0_f64, y in 28.0..32.0_f64) {
        for code in [4549, 4528, 32651, 3857] {
            let (image, difference) = there_and_back(Reference::Wgs84, DeclaredReference::Epsg(code), Point::new(x, y));
            prop_assert!(difference < 1e-9, "EPSG:{code}: {difference}");
            // Easting first: the registry puts northing first in the first two.
            prop_assert!(image.y > 2_900_000.0, "EPSG:{code}: {image:?}");
        }
    }

    #[test]
    fn outside_china_gcj02_is_wgs84(lon in -180.0..72.0, lat in -90.0..90.0) {
        let point = Point::new(lon, lat);
        prop_assert_eq!(there_and_back(Reference::Wgs84, DeclaredReference::Gcj02, point).0, point);
    }

    #[test]
    fn what_is_no_position_is_an_error(
        lon in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        lat in -90.0..90.0,
    ) {
        for to in [DeclaredReference::Gcj02, DeclaredReference::Epsg(4549), DeclaredReference::Wgs84] {
            prop_assert!(Transform::new(Reference::Wgs84, to).unwrap().point(Point::new(lon, lat)).is_err());
        }
    }

    #[test]
    fn any_numbers_give_numbers_or_an_error(x in any::<f64>(), y in any::<f64>()) {
        for (from, to) in [
            (DeclaredReference::Gcj02, DeclaredReference::Wgs84),
            (DeclaredReference::Wgs84, DeclaredReference::Bd09),
            (DeclaredReference::Bd09, DeclaredReference::Epsg(4549)),
            (DeclaredReference::Epsg(4549), DeclaredReference::Wgs84),
            (DeclaredReference::Epsg(4549), DeclaredReference::Epsg(4549)),
        ] {
            if let Ok(image) = Transform::new(from, to).unwrap().point(Point::new(x, y)) {
                prop_assert!(image.is_finite());
            }
        }
    }
}

#[test]
fn threads_have_transforms_of_their_own() {
    use rayon::prelude::*;
    let expected =
        Transform::new(Reference::Wgs84, Reference::epsg(4549)).unwrap().point(Point::new(120.5, 30.0)).unwrap();
    let all: Vec<Point> = (0..64)
        .into_par_iter()
        .map_init(
            || Transform::new(Reference::Wgs84, Reference::epsg(4549)).unwrap(),
            |transform, _| transform.point(Point::new(120.5, 30.0)).unwrap(),
        )
        .collect();
    assert!(all.iter().all(|point| *point == expected));
}

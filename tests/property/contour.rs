//! Bands cover what they are made of, once, in valid polygons.

use geo::{Area as _, Contains as _, Distance as _, Euclidean, Intersects as _, Point, Validation as _};
use jiju::model::{MetreGrid, Raster};
use jiju::stats::{contour_bands, contour_lines, even_levels};
use proptest::prelude::*;

fn raster(columns: usize, values: Vec<Option<f64>>) -> Raster {
    Raster { grid: MetreGrid::epsg(4549).unwrap(), corner_m: [500_000.0, 3_300_000.0], cell_m: 250.0, columns, values }
}

/// Whole numbers, so that levels are met exactly and plateaus occur, or any; some cells without a value.
fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    let whole = prop_oneof![1 => Just(None), 5 => (0..4_i32).prop_map(|value| Some(f64::from(value)))];
    let any = prop_oneof![1 => Just(None), 5 => (0.0..3.0_f64).prop_map(Some)];
    prop_oneof![prop::collection::vec(whole, 4..80), prop::collection::vec(any, 4..80)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn bands_cover_the_known_cells_once(values in values(), columns in 1..9_usize) {
        let values = values[..values.len() / columns * columns].to_vec();
        let raster = raster(columns, values);
        let levels = [0.0, 1.0, 1.5, 2.0];
        let bands = contour_bands(&raster, &levels).unwrap();
        let known = raster.values.iter().flatten().count() as f64;
        let covered: f64 = bands.iter().map(|band| band.geometry.unsigned_area()).sum();
        prop_assert!((covered - known * 250.0 * 250.0).abs() < 1e-3, "{covered} m² for {known} cells");
        for band in &bands {
            prop_assert!(band.geometry.is_valid(), "{:?}", band.geometry.validation_errors());
        }
        for (cell, value) in raster.values.iter().enumerate() {
            let [x, y] = raster.centre_m(cell);
            let at = Point::new(x, y);
            match value {
                Some(value) => {
                    let own = bands.iter().find(|band| {
                        *value >= band.lower && band.upper.is_none_or(|upper| *value < upper)
                    }).unwrap();
                    // At the lower level itself a place may be all there is of a band.
                    prop_assert!(own.geometry.intersects(&at) || *value == own.lower, "{value}");
                }
                None => prop_assert!(bands.iter().all(|band| !band.geometry.contains(&at))),
            }
        }
        for line in contour_lines(&raster, &levels[1..]).unwrap() {
            prop_assert!(line.geometry.0.iter().all(|line| line.0.len() > 1));
        }
    }
}

#[test]
fn contours_of_a_cone_are_circles() {
    let side = 201;
    let middle = 100.5 * 250.0;
    let height = |cell: usize| {
        let (x, y) = ((cell % side) as f64 + 0.5, (cell / side) as f64 + 0.5);
        Some(10_000.0 - (x * 250.0 - middle).hypot(y * 250.0 - middle))
    };
    let cone = raster(side, (0..side * side).map(height).collect());
    let centre = Point::new(500_000.0 + middle, 3_300_000.0 - middle);
    for line in contour_lines(&cone, &[0.0, 2500.0, 7500.0]).unwrap() {
        let radius_m = 10_000.0 - line.level;
        let [ring] = line.geometry.0.as_slice() else { panic!("{} lines", line.geometry.0.len()) };
        assert!(ring.is_closed());
        for at in ring.coords() {
            let off_m = Euclidean.distance(Point::from(*at), centre) - radius_m;
            // A chord of a cell in a circle this wide lies (250 m)² / 8 r inside it.
            assert!(off_m.abs() <= 250.0 * 250.0 / (8.0 * radius_m) + 1e-6, "{off_m} m off {radius_m} m");
        }
    }
    let bands = contour_bands(&cone, &[0.0, 5000.0]).unwrap();
    assert_eq!(bands[0].geometry.0[0].interiors().len(), 1);
    let disc = std::f64::consts::PI * 5000.0 * 5000.0;
    assert!((bands[1].geometry.unsigned_area() / disc - 1.0).abs() < 1e-3);
}

#[test]
fn levels_and_values_that_cannot_be_meant_are_refused() {
    let flat = raster(2, vec![Some(1.0); 4]);
    assert!(contour_bands(&flat, &[]).is_err() && contour_bands(&flat, &[1.0, 1.0]).is_err());
    assert!(contour_bands(&flat, &[f64::NAN]).is_err());
    assert!(contour_lines(&raster(1, vec![Some(f64::INFINITY)]), &[1.0]).is_err());
    assert_eq!(even_levels(&flat, 5), Some(vec![1.0]));
    assert_eq!(even_levels(&raster(1, vec![None]), 5), None);
    assert!(contour_bands(&raster(1, vec![None]), &[1.0]).unwrap()[0].geometry.0.is_empty());
    // A single cell is its own band, to its edges.
    let single = raster(1, vec![Some(2.0)]);
    assert_eq!(contour_bands(&single, &[2.0]).unwrap()[0].geometry.unsigned_area(), 62_500.0);
}

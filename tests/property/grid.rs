//! Cells cover what they are made over, once.

use geo::{Area as _, BoundingRect as _, Intersects as _, Point};
use jiju::grid::{hexagons, quadtree, squares};
use jiju::join::{Contiguity, contiguity};
use jiju::model::{Area, Areas, Reference};
use proptest::prelude::*;

fn layer(cells: &[Area]) -> Areas {
    let (layer, source) = ("cell".to_owned(), "cells".to_owned());
    Areas { layer, source, reference: Reference::epsg(4549), areas: cells.to_vec() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_place_of_the_extent_is_in_one_cell(
        x in -5e5..5e5_f64, y in 2e6..4e6_f64, width in 0.0..5e3_f64, height in 0.0..5e3_f64, size in 300.0..2e3_f64,
        at in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 1..20),
    ) {
        let extent = [[x, y], [x + width, y + height]];
        for cells in [squares(extent, size).unwrap(), hexagons(extent, size).unwrap()] {
            for (along, up) in &at {
                let place = Point::new(x + along * width, y + up * height);
                let holding = cells.iter().filter(|cell| cell.geometry.intersects(&place)).count();
                // On an edge, of several.
                prop_assert!((1..=3).contains(&holding), "{place:?} in {holding}");
            }
            let sizes: Vec<f64> = cells.iter().map(|cell| cell.geometry.unsigned_area()).collect();
            prop_assert!(sizes.iter().all(|own| (own / sizes[0] - 1.0).abs() < 1e-6));
        }
    }

    #[test]
    fn a_quadtree_has_enough_points_in_every_cell_that_has_any(
        at in prop::collection::vec((0.0..1000.0_f64, 0.0..1000.0_f64), 1..300), least in 1..40_usize,
    ) {
        let points: Vec<[f64; 2]> = at.iter().map(|(x, y)| [*x, *y]).collect();
        let cells = quadtree([[0.0, 0.0], [1000.0, 1000.0]], &points, least, 10.0).unwrap();
        let mut counted = 0;
        for cell in &cells {
            let own = cell.geometry.bounding_rect().unwrap();
            let holds = |at: &&[f64; 2]| {
                at[0] >= own.min().x && at[0] < own.max().x && at[1] >= own.min().y && at[1] < own.max().y
            };
            let count = points.iter().filter(holds).count();
            prop_assert!(count == 0 || count >= least || cells.len() == 1, "{} has {count}", cell.id);
            counted += count;
        }
        prop_assert_eq!(counted, points.len());
    }
}

#[test]
fn neighbours_of_hexagons_are_six_and_share_their_edges_exactly() {
    let cells = hexagons([[500_000.0, 3_300_000.0], [510_000.0, 3_310_000.0]], 1000.0).unwrap();
    let rook = contiguity(&layer(&cells), Contiguity::Rook, 0.0).unwrap();
    let queen = contiguity(&layer(&cells), Contiguity::Queen, 0.0).unwrap();
    assert_eq!(rook, queen);
    let most = (0..cells.len()).map(|cell| rook.cardinality(cell)).max();
    assert_eq!(most, Some(6));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let extent = [[0.0, 0.0], [1e6, 1e6]];
    assert!(squares(extent, 0.0).is_err() && squares(extent, f64::NAN).is_err() && squares(extent, 1.0).is_err());
    assert!(hexagons([[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]], 1000.0).is_err());
    assert!(quadtree(extent, &[[2e6, 0.0]], 1, 1.0).is_err() && quadtree(extent, &[[0.0, 0.0]], 0, 1.0).is_err());
}

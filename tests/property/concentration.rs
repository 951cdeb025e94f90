//! What holds of location quotients, shares and growth whatever the counts, and of parks whose boundaries are moved.

use jiju::join::{AreaIndex, in_moved};
use jiju::measure::{area_concentration_frame, concentration_frame};
use jiju::model::{Area, Areas, Counts, Point, Reference};
use jiju::stats::{ConcentrationOptions, concentration, esteban_marquillas, shift_share};
use proptest::prelude::*;

fn tables() -> impl Strategy<Value = Counts> {
    (1_usize..7, 1_usize..7).prop_flat_map(|(areas, sectors)| {
        prop::collection::vec(prop_oneof![Just(0_u32), 0..50_u32, 0..100_000_u32], areas * sectors).prop_map(
            move |values| Counts {
                areas: (0..areas).map(|area| format!("a{area}")).collect(),
                sectors: (0..sectors).map(|sector| format!("s{sector}")).collect(),
                values: values.into_iter().map(f64::from).collect(),
                unit: Counts::FIRMS.to_owned(),
            },
        )
    })
}

proptest! {
    #[test]
    fn quotients_weighted_by_sector_shares_add_up_to_one(counts in tables()) {
        let total: f64 = counts.values.iter().sum();
        let result = concentration(&counts, &ConcentrationOptions::default()).unwrap();
        let sectors = counts.sectors.len();
        for (cells, area) in result.cells.chunks(sectors).zip(&result.per_area) {
            if area.count == 0.0 {
                prop_assert!(cells.iter().all(|cell| cell.location_quotient.is_none() && cell.share.is_none()));
                continue;
            }
            let mut weighted = 0.0;
            for (sector, cell) in cells.iter().enumerate() {
                let in_sector: f64 = (0..counts.areas.len()).map(|area| counts.get(area, sector)).sum();
                prop_assert_eq!(cell.location_quotient.is_none(), in_sector == 0.0);
                weighted += in_sector / total * cell.location_quotient.unwrap_or(0.0);
                if let Some((lower, upper)) = cell.interval {
                    let quotient = cell.location_quotient.unwrap();
                    prop_assert!(lower <= quotient && quotient <= upper && lower > 0.0 && upper.is_finite());
                }
                // Of a sector that is wholly in one area, as of one area that is all, there is nothing to compare with.
                let is_divided = cell.count < in_sector && area.count < total;
                prop_assert_eq!(cell.interval.is_some(), cell.count > 0.0 && is_divided);
            }
            prop_assert!((weighted - 1.0).abs() < 1e-12, "{}", weighted);
            let h = area.herfindahl_hirschman.unwrap();
            prop_assert!(h.index >= 1.0 / sectors as f64 - 1e-12 && h.index <= 1.0 + 1e-12);
            prop_assert_eq!(h.normalised.is_none(), sectors == 1);
        }
    }

    #[test]
    fn no_undefined_number_reaches_the_table(counts in tables()) {
        let halves = Counts { values: counts.values.iter().map(|v| (v / 2.0).floor()).collect(), ..counts.clone() };
        let options = ConcentrationOptions::default()
            .with_areas_km2(Some(counts.values[..counts.areas.len()].to_vec()))
            .with_in_park(Some(halves));
        let result = concentration(&counts, &options).unwrap();
        for cell in &result.cells {
            let numbers = [
                cell.share,
                cell.sector_share,
                cell.density_per_km2,
                cell.location_quotient,
                cell.in_park_share,
                cell.interval.map(|(lower, _)| lower),
                cell.interval.map(|(_, upper)| upper),
            ];
            prop_assert!(numbers.into_iter().flatten().all(f64::is_finite), "{:?}", cell);
        }
        prop_assert_eq!(concentration_frame(&result).unwrap().height(), counts.values.len());
        prop_assert_eq!(area_concentration_frame(&result).unwrap().height(), counts.areas.len());
    }
}

/// How far a point is from the boundary of a rectangle: negative inside.
fn signed_distance(point: (f64, f64), (x, y, width, height): (f64, f64, f64, f64)) -> f64 {
    let across = (x - point.0).max(point.0 - x - width);
    let along = (y - point.1).max(point.1 - y - height);
    if across > 0.0 && along > 0.0 { across.hypot(along) } else { across.max(along) }
}

proptest! {
    #[test]
    fn parks_with_moved_boundaries_hold_what_is_near_or_deep_enough(
        parks in prop::collection::vec((0.0..90.0_f64, 0.0..90.0_f64, 1.0..40.0_f64, 1.0..40.0_f64), 1..6),
        points in prop::collection::vec((-20.0..140.0_f64, -20.0..140.0_f64), 1..60),
        outward_m in -15.0..15.0_f64,
    ) {
        let area = |(number, (x, y, width, height)): (usize, &(f64, f64, f64, f64))| Area {
            id: number.to_string(),
            name: number.to_string(),
            parent: None,
            geometry: geo::Rect::new(geo::coord! { x: *x, y: *y }, geo::coord! { x: x + width, y: y + height })
                .to_polygon()
                .into(),
        };
        let areas = Areas {
            layer: "park".to_owned(),
            source: "parks".to_owned(),
            reference: Reference::epsg(4549),
            areas: parks.iter().enumerate().map(area).collect(),
        };
        let index = AreaIndex::new(&areas).unwrap();
        let places: Vec<Option<Point>> = points.iter().map(|(x, y)| Some(Point::new(*x, *y))).collect();
        let found = in_moved(&index, &places, outward_m);
        for (point, found) in points.iter().zip(found) {
            let least = parks.iter().map(|park| signed_distance(*point, *park)).fold(f64::INFINITY, f64::min);
            prop_assert!((least <= outward_m) == found || (least - outward_m).abs() < 1e-9, "{:?}: {}", point, least);
        }
    }

    #[test]
    fn the_parts_of_growth_add_up(
        before in prop::collection::vec(0_u32..50, 12),
        after in prop::collection::vec(0_u32..50, 12),
    ) {
        let amounts = |counts: &[u32]| -> Vec<f64> { counts.iter().map(|count| f64::from(*count)).collect() };
        let (before, after) = (amounts(&before), amounts(&after));
        let sum = |of: &[f64], keep: &dyn Fn(usize) -> bool| -> f64 {
            of.iter().enumerate().filter(|(cell, _)| keep(*cell)).map(|(_, amount)| amount).sum()
        };
        let all = (sum(&before, &|_| true), sum(&after, &|_| true));
        for cell in 0..12 {
            let (own, sector, area) = ((before[cell], after[cell]), cell % 3, cell / 3);
            let of_sector = [&before, &after].map(|of| sum(of, &|other| other % 3 == sector));
            let Some(parts) = shift_share(own, of_sector.into(), all) else { continue };
            prop_assert!((parts.territory + parts.sector_mix + parts.local - parts.change).abs() < 1e-9);
            if let Some(local) = esteban_marquillas(own, of_sector.into(), sum(&before, &|other| other / 3 == area), all.0) {
                prop_assert!((local.competitive + local.allocation - parts.local).abs() < 1e-9);
            }
        }
    }
}

//! What holds of location quotients and shares whatever the counts.

use jiju::model::Counts;
use jiju::stats::{ConcentrationOptions, concentration};
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
                prop_assert_eq!(cell.interval.is_some(), cell.count > 0.0);
            }
            prop_assert!((weighted - 1.0).abs() < 1e-12, "{}", weighted);
            let h = area.herfindahl_hirschman.unwrap();
            prop_assert!(h.index >= 1.0 / sectors as f64 - 1e-12 && h.index <= 1.0 + 1e-12);
            prop_assert_eq!(h.normalised.is_none(), sectors == 1);
        }
    }

    #[test]
    fn no_undefined_number_reaches_the_table(counts in tables()) {
        let options = ConcentrationOptions {
            areas_km2: Some(counts.values[..counts.areas.len()].to_vec()),
            in_park: Some(Counts { values: counts.values.iter().map(|v| (v / 2.0).floor()).collect(), ..counts.clone() }),
            ..ConcentrationOptions::default()
        };
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
        prop_assert_eq!(result.frame().unwrap().height(), counts.values.len());
        prop_assert_eq!(result.area_frame().unwrap().height(), counts.areas.len());
    }
}

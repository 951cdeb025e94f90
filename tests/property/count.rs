//! No enterprise is lost or counted twice between register, matches and table.

use geo::MultiPolygon;
use jiju::join::{in_any, restrict, totals};
use jiju::measure::{Weight, counts};
use jiju::model::{Area, Areas, Counts, Enterprise, Match, Reference, Register};
use proptest::prelude::*;

fn enterprise(row: u64, sector: Option<&str>, employees: Option<f64>) -> Enterprise {
    Enterprise {
        row,
        sheet: None,
        id: row.to_string().into(),
        surrogate_id: false,
        name: format!("firm {row}"),
        address: None,
        location: None,
        district: None,
        town: None,
        industry_code: None,
        sector: sector.map(Into::into),
        employees,
        output_cny: None,
        tax_cny: None,
        land_mu: None,
        energy_tce: None,
    }
}

fn areas(count: usize) -> Areas {
    let area = |number: usize| Area {
        id: format!("a{number}"),
        name: format!("area {number}"),
        parent: None,
        geometry: MultiPolygon(Vec::new()),
    };
    Areas {
        layer: "district".to_owned(),
        source: "districts.geojson".to_owned(),
        reference: Reference::Wgs84,
        areas: (0..count).map(area).collect(),
    }
}

type Row = (Enterprise, Match);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let one = (
        prop::option::of(prop::sample::select(vec!["dyeing", "chemicals", "bearings", "fans"])),
        prop::option::of(0.1..1e6),
        prop::option::of(0_usize..3),
    );
    prop::collection::vec(one, 0..60).prop_map(|rows| {
        (2_u64..)
            .zip(rows)
            .map(|(row, (sector, employees, area))| {
                (enterprise(row, sector, employees), Match { area, ..Match::default() })
            })
            .collect()
    })
}

fn split(rows: Vec<Row>) -> (Register, Vec<Match>) {
    let (enterprises, matches) = rows.into_iter().unzip();
    (Register::new("firms.csv", Reference::Wgs84, enterprises), matches)
}

proptest! {
    #[test]
    fn every_firm_is_counted_once(rows in rows()) {
        let (register, matches) = split(rows);
        let sectors = ["dyeing".to_owned(), "rare earth".to_owned()];
        let counted = counts(&register, &matches, &areas(3), &sectors, None).unwrap();
        let total: f64 = counted.counts.values.iter().sum();
        prop_assert_eq!(total as usize + counted.unmatched, register.enterprises().len());
        prop_assert!(counted.missing_weight.is_empty());
        prop_assert_eq!(&counted.counts.sectors[..2], &sectors);
        prop_assert_eq!(counted.counts.unit.as_str(), Counts::FIRMS);

        let weighed = counts(&register, &matches, &areas(3), &sectors, Some(Weight::Employees)).unwrap();
        let in_areas = register.enterprises().iter().zip(&matches).filter(|(_, one)| one.area.is_some());
        let missing: Vec<u64> = in_areas.filter(|(e, _)| e.employees.is_none()).map(|(e, _)| e.row).collect();
        prop_assert_eq!(weighed.missing_weight, missing);
        prop_assert_eq!(weighed.counts.unit.as_str(), "employees");

        let per_area = totals(&matches, 3);
        prop_assert_eq!(per_area.areas.iter().sum::<u64>() + per_area.unmatched, matches.len() as u64);
    }

    #[test]
    fn no_order_of_the_register_changes_a_bit(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let of = |rows: Vec<Row>| {
            let (register, matches) = split(rows);
            counts(&register, &matches, &areas(3), &[], Some(Weight::Employees)).unwrap().counts
        };
        prop_assert_eq!(of(rows), of(shuffled));
    }

    #[test]
    fn firms_in_parks_are_a_part_of_all(rows in rows(), parks in prop::collection::vec(prop::option::of(0_usize..2), 60)) {
        let (register, matches) = split(rows);
        let parks: Vec<Match> =
            parks.into_iter().take(matches.len()).map(|area| Match { area, ..Match::default() }).collect();
        let chosen = in_any(&[&parks]);
        let all = counts(&register, &matches, &areas(3), &[], None).unwrap().counts;
        let parked = counts(&register, &restrict(&matches, &chosen), &areas(3), &[], None).unwrap().counts;
        prop_assert_eq!((&all.areas, &all.sectors), (&parked.areas, &parked.sectors));
        prop_assert!(all.values.iter().zip(&parked.values).all(|(whole, part)| part <= whole));
        let both = parks.iter().zip(&matches).filter(|(park, one)| park.area.is_some() && one.area.is_some()).count();
        prop_assert_eq!(parked.values.iter().sum::<f64>() as usize, both);
    }
}

#[test]
fn unclassified_firms_have_a_column_of_their_own() {
    let in_first = Match { area: Some(0), ..Match::default() };
    let (register, matches) = split(vec![
        (enterprise(2, None, None), in_first),
        (enterprise(3, Some("zinc"), None), in_first),
        (enterprise(4, Some("alcohol"), None), Match::default()),
    ]);
    let counted = counts(&register, &matches, &areas(1), &["zinc".to_owned()], None).unwrap();
    assert_eq!(counted.counts.sectors, ["zinc", "alcohol", "unclassified"]);
    assert_eq!(counted.counts.values, [1.0, 0.0, 1.0]);
    assert_eq!(counted.unmatched, 1);
}

#[test]
fn matches_of_another_register_or_layer_are_refused() {
    let (register, matches) = split(vec![(enterprise(2, None, None), Match { area: Some(4), ..Match::default() })]);
    let unknown = counts(&register, &matches, &areas(3), &[], None).unwrap_err();
    assert!(unknown.to_string().contains("area number 4, the layer holds 3"), "{unknown}");
    let short = counts(&register, &[], &areas(3), &[], None).unwrap_err();
    assert!(short.to_string().contains("found 0 rows, expected 1"), "{short}");
    assert_eq!("emplyees".parse::<Weight>().unwrap_err().hint().unwrap(), "did you mean `employees`?");
}

//! Economic complexity held against ecomplexity, and the rank sum against scipy: `economic_complexity.py`.

use jiju::stats::{density_of_changes, economic_complexity, location_quotient, relatedness_density};
use serde_json::Value;

use super::autocorrelation::numbers;

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "found {found}, expected {expected}");
}

#[test]
fn indices_and_densities_agree_with_ecomplexity() {
    let set: Value = serde_json::from_str(include_str!("data/economic_complexity.json")).unwrap();
    for case in set["cases"].as_array().unwrap() {
        let counts = rows(&case["counts"]);
        let of_area: Vec<f64> = counts.iter().map(|row| row.iter().sum()).collect();
        let of_sector: Vec<f64> =
            (0..counts[0].len()).map(|sector| counts.iter().map(|row| row[sector]).sum()).collect();
        let all: f64 = of_area.iter().sum();
        let is_at_home = |area: usize, sector: usize| {
            location_quotient(counts[area][sector], of_area[area], of_sector[sector], all).is_some_and(|one| one >= 1.0)
        };
        let at_home: Vec<Vec<bool>> = (0..counts.len())
            .map(|area| (0..of_sector.len()).map(|sector| is_at_home(area, sector)).collect())
            .collect();
        let expected: Vec<Vec<bool>> =
            rows(&case["at_home"]).iter().map(|row| row.iter().map(|one| *one == 1.0).collect()).collect();
        assert_eq!(at_home, expected);
        let found = economic_complexity(&at_home).unwrap();
        assert_eq!(found.components, 1);
        numbers(&case["eci"]).iter().zip(&found.area_complexity).for_each(|(one, own)| near(own.unwrap(), *one));
        numbers(&case["pci"]).iter().zip(&found.sector_complexity).for_each(|(one, own)| near(own.unwrap(), *one));
        let density = relatedness_density(&at_home).unwrap();
        let later = rows(&case["later"]);
        let mut cells = Vec::new();
        for (area, row) in rows(&case["density"]).iter().enumerate() {
            for (sector, one) in row.iter().enumerate() {
                near(density[area][sector].unwrap(), *one);
                if !at_home[area][sector] {
                    cells.push((*one, later[area][sector] == 1.0));
                }
            }
        }
        let changes = density_of_changes(&cells);
        near(changes.greater_share.unwrap(), case["share"].as_f64().unwrap());
        near(changes.p.unwrap(), case["p"].as_f64().unwrap());
    }
}

#[test]
fn an_area_is_as_complex_as_its_sectors_are_in_the_mean() {
    let at_home = [vec![true, false, false, false], vec![true, true, false, false], vec![true, true, true, false]];
    let found = economic_complexity(&at_home).unwrap();
    assert_eq!((found.ubiquity[3], found.sector_complexity[3]), (0, None));
    for (area, row) in at_home.iter().enumerate() {
        let own: Vec<f64> =
            (0..4).filter(|sector| row[*sector]).map(|sector| found.sector_complexity[sector].unwrap()).collect();
        near(found.area_complexity[area].unwrap(), own.iter().sum::<f64>() / own.len() as f64);
    }
    let (mean, square) = (found.area_complexity.iter().flatten().sum::<f64>() / 3.0, |x: &f64| x * x);
    near(mean, 0.0);
    near(found.area_complexity.iter().flatten().map(square).sum::<f64>() / 3.0, 1.0);
}

#[test]
fn what_has_no_complexity_has_none() {
    // Two groups with nothing in common; areas that are all alike; one area.
    let apart = economic_complexity(&[vec![true, false], vec![false, true]]).unwrap();
    assert_eq!((apart.components, apart.area_complexity), (2, vec![None, None]));
    let alike = economic_complexity(&[vec![true, true], vec![true, true]]).unwrap();
    assert_eq!((alike.components, alike.area_complexity), (1, vec![None, None]));
    assert_eq!(economic_complexity(&[vec![true, true]]).unwrap().area_complexity, [None]);
    assert!(economic_complexity(&[vec![false]]).is_err() && economic_complexity(&[]).is_err());
    assert!(economic_complexity(&[vec![true], vec![true, false]]).is_err());
    assert_eq!(density_of_changes(&[(0.5, true)]).greater_share, None);
    let tied = density_of_changes(&[(0.5, true), (0.5, false)]);
    assert_eq!((tied.greater_share, tied.p), (Some(0.5), None));
}

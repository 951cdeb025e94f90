//! Local spatial heteroscedasticity held against esda: `losh_esda.py`.

use jiju::model::Weights;
use jiju::stats::{Alternative, Permutations, Transform, local_heteroscedasticity, transformed};

use super::autocorrelation::{NONE, inference, numbers, set};

fn columbus() -> (Vec<f64>, Weights) {
    let columbus = set("columbus_polygons_weights");
    let lists = &columbus.whole_case("columbus_contiguity_queen")["expected"]["neighbors"];
    let rows: Vec<Vec<(u32, f64)>> = lists
        .as_array()
        .unwrap()
        .iter()
        .map(|list| numbers(list).into_iter().map(|neighbour| (neighbour as u32, 1.0)).collect())
        .collect();
    let ids = (0..rows.len()).map(|unit| unit.to_string()).collect();
    (columbus.column("CRIME"), Weights::new(ids, rows).unwrap())
}

#[test]
fn heteroscedasticity_agrees_with_esda() {
    let ((crime, binary), expected) = (columbus(), set("losh_esda"));
    for (name, weights) in [("r", transformed(&binary, Transform::Row)), ("b", binary.clone())] {
        let case = expected.case(name);
        let found = local_heteroscedasticity(&crime, &weights, inference(Alternative::Greater, NONE)).unwrap();
        case.all_near("h", &found.h);
        case.all_near("local_mean", &found.local_mean);
        case.all_near("variance", &found.variance);
        case.all_near("p_greater", &found.p);
        let below = local_heteroscedasticity(&crime, &weights, inference(Alternative::Less, NONE)).unwrap();
        for (above, below) in found.p.iter().zip(&below.p) {
            assert!((above.unwrap() + below.unwrap() - 1.0).abs() < 1e-9);
        }
    }
}

#[test]
fn permutations_agree_with_the_distribution_where_neighbours_are_many() {
    let (crime, binary) = columbus();
    let weights = transformed(&binary, Transform::Row);
    let permutations = Permutations { count: 9999, seed: 1 };
    let found = local_heteroscedasticity(&crime, &weights, inference(Alternative::Greater, permutations)).unwrap();
    for unit in 0..crime.len() {
        let (by_draws, by_formula) = (found.chance.p_permutation[unit].unwrap(), found.p[unit].unwrap());
        if binary.cardinality(unit) >= 7 {
            assert!((by_draws - by_formula).abs() < 0.1, "unit {unit}: {by_draws} by draws, {by_formula} by formula");
        }
    }
}

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
fn permutations_are_those_of_all_draws() {
    // Eight units on a ring: the two neighbours of a unit are drawn from the seven others.
    let values = [1.0, 4.0, 2.0, 9.0, 3.0, 3.5, 0.0, 6.0];
    let ring = |unit: u32| vec![((unit + 7) % 8, 1.0), ((unit + 1) % 8, 1.0)];
    let ids = (0..8).map(|unit| unit.to_string()).collect();
    let weights = transformed(&Weights::new(ids, (0..8).map(ring).collect()).unwrap(), Transform::Row);
    let permutations = Permutations { count: 99_999, seed: 1 };
    let found = local_heteroscedasticity(&values, &weights, inference(Alternative::Greater, permutations)).unwrap();
    let square = |unit: usize| (values[unit] - (values[(unit + 7) % 8] + values[(unit + 1) % 8]) / 2.0).powi(2);
    for unit in 0..8 {
        let others: Vec<usize> = (0..8).filter(|other| *other != unit).collect();
        let observed = square((unit + 7) % 8) + square((unit + 1) % 8);
        let pairs: Vec<(usize, usize)> = others
            .iter()
            .flat_map(|one| others.iter().filter(move |other| one < *other).map(move |other| (*one, *other)))
            .collect();
        let at_least = pairs.iter().filter(|(one, other)| square(*one) + square(*other) >= observed - 1e-9).count();
        let exact = at_least as f64 / pairs.len() as f64;
        let drawn = found.chance.p_permutation[unit].unwrap();
        assert!((drawn - exact).abs() < 0.01, "unit {unit}: {drawn} by draws, {exact} of all");
    }
}

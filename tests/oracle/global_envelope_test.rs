//! Global rank envelopes, held against GET, and their share of false alarms: see `data/README.md`.

use geo::{MultiPolygon, Rect, coord};
use jiju::stats::{
    Depth, EdgeCorrection, GlobalBand, RankSide, SimulationOptions, Window, envelope, even_radii_m, k_function,
    marcon_puech, rank_envelope, simulated_csr, simulated_labels,
};
use serde_json::Value;

use super::autocorrelation::numbers;

#[test]
fn rank_envelopes_agree_with_get() {
    let data: Value = serde_json::from_str(include_str!("data/duranton_overman_dbmss.json")).unwrap();
    let own = &data["envelope"];
    let some = |values: &Value| -> Vec<Option<f64>> { numbers(values).into_iter().map(Some).collect() };
    let found = some(&own["found"]);
    let simulated: Vec<Vec<Option<f64>>> = own["simulated"].as_array().unwrap().iter().map(some).collect();
    let mut tested = 0;
    for case in own["tests"].as_array().unwrap() {
        let side = match case["side"].as_str().unwrap() {
            "greater" => RankSide::Above,
            "less" => RankSide::Below,
            _ => RankSide::Both,
        };
        let result = rank_envelope(&found, &simulated, case["level"].as_f64().unwrap(), side);
        assert!((result.p.unwrap() - case["p"].as_f64().unwrap()).abs() < 1e-12, "{case}: {:?}", result.p);
        for (ends, key) in [(&result.lower, "lower"), (&result.upper, "upper")] {
            let expected: Vec<Option<f64>> = case[key].as_array().unwrap().iter().map(Value::as_f64).collect();
            assert_eq!(ends, &expected, "{case}");
        }
        tested += 1;
    }
    assert_eq!(tested, 6);
}

type Curve = Vec<Option<f64>>;

/// How many trials of a hundred curves each, of which the first is held against the others, are rejected at 5 %, and how many of those
/// leave the band.
fn rejected(curves: &[Curve]) -> (usize, usize) {
    let (mut rejected, mut left) = (0, 0);
    for trial in curves.chunks(100) {
        let (found, simulated) = trial.split_first().unwrap();
        let held = envelope(found, simulated, 0.05, GlobalBand::ExtremeRankLength);
        let leaves = found.iter().enumerate().any(|(place, value)| {
            value < &held.global_lower[place]
                || (held.global_upper[place].is_some() && value > &held.global_upper[place])
        });
        rejected += usize::from(held.p.unwrap() <= 0.05 + 1e-12);
        left += usize::from(leaves);
    }
    (rejected, left)
}

#[test]
fn l_of_random_points_leaves_its_rank_envelope_in_one_of_twenty_cases() {
    let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 100.0, y: 100.0 }).to_polygon();
    let window = Window::new(MultiPolygon(vec![square])).unwrap();
    let radii = even_radii_m(25.0, 25).unwrap();
    let options = SimulationOptions::default().with_simulations(40_000).with_seed(11);
    let curves = simulated_csr(&window, &[25], options, |kinds| -> Result<Curve, jiju::Error> {
        Ok(k_function(&kinds[0], None, &window, &radii, EdgeCorrection::Translation, Depth::Exact)?.l)
    })
    .unwrap();
    let (rejected, left) = rejected(&curves);
    // 20 of 400, with a deviation of 4.4. Ties of ranks, where few points have neighbours, keep some from leaving the band.
    assert!((9..=31).contains(&rejected), "{rejected}");
    assert!(left <= rejected && left + 4 >= rejected, "{left} of {rejected}");
}

#[test]
fn m_of_random_labels_leaves_its_rank_envelope_in_one_of_twenty_cases() {
    // Firms in two towns and between them.
    let firms: Vec<[f64; 2]> = (0..150)
        .map(|at| {
            let (turn, far) = (f64::from(at) * 2.4, f64::from(at % 50).sqrt() * 40.0);
            [f64::from(at / 50) * 900.0 + far * turn.cos(), far * turn.sin()]
        })
        .collect();
    let radii = even_radii_m(1000.0, 20).unwrap();
    let options = SimulationOptions::default().with_simulations(40_000).with_seed(12);
    let curves = simulated_labels(firms.len(), &[20], options, |kinds| -> Result<Curve, jiju::Error> {
        let mut of = vec![false; firms.len()];
        kinds[0].iter().for_each(|firm| of[*firm] = true);
        Ok(marcon_puech(&firms, &[1.0; 150], &of, &of, &radii)?)
    })
    .unwrap();
    let (rejected, left) = rejected(&curves);
    assert!((9..=31).contains(&rejected), "{rejected}");
    assert!(left <= rejected && left + 4 >= rejected, "{left} of {rejected}");
}

#[test]
fn the_rank_envelope_of_m_is_wide_where_chance_is_and_narrow_where_it_is_not() {
    let firms: Vec<[f64; 2]> = (0..400).map(|at| [f64::from(at % 20) * 100.0, f64::from(at / 20) * 100.0]).collect();
    let radii = even_radii_m(2000.0, 20).unwrap();
    let m = |of: &[bool]| marcon_puech(&firms, &[1.0; 400], of, of, &radii).unwrap();
    let labelled = |members: &[usize]| {
        let mut of = vec![false; firms.len()];
        members.iter().for_each(|firm| of[*firm] = true);
        of
    };
    let options = SimulationOptions::default().with_simulations(199).with_seed(4);
    let curves =
        simulated_labels(400, &[40], options, |kinds| -> Result<Curve, jiju::Error> { Ok(m(&labelled(kinds[0]))) })
            .unwrap();
    // A sector that is 3 × 13 firms of a corner, and one elsewhere.
    let corner: Vec<usize> = (0..400).filter(|firm| firm % 20 < 3 && firm / 20 < 13).chain([399]).collect();
    let found = m(&labelled(&corner));
    let ranked = envelope(&found, &curves, 0.05, GlobalBand::ExtremeRankLength);
    let even = envelope(&found, &curves, 0.05, GlobalBand::Deviation);
    let width = |band: &jiju::stats::Envelope, place: usize| {
        band.global_upper[place].unwrap() - band.global_lower[place].unwrap()
    };
    assert!((width(&even, 1) - width(&even, 20)).abs() < 1e-9);
    assert!(width(&ranked, 20) * 10.0 < width(&ranked, 1), "{} {}", width(&ranked, 20), width(&ranked, 1));
    assert_eq!(ranked.p, Some(0.005));
}

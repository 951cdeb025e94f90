use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF as _, Normal};

use super::*;
use crate::stats::{ellison_glaeser, gini, marcon_puech, theil};

const SIMULATIONS: u64 = 1_000;

type Index = fn(&[f64]) -> Option<f64>;

/// A firm and its place at two dates.
type Dated = [Option<(Plant, [f64; 2])>; 2];

fn chosen(chances: &[f64], generator: &mut ChaCha8Rng) -> usize {
    let mut left = generator.random::<f64>() * chances.iter().sum::<f64>();
    for (place, chance) in chances.iter().enumerate() {
        left -= chance;
        if left < 0.0 {
            return place;
        }
    }
    chances.len() - 1
}

fn normal(generator: &mut ChaCha8Rng) -> f64 {
    Normal::standard().inverse_cdf(generator.random::<f64>().clamp(1e-12, 1.0 - 1e-12))
}

fn lognormal(deviation: f64, generator: &mut ChaCha8Rng) -> f64 {
    (deviation * normal(generator)).exp()
}

#[test]
fn what_is_not_drawn_again_is_as_it_is() {
    let mut generator = stream(1, 0);
    let firms: Vec<(usize, usize, f64)> = (0..60)
        .map(|_| (generator.random_range(0..5), generator.random_range(0..3), lognormal(1.0, &mut generator)))
        .collect();
    let paired: Vec<PairedFirm> = firms
        .iter()
        .map(|(area, sector, size)| Plant { area: *area, sector: *sector, size: *size })
        .map(|plant| PairedFirm { before: Some(plant), after: Some(plant) })
        .collect();
    let options = ChangeOptions::default()
        .with_permutations(9)
        .with_bootstrap(Bootstrap { replications: 9, ..Bootstrap::default() });
    let mut totals = [0.0; 5];
    firms.iter().for_each(|(area, _, size)| totals[*area] += size);
    for (sector, found) in agglomeration_changes(&paired, 5, 3, &options).unwrap().iter().enumerate() {
        let plants: Vec<(usize, f64)> =
            firms.iter().filter(|firm| firm.1 == sector).map(|(area, _, size)| (*area, *size)).collect();
        let expected = ellison_glaeser(&plants, &totals).unwrap().gamma.unwrap();
        assert!((found.before.unwrap() - expected).abs() < 1e-12);
        assert_eq!((found.difference, found.interval, found.p), (Some(0.0), Some((0.0, 0.0)), Some(1.0)));
    }
    let at: Vec<[f64; 2]> = (0..60).map(|_| [0; 2].map(|_: i32| generator.random::<f64>())).collect();
    let dyes: Vec<bool> = firms.iter().map(|firm| firm.1 == 0).collect();
    let weights: Vec<f64> = firms.iter().map(|firm| firm.2).collect();
    let places: Vec<[Option<PlacedFirm>; 2]> = (0..60)
        .map(|firm| PlacedFirm {
            at: at[firm],
            weight: weights[firm],
            is_reference: dyes[firm],
            is_neighbour: dyes[firm],
        })
        .map(|place| [Some(place), Some(PlacedFirm { at: place.at.map(|x| x + 5.0), ..place })])
        .collect();
    let expected = marcon_puech(&at, &weights, &dyes, &dyes, &[0.1, 0.3]).unwrap();
    for (found, expected) in marcon_puech_changes(&places, &[0.1, 0.3], &options).unwrap().iter().zip(expected) {
        assert!((found.before.unwrap() - expected.unwrap()).abs() < 1e-12);
        assert!(found.difference.unwrap().abs() < 1e-9);
    }
}

#[test]
fn draws_do_not_depend_on_threads() {
    let firms: Vec<(usize, usize, f64)> =
        (0..40).map(|firm| (firm % 4, firm % 3, 1.0 + f64::from(u8::from(firm > 30)))).collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bootstrapped_gamma(&firms, 4, 3, &Bootstrap { seed: 7, ..Bootstrap::default() })).unwrap()
    };
    assert_eq!(with(1), with(3));
}

/// The share of simulations whose interval holds the true value, and its mean width.
fn coverage(truth: f64, interval: impl Fn(u64) -> Option<(f64, f64)>) -> (f64, f64) {
    let (mut held, mut width, mut known) = (0.0, 0.0, 0.0);
    for (lower, upper) in (0..SIMULATIONS).filter_map(interval) {
        known += 1.0;
        held += f64::from(u8::from(lower <= truth && truth <= upper));
        width += upper - lower;
    }
    (held / known, width / known)
}

/// Lognormal amounts: their Gini coefficient is 2 Φ(σ / √2) − 1, their T σ² / 2.
#[test]
#[ignore = "takes minutes: make simulate-intervals"]
fn intervals_of_inequality_cover() {
    for (rows, deviation) in [(30, 0.5), (30, 1.0), (100, 0.5), (100, 1.0), (400, 1.0)] {
        let values = |number: u64| -> Vec<f64> {
            let mut generator = stream(11, number);
            (0..rows).map(|_| lognormal(deviation, &mut generator)).collect()
        };
        let bootstrap = |number| Bootstrap { replications: 499, seed: number, confidence: 0.95 };
        let true_gini = 2.0 * Normal::standard().cdf(deviation / 2.0_f64.sqrt()) - 1.0;
        let indices: [(&str, Index, f64); 2] = [
            ("gini", gini, true_gini),
            ("theil", |values| Some(theil(values, &vec![0; values.len()])?.index), deviation * deviation / 2.0),
        ];
        for (name, index, truth) in indices {
            let of = |values: &[f64], rows: &[usize]| index(&rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
            let bca = coverage(truth, |number| {
                let values = values(number);
                bootstrapped_interval(rows, &bootstrap(number), |rows| of(&values, rows)).unwrap()
            });
            let percentile = coverage(truth, |number| {
                let values = values(number);
                let draws: Vec<f64> = (0..499)
                    .filter_map(|draw| {
                        let times = multiplicities(rows, number, draw);
                        let drawn: Vec<usize> = (0..rows).flat_map(|row| (0..times[row]).map(move |_| row)).collect();
                        of(&values, &drawn)
                    })
                    .collect();
                percentile_interval(&draws, 0.95)
            });
            println!("{name} of {rows}, deviation {deviation}: BCa {bca:.3?}, percentile {percentile:.3?}");
            let least: f64 = if rows < 100 || deviation > 0.9 { 0.7 } else { 0.85 };
            assert!(bca.0 >= least.max(percentile.0 - 0.02), "{name} {rows} {deviation}: {bca:?}");
        }
    }
}

/// Firms that choose among eight areas by the same chances; the true γ is the mean of its estimates.
#[test]
#[ignore = "takes minutes: make simulate-intervals"]
fn intervals_of_gamma_cover() {
    let all = [0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05];
    let apart = [0.1, 0.1, 0.4, 0.1, 0.05, 0.05, 0.1, 0.1];
    for (plants, deviation, chances) in
        [(25, 0.0, all), (100, 0.0, all), (25, 0.0, apart), (25, 1.0, apart), (100, 0.0, apart), (100, 1.0, apart)]
    {
        let firms = |number: u64| -> Vec<(usize, usize, f64)> {
            let mut generator = stream(13, number);
            (0..400 + plants)
                .map(|firm| {
                    let is_own = firm < plants;
                    let area = chosen(if is_own { &chances } else { &all }, &mut generator);
                    (area, usize::from(!is_own), lognormal(if is_own { deviation } else { 0.0 }, &mut generator))
                })
                .collect()
        };
        let gamma = |firms: &[(usize, usize, f64)]| {
            let mut totals = [0.0; 8];
            firms.iter().for_each(|(area, _, size)| totals[*area] += size);
            let own: Vec<(usize, f64)> =
                firms.iter().filter(|firm| firm.1 == 0).map(|(area, _, size)| (*area, *size)).collect();
            ellison_glaeser(&own, &totals).ok()?.gamma
        };
        let truth = (0..20_000).filter_map(|number| gamma(&firms(SIMULATIONS + number))).sum::<f64>() / 20_000.0;
        let bootstrap = |number| Bootstrap { replications: 499, seed: number, confidence: 0.95 };
        let merged = coverage(truth, |number| bootstrapped_gamma(&firms(number), 8, 2, &bootstrap(number)).unwrap()[0]);
        // As several plants, a firm that is drawn several times stands beside itself.
        let several = coverage(truth, |number| {
            let firms = firms(number);
            let draws: Vec<f64> = (0..499)
                .filter_map(|draw| {
                    let times = multiplicities(firms.len(), number, draw);
                    let drawn: Vec<(usize, usize, f64)> =
                        firms.iter().zip(&times).flat_map(|(firm, times)| (0..*times).map(|_| *firm)).collect();
                    gamma(&drawn)
                })
                .collect();
            percentile_interval(&draws, 0.95)
        });
        println!("gamma {truth:.4} of {plants}, deviation {deviation}: merged {merged:.3?}, several {several:.3?}");
        assert!(merged.0 >= 0.9, "{merged:?}");
    }
}

/// Firms of one sector about three places among firms spread evenly; the true M is the mean of its estimates.
#[test]
#[ignore = "takes minutes: make simulate-intervals"]
fn intervals_of_m_cover() {
    for (own, share) in [(40, 0.0), (40, 0.5), (120, 0.5)] {
        let firms = |number: u64| -> Vec<PlacedFirm> {
            let mut generator = stream(17, number);
            (0..own + 300)
                .map(|firm| {
                    let is_own = firm < own;
                    let at = if is_own && generator.random::<f64>() < share {
                        let centre = f64::from(generator.random_range(0..3_u8)) * 0.3 + 0.2;
                        [0; 2].map(|_: i32| centre + 0.05 * normal(&mut generator))
                    } else {
                        [0; 2].map(|_: i32| generator.random::<f64>())
                    };
                    PlacedFirm { at, weight: 1.0, is_reference: is_own, is_neighbour: is_own }
                })
                .collect()
        };
        let m = |firms: &[PlacedFirm]| -> Option<f64> {
            let at: Vec<[f64; 2]> = firms.iter().map(|firm| firm.at).collect();
            let is_own: Vec<bool> = firms.iter().map(|firm| firm.is_reference).collect();
            marcon_puech(&at, &vec![1.0; at.len()], &is_own, &is_own, &[0.1]).ok()?[0]
        };
        let truth = (0..5_000).filter_map(|number| m(&firms(SIMULATIONS + number))).sum::<f64>() / 5_000.0;
        let bootstrap = |number| Bootstrap { replications: 299, seed: number, confidence: 0.95 };
        let found =
            coverage(truth, |number| bootstrapped_marcon_puech(&firms(number), &[0.1], &bootstrap(number)).unwrap()[0]);
        println!("M {truth:.3} of {own}, {share} in clusters: {found:.3?}");
        assert!(found.0 >= 0.88, "{found:?}");
    }
}

/// Firms that come and go with equal chances, stay and move: how often “no change” is rejected at 5 %, with and without growth.
#[test]
#[ignore = "takes minutes: make simulate-intervals"]
fn five_in_a_hundred_are_called_changed_where_nothing_did() {
    let chances =
        [[0.3, 0.1], [0.2, 0.1], [0.15, 0.4], [0.1, 0.1], [0.1, 0.05], [0.05, 0.05], [0.05, 0.1], [0.05, 0.1]];
    for (firms, leave, come, real) in
        [(200, 0.2, 0.2, 0.0), (200, 0.05, 0.05, 0.0), (200, 0.1, 0.6, 0.0), (200, 0.0, 0.5, 0.0), (200, 0.2, 0.2, 0.5)]
    {
        let (mut tests, mut rejected, mut held) = ([0.0; 3], [0.0; 3], [0.0; 3]);
        for number in 0..SIMULATIONS {
            let mut generator = stream(19, number);
            let mut plant = |is_after: bool| {
                let sector = usize::from(generator.random::<f64>() < 0.3);
                let mut areas: Vec<f64> = chances.iter().map(|chances| chances[sector]).collect();
                if is_after && sector == 1 {
                    areas[2] += real;
                }
                let area = chosen(&areas, &mut generator);
                let at = [area as f64, 0.0].map(|at| at + generator.random::<f64>());
                (Plant { area, sector, size: 1.0 }, at)
            };
            let all: Vec<Dated> = (0..)
                .take_while(|firm| f64::from(*firm) < f64::from(firms) * (1.0 + come))
                .map(|firm| {
                    let is_old = firm < firms;
                    let leaves = f64::from(firm) < f64::from(firms) * leave;
                    let before = is_old.then(|| plant(false));
                    let after = if is_old { before.filter(|_| !leaves) } else { Some(plant(true)) };
                    [before, after]
                })
                .collect();
            let paired: Vec<PairedFirm> = all
                .iter()
                .map(|[before, after]| PairedFirm { before: before.map(|one| one.0), after: after.map(|one| one.0) })
                .collect();
            let placed: Vec<[Option<PlacedFirm>; 2]> = all
                .iter()
                .map(|firm| {
                    firm.map(|one| {
                        let (plant, at) = one?;
                        let is_own = plant.sector == 1;
                        Some(PlacedFirm { at, weight: 1.0, is_reference: is_own, is_neighbour: is_own })
                    })
                })
                .collect();
            let options = ChangeOptions::default()
                .with_bootstrap(Bootstrap { replications: 199, seed: number, confidence: 0.95 })
                .with_permutations(199);
            let found = [
                vec![quotient_changes(&paired, 8, 2, &options).unwrap()[5]],
                vec![agglomeration_changes(&paired, 8, 2, &options).unwrap()[1]],
                marcon_puech_changes(&placed, &[0.3], &options).unwrap(),
            ];
            for (kind, found) in found.iter().enumerate() {
                let Some(p) = found[0].p else { continue };
                tests[kind] += 1.0;
                rejected[kind] += f64::from(u8::from(p <= 0.05));
                let (lower, upper) = found[0].interval.unwrap();
                held[kind] += f64::from(u8::from(lower <= 0.0 && upper >= 0.0));
            }
        }
        let share = |of: [f64; 3]| [0, 1, 2].map(|kind| of[kind] / tests[kind]);
        println!(
            "leave {leave}, come {come}, real {real}: LQ, gamma, M rejected {:.3?}, interval holds 0 {:.3?}",
            share(rejected),
            share(held)
        );
        // As many come as go, or half as many firms again.
        let most = if leave < come { 0.1 } else { 0.07 };
        assert!(real > 0.0 || share(rejected).iter().all(|share| *share < most));
    }
}

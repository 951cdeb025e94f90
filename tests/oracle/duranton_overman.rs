//! Duranton and Overman's K-density and Lang, Marcon and Puech's m, held against dbmss; the localisation of sectors, held against its
//! definition: see `data/README.md`.

use jiju::stats::{
    DrawnFrom, DurantonOvermanOptions, GlobalBand, LocalisationOptions, RankSide, SimulationOptions, colocalisation,
    duranton_overman, envelope, even_radii_m, lang_marcon_puech, localisation, rank_envelope, simulated_labels,
};
use serde_json::Value;

use super::autocorrelation::numbers;

fn data() -> Value {
    serde_json::from_str(include_str!("data/duranton_overman_dbmss.json")).unwrap()
}

struct Firms {
    at: Vec<[f64; 2]>,
    weights: Vec<f64>,
    sectors: Vec<String>,
    radii: Vec<f64>,
}

impl Firms {
    fn of(data: &Value) -> Self {
        let (x, y) = (numbers(&data["x"]), numbers(&data["y"]));
        Self {
            at: x.into_iter().zip(y).map(|(x, y)| [x, y]).collect(),
            weights: numbers(&data["weight"]),
            sectors: data["type"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
            radii: numbers(&data["r"]),
        }
    }

    fn kind(&self, of: &Value) -> Vec<bool> {
        self.sectors.iter().map(|sector| sector == of).collect()
    }

    /// The firms of each of three sectors by number, and the numbers of all.
    fn numbered(&self) -> Vec<Option<usize>> {
        let number = |sector: &String| ["bearings", "dyeing", "printing"].iter().position(|one| one == sector);
        self.sectors.iter().map(number).collect()
    }
}

#[track_caller]
fn near(what: &str, found: &[Option<f64>], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let found = found.unwrap();
        assert!((found - expected).abs() <= relative * expected.abs(), "{what}, {place}: {found}, expected {expected}");
    }
}

#[test]
fn densities_are_the_sums_that_dbmss_approximates() {
    let data = data();
    let firms = Firms::of(&data);
    for case in data["densities"].as_array().unwrap() {
        let options = DurantonOvermanOptions::default().with_weighted(case["weighted"].as_bool().unwrap());
        let (from, to) = (firms.kind(&case["reference"]), firms.kind(&case["neighbour"]));
        let found = duranton_overman(&firms.at, &firms.weights, &from, &to, &firms.radii, options).unwrap();
        let what = format!("{} and {}", case["reference"], case["neighbour"]);
        near(&what, &[found.bandwidth_m], &[case["bandwidth"].as_f64().unwrap()], 1e-12);
        near(&what, &found.density, &numbers(&case["density"]), 1e-12);
        near(&what, &found.density, &numbers(&case["dbmss"]), 5e-3);
    }
}

#[test]
fn a_wide_kernel_sees_pairs_beyond_twice_the_range() {
    // Two firms 3 m apart, seen from 0.5 m and 1 m with a bandwidth of 1 m.
    let firms: Vec<[f64; 2]> = (0..2).map(|at| [f64::from(at) * 3.0, 0.0]).collect();
    let options = DurantonOvermanOptions::default().with_bandwidth_m(Some(1.0));
    let found = duranton_overman(&firms, &[1.0; 2], &[true; 2], &[true; 2], &[0.5, 1.0], options).unwrap();
    let curve = |off: f64| (-0.5 * off * off).exp() / std::f64::consts::TAU.sqrt();
    near("two firms", &found.density, &[curve(-2.5) + curve(3.5), curve(-2.0) + curve(4.0)], 1e-14);
}

#[test]
fn m_is_the_ratio_of_sums_that_dbmss_approximates() {
    let data = data();
    let firms = Firms::of(&data);
    for case in data["relative"].as_array().unwrap() {
        let (from, to) = (firms.kind(&case["reference"]), firms.kind(&case["neighbour"]));
        let found = lang_marcon_puech(&firms.at, &firms.weights, &from, &to, &firms.radii, None).unwrap();
        let what = format!("{} and {}", case["reference"], case["neighbour"]);
        near(&what, &[found.bandwidth_m], &[case["bandwidth"].as_f64().unwrap()], 1e-12);
        near(&what, &found.m, &numbers(&case["m"]), 1e-11);
        near(&what, &found.of_firms[0], &numbers(&case["first"]), 1e-11);
        near(&what, &found.m, &numbers(&case["dbmss"]), 5e-3);
    }
}

/// What all sectors at once come to is what each by itself does: its density, and the bands of the same draws with their exact densities.
#[test]
fn all_sectors_at_once_are_each_sector_by_itself() {
    let firms = Firms::of(&data());
    let sectors = firms.numbered();
    let simulations = SimulationOptions::default().with_simulations(99).with_seed(5);
    for weighted in [false, true] {
        let options = LocalisationOptions::default().with_simulations(simulations).with_weighted(weighted);
        let mut told = Vec::new();
        let found =
            localisation(&firms.at, &firms.weights, &sectors, 3, &firms.radii, options, &mut |done| told.push(done))
                .unwrap();
        assert_eq!(told.last(), Some(&99));
        let each = DurantonOvermanOptions::default().with_weighted(weighted);
        let density = |of: &[bool]| duranton_overman(&firms.at, &firms.weights, of, of, &firms.radii, each).unwrap();
        for (number, sector) in found.sectors.iter().enumerate() {
            let own: Vec<bool> = sectors.iter().map(|one| *one == Some(number)).collect();
            let count = own.iter().filter(|is| **is).count();
            assert_eq!((sector.firms, &sector.density), (count, &density(&own).density));
            let curves: Vec<Vec<Option<f64>>> =
                simulated_labels(firms.at.len(), &[count], simulations, |kinds| -> Result<_, jiju::Error> {
                    let mut drawn = vec![false; firms.at.len()];
                    kinds[0].iter().for_each(|firm| drawn[*firm] = true);
                    Ok(density(&drawn).density)
                })
                .unwrap();
            let expected = envelope(&sector.density, &curves, 0.05, GlobalBand::Rank);
            // What rounding may do, of the height of the kernel; here it does less than a tenth of that.
            let height = 1.0 / (sector.bandwidth_m.unwrap() * std::f64::consts::TAU.sqrt());
            let bound = sector.rounding_error.unwrap() * height / 10.0;
            assert!(bound > 0.0 && bound < 1e-3 * height);
            for (found, expected) in [
                (&sector.lower, &expected.lower),
                (&sector.upper, &expected.upper),
                (&sector.global_lower, &expected.global_lower),
                (&sector.global_upper, &expected.global_upper),
            ] {
                for (found, expected) in found.iter().zip(expected) {
                    assert!((found.unwrap() - expected.unwrap()).abs() < bound, "{found:?} {expected:?} {bound}");
                }
            }
            // Γ and Ψ by their definition, in steps of 250 m.
            let sum = |of: &dyn Fn(usize) -> f64| (0..firms.radii.len()).map(|at| of(at).max(0.0) * 250.0).sum::<f64>();
            let value = |of: &[Option<f64>], at: usize| of[at].unwrap();
            let gamma = sum(&|at| value(&sector.density, at) - value(&sector.global_upper, at));
            let psi = sum(&|at| value(&sector.global_lower, at) - value(&sector.density, at));
            // What is held against the band is rounded as draws are.
            assert!((sector.gamma.unwrap() - gamma).abs() < 1e-3, "{gamma}");
            let psi = if gamma > 0.0 { 0.0 } else { psi };
            assert!((sector.psi.unwrap() - psi).abs() < 1e-3, "{psi}");
            let p = rank_envelope(&sector.density, &curves, 0.05, RankSide::Above).p.unwrap();
            assert!((sector.p_localised.unwrap() - p).abs() < 0.021, "{:?} {p}", sector.p_localised);
        }
        // The dyers of the second town.
        assert!(found.sectors[1].gamma.unwrap() > 0.0 && found.sectors[1].p_localised.unwrap() <= 0.02);
    }
}

#[test]
fn as_many_sectors_are_called_localised_as_the_level_says_where_none_is() {
    let firms = Firms::of(&data());
    let radii = even_radii_m(3000.0, 12).unwrap();
    // Sectors of 12 firms, drawn from all, 20 at once, sixty times with other labels and other draws.
    let (mut localised, mut dispersed, mut tested) = (0, 0, 0);
    let labels = SimulationOptions::default().with_simulations(60).with_seed(77);
    let trials: Vec<Vec<Option<usize>>> =
        simulated_labels(firms.at.len(), &[240], labels, |kinds| -> Result<_, jiju::Error> {
            let mut sectors = vec![None; 240];
            kinds[0].iter().enumerate().for_each(|(place, firm)| sectors[*firm] = Some(place / 12));
            Ok(sectors)
        })
        .unwrap();
    for (seed, sectors) in (100..).zip(trials) {
        let simulations = SimulationOptions::default().with_simulations(99).with_seed(seed);
        let options = LocalisationOptions::default().with_simulations(simulations);
        let found =
            localisation(&firms.at, &firms.weights, &sectors, 20, &radii, options, &mut |_| {}).unwrap().sectors;
        tested += found.len();
        localised += found.iter().filter(|one| one.p_localised.unwrap() <= 0.05).count();
        dispersed += found.iter().filter(|one| one.p_dispersed.unwrap() <= 0.05).count();
    }
    // 60 of 1,200, with a deviation of 8.3: sectors of one table share their draws.
    assert_eq!(tested, 1200);
    assert!((35..=85).contains(&localised), "{localised}");
    assert!((35..=85).contains(&dispersed), "{dispersed}");
}

#[test]
fn pairs_of_sectors_are_held_against_draws_of_both() {
    let data = data();
    let firms = Firms::of(&data);
    let sectors = firms.numbered();
    let simulations = SimulationOptions::default().with_simulations(39).with_seed(3);
    let options = LocalisationOptions::default().with_simulations(simulations);
    let pairs = [(1, 2), (0, 1)];
    for drawn_from in [DrawnFrom::All, DrawnFrom::Pair] {
        let found = colocalisation(
            &firms.at,
            &firms.weights,
            &sectors,
            3,
            &pairs,
            drawn_from,
            &firms.radii,
            options,
            &mut |_| {},
        )
        .unwrap();
        near("dyeing and printing", &found.sectors[0].density, &numbers(&data["densities"][4]["density"]), 1e-12);
        assert!(found.sectors.iter().all(|pair| pair.gamma.is_some() && pair.p_localised.is_some()));
    }
    let itself = [(1, 1)];
    let all = DrawnFrom::All;
    let refused =
        colocalisation(&firms.at, &firms.weights, &sectors, 3, &itself, all, &firms.radii, options, &mut |_| {});
    assert!(refused.unwrap_err().to_string().contains("1 and 1"));
}

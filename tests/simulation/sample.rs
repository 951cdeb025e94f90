//! Samples spread over space: how often each firm is drawn, how well they are spread, how near the estimate comes, and how often the
//! interval holds the truth.

use std::fmt::Write as _;

use jiju::stats::{
    Inclusion, InspectedUnits, PassRateOptions, Places, local_pivotal, pass_rate, share_allocation, voronoi_balance,
};

use super::years::Chance;

/// A made-up population: firms in towns and scattered, in districts, which pass an inspection or do not.
struct Population {
    name: &'static str,
    points: Vec<[f64; 2]>,
    strata: Vec<usize>,
    passes: Vec<bool>,
}

/// How passing depends on the place.
#[derive(Clone, Copy)]
enum Pattern {
    /// It does not.
    None,
    /// Slowly over tens of kilometres.
    Slope,
    /// Town by town: inspectors of one town are strict.
    Towns,
}

const KM: f64 = 1000.0;

fn population(name: &'static str, firms: usize, rate: f64, pattern: Pattern, seed: u64) -> Population {
    let mut chance = Chance::new(seed);
    let towns: Vec<([f64; 2], f64)> =
        (0..40).map(|_| ([chance.between(0.0, 90.0), chance.between(0.0, 60.0)], chance.normal())).collect();
    let mut points = Vec::new();
    let mut score = Vec::new();
    for _ in 0..firms {
        // Large towns have more of the firms.
        let town = ((chance.uniform() * chance.uniform()) * 39.99) as usize;
        let (middle, strict) = towns[town];
        let [x, y] = if chance.uniform() < 0.15 {
            [chance.between(0.0, 90.0), chance.between(0.0, 60.0)]
        } else {
            [middle[0] + 1.5 * chance.normal(), middle[1] + 1.5 * chance.normal()]
        };
        points.push([x * KM, y * KM]);
        let place = match pattern {
            Pattern::None => 0.0,
            Pattern::Slope => 1.6 * ((x / 25.0).sin() + (y / 20.0).cos()),
            Pattern::Towns => 1.6 * strict,
        };
        score.push(place + chance.normal());
    }
    let mut order: Vec<usize> = (0..firms).collect();
    order.sort_by(|one, other| score[*one].total_cmp(&score[*other]));
    let mut passes = vec![true; firms];
    for firm in order.iter().take(((1.0 - rate) * firms as f64).round() as usize) {
        passes[*firm] = false;
    }
    // Six districts.
    let strata =
        points.iter().map(|[x, y]| (x / (30.0 * KM)).clamp(0.0, 2.0) as usize + 3 * usize::from(*y > 30.0 * KM));
    let strata = strata.collect();
    Population { name, points, strata, passes }
}

/// What came of many samples.
#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    samples: f64,
    covered: f64,
    square_error: f64,
    square_error_of_random: f64,
    balance: f64,
    balance_of_random: f64,
    variance: f64,
}

/// Draws samples of a share of each district again and again, spread over space and at random.
fn figures(population: &Population, share: f64, samples: u64, seed: u64) -> Figures {
    let districts = population.strata.iter().max().unwrap() + 1;
    let members: Vec<Vec<usize>> = (0..districts)
        .map(|district| (0..population.points.len()).filter(|firm| population.strata[*firm] == district).collect())
        .collect();
    let populations: Vec<u64> = members.iter().map(|members| members.len() as u64).collect();
    let sizes = share_allocation(&populations, share).unwrap();
    let places: Vec<Places> = members
        .iter()
        .map(|members| {
            let points: Vec<[f64; 2]> = members.iter().map(|firm| population.points[*firm]).collect();
            Places::planar(&points).unwrap()
        })
        .collect();
    let inclusions: Vec<Inclusion> =
        sizes.iter().zip(&populations).map(|(size, all)| Inclusion::equal(*size, *all).unwrap()).collect();
    let truth = population.passes.iter().filter(|passes| **passes).count() as f64 / population.passes.len() as f64;
    let mut chance = Chance::new(seed ^ 0xabc);
    let mut found = Figures { samples: samples as f64, ..Figures::default() };
    let rate_of = |sample: &[(usize, usize)]| {
        let points: Vec<[f64; 2]> = sample.iter().map(|(_, firm)| population.points[*firm]).collect();
        let strata: Vec<usize> = sample.iter().map(|(district, _)| *district).collect();
        let passed: Vec<bool> = sample.iter().map(|(_, firm)| population.passes[*firm]).collect();
        let places = Places::planar(&points).unwrap();
        let units = InspectedUnits { places: &places, strata: &strata, passed: &passed };
        pass_rate(&units, &populations, PassRateOptions::default()).unwrap()
    };
    for number in 0..samples {
        let (mut sample, mut random) = (Vec::new(), Vec::new());
        for district in 0..districts {
            let drawn =
                local_pivotal(&places[district], &inclusions[district], seed, number * 100 + district as u64).unwrap();
            found.balance += voronoi_balance(&places[district], &inclusions[district], &drawn).unwrap().unwrap_or(0.0)
                / districts as f64;
            sample.extend(drawn.iter().map(|place| (district, members[district][*place])));
            let mut order: Vec<usize> = (0..members[district].len()).collect();
            for place in 0..drawn.len() {
                let other = place + ((order.len() - place) as f64 * chance.uniform() * 0.999_999_999) as usize;
                order.swap(place, other);
            }
            order.truncate(drawn.len());
            found.balance_of_random +=
                voronoi_balance(&places[district], &inclusions[district], &order).unwrap().unwrap_or(0.0)
                    / districts as f64;
            random.extend(order.iter().map(|place| (district, members[district][*place])));
        }
        let (rate, of_random) = (rate_of(&sample), rate_of(&random));
        found.covered += f64::from(u8::from(rate.lower.unwrap() <= truth && truth <= rate.upper.unwrap()));
        found.square_error += (rate.share.unwrap() - truth).powi(2);
        found.square_error_of_random += (of_random.share.unwrap() - truth).powi(2);
        found.variance += rate.standard_error.unwrap_or(0.0).powi(2);
    }
    found
}

fn populations() -> Vec<Population> {
    vec![
        population("no pattern, 85 % pass", 1100, 0.85, Pattern::None, 1),
        population("a slope, 85 % pass", 1100, 0.85, Pattern::Slope, 2),
        population("town by town, 85 % pass", 1100, 0.85, Pattern::Towns, 3),
        population("a slope, 70 % pass", 1100, 0.7, Pattern::Slope, 4),
        population("town by town, 93 % pass", 1100, 0.93, Pattern::Towns, 5),
    ]
}

const HEAD: &str = "| population | share drawn | 95 % intervals hold the truth | mean variance / square error | error against stratified random | \
                    balance | balance of random |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";

fn row(table: &mut String, name: &str, share: f64, found: &Figures) {
    writeln!(
        table,
        "| {name} | {:.0} % | {:.1} % | {:.2} | {:.2} | {:.3} | {:.3} |",
        100.0 * share,
        100.0 * found.covered / found.samples,
        found.variance / found.square_error,
        (found.square_error / found.square_error_of_random).sqrt(),
        found.balance / found.samples,
        found.balance_of_random / found.samples
    )
    .unwrap();
}

#[test]
fn each_firm_is_drawn_as_often_as_it_should_be() {
    // Unequal probabilities, some of them certain or none, some firms in one place.
    let mut chance = Chance::new(7);
    let mut points: Vec<[f64; 2]> = (0..40).map(|_| [chance.between(0.0, 9.0), chance.between(0.0, 9.0)]).collect();
    points[..8].fill([1.0, 1.0]);
    let parts: Vec<u64> = (0..40).map(|firm| [13, 50, 37, 100, 0, 70, 25, 105][firm % 8].min(100)).collect();
    let places = Places::planar(&points).unwrap();
    let inclusion = Inclusion::new(parts.clone(), 100).unwrap();
    assert_eq!(parts.iter().sum::<u64>() % 100, 75, "one firm is left to chance");
    let draws = 4000;
    let mut drawn = vec![0_u32; points.len()];
    for number in 0..draws {
        let sample = local_pivotal(&places, &inclusion, 3, number).unwrap();
        assert!((19..=20).contains(&sample.len()), "{}", sample.len());
        sample.iter().for_each(|firm| drawn[*firm] += 1);
    }
    for (firm, count) in drawn.iter().enumerate() {
        let (part, draws) = (parts[firm] as f64 / 100.0, draws as f64);
        let deviation = (draws * part * (1.0 - part)).sqrt();
        assert!((f64::from(*count) - draws * part).abs() <= 4.5 * deviation, "{firm}: {count} of {draws}, {part}");
    }
}

#[test]
fn a_few_samples_are_spread_and_near() {
    let mut all = Figures::default();
    for population in populations() {
        let found = figures(&population, 0.1, 60, 11);
        assert!(found.balance < 0.8 * found.balance_of_random, "{}: {found:?}", population.name);
        all.samples += found.samples;
        all.covered += found.covered;
    }
    assert!((0.90..=0.99).contains(&(all.covered / all.samples)), "{all:?}");
}

/// `make simulate-sample`: the samples of docs/simulations.md.
#[test]
#[ignore = "takes minutes: make simulate-sample"]
fn many_samples_are_spread_and_near() {
    let samples: u64 = std::env::var("JIJU_SAMPLES").ok().and_then(|samples| samples.parse().ok()).unwrap_or(2000);
    let mut table = HEAD.to_owned();
    let mut faults = Vec::new();
    let (mut all, mut rows) = (0.0, 0.0);
    for population in populations() {
        for share in [0.05, 0.1, 0.2] {
            let found = figures(&population, share, samples, 2020);
            row(&mut table, population.name, share, &found);
            let covered = found.covered / found.samples;
            all += covered;
            rows += 1.0;
            if !(0.93..=0.975).contains(&covered) {
                faults.push(format!("{}, {share}: {covered}", population.name));
            }
        }
    }
    println!("{samples} samples each\n\n{table}\n{faults:?}");
    super::record("sample", &format!("{samples} samples of each population and share.\n\n{table}"));
    assert!(faults.is_empty(), "{faults:?}\n{table}");
    assert!((0.94..=0.96).contains(&(all / rows)), "{}\n{table}", all / rows);
}

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::places::Places;
use crate::error::{Result, StatsError};

/// What cases are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScanModel {
    /// Cases of a population, each person alike: c ln(c / E) + (C − c) ln((C − c) / (C − E)).
    Poisson,
    /// Cases and controls, the population being both.
    Bernoulli,
}

/// Which clusters are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScanRates {
    /// More cases than expected.
    #[default]
    High,
    /// Fewer.
    Low,
    /// Either.
    Both,
}

/// What [`scan`] needs beside cases and population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScanOptions {
    /// What cases are held against.
    pub model: ScanModel,
    /// Which clusters are looked for.
    pub rates: ScanRates,
    /// The most of the whole population that a circle may hold; one half by default.
    pub greatest_share: f64,
    /// The greatest radius of a circle; none by default.
    pub greatest_radius_m: f64,
    /// The fewest cases of a cluster of high rates; 2 by default.
    pub fewest_cases: u64,
    /// How many random maps are tried.
    pub simulations: u64,
    /// The same seed gives the same maps, on any number of threads.
    pub seed: u64,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            model: ScanModel::Poisson,
            rates: ScanRates::High,
            greatest_share: 0.5,
            greatest_radius_m: f64::INFINITY,
            fewest_cases: 2,
            simulations: 999,
            seed: 0,
        }
    }
}

/// A circle in which cases are not as expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScanCluster {
    /// The place at its centre.
    pub centre: usize,
    /// How far its farthest place is.
    pub radius_m: f64,
    /// Its places, nearest first.
    pub members: Vec<u32>,
    /// Their population.
    pub population: f64,
    /// Their cases.
    pub cases: u64,
    /// What they would have at the rate of all.
    pub expected: f64,
    /// Cases over expected.
    pub observed_over_expected: f64,
    /// Their rate over that of all others; none where these have no cases.
    pub relative_risk: Option<f64>,
    /// The logarithm of the likelihood ratio.
    pub log_likelihood_ratio: f64,
    /// (M + 1) / (R + 1) among the greatest ratios of random maps; none without these.
    pub p: Option<f64>,
}

/// Kulldorff's spatial scan: the circles, each about a place, whose cases chance explains least.
///
/// Of each centre the best circle is kept; they are ranked by their likelihood ratio, and those that overlap a better one are
/// left out, as SaTScan does. p holds each against the best circle of as many maps with the cases thrown at random over the
/// population, and so counts for all circles at once. Places as far from a centre come into its circle together.
///
/// # Units
///
/// Metres.
///
/// # Undefined
///
/// No cluster where there are no cases, or nothing but cases.
///
/// # Errors
///
/// Lists that are not one number for each place; cases that are not whole and 0 or more; a population that is negative, not
/// finite, or for Bernoulli not whole or below the cases; options out of their range; more circles than memory should hold.
///
/// # Examples
///
/// ```
/// use jiju::stats::{Places, ScanOptions, scan};
///
/// let places = Places::planar(&[[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [10.0, 0.0], [20.0, 0.0]])?;
/// let found = scan(&places, &[9, 8, 1, 1, 1], &[100.0; 5], &ScanOptions::default())?;
/// assert_eq!((found[0].members.as_slice(), found[0].cases), (&[0, 1][..], 17));
/// assert!(found[0].p.unwrap() < 0.01);
/// # Ok::<(), jiju::Error>(())
/// ```
///
/// # References
///
/// M. Kulldorff, A spatial scan statistic, Communications in Statistics 26, 1997.
pub fn scan(places: &Places, cases: &[u64], population: &[f64], options: &ScanOptions) -> Result<Vec<ScanCluster>> {
    refuse(places, cases, population, options)?;
    let all_cases: u64 = cases.iter().sum();
    let all: f64 = population.iter().sum();
    let ends_there = match options.model {
        ScanModel::Poisson => all <= 0.0,
        ScanModel::Bernoulli => all <= all_cases as f64,
    };
    if all_cases == 0 || ends_there {
        return Ok(Vec::new());
    }
    let circles = Circles::new(places, population, all, options)?;
    let ratio = Ratio::new(all_cases, all, options);
    // The best circle of each centre.
    let mut best: Vec<(usize, usize, f64)> = (0..places.len())
        .into_par_iter()
        .filter_map(|centre| {
            let (length, ratio) = circles.best(centre, cases, &ratio)?;
            Some((centre, length, ratio))
        })
        .collect();
    best.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
    let mut taken = vec![false; places.len()];
    let mut kept = Vec::new();
    for (centre, length, ratio) in best {
        let members = &circles.of(centre)[..length];
        if members.iter().any(|member| taken[*member as usize]) {
            continue;
        }
        members.iter().for_each(|member| taken[*member as usize] = true);
        kept.push((centre, members, ratio));
    }
    let greatest: Vec<f64> = (0..options.simulations)
        .into_par_iter()
        .map(|number| {
            let mut generator = ChaCha8Rng::seed_from_u64(options.seed);
            generator.set_stream(number);
            let map = thrown(&mut generator, all_cases, population, options.model);
            (0..places.len())
                .filter_map(|centre| circles.best(centre, &map, &ratio))
                .map(|best| best.1)
                .fold(0.0, f64::max)
        })
        .collect();
    let of_circle = |(centre, members, ratio): (usize, &[u32], f64)| {
        let own: u64 = members.iter().map(|member| cases[*member as usize]).sum();
        let people: f64 = members.iter().map(|member| population[*member as usize]).sum();
        let expected = all_cases as f64 * people / all;
        let (inside, outside) = (own as f64 / expected, (all_cases - own) as f64 / (all_cases as f64 - expected));
        let as_great = greatest.iter().filter(|other| **other >= ratio * (1.0 - 1e-12)).count();
        ScanCluster {
            centre,
            radius_m: members.last().map_or(0.0, |last| places.distance_m(centre, *last as usize)),
            members: members.to_vec(),
            population: people,
            cases: own,
            expected,
            observed_over_expected: inside,
            relative_risk: (outside > 0.0).then(|| inside / outside),
            log_likelihood_ratio: ratio,
            p: (options.simulations > 0).then(|| (as_great + 1) as f64 / (options.simulations + 1) as f64),
        }
    };
    Ok(kept.into_iter().map(of_circle).collect())
}

/// The places of growing circles about every place.
struct Circles {
    /// Nearest first, up to the greatest share.
    members: Vec<Vec<u32>>,
    /// The population of the circle that ends with each member; none where the next is as far.
    populations: Vec<Vec<Option<f64>>>,
}

impl Circles {
    fn new(places: &Places, population: &[f64], all: f64, options: &ScanOptions) -> Result<Self> {
        const MOST: usize = 1 << 28;
        let count = places.len();
        let of_centre = |centre: usize| -> (Vec<u32>, Vec<Option<f64>>) {
            let mut others: Vec<(f64, u32)> =
                (0..count).map(|other| (places.distance_m(centre, other), other as u32)).collect();
            others.retain(|(distance_m, _)| *distance_m <= options.greatest_radius_m);
            others.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let (mut members, mut populations, mut sum) = (Vec::new(), Vec::new(), 0.0);
            for (place, (distance_m, member)) in others.iter().enumerate() {
                sum += population[*member as usize];
                if sum > options.greatest_share * all * (1.0 + 1e-12) {
                    break;
                }
                members.push(*member);
                let as_far = others.get(place + 1).is_some_and(|(next_m, _)| next_m == distance_m);
                populations.push((!as_far).then_some(sum));
            }
            (members, populations)
        };
        if count.saturating_mul(count) > MOST {
            return Err(StatsError::Option {
                statistic: "the spatial scan",
                option: "the number of places",
                found: count.to_string(),
                expected: "at most 16,384: scan towns or cells".to_owned(),
            }
            .into());
        }
        let (members, populations) = (0..count).into_par_iter().map(of_centre).unzip();
        Ok(Self { members, populations })
    }

    fn of(&self, centre: usize) -> &[u32] {
        &self.members[centre]
    }

    /// The best circle about a place: how many places it holds, and its ratio.
    fn best(&self, centre: usize, cases: &[u64], ratio: &Ratio) -> Option<(usize, f64)> {
        let (mut own, mut best) = (0, None);
        for (place, (member, population)) in self.members[centre].iter().zip(&self.populations[centre]).enumerate() {
            own += cases[*member as usize];
            let Some(population) = population else { continue };
            let found = ratio.of(own, *population);
            if found > best.map_or(0.0, |(_, best)| best) {
                best = Some((place + 1, found));
            }
        }
        best
    }
}

/// The likelihood ratio of a circle.
struct Ratio {
    options: ScanOptions,
    cases: f64,
    population: f64,
    /// n ln n of whole numbers up to the number of cases.
    logarithms: Vec<f64>,
}

impl Ratio {
    fn new(cases: u64, population: f64, options: &ScanOptions) -> Self {
        let logarithms = (0..=cases).map(|number| times_own_logarithm(number as f64)).collect();
        Self { options: *options, cases: cases as f64, population, logarithms }
    }

    /// The logarithm of the likelihood ratio; 0 where there are not more, or fewer, cases than expected.
    #[inline]
    fn of(&self, cases: u64, population: f64) -> f64 {
        let own = cases as f64;
        let expected = self.cases * population / self.population;
        let (more, fewer) = (own > expected, own < expected);
        let wanted = match self.options.rates {
            ScanRates::High => more && cases >= self.options.fewest_cases,
            ScanRates::Low => fewer,
            ScanRates::Both => fewer || (more && cases >= self.options.fewest_cases),
        };
        if !wanted || expected <= 0.0 || expected >= self.cases {
            return 0.0;
        }
        let rest = self.cases - own;
        let known = self.logarithms[cases as usize] + self.logarithms[rest as usize];
        match self.options.model {
            ScanModel::Poisson => known - own * expected.ln() - rest * (self.cases - expected).ln(),
            ScanModel::Bernoulli => {
                let outside = self.population - population;
                let others = times_own_logarithm(population - own) + times_own_logarithm(outside - rest);
                let whole = times_own_logarithm(self.cases) + times_own_logarithm(self.population - self.cases)
                    - times_own_logarithm(self.population);
                known + others - times_own_logarithm(population) - times_own_logarithm(outside) - whole
            }
        }
    }
}

fn times_own_logarithm(number: f64) -> f64 {
    if number > 0.0 { number * number.ln() } else { 0.0 }
}

/// Cases thrown at random: by the shares of the population, or as some of its members.
fn thrown(generator: &mut ChaCha8Rng, cases: u64, population: &[f64], model: ScanModel) -> Vec<u64> {
    let mut sums = Vec::with_capacity(population.len());
    let mut sum = 0.0;
    for people in population {
        sum += people;
        sums.push(sum);
    }
    let mut map = vec![0_u64; population.len()];
    match model {
        ScanModel::Poisson => {
            for _ in 0..cases {
                let at = generator.random::<f64>() * sum;
                let place = sums.partition_point(|end| *end <= at).min(map.len() - 1);
                map[place] += 1;
            }
        }
        ScanModel::Bernoulli => {
            // Whole persons, none of them drawn twice: Floyd's method.
            let all = sum as u64;
            let mut drawn = std::collections::HashSet::with_capacity(cases as usize);
            for top in all - cases..all {
                let number = ((generator.random::<f64>() * (top + 1) as f64) as u64).min(top);
                let person = if drawn.insert(number) { number } else { top };
                if person == top {
                    drawn.insert(top);
                }
                map[sums.partition_point(|end| *end <= person as f64)] += 1;
            }
        }
    }
    map
}

fn refuse(places: &Places, cases: &[u64], population: &[f64], options: &ScanOptions) -> Result<(), StatsError> {
    const STATISTIC: &str = "the spatial scan";
    // Sums of whole numbers beyond are no longer exact, and n ln n is kept of every number of cases.
    const MOST_CASES: u64 = 1 << 26;
    for (what, found) in [("the list of cases", cases.len()), ("the population", population.len())] {
        if found != places.len() {
            let (found, expected) = (format!("{found} numbers"), format!("{}, one for each place", places.len()));
            return Err(StatsError::Shape { statistic: STATISTIC, what, found, expected });
        }
    }
    let mut all_cases = 0_u64;
    for (place, (cases, people)) in cases.iter().zip(population).enumerate() {
        let refused = |found: f64, expected: &'static str| {
            Err(StatsError::Value { statistic: STATISTIC, place: format!("place {}", place + 1), found, expected })
        };
        all_cases = all_cases.saturating_add(*cases);
        if all_cases > MOST_CASES {
            return refused(*cases as f64, "at most 2²⁶ cases together");
        }
        if !(people.is_finite() && *people >= 0.0) {
            return refused(*people, "a population of 0 or more");
        }
        let of_both = options.model == ScanModel::Bernoulli;
        if of_both && (people.fract() != 0.0 || *people < *cases as f64 || *people > MOST_CASES as f64) {
            return refused(*people, "whole numbers of cases and controls, at most 2²⁶");
        }
        if *people == 0.0 && *cases > 0 {
            return refused(*cases as f64, "no cases where there is no population");
        }
    }
    let share = options.greatest_share;
    let wrong = [
        ("the greatest share", share, share > 0.0 && share <= 1.0, "a number above 0, at most 1"),
        ("the greatest radius", options.greatest_radius_m, options.greatest_radius_m >= 0.0, "0 m or more"),
    ];
    match wrong.into_iter().find(|(_, _, is_right, _)| !is_right) {
        Some((option, found, _, expected)) => {
            let (found, expected) = (found.to_string(), expected.to_owned());
            Err(StatsError::Option { statistic: STATISTIC, option, found, expected })
        }
        None => Ok(()),
    }
}

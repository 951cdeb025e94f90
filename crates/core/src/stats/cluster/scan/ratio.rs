#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number of cases between 0 and all of them"
)]

use super::{ScanModel, ScanOptions, ScanRates};

/// The likelihood ratio of a zone.
pub(super) struct Ratio {
    options: ScanOptions,
    cases: f64,
    population: f64,
    /// n ln n of whole numbers up to the number of cases.
    logarithms: Vec<f64>,
}

impl Ratio {
    pub(super) fn new(cases: u64, population: f64, options: &ScanOptions) -> Self {
        let logarithms = (0..=cases).map(|number| times_own_logarithm(number as f64)).collect();
        Self { options: *options, cases: cases as f64, population, logarithms }
    }

    /// The numbers of cases from which on, and below which, a zone whose population lies between two bounds can have a greater ratio than a
    /// given one: no other number gives a greater one. What rounds is on the safe side.
    ///
    /// With more cases than expected the ratio falls with the population and grows with the cases; with fewer the other way round.
    pub(super) fn bounds(&self, [fewest, most]: [f64; 2], ratio: f64) -> [u32; 2] {
        // The terms of the logarithm are as great as this, and some eight of them are added.
        let scale = match self.options.model {
            ScanModel::Poisson => times_own_logarithm(self.cases),
            ScanModel::Bernoulli => times_own_logarithm(self.population),
        };
        let above = ratio * (1.0 - 1e-9) - 1e-9 - 1e-13 * scale;
        let all = self.cases as u32;
        let is_bernoulli = self.options.model == ScanModel::Bernoulli;
        let is_high = |cases: u32| {
            // Of cases and controls there are no fewer than cases.
            let people = if is_bernoulli { fewest.max(f64::from(cases)) } else { fewest };
            let zone = self.of_population(people);
            f64::from(cases) > zone.expected && zone.logarithm(cases) > above
        };
        let is_low = |cases: u32| {
            // Nor are there more cases outside than people.
            let outside = if is_bernoulli { self.cases - f64::from(cases) } else { 0.0 };
            let zone = self.of_population(most.min(self.population - outside));
            f64::from(cases) < zone.expected && zone.logarithm(cases) > above
        };
        let high = match self.options.rates {
            ScanRates::Low => all + 1,
            _ => first(all + 1, is_high),
        };
        let low = match self.options.rates {
            ScanRates::High => 0,
            _ => first(all + 1, |cases| !is_low(cases)),
        };
        [high, low]
    }

    /// For zones of one population.
    pub(super) fn of_population(&self, population: f64) -> RatioOf<'_> {
        let expected = self.cases * population / self.population;
        let logarithms = [expected.ln(), (self.cases - expected).max(0.0).ln()];
        let is_defined = expected > 0.0 && expected < self.cases;
        RatioOf { ratio: self, population, expected, logarithms, is_defined }
    }
}

/// The likelihood ratio of zones of one population.
pub(super) struct RatioOf<'a> {
    ratio: &'a Ratio,
    population: f64,
    expected: f64,
    /// The logarithms of the cases that are expected inside and outside the zone.
    logarithms: [f64; 2],
    is_defined: bool,
}

impl RatioOf<'_> {
    /// The logarithm of the likelihood ratio; 0 where there are not more, or fewer, cases than expected.
    #[inline]
    pub(super) fn of_cases(&self, cases: u32) -> f64 {
        let options = &self.ratio.options;
        let own = f64::from(cases);
        let (more, fewer) = (own > self.expected, own < self.expected);
        let enough = || u64::from(cases) >= options.fewest_cases;
        let wanted = match options.rates {
            ScanRates::High => more && enough(),
            ScanRates::Low => fewer,
            ScanRates::Both => fewer || (more && enough()),
        };
        if wanted && self.is_defined { self.logarithm(cases) } else { 0.0 }
    }

    /// The logarithm of the likelihood ratio, whether there are more cases than expected or fewer.
    #[inline]
    fn logarithm(&self, cases: u32) -> f64 {
        let Ratio { options, cases: all, population: everyone, logarithms } = self.ratio;
        let own = f64::from(cases);
        let rest = all - own;
        let known = logarithms[cases as usize] + logarithms[rest as usize];
        match options.model {
            ScanModel::Poisson => known - own * self.logarithms[0] - rest * self.logarithms[1],
            ScanModel::Bernoulli => {
                let outside = everyone - self.population;
                let others = times_own_logarithm(self.population - own) + times_own_logarithm(outside - rest);
                let whole =
                    times_own_logarithm(*all) + times_own_logarithm(everyone - all) - times_own_logarithm(*everyone);
                known + others - times_own_logarithm(self.population) - times_own_logarithm(outside) - whole
            }
        }
    }
}

fn times_own_logarithm(number: f64) -> f64 {
    if number > 0.0 { number * number.ln() } else { 0.0 }
}

/// The first whole number below an end from which on a condition holds; the end if none.
fn first(end: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

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

    /// For zones of one population.
    pub(super) fn of_population(&self, population: f64) -> RatioOf<'_> {
        let expected = self.cases * population / self.population;
        let logarithms = [expected.ln(), (self.cases - expected).ln()];
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
        let Ratio { options, cases: all, population: everyone, logarithms } = self.ratio;
        let own = f64::from(cases);
        let (more, fewer) = (own > self.expected, own < self.expected);
        let enough = || u64::from(cases) >= options.fewest_cases;
        let wanted = match options.rates {
            ScanRates::High => more && enough(),
            ScanRates::Low => fewer,
            ScanRates::Both => fewer || (more && enough()),
        };
        if !wanted || !self.is_defined {
            return 0.0;
        }
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

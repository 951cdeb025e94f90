use super::chance::Chance;
use super::history::History;
use super::{DWELLS, STEP_DAYS};

/// What is not known of a pipeline, on the scale of logarithms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    /// The rate of each stage, per day.
    pub(super) stages: Vec<f64>,
    /// How much faster each group is than all.
    pub(super) groups: Vec<f64>,
    /// How much faster a unit passes after the first weeks in a stage, and after months.
    pub(super) dwells: [f64; DWELLS - 1],
    /// The standard deviation of `groups`.
    pub(super) spread: f64,
    /// How much larger rates get toward the deadline: by this part of them on the day itself.
    pub(super) rush: f64,
    /// The days over which the rush grows.
    pub(super) rush_days: f64,
    /// The days it takes until a passage is entered.
    pub(super) delay_days: f64,
    /// How much faster all becomes from week to week; not a logarithm of a rate, but what is added to that.
    pub(super) trend: f64,
    /// How evenly the passages of weeks are spread: the size of a gamma distribution.
    pub(super) evenness: f64,
    /// The days before the as-of date of which nothing is entered yet; not a logarithm.
    pub(super) silent_days: f64,
}

/// What is thought of the parameters before the data: median and standard deviation of logarithms.
const STAGE: (f64, f64) = (1.0 / 60.0, 1.5);
const SPREAD: (f64, f64) = (0.3, 0.5);
const DWELL: f64 = 0.5;
const RUSH: (f64, f64) = (0.8, 0.8);
const RUSH_DAYS: (f64, f64) = (21.0, 0.4);
const TREND: f64 = 0.04;
const DELAY_DAYS: (f64, f64) = (5.0, 0.7);
const EVENNESS: (f64, f64) = (2.0, 0.7);
/// The mean of the days of which nothing is entered yet, and the most of them.
const SILENT_DAYS: (f64, f64) = (6.0, 42.0);
/// Half of what a week says is left after so many weeks.
const HALF_LIFE_WEEKS: f64 = 8.0;

/// Which parameter is looked at.
#[derive(Debug, Clone, Copy)]
enum Which {
    Stage(usize),
    Group(usize),
    Dwell(usize),
    Spread,
    Rush,
    RushDays,
    Trend,
    DelayDays,
    Evenness,
    SilentDays,
}

impl Parameters {
    /// What the data alone would say at first sight.
    fn first(history: &History) -> Self {
        let stages = (0..history.stages)
            .map(|stage| {
                let cells = (0..history.groups).flat_map(|group| history.of(stage, group));
                let (passed, days) = cells.fold((0.0, 0.0), |(passed, days), cell| {
                    (passed + cell.passed, days + cell.days_by.iter().sum::<f64>())
                });
                libm::log((passed + 0.5) / (days + 0.5 / STAGE.0))
            })
            .collect();
        Self {
            stages,
            groups: vec![0.0; history.groups],
            dwells: [0.0; DWELLS - 1],
            spread: libm::log(SPREAD.0),
            rush: libm::log(RUSH.0),
            rush_days: libm::log(RUSH_DAYS.0),
            trend: 0.0,
            delay_days: libm::log(DELAY_DAYS.0),
            evenness: libm::log(EVENNESS.0),
            silent_days: 0.0,
        }
    }

    fn get(&mut self, which: Which) -> &mut f64 {
        match which {
            Which::Stage(stage) => &mut self.stages[stage],
            Which::Group(group) => &mut self.groups[group],
            Which::Dwell(class) => &mut self.dwells[class],
            Which::Spread => &mut self.spread,
            Which::Rush => &mut self.rush,
            Which::RushDays => &mut self.rush_days,
            Which::Trend => &mut self.trend,
            Which::DelayDays => &mut self.delay_days,
            Which::Evenness => &mut self.evenness,
            Which::SilentDays => &mut self.silent_days,
        }
    }

    /// How much larger rates are, so many days before the deadline; after it they are as they were long before.
    pub(super) fn rush_at(&self, days_to_deadline: f64) -> f64 {
        if days_to_deadline < 0.0 {
            return 1.0;
        }
        1.0 + libm::exp(self.rush - days_to_deadline / libm::exp(self.rush_days))
    }

    /// How fast all was so many weeks before the as-of date, beside the date itself.
    pub(super) fn trend_at(&self, week: usize) -> f64 {
        libm::exp(-self.trend * (week as f64 + 0.5))
    }

    /// The part of the passages of a week that is entered, the week being this one before the as-of date.
    pub(super) fn entered(&self, week: usize) -> f64 {
        let (start, step) = (week as f64 * f64::from(STEP_DAYS), f64::from(STEP_DAYS));
        // Of the days of the week those that are old enough; of these what is entered after so many days, on the mean.
        let (young, old) = ((start - self.silent_days).max(0.0), (start + step - self.silent_days).max(0.0));
        if old <= young {
            return 0.0;
        }
        let delay = libm::exp(self.delay_days);
        let missing = delay * (libm::exp(-young / delay) - libm::exp(-old / delay));
        ((old - young - missing) / step).clamp(0.0, 1.0)
    }

    /// The rate of a unit by class of days in the stage.
    pub(super) fn rates(&self, stage: usize, group: usize) -> [f64; DWELLS] {
        let base = self.stages[stage] + self.groups[group];
        let mut rates = [libm::exp(base); DWELLS];
        for (rate, dwell) in rates.iter_mut().skip(1).zip(self.dwells) {
            *rate = libm::exp(base + dwell);
        }
        rates
    }

    /// The logarithm of the density before the data, but for a constant.
    fn prior(&self) -> f64 {
        let normal =
            |value: f64, (median, deviation): (f64, f64)| -0.5 * ((value - libm::log(median)) / deviation).powi(2);
        let spread = libm::exp(self.spread);
        self.stages.iter().map(|rate| normal(*rate, STAGE)).sum::<f64>()
            + self.groups.iter().map(|group| -0.5 * (group / spread).powi(2) - self.spread).sum::<f64>()
            + self.dwells.iter().map(|dwell| -0.5 * (dwell / DWELL).powi(2)).sum::<f64>()
            + normal(self.spread, SPREAD)
            + normal(self.rush, RUSH)
            + normal(self.rush_days, RUSH_DAYS)
            - 0.5 * (self.trend / TREND).powi(2)
            + normal(self.delay_days, DELAY_DAYS)
            + normal(self.evenness, EVENNESS)
            - self.silent_days / SILENT_DAYS.0
    }
}

/// The draws of a walk through what is possible of the parameters, given the data.
pub(super) struct Posterior<'a> {
    history: &'a History,
    /// Days from the middle of each week to the deadline.
    to_deadline: Vec<f64>,
    /// What each week still says.
    weights: Vec<f64>,
}

impl<'a> Posterior<'a> {
    pub(super) fn new(history: &'a History, days_to_deadline: i32) -> Self {
        let middle = |week: usize| f64::from(days_to_deadline) + (week as f64 + 0.5) * f64::from(STEP_DAYS);
        let weight = |week: usize| libm::exp2(-(week as f64) / HALF_LIFE_WEEKS);
        Self {
            history,
            to_deadline: (0..history.weeks).map(middle).collect(),
            weights: (0..history.weeks).map(weight).collect(),
        }
    }

    /// Draws parameters, one set for each of the rounds after the first ones, in which the steps are fitted.
    pub(super) fn draws(&self, rounds: usize, fitted: usize, chance: &mut Chance) -> Vec<Parameters> {
        let mut now = Parameters::first(self.history);
        let mut all: Vec<Which> = (0..now.stages.len()).map(Which::Stage).collect();
        all.extend((0..now.groups.len()).map(Which::Group));
        all.extend((0..DWELLS - 1).map(Which::Dwell));
        all.extend([
            Which::Spread,
            Which::Rush,
            Which::RushDays,
            Which::Trend,
            Which::DelayDays,
            Which::Evenness,
            Which::SilentDays,
        ]);
        let mut steps: Vec<f64> = all
            .iter()
            .map(|which| match which {
                Which::SilentDays => 5.0,
                Which::Trend => 0.02,
                Which::Rush | Which::RushDays | Which::DelayDays | Which::Evenness | Which::Spread => 0.6,
                _ => 0.3,
            })
            .collect();
        let mut parts = self.parts(&now);
        let mut kept = Vec::with_capacity(rounds);
        for round in 0..fitted + rounds {
            for (which, step) in all.iter().zip(&mut steps) {
                let mut next = now.clone();
                let moved = next.get(*which);
                *moved += *step * chance.normal();
                if matches!(which, Which::SilentDays) {
                    let most = SILENT_DAYS.1.min(f64::from(self.history.silent_days));
                    // Back from the ends.
                    *moved = moved.abs();
                    if *moved > most {
                        *moved = (2.0 * most - *moved).max(0.0);
                    }
                }
                let mut changed = parts.clone();
                self.renew(&next, *which, &mut changed);
                let gain = changed.iter().sum::<f64>() - parts.iter().sum::<f64>() + next.prior() - now.prior();
                let is_taken = libm::log(chance.uniform()) < gain;
                if is_taken {
                    (now, parts) = (next, changed);
                }
                if round < fitted {
                    // Toward 44 % taken.
                    let turn = 1.0 / (1.0 + round as f64).sqrt();
                    *step *= libm::exp(turn * (f64::from(u8::from(is_taken)) - 0.44));
                }
            }
            if round >= fitted {
                kept.push(now.clone());
            }
        }
        kept
    }

    /// The logarithm of the likelihood of each stage and group.
    fn parts(&self, parameters: &Parameters) -> Vec<f64> {
        let mut parts = vec![0.0; self.history.stages * self.history.groups];
        self.renew(parameters, Which::Evenness, &mut parts);
        parts
    }

    fn renew(&self, parameters: &Parameters, which: Which, parts: &mut [f64]) {
        if matches!(which, Which::Spread) {
            return;
        }
        let factors: Vec<f64> = (0..self.history.weeks)
            .map(|week| {
                parameters.rush_at(self.to_deadline[week]) * parameters.trend_at(week) * parameters.entered(week)
            })
            .collect();
        let size = libm::exp(parameters.evenness);
        let gamma_of_size = libm::lgamma(size);
        for stage in 0..self.history.stages {
            if matches!(which, Which::Stage(other) if other != stage) {
                continue;
            }
            for group in 0..self.history.groups {
                if matches!(which, Which::Group(other) if other != group) {
                    continue;
                }
                let rates = parameters.rates(stage, group);
                let mut sum = 0.0;
                for ((cell, factor), weight) in self.history.of(stage, group).iter().zip(&factors).zip(&self.weights) {
                    let mean: f64 = cell.days_by.iter().zip(&rates).map(|(days, rate)| days * rate * factor).sum();
                    if cell.passed == 0.0 {
                        if mean > 0.0 {
                            sum -= weight * size * libm::log1p(mean / size);
                        }
                        continue;
                    }
                    let mut own = libm::lgamma(cell.passed + size)
                        - gamma_of_size
                        - size * libm::log1p(mean / size)
                        - cell.passed * libm::log(size + mean);
                    for (passed, rate) in cell.passed_by.iter().zip(&rates) {
                        if *passed > 0.0 {
                            // What was entered was entered, however unlikely.
                            own += passed * libm::log((rate * factor).max(1e-12));
                        }
                    }
                    sum += weight * own;
                }
                parts[stage * self.history.groups + group] = sum;
            }
        }
    }
}

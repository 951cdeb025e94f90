use super::chance::Chance;
use super::history::History;
use super::posterior::Parameters;
use super::{DWELL_DAYS, DWELLS, STEP_DAYS};

/// Standard deviations of how much faster or slower all groups, and each, may go from now on than they went, and from week to week:
/// logarithms.
const COMMON_SHIFT: f64 = 0.3;
const OWN_SHIFT: f64 = 0.15;
const COMMON_STEP: f64 = 0.26;
const OWN_STEP: f64 = 0.1;
/// The part of a trend that is left a week later.
const DAMPING: f64 = 0.85;

/// Weeks before the as-of date in which something may have passed that is not entered yet.
const HIDDEN_WEEKS: usize = 10;

/// The steps of a simulation.
pub(super) struct Steps {
    /// The days of each step.
    pub(super) lengths: Vec<i32>,
    /// Days from the start of the first step to the deadline.
    pub(super) days_to_deadline: i32,
}

/// How many of each group are through after each step, and before the first: by step, then group.
pub(super) fn simulated(history: &History, parameters: &Parameters, steps: &Steps, chance: &mut Chance) -> Vec<u32> {
    let (groups, stages) = (history.groups, history.stages);
    let rates: Vec<[f64; DWELLS]> = (0..stages)
        .flat_map(|stage| (0..groups).map(move |group| (stage, group)))
        .map(|(stage, group)| parameters.rates(stage, group))
        .collect();
    let size = libm::exp(parameters.evenness);
    let mut standing = history.standing.clone();
    let mut through = history.through.clone();
    // What passed before the as-of date and is not entered.
    for week in (0..history.weeks.min(HIDDEN_WEEKS)).rev() {
        let entered = parameters.entered(week);
        if entered >= 0.999 {
            continue;
        }
        let days = f64::from(steps.days_to_deadline) + (week as f64 + 0.5) * f64::from(STEP_DAYS);
        let rush = parameters.rush_at(days) * parameters.trend_at(week);
        for group in 0..groups {
            for stage in (0..stages).rev() {
                let place = history.at(stage, group);
                if standing[place].iter().all(|count| *count == 0) {
                    continue;
                }
                let cell = &history.of(stage, group)[week];
                let seen: f64 = cell.days_by.iter().zip(&rates[place]).map(|(days, rate)| days * rate).sum();
                let mean = seen * rush * entered;
                let lively = chance.gamma(size + cell.passed) / (size + mean);
                let factor = rush * (1.0 - entered) * lively * f64::from(STEP_DAYS);
                pass(&mut standing, &mut through, (history, stage, group), &rates[place], factor, chance);
            }
        }
    }
    let mut common = COMMON_SHIFT * chance.normal();
    let mut own: Vec<f64> = (0..groups).map(|_| OWN_SHIFT * chance.normal()).collect();
    let (mut trend, mut risen) = (parameters.trend, 0.0);
    let mut record = through.clone();
    let mut day = 0;
    for length in &steps.lengths {
        let rush = parameters.rush_at(f64::from(steps.days_to_deadline - day) - 0.5 * f64::from(*length));
        let weeks = f64::from(*length) / f64::from(STEP_DAYS);
        common += COMMON_STEP * weeks.sqrt() * chance.normal();
        trend *= DAMPING;
        risen += trend * weeks;
        for (group, own) in own.iter_mut().enumerate() {
            *own += OWN_STEP * weeks.sqrt() * chance.normal();
            let pace = rush * libm::exp(common + *own + risen);
            for stage in (0..stages).rev() {
                let place = history.at(stage, group);
                if standing[place].iter().all(|count| *count == 0) {
                    continue;
                }
                let lively = chance.gamma(size) / size;
                let factor = pace * lively * f64::from(*length);
                pass(&mut standing, &mut through, (history, stage, group), &rates[place], factor, chance);
                grow_older(&mut standing[place], *length, chance);
            }
        }
        day += length;
        record.extend_from_slice(&through);
    }
    record
}

/// Lets units pass a stage, each with the probability 1 − exp(−rate · factor).
fn pass(
    standing: &mut [[u32; DWELLS]],
    through: &mut [u32],
    (history, stage, group): (&History, usize, usize),
    rates: &[f64; DWELLS],
    factor: f64,
    chance: &mut Chance,
) {
    let place = history.at(stage, group);
    let mut moved = 0;
    for (count, rate) in standing[place].iter_mut().zip(rates) {
        let passed = chance.binomial(*count, -libm::expm1(-rate * factor));
        *count -= passed;
        moved += passed;
    }
    if stage + 1 < history.stages {
        standing[history.at(stage + 1, group)][0] += moved;
    } else {
        through[group] += moved;
    }
}

/// Lets units come into the next class of days in their stage.
fn grow_older(classes: &mut [u32; DWELLS], days: i32, chance: &mut Chance) {
    for class in (0..DWELLS - 1).rev() {
        let least = if class == 0 { 0 } else { DWELL_DAYS[class - 1] };
        let part = f64::from(days) / f64::from(DWELL_DAYS[class] - least);
        let older = chance.binomial(classes[class], part.min(1.0));
        classes[class] -= older;
        classes[class + 1] += older;
    }
}

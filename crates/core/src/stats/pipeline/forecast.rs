use serde::Serialize;

use super::chance::Chance;
use super::history::{History, PipelineUnit};
use super::posterior::Posterior;
use super::simulation::{Steps, simulated};
use super::{STATISTIC, STEP_DAYS};
use crate::error::{Result, StatsError};
use crate::model::with_fields;

/// What a pipeline is to reach, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineGoal {
    /// The day up to which the history is known, counted as the days of the units are.
    pub as_of: i32,
    /// The day by which the quotas are due.
    pub deadline: i32,
    /// The quota of each group.
    pub quotas: Vec<u64>,
    /// The quota of all together.
    pub whole_quota: u64,
    /// The number of stages.
    pub stages: usize,
}

/// Options of [`pipeline_forecast`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PipelineOptions {
    /// The probability that a count lies within its band; 0.8 by default.
    pub confidence: f64,
    /// The number of sets of rates that are drawn; 400 by default.
    pub draws: usize,
    /// The number of courses that are simulated with each set; 3 by default.
    pub courses: usize,
    /// The seed.
    pub seed: u64,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        Self { confidence: 0.8, draws: 400, courses: 3, seed: 0 }
    }
}

with_fields! {
    PipelineOptions {
        with_confidence(confidence: f64);
        with_draws(draws: usize);
        with_courses(courses: usize);
        with_seed(seed: u64);
    }
}

/// A forecast of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineForecast {
    /// The forecast of each group.
    pub groups: Vec<PipelineGroup>,
    /// The forecast of all together.
    pub whole: PipelineGroup,
}

/// The forecast of a group of a pipeline, or of all of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PipelineGroup {
    /// The number of units that are through as far as is entered.
    pub through: u64,
    /// The number of units that there are: no more can come through.
    pub units: u64,
    /// Whether there are as many units as the quota requires.
    pub reachable: bool,
    /// The forecast of each step up to the deadline, which is the last.
    pub steps: Vec<PipelineStep>,
    /// The probability that the quota is met by the deadline.
    pub met_probability: f64,
    /// The day by which the quota is met with a probability of one half; none if that is later than half a year after the deadline.
    pub met_on: Option<i32>,
    /// The day by which it is met with the probability (1 − confidence) / 2, the earlier end of the band.
    pub met_on_lower: Option<i32>,
    /// The day by which it is met with the probability (1 + confidence) / 2, the later end of the band.
    pub met_on_upper: Option<i32>,
    /// The numbers at the deadline of all courses, in ascending order.
    pub at_deadline: Vec<u64>,
}

/// The forecast of one day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PipelineStep {
    /// The day.
    pub day: i32,
    /// The mean number of units through by the end of the day.
    pub expected: f64,
    /// The lower end of the band.
    pub lower: u64,
    /// The upper end of the band.
    pub upper: u64,
}

/// Rounds in which the walk finds its steps, before the rounds that are kept.
const FITTED_ROUNDS: usize = 300;
/// How many days after the deadline are looked at, for the day on which a quota is met.
const DAYS_AFTER: i32 = 182;
/// The farthest deadline that is looked at.
const MOST_DAYS: i32 = 732;

/// Forecasts how many units of a pipeline will have passed all of its stages by each day, by group and in all.
///
/// A unit in stage s of group g passes it at the rate λ_s u_g m_d r(t) exp(β t) w per day. λ_s is the rate of the stage, which all
/// groups share; u_g how much faster the group is than all, normal on the logarithm about 0 with a standard deviation κ that is found
/// too, so that a group with few passages is taken to be like the others; m_d depends on how long the unit has been in the stage (three
/// classes: three weeks, nine weeks, longer), as units that stay long are often stuck; r(t) = 1 + ρ exp(−(T − t) / τ) is the rush
/// before the deadline T; β a trend of all, of which 85 % are left a week after the as-of date, and so on; and w, with mean 1 and gamma
/// distributed with the size ν, is that of the group, stage and week, as inspections come in bundles. Of the passages of a day only a
/// part is entered after a days: 0 for a below c, then 1 − exp(−(a − c) / θ): what is missing from the last weeks is reckoned with, not
/// taken for a stop.
///
/// All of λ, u, m, κ, ρ, τ, β, ν, c, θ are drawn from their posterior distribution given the passages and the days at risk of each
/// group, stage and week (a random walk of Metropolis, one parameter at a time, with steps fitted in the first rounds; a week counts
/// half after eight weeks). With each draw courses of the coming weeks are simulated, unit by unit in number: first what has
/// passed and is not entered, then the future, in which all groups together and each by itself may become faster or slower: normal on the
/// logarithm, with the standard deviations 0.3 and 0.15 at once, and 0.26 and 0.1 more from each week to the next. No course lets
/// through more units than there are. A quota above the number of units is met with the probability 0, and `reachable` is false.
///
/// Bands are between quantiles of the courses; of a count that is a step of the distribution half of the step is taken.
///
/// # Units
///
/// Numbers of units; days counted as the days of the units are.
///
/// # Undefined
///
/// None if nothing has passed the last stage yet, if the history is shorter than four weeks, or if the deadline is not after the as-of
/// date or more than 732 days after it.
///
/// # Errors
///
/// A unit of a group that there is not, or with another number of stages; as many quotas as groups are expected; no stage; a
/// confidence that is not between 0 and 1; no draw.
///
/// # Examples
///
/// Forty firms, of which every other has come through one stage in ten weeks, evenly: with ten weeks to go, more will, and 60 can not.
///
/// ```
/// use jiju_core::stats::{PipelineGoal, PipelineOptions, PipelineUnit, pipeline_forecast};
///
/// let units: Vec<PipelineUnit> = (0..40)
///     .map(|number| PipelineUnit {
///         group: 0,
///         entered_on: 0,
///         passed_on: vec![(number % 2 == 0).then_some(3 + 7 * (number / 4))],
///     })
///     .collect();
/// let goal = PipelineGoal { as_of: 70, deadline: 140, quotas: vec![60], whole_quota: 25, stages: 1 };
/// let found = pipeline_forecast(&units, &goal, PipelineOptions::default())?.unwrap();
/// let last = found.whole.steps.last().unwrap();
/// assert!(last.day == 140 && last.expected > 25.0 && last.upper <= 40);
/// assert!(found.whole.met_probability > 0.8);
/// assert!(!found.groups[0].reachable && found.groups[0].met_probability == 0.0);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// R. Mountain, C. Sherlock, Recruitment prediction for multicenter clinical trials based on a hierarchical Poisson–gamma model,
/// Biometrics 78, 2022 (pooled rates, which this extends by stages, a finite list, rush and delay); J. F. Lawless, Adjustments for
/// reporting delays and the prediction of occurred but not reported events, Canadian Journal of Statistics 22, 1994; N.
/// Metropolis et al., Equation of state calculations by fast computing machines, Journal of Chemical Physics 21, 1953.
pub fn pipeline_forecast(
    units: &[PipelineUnit],
    goal: &PipelineGoal,
    options: PipelineOptions,
) -> Result<Option<PipelineForecast>> {
    let PipelineOptions { confidence, draws, courses, seed } = options;
    let refused = |option: &'static str, found: String, expected: &str| -> Result<()> {
        Err(StatsError::Option { statistic: STATISTIC, option, found, expected: expected.to_owned() }.into())
    };
    if !(confidence > 0.0 && confidence < 1.0) {
        refused("the confidence", confidence.to_string(), "a number between 0 and 1")?;
    }
    if draws == 0 || courses == 0 {
        refused("the number of courses", "0".to_owned(), "1 or more")?;
    }
    if goal.stages == 0 {
        refused("the number of stages", "0".to_owned(), "1 or more")?;
    }
    let groups = goal.quotas.len();
    let history = History::new(units, groups, goal.stages, goal.as_of)?;
    let days_to_deadline = i64::from(goal.deadline) - i64::from(goal.as_of);
    let days_to_deadline = i32::try_from(days_to_deadline).unwrap_or(i32::MAX);
    let earliest = units.iter().map(|unit| unit.entered_on).min().unwrap_or(goal.as_of);
    let has_history = i64::from(goal.as_of) - i64::from(earliest) >= 4 * i64::from(STEP_DAYS);
    let nothing = history.through.iter().all(|through| *through == 0);
    if nothing || !has_history || !(1..=MOST_DAYS).contains(&days_to_deadline) {
        return Ok(None);
    }
    let mut lengths = vec![STEP_DAYS; usize::try_from(days_to_deadline / STEP_DAYS).unwrap_or(0)];
    if days_to_deadline % STEP_DAYS > 0 {
        lengths.push(days_to_deadline % STEP_DAYS);
    }
    let deadline_step = lengths.len();
    lengths.extend(std::iter::repeat_n(STEP_DAYS, usize::try_from(DAYS_AFTER / STEP_DAYS).unwrap_or(0)));
    let steps = Steps { lengths, days_to_deadline };
    let mut chance = Chance::new(seed);
    let drawn = Posterior::new(&history, days_to_deadline).draws(draws, FITTED_ROUNDS, &mut chance);
    let mut records: Vec<Vec<u32>> = Vec::with_capacity(draws * courses);
    for parameters in &drawn {
        for _ in 0..courses {
            records.push(simulated(&history, parameters, &steps, &mut chance));
        }
    }
    let units_of = |group: usize| units.iter().filter(|unit| unit.group == group).count() as u64;
    let summary = Summary { goal, steps: &steps, deadline_step, records: &records, groups, confidence };
    let found = (0..groups).map(|group| {
        let through = u64::from(history.through[group]);
        summary.of(group..group + 1, through, units_of(group), goal.quotas[group])
    });
    let groups_found = found.collect();
    let through = history.through.iter().map(|through| u64::from(*through)).sum();
    let whole = summary.of(0..groups, through, units.len() as u64, goal.whole_quota);
    Ok(Some(PipelineForecast { groups: groups_found, whole }))
}

struct Summary<'a> {
    goal: &'a PipelineGoal,
    steps: &'a Steps,
    deadline_step: usize,
    records: &'a [Vec<u32>],
    groups: usize,
    confidence: f64,
}

impl Summary<'_> {
    fn of(&self, groups: std::ops::Range<usize>, through: u64, units: u64, quota: u64) -> PipelineGroup {
        let tail = (1.0 - self.confidence) / 2.0;
        let count = |record: &[u32], step: usize| -> u64 {
            record[step * self.groups..][groups.clone()].iter().map(|count| u64::from(*count)).sum()
        };
        let mut steps = Vec::with_capacity(self.deadline_step);
        let mut at_deadline = Vec::new();
        let mut day = self.goal.as_of;
        for (step, length) in self.steps.lengths.iter().enumerate().take(self.deadline_step) {
            day += length;
            let mut counts: Vec<u64> = self.records.iter().map(|record| count(record, step + 1)).collect();
            counts.sort_unstable();
            let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
            let (lower, upper) = middle(&counts, tail);
            steps.push(PipelineStep { day, expected, lower, upper });
            at_deadline = counts;
        }
        let met = at_deadline.iter().filter(|count| **count >= quota).count();
        let mut met_on: Vec<i32> = self.records.iter().map(|record| self.met_on(record, quota, &count)).collect();
        met_on.sort_unstable();
        let met_by = |probability: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length")]
            let place = ((met_on.len() as f64 * probability).ceil() as usize).saturating_sub(1);
            met_on.get(place).copied().filter(|day| *day != i32::MAX)
        };
        PipelineGroup {
            through,
            units,
            reachable: units >= quota,
            met_probability: met as f64 / at_deadline.len().max(1) as f64,
            met_on: met_by(0.5),
            met_on_lower: met_by(tail),
            met_on_upper: met_by(1.0 - tail),
            steps,
            at_deadline,
        }
    }

    /// The day on which a course meets a quota, evenly within its step; the last of days if it never does.
    fn met_on(&self, record: &[u32], quota: u64, count: &dyn Fn(&[u32], usize) -> u64) -> i32 {
        let mut before = count(record, 0);
        if before >= quota {
            return self.goal.as_of;
        }
        let mut day = self.goal.as_of;
        for (step, length) in self.steps.lengths.iter().enumerate() {
            let after = count(record, step + 1);
            if after >= quota {
                let part = (quota - before) as f64 / (after - before) as f64;
                #[expect(clippy::cast_possible_truncation, reason = "at most the days of a step")]
                return day + (f64::from(*length) * part).ceil() as i32;
            }
            (before, day) = (after, day + length);
        }
        i32::MAX
    }
}

/// The counts between which the middle of sorted draws lies: those whose distribution, with half of its step there, leaves no less than
/// the tail on either side.
fn middle(sorted: &[u64], tail: f64) -> (u64, u64) {
    let all = sorted.len() as f64;
    let half_way = |count: u64| {
        let below = sorted.partition_point(|other| *other < count);
        let up_to = sorted.partition_point(|other| *other <= count);
        f64::midpoint(below as f64, up_to as f64) / all
    };
    let lower = sorted.iter().copied().find(|count| half_way(*count) >= tail);
    let upper = sorted.iter().rev().copied().find(|count| half_way(*count) <= 1.0 - tail);
    let lower = lower.or(sorted.last().copied()).unwrap_or(0);
    (lower, upper.unwrap_or(lower).max(lower))
}

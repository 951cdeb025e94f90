use super::{DWELL_DAYS, DWELLS, STATISTIC, STEP_DAYS};
use crate::error::{Result, StatsError};

/// A unit of a pipeline, such as a firm: where it belongs and when it passed the stages, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineUnit {
    /// The group, such as a district, counted from 0.
    pub group: usize,
    /// The day on which the unit entered the pipeline, counted from any common day.
    pub entered_on: i32,
    /// The day on which it passed each stage; none for a stage that it has not passed. A unit that passed a stage has passed all
    /// before it.
    pub passed_on: Vec<Option<i32>>,
}

/// The most weeks of a history that are looked at.
const MOST_WEEKS: usize = 78;

/// What happened to a pipeline week by week, by group and stage, up to a day.
#[derive(Debug)]
pub(super) struct History {
    pub(super) groups: usize,
    pub(super) stages: usize,
    /// The number of weeks; week 0 is the last.
    pub(super) weeks: usize,
    as_of: i32,
    /// The cells, of each stage all groups, of each group all weeks.
    pub(super) cells: Vec<Cell>,
    /// How many units stand in each stage, by group, stage and class of days in it.
    pub(super) standing: Vec<[u32; DWELLS]>,
    /// How many units of each group have passed all stages.
    pub(super) through: Vec<u32>,
    /// Days from the last passage to the as-of date.
    pub(super) silent_days: i32,
}

/// A group in a stage in a week.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    /// How many passed.
    pub(super) passed: f64,
    /// How many passed, by class of days in the stage.
    pub(super) passed_by: [f64; DWELLS],
    /// For how many days units stood in the stage, by class of days in it.
    pub(super) days_by: [f64; DWELLS],
}

impl History {
    pub(super) fn new(units: &[PipelineUnit], groups: usize, stages: usize, as_of: i32) -> Result<Self> {
        for (position, unit) in units.iter().enumerate() {
            let what = if unit.group >= groups { "the group of a unit" } else { "the stages of a unit" };
            if unit.group >= groups || unit.passed_on.len() != stages {
                let found = format!("group {} and {} stages at {position}", unit.group, unit.passed_on.len());
                let expected = format!("a group below {groups} and {stages} stages");
                return Err(StatsError::Shape { statistic: STATISTIC, what, found, expected }.into());
            }
        }
        let first = units.iter().map(|unit| unit.entered_on).filter(|day| *day < as_of).min().unwrap_or(as_of);
        let weeks = (i64::from(as_of) - i64::from(first)).div_euclid(i64::from(STEP_DAYS)) + 1;
        let weeks = usize::try_from(weeks).unwrap_or(0).clamp(1, MOST_WEEKS);
        let mut history = Self {
            groups,
            stages,
            weeks,
            as_of,
            cells: vec![Cell::default(); groups * stages * weeks],
            standing: vec![[0; DWELLS]; groups * stages],
            through: vec![0; groups],
            silent_days: i32::try_from(weeks).unwrap_or(i32::MAX).saturating_mul(STEP_DAYS),
        };
        units.iter().for_each(|unit| history.add(unit));
        Ok(history)
    }

    pub(super) const fn at(&self, stage: usize, group: usize) -> usize {
        stage * self.groups + group
    }

    /// The cells of a stage and group, from the last week back.
    pub(super) fn of(&self, stage: usize, group: usize) -> &[Cell] {
        let start = self.at(stage, group) * self.weeks;
        self.cells.get(start..start + self.weeks).unwrap_or_default()
    }

    fn add(&mut self, unit: &PipelineUnit) {
        let as_of = self.as_of;
        let mut entered = unit.entered_on.min(as_of);
        for stage in 0..self.stages {
            // A later stage that is dated was not passed before this one.
            let passed = unit.passed_on[stage..].iter().flatten().copied().filter(|day| *day <= as_of).min();
            let left = passed.map_or(as_of, |day| day.max(entered));
            self.add_days(stage, unit.group, entered, left);
            let Some(passed) = passed else {
                let place = self.at(stage, unit.group);
                self.standing[place][class_of(as_of - entered)] += 1;
                return;
            };
            let day = passed.max(entered);
            self.silent_days = self.silent_days.min(as_of - day);
            if let Some(week) = self.week(as_of - day) {
                let dwell = class_of(day - entered);
                let cell = self.at(stage, unit.group) * self.weeks + week;
                let cell = &mut self.cells[cell];
                cell.passed += 1.0;
                cell.passed_by[dwell] += 1.0;
                // One that passes on the day on which it entered stood there for half of it.
                if day == entered {
                    cell.days_by[dwell] += 0.5;
                }
            }
            entered = day;
        }
        self.through[unit.group] += 1;
    }

    fn week(&self, days_ago: i32) -> Option<usize> {
        usize::try_from(days_ago / STEP_DAYS).ok().filter(|week| *week < self.weeks)
    }

    /// The days between entering a stage and leaving it, by week and by class of days in the stage.
    fn add_days(&mut self, stage: usize, group: usize, entered: i32, left: i32) {
        let mut day = entered;
        let start = self.at(stage, group) * self.weeks;
        // From change to change of week or class.
        while day < left {
            let ago = self.as_of - day;
            let week_end = day + (ago - 1).rem_euclid(STEP_DAYS) + 1;
            let class = class_of(day - entered);
            let class_end = DWELL_DAYS.get(class).map_or(i32::MAX, |days| entered.saturating_add(*days));
            let next = week_end.min(class_end).min(left).max(day + 1);
            if let Some(week) = self.week(ago - 1) {
                self.cells[start + week].days_by[class] += f64::from(next - day);
            }
            day = next;
        }
    }
}

/// The class of days in a stage.
fn class_of(days: i32) -> usize {
    DWELL_DAYS.iter().take_while(|least| days >= **least).count()
}

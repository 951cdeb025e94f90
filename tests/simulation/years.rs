//! Years as they may go, by rules that are not the forecast's: firms that pass two stages toward a quota, and a ledger that is
//! entered late.

use jiju::stats::PipelineUnit;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// The rules by which a year may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Each firm takes its own time, and a team comes round on certain days and sees so many firms.
    Appointments,
    /// Each district has a plan, a curve from nothing to all, and keeps to it more or less.
    Plan,
    /// The pace of the city and of each district changes every few weeks, and stands still over a holiday.
    Campaigns,
    /// Effort goes where the quota is far, and slackens once it is met.
    Quota,
}

impl Rule {
    pub const ALL: [Self; 4] = [Self::Appointments, Self::Plan, Self::Campaigns, Self::Quota];
}

/// A year: what was true, and what the ledger had on the as-of date.
pub struct Year {
    pub rule: Rule,
    pub quotas: Vec<u64>,
    pub as_of: i32,
    pub deadline: i32,
    /// What the ledger had.
    pub ledger: Vec<PipelineUnit>,
    /// How many of each district were accepted by the deadline, in truth.
    pub accepted: Vec<u64>,
}

/// The quotas of the two programmes of Shaoxing's plan of 2020.
const QUOTAS: [[u64; 6]; 2] = [[35, 30, 25, 25, 18, 17], [200, 180, 180, 180, 140, 120]];

const NEVER: i32 = i32::MAX;

pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    pub fn log_normal(&mut self, median: f64, deviation: f64) -> f64 {
        median * (deviation * self.normal()).exp()
    }

    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.uniform().ln()
    }

    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 60.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let (mut count, mut product, end) = (0, self.uniform(), (-mean).exp());
        while product > end {
            (count, product) = (count + 1, product * self.uniform());
        }
        count
    }

    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let depth = shape - 1.0 / 3.0;
        loop {
            let normal = self.normal();
            let cube = (1.0 + normal / (9.0 * depth).sqrt()).powi(3);
            if cube > 0.0 && self.uniform().ln() < 0.5 * normal * normal + depth * (1.0 - cube + cube.ln()) {
                return depth * cube;
            }
        }
    }
}

/// A firm's days: listed, self-checked, reviewed.
struct Course {
    district: usize,
    listed: i32,
    checked: i32,
    reviewed: i32,
}

/// Makes a year of a seed. The rules take turns.
pub fn year(seed: u64) -> Year {
    let mut chance = Chance::new(seed);
    let rule = Rule::ALL[(seed % 4) as usize];
    let quotas = QUOTAS[(seed / 4 % 2) as usize];
    let deadline = chance.between(150.0, 240.0) as i32;
    let as_of = (f64::from(deadline) * chance.between(0.4, 0.92)) as i32;
    let mut courses = Vec::new();
    let stuck = chance.between(0.0, 0.08);
    for (district, quota) in quotas.iter().enumerate() {
        let listed = (*quota as f64 * chance.between(0.95, 1.25)).round() as usize;
        // Most are listed in the first weeks.
        let days: Vec<i32> =
            (0..listed).map(|_| chance.exponential(18.0).min(0.35 * f64::from(deadline)) as i32).collect();
        let mut own = match rule {
            Rule::Appointments => appointments(&days, deadline, &mut chance),
            Rule::Plan => plan(&days, deadline, &mut chance),
            Rule::Campaigns | Rule::Quota => Vec::new(),
        };
        if own.is_empty() {
            own = days.iter().map(|listed| (*listed, NEVER, NEVER)).collect();
        }
        for (listed, checked, reviewed) in own {
            let gone = matches!(rule, Rule::Appointments | Rule::Plan) && chance.uniform() < stuck;
            let reviewed = if gone { NEVER } else { reviewed };
            courses.push(Course { district, listed, checked, reviewed });
        }
    }
    match rule {
        Rule::Campaigns => campaigns(&mut courses, deadline, stuck, &mut chance),
        Rule::Quota => by_quota(&mut courses, &quotas, deadline, stuck, &mut chance),
        _ => {}
    }
    let accepted = (0..quotas.len())
        .map(|district| {
            courses.iter().filter(|one| one.district == district && one.reviewed <= deadline).count() as u64
        })
        .collect();
    let ledger = entered(&courses, as_of, &mut chance);
    Year { rule, quotas: quotas.to_vec(), as_of, deadline, ledger, accepted }
}

fn appointments(days: &[i32], deadline: i32, chance: &mut Chance) -> Vec<(i32, i32, i32)> {
    let own_time = chance.log_normal(0.3 * f64::from(deadline), 0.3);
    let every = chance.between(5.0, 24.0) as i32;
    let capacity =
        (days.len() as f64 * f64::from(every) / f64::from(deadline) * chance.between(1.0, 2.2)).ceil() as usize;
    let pulled = chance.between(0.2, 0.7);
    let mut checked: Vec<(i32, i32)> = days
        .iter()
        .map(|listed| {
            let mut day = *listed + chance.log_normal(own_time, 0.6) as i32;
            let last = deadline - chance.exponential(22.0) as i32;
            if day > last && chance.uniform() < pulled {
                day = last.max(*listed + 3);
            }
            (day, *listed)
        })
        .collect();
    checked.sort_unstable();
    let mut found = Vec::new();
    let mut waiting = std::collections::VecDeque::new();
    let mut next = checked.iter().peekable();
    let mut day = every;
    while day < 3 * deadline {
        while let Some(one) = next.next_if(|(checked, _)| *checked + 4 <= day) {
            waiting.push_back(*one);
        }
        // More firms a day when time runs out.
        let more = if deadline - day < 30 { 1.6 } else { 1.0 };
        for _ in 0..(capacity as f64 * more * chance.between(0.5, 1.3)).round() as usize {
            if let Some((checked, listed)) = waiting.pop_front() {
                found.push((listed, checked, day));
            }
        }
        day += every;
    }
    found.extend(waiting.into_iter().chain(next.copied()).map(|(checked, listed)| (listed, checked, NEVER)));
    found
}

fn plan(days: &[i32], deadline: i32, chance: &mut Chance) -> Vec<(i32, i32, i32)> {
    let middle = chance.between(0.55, 0.95);
    let steep = chance.between(4.0, 9.0);
    let lead = chance.between(10.0, 40.0);
    days.iter()
        .map(|listed| {
            // A logistic curve.
            let draw = chance.uniform().clamp(1e-6, 1.0 - 1e-6);
            let part = middle + (draw / (1.0 - draw)).ln() / steep * 0.6;
            let reviewed = (f64::from(deadline) * part) as i32;
            let reviewed = reviewed.max(listed + 8);
            let checked = (reviewed - chance.exponential(lead) as i32 - 2).max(listed + 2);
            // Weekly meetings.
            let reviewed = (reviewed / 7 + 1) * 7;
            (*listed, checked, reviewed)
        })
        .collect()
}

fn campaigns(courses: &mut [Course], deadline: i32, stuck: f64, chance: &mut Chance) {
    let days = (2 * deadline) as usize;
    let base = chance.log_normal(2.6 / f64::from(deadline), 0.25);
    let second = chance.log_normal(1.6, 0.2);
    let (mut city, mut until) = (1.0, 0);
    let holiday = chance.between(0.3, 0.8) * f64::from(deadline);
    let districts = courses.iter().map(|one| one.district).max().unwrap_or(0) + 1;
    let level: Vec<f64> = (0..districts).map(|_| chance.log_normal(1.0, 0.3)).collect();
    let mut own = level.clone();
    let last_push = chance.between(1.0, 2.2);
    let mut live: Vec<bool> = courses.iter().map(|_| chance.uniform() >= stuck).collect();
    for day in 0..days as i32 {
        if day >= until {
            until = day + chance.between(21.0, 60.0) as i32;
            city = chance.log_normal(1.0, 0.35);
            own.iter_mut().zip(&level).for_each(|(own, level)| *own = chance.log_normal(*level, 0.2));
        }
        let still = (f64::from(day) - holiday).abs() < 6.0;
        let push = if (0..35).contains(&(deadline - day)) { last_push } else { 1.0 };
        for (course, live) in courses.iter_mut().zip(&mut live) {
            if still || day <= course.listed {
                continue;
            }
            let rate = base * city * own[course.district] * push;
            if course.checked == NEVER {
                // Nobody in the first days.
                if day > course.listed + 5 && chance.uniform() < rate * 1.4 {
                    course.checked = day;
                }
            } else if course.reviewed == NEVER && day > course.checked + 3 && *live && chance.uniform() < rate * second
            {
                course.reviewed = day;
            }
        }
    }
}

fn by_quota(courses: &mut [Course], quotas: &[u64], deadline: i32, stuck: f64, chance: &mut Chance) {
    let skill: Vec<f64> = quotas.iter().map(|_| chance.log_normal(0.85, 0.2)).collect();
    let late = chance.between(1.0, 2.0);
    for (district, quota) in quotas.iter().enumerate() {
        let mut order: Vec<usize> = (0..courses.len()).filter(|one| courses[*one].district == district).collect();
        order.sort_by_key(|one| courses[*one].listed);
        let live: Vec<bool> = order.iter().map(|_| chance.uniform() >= stuck).collect();
        let (mut checked, mut reviewed) = (0_u64, 0_u64);
        for week in 1..2 * deadline / 7 {
            let day = 7 * week;
            let left = f64::from((deadline - day).max(14)) / 7.0;
            // The work lies more at the end than it should.
            let share = (1.0 - left / (f64::from(deadline) / 7.0)).clamp(0.1, 1.0).powf(late - 1.0);
            let wanted =
                |done: u64, ahead: f64| (*quota as f64 * ahead - done as f64).max(0.0) / left * skill[district] * share;
            let noise = chance.gamma(3.0) / 3.0;
            let more = if reviewed >= *quota { 0.3 * *quota as f64 / f64::from(deadline) * 7.0 } else { 0.0 };
            let to_check = chance.poisson((wanted(checked, 1.15) * 1.4 + more) * noise);
            let to_review = chance.poisson((wanted(reviewed, 1.02) * 1.2 + more) * noise);
            let at = |chance: &mut Chance| day - chance.between(0.0, 6.0) as i32;
            for _ in 0..to_review {
                let next = order.iter().zip(&live).find(|(one, live)| {
                    **live && courses[**one].checked <= day - 7 && courses[**one].reviewed == NEVER
                });
                if let Some((one, _)) = next {
                    courses[*one].reviewed = at(chance);
                    reviewed += 1;
                }
            }
            for _ in 0..to_check {
                let next = order.iter().find(|one| courses[**one].checked == NEVER && courses[**one].listed < day - 7);
                if let Some(one) = next {
                    courses[*one].checked = at(chance);
                    checked += 1;
                }
            }
        }
    }
}

/// What has been entered by the as-of date: at once, after some days, or when the clerk of the district sits down to it.
fn entered(courses: &[Course], as_of: i32, chance: &mut Chance) -> Vec<PipelineUnit> {
    let kind = chance.uniform();
    let mean = chance.between(2.0, 14.0);
    let every: Vec<i32> = (0..6).map(|_| chance.between(7.0, 30.0) as i32).collect();
    let first: Vec<i32> = every.iter().map(|every| chance.between(0.0, f64::from(*every)) as i32).collect();
    let mut known = |day: i32, district: usize| -> Option<i32> {
        if day > as_of {
            return None;
        }
        let entered = if kind < 0.25 {
            day
        } else if kind < 0.6 {
            day + chance.exponential(mean) as i32
        } else {
            let (every, first) = (every[district], first[district]);
            first + ((day - first).div_euclid(every) + 1) * every
        };
        (entered <= as_of).then_some(day)
    };
    courses
        .iter()
        .map(|course| {
            let checked = known(course.checked, course.district);
            let reviewed = known(course.reviewed, course.district);
            PipelineUnit { group: course.district, entered_on: course.listed, passed_on: vec![checked, reviewed] }
        })
        .collect()
}

use chrono::{Days, NaiveDate};
use polars::prelude::{Column, DataFrame, DataType};

use super::firm::{FirmState, firms};
use crate::error::{Error, Result};
use crate::model::{Ledger, Stage, Standing, column};
use crate::policy::{Policy, Programme};
use crate::stats::{PipelineGoal, PipelineGroup, PipelineOptions, PipelineUnit, pipeline_forecast};

/// The options of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastOptions {
    /// The probability that the count of a day lies within the band.
    pub confidence: f64,
    /// The seed of the simulated courses.
    pub seed: u64,
}

impl Default for ForecastOptions {
    fn default() -> Self {
        Self { confidence: 0.8, seed: 0 }
    }
}

/// The forecast of a programme in one district, or in the whole city.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The id of the programme.
    pub programme: String,
    /// The adcode of the district or of the city.
    pub district: String,
    /// The Chinese name of the district or city.
    pub district_name_zh: String,
    /// The English name of the district or city.
    pub district_name_en: String,
    /// Whether this is the forecast of the whole city.
    pub is_city: bool,
    /// The number of firms in the ledger, of which no more can be accepted than there are.
    pub listed: u64,
    /// The number of firms accepted by the as-of date.
    pub accepted: u64,
    /// The number of firms that the quota requires.
    pub quota: u64,
    /// The number of firms by which the ledger falls short of the quota: so many must be listed before the quota can be met.
    pub short: u64,
    /// The confidence of the bands.
    pub confidence: f64,
    /// The probability that the quota is met by the deadline; 0 if the ledger has too few firms, 1 if it is met already; `None` if there
    /// is no forecast.
    pub met_probability: Option<f64>,
    /// The day by which the quota is met as likely as not; the day on which it was met, if it is. `None` if that is later than half
    /// a year after the deadline, or if there is no forecast.
    pub met_on: Option<NaiveDate>,
    /// The early end of the band of that day.
    pub met_on_lower: Option<NaiveDate>,
    /// The late end of the band of that day.
    pub met_on_upper: Option<NaiveDate>,
    /// A forecast for each week, the last one for the deadline; empty if there is no forecast.
    pub days: Vec<ForecastDay>,
}

/// The forecast for one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastDay {
    /// The day.
    pub day: NaiveDate,
    /// The expected number of firms accepted by the end of the day.
    pub expected: f64,
    /// The lower bound of the band, in firms.
    pub lower: u64,
    /// The upper bound of the band, in firms.
    pub upper: u64,
}

/// Forecasts for each district and the city how many firms will be accepted by the deadline of a programme, and when the quota will be
/// met, by the model of [`pipeline_forecast`]: firms go from stage to stage at rates that the districts share in part, faster before
/// the deadline, and what the ledger does not have yet of the last weeks is reckoned with. As in the quota table, only firms that stand
/// in a district count.
///
/// No more firms can be accepted than are listed. Where the ledger has fewer firms than the quota, `short` says how many are missing,
/// and the quota is met with the probability 0: no pace helps.
///
/// # Units
///
/// Numbers of firms, days, probabilities between 0 and 1.
///
/// # Undefined
///
/// There is no forecast, and `days` is empty, if the programme has no deadline or the deadline is not after the as-of date, if no firm
/// has been accepted, if the ledger began less than four weeks before the as-of date, or if the confidence is not between 0 and 1.
///
/// # Examples
///
/// See [`pipeline_forecast`] for the model. Here the ledger has one firm, and the district's quota is 30:
///
/// ```
/// # use std::collections::HashMap;
/// # use jiju::model::{Ledger, LedgerEntry, Stage};
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// # let policy = jiju::policy::read(folder.as_ref())?;
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// # let entries = vec![LedgerEntry {
/// #     row: 2,
/// #     id: "A".to_owned(),
/// #     programme: "retire_outdated_capacity".to_owned(),
/// #     ground: None,
/// #     deficits: Vec::new(),
/// #     equipment: Vec::new(),
/// #     measure: None,
/// #     stage: Stage::at(2).unwrap(),
/// #     due_on: None,
/// #     passed_on: vec![Some(day("2020-06-01")), None, Some(day("2020-08-14")), None],
/// # }];
/// use jiju::progress::{ForecastOptions, forecast};
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let standing = HashMap::from([("A".into(), "330603".into())]);
/// let programme = &policy.programmes[0];
/// let found = forecast(&policy, programme, &ledger, &standing, day("2020-09-30"), ForecastOptions::default());
/// let keqiao = found.iter().find(|row| row.district == "330603").unwrap();
/// assert_eq!((keqiao.listed, keqiao.quota, keqiao.short, keqiao.met_probability), (1, 30, 29, Some(0.0)));
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn forecast(
    policy: &Policy,
    programme: &Programme,
    ledger: &Ledger,
    standing: &Standing,
    as_of: NaiveDate,
    options: ForecastOptions,
) -> Vec<Forecast> {
    let firms = firms(ledger, programme);
    let accepting = programme.accepting_stage;
    // Listing is where a firm enters the pipeline.
    let stages: Vec<Stage> = (1..=accepting.position()).filter_map(Stage::at).collect();
    let first_day = policy.document.issued_on.min(as_of);
    let earliest =
        firms.values().filter_map(|firm| firm.since(Stage::LISTED)).filter(|day| *day > NaiveDate::MIN).min();
    let start = earliest.map_or(first_day, |day| day.min(first_day));
    let day_of = |day: NaiveDate| i32::try_from((day - as_of).num_days()).unwrap_or(0);
    let mut units = Vec::new();
    let mut accepted_on: Vec<Vec<NaiveDate>> = vec![Vec::new(); policy.districts.len()];
    for (id, firm) in &firms {
        let Some(group) = standing.get(*id).and_then(|code| policy.districts.iter().position(|d| *d.adcode == **code))
        else {
            continue;
        };
        if let Some(unit) = unit_of(firm, group, &stages, (start, as_of), &day_of) {
            if let Some(day) = firm.since(accepting).filter(|day| *day <= as_of) {
                accepted_on[group].push(day.max(start));
            }
            units.push(unit);
        }
    }
    let quotas: Vec<u64> =
        policy.districts.iter().map(|one| policy.quota(&programme.term.id, &one.adcode).unwrap_or(0)).collect();
    let found = programme.deadline.and_then(|deadline| {
        let goal = PipelineGoal {
            as_of: 0,
            deadline: day_of(deadline),
            quotas: quotas.clone(),
            whole_quota: programme.city_quota,
            stages: stages.len(),
        };
        let options = PipelineOptions::default().with_confidence(options.confidence).with_seed(options.seed);
        pipeline_forecast(&units, &goal, options).ok().flatten()
    });
    let build = Build { programme, as_of, confidence: options.confidence };
    let mut rows: Vec<Forecast> = Vec::new();
    for (group, district) in policy.districts.iter().enumerate() {
        let listed = units.iter().filter(|unit| unit.group == group).count() as u64;
        let names = (&district.adcode, &district.name_zh, &district.name_en);
        let group_found = found.as_ref().map(|found| &found.groups[group]);
        rows.push(build.row(names, listed, quotas[group], &mut accepted_on[group], group_found));
    }
    let mut all: Vec<NaiveDate> = accepted_on.into_iter().flatten().collect();
    let names = (&policy.city.id, &policy.city.name_zh, &policy.city.name_en);
    let whole = found.as_ref().map(|found| &found.whole);
    let city = build.row(names, units.len() as u64, programme.city_quota, &mut all, whole);
    rows.push(Forecast { is_city: true, ..city });
    rows
}

/// A firm as a unit of the pipeline; `None` if it was not listed by the as-of date.
fn unit_of(
    firm: &FirmState<'_>,
    group: usize,
    stages: &[Stage],
    (start, as_of): (NaiveDate, NaiveDate),
    day_of: &dyn Fn(NaiveDate) -> i32,
) -> Option<PipelineUnit> {
    let listed = firm.since(Stage::LISTED).filter(|day| *day <= as_of)?;
    let passed = |stage: &Stage| firm.since(*stage).filter(|day| *day <= as_of).map(|day| day_of(day.max(start)));
    // A listing without a date is as old as the ledger.
    Some(PipelineUnit { group, entered_on: day_of(listed.max(start)), passed_on: stages.iter().map(passed).collect() })
}

struct Build<'a> {
    programme: &'a Programme,
    as_of: NaiveDate,
    confidence: f64,
}

impl Build<'_> {
    fn row(
        &self,
        (district, name_zh, name_en): (&String, &String, &String),
        listed: u64,
        quota: u64,
        accepted_on: &mut [NaiveDate],
        found: Option<&PipelineGroup>,
    ) -> Forecast {
        let date = |day: i32| match u64::try_from(day) {
            Ok(ahead) => self.as_of.checked_add_days(Days::new(ahead)),
            Err(_) => Some(self.as_of),
        };
        accepted_on.sort_unstable();
        let accepted = accepted_on.len() as u64;
        let short = quota.saturating_sub(listed);
        let mut row = Forecast {
            programme: self.programme.term.id.clone(),
            district: district.clone(),
            district_name_zh: name_zh.clone(),
            district_name_en: name_en.clone(),
            is_city: false,
            listed,
            accepted,
            quota,
            short,
            confidence: self.confidence,
            met_probability: found.map(|found| found.met_probability),
            met_on: found.and_then(|found| found.met_on).and_then(date),
            met_on_lower: found.and_then(|found| found.met_on_lower).and_then(date),
            met_on_upper: found.and_then(|found| found.met_on_upper).and_then(date),
            days: Vec::new(),
        };
        if accepted >= quota {
            // It was met on the day of the firm that made it so; a quota of 0 never had to be.
            let day = usize::try_from(quota).ok().and_then(|quota| accepted_on.get(quota.checked_sub(1)?).copied());
            (row.met_on, row.met_on_lower, row.met_on_upper) = (day, day, day);
            row.met_probability = Some(1.0);
        } else if short > 0 {
            (row.met_on, row.met_on_lower, row.met_on_upper) = (None, None, None);
            row.met_probability = Some(0.0);
        }
        let steps = found.into_iter().flat_map(|found| &found.steps);
        row.days = steps
            .filter_map(|step| {
                let day = date(step.day)?;
                Some(ForecastDay { day, expected: step.expected, lower: step.lower, upper: step.upper })
            })
            .collect();
        row
    }
}

/// Makes a table of forecasts, with the columns `programme`, `district`, `district_name_zh`, `district_name_en`, `is_city`, `listed`,
/// `accepted`, `quota`, `short`, `forecast`, `forecast_lower`, `forecast_upper` (these three by the deadline), `met_probability`, `met_on`,
/// `met_on_lower`, `met_on_upper`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_forecasts(rows: &[Forecast]) -> Result<DataFrame> {
    let text =
        |name: &str, cell: fn(&Forecast) -> &str| Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>());
    let count =
        |name: &str, cell: fn(&Forecast) -> u64| Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>());
    let last = |name: &str, cell: fn(&ForecastDay) -> f64| {
        let cells: Vec<Option<f64>> = rows.iter().map(|row| row.days.last().map(cell)).collect();
        Column::new(name.into(), cells)
    };
    let day = |name: &str, cell: fn(&Forecast) -> Option<NaiveDate>| {
        let cells = Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>());
        cells.cast(&DataType::Date).map_err(Error::table("the forecast"))
    };
    let columns = vec![
        text(column::PROGRAMME, |row| &row.programme),
        text(column::DISTRICT, |row| &row.district),
        text(column::DISTRICT_NAME_ZH, |row| &row.district_name_zh),
        text(column::DISTRICT_NAME_EN, |row| &row.district_name_en),
        Column::new(column::IS_CITY.into(), rows.iter().map(|row| row.is_city).collect::<Vec<_>>()),
        count(column::LISTED, |row| row.listed),
        count(column::ACCEPTED, |row| row.accepted),
        count(column::QUOTA, |row| row.quota),
        count("short", |row| row.short),
        last("forecast", |day| (day.expected * 10.0).round() / 10.0),
        last("forecast_lower", |day| day.lower as f64),
        last("forecast_upper", |day| day.upper as f64),
        Column::new(
            "met_probability".into(),
            rows.iter()
                .map(|row| row.met_probability.map(|share| (share * 1000.0).round() / 1000.0))
                .collect::<Vec<_>>(),
        ),
        day("met_on", |row| row.met_on)?,
        day("met_on_lower", |row| row.met_on_lower)?,
        day("met_on_upper", |row| row.met_on_upper)?,
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the forecast"))
}

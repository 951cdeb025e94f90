//! Forecasts held against closed forms and bounds; against made-up years in `tests/simulation`.

use chrono::NaiveDate;
use jiju::model::{Ledger, LedgerEntry, Stage, Standing};
use jiju::progress::{Forecast, ForecastOptions, forecast, frame_of_forecasts};
use jiju::stats::{PipelineGoal, PipelineGroup, PipelineOptions, PipelineUnit, pipeline_forecast};

fn goal(as_of: i32, deadline: i32, quotas: &[u64]) -> PipelineGoal {
    PipelineGoal { as_of, deadline, quotas: quotas.to_vec(), whole_quota: quotas.iter().sum(), stages: 1 }
}

/// Units of one stage that pass at a constant rate per day, as evenly as can be.
fn even(units: i32, rate: f64, group: usize, as_of: i32) -> Vec<PipelineUnit> {
    (0..units)
        .map(|number| {
            let part = (f64::from(number) + 0.5) / f64::from(units);
            let day = (-(1.0 - part).ln() / rate).ceil() as i32;
            PipelineUnit { group, entered_on: 0, passed_on: vec![(day <= as_of).then_some(day)] }
        })
        .collect()
}

#[test]
fn a_constant_rate_goes_on() {
    // 1,000 units, 1 % a day for 140 days, and 28 days more: 1000 (1 − exp(−1.68)) = 813.6.
    let found = pipeline_forecast(&even(1000, 0.01, 0, 140), &goal(140, 168, &[900]), PipelineOptions::default());
    let group = &found.unwrap().unwrap().groups[0];
    let last = group.steps.last().unwrap();
    assert_eq!((group.through, group.units, last.day), (753, 1000, 168));
    // The rush that is to be expected before a deadline comes on top.
    assert!((805.0..880.0).contains(&last.expected), "{last:?}");
    assert!(last.lower < 814 && last.upper > 800 && last.upper - last.lower < 140, "{last:?}");
    assert!(group.steps.windows(2).all(|pair| pair[0].expected <= pair[1].expected));
    assert!(group.met_probability < 0.1 && group.reachable);
}

#[test]
fn a_group_with_little_data_is_taken_to_be_like_the_others() {
    let mut units = even(300, 0.01, 0, 140);
    units.extend(even(300, 0.01, 1, 140));
    // Twenty units that came a fortnight ago, of which none has passed yet.
    units.extend((0..20).map(|_| PipelineUnit { group: 2, entered_on: 126, passed_on: vec![None] }));
    let found = pipeline_forecast(&units, &goal(140, 210, &[10, 10, 10]), PipelineOptions::default()).unwrap().unwrap();
    // 20 (1 − exp(−0.7)) = 10.1, and somewhat less as nothing was seen of them.
    let expected = found.groups[2].steps.last().unwrap().expected;
    assert!((5.0..13.0).contains(&expected), "{expected}");
}

#[test]
fn weeks_that_are_not_entered_are_no_stop() {
    let expected = |known_to: i32| {
        let units: Vec<PipelineUnit> = even(600, 0.01, 0, 140)
            .into_iter()
            .map(|unit| PipelineUnit { passed_on: vec![unit.passed_on[0].filter(|day| *day <= known_to)], ..unit })
            .collect();
        let found = pipeline_forecast(&units, &goal(140, 182, &[500]), PipelineOptions::default()).unwrap().unwrap();
        (found.groups[0].through, found.groups[0].steps.last().unwrap().expected)
    };
    let ((all, whole), (fewer, late)) = (expected(140), expected(119));
    assert!(fewer + 20 < all);
    // What is missing from the last three weeks is reckoned with for the most part.
    assert!(whole - late < 0.7 * (all - fewer) as f64 + 15.0, "{whole} {late}, {all} {fewer}");
}

#[test]
fn nothing_beyond_the_list_and_nothing_from_nothing() {
    let options = PipelineOptions::default();
    let found = |units: &[PipelineUnit], goal: &PipelineGoal| pipeline_forecast(units, goal, options).unwrap();
    let units = even(50, 0.02, 0, 100);
    let short = found(&units, &goal(100, 300, &[51])).unwrap().whole;
    assert!(!short.reachable && short.met_probability == 0.0 && short.met_on.is_none());
    assert!(short.steps.iter().all(|step| step.upper <= 50 && step.expected <= 50.0));
    let met = found(&units, &goal(100, 300, &[3])).unwrap().whole;
    assert!(met.met_probability == 1.0 && met.met_on == Some(100));
    assert_eq!(found(&units, &goal(100, 100, &[9])), None, "the deadline is there");
    assert_eq!(found(&units, &goal(20, 100, &[9])), None, "fewer than four weeks");
    let none: Vec<PipelineUnit> =
        units.iter().map(|unit| PipelineUnit { passed_on: vec![None], ..unit.clone() }).collect();
    assert_eq!(found(&none, &goal(100, 200, &[9])), None, "nothing has passed");
    assert_eq!(found(&[], &goal(100, 200, &[9])), None, "an empty list");
    let same = |group: &PipelineGroup| group.at_deadline.clone();
    let again = found(&units, &goal(100, 300, &[51])).unwrap().whole;
    assert_eq!(same(&short), same(&again), "the same seed gives the same courses");
    assert!(pipeline_forecast(&units, &goal(100, 200, &[]), options).is_err(), "a group that there is not");
    assert!(pipeline_forecast(&units, &goal(100, 200, &[9]), options.with_confidence(1.0)).is_err());
    assert!(pipeline_forecast(&units, &goal(100, 200, &[9]), options.with_draws(0_usize)).is_err());
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_district_with_too_few_firms_is_told_before_all_else() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
    let policy = jiju::policy::read(folder.as_ref()).unwrap();
    let programme = &policy.programmes[0];
    let entry = |number: u64, reviewed_on: Option<NaiveDate>| LedgerEntry {
        row: number,
        id: format!("f{number:03}"),
        programme: programme.term.id.clone(),
        ground: None,
        deficits: Vec::new(),
        equipment: Vec::new(),
        measure: None,
        stage: Stage::at(if reviewed_on.is_some() { 2 } else { 0 }).unwrap(),
        due_on: None,
        passed_on: vec![Some(day("2020-05-01")), None, reviewed_on, None],
    };
    // Keqiao lists 40 for its 30, Xinchang 10 for its 17; every other one is accepted, one a day.
    let accepted = |number: u64| {
        number
            .is_multiple_of(2)
            .then(|| day("2020-06-01") + chrono::Days::new(number))
            .filter(|day| *day < "2020-08-01".parse().unwrap())
    };
    let entries: Vec<LedgerEntry> = (0..50).map(|number| entry(number, accepted(number))).collect();
    let standing: Standing = (0..50)
        .map(|number| (format!("f{number:03}").into(), if number < 40 { "330603" } else { "330624" }.into()))
        .collect();
    let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
    let rows = forecast(&policy, programme, &ledger, &standing, day("2020-08-31"), ForecastOptions::default());
    let of = |code: &str| -> &Forecast { rows.iter().find(|row| row.district == code).unwrap() };
    let (keqiao, xinchang, city) = (of("330603"), of("330624"), of("330600"));
    assert_eq!((keqiao.listed, keqiao.accepted, keqiao.quota, keqiao.short), (40, 20, 30, 0));
    assert_eq!((xinchang.listed, xinchang.short, xinchang.met_probability, xinchang.met_on), (10, 7, Some(0.0), None));
    assert_eq!((city.listed, city.short, city.met_probability), (50, 100, Some(0.0)));
    assert!(city.is_city && rows.last().map(|row| row.is_city) == Some(true));
    let last = keqiao.days.last().unwrap();
    assert_eq!(last.day, day("2020-12-31"));
    assert!(last.upper <= 40 && last.expected >= 20.0);
    // The city's expected number is that of its districts.
    let sum: f64 =
        rows.iter().filter(|row| !row.is_city).filter_map(|row| row.days.last()).map(|day| day.expected).sum();
    assert!((sum - city.days.last().unwrap().expected).abs() < 1e-6);
    let frame = frame_of_forecasts(&rows).unwrap();
    assert_eq!((frame.height(), frame.column("short").unwrap().null_count()), (7, 0));
    // A quota that is met was met on the day of the firm that made it so.
    let met = forecast(&policy, programme, &ledger, &standing, day("2021-03-01"), ForecastOptions::default());
    assert!(met.iter().all(|row| row.days.is_empty()), "after the deadline there is nothing to forecast");
}

//! Forecasts of a pace held against scipy's negative binomial: see `progress_forecast.py`.

use chrono::{Days, NaiveDate};
use jiju::progress::{ForecastGoal, ForecastOptions, forecast};

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(number)
}

#[test]
fn bands_and_probabilities_are_scipys() {
    let text = include_str!("progress_forecast.csv");
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |column: usize| cells[column].parse::<f64>().unwrap();
        let weeks: Vec<u64> = cells[0].split(' ').map(|count| count.parse().unwrap()).collect();
        let ahead: u64 = cells[1].parse().unwrap();
        let mut done = 0;
        let accepted: Vec<(NaiveDate, u64)> = weeks
            .iter()
            .zip(1..)
            .map(|(count, week)| {
                done += count;
                (day(7 * week), done)
            })
            .collect();
        let as_of = day(7 * weeks.len() as u64);
        let quota = done + cells[3].parse::<u64>().unwrap();
        let options = ForecastOptions { weeks: weeks.len() as u32, confidence: number(2) };
        let found = forecast(
            &accepted,
            day(0),
            as_of,
            ForecastGoal { deadline: as_of + Days::new(ahead), quota, listed: 1_000_000 },
            options,
        )
        .unwrap();
        let last = found.days.last().unwrap();
        let near = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
        near(found.dispersion, number(4));
        near(last.expected - done as f64, number(5));
        assert_eq!((last.lower - done, last.upper - done), (number(6) as u64, number(7) as u64), "{line}");
        near(found.met_probability, number(8));
        assert_eq!(found.days.len() as u64, ahead);
    }
}

#[test]
fn nothing_is_foretold_from_too_little() {
    let accepted: Vec<(NaiveDate, u64)> = (1..=20).map(|number| (day(3 * number), number)).collect();
    let of = |start: u64, as_of: u64, deadline: u64, confidence: f64| {
        let options = ForecastOptions { confidence, ..ForecastOptions::default() };
        forecast(
            &accepted,
            day(start),
            day(as_of),
            ForecastGoal { deadline: day(deadline), quota: 30, listed: 99 },
            options,
        )
    };
    assert!(of(0, 60, 90, 0.8).is_some());
    assert_eq!(of(33, 60, 90, 0.8), None, "27 days are fewer than four weeks");
    assert_eq!(of(0, 60, 60, 0.8), None, "the deadline is there");
    assert_eq!(of(0, 60, 61 + 366, 0.8), None, "too far off");
    assert_eq!(of(0, 60 + 56, 200, 0.8), None, "nothing in the last eight weeks");
    assert_eq!((of(0, 60, 90, 0.0), of(0, 60, 90, f64::NAN)), (None, None));
    let met = forecast(
        &accepted,
        day(0),
        day(60),
        ForecastGoal { deadline: day(90), quota: 20, listed: 99 },
        ForecastOptions::default(),
    )
    .unwrap();
    assert!((met.met_probability - 1.0).abs() < 1e-15, "the quota is met already");
}

#[test]
fn nothing_beyond_the_ledger_is_foretold() {
    let accepted: Vec<(NaiveDate, u64)> = (1..=56).map(|number| (day(number), 10 * number)).collect();
    let of = |quota: u64, listed: u64| {
        let goal = ForecastGoal { deadline: day(90), quota, listed };
        forecast(&accepted, day(0), day(56), goal, ForecastOptions::default()).unwrap()
    };
    let free = of(700, 1_000_000);
    for listed in [500, 560, 561, 600, 800, 880, 900, 1000] {
        let (found, left) = (of(700, listed), listed.max(560));
        for (day, free) in found.days.iter().zip(&free.days) {
            assert!(day.upper <= left && day.lower <= day.upper && day.expected <= left as f64, "{listed}: {day:?}");
            assert!(day.expected <= free.expected + 1e-9 && day.expected >= 560.0, "{listed}: {day:?}");
        }
        assert!(found.days.windows(2).all(|pair| pair[0].expected <= pair[1].expected + 1e-9));
        let met = if listed < 700 { 0.0 } else { free.met_probability };
        assert_eq!(found.met_probability, met, "{listed}");
    }
}

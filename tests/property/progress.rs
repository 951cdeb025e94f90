//! What holds of the quota table for any ledger.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use jiju::model::{Ledger, LedgerEntry, Reference, Register, Stage, Standing};
use jiju::progress::{
    ProgressOptions, ProgressRow, SampleSize, SpotCheckOptions, pace, quota_table, spot_check_sample,
};
use proptest::prelude::*;

use jiju::policy::Policy;

use crate::stages::{self, LISTED, STAGES};

static POLICY: LazyLock<Policy> = LazyLock::new(super::check_fixture::policy);

const PROGRAMMES: [&str; 2] = ["retire_outdated_capacity", "remediate_scattered_workshops"];

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..300u64).prop_map(|days| NaiveDate::from_ymd_opt(2020, 3, 1).unwrap() + Days::new(days))
}

fn any_entry() -> impl Strategy<Value = LedgerEntry> {
    let date = || proptest::option::weighted(0.8, any_day());
    (0..25u8, 0..2usize, 0..4usize, [date(), date(), date(), date()]).prop_map(|(firm, programme, stage, dates)| {
        let [listed_on, self_checked_on, reviewed_on, spot_checked_on] = dates;
        LedgerEntry {
            row: 2,
            id: format!("F{firm}"),
            programme: PROGRAMMES[programme].to_owned(),
            ground: None,
            deficits: Vec::new(),
            equipment: Vec::new(),
            measure: None,
            stage: STAGES[stage],
            due_on: None,
            passed_on: vec![listed_on, self_checked_on, reviewed_on, spot_checked_on],
        }
    })
}

/// Most firms stand in a district, some outside, some nowhere.
fn any_standing() -> impl Strategy<Value = Standing> {
    let place =
        proptest::sample::select(vec!["330602", "330603", "330604", "330681", "330683", "330624", "330106", ""]);
    proptest::collection::vec(place, 25).prop_map(|places| {
        let placed = places.into_iter().enumerate().filter(|(_, place)| !place.is_empty());
        placed.map(|(firm, place)| (format!("F{firm}").into(), place.into())).collect()
    })
}

fn any_stage() -> impl Strategy<Value = Option<Stage>> {
    proptest::option::of(proptest::sample::select(STAGES.to_vec()))
}

fn ledger(entries: Vec<LedgerEntry>) -> Ledger {
    Ledger { source: "ledger.csv".to_owned(), entries }
}

fn counts(row: &ProgressRow) -> [u64; 5] {
    let [listed, self_checked, reviewed, spot_checked] = stages::counts(row);
    [listed, self_checked, reviewed, spot_checked, row.accepted]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn neither_order_nor_doubled_rows_change_anything(
        (entries, shuffled) in proptest::collection::vec(any_entry(), 0..60)
            .prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle())),
        doubled in 0..60usize,
        standing in any_standing(),
        as_of in any_day(),
        accepting_stage in any_stage(),
        seed: u64,
    ) {
        let mut other = shuffled;
        other.extend_from_within(..doubled.min(other.len()));
        let (plain, other) = (ledger(entries), ledger(other));
        let options = ProgressOptions { as_of, accepting_stage };
        prop_assert_eq!(
            quota_table(&POLICY, &plain, &standing, &options),
            quota_table(&POLICY, &other, &standing, &options)
        );
        prop_assert_eq!(pace(&POLICY, &plain, &standing, as_of), pace(&POLICY, &other, &standing, as_of));
        let options = SpotCheckOptions { as_of, size: SampleSize::Share(0.3), replacements: 2, seed };
        let register = Register::new("", Reference::Wgs84, Vec::new());
        prop_assert_eq!(
            spot_check_sample(&POLICY, &plain, &standing, &register, &options).unwrap(),
            spot_check_sample(&POLICY, &other, &standing, &register, &options).unwrap()
        );
    }

    #[test]
    fn districts_sum_to_the_city_and_nobody_is_lost(
        entries in proptest::collection::vec(any_entry(), 0..60),
        standing in any_standing(),
        as_of in any_day(),
        accepting_stage in any_stage(),
    ) {
        let ledger = ledger(entries);
        let table = quota_table(&POLICY, &ledger, &standing, &ProgressOptions { as_of, accepting_stage });
        prop_assert_eq!(table.len(), 14);
        for rows in table.chunks(7) {
            let (city, districts) = rows.split_last().unwrap();
            prop_assert!(city.is_city && districts.iter().all(|row| !row.is_city));
            for place in 0..5 {
                prop_assert_eq!(districts.iter().map(|row| counts(row)[place]).sum::<u64>(), counts(city)[place]);
            }
            prop_assert_eq!(districts.iter().map(|row| row.quota).sum::<u64>(), city.quota);
            let listed: BTreeSet<&str> = ledger
                .entries
                .iter()
                .filter(|entry| entry.programme == city.programme)
                .filter(|entry| {
                    let dates = STAGES.into_iter().filter(|stage| *stage <= entry.stage);
                    entry.passed_on(LISTED).is_none()
                        || dates.filter_map(|stage| entry.passed_on(stage)).any(|date| date <= as_of)
                })
                .map(|entry| entry.id.as_str())
                .collect();
            prop_assert_eq!(city.listed() + city.unplaced, listed.len() as u64);
            for row in rows {
                prop_assert!(counts(row)[..4].is_sorted_by(|earlier, later| earlier >= later), "{:?}", row);
            }
            // Whoever has a better rate stands before; equal rates share a place; the first place is taken.
            let mut ranks: Vec<u32> = districts.iter().filter_map(|row| row.rank).collect();
            prop_assert_eq!(ranks.len(), 6);
            for row in districts {
                let ahead = districts.iter().filter(|other| other.rate > row.rate).count();
                prop_assert_eq!(row.rank, Some(ahead as u32 + 1));
            }
            ranks.sort_unstable();
            prop_assert_eq!(ranks[0], 1);
        }
    }

    #[test]
    fn counts_only_grow_with_the_day(
        entries in proptest::collection::vec(any_entry(), 0..60),
        standing in any_standing(),
        day in any_day(),
        later in 0..100u64,
        accepting_stage in any_stage(),
    ) {
        let ledger = ledger(entries);
        let on = |as_of| quota_table(&POLICY, &ledger, &standing, &ProgressOptions { as_of, accepting_stage });
        for (early, late) in on(day).iter().zip(on(day + Days::new(later))) {
            prop_assert!(counts(early).iter().zip(counts(&late)).all(|(early, late)| *early <= late));
            prop_assert!(early.gap >= late.gap && early.surplus <= late.surplus && early.unplaced <= late.unplaced);
        }
    }

    #[test]
    fn the_pace_grows_to_the_figure_of_the_quota_table(
        entries in proptest::collection::vec(any_entry(), 0..60),
        standing in any_standing(),
        as_of in any_day(),
    ) {
        let ledger = ledger(entries);
        let points = pace(&POLICY, &ledger, &standing, as_of);
        let table = quota_table(&POLICY, &ledger, &standing, &ProgressOptions::as_of(as_of));
        for city in table.iter().filter(|row| row.is_city) {
            let points: Vec<_> = points.iter().filter(|point| point.programme == city.programme).collect();
            prop_assert!(points.is_sorted_by(|a, b| a.day < b.day && a.accepted <= b.accepted));
            let last = points.last().unwrap();
            prop_assert_eq!((last.day, last.accepted), (as_of, city.accepted));
        }
    }
}

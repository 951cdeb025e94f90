//! What holds, for any ledger on any day, of ranks, pace, lists and the sample for the spot check.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use jiju::model::{Enterprise, Ledger, LedgerEntry, Reference, Register, Stage, Standing};
use jiju::policy::Policy;
use jiju::progress::{
    ProgressOptions, ProgressRow, PublicList, SampleSize, SampledFirm, SpotCheckOptions, frame, inspection_lists,
    lists, pace, quota_table, rows_of, spot_check_sample,
};
use proptest::prelude::*;

use super::check_fixture;
use crate::stages::{LISTED, REVIEW, SELF_CHECK, SPOT_CHECK, STAGES};

static POLICY: LazyLock<Policy> = LazyLock::new(check_fixture::policy);

/// Ids of districts of the policy, of one beyond it, and of none: where a firm stands by its number.
const PLACES: [Option<&str>; 8] = [
    Some("330602"),
    Some("330603"),
    Some("330604"),
    Some("330681"),
    Some("330683"),
    Some("330624"),
    Some("330100"),
    None,
];

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 3, 1).unwrap() + Days::new(number)
}

fn id(firm: usize) -> String {
    format!("firm{firm:03}")
}

fn standing() -> Standing {
    (0..48).filter_map(|firm| Some((id(firm).into(), PLACES[firm % PLACES.len()]?.into()))).collect()
}

fn register() -> Register {
    let enterprises = (0..40)
        .map(|firm| Enterprise {
            row: firm as u64 + 2,
            sheet: None,
            id: id(firm).into(),
            surrogate_id: false,
            name: format!("示例企业{firm}"),
            address: None,
            location: None,
            district: None,
            town: None,
            industry_code: None,
            sector: None,
            employees: None,
            output_cny: None,
            tax_cny: None,
            land_mu: None,
            energy_tce: None,
        })
        .collect();
    Register::new("register.csv", Reference::Wgs84, enterprises)
}

/// Entries whose dates need not follow the stages, nor be there; a firm may have several under a programme.
fn entry() -> impl Strategy<Value = LedgerEntry> {
    let date = || prop::option::weighted(0.8, (0_u64..300).prop_map(day));
    let programme =
        prop::sample::select(vec!["retire_outdated_capacity", "remediate_scattered_workshops", "elsewhere"]);
    let measure = prop::option::of(prop::sample::select(vec!["close", "relocate", "merge", "rectify"]));
    let ground = prop::option::of(prop::sample::select(vec!["energy", "safety", "block_remediation"]));
    (0_usize..48, programme, ground, measure, 0_usize..4, [date(), date(), date(), date(), date()]).prop_map(
        |(
            firm,
            programme,
            ground,
            measure,
            stage,
            [listed_on, due_on, self_checked_on, reviewed_on, spot_checked_on],
        )| {
            LedgerEntry {
                row: 2,
                id: id(firm),
                programme: programme.to_owned(),
                ground: ground.map(str::to_owned),
                deficits: Vec::new(),
                equipment: Vec::new(),
                measure: measure.map(str::to_owned),
                stage: STAGES[stage],
                due_on,
                passed_on: vec![listed_on, self_checked_on, reviewed_on, spot_checked_on],
            }
        },
    )
}

fn entries() -> impl Strategy<Value = Vec<LedgerEntry>> {
    prop::collection::vec(entry(), 0..60)
}

/// Entries, and the same in another order.
fn shuffled() -> impl Strategy<Value = (Vec<LedgerEntry>, Vec<LedgerEntry>)> {
    entries().prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle()))
}

fn ledger(entries: &[LedgerEntry]) -> Ledger {
    Ledger { source: "ledger.csv".to_owned(), entries: entries.to_vec() }
}

fn table(entries: &[LedgerEntry], as_of: NaiveDate, accepting_stage: Option<Stage>) -> Vec<ProgressRow> {
    quota_table(&POLICY, &ledger(entries), &standing(), &ProgressOptions { as_of, accepting_stage })
}

/// By brute force: the firms that count under a programme on a day.
fn accepted_firms(entries: &[LedgerEntry], programme: &str, stage: Stage, as_of: NaiveDate) -> BTreeSet<String> {
    let dates = |entry: &LedgerEntry| entry.passed_on.clone();
    entries
        .iter()
        .filter(|entry| entry.programme == programme)
        .filter(|entry| {
            (stage.position()..=entry.stage.position()).any(|step| dates(entry)[step].is_some_and(|date| date <= as_of))
                || (stage == LISTED && entry.passed_on(LISTED).is_none())
        })
        .map(|entry| entry.id.clone())
        .collect()
}

/// The policy with every programme accepting from a stage.
fn accepting_from(stage: Stage) -> Policy {
    let mut policy = POLICY.clone();
    for programme in &mut policy.programmes {
        programme.accepting_stage = stage;
    }
    policy
}

fn draw(entries: &[LedgerEntry], standing: &Standing, as_of: NaiveDate, share: f64, seed: u64) -> Vec<SampledFirm> {
    let options = SpotCheckOptions { as_of, size: SampleSize::Share(share), replacements: 0, seed };
    spot_check_sample(&POLICY, &ledger(entries), standing, &register(), &options).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn ranks_are_a_competition_ranking_by_exact_rate(
        entries in entries(), number in 0_u64..320, none in prop::collection::vec(any::<bool>(), 6)
    ) {
        let mut policy = POLICY.clone();
        let without: BTreeSet<String> =
            policy.districts.iter().zip(none).filter(|(_, none)| *none).map(|(it, _)| it.adcode.clone()).collect();
        for quota in policy.quotas.iter_mut().filter(|quota| without.contains(&quota.district)) {
            quota.firms = 0;
        }
        let options = ProgressOptions { as_of: day(number), accepting_stage: Some(SELF_CHECK) };
        let rows = quota_table(&policy, &ledger(&entries), &standing(), &options);
        for programme in &policy.programmes {
            let districts: Vec<&ProgressRow> =
                rows.iter().filter(|row| row.programme == programme.term.id && !row.is_city).collect();
            let unranked = |row: &&ProgressRow| row.rank.is_none() && row.rate.is_none();
            prop_assert!(districts.iter().all(|row| unranked(row) == without.contains(&row.district)));
            let mut ranked: Vec<&ProgressRow> = districts.into_iter().filter(|row| row.rank.is_some()).collect();
            ranked.sort_by_key(|row| row.rank);
            for (place, row) in ranked.iter().enumerate() {
                let Some(ahead) = place.checked_sub(1).map(|before| ranked[before]) else {
                    prop_assert_eq!(row.rank, Some(1));
                    continue;
                };
                let (mine, theirs) = (row.accepted * ahead.quota, ahead.accepted * row.quota);
                prop_assert!(mine <= theirs);
                let expected = if mine == theirs { ahead.rank } else { Some(place as u32 + 1) };
                prop_assert_eq!(row.rank, expected);
            }
        }
        prop_assert!(rows.iter().filter(|row| row.is_city).all(|row| row.rank.is_none()));
    }

    #[test]
    fn the_table_comes_back_from_its_frame(entries in entries(), number in 0_u64..320) {
        let rows = table(&entries, day(number), None);
        let frame = frame(&rows).unwrap();
        let numbers = (2..frame.height() as u64 + 2).collect();
        let table = jiju::model::Table::new("progress.csv", frame, numbers);
        prop_assert_eq!(rows_of(&table).unwrap(), rows);
    }

    #[test]
    fn the_pace_ends_at_what_the_city_has(
        (entries, other) in shuffled(), number in 0_u64..320, stage in prop::sample::select(STAGES.to_vec())
    ) {
        let (policy, as_of) = (accepting_from(stage), day(number));
        let points = pace(&policy, &ledger(&entries), &standing(), as_of);
        prop_assert_eq!(&points, &pace(&policy, &ledger(&other), &standing(), as_of));
        let rows = table(&entries, as_of, Some(stage));
        for city in rows.iter().filter(|row| row.is_city) {
            let points: Vec<_> = points.iter().filter(|point| point.programme == city.programme).collect();
            let last = points.last().unwrap();
            prop_assert_eq!((last.day, last.accepted), (as_of, city.accepted));
            prop_assert!(points.windows(2).all(|two| two[0].day < two[1].day && two[0].accepted <= two[1].accepted));
            prop_assert!(points.windows(2).all(|two| two[0].expected <= two[1].expected));
            // What the pace says of a day on its way is what the quota table of that day says, once the plan is out.
            for point in points.iter().filter(|point| point.day >= policy.document.issued_on) {
                let then = table(&entries, point.day, Some(stage));
                let then = then.iter().find(|row| row.is_city && row.programme == city.programme).unwrap();
                prop_assert_eq!(point.accepted, then.accepted);
            }
        }
    }

    #[test]
    fn lists_keep_accepted_and_open_firms_apart((entries, other) in shuffled(), number in 0_u64..320) {
        let as_of = day(number);
        let rows = lists(&POLICY, &ledger(&entries), &register(), &standing(), as_of);
        prop_assert_eq!(&rows, &lists(&POLICY, &ledger(&other), &register(), &standing(), as_of));
        let doubled: Vec<LedgerEntry> = entries.iter().chain(&entries).cloned().collect();
        prop_assert_eq!(&rows, &lists(&POLICY, &ledger(&doubled), &register(), &standing(), as_of));
        for programme in &POLICY.programmes {
            let firms = |kept: &dyn Fn(PublicList) -> bool| -> BTreeSet<String> {
                let rows = rows.iter().filter(|row| row.programme == programme.term.id && kept(row.list));
                rows.map(|row| row.id.clone()).collect()
            };
            let accepted = accepted_firms(&entries, &programme.term.id, programme.accepting_stage, as_of);
            let listed = accepted_firms(&entries, &programme.term.id, LISTED, as_of);
            let open = firms(&|list| list != PublicList::Closed);
            prop_assert_eq!(&open, &listed.difference(&accepted).cloned().collect::<BTreeSet<_>>());
            prop_assert!(firms(&|list| list == PublicList::Closed).is_subset(&accepted));
            let handed_out = inspection_lists(&POLICY, &ledger(&entries), &register(), &standing(), as_of);
            let handed_out = handed_out.iter().filter(|row| row.programme == programme.term.id);
            let ids: BTreeSet<String> =
                handed_out.filter(|row| row.list == PublicList::Accepted).map(|row| row.id.clone()).collect();
            prop_assert_eq!(&ids, &accepted);
        }
        let standing = standing();
        for row in &rows {
            let place = standing.get(row.id.as_str()).filter(|adcode| POLICY.district(adcode).is_some());
            prop_assert_eq!(row.district.as_deref(), place.map(|adcode| &**adcode));
            prop_assert_eq!(row.name.is_some(), row.id.as_str() < "firm040");
            match row.list {
                PublicList::Overdue => prop_assert!(row.due_on.unwrap() < as_of),
                PublicList::ToRectify => prop_assert!(row.due_on.is_none_or(|due| due >= as_of)),
                PublicList::Closed => {}
                handed_out => prop_assert!(false, "{handed_out:?} is not public"),
            }
        }
    }

    #[test]
    fn the_sample_for_the_spot_check_is_drawn_fairly(
        (entries, other) in shuffled(), number in 0_u64..320, percent in 0_u64..=100, seed in any::<u64>()
    ) {
        let (as_of, share) = (day(number), percent as f64 / 100.0);
        let sample = draw(&entries, &standing(), as_of, share, seed);
        prop_assert_eq!(&sample, &draw(&other, &standing(), as_of, share, seed));
        let distinct: BTreeSet<_> = sample.iter().collect();
        prop_assert_eq!(distinct.len(), sample.len());
        let mut strata: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for programme in POLICY.programmes.iter().map(|programme| programme.term.id.clone()) {
            let reviewed = accepted_firms(&entries, &programme, REVIEW, as_of);
            let checked = accepted_firms(&entries, &programme, SPOT_CHECK, as_of);
            for firm in reviewed.difference(&checked) {
                if let Some(district) = standing().get(firm.as_str()).filter(|adcode| POLICY.district(adcode).is_some()) {
                    strata.entry((programme.clone(), district.to_string())).or_default().insert(firm.clone());
                }
            }
        }
        for firm in &sample {
            prop_assert!(strata[&(firm.programme.clone(), firm.district.clone())].contains(&firm.id));
        }
        for ((programme, district), firms) in &strata {
            let drawn = sample.iter().filter(|row| (&row.programme, &row.district) == (programme, district)).count();
            prop_assert_eq!(drawn as u64, (firms.len() as u64 * percent).div_ceil(100));
        }
    }
}

/// 100 firms in one stratum: shares that binary fractions miss by a hair still give whole numbers.
#[test]
fn every_whole_percent_of_a_hundred_firms_is_that_many() {
    let entries: Vec<LedgerEntry> = (0..100)
        .map(|firm| LedgerEntry {
            row: 2,
            id: id(firm),
            programme: "retire_outdated_capacity".to_owned(),
            ground: None,
            deficits: Vec::new(),
            equipment: Vec::new(),
            measure: None,
            stage: REVIEW,
            due_on: None,
            passed_on: vec![None, None, Some(day(1)), None],
        })
        .collect();
    let standing = (0..100).map(|firm| (id(firm).into(), "330603".into())).collect();
    let draw = |share, seed| draw(&entries, &standing, day(2), share, seed);
    for percent in 1..=100_u32 {
        assert_eq!(draw(f64::from(percent) / 100.0, 1).len(), percent as usize);
    }
    assert_ne!(draw(0.1, 1), draw(0.1, 2));
    // Every firm has its chance: over 400 draws of a tenth each is drawn about 40 times.
    let mut times: HashMap<String, u32> = HashMap::new();
    for seed in 0..400 {
        for firm in draw(0.1, seed) {
            *times.entry(firm.id).or_default() += 1;
        }
    }
    assert!(times.len() == 100 && times.values().all(|times| (15..=70).contains(times)), "{times:?}");
}

//! Progress against a ledger counted by SQL (`progress_quota_table.py`), and a small one counted by hand.

use std::path::Path;

use chrono::NaiveDate;
use jiju::model::{Enterprise, Ledger, LedgerEntry, Reference, Register, Stage, Standing, Table};
use jiju::policy::{self, Policy};
use jiju::progress::{
    ProgressOptions, ProgressRow, PublicList, SampleSize, SpotCheckOptions, frame, inspection_lists, lists, pace,
    quota_table, ranking, rows_of, spot_check_sample,
};
use polars::prelude::Column;

use crate::stages::{KEYS, LISTED, REVIEW, SELF_CHECK, SPOT_CHECK, STAGES, counts};

const RETIRE: &str = "retire_outdated_capacity";
const REMEDIATE: &str = "remediate_scattered_workshops";

fn policy() -> Policy {
    policy::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy/shaoxing-2020")).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn stage(key: &str) -> Stage {
    STAGES[KEYS.iter().position(|known| *known == key).unwrap()]
}

/// An entry with the dates of its stages, first to last; `-` is none.
fn entry(id: &str, programme: &str, claims: Stage, dates: [&str; 4]) -> LedgerEntry {
    let [listed_on, self_checked_on, reviewed_on, spot_checked_on] =
        dates.map(|date| Some(date).filter(|date| !["", "-"].contains(date)).map(day));
    LedgerEntry {
        row: 2,
        id: id.to_owned(),
        programme: programme.to_owned(),
        ground: None,
        deficits: Vec::new(),
        equipment: Vec::new(),
        measure: None,
        stage: claims,
        due_on: None,
        passed_on: vec![listed_on, self_checked_on, reviewed_on, spot_checked_on],
    }
}

fn ledger(entries: Vec<LedgerEntry>) -> Ledger {
    Ledger { source: "ledger.csv".to_owned(), entries }
}

fn register(ids: &[&str]) -> Register {
    let enterprises = ids
        .iter()
        .map(|id| Enterprise {
            row: 2,
            sheet: None,
            id: (*id).into(),
            surrogate_id: false,
            name: format!("企业{id}"),
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

fn standing(places: &[(&str, &str)]) -> Standing {
    places.iter().map(|(id, adcode)| ((*id).into(), (*adcode).into())).collect()
}

fn row<'a>(rows: &'a [ProgressRow], programme: &str, district: &str) -> &'a ProgressRow {
    rows.iter().find(|row| row.programme == programme && row.district == district).unwrap()
}

fn csv_rows<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name);
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn the_quota_table_is_that_of_sql() {
    let policy = policy();
    let entries = csv_rows::<[String; 7]>("progress_ledger.csv")
        .iter()
        .map(|[id, programme, claims, dates @ ..]| {
            entry(id, programme, stage(claims), [&dates[0], &dates[1], &dates[2], &dates[3]].map(String::as_str))
        })
        .collect();
    let ledger = ledger(entries);
    let standing: Standing = csv_rows::<(String, String)>("progress_standing.csv")
        .into_iter()
        .map(|(id, adcode)| (id.into(), adcode.into()))
        .collect();
    let mut expected = csv_rows::<[String; 12]>("progress_quota_table.csv");
    let mut found = Vec::new();
    for (as_of, accepting) in
        [("2020-06-30", REVIEW), ("2020-09-30", REVIEW), ("2020-09-30", SELF_CHECK), ("2020-12-31", SPOT_CHECK)]
    {
        let options = ProgressOptions { as_of: day(as_of), accepting_stage: Some(accepting) };
        for row in quota_table(&policy, &ledger, &standing, &options) {
            let [listed, self_checked, reviewed, spot_checked] = counts(&row);
            let counts = [listed, self_checked, reviewed, spot_checked, row.accepted, row.quota];
            let words = [as_of, KEYS[accepting.position()], &row.programme, &row.district].map(str::to_owned);
            let rank = row.rank.map(|rank| rank.to_string()).unwrap_or_default();
            let cells = words.into_iter().chain(counts.map(|count| count.to_string()));
            found.push(cells.chain([rank, row.unplaced.to_string()]).collect::<Vec<_>>());
            assert_eq!(row.rate, Some(row.accepted as f64 / row.quota as f64));
            assert_eq!(i128::from(row.gap) - i128::from(row.surplus), i128::from(row.quota) - i128::from(row.accepted));
            assert!(row.gap == 0 || row.surplus == 0);
        }
    }
    found.sort();
    expected.sort();
    assert_eq!(found.len(), 56);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

/// Yuecheng (quota 35): a passed review, b passed the spot check but its review is not dated, c only claims it.
/// Keqiao (30): d stands twice in the ledger, once reviewed in June and once still listed; e is reviewed after the day.
/// Shangyu (25): f listed without a date. Outside: g reviewed.
fn small() -> (Ledger, Standing) {
    let ledger = ledger(vec![
        entry("a", RETIRE, REVIEW, ["2020-03-01", "2020-04-01", "2020-05-01", "-"]),
        entry("b", RETIRE, SPOT_CHECK, ["2020-03-01", "2020-04-01", "-", "2020-07-01"]),
        entry("c", RETIRE, REVIEW, ["2020-03-01", "2020-04-01", "-", "-"]),
        entry("d", RETIRE, LISTED, ["2020-03-01", "-", "-", "-"]),
        entry("d", RETIRE, REVIEW, ["2020-03-01", "2020-04-01", "2020-06-15", "-"]),
        entry("e", RETIRE, REVIEW, ["2020-03-01", "2020-04-01", "2020-10-15", "-"]),
        entry("f", RETIRE, LISTED, ["-", "-", "-", "-"]),
        entry("g", RETIRE, REVIEW, ["2020-03-01", "2020-04-01", "2020-05-01", "-"]),
        entry("a", REMEDIATE, LISTED, ["2020-03-01", "-", "-", "-"]),
    ]);
    let standing = standing(&[
        ("a", "330602"),
        ("b", "330602"),
        ("c", "330602"),
        ("d", "330603"),
        ("e", "330603"),
        ("f", "330604"),
        ("g", "330106"),
    ]);
    (ledger, standing)
}

#[test]
fn a_small_ledger_is_counted_as_by_hand() {
    let (ledger, standing) = small();
    let rows = quota_table(&policy(), &ledger, &standing, &ProgressOptions::as_of(day("2020-09-30")));
    let counts = |district: &str| {
        let row = row(&rows, RETIRE, district);
        {
            let [listed, self_checked, reviewed, spot_checked] = counts(row);
            [listed, self_checked, reviewed, spot_checked, row.accepted, row.gap, row.unplaced]
        }
    };
    assert_eq!(counts("330602"), [3, 3, 2, 1, 2, 33, 0]);
    assert_eq!(counts("330603"), [2, 2, 1, 0, 1, 29, 0]);
    assert_eq!(counts("330604"), [1, 0, 0, 0, 0, 25, 0]);
    assert_eq!(counts("330600"), [6, 5, 3, 1, 3, 147, 1]);
    assert_eq!(row(&rows, RETIRE, "330602").rate, Some(2.0 / 35.0));
    // 2/35 before 1/30; the four districts with nothing share the third place.
    let ranks: Vec<_> = ranking(&rows, RETIRE).iter().map(|row| (row.district.as_str(), row.rank.unwrap())).collect();
    let expected = [("330602", 1), ("330603", 2), ("330604", 3), ("330681", 3), ("330683", 3), ("330624", 3)];
    assert_eq!(ranks, expected);
    assert_eq!(row(&rows, RETIRE, "330600").rank, None);
    assert_eq!(row(&rows, REMEDIATE, "330602").listed(), 1);
}

#[test]
fn places_after_a_tie_are_skipped_and_no_quota_has_no_rate() {
    let mut policy = policy();
    for (quota, firms) in policy.quotas.iter_mut().zip([2, 4, 2, 0, 10, 10]) {
        quota.firms = firms;
    }
    let reviewed = |id: &str| entry(id, RETIRE, REVIEW, ["-", "-", "2020-06-01", "-"]);
    // 1/2, 2/4, 2/2 and 1/0; the last two districts have none.
    let ids = ["a", "b", "c", "d", "e", "f"];
    let places = ["330602", "330603", "330603", "330604", "330604", "330681"];
    let ledger = ledger(ids.map(reviewed).to_vec());
    let standing = standing(&ids.iter().copied().zip(places).collect::<Vec<_>>());
    let rows = quota_table(&policy, &ledger, &standing, &ProgressOptions::as_of(day("2020-09-30")));
    let found: Vec<_> = rows[..6].iter().map(|row| (row.rate, row.rank, row.surplus)).collect();
    let expected = [
        (Some(0.5), Some(2), 0),
        (Some(0.5), Some(2), 0),
        (Some(1.0), Some(1), 0),
        (None, None, 1),
        (Some(0.0), Some(4), 0),
        (Some(0.0), Some(4), 0),
    ];
    assert_eq!(found, expected);
    assert_eq!(ranking(&rows, RETIRE).last().unwrap().district, "330681");
}

#[test]
fn a_quota_table_comes_back_from_a_file_as_it_was() {
    let (ledger, standing) = small();
    let rows = quota_table(&policy(), &ledger, &standing, &ProgressOptions::as_of(day("2020-09-30")));
    let frame = frame(&rows).unwrap();
    let table = |frame| Table::new("quota.parquet", frame, (2..=15).collect());
    assert_eq!(rows_of(&table(frame.clone())).unwrap(), rows);
    let mut spoilt = frame.clone();
    let quota: Vec<Option<f64>> = (0..14).map(|row| Some(30.0).filter(|_| row != 3)).collect();
    spoilt.with_column(Column::new("quota".into(), quota)).unwrap();
    let message = rows_of(&table(spoilt)).unwrap_err().to_string();
    assert!(message.contains("quota.parquet, row 5, column `quota`: found ``, expected a whole number"), "{message}");
    assert!(rows_of(&table(frame.drop("rank").unwrap())).unwrap_err().to_string().contains("`rank`"));
}

#[test]
fn the_pace_runs_from_the_document_to_the_deadline() {
    let (mut ledger, standing) = small();
    ledger.entries.push(entry("b", REMEDIATE, REVIEW, ["-", "-", "2020-08-15", "-"]));
    ledger.entries.push(entry("b", REMEDIATE, REVIEW, ["-", "-", "2020-08-20", "-"]));
    let points = pace(&policy(), &ledger, &standing, day("2020-09-30"));
    let of = |programme: &str| {
        points
            .iter()
            .filter(|point| point.programme == programme)
            .map(|point| (point.day.to_string(), point.accepted, point.expected))
            .collect::<Vec<_>>()
    };
    // 2020-05-28 to 2020-10-31 are 156 days; 79 of them lie before 08-15, 125 before 09-30.
    let expected = [
        ("2020-05-28".to_owned(), 0, Some(0.0)),
        ("2020-08-15".to_owned(), 1, Some(1000.0 * (79.0 / 156.0))),
        ("2020-09-30".to_owned(), 1, Some(1000.0 * (125.0 / 156.0))),
    ];
    assert_eq!(of(REMEDIATE), expected);
    let days: Vec<_> = of(RETIRE).into_iter().map(|(day, accepted, _)| (day, accepted)).collect();
    let expected = [("2020-05-01", 1), ("2020-05-28", 1), ("2020-06-15", 2), ("2020-07-01", 3), ("2020-09-30", 3)];
    assert_eq!(days, expected.map(|(day, accepted)| (day.to_owned(), accepted)));
}

#[test]
fn a_firm_stands_once_on_the_list_of_each_of_its_grounds() {
    let with = |id: &str, ground: &str, measure: &str, due: &str, claims: Stage, dates: [&str; 4]| LedgerEntry {
        ground: Some(ground.to_owned()),
        measure: Some(measure.to_owned()),
        due_on: Some(day(due)),
        ..entry(id, RETIRE, claims, dates)
    };
    let listed = ["2020-03-01", "-", "-", "-"];
    let reviewed = ["2020-03-01", "2020-04-01", "2020-08-01", "-"];
    let ledger = ledger(vec![
        with("a", "energy", "rectify", "2020-09-30", LISTED, listed),
        with("a", "safety", "rectify", "2020-09-29", LISTED, listed),
        with("a", "safety", "rectify", "2020-12-31", LISTED, listed),
        with("b", "energy", "close", "2020-08-31", LISTED, listed),
        with("b", "energy", "close", "2020-08-31", REVIEW, reviewed),
        with("c", "energy", "rectify", "2020-08-31", REVIEW, reviewed),
        with("d", "environment", "close", "2020-12-31", REVIEW, listed),
        with("e", "energy", "close", "2020-12-31", LISTED, ["2020-10-01", "-", "-", "-"]),
    ]);
    let standing = standing(&[("a", "330602"), ("b", "330603"), ("c", "330106"), ("d", "330602")]);
    let (policy, register, as_of) = (policy(), register(&["a", "b", "c"]), day("2020-09-30"));
    let short = |rows: Vec<jiju::progress::ListRow>| {
        rows.into_iter().map(|row| (row.list, row.id, row.ground.unwrap())).collect::<Vec<_>>()
    };
    let own = |rows: &[(PublicList, &str, &str)]| {
        rows.iter().map(|(list, id, ground)| (*list, (*id).to_owned(), (*ground).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(
        short(lists(&policy, &ledger, &register, &standing, as_of)),
        own(&[
            (PublicList::ToRectify, "a", "energy"),
            (PublicList::ToRectify, "d", "environment"),
            (PublicList::Overdue, "a", "safety"),
            (PublicList::Closed, "b", "energy"),
        ])
    );
    assert_eq!(
        short(inspection_lists(&policy, &ledger, &register, &standing, as_of)),
        own(&[
            (PublicList::Accepted, "c", "energy"),
            (PublicList::Accepted, "b", "energy"),
            (PublicList::Undated, "d", "environment"),
            (PublicList::Unplaced, "c", "energy"),
        ])
    );
    let rows = lists(&policy, &ledger, &register, &standing, as_of);
    assert_eq!((rows[0].name.as_deref(), rows[1].name.as_deref()), (Some("企业a"), None));
}

#[test]
fn the_sample_holds_only_reviewed_firms_and_a_district_draws_by_itself() {
    let policy = policy();
    let reviewed = |id: &str| entry(id, RETIRE, REVIEW, ["-", "-", "2020-06-01", "-"]);
    let ids: Vec<String> = (0..20).map(|number| format!("k{number:02}")).collect();
    let mut entries: Vec<LedgerEntry> = ids.iter().map(|id| reviewed(id)).collect();
    entries.push(reviewed("y"));
    // Doubled: one row is spot-checked, so it is not drawn again.
    entries.push(reviewed("z"));
    entries.push(entry("z", RETIRE, SPOT_CHECK, ["-", "-", "2020-06-01", "2020-07-01"]));
    entries.push(entry("w", RETIRE, SELF_CHECK, ["-", "2020-06-01", "-", "-"]));
    entries.push(reviewed("outside"));
    let mut places: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "330603")).collect();
    places.extend([("y", "330602"), ("z", "330602"), ("w", "330602"), ("outside", "330106")]);
    let register = Register::new("", Reference::Wgs84, Vec::new());
    let size = SampleSize::Share(0.12);
    let options = SpotCheckOptions { as_of: day("2020-09-30"), size, replacements: 0, seed: 7 };
    let draw = |ledger: &Ledger, places: &[(&str, &str)], options: &SpotCheckOptions| {
        spot_check_sample(&policy, ledger, &standing(places), &register, options)
            .unwrap()
            .into_iter()
            .map(|firm| (firm.district, firm.id))
            .collect::<Vec<_>>()
    };
    let whole = ledger(entries.clone());
    let sample = draw(&whole, &places, &options);
    assert_eq!(sample[0], ("330602".to_owned(), "y".to_owned()));
    // 12 % of 20 is 2.4, rounded up.
    assert_eq!(sample.len(), 1 + 3);
    assert!(sample[1..].iter().all(|(district, id)| district == "330603" && id.starts_with('k')));
    entries.reverse();
    assert_eq!(draw(&ledger(entries.clone()), &places, &options), sample);
    entries.retain(|entry| entry.id != "y");
    assert_eq!(draw(&ledger(entries), &places, &options), sample[1..]);
    // Five of twenty-one, in proportion: 5 · 20 / 21 = 4.8 and 0.2; and one at the least.
    let five = SpotCheckOptions { size: SampleSize::Total(5), ..options };
    let drawn = draw(&whole, &places, &five);
    assert_eq!(drawn.len(), 5);
    assert_eq!(drawn.iter().filter(|(district, _)| district == "330602").count(), 1);
    // A replacement more changes none of those that are drawn.
    let more = draw(&whole, &places, &SpotCheckOptions { replacements: 2, ..five });
    assert_eq!(more.len(), 5 + 2);
    assert!(drawn.iter().all(|firm| more.contains(firm)));
    assert_ne!(draw(&whole, &places, &SpotCheckOptions { seed: 8, ..five }), draw(&whole, &places, &five));
    assert!(draw(&whole, &places, &SpotCheckOptions { size: SampleSize::Share(0.0), ..options }).is_empty());
}

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use super::firm::{FirmState, firms};
use crate::error::{Error, ReadError, Result};
use crate::model::{Ledger, Stage, Standing, Table, column};
use crate::policy::{Policy, Programme, RankingRule};

/// The options of a quota table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgressOptions {
    /// The as-of date of the counts.
    pub as_of: NaiveDate,
    /// The stage from which a firm counts, if it is not the one given by the policy.
    pub accepting_stage: Option<Stage>,
}

impl ProgressOptions {
    /// Makes options for an as-of date, with the accepting stages of the policy.
    #[must_use]
    pub const fn as_of(as_of: NaiveDate) -> Self {
        Self { as_of, accepting_stage: None }
    }
}

/// The number of firms that passed a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCount {
    /// The name of its column in tables.
    pub column: String,
    /// The number of firms.
    pub firms: u64,
}

/// A row of the quota table: one programme in one district or in the whole city.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgressRow {
    /// The id of the programme.
    pub programme: String,
    /// The Chinese name of the programme.
    pub programme_name_zh: String,
    /// The English name of the programme.
    pub programme_name_en: String,
    /// The adcode of the district or of the city.
    pub district: String,
    /// The Chinese name of the district or city.
    pub district_name_zh: String,
    /// The English name of the district or city.
    pub district_name_en: String,
    /// Whether this row is that of the whole city.
    pub is_city: bool,
    /// For each stage of the policy, the number of firms that passed it; the first counts the firms in the ledger.
    pub stages: Vec<StageCount>,
    /// The number of firms that passed the accepting stage and so count toward the quota.
    pub accepted: u64,
    /// The number of firms that the quota requires.
    pub quota: u64,
    /// `accepted / quota`, a fraction; `None` if the quota is 0.
    pub rate: Option<f64>,
    /// The number of firms that are still missing; 0 if the quota is met.
    pub gap: u64,
    /// The number of firms accepted beyond the quota.
    pub surplus: u64,
    /// The rank among the districts by rate, starting with 1; districts with equal rates share a rank and the next rank
    /// is skipped. `None` for the city and for rows without a rate.
    pub rank: Option<u32>,
    /// In the row of the city, the number of firms in the ledger that stand in no district; these are not in any other
    /// number of the table.
    pub unplaced: u64,
}

/// Computes the quota table: each programme of the policy for each district, in the policy's order, followed by the
/// city, which is their sum.
///
/// `standing` maps enterprise ids to the adcode of the district where the enterprise stands. A duplicate entry counts
/// once.
///
/// With A accepted firms and the quota Q: `rate = A / Q`, `gap = max(Q − A, 0)`, `surplus = max(A − Q, 0)`. The rank is
/// that of the policy's rule, by default one more than the number of districts with a higher rate; rates are compared as fractions.
///
/// # Units
///
/// Counts are numbers of firms; the rate is a fraction, 1 if the quota is met exactly.
///
/// # Undefined
///
/// The rate and the rank, for a quota of 0.
///
/// # Examples
///
/// ```
/// # use std::collections::HashMap;
/// use jiju::model::{Ledger, LedgerEntry, Stage};
/// use jiju::progress::{ProgressOptions, quota_table};
///
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// let policy = jiju::policy::read(folder.as_ref())?;
/// let day = |text: &str| text.parse().unwrap();
/// let entry = LedgerEntry {
///     row: 2,
///     id: "91330603TEST".to_owned(),
///     programme: "retire_outdated_capacity".to_owned(),
///     ground: None,
///     deficits: Vec::new(),
///     equipment: Vec::new(),
///     measure: None,
///     stage: Stage::at(2).unwrap(), // 区县复验
///     due_on: None,
///     passed_on: vec![Some(day("2020-06-01")), Some(day("2020-07-01")), Some(day("2020-08-01")), None],
/// };
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries: vec![entry] };
/// let standing = HashMap::from([("91330603TEST".into(), "330603".into())]);
/// let rows = quota_table(&policy, &ledger, &standing, &ProgressOptions::as_of(day("2020-09-30")));
/// let keqiao = rows.iter().find(|row| row.district == "330603").unwrap();
/// assert_eq!((keqiao.accepted, keqiao.quota, keqiao.gap, keqiao.rank), (1, 30, 29, Some(1)));
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn quota_table(
    policy: &Policy,
    ledger: &Ledger,
    standing: &Standing,
    options: &ProgressOptions,
) -> Vec<ProgressRow> {
    let mut table = Vec::with_capacity(policy.programmes.len() * (policy.districts.len() + 1));
    for programme in &policy.programmes {
        table.extend(programme_rows(policy, programme, ledger, standing, options));
    }
    table
}

fn programme_rows(
    policy: &Policy,
    programme: &Programme,
    ledger: &Ledger,
    standing: &Standing,
    options: &ProgressOptions,
) -> Vec<ProgressRow> {
    let firms = firms(ledger, programme);
    let as_of = options.as_of;
    let accepting_stage = options.accepting_stage.unwrap_or(programme.accepting_stage);
    let mut rows: Vec<ProgressRow> = policy
        .districts
        .iter()
        .map(|district| {
            let here =
                firms.iter().filter(|(id, _)| standing.get(**id).is_some_and(|adcode| **adcode == *district.adcode));
            let quota = policy.quota(&programme.term.id, &district.adcode).unwrap_or(0);
            let names = (&district.adcode, &district.name_zh, &district.name_en);
            row(programme, names, counts(policy, here.map(|(_, firm)| firm), as_of), accepting_stage, quota)
        })
        .collect();
    rank(&mut rows, &policy.ranking);
    let placed = |id: &str| standing.get(id).is_some_and(|adcode| rows.iter().any(|row| *row.district == **adcode));
    let city = firms.iter().filter(|(id, _)| placed(id));
    let names = (&policy.city.id, &policy.city.name_zh, &policy.city.name_en);
    let mut city =
        row(programme, names, counts(policy, city.map(|(_, firm)| firm), as_of), accepting_stage, programme.city_quota);
    city.is_city = true;
    city.unplaced =
        firms.iter().filter(|(id, firm)| firm.had_passed(Stage::LISTED, as_of) && !placed(id)).count() as u64;
    rows.push(city);
    rows
}

fn counts<'a>(policy: &Policy, firms: impl Iterator<Item = &'a FirmState<'a>>, as_of: NaiveDate) -> Vec<StageCount> {
    let stages = &policy.stages;
    let mut counts: Vec<StageCount> =
        stages.iter().map(|stage| StageCount { column: stage.column.clone(), firms: 0 }).collect();
    for firm in firms {
        for (count, stage) in counts.iter_mut().zip(stages) {
            count.firms += u64::from(firm.had_passed(stage.stage, as_of));
        }
    }
    counts
}

impl ProgressRow {
    /// Returns the number of firms in the ledger.
    #[must_use]
    pub fn listed(&self) -> u64 {
        self.passed(Stage::LISTED)
    }

    /// Returns the number in a column of the quota table; `None` for a column without numbers and where it is undefined.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<f64> {
        let count = |firms: u64| Some(firms as f64);
        match column {
            column::RATE => self.rate,
            column::RANK => self.rank.map(f64::from),
            column::ACCEPTED => count(self.accepted),
            column::QUOTA => count(self.quota),
            column::GAP => count(self.gap),
            column::SURPLUS => count(self.surplus),
            column::UNPLACED => count(self.unplaced),
            _ => self.stages.iter().find(|stage| stage.column == column).and_then(|stage| count(stage.firms)),
        }
    }

    /// Returns the number of firms that passed a stage.
    #[must_use]
    pub fn passed(&self, stage: Stage) -> u64 {
        self.stages.get(stage.position()).map_or(0, |count| count.firms)
    }
}

fn row(
    programme: &Programme,
    (district, name_zh, name_en): (&String, &String, &String),
    stages: Vec<StageCount>,
    accepting_stage: Stage,
    quota: u64,
) -> ProgressRow {
    let accepted = stages.get(accepting_stage.position()).map_or(0, |count| count.firms);
    ProgressRow {
        programme: programme.term.id.clone(),
        programme_name_zh: programme.term.name_zh.clone(),
        programme_name_en: programme.term.name_en.clone(),
        district: district.clone(),
        district_name_zh: name_zh.clone(),
        district_name_en: name_en.clone(),
        is_city: false,
        stages,
        accepted,
        quota,
        rate: (quota > 0).then(|| accepted as f64 / quota as f64),
        gap: quota.saturating_sub(accepted),
        surplus: accepted.saturating_sub(quota),
        rank: None,
        unplaced: 0,
    }
}

fn rank(rows: &mut [ProgressRow], rule: &RankingRule) {
    let districts: Vec<(u64, u64)> = rows.iter().map(|row| (row.accepted, row.quota)).collect();
    for (row, place) in rows.iter_mut().zip(rule.places(&districts)) {
        row.rank = place;
    }
}

/// Returns the districts of a programme sorted by rank. Districts of equal rank keep the order of the table, and
/// districts without a rate come last.
#[must_use]
pub fn ranking<'a>(rows: &'a [ProgressRow], programme: &str) -> Vec<&'a ProgressRow> {
    let mut districts: Vec<&ProgressRow> =
        rows.iter().filter(|row| row.programme == programme && !row.is_city).collect();
    districts.sort_by_key(|row| (row.rank.is_none(), row.rank));
    districts
}

/// A rank that was written as a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank among districts; a cast saturates")]
const fn rank_of(number: f64) -> u32 {
    number as u32
}

/// Reads back the rows of a quota table that was made by [`frame`] and written to a file.
///
/// # Errors
///
/// [`ReadError`] for a missing column, a cell that is not a number, or a count that is empty or not a whole number.
pub fn rows_of(table: &Table) -> Result<Vec<ProgressRow>> {
    let text = |name: &str| table.text(name);
    let count = |name: &str| -> Result<Vec<u64>> {
        let whole = |number: Option<f64>| number.filter(|number| *number >= 0.0 && number.fract() == 0.0);
        let numbers = table.numbers(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and not negative, as is checked"
        )]
        let cells = numbers.iter().zip(&table.rows).map(|(number, row)| match whole(number) {
            Some(number) => Ok(number as u64),
            None => Err(ReadError::Cell {
                file: table.source.clone(),
                row: *row,
                column: name.to_owned(),
                found: number.map(|number| number.to_string()).unwrap_or_default(),
                expected: "a whole number of firms".to_owned(),
            }
            .into()),
        });
        cells.collect()
    };
    let (programme, programme_zh, programme_en) =
        (text(column::PROGRAMME)?, text(column::PROGRAMME_NAME_ZH)?, text(column::PROGRAMME_NAME_EN)?);
    let (district, district_zh, district_en) =
        (text(column::DISTRICT)?, text(column::DISTRICT_NAME_ZH)?, text(column::DISTRICT_NAME_EN)?);
    let is_city = text(column::IS_CITY)?;
    // The stages stand before what is accepted.
    let names = table.columns();
    let place = |name: &str| names.iter().position(|known| known == name);
    let (first, end) = (place(column::IS_CITY).map_or(0, |place| place + 1), place(column::ACCEPTED).unwrap_or(0));
    let stage_names = names.get(first..end).unwrap_or_default();
    let stages = stage_names.iter().map(|name| count(name)).collect::<Result<Vec<_>>>()?;
    let (accepted, quota) = (count(column::ACCEPTED)?, count(column::QUOTA)?);
    let (gap, surplus, unplaced) = (count(column::GAP)?, count(column::SURPLUS)?, count(column::UNPLACED)?);
    let (rate, rank) = (table.numbers(column::RATE)?, table.numbers(column::RANK)?);
    let word = |column: &polars::prelude::StringChunked, row: usize| column.get(row).unwrap_or_default().to_owned();
    Ok((0..table.height())
        .map(|row| ProgressRow {
            programme: word(&programme, row),
            programme_name_zh: word(&programme_zh, row),
            programme_name_en: word(&programme_en, row),
            district: word(&district, row),
            district_name_zh: word(&district_zh, row),
            district_name_en: word(&district_en, row),
            is_city: is_city.get(row).is_some_and(|cell| cell.eq_ignore_ascii_case("true")),
            stages: stage_names
                .iter()
                .zip(&stages)
                .map(|(name, firms)| StageCount { column: name.clone(), firms: firms[row] })
                .collect(),
            accepted: accepted[row],
            quota: quota[row],
            rate: rate.get(row),
            gap: gap[row],
            surplus: surplus[row],
            rank: rank.get(row).map(rank_of),
            unplaced: unplaced[row],
        })
        .collect())
}

/// The columns of a quota table that count the firms that passed each stage, in the order of the stages.
#[must_use]
pub fn stage_columns(policy: &Policy) -> Vec<&str> {
    policy.stages.iter().map(|stage| stage.column.as_str()).collect()
}

/// Makes a table of the rows of a quota table.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame(rows: &[ProgressRow]) -> Result<DataFrame> {
    let text = |name: &str, cell: fn(&ProgressRow) -> &str| {
        Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
    };
    let number =
        |name: &str, cell: fn(&ProgressRow) -> u64| Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>());
    let mut columns = vec![
        text(column::PROGRAMME, |row| &row.programme),
        text(column::PROGRAMME_NAME_ZH, |row| &row.programme_name_zh),
        text(column::PROGRAMME_NAME_EN, |row| &row.programme_name_en),
        text(column::DISTRICT, |row| &row.district),
        text(column::DISTRICT_NAME_ZH, |row| &row.district_name_zh),
        text(column::DISTRICT_NAME_EN, |row| &row.district_name_en),
        Column::new(column::IS_CITY.into(), rows.iter().map(|row| row.is_city).collect::<Vec<_>>()),
    ];
    for (position, stage) in rows.first().into_iter().flat_map(|row| row.stages.iter().enumerate()) {
        let counts = rows.iter().map(|row| row.stages.get(position).map_or(0, |count| count.firms)).collect::<Vec<_>>();
        columns.push(Column::new(stage.column.as_str().into(), counts));
    }
    columns.extend([
        number(column::ACCEPTED, |row| row.accepted),
        number(column::QUOTA, |row| row.quota),
        Column::new(column::RATE.into(), rows.iter().map(|row| row.rate).collect::<Vec<_>>()),
        number(column::GAP, |row| row.gap),
        number(column::SURPLUS, |row| row.surplus),
        Column::new(column::RANK.into(), rows.iter().map(|row| row.rank).collect::<Vec<_>>()),
        number(column::UNPLACED, |row| row.unplaced),
    ]);
    DataFrame::new(rows.len(), columns).map_err(Error::table("the quota table"))
}

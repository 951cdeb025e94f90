use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{Ledger, LedgerEntry, Stage};
use crate::policy::Programme;

/// The measure whose accepted firms are closed 关停.
const CLOSE: &str = "close";

/// What the ledger says of one enterprise under one programme, all its rows taken together: a doubled row adds nothing,
/// and the order of rows decides nothing.
#[derive(Debug, Default)]
pub(super) struct Firm<'a> {
    /// For each stage, in the order of [`Stage::ALL`], the first day by which it was passed.
    since: [Option<NaiveDate>; 4],
    /// Whether any row claims a stage.
    claimed: [bool; 4],
    /// What is to be done, by ground.
    pub(super) treatments: BTreeMap<Option<&'a str>, Treatment>,
}

/// What is to be done with a firm on one ground.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Treatment {
    /// The earliest date that a row sets.
    pub(super) due_on: Option<NaiveDate>,
    /// Whether it is to be closed.
    pub(super) closes: bool,
}

impl Firm<'_> {
    /// Whether a stage had been passed by a day.
    pub(super) fn had_passed(&self, stage: Stage, day: NaiveDate) -> bool {
        self.since(stage).is_some_and(|since| since <= day)
    }

    /// The first day by which a stage was passed; the first day there is for a firm listed without a date.
    pub(super) fn since(&self, stage: Stage) -> Option<NaiveDate> {
        self.since[stage as usize]
    }

    /// Whether any day is known by which a stage was passed.
    pub(super) fn is_dated(&self, stage: Stage) -> bool {
        self.since(stage).is_some()
    }

    /// Whether a row claims a stage, dated or not.
    pub(super) fn claims(&self, stage: Stage) -> bool {
        self.claimed[stage as usize]
    }
}

/// The firms of a programme, by enterprise id.
pub(super) fn firms<'a>(ledger: &'a Ledger, programme: &Programme) -> BTreeMap<&'a str, Firm<'a>> {
    let mut firms: BTreeMap<&str, Firm> = BTreeMap::new();
    for entry in ledger.entries.iter().filter(|entry| entry.programme == programme.term.id) {
        let firm = firms.entry(&entry.id).or_default();
        for stage in Stage::ALL {
            let since = &mut firm.since[stage as usize];
            *since = since.iter().copied().chain(passed_since(entry, stage)).min();
            firm.claimed[stage as usize] |= stage <= entry.stage;
        }
        let treatment = firm.treatments.entry(entry.ground.as_deref()).or_default();
        treatment.due_on = treatment.due_on.into_iter().chain(entry.due_on).min();
        treatment.closes |= entry.measure.as_deref() == Some(CLOSE);
    }
    firms
}

/// How far each firm of a programme had come by a day: enterprise id → the last stage it had passed. A firm that was not
/// yet listed is not there.
#[must_use]
pub fn stages<'a>(ledger: &'a Ledger, programme: &Programme, day: NaiveDate) -> BTreeMap<&'a str, Stage> {
    let passed = |firm: &Firm| Stage::ALL.into_iter().rev().find(|stage| firm.had_passed(*stage, day));
    firms(ledger, programme).into_iter().filter_map(|(id, firm)| Some((id, passed(&firm)?))).collect()
}

/// The first day by which an entry had passed a stage: it claims that stage or a later one, and the date of one of those
/// it claims lies on that day. Being listed needs no date, since the entry stands in the ledger.
fn passed_since(entry: &LedgerEntry, stage: Stage) -> Option<NaiveDate> {
    if stage == Stage::Listed && entry.listed_on.is_none() {
        return Some(NaiveDate::MIN);
    }
    Stage::ALL
        .into_iter()
        .filter(|passed| (stage..=entry.stage).contains(passed))
        .filter_map(|passed| entry.passed_on(passed))
        .min()
}

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{Ledger, LedgerEntry, Stage};
use crate::policy::Programme;

/// The measure whose accepted firms are closed 关停.
const CLOSE: &str = "close";

/// The state of one enterprise under one programme, combined from all its ledger rows. Duplicate rows and the order of
/// rows have no effect.
#[derive(Debug, Default)]
pub(super) struct FirmState<'a> {
    /// For each stage, the first day by which it had been passed.
    since: Vec<Option<NaiveDate>>,
    /// The last stage that any row claims.
    claimed: Stage,
    /// The treatment of the firm on each ground.
    pub(super) treatments: BTreeMap<Option<&'a str>, Treatment>,
}

/// The treatment of a firm on one ground.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Treatment {
    /// The earliest due date of all rows.
    pub(super) due_on: Option<NaiveDate>,
    /// Whether the firm is to be closed.
    pub(super) closes: bool,
}

impl FirmState<'_> {
    /// Returns whether a stage had been passed by a day.
    pub(super) fn had_passed(&self, stage: Stage, day: NaiveDate) -> bool {
        self.since(stage).is_some_and(|since| since <= day)
    }

    /// Returns the first day by which a stage had been passed; the earliest possible date for a firm that was listed
    /// without a date.
    pub(super) fn since(&self, stage: Stage) -> Option<NaiveDate> {
        self.since.get(stage.position()).copied().flatten()
    }

    /// Returns whether the day by which a stage was passed is known.
    pub(super) fn is_dated(&self, stage: Stage) -> bool {
        self.since(stage).is_some()
    }

    /// Returns whether a row claims a stage, with or without a date.
    pub(super) fn claims(&self, stage: Stage) -> bool {
        stage <= self.claimed
    }
}

/// Returns the firms of a programme, by enterprise id.
pub(super) fn firms<'a>(ledger: &'a Ledger, programme: &Programme) -> BTreeMap<&'a str, FirmState<'a>> {
    let mut firms: BTreeMap<&str, FirmState> = BTreeMap::new();
    for entry in ledger.entries.iter().filter(|entry| entry.programme == programme.term.id) {
        let firm = firms.entry(&entry.id).or_default();
        let length = firm.since.len().max(entry.stage.position() + 1);
        firm.since.resize(length, None);
        for (stage, since) in (0..).map_while(Stage::at).zip(&mut firm.since) {
            *since = since.iter().copied().chain(entry_passed_since(entry, stage)).min();
        }
        firm.claimed = firm.claimed.max(entry.stage);
        let treatment = firm.treatments.entry(entry.ground.as_deref()).or_default();
        treatment.due_on = treatment.due_on.into_iter().chain(entry.due_on).min();
        treatment.closes |= entry.measure.as_deref() == Some(CLOSE);
    }
    firms
}

/// Returns the last stage that each firm of a programme had passed by a day, by enterprise id. Firms that had not been
/// listed by then are left out.
#[must_use]
pub fn stages<'a>(ledger: &'a Ledger, programme: &Programme, day: NaiveDate) -> BTreeMap<&'a str, Stage> {
    let passed = |firm: &FirmState| {
        let positions = (0..firm.since.len()).rev();
        positions.filter_map(Stage::at).find(|stage| firm.had_passed(*stage, day))
    };
    firms(ledger, programme).into_iter().filter_map(|(id, firm)| Some((id, passed(&firm)?))).collect()
}

/// Returns the first day by which each firm of a programme had passed a stage, by enterprise id; the earliest possible date for a
/// firm that was listed without a date. Firms that have not passed it are left out.
#[must_use]
pub fn passed_since<'a>(ledger: &'a Ledger, programme: &Programme, stage: Stage) -> BTreeMap<&'a str, NaiveDate> {
    firms(ledger, programme).into_iter().filter_map(|(id, firm)| Some((id, firm.since(stage)?))).collect()
}

/// The first day by which an entry had passed a stage: it claims that stage or a later one, and the date of one of those
/// it claims lies on that day. Being listed needs no date, since the entry stands in the ledger.
fn entry_passed_since(entry: &LedgerEntry, stage: Stage) -> Option<NaiveDate> {
    if stage == Stage::LISTED && entry.passed_on(stage).is_none() {
        return Some(NaiveDate::MIN);
    }
    let claimed = (stage.position()..=entry.stage.position()).filter_map(Stage::at);
    claimed.filter_map(|passed| entry.passed_on(passed)).min()
}

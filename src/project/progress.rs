use std::collections::HashMap;

use super::file::Project;
use crate::check::{CheckInputs, check, needed};
use crate::error::Result;
use crate::model::{Ledger, Match, Register};
use crate::progress::{self, CountDepth, Counted, ProgressOptions, QuotaTable, in_depth, satisfied};
use crate::source::Layer;

/// Counts a project's ledger toward the quotas of its policy.
///
/// # Errors
///
/// Where a file cannot be read at all. Faults of rows are counted in the notes.
pub fn count(project: &Project, depth: &CountDepth) -> Result<QuotaTable> {
    let outcome = check(&CheckInputs::from(project))?;
    let policy = needed(outcome.policy.as_ref(), "progress", "‹policy›")?;
    let register = needed(outcome.register.as_ref(), "progress", "‹register›")?;
    let ledger = &needed(outcome.ledger.as_ref(), "progress", "‹ledger›")?.ledger;
    let (as_of, standing) = (project.as_of, &register.standing);
    let quota = progress::quota_table(policy, ledger, standing, &ProgressOptions::as_of(as_of));
    let towns = towns(ledger, &outcome.layers, &register.matches, &register.register);
    let counted = Counted { policy, ledger, register: &register.register, standing, towns: &towns, as_of };
    let mut notes = vec![outcome.summary()];
    notes.extend(outcome.report.notes.iter().cloned());
    if !outcome.is_clean() {
        notes.push("`jiju check` lists the problems".to_owned());
    }
    Ok(QuotaTable { rows: in_depth(&counted, depth, &quota)?, satisfied: satisfied(&quota), notes })
}

/// The town of each firm of a ledger: the one in which it stands, or else the one that it declares.
pub(super) fn towns(
    ledger: &Ledger,
    layers: &[Layer],
    matches: &[Vec<Match>],
    register: &Register,
) -> HashMap<String, String> {
    let own = layers.iter().zip(matches).find(|(layer, _)| layer.areas.layer == TOWN);
    let found = ledger.entries.iter().filter_map(|entry| {
        let position = register.position(&entry.id)?;
        let firm = register.enterprises().get(position)?;
        let stands = own.and_then(|(layer, matches)| {
            let area = layer.areas.areas.get(matches.get(position)?.area?)?;
            Some(area.name.clone())
        });
        Some((entry.id.clone(), stands.or_else(|| firm.town.as_deref().map(str::to_owned))?))
    });
    found.collect()
}

/// The layer of towns.
const TOWN: &str = "town";

//! A quota table from files.

use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::{CountDepth, Counted, ProgressOptions, ProgressRow, counted_rows, counts_by, frame, quota_table};
use crate::check::{CheckInputs, DISTRICT, OfficeTables, check, needed};
use crate::declare::parameters;
use crate::error::Result;
use crate::model::Distance;
use crate::source::AreaSource;

/// What a quota table is made from: register, ledger, districts and policy, or a project file.
#[parameters]
#[derive(Default)]
pub struct ProgressRequest {
    /// The tables.
    #[flatten]
    pub tables: OfficeTables,
    /// The districts.
    #[flatten]
    pub districts: AreaSource,
    /// The policy folder.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// The day whose state is counted [default: that of the project file].
    pub as_of: Option<NaiveDate>,
    /// Take a firm outside all districts into the nearest one within this distance, such as 200m.
    pub snap: Option<Distance>,
    /// What is counted.
    #[flatten]
    pub depth: CountDepth,
}

impl ProgressRequest {
    /// The files that are checked before they are counted.
    ///
    /// # Errors
    ///
    /// What [`OfficeTables::sources`] refuses.
    pub fn inputs(&self) -> Result<CheckInputs> {
        let (register, ledger) = self.tables.sources()?;
        let mut layers: Vec<_> = self.districts.layer().into_iter().collect();
        layers.iter_mut().for_each(|districts| districts.name = Some(DISTRICT.to_owned()));
        let snap_m = self.snap.map(Distance::metres);
        Ok(CheckInputs {
            register,
            ledger,
            layers,
            policy: self.policy.clone(),
            as_of: self.as_of,
            snap_m,
            folder: None,
        })
    }
}

/// A quota table.
#[derive(Debug, Clone)]
pub struct QuotaTable {
    /// Programme × district, and the city under each programme.
    pub rows: DataFrame,
    /// Warnings to show to the user, one sentence each: rejected rows, unplaced firms.
    pub notes: Vec<String>,
    /// Whether every quota is met.
    pub satisfied: bool,
}

/// Counts a ledger toward the quotas of its policy.
///
/// # Errors
///
/// Where a file cannot be read at all. Faults of rows are counted in the notes.
pub fn progress(request: &ProgressRequest) -> Result<QuotaTable> {
    let outcome = check(&request.inputs()?)?;
    let policy = needed(outcome.policy.as_ref(), "progress", "‹policy›")?;
    let register = needed(outcome.register.as_ref(), "progress", "‹register›")?;
    let ledger = needed(outcome.ledger.as_ref(), "progress", "‹ledger›")?;
    let options = ProgressOptions::as_of(needed(request.as_of, "progress", "‹as_of›")?);
    let rows = quota_table(policy, &ledger.ledger, &register.standing, &options);
    let mut notes = vec![outcome.summary()];
    notes.extend(outcome.report.notes.iter().cloned());
    if !outcome.is_clean() {
        notes.push("`jiju check` lists the problems".to_owned());
    }
    let (register, standing) = (&register.register, &register.standing);
    let towns = ledger.ledger.entries.iter().filter_map(|entry| {
        let firm = register.enterprise(&entry.id)?;
        Some((entry.id.clone(), firm.town.as_deref()?.to_owned()))
    });
    let towns = towns.collect();
    let counted = Counted { policy, ledger: &ledger.ledger, register, standing, towns: &towns, as_of: options.as_of };
    Ok(QuotaTable { rows: in_depth(&counted, &request.depth, &rows)?, satisfied: satisfied(&rows), notes })
}

/// The table of a request: the quota table, what it is counted by instead, or the rows behind it.
///
/// # Errors
///
/// As [`counts_by`] and [`counted_rows`].
pub fn in_depth(counted: &Counted<'_>, depth: &CountDepth, quota: &[ProgressRow]) -> Result<DataFrame> {
    match (depth.rows, depth.count_by) {
        (true, _) => counted_rows(counted),
        (false, Some(by)) => counts_by(counted, by),
        (false, None) => frame(quota),
    }
}

/// Whether every quota is met.
pub(crate) fn satisfied(rows: &[ProgressRow]) -> bool {
    rows.iter().all(|row| row.gap == 0)
}

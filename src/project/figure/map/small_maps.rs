//! The data of several small maps of the same areas.

use chrono::{Datelike as _, NaiveDate};

use super::of_survey::{of_sector, progress_of, shown};
use crate::error::{ProjectError, Result};
use crate::model::{Areas, Ledger, LedgerEntry, column};
use crate::policy::Term;
use crate::progress::{self, ProgressOptions, ProgressRow};
use crate::project::file::Project;
use crate::project::survey::Survey;
use crate::render::{MapPanel, MapSpec, MultiplesBy, MultiplesSpec, QuotaProgress};

/// Several small maps before their data are collected.
pub(super) struct SmallMaps<'a> {
    pub(super) spec: &'a MapSpec,
    pub(super) multiples: &'a MultiplesSpec,
    pub(super) survey: &'a Survey,
    pub(super) areas: &'a Areas,
    pub(super) project: &'a Project,
}

impl SmallMaps<'_> {
    /// Returns the data of each map.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Unknown`] for a programme, sector, ground or column that does not exist; errors of measuring.
    pub(super) fn panels(&self) -> Result<Vec<MapPanel>> {
        let policy = &self.survey.policy;
        match self.multiples.by {
            MultiplesBy::Quarter => self.by_quarter(),
            MultiplesBy::Programme => {
                let terms = policy.programmes.iter().map(|programme| &programme.term).collect();
                let panel = |(id, title): (String, String)| MapPanel {
                    title,
                    progress: self.of_programme(&self.survey.quota, &id),
                    ..MapPanel::default()
                };
                Ok(self.listed("programme", terms)?.into_iter().map(panel).collect())
            }
            MultiplesBy::Ground => self.by_ground(),
            MultiplesBy::Sector => {
                let sectors = self.listed("sector", policy.sectors.iter().map(|sector| &sector.term).collect())?;
                let column = self.spec.column.as_deref().unwrap_or(column::LOCATION_QUOTIENT);
                let panel = |(id, title): (String, String)| {
                    let table = shown(self.spec, &of_sector(&self.spec.filter, &id), self.survey, self.areas)?;
                    Ok(MapPanel { title, ..table.panel(self.spec, column)? })
                };
                sectors.into_iter().map(panel).collect()
            }
            MultiplesBy::Column => {
                require_listed(self.multiples)?;
                let table = shown(self.spec, &self.spec.filter, self.survey, self.areas)?;
                self.multiples.of.iter().map(|column| table.panel(self.spec, column)).collect()
            }
        }
    }

    fn by_quarter(&self) -> Result<Vec<MapPanel>> {
        let programme = self.survey.programme(self.spec.programme.as_deref())?;
        let panel = |day: NaiveDate| MapPanel {
            title: format!("{} {}", self.spec.language.pick("截至", "As of"), day.format("%Y-%m-%d")),
            progress: self.of_programme(&self.table_at(day, |_| true), &programme.term.id),
            ..MapPanel::default()
        };
        let days = quarters(self.survey.policy.document.issued_on, self.project.as_of);
        Ok(days.into_iter().map(panel).collect())
    }

    fn by_ground(&self) -> Result<Vec<MapPanel>> {
        let programme = self.survey.programme(self.spec.programme.as_deref())?;
        let terms = self.survey.policy.grounds.iter().map(|ground| &ground.term).collect();
        let panel = |(id, title): (String, String)| {
            let rows = self.table_at(self.project.as_of, |entry| entry.ground.as_ref() == Some(&id));
            let counted = self.of_programme(&rows, &programme.term.id);
            let values: Vec<Option<f64>> = counted.into_iter().map(|one| one.map(|one| one.done as f64)).collect();
            // Here the number shown is itself the number of firms.
            let masked = self.spec.mask.as_ref().map(|mask| values.iter().map(|firms| mask.masks(*firms)).collect());
            MapPanel { title, values, masked: masked.unwrap_or_default(), ..MapPanel::default() }
        };
        Ok(self.listed("ground", terms)?.into_iter().map(panel).collect())
    }

    /// Returns the quota table at a day, of the entries of the ledger that are chosen.
    fn table_at(&self, day: NaiveDate, is_chosen: impl Fn(&LedgerEntry) -> bool) -> Vec<ProgressRow> {
        let ledger = &self.survey.ledger.ledger;
        let entries = ledger.entries.iter().filter(|entry| is_chosen(entry)).cloned().collect();
        let ledger = Ledger { source: ledger.source.clone(), entries };
        let standing = &self.survey.register.standing;
        progress::quota_table(&self.survey.policy, &ledger, standing, &ProgressOptions::as_of(day))
    }

    fn of_programme(&self, rows: &[ProgressRow], id: &str) -> Vec<Option<QuotaProgress>> {
        let own: Vec<&ProgressRow> = rows.iter().filter(|row| row.programme == id).collect();
        progress_of(&own, self.survey, self.areas)
    }

    /// Returns the ids and names of the terms that the specification lists, or of all of them.
    fn listed(&self, what: &'static str, terms: Vec<&Term>) -> Result<Vec<(String, String)>> {
        let named = |term: &Term| (term.id.clone(), self.spec.language.pick(&term.name_zh, &term.name_en).clone());
        if self.multiples.of.is_empty() {
            return Ok(terms.into_iter().map(named).collect());
        }
        let find = |wanted: &String| {
            let found = terms.iter().find(|term| &term.id == wanted || &term.name_zh == wanted);
            found.map(|term| named(term)).ok_or_else(|| {
                let available = terms.iter().map(|term| term.id.clone()).collect();
                ProjectError::Unknown { what, found: wanted.clone(), available }.into()
            })
        };
        self.multiples.of.iter().map(find).collect()
    }
}

/// Refuses small maps by column without columns.
///
/// # Errors
///
/// [`ProjectError::Options`].
pub(super) fn require_listed(multiples: &MultiplesSpec) -> Result<(), ProjectError> {
    if !multiples.of.is_empty() {
        return Ok(());
    }
    Err(ProjectError::Options {
        message: "found small maps by column, and no columns".to_owned(),
        hint: "name them: `multiples = { by = \"column\", of = [\"count\", \"density_per_km2\"] }`".to_owned(),
    })
}

/// The ends of the quarters after the document's day up to the day reported, which stands last.
fn quarters(issued_on: NaiveDate, as_of: NaiveDate) -> Vec<NaiveDate> {
    let mut days = Vec::new();
    let (mut year, mut quarter) = (issued_on.year(), issued_on.month0() / 3);
    loop {
        let (next_year, next_quarter) = if quarter == 3 { (year + 1, 0) } else { (year, quarter + 1) };
        let first_of_next = NaiveDate::from_ymd_opt(next_year, next_quarter * 3 + 1, 1);
        match first_of_next.and_then(|day| day.pred_opt()) {
            Some(end) if end < as_of => days.push(end),
            _ => break,
        }
        (year, quarter) = (next_year, next_quarter);
    }
    days.push(as_of);
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_end_after_the_document_and_with_the_day_reported() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(quarters(day("2020-05-28"), day("2020-09-30")), [day("2020-06-30"), day("2020-09-30")]);
        assert_eq!(quarters(day("2020-05-28"), day("2020-06-10")), [day("2020-06-10")]);
        let ends = quarters(day("2020-11-28"), day("2021-05-01"));
        assert_eq!(ends, [day("2020-12-31"), day("2021-03-31"), day("2021-05-01")]);
    }
}

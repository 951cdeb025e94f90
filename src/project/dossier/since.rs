//! Since when: the years in which firms were founded, and what changed against an earlier register.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::Datelike as _;
use polars::prelude::DataFrame;

use super::desk::{Desk, number, row_of};
use crate::check::{DISTRICT, check_register};
use crate::error::{ProjectError, Result};
use crate::measure::{ChangeStatistic, ConcentrationChange};
use crate::model::{DeclaredReference, Distance, Report, Table, cell, column, half_width};
use crate::source::{AreaSource, Origin, TableSource};

/// The headers by which the column with the day of founding is recognised.
const HEADERS: [&str; 8] =
    ["founded", "founded_on", "established", "成立日期", "成立时间", "成立年份", "注册日期", "开业日期"];

/// When the firms of the block economy were founded. Firms that closed before are not in the register.
pub(super) struct Founded {
    /// The column.
    pub(super) column: String,
    /// The number of firms founded in each year.
    pub(super) years: BTreeMap<i32, usize>,
    /// Firms of the block economy without a year.
    pub(super) missing: usize,
    /// The median years of the block economy, and of all firms of the register.
    pub(super) medians: Option<[i32; 2]>,
}

/// A change between two registers.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    pub(super) before: Option<f64>,
    pub(super) after: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) p_adjusted: Option<f64>,
    /// Whether the adjusted p is at most the level, of a difference that is known.
    pub(super) is_told: Option<bool>,
}

/// What changed against an earlier register.
pub(super) struct Change {
    pub(super) file: String,
    pub(super) firms_before: usize,
    pub(super) firms_after: usize,
    /// Firms of the block economy of both dates, by their ids.
    pub(super) stayed: usize,
    /// The quotient of the district, and γ over small areas.
    pub(super) quotient: Changed,
    pub(super) gamma: Changed,
    /// The output of the block economy at both dates, where both registers have it.
    pub(super) output_cny: Option<[f64; 2]>,
}

/// Since when a block economy is.
pub(super) struct Since {
    pub(super) founded: Option<Founded>,
    pub(super) change: Option<Change>,
}

/// Finds what the register and an earlier one say of time.
pub(super) fn since(desk: &Desk<'_>, raw: Option<&Table>) -> Result<Since> {
    Ok(Since {
        founded: raw.map(|raw| founded(desk, raw)).transpose()?.flatten(),
        change: desk.request.before.as_ref().map(|_| change(desk)).transpose()?,
    })
}

/// The year of a cell: of a day, or a number of four digits.
fn year(found: &str) -> Option<i32> {
    let text = half_width(found.trim()).into_owned();
    let years = text.trim_end_matches('年').parse::<i32>().ok().filter(|year| (1000..=9999).contains(year));
    years.or_else(|| cell::date(&text).map(|day| day.year()))
}

fn founded(desk: &Desk<'_>, raw: &Table) -> Result<Option<Founded>> {
    let headers = raw.columns();
    let name = match &desk.request.founded {
        Some(name) if !headers.contains(name) => {
            return Err(ProjectError::Unknown { what: "column", found: name.clone(), available: headers }.into());
        }
        Some(name) => Some(name.clone()),
        None => headers.iter().find(|header| HEADERS.contains(&header.trim())).cloned(),
    };
    let Some(name) = name else { return Ok(None) };
    let cells = raw.text(&name)?;
    let by_row: HashMap<(Option<&str>, u64), i32> = raw
        .rows
        .iter()
        .zip(cells.iter())
        .enumerate()
        .filter_map(|(index, (row, found))| Some(((raw.reading.sheet_of(index), *row), year(found?)?)))
        .collect();
    let members = desk.members()?;
    let firms = desk.survey.register.register.enterprises();
    let year_of: Vec<Option<i32>> =
        firms.iter().map(|firm| by_row.get(&(firm.sheet.as_deref(), firm.row)).copied()).collect();
    let mut years: BTreeMap<i32, usize> = BTreeMap::new();
    let (mut own, mut missing) = (Vec::new(), 0);
    for (year, _) in year_of.iter().zip(&members).filter(|(_, (_, is_own))| *is_own) {
        match year {
            Some(year) => {
                *years.entry(*year).or_default() += 1;
                own.push(*year);
            }
            None => missing += 1,
        }
    }
    let median = |mut years: Vec<i32>| {
        years.sort_unstable();
        years.get(years.len().saturating_sub(1) / 2).copied()
    };
    let all = median(year_of.into_iter().flatten().collect());
    let medians = median(own).zip(all).map(|(own, all)| [own, all]);
    Ok(Some(Founded { column: name, years, missing, medians }))
}

/// Compares with the earlier register.
fn change(desk: &Desk<'_>) -> Result<Change> {
    let (project, survey) = (desk.project, desk.survey);
    let file = desk.request.before.clone().unwrap_or_default();
    let source = TableSource { file: file.clone(), ..project.register.clone() };
    let mut report = Report::default();
    let checked = check_register(&source, &survey.policy, &survey.layers, project.join.snap_m, &mut report)?;
    let checked = desk.trade.labelled(checked, &survey.policy);
    let frame = survey.frame_of(&checked)?;
    let earlier = checked.register.enterprises();
    let rows = earlier.iter().map(|firm| firm.row).collect();
    let name = file.display().to_string();
    let before = Arc::new(Table::new(name.clone(), frame, rows));
    let asked = |statistic: ChangeStatistic, layer: &str| ConcentrationChange {
        before: Origin::memory(name.clone(), Arc::clone(&before)),
        after: Origin::memory(crate::project::REGISTER, Arc::clone(&desk.firms)),
        x: Some("lon".to_owned()),
        y: Some("lat".to_owned()),
        crs: Some(DeclaredReference::from(survey.register.register.reference)),
        areas: AreaSource { areas: desk.areas(layer), ..AreaSource::default() },
        snap_firms: project.join.snap_m.map(Distance::from_metres),
        weight: desk.weight.clone().filter(|_| statistic == ChangeStatistic::Gamma),
        statistic,
        draws: desk.resamples(),
        seed: desk.request.tests.seed,
        adjust: desk.request.tests.adjust,
        level: desk.request.tests.level,
        ..ConcentrationChange::default()
    };
    let quotients = desk.run(&asked(ChangeStatistic::LocationQuotient, DISTRICT), &[])?.frame()?;
    let gammas = desk.run(&asked(ChangeStatistic::Gamma, &desk.layer), &[])?.frame()?;
    let sector = desk.trade.sector.as_str();
    let own = desk.members()?;
    let is_own = |row: usize, table: &Table| -> bool {
        let block = super::desk::text(&table.frame, row, "block");
        block.as_deref() == Some(&desk.trade.block.term.id)
    };
    let ids_before: HashSet<&str> =
        earlier.iter().enumerate().filter(|(row, _)| is_own(*row, &before)).map(|(_, firm)| &*firm.id).collect();
    let after = survey.register.register.enterprises();
    let ids_after: HashSet<&str> =
        after.iter().zip(&own).filter(|(_, (_, is_own))| *is_own).map(|(firm, _)| &*firm.id).collect();
    let output = |ids: &HashSet<&str>, firms: &[crate::model::Enterprise]| -> Option<f64> {
        let known: Vec<f64> =
            firms.iter().filter(|firm| ids.contains(&*firm.id)).filter_map(|firm| firm.output_cny).collect();
        (!known.is_empty()).then(|| known.iter().sum())
    };
    let output_cny = output(&ids_before, earlier).zip(output(&ids_after, after)).map(|(before, after)| [before, after]);
    Ok(Change {
        file: name.clone(),
        firms_before: ids_before.len(),
        firms_after: ids_after.len(),
        stayed: ids_before.intersection(&ids_after).count(),
        quotient: changed(&quotients, &[("area", desk.district()), (column::SECTOR, sector)], desk),
        gamma: changed(&gammas, &[(column::SECTOR, sector)], desk),
        output_cny,
    })
}

fn changed(frame: &DataFrame, wanted: &[(&str, &str)], desk: &Desk<'_>) -> Changed {
    let row = row_of(frame, wanted);
    let cell = |name: &str| number(frame, row?, name);
    let p_adjusted = cell("p_adjusted");
    Changed {
        before: cell("before"),
        after: cell("after"),
        interval: cell("lower").zip(cell("upper")),
        p_adjusted,
        is_told: p_adjusted.map(|p| p <= desk.request.tests.level),
    }
}

//! A block economy held against the criteria of a test of clusters: met, not met, or not to be told from what is given.

use std::sync::Arc;

use polars::prelude::{Column, DataFrame};

use super::desk::{Desk, number, text};
use super::places::Places;
use super::since::Since;
use crate::error::{Error, Result};
use crate::measure::Per;
use crate::model::{Table, column};
use crate::policy::{ClusterQuantity, ClusterTest, Criterion, SmallAndMedium};
use crate::project::analysis::areas_of;
use crate::source::{AreaLayers, AreasInMemory, Origin};

/// Square kilometres in a mu.
const KM2_PER_MU: f64 = 1.0 / 1500.0;
/// The column with what a firm is by its size, and what is in it.
const SCALE: &str = "scale";
const SMALL: &str = "small_and_medium";
const LARGE: &str = "large";

/// What became of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Met,
    NotMet,
    CannotBeTold,
}

/// Why a criterion cannot be told, or what was held against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found {
    /// The register cannot say it: the criterion names what would have to be given.
    NotInRegister,
    /// Nothing encloses an area: too few firms stand close together.
    NoCluster,
    /// A column that the register has not.
    NoColumn(&'static str),
    /// The area of clusters by both methods, and the land of the firms in km².
    Areas([Option<f64>; 3]),
    /// The output of the clusters and that of the block economy in the year of the register, with the number of its firms without one.
    Output { clusters: Option<f64>, block: f64, missing: usize },
    /// A share, and the firms of the clusters of which it cannot be told.
    Share(f64),
    /// The growth of output between two registers, whose years are not known.
    GrowthBetween(f64),
    /// No output of earlier years.
    NoEarlierYears,
}

/// A criterion and what became of it.
pub(super) struct Assessed {
    pub(super) criterion: Criterion,
    pub(super) verdict: Verdict,
    pub(super) found: Found,
}

/// A test of clusters and what became of its criteria.
pub(super) struct Test {
    pub(super) test: ClusterTest,
    pub(super) criteria: Vec<Assessed>,
}

/// Output inside the clusters.
#[derive(Debug, Clone, Copy, Default)]
struct InClusters {
    all: f64,
    trade: f64,
    /// Of small and medium-sized firms, and of those of which it is known what they are.
    small: f64,
    known: f64,
}

/// Holds a block economy against the criteria of a test.
pub(super) fn assessed(desk: &Desk<'_>, test: ClusterTest, places: &Places, since: &Since) -> Result<Test> {
    let frame = &desk.firms.frame;
    let members = desk.members()?;
    let sum = |name: &str| -> (Option<f64>, usize, f64) {
        let own = (0..members.len()).filter(|row| members[*row].1);
        let cells: Vec<Option<f64>> = own.map(|row| number(frame, row, name)).collect();
        let known: Vec<f64> = cells.iter().copied().flatten().collect();
        let largest = known.iter().copied().fold(0.0, f64::max);
        ((!known.is_empty()).then(|| known.iter().sum()), cells.len() - known.len(), largest)
    };
    let (output, missing, largest) = sum(column::OUTPUT_CNY);
    let land_km2 = sum(column::LAND_MU).0.map(|mu| mu * KM2_PER_MU);
    let inside = in_clusters(desk, places, test.small_and_medium.as_ref())?;
    let areas = places.clusters.as_ref().map(|[dense, any]| [dense.area_km2, any.area_km2]);
    let judge = |criterion: &Criterion| -> (Verdict, Found) {
        let of = |value: f64| match criterion.is_met(value) {
            Some(true) => Verdict::Met,
            Some(false) => Verdict::NotMet,
            None => Verdict::CannotBeTold,
        };
        let untold = |found: Found| (Verdict::CannotBeTold, found);
        let share = |part: f64, whole: f64| match whole > 0.0 {
            true => (of(part / whole), Found::Share(part / whole)),
            false => untold(Found::NoCluster),
        };
        match criterion.quantity {
            None => untold(Found::NotInRegister),
            Some(ClusterQuantity::AreaKm2) => {
                let [dense, any] = areas.unwrap_or([None, None]);
                if dense.is_none() && any.is_none() {
                    return untold(Found::NoCluster);
                }
                // Land in use is less than the ground that a cluster takes up, so that it is told and does not decide.
                let verdicts: Vec<Verdict> = [dense, any].into_iter().flatten().map(of).collect();
                let is_one = verdicts.iter().all(|verdict| *verdict == verdicts[0]);
                let verdict = if is_one { verdicts[0] } else { Verdict::CannotBeTold };
                (verdict, Found::Areas([dense, any, land_km2]))
            }
            Some(_) if output.is_none() => untold(Found::NoColumn(column::OUTPUT_CNY)),
            Some(ClusterQuantity::OutputCny) => {
                let block = output.unwrap_or_default();
                let clusters = inside.map(|inside| inside.all);
                // Firms without an output could have as much as the largest.
                let most = clusters.unwrap_or(0.0).max(block) + missing as f64 * largest;
                let found = Found::Output { clusters, block, missing };
                // One year of several is enough to fail, and not to pass.
                match (of(most), criterion.years) {
                    (Verdict::NotMet, _) => (Verdict::NotMet, found),
                    (_, 1) => {
                        let least = clusters.unwrap_or(block).min(block);
                        (if of(least) == Verdict::Met { Verdict::Met } else { Verdict::CannotBeTold }, found)
                    }
                    _ => untold(found),
                }
            }
            Some(ClusterQuantity::SmallAndMediumOutputShare) => match inside {
                Some(_) if frame.column(column::EMPLOYEES).is_ok_and(|cells| cells.null_count() == cells.len()) => {
                    untold(Found::NoColumn(column::EMPLOYEES))
                }
                Some(inside) => share(inside.small, inside.known),
                None => untold(Found::NoCluster),
            },
            Some(ClusterQuantity::LeadingOutputShare) => match inside {
                Some(inside) => share(inside.trade, inside.all),
                None => untold(Found::NoCluster),
            },
            Some(ClusterQuantity::OutputGrowth) => match since.change.as_ref().and_then(|change| change.output_cny) {
                Some([before, after]) if before > 0.0 => untold(Found::GrowthBetween(after / before - 1.0)),
                _ => untold(Found::NoEarlierYears),
            },
        }
    };
    let criteria = test
        .criteria
        .iter()
        .map(|criterion| {
            let (verdict, found) = judge(criterion);
            Assessed { criterion: criterion.clone(), verdict, found }
        })
        .collect();
    Ok(Test { test, criteria })
}

/// The output of all firms inside the hulls of the clusters of enough firms within the radius.
fn in_clusters(desk: &Desk<'_>, places: &Places, rule: Option<&SmallAndMedium>) -> Result<Option<InClusters>> {
    let Some([dense, _]) = &places.clusters else { return Ok(None) };
    let Some(hulls) = dense.outcome.layers.first() else { return Ok(None) };
    let Some(made) = areas_of("clusters", hulls)? else { return Ok(None) };
    let held = AreasInMemory { areas: made.layer.areas.clone(), attributes: None, index: None };
    let hulls = Origin::memory("clusters", held);
    let cells = |firms: &super::desk::Firms, by: &str| -> Result<DataFrame> {
        let mut asked = desk.concentration(firms, "clusters", Some(column::OUTPUT_CNY), Per::Cell);
        asked.layers = AreaLayers { areas: vec![hulls.clone()], ..AreaLayers::default() };
        by.clone_into(&mut asked.by);
        // Who stands beside a cluster is not in it.
        asked.snap_firms = None;
        Desk::run_again(&asked)?.frame()
    };
    let has_output = desk.firms.frame.column(column::OUTPUT_CNY).is_ok_and(|cells| cells.null_count() < cells.len());
    if !has_output {
        return Ok(None);
    }
    let sum = |frame: &DataFrame, sectors: &dyn Fn(&str) -> bool| -> f64 {
        let own = |row: &usize| text(frame, *row, "sector").is_some_and(|sector| sectors(&sector));
        (0..frame.height()).filter(own).filter_map(|row| number(frame, row, "count")).sum()
    };
    let by_sector = cells(&desk.firms, column::SECTOR)?;
    let by_scale = cells(&scaled(desk, rule)?, SCALE)?;
    Ok(Some(InClusters {
        all: sum(&by_sector, &|_| true),
        trade: sum(&by_sector, &|sector| sector == desk.trade.sector),
        small: sum(&by_scale, &|scale| scale == SMALL),
        known: sum(&by_scale, &|scale| scale == SMALL || scale == LARGE),
    }))
}

/// The firms with what they are by their size; nothing where it is not known. Output stands in for revenue.
fn scaled(desk: &Desk<'_>, rule: Option<&SmallAndMedium>) -> Result<super::desk::Firms> {
    let scale = |firm: &crate::model::Enterprise| -> Option<&'static str> {
        let SmallAndMedium { employees_below, revenue_cny_below, .. } = rule?;
        match (firm.employees, firm.output_cny) {
            (Some(employees), _) if employees < *employees_below => Some(SMALL),
            (_, Some(output)) if output < *revenue_cny_below => Some(SMALL),
            (Some(_), Some(_)) => Some(LARGE),
            _ => None,
        }
    };
    let cells: Vec<_> = desk.survey.register.register.enterprises().iter().map(scale).collect();
    let mut frame = desk.firms.frame.clone();
    frame.with_column(Column::new(SCALE.into(), cells)).map_err(Error::table("firms"))?;
    Ok(Arc::new(Table { frame, ..desk.firms.as_ref().clone() }))
}

//! A block economy held against the criteria of a test of clusters: met, not met, or not to be told from what is given.

use std::sync::Arc;

use polars::prelude::{Column, DataFrame};

use super::desk::{Desk, Firms, number, text};
use super::places::Places;
use super::since::Since;
use crate::check::DISTRICT;
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
    /// The output of all firms in the clusters and that of the block economy in the year of the register, with the number of its firms
    /// without one, and whether both are on the same side of the limit.
    Output { clusters: Option<f64>, block: f64, missing: usize, is_one: bool },
    /// A share in the clusters by both methods, and in the whole district.
    Shares([Option<f64>; 3]),
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

/// Output inside a boundary.
#[derive(Debug, Clone, Copy, Default)]
struct Inside {
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
    // Hulls are drawn around the trade, so that its share in them is high: the district says what it is without them.
    let insides = insides(desk, places, test.small_and_medium.as_ref())?;
    let areas = places.clusters.as_ref().map(|[dense, any]| [dense.area_km2, any.area_km2]);
    let judge = |criterion: &Criterion| -> (Verdict, Found) {
        let of = |value: f64| match criterion.is_met(value) {
            Some(true) => Verdict::Met,
            Some(false) => Verdict::NotMet,
            None => Verdict::CannotBeTold,
        };
        let untold = |found: Found| (Verdict::CannotBeTold, found);
        let one_of = |values: [Option<f64>; 3]| -> Verdict {
            // One measure alone is no verdict.
            let verdicts: Vec<Verdict> = values.into_iter().flatten().map(of).collect();
            match verdicts.split_first() {
                Some((first, others)) if !others.is_empty() && others.iter().all(|verdict| verdict == first) => *first,
                _ => Verdict::CannotBeTold,
            }
        };
        let shares = |part: fn(&Inside) -> (f64, f64)| {
            let values = insides.map(|inside| {
                let (part, whole) = part(&inside?);
                (whole > 0.0).then(|| part / whole)
            });
            match values.iter().any(Option::is_some) {
                true => (one_of(values), Found::Shares(values)),
                false => untold(Found::NoCluster),
            }
        };
        match criterion.quantity {
            None => untold(Found::NotInRegister),
            Some(ClusterQuantity::AreaKm2) => {
                let [dense, any] = areas.unwrap_or([None, None]);
                if dense.is_none() && any.is_none() {
                    return untold(Found::NoCluster);
                }
                // Land in use is less than the ground that a cluster takes up, so that it is told and does not decide.
                (one_of([dense, any, None]), Found::Areas([dense, any, land_km2]))
            }
            Some(_) if output.is_none() => untold(Found::NoColumn(column::OUTPUT_CNY)),
            Some(ClusterQuantity::OutputCny) => {
                let block = output.unwrap_or_default();
                let clusters = insides[0].map(|inside| inside.all);
                // Firms without an output could have as much as the largest.
                let most = clusters.unwrap_or(0.0).max(block) + missing as f64 * largest;
                let is_one = clusters.is_none_or(|clusters| of(clusters) == of(block));
                let found = Found::Output { clusters, block, missing, is_one };
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
            Some(ClusterQuantity::SmallAndMediumOutputShare)
                if frame.column(column::EMPLOYEES).is_ok_and(|cells| cells.null_count() == cells.len()) =>
            {
                untold(Found::NoColumn(column::EMPLOYEES))
            }
            Some(ClusterQuantity::SmallAndMediumOutputShare) => shares(|inside| (inside.small, inside.known)),
            Some(ClusterQuantity::LeadingOutputShare) => shares(|inside| (inside.trade, inside.all)),
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

/// The output of all firms inside the hulls of the clusters by both methods, and in the district.
fn insides(desk: &Desk<'_>, places: &Places, rule: Option<&SmallAndMedium>) -> Result<[Option<Inside>; 3]> {
    let has_output = desk.firms.frame.column(column::OUTPUT_CNY).is_ok_and(|cells| cells.null_count() < cells.len());
    if !has_output || places.firms == 0 {
        return Ok([None; 3]);
    }
    let scaled = scaled(desk, rule)?;
    let mut found = [None; 3];
    for (own, clusters) in found.iter_mut().zip(places.clusters.iter().flatten()) {
        let Some(hulls) = clusters.outcome.layers.first() else { continue };
        let Some(made) = areas_of("clusters", hulls)? else { continue };
        let held = AreasInMemory { areas: made.layer.areas.clone(), attributes: None, index: None };
        *own = Some(inside(desk, &scaled, &Origin::memory("clusters", held))?);
    }
    if let Some(districts) = desk.survey.areas_in_memory(DISTRICT) {
        let mut areas = districts.areas;
        areas.areas.retain(|area| area.id == desk.district());
        if !areas.areas.is_empty() {
            let held = AreasInMemory { areas, attributes: None, index: None };
            found[2] = Some(inside(desk, &scaled, &Origin::memory(DISTRICT, held))?);
        }
    }
    Ok(found)
}

/// The output of the firms inside areas.
fn inside(desk: &Desk<'_>, scaled: &Firms, areas: &Origin<AreasInMemory>) -> Result<Inside> {
    let cells = |firms: &Firms, by: &str| -> Result<DataFrame> {
        let mut asked = desk.concentration(firms, "", Some(column::OUTPUT_CNY), Per::Cell);
        asked.layers = AreaLayers { areas: vec![areas.clone()], ..AreaLayers::default() };
        by.clone_into(&mut asked.by);
        // Who stands beside a boundary is not in it.
        asked.snap_firms = None;
        Desk::run_again(&asked)?.frame()
    };
    let sum = |frame: &DataFrame, sectors: &dyn Fn(&str) -> bool| -> f64 {
        let own = |row: &usize| text(frame, *row, "sector").is_some_and(|sector| sectors(&sector));
        (0..frame.height()).filter(own).filter_map(|row| number(frame, row, "count")).sum()
    };
    let by_sector = cells(&desk.firms, column::SECTOR)?;
    let by_scale = cells(scaled, SCALE)?;
    Ok(Inside {
        all: sum(&by_sector, &|_| true),
        trade: sum(&by_sector, &|sector| sector == desk.trade.sector),
        small: sum(&by_scale, &|scale| scale == SMALL),
        known: sum(&by_scale, &|scale| scale == SMALL || scale == LARGE),
    })
}

/// The firms with what they are by their size; nothing where it is not known. Output stands in for revenue.
fn scaled(desk: &Desk<'_>, rule: Option<&SmallAndMedium>) -> Result<Firms> {
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

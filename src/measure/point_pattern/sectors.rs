//! The sectors of a register, each held against draws from all firms.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};
use serde_json::Value;

use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::measure::doubt::floor_note;
use crate::measure::firms::{sector_cells, sector_id};
use crate::measure::operation::Input;
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::measure::windowed::{FirmsInGrid, GridPoints};
use crate::model::json::json;
use crate::model::{Distance, MetreGrid, Table, column};
use crate::policy::Policy;
use crate::source::point_table::PointTable;
use crate::stats::{self, Adjustment, LocalisationOptions, SimulationOptions};

/// Firms in a metre grid, with their sectors.
#[parameters]
pub struct SectorFirms {
    /// The firms and their grid.
    #[flatten]
    pub points: GridPoints,
    /// Column with the sectors.
    #[parameter(value = "COLUMN")]
    pub by: String,
    /// Column with the weights of firms; pairs then count by their product.
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Fewest firms of a sector that is tested; those of smaller ones are among all firms.
    pub min_sector_firms: usize,
}

impl Default for SectorFirms {
    fn default() -> Self {
        Self { points: GridPoints::default(), by: column::SECTOR.to_owned(), weight: None, min_sector_firms: 10 }
    }
}

/// The draws that sectors are held against.
#[parameters]
pub struct Draws {
    /// Standard deviation of the kernel: 500m [default: Silverman's rule, for each sector and each draw].
    pub bandwidth: Option<Distance>,
    /// Number of draws of as many firms as a sector has; 0 for none.
    pub simulations: usize,
    /// Level of the bands: the share of draws above the upper global band anywhere, and of those below the lower one.
    pub level: f64,
    /// Adjust p for the number of tests: fdr is the false discovery rate.
    pub adjust: Adjustment,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Draws {
    fn default() -> Self {
        let LocalisationOptions { simulations: SimulationOptions { simulations, seed, .. }, level, adjustment, .. } =
            LocalisationOptions::default();
        Self { bandwidth: None, simulations, level, adjust: adjustment, seed }
    }
}

impl Draws {
    pub(super) fn options(&self, firms: &SectorFirms) -> LocalisationOptions {
        LocalisationOptions::default()
            .with_weighted(firms.weight.is_some())
            .with_bandwidth_m(self.bandwidth.map(Distance::metres))
            .with_simulations(SimulationOptions::default().with_simulations(self.simulations).with_seed(self.seed))
            .with_level(self.level)
            .with_adjustment(self.adjust)
    }

    /// What a reader of so many tests should know.
    pub(super) fn said(&self, found: &stats::Localisations, what: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if self.simulations == 0 {
            notes.push("there are no bands, no gamma and psi and no p without ‹simulations›".to_owned());
            return notes;
        }
        let tested = found.sectors.iter().filter(|one| one.gamma.is_some()).count();
        let undefined = found.sectors.len() - tested;
        if undefined > 0 {
            notes.push(format!(
                "{undefined} {what} have no density: no two distances within twice ‹max_radius›, all of them equal, or weights of 0; \
a ‹bandwidth› gives one to firms that all stand in one place"
            ));
        }
        if tested == 0 {
            return notes;
        }
        let by_chance = tested as f64 * self.level;
        notes.push(format!(
            "of {tested} {what} chance alone makes some {by_chance:.1} leave the upper band, and as many the lower one: read the \
adjusted p"
        ));
        let fewest = (1.0 / self.level).ceil() - 1.0;
        if (self.simulations as f64) < fewest {
            notes.push(format!("p cannot be as low as ‹level› {} with less than {fewest} ‹simulations›", self.level));
        } else {
            notes.extend(floor_note(self.adjust, tested, self.level, (1, self.simulations as u64), "simulations"));
        }
        let worst = found.sectors.iter().filter_map(|one| one.rounding_error).fold(0.0, f64::max);
        if let Some(rounding_m) = found.rounding_m {
            notes.push(format!(
                "distances of drawn pairs are rounded to {rounding_m:.3} m, which moves no density by more than {:.2} % of the \
height of its kernel",
                100.0 * worst
            ));
        }
        notes
    }
}

/// The firms that are drawn from.
pub(super) struct Firms {
    pub(super) table: Table,
    pub(super) policy: Option<Policy>,
    /// The rows of the table that the firms are.
    pub(super) rows: Vec<usize>,
    pub(super) at: Vec<[f64; 2]>,
    pub(super) weights: Vec<f64>,
    /// The number of each firm's sector; none of one that is not tested.
    pub(super) sectors: Vec<Option<usize>>,
    pub(super) names: Vec<String>,
    pub(super) grid: MetreGrid,
    pub(super) notes: Vec<String>,
}

impl SectorFirms {
    /// The inputs, for [`Operation::inputs`](crate::measure::Operation::inputs).
    pub(super) fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    pub(super) fn read(&self) -> Result<Firms> {
        let FirmsInGrid { points: PointTable { table, points, .. }, policy, grid, mut notes, .. } =
            self.points.read()?;
        let weights: Vec<Option<f64>> = match &self.weight {
            Some(weight) => table.amounts(weight)?.iter().collect(),
            None => vec![Some(1.0); points.len()],
        };
        let unweighed = (0..points.len()).filter(|row| points[*row].is_some() && weights[*row].is_none()).count();
        if unweighed > 0 {
            notes.push(format!("{unweighed} points have no weight and are left out"));
        }
        let rows: Vec<usize> =
            (0..points.len()).filter(|row| points[*row].is_some() && weights[*row].is_some()).collect();
        let cells = sector_cells(&table, &self.by)?;
        let cell = |row: &usize| cells.get(*row).map(str::trim).filter(|cell| !cell.is_empty());
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for sector in rows.iter().filter_map(cell) {
            *counts.entry(sector).or_default() += 1;
        }
        let without = rows.iter().filter(|row| cell(row).is_none()).count();
        if without > 0 {
            notes.push(format!("{without} firms without a sector are among those that are drawn"));
        }
        let (all, least) = (counts.len(), self.min_sector_firms.max(2));
        counts.retain(|_, count| *count >= least);
        if counts.len() < all {
            let small = all - counts.len();
            notes.push(format!(
                "{small} sectors with fewer than {least} firms are not tested; their firms are among those that are drawn"
            ));
        }
        counts.values_mut().enumerate().for_each(|(number, own)| *own = number);
        let sectors = rows.iter().map(|row| counts.get(cell(row)?).copied()).collect();
        let names = counts.keys().map(|name| (*name).to_owned()).collect();
        Ok(Firms {
            at: rows.iter().filter_map(|row| points[*row]).map(|point| [point.x, point.y]).collect(),
            weights: rows.iter().filter_map(|row| weights[*row]).collect(),
            sectors,
            names,
            grid,
            notes,
            policy,
            rows,
            table,
        })
    }
}

impl Firms {
    /// The number of a sector by its name, or its id in the policy; the error names those that there are.
    pub(super) fn number_of(&self, wanted: &str) -> Result<usize> {
        let id = sector_id(wanted.trim(), self.policy.as_ref());
        let is_wanted = |name: &String| sector_id(name, self.policy.as_ref()) == id;
        self.names.iter().position(is_wanted).ok_or_else(|| {
            let found = wanted.to_owned();
            crate::error::ProjectError::Unknown { what: "sector", found, available: self.names.clone() }.into()
        })
    }
}

/// How far a density leaves its bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    Above,
    Below,
    Nowhere,
}

impl Leaves {
    pub(super) fn of(one: &stats::Localisation) -> Option<Self> {
        Some(match (one.gamma?, one.psi?) {
            (gamma, _) if gamma > 0.0 => Self::Above,
            (_, psi) if psi > 0.0 => Self::Below,
            _ => Self::Nowhere,
        })
    }
}

/// Tests of sectors, of pairs of them or of their changes.
pub(super) struct Tests<'a> {
    pub(super) found: &'a stats::Localisations,
    /// The order of the rows, as [`ranked`].
    pub(super) order: &'a [usize],
    /// The name of the table with a row for each.
    pub(super) table: &'static str,
    /// The columns that name each of them, in the order of the rows.
    pub(super) names: Vec<(&'static str, Vec<&'a str>)>,
    /// The columns of their firms, likewise.
    pub(super) counts: Vec<(&'static str, Vec<u64>)>,
    /// What is above its band is called, and what is below.
    pub(super) called: [&'static str; 2],
}

/// The table with a row for each test and distance.
pub(super) const CURVES: &str = "curves";

impl Draws {
    /// The outcome of tests: what is said of them before the draws, a row for each, and their curves.
    pub(super) fn outcome(
        &self,
        grid: MetreGrid,
        notes: Vec<String>,
        said: Vec<(&str, Value)>,
        tests: Tests<'_>,
    ) -> Result<Outcome> {
        let Tests { found, order, table, names, counts, called } = tests;
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.manifest.insert("grid".to_owned(), json!(grid));
        outcome.manifest.insert("seed".to_owned(), json!(self.seed));
        let of_draws = [
            ("simulations", json!(self.simulations)),
            ("level", json!(self.level)),
            ("seed", json!(self.seed)),
            ("adjustment", json!(self.adjust)),
            ("rounding_m", json!(found.rounding_m)),
        ];
        outcome.scalars.extend(said.into_iter().chain(of_draws).map(|(name, value)| (name.to_owned(), value)));
        let mut columns: Vec<Column> = names.iter().map(|(name, of)| Column::new((*name).into(), of)).collect();
        columns.extend(counts.into_iter().map(|(name, of)| Column::new(name.into(), of)));
        columns.extend(result_columns(found, order, called));
        let rows = DataFrame::new_infer_height(columns).map_err(Error::table("the tests of sectors"))?;
        outcome.tables.push(OutcomeTable::of_rows(table, rows));
        outcome.tables.push(OutcomeTable::hidden(CURVES, curves(found, order, &names)?));
        Ok(outcome)
    }
}

/// The order of results: the most above their bands first, then those that are within, then the farthest below.
pub(super) fn ranked(of: &[stats::Localisation]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..of.len()).collect();
    let key = |one: &stats::Localisation| Some(one.gamma? - one.psi?);
    order.sort_by(|one, other| match (key(&of[*one]), key(&of[*other])) {
        (Some(own), Some(others)) => others.total_cmp(&own).then(one.cmp(other)),
        (own, others) => others.is_some().cmp(&own.is_some()).then(one.cmp(other)),
    });
    order
}

/// The columns that results have, in an order: what they are called, the indices, the distances between which they leave their bands, and p.
fn result_columns(found: &stats::Localisations, order: &[usize], called: [&'static str; 2]) -> Vec<Column> {
    let sorted = || order.iter().map(|number| &found.sectors[*number]);
    let numbers = |name: String, get: &dyn Fn(&stats::Localisation) -> Option<f64>| {
        Column::new(name.into(), sorted().map(get).collect::<Vec<_>>())
    };
    let end = |one: &stats::Localisation, is_last: bool| -> Option<f64> {
        let leaves = |place: &usize| {
            [&one.localisation, &one.dispersion].into_iter().any(|of| of[*place].is_some_and(|value| value > 0.0))
        };
        let mut places = 0..found.radius_m.len();
        let place = if is_last { places.rev().find(leaves) } else { places.find(leaves) };
        place.map(|place| found.radius_m[place])
    };
    let pattern = |one: &stats::Localisation| {
        Leaves::of(one).map(|leaves| match leaves {
            Leaves::Above => called[0],
            Leaves::Below => called[1],
            Leaves::Nowhere => "neither",
        })
    };
    vec![
        Column::new("pattern".into(), sorted().map(pattern).collect::<Vec<_>>()),
        numbers("gamma".to_owned(), &|one| one.gamma),
        numbers("psi".to_owned(), &|one| one.psi),
        numbers("from_m".to_owned(), &|one| end(one, false)),
        numbers("to_m".to_owned(), &|one| end(one, true)),
        numbers(format!("p_{}", called[0]), &|one| one.p_localised),
        numbers(format!("p_{}_adjusted", called[0]), &|one| one.p_localised_adjusted),
        numbers(format!("p_{}", called[1]), &|one| one.p_dispersed),
        numbers(format!("p_{}_adjusted", called[1]), &|one| one.p_dispersed_adjusted),
        numbers("bandwidth_m".to_owned(), &|one| one.bandwidth_m),
        numbers("rounding_error".to_owned(), &|one| one.rounding_error),
    ]
}

/// A row for each result, in an order, and each distance, behind the columns with its names.
fn curves(found: &stats::Localisations, order: &[usize], names: &[(&'static str, Vec<&str>)]) -> Result<DataFrame> {
    let rows = || (0..order.len()).flat_map(|place| (0..found.radius_m.len()).map(move |at| (place, at)));
    let numbers = |name: &str, get: fn(&stats::Localisation) -> &Vec<Option<f64>>| {
        let value = |(place, at): (usize, usize)| get(&found.sectors[order[place]])[at];
        Column::new(name.into(), rows().map(value).collect::<Vec<_>>())
    };
    let name = |(name, of): &(&'static str, Vec<&str>)| {
        Column::new((*name).into(), rows().map(|(place, _)| of[place]).collect::<Vec<_>>())
    };
    let mut columns: Vec<Column> = names.iter().map(name).collect();
    columns.extend([
        Column::new("radius_m".into(), rows().map(|(_, at)| found.radius_m[at]).collect::<Vec<_>>()),
        numbers("density", |one| &one.density),
        numbers("lower", |one| &one.lower),
        numbers("upper", |one| &one.upper),
        numbers("global_lower", |one| &one.global_lower),
        numbers("global_upper", |one| &one.global_upper),
        numbers("gamma", |one| &one.localisation),
        numbers("psi", |one| &one.dispersion),
    ]);
    DataFrame::new_infer_height(columns).map_err(Error::table("the curves"))
}

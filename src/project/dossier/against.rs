//! Against whom: the sectors of the register by the same measures, and the block economies nearby.

use super::desk::{Desk, number, text};
use super::headline::{self, Base, Measure};
use crate::error::Result;
use crate::measure::{Centrography, Per};

/// Of two rankings the overlap of so many firsts is told.
pub(super) const FIRSTS: usize = 10;

/// Another block economy.
#[derive(Debug, Clone)]
pub(super) struct Neighbour {
    pub(super) id: String,
    /// Between the median centres.
    pub(super) distance_m: f64,
    pub(super) firms: f64,
}

/// A sector that agglomerates with the trade.
#[derive(Debug, Clone)]
pub(super) struct Companion {
    pub(super) sector: String,
    /// γ of both, by Ellison and Glaeser (1997).
    pub(super) coagglomeration: f64,
}

/// What a trade is held against.
pub(super) struct Against {
    /// The sectors that are compared.
    pub(super) sectors: usize,
    /// How many of the firsts by γ are among the firsts by the K-density, and of how many.
    pub(super) overlap: Option<(usize, usize)>,
    /// The other block economies, the nearest first.
    pub(super) neighbours: Vec<Neighbour>,
    /// The sectors that are compared, those that agglomerate most with the trade first.
    pub(super) companions: Vec<Companion>,
}

/// Holds a trade against the other sectors and block economies of the register.
pub(super) fn against(desk: &Desk<'_>, base: &Base) -> Result<Against> {
    let known = headline::compared(base);
    let firsts = |measure: Measure| -> Vec<String> {
        let mut all = headline::of_sectors(desk, base, measure);
        all.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        all.into_iter().take(FIRSTS.min(known.len() / 2)).map(|(sector, _)| sector).collect()
    };
    let (by_gamma, by_density) = (firsts(Measure::Gamma), firsts(Measure::KDensity));
    let shared = by_gamma.iter().filter(|sector| by_density.contains(sector)).count();
    let overlap = (!by_gamma.is_empty()).then_some((shared, by_gamma.len()));
    Ok(Against { sectors: known.len(), overlap, neighbours: neighbours(desk)?, companions: companions(desk, &known)? })
}

fn neighbours(desk: &Desk<'_>) -> Result<Vec<Neighbour>> {
    let members = desk.members()?;
    if !members.iter().any(|(_, is_own)| *is_own) {
        return Ok(Vec::new());
    }
    let asked =
        Centrography { points: desk.grid_points(&desk.firms), by: Some("block".to_owned()), ..Centrography::default() };
    let centres = Desk::run_again(&asked)?.frame()?;
    let at = |row: usize| number(&centres, row, "median_x_m").zip(number(&centres, row, "median_y_m"));
    let rows = || (0..centres.height()).filter_map(|row| Some((row, text(&centres, row, "block")?)));
    let own = &desk.trade.block.term.id;
    let Some((x, y)) = rows().find(|(_, id)| id == own).and_then(|(row, _)| at(row)) else { return Ok(Vec::new()) };
    let mut found: Vec<Neighbour> = rows()
        .filter(|(_, id)| id != own)
        .filter_map(|(row, id)| {
            let (east, north) = at(row)?;
            let firms = number(&centres, row, "n").unwrap_or_default();
            Some(Neighbour { id, distance_m: (east - x).hypot(north - y), firms })
        })
        .collect();
    found.sort_by(|one, other| one.distance_m.total_cmp(&other.distance_m));
    Ok(found)
}

fn companions(desk: &Desk<'_>, known: &[String]) -> Result<Vec<Companion>> {
    let asked = desk.concentration(&desk.firms, &desk.layer, desk.weight.as_deref(), Per::Pair);
    let pairs = Desk::run_again(&asked)?.frame()?;
    let own = &desk.trade.sector;
    let mut found: Vec<Companion> = (0..pairs.height())
        .filter_map(|row| {
            let (one, other) = (text(&pairs, row, "sector")?, text(&pairs, row, "other_sector")?);
            let sector = if one == *own {
                other
            } else if other == *own {
                one
            } else {
                return None;
            };
            let coagglomeration = number(&pairs, row, "coagglomeration")?;
            known.contains(&sector).then_some(Companion { sector, coagglomeration })
        })
        .collect();
    found.sort_by(|one, other| other.coagglomeration.total_cmp(&one.coagglomeration));
    Ok(found)
}

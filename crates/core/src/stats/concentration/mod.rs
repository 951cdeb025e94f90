//! The concentration of industries: a table of areas and sectors, and the indices computed from it.

mod complexity;
mod ellison_glaeser;
mod herfindahl_hirschman;
mod inequality;
mod location_quotient;
mod lorenz;
mod relatedness;
mod shift_share;
mod standardised;
mod wilson;

pub use complexity::{
    DensityOfChanges, EconomicComplexity, density_of_changes, economic_complexity, relatedness_density,
};
pub(super) use ellison_glaeser::gamma_of_plants;
pub use ellison_glaeser::{
    AgglomerationOfShares, EllisonGlaeser, LeftOut, coagglomeration, ellison_glaeser, ellison_glaeser_of_shares,
    is_one_firm, without_largest,
};
pub use herfindahl_hirschman::{HerfindahlHirschman, herfindahl_hirschman};
pub use inequality::{
    Theil, gini, gini_against, hoover, krugman, mean_logarithmic_deviation, shannon_bits, simpson, theil,
    theil_against, theil_h, theil_l, williamson,
};
pub use location_quotient::{
    QuotientWithoutOne, cluster_index, hachman, location_quotient, location_quotient_interval, quotient_without_one,
};
pub use lorenz::lorenz_curve;
pub use relatedness::{Relatedness, relatedness};
pub use shift_share::{EstebanMarquillas, ShiftShare, esteban_marquillas, shift_share};
pub use standardised::{
    Bootstrap, BootstrappedQuotient, agglomeration_cut_off, bootstrapped_quotients, standardised_log_quotients,
    standardised_quotients,
};
pub use wilson::wilson_interval;

use crate::error::{Result, StatsError};
use crate::model::{Counts, with_fields};

const STATISTIC: &str = "concentration";

/// Options of [`concentration`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConcentrationOptions {
    /// The confidence level of the intervals of the location quotients, between 0 and 1.
    pub confidence: f64,
    /// The size of each area in km², for densities.
    pub areas_km2: Option<Vec<f64>>,
    /// The part of the counts that lies in parks, as a table of the same areas, sectors and unit, for the in-park
    /// share 入园率.
    pub in_park: Option<Counts>,
    /// Cells with a smaller count are flagged, since their quotients are unreliable.
    pub minimum_count: f64,
}

impl Default for ConcentrationOptions {
    fn default() -> Self {
        Self { confidence: 0.95, areas_km2: None, in_park: None, minimum_count: 0.0 }
    }
}

with_fields! {
    ConcentrationOptions {
        with_confidence(confidence: f64);
        with_areas_km2(areas_km2: Option<Vec<f64>>);
        with_in_park(in_park: Option<Counts>);
        with_minimum_count(minimum_count: f64);
    }
}

/// A sector in an area.
///
/// E_ij is the count of sector j in area i, E_i that of the area, E_j that of the sector, E that of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The position of the area.
    pub area: usize,
    /// The position of the sector.
    pub sector: usize,
    /// E_ij, the count.
    pub count: f64,
    /// The share of the sector in the area, E_ij / E_i; none in an empty area.
    pub share: Option<f64>,
    /// The share of the area in the sector, E_ij / E_j; none for an empty sector.
    pub sector_share: Option<f64>,
    /// The count per km²; none without sizes, or for an area of size 0.
    pub density_per_km2: Option<f64>,
    /// The location quotient (E_ij / E_i) / (E_j / E), see [`location_quotient`].
    pub location_quotient: Option<f64>,
    /// The confidence interval of the quotient, see [`location_quotient_interval`]; none for amounts that are not
    /// counts of firms.
    pub interval: Option<(f64, f64)>,
    /// The expected count if all areas had the same mix of sectors, E_i E_j / E; none in an empty table. If it is
    /// below 5, the quotient and its interval are unreliable.
    pub expected: Option<f64>,
    /// The quotient standardised over the areas, see [`standardised_quotients`].
    pub standardised: Option<f64>,
    /// The logarithm of the quotient standardised over the areas, see [`standardised_log_quotients`].
    pub standardised_log: Option<f64>,
    /// The share of E_ij that lies in parks; none without that table, or in an empty cell.
    pub in_park_share: Option<f64>,
    /// Whether the count is below the minimum count.
    pub below_minimum: bool,
}

/// An area with all its sectors together.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaConcentration {
    /// The position of the area.
    pub area: usize,
    /// E_i, the count of all sectors in the area.
    pub count: f64,
    /// The share of the area in the total, E_i / E; none in an empty table.
    pub share: Option<f64>,
    /// The count per km²; none without sizes, or for an area of size 0.
    pub density_per_km2: Option<f64>,
    /// The Herfindahl–Hirschman index of the sectors in the area; none in an empty area.
    pub herfindahl_hirschman: Option<HerfindahlHirschman>,
    /// The share of E_i that lies in parks; none without that table, or in an empty area.
    pub in_park_share: Option<f64>,
}

/// The concentration of the sectors of a territory in its areas.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// The ids of the areas.
    pub areas: Vec<String>,
    /// The ids of the sectors.
    pub sectors: Vec<String>,
    /// The unit of the counts.
    pub unit: String,
    /// The confidence level of the intervals.
    pub confidence: f64,
    /// The cells, area by area, and sector by sector within each area.
    pub cells: Vec<Cell>,
    /// One entry for each area.
    pub per_area: Vec<AreaConcentration>,
}

/// Counts, shares, densities, location quotients and in-park shares of every sector in every area, and the
/// Herfindahl–Hirschman index of every area.
///
/// The territory that a location quotient compares with is the whole of the table: all its areas, all its sectors.
///
/// # Undefined
///
/// Every ratio whose denominator is 0 is none.
///
/// # Errors
///
/// A table without areas or sectors, amounts that are negative or not finite, a confidence that is not between
/// 0 and 1, and sizes or in-park counts that are not of the same areas and sectors or exceed the counts.
///
/// # Examples
///
/// Two areas, two sectors. Half of all firms dye; in the first area three in four do: 0.75 / 0.5 = 1.5.
///
/// ```
/// use jiju_core::model::Counts;
/// use jiju_core::stats::{ConcentrationOptions, concentration};
///
/// let mut counts = Counts::zeros(
///     vec!["330603".to_owned(), "330604".to_owned()],
///     vec!["dyeing".to_owned(), "chemicals".to_owned()],
///     Counts::FIRMS,
/// );
/// counts.values = vec![30.0, 10.0, 10.0, 30.0];
/// let result = concentration(&counts, &ConcentrationOptions::default()).unwrap();
/// assert_eq!(result.cells[0].location_quotient, Some(1.5));
/// assert_eq!(result.cells[0].share, Some(0.75));
/// assert_eq!(result.per_area[0].herfindahl_hirschman.unwrap().index, 0.625);
/// ```
pub fn concentration(counts: &Counts, options: &ConcentrationOptions) -> Result<Concentration> {
    refuse(counts, options)?;
    let sectors = counts.sectors.len();
    let rows: Vec<&[f64]> = counts.values.chunks_exact(sectors).collect();
    let area_totals: Vec<f64> = rows.iter().map(|row| row.iter().sum()).collect();
    let sector_totals: Vec<f64> = (0..sectors).map(|sector| rows.iter().map(|row| row[sector]).sum()).collect();
    let total: f64 = area_totals.iter().sum();
    let per_km2 = |amount: f64, area: usize| options.areas_km2.as_ref().and_then(|sizes| ratio(amount, sizes[area]));
    let of_firms = counts.unit == Counts::FIRMS;

    let mut cells = Vec::with_capacity(counts.values.len());
    let mut per_area = Vec::with_capacity(rows.len());
    for (area, row) in rows.iter().enumerate() {
        let parked = options.in_park.as_ref().map(|parked| &parked.values[area * sectors..(area + 1) * sectors]);
        for (sector, &count) in row.iter().enumerate() {
            let (in_area, in_sector) = (area_totals[area], sector_totals[sector]);
            cells.push(Cell {
                area,
                sector,
                count,
                share: ratio(count, in_area),
                sector_share: ratio(count, in_sector),
                density_per_km2: per_km2(count, area),
                location_quotient: location_quotient(count, in_area, in_sector, total),
                interval: of_firms
                    .then(|| location_quotient_interval(count, in_area, in_sector, total, options.confidence))
                    .flatten(),
                expected: ratio(in_area * in_sector, total),
                standardised: None,
                standardised_log: None,
                in_park_share: parked.and_then(|parked| ratio(parked[sector], count)),
                below_minimum: count < options.minimum_count,
            });
        }
        per_area.push(AreaConcentration {
            area,
            count: area_totals[area],
            share: ratio(area_totals[area], total),
            density_per_km2: per_km2(area_totals[area], area),
            herfindahl_hirschman: herfindahl_hirschman(row),
            in_park_share: parked.and_then(|parked| ratio(parked.iter().sum(), area_totals[area])),
        });
    }
    for sector in 0..sectors {
        let quotients: Vec<Option<f64>> =
            cells.iter().skip(sector).step_by(sectors).map(|cell: &Cell| cell.location_quotient).collect();
        let standardised = standardised_quotients(&quotients).into_iter().zip(standardised_log_quotients(&quotients));
        for (cell, (plain, logarithm)) in cells.iter_mut().skip(sector).step_by(sectors).zip(standardised) {
            (cell.standardised, cell.standardised_log) = (plain, logarithm);
        }
    }
    Ok(Concentration {
        areas: counts.areas.clone(),
        sectors: counts.sectors.clone(),
        unit: counts.unit.clone(),
        confidence: options.confidence,
        cells,
        per_area,
    })
}

/// None where there is nothing to take a share of.
fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn refuse(counts: &Counts, options: &ConcentrationOptions) -> Result<(), StatsError> {
    refuse_table(counts, "the table of counts")?;
    if counts.values.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC });
    }
    if !(options.confidence > 0.0 && options.confidence < 1.0) {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "confidence",
            found: options.confidence.to_string(),
            expected: "a number between 0 and 1".to_owned(),
        });
    }
    if let Some(sizes) = &options.areas_km2 {
        if sizes.len() != counts.areas.len() {
            return Err(StatsError::Shape {
                statistic: STATISTIC,
                what: "the list of sizes",
                found: format!("{} areas", sizes.len()),
                expected: counts.areas.len().to_string(),
            });
        }
        if let Some((area, found)) = sizes.iter().enumerate().find(|(_, size)| !(size.is_finite() && **size >= 0.0)) {
            return Err(StatsError::Value {
                statistic: STATISTIC,
                place: format!("the size of area `{}`", counts.areas[area]),
                found: *found,
                expected: "km² of 0 or more",
            });
        }
    }
    if let Some(parked) = &options.in_park {
        refuse_table(parked, "the in-park table")?;
        if parked.areas != counts.areas || parked.sectors != counts.sectors || parked.unit != counts.unit {
            return Err(StatsError::Shape {
                statistic: STATISTIC,
                what: "the in-park table",
                found: format!("{} areas and {} sectors in {}", parked.areas.len(), parked.sectors.len(), parked.unit),
                expected: format!(
                    "the {} areas and {} sectors of the counts, in {}",
                    counts.areas.len(),
                    counts.sectors.len(),
                    counts.unit
                ),
            });
        }
        let excess = parked.values.iter().zip(&counts.values).position(|(part, whole)| part > whole);
        if let Some(cell) = excess {
            return Err(StatsError::Value {
                statistic: STATISTIC,
                place: place(parked, cell),
                found: parked.values[cell],
                expected: "no more in parks than in all",
            });
        }
    }
    Ok(())
}

fn refuse_table(counts: &Counts, what: &'static str) -> Result<(), StatsError> {
    let cells = counts.areas.len() * counts.sectors.len();
    if counts.values.len() != cells {
        return Err(StatsError::Shape {
            statistic: STATISTIC,
            what,
            found: format!("{} values", counts.values.len()),
            expected: format!("{} areas × {} sectors", counts.areas.len(), counts.sectors.len()),
        });
    }
    match counts.values.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
        Some(cell) => Err(StatsError::Value {
            statistic: STATISTIC,
            place: place(counts, cell),
            found: counts.values[cell],
            expected: "an amount of 0 or more",
        }),
        None => Ok(()),
    }
}

fn place(counts: &Counts, cell: usize) -> String {
    let sectors = counts.sectors.len();
    format!("area `{}`, sector `{}`", counts.areas[cell / sectors], counts.sectors[cell % sectors])
}

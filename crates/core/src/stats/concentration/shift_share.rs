use serde::Serialize;

/// The components of the growth of a sector in an area.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShiftShare {
    /// The change of the cell.
    pub change: f64,
    /// The change at the growth rate of the whole territory.
    pub territory: f64,
    /// The additional change at the growth rate of the sector in the territory.
    pub sector_mix: f64,
    /// The remaining change, which is due to the area.
    pub local: f64,
}

/// Shift and share: the change of a cell, E′_ij − E_ij, as E_ij g + E_ij (g_j − g) + E_ij (g_ij − g_j), with g the growth of all, g_j of
/// the sector, g_ij of the cell. The three add up to the change.
///
/// # Undefined
///
/// None where the sector, or the whole, had nothing before: it has no rate. A cell that had nothing has all of its change as
/// local.
///
/// # Examples
///
/// 100 firms became 130 where all grew by a tenth and the sector by a fifth:
///
/// ```
/// use jiju_core::stats::shift_share;
/// let found = shift_share((100.0, 130.0), (500.0, 600.0), (1000.0, 1100.0)).unwrap();
/// assert_eq!((found.change, found.territory), (30.0, 10.0));
/// assert!((found.sector_mix - 10.0).abs() < 1e-12 && (found.local - 10.0).abs() < 1e-12);
/// ```
///
/// # References
///
/// E. S. Dunn, A statistical and analytical technique for regional analysis, Papers of the Regional Science Association 6, 1960.
#[must_use]
pub fn shift_share(cell: (f64, f64), sector: (f64, f64), all: (f64, f64)) -> Option<ShiftShare> {
    let growth = |(before, after): (f64, f64)| (before > 0.0).then(|| (after - before) / before);
    let (of_sector, of_all) = (growth(sector)?, growth(all)?);
    let change = cell.1 - cell.0;
    let territory = cell.0 * of_all;
    let sector_mix = cell.0 * (of_sector - of_all);
    Some(ShiftShare { change, territory, sector_mix, local: change - cell.0 * of_sector })
}

/// The local component of [`ShiftShare`], divided in two.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EstebanMarquillas {
    /// The competitive effect: the local growth if the area had the same share of the sector as the territory.
    pub competitive: f64,
    /// The allocation effect: the part that is due to the area having more or less of the sector than the territory.
    pub allocation: f64,
}

/// Esteban-Marquillas' division of the local part, E_ij (g_ij − g_j) = E*_ij (g_ij − g_j) + (E_ij − E*_ij)(g_ij − g_j), with the homothetic
/// E*_ij = E_i E_j / E: without the weight of the sector in the area.
///
/// `area_before` is E_i, all that the area had.
///
/// # Undefined
///
/// None where the cell, the sector or the whole had nothing before.
///
/// # Examples
///
/// An area of 400 in 1000 would have 200 of a sector of 500; it has 100, which grew by a tenth more than the sector:
///
/// ```
/// use jiju_core::stats::esteban_marquillas;
/// let found = esteban_marquillas((100.0, 130.0), (500.0, 600.0), 400.0, 1000.0).unwrap();
/// assert!((found.competitive - 20.0).abs() < 1e-12 && (found.allocation + 10.0).abs() < 1e-12);
/// ```
///
/// # References
///
/// J. M. Esteban-Marquillas, A reinterpretation of shift-share analysis, Regional and Urban Economics 2, 1972.
#[must_use]
pub fn esteban_marquillas(
    cell: (f64, f64),
    sector: (f64, f64),
    area_before: f64,
    all_before: f64,
) -> Option<EstebanMarquillas> {
    if !(cell.0 > 0.0 && sector.0 > 0.0 && all_before > 0.0) {
        return None;
    }
    let faster = cell.1 / cell.0 - sector.1 / sector.0;
    let homothetic = area_before * sector.0 / all_before;
    Some(EstebanMarquillas { competitive: homothetic * faster, allocation: (cell.0 - homothetic) * faster })
}

use statrs::distribution::{ContinuousCDF as _, Normal};

/// The location quotient: the share of a sector in an area, divided by its share in the whole territory, LQ_ij =
/// (E_ij / E_i) / (E_j / E).
///
/// Above 1 the sector is concentrated in the area; Σ_j (E_j / E) · LQ_ij = 1 in every area.
///
/// # Undefined
///
/// None where the area or the sector is empty, E_i = 0 or E_j = 0; 0 where only the cell is.
///
/// # Examples
///
/// 120 of an area's 200 firms are of a sector that has 150 of all 1000: 0.6 / 0.15.
///
/// ```
/// use jiju_core::stats::location_quotient;
/// assert_eq!(location_quotient(120.0, 200.0, 150.0, 1000.0), Some(4.0));
/// assert_eq!(location_quotient(0.0, 200.0, 150.0, 1000.0), Some(0.0));
/// assert_eq!(location_quotient(0.0, 0.0, 150.0, 1000.0), None);
/// ```
///
/// # References
///
/// P. Sargant Florence, Investment, Location, and Size of Plant, 1948.
#[must_use]
pub fn location_quotient(in_cell: f64, in_area: f64, in_sector: f64, in_all: f64) -> Option<f64> {
    // One division, so that whole-number tables give the double nearest to the exact ratio.
    (in_area > 0.0 && in_sector > 0.0).then(|| (in_cell * in_all) / (in_area * in_sector))
}

/// The confidence interval of a location quotient of counts, LQ · exp(± z √v), symmetric on the logarithm.
///
/// By the delta method on ln LQ, with the area a part of the territory and the firms of the area (n₁ = E_i, share
/// p₁ = E_ij / E_i) and of the rest (n₂ = E − E_i, p₂ = (E_j − E_ij) / n₂) independent binomials:
/// v = (1/p₁ − n₁/E_j)² p₁(1 − p₁)/n₁ + (n₂/E_j)² p₂(1 − p₂)/n₂. On the logarithm, since a ratio is skewed and cannot be
/// negative; with the area in the territory, since taking the two as independent doubles what they share.
///
/// The interval treats the register as one draw of what firms might do; it says how far the quotient would move by
/// chance alone, and is meant for counts of firms, not for amounts such as output.
///
/// # Undefined
///
/// None if the quotient is none or 0, or the confidence level is not between 0 and 1; and where the area has all firms of the sector,
/// or all firms that there are: there the method sees no chance, and v is 0.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::location_quotient_interval;
/// let (lower, upper) = location_quotient_interval(120.0, 200.0, 150.0, 1000.0, 0.95).unwrap();
/// assert_eq!((format!("{lower:.3}"), format!("{upper:.3}")), ("3.716".to_owned(), "4.306".to_owned()));
/// ```
///
/// # References
///
/// After J. Beyene, R. Moineddin, Methods for confidence interval estimation of a ratio parameter with application to
/// location quotients, BMC Medical Research Methodology 5:32, 2005.
#[must_use]
pub fn location_quotient_interval(
    in_cell: f64,
    in_area: f64,
    in_sector: f64,
    in_all: f64,
    confidence: f64,
) -> Option<(f64, f64)> {
    let quotient = location_quotient(in_cell, in_area, in_sector, in_all)?;
    if quotient <= 0.0 || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    // All firms of the sector, or of the territory, stand in the area: rounding may leave something of v.
    if in_cell >= in_sector || in_area >= in_all {
        return None;
    }
    let share = in_cell / in_area;
    let inside = (1.0 / share - in_area / in_sector).powi(2) * share * (1.0 - share) / in_area;
    let elsewhere = in_all - in_area;
    let rest = (in_sector - in_cell) / elsewhere;
    let outside = (elsewhere / in_sector).powi(2) * rest * (1.0 - rest) / elsewhere;
    let z = Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence));
    let factor = (z * (inside + outside).sqrt()).exp();
    Some((quotient / factor, quotient * factor))
}

/// Litzenberger and Sternberg's cluster index: a sector's density over km² and over heads in an area, each over the territory's, and
/// over how much larger its firms there are than elsewhere,
/// CI = (e_ij / a_i) / (e_j / a) · (e_ij / p_i) / (e_j / p) / ((e_ij / b_ij) / (e_j / b_j)), with e employees, a km², p heads, b firms.
///
/// Each argument is the area's number and the territory's: employees and firms of the sector, km² and heads of all.
///
/// # Undefined
///
/// None where any number but the area's employees is 0 or below; 0 where these are.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::cluster_index;
/// // As everywhere.
/// assert_eq!(cluster_index((1.0, 2.0), (1.0, 2.0), (1.0, 2.0), (1.0, 2.0)), Some(1.0));
/// ```
///
/// # References
///
/// T. Litzenberger, R. Sternberg, Der Clusterindex, Geographische Zeitschrift 94, 2006.
#[must_use]
pub fn cluster_index(
    employees: (f64, f64),
    firms: (f64, f64),
    areas_km2: (f64, f64),
    heads: (f64, f64),
) -> Option<f64> {
    let needed = [employees.1, firms.0, firms.1, areas_km2.0, areas_km2.1, heads.0, heads.1];
    if needed.iter().any(|number| number.is_nan() || *number <= 0.0) {
        return None;
    }
    let over = |other: (f64, f64)| (employees.0 / other.0) / (employees.1 / other.1);
    if employees.0 == 0.0 {
        return Some(0.0);
    }
    Some(over(areas_km2) * over(heads) / over(firms)).filter(|index| index.is_finite())
}

/// A location quotient without one of the largest plants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotientWithoutOne {
    /// The lowest quotient; none if the plant was all of its area or all of its sector.
    pub location_quotient: Option<f64>,
    /// Whether the specialisation depends on a single plant: with it the quotient is at least 1, or its interval
    /// above 1, and without it neither holds.
    pub is_one_firm: bool,
}

/// The least location quotient of a cell with each of its largest plants left out in turn, from the area, the sector and the
/// whole alike.
///
/// `sizes` are those of the cell's plants. With a confidence, the plants are counts: the intervals are compared as well.
///
/// # Undefined
///
/// None where the cell has no plant, or its quotient is not defined.
///
/// # Examples
///
/// An area of 10 employees has 8 of a sector's 20, among 100: in one plant of 7, without which 1 · 93 / (3 · 13) are left.
///
/// ```
/// use jiju_core::stats::quotient_without_one;
/// let found = quotient_without_one(&[1.0, 7.0], (8.0, 10.0, 20.0, 100.0), None, 5).unwrap();
/// assert_eq!((found.location_quotient, found.is_one_firm), (Some(93.0 / 39.0), false));
/// // A lone firm.
/// assert!(quotient_without_one(&[8.0], (8.0, 10.0, 20.0, 100.0), None, 5).unwrap().is_one_firm);
/// ```
#[must_use]
pub fn quotient_without_one(
    sizes: &[f64],
    (in_cell, in_area, in_sector, in_all): (f64, f64, f64, f64),
    confidence: Option<f64>,
    largest: usize,
) -> Option<QuotientWithoutOne> {
    let whole = location_quotient(in_cell, in_area, in_sector, in_all)?;
    let mut sizes: Vec<f64> = sizes.iter().copied().filter(|size| *size > 0.0).collect();
    sizes.sort_unstable_by(|one, other| other.total_cmp(one));
    sizes.truncate(largest);
    sizes.dedup();
    let lower = |cell, area, sector, all| {
        confidence
            .and_then(|confidence| location_quotient_interval(cell, area, sector, all, confidence))
            .map(|ends| ends.0)
    };
    let is_above = |lower: Option<f64>| lower.is_some_and(|lower| lower > 1.0);
    let surely = is_above(lower(in_cell, in_area, in_sector, in_all));
    // The difference may be slightly below 0 by rounding.
    let without = |all: f64, size: f64| if size >= all * (1.0 - 1e-12) { 0.0 } else { all - size };
    let mut found: Option<QuotientWithoutOne> = None;
    for size in sizes {
        let [cell, area, sector, all] = [in_cell, in_area, in_sector, in_all].map(|amount| without(amount, size));
        let quotient = location_quotient(cell, area, sector, all);
        let falls = whole >= 1.0 && quotient.is_none_or(|quotient| quotient < 1.0);
        let is_one_firm = falls || (surely && !is_above(lower(cell, area, sector, all)));
        found = Some(match found {
            None => QuotientWithoutOne { location_quotient: quotient, is_one_firm },
            Some(before) => QuotientWithoutOne {
                location_quotient: before.location_quotient.and_then(|least| quotient.map(|one| one.min(least))),
                is_one_firm: before.is_one_firm || is_one_firm,
            },
        });
    }
    found
}

/// Hachman's index of how like the territory an area's mix of sectors is, 1 / Σ_j s_ij LQ_ij: 1 for the same mix, towards 0 the
/// more the area specialises in what is rare elsewhere. `shares` are the sectors' parts of the area.
///
/// # Undefined
///
/// None where lists differ in length, or the area is empty.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::hachman;
/// assert_eq!(hachman(&[0.5, 0.5], &[Some(1.0), Some(1.0)]), Some(1.0));
/// assert_eq!(hachman(&[1.0, 0.0], &[Some(5.0), Some(0.0)]), Some(0.2));
/// ```
///
/// # References
///
/// F. Hachman, Economic Report to the Governor of Utah, 1995.
#[must_use]
pub fn hachman(shares: &[f64], quotients: &[Option<f64>]) -> Option<f64> {
    if shares.len() != quotients.len() {
        return None;
    }
    // A sector that is nowhere has no quotient and no share.
    let terms = shares.iter().zip(quotients).filter(|(share, _)| **share > 0.0);
    let mean: f64 = terms.map(|(share, quotient)| quotient.map(|quotient| share * quotient)).sum::<Option<f64>>()?;
    (mean > 0.0).then(|| 1.0 / mean)
}

/// The Herfindahl–Hirschman index and quantities derived from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HerfindahlHirschman {
    /// H = Σ s_j², from 1/N (equal shares) to 1 (one has everything).
    pub index: f64,
    /// (H − 1/N) / (1 − 1/N), from 0 to 1 whatever the number N; none for N = 1.
    pub normalised: Option<f64>,
    /// 1/H: the number of equal shares that would give the same index.
    pub effective_number: f64,
}

/// The Herfindahl–Hirschman index of amounts, H = Σ s_j² with s_j = x_j / Σ x and N their number, empty ones included.
///
/// # Undefined
///
/// None where the amounts add up to nothing.
///
/// # Examples
///
/// Shares of 0.2, 0.5, 0.2 and 0.1: 0.04 + 0.25 + 0.04 + 0.01.
///
/// ```
/// use jiju_core::stats::herfindahl_hirschman;
/// let h = herfindahl_hirschman(&[20.0, 50.0, 20.0, 10.0]).unwrap();
/// assert!((h.index - 0.34).abs() < 1e-12 && (h.normalised.unwrap() - 0.12).abs() < 1e-12);
/// assert_eq!(herfindahl_hirschman(&[0.0, 0.0]), None);
/// ```
///
/// # References
///
/// O. C. Herfindahl, Concentration in the U.S. Steel Industry, 1950; A. O. Hirschman, The Paternity of an Index,
/// American Economic Review 54, 1964.
#[must_use]
pub fn herfindahl_hirschman(amounts: &[f64]) -> Option<HerfindahlHirschman> {
    // Shares of the largest amount, whose sum is finite however large the amounts are.
    let largest = amounts.iter().copied().fold(0.0, f64::max);
    let total: f64 = amounts.iter().map(|amount| amount / largest).sum();
    if !total.is_finite() || total <= 0.0 {
        return None;
    }
    let index: f64 = amounts.iter().map(|amount| (amount / largest / total).powi(2)).sum();
    let even = 1.0 / amounts.len() as f64;
    let normalised = (amounts.len() > 1).then(|| (index - even) / (1.0 - even));
    Some(HerfindahlHirschman { index, normalised, effective_number: 1.0 / index })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_amounts_have_shares_too() {
        let found = herfindahl_hirschman(&[1e308; 4]).unwrap();
        assert_eq!((found.index, found.normalised, found.effective_number), (0.25, Some(0.0), 4.0));
    }
}

//! The noncentral distribution of F.

use statrs::function::beta::{beta_reg, ln_beta};
use statrs::function::gamma::ln_gamma;

/// The upper tail of the noncentral distribution of F with `between` and `within` degrees of freedom,
/// Σ_j e^{−λ/2} (λ/2)^j / j! · (1 − I_x(between / 2 + j, within / 2)), x = between f / (between f + within).
///
/// The terms about the mode of the Poisson weights are summed upward, so that the recurrence of the incomplete beta adds what is
/// positive.
pub(super) fn f_upper_tail(f: f64, between: f64, within: f64, noncentrality: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let (a, b) = (between / 2.0, within / 2.0);
    // Both from their own side, so that neither is lost by rounding.
    let x = between * f / (between * f + within);
    let rest = within / (between * f + within);
    let mean = noncentrality / 2.0;
    if mean == 0.0 {
        return beta_reg(b, a, rest);
    }
    // Weights farther from the mode are below 10⁻³⁰.
    let reach = 12.0 * mean.sqrt() + 60.0;
    let (first, last) = ((mean - reach).max(0.0).floor(), (mean + reach).ceil());
    let mut tail = beta_reg(b, a + first, rest);
    let mut ln_weight = first * mean.ln() - mean - ln_gamma(first + 1.0);
    // x^a (1 − x)^b / (a B(a, b)), by which the tail grows with a.
    let mut ln_step = (a + first) * x.ln() + b * rest.ln() - (a + first).ln() - ln_beta(a + first, b);
    let (mut sum, mut weights, mut j) = (0.0, 0.0, first);
    while j <= last {
        let weight = ln_weight.exp();
        sum += weight * tail.min(1.0);
        weights += weight;
        tail += ln_step.exp();
        ln_step += (x * (a + j + b) / (a + j + 1.0)).ln();
        j += 1.0;
        ln_weight += (mean / j).ln();
    }
    (sum / weights).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of scipy 1.17 (`ncf.sf`, `f.sf`).
    #[test]
    fn tails_are_those_of_scipy() {
        for [f, between, within, noncentrality, expected] in TAILS {
            let found = f_upper_tail(f, between, within, noncentrality);
            assert!(
                (found - expected).abs() <= 1e-13 + 1e-9 * expected,
                "{f} {between} {within} {noncentrality}: {found}, {expected}"
            );
        }
    }

    #[rustfmt::skip]
    const TAILS: [[f64; 5]; 32] = [
        [0.05, 1.0, 5.0, 0.0, 0.8319122479866877],
        [0.05, 1.0, 5.0, 900.0, 1.0],
        [0.05, 1.0, 200.0, 12.0, 0.9995169167819588],
        [0.05, 4.0, 5.0, 0.3, 0.9945959644401109],
        [0.05, 4.0, 200.0, 0.0, 0.9952804961223292],
        [0.05, 4.0, 200.0, 900.0, 1.0],
        [0.05, 30.0, 5.0, 12.0, 0.9999999998928476],
        [0.05, 30.0, 200.0, 0.3, 0.9999999999999891],
        [0.9, 1.0, 5.0, 0.0, 0.3863455251399161],
        [0.9, 1.0, 5.0, 900.0, 1.0],
        [0.9, 1.0, 200.0, 12.0, 0.9940329320963072],
        [0.9, 4.0, 5.0, 0.3, 0.5562874360246628],
        [0.9, 4.0, 200.0, 0.0, 0.4649598052353999],
        [0.9, 4.0, 200.0, 900.0, 1.0],
        [0.9, 30.0, 5.0, 12.0, 0.7996866183249823],
        [0.9, 30.0, 200.0, 0.3, 0.6333990113433277],
        [3.0, 1.0, 5.0, 0.0, 0.1438108087116039],
        [3.0, 1.0, 5.0, 900.0, 1.0],
        [3.0, 1.0, 200.0, 12.0, 0.9579831362810127],
        [3.0, 4.0, 5.0, 0.3, 0.14510646514158276],
        [3.0, 4.0, 200.0, 0.0, 0.019629638844249037],
        [3.0, 4.0, 200.0, 900.0, 1.0],
        [3.0, 30.0, 5.0, 12.0, 0.20185373668185352],
        [3.0, 30.0, 200.0, 0.3, 3.096061999269091e-06],
        [40.0, 1.0, 5.0, 0.0, 0.0014565817942910073],
        [40.0, 1.0, 5.0, 900.0, 1.0],
        [40.0, 1.0, 200.0, 12.0, 0.0032500660495712146],
        [40.0, 4.0, 5.0, 0.3, 0.0006493829343891943],
        [40.0, 4.0, 200.0, 0.0, 1.3496783709860817e-24],
        [40.0, 4.0, 200.0, 900.0, 1.0],
        [40.0, 30.0, 5.0, 12.0, 0.0007082946067373168],
        [40.0, 30.0, 200.0, 0.3, 2.576476593762625e-68],
    ];
}

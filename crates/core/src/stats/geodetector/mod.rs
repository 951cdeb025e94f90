//! Spatial stratified heterogeneity: how much of the variance of values lies between strata, and by which factors.

mod discretised;
mod noncentral;

pub use discretised::{DiscretisationTrial, DiscretisedFactor, discretised_factor};

use serde::Serialize;
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::autocorrelation::is_constant;
use crate::error::{Result, StatsError};
use crate::model::named;

const STATISTIC: &str = "the geographical detector";

/// A stratum of a factor: its values in short.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stratum {
    /// The number of values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// The sum of their squared distances from the mean.
    pub squares: f64,
}

impl Stratum {
    /// The variance (with n − 1); none of fewer than two values.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count as f64 - 1.0))
    }
}

/// What a factor explains of values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactorDetector {
    /// The number of values.
    pub n: usize,
    /// The strata that have values, by their numbers.
    pub strata: Vec<(usize, Stratum)>,
    /// The share of the variance that lies between strata, from 0 to 1.
    pub q: Option<f64>,
    /// F = (N − L) / (L − 1) · q / (1 − q), with L strata.
    pub f: Option<f64>,
    /// The degrees of freedom of F, L − 1 and N − L.
    pub degrees_of_freedom: (usize, usize),
    /// The noncentrality λ of Wang, Zhang and Fu.
    pub noncentrality: Option<f64>,
    /// The p-value of F under the noncentral distribution: one-sided, of an F as large where means differ by λ.
    pub p: Option<f64>,
    /// The p-value of F under the central distribution, as in an analysis of variance: one-sided, the null being equal means.
    pub p_central: Option<f64>,
}

/// The factor detector: how much of the variance of values is explained by strata,
///
/// q = 1 − Σ_h N_h σ²_h / (N σ²),
///
/// with the variances σ² divided by the number of values. Its noncentrality is
/// λ = \[Σ_h Ȳ²_h − (Σ_h √N_h Ȳ_h)² / N\] / σ².
///
/// λ depends on where 0 of the values lies, and p with it: add 1000 to all values, and p changes though q does not. The p-value of the
/// central distribution does not depend on it.
///
/// # Units
///
/// `strata` has the number of a stratum for each value.
///
/// # Undefined
///
/// q is none where the values do not vary. F and the p-values are none with one stratum, or with a stratum for each value. Where strata
/// explain everything, F is none and both p-values are 0.
///
/// # Errors
///
/// No value, a value that is not finite, another number of strata than of values.
///
/// # Examples
///
/// Half of the variance of 1, 3, 3, 5 lies between the first two and the last two:
///
/// ```
/// use jiju_core::stats::factor_detector;
/// let found = factor_detector(&[1.0, 3.0, 3.0, 5.0], &[0, 0, 1, 1])?;
/// assert_eq!((found.q, found.f), (Some(0.5), Some(2.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J.-F. Wang, X.-H. Li, G. Christakos, Y.-L. Liao, T. Zhang, X. Gu, X.-Y. Zheng, Geographical detectors-based health risk assessment
/// and its application in the neural tube defects study of the Heshun region, China, International Journal of Geographical
/// Information Science 24, 2010; J.-F. Wang, T.-L. Zhang, B.-J. Fu, A measure of spatial stratified heterogeneity, Ecological
/// Indicators 67, 2016. R's GD leaves strata of one value out of the values too; here they explain theirs.
pub fn factor_detector(values: &[f64], strata: &[usize]) -> Result<FactorDetector> {
    refuse(values, strata)?;
    let strata = of_strata(values, strata);
    let n = values.len();
    let all = stratum(values.iter().copied());
    let degrees_of_freedom = (strata.len() - 1, n - strata.len());
    let (between, within) = (strata.len() as f64 - 1.0, n as f64 - strata.len() as f64);
    let inside: f64 = strata.iter().map(|(_, stratum)| stratum.squares).sum();
    let q = (!is_constant(values)).then(|| (1.0 - inside / all.squares).clamp(0.0, 1.0));
    let tested = q.filter(|_| degrees_of_freedom.0 > 0 && degrees_of_freedom.1 > 0);
    let f = tested.filter(|q| *q < 1.0).map(|q| within / between * q / (1.0 - q));
    let noncentrality = tested.map(|_| {
        let squares: f64 = strata.iter().map(|(_, stratum)| stratum.mean.powi(2)).sum();
        let roots: f64 = strata.iter().map(|(_, stratum)| (stratum.count as f64).sqrt() * stratum.mean).sum();
        // Cauchy and Schwarz leave nothing below 0 but rounding.
        (squares - roots.powi(2) / n as f64).max(0.0) / (all.squares / n as f64)
    });
    let p_of = |noncentrality: f64| match f {
        Some(f) => noncentral::f_upper_tail(f, between, within, noncentrality),
        None => 0.0,
    };
    Ok(FactorDetector {
        n,
        q,
        f,
        degrees_of_freedom,
        p: noncentrality.map(p_of),
        p_central: tested.map(|_| p_of(0.0)),
        noncentrality,
        strata,
    })
}

named! {
    "interaction of factors";

    /// What two factors explain together, against what each explains.
    pub enum InteractionKind {
        /// Less than the lesser of the two.
        WeakenNonlinear,
        /// No less than the lesser, no more than the greater.
        WeakenUnivariate,
        /// More than the greater, less than both together.
        EnhanceBivariate,
        /// As much as both together.
        Independent,
        /// More than both together.
        EnhanceNonlinear,
    }
}

/// What two factors explain together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct InteractionDetector {
    /// q of the first factor.
    pub q_one: Option<f64>,
    /// q of the other factor.
    pub q_other: Option<f64>,
    /// q of the strata that both make, each pair of strata that has values being one.
    pub q_both: Option<f64>,
    /// The kind of interaction.
    pub kind: Option<InteractionKind>,
}

/// The interaction detector: q of the intersections of the strata of two factors, against the q of each.
///
/// q of more strata is never less, so that the two kinds of weakening do not occur but for equality; and where most intersections
/// hold a few values q is near 1 whatever the factors.
///
/// # Undefined
///
/// As for [`factor_detector`].
///
/// # Errors
///
/// Those of [`factor_detector`].
///
/// # Examples
///
/// Neither factor explains anything by itself, together they explain everything:
///
/// ```
/// use jiju_core::stats::{InteractionKind, interaction_detector};
/// let found = interaction_detector(&[0.0, 1.0, 1.0, 0.0], &[0, 0, 1, 1], &[0, 1, 0, 1])?;
/// assert_eq!((found.q_one, found.q_both), (Some(0.0), Some(1.0)));
/// assert_eq!(found.kind, Some(InteractionKind::EnhanceNonlinear));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J.-F. Wang et al., Geographical detectors-based health risk assessment, 2010.
pub fn interaction_detector(values: &[f64], one: &[usize], other: &[usize]) -> Result<InteractionDetector> {
    let [q_one, q_other, q_both] = [one, other, &intersections(one, other)].map(|strata| q_of(values, strata));
    let (q_one, q_other, q_both) = (q_one?, q_other?, q_both?);
    let kind = match (q_one, q_other, q_both) {
        (Some(one), Some(other), Some(both)) => Some(kind_of(one, other, both)),
        _ => None,
    };
    Ok(InteractionDetector { q_one, q_other, q_both, kind })
}

/// The difference between the means of two strata of a factor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RiskDifference {
    /// The number of the first stratum.
    pub one: usize,
    /// The number of the other.
    pub other: usize,
    /// The mean of the first less that of the other.
    pub difference: f64,
    /// Welch's t.
    pub t: Option<f64>,
    /// The degrees of freedom of Welch and Satterthwaite.
    pub degrees_of_freedom: Option<f64>,
    /// The two-sided p-value of t, the null being equal means; not adjusted for the number of pairs.
    pub p: Option<f64>,
}

/// The risk detector: whether the means of values differ between the strata of a factor, pair by pair, by Welch's t with the degrees of
/// freedom as they are, not rounded.
///
/// # Undefined
///
/// t is none for a stratum of one value, and for two strata that do not vary.
///
/// # Errors
///
/// Those of [`factor_detector`].
///
/// # Examples
///
/// ```
/// use jiju_core::stats::risk_detector;
/// let found = risk_detector(&[1.0, 3.0, 4.0, 6.0], &[0, 0, 1, 1])?;
/// assert_eq!((found[0].difference, found[0].degrees_of_freedom), (-3.0, Some(2.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J.-F. Wang et al., Geographical detectors-based health risk assessment, 2010; B. L. Welch, The generalization of “Student's” problem
/// when several different population variances are involved, Biometrika 34, 1947.
pub fn risk_detector(values: &[f64], strata: &[usize]) -> Result<Vec<RiskDifference>> {
    let found = factor_detector(values, strata)?;
    let mut pairs = Vec::new();
    for (place, (one, a)) in found.strata.iter().enumerate() {
        for (other, b) in &found.strata[place + 1..] {
            pairs.push(difference((*one, a), (*other, b)));
        }
    }
    Ok(pairs)
}

/// Whether two factors differ in what they explain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EcologicalDetector {
    /// F = Σ_h N_h σ²_h of the first factor over that of the other: below 1 where the first explains more.
    pub f: Option<f64>,
    /// The degrees of freedom of F, N − 1 and N − 1.
    pub degrees_of_freedom: (usize, usize),
    /// The two-sided p-value of F, twice the smaller tail.
    pub p: Option<f64>,
}

/// The ecological detector: whether one factor leaves less of the variance within its strata than another.
///
/// # Undefined
///
/// None where the values do not vary, or a factor explains everything.
///
/// # Errors
///
/// Those of [`factor_detector`].
///
/// # Examples
///
/// ```
/// use jiju_core::stats::ecological_detector;
/// let values = [1.0, 3.0, 3.0, 5.0];
/// let same = ecological_detector(&values, &[0, 0, 1, 1], &[0, 0, 1, 1])?;
/// assert_eq!((same.f, same.p), (Some(1.0), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J.-F. Wang et al., Geographical detectors-based health risk assessment, 2010. R's GD and geodetector compare the ratio of two q with
/// the quantile 0.9 of the same distribution instead.
pub fn ecological_detector(values: &[f64], one: &[usize], other: &[usize]) -> Result<EcologicalDetector> {
    refuse(values, one)?;
    refuse(values, other)?;
    let inside = |strata| of_strata(values, strata).iter().map(|(_, stratum)| stratum.squares).sum::<f64>();
    let (own, others) = (inside(one), inside(other));
    let freedom = values.len() - 1;
    let f = (!is_constant(values) && own > 0.0 && others > 0.0).then(|| own / others);
    let p = f.map(|f| {
        let upper = noncentral::f_upper_tail(f, freedom as f64, freedom as f64, 0.0);
        let lower = noncentral::f_upper_tail(1.0 / f, freedom as f64, freedom as f64, 0.0);
        (2.0 * upper.min(lower)).min(1.0)
    });
    Ok(EcologicalDetector { f, degrees_of_freedom: (freedom, freedom), p })
}

/// q by itself.
fn q_of(values: &[f64], strata: &[usize]) -> Result<Option<f64>> {
    refuse(values, strata)?;
    if is_constant(values) {
        return Ok(None);
    }
    let inside: f64 = of_strata(values, strata).iter().map(|(_, stratum)| stratum.squares).sum();
    Ok(Some((1.0 - inside / stratum(values.iter().copied()).squares).clamp(0.0, 1.0)))
}

fn kind_of(one: f64, other: f64, both: f64) -> InteractionKind {
    const ROUNDING: f64 = 1e-12;
    let (lesser, greater) = (one.min(other), one.max(other));
    if both < lesser - ROUNDING {
        InteractionKind::WeakenNonlinear
    } else if both <= greater + ROUNDING {
        InteractionKind::WeakenUnivariate
    } else if (both - (one + other)).abs() <= ROUNDING {
        InteractionKind::Independent
    } else if both < one + other {
        InteractionKind::EnhanceBivariate
    } else {
        InteractionKind::EnhanceNonlinear
    }
}

/// A number for each pair of strata that there is.
fn intersections(one: &[usize], other: &[usize]) -> Vec<usize> {
    let mut known = std::collections::BTreeMap::new();
    one.iter()
        .zip(other)
        .map(|pair| {
            let next = known.len();
            *known.entry(pair).or_insert(next)
        })
        .collect()
}

/// The strata that have values, by their numbers.
fn of_strata(values: &[f64], strata: &[usize]) -> Vec<(usize, Stratum)> {
    let mut members: std::collections::BTreeMap<usize, Vec<f64>> = std::collections::BTreeMap::new();
    for (value, number) in values.iter().zip(strata) {
        members.entry(*number).or_default().push(*value);
    }
    members.into_iter().map(|(number, values)| (number, stratum(values.iter().copied()))).collect()
}

fn stratum(values: impl ExactSizeIterator<Item = f64> + Clone) -> Stratum {
    let count = values.len();
    // Of values that are alike the mean is one of them, to the last digit.
    let first = values.clone().next().unwrap_or_default();
    let mean = first + values.clone().map(|value| value - first).sum::<f64>() / count as f64;
    Stratum { count, mean, squares: values.map(|value| (value - mean).powi(2)).sum() }
}

fn difference((one, a): (usize, &Stratum), (other, b): (usize, &Stratum)) -> RiskDifference {
    let error = |stratum: &Stratum| stratum.variance().map(|variance| variance / stratum.count as f64);
    let welch = error(a).zip(error(b)).filter(|(a, b)| a + b > 0.0).map(|(of_one, of_other)| {
        let t = (a.mean - b.mean) / (of_one + of_other).sqrt();
        let parts = of_one.powi(2) / (a.count as f64 - 1.0) + of_other.powi(2) / (b.count as f64 - 1.0);
        (t, (of_one + of_other).powi(2) / parts)
    });
    let p = welch.and_then(|(t, freedom)| {
        let distribution = StudentsT::new(0.0, 1.0, freedom).ok()?;
        Some((2.0 * distribution.cdf(-t.abs())).min(1.0))
    });
    let (t, degrees_of_freedom) = welch.unzip();
    RiskDifference { one, other, difference: a.mean - b.mean, t, degrees_of_freedom, p }
}

fn refuse(values: &[f64], strata: &[usize]) -> Result<(), StatsError> {
    if values.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC });
    }
    if values.len() != strata.len() {
        let (found, expected) = (format!("{} units", strata.len()), format!("{}", values.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the factor", found, expected });
    }
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        return Err(StatsError::Value {
            statistic: STATISTIC,
            place: format!("index {index}"),
            found: values[index],
            expected: "finite numbers",
        });
    }
    Ok(())
}

use crate::model::named;

named! {
    "alternative";

    /// The alternative hypothesis of a test.
    #[derive(Default)]
    pub enum Alternative {
        /// The statistic is either larger or smaller than expected.
        #[default]
        TwoSided,
        /// The statistic is larger than expected.
        Greater,
        /// The statistic is smaller than expected.
        Less,
    }
}

/// The p-value of a standard normal z for an alternative.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Alternative, p_of_z};
/// assert!((p_of_z(1.959_963_984_540_054, Alternative::TwoSided) - 0.05).abs() < 1e-12);
/// assert!((p_of_z(1.959_963_984_540_054, Alternative::Less) - 0.975).abs() < 1e-12);
/// ```
#[must_use]
pub fn p_of_z(z: f64, alternative: Alternative) -> f64 {
    let upper = |z: f64| 0.5 * libm::erfc(z / std::f64::consts::SQRT_2);
    match alternative {
        Alternative::TwoSided => (2.0 * upper(z.abs())).min(1.0),
        Alternative::Greater => upper(z),
        Alternative::Less => upper(-z),
    }
}

/// The pseudo p-value of a statistic, given how many of R permutations gave a value at least and at most as large: (M
/// + 1) / (R + 1), and for the two-sided alternative min(1, 2 times that of the smaller tail).
///
/// # Undefined
///
/// None without permutations.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Alternative, p_of_permutations};
/// assert_eq!(p_of_permutations(7, 992, 999, Alternative::Greater), Some(0.008));
/// assert_eq!(p_of_permutations(7, 992, 999, Alternative::TwoSided), Some(0.016));
/// ```
///
/// # References
///
/// B. V. North, D. Curtis, P. C. Sham, A note on the calculation of empirical P values from Monte Carlo procedures,
/// American Journal of Human Genetics 71, 2002.
#[must_use]
pub fn p_of_permutations(at_least: u64, at_most: u64, permutations: u64, alternative: Alternative) -> Option<f64> {
    let tail = |count: u64| (count + 1) as f64 / (permutations + 1) as f64;
    (permutations > 0).then(|| match alternative {
        Alternative::TwoSided => (2.0 * tail(at_least.min(at_most))).min(1.0),
        Alternative::Greater => tail(at_least),
        Alternative::Less => tail(at_most),
    })
}

/// p-values adjusted by Benjamini and Hochberg, so that of the tests below a level at most about that share are false
/// discoveries: with p₍₁₎ ≤ … ≤ p₍ₘ₎, min over k ≥ i of p₍ₖ₎ m / k. Missing p-values stay missing and are not counted
/// as tests.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::false_discovery_rate;
/// assert_eq!(false_discovery_rate(&[Some(0.01), None, Some(0.04)]), [Some(0.02), None, Some(0.04)]);
/// ```
///
/// # References
///
/// Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57, 1995;
/// M. Caldas de Castro, B. H. Singer, Controlling the false discovery rate: a new application to account for multiple and
/// dependent tests in local statistics of spatial association, Geographical Analysis 38, 2006.
#[must_use]
pub fn false_discovery_rate(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let order = ascending(p);
    let tests = order.len() as f64;
    let mut adjusted = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (rank, (place, p)) in order.into_iter().enumerate().rev() {
        least = least.min(p * tests / (rank + 1) as f64);
        adjusted[place] = Some(least);
    }
    adjusted
}

/// p-values adjusted by Benjamini and Yekutieli: the false discovery rate under any dependence between the tests, as
/// between neighbouring units. They are those of [`false_discovery_rate`] times Σ_{k ≤ m} 1/k, and at most 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::benjamini_yekutieli;
/// assert_eq!(benjamini_yekutieli(&[Some(0.01), None, Some(0.04)]), [Some(0.03), None, Some(0.06)]);
/// ```
///
/// # References
///
/// Y. Benjamini, D. Yekutieli, The control of the false discovery rate in multiple testing under dependency, Annals of
/// Statistics 29, 2001.
#[must_use]
pub fn benjamini_yekutieli(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let harmonic: f64 = (1..=p.iter().flatten().count()).map(|rank| 1.0 / rank as f64).sum();
    false_discovery_rate(p).into_iter().map(|p| p.map(|p| (p * harmonic).min(1.0))).collect()
}

/// p-values adjusted by Holm, which control the family-wise error rate as [`bonferroni`] does and are never larger:
/// the smallest p-value times the number of tests, the next times one less, and so on, none below its predecessor.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::holm;
/// assert_eq!(holm(&[Some(0.01), None, Some(0.04)]), [Some(0.02), None, Some(0.04)]);
/// ```
///
/// # References
///
/// S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut adjusted = vec![None; p.len()];
    let (mut most, order) = (0.0_f64, ascending(p));
    let tests = order.len();
    for (rank, (place, p)) in order.into_iter().enumerate() {
        most = most.max(p * (tests - rank) as f64).min(1.0);
        adjusted[place] = Some(most);
    }
    adjusted
}

/// p-values adjusted by Bonferroni, which control the family-wise error rate: multiplied by the number of tests, and
/// at most 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::bonferroni;
/// assert_eq!(bonferroni(&[Some(0.01), None, Some(0.6)]), [Some(0.02), None, Some(1.0)]);
/// ```
#[must_use]
pub fn bonferroni(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let tests = p.iter().flatten().count() as f64;
    p.iter().map(|p| p.map(|p| (p * tests).min(1.0))).collect()
}

/// The p-values that are known, with their positions, in ascending order.
fn ascending(p: &[Option<f64>]) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> = p.iter().enumerate().filter_map(|(place, p)| Some((place, (*p)?))).collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    order
}

use std::collections::BTreeMap;

/// Krugman's index of the dissimilarity of two distributions, K = Σ_k |a_k / a − b_k / b|: 0 if they are equal, 2 if they are
/// disjoint.
///
/// For the sectors of an area and of the rest of the territory it measures the specialisation of the area; for the areas of a
/// sector and of all firms, the concentration of the sector. EconGeo's coefficient is half of it, [`hoover`].
///
/// # Undefined
///
/// None where lists differ in length or either sums to nothing.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::krugman;
/// assert_eq!(krugman(&[3.0, 1.0], &[1.0, 1.0]), Some(0.5));
/// assert_eq!(krugman(&[1.0, 0.0], &[0.0, 7.0]), Some(2.0));
/// ```
///
/// # References
///
/// P. Krugman, Geography and Trade, 1991.
#[must_use]
pub fn krugman(one: &[f64], other: &[f64]) -> Option<f64> {
    let (all, others) = (sum(one)?, sum(other)?);
    (one.len() == other.len()).then(|| one.iter().zip(other).map(|(a, b)| (a / all - b / others).abs()).sum())
}

/// Hoover's index, also called Hoover–Balassa index: the share that would have to move to make one distribution equal the other,
/// ½ Σ_k |a_k / a − b_k / b|.
///
/// # Undefined
///
/// None in the same cases as [`krugman`].
///
/// # Examples
///
/// ```
/// use jiju_core::stats::hoover;
/// assert_eq!(hoover(&[3.0, 1.0], &[1.0, 1.0]), Some(0.25));
/// ```
///
/// # References
///
/// E. M. Hoover, The measurement of industrial localization, Review of Economics and Statistics 18, 1936.
#[must_use]
pub fn hoover(one: &[f64], other: &[f64]) -> Option<f64> {
    krugman(one, other).map(|index| index / 2.0)
}

/// The Gini coefficient: 0 if all values are equal, (n − 1) / n if one has everything,
/// G = Σ_i (2i − n − 1) x₍ᵢ₎ / (n Σ x).
///
/// Applied to location quotients it is the locational Gini coefficient, in which all areas have the same weight.
///
/// # Undefined
///
/// None without values, for negative or infinite ones, and where they sum to nothing.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::gini;
/// assert!((gini(&[20.0, 50.0, 20.0, 10.0]).unwrap() - 0.3).abs() < 1e-15);
/// ```
///
/// # References
///
/// C. Gini, Variabilità e mutabilità, 1912.
#[must_use]
pub fn gini(values: &[f64]) -> Option<f64> {
    let all = sum(values)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let ranked: f64 = sorted.iter().zip(1..).map(|(value, rank)| (2.0 * f64::from(rank) - n - 1.0) * value).sum();
    // Of equal values rounding leaves a little, to either side.
    let is_equal = sorted.first() == sorted.last();
    Some(if is_equal { 0.0 } else { (ranked / (n * all)).max(0.0) })
}

/// The Gini coefficient of amounts against a reference, from the Lorenz curve in the order of amounts per reference. For the
/// firms of a sector against all firms of the areas it is the Hoover–Gini locational coefficient, not halved; for classes, with
/// their sizes as reference, it is the Gini coefficient of all members.
///
/// G = 1 − Σ_i (r_i / r) (S_i + S_{i−1}), S_i the cumulated share of the amounts, in ascending order of amount per reference.
///
/// # Undefined
///
/// None where lists differ in length, are negative or sum to nothing. Areas with neither amount nor reference do not count;
/// an amount without reference stands last.
///
/// # Examples
///
/// Half of the areas have everything:
///
/// ```
/// use jiju_core::stats::gini_against;
/// assert_eq!(gini_against(&[0.0, 10.0], &[5.0, 5.0]), Some(0.5));
/// ```
///
/// # References
///
/// E. M. Hoover, The measurement of industrial localization, 1936; P. Krugman, Geography and Trade, 1991.
#[must_use]
pub fn gini_against(amounts: &[f64], reference: &[f64]) -> Option<f64> {
    let (all, whole) = (sum(amounts)?, sum(reference)?);
    if amounts.len() != reference.len() {
        return None;
    }
    let mut pairs: Vec<(f64, f64)> =
        amounts.iter().copied().zip(reference.iter().copied()).filter(|pair| *pair != (0.0, 0.0)).collect();
    pairs.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (mut cumulated, mut below) = (0.0, 0.0);
    for (amount, reference) in pairs {
        let next = cumulated + amount / all;
        below += reference / whole * (cumulated + next);
        cumulated = next;
    }
    // Of proportional amounts rounding leaves a little, to either side.
    Some((1.0 - below).max(0.0))
}

/// Theil's T, decomposed into the inequality between and within groups.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Theil {
    /// T: 0 if all values are equal, ln n if one has everything.
    pub index: f64,
    /// The inequality between the means of the groups.
    pub between: f64,
    /// The inequality within the groups, weighted by their shares of the total.
    pub within: f64,
}

/// Theil's T, (1/n) Σ (x / μ) ln(x / μ), and its parts between and within groups, such as districts of towns.
///
/// # Undefined
///
/// None without values, for negative or infinite ones, where they sum to nothing, and where groups are not one for each value.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::theil;
/// let found = theil(&[1.0, 1.0, 3.0, 3.0], &[0, 0, 1, 1]).unwrap();
/// assert!(found.within.abs() < 1e-15 && (found.between - found.index).abs() < 1e-15);
/// ```
///
/// # References
///
/// H. Theil, Economics and Information Theory, 1967.
#[must_use]
pub fn theil(values: &[f64], groups: &[usize]) -> Option<Theil> {
    theil_against(values, &vec![1.0; values.len()], groups)
}

/// Theil's T of amounts against a reference, such as output against population, Σ y_i ln(y_i / p_i) with y and p the shares of both, and
/// its parts between and within groups. With a reference that is the same everywhere it is [`theil`].
///
/// # Undefined
///
/// None where lists differ in length, are negative or sum to nothing, and where something is without a reference.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::theil_against;
/// // As much per head everywhere.
/// assert_eq!(theil_against(&[1.0, 3.0], &[10.0, 30.0], &[0, 0]).unwrap().index, 0.0);
/// ```
///
/// # References
///
/// H. Theil, Economics and Information Theory, 1967.
#[must_use]
pub fn theil_against(amounts: &[f64], reference: &[f64], groups: &[usize]) -> Option<Theil> {
    decomposed(amounts, reference, groups, |[y, _], ratio| if y > 0.0 { y * ratio.ln() } else { 0.0 })
}

/// Theil's L of amounts against a reference, Σ p_i ln(p_i / y_i), and its parts between and within groups; with a reference that is
/// the same everywhere the [`mean_logarithmic_deviation`].
///
/// # Undefined
///
/// None in the same cases as [`theil_against`], and if an amount is 0 where the reference is not: L is infinite.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::theil_l;
/// let found = theil_l(&[1.0, 1.0, 3.0, 3.0], &[1.0; 4], &[0, 0, 1, 1]).unwrap();
/// assert!(found.within.abs() < 1e-15 && (found.index - (4.0_f64 / 3.0).ln() / 2.0).abs() < 1e-15);
/// ```
///
/// # References
///
/// H. Theil, Economics and Information Theory, 1967.
#[must_use]
pub fn theil_l(amounts: &[f64], reference: &[f64], groups: &[usize]) -> Option<Theil> {
    decomposed(amounts, reference, groups, |[_, p], ratio| if p > 0.0 { -p * ratio.ln() } else { 0.0 })
}

/// The sum of terms over units, over groups, and over units within their groups. A term is of the shares of an amount and of its
/// reference, and of the ratio of amount to reference, relative to that of the whole or of the group.
fn decomposed(
    amounts: &[f64],
    reference: &[f64],
    groups: &[usize],
    term: impl Fn([f64; 2], f64) -> f64,
) -> Option<Theil> {
    let (all, whole) = (sum(amounts)?, sum(reference)?);
    if groups.len() != amounts.len() || reference.len() != amounts.len() {
        return None;
    }
    let mut sums: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
    for ((amount, reference), group) in amounts.iter().zip(reference).zip(groups) {
        let [sum, of_reference] = sums.entry(*group).or_default();
        *sum += amount;
        *of_reference += reference;
    }
    let of = |[amount, own]: [f64; 2], [all, whole]: [f64; 2], shares: [f64; 2]| {
        term([amount / shares[0], own / shares[1]], amount / own * (whole / all))
    };
    let (total, units) = ([all, whole], || amounts.iter().zip(reference).map(|(amount, own)| [*amount, *own]));
    let index: f64 = units().map(|unit| of(unit, total, total)).sum();
    let between: f64 = sums.values().map(|group| of(*group, total, total)).sum();
    // Not the difference of the two, which rounding makes less than 0 where groups are equal within.
    let within =
        units().zip(groups).map(|(unit, group)| sums.get(group).map_or(0.0, |sums| of(unit, *sums, total))).sum();
    let [index, between, within] = [index, between, within].map(|part: f64| part.max(0.0));
    index.is_finite().then_some(Theil { index, between, within })
}

/// Simpson's concentration of counts, Σ n_k (n_k − 1) / (N (N − 1)): the probability that two firms drawn at random belong to the same sector. PySAL's
/// `simpson_so`; one minus it is Simpson's diversity.
///
/// # Undefined
///
/// None for fewer than two in all, and for negative or infinite counts.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::simpson;
/// assert_eq!(simpson(&[2.0, 1.0]), Some(1.0 / 3.0));
/// ```
///
/// # References
///
/// E. H. Simpson, Measurement of diversity, Nature 163, 1949.
#[must_use]
pub fn simpson(counts: &[f64]) -> Option<f64> {
    let all = sum(counts).filter(|all| *all > 1.0)?;
    // Counts below 1 are none of firms: their term is negative.
    Some(counts.iter().map(|count| count * (count - 1.0)).sum::<f64>() / (all * (all - 1.0)))
}

/// Theil's H, the dissimilarity of the mixes of sectors in areas: 1 − Σ_i (E_i / E) entropy_i / entropy, from 0 (all areas have
/// the same mix) to 1 (each area has a single sector). A row for each area. PySAL's `theil_th`.
///
/// # Undefined
///
/// None where there is nothing, where rows differ in length, and where there is a single sector.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::theil_h;
/// assert_eq!(theil_h(&[&[2.0, 0.0], &[0.0, 2.0]]), Some(1.0));
/// assert_eq!(theil_h(&[&[1.0, 1.0], &[3.0, 3.0]]), Some(0.0));
/// ```
///
/// # References
///
/// H. Theil, A. J. Finizza, A note on the measurement of racial integration of schools, Journal of Mathematical Sociology 1, 1971.
#[must_use]
pub fn theil_h(rows: &[&[f64]]) -> Option<f64> {
    let sectors = rows.first()?.len();
    if rows.iter().any(|row| row.len() != sectors) {
        return None;
    }
    let totals: Vec<f64> = (0..sectors).map(|sector| rows.iter().map(|row| row[sector]).sum()).collect();
    let (all, entropy) = (sum(&totals)?, shannon_bits(&totals).filter(|bits| *bits > 0.0)?);
    let of_row = |row: &&[f64]| row.iter().sum::<f64>() / all * shannon_bits(row).unwrap_or(0.0);
    Some(1.0 - rows.iter().map(of_row).sum::<f64>() / entropy)
}

/// The mean logarithmic deviation, Theil's L: (1/n) Σ ln(μ / x). REAT calls it Theil's index.
///
/// # Undefined
///
/// None without values, and where one is 0, negative or infinite.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::mean_logarithmic_deviation;
/// assert_eq!(mean_logarithmic_deviation(&[2.0, 2.0]), Some(0.0));
/// assert_eq!(mean_logarithmic_deviation(&[2.0, 0.0]), None);
/// ```
///
/// # References
///
/// H. Theil, Economics and Information Theory, 1967.
#[must_use]
pub fn mean_logarithmic_deviation(values: &[f64]) -> Option<f64> {
    let mean = sum(values)? / values.len() as f64;
    let deviation = values.iter().map(|value| (mean / value).ln()).sum::<f64>() / values.len() as f64;
    Some(deviation).filter(|deviation| deviation.is_finite())
}

/// Shannon's entropy in bits, −Σ s_k log₂ s_k: the diversity of the sectors of an area.
///
/// # Undefined
///
/// None without values, for negative or infinite ones, and where they sum to nothing.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::shannon_bits;
/// assert_eq!(shannon_bits(&[5.0, 5.0, 0.0]), Some(1.0));
/// ```
///
/// # References
///
/// C. E. Shannon, A mathematical theory of communication, 1948.
#[must_use]
pub fn shannon_bits(values: &[f64]) -> Option<f64> {
    let all = sum(values)?;
    // Adding 0 makes a negative 0 one that is not.
    Some(
        -values.iter().filter(|value| **value > 0.0).map(|value| value / all * (value / all).log2()).sum::<f64>() + 0.0,
    )
}

/// Williamson's coefficient: the variation of values per head between areas, weighted by population, √(Σ (x − x̄)² w / Σ w) / x̄.
///
/// # Undefined
///
/// None where lists differ in length, are negative or sum to nothing, or the mean is 0.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::williamson;
/// assert_eq!(williamson(&[1.0, 3.0], &[1.0, 1.0]), Some(0.5));
/// ```
///
/// # References
///
/// J. G. Williamson, Regional inequality and the process of national development, 1965.
#[must_use]
pub fn williamson(values: &[f64], weights: &[f64]) -> Option<f64> {
    let all = sum(weights)?;
    sum(values)?;
    if values.len() != weights.len() {
        return None;
    }
    let mean = values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / all;
    let square = values.iter().zip(weights).map(|(value, weight)| (value - mean).powi(2) * weight).sum::<f64>() / all;
    Some(square.sqrt() / mean).filter(|index| index.is_finite())
}

/// The sum of amounts, where there is something.
fn sum(values: &[f64]) -> Option<f64> {
    let usable = values.iter().all(|value| value.is_finite() && *value >= 0.0);
    Some(values.iter().sum()).filter(|sum: &f64| usable && *sum > 0.0 && sum.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_takes_no_measure_below_0() {
        for value in [0.1, 0.7, 1.0 / 3.0, 2.0] {
            let (equal, heads): (Vec<f64>, Vec<f64>) = (vec![value; 7], (1..8).map(f64::from).collect());
            let proportional: Vec<f64> = heads.iter().map(|head| head * value).collect();
            assert_eq!(gini(&equal), Some(0.0));
            let found = gini_against(&proportional, &heads).unwrap();
            assert!((0.0..1e-12).contains(&found));
            for found in
                [theil_against(&proportional, &heads, &[0, 0, 0, 1, 1, 2, 2]), theil(&equal, &[0, 1, 1, 1, 2, 2, 2])]
            {
                let Theil { index, between, within } = found.unwrap();
                assert!([index, between, within].iter().all(|part| (0.0..1e-12).contains(part)), "{found:?}");
            }
        }
        let halves: Vec<f64> = (0..8).map(|unit| if unit < 4 { 0.0 } else { 10.0 }).collect();
        let found = theil(&halves, &[0, 0, 0, 0, 1, 1, 1, 1]).unwrap();
        assert_eq!((found.index, found.between, found.within), (2.0_f64.ln(), 2.0_f64.ln(), 0.0));
    }
}

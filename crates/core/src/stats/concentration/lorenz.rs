/// The Lorenz curve: the cumulated share of the amounts against the cumulated share of the reference, in ascending order of
/// amounts per reference, from (0, 0) to (1, 1). [`gini_against`](super::gini_against) is twice the area between it and the diagonal; with a
/// reference of 1 for each area, the curve of [`gini`](super::gini).
///
/// # Undefined
///
/// None in the same cases as [`gini_against`](super::gini_against).
///
/// # Examples
///
/// The poorer half has a quarter:
///
/// ```
/// use jiju_core::stats::lorenz_curve;
/// assert_eq!(lorenz_curve(&[3.0, 1.0], &[1.0, 1.0]).unwrap(), [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)]);
/// ```
///
/// # References
///
/// M. O. Lorenz, Methods of measuring the concentration of wealth, Publications of the American Statistical Association 9, 1905.
#[must_use]
pub fn lorenz_curve(amounts: &[f64], reference: &[f64]) -> Option<Vec<(f64, f64)>> {
    super::gini_against(amounts, reference)?;
    let (all, whole): (f64, f64) = (amounts.iter().sum(), reference.iter().sum());
    let mut pairs: Vec<(f64, f64)> =
        reference.iter().copied().zip(amounts.iter().copied()).filter(|pair| *pair != (0.0, 0.0)).collect();
    pairs.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    let mut curve = vec![(0.0, 0.0)];
    let (mut below, mut amount) = (0.0, 0.0);
    for pair in &pairs {
        below += pair.0;
        amount += pair.1;
        curve.push((below / whole, amount / all));
    }
    Some(curve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::gini_against;

    #[test]
    fn gini_is_twice_the_area_above_the_curve() {
        let (amounts, reference) = ([9.0, 0.0, 4.0, 2.5, 0.0], [1.0, 3.0, 0.0, 2.0, 0.0]);
        let curve = lorenz_curve(&amounts, &reference).unwrap();
        let under: f64 = curve.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1)).sum();
        assert!((1.0 - under - gini_against(&amounts, &reference).unwrap()).abs() < 1e-14);
        assert_eq!((curve[0], curve[curve.len() - 1]), ((0.0, 0.0), (1.0, 1.0)));
        assert_eq!(lorenz_curve(&[0.0], &[1.0]), None);
    }
}

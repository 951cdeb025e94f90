use serde::Serialize;

use crate::error::{Result, StatsError};

const STATISTIC: &str = "agglomeration";

/// The agglomeration of a sector beyond what the sizes of its plants imply.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EllisonGlaeser {
    /// The number of plants.
    pub plants: usize,
    /// G = Σ_i (s_i − x_i)², the raw concentration: how far the distribution of the sector over areas is from that of
    /// all firms.
    pub g: f64,
    /// H = Σ_k z_k², the Herfindahl index of the sizes of the plants.
    pub herfindahl: f64,
    /// γ: 0 for locations chosen at random; above 0.05 the sector is strongly agglomerated.
    pub gamma: Option<f64>,
    /// The expected value of G without agglomeration, (1 − Σ x²) H.
    pub expected_g: f64,
    /// z of G: (G − expected) / √variance.
    pub z: Option<f64>,
    /// Maurel and Sédillot's γ̂, based on the raw concentration Σ s² − Σ x².
    pub maurel_sedillot: Option<f64>,
}

/// Ellison and Glaeser's γ = (G − (1 − Σx²) H) / ((1 − Σx²)(1 − H)) from the sizes of a sector's plants, with s_i its share in area i
/// and x_i that of all; and Maurel and Sédillot's ((Σs² − Σx²) / (1 − Σx²) − H) / (1 − H).
///
/// A sector of few large plants is always concentrated in few areas; γ corrects for that. The variance of G without
/// agglomeration is 2 (H² (Σx² − 2Σx³ + (Σx²)²) − Σz⁴ (Σx² − 4Σx³ + 3(Σx²)²)).
///
/// `plants` are the area and the size of each plant, `area_totals` the sizes of all firms of each area.
///
/// # Undefined
///
/// γ and z are none for a single plant, and if all firms are in one area; z is none if the variance is 0.
///
/// # Errors
///
/// A size or total that is negative or not finite; a position that is not an area; no plant with a size above 0; totals of 0.
///
/// # Examples
///
/// Four equal plants, two each in two of four equal areas:
///
/// ```
/// use jiju_core::stats::ellison_glaeser;
///
/// let plants = [(0, 1.0), (0, 1.0), (1, 1.0), (1, 1.0)];
/// let found = ellison_glaeser(&plants, &[10.0; 4])?;
/// assert_eq!((found.g, found.herfindahl), (0.25, 0.25));
/// // (0.25 − 0.75 · 0.25) / (0.75 · 0.75)
/// assert!((found.gamma.unwrap() - 1.0 / 9.0).abs() < 1e-15);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// G. Ellison, E. L. Glaeser, Geographic concentration in U.S. manufacturing industries: a dartboard approach, Journal of
/// Political Economy 105, 1997; F. Maurel, B. Sédillot, A measure of the geographic concentration in French manufacturing
/// industries, Regional Science and Urban Economics 29, 1999.
pub fn ellison_glaeser(plants: &[(usize, f64)], area_totals: &[f64]) -> Result<EllisonGlaeser> {
    refuse(plants, area_totals)?;
    Ok(of_plants(plants, area_totals))
}

/// γ of plants and totals that are known to be right.
pub(in crate::stats) fn gamma_of_plants(plants: &[(usize, f64)], area_totals: &[f64]) -> Option<f64> {
    of_plants(plants, area_totals).gamma
}

fn of_plants(plants: &[(usize, f64)], area_totals: &[f64]) -> EllisonGlaeser {
    let size: f64 = plants.iter().map(|(_, size)| size).sum();
    let mut s = vec![0.0; area_totals.len()];
    plants.iter().for_each(|(area, own)| s[*area] += own / size);
    let z: Vec<f64> = plants.iter().map(|(_, own)| own / size).collect();
    let (h, z4) = (power(&z, 2), power(&z, 4));
    let found = of_shares(&s, area_totals, h);
    let all: f64 = area_totals.iter().sum();
    let x: Vec<f64> = area_totals.iter().map(|total| total / all).collect();
    let (x2, x3) = (power(&x, 2), power(&x, 3));
    let variance = 2.0 * (h * h * (x2 - 2.0 * x3 + x2 * x2) - z4 * (x2 - 4.0 * x3 + 3.0 * x2 * x2));
    EllisonGlaeser {
        plants: plants.len(),
        g: found.g,
        herfindahl: h,
        gamma: found.gamma,
        expected_g: found.expected_g,
        // Of one plant, G says how small its area is, and nothing of agglomeration.
        z: quotient(found.g - found.expected_g, variance.max(0.0).sqrt()).filter(|_| found.gamma.is_some()),
        maurel_sedillot: found.maurel_sedillot,
    }
}

/// The agglomeration of a sector from its amounts in areas and the Herfindahl index of its plants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AgglomerationOfShares {
    /// G = Σ_i (s_i − x_i)², the raw concentration.
    pub g: f64,
    /// The expected value of G without agglomeration, (1 − Σ x²) H.
    pub expected_g: f64,
    /// Ellison and Glaeser's γ, as [`EllisonGlaeser::gamma`].
    pub gamma: Option<f64>,
    /// Maurel and Sédillot's γ̂, as [`EllisonGlaeser::maurel_sedillot`].
    pub maurel_sedillot: Option<f64>,
}

/// Ellison and Glaeser's γ and Maurel and Sédillot's γ̂ where sizes of plants are not known, but their Herfindahl index H is: from a
/// sector's amounts in areas and those of all.
///
/// # Undefined
///
/// None if H is 1, or if all firms are in one area.
///
/// # Errors
///
/// The errors of [`ellison_glaeser`]; lists of different lengths; an H that is not between 0 and 1.
///
/// # Examples
///
/// Four equal plants, two each in two of four equal areas:
///
/// ```
/// use jiju_core::stats::ellison_glaeser_of_shares;
/// let found = ellison_glaeser_of_shares(&[2.0, 2.0, 0.0, 0.0], &[10.0; 4], 0.25)?;
/// assert!((found.gamma.unwrap() - 1.0 / 9.0).abs() < 1e-15);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// See [`ellison_glaeser`].
pub fn ellison_glaeser_of_shares(
    amounts: &[f64],
    area_totals: &[f64],
    herfindahl: f64,
) -> Result<AgglomerationOfShares> {
    if amounts.len() != area_totals.len() {
        let (found, expected) = (format!("{} areas", amounts.len()), area_totals.len().to_string());
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the list of amounts", found, expected }.into());
    }
    if !(0.0..=1.0).contains(&herfindahl) {
        let (found, expected) = (herfindahl.to_string(), "a number from 0 to 1".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "Herfindahl's index", found, expected }.into());
    }
    let places: Vec<(usize, f64)> = amounts.iter().copied().enumerate().collect();
    refuse(&places, area_totals)?;
    let all: f64 = amounts.iter().sum();
    let s: Vec<f64> = amounts.iter().map(|amount| amount / all).collect();
    Ok(of_shares(&s, area_totals, herfindahl))
}

fn of_shares(s: &[f64], area_totals: &[f64], h: f64) -> AgglomerationOfShares {
    let all: f64 = area_totals.iter().sum();
    let x: Vec<f64> = area_totals.iter().map(|total| total / all).collect();
    let x2 = power(&x, 2);
    let g: f64 = s.iter().zip(&x).map(|(s, x)| (s - x).powi(2)).sum();
    let expected_g = (1.0 - x2) * h;
    AgglomerationOfShares {
        g,
        expected_g,
        gamma: quotient(g - expected_g, (1.0 - x2) * (1.0 - h)),
        maurel_sedillot: quotient((power(s, 2) - x2) - h * (1.0 - x2), (1.0 - x2) * (1.0 - h)),
    }
}

fn power(values: &[f64], power: i32) -> f64 {
    values.iter().map(|value| value.powi(power)).sum()
}

fn quotient(above: f64, below: f64) -> Option<f64> {
    Some(above / below).filter(|value| value.is_finite() && below > 1e-14)
}

/// γ of a sector without one of its plants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOut {
    /// The position of the plant that is left out.
    pub plant: usize,
    /// The share of the plant in the sector.
    pub share: f64,
    /// γ without the plant.
    pub gamma: Option<f64>,
}

/// γ without each of the largest plants in turn, the largest first. The totals are without the plant too.
///
/// If γ is above 0 with all plants and not without one of them, what looks like a cluster is a single firm, see
/// [`is_one_firm`].
///
/// # Undefined
///
/// γ is none if a single plant remains.
///
/// # Errors
///
/// The errors of [`ellison_glaeser`].
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{ellison_glaeser, is_one_firm, without_largest};
///
/// let plants = [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0)];
/// let left_out = without_largest(&plants, &[10.0; 4], 2)?;
/// assert_eq!((left_out.len(), left_out[0].plant, left_out[0].share), (2, 0, 0.25));
/// assert!(!is_one_firm(&ellison_glaeser(&plants, &[10.0; 4])?, &left_out));
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn without_largest(plants: &[(usize, f64)], area_totals: &[f64], count: usize) -> Result<Vec<LeftOut>> {
    refuse(plants, area_totals)?;
    let size: f64 = plants.iter().map(|(_, size)| size).sum();
    let mut order: Vec<usize> = (0..plants.len()).collect();
    order.sort_by(|one, other| plants[*other].1.total_cmp(&plants[*one].1).then(one.cmp(other)));
    let without = |plant: usize| {
        let (area, own) = plants[plant];
        let others: Vec<(usize, f64)> =
            plants.iter().enumerate().filter(|(other, _)| *other != plant).map(|(_, other)| *other).collect();
        let mut totals = area_totals.to_vec();
        totals[area] = (totals[area] - own).max(0.0);
        let left: f64 = others.iter().map(|(_, size)| size).sum();
        let gamma =
            (left > 0.0 && totals.iter().sum::<f64>() > 0.0).then(|| of_plants(&others, &totals).gamma).flatten();
        LeftOut { plant, share: own / size, gamma }
    };
    Ok(order.into_iter().take(count).map(without).collect())
}

/// Whether γ is above 0, but becomes 0, negative or undefined when one plant is left out.
#[must_use]
pub fn is_one_firm(whole: &EllisonGlaeser, left_out: &[LeftOut]) -> bool {
    whole.gamma.is_some_and(|gamma| gamma > 0.0)
        && left_out.iter().any(|without| without.gamma.is_none_or(|gamma| gamma <= 0.0))
}

/// Ellison and Glaeser's γᶜ: how much several sectors agglomerate with each other, beyond what each does by itself,
/// γᶜ = (G / (1 − Σx²) − H − Σ_j γ_j w_j² (1 − H_j)) / (1 − Σ_j w_j²), with w_j the sectors' shares of the group, G and H = Σ w_j² H_j
/// of the group as a whole.
///
/// For two sectors it is Σ_i (s_1i − x_i)(s_2i − x_i) / (1 − Σx²).
///
/// # Undefined
///
/// Where a sector's own γ is not defined for other reasons than a single plant, whose term is 0; where one sector is all.
///
/// # Errors
///
/// The errors of [`ellison_glaeser`]; fewer than two sectors.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::coagglomeration;
///
/// // Side by side in the first of two areas.
/// let one = [(0, 1.0), (0, 1.0)];
/// let found = coagglomeration(&[&one, &one], &[10.0, 10.0])?;
/// assert!((found.unwrap() - 1.0).abs() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// G. Ellison, E. L. Glaeser, Geographic concentration in U.S. manufacturing industries: a dartboard approach, 1997, section V.
pub fn coagglomeration(sectors: &[&[(usize, f64)]], area_totals: &[f64]) -> Result<Option<f64>> {
    for plants in sectors {
        refuse(plants, area_totals)?;
    }
    if sectors.len() < 2 {
        let (found, expected) = (sectors.len().to_string(), "2 or more".to_owned());
        return Err(
            StatsError::Option { statistic: STATISTIC, option: "the number of sectors", found, expected }.into()
        );
    }
    let all: f64 = area_totals.iter().sum();
    let x2: f64 = area_totals.iter().map(|total| (total / all).powi(2)).sum();
    let size = |plants: &[(usize, f64)]| plants.iter().map(|(_, size)| size).sum::<f64>();
    let group: f64 = sectors.iter().map(|plants| size(plants)).sum();
    let together: Vec<(usize, f64)> = sectors.concat();
    let whole = of_plants(&together, area_totals);
    let (mut own, mut squares) = (0.0, 0.0);
    for plants in sectors {
        let share = size(plants) / group;
        squares += share * share;
        let one = of_plants(plants, area_totals);
        // γ_j (1 − H_j) is G_j / (1 − Σx²) − H_j, also of a single plant.
        own += share * share * (one.g / (1.0 - x2) - one.herfindahl);
    }
    let found = (whole.g / (1.0 - x2) - whole.herfindahl - own) / (1.0 - squares);
    Ok(Some(found).filter(|found| found.is_finite()))
}

fn refuse(plants: &[(usize, f64)], area_totals: &[f64]) -> Result<(), StatsError> {
    let refused = |place: String, found: f64, expected: &'static str| {
        Err(StatsError::Value { statistic: STATISTIC, place, found, expected })
    };
    for (plant, (area, size)) in plants.iter().enumerate() {
        if *area >= area_totals.len() {
            return refused(format!("the area of plant {}", plant + 1), *area as f64, "an area that there is");
        }
        if !(size.is_finite() && *size >= 0.0) {
            return refused(format!("the size of plant {}", plant + 1), *size, "a size of 0 or more");
        }
    }
    if let Some(area) = area_totals.iter().position(|total| !(total.is_finite() && *total >= 0.0)) {
        return refused(format!("the total of area {}", area + 1), area_totals[area], "a total of 0 or more");
    }
    let nothing = plants.iter().all(|(_, size)| *size == 0.0) || area_totals.iter().all(|total| *total == 0.0);
    if nothing { Err(StatsError::NoValues { statistic: STATISTIC }) } else { Ok(()) }
}

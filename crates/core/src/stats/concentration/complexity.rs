#![expect(clippy::needless_range_loop, reason = "rows and columns of matrices")]

use serde::Serialize;

use crate::error::{Result, StatsError};

const STATISTIC: &str = "economic complexity";

/// Eigenvalues nearer to each other than this are taken as equal.
const EQUAL: f64 = 1e-9;

/// How complex areas and sectors are, by which sectors are at home in which areas.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EconomicComplexity {
    /// The number of sectors that are at home in each area.
    pub diversity: Vec<usize>,
    /// The number of areas in which each sector is at home.
    pub ubiquity: Vec<usize>,
    /// The economic complexity index of each area, with mean 0 and standard deviation (with n) 1.
    pub area_complexity: Vec<Option<f64>>,
    /// The complexity of each sector on the scale of the areas: the index of an area is the mean of its sectors.
    pub sector_complexity: Vec<Option<f64>>,
    /// The second largest eigenvalue, from 0 to 1: the square of the correlation of the two indices over cells at home.
    pub eigenvalue: Option<f64>,
    /// The number of groups of areas and sectors that have nothing at home in another.
    pub components: usize,
}

/// The economic complexity of areas and sectors: areas are complex that have complex sectors, and sectors are that are at home in
/// complex areas.
///
/// With M_as 1 where sector s is at home in area a, diversity k_a = Σ_s M_as and ubiquity k_s = Σ_a M_as, the index of areas is the
/// eigenvector of the second largest eigenvalue of M̃_ab = Σ_s M_as M_bs / (k_a k_s), less its mean, over its standard deviation; that of
/// sectors likewise, so that ECI_a = Σ_s M_as PCI_s / k_a. Signs are such that diverse areas are complex.
///
/// # Units
///
/// `at_home` has a row for each area, with a truth for each sector: whether its location quotient is 1 or more.
///
/// # Undefined
///
/// An area with no sector at home and a sector at home nowhere have no index, and take no part. No index is defined where areas and
/// sectors fall into groups that have nothing in common (the second eigenvalue is 1), where all areas have the same sectors (it is 0),
/// and where the third eigenvalue equals it.
///
/// # Errors
///
/// Rows of different lengths; no cell at home.
///
/// # Examples
///
/// The third area has what few have:
///
/// ```
/// use jiju_core::stats::economic_complexity;
/// let found = economic_complexity(&[vec![true, false, false], vec![true, true, false], vec![true, true, true]])?;
/// assert_eq!((found.diversity, found.ubiquity), (vec![1, 2, 3], vec![3, 2, 1]));
/// assert!(found.area_complexity[2] > found.area_complexity[1] && found.area_complexity[1] > found.area_complexity[0]);
/// assert!(found.sector_complexity[2] > found.sector_complexity[0]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// C. A. Hidalgo, R. Hausmann, The building blocks of economic complexity, PNAS 106, 2009; P. Mealy, J. D. Farmer, A. Teytelboym,
/// Interpreting economic complexity, Science Advances 5, 2019; the scale of sectors is that of the Atlas of Economic Complexity (ecomplexity).
pub fn economic_complexity(at_home: &[Vec<bool>]) -> Result<EconomicComplexity> {
    let sectors = refuse(at_home)?;
    let diversity: Vec<usize> = at_home.iter().map(|row| row.iter().filter(|is| **is).count()).collect();
    let ubiquity: Vec<usize> = (0..sectors).map(|sector| at_home.iter().filter(|row| row[sector]).count()).collect();
    let rows: Vec<usize> = (0..at_home.len()).filter(|area| diversity[*area] > 0).collect();
    let columns: Vec<usize> = (0..sectors).filter(|sector| ubiquity[*sector] > 0).collect();
    if rows.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    // M over the roots of both counts: its singular vectors over these roots are the two indices.
    let scaled: Vec<Vec<f64>> = rows
        .iter()
        .map(|area| {
            let cell = |sector: &usize| {
                let root = (diversity[*area] as f64 * ubiquity[*sector] as f64).sqrt();
                if at_home[*area][*sector] { 1.0 / root } else { 0.0 }
            };
            columns.iter().map(cell).collect()
        })
        .collect();
    let turned: Vec<Vec<f64>> =
        (0..columns.len()).map(|column| scaled.iter().map(|row| row[column]).collect()).collect();
    let by_areas = rows.len() <= columns.len();
    let (own, others) = if by_areas { (&scaled, &turned) } else { (&turned, &scaled) };
    let (values, vectors) = eigen(products(own));
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*other].total_cmp(&values[*one]));
    let value = |rank: usize| order.get(rank).map_or(0.0, |place| values[*place]);
    let components = order.iter().filter(|place| values[**place] > 1.0 - EQUAL).count();
    let is_defined = components == 1 && value(1) > EQUAL && value(1) - value(2) > EQUAL;
    let none = EconomicComplexity {
        area_complexity: vec![None; at_home.len()],
        sector_complexity: vec![None; sectors],
        eigenvalue: (components == 1 && order.len() > 1).then(|| value(1)),
        components,
        diversity,
        ubiquity,
    };
    let Some(second) = order.get(1).filter(|_| is_defined) else { return Ok(none) };
    let first: Vec<f64> = (0..own.len()).map(|unit| vectors[unit][*second]).collect();
    // The other side's vector, of the same sign.
    let second: Vec<f64> =
        others.iter().map(|row| row.iter().zip(&first).map(|(weight, x)| weight * x).sum()).collect();
    let (of_areas, of_sectors) = if by_areas { (&first, &second) } else { (&second, &first) };
    let of_sectors: Vec<f64> =
        of_sectors.iter().zip(&columns).map(|(x, sector)| x / (none.ubiquity[*sector] as f64).sqrt()).collect();
    let mut raw: Vec<f64> = (rows.iter().zip(of_areas))
        .map(|(area, _)| {
            let own = columns.iter().zip(&of_sectors).filter(|(sector, _)| at_home[*area][**sector]);
            own.map(|(_, x)| x).sum::<f64>() / none.diversity[*area] as f64
        })
        .collect();
    let count = raw.len() as f64;
    let mean = raw.iter().sum::<f64>() / count;
    let mut deviation = (raw.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
    let mean_diversity = rows.iter().map(|area| none.diversity[*area] as f64).sum::<f64>() / count;
    let together: f64 =
        rows.iter().zip(&raw).map(|(area, x)| (none.diversity[*area] as f64 - mean_diversity) * (x - mean)).sum();
    if together < 0.0 {
        deviation = -deviation;
    }
    raw.iter_mut().for_each(|x| *x = (*x - mean) / deviation);
    let mut found = none;
    rows.iter().zip(&raw).for_each(|(area, x)| found.area_complexity[*area] = Some(*x));
    columns
        .iter()
        .zip(&of_sectors)
        .for_each(|(sector, x)| found.sector_complexity[*sector] = Some((x - mean) / deviation));
    Ok(found)
}

/// The relatedness density of each sector in each area, ω_as = Σ_{t≠s} φ_st M_at / Σ_{t≠s} φ_st with φ the proximity of
/// [`relatedness`](crate::stats::relatedness): the share of what is related to the sector that is at home in the area.
///
/// The sector itself is left out, so that the density does not tell whether the sector is there already.
///
/// # Undefined
///
/// None for a sector to which nothing is related.
///
/// # Errors
///
/// Rows of different lengths; no area.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::relatedness_density;
/// let density = relatedness_density(&[vec![true, true, false], vec![true, true, true], vec![false, false, true]])?;
/// // Of the first sector's relatives, the second (1) and the third (1/2), the first area has the second.
/// assert_eq!(density[0][0], Some(1.0 / 1.5));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// C. A. Hidalgo, B. Klinger, A.-L. Barabási, R. Hausmann, The product space conditions the development of nations, Science 317, 2007;
/// R. Boschma, P.-A. Balland, D. F. Kogler, Relatedness and technological change in cities, Industrial and Corporate Change 24, 2015
/// (EconGeo, which gives per cent; ecomplexity counts the sector itself).
pub fn relatedness_density(at_home: &[Vec<bool>]) -> Result<Vec<Vec<Option<f64>>>> {
    let sectors = refuse(at_home)?;
    let mut proximity = vec![vec![0.0; sectors]; sectors];
    for pair in crate::stats::relatedness(at_home) {
        let near = pair.proximity.unwrap_or(0.0);
        proximity[pair.one][pair.other] = near;
        proximity[pair.other][pair.one] = near;
    }
    let all: Vec<f64> = proximity.iter().map(|row| row.iter().sum()).collect();
    let of_cell = |row: &Vec<bool>, sector: usize| {
        let here: f64 = proximity[sector].iter().zip(row).filter(|(_, is)| **is).map(|(near, _)| near).sum();
        (all[sector] > 0.0).then(|| here / all[sector])
    };
    Ok(at_home.iter().map(|row| (0..sectors).map(|sector| of_cell(row, sector)).collect()).collect())
}

/// Whether cells that changed had another relatedness density than those that could have and did not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DensityOfChanges {
    /// The number of cells that changed.
    pub changed: usize,
    /// The number of cells that could have and did not.
    pub unchanged: usize,
    /// The mean density of those that changed.
    pub mean_of_changed: Option<f64>,
    /// The mean density of those that did not.
    pub mean_of_unchanged: Option<f64>,
    /// The share of pairs of one of each in which the one that changed had the greater density, ties by half: 0.5 is chance.
    pub greater_share: Option<f64>,
    /// The two-sided p-value of the rank sum (Mann and Whitney), by the normal distribution with the correction for ties. Cells of an
    /// area are not independent, so that it is too small.
    pub p: Option<f64>,
}

/// Compares the relatedness densities of cells that changed with those of cells that did not.
///
/// For entries give the cells whose sector was not at home, for exits those whose sector was: each its density and whether it changed.
///
/// # Undefined
///
/// None where one of the two groups is empty; p also where all densities are equal.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::density_of_changes;
/// let found = density_of_changes(&[(0.8, true), (0.5, false), (0.1, false)]);
/// assert_eq!((found.changed, found.greater_share), (1, Some(1.0)));
/// ```
///
/// # References
///
/// H. B. Mann, D. R. Whitney, On a test of whether one of two random variables is stochastically larger than the other, Annals of
/// Mathematical Statistics 18, 1947.
#[must_use]
pub fn density_of_changes(cells: &[(f64, bool)]) -> DensityOfChanges {
    let mut sorted = cells.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut rank_sum, mut ties, mut start) = (0.0, 0.0, 0);
    while start < sorted.len() {
        let end = start + sorted[start..].iter().take_while(|(density, _)| *density == sorted[start].0).count();
        let tied = (end - start) as f64;
        // The mean rank of those that are tied.
        let rank = (start + end + 1) as f64 / 2.0;
        rank_sum += rank * sorted[start..end].iter().filter(|(_, changed)| *changed).count() as f64;
        ties += tied.powi(3) - tied;
        start = end;
    }
    let group = |wanted: bool| cells.iter().filter(move |(_, changed)| *changed == wanted).map(|(density, _)| *density);
    let (changed, unchanged) = (group(true).count(), group(false).count());
    let mean = |wanted: bool, count: usize| (count > 0).then(|| group(wanted).sum::<f64>() / count as f64);
    let (a, b) = (changed as f64, unchanged as f64);
    let n = a + b;
    let wins = rank_sum - a * (a + 1.0) / 2.0;
    let both = changed > 0 && unchanged > 0;
    let variance = a * b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    let p = (both && variance > 0.0).then(|| {
        let z = (wins - a * b / 2.0) / variance.sqrt();
        crate::stats::p_of_z(z, crate::stats::Alternative::TwoSided)
    });
    DensityOfChanges {
        changed,
        unchanged,
        mean_of_changed: mean(true, changed),
        mean_of_unchanged: mean(false, unchanged),
        greater_share: both.then(|| wins / (a * b)),
        p,
    }
}

/// The number of sectors.
fn refuse(at_home: &[Vec<bool>]) -> Result<usize, StatsError> {
    let sectors = at_home.first().map_or(0, Vec::len);
    if sectors == 0 {
        return Err(StatsError::NoValues { statistic: STATISTIC });
    }
    match at_home.iter().find(|row| row.len() != sectors) {
        None => Ok(sectors),
        Some(row) => {
            let (found, expected) = (format!("{} sectors", row.len()), sectors.to_string());
            Err(StatsError::Shape { statistic: STATISTIC, what: "a row", found, expected })
        }
    }
}

/// The products of rows with rows.
fn products(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let product = |one: &Vec<f64>, other: &Vec<f64>| one.iter().zip(other).map(|(a, b)| a * b).sum();
    rows.iter().map(|one| rows.iter().map(|other| product(one, other)).collect()).collect()
}

/// Eigenvalues and eigenvectors, in columns, of a symmetric matrix, by Jacobi's rotations.
fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    const SWEEPS: usize = 60;
    let n = matrix.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..n).map(|row| (0..n).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n).map(|row| matrix[row][row + 1..].iter().map(|x| x * x).sum::<f64>()).sum();
        if off < 1e-30 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                let apart = matrix[p][q];
                if apart.abs() < 1e-300 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * apart);
                let t = 1f64.copysign(theta) / (theta.abs() + theta.hypot(1.0));
                let cosine = 1.0 / t.hypot(1.0);
                let sine = t * cosine;
                for k in 0..n {
                    let (a, b) = (matrix[k][p], matrix[k][q]);
                    (matrix[k][p], matrix[k][q]) = (cosine * a - sine * b, sine * a + cosine * b);
                }
                for k in 0..n {
                    let (a, b) = (matrix[p][k], matrix[q][k]);
                    (matrix[p][k], matrix[q][k]) = (cosine * a - sine * b, sine * a + cosine * b);
                }
                for row in &mut vectors {
                    let (a, b) = (row[p], row[q]);
                    (row[p], row[q]) = (cosine * a - sine * b, sine * a + cosine * b);
                }
            }
        }
    }
    ((0..n).map(|unit| matrix[unit][unit]).collect(), vectors)
}

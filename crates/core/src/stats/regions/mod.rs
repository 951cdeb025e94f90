//! Regions: partitions of areas into groups of similar neighbours.
//!
//! | file | holds |
//! | --- | --- |
//! | `skater` | a given number of regions, by cutting a tree |
//! | `max_p` | as many regions as a minimum size allows |

mod max_p;
mod skater;

pub use max_p::{MaxPOptions, max_p};
pub use skater::{SkaterOptions, skater};

use serde::Serialize;

use crate::error::{Result, StatsError};
use crate::model::Weights;

/// A partition of areas into regions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Regions {
    /// The region of each area, numbered from 0 in the order of their first areas.
    pub labels: Vec<u32>,
    /// The number of areas in each region.
    pub sizes: Vec<usize>,
    /// The sum of squared distances of each region's areas from their mean.
    pub within: Vec<f64>,
    /// The sum of `within` over all regions.
    pub within_sum: f64,
    /// The sum of squared distances of all areas from the overall mean.
    pub total_sum: f64,
    /// The share of `total_sum` that lies between regions; none if all areas are equal.
    pub between_share: Option<f64>,
}

/// A minimum that each region must reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    /// The amount of each area, such as its population.
    pub amounts: Vec<f64>,
    /// The smallest total amount of a region.
    pub least: f64,
}

/// Standard scores: values minus their mean, divided by their standard deviation with n − 1, so that columns of
/// different units have the same weight.
///
/// # Undefined
///
/// Values that are all equal become 0: they tell no areas apart.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::standard_scores;
///
/// assert_eq!(standard_scores(&[1.0, 2.0, 3.0]), [-1.0, 0.0, 1.0]);
/// ```
#[must_use]
pub fn standard_scores(values: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / (count - 1.0)).sqrt();
    let is_flat = values.iter().all(|value| *value == values[0]);
    values.iter().map(|value| if is_flat { 0.0 } else { (value - mean) / deviation }).collect()
}

/// Areas with their values, as regions are made of them.
struct Attributes {
    /// The values of each area, less the mean of all.
    values: Vec<Vec<f64>>,
}

impl Attributes {
    fn new(columns: &[Vec<f64>], areas: usize) -> Self {
        let means: Vec<f64> = columns.iter().map(|column| column.iter().sum::<f64>() / areas as f64).collect();
        let of_area = |area: usize| columns.iter().zip(&means).map(|(column, mean)| column[area] - mean).collect();
        Self { values: (0..areas).map(of_area).collect() }
    }

    fn square(&self, one: usize, other: usize) -> f64 {
        square(&self.values[one], &self.values[other])
    }

    fn mean(&self, areas: &[usize]) -> Vec<f64> {
        let columns = self.values.first().map_or(0, Vec::len);
        (0..columns)
            .map(|column| areas.iter().map(|area| self.values[*area][column]).sum::<f64>() / areas.len() as f64)
            .collect()
    }

    /// The sum of squared distances from the mean.
    fn within(&self, areas: &[usize]) -> f64 {
        let mean = self.mean(areas);
        areas.iter().map(|area| square(&self.values[*area], &mean)).sum()
    }
}

fn square(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum()
}

impl Regions {
    /// Makes regions of groups of areas in any order.
    fn from_groups(mut groups: Vec<Vec<usize>>, attributes: &Attributes) -> Self {
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        let count = groups.iter().map(Vec::len).sum();
        let mut labels = vec![0; count];
        for (label, group) in (0..).zip(&groups) {
            group.iter().for_each(|area| labels[*area] = label);
        }
        let within: Vec<f64> = groups.iter().map(|group| attributes.within(group)).collect();
        let within_sum = within.iter().sum();
        let total_sum = attributes.within(&(0..count).collect::<Vec<_>>());
        let between_share = (total_sum > 0.0).then(|| 1.0 - within_sum / total_sum);
        let sizes = groups.iter().map(Vec::len).collect();
        Self { labels, sizes, within, within_sum, total_sum, between_share }
    }
}

/// Returns whether areas together reach every floor.
fn reaches(sums: &[f64], floors: &[Floor]) -> bool {
    // Sums of the same amounts in another order differ by rounding.
    sums.iter().zip(floors).all(|(sum, floor)| *sum >= floor.least - floor.least.abs() * 1e-12)
}

fn sums(areas: &[usize], floors: &[Floor]) -> Vec<f64> {
    floors.iter().map(|floor| areas.iter().map(|area| floor.amounts[*area]).sum()).collect()
}

/// Refuses lists that are not one number for each area, numbers that are none, and floors that a group of neighbours cannot
/// reach; gives the groups.
fn groups(
    statistic: &'static str,
    columns: &[Vec<f64>],
    weights: &Weights,
    floors: &[Floor],
) -> Result<Vec<Vec<usize>>, StatsError> {
    if weights.is_empty() || columns.is_empty() {
        return Err(StatsError::NoValues { statistic });
    }
    let lists = columns.iter().map(|column| ("a column", column));
    for (what, list) in lists.chain(floors.iter().map(|floor| ("a floor", &floor.amounts))) {
        if list.len() != weights.len() {
            let found = format!("{} numbers", list.len());
            let expected = format!("{}, one for each area of the weights", weights.len());
            return Err(StatsError::Shape { statistic, what, found, expected });
        }
        if let Some(area) = list.iter().position(|number| !number.is_finite()) {
            let (place, found) = (format!("area `{}`", weights.ids()[area]), list[area]);
            return Err(StatsError::Value { statistic, place, found, expected: "a finite number" });
        }
    }
    for floor in floors {
        if let Some(area) = floor.amounts.iter().position(|amount| *amount < 0.0) {
            let (place, found) = (format!("the floor of area `{}`", weights.ids()[area]), floor.amounts[area]);
            return Err(StatsError::Value { statistic, place, found, expected: "0 or more" });
        }
        if !floor.least.is_finite() {
            let (found, expected) = (floor.least.to_string(), "a finite number".to_owned());
            return Err(StatsError::Option { statistic, option: "the floor", found, expected });
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (area, component) in weights.components().into_iter().enumerate() {
        if component == groups.len() {
            groups.push(Vec::new());
        }
        groups[component].push(area);
    }
    let low: Vec<&str> = groups
        .iter()
        .filter(|group| !reaches(&sums(group, floors), floors))
        .map(|group| weights.ids()[group[0]].as_str())
        .collect();
    if !low.is_empty() {
        return Err(StatsError::Shape {
            statistic,
            what: "a floor",
            found: format!("groups without neighbours in another that do not reach it, about {}", low.join(", ")),
            expected: "a floor that every such group reaches, or neighbours that join them".to_owned(),
        });
    }
    Ok(groups)
}

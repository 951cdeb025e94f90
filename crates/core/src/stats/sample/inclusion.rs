use super::STATISTIC;
use crate::error::{Result, StatsError};

/// Inclusion probabilities as whole numbers of a common denominator, so that arithmetic with them is exact.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::Inclusion;
/// let third = Inclusion::equal(2, 6)?; // 2 of 6 units
/// assert_eq!((third.len(), third.probability(0)), (6, 1.0 / 3.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    parts: Vec<u64>,
    whole: u64,
}

/// Twice the denominator fits.
const LARGEST_WHOLE: u64 = 1 << 62;

impl Inclusion {
    /// The probabilities `parts / whole`.
    ///
    /// # Errors
    ///
    /// A denominator of 0 or above 2⁶²; a part that is more than it.
    pub fn new(parts: Vec<u64>, whole: u64) -> Result<Self> {
        if whole == 0 || whole > LARGEST_WHOLE {
            let (found, expected) = (whole.to_string(), "1 … 2⁶²".to_owned());
            return Err(StatsError::Option { statistic: STATISTIC, option: "the denominator", found, expected }.into());
        }
        if let Some((unit, part)) = parts.iter().enumerate().find(|(_, part)| **part > whole) {
            let (place, found) = (format!("unit {}", unit + 1), *part as f64 / whole as f64);
            let expected = "a probability of at most 1";
            return Err(StatsError::Value { statistic: STATISTIC, place, found, expected }.into());
        }
        Ok(Self { parts, whole })
    }

    /// The same probability, `size / population`, for each unit of a population.
    ///
    /// # Errors
    ///
    /// A size above the population; a population above 2⁶² or beyond memory.
    pub fn equal(size: u64, population: u64) -> Result<Self> {
        let units = usize::try_from(population).unwrap_or(usize::MAX);
        Self::new(vec![size; units], population.max(1))
    }

    /// The number of units.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Returns whether there are no units.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The probability of a unit; 0 for a unit that there is not.
    #[must_use]
    pub fn probability(&self, unit: usize) -> f64 {
        self.parts.get(unit).map_or(0.0, |part| *part as f64 / self.whole as f64)
    }

    pub(super) fn parts(&self) -> &[u64] {
        &self.parts
    }

    pub(super) const fn whole(&self) -> u64 {
        self.whole
    }
}

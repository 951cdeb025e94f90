//! Enterprises, or a weight of theirs, per area and sector.

use std::fmt;
use std::str::FromStr;

use crate::error::{ProjectError, Result};
use crate::join::{Addend, Counted, counts_of};
use crate::model::{Areas, Counts, Enterprise, Match, Register, column};

/// An additive column of the register by which enterprises are weighed instead of being counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// `employees` 从业人数.
    Employees,
    /// `output_cny` 产值（元）.
    OutputCny,
    /// `tax_cny` 税收（元）.
    TaxCny,
    /// `land_mu` 用地（亩）.
    LandMu,
    /// `energy_tce` 能耗（吨标煤）.
    EnergyTce,
}

impl Weight {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Employees, Self::OutputCny, Self::TaxCny, Self::LandMu, Self::EnergyTce];

    /// The name of its column in the register.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Employees => column::EMPLOYEES,
            Self::OutputCny => column::OUTPUT_CNY,
            Self::TaxCny => column::TAX_CNY,
            Self::LandMu => column::LAND_MU,
            Self::EnergyTce => column::ENERGY_TCE,
        }
    }

    fn of_firm(self, enterprise: &Enterprise) -> Option<f64> {
        match self {
            Self::Employees => enterprise.employees,
            Self::OutputCny => enterprise.output_cny,
            Self::TaxCny => enterprise.tax_cny,
            Self::LandMu => enterprise.land_mu,
            Self::EnergyTce => enterprise.energy_tce,
        }
        .filter(|amount| amount.is_finite())
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.column())
    }
}

impl FromStr for Weight {
    type Err = ProjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|weight| weight.column() == text.trim()).ok_or_else(|| ProjectError::Unknown {
            what: "weight",
            found: text.to_owned(),
            available: Self::ALL.map(|weight| weight.column().to_owned()).to_vec(),
        })
    }
}

/// Enterprises, or a weight of theirs, per area and sector; as [`counts_of`].
///
/// # Units
///
/// Firms without a weight, else the unit of the weight's column.
///
/// # Errors
///
/// Refuses matches that are not as many as the enterprises, or that name areas the layer does not hold.
pub fn counts(
    register: &Register,
    matches: &[Match],
    areas: &Areas,
    sectors: &[String],
    weight: Option<Weight>,
) -> Result<Counted> {
    let addends: Vec<Addend<'_>> = register
        .enterprises()
        .iter()
        .map(|enterprise| Addend {
            row: enterprise.row,
            sector: enterprise.sector.as_deref(),
            amount: weight.map_or(Some(1.0), |weight| weight.of_firm(enterprise)),
        })
        .collect();
    Ok(counts_of(&addends, matches, areas, sectors, weight.map_or(Counts::FIRMS, Weight::column))?)
}

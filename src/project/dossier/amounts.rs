//! How much: firms, employees, output, taxes, land and energy of a block economy, with their shares.

use polars::prelude::DataFrame;

use super::desk::{Desk, number, row_of, text};
use super::headline::total;
use crate::check::DISTRICT;
use crate::error::Result;
use crate::measure::Per;
use crate::model::{Counts, column};
use crate::progress::{CountBy, Counted, counts_by};
use crate::project::progress::towns;

/// An amount of the block economy.
#[derive(Debug, Clone)]
pub(super) struct Amount {
    /// The column of the register, or [`Counts::FIRMS`].
    pub(super) column: &'static str,
    /// Of the block economy.
    pub(super) amount: f64,
    /// Its share of the trade in all districts.
    pub(super) of_trade: Option<f64>,
    /// Its share of all firms of the district.
    pub(super) of_district: Option<f64>,
    /// Of all firms of the district.
    pub(super) district: f64,
    /// Firms of the block economy without the amount.
    pub(super) missing: usize,
}

/// What the ledger says of the block economy, for a programme.
#[derive(Debug, Clone)]
pub(super) struct OfProgramme {
    pub(super) name_zh: String,
    pub(super) name_en: String,
    pub(super) listed: f64,
    pub(super) accepted: f64,
}

/// How much a block economy is.
pub(super) struct Amounts {
    /// The firms, and each amount that the register holds.
    pub(super) amounts: Vec<Amount>,
    pub(super) programmes: Vec<OfProgramme>,
    /// Rows of the register that the check rejected.
    pub(super) rejected: usize,
}

/// The columns of amounts that a register may have.
const COLUMNS: [&str; 5] =
    [column::EMPLOYEES, column::OUTPUT_CNY, column::TAX_CNY, column::LAND_MU, column::ENERGY_TCE];

impl Amounts {
    pub(super) fn of(&self, column: &str) -> Option<&Amount> {
        self.amounts.iter().find(|one| one.column == column)
    }

    /// An amount of the block economy for each unit of another, and the same of all firms of the district.
    pub(super) fn per(&self, column: &str, unit: &str) -> Option<(f64, f64)> {
        let (one, other) = (self.of(column)?, self.of(unit)?);
        (other.amount > 0.0 && other.district > 0.0).then(|| (one.amount / other.amount, one.district / other.district))
    }
}

/// Sums what the register and the ledger hold of the block economy.
pub(super) fn amounts(desk: &Desk<'_>) -> Result<Amounts> {
    let members = desk.members()?;
    let frame = &desk.firms.frame;
    let mut amounts = Vec::new();
    for (column, weight) in std::iter::once((Counts::FIRMS, None)).chain(COLUMNS.map(|column| (column, Some(column)))) {
        let cells_of = |name: &str| frame.column(name).and_then(|cells| cells.f64().cloned()).ok();
        let mut missing = 0;
        if let Some(cells) = weight.and_then(cells_of) {
            let own = cells.iter().zip(&members).filter(|(_, (_, is_own))| *is_own);
            let (held, all) = own.fold((0, 0), |(held, all), (cell, _)| (held + usize::from(cell.is_some()), all + 1));
            if held == 0 {
                continue;
            }
            missing = all - held;
        }
        let cells = desk.run(&desk.concentration(&desk.firms, DISTRICT, weight, Per::Cell), &[])?.frame()?;
        amounts.extend(amount(desk, &cells, column, missing));
    }
    let survey = desk.survey;
    Ok(Amounts { amounts, programmes: programmes(desk)?, rejected: survey.register.rejects.len() })
}

fn amount(desk: &Desk<'_>, cells: &DataFrame, column: &'static str, missing: usize) -> Option<Amount> {
    let own = [("area", desk.district()), ("sector", desk.trade.sector.as_str())];
    let row = row_of(cells, &own)?;
    let in_district = |row: &usize| text(cells, *row, "area").as_deref() == Some(desk.district());
    let district = (0..cells.height()).filter(in_district).filter_map(|row| number(cells, row, "count")).sum();
    let amount = number(cells, row, "count")?;
    let of_trade = total(cells, &desk.trade.sector);
    Some(Amount {
        column,
        amount,
        of_trade: (of_trade > 0.0).then(|| amount / of_trade),
        of_district: number(cells, row, "share"),
        district,
        missing,
    })
}

/// The firms of the block economy in the ledger, for each programme.
fn programmes(desk: &Desk<'_>) -> Result<Vec<OfProgramme>> {
    let survey = desk.survey;
    let (register, ledger) = (&survey.register, &survey.ledger.ledger);
    let towns = towns(ledger, &survey.layers, &register.matches, &register.register);
    let counted = Counted {
        policy: &survey.policy,
        ledger,
        register: &register.register,
        standing: &register.standing,
        towns: &towns,
        as_of: desk.project.as_of,
    };
    let counts = counts_by(&counted, CountBy::Block)?;
    let own = |row: &usize| text(&counts, *row, "group").as_deref() == Some(&desk.trade.block.term.id);
    let listed = survey.policy.stages.first().map_or(column::LISTED, |stage| stage.column.as_str());
    let found = (0..counts.height()).filter(own).map(|row| OfProgramme {
        name_zh: text(&counts, row, column::PROGRAMME_NAME_ZH).unwrap_or_default(),
        name_en: text(&counts, row, column::PROGRAMME_NAME_EN).unwrap_or_default(),
        listed: number(&counts, row, listed).unwrap_or_default(),
        accepted: number(&counts, row, column::ACCEPTED).unwrap_or_default(),
    });
    Ok(found.collect())
}

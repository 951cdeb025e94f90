//! The block economy that is asked for, and its trade: the sector whose firms it would be of, wherever they stand.

use crate::check::{CheckOutcome, CheckedRegister, DISTRICT, needed};
use crate::error::{ProjectError, Result};
use crate::model::{Enterprise, Register};
use crate::policy::{BlockEconomy, Policy, Sector};
use crate::source::Layer;
use crate::source::layers;

/// The layer of small areas that is taken where the project has it.
const TOWN: &str = "town";

/// A block economy and its trade.
#[derive(Debug, Clone)]
pub(super) struct Trade {
    /// The block economy.
    pub(super) block: BlockEconomy,
    /// The id of the sector of its industry codes.
    pub(super) sector: String,
    /// Whether the policy has no sector of just these codes, so that one was made.
    pub(super) is_made: bool,
}

/// A block economy by its id, or by its name where only one is called so.
///
/// # Errors
///
/// [`ProjectError::Unknown`] with those that there are.
pub(super) fn block<'a>(policy: &'a Policy, wanted: &str) -> Result<&'a BlockEconomy> {
    let wanted = wanted.trim();
    if let Some(found) = policy.blocks.iter().find(|block| block.term.id == wanted) {
        return Ok(found);
    }
    let mut named = policy.blocks.iter().filter(|block| block.term.name_zh == wanted || block.term.name_en == wanted);
    match (named.next(), named.next()) {
        (Some(found), None) => Ok(found),
        _ => {
            let available = policy.blocks.iter().map(|block| block.term.id.clone()).collect();
            Err(ProjectError::Unknown { what: "block economy", found: wanted.to_owned(), available }.into())
        }
    }
}

/// Makes the industry codes of a block economy a sector, where the policy has none of just these codes.
pub(super) fn as_sector(outcome: &mut CheckOutcome, block: BlockEconomy) -> Result<Trade> {
    let policy = needed(outcome.policy.as_mut(), "a dossier", "‹policy›")?;
    let same = |sector: &&Sector| {
        sector.code_prefixes.len() == block.code_prefixes.len()
            && sector.code_prefixes.iter().all(|prefix| block.code_prefixes.contains(prefix))
    };
    if let Some(found) = policy.sectors.iter().find(same) {
        let sector = found.term.id.clone();
        return Ok(Trade { block, sector, is_made: false });
    }
    let sector = Sector { term: block.term.clone(), code_prefixes: block.code_prefixes.clone() };
    let trade = Trade { sector: sector.term.id.clone(), block, is_made: true };
    policy.sectors.push(sector);
    let policy = policy.clone();
    if let Some(register) = outcome.register.take() {
        outcome.register = Some(trade.labelled(register, &policy));
    }
    Ok(trade)
}

impl Trade {
    /// A register whose firms of these industry codes are of the sector that was made for them.
    pub(super) fn labelled(&self, checked: CheckedRegister, policy: &Policy) -> CheckedRegister {
        if !self.is_made {
            return checked;
        }
        let district = &self.block.district;
        let is_own = |code: &str| policy.blocks_of(district, code).any(|one| one.term.id == self.block.term.id);
        let Register { source, reference, .. } = &checked.register;
        let (source, reference) = (source.clone(), *reference);
        let relabel = |firm: Enterprise| match firm.industry_code.as_deref().is_some_and(is_own) {
            true => Enterprise { sector: Some(self.sector.as_str().into()), ..firm },
            false => firm,
        };
        let firms = checked.register.into_enterprises().into_iter().map(relabel).collect();
        CheckedRegister { register: Register::new(source, reference, firms), ..checked }
    }
}

/// The layer of small areas: the one that is named, else towns, else districts.
pub(super) fn small_areas(known: &[Layer], wanted: Option<&str>) -> Result<String> {
    let has_towns = known.iter().any(|layer| layer.areas.layer == TOWN);
    let name = wanted.unwrap_or(if has_towns { TOWN } else { DISTRICT });
    Ok(layers::named(known, name)?.areas.layer.clone())
}

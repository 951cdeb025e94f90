//! How sure the measures are: without the largest plant, and with locations moved by their error.

use super::desk::{Desk, number, row_of};
use super::headline::{self, Base, Effort, Finding, Measure, Measured};
use crate::error::Result;
use crate::model::column;
use crate::stats::middle_95_percent;

/// Patterns take long: K-density and M are measured again in so many draws, and held against so many simulations.
pub(super) const MOVED_PATTERNS: u64 = 19;
pub(super) const MOVED_SIMULATIONS: usize = 99;

/// The largest plant of the block economy.
#[derive(Debug, Clone)]
pub(super) struct Largest {
    /// The name of the area of the layer in which it stands.
    pub(super) area: Option<String>,
    /// Its size.
    pub(super) size: f64,
    /// Its share of the block economy.
    pub(super) share: Option<f64>,
}

/// A measure with locations moved by their error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moved {
    pub(super) measure: Measure,
    /// Between these 95 of 100 draws lie.
    pub(super) middle: Option<[f64; 2]>,
    /// The share of draws with the same finding, or, of what is not tested again, on the same side.
    pub(super) kept: Option<f64>,
    /// The number of draws in which it was measured.
    pub(super) draws: u64,
}

/// What of the findings is left.
pub(super) struct Doubt {
    /// The largest plant; none where the register has no sizes or the block economy has no firm with one.
    pub(super) largest: Option<Largest>,
    /// The measures without it.
    pub(super) without: Vec<Measured>,
    /// The measures with locations moved.
    pub(super) moved: Vec<Moved>,
    /// The number of the trade's firms in the district, and the share of them in parks: between these 95 of 100 draws lie.
    pub(super) firms_in_district: Option<[f64; 2]>,
    pub(super) in_parks: Option<[f64; 2]>,
}

impl Doubt {
    pub(super) fn without(&self, measure: Measure) -> Option<&Measured> {
        self.without.iter().find(|one| one.measure == measure)
    }

    pub(super) fn moved(&self, measure: Measure) -> Option<&Moved> {
        self.moved.iter().find(|one| one.measure == measure)
    }
}

/// Measures again without the largest plant, and with locations moved.
pub(super) fn doubt(desk: &Desk<'_>, base: &Base, step: &mut dyn FnMut(u64)) -> Result<Doubt> {
    let members = desk.members()?;
    let frame = &desk.firms.frame;
    let size = |row: usize| desk.weight.as_deref().and_then(|weight| number(frame, row, weight));
    let sizes: Vec<(usize, f64)> =
        (0..members.len()).filter(|row| members[*row].1).filter_map(|row| Some((row, size(row)?))).collect();
    // Of several as large, the first of the register.
    let largest = sizes.iter().copied().reduce(|most, one| if one.1 > most.1 { one } else { most });
    let all: f64 = sizes.iter().map(|(_, size)| size).sum();
    let mut without = Vec::new();
    if let Some((row, _)) = largest {
        let kept: Vec<bool> = (0..members.len()).map(|other| other != row).collect();
        let simulations = Some(desk.request.tests.simulations);
        let effort =
            Effort { resamples: desk.resamples(), simulations, of_m: headline::simulations_of_m(desk), has_m: true };
        without = headline::again(desk, &desk.only(&kept)?, effort)?;
    }
    let largest =
        largest.map(|(row, size)| Largest { area: desk.area_of(row), size, share: (all > 0.0).then(|| size / all) });
    let Movements { moved, firms_in_district, in_parks } = moved(desk, base, step)?;
    Ok(Doubt { largest, without, moved, firms_in_district, in_parks })
}

/// What moving locations comes to.
#[derive(Default)]
struct Movements {
    moved: Vec<Moved>,
    firms_in_district: Option<[f64; 2]>,
    in_parks: Option<[f64; 2]>,
}

/// The measures in each draw of the errors.
fn moved(desk: &Desk<'_>, base: &Base, step: &mut dyn FnMut(u64)) -> Result<Movements> {
    let draws = if desk.request.location_error.metres() > 0.0 { desk.request.draws } else { 0 };
    // Of few firms nothing is measured that could move.
    if draws == 0 || base.firms < 2 {
        return Ok(Movements::default());
    }
    let mut found: Vec<Vec<Measured>> = Vec::new();
    let (mut in_district, mut in_parks) = (Vec::new(), Vec::new());
    for draw in 0..draws {
        step(draw);
        let firms = desk.moved(draw)?;
        let with_patterns = draw < MOVED_PATTERNS;
        let simulations = with_patterns.then(|| MOVED_SIMULATIONS.min(desk.request.tests.simulations));
        let effort = Effort { resamples: None, simulations, of_m: 0, has_m: with_patterns };
        found.push(headline::again(desk, &firms, effort)?);
        let mut parked = desk.parked(&firms);
        parked.park_boundary = None;
        let cells = Desk::run_again(&parked)?.frame()?;
        let row = row_of(&cells, &[("area", desk.district()), (column::SECTOR, &desk.trade.sector)]);
        in_district.extend(row.and_then(|row| number(&cells, row, "count")));
        in_parks.extend(row.and_then(|row| number(&cells, row, column::IN_PARK_SHARE)));
    }
    let moved = base.measures.iter().map(|own| of_measure(own, base, &found)).collect();
    let (firms_in_district, in_parks) = (middle_95_percent(&in_district), middle_95_percent(&in_parks));
    Ok(Movements { moved, firms_in_district, in_parks })
}

fn of_measure(own: &Measured, base: &Base, found: &[Vec<Measured>]) -> Moved {
    let drawn: Vec<&Measured> = found
        .iter()
        .filter_map(|draw| draw.iter().find(|one| one.measure == own.measure && one.value.is_some()))
        .collect();
    let values: Vec<f64> = drawn.iter().filter_map(|one| one.value).collect();
    let side = |one: &Measured| -> Option<Finding> {
        let value = one.value?;
        // M of moved firms is held against the band of the firms as they are.
        if let (Measure::M, Some((lower, upper))) = (one.measure, base.m_band) {
            return Some(if value > upper {
                Finding::Concentrated
            } else if value < lower {
                Finding::Dispersed
            } else {
                Finding::Neither
            });
        }
        one.finding.or_else(|| {
            let neutral = one.measure.neutral()?;
            Some(if value > neutral { Finding::Concentrated } else { Finding::Dispersed })
        })
    };
    // What was tested by an interval of firms drawn again, which draws of locations do not have, is held by its side.
    let wanted = match own.measure {
        Measure::QuotientOfSize | Measure::MaurelSedillot => own
            .value
            .zip(own.measure.neutral())
            .map(|(value, neutral)| if value > neutral { Finding::Concentrated } else { Finding::Dispersed }),
        _ => own.finding,
    };
    let kept = wanted.filter(|_| !drawn.is_empty()).map(|wanted| {
        let same = drawn.iter().filter(|one| side(one) == Some(wanted)).count();
        same as f64 / drawn.len() as f64
    });
    let kept = kept.filter(|_| own.measure.neutral().is_some());
    Moved { measure: own.measure, middle: middle_95_percent(&values), kept, draws: drawn.len() as u64 }
}

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use super::firm::firms;
use crate::error::{Error, Result};
use crate::model::{Language, Ledger, Register, Stage, Standing, column};
use crate::policy::Policy;
use crate::stats::{Inclusion, Places, local_pivotal, proportional_allocation, share_allocation};

/// The number of firms to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleSize {
    /// Of each programme and district this fraction of the firms, rounded up. It must lie between 0 and 1.
    Share(f64),
    /// This number of firms in all, divided in proportion to the firms of each programme and district; or all firms if there are
    /// fewer.
    Total(u64),
}

/// The options of a spot-check sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotCheckOptions {
    /// The as-of date of the firms' stages.
    pub as_of: NaiveDate,
    /// The number of firms to draw.
    pub size: SampleSize,
    /// The number of further firms of each programme and district that are drawn to replace, in their order, those that cannot be
    /// inspected.
    pub replacements: u64,
    /// The seed of the random generator. The same seed draws the same firms.
    pub seed: u64,
}

/// Whether a firm was drawn, or stands in for one that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SampleRole {
    /// The firm was drawn 正选.
    Sample,
    /// The firm is inspected in place of one that cannot be 备选.
    Replacement,
}

impl SampleRole {
    /// Returns the word used in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Replacement => "replacement",
        }
    }

    /// Returns the word for readers.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Sample, Language::Zh) => "正选",
            (Self::Sample, Language::En) => "sample",
            (Self::Replacement, Language::Zh) => "备选",
            (Self::Replacement, Language::En) => "replacement",
        }
    }
}

/// A firm drawn for the city's spot check 市级抽验.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampledFirm {
    /// The id of the programme.
    pub programme: String,
    /// The adcode of the district where the firm stands.
    pub district: String,
    /// Whether the firm is of the sample or a replacement.
    pub role: SampleRole,
    /// The number of the firm among those of its programme, district and role, from 1. Replacements are taken in this order.
    pub order: u64,
    /// The id of the enterprise.
    pub id: String,
    /// The number of firms of the programme and district that wait for a spot check.
    pub population: u64,
    /// The number of these that were drawn: the inclusion probability of each is `drawn / population`.
    pub drawn: u64,
}

/// Draws a sample of reviewed firms for the city's spot check 市级抽验, spread over space.
///
/// Each programme and district is a stratum: the firms of the programme that stand in the district, have been reviewed 区县复验 and not yet
/// spot-checked; under a policy none of whose stages is for a sample, those that have been accepted. From a stratum of N firms, n are drawn by the local pivotal method ([`local_pivotal`]) on the distances in metres, each
/// with the inclusion probability n / N exactly; firms side by side are seldom drawn together. Replacements are drawn in the same way
/// from the rest, and stand in a random order, so that sample and first k replacements together hold each firm with the probability (n +
/// k) / N.
///
/// Programmes and districts are in the policy's order, and ids are sorted. The same ledger, in any order, and the same seed give the same
/// sample. Each stratum has a random stream of its own, so the firms of one do not affect the sample of another.
///
/// # Errors
///
/// A share that is not between 0 and 1.
///
/// # Examples
///
/// ```
/// # use jiju::model::{Enterprise, Ledger, LedgerEntry, Point, Reference, Register, Stage, Standing};
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// # let policy = jiju::policy::read(folder.as_ref())?;
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// # let entry = |id: &str, reviewed_on: Option<&str>| LedgerEntry {
/// #     row: 2,
/// #     id: id.to_owned(),
/// #     programme: "remediate_scattered_workshops".to_owned(),
/// #     ground: None,
/// #     deficits: Vec::new(),
/// #     equipment: Vec::new(),
/// #     measure: Some("close".to_owned()),
/// #     stage: Stage::at(if reviewed_on.is_some() { 2 } else { 0 }).unwrap(),
/// #     due_on: None,
/// #     passed_on: vec![Some(day("2020-06-01")), None, reviewed_on.map(day), None],
/// # };
/// # let register = Register::new("", Reference::Wgs84, Vec::new());
/// use jiju::progress::{SampleRole, SampleSize, SpotCheckOptions, spot_check_sample};
///
/// let ids = ["A", "B", "C", "D", "E"];
/// let entries = ids.map(|id| entry(id, Some("2020-08-14"))).to_vec();
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let standing: Standing = ids.map(|id| (id.into(), "330603".into())).into();
/// let drawn = |date| {
///     let options = SpotCheckOptions { as_of: day(date), size: SampleSize::Share(0.5), replacements: 1, seed: 14 };
///     spot_check_sample(&policy, &ledger, &standing, &register, &options)
/// };
/// let found = drawn("2020-09-30")?;
/// assert_eq!(found.iter().filter(|firm| firm.role == SampleRole::Sample).count(), 3); // half of 5, rounded up
/// assert_eq!((found.len(), found[0].population, found[0].drawn), (4, 5, 3));
/// assert_eq!(found, drawn("2020-09-30")?);
/// assert!(drawn("2020-08-13")?.is_empty()); // none reviewed yet
/// # Ok::<(), jiju::Error>(())
/// ```
pub fn spot_check_sample(
    policy: &Policy,
    ledger: &Ledger,
    standing: &Standing,
    register: &Register,
    options: &SpotCheckOptions,
) -> Result<Vec<SampledFirm>> {
    let waiting = waiting(policy, ledger, standing, options.as_of);
    let populations: Vec<u64> = waiting.iter().map(|stratum| stratum.ids.len() as u64).collect();
    let sizes = match options.size {
        SampleSize::Share(share) => share_allocation(&populations, share)?,
        SampleSize::Total(total) => proportional_allocation(&populations, total),
    };
    let location = |id: &str| register.enterprise(id).and_then(|enterprise| enterprise.location);
    let mut sample = Vec::new();
    for ((number, stratum), (population, size)) in (0_u64..).zip(&waiting).zip(populations.iter().zip(sizes)) {
        let places_of = |ids: &[&str]| -> Result<Places> {
            // A firm stands in a district by its location; one that has none is as far from all others as any.
            let points: Vec<[f64; 2]> =
                ids.iter().map(|id| location(id).map_or([0.0, 0.0], |point| [point.x, point.y])).collect();
            Ok(if register.reference.is_wgs84_like() { Places::on_sphere(&points)? } else { Places::planar(&points)? })
        };
        let draw = |ids: &[&str], size: u64, stream: u64| -> Result<Vec<usize>> {
            let inclusion = Inclusion::equal(size, ids.len() as u64)?;
            Ok(local_pivotal(&places_of(ids)?, &inclusion, options.seed, stream)?)
        };
        let drawn = draw(&stratum.ids, size, 2 * number)?;
        let is_drawn = |position: &usize| drawn.binary_search(position).is_ok();
        let rest: Vec<&str> = (0..stratum.ids.len())
            .filter(|position| !is_drawn(position))
            .map(|position| stratum.ids[position])
            .collect();
        let more = options.replacements.min(rest.len() as u64);
        let chosen = draw(&rest, more, 2 * number + 1)?;
        let mut replacements: Vec<&str> = chosen.iter().map(|position| rest[*position]).collect();
        shuffle(&mut replacements, options.seed, number);
        let primary: Vec<&str> = drawn.iter().map(|position| stratum.ids[*position]).collect();
        for (role, ids) in [(SampleRole::Sample, primary), (SampleRole::Replacement, replacements)] {
            sample.extend(ids.into_iter().zip(1..).map(|(id, order)| SampledFirm {
                programme: stratum.programme.to_owned(),
                district: stratum.district.to_owned(),
                role,
                order,
                id: id.to_owned(),
                population: *population,
                drawn: size,
            }));
        }
    }
    Ok(sample)
}

/// A programme in a district, and the firms that wait for a spot check there, by id.
struct Waiting<'a> {
    programme: &'a str,
    district: &'a str,
    ids: Vec<&'a str>,
}

fn waiting<'a>(policy: &'a Policy, ledger: &'a Ledger, standing: &Standing, as_of: NaiveDate) -> Vec<Waiting<'a>> {
    let mut strata = Vec::new();
    // Of the firms that passed the stage before the one that the city checks a sample of; where a policy has no such stage, of those that
    // were accepted.
    let sampled = policy.sampled_stage();
    let before = sampled.and_then(|sampled| sampled.position().checked_sub(1)).and_then(Stage::at);
    for programme in &policy.programmes {
        let waiting_for = before.unwrap_or(programme.accepting_stage);
        let firms = firms(ledger, programme);
        for district in &policy.districts {
            let ids = firms
                .iter()
                .filter(|(id, _)| standing.get(**id).is_some_and(|adcode| **adcode == *district.adcode))
                .filter(|(_, firm)| firm.had_passed(waiting_for, as_of))
                .filter(|(_, firm)| sampled.is_none_or(|sampled| !firm.had_passed(sampled, as_of)))
                .map(|(id, _)| *id)
                .collect();
            strata.push(Waiting { programme: &programme.term.id, district: &district.adcode, ids });
        }
    }
    strata
}

/// Puts firms into a random order.
fn shuffle(ids: &mut [&str], seed: u64, stream: u64) {
    use rand::seq::SliceRandom as _;
    use rand_chacha::rand_core::SeedableRng as _;
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(seed);
    // Streams of their own, beyond those of the draws.
    random.set_stream((1 << 32) | stream);
    ids.shuffle(&mut random);
}

/// Makes a table of a sample, with the columns `programme`, `district`, `role`, `order`, `id`, `population`, `drawn`, `weight`: the number
/// of firms for which a drawn one stands, `population / drawn`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_sample(sample: &[SampledFirm]) -> Result<DataFrame> {
    let text = |name: &str, cell: fn(&SampledFirm) -> &str| {
        Column::new(name.into(), sample.iter().map(cell).collect::<Vec<_>>())
    };
    let count = |name: &str, cell: fn(&SampledFirm) -> u64| {
        Column::new(name.into(), sample.iter().map(cell).collect::<Vec<_>>())
    };
    let weights: Vec<Option<f64>> =
        sample.iter().map(|firm| (firm.drawn > 0).then(|| firm.population as f64 / firm.drawn as f64)).collect();
    let columns = vec![
        text(column::PROGRAMME, |firm| &firm.programme),
        text(column::DISTRICT, |firm| &firm.district),
        text("role", |firm| firm.role.key()),
        count("order", |firm| firm.order),
        text(column::ID, |firm| &firm.id),
        count("population", |firm| firm.population),
        count("drawn", |firm| firm.drawn),
        Column::new("weight".into(), weights),
    ];
    DataFrame::new(sample.len(), columns).map_err(Error::table("the spot-check sample"))
}

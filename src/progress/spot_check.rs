use std::collections::HashMap;

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::firm::firms;
use crate::error::{Error, Result};
use crate::model::{Ledger, Stage, column};
use crate::policy::Policy;

/// The number of firms to draw from each programme and district.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleSize {
    /// This fraction of the firms, rounded up. Values outside 0 … 1 are clamped.
    Share(f64),
    /// This number of firms, or all of them if there are fewer.
    Firms(usize),
}

/// The options of a spot-check sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotCheckOptions {
    /// The as-of date of the firms' stages.
    pub as_of: NaiveDate,
    /// The number of firms to draw from each programme and district.
    pub size: SampleSize,
    /// The seed of the random generator. The same seed draws the same firms.
    pub seed: u64,
}

/// A firm drawn for the city's spot check 市级抽验.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampledFirm {
    /// The id of the programme.
    pub programme: String,
    /// The adcode of the district where the firm stands.
    pub district: String,
    /// The id of the enterprise.
    pub id: String,
}

/// Draws a random sample of reviewed firms for the city's spot check 市级抽验. From each programme and district, firms are
/// drawn without replacement and with equal probability. Firms that have already been spot-checked are not drawn again.
///
/// Programmes and districts are in the policy's order, and ids are sorted. The same ledger, in any order, and the same
/// seed give the same sample. Each district has a random stream of its own, so the firms of one district do not affect
/// the sample of another.
///
/// # Examples
///
/// ```
/// # use std::collections::HashMap;
/// # use jiju::model::{Ledger, LedgerEntry, Stage};
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
/// use jiju::progress::{SampleSize, SpotCheckOptions, spot_check_sample};
///
/// let ids = ["A", "B", "C", "D", "E"];
/// let entries = ids.map(|id| entry(id, Some("2020-08-14"))).to_vec();
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let standing: HashMap<String, String> = ids.map(|id| (id.to_owned(), "330603".to_owned())).into();
/// let drawn = |date| {
///     let options = SpotCheckOptions { as_of: day(date), size: SampleSize::Share(0.5), seed: 14 };
///     spot_check_sample(&policy, &ledger, &standing, &options)
/// };
/// assert_eq!(drawn("2020-09-30").len(), 3); // half of 5, rounded up
/// assert_eq!(drawn("2020-09-30"), drawn("2020-09-30"));
/// assert!(drawn("2020-08-13").is_empty()); // none reviewed yet
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn spot_check_sample(
    policy: &Policy,
    ledger: &Ledger,
    standing: &HashMap<String, String>,
    options: &SpotCheckOptions,
) -> Vec<SampledFirm> {
    let mut sample = Vec::new();
    let mut stream = 0;
    // Of the firms that passed the stage before the one that the city checks a sample of.
    let Some(sampled) = policy.sampled_stage() else { return sample };
    let Some(waiting_for) = sampled.position().checked_sub(1).and_then(Stage::at) else { return sample };
    for programme in &policy.programmes {
        let firms = firms(ledger, programme);
        for district in &policy.districts {
            let mut waiting: Vec<&str> = firms
                .iter()
                .filter(|(id, _)| standing.get(**id) == Some(&district.adcode))
                .filter(|(_, firm)| firm.had_passed(waiting_for, options.as_of))
                .filter(|(_, firm)| !firm.had_passed(sampled, options.as_of))
                .map(|(id, _)| *id)
                .collect();
            let drawn = match options.size {
                SampleSize::Share(share) => share_of(waiting.len(), share),
                SampleSize::Firms(firms) => firms,
            };
            let mut random = ChaCha12Rng::seed_from_u64(options.seed);
            random.set_stream(stream);
            stream += 1;
            waiting.shuffle(&mut random);
            waiting.truncate(drawn);
            waiting.sort_unstable();
            sample.extend(waiting.into_iter().map(|id| SampledFirm {
                programme: programme.term.id.clone(),
                district: district.adcode.clone(),
                id: id.to_owned(),
            }));
        }
    }
    sample
}

/// Makes a table of a sample, with the columns `programme`, `district`, `id`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_sample(sample: &[SampledFirm]) -> Result<DataFrame> {
    let text = |name: &str, cell: fn(&SampledFirm) -> &str| {
        Column::new(name.into(), sample.iter().map(cell).collect::<Vec<_>>())
    };
    let columns = vec![
        text(column::PROGRAMME, |firm| &firm.programme),
        text(column::DISTRICT, |firm| &firm.district),
        text("id", |firm| &firm.id),
    ];
    DataFrame::new(sample.len(), columns).map_err(Error::table("the spot-check sample"))
}

/// The least number of firms that are a share of all.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most all of them")]
fn share_of(all: usize, share: f64) -> usize {
    // 7 % of 100 is 7.000000000000001 in binary, and must not become 8.
    (all as f64 * share.clamp(0.0, 1.0) - 1e-9).ceil() as usize
}

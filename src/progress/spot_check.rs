use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::had_passed;
use crate::error::{Error, Result};
use crate::model::{Ledger, Stage};

/// A sample of reviewed firms for the city's spot check 市级抽验: of every programme and district a share, one firm at the
/// least, drawn without replacement. Firms already spot-checked are not drawn again.
///
/// The same ledger in any order and the same seed give the same sample: programme, district, id.
///
/// Of the n firms of a programme and district `max(1, ⌈share · n⌉)` are drawn, every set of that size as likely as any
/// other.
///
/// # Units
///
/// `share` is between 0 and 1; beyond it counts as its nearest bound.
///
/// # Examples
///
/// ```
/// # use std::collections::HashMap;
/// # use jiju::model::{Ledger, LedgerEntry, Stage};
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// # let entry = |id: &str, reviewed_on: Option<&str>| LedgerEntry {
/// #     row: 2,
/// #     id: id.to_owned(),
/// #     programme: "remediate_scattered_workshops".to_owned(),
/// #     ground: None,
/// #     deficits: Vec::new(),
/// #     equipment: Vec::new(),
/// #     measure: Some("close".to_owned()),
/// #     stage: if reviewed_on.is_some() { Stage::Review } else { Stage::Listed },
/// #     listed_on: Some(day("2020-06-01")),
/// #     due_on: None,
/// #     self_checked_on: None,
/// #     reviewed_on: reviewed_on.map(day),
/// #     spot_checked_on: None,
/// # };
/// use jiju::progress::spot_check_sample;
///
/// let ids = ["A", "B", "C", "D", "E"];
/// let entries = ids.map(|id| entry(id, Some("2020-08-14"))).to_vec();
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let standing: HashMap<String, String> = ids.map(|id| (id.to_owned(), "330603".to_owned())).into();
/// let sample = spot_check_sample(&ledger, &standing, day("2020-09-30"), 0.5, 14);
/// assert_eq!(sample.len(), 3); // half of 5, rounded up
/// assert_eq!(sample, spot_check_sample(&ledger, &standing, day("2020-09-30"), 0.5, 14));
/// assert!(spot_check_sample(&ledger, &standing, day("2020-08-13"), 0.5, 14).is_empty()); // none reviewed yet
/// ```
#[must_use]
pub fn spot_check_sample(
    ledger: &Ledger,
    standing: &HashMap<String, String>,
    as_of: NaiveDate,
    share: f64,
    seed: u64,
) -> Vec<(String, String, String)> {
    let passed = |stage| ledger.entries.iter().filter(move |entry| had_passed(entry, stage, as_of));
    let checked: HashSet<(&str, &str)> =
        passed(Stage::SpotCheck).map(|entry| (entry.programme.as_str(), entry.id.as_str())).collect();
    let mut strata: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for entry in passed(Stage::Review).filter(|entry| !checked.contains(&(&*entry.programme, &*entry.id))) {
        if let Some(district) = standing.get(&entry.id) {
            strata.entry((&entry.programme, district)).or_default().insert(&entry.id);
        }
    }
    let mut sample = Vec::new();
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    for ((programme, district), firms) in strata {
        let mut firms: Vec<&str> = firms.into_iter().collect();
        // 7 % of 100 is 7.000000000000001 in binary, and must not be 8.
        let drawn = firms.len() as f64 * share.clamp(0.0, 1.0);
        let drawn = ((drawn - 1e-9).ceil() as usize).clamp(1, firms.len());
        firms.shuffle(&mut random);
        firms.truncate(drawn);
        firms.sort_unstable();
        sample.extend(firms.into_iter().map(|id| (programme.to_owned(), district.to_owned(), id.to_owned())));
    }
    sample
}

/// A sample as a table: `programme`, `district`, `id`.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn frame_of_sample(sample: &[(String, String, String)]) -> Result<DataFrame> {
    let columns = vec![
        Column::new("programme".into(), sample.iter().map(|(programme, ..)| programme.as_str()).collect::<Vec<_>>()),
        Column::new("district".into(), sample.iter().map(|(_, district, _)| district.as_str()).collect::<Vec<_>>()),
        Column::new("id".into(), sample.iter().map(|(.., id)| id.as_str()).collect::<Vec<_>>()),
    ];
    DataFrame::new(sample.len(), columns).map_err(Error::table("the spot-check sample"))
}

//! The criteria of a test of industrial clusters: `criteria.toml` of a policy folder, which a policy may lack and which may be all
//! that a folder holds.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use crate::error::{Error, PolicyError, PolicyFault, Result};

/// The file of the criteria.
pub const CRITERIA_FILE: &str = "criteria.toml";

/// A test of clusters.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterTest {
    /// The document that it is from.
    pub document: TestDocument,
    /// Which firms are small and medium-sized; a firm is large that reaches both numbers.
    #[serde(default)]
    pub small_and_medium: Option<SmallAndMedium>,
    /// The criteria, in the order of the document.
    #[serde(rename = "criterion")]
    pub criteria: Vec<Criterion>,
}

/// The document of a test.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestDocument {
    /// The number of the document.
    pub number: String,
    /// The Chinese title.
    pub title_zh: String,
    /// The English title.
    pub title_en: String,
    /// The issuer.
    pub issuer: String,
    /// The day of issue.
    #[serde(deserialize_with = "day")]
    pub issued_on: NaiveDate,
    /// What the numbers were read from, where that is not the document itself.
    pub read_from: String,
}

/// Which firms are small and medium-sized.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallAndMedium {
    /// The number of employees from which on a firm may be large.
    pub employees_below: f64,
    /// The revenue in CNY from which on a firm may be large.
    pub revenue_cny_below: f64,
    /// Where the rule stands.
    pub source: String,
}

/// A criterion.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// The id.
    pub id: String,
    /// What is asked for, in Chinese.
    pub name_zh: String,
    /// What is asked for, in English.
    pub name_en: String,
    /// What is held against the limit; none where a register cannot say it.
    #[serde(default)]
    pub quantity: Option<ClusterQuantity>,
    /// The most it may be.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// The least it may be.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// What it must be above.
    #[serde(default)]
    pub above: Option<f64>,
    /// The number of years that are asked for; 1 where the criterion names none.
    #[serde(default = "one")]
    pub years: u32,
    /// What would have to be given to judge it, in Chinese; empty where the quantity says it.
    #[serde(default)]
    pub needs_zh: String,
    /// The same in English.
    #[serde(default)]
    pub needs_en: String,
    /// The place in the document.
    pub source: String,
    /// Whether words and number were found in a text of the document; else they are to be verified, and no number is given.
    pub verified: bool,
}

/// What of a cluster is held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterQuantity {
    /// The size of the cluster in km².
    AreaKm2,
    /// The output of a year in CNY.
    OutputCny,
    /// The share of small and medium-sized firms in the output.
    SmallAndMediumOutputShare,
    /// The share of the leading industry in the output.
    LeadingOutputShare,
    /// The growth of output in a year, as a fraction.
    OutputGrowth,
}

impl Criterion {
    /// Whether a value meets the criterion; none where it has no limit.
    #[must_use]
    pub fn is_met(&self, value: f64) -> Option<bool> {
        match (self.at_most, self.at_least, self.above) {
            (Some(limit), None, None) => Some(value <= limit),
            (None, Some(limit), None) => Some(value >= limit),
            (None, None, Some(limit)) => Some(value > limit),
            _ => None,
        }
    }
}

const fn one() -> u32 {
    1
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<NaiveDate, D::Error> {
    use serde::de::Error as _;
    let found = toml::value::Datetime::deserialize(deserializer)?;
    found
        .to_string()
        .parse()
        .map_err(|_| D::Error::custom(format!("found `{found}`, expected a day such as 2022-09-13")))
}

/// Reads the test of clusters of a policy folder.
///
/// # Errors
///
/// [`Error::File`] where the file cannot be read; [`PolicyError`] with everything that is wrong in it.
pub fn cluster_test(folder: &Path) -> Result<ClusterTest> {
    let path = folder.join(CRITERIA_FILE);
    let text = std::fs::read_to_string(&path).map_err(Error::file("read the criteria of clusters", &path))?;
    let (faults, test) = match toml::from_str::<ClusterTest>(&text) {
        Ok(test) => (faults(&test), Some(test)),
        Err(error) => {
            let found = error.to_string().trim().replace('\n', "; ");
            (vec![fault(None, found, "the keys of criteria, as data/policy/miit-clusters-2022 has them")], None)
        }
    };
    match test.filter(|_| faults.is_empty()) {
        Some(test) => Ok(test),
        None => Err(PolicyError::Faults { folder: folder.display().to_string(), faults, more: 0 }.into()),
    }
}

fn fault(key: Option<String>, found: impl Into<String>, expected: &str) -> PolicyFault {
    let (file, expected) = (CRITERIA_FILE.to_owned(), expected.to_owned());
    PolicyFault { file, row: None, column: key, found: found.into(), expected }
}

fn faults(test: &ClusterTest) -> Vec<PolicyFault> {
    let mut faults = Vec::new();
    if test.criteria.is_empty() {
        faults.push(fault(Some("criterion".to_owned()), "none", "one at the least"));
    }
    for (number, criterion) in test.criteria.iter().enumerate() {
        let key = |name: &str| Some(format!("criterion[{}].{name}", number + 1));
        if test.criteria[..number].iter().any(|other| other.id == criterion.id) {
            faults.push(fault(key("id"), format!("`{}` twice", criterion.id), "each once"));
        }
        let limits = [criterion.at_most, criterion.at_least, criterion.above];
        let given = limits.iter().flatten().count();
        let expected = usize::from(criterion.quantity.is_some());
        if given != expected {
            let found = format!("{given} of at_most, at_least and above");
            let wanted = if expected == 1 { "one, as there is a quantity" } else { "none, as there is no quantity" };
            faults.push(fault(key("quantity"), found, wanted));
        }
        if limits.iter().flatten().any(|limit| !limit.is_finite()) {
            faults.push(fault(key("quantity"), "another number", "a finite limit"));
        }
        if criterion.quantity.is_none() && criterion.needs_zh.is_empty() {
            faults.push(fault(key("needs_zh"), "nothing", "what would have to be given to judge it"));
        }
        if criterion.quantity.is_some() && !criterion.verified {
            faults.push(fault(key("verified"), "false", "true, as a number is given; without it no quantity"));
        }
    }
    let needs_size = |criterion: &Criterion| criterion.quantity == Some(ClusterQuantity::SmallAndMediumOutputShare);
    if test.criteria.iter().any(needs_size) && test.small_and_medium.is_none() {
        faults.push(fault(Some("small_and_medium".to_owned()), "nothing", "which firms are small and medium-sized"));
    }
    faults
}

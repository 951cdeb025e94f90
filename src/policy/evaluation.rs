//! The rules of the evaluation per mu 亩均论英雄: `evaluation.toml` of a policy folder, which a policy may lack.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, PolicyError, PolicyFault, Result};

/// The file of the rules.
pub const EVALUATION_FILE: &str = "evaluation.toml";

/// How firms are scored and put in classes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationRules {
    /// The Chinese name.
    pub name_zh: String,
    /// The English name.
    pub name_en: String,
    /// The place of the rules in a document.
    pub source: String,
    /// Among which firms a firm is scored.
    #[serde(default)]
    pub per: EvaluationScope,
    /// A sector with fewer firms is scored together with all other such sectors.
    #[serde(default = "one")]
    pub least_firms: usize,
    /// How the land of a parcel is counted that several firms share.
    #[serde(default)]
    pub shared_land: SharedLand,
    /// The indicators.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
    /// The classes, from the best.
    #[serde(rename = "class")]
    pub classes: Vec<EvaluationClass>,
}

/// Among which firms a firm is scored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationScope {
    /// Among all firms.
    #[default]
    All,
    /// Among the firms of its sector.
    Sector,
}

/// How the land of a parcel is counted that several firms share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedLand {
    /// Each firm states the land of the whole parcel: the largest statement counts, once.
    #[default]
    Once,
    /// Each firm states its own part: the parts are added.
    Sum,
}

/// An indicator: an amount of a firm for each unit of another.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// The id.
    pub id: String,
    /// The Chinese name, with the unit.
    pub name_zh: String,
    /// The English name, with the unit.
    pub name_en: String,
    /// The amount, a column of the register.
    pub numerator: Amount,
    /// What it is for each unit of, a column of the register.
    pub denominator: Amount,
    /// What the quotient is divided by, such as 10,000 for 万元.
    #[serde(default = "unit")]
    pub divide_by: f64,
    /// The points for a firm that is as good as the reference.
    pub weight: f64,
    /// The value with which a firm is compared.
    pub reference: ReferenceValue,
    /// The most points, as a multiple of the weight.
    pub cap: f64,
}

/// A column of amounts of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Employees.
    Employees,
    /// Output in CNY.
    OutputCny,
    /// Taxes in CNY.
    TaxCny,
    /// Land in mu.
    LandMu,
    /// Energy in tonnes of coal equivalent.
    EnergyTce,
}

/// The value with which a firm is compared.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum ReferenceValue {
    /// This value.
    Value(f64),
    /// A value of the group.
    Of(GroupValue),
}

/// A value of a group of firms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupValue {
    /// The sum of the numerators over the sum of the denominators.
    Mean,
}

/// A class of firms.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationClass {
    /// The id: A, B, C, D.
    pub id: String,
    /// The Chinese name.
    pub name_zh: String,
    /// The English name.
    pub name_en: String,
    /// The share of the firms of the group that is at most in this class or a better one.
    #[serde(default)]
    pub up_to_share: Option<f64>,
    /// The score from which on a firm is in this class, if it is in no better one.
    #[serde(default)]
    pub from_score: Option<f64>,
}

const fn one() -> usize {
    1
}

const fn unit() -> f64 {
    1.0
}

/// Reads the rules of the evaluation per mu of a policy folder.
///
/// # Errors
///
/// [`Error::File`] where the folder has none; [`PolicyError`] with everything that is wrong in them.
pub fn evaluation_rules(folder: &Path) -> Result<EvaluationRules> {
    let path = folder.join(EVALUATION_FILE);
    if !path.exists() {
        let faults = vec![fault(None, "no such file", "the rules of the evaluation, as data/policy/README.md says")];
        return Err(PolicyError::Faults { folder: folder.display().to_string(), faults, more: 0 }.into());
    }
    let text = std::fs::read_to_string(&path).map_err(Error::file("read the rules of the evaluation", &path))?;
    let (faults, rules) = match toml::from_str::<EvaluationRules>(&text) {
        Ok(rules) => (faults(&rules), Some(rules)),
        Err(error) => {
            let found = error.to_string().trim().replace('\n', "; ");
            (vec![fault(None, found, "the keys of an evaluation, as data/policy/shaoxing-2020 has them")], None)
        }
    };
    match rules.filter(|_| faults.is_empty()) {
        Some(rules) => Ok(rules),
        None => Err(PolicyError::Faults { folder: folder.display().to_string(), faults, more: 0 }.into()),
    }
}

fn fault(key: Option<String>, found: impl Into<String>, expected: &str) -> PolicyFault {
    let (file, expected) = (EVALUATION_FILE.to_owned(), expected.to_owned());
    PolicyFault { file, row: None, column: key, found: found.into(), expected }
}

fn faults(rules: &EvaluationRules) -> Vec<PolicyFault> {
    let mut faults = Vec::new();
    if rules.indicators.is_empty() {
        faults.push(fault(Some("indicator".to_owned()), "none", "one at the least"));
    }
    for (number, indicator) in rules.indicators.iter().enumerate() {
        let key = |name: &str| Some(format!("indicator[{}].{name}", number + 1));
        if rules.indicators[..number].iter().any(|other| other.id == indicator.id) {
            faults.push(fault(key("id"), format!("`{}` twice", indicator.id), "each once"));
        }
        if indicator.numerator == indicator.denominator {
            faults.push(fault(key("denominator"), "the numerator", "another amount"));
        }
        let numbers =
            [("weight", indicator.weight), ("cap", indicator.cap), ("divide_by", indicator.divide_by)].into_iter();
        let reference = match indicator.reference {
            ReferenceValue::Value(value) => Some(("reference", value)),
            ReferenceValue::Of(_) => None,
        };
        for (name, value) in numbers.chain(reference) {
            if !(value > 0.0 && value.is_finite()) {
                faults.push(fault(key(name), value.to_string(), "a number above 0"));
            }
        }
    }
    if rules.classes.is_empty() {
        faults.push(fault(Some("class".to_owned()), "none", "one at the least"));
    }
    for (number, class) in rules.classes.iter().enumerate() {
        let key = |name: &str| Some(format!("class[{}].{name}", number + 1));
        if rules.classes[..number].iter().any(|other| other.id == class.id) {
            faults.push(fault(key("id"), format!("`{}` twice", class.id), "each once"));
        }
        if class.up_to_share.is_some() == class.from_score.is_some() {
            let found = if class.up_to_share.is_some() { "up_to_share and from_score" } else { "neither" };
            faults.push(fault(key("up_to_share"), found, "either up_to_share or from_score"));
        }
        if class.up_to_share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            faults.push(fault(key("up_to_share"), "another number", "a number between 0 and 1"));
        }
        if let Some(before) = number.checked_sub(1).map(|before| &rules.classes[before]) {
            let falls = before.up_to_share.zip(class.up_to_share).is_some_and(|(one, other)| other < one);
            let rises = before.from_score.zip(class.from_score).is_some_and(|(one, other)| other > one);
            if falls || rises {
                faults.push(fault(key("id"), format!("`{}` behind `{}`", class.id, before.id), "the best class first"));
            }
        }
    }
    faults
}

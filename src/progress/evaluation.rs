use std::collections::{BTreeMap, HashMap};

use polars::prelude::{Column, DataFrame};

use crate::error::{Error, Result};
use crate::model::{Enterprise, Language, Standing, column};
use crate::policy::{Amount, EvaluationRules, EvaluationScope, Indicator, ReferenceValue, SharedLand};

/// The score of a firm on one indicator, with all that it was made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndicatorScore {
    /// The amount of the firm, or of all firms of its parcel.
    pub numerator: Option<f64>,
    /// What it is for each unit of.
    pub denominator: Option<f64>,
    /// The quotient, in the unit of the indicator; `None` if an amount is missing or the denominator is 0.
    pub value: Option<f64>,
    /// The value with which it was compared; `None` if no firm of the group has one.
    pub reference: Option<f64>,
    /// The points.
    pub points: Option<f64>,
}

/// The evaluation of a firm.
#[derive(Debug, Clone, PartialEq)]
pub struct FirmEvaluation {
    /// The id of the firm.
    pub id: String,
    /// The group among which it was scored: a sector, `other` for sectors with few firms, or `all`.
    pub group: String,
    /// The parcel that it shares with others.
    pub parcel: Option<String>,
    /// The scores, in the order of the indicators.
    pub scores: Vec<IndicatorScore>,
    /// The sum of the points; `None` if an indicator has none.
    pub score: Option<f64>,
    /// The rank in the group by score, from 1; firms with equal scores share it. `None` without a score.
    pub rank: Option<u64>,
    /// The number of firms with a score in the group.
    pub of: u64,
    /// The id of the class; `None` without a score.
    pub class: Option<String>,
}

/// The group of sectors with few firms, and of firms without a sector.
pub const OTHER_SECTORS: &str = "other";
/// The group of all firms.
pub const ALL_FIRMS: &str = "all";

/// Evaluates firms per mu 亩均论英雄 by the rules of a policy: each indicator of a firm is a quotient of two amounts and gets points, and the
/// sum of the points puts the firm in a class.
///
/// With the value x = numerator / denominator / `divide_by` of an indicator with weight w, reference r and cap c, the points are w · min(max(x
/// / r, 0), c). The reference `mean` is the sum of the numerators over that of the
/// denominators, of the firms of the group that have a value. The score is the sum of the
/// points. With n firms that have a score in the group, a firm with k firms ahead of it is in the first class with k < n · `up_to_share`; firms
/// with equal scores have equally many ahead and stay together. A class with `from_score` holds the scores from there on.
///
/// Firms of one parcel, by `parcels` from their ids, are scored as one: amounts are added, land by the rule `shared_land`; each gets the
/// score of all.
///
/// # Units
///
/// Values in the units of the indicators; points and scores in points.
///
/// # Undefined
///
/// A firm without an amount, or with a denominator of 0, has no value for that indicator, no score and no class: it is told as not evaluated,
/// not put last. A numerator of 0 is a value.
///
/// # Examples
///
/// Half of the reference gets half of the points, and no more than the cap is given:
///
/// ```
/// # use std::collections::HashMap;
/// # use jiju::model::Enterprise;
/// use jiju::progress::evaluation;
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// let mut rules = jiju::policy::evaluation_rules(folder.as_ref())?;
/// rules.indicators.truncate(1); // 亩均税收, 40 points, capped at 60
/// let firm = |id: &str, tax_cny: f64| Enterprise {
///     # row: 2, sheet: None, surrogate_id: false, name: id.to_owned(), address: None, location: None, district: None, town: None,
///     # industry_code: None, sector: None, employees: None, output_cny: None, energy_tce: None,
///     id: id.into(), tax_cny: Some(tax_cny), land_mu: Some(10.0),
/// };
/// let firms = [firm("A", 1e6), firm("B", 5e5), firm("C", 0.0)]; // a mean of 5 per mu
/// let found = evaluation(&rules, &firms, &HashMap::new());
/// let points: Vec<_> = found.iter().map(|firm| firm.score.unwrap()).collect();
/// assert_eq!(points, [60.0, 40.0, 0.0]);
/// let classes: Vec<_> = found.iter().filter_map(|firm| firm.class.as_deref()).collect();
/// assert_eq!(classes, ["A", "B", "B"]); // the third of three firms has two ahead of it, fewer than 70 % of three
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn evaluation(
    rules: &EvaluationRules,
    firms: &[Enterprise],
    parcels: &HashMap<String, String>,
) -> Vec<FirmEvaluation> {
    let mut in_sector: HashMap<&str, usize> = HashMap::new();
    for sector in firms.iter().filter_map(|firm| firm.sector.as_deref()) {
        *in_sector.entry(sector).or_default() += 1;
    }
    let group_of = |firm: &Enterprise| -> String {
        match (rules.per, firm.sector.as_deref()) {
            (EvaluationScope::All, _) => ALL_FIRMS.to_owned(),
            (EvaluationScope::Sector, Some(sector)) if in_sector[sector] >= rules.least_firms => sector.to_owned(),
            (EvaluationScope::Sector, _) => OTHER_SECTORS.to_owned(),
        }
    };
    // Firms of one parcel and group are one unit; others are one by themselves.
    let mut units: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (place, firm) in firms.iter().enumerate() {
        let parcel = parcels.get(&*firm.id);
        let unit = parcel.map_or_else(|| format!("firm {place}"), |parcel| format!("parcel {parcel}"));
        units.entry((group_of(firm), unit)).or_default().push(place);
    }
    let mut found: Vec<Option<FirmEvaluation>> = vec![None; firms.len()];
    let groups: std::collections::BTreeSet<&String> = units.keys().map(|(group, _)| group).collect();
    for group in groups {
        let own: Vec<&Vec<usize>> =
            units.iter().filter(|((other, _), _)| other == group).map(|(_, unit)| unit).collect();
        let amounts: Vec<Vec<(Option<f64>, Option<f64>)>> = own
            .iter()
            .map(|unit| {
                let amount =
                    |amount: Amount| amount_of(unit.iter().map(|place| &firms[*place]), amount, rules.shared_land);
                rules.indicators.iter().map(|one| (amount(one.numerator), amount(one.denominator))).collect()
            })
            .collect();
        let references: Vec<Option<f64>> = rules
            .indicators
            .iter()
            .enumerate()
            .map(|(number, indicator)| reference_of(indicator, amounts.iter().map(|amounts| amounts[number])))
            .collect();
        let scores: Vec<(Vec<IndicatorScore>, Option<f64>)> = amounts
            .iter()
            .map(|amounts| {
                let scores: Vec<IndicatorScore> = rules
                    .indicators
                    .iter()
                    .zip(amounts)
                    .zip(&references)
                    .map(|((indicator, amounts), reference)| score_of(indicator, *amounts, *reference))
                    .collect();
                let score = scores.iter().map(|score| score.points).sum::<Option<f64>>();
                // Sums of the same parts are equal, whatever the last digits say.
                (scores, score.map(|score| (score * 1e6).round() / 1e6))
            })
            .collect();
        // Each firm counts, also those of one parcel.
        let mut all: Vec<f64> = Vec::new();
        for (unit, (_, score)) in own.iter().zip(&scores) {
            all.extend(score.iter().flat_map(|score| std::iter::repeat_n(*score, unit.len())));
        }
        all.sort_by(|one, other| other.total_cmp(one));
        for (unit, (scores, score)) in own.iter().zip(&scores) {
            let ahead = score.map(|score| all.partition_point(|other| *other > score));
            for place in unit.iter() {
                let firm = &firms[*place];
                found[*place] = Some(FirmEvaluation {
                    id: firm.id.to_string(),
                    group: group.clone(),
                    parcel: parcels.get(&*firm.id).cloned(),
                    scores: scores.clone(),
                    score: *score,
                    rank: ahead.map(|ahead| ahead as u64 + 1),
                    of: all.len() as u64,
                    class: score.zip(ahead).and_then(|(score, ahead)| class_of(rules, score, ahead, all.len())),
                });
            }
        }
    }
    found.into_iter().flatten().collect()
}

/// An amount of a unit: of one firm its own, of a parcel the sum; `None` if one of them is missing.
fn amount_of<'a>(firms: impl Iterator<Item = &'a Enterprise>, amount: Amount, shared_land: SharedLand) -> Option<f64> {
    let amounts = firms
        .map(|firm| match amount {
            Amount::Employees => firm.employees,
            Amount::OutputCny => firm.output_cny,
            Amount::TaxCny => firm.tax_cny,
            Amount::LandMu => firm.land_mu,
            Amount::EnergyTce => firm.energy_tce,
        })
        .collect::<Option<Vec<f64>>>()?;
    match (amount, shared_land) {
        (Amount::LandMu, SharedLand::Once) => amounts.into_iter().reduce(f64::max),
        _ => Some(amounts.iter().sum()),
    }
}

fn reference_of(indicator: &Indicator, amounts: impl Iterator<Item = (Option<f64>, Option<f64>)>) -> Option<f64> {
    match indicator.reference {
        ReferenceValue::Value(value) => Some(value),
        ReferenceValue::Of(_) => {
            let (mut above, mut below) = (0.0, 0.0);
            for (numerator, denominator) in amounts {
                // A firm without a value has no part in the mean.
                if let (Some(numerator), Some(denominator)) = (numerator, denominator.filter(|land| *land > 0.0)) {
                    above += numerator;
                    below += denominator;
                }
            }
            Some(above / below / indicator.divide_by).filter(|mean| mean.is_finite() && *mean > 0.0)
        }
    }
}

fn score_of(
    indicator: &Indicator,
    (numerator, denominator): (Option<f64>, Option<f64>),
    reference: Option<f64>,
) -> IndicatorScore {
    let value = numerator
        .zip(denominator.filter(|denominator| *denominator > 0.0))
        .map(|(numerator, denominator)| numerator / denominator / indicator.divide_by);
    let points =
        value.zip(reference).map(|(value, reference)| indicator.weight * (value / reference).clamp(0.0, indicator.cap));
    IndicatorScore { numerator, denominator, value, reference, points }
}

fn class_of(rules: &EvaluationRules, score: f64, ahead: usize, all: usize) -> Option<String> {
    let is_in = |class: &&crate::policy::EvaluationClass| {
        class.up_to_share.is_some_and(|share| (ahead as f64) < share * all as f64 - 1e-9)
            || class.from_score.is_some_and(|from| score >= from)
    };
    rules.classes.iter().find(is_in).map(|class| class.id.clone())
}

/// Makes a table of evaluated firms: `class`, `class_name`, `id`, `name`, `district`, `group`, `rank`, `of`, `score`, then for each indicator
/// its value, its reference and its points, the amounts, and the parcel.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_evaluation(
    rules: &EvaluationRules,
    rows: &[&FirmEvaluation],
    firms: &HashMap<&str, &Enterprise>,
    standing: &Standing,
    language: Language,
) -> Result<DataFrame> {
    let text = |name: &str, cell: &dyn Fn(&FirmEvaluation) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(|row| cell(row)).collect::<Vec<_>>())
    };
    let number = |name: String, cell: &dyn Fn(&FirmEvaluation) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(|row| cell(row)).collect::<Vec<_>>())
    };
    let class_name = |row: &FirmEvaluation| {
        let class = rules.classes.iter().find(|class| Some(&class.id) == row.class.as_ref())?;
        Some(language.pick(&class.name_zh, &class.name_en).clone())
    };
    let mut columns = vec![
        text("class", &|row| row.class.clone()),
        text("class_name", &class_name),
        text(column::NAME, &|row| firms.get(row.id.as_str()).map(|firm| firm.name.clone())),
        text(column::DISTRICT, &|row| standing.get(row.id.as_str()).map(|adcode| adcode.to_string())),
        text("group", &|row| Some(row.group.clone())),
        number("score".to_owned(), &|row| row.score),
        Column::new(column::RANK.into(), rows.iter().map(|row| row.rank).collect::<Vec<_>>()),
        Column::new("of".into(), rows.iter().map(|row| row.of).collect::<Vec<_>>()),
    ];
    for (place, indicator) in rules.indicators.iter().enumerate() {
        let id = &indicator.id;
        columns.push(number(id.clone(), &|row| row.scores[place].value));
        columns.push(number(format!("{id}_points"), &|row| row.scores[place].points));
        columns.push(number(format!("{id}_reference"), &|row| row.scores[place].reference));
        columns.push(number(format!("{id}_numerator"), &|row| row.scores[place].numerator));
        columns.push(number(format!("{id}_denominator"), &|row| row.scores[place].denominator));
    }
    columns.push(text("parcel", &|row| row.parcel.clone()));
    columns.push(text(column::ID, &|row| Some(row.id.clone())));
    DataFrame::new(rows.len(), columns).map_err(Error::table("the evaluation"))
}

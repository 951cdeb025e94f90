use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, DataType};
use serde::{Deserialize, Serialize};
use strum::{EnumString, VariantNames};

use super::firm::{FirmState, firms};
use crate::declare::{choice, parameters};
use crate::error::{Error, Result};
use crate::model::{Enterprise, Ledger, LedgerEntry, Register, Stage, Standing, column};
use crate::policy::{Policy, Programme, Term, Tier};

/// What the firms of a programme are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CountBy {
    /// The programme alone.
    Programme,
    /// The district where a firm stands.
    District,
    /// The town where it stands, or else the one that it declares.
    Town,
    /// The grounds in its ledger rows.
    Ground,
    /// The tier of its key industry.
    Tier,
    /// Its block economy.
    Block,
    /// The classes of equipment in its ledger rows.
    Equipment,
    /// The measures in its ledger rows.
    Measure,
    /// The stages of acceptance: how many firms passed each, and how long that took.
    Stage,
}

choice!(CountBy);

/// How deep a ledger is counted.
#[parameters]
#[derive(Default)]
pub struct CountDepth {
    /// Count by something else than the quotas' districts.
    #[parameter(conflicts = "rows")]
    pub count_by: Option<CountBy>,
    /// A row for each firm of each programme, with its stage, its dates and the rows of the ledger it was counted from.
    pub rows: bool,
}

/// A ledger and what is known of its firms.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The register.
    pub register: &'a Register,
    /// Enterprise id → adcode of the district where it stands.
    pub standing: &'a Standing,
    /// Enterprise id → town.
    pub towns: &'a HashMap<String, String>,
    /// The day whose state is counted.
    pub as_of: NaiveDate,
}

/// A firm of a programme.
struct CountedFirm<'a> {
    programme: &'a Programme,
    id: &'a str,
    enterprise: Option<&'a Enterprise>,
    /// The district of the policy in which it stands.
    district: Option<&'a str>,
    entries: Vec<&'a LedgerEntry>,
    state: FirmState<'a>,
}

/// Of a group of firms: those that passed each stage, those accepted, and the days that this took.
type GroupCounts = (Vec<u64>, u64, Vec<i64>);

/// A row of the table by stages.
struct StageRow<'a> {
    programme: &'a Term,
    stage: &'a Term,
    firms: u64,
    share: Option<f64>,
    median_days: Option<f64>,
}

/// What a firm belongs to: its place in the order, its id, its names.
type Group = (usize, String, String, String);

impl<'a> Counted<'a> {
    fn firms(&self) -> Vec<CountedFirm<'a>> {
        let mut found = Vec::new();
        for programme in &self.policy.programmes {
            let mut entries: HashMap<&str, Vec<&LedgerEntry>> = HashMap::new();
            for entry in self.ledger.entries.iter().filter(|entry| entry.programme == programme.term.id) {
                entries.entry(entry.id.as_str()).or_default().push(entry);
            }
            for (id, state) in firms(self.ledger, programme) {
                if !state.had_passed(Stage::LISTED, self.as_of) {
                    continue;
                }
                let adcode = self.standing.get(id).map(|adcode| &**adcode);
                let district = adcode.filter(|adcode| self.policy.districts.iter().any(|one| one.adcode == *adcode));
                found.push(CountedFirm {
                    programme,
                    id,
                    enterprise: self.register.enterprise(id),
                    district,
                    entries: entries.remove(id).unwrap_or_default(),
                    state,
                });
            }
        }
        found
    }

    /// What a firm belongs to; several things where its rows name several.
    fn groups(&self, firm: &CountedFirm<'_>, by: CountBy) -> Vec<Group> {
        let policy = self.policy;
        let named = |terms: Vec<&Term>, ids: &dyn Fn(&LedgerEntry) -> Vec<String>| -> Vec<Group> {
            let of_firm: Vec<String> = firm.entries.iter().flat_map(|entry| ids(entry)).collect();
            let known = terms.into_iter().enumerate().filter(|(_, term)| of_firm.contains(&term.id));
            known.map(|(place, term)| (place, term.id.clone(), term.name_zh.clone(), term.name_en.clone())).collect()
        };
        let code = firm.enterprise.and_then(|enterprise| enterprise.industry_code.as_deref());
        let found = match by {
            CountBy::Programme | CountBy::Stage => {
                let city = &policy.city;
                vec![(0, city.id.clone(), city.name_zh.clone(), city.name_en.clone())]
            }
            CountBy::District => {
                let districts = policy.districts.iter().enumerate();
                let own = districts.filter(|(_, district)| firm.district == Some(district.adcode.as_str()));
                own.map(|(place, one)| (place, one.adcode.clone(), one.name_zh.clone(), one.name_en.clone())).collect()
            }
            CountBy::Town => {
                let town = self.towns.get(firm.id);
                let place = policy.districts.iter().position(|one| firm.district == Some(one.adcode.as_str()));
                town.map(|town| (place.unwrap_or(usize::MAX), town.clone(), town.clone(), town.clone()))
                    .into_iter()
                    .collect()
            }
            CountBy::Ground => {
                let grounds = policy.grounds.iter().map(|ground| &ground.term).collect();
                named(grounds, &|entry| entry.ground.iter().cloned().collect())
            }
            CountBy::Measure => {
                named(policy.measures.iter().collect(), &|entry| entry.measure.iter().cloned().collect())
            }
            CountBy::Equipment => named(policy.equipment.iter().collect(), &|entry| entry.equipment.clone()),
            CountBy::Tier => {
                let tiers = code.into_iter().flat_map(|code| {
                    policy.industries.iter().filter(move |industry| {
                        industry.district.as_deref().is_none_or(|district| firm.district == Some(district))
                            && industry.code_prefixes.iter().any(|prefix| code.starts_with(prefix.as_str()))
                    })
                });
                let first = tiers.map(|industry| tier(industry.tier)).min_by_key(|(place, ..)| *place);
                first
                    .into_iter()
                    .map(|(place, id, zh, en)| (place, id.to_owned(), zh.to_owned(), en.to_owned()))
                    .collect()
            }
            CountBy::Block => {
                let block = firm.district.zip(code).and_then(|(adcode, code)| policy.blocks_of(adcode, code).next());
                let place = |id: &str| policy.blocks.iter().position(|block| block.term.id == id).unwrap_or(0);
                block
                    .map(|block| &block.term)
                    .map(|term| (place(&term.id), term.id.clone(), term.name_zh.clone(), term.name_en.clone()))
                    .into_iter()
                    .collect()
            }
        };
        if found.is_empty() {
            vec![(usize::MAX, String::new(), "未注明".to_owned(), "not stated".to_owned())]
        } else {
            found
        }
    }
}

const fn tier(tier: Tier) -> (usize, &'static str, &'static str, &'static str) {
    match tier {
        Tier::National => (0, "national", "国家重点行业", "Key industries of the nation"),
        Tier::Provincial => (1, "provincial", "省级重点行业", "Key industries of the province"),
        Tier::Local => (2, "local", "地方其他行业", "Other local industries"),
    }
}

/// The middle of some numbers of days; the mean of the two in the middle of an even number.
fn median(days: &mut [i64]) -> Option<f64> {
    days.sort_unstable();
    let middle = days.len() / 2;
    let upper = *days.get(middle)? as f64;
    if days.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*days.get(middle - 1)? as f64, upper)) }
}

/// The days between two dates that are known.
fn days_between(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<i64> {
    let known = |day: &NaiveDate| *day != NaiveDate::MIN;
    Some((to.filter(known)? - from.filter(known)?).num_days())
}

/// Counts the firms of each programme by what they belong to, in a table with the columns `programme`, `programme_name_zh`,
/// `programme_name_en`, `group`, `group_name_zh`, `group_name_en`, one for each stage, `accepted` and `median_days`.
///
/// As in the quota table, a firm counts once under a programme and only if it stands in a district of the policy, so that the groups of
/// districts, towns, tiers and blocks sum to the city; of grounds, equipment and measures a firm counts in each that its rows name.
/// `median_days` is the median of the days from being listed to the accepting stage, of the firms accepted whose two dates are known.
///
/// By stage, a row for each stage: `firms` that passed it, `share` of those listed, and `median_days` since the stage before.
///
/// # Undefined
///
/// `median_days`, where no firm has both dates; `share`, where none is listed.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn counts_by(counted: &Counted<'_>, by: CountBy) -> Result<DataFrame> {
    if by == CountBy::Stage {
        return funnel(counted);
    }
    let stages = &counted.policy.stages;
    let mut groups: BTreeMap<(usize, Group), GroupCounts> = BTreeMap::new();
    for firm in counted.firms().iter().filter(|firm| firm.district.is_some()) {
        let programmes = counted.policy.programmes.iter();
        let place = programmes.clone().position(|known| known.term.id == firm.programme.term.id).unwrap_or(0);
        let accepting = firm.programme.accepting_stage;
        for group in counted.groups(firm, by) {
            let (passed, accepted, days) =
                groups.entry((place, group)).or_insert_with(|| (vec![0; stages.len()], 0, Vec::new()));
            for (count, stage) in passed.iter_mut().zip(stages) {
                *count += u64::from(firm.state.had_passed(stage.stage, counted.as_of));
            }
            if firm.state.had_passed(accepting, counted.as_of) {
                *accepted += 1;
                days.extend(days_between(firm.state.since(Stage::LISTED), firm.state.since(accepting)));
            }
        }
    }
    let programme = |place: usize| counted.policy.programmes.get(place).map(|programme| &programme.term);
    let text = |name: &str, cell: &dyn Fn(&(usize, Group)) -> Option<String>| {
        Column::new(name.into(), groups.keys().map(cell).collect::<Vec<_>>())
    };
    let mut columns = vec![
        text(column::PROGRAMME, &|(place, _)| Some(programme(*place)?.id.clone())),
        text(column::PROGRAMME_NAME_ZH, &|(place, _)| Some(programme(*place)?.name_zh.clone())),
        text(column::PROGRAMME_NAME_EN, &|(place, _)| Some(programme(*place)?.name_en.clone())),
        text("group", &|(_, (_, id, ..))| Some(id.clone()).filter(|id| !id.is_empty())),
        text("group_name_zh", &|(_, (_, _, zh, _))| Some(zh.clone())),
        text("group_name_en", &|(_, (.., en))| Some(en.clone())),
    ];
    for (position, stage) in stages.iter().enumerate() {
        let counts: Vec<Option<u64>> = groups.values().map(|(passed, ..)| passed.get(position).copied()).collect();
        columns.push(Column::new(stage.column.as_str().into(), counts));
    }
    columns.push(Column::new(
        column::ACCEPTED.into(),
        groups.values().map(|(_, accepted, _)| *accepted).collect::<Vec<_>>(),
    ));
    let medians: Vec<Option<f64>> = groups.values().map(|(.., days)| median(&mut days.clone())).collect();
    columns.push(Column::new("median_days".into(), medians));
    DataFrame::new(groups.len(), columns).map_err(Error::table("the counts"))
}

/// The firms that passed each stage, and how long that took since the stage before.
fn funnel(counted: &Counted<'_>) -> Result<DataFrame> {
    let firms = counted.firms();
    let mut rows: Vec<StageRow<'_>> = Vec::new();
    for programme in &counted.policy.programmes {
        let own: Vec<&CountedFirm<'_>> = firms
            .iter()
            .filter(|firm| firm.district.is_some() && firm.programme.term.id == programme.term.id)
            .collect();
        for (position, stage) in counted.policy.stages.iter().enumerate() {
            let passed: Vec<_> = own.iter().filter(|firm| firm.state.had_passed(stage.stage, counted.as_of)).collect();
            let before = position.checked_sub(1).and_then(Stage::at);
            let mut days: Vec<i64> = passed
                .iter()
                .filter_map(|firm| days_between(firm.state.since(before?), firm.state.since(stage.stage)))
                .collect();
            let share = (!own.is_empty()).then(|| passed.len() as f64 / own.len() as f64);
            rows.push(StageRow {
                programme: &programme.term,
                stage: &stage.term,
                firms: passed.len() as u64,
                share,
                median_days: median(&mut days),
            });
        }
    }
    let text = |name: &str, cell: fn(&StageRow<'_>) -> String| {
        Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
    };
    let columns = vec![
        text(column::PROGRAMME, |row| row.programme.id.clone()),
        text(column::PROGRAMME_NAME_ZH, |row| row.programme.name_zh.clone()),
        text(column::PROGRAMME_NAME_EN, |row| row.programme.name_en.clone()),
        text("stage", |row| row.stage.id.clone()),
        text("stage_name_zh", |row| row.stage.name_zh.clone()),
        text("stage_name_en", |row| row.stage.name_en.clone()),
        Column::new("firms".into(), rows.iter().map(|row| row.firms).collect::<Vec<_>>()),
        Column::new(column::SHARE.into(), rows.iter().map(|row| row.share).collect::<Vec<_>>()),
        Column::new("median_days".into(), rows.iter().map(|row| row.median_days).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the stages"))
}

/// Makes a table with a row for each firm of each programme, so that every count can be traced: `programme`, `district`,
/// `district_name_zh`, `town`, `id`, `name`, the last `stage` passed by the day, the first day by which each stage had been passed,
/// whether it is `accepted`, and the `ledger_rows` it was counted from, separated by blanks. A firm without a district counts in none.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn counted_rows(counted: &Counted<'_>) -> Result<DataFrame> {
    let firms = counted.firms();
    let policy = counted.policy;
    let text = |name: &str, cell: &dyn Fn(&CountedFirm<'_>) -> Option<String>| {
        Column::new(name.into(), firms.iter().map(cell).collect::<Vec<_>>())
    };
    let mut columns = vec![
        text(column::PROGRAMME, &|firm| Some(firm.programme.term.id.clone())),
        text(column::DISTRICT, &|firm| firm.district.map(str::to_owned)),
        text(column::DISTRICT_NAME_ZH, &|firm| Some(policy.district(firm.district?)?.name_zh.clone())),
        text("town", &|firm| counted.towns.get(firm.id).cloned()),
        text("id", &|firm| Some(firm.id.to_owned())),
        text("name", &|firm| Some(firm.enterprise?.name.clone())),
        text("stage", &|firm| {
            let passed = policy.stages.iter().rev().find(|stage| firm.state.had_passed(stage.stage, counted.as_of))?;
            Some(passed.term.id.clone())
        }),
    ];
    for stage in &policy.stages {
        let days = firms.iter().map(|firm| firm.state.since(stage.stage).filter(|day| *day != NaiveDate::MIN));
        let days = Column::new(stage.date_column().into(), days.collect::<Vec<_>>());
        columns.push(days.cast(&DataType::Date).map_err(Error::table("the rows"))?);
    }
    let accepted = firms
        .iter()
        .map(|firm| firm.district.is_some() && firm.state.had_passed(firm.programme.accepting_stage, counted.as_of));
    columns.push(Column::new(column::ACCEPTED.into(), accepted.collect::<Vec<_>>()));
    columns.push(text("ledger_rows", &|firm| {
        let rows: Vec<String> = firm.entries.iter().map(|entry| entry.row.to_string()).collect();
        Some(rows.join(" "))
    }));
    DataFrame::new(firms.len(), columns).map_err(Error::table("the rows"))
}

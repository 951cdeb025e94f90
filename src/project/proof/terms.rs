//! The words by which a text names what it counts, where, and of which programme.

use super::super::survey::Survey;
use super::numbers::Unit;
use crate::model::column;

/// A name in a text, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named<T> {
    pub(super) words: Vec<char>,
    pub(super) means: T,
}

/// What a phrase says is counted, in the columns of tables: as firms, and in percent. A phrase without any says that the number behind
/// it stands in no table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) counts: Vec<String>,
    pub(super) percents: Vec<String>,
}

impl Measure {
    /// The columns that a number with such a unit may stand in.
    pub(super) fn columns(&self, unit: Unit) -> &[String] {
        match unit {
            Unit::Percent => &self.percents,
            Unit::Other => &[],
            _ => &self.counts,
        }
    }

    /// Whether it is of what is expected, whatever else is said with it.
    pub(super) fn is_forecast(&self) -> bool {
        self.counts.first().is_some_and(|column| column == "forecast")
    }

    /// Whether it says that the number behind it stands in no table.
    pub(super) fn is_none(&self) -> bool {
        self.counts.is_empty() && self.percents.is_empty()
    }
}

/// A phrase, the columns of counts, the columns of percentages; several are separated by blanks.
const PHRASES: &[(&str, &str, &str)] = &[
    ("完成目标任务", "accepted quota", "rate"),
    ("完成任务", "accepted quota", "rate"),
    ("目标任务", "quota", "rate"),
    ("任务目标", "quota", "rate"),
    ("年度任务", "quota", "rate"),
    ("任务数", "quota", ""),
    ("目标数", "quota", ""),
    ("目标", "quota", "rate"),
    ("任务", "quota", "rate"),
    ("应完成", "", ""),
    ("预计完成", "forecast", ""),
    ("预计", "forecast", ""),
    ("验收完成", "accepted", "rate"),
    ("累计完成", "accepted", "rate"),
    ("完成验收", "accepted", "rate"),
    ("通过验收", "accepted", "rate"),
    ("验收通过", "accepted", "rate"),
    ("已完成", "accepted", "rate"),
    ("完成率", "", "rate"),
    ("完成进度", "", "rate"),
    ("完成比例", "", "rate"),
    ("逾期未完成", "overdue", ""),
    ("尚未完成", "gap", ""),
    ("未完成", "gap", ""),
    ("完成", "accepted", "rate"),
    ("淘汰", "accepted", "rate"),
    ("整治", "accepted", "rate"),
    ("序时进度", "", "due_rate"),
    ("时间进度", "", "due_rate"),
    ("进度", "", "rate"),
    ("缺口", "gap", ""),
    ("尚缺", "gap", ""),
    ("还缺", "gap", ""),
    ("尚差", "gap", ""),
    ("还差", "gap", ""),
    ("相差", "gap", ""),
    ("超额完成", "surplus", ""),
    ("超额", "surplus", ""),
    ("排名", "rank", ""),
    ("位居", "rank", ""),
    ("位列", "rank", ""),
    ("名列", "rank", ""),
    ("居", "rank", ""),
    ("列入验收清单", "list:accepted", ""),
    ("验收清单", "list:accepted", ""),
    ("列入台账", "listed", ""),
    ("纳入台账", "listed", ""),
    ("列入", "listed", ""),
    ("台账", "listed", ""),
    ("未落位", "unplaced list:unplaced", ""),
    ("限期整改", "to_rectify", ""),
    ("逾期", "overdue", ""),
    ("依法关闭", "closed", ""),
    ("关停退出", "closed", ""),
    ("关停", "closed", ""),
    ("关闭", "closed", ""),
    ("无验收日期", "undated", ""),
    ("概率", "", "met_probability"),
    ("退回", "rejected", ""),
    ("问题", "problems", ""),
    ("每平方千米", "density_per_km2", ""),
    ("每平方公里", "density_per_km2", ""),
    ("入园率", "", "in_park_share"),
    ("增加", "", ""),
    ("减少", "", ""),
    ("提高", "", ""),
    ("上升", "", ""),
    ("下降", "", ""),
    ("同比", "", ""),
    ("环比", "", ""),
    ("较上", "", ""),
    ("比上", "", ""),
    ("区间", "", ""),
    ("quota", "quota", "rate"),
    ("target", "quota", "rate"),
    ("accepted", "accepted", "rate"),
    ("completed", "accepted", "rate"),
    ("finished", "accepted", "rate"),
    ("completion rate", "", "rate"),
    ("rate", "", "rate"),
    ("even pace", "", "due_rate"),
    ("missing", "gap", ""),
    ("gap", "gap", ""),
    ("short of", "gap", ""),
    ("remaining", "gap", ""),
    ("outstanding", "gap", ""),
    ("to go", "gap", ""),
    ("ranks", "rank", ""),
    ("ranked", "rank", ""),
    ("rank", "rank", ""),
    ("place", "rank", ""),
    ("are listed", "listed", ""),
    ("lists", "listed", ""),
    ("listed", "listed", ""),
    ("in the ledger", "listed", ""),
    ("in no district", "unplaced list:unplaced", ""),
    ("to rectify", "to_rectify", ""),
    ("overdue", "overdue", ""),
    ("closed", "closed", ""),
    ("on the acceptance list", "list:accepted", ""),
    ("without a date", "undated", ""),
    ("expected", "forecast", ""),
    ("interval", "", ""),
    ("probability", "", "met_probability"),
    ("rejected", "rejected", ""),
    ("problems", "problems", ""),
    ("per km²", "density_per_km2", ""),
    ("in parks", "", "in_park_share"),
    ("rose", "", ""),
    ("fell", "", ""),
    ("increase", "", ""),
    ("more than last", "", ""),
];

/// The words that a text uses for what a policy has.
pub(super) struct Terms {
    pub(super) measures: Vec<Named<Measure>>,
    /// By adcode; the city by its id.
    pub(super) places: Vec<Named<String>>,
    pub(super) programmes: Vec<Named<String>>,
}

impl Terms {
    pub(super) fn new(survey: &Survey) -> Self {
        let policy = &survey.policy;
        let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let mut measures: Vec<Named<Measure>> = PHRASES
            .iter()
            .map(|(phrase, counts, percents)| Named {
                words: folded(phrase),
                means: Measure { counts: words(counts), percents: words(percents) },
            })
            .collect();
        let listed = policy.stages.first().map_or(column::LISTED, |stage| stage.column.as_str());
        for named in &mut measures {
            named.means.counts.iter_mut().filter(|one| *one == column::LISTED).for_each(|one| listed.clone_into(one));
        }
        for stage in &policy.stages {
            let means = Measure { counts: vec![stage.column.clone()], percents: Vec::new() };
            for name in [&stage.term.name_zh, &stage.term.name_en] {
                measures.push(Named { words: folded(name), means: means.clone() });
            }
        }
        let mut places = Vec::new();
        for district in &policy.districts {
            let stem = district.name_zh.trim_end_matches(['区', '县', '市']);
            for name in [district.name_zh.as_str(), stem, &district.name_en, &district.adcode] {
                places.push(Named { words: folded(name), means: district.adcode.clone() });
            }
        }
        let stem = policy.city.name_zh.trim_end_matches('市');
        for name in ["全市", "the city", "the whole city", &policy.city.name_zh, stem, &policy.city.name_en] {
            places.push(Named { words: folded(name), means: policy.city.id.clone() });
        }
        let mut programmes = Vec::new();
        for programme in &policy.programmes {
            let (zh, id) = (&programme.term.name_zh, &programme.term.id);
            let plain: String = zh.chars().filter(|one| !matches!(one, '“' | '”' | '"')).collect();
            let quoted = zh.split_once('“').and_then(|(_, rest)| rest.split_once('”')).map(|(inner, _)| inner);
            let names =
                [Some(zh.as_str()), Some(plain.as_str()), quoted, Some(programme.term.name_en.as_str()), Some(id)];
            for name in names.into_iter().flatten().filter(|name| name.chars().count() > 1) {
                programmes.push(Named { words: folded(name), means: id.clone() });
            }
        }
        // The longest first: 越城区 before 越城.
        measures.sort_by_key(|named| std::cmp::Reverse(named.words.len()));
        places.sort_by_key(|named| std::cmp::Reverse(named.words.len()));
        programmes.sort_by_key(|named| std::cmp::Reverse(named.words.len()));
        Self { measures, places, programmes }
    }
}

/// A text by its characters, of Latin letters the small ones.
pub(super) fn folded(text: &str) -> Vec<char> {
    text.chars().map(|one| one.to_lowercase().next().filter(|_| one.is_ascii()).unwrap_or(one)).collect()
}

/// A name that was found: where it stands, and what it means.
#[derive(Debug, Clone)]
pub(super) struct Found<'a, T> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) means: &'a T,
}

/// The names in a text that was folded, from left to right, the longest where several begin; places that are taken are passed over.
pub(super) fn names_in<'a, T>(text: &[char], names: &'a [Named<T>], taken: &[bool]) -> Vec<Found<'a, T>> {
    let mut found = Vec::new();
    let mut place = 0;
    let is_letter = |at: Option<&char>| at.is_some_and(char::is_ascii_alphanumeric);
    while place < text.len() {
        let own = names.iter().find(|named| {
            let length = named.words.len();
            let is_latin = named.words.first().is_some_and(char::is_ascii);
            // Latin words stand by themselves.
            let is_whole =
                !is_latin || !(is_letter(text.get(place + length)) || place > 0 && is_letter(text.get(place - 1)));
            length > 0
                && is_whole
                && text.get(place..place + length) == Some(named.words.as_slice())
                && !taken.get(place..place + length).is_some_and(|taken| taken.contains(&true))
        });
        match own {
            Some(named) => {
                let end = place + named.words.len();
                found.push(Found { start: place, end, means: &named.means });
                place = end;
            }
            None => place += 1,
        }
    }
    found
}

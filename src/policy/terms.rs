use std::path::PathBuf;

use chrono::NaiveDate;

use super::RankingRule;
use crate::model::{OwnColumn, Stage};

/// A term of the policy in both languages, with its place in the source document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The stable id used in files.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// The place in the source document: `三、重点任务（一）`.
    pub source: String,
}

/// The source document of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// The document number, such as `绍市工转升办〔2020〕14号`.
    pub number: String,
    /// The title in Chinese.
    pub title_zh: String,
    /// The title in English.
    pub title_en: String,
    /// The issuing authority.
    pub issuer: String,
    /// The date of issue.
    pub issued_on: NaiveDate,
}

/// A district of the territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// Administrative code, which is the `adcode` of the boundary file.
    pub adcode: String,
    /// Chinese name, as in the quota table.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// A programme with a quota for each district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Id and names; `retire_outdated_capacity` 淘汰落后产能, `remediate_scattered_workshops` “低散乱”整治.
    pub term: Term,
    /// The Chinese word for the unit that is counted: 家.
    pub unit_zh: String,
    /// The English word for the unit that is counted: firms.
    pub unit_en: String,
    /// The date by which the quota is due, if the document gives one.
    pub deadline: Option<NaiveDate>,
    /// The place of the deadline in the document.
    pub deadline_source: Option<String>,
    /// The city's quota, in firms.
    pub city_quota: u64,
    /// The stage from which a firm counts toward the quota.
    pub accepting_stage: Stage,
}

/// The quota of one programme in one district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The id of the programme.
    pub programme: String,
    /// The adcode of the district.
    pub district: String,
    /// The number of firms.
    pub firms: u64,
    /// The place in the source document.
    pub source: String,
}

/// The level of government that named a key industry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Key industry of the nation 国家重点行业.
    National,
    /// Key industry of the province 省级重点行业.
    Provincial,
    /// Other local industry 地方其他行业, named by a district.
    Local,
}

/// A key industry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIndustry {
    /// The id and names.
    pub term: Term,
    /// The level of government that named the industry.
    pub tier: Tier,
    /// The adcode of the district that named the industry, for a local one.
    pub district: Option<String>,
    /// The qualifier that the document adds in brackets: `制浆和造纸`.
    pub qualifier_zh: Option<String>,
    /// The GB/T 4754-2017 code prefixes of the industry.
    pub code_prefixes: Vec<String>,
}

/// A block economy 块状行业: an industry that clusters in one district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockEconomy {
    /// The id and names, such as `keqiao_dyeing` 柯桥印染和纺织后整理.
    pub term: Term,
    /// The adcode of the district.
    pub district: String,
    /// The GB/T 4754-2017 code prefixes of the block economy.
    pub code_prefixes: Vec<String>,
}

/// A ground for the retirement of a firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The id and names.
    pub term: Term,
    /// The Chinese names of the lead departments.
    pub lead_departments: Vec<String>,
    /// The document's name for the public list of firms to rectify, if it requires one.
    pub to_rectify_list_zh: Option<String>,
    /// The document's name for the public list of firms that were closed or are in serious breach, if it requires one.
    pub closed_list_zh: Option<String>,
}

/// An instrument of the policy beside its quotas: differential prices, joint discipline, the bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// The id and names.
    pub term: Term,
    /// The Chinese names of the lead departments; empty if the document names none.
    pub lead_departments: Vec<String>,
}

/// The policy's own term for a stage of acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTerm {
    /// The stage.
    pub stage: Stage,
    /// The id and names.
    pub term: Term,
    /// The name of the column that counts the firms that passed it: `reviewed`. With `_on` behind it, that of the column of a
    /// ledger with the dates: `reviewed_on`.
    pub column: String,
    /// Whether only a sample of the firms goes through it, such as the city's spot check.
    pub is_sample: bool,
}

/// A sector. The sectors partition the industry codes, and concentration is measured over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector {
    /// The id and names.
    pub term: Term,
    /// The GB/T 4754-2017 code prefixes of the sector. A code belongs to the sector with the longest matching prefix.
    pub code_prefixes: Vec<String>,
}

/// A kind of place that no public map may show as a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveKind {
    /// The id and names.
    pub term: Term,
    /// Words that the name of such a place has.
    pub words: Vec<String>,
    /// The GB/T 4754-2017 code prefixes of such firms; may be empty.
    pub code_prefixes: Vec<String>,
}

/// A policy that has passed all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The folder from which the policy was read.
    pub folder: PathBuf,
    /// The city; its id is its adcode.
    pub city: Term,
    /// The year of the policy.
    pub year: i32,
    /// The source document.
    pub document: PolicyDocument,
    /// The districts, in the order of the quota table.
    pub districts: Vec<District>,
    /// The programmes, in the order of the quota table.
    pub programmes: Vec<Programme>,
    /// The quota table, with a quota for each programme and district.
    pub quotas: Vec<Quota>,
    /// The key industries.
    pub industries: Vec<KeyIndustry>,
    /// The block economies.
    pub blocks: Vec<BlockEconomy>,
    /// The classes of equipment to screen.
    pub equipment: Vec<Term>,
    /// The grounds for retirement, and the task on block economies, each with its lead departments.
    pub grounds: Vec<Ground>,
    /// The “four withouts” 四无.
    pub deficits: Vec<Term>,
    /// The measures that can be applied to a firm.
    pub measures: Vec<Term>,
    /// The stages of acceptance, in order.
    pub stages: Vec<StageTerm>,
    /// The sectors, which partition the industry codes.
    pub sectors: Vec<Sector>,
    /// The rule of the ranking.
    pub ranking: RankingRule,
    /// The instruments beside the quotas: differential prices, joint discipline, bulletin, lists.
    pub instruments: Vec<Instrument>,
    /// The departments to which the document assigns work.
    pub departments: Vec<Term>,
    /// The kinds of places that no public map may show as points; empty if the folder has no `sensitive.csv`.
    pub sensitive: Vec<SensitiveKind>,
}

impl StageTerm {
    /// Returns the name of the column of a ledger with the dates on which the stage was passed: `reviewed_on`.
    #[must_use]
    pub fn date_column(&self) -> String {
        format!("{}_on", self.column)
    }
}

impl Policy {
    /// Returns the columns of a ledger with the dates of the stages, and the headers that stand for them: the name of the stage, by
    /// itself or with 日期 or 时间 behind it, also without its first two characters where no other stage ends so.
    #[must_use]
    pub fn stage_date_columns(&self) -> Vec<OwnColumn> {
        let short = |name: &str| name.chars().skip(2).collect::<String>();
        let columns = self.stages.iter().map(|stage| {
            let name = &stage.term.name_zh;
            let mut headers = vec![format!("{name}日期"), format!("{name}时间"), name.clone()];
            let own = short(name);
            let is_own = self.stages.iter().filter(|other| short(&other.term.name_zh) == own).count() == 1;
            if is_own && own.chars().count() >= 2 {
                headers.extend([format!("{own}日期"), format!("{own}时间")]);
            }
            headers.push(format!("{} date", stage.term.name_en));
            OwnColumn { name: stage.date_column(), headers }
        });
        columns.collect()
    }

    /// Returns the stage that only a sample of the firms goes through, if there is one.
    #[must_use]
    pub fn sampled_stage(&self) -> Option<Stage> {
        self.stages.iter().find(|stage| stage.is_sample).map(|stage| stage.stage)
    }

    /// Returns the policy's term for a stage.
    #[must_use]
    pub fn stage(&self, stage: Stage) -> Option<&StageTerm> {
        self.stages.get(stage.position())
    }

    /// Returns the district with this adcode, Chinese name or English name.
    #[must_use]
    pub fn district(&self, key: &str) -> Option<&District> {
        self.districts.iter().find(|district| {
            district.adcode == key || district.name_zh == key || district.name_en.eq_ignore_ascii_case(key)
        })
    }

    /// Returns the programme with this id.
    #[must_use]
    pub fn programme(&self, id: &str) -> Option<&Programme> {
        self.programmes.iter().find(|programme| programme.term.id == id)
    }

    /// Returns the quota of a programme in a district, in firms.
    #[must_use]
    pub fn quota(&self, programme: &str, adcode: &str) -> Option<u64> {
        self.quotas
            .iter()
            .find(|quota| quota.programme == programme && quota.district == adcode)
            .map(|quota| quota.firms)
    }

    /// Returns the sector of a GB/T 4754-2017 code: the sector with the longest matching prefix.
    ///
    /// # Undefined
    ///
    /// `None` if no prefix of any sector matches the code.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
    /// # let policy = jiju::policy::read(folder.as_ref())?;
    /// let sector = |code| policy.sector_of(code).map(|sector| sector.term.name_zh.as_str());
    /// assert_eq!(sector("1713"), Some("印染")); // 棉印染精加工: 1713 is longer than 17
    /// assert_eq!(sector("1711"), Some("纺织业")); // 棉纺纱加工: 17 alone
    /// assert_eq!(sector("0111"), None); // 稻谷种植, no industry
    /// # Ok::<(), jiju::Error>(())
    /// ```
    #[must_use]
    pub fn sector_of(&self, industry_code: &str) -> Option<&Sector> {
        self.sectors
            .iter()
            .filter_map(|sector| longest_prefix(&sector.code_prefixes, industry_code).map(|length| (length, sector)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, sector)| sector)
    }

    /// Returns the sensitive kind of a place, by its name or its industry code.
    ///
    /// # Undefined
    ///
    /// `None` if the place is of no sensitive kind.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
    /// # let policy = jiju::policy::read(folder.as_ref())?;
    /// let kind = |name, code| policy.sensitive_kind(name, code).map(|kind| kind.term.id.as_str());
    /// assert_eq!(kind("某仓储公司", Some("5942")), Some("hazardous_chemicals"));
    /// assert_eq!(kind("城北民爆器材库", None), Some("weapons_and_explosives"));
    /// assert_eq!(kind("某印染公司", Some("1713")), None);
    /// # Ok::<(), jiju::Error>(())
    /// ```
    #[must_use]
    pub fn sensitive_kind(&self, name: &str, industry_code: Option<&str>) -> Option<&SensitiveKind> {
        self.sensitive.iter().find(|kind| {
            kind.words.iter().any(|word| name.contains(word.as_str()))
                || industry_code.is_some_and(|code| longest_prefix(&kind.code_prefixes, code).is_some())
        })
    }

    /// Returns the block economies of a district to which an industry code belongs, in the policy's order.
    ///
    /// # Examples
    ///
    /// ```
    /// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
    /// # let policy = jiju::policy::read(folder.as_ref())?;
    /// let blocks = |adcode| policy.blocks_of(adcode, "3451").map(|block| block.term.id.as_str()).collect::<Vec<_>>();
    /// assert_eq!(blocks("330624"), ["xinchang_bearings"]); // 滚动轴承制造 in Xinchang
    /// assert!(blocks("330602").is_empty()); // no block of Yuecheng
    /// # Ok::<(), jiju::Error>(())
    /// ```
    pub fn blocks_of(&self, adcode: &str, industry_code: &str) -> impl Iterator<Item = &BlockEconomy> {
        self.blocks.iter().filter(move |block| {
            block.district == adcode && longest_prefix(&block.code_prefixes, industry_code).is_some()
        })
    }
}

fn longest_prefix(prefixes: &[String], code: &str) -> Option<usize> {
    prefixes.iter().filter(|prefix| code.starts_with(prefix.as_str())).map(String::len).max()
}

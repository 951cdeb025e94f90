use std::path::PathBuf;

use chrono::NaiveDate;

use crate::model::Stage;

/// A word of the policy in both languages, with its place in the source document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The stable word files use.
    pub id: String,
    /// Chinese.
    pub name_zh: String,
    /// English.
    pub name_en: String,
    /// Where the document says it: `三、重点任务（一）`.
    pub source: String,
}

/// The document a policy was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `绍市工转升办〔2020〕14号`.
    pub number: String,
    /// Its title.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: NaiveDate,
}

/// A district of the territory, by the id its boundary file uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// Administrative code, the `adcode` of the boundary file.
    pub adcode: String,
    /// Chinese name, as in the quota table.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// A programme with a quota per district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Id and names; `retire_outdated_capacity` 淘汰落后产能, `remediate_scattered_workshops` “低散乱”整治.
    pub term: Term,
    /// What is counted, Chinese: 家.
    pub unit_zh: String,
    /// What is counted, English: firms.
    pub unit_en: String,
    /// When the quota is due, where the document says.
    pub deadline: Option<NaiveDate>,
    /// Where it says so.
    pub deadline_source: Option<String>,
    /// The city's quota.
    pub city_quota: u64,
    /// The stage from which a firm counts.
    pub accepting_stage: Stage,
}

/// The quota of one programme in one district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Programme id.
    pub programme: String,
    /// District adcode.
    pub district: String,
    /// Number of firms.
    pub firms: u64,
    /// Place in the document.
    pub source: String,
}

/// Who named a key industry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 国家重点行业.
    National,
    /// 省级重点行业.
    Provincial,
    /// 地方其他行业, named by a district.
    Local,
}

/// A key industry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIndustry {
    /// Id and names.
    pub term: Term,
    /// Who named it.
    pub tier: Tier,
    /// For a local one, the adcode of the district that named it.
    pub district: Option<String>,
    /// What the document adds in brackets: `制浆和造纸`.
    pub qualifier_zh: Option<String>,
    /// GB/T 4754-2017 code prefixes that belong to it.
    pub code_prefixes: Vec<String>,
}

/// A block economy 块状行业: an industry that clusters in one district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Id and names; `keqiao_dyeing` 柯桥印染和纺织后整理.
    pub term: Term,
    /// District adcode.
    pub district: String,
    /// GB/T 4754-2017 code prefixes that belong to it.
    pub code_prefixes: Vec<String>,
}

/// A ground for retirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Id and names.
    pub term: Term,
    /// The departments that lead, Chinese.
    pub lead_departments: Vec<String>,
    /// What the document calls the public list of the firms to rectify, where it asks for one.
    pub to_rectify_list_zh: Option<String>,
    /// What the document calls the public list of the firms closed, or in grave breach, where it asks for one.
    pub closed_list_zh: Option<String>,
}

/// What the document holds ready beside quotas: differential prices, joint discipline, the bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Id and names.
    pub term: Term,
    /// The departments that lead, Chinese; empty where the document names none.
    pub lead_departments: Vec<String>,
}

/// A stage of acceptance, in the policy's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTerm {
    /// Which.
    pub stage: Stage,
    /// Id (the stage's key) and names.
    pub term: Term,
}

/// A sector of the partition that concentration is measured over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector {
    /// Id and names.
    pub term: Term,
    /// GB/T 4754-2017 code prefixes; the longest prefix over all sectors decides.
    pub code_prefixes: Vec<String>,
}

/// A whole policy, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The folder it was read from.
    pub folder: PathBuf,
    /// The city: id is its adcode.
    pub city: Term,
    /// The year.
    pub year: i32,
    /// The document.
    pub document: Document,
    /// The districts, in the order of the quota table.
    pub districts: Vec<District>,
    /// The programmes, in the order of the quota table.
    pub programmes: Vec<Programme>,
    /// The quota table: every programme for every district.
    pub quotas: Vec<Quota>,
    /// Key industries.
    pub industries: Vec<KeyIndustry>,
    /// Block economies.
    pub blocks: Vec<Block>,
    /// Classes of equipment to screen.
    pub equipment: Vec<Term>,
    /// Grounds for retirement, and the task on block economies, each with its lead departments.
    pub grounds: Vec<Ground>,
    /// The “four withouts” 四无.
    pub deficits: Vec<Term>,
    /// What is done with a firm.
    pub measures: Vec<Term>,
    /// The stages of acceptance, in order.
    pub stages: Vec<StageTerm>,
    /// The partition of industry codes into sectors.
    pub sectors: Vec<Sector>,
    /// What the document holds ready beside quotas: differential prices, joint discipline, bulletin, lists.
    pub instruments: Vec<Instrument>,
    /// The departments that the document gives work to.
    pub departments: Vec<Term>,
}

impl Policy {
    /// The district with this adcode or Chinese or English name.
    #[must_use]
    pub fn district(&self, key: &str) -> Option<&District> {
        self.districts.iter().find(|district| {
            district.adcode == key || district.name_zh == key || district.name_en.eq_ignore_ascii_case(key)
        })
    }

    /// The programme with this id.
    #[must_use]
    pub fn programme(&self, id: &str) -> Option<&Programme> {
        self.programmes.iter().find(|programme| programme.term.id == id)
    }

    /// The quota of a programme in a district.
    #[must_use]
    pub fn quota(&self, programme: &str, adcode: &str) -> Option<u64> {
        self.quotas
            .iter()
            .find(|quota| quota.programme == programme && quota.district == adcode)
            .map(|quota| quota.firms)
    }

    /// The sector of a GB/T 4754-2017 code: the one with the longest prefix of the code.
    ///
    /// # Undefined
    ///
    /// Where no prefix of any sector begins the code.
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

    /// The block economies of a district that a code belongs to, in the policy's order.
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
    pub fn blocks_of<'a>(&'a self, adcode: &'a str, industry_code: &'a str) -> impl Iterator<Item = &'a Block> + 'a {
        self.blocks.iter().filter(move |block| {
            block.district == adcode && longest_prefix(&block.code_prefixes, industry_code).is_some()
        })
    }
}

fn longest_prefix(prefixes: &[String], code: &str) -> Option<usize> {
    prefixes.iter().filter(|prefix| code.starts_with(prefix.as_str())).map(String::len).max()
}

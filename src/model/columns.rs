use std::collections::BTreeMap;

use crate::error::{Error, ReadError, near_miss};
use crate::model::{DeclaredReference, Table};

/// A canonical column and the headers by which it is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// The canonical name, which includes the unit.
    pub name: &'static str,
    /// Other headers in common use, most of them Chinese.
    pub aliases: &'static [&'static str],
    /// Whether a table must have this column.
    pub required: bool,
    /// What its cells mean.
    pub kind: ColumnKind,
}

/// What the cells of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A word, a name or a code.
    Text,
    /// A longitude, latitude, easting or northing.
    Coordinate,
    /// A number of something, which is added up.
    Amount,
    /// A day.
    Date,
}

impl ColumnDefinition {
    /// Returns the first of the headers that stands for this column: its canonical name has precedence over its
    /// aliases. Case, blanks and full-width brackets are ignored.
    #[must_use]
    pub fn header_in<'a>(&self, headers: &'a [String]) -> Option<&'a str> {
        std::iter::once(&self.name)
            .chain(self.aliases)
            .find_map(|alias| headers.iter().find(|header| folded(header) == folded(alias)))
            .map(String::as_str)
    }

    /// Returns the headers that stand for this column beside the one that [`Self::header_in`] takes.
    #[must_use]
    pub fn other_headers_in<'a>(&self, headers: &'a [String]) -> Vec<&'a str> {
        let taken = self.header_in(headers);
        let is_name = |header: &str| {
            let header = folded(header);
            std::iter::once(&self.name).chain(self.aliases).any(|alias| folded(alias) == header)
        };
        headers.iter().map(String::as_str).filter(|header| Some(*header) != taken && is_name(header)).collect()
    }

    /// Returns a note to show to the user where several headers stand for this column, `parameter` being what chooses
    /// another one.
    #[must_use]
    pub fn choice_note(&self, source: &str, headers: &[String], parameter: &str) -> Option<String> {
        let taken = self.header_in(headers)?;
        let others: Vec<String> =
            self.other_headers_in(headers).into_iter().map(|header| format!("`{header}`")).collect();
        let what = if others.is_empty() { return None } else { self.name };
        Some(format!("{source}: `{taken}` is taken for `{what}`, not {}; {parameter} chooses", others.join(", ")))
    }

    /// Returns the header most like one of those that stand for this column: spelled nearly so, or with two characters or more in
    /// common.
    fn nearest<'a>(&self, headers: &'a [String]) -> Option<&'a str> {
        let names = || std::iter::once(&self.name).chain(self.aliases).copied();
        let spelled = headers.iter().find(|header| near_miss(header, names()).is_some());
        let shared = |header: &str, name: &str| {
            let name = folded(name);
            folded(header).chars().filter(|character| name.contains(*character)).count()
        };
        let likeness = |header: &String| names().map(|name| shared(header, name)).max().unwrap_or(0);
        let best = || {
            headers.iter().filter(|header| !header.is_ascii() && likeness(header) >= 2).max_by_key(|one| likeness(one))
        };
        spelled.or_else(best).map(String::as_str)
    }

    const fn of_kind(self, kind: ColumnKind) -> Self {
        Self { kind, ..self }
    }
}

/// Returns the definition of the register column with this canonical name.
#[must_use]
pub fn register_column(name: &str) -> Option<&'static ColumnDefinition> {
    REGISTER_COLUMNS.iter().find(|definition| definition.name == name)
}

/// Returns how to name the columns of the coordinates where no header stands for one: which headers may be them, in which
/// reference, and what to do with one column that holds both. `‹x›`, `‹y›` and `‹crs›` stand for the parameters.
///
/// # Examples
///
/// ```
/// use jiju::model::coordinates_advice;
/// let headers = ["企业名称", "高德经度", "高德纬度"].map(str::to_owned);
/// let advice = "name the columns of the coordinates, perhaps `高德经度` and `高德纬度`, in gcj02: ‹x›, ‹y› and ‹crs›";
/// assert_eq!(coordinates_advice(&headers), advice);
/// ```
#[must_use]
pub fn coordinates_advice(headers: &[String]) -> String {
    const BOTH: [&str; 9] = ["经纬度", "經緯度", "坐标", "坐標", "lonlat", "lnglat", "latlon", "latlng", "location"];
    let holding = |words: &[&str]| {
        headers.iter().find(|header| {
            let header = folded(header);
            words.iter().any(|word| header.contains(word))
        })
    };
    let x = holding(&["经度", "經度", "东经", "longitude", "lng", "lon"]);
    let y = holding(&["纬度", "緯度", "北纬", "latitude", "lat"]);
    match (x, y) {
        (Some(x), Some(y)) if x != y => match datum_of_header(x) {
            Some(reference) => format!(
                "name the columns of the coordinates, perhaps `{x}` and `{y}`, in {reference}: ‹x›, ‹y› and ‹crs›"
            ),
            None => format!("name the columns of the coordinates, perhaps `{x}` and `{y}`: ‹x› and ‹y›"),
        },
        _ => match holding(&BOTH) {
            Some(both) => format!(
                "name the columns of the coordinates: ‹x› and ‹y›; if `{both}` holds both, split it into two columns first"
            ),
            None => "name the columns of the coordinates: ‹x› and ‹y›".to_owned(),
        },
    }
}

/// Returns the reference that the header of a column of coordinates names: `高德经度`, `lon_gcj02`, `经度（百度）`.
#[must_use]
pub fn datum_of_header(header: &str) -> Option<DeclaredReference> {
    const WORDS: [&str; 12] =
        ["longitude", "latitude", "经度", "纬度", "經度", "緯度", "东经", "北纬", "lng", "lon", "lat", "坐标"];
    let mut rest = folded(header);
    for word in WORDS {
        rest = rest.replace(word, "");
    }
    DeclaredReference::of_datum(rest.trim_matches(|character: char| !character.is_alphanumeric()))
}

const fn required(name: &'static str, aliases: &'static [&'static str]) -> ColumnDefinition {
    ColumnDefinition { name, aliases, required: true, kind: ColumnKind::Text }
}

const fn optional(name: &'static str, aliases: &'static [&'static str]) -> ColumnDefinition {
    ColumnDefinition { name, aliases, required: false, kind: ColumnKind::Text }
}

/// The columns of a register 企业名录.
pub const REGISTER_COLUMNS: &[ColumnDefinition] = &[
    required("id", &["统一社会信用代码", "社会信用代码", "信用代码", "uscc", "統一社會信用代碼"]),
    required("name", &["企业名称", "企業名稱", "单位名称", "企业（作坊）名称", "企业(作坊)名称"]),
    optional("address", &["地址", "企业地址", "生产地址", "注册地址", "详细地址"]),
    required(
        "lon",
        &[
            "经度",
            "經度",
            "longitude",
            "lng",
            "经度(度)",
            "经度(°)",
            "经度e",
            "经度(e)",
            "东经",
            "经度坐标",
            "x",
            "x坐标",
            "横坐标",
        ],
    )
    .of_kind(ColumnKind::Coordinate),
    required(
        "lat",
        &[
            "纬度",
            "緯度",
            "latitude",
            "纬度(度)",
            "纬度(°)",
            "纬度n",
            "纬度(n)",
            "北纬",
            "纬度坐标",
            "y",
            "y坐标",
            "纵坐标",
        ],
    )
    .of_kind(ColumnKind::Coordinate),
    optional("datum", &["坐标系", "坐标系统", "坐标基准"]),
    optional("district", &["所属区县", "区县", "区（县、市）", "区(县、市)", "所在区县", "区域"]),
    optional("town", &["所属乡镇街道", "所属镇街", "镇街", "乡镇街道", "所在镇街"]),
    optional("industry_code", &["行业代码", "国民经济行业代码", "行业小类代码"]),
    optional("sector", &["行业", "所属行业", "行业类别"]),
    optional("employees", &["从业人数", "从业人员", "职工人数", "员工人数", "从业人员（人）", "从业人数（人）"])
        .of_kind(ColumnKind::Amount),
    optional("output_cny", &["产值", "产值（元）", "工业总产值（元）", "工业总产值"]).of_kind(ColumnKind::Amount),
    optional("tax_cny", &["税收", "税收（元）", "实缴税收（元）", "实缴税金（元）"]).of_kind(ColumnKind::Amount),
    optional("land_mu", &["用地", "用地（亩）", "用地面积（亩）", "占地面积（亩）"]).of_kind(ColumnKind::Amount),
    optional("energy_tce", &["能耗", "能耗（吨标煤）", "综合能耗（吨标煤）", "综合能耗（吨标准煤）"])
        .of_kind(ColumnKind::Amount),
    optional("equipment", &["主要设备", "主要工业设备", "涉及设备", "设备类别"]),
    optional("ground", &["不达标类型", "不达标情形", "淘汰依据", "整治依据"]),
];

/// The columns of a ledger 管理台账.
pub const LEDGER_COLUMNS: &[ColumnDefinition] = &[
    required("id", &["统一社会信用代码", "社会信用代码", "信用代码", "uscc", "統一社會信用代碼"]),
    required(
        "programme",
        &[
            "工作任务",
            "任务类别",
            "整治类别",
            "类别",
            "任务",
            "任务名称",
            "所属任务",
            "任务类型",
            "工作类别",
            "淘汰整治类别",
        ],
    ),
    optional("district", &["所属区县", "区县", "区（县、市）", "区(县、市)", "所在区县", "区域", "属地"]),
    optional("ground", &["淘汰依据", "淘汰原因", "整治依据", "依据", "整治原因", "不达标类型", "淘汰理由"]),
    optional("deficits", &["四无情形", "“四无”情形", "四无"]),
    optional("equipment", &["主要设备", "淘汰设备", "设备", "涉及设备", "设备类别", "主要工业设备"]),
    optional("measure", &["处置措施", "整治措施", "处置方式", "整治方式", "整治方法", "淘汰方式", "处理方式"]),
    required(
        "stage",
        &[
            "验收阶段",
            "当前阶段",
            "阶段",
            "进度",
            "验收进度",
            "验收环节",
            "验收状态",
            "当前环节",
            "当前进度",
            "工作进度",
            "进展情况",
            "完成情况",
            "状态",
        ],
    ),
    optional("listed_on", &["列入日期", "列入时间", "建档日期", "列入台账日期", "列入台账时间", "入账日期"])
        .of_kind(ColumnKind::Date),
    optional(
        "due_on",
        &["整改期限", "完成期限", "限期", "要求完成时间", "整改时限", "完成时限", "应完成时间", "计划完成时间"],
    )
    .of_kind(ColumnKind::Date),
    optional("self_checked_on", &["镇街自验日期", "自验日期", "镇街自验", "镇街自验时间"]).of_kind(ColumnKind::Date),
    optional("reviewed_on", &["区县复验日期", "复验日期", "区县复验", "区县复验时间"]).of_kind(ColumnKind::Date),
    optional("spot_checked_on", &["市级抽验日期", "抽验日期", "市级抽验", "市级抽验时间"]).of_kind(ColumnKind::Date),
];

/// The mapping from canonical columns to the headers of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMapping {
    headers: BTreeMap<String, String>,
}

/// A column that a policy names, such as that of the dates of a stage, and the headers by which it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnColumn {
    /// The canonical name.
    pub name: String,
    /// Other headers, the usual one first.
    pub headers: Vec<String>,
}

impl ColumnMapping {
    /// Recognises the headers of a table by the user's mapping (`canonical → header`), then by the canonical names,
    /// then by the aliases. Case, blanks and full-width brackets are ignored.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`] if no header stands for a required column, or if the table lacks a header that the
    /// user named.
    pub fn recognise(
        table: &Table,
        definitions: &[ColumnDefinition],
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        Self::recognise_with(table, definitions, &[], overrides)
    }

    /// Recognises the headers of a table as [`Self::recognise`] does, and those of columns that a policy names. Of the definitions,
    /// dates of stages are left to the policy.
    ///
    /// # Errors
    ///
    /// As [`Self::recognise`].
    pub fn recognise_with(
        table: &Table,
        definitions: &[ColumnDefinition],
        own: &[OwnColumn],
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let available = table.columns();
        let missing = |column: &str| ReadError::MissingColumn {
            file: table.source.clone(),
            column: column.to_owned(),
            available: available.clone(),
        };
        for canonical in overrides.keys() {
            let of_own = own.iter().map(|column| column.name.as_str());
            let names = definitions.iter().map(|definition| definition.name).chain(of_own);
            if !names.clone().any(|name| name == canonical) {
                let near = near_miss(canonical, names.clone()).map(|near| format!(", did you mean `{near}`?"));
                return Err(ReadError::Malformed {
                    file: table.source.clone(),
                    format: "a column mapping",
                    message: format!(
                        "`{canonical}` is no column of this table{}; it may have {}",
                        near.unwrap_or_default(),
                        names.collect::<Vec<_>>().join(", ")
                    ),
                }
                .into());
            }
        }
        let mut headers = BTreeMap::new();
        for column in own {
            let known = definitions.iter().find(|definition| definition.name == column.name);
            let found = match overrides.get(&column.name) {
                Some(header) if !available.contains(header) => return Err(missing(header).into()),
                Some(header) => Some(header.as_str()),
                None => column.header_in(&available).or_else(|| known?.header_in(&available)),
            };
            if let Some(header) = found {
                headers.insert(column.name.clone(), header.to_owned());
            }
        }
        let is_stage =
            |definition: &ColumnDefinition| definition.kind == ColumnKind::Date && definition.name != "due_on";
        for definition in definitions.iter().filter(|definition| own.is_empty() || !is_stage(definition)) {
            if let Some(header) = overrides.get(definition.name) {
                if !available.contains(header) {
                    return Err(missing(header).into());
                }
                headers.insert(definition.name.to_owned(), header.clone());
                continue;
            }
            match definition.header_in(&available) {
                Some(header) => {
                    headers.insert(definition.name.to_owned(), header.to_owned());
                }
                None if definition.required => {
                    let column = definition.name.to_owned();
                    let names = definition.aliases.iter().take(2).map(|alias| format!("`{alias}`"));
                    let names = names.collect::<Vec<_>>().join(", ");
                    let advice = match definition.nearest(&available) {
                        Some(near) => format!(
                            "if it is `{near}`, write `columns = {{ {column} = \"{near}\" }}` in the project file; \
                             recognised are {names}, …"
                        ),
                        None => format!(
                            "name it in a project file: `columns = {{ {column} = \"…\" }}`; recognised are {names}, …"
                        ),
                    };
                    let (file, available) = (table.source.clone(), available.clone());
                    return Err(ReadError::UnrecognisedColumn { file, column, available, advice }.into());
                }
                None => {}
            }
        }
        Ok(Self { headers })
    }

    /// Returns notes to show to the user about columns for which several headers stand, one sentence each.
    #[must_use]
    pub fn notes(
        &self,
        table: &Table,
        definitions: &[ColumnDefinition],
        overrides: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let headers = table.columns();
        let open = definitions.iter().filter(|definition| !overrides.contains_key(definition.name));
        open.filter_map(|definition| {
            let parameter = format!("`columns = {{ {} = \"…\" }}` in a project file", definition.name);
            definition.choice_note(&table.source, &headers, &parameter)
        })
        .collect()
    }

    /// Returns the recognised columns, each with the file's header.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, header)| (name.as_str(), header.as_str()))
    }

    /// Returns the file's header for a canonical column, if the file has one.
    #[must_use]
    pub fn header(&self, canonical: &str) -> Option<&str> {
        self.headers.get(canonical).map(String::as_str)
    }
}

impl OwnColumn {
    /// Returns the first of the headers that stands for this column.
    fn header_in<'a>(&self, headers: &'a [String]) -> Option<&'a str> {
        std::iter::once(&self.name)
            .chain(&self.headers)
            .find_map(|alias| headers.iter().find(|header| folded(header) == folded(alias)))
            .map(String::as_str)
    }
}

fn folded(header: &str) -> String {
    header
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '\u{feff}' && *character != '*')
        .map(|character| match character {
            '（' => '(',
            '）' => ')',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

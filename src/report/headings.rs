use std::collections::BTreeMap;

use crate::model::{Language, column};

/// Column names of the tables with what a reader of a bulletin or workbook finds above the column.
const HEADINGS: &[(&str, &str, &str)] = &[
    (column::PROGRAMME, "任务代码", "programme code"),
    (column::PROGRAMME_NAME_ZH, "任务", "programme (Chinese)"),
    (column::PROGRAMME_NAME_EN, "任务（英文）", "programme"),
    (column::DISTRICT, "区县代码", "district code"),
    (column::DISTRICT_NAME_ZH, "区域", "district (Chinese)"),
    (column::DISTRICT_NAME_EN, "区域（英文）", "district"),
    (column::IS_CITY, "是否全市", "is the city"),
    (column::LISTED, "列入（家）", "listed (firms)"),
    (column::SELF_CHECKED, "镇街自验（家）", "self-checked (firms)"),
    (column::REVIEWED, "区县复验（家）", "reviewed (firms)"),
    (column::SPOT_CHECKED, "市级抽验（家）", "spot-checked (firms)"),
    (column::ACCEPTED, "验收完成（家）", "accepted (firms)"),
    (column::QUOTA, "目标任务（家）", "quota (firms)"),
    (column::RATE, "完成率", "rate"),
    (column::GAP, "缺口（家）", "gap (firms)"),
    (column::SURPLUS, "超额（家）", "surplus (firms)"),
    (column::RANK, "排名", "rank"),
    (column::UNPLACED, "未落位（家）", "unplaced (firms)"),
    ("due_rate", "序时进度", "even pace"),
    ("deadline", "完成期限", "deadline"),
    ("to_rectify", "应限期整改（家）", "to rectify (firms)"),
    ("overdue", "逾期未完成（家）", "overdue (firms)"),
    ("closed", "已依法关闭（家）", "closed (firms)"),
    ("undated", "无验收日期（家）", "without a date (firms)"),
    ("problems", "条数", "problems"),
    ("day", "日期", "day"),
    ("due_by_then", "序时进度应完成（家）", "due by then (firms)"),
    ("list", "名单代码", "list code"),
    ("list_name", "名单", "list"),
    ("programme_name", "任务", "programme"),
    ("district_name", "区县", "district"),
    ("ground_name", "淘汰依据", "ground"),
    ("ground", "依据代码", "ground code"),
    ("id", "统一社会信用代码", "id"),
    ("name", "企业名称", "name"),
    ("due_on", "整改期限", "due on"),
    ("number", "编号", "no."),
    ("town_name", "镇街", "town"),
    ("address", "地址", "address"),
    ("stage_name", "验收环节", "stage"),
    ("measure_name", "处置措施", "measure"),
    ("equipment_name", "主要设备", "equipment"),
    ("block_name", "块状行业", "block economy"),
    ("industry_name", "重点行业", "key industry"),
    ("tier_name", "层级", "tier"),
    ("ledger_rows", "台账行号", "rows of the ledger"),
    ("is_accepted", "是否验收完成", "is accepted"),
    ("stage", "环节代码", "stage code"),
    ("screened_for", "甄别事由", "screened for"),
    ("overdue_days", "逾期天数", "days overdue"),
    ("accepted_on", "验收日期", "accepted on"),
    ("nearest_park", "最近小微企业园", "nearest small-micro park"),
    ("park_distance_m", "距离（米）", "distance (m)"),
    ("role", "类别代码", "role code"),
    ("role_name", "类别", "role"),
    ("order", "序号", "order"),
    ("town", "乡镇街道", "town"),
    ("finding", "抽验结论", "finding"),
    ("inspected_on", "检查日期", "inspected on"),
    ("remarks", "备注", "remarks"),
    ("population", "本层企业（家）", "firms of the stratum"),
    ("drawn", "本层抽取（家）", "drawn (firms)"),
    ("weight", "权数", "weight"),
    ("lon", "经度", "longitude"),
    ("lat", "纬度", "latitude"),
    ("rank_before", "上季度排名", "rank last quarter"),
    ("places_risen", "位次变化", "places risen"),
    ("rate_before", "上季度完成率", "rate last quarter"),
    ("rate_risen", "完成率变化", "rate risen"),
    ("class", "类别号", "class"),
    ("class_name", "分类", "class name"),
    ("group", "评价组代码", "group code"),
    ("group_name", "评价行业", "group"),
    ("score", "总分", "score"),
    ("of", "参评企业（家）", "firms evaluated"),
    ("not_evaluated", "未评价（家）", "not evaluated"),
    ("parcel", "宗地编号", "parcel"),
    ("change", "变化代码", "change code"),
    ("change_name", "变化", "change"),
    ("is_problem", "是否问题", "is a problem"),
    ("before", "变化前", "before"),
    ("after", "变化后", "after"),
    ("amount", "距离（米）或增减", "metres, or by how much"),
    ("from_area", "迁出（原所在）", "from"),
    ("to_area", "迁入（现所在）", "into"),
    ("median_m", "距离中位数（米）", "median distance (m)"),
    ("evidence", "依据", "evidence"),
    ("old_row", "原表行", "row before"),
    ("new_row", "新表行", "row now"),
    ("short", "台账不足任务（家）", "too few listed (firms)"),
    ("forecast", "预计完成（家）", "forecast (firms)"),
    ("forecast_lower", "预计下限（家）", "forecast, lower"),
    ("forecast_upper", "预计上限（家）", "forecast, upper"),
    ("met_probability", "按期完成概率", "probability of meeting the quota"),
    ("met_on", "预计达标日期", "met on"),
    ("met_on_lower", "最早达标日期", "met on, early"),
    ("met_on_upper", "最晚达标日期", "met on, late"),
    ("layer", "图层", "layer"),
    (column::AREA, "区域代码", "area"),
    (column::AREA_NAME, "区域", "area name"),
    (column::SECTOR, "行业代码", "sector code"),
    (column::SECTOR_NAME, "行业", "sector"),
    (column::UNIT, "计量", "unit"),
    (column::COUNT, "数量", "count"),
    ("firms", "企业（家）", "firms"),
    (column::EMPLOYEES, "从业人员（人）", "employees"),
    (column::OUTPUT_CNY, "产值（元）", "output (CNY)"),
    (column::TAX_CNY, "税收（元）", "taxes (CNY)"),
    (column::LAND_MU, "用地（亩）", "land (mu)"),
    (column::ENERGY_TCE, "能耗（吨标准煤）", "energy (tce)"),
    (column::SHARE, "比重", "share"),
    (column::SECTOR_SHARE, "占本行业比重", "share of sector"),
    (column::DENSITY_PER_KM2, "密度（每平方千米）", "density (per km²)"),
    (column::LOCATION_QUOTIENT, "区位商", "location quotient"),
    (column::LOCATION_QUOTIENT_LOWER, "区位商下限", "location quotient, lower"),
    (column::LOCATION_QUOTIENT_UPPER, "区位商上限", "location quotient, upper"),
    (column::HERFINDAHL_HIRSCHMAN, "赫芬达尔指数", "Herfindahl–Hirschman"),
    (column::HERFINDAHL_HIRSCHMAN_NORMALISED, "标准化赫芬达尔指数", "Herfindahl–Hirschman, normalised"),
    (column::EFFECTIVE_SECTORS, "有效行业数", "effective sectors"),
    (column::IN_PARK_SHARE, "入园率", "in-park share"),
    ("below_minimum", "低于最小数量", "below minimum"),
    ("severity", "级别代码", "severity code"),
    ("severity_name", "级别", "severity"),
    ("problem", "问题代码", "problem code"),
    ("problem_name", "问题", "problem"),
    ("file", "文件", "file"),
    ("row", "行", "row"),
    ("column", "列", "column"),
    ("found", "实际内容", "found"),
    ("expected", "应为", "expected"),
    ("sheet_name", "工作表", "sheet"),
    ("about", "内容", "contents"),
    ("rows", "行数", "rows"),
];

/// Headings of columns that a policy names, such as those of its stages, before the ones of all tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headings {
    own: BTreeMap<String, String>,
}

impl Headings {
    /// Makes headings of these columns, each with its heading.
    #[must_use]
    pub fn new(own: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { own: own.into_iter().collect() }
    }

    /// Returns the heading of a column.
    #[must_use]
    pub fn of<'a>(&'a self, column: &'a str, language: Language) -> &'a str {
        self.own.get(column).map_or_else(|| heading(column, language), String::as_str)
    }
}

/// Returns the heading of a column in a language; a column without a known heading keeps its name.
///
/// # Examples
///
/// ```
/// use jiju::{model::Language, report::heading};
/// assert_eq!(heading("quota", Language::Zh), "目标任务（家）");
/// assert_eq!(heading("quota", Language::En), "quota (firms)");
/// assert_eq!(heading("remark", Language::Zh), "remark");
/// ```
#[must_use]
pub fn heading(column: &str, language: Language) -> &str {
    HEADINGS.iter().find(|(name, ..)| *name == column).map_or(column, |(_, zh, en)| language.pick(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_columns_share_a_heading() {
        for language in [Language::Zh, Language::En] {
            let mut seen: Vec<&str> = HEADINGS.iter().map(|(name, ..)| heading(name, language)).collect();
            seen.sort_unstable();
            let count = seen.len();
            seen.dedup();
            // 区域 names a district in one table and an area in another, and names stand in one or in two languages; these never
            // meet in one table.
            assert!(count - seen.len() <= 3, "{seen:?}");
        }
    }
}

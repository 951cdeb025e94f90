use crate::model::Language;

/// Column names of the tables with what a reader of a bulletin or workbook finds above the column.
const HEADINGS: &[(&str, &str, &str)] = &[
    ("programme", "任务代码", "programme code"),
    ("programme_name_zh", "任务", "programme (Chinese)"),
    ("programme_name_en", "任务（英文）", "programme"),
    ("district", "区县代码", "district code"),
    ("district_name_zh", "区域", "district (Chinese)"),
    ("district_name_en", "区域（英文）", "district"),
    ("is_city", "是否全市", "is the city"),
    ("listed", "列入（家）", "listed (firms)"),
    ("self_checked", "镇街自验（家）", "self-checked (firms)"),
    ("reviewed", "区县复验（家）", "reviewed (firms)"),
    ("spot_checked", "市级抽验（家）", "spot-checked (firms)"),
    ("accepted", "验收完成（家）", "accepted (firms)"),
    ("quota", "目标任务（家）", "quota (firms)"),
    ("rate", "完成率", "rate"),
    ("gap", "缺口（家）", "gap (firms)"),
    ("surplus", "超额（家）", "surplus (firms)"),
    ("rank", "排名", "rank"),
    ("unplaced", "未落位（家）", "unplaced (firms)"),
    ("day", "日期", "day"),
    ("list", "名单", "list"),
    ("ground", "淘汰依据", "ground"),
    ("id", "统一社会信用代码", "id"),
    ("name", "企业名称", "name"),
    ("due_on", "整改期限", "due on"),
    ("layer", "图层", "layer"),
    ("area", "区域代码", "area"),
    ("area_name", "区域", "area name"),
    ("sector", "行业代码", "sector code"),
    ("sector_name", "行业", "sector"),
    ("unit", "计量", "unit"),
    ("count", "数量", "count"),
    ("share", "比重", "share"),
    ("sector_share", "占本行业比重", "share of sector"),
    ("density_per_km2", "密度（每平方千米）", "density (per km²)"),
    ("location_quotient", "区位商", "location quotient"),
    ("location_quotient_lower", "区位商下限", "location quotient, lower"),
    ("location_quotient_upper", "区位商上限", "location quotient, upper"),
    ("herfindahl_hirschman", "赫芬达尔指数", "Herfindahl–Hirschman"),
    ("herfindahl_hirschman_normalised", "标准化赫芬达尔指数", "Herfindahl–Hirschman, normalised"),
    ("effective_sectors", "有效行业数", "effective sectors"),
    ("in_park_share", "入园率", "in-park share"),
    ("below_minimum", "低于最小数量", "below minimum"),
    ("severity", "级别", "severity"),
    ("problem", "问题", "problem"),
    ("file", "文件", "file"),
    ("row", "行", "row"),
    ("column", "列", "column"),
    ("found", "实际内容", "found"),
    ("expected", "应为", "expected"),
];

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
            // 区域 names a district in one table and an area in another, which never meet.
            assert!(count - seen.len() <= 1, "{seen:?}");
        }
    }
}

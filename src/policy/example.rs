//! A policy folder in the program: the first one, and the same tables without their rows.

/// The files of Shaoxing's plan for 2020.
const FILES: [(&str, &str); 16] = [
    ("policy.toml", include_str!("../../data/policy/shaoxing-2020/policy.toml")),
    ("document.txt", include_str!("../../data/policy/shaoxing-2020/document.txt")),
    ("districts.csv", include_str!("../../data/policy/shaoxing-2020/districts.csv")),
    ("quotas.csv", include_str!("../../data/policy/shaoxing-2020/quotas.csv")),
    ("industries.csv", include_str!("../../data/policy/shaoxing-2020/industries.csv")),
    ("blocks.csv", include_str!("../../data/policy/shaoxing-2020/blocks.csv")),
    ("sectors.csv", include_str!("../../data/policy/shaoxing-2020/sectors.csv")),
    ("equipment.csv", include_str!("../../data/policy/shaoxing-2020/equipment.csv")),
    ("grounds.csv", include_str!("../../data/policy/shaoxing-2020/grounds.csv")),
    ("deficits.csv", include_str!("../../data/policy/shaoxing-2020/deficits.csv")),
    ("measures.csv", include_str!("../../data/policy/shaoxing-2020/measures.csv")),
    ("stages.csv", include_str!("../../data/policy/shaoxing-2020/stages.csv")),
    ("sensitive.csv", include_str!("../../data/policy/shaoxing-2020/sensitive.csv")),
    ("evaluation.toml", include_str!("../../data/policy/shaoxing-2020/evaluation.toml")),
    ("departments.csv", include_str!("../../data/policy/shaoxing-2020/departments.csv")),
    ("README.md", include_str!("../../data/policy/README.md")),
];

/// What a policy folder says of itself, to be filled in.
const HEAD: &str = "\
# 方案文件夹：各表在旁边的 CSV 文件中。 A policy folder; the tables stand in the CSV files beside.
year = 2020

[city]
id = \"\"                       # 全市的行政区划代码
name_zh = \"\"
name_en = \"\"
source = \"\"                   # 在文件中的位置

[document]
number = \"\"                   # 文号
title_zh = \"\"
title_en = \"\"
issuer = \"\"                   # 发文机关
issued_on = 2020-01-01

[[programme]]                 # 每项任务一节
id = \"\"                       # 小写英文字母、数字和下划线
name_zh = \"\"
name_en = \"\"
unit_zh = \"家\"
unit_en = \"firms\"
accepting_stage = \"\"          # stages.csv 中从哪个环节起算完成
deadline = 2020-12-31
deadline_source = \"\"
source = \"\"
";

/// Returns the files of the first policy, Shaoxing's plan for 2020, by their names.
///
/// # Examples
///
/// ```
/// let (name, text) = jiju::policy::example()[0];
/// assert!(name == "policy.toml" && text.contains("绍市工转升办〔2020〕14号"));
/// ```
#[must_use]
pub fn example() -> Vec<(&'static str, &'static str)> {
    FILES.to_vec()
}

/// Returns the files of a policy folder to fill in, by their names: `policy.toml` with comments, and each table with its header
/// alone.
#[must_use]
pub fn skeleton() -> Vec<(&'static str, String)> {
    let tables = FILES.iter().filter(|(name, _)| name.ends_with(".csv"));
    let mut files = vec![("policy.toml", HEAD.to_owned())];
    files.extend(tables.filter_map(|(name, text)| Some((*name, format!("{}\n", text.lines().next()?)))));
    files
}

//! A small policy and ways to make tables, for the tests of `check` and `synth`.

use chrono::NaiveDate;
use jiju::model::{Stage, Table};
use jiju::policy::{
    Block, District, Document, Ground, KeyIndustry, Policy, Programme, Quota, Sector, StageTerm, Term, Tier,
};
use polars::prelude::{Column, DataFrame};

fn term(id: &str, zh: &str, en: &str) -> Term {
    Term { id: id.into(), name_zh: zh.into(), name_en: en.into(), source: "test".into() }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// The six districts and two programmes of Shaoxing, with few sectors and blocks.
pub fn policy() -> Policy {
    let day = |month, day| NaiveDate::from_ymd_opt(2020, month, day).unwrap();
    let districts = [
        ("330602", "越城区", "Yuecheng", 35, 200),
        ("330603", "柯桥区", "Keqiao", 30, 180),
        ("330604", "上虞区", "Shangyu", 25, 180),
        ("330681", "诸暨市", "Zhuji", 25, 180),
        ("330683", "嵊州市", "Shengzhou", 18, 140),
        ("330624", "新昌县", "Xinchang", 17, 120),
    ];
    let quota = |programme: &str, district: &str, firms| Quota {
        programme: programme.into(),
        district: district.into(),
        firms,
        source: "附表".into(),
    };
    let programme = |id: &str, zh: &str, en: &str, deadline, city_quota| Programme {
        term: term(id, zh, en),
        unit_zh: "家".into(),
        unit_en: "firms".into(),
        deadline,
        city_quota,
        accepting_stage: Stage::Review,
    };
    let block = |id: &str, zh: &str, district: &str, prefixes: &[&str]| Block {
        term: term(id, zh, id),
        district: district.into(),
        code_prefixes: texts(prefixes),
    };
    let sector =
        |id: &str, zh: &str, prefixes: &[&str]| Sector { term: term(id, zh, id), code_prefixes: texts(prefixes) };
    Policy {
        folder: "policy".into(),
        city: term("330600", "绍兴市", "Shaoxing"),
        year: 2020,
        document: Document {
            number: "绍市工转升办〔2020〕14号".into(),
            title_zh: "要点".into(),
            title_en: "points".into(),
            issuer: "转升办".into(),
            issued_on: day(5, 28),
        },
        districts: districts
            .iter()
            .map(|d| District { adcode: d.0.into(), name_zh: d.1.into(), name_en: d.2.into() })
            .collect(),
        programmes: vec![
            programme("retire_outdated_capacity", "淘汰落后产能", "retire outdated capacity", None, 150),
            programme("remediate_scattered_workshops", "“低散乱”整治", "remediate", Some(day(10, 31)), 1000),
        ],
        quotas: districts
            .iter()
            .flat_map(|d| {
                [quota("retire_outdated_capacity", d.0, d.3), quota("remediate_scattered_workshops", d.0, d.4)]
            })
            .collect(),
        industries: vec![KeyIndustry {
            term: term("dyeing", "印染", "dyeing"),
            tier: Tier::National,
            district: None,
            code_prefixes: texts(&["1713", "1752", "339"]),
        }],
        blocks: vec![
            block("yuecheng_printing", "印刷包装", "330602", &["231", "232"]),
            block("keqiao_dyeing", "印染和纺织后整理", "330603", &["1713", "1743", "1752", "1762"]),
            block("shangyu_umbrella", "伞业", "330604", &["4119"]),
            block("zhuji_hardware", "小五金", "330681", &["335"]),
            block("shengzhou_motors", "小机电", "330683", &["381", "385"]),
            block("xinchang_bearings", "轴承", "330624", &["345"]),
        ],
        equipment: vec![
            term("setting_machine", "印染定型机", "setting machine"),
            term("boiler", "锅炉", "boiler"),
            term("lifting", "工业升降设备", "lifting equipment"),
        ],
        grounds: ["energy", "environment", "block_economies"]
            .iter()
            .zip(["能源消耗不达标", "环保排放不达标", "“低散乱”块状行业整治提升"])
            .map(|(id, zh)| Ground { term: term(id, zh, id), lead_departments: texts(&["市发改委"]) })
            .collect(),
        deficits: vec![term("no_licence", "无证无照", "no licence"), term("no_premises", "无合法场所", "no premises")],
        measures: vec![term("close", "关停", "close"), term("rectify", "整改", "rectify")],
        stages: Stage::ALL
            .into_iter()
            .zip(["列入", "镇街自验", "区县复验", "市级抽验"])
            .map(|(stage, zh)| StageTerm { stage, term: term(stage.key(), zh, stage.key()) })
            .collect(),
        sectors: vec![
            sector("textile", "纺织", &["17"]),
            sector("garment", "服装", &["18", "19"]),
            sector("machinery", "机械", &["33", "34", "35", "36", "38", "39"]),
            sector("chemistry", "化工", &["26", "27", "28", "29"]),
            sector("other", "其他", &["13", "14", "15", "2", "30", "31", "32", "41", "44"]),
        ],
    }
}

/// A table of text cells, its header the first line; rows are numbered as a spreadsheet does.
pub fn table(source: &str, csv_text: &str) -> Table {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let columns = headers
        .iter()
        .enumerate()
        .map(|(place, header)| {
            let cells: Vec<Option<String>> =
                records.iter().map(|record| Some(record[place].to_owned()).filter(|cell| !cell.is_empty())).collect();
            Column::new(header.as_str().into(), cells)
        })
        .collect();
    let frame = DataFrame::new(records.len(), columns).unwrap();
    Table { source: source.into(), frame, rows: (2..records.len() as u64 + 2).collect() }
}

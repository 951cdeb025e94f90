use chrono::NaiveDate;
use jiju::render::QuotaProgress;
use jiju::render::chart::{ChartData, ChartKind, ChartSpec, Pace, chart};
use jiju::render::{Page, png};

use super::{assert_golden, assert_legible, look};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, month, day).unwrap()
}

fn spec(kind: ChartKind, title: &str) -> ChartSpec {
    let source = vec!["绍市工转升办〔2020〕14号".into(), "企业管理台账".into()];
    ChartSpec { kind, title: Some(title.into()), source, ..ChartSpec::default() }
}

fn data() -> ChartData {
    let firms = [
        ("越城区", 35, 35),
        ("柯桥区", 19, 30),
        ("上虞区", 27, 25),
        ("诸暨市", 22, 25),
        ("嵊州市", 8, 18),
        ("新昌县", 0, 0),
    ];
    ChartData {
        progress: firms
            .iter()
            .map(|(name, done, quota)| ((*name).into(), QuotaProgress { done: *done, quota: *quota }))
            .collect(),
        stages: [("列入台账", 162), ("镇街自验", 141), ("区县复验", 126), ("市级抽验", 31)]
            .map(|(name, firms)| (name.to_owned(), firms))
            .into(),
        pace: Some(Pace {
            start: day(5, 28),
            deadline: day(12, 31),
            quota: 150,
            steps: vec![
                (day(6, 12), 4),
                (day(7, 3), 21),
                (day(7, 28), 48),
                (day(8, 20), 80),
                (day(9, 11), 97),
                (day(9, 30), 111),
            ],
        }),
        as_of: Some(day(9, 30)),
        sources: Vec::new(),
        synthetic: true,
    }
}

#[test]
fn every_kind_is_legible_and_as_expected() {
    for (kind, name, title) in [
        (ChartKind::Progress, "chart-progress", "淘汰落后产能：各区县完成情况"),
        (ChartKind::Ranking, "chart-ranking", "淘汰落后产能：完成率排名"),
        (ChartKind::Stages, "chart-stages", "淘汰落后产能：各验收环节企业数"),
        (ChartKind::Pace, "chart-pace", "淘汰落后产能：累计进度"),
    ] {
        let figure = chart(&spec(kind, title), &data()).unwrap();
        look(name, &figure);
        assert_legible(&figure);
        assert_golden(name, &figure);
    }
}

#[test]
fn rank_is_by_rate_and_a_quota_of_zero_has_none() {
    let figure = chart(&spec(ChartKind::Ranking, "排名"), &data()).unwrap();
    let texts: Vec<&str> = figure.texts().iter().map(|text| text.content.as_str()).collect();
    let at =
        |words: &str| texts.iter().position(|text| *text == words).unwrap_or_else(|| panic!("{words} in {texts:?}"));
    assert!(at("1  上虞区") < at("2  越城区") && at("5  嵊州市") < at("新昌县"));
    assert!(at("108.0% · 超2") < at("44.4% · 缺10") && at("无任务") > 0);
}

#[test]
fn many_bars_long_names_and_small_pages_stay_legible_or_are_refused() {
    let mut data = data();
    data.progress = (0..30)
        .map(|at| (format!("很长很长很长很长的示例街道名称第{at}号"), QuotaProgress { done: at, quota: 20 }))
        .collect();
    let mut spec = spec(ChartKind::Progress, "三十个街道");
    spec.page = Page { width_mm: 160.0, height_mm: 160.0, margin_mm: 5.0 };
    let figure = chart(&spec, &data).unwrap();
    look("chart-many", &figure);
    assert_legible(&figure);
    spec.page.height_mm = 60.0;
    assert!(chart(&spec, &data).unwrap_err().to_string().contains("30 bars are too many"));
    for kind in [ChartKind::Progress, ChartKind::Ranking, ChartKind::Stages, ChartKind::Pace] {
        assert!(chart(&ChartSpec { kind, ..ChartSpec::default() }, &ChartData::default()).is_err());
    }
}

#[test]
fn counts_of_zero_draw_without_dividing_by_them() {
    let mut data = data();
    data.progress = vec![("越城区".into(), QuotaProgress { done: 0, quota: 0 })];
    data.stages = vec![("列入台账".into(), 0)];
    data.pace = Some(Pace { start: day(5, 28), deadline: day(5, 29), quota: 0, steps: Vec::new() });
    for kind in [ChartKind::Progress, ChartKind::Ranking, ChartKind::Stages, ChartKind::Pace] {
        let figure = chart(&spec(kind, "零"), &data).unwrap();
        assert!(!jiju::render::svg(&figure).contains("NaN"));
        png(&figure, 30.0).unwrap();
    }
}

use chrono::{Days, NaiveDate};
use jiju::model::{Language, Weights};
use jiju::progress::{Forecast, ForecastDay};
use jiju::render::chart::{
    AreaSectors, ChartData, ChartKind, ChartSpec, Distribution, NamedMoranScatterplot, Pace, PatternCurve,
    PatternFunction, Quotient, Slopes, chart,
};
use jiju::render::{PageSize, QuotaProgress, png};
use jiju::stats::{Transform, moran_scatterplot, transformed};

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
        due: Some(0.576),
        stages: [("列入台账", 162), ("镇街自验", 141), ("区县复验", 126)]
            .map(|(name, firms)| (name.to_owned(), firms))
            .into(),
        sample: Some(("市级抽验".to_owned(), 31)),
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
            listed: 162,
            forecast: Some(forecast()),
        }),
        as_of: Some(day(9, 30)),
        synthetic: true,
        ..ChartData::default()
    }
}

/// A forecast as the model makes it: a point for each week, and one for the deadline.
fn forecast() -> Forecast {
    let weeks = (1..=13).map(|week| day(9, 30) + Days::new(7 * week)).chain([day(12, 31)]);
    let days = weeks.zip(1_u32..).map(|(day, week)| {
        let more = 111.0 + 51.0 * (1.0 - (-0.22 * f64::from(week)).exp());
        ForecastDay {
            day,
            expected: more,
            lower: more as u64 - u64::from(week),
            upper: (more as u64 + u64::from(week)).min(162),
        }
    });
    Forecast {
        programme: "retire_outdated_capacity".to_owned(),
        district: "330600".to_owned(),
        district_name_zh: "绍兴市".to_owned(),
        district_name_en: "Shaoxing".to_owned(),
        is_city: true,
        listed: 162,
        accepted: 111,
        quota: 150,
        short: 0,
        confidence: 0.8,
        met_probability: Some(0.83),
        met_on: Some(day(11, 25)),
        met_on_lower: Some(day(11, 4)),
        met_on_upper: None,
        days: days.collect(),
    }
}

#[test]
fn every_kind_is_legible_and_as_expected() {
    for (kind, name, title, _) in KINDS {
        let figure = chart(&spec(kind, title), &of_kind(kind, full())).unwrap();
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
    assert!(at("108.0% · 超2") < at("44.4% · 缺10") && at("无任务 · 0家") > 0);
}

#[test]
fn many_bars_long_names_and_small_pages_stay_legible_or_are_refused() {
    let mut data = data();
    data.progress = (0..30)
        .map(|at| (format!("很长很长很长很长的示例街道名称第{at}号"), QuotaProgress { done: at, quota: 20 }))
        .collect();
    let mut spec = spec(ChartKind::Progress, "三十个街道");
    spec.page = PageSize { width_mm: 160.0, height_mm: 160.0, margin_mm: 5.0, ..PageSize::default() };
    let figure = chart(&spec, &data).unwrap();
    look("chart-many", &figure);
    assert_legible(&figure);
    spec.page.height_mm = 60.0;
    let error = chart(&spec, &data).unwrap_err().to_string();
    assert!(error.contains("30 rows are too many") && error.contains("set `page.height_mm` to"), "{error}");
    let needed = error.rsplit("to ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
    spec.page.height_mm = needed;
    assert!(chart(&spec, &data).is_ok(), "the height that the error names is enough");
    for (kind, ..) in KINDS {
        assert!(chart(&ChartSpec { kind, ..ChartSpec::default() }, &ChartData::default()).is_err());
    }
}

#[test]
fn counts_of_zero_draw_without_dividing_by_them() {
    let mut data = data();
    data.progress = vec![("越城区".into(), QuotaProgress { done: 0, quota: 0 })];
    data.stages = vec![("列入台账".into(), 0)];
    data.pace =
        Some(Pace { start: day(5, 28), deadline: day(5, 29), quota: 0, steps: Vec::new(), listed: 0, forecast: None });
    for kind in [ChartKind::Progress, ChartKind::Ranking, ChartKind::Stages, ChartKind::Pace] {
        let figure = chart(&spec(kind, "零"), &data).unwrap();
        assert!(!jiju::render::svg(&figure).contains("NaN"));
        png(&figure, 30.0).unwrap();
    }
}

fn cells() -> AreaSectors {
    let sectors =
        ["印染和纺织后整理", "化纤", "五金配件", "轴承", "珍珠", "厨具电器", "化工", "袜业", "伞件", "茶叶加工"];
    let areas = ["越城区", "柯桥区", "上虞区", "诸暨市", "嵊州市", "新昌县"];
    let amounts: Vec<f64> = (0..areas.len() * sectors.len())
        .map(|cell| {
            let (area, sector) = (cell / sectors.len(), cell % sectors.len());
            // The last area is empty: it has no data.
            if area == 5 { 0.0 } else { ((area * 31 + sector * 17) % 23 * (11 - sector)) as f64 }
        })
        .collect();
    let all: f64 = amounts.iter().sum();
    let column = |sector: usize| amounts.iter().skip(sector).step_by(sectors.len()).sum::<f64>();
    let row = |area: usize| amounts[area * sectors.len()..(area + 1) * sectors.len()].iter().sum::<f64>();
    let quotients = amounts
        .iter()
        .enumerate()
        .map(|(cell, amount)| {
            let (own, others) = (row(cell / sectors.len()), column(cell % sectors.len()));
            (own > 0.0).then(|| amount / own / (others / all))
        })
        .collect();
    AreaSectors { areas: names(&areas), sectors: names(&sectors), values: quotients, amounts, colors: Vec::new() }
}

fn names(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn quotients() -> Vec<Quotient> {
    let row = |name: &str, quotient: Option<f64>, interval, count| Quotient {
        name: name.to_owned(),
        quotient,
        interval,
        count: Some(count),
    };
    vec![
        row("越城区", Some(0.62), Some((0.51, 0.75)), 93.0),
        row("柯桥区", Some(3.41), Some((3.12, 3.73)), 812.0),
        row("上虞区", Some(0.98), Some((0.84, 1.14)), 171.0),
        row("诸暨市", Some(0.04), Some((0.001, 0.2)), 1.0),
        row("嵊州市", Some(0.0), Some((0.0, 0.16)), 0.0),
        row("新昌县", None, None, 0.0),
    ]
}

fn moran() -> NamedMoranScatterplot {
    let side = 9;
    let at = |row: usize, column: usize| row * side + column;
    let rows = (0..side * side)
        .map(|unit| {
            let (row, column) = (unit / side, unit % side);
            let mut near = Vec::new();
            if row > 0 {
                near.push((at(row - 1, column) as u32, 1.0));
            }
            if column > 0 {
                near.push((at(row, column - 1) as u32, 1.0));
            }
            if column + 1 < side {
                near.push((at(row, column + 1) as u32, 1.0));
            }
            if row + 1 < side {
                near.push((at(row + 1, column) as u32, 1.0));
            }
            near
        })
        .collect();
    let ids: Vec<String> = (0..side * side).map(|unit| format!("示例{unit:02}镇")).collect();
    let weights = transformed(&Weights::new(ids.clone(), rows).unwrap(), Transform::Row);
    let values: Vec<f64> = (0..side * side)
        .map(|unit| (unit / side) as f64 * 0.6 + (unit * 7919 % 13) as f64 * 0.4 + if unit == 40 { 12.0 } else { 0.0 })
        .collect();
    NamedMoranScatterplot { names: ids, plot: moran_scatterplot(&values, &weights).unwrap() }
}

fn pattern(function: PatternFunction) -> PatternCurve {
    let radius_m: Vec<f64> = (0..=50).map(|step| f64::from(step) * 100.0).collect();
    let value = |l: f64| if function == PatternFunction::K { std::f64::consts::PI * l * l } else { l };
    PatternCurve {
        observed: radius_m.iter().map(|r| Some(value(r + 900.0 * (1.0 - (-r / 1500.0).exp())))).collect(),
        band: radius_m
            .iter()
            .map(|r| (*r > 0.0).then(|| (value((r - 90.0).max(0.0)), value(r + 160.0 - r * 0.01))))
            .collect(),
        confidence: Some(0.95),
        radius_m,
        function,
    }
}

/// Every kind that is made of other data than a quota table's.
fn full() -> ChartData {
    ChartData {
        slopes: Some(Slopes {
            before: "2020-06-30".into(),
            after: "2020-09-30".into(),
            rows: vec![
                ("越城区".into(), Some(0.31), Some(1.0)),
                ("柯桥区".into(), Some(0.33), Some(0.633)),
                ("上虞区".into(), Some(0.32), Some(0.80)),
                ("诸暨市".into(), Some(0.36), Some(0.76)),
                ("嵊州市".into(), Some(0.39), Some(0.722)),
                ("新昌县".into(), None, Some(0.765)),
            ],
            percent: true,
        }),
        cells: Some(cells()),
        distribution: Some(Distribution {
            amounts: (1..=100).map(|area| f64::from(area * area)).collect(),
            reference: None,
            amount_name: Some("企业".into()),
            reference_name: Some("镇街".into()),
        }),
        quotients: quotients(),
        moran: Some(moran()),
        pattern: Some(pattern(PatternFunction::L)),
        ..data()
    }
}

/// A composition is of amounts, a heat map of quotients.
fn of_kind(kind: ChartKind, mut data: ChartData) -> ChartData {
    if let (ChartKind::Composition, Some(cells)) = (kind, &mut data.cells) {
        cells.values = cells.amounts.iter().copied().map(Some).collect();
    }
    data
}

/// The data with every name in English, the longest there are.
fn english() -> ChartData {
    const AREAS: [&str; 6] =
        ["Yuecheng District", "Keqiao District", "Shangyu District", "Zhuji City", "Shengzhou City", "Xinchang County"];
    const SECTORS: [&str; 10] = [
        "Printing, dyeing and finishing",
        "Chemical fibres",
        "Small hardware",
        "Bearings",
        "Pearls",
        "Kitchen appliances",
        "Chemicals",
        "Socks and hosiery",
        "Umbrella parts",
        "Tea processing",
    ];
    let mut data = full();
    let areas = || AREAS.iter().map(|name| (*name).to_owned());
    data.progress.iter_mut().zip(areas()).for_each(|(row, name)| row.0 = name);
    let stages = ["Listed", "Town self-check", "County review"];
    data.sample = Some(("City spot check".into(), 31));
    data.stages.iter_mut().zip(stages).for_each(|(stage, name)| stage.0 = name.into());
    data.quotients.iter_mut().zip(areas()).for_each(|(row, name)| row.name = name);
    if let Some(slopes) = &mut data.slopes {
        slopes.rows.iter_mut().zip(areas()).for_each(|(row, name)| row.0 = name);
    }
    if let Some(cells) = &mut data.cells {
        cells.areas = areas().collect();
        cells.sectors = names(&SECTORS);
    }
    if let Some(moran) = &mut data.moran {
        moran.names = (0..moran.names.len()).map(|unit| format!("Sample Town {unit}")).collect();
    }
    if let Some(distribution) = &mut data.distribution {
        (distribution.amount_name, distribution.reference_name) = (Some("firms".into()), Some("towns".into()));
    }
    data
}

const KINDS: [(ChartKind, &str, &str, &str); 11] = [
    (ChartKind::Progress, "chart-progress", "淘汰落后产能：各区县完成情况", "Outdated capacity retired, by district"),
    (ChartKind::Ranking, "chart-ranking", "淘汰落后产能：完成率排名", "Ranking by rate"),
    (ChartKind::Stages, "chart-stages", "淘汰落后产能：各验收环节企业数", "How far acceptance has come"),
    (ChartKind::Pace, "chart-pace", "淘汰落后产能：累计进度", "Pace toward the deadline"),
    (ChartKind::Slope, "chart-slope", "淘汰落后产能：完成率变化", "Share of quota done, June and September"),
    (ChartKind::Composition, "chart-composition", "各区县产业构成", "Sectors by district"),
    (ChartKind::Lorenz, "chart-lorenz", "企业在镇街之间的分布", "How unevenly firms lie over towns"),
    (ChartKind::LocationQuotient, "chart-quotients", "印染产业区位商", "Location quotients of dyeing"),
    (ChartKind::MoranScatterplot, "chart-moran", "企业密度的莫兰散点图", "Moran scatterplot of density"),
    (ChartKind::PointPattern, "chart-pattern", "印染企业的集聚距离", "At what distance dye works crowd"),
    (ChartKind::HeatMap, "chart-heat-map", "区县与产业的区位商", "Location quotients of districts and sectors"),
];

#[test]
fn every_kind_is_legible_in_english() {
    for (kind, name, _, title) in KINDS {
        let mut spec = spec(kind, title);
        spec.language = Language::En;
        spec.source = vec!["Shaoxing 2020 No. 14".into(), "management ledger".into()];
        let figure = chart(&spec, &of_kind(kind, english())).unwrap();
        look(&format!("{name}-en"), &figure);
        assert_legible(&figure);
        // Of a crowd of units not every one finds room for its name, and those that do not are told.
        let told = |warning: &String| kind == ChartKind::MoranScatterplot && warning.starts_with("no room for");
        assert!(figure.warnings.iter().all(told), "{name}: {:?}", figure.warnings);
        let chinese = |text: &&jiju::render::Text| text.content.chars().any(|one| u32::from(one) >= 0x2E80);
        assert_eq!(figure.texts().iter().find(|text| chinese(text)).map(|text| &text.content), None, "{name}");
        assert!(!figure.description.is_empty(), "{name}");
    }
}

#[test]
fn what_is_not_defined_is_refused_or_said_to_be_no_data() {
    let empty = |kind: ChartKind, data: ChartData| {
        let error = chart(&spec(kind, "空"), &data).unwrap_err().to_string();
        assert!(error.starts_with("cannot draw the chart: there are no"), "{kind:?}: {error}");
    };
    let mut none = full();
    let cells = none.cells.as_mut().unwrap();
    cells.values.fill(None);
    cells.amounts.fill(0.0);
    none.slopes.as_mut().unwrap().rows.iter_mut().for_each(|row| (row.1, row.2) = (None, None));
    none.distribution.as_mut().unwrap().amounts.fill(0.0);
    none.quotients.iter_mut().for_each(|row| (row.quotient, row.interval) = (None, None));
    let moran = none.moran.as_mut().unwrap();
    (moran.plot.i, moran.plot.z) = (None, vec![None; moran.names.len()]);
    none.pattern.as_mut().unwrap().observed.fill(None);
    for (kind, ..) in &KINDS[4..] {
        empty(*kind, none.clone());
    }

    let mut one = full();
    one.slopes.as_mut().unwrap().rows.truncate(1);
    one.cells = Some(AreaSectors {
        areas: names(&["越城区"]),
        sectors: names(&["化纤"]),
        values: vec![Some(1.0)],
        amounts: vec![3.0],
        colors: Vec::new(),
    });
    one.distribution.as_mut().unwrap().amounts = vec![4.0];
    one.quotients.truncate(1);
    one.pattern = Some(PatternCurve { band: vec![None; 51], confidence: None, ..pattern(PatternFunction::K) });
    for (kind, name, ..) in &KINDS[4..] {
        let figure = chart(&spec(*kind, "单一"), &one).unwrap();
        look(&format!("{name}-one"), &figure);
        assert_legible(&figure);
        assert!(!jiju::render::svg(&figure).contains("NaN"), "{name}");
    }

    let mut short = full();
    short.cells.as_mut().unwrap().amounts.pop();
    short.pattern.as_mut().unwrap().band.pop();
    for kind in [ChartKind::HeatMap, ChartKind::PointPattern] {
        assert!(chart(&spec(kind, "短"), &short).is_err(), "{kind:?}");
    }
    let texts = |kind: ChartKind| {
        let figure = chart(&spec(kind, "缺"), &full()).unwrap();
        figure.texts().iter().map(|text| text.content.clone()).collect::<Vec<_>>()
    };
    for kind in [ChartKind::HeatMap, ChartKind::Composition, ChartKind::LocationQuotient] {
        assert!(texts(kind).iter().any(|text| text == "无数据"), "{kind:?}");
    }
    assert!(texts(ChartKind::Slope).iter().any(|text| text == "无数据：新昌县 – → 76.5%"));
}

#[test]
fn a_forecast_says_what_it_rests_on_or_why_there_is_none() {
    let words = |data: &ChartData| {
        let figure = chart(&spec(ChartKind::Pace, "进度"), data).unwrap();
        figure.texts().iter().map(|text| text.content.clone()).collect::<Vec<_>>().join("\n")
    };
    let mut data = data();
    let drawn = words(&data);
    assert!(drawn.contains("按验收环节推算") && drawn.contains("预计") && drawn.contains("80%"), "{drawn}");
    // Too few firms in the ledger are said before all else.
    data.pace.as_mut().unwrap().listed = 140;
    assert!(words(&data).contains("须再列入10家"), "{}", words(&data));
    data.pace.as_mut().unwrap().listed = 162;
    data.pace.as_mut().unwrap().forecast = None;
    let drawn = words(&data);
    assert!(drawn.contains("不作预测") && !drawn.contains("预计"), "{drawn}");
}

#[test]
fn many_rows_and_units_stay_legible_or_are_refused() {
    let mut data = full();
    data.quotients = (0..40)
        .map(|at| Quotient {
            name: format!("示例{at}镇 · 纺织机械和零部件制造"),
            quotient: Some(0.1 + f64::from(at)),
            interval: Some((0.05, 3.0 * f64::from(at) + 1.0)),
            count: None,
        })
        .collect();
    data.cells.as_mut().unwrap().areas =
        (0..6).map(|at| format!("很长很长很长很长很长的示例街道名称第{at}号")).collect();
    data.slopes.as_mut().unwrap().rows = (0..12).map(|at| (format!("示例{at}镇"), Some(0.5), Some(0.5))).collect();
    for (kind, name, ..) in &KINDS[4..] {
        for (width_mm, height_mm) in [(160.0, 100.0), (297.0, 210.0), (105.0, 90.0)] {
            let mut spec = spec(*kind, "许多");
            spec.page = PageSize { width_mm, height_mm, margin_mm: 5.0, ..PageSize::default() };
            match chart(&spec, &data) {
                Ok(figure) => {
                    look(&format!("{name}-many-{width_mm}"), &figure);
                    assert_legible(&figure);
                }
                Err(error) => assert!(error.to_string().starts_with("cannot lay out a page"), "{name}: {error}"),
            }
        }
    }
}

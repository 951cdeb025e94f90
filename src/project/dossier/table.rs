//! The tables of a dossier: the measures, and the criteria of the test.

use polars::prelude::{Column, DataFrame};

use super::criteria::{Found as Held, Test, Verdict};
use super::desk::Desk;
use super::headline::{Measure, Measured};
use super::paper::Found;
use super::say;
use crate::error::{Error, Result};
use crate::model::{Language, column};
use crate::report::{DocumentTable, Headings};

/// The id of the table of measures.
pub(super) const MEASURES: &str = "measures";
/// The columns of the table of measures.
pub(super) const NAME: &str = "measure";
pub(super) const VALUE: &str = "value";
pub(super) const INTERVAL: &str = "interval";
pub(super) const P: &str = "p_value";
pub(super) const RANK: &str = "rank_among";
pub(super) const WITHOUT: &str = "without_largest";
pub(super) const MOVED: &str = "moved";
pub(super) const KEPT: &str = "kept_share";
pub(super) const FINDING: &str = "finding_name";

/// What a measure is called in a sentence.
pub(super) fn measure_name(desk: &Desk<'_>, measure: Measure) -> String {
    let language = desk.language();
    let layer = say::layer_name(&desk.layer, language);
    let districts = say::layer_name("district", language);
    let size =
        desk.weight.as_deref().map_or(language.pick("规模", "size"), |weight| say::amount_name(weight, language));
    let reach = |metres: f64| say::distance(metres, language);
    match (measure, language) {
        (Measure::QuotientOfFirms, Language::Zh) => "区位商（按企业数）".to_owned(),
        (Measure::QuotientOfFirms, Language::En) => "LQ, by firms".to_owned(),
        (Measure::QuotientOfSize, Language::Zh) => format!("区位商（按{size}）"),
        (Measure::QuotientOfSize, Language::En) => format!("LQ, by {size}"),
        (Measure::Gamma, Language::Zh) => format!("γ（{layer}）"),
        (Measure::Gamma, Language::En) => format!("γ, {layer}"),
        (Measure::GammaOfDistricts, Language::Zh) => format!("γ（{districts}）"),
        (Measure::GammaOfDistricts, Language::En) => format!("γ, {districts}"),
        (Measure::MaurelSedillot, Language::Zh) => format!("γ_MS（{layer}）"),
        (Measure::MaurelSedillot, Language::En) => format!("γ_MS, {layer}"),
        (Measure::Gini, Language::Zh) => format!("基尼系数（{layer}）"),
        (Measure::Gini, Language::En) => format!("Gini, {layer}"),
        (Measure::KDensity, Language::Zh) => format!("K 密度 Γ（{}内）", reach(desk.reach_m())),
        (Measure::KDensity, Language::En) => format!("K-density Γ, up to {}", reach(desk.reach_m())),
        (Measure::M, Language::Zh) => format!("M（{}内）", reach(desk.request.radius.metres())),
        (Measure::M, Language::En) => format!("M, within {}", reach(desk.request.radius.metres())),
    }
}

/// What a measure is called in the table, whose columns are many.
fn short_name(desk: &Desk<'_>, measure: Measure) -> String {
    let language = desk.language();
    let layer = say::layer_name(&desk.layer, language);
    let districts = say::layer_name("district", language);
    let size =
        desk.weight.as_deref().map_or(language.pick("规模", "size"), |weight| say::amount_name(weight, language));
    let (sign, of) = match measure {
        Measure::QuotientOfFirms => ("LQ", language.pick("企业数", "firms").to_owned()),
        Measure::QuotientOfSize => ("LQ", size.to_owned()),
        Measure::Gamma => ("γ", layer.to_owned()),
        Measure::GammaOfDistricts => ("γ", districts.to_owned()),
        Measure::MaurelSedillot => ("γ_MS", layer.to_owned()),
        Measure::Gini => ("Gini", layer.to_owned()),
        Measure::KDensity => ("Γ", say::distance(desk.reach_m(), language)),
        Measure::M => ("M", say::distance(desk.request.radius.metres(), language)),
    };
    language.pick(format!("{sign}（{of}）"), format!("{sign}, {of}"))
}

/// What a measure found, as a table has it.
pub(super) fn finding(measured: &Measured, language: Language) -> String {
    match (measured.value, measured.finding) {
        (None, _) => language.pick("无定义", "undefined").to_owned(),
        (Some(_), Some(finding)) => finding.words(language).to_owned(),
        (Some(_), None) => language.pick("未检验", "not tested").to_owned(),
    }
}

/// The table of measures: a row for each, with what is left of it without the largest plant and with locations moved.
pub(super) fn measures(desk: &Desk<'_>, found: &Found) -> Result<DocumentTable> {
    let language = desk.language();
    let rows = &found.base.measures;
    let number = |name: &str, of: &dyn Fn(&Measured) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let text = |name: &str, of: &dyn Fn(&Measured) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let moved = |one: &Measured| found.doubt.moved(one.measure);
    let columns = vec![
        text(NAME, &|one| Some(short_name(desk, one.measure))),
        number(VALUE, &|one| one.value),
        text(INTERVAL, &|one| say::range(one.interval, 3)),
        number(P, &|one| one.p),
        Column::new(
            RANK.into(),
            rows.iter().map(|one| one.rank.map(|(rank, _)| rank as u64)).collect::<Vec<Option<u64>>>(),
        ),
        number(WITHOUT, &|one| found.doubt.without(one.measure)?.value),
        text(MOVED, &|one| say::range(moved(one)?.middle.map(|[lower, upper]| (lower, upper)), 3)),
        number(KEPT, &|one| moved(one)?.kept),
        text(FINDING, &|one| Some(finding(one, language))),
    ];
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table(MEASURES))?;
    let shown: Vec<&str> = [NAME, VALUE, INTERVAL, P, RANK, WITHOUT, MOVED, KEPT, FINDING]
        .into_iter()
        .filter(|name| *name == VALUE || frame.column(name).is_ok_and(|cells| cells.null_count() < cells.len()))
        .collect();
    let caption = language.pick("集聚测度及其稳健性", "Measures of concentration, and what is left of them").to_owned();
    DocumentTable::of_frame(
        MEASURES,
        caption,
        &frame,
        &shown,
        Vec::new(),
        (&headings(desk, found.against.sectors), language),
    )
}

/// The headings of the tables of a dossier, in which so many sectors are compared.
pub(super) fn headings(desk: &Desk<'_>, sectors: usize) -> Headings {
    let language = desk.language();
    let confidence = column::percent(crate::measure::Concentration::default().confidence).replace(".0", "");
    let error = say::distance(desk.request.location_error.metres(), language);
    let named = [
        (NAME, "测度".to_owned(), "measure".to_owned()),
        (VALUE, "值".to_owned(), "value".to_owned()),
        (INTERVAL, format!("{confidence}区间"), format!("{confidence} interval")),
        (P, "p".to_owned(), "p".to_owned()),
        (RANK, format!("排名（共{sectors}）"), format!("rank of {sectors}")),
        (WITHOUT, "去掉最大企业".to_owned(), "without the largest plant".to_owned()),
        (MOVED, format!("移动{error}"), format!("moved {error}")),
        (KEPT, "结论不变".to_owned(), "finding stands".to_owned()),
        (FINDING, "结论".to_owned(), "finding".to_owned()),
        ("criterion", "条件".to_owned(), "criterion".to_owned()),
        ("criterion_source", "出处".to_owned(), "source".to_owned()),
        ("found_here", "本块状行业".to_owned(), "found".to_owned()),
        ("verdict", "判定".to_owned(), "verdict".to_owned()),
    ];
    Headings::new(named.map(|(name, zh, en)| (name.to_owned(), language.pick(zh, en))))
}

/// What became of a criterion.
pub(super) fn verdict(verdict: Verdict, language: Language) -> &'static str {
    match verdict {
        Verdict::Met => language.pick("符合", "met"),
        Verdict::NotMet => language.pick("不符合", "not met"),
        Verdict::CannotBeTold => language.pick("无法判定", "cannot be told"),
    }
}

/// The table of criteria.
pub(super) fn criteria(desk: &Desk<'_>, test: &Test) -> Result<DocumentTable> {
    let language = desk.language();
    let rows = &test.criteria;
    let texts = |name: &str, of: &dyn Fn(&super::criteria::Assessed) -> String| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let columns = vec![
        texts("criterion", &|one| language.pick(&one.criterion.name_zh, &one.criterion.name_en).clone()),
        texts("verdict", &|one| verdict(one.verdict, language).to_owned()),
        texts("found_here", &|one| held(one, language)),
        texts("criterion_source", &|one| one.criterion.source.clone()),
    ];
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table("criteria"))?;
    let caption = language
        .pick(format!("对照{}", test.test.document.number), format!("Held against {}", test.test.document.number));
    let shown = ["criterion", "verdict", "found_here", "criterion_source"];
    DocumentTable::of_frame("criteria", caption, &frame, &shown, Vec::new(), (&headings(desk, 0), language))
}

/// What was held against a criterion, or what would have to be given.
fn held(one: &super::criteria::Assessed, language: Language) -> String {
    let area = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| say::decimal(value, 1));
    match one.found {
        Held::NotInRegister => {
            let needs = language.pick(&one.criterion.needs_zh, &one.criterion.needs_en);
            language.pick(format!("缺：{needs}"), format!("missing: {needs}"))
        }
        Held::NoCluster => language
            .pick(
                "没有企业密集到成为集聚区，无面积与产值可言",
                "no firms stand close enough to make a cluster: no area, no output in it",
            )
            .to_owned(),
        Held::NoColumn(name) => {
            let title = say::amount_name(name, language);
            language.pick(
                format!("缺：名录的{title}列（{name}）"),
                format!("missing: the column of {title} ({name}) of the register"),
            )
        }
        Held::Areas([dense, any, land]) => {
            let (dense, any, land) = (area(dense), area(any), area(land));
            match language {
                Language::Zh => format!("集聚区外廓 {dense} km²（DBSCAN）、{any} km²（HDBSCAN）；企业用地 {land} km²"),
                Language::En => {
                    format!("hulls {dense} km² (DBSCAN), {any} km² (HDBSCAN); land of the firms {land} km²")
                }
            }
        }
        Held::Output { clusters, block, missing, is_one } => {
            let (clusters, block) =
                (clusters.map_or_else(|| "–".to_owned(), |cny| say::money(cny, language)), say::money(block, language));
            let lacks = match (missing, language) {
                (0, _) => String::new(),
                (missing, Language::Zh) => format!("，{missing}家缺产值"),
                (missing, Language::En) => format!(", {missing} firms without output"),
            };
            let apart = match (is_one, language) {
                (true, _) => "",
                (false, Language::Zh) => "，两种口径结论不同",
                (false, Language::En) => ", on both sides of the limit",
            };
            let years = match (one.verdict, one.criterion.years, language) {
                (Verdict::CannotBeTold, 2.., Language::Zh) => {
                    format!("；名录只有一年，缺另外{}年", one.criterion.years - 1)
                }
                (Verdict::CannotBeTold, 2.., Language::En) => {
                    format!("; the register is of one year, {} more are missing", one.criterion.years - 1)
                }
                _ => String::new(),
            };
            match language {
                Language::Zh => format!("集聚区内全部企业 {clusters}，本块状行业 {block}{lacks}{apart}{years}"),
                Language::En => {
                    format!("all firms in the clusters {clusters}, this block economy {block}{lacks}{apart}{years}")
                }
            }
        }
        Held::Shares([dense, any, district]) => {
            let (dense, any, district) = (say::share(dense), say::share(any), say::share(district));
            match language {
                Language::Zh => format!("集聚区内 {dense}（DBSCAN）、{any}（HDBSCAN），全区 {district}"),
                Language::En => {
                    format!("{dense} in the clusters (DBSCAN), {any} (HDBSCAN), {district} in the district")
                }
            }
        }
        Held::GrowthBetween(growth) => match language {
            Language::Zh => format!("两期名录之间 {}；名录未注明年份，无法折成年均", column::percent(growth)),
            Language::En => {
                format!("{} between the two registers, which do not say their years", column::percent(growth))
            }
        },
        Held::NoEarlierYears => language
            .pick(
                "缺：以前年度的产值（另给一份早期名录）",
                "missing: the output of earlier years (an earlier register)",
            )
            .to_owned(),
    }
}

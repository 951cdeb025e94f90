//! The sheets of the workbook of a run: names before codes, one row for each thing that is counted.

use std::collections::HashMap;
use std::ops::Range;

use chrono::NaiveDate;
use polars::prelude::{AnyValue, BooleanChunked, Column, DataFrame, IdxCa, IdxSize, NewChunkedArray as _};

use super::file::Project;
use super::file_names::FileNames;
use super::names::headings;
use super::run::Tables;
use super::survey::Survey;
use crate::error::{Error, Result};
use crate::model::{Counts, Language, ProblemKind, Register, column};
use crate::policy::{Policy, Term};
use crate::progress::{self, Counted, ProgressOptions, ProgressRow, PublicList, RankChange};
use crate::render::layer_title;
use crate::report::{CellLink, Workbook, WorkbookChart, WorkbookSheet, with_names};

/// A sheet with more rows is there to be searched and filtered, and printed in part: the workbook as a whole is tens of pages. Lists
/// to be printed as a whole are files of their own, in the folder of lists.
const MOST_PRINTED_WHOLE: usize = 250;
/// The rows that are printed of such a sheet: two pages.
const PRINTED_OF_LONG: usize = 100;

/// The workbook of a run.
pub(super) fn content(project: &Project, survey: &Survey, tables: &Tables) -> Result<Workbook> {
    let language = project.language;
    let names = Names::new(survey, language);
    let (grounds_sheet, first_rows) = counted(project, survey, &names)?;
    let linked = |mut sheet: WorkbookSheet| {
        let numbers = progress::stage_columns(&survey.policy).into_iter().chain([column::ACCEPTED]);
        let numbers: Vec<&str> = numbers.filter(|name| sheet.frame.column(name).is_ok()).collect();
        for (row, own) in survey.quota.iter().enumerate() {
            let of = (own.programme.clone(), (!own.is_city).then(|| own.district.clone()));
            let Some(target) = first_rows.get(&of) else { continue };
            sheet.links.extend(numbers.iter().map(|name| CellLink {
                row,
                column: (*name).to_owned(),
                sheet: grounds_sheet.name.clone(),
                target: *target,
            }));
        }
        sheet
    };
    let mut sheets = vec![
        linked(leader(survey, language)?),
        linked(quota(survey, tables, language)?),
        ranking(survey, project.as_of, language)?,
        pace(survey, tables, &names)?,
        forecast(tables, &names)?,
    ];
    for (name, about, frame) in [
        (
            language.pick("公布名单", "public lists"),
            language.pick(
                "应公布的企业名单：限期整改、逾期、关闭",
                "Lists of firms to publish: to rectify, overdue, closed",
            ),
            &tables.lists,
        ),
        (
            language.pick("验收与问题", "inspection lists"),
            language.pick("交区县的名单：验收清单与问题清单", "Lists for the districts: accepted firms and problems"),
            &tables.inspection,
        ),
    ] {
        let frame = with_names(frame, "ground", "ground_name", &names.grounds)?;
        let frame = with_names(&frame, column::DISTRICT, "district_name", &names.districts)?;
        let frame = with_names(&frame, column::PROGRAMME, "programme_name", &names.programmes)?;
        let frame = with_names(&frame, "list", "list_name", &names.lists)?;
        let shown = ["list_name", "programme_name", "district_name", "name", "ground_name", "due_on", "id"];
        sheets.push(sheet(name, about, first(&frame, &shown)?));
    }
    if let Some(sample) = &tables.sample {
        let ids = sample.column("id").and_then(Column::str).map_err(Error::table("the sample"))?;
        let firms = ids.iter().flatten().filter_map(|id| Some((id, names.register.enterprise(id)?.name.as_str())));
        let frame = with_names(sample, "id", "name", &firms.collect())?;
        let frame = with_names(&frame, column::DISTRICT, "district_name", &names.districts)?;
        let frame = with_names(&frame, column::PROGRAMME, "programme_name", &names.programmes)?;
        sheets.push(sheet(
            language.pick("抽验样本", "spot-check sample"),
            language.pick(
                "抽中的企业（空间均衡随机抽样；检查表见 jiju sample）",
                "Firms drawn at random, spread over space, for the city's spot check; jiju sample makes the sheet to take along",
            ),
            first(&frame, &["programme_name", "district_name", "name", "id"])?,
        ));
    }
    concentration(survey, &names, &mut sheets)?;
    let frame = with_names(&survey.problems, "problem", "problem_name", &names.problems)?;
    let frame = with_names(&frame, "severity", "severity_name", &names.severities)?;
    let shown = ["severity_name", "problem_name", "file", "row", "column", "found"];
    sheets.push(sheet(
        language.pick("问题清单", "problems"),
        language.pick("数据检查发现的问题", "What was found when the data were checked"),
        first(&frame, &shown)?,
    ));
    sheets.push(grounds_sheet);
    for sheet in sheets.iter_mut().filter(|sheet| sheet.frame.height() > MOST_PRINTED_WHOLE) {
        sheet.printed_rows = Some(PRINTED_OF_LONG);
    }
    let sources = project.boundary_words().into_iter().map(str::to_owned).chain(project.source_words().iter().cloned());
    Ok(Workbook {
        title: project.title_words().to_owned(),
        language,
        as_of: project.as_of.to_string(),
        document: survey.policy.document.number.clone(),
        synthetic: project.synthetic,
        sources: sources.collect(),
        headings: headings(&survey.policy, language),
        sheets,
    })
}

fn sheet(name: &str, about: &str, (frame, printed): (DataFrame, usize)) -> WorkbookSheet {
    WorkbookSheet { printed, ..WorkbookSheet::new(name, about, frame) }
}

/// The names that codes stand for.
struct Names<'a> {
    language: Language,
    programmes: HashMap<&'a str, &'a str>,
    districts: HashMap<&'a str, &'a str>,
    grounds: HashMap<&'a str, &'a str>,
    register: &'a Register,
    lists: HashMap<&'a str, &'a str>,
    problems: HashMap<&'a str, &'a str>,
    severities: HashMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    fn new(survey: &'a Survey, language: Language) -> Self {
        let Policy { programmes, districts, grounds, .. } = &survey.policy;
        let term = |term: &'a Term| (term.id.as_str(), language.pick(term.name_zh.as_str(), term.name_en.as_str()));
        let problems = survey.problems.column("problem").ok().and_then(|column| column.str().ok());
        let problems = problems.into_iter().flat_map(|keys| keys.iter()).flatten();
        Self {
            language,
            programmes: programmes.iter().map(|programme| term(&programme.term)).collect(),
            districts: districts
                .iter()
                .map(|one| (one.adcode.as_str(), language.pick(one.name_zh.as_str(), one.name_en.as_str())))
                .collect(),
            grounds: grounds.iter().map(|ground| term(&ground.term)).collect(),
            register: &survey.register.register,
            lists: PublicList::ALL.iter().map(|list| (list.key(), list.name(language))).collect(),
            problems: problems.filter_map(|key| Some((key, ProblemKind::of_key(key)?.name(language)))).collect(),
            severities: HashMap::from([
                ("reject", language.pick("退回", "rejected")),
                ("warning", language.pick("提示", "warning")),
            ]),
        }
    }
}

/// Puts some columns first, in this order, and all others behind them. Returns how many are first too.
fn first(frame: &DataFrame, shown: &[&str]) -> Result<(DataFrame, usize)> {
    let names: Vec<&str> = frame.get_column_names().iter().map(|name| name.as_str()).collect();
    let leading: Vec<&str> = shown.iter().copied().filter(|name| names.contains(name)).collect();
    let others = names.iter().copied().filter(|name| !shown.contains(name));
    let order: Vec<&str> = leading.iter().copied().chain(others).collect();
    Ok((frame.select(order).map_err(Error::table("a sheet"))?, leading.len()))
}

/// The rows of each programme in a list of rows, by the name of the programme.
fn by_programme<'a>(rows: &[&'a ProgressRow], language: Language) -> Vec<(&'a str, Range<usize>)> {
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let name = language.pick(row.programme_name_zh.as_str(), row.programme_name_en.as_str());
        match found.last_mut() {
            Some((last, range)) if *last == name => range.end = position + 1,
            _ => found.push((name, position..position + 1)),
        }
    }
    found
}

/// The columns with the names of a quota table, those in the language of the reader first.
fn name_columns(language: Language) -> [&'static str; 2] {
    language.pick(
        [column::PROGRAMME_NAME_ZH, column::DISTRICT_NAME_ZH],
        [column::PROGRAMME_NAME_EN, column::DISTRICT_NAME_EN],
    )
}

fn quota(survey: &Survey, tables: &Tables, language: Language) -> Result<WorkbookSheet> {
    let [programme, district] = name_columns(language);
    let mut shown = vec![
        programme,
        district,
        column::QUOTA,
        column::ACCEPTED,
        column::RATE,
        column::GAP,
        column::SURPLUS,
        column::RANK,
    ];
    shown.extend(progress::stage_columns(&survey.policy));
    shown.push(column::UNPLACED);
    let rows: Vec<&ProgressRow> = survey.quota.iter().collect();
    let charts = by_programme(&rows, language).into_iter().map(|(name, range)| WorkbookChart {
        title: format!("{name}{}", language.pick("：任务与完成", ": quota and accepted")),
        // The total would make all others small.
        rows: range.start..range.start + rows[range].iter().filter(|row| !row.is_city).count(),
        names: district.to_owned(),
        values: vec![column::ACCEPTED.to_owned(), column::QUOTA.to_owned()],
    });
    Ok(WorkbookSheet {
        totals: rows.iter().enumerate().filter(|(_, row)| row.is_city).map(|(position, _)| position).collect(),
        charts: charts.collect(),
        ..sheet(
            language.pick("进度", "progress"),
            language.pick("各任务、各区县完成情况", "Progress of each programme in each district"),
            first(&tables.quota, &shown)?,
        )
    })
}

/// The firms behind the counts, with their rows of the ledger, by programme and district; and where those of each begin, of a programme
/// and, but for the city, a district.
fn counted(project: &Project, survey: &Survey, names: &Names<'_>) -> Result<(WorkbookSheet, FirstRows)> {
    let language = names.language;
    let towns = super::progress::towns(
        &survey.ledger.ledger,
        &survey.layers,
        &survey.register.matches,
        &survey.register.register,
    );
    let counted = Counted {
        policy: &survey.policy,
        ledger: &survey.ledger.ledger,
        register: &survey.register.register,
        standing: &survey.register.standing,
        towns: &towns,
        as_of: project.as_of,
    };
    let mut frame = progress::counted_rows(&counted)?;
    let told = || Error::table("the firms behind the counts");
    frame.rename(column::ACCEPTED, "is_accepted".into()).map_err(told())?;
    let texts = |name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(told());
    let (programmes, districts) = (texts(column::PROGRAMME)?, texts(column::DISTRICT)?);
    let policy = &survey.policy;
    let place = |row: usize| {
        let programme = policy.programmes.iter().position(|one| Some(one.term.id.as_str()) == programmes.get(row));
        let district = policy.districts.iter().position(|one| Some(one.adcode.as_str()) == districts.get(row));
        (programme, district.is_none(), district)
    };
    let mut order: Vec<usize> = (0..frame.height()).collect();
    order.sort_by_key(|row| place(*row));
    let mut first_rows = FirstRows::new();
    for (position, row) in order.iter().enumerate() {
        let programme = programmes.get(*row).unwrap_or_default().to_owned();
        first_rows.entry((programme.clone(), None)).or_insert(position);
        if let Some(district) = districts.get(*row) {
            first_rows.entry((programme, Some(district.to_owned()))).or_insert(position);
        }
    }
    let picked: Vec<IdxSize> = order.iter().filter_map(|row| IdxSize::try_from(*row).ok()).collect();
    let frame = frame.take(&IdxCa::from_vec("row".into(), picked)).map_err(told())?;
    let stages: HashMap<&str, &str> = policy
        .stages
        .iter()
        .map(|stage| (stage.term.id.as_str(), language.pick(stage.term.name_zh.as_str(), stage.term.name_en.as_str())))
        .collect();
    let frame = with_names(&frame, "stage", "stage_name", &stages)?;
    let frame = with_names(&frame, column::DISTRICT, "district_name", &names.districts)?;
    let frame = with_names(&frame, column::PROGRAMME, "programme_name", &names.programmes)?;
    let shown = ["programme_name", "district_name", "name", "stage_name", "is_accepted", "ledger_rows", "id"];
    let sheet = sheet(
        language.pick("计数依据", "ledger rows"),
        language.pick(
            "各数所计企业及其台账行号；“一页通”和“进度”中的数可点击到此",
            "The firms behind the counts with their rows of the ledger; numbers of the overview and of progress lead here",
        ),
        first(&frame, &shown)?,
    );
    Ok((sheet, first_rows))
}

/// Where the rows of a programme begin, and of a district of it.
type FirstRows = HashMap<(String, Option<String>), usize>;

/// One page for who has a minute: six columns, the city last, and a bar for each district.
fn leader(survey: &Survey, language: Language) -> Result<WorkbookSheet> {
    let [programme, district] = name_columns(language);
    let rows: Vec<&ProgressRow> = survey.quota.iter().collect();
    let charts = by_programme(&rows, language).into_iter().map(|(name, range)| WorkbookChart {
        title: format!("{name}{}", language.pick("：完成率", ": rate")),
        rows: range.start..range.start + rows[range].iter().filter(|row| !row.is_city).count(),
        names: district.to_owned(),
        values: vec![column::RATE.to_owned()],
    });
    let charts = charts.collect();
    let shown = [programme, district, column::QUOTA, column::ACCEPTED, column::RATE, column::RANK];
    let frame = progress::frame(&survey.quota)?.select(shown).map_err(Error::table("the page for a leader"))?;
    Ok(WorkbookSheet {
        totals: rows.iter().enumerate().filter(|(_, row)| row.is_city).map(|(position, _)| position).collect(),
        charts,
        is_landscape: true,
        ..sheet(
            language.pick("一页通", "overview"),
            language.pick("各区县目标、完成与排名", "Quota, accepted and rank of the districts"),
            (frame, shown.len()),
        )
    })
}

fn ranking(survey: &Survey, as_of: NaiveDate, language: Language) -> Result<WorkbookSheet> {
    let [programme, district] = name_columns(language);
    let programmes = survey.policy.programmes.iter();
    let ranked: Vec<&ProgressRow> =
        programmes.flat_map(|programme| progress::ranking(&survey.quota, &programme.term.id)).collect();
    let charts = by_programme(&ranked, language).into_iter().map(|(name, range)| WorkbookChart {
        title: format!("{name}{}", language.pick("：完成率排名", ": ranking by rate")),
        rows: range,
        names: district.to_owned(),
        values: vec![column::RATE.to_owned()],
    });
    let charts = charts.collect();
    let rows: Vec<ProgressRow> = ranked.iter().map(|row| (*row).clone()).collect();
    let before: Vec<ProgressRow> = progress::last_quarter_end(as_of)
        .map(|day| {
            let options = ProgressOptions::as_of(day);
            progress::quota_table(&survey.policy, &survey.ledger.ledger, &survey.register.standing, &options)
        })
        .unwrap_or_default();
    let programmes = survey.policy.programmes.iter();
    let changes: Vec<RankChange<'_>> =
        programmes.flat_map(|one| progress::ranking_since(&survey.quota, &before, &one.term.id)).collect();
    let shown = [
        programme,
        column::RANK,
        district,
        column::RATE,
        column::ACCEPTED,
        column::QUOTA,
        column::GAP,
        column::SURPLUS,
    ];
    let mut frame = progress::frame(&rows)?.select(shown).map_err(Error::table("the ranking"))?;
    let more = [
        Column::new("rank_before".into(), changes.iter().map(|one| one.rank_before).collect::<Vec<_>>()),
        Column::new("places_risen".into(), changes.iter().map(|one| one.places_risen).collect::<Vec<_>>()),
        Column::new("rate_before".into(), changes.iter().map(|one| one.rate_before).collect::<Vec<_>>()),
        Column::new("rate_risen".into(), changes.iter().map(|one| one.rate_risen).collect::<Vec<_>>()),
    ];
    let rule = survey.policy.ranking.words(language);
    let printed = shown.len() + more.len();
    for column in more {
        frame.with_column(column).map_err(Error::table("the ranking"))?;
    }
    Ok(WorkbookSheet {
        charts,
        ..sheet(
            language.pick("排名", "ranking"),
            &language.pick(
                format!("各任务排名：{rule}；与上季度末相比的位次与完成率变化"),
                format!("The districts of each programme {rule}; and how they moved since the end of last quarter"),
            ),
            (frame, printed),
        )
    })
}

fn pace(survey: &Survey, tables: &Tables, names: &Names<'_>) -> Result<WorkbookSheet> {
    let mut frame = with_names(&tables.pace, column::PROGRAMME, "programme_name", &names.programmes)?;
    frame.rename("expected", "due_by_then".into()).map_err(Error::table("the pace"))?;
    let language = names.language;
    let document = survey.policy.document.issued_on;
    Ok(sheet(
        language.pick("推进", "pace"),
        &language.pick(
            format!("全市累计完成数，与自{document}至期限匀速推进应完成数"),
            format!("Firms accepted in the city, and due at an even pace from {document} to the deadline"),
        ),
        first(&frame, &["programme_name", "day", column::ACCEPTED, "due_by_then"])?,
    ))
}

/// When each district will meet its quota, and how likely by the deadline.
fn forecast(tables: &Tables, names: &Names<'_>) -> Result<WorkbookSheet> {
    let language = names.language;
    let frame = with_names(&tables.forecast, column::PROGRAMME, "programme_name", &names.programmes)?;
    let district = name_columns(language)[1];
    let shown = [
        "programme_name",
        district,
        column::QUOTA,
        column::ACCEPTED,
        column::LISTED,
        "short",
        "forecast",
        "forecast_lower",
        "forecast_upper",
        "met_probability",
        "met_on",
        "met_on_lower",
        "met_on_upper",
    ];
    Ok(sheet(
        language.pick("预测", "forecast"),
        language.pick(
            "按期完成任务的概率、预计达标日期及80%区间；台账户数少于任务的不可能完成",
            "The probability of meeting the quota by the deadline and the day on which it is met, with 80 % bands; too few listed means never",
        ),
        first(&frame, &shown)?,
    ))
}

/// A sheet of sectors in areas and one of areas for each layer measured.
fn concentration(survey: &Survey, names: &Names<'_>, sheets: &mut Vec<WorkbookSheet>) -> Result<()> {
    let language = names.language;
    let mut file_names = FileNames::default();
    for measured in &survey.concentration {
        // A sheet name has at most 31 characters, and some are not allowed.
        let layer = layer_title(&measured.layer, language).chars().take(20).collect::<String>();
        let layer = file_names.stem(&layer);
        let cells = by_unit(&measured.cells, &[column::AREA, column::SECTOR])?;
        let cells = with_firms(&cells)?;
        let shown = [
            column::AREA_NAME,
            column::SECTOR_NAME,
            "firms",
            column::LOCATION_QUOTIENT,
            column::SHARE,
            column::SECTOR_SHARE,
        ];
        sheets.push(sheet(
            &format!("{layer}{}", language.pick("行业", " by sector")),
            language.pick(
                "各区域各行业的企业与区位商；没有企业的组合见 tables 文件夹",
                "Firms and location quotients of sectors in areas; those without firms are in the folder tables",
            ),
            first(&cells, &shown)?,
        ));
        let areas = by_unit(&measured.areas, &[column::AREA])?;
        let shown = [column::AREA_NAME, "firms", column::SHARE, column::DENSITY_PER_KM2, column::IN_PARK_SHARE];
        sheets.push(sheet(
            &format!("{layer}{}", language.pick("概况", " as a whole")),
            language.pick("各区域的企业、密度与集中程度", "Firms, density and concentration of areas"),
            first(&areas, &shown)?,
        ));
    }
    Ok(())
}

/// The rows of firms, with the amounts of other units as columns of their own in place of rows.
fn by_unit(frame: &DataFrame, keys: &[&str]) -> Result<DataFrame> {
    let told = || Error::table("concentration");
    let key = |row: usize| -> Result<Vec<String>> {
        let cells = keys.iter().map(|name| {
            let column = frame.column(name).map_err(told())?;
            Ok(column.get(row).map_err(told())?.str_value().to_string())
        });
        cells.collect()
    };
    let units = frame.column(column::UNIT).and_then(|column| column.str().cloned()).map_err(told())?;
    let counts = frame.column(column::COUNT).and_then(|column| column.f64().cloned()).map_err(told())?;
    let mut others: Vec<&str> = Vec::new();
    let mut amounts: HashMap<(&str, Vec<String>), Option<f64>> = HashMap::new();
    for (row, unit) in units.iter().enumerate() {
        let Some(unit) = unit.filter(|unit| *unit != Counts::FIRMS) else { continue };
        if !others.contains(&unit) {
            others.push(unit);
        }
        amounts.insert((unit, key(row)?), counts.get(row));
    }
    let is_firms: Vec<bool> = units.iter().map(|unit| unit == Some(Counts::FIRMS)).collect();
    let rows: Vec<usize> = (0..frame.height()).filter(|row| is_firms[*row]).collect();
    let mut firms = frame.filter(&BooleanChunked::from_slice("firms".into(), &is_firms)).map_err(told())?;
    firms.rename(column::COUNT, "firms".into()).map_err(told())?;
    firms = firms.drop(column::UNIT).map_err(told())?;
    for unit in others {
        let of_rows = rows.iter().map(|row| Ok(amounts.get(&(unit, key(*row)?)).copied().flatten()));
        let values = of_rows.collect::<Result<Vec<Option<f64>>>>()?;
        firms.with_column(Column::new(unit.into(), values)).map_err(told())?;
    }
    let told_of: Vec<String> = firms
        .columns()
        .iter()
        .filter(|column| column.null_count() < column.len())
        .map(|column| column.name().to_string())
        .collect();
    firms.select(told_of).map_err(told())
}

/// The rows with firms.
fn with_firms(frame: &DataFrame) -> Result<DataFrame> {
    let told = || Error::table("concentration");
    let counts = frame.column("firms").map_err(told())?;
    let kept = (0..frame.height()).map(|row| {
        let cell = counts.get(row).map_err(told())?;
        Ok(!matches!(cell, AnyValue::Float64(0.0) | AnyValue::Null))
    });
    let kept = kept.collect::<Result<Vec<bool>>>()?;
    frame.filter(&BooleanChunked::from_slice("firms".into(), &kept)).map_err(told())
}

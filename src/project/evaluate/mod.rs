//! The evaluation per mu 亩均论英雄 of a project's firms, and the tables that a county publishes.

mod map;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};

use super::figure::figure_notes;
use super::file;
use super::masks::Masks;
use super::survey::survey_of;
use crate::check::{self, CheckInputs, needed};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::{Enterprise, Language, column, half_width};
use crate::policy::{self, EvaluationRules, EvaluationScope, Policy};
use crate::progress::{FirmEvaluation, evaluation, frame_of_evaluation};
use crate::render::Figure;
use crate::report::{self, Headings, Workbook, WorkbookSheet, with_names};

/// An evaluation per mu 亩均论英雄 of a project's firms, by `evaluation.toml` of its policy folder.
#[parameters]
#[derive(Default)]
pub struct EvaluateRequest {
    /// The project file [default: jiju.toml].
    #[parameter(value = "JIJU.TOML", positional)]
    pub project: Option<PathBuf>,
    /// Another policy folder than the file's.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// Score firms among all [default: as the rules say].
    pub all_sectors: bool,
    /// Column of the register with the parcel that a firm shares with others [default: recognised, such as 宗地编号].
    #[parameter(value = "COLUMN")]
    pub parcel: Option<String>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
    /// Draw the map of where firms of the last class stand into this file: svg, png or pdf.
    #[parameter(value = "FILE")]
    pub draw: Option<PathBuf>,
}

/// An evaluation.
#[derive(Debug, Clone)]
pub struct EvaluateOutcome {
    /// A row for each firm, with every value, reference and point that its score is made from.
    pub rows: DataFrame,
    /// The workbook: all firms, each district, each sector, and the firms of the last class.
    pub workbook: Vec<u8>,
    /// The map of where firms of the last class stand, if it was asked for.
    pub map: Option<Figure>,
    /// The files that were read.
    pub inputs: Vec<PathBuf>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
}

/// The headers by which the column of parcels is recognised.
const PARCEL_HEADERS: [&str; 5] = ["parcel", "宗地编号", "地块编号", "宗地代码", "不动产单元号"];

/// Evaluates the firms of a project.
///
/// # Errors
///
/// What reading the project, its files and the rules refuses; [`ProjectError::Unknown`] for a column that the register does not have.
pub fn evaluate(request: &EvaluateRequest) -> Result<EvaluateOutcome> {
    let path = request.project.clone().unwrap_or_else(|| PathBuf::from("jiju.toml"));
    let mut project = file::read(&path)?;
    project.language = request.lang.unwrap_or(project.language);
    project.policy = request.policy.clone().unwrap_or(project.policy);
    let mut rules = policy::evaluation_rules(&project.policy)?;
    if request.all_sectors {
        rules.per = EvaluationScope::All;
    }
    let outcome = check::check(&CheckInputs::from(&project))?;
    let policy = needed(outcome.policy.as_ref(), "an evaluation", "‹policy›")?;
    let register = needed(outcome.register.as_ref(), "an evaluation", "‹register›")?;
    let language = project.language;
    let headers = register.table.columns();
    let parcel_column = match &request.parcel {
        Some(name) if !headers.contains(name) => {
            return Err(ProjectError::Unknown { what: "column", found: name.clone(), available: headers }.into());
        }
        Some(name) => Some(name.clone()),
        None => headers.iter().find(|header| PARCEL_HEADERS.contains(&header.trim())).cloned(),
    };
    let mut parcels: HashMap<String, String> = HashMap::new();
    if let Some(column) = &parcel_column {
        let cells = register.table.text(column)?;
        let table = &register.table;
        let rows: HashMap<(Option<&str>, u64), &str> = table
            .rows
            .iter()
            .zip(cells.iter())
            .enumerate()
            .filter_map(|(index, (row, cell))| {
                let cell = cell.map(str::trim).filter(|cell| !cell.is_empty())?;
                Some(((table.reading.sheet_of(index), *row), cell))
            })
            .collect();
        for firm in register.register.enterprises() {
            if let Some(parcel) = rows.get(&(firm.sheet.as_deref(), firm.row)) {
                parcels.insert(firm.id.to_string(), half_width(parcel).into_owned());
            }
        }
        let mut firms_on: HashMap<&str, usize> = HashMap::new();
        parcels.values().for_each(|parcel| *firms_on.entry(parcel.as_str()).or_default() += 1);
        let shared: HashSet<String> =
            firms_on.into_iter().filter(|(_, firms)| *firms > 1).map(|(parcel, _)| parcel.to_owned()).collect();
        parcels.retain(|_, parcel| shared.contains(parcel));
    }
    let firms = register.register.enterprises();
    let found = evaluation(&rules, firms, &parcels);
    let by_id: HashMap<&str, &Enterprise> = firms.iter().map(|firm| (&*firm.id, firm)).collect();
    let mut order: Vec<&FirmEvaluation> = found.iter().collect();
    // By group, the best first; those without a score last.
    order.sort_by_key(|row| (row.group.clone(), row.rank.is_none(), row.rank, row.id.clone()));
    let mut notes = vec![outcome.summary()];
    let without = found.iter().filter(|row| row.score.is_none()).count();
    if without > 0 {
        notes.push(format!("{without} of {} firms lack an amount and are not evaluated", found.len()));
    }
    if let Some(column) = &parcel_column {
        notes.push(format!(
            "{} firms share a parcel, by `{column}`, and are scored as one with the others of it",
            parcels.len()
        ));
    }
    let names = Names::new(&rules, policy, language);
    let frame = |rows: &[&FirmEvaluation]| -> Result<DataFrame> {
        let frame = frame_of_evaluation(&rules, rows, &by_id, &register.standing, language)?;
        let frame = with_names(&frame, "group", "group_name", &names.groups)?;
        with_names(&frame, column::DISTRICT, "district_name", &names.districts)
    };
    let rows = frame(&order)?;
    let last = rules.classes.last().map(|class| class.id.clone());
    let worst: Vec<&FirmEvaluation> =
        order.iter().copied().filter(|row| row.class.is_some() && row.class == last).collect();
    let shown: Vec<String> = ["class_name", "district_name", "group_name", column::NAME, "score", column::RANK, "of"]
        .into_iter()
        .map(str::to_owned)
        .chain(rules.indicators.iter().flat_map(|one| [one.id.clone(), format!("{}_points", one.id)]))
        .collect();
    // What the rules call an indicator and a class is what a reader is to find above its column.
    let headings = headings(&rules, language);
    let headed = |mut frame: DataFrame| -> Result<DataFrame> {
        for (id, name) in headings.iter().filter(|(id, _)| frame.column(id).is_ok()).collect::<Vec<_>>() {
            frame.rename(id.as_str(), name.as_str().into()).map_err(Error::table("the evaluation"))?;
        }
        Ok(frame)
    };
    let sheet = |name: &str, about: String, frame: &DataFrame, shown: &[String]| -> Result<WorkbookSheet> {
        let all = frame.get_column_names();
        let others = all.iter().map(|name| name.to_string()).filter(|name| !shown.contains(name));
        let order: Vec<String> = shown.iter().cloned().chain(others).collect();
        Ok(WorkbookSheet {
            name: name.to_owned(),
            about,
            frame: headed(frame.select(order).map_err(Error::table("the evaluation"))?)?,
            printed: shown.len(),
            totals: Vec::new(),
            charts: Vec::new(),
            links: Vec::new(),
            printed_rows: None,
            choices: Vec::new(),
            is_landscape: false,
        })
    };
    let summary = |key: &dyn Fn(&FirmEvaluation) -> String, named: &HashMap<&str, &str>, first: &str| {
        summary(&rules, &found, key, named, (first, project.lists.min_firms))
    };
    let district = |row: &FirmEvaluation| {
        register.standing.get(row.id.as_str()).map(|adcode| adcode.to_string()).unwrap_or_default()
    };
    let title = language.pick(rules.name_zh.as_str(), rules.name_en.as_str());
    let by_district = summary(&district, &names.districts, "district_name")?;
    let by_group = summary(&|row| row.group.clone(), &names.groups, "group_name")?;
    let all_names =
        |frame: &DataFrame| frame.get_column_names().iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let worst_name =
        rules.classes.last().map_or("", |class| language.pick(class.name_zh.as_str(), class.name_en.as_str()));
    let sheets = vec![
        sheet(
            language.pick("评价结果", "evaluation"),
            language
                .pick("全部企业的指标、得分与分类", "All firms with their indicators, points and classes")
                .to_owned(),
            &rows,
            &shown,
        )?,
        sheet(
            language.pick("分区县", "districts"),
            language.pick("各区县各类企业数与亩均指标", "Firms of each class and indicators by district").to_owned(),
            &by_district,
            &all_names(&by_district),
        )?,
        sheet(
            language.pick("分行业", "sectors"),
            language.pick("各行业各类企业数与亩均指标", "Firms of each class and indicators by group").to_owned(),
            &by_group,
            &all_names(&by_group),
        )?,
        sheet(language.pick("末类名单", "last class"), worst_name.to_owned(), &frame(&worst)?, &shown)?,
    ];
    let sources = project.boundary_words().into_iter().map(str::to_owned).chain(project.source_words().iter().cloned());
    let workbook = report::workbook(&Workbook {
        title: title.to_owned(),
        language,
        as_of: project.as_of.to_string(),
        document: rules.source.clone(),
        synthetic: project.synthetic,
        sources: sources.collect(),
        headings: Headings::default(),
        sheets,
    })?;
    let mut inputs = project.inputs();
    inputs.push(project.policy.join(policy::EVALUATION_FILE));
    let map = match &request.draw {
        Some(_) => {
            let mut survey = survey_of(&project, outcome, &mut |_, _| {})?;
            let figure = map::worst_map(&project, &mut survey, &rules, &found)?;
            notes.extend(figure_notes("map", &figure));
            Some(figure)
        }
        None => None,
    };
    Ok(EvaluateOutcome { rows, workbook, map, inputs, notes })
}

/// The columns of indicators and classes, and what stands above them.
fn headings(rules: &EvaluationRules, language: Language) -> Vec<(String, String)> {
    let mut headings = Vec::new();
    for one in &rules.indicators {
        let name = language.pick(&one.name_zh, &one.name_en);
        headings.push((one.id.clone(), name.clone()));
        for (ending, zh, en) in [
            ("points", "得分", "points"),
            ("reference", "基准值", "reference"),
            ("numerator", "分子", "numerator"),
            ("denominator", "分母", "denominator"),
        ] {
            headings.push((format!("{}_{ending}", one.id), format!("{name} {}", language.pick(zh, en))));
        }
    }
    for class in &rules.classes {
        headings.push((format!("class_{}", class.id), language.pick(&class.name_zh, &class.name_en).clone()));
    }
    headings
}

struct Names<'a> {
    districts: HashMap<&'a str, &'a str>,
    groups: HashMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    fn new(_rules: &'a EvaluationRules, policy: &'a Policy, language: Language) -> Self {
        let mut groups: HashMap<&str, &str> = policy
            .sectors
            .iter()
            .map(|sector| &sector.term)
            .map(|term| (term.id.as_str(), language.pick(term.name_zh.as_str(), term.name_en.as_str())))
            .collect();
        groups.insert(crate::progress::OTHER_SECTORS, language.pick("企业较少的行业合并", "sectors with few firms"));
        groups.insert(crate::progress::ALL_FIRMS, language.pick("全部企业", "all firms"));
        let districts = policy.districts.iter();
        Self {
            districts: districts
                .map(|one| (one.adcode.as_str(), language.pick(one.name_zh.as_str(), one.name_en.as_str())))
                .collect(),
            groups,
        }
    }
}

/// A row for each district or group: how many firms of each class, how many without, and each indicator of all of its firms together.
fn summary(
    rules: &EvaluationRules,
    found: &[FirmEvaluation],
    key: &dyn Fn(&FirmEvaluation) -> String,
    named: &HashMap<&str, &str>,
    (first, min_firms): (&str, u64),
) -> Result<DataFrame> {
    let mut rows: BTreeMap<String, Vec<&FirmEvaluation>> = BTreeMap::new();
    for row in found {
        rows.entry(key(row)).or_default().push(row);
    }
    let names: Vec<String> =
        rows.keys().map(|key| named.get(key.as_str()).map_or_else(|| key.clone(), |name| (*name).to_owned())).collect();
    let in_class = |row: &FirmEvaluation, class: Option<&str>| row.class.as_deref() == class;
    let classes: Vec<Option<&str>> = rules.classes.iter().map(|class| Some(class.id.as_str())).chain([None]).collect();
    // The classes of a row add up to its firms.
    let mut masks = Masks::new(min_firms);
    let mut cells: Vec<(Vec<u64>, Vec<usize>)> = Vec::new();
    for rows in rows.values() {
        let of = |class: &Option<&str>| rows.iter().filter(|row| in_class(row, *class)).count() as u64;
        let mut numbers: Vec<u64> = classes.iter().map(of).collect();
        let mut places: Vec<usize> = numbers.iter().map(|number| masks.add(*number)).collect();
        let total = masks.add(rows.len() as u64);
        masks.sum(Some(total), places.clone());
        masks.within(total, &places);
        numbers.push(rows.len() as u64);
        places.push(total);
        cells.push((numbers, places));
    }
    let hidden = masks.hidden();
    let shown = |column: usize| {
        let cells = cells.iter().map(|(numbers, places)| (!hidden[places[column]]).then(|| numbers[column]));
        cells.collect::<Vec<Option<u64>>>()
    };
    let all = shown(classes.len());
    let mut columns = vec![Column::new(first.into(), names), Column::new("firms".into(), all.clone())];
    for (column, class) in classes.iter().enumerate() {
        let name = class.map_or_else(|| "not_evaluated".to_owned(), |class| format!("class_{class}"));
        columns.push(Column::new(name.into(), shown(column)));
    }
    for (place, indicator) in rules.indicators.iter().enumerate() {
        let values: Vec<Option<f64>> = rows
            .values()
            .map(|rows| {
                let (mut above, mut below) = (0.0, 0.0);
                let mut parcels = HashSet::new();
                // Firms of a parcel have the amounts of all of it, of its firms in their group.
                for row in rows.iter().filter(|row| {
                    row.parcel.as_ref().is_none_or(|parcel| parcels.insert((row.group.clone(), parcel.clone())))
                }) {
                    let score = row.scores[place];
                    let denominator = score.denominator.filter(|denominator| *denominator > 0.0);
                    if let (Some(numerator), Some(denominator)) = (score.numerator, denominator) {
                        above += numerator;
                        below += denominator;
                    }
                }
                (below > 0.0).then(|| above / below / indicator.divide_by)
            })
            .zip(&all)
            // What few firms have together is nearly what each has.
            .map(|(value, firms)| value.filter(|_| firms.is_some()))
            .collect();
        columns.push(Column::new(indicator.id.as_str().into(), values));
    }
    DataFrame::new(rows.len(), columns).map_err(Error::table("the evaluation"))
}

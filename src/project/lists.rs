//! The lists that an office publishes or sends to the districts, each as a workbook to print and as CSV.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};
use serde::Deserialize;

use super::file::Project;
use super::file_names::FileNames;
use super::names::headings;
use super::survey::Survey;
use crate::error::{Error, Result};
use crate::join::AreaIndex;
use crate::model::{Enterprise, Language, Match, Point, ProblemKind};
use crate::policy::{Policy, Tier};
use crate::progress::{self, ListRow, PublicList};
use crate::report::{Workbook, WorkbookSheet, list_workbook, workbook};
use crate::source::{Layer, TableFormat, brought_to, format_table};

/// What is left out of the lists, or masked in them, where they are to be published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListsRequest {
    /// Columns that the lists do not have, such as `id` or `address`.
    pub leave_out: Vec<String>,
    /// Columns whose cells show no more than their begin and end, such as `name` or `id`.
    pub mask: Vec<String>,
}

/// The columns that lists have, in the order in which they have them.
pub const LIST_COLUMNS: [&str; 23] = [
    "number",
    "name",
    "id",
    "district_name",
    "town_name",
    "address",
    "programme_name",
    "ground_name",
    "stage_name",
    "measure_name",
    "equipment_name",
    "block_name",
    "industry_name",
    "tier_name",
    "due_on",
    "overdue_days",
    "accepted_on",
    "problem_name",
    "nearest_park",
    "park_distance_m",
    "column",
    "found",
    "expected",
];

/// A list.
struct List {
    /// The title, which is the name of its files.
    title: String,
    /// What it is for, in one sentence.
    about: String,
    rows: Vec<Row>,
    columns: Vec<&'static str>,
}

/// A row of a list: its cells by the names of the columns.
#[derive(Default)]
struct Row {
    texts: HashMap<&'static str, String>,
    numbers: HashMap<&'static str, i64>,
    days: HashMap<&'static str, NaiveDate>,
}

const DAYS: [&str; 2] = ["due_on", "accepted_on"];
const NUMBERS: [&str; 3] = ["number", "overdue_days", "park_distance_m"];

/// The files of all lists by their names, below the folder of the lists.
pub(super) fn files(project: &Project, survey: &Survey) -> Result<Vec<(String, Vec<u8>)>> {
    let language = project.language;
    let sources: Vec<String> = project.source_words().to_vec();
    let book = |title: &str, sheets: Vec<WorkbookSheet>| Workbook {
        title: title.to_owned(),
        language,
        as_of: project.as_of.to_string(),
        document: survey.policy.document.number.clone(),
        synthetic: project.synthetic,
        sources: sources.clone(),
        headings: headings(&survey.policy, language),
        sheets,
    };
    let mut files = Vec::new();
    let mut names = FileNames::default();
    for list in lists(project, survey)? {
        let frame = frame(&list, &project.lists)?;
        let stem = names.stem(&list.title);
        files.push((format!("{stem}.csv"), format_table(&frame, TableFormat::CsvWithMark)?));
        let sheet = WorkbookSheet::new(language.pick("名单", "list"), &list.about, frame);
        files.push((format!("{stem}.xlsx"), list_workbook(&book(&list.title, vec![sheet]))?));
    }
    let problems = problem_sheets(survey, language)?;
    if !problems.is_empty() {
        let title = language.pick("各区县数据问题清单", "Problems of the data by district");
        files.push((format!("{}.xlsx", names.stem(title)), workbook(&book(title, problems))?));
    }
    Ok(files)
}

/// What the lists know of each firm.
struct Firms<'a> {
    survey: &'a Survey,
    language: Language,
    positions: HashMap<&'a str, usize>,
}

impl<'a> Firms<'a> {
    fn new(survey: &'a Survey, language: Language) -> Self {
        let enterprises = survey.register.register.enterprises.iter().enumerate();
        Self { survey, language, positions: enterprises.map(|(position, firm)| (firm.id.as_str(), position)).collect() }
    }

    fn enterprise(&self, id: &str) -> Option<(usize, &'a Enterprise)> {
        let position = *self.positions.get(id)?;
        Some((position, self.survey.register.register.enterprises.get(position)?))
    }

    /// Name, code, district, town and address of a firm.
    fn row(&self, id: &str) -> Row {
        let mut row = Row::default();
        row.texts.insert("id", id.to_owned());
        let policy = &self.survey.policy;
        if let Some(district) = self.survey.register.standing.get(id).and_then(|adcode| policy.district(adcode)) {
            row.texts.insert("district_name", self.language.pick(&district.name_zh, &district.name_en).clone());
        }
        if let Some((position, firm)) = self.enterprise(id) {
            row.texts.insert("name", firm.name.clone());
            row.texts.extend(firm.address.clone().map(|address| ("address", address)));
            row.texts.extend(self.town(position, firm).map(|town| ("town_name", town)));
        }
        row
    }

    /// The town in which a firm stands, or else the one that it declares.
    fn town(&self, position: usize, firm: &Enterprise) -> Option<String> {
        let layers = self.survey.layers.iter().zip(&self.survey.register.matches);
        let found = layers.filter(|(layer, _)| layer.areas.layer == "town").find_map(|(layer, matches)| {
            let area = matches.get(position)?.area?;
            Some(layer.areas.areas.get(area)?.name.clone())
        });
        found.or_else(|| firm.town.clone())
    }
}

fn lists(project: &Project, survey: &Survey) -> Result<Vec<List>> {
    let language = project.language;
    let policy = &survey.policy;
    let firms = Firms::new(survey, language);
    let (ledger, register) = (&survey.ledger.ledger, &survey.register);
    let as_of = project.as_of;
    let public = progress::lists(policy, ledger, &register.register, &register.standing, as_of);
    let inner = progress::inspection_lists(policy, ledger, &register.register, &register.standing, as_of);
    let accepted_on: HashMap<(String, String), NaiveDate> = policy
        .programmes
        .iter()
        .flat_map(|programme| {
            let since = progress::passed_since(ledger, programme, programme.accepting_stage);
            since.into_iter().map(|(id, day)| ((programme.term.id.clone(), id.to_owned()), day))
        })
        .collect();
    let mut entries: HashMap<(&str, &str), &crate::model::LedgerEntry> = HashMap::new();
    for entry in &ledger.entries {
        entries.entry((entry.programme.as_str(), entry.id.as_str())).or_insert(entry);
    }
    let row_of = |row: &ListRow| {
        let mut found = firms.row(&row.id);
        let named = |zh: &str, en: &str| language.pick(zh, en).to_owned();
        if let Some(programme) = policy.programme(&row.programme) {
            found.texts.insert("programme_name", named(&programme.term.name_zh, &programme.term.name_en));
        }
        let ground = policy.grounds.iter().find(|ground| Some(&ground.term.id) == row.ground.as_ref());
        found.texts.extend(ground.map(|ground| ("ground_name", named(&ground.term.name_zh, &ground.term.name_en))));
        if let Some(entry) = entries.get(&(row.programme.as_str(), row.id.as_str())) {
            let stage = policy.stage(entry.stage).map(|stage| &stage.term);
            found.texts.extend(stage.map(|term| ("stage_name", named(&term.name_zh, &term.name_en))));
            let measure = policy.measures.iter().find(|term| Some(&term.id) == entry.measure.as_ref());
            found.texts.extend(measure.map(|term| ("measure_name", named(&term.name_zh, &term.name_en))));
            let equipment = policy.equipment.iter().filter(|term| entry.equipment.contains(&term.id));
            let equipment: Vec<String> = equipment.map(|term| named(&term.name_zh, &term.name_en)).collect();
            if !equipment.is_empty() {
                found.texts.insert("equipment_name", equipment.join(language.pick("；", "; ")));
            }
        }
        if let Some(due_on) = row.due_on {
            found.days.insert("due_on", due_on);
            if row.list == PublicList::Overdue {
                found.numbers.insert("overdue_days", (as_of - due_on).num_days());
            }
        }
        let accepted = accepted_on.get(&(row.programme.clone(), row.id.clone()));
        found.days.extend(accepted.filter(|day| **day != NaiveDate::MIN).map(|day| ("accepted_on", *day)));
        if matches!(row.list, PublicList::Undated | PublicList::Unplaced) {
            found.texts.insert("problem_name", row.list.name(language).to_owned());
        }
        found
    };
    let titles =
        || policy.grounds.iter().flat_map(|ground| ground.to_rectify_list_zh.iter().chain(&ground.closed_list_zh));
    let shared = |title: &String| titles().filter(|known| *known == title).count() > 1;
    let mut made = Vec::new();
    for ground in &policy.grounds {
        for (list, own_title, zh, en) in [
            (PublicList::ToRectify, &ground.to_rectify_list_zh, "应限期整改企业名单", "to rectify by a date"),
            (PublicList::Closed, &ground.closed_list_zh, "已依法关闭企业名单", "closed"),
        ] {
            let rows = public.iter().filter(|row| row.list == list && row.ground.as_deref() == Some(&ground.term.id));
            let rows: Vec<Row> = rows.map(&row_of).collect();
            let title = match (language, own_title) {
                // The document calls the lists of several grounds alike.
                (Language::Zh, Some(title)) if shared(title) => format!("{}：{title}", ground.term.name_zh),
                (Language::Zh, Some(title)) => title.clone(),
                (Language::Zh, None) => format!("{}{zh}", ground.term.name_zh),
                (Language::En, _) => format!("{}, {en}", ground.term.name_en),
            };
            if own_title.is_none() && rows.is_empty() {
                continue;
            }
            let departments = ground.lead_departments.join("、");
            let day = if list == PublicList::ToRectify { "due_on" } else { "accepted_on" };
            made.push(List {
                title,
                about: language.pick(
                    format!("定期公布的名单；牵头单位：{departments}"),
                    format!("Published; led by {departments}"),
                ),
                rows,
                columns: vec![
                    "name",
                    "id",
                    "district_name",
                    "town_name",
                    "address",
                    "programme_name",
                    "measure_name",
                    day,
                ],
            });
        }
    }
    let of = |rows: &[ListRow], wanted: &[PublicList]| -> Vec<Row> {
        let rows: Vec<&ListRow> = rows.iter().filter(|row| wanted.contains(&row.list)).collect();
        // A firm on several grounds stands once in a list of all grounds.
        let mut seen = HashSet::new();
        let once = rows.into_iter().filter(|row| seen.insert((row.list, row.programme.as_str(), row.id.as_str())));
        once.map(&row_of).collect()
    };
    let instruments: Vec<String> = policy
        .instruments
        .iter()
        .filter(|instrument| ["differential_energy_prices", "joint_discipline"].contains(&instrument.term.id.as_str()))
        .map(|instrument| language.pick(&instrument.term.name_zh, &instrument.term.name_en).clone())
        .collect();
    let instruments = instruments.join(language.pick("；", "; "));
    made.push(List {
        title: language.pick("逾期未完成企业名单", "Firms past their date").to_owned(),
        about: match instruments.as_str() {
            "" => language.pick("期限已过而未通过验收", "Not accepted by their date").to_owned(),
            words => language.pick(
                format!("期限已过而未通过验收；可研究适用：{words}"),
                format!("Not accepted by their date; candidates for: {words}"),
            ),
        },
        rows: of(&public, &[PublicList::Overdue]),
        columns: vec![
            "name",
            "id",
            "district_name",
            "town_name",
            "programme_name",
            "ground_name",
            "stage_name",
            "due_on",
            "overdue_days",
        ],
    });
    made.push(List {
        title: language.pick("企业问题清单", "Problem list of firms").to_owned(),
        about: language
            .pick(
                "因台账问题不能计入完成数的企业，请核实更正",
                "Firms that cannot count because of faults in the ledger",
            )
            .to_owned(),
        rows: of(&inner, &[PublicList::Undated, PublicList::Unplaced]),
        columns: vec!["name", "id", "district_name", "town_name", "programme_name", "stage_name", "problem_name"],
    });
    made.push(List {
        title: language.pick("验收清单", "Acceptance list").to_owned(),
        about: language
            .pick("已通过验收、计入完成数的企业", "Firms that were accepted and count toward the quota")
            .to_owned(),
        rows: of(&inner, &[PublicList::Accepted]),
        columns: vec![
            "name",
            "id",
            "district_name",
            "town_name",
            "programme_name",
            "measure_name",
            "equipment_name",
            "stage_name",
            "accepted_on",
        ],
    });
    made.extend(outside_parks(survey, &firms, language)?);
    made.push(unlisted(survey, &firms, language));
    for list in &mut made {
        for (number, row) in (1_u32..).zip(&mut list.rows) {
            row.numbers.insert("number", i64::from(number));
        }
        list.columns.insert(0, "number");
    }
    Ok(made)
}

/// Firms of a block economy that stand in no park, with the nearest small-micro park and how far it is.
fn outside_parks(survey: &Survey, firms: &Firms<'_>, language: Language) -> Result<Option<List>> {
    const SMALL_MICRO: &str = "small_micro_park";
    let parks: Vec<(&Layer, &Vec<Match>)> = survey
        .layers
        .iter()
        .zip(&survey.register.matches)
        .filter(|(layer, _)| crate::model::PARK_LAYERS.contains(&layer.areas.layer.as_str()))
        .collect();
    let Some((small_micro, _)) = parks.iter().find(|(layer, _)| layer.areas.layer == SMALL_MICRO) else {
        return Ok(None);
    };
    let register = &survey.register.register;
    let points: Vec<Option<Point>> = register.enterprises.iter().map(|firm| firm.location).collect();
    let points = brought_to(&points, register.reference, &small_micro.areas)?;
    let index: &AreaIndex = &small_micro.index;
    let mut found: BTreeMap<(usize, usize), Row> = BTreeMap::new();
    for (position, firm) in register.enterprises.iter().enumerate() {
        let Some(adcode) = survey.register.standing.get(&firm.id) else { continue };
        let Some(code) = firm.industry_code.as_deref() else { continue };
        let Some(block) = survey.policy.blocks_of(adcode, code).next() else { continue };
        let is_inside = |(_, matches): &(_, &Vec<Match>)| matches.get(position).is_some_and(|one| one.area.is_some());
        if parks.iter().any(is_inside) {
            continue;
        }
        let Some(point) = points.get(position).copied().flatten() else { continue };
        let mut row = firms.row(&firm.id);
        row.texts.insert("block_name", language.pick(&block.term.name_zh, &block.term.name_en).clone());
        if let Some((area, distance_m)) = index.nearest_within(point, f64::INFINITY)
            && let Some(area) = small_micro.areas.areas.get(area)
        {
            row.texts.insert("nearest_park", area.name.clone());
            #[expect(clippy::cast_possible_truncation, reason = "metres on the Earth; a cast saturates")]
            row.numbers.insert("park_distance_m", distance_m.round() as i64);
        }
        let place = survey.policy.blocks.iter().position(|known| known.term.id == block.term.id).unwrap_or(0);
        found.insert((place, position), row);
    }
    Ok(Some(List {
        title: language.pick("园区外块状行业企业名单", "Firms of block economies outside parks").to_owned(),
        about: language
            .pick(
                "不在园区和小微企业园内的块状行业企业，及最近的小微企业园",
                "With the nearest small-micro park and its distance",
            )
            .to_owned(),
        rows: found.into_values().collect(),
        columns: vec![
            "name",
            "id",
            "district_name",
            "town_name",
            "address",
            "block_name",
            "nearest_park",
            "park_distance_m",
        ],
    }))
}

/// Firms of the key industries that stand in no ledger.
fn unlisted(survey: &Survey, firms: &Firms<'_>, language: Language) -> List {
    let listed: HashSet<&str> = survey.ledger.ledger.entries.iter().map(|entry| entry.id.as_str()).collect();
    let mut rows: BTreeMap<(usize, usize), Row> = BTreeMap::new();
    for (position, firm) in survey.register.register.enterprises.iter().enumerate() {
        let (Some(code), Some(adcode)) = (firm.industry_code.as_deref(), survey.register.standing.get(&firm.id)) else {
            continue;
        };
        if listed.contains(firm.id.as_str()) {
            continue;
        }
        let industries = survey.policy.industries.iter().enumerate();
        let own = industries.filter(|(_, industry)| {
            industry.district.as_ref().is_none_or(|district| district == adcode)
                && industry.code_prefixes.iter().any(|prefix| code.starts_with(prefix.as_str()))
        });
        let Some((place, industry)) = own.min_by_key(|(place, _)| *place) else { continue };
        let mut row = firms.row(&firm.id);
        row.texts.insert("industry_name", language.pick(&industry.term.name_zh, &industry.term.name_en).clone());
        let tier = match industry.tier {
            Tier::National => language.pick("国家重点行业", "national"),
            Tier::Provincial => language.pick("省级重点行业", "provincial"),
            Tier::Local => language.pick("地方其他行业", "local"),
        };
        row.texts.insert("tier_name", tier.to_owned());
        rows.insert((place, position), row);
    }
    List {
        title: language.pick("重点行业未入台账企业名单", "Firms of key industries not in the ledger").to_owned(),
        about: language.pick("属于重点行业而不在台账中的企业，供甄别", "To be screened").to_owned(),
        rows: rows.into_values().collect(),
        columns: vec!["name", "id", "district_name", "town_name", "address", "industry_name", "tier_name"],
    }
}

/// The table of a list, without what is to be left out.
fn frame(list: &List, request: &ListsRequest) -> Result<DataFrame> {
    let columns = list.columns.iter().filter(|name| !request.leave_out.iter().any(|out| out == *name)).map(|name| {
        let name = *name;
        if DAYS.contains(&name) {
            return Column::new(
                name.into(),
                list.rows.iter().map(|row| row.days.get(name).copied()).collect::<Vec<_>>(),
            );
        }
        if NUMBERS.contains(&name) {
            return Column::new(
                name.into(),
                list.rows.iter().map(|row| row.numbers.get(name).copied()).collect::<Vec<_>>(),
            );
        }
        let is_masked = request.mask.iter().any(|masked| masked == name);
        let shown = |text: &String| if is_masked { masked(text) } else { text.clone() };
        Column::new(name.into(), list.rows.iter().map(|row| row.texts.get(name).map(shown)).collect::<Vec<_>>())
    });
    DataFrame::new(list.rows.len(), columns.collect()).map_err(Error::table("a list"))
}

/// A text of which no more than its begin and its end can be read.
fn masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let kept = characters.len().div_ceil(4).min(4);
    let hidden = kept..characters.len().saturating_sub(kept);
    characters.iter().enumerate().map(|(place, one)| if hidden.contains(&place) { '*' } else { *one }).collect()
}

/// The problems of each district, ready to send back.
fn problem_sheets(survey: &Survey, language: Language) -> Result<Vec<WorkbookSheet>> {
    let told = || Error::table("the problems");
    let texts = |name: &str| survey.problems.column(name).and_then(|column| column.str().cloned()).map_err(told());
    let (problem, file, column_name) = (texts("problem")?, texts("file")?, texts("column")?);
    let (found, expected) = (texts("found")?, texts("expected")?);
    let rows =
        survey.problems.column("row").map_err(told())?.cast(&polars::prelude::DataType::UInt64).map_err(told())?;
    let rows = rows.u64().cloned().map_err(told())?;
    let places = Places::new(survey);
    let mut sheets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let policy: &Policy = &survey.policy;
    for position in 0..survey.problems.height() {
        let adcode = file.get(position).zip(rows.get(position)).and_then(|(file, row)| places.district(file, row));
        let district = adcode.and_then(|adcode| policy.districts.iter().position(|district| district.adcode == adcode));
        sheets.entry(district.unwrap_or(policy.districts.len())).or_default().push(position);
    }
    let mut made = Vec::new();
    for (district, positions) in sheets {
        let name = policy.districts.get(district).map_or_else(
            || language.pick("未落位", "no district").to_owned(),
            |district| language.pick(&district.name_zh, &district.name_en).clone(),
        );
        let pick = |cells: &polars::prelude::StringChunked| -> Vec<Option<String>> {
            positions.iter().map(|position| cells.get(*position).map(str::to_owned)).collect()
        };
        let kinds = positions.iter().map(|position| {
            let key = problem.get(*position)?;
            Some(ProblemKind::of_key(key).map_or_else(|| key.to_owned(), |kind| kind.name(language).to_owned()))
        });
        let columns = vec![
            Column::new("problem_name".into(), kinds.collect::<Vec<_>>()),
            Column::new("file".into(), pick(&file)),
            Column::new("row".into(), positions.iter().map(|position| rows.get(*position)).collect::<Vec<_>>()),
            Column::new("column".into(), pick(&column_name)),
            Column::new("found".into(), pick(&found)),
            Column::new("expected".into(), pick(&expected)),
        ];
        let frame = DataFrame::new(positions.len(), columns).map_err(told())?;
        let about = language.pick(format!("{name}需核实更正的问题"), format!("To be mended by {name}"));
        made.push(WorkbookSheet::new(&name.chars().take(31).collect::<String>(), &about, frame));
    }
    Ok(made)
}

/// To which district a row of register or ledger belongs.
struct Places<'a> {
    register: HashMap<u64, &'a str>,
    ledger: HashMap<u64, &'a str>,
    register_file: &'a str,
    ledger_file: &'a str,
}

impl<'a> Places<'a> {
    fn new(survey: &'a Survey) -> Self {
        let standing = &survey.register.standing;
        let of = |id: &str| standing.get(id).map(String::as_str);
        let enterprises = survey.register.register.enterprises.iter();
        let entries = survey.ledger.ledger.entries.iter();
        Self {
            register: enterprises.filter_map(|firm| Some((firm.row, of(&firm.id)?))).collect(),
            ledger: entries.filter_map(|entry| Some((entry.row, of(&entry.id)?))).collect(),
            register_file: &survey.register.table.source,
            ledger_file: &survey.ledger.table.source,
        }
    }

    fn district(&self, file: &str, row: u64) -> Option<&'a str> {
        // A problem names the file from the folder of the project.
        let rows = if self.ledger_file.ends_with(file) {
            &self.ledger
        } else if self.register_file.ends_with(file) {
            &self.register
        } else {
            return None;
        };
        rows.get(&row).copied()
    }
}

/// The columns of a request that no list has.
pub(super) fn unknown_columns(request: &ListsRequest) -> Vec<String> {
    let asked = request.leave_out.iter().chain(&request.mask);
    asked.filter(|name| !LIST_COLUMNS.contains(&name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_text_shows_its_begin_and_end_alone() {
        assert_eq!(masked("示例企业00001（印染）"), "示例企业*****（印染）");
        assert_eq!(masked("91330603YL12345678"), "9133**********5678");
        assert_eq!(masked("甲"), "甲");
    }
}

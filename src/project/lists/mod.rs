//! The lists that an office publishes or sends to the districts, each as a workbook to print and as CSV.

mod counts;
mod firms;
mod made;
mod problems;
mod screened;

use std::borrow::Cow;

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, IntoColumn as _, StringChunked};
use serde::Deserialize;

use self::counts::counts;
use self::made::lists;
use self::problems::problem_sheets;
use super::file::Project;
use super::file_names::FileNames;
use super::names::headings;
use super::survey::Survey;
use crate::error::{Error, Result};
use crate::report::{Workbook, WorkbookSheet, list_workbook, workbook};
use crate::source::{TableFormat, format_table};

/// What is left out of the lists, or masked in them, where they are to be published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListsRequest {
    /// Columns that the lists do not have, such as `id` or `address`.
    pub leave_out: Vec<String>,
    /// Columns whose cells show no more than their begin and end, such as `name` or `id`.
    pub mask: Vec<String>,
    /// Numbers of firms below this are not shown in the counts of the lists, nor those from which they could be had.
    pub min_firms: u64,
}

/// The columns that lists have, in the order in which they have them.
pub const LIST_COLUMNS: [&str; 24] = [
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
    "screened_for",
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
struct List<'a> {
    /// The title, which is the name of its files.
    title: String,
    /// What it is for, in one sentence.
    about: String,
    rows: Vec<Row<'a>>,
    columns: Vec<&'static str>,
}

/// A row of a list: its cells by the names of the columns, borrowed where the survey has them.
#[derive(Default)]
struct Row<'a> {
    texts: Cells<Cow<'a, str>>,
    numbers: Cells<i64>,
    days: Cells<NaiveDate>,
}

/// The few cells of a row by the names of their columns: a list may have millions of rows.
struct Cells<T>(Vec<(&'static str, T)>);

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Cells<T> {
    /// Adds a cell, which the row does not have yet.
    fn insert(&mut self, column: &'static str, cell: impl Into<T>) {
        self.0.push((column, cell.into()));
    }

    fn get(&self, column: &str) -> Option<&T> {
        self.0.iter().find(|(own, _)| *own == column).map(|(_, cell)| cell)
    }
}

const DAYS: [&str; 2] = ["due_on", "accepted_on"];
const NUMBERS: [&str; 3] = ["number", "overdue_days", "park_distance_m"];

/// The files of lists.
pub(super) struct ListFiles {
    /// The files by their names.
    pub files: Vec<(String, Vec<u8>)>,
    /// The names of files that are not made, as nobody could print them.
    pub left_out: Vec<String>,
    /// Warnings to show to the user.
    pub notes: Vec<String>,
}

/// The most rows of a list that is written as a workbook to print; a worksheet could hold five times as many.
const MOST_PRINTED: usize = 200_000;

/// The files of all lists by their names, below the folder of the lists.
pub(super) fn files(project: &Project, survey: &Survey) -> Result<ListFiles> {
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
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    let mut names = FileNames::default();
    let (request, mut notes) = with_linked(&project.lists);
    let made = lists(project, survey)?;
    let (counted, about_counted) = counts(&made, survey, request.min_firms, language)?;
    // Lists of millions of rows take gigabytes, each until it is written.
    for list in made {
        let frame = frame(&list, &request)?;
        let stem = names.stem(&list.title);
        files.push((format!("{stem}.csv"), format_table(&frame, TableFormat::CsvWithMark)?));
        if frame.height() > MOST_PRINTED {
            notes.push(format!(
                "lists/{stem}.xlsx is left out: its {} rows are more than the {MOST_PRINTED} of a list to print; {stem}.csv \
                 has them all",
                frame.height()
            ));
            left_out.push(format!("{stem}.xlsx"));
            continue;
        }
        let sheet = WorkbookSheet::new(language.pick("名单", "list"), &list.about, frame);
        files.push((format!("{stem}.xlsx"), list_workbook(&book(&list.title, vec![sheet]))?));
    }
    let title = language.pick("名单汇总", "Firms on each list by district");
    let stem = names.stem(title);
    files.push((format!("{stem}.csv"), format_table(&counted, TableFormat::CsvWithMark)?));
    let sheet = WorkbookSheet::new(language.pick("汇总", "counts"), &about_counted, counted);
    files.push((format!("{stem}.xlsx"), list_workbook(&book(title, vec![sheet]))?));
    let problems = problem_sheets(survey, language)?;
    if !problems.is_empty() {
        let title = language.pick("各区县数据问题清单", "Problems of the data by district");
        files.push((format!("{}.xlsx", names.stem(title)), workbook(&book(title, problems))?));
    }
    Ok(ListFiles { files, left_out, notes })
}

/// Columns from which another one can be had: who masks the first masks the second too.
const LINKED: [(&str, &str, &str); 3] = [
    ("name", "id", "a public register has the name of each code"),
    ("due_on", "overdue_days", "they are the days from then to the as-of date"),
    ("overdue_days", "due_on", "they are the days from then to the as-of date"),
];

/// A request with the columns masked from which a masked one could be had, and what is told of them.
fn with_linked(request: &ListsRequest) -> (ListsRequest, Vec<String>) {
    let (mut request, mut notes) = (request.clone(), Vec::new());
    for (masked, linked, why) in LINKED {
        let has = |names: &[String], name: &str| names.iter().any(|own| own == name);
        let is_shown = !has(&request.mask, linked) && !has(&request.leave_out, linked);
        if has(&request.mask, masked) && is_shown {
            request.mask.push(linked.to_owned());
            notes.push(format!("lists: `{linked}` is masked with `{masked}`: {why}"));
        }
    }
    (request, notes)
}

/// The table of a list, without what is to be left out.
fn frame(list: &List<'_>, request: &ListsRequest) -> Result<DataFrame> {
    let columns = list.columns.iter().filter(|name| !request.leave_out.iter().any(|out| out == *name)).map(|name| {
        let name = *name;
        let is_masked = request.mask.iter().any(|masked| masked == name);
        // Of a number or a day nothing is shown: each digit says something.
        if DAYS.contains(&name) {
            let days = list.rows.iter().map(|row| row.days.get(name).copied().filter(|_| !is_masked));
            return Column::new(name.into(), days.collect::<Vec<_>>());
        }
        if NUMBERS.contains(&name) {
            let numbers = list.rows.iter().map(|row| row.numbers.get(name).copied().filter(|_| !is_masked));
            return Column::new(name.into(), numbers.collect::<Vec<_>>());
        }
        let texts = list.rows.iter().map(|row| row.texts.get(name));
        let texts: StringChunked = match is_masked {
            true => texts.map(|text| text.map(|text| masked(text))).collect(),
            false => texts.map(|text| text.map(AsRef::as_ref)).collect(),
        };
        texts.with_name(name.into()).into_column()
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

    #[test]
    fn what_a_masked_column_could_be_had_from_is_masked_with_it() {
        let mask = |names: &[&str], out: &[&str]| {
            let request = ListsRequest {
                mask: names.iter().map(|name| (*name).to_owned()).collect(),
                leave_out: out.iter().map(|name| (*name).to_owned()).collect(),
                min_firms: 0,
            };
            with_linked(&request)
        };
        assert_eq!(mask(&["name"], &[]).0.mask, ["name", "id"]);
        assert_eq!(mask(&["overdue_days"], &[]).0.mask, ["overdue_days", "due_on"]);
        // A code does not hide a name that is to be shown, and what is left out is gone.
        assert_eq!(mask(&["id"], &[]).0.mask, ["id"]);
        assert_eq!(mask(&["name"], &["id"]), (mask(&["name"], &["id"]).0, Vec::new()));
        assert_eq!(mask(&["due_on"], &[]).1.len(), 1);
    }
}

//! Figures in a text that somebody wrote, held against the tables of a run.

mod facts;
mod judge;
mod numbers;
mod terms;
mod text;

use std::path::PathBuf;

use chrono::{Datelike as _, NaiveDate};
use polars::prelude::{Column, DataFrame};

use self::judge::{Context, Judge, Judged};
use self::text::{Passage, passages, sentences};
use super::file;
use super::report::ReportTables;
use super::run::Tables;
use super::survey::survey;
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::model::Language;

/// A text whose figures are held against the tables of a project.
#[parameters]
#[derive(Default)]
pub struct ProofRequest {
    /// The text: docx, txt or md.
    #[parameter(value = "TEXT", positional, required)]
    pub text: PathBuf,
    /// The project file [default: jiju.toml].
    #[parameter(value = "JIJU.TOML", positional)]
    pub project: Option<PathBuf>,
    /// Another as-of date than the file's.
    pub as_of: Option<NaiveDate>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
}

/// What was found in a text.
#[derive(Debug, Clone)]
pub struct ProofOutcome {
    /// A row for each figure that a cell contradicts: `paragraph`, `sentence`, `found`, `expected`, `table`, `row`, `column`.
    pub rows: DataFrame,
    /// How many figures were held against a cell.
    pub matched: usize,
    /// How many of them a cell contradicts, with dates that are not the as-of date.
    pub contradictions: usize,
    /// The files that were read.
    pub inputs: Vec<PathBuf>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
}

/// A row of the outcome.
struct Row {
    paragraph: u64,
    sentence: String,
    found: String,
    expected: String,
    cell: [String; 3],
}

/// Finds figures in a text that contradict the tables of a project's run: the district, the programme and what is counted are taken from
/// the words of the sentence and of those before it, numbers from digits, 万 and 亿, percents and Chinese numerals, in Chinese and English.
/// A rounded or approximate number agrees with what it may be rounded from. What cannot be matched with a cell is counted in a note.
///
/// # Errors
///
/// What reading the text and the project refuses.
pub fn proof(request: &ProofRequest) -> Result<ProofOutcome> {
    let (found, told) = passages(&request.text)?;
    let path = request.project.clone().unwrap_or_else(|| PathBuf::from(file::PROJECT_FILE));
    let mut project = file::read(&path)?;
    project.as_of = request.as_of.unwrap_or(project.as_of);
    project.language = request.lang.unwrap_or(project.language);
    let survey = survey(&project, &mut |_, _| {})?;
    let tables = ReportTables::new(&project, &survey, &Tables::of_survey(&survey, &project)?)?;
    let facts = facts::facts(&survey, &tables)?;
    let terms = terms::Terms::new(&survey);
    let city = survey.policy.city.id.clone();
    let judge = Judge { terms: &terms, facts: &facts, city: &city, year: project.as_of.year() };
    let mut judged = Judged::default();
    let mut rows: Vec<Row> = Vec::new();
    let mut programme = None;
    for (position, passage) in found.iter().enumerate() {
        let paragraph = position + 1;
        // What a paragraph is about, the next is no longer; a programme is until another one is named.
        let mut context = Context { place: None, programme: programme.take() };
        match passage {
            Passage::Paragraph(text) => {
                for sentence in sentences(text) {
                    if let Some(day) = as_of_in(&sentence).filter(|day| *day != project.as_of) {
                        rows.push(Row {
                            paragraph: paragraph as u64,
                            found: day.to_string(),
                            expected: project.as_of.to_string(),
                            cell: ["as_of".to_owned(), String::new(), String::new()],
                            sentence: sentence.clone(),
                        });
                    }
                    judge.sentence(paragraph, &sentence, &mut context, &mut judged);
                }
            }
            Passage::Table(cells) => judge.table(paragraph, cells, &context, &mut judged),
        }
        programme = context.programme;
    }
    rows.extend(judged.contradictions.into_iter().map(|one| Row {
        paragraph: one.paragraph as u64,
        sentence: one.sentence,
        found: one.found,
        expected: one.fact.shown,
        cell: [one.fact.table, one.fact.row, one.fact.column],
    }));
    rows.sort_by_key(|row| row.paragraph);
    let mut notes: Vec<String> = told.into_iter().chain([survey.summary.clone()]).collect();
    let unmatched = &judged.unmatched;
    if !unmatched.is_empty() {
        let first: Vec<String> = unmatched.iter().take(5).map(|words| format!("`{words}`")).collect();
        notes.push(format!(
            "{} numbers could not be matched with a cell and are not judged: {}{}",
            unmatched.len(),
            first.join(", "),
            if unmatched.len() > first.len() { ", …" } else { "" }
        ));
    }
    let mut inputs = project.inputs();
    inputs.push(request.text.clone());
    Ok(ProofOutcome { contradictions: rows.len(), rows: frame(&rows)?, matched: judged.matched, inputs, notes })
}

fn frame(rows: &[Row]) -> Result<DataFrame> {
    let text =
        |name: &str, of: &dyn Fn(&Row) -> String| Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>());
    let columns = vec![
        Column::new("paragraph".into(), rows.iter().map(|row| row.paragraph).collect::<Vec<_>>()),
        text("sentence", &|row| row.sentence.clone()),
        text("found", &|row| row.found.clone()),
        text("expected", &|row| row.expected.clone()),
        text("table", &|row| row.cell[0].clone()),
        text("row", &|row| row.cell[1].clone()),
        text("column", &|row| row.cell[2].clone()),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the proof"))
}

/// The day of which a sentence says that it is its state: 截至2020年9月30日, as of 30 September 2020.
fn as_of_in(sentence: &str) -> Option<NaiveDate> {
    let lower = sentence.to_lowercase();
    let rest = ["截至", "截止", "as of "].iter().find_map(|word| {
        let place = lower.find(word)?;
        lower.get(place + word.len()..)
    })?;
    let shown: String = rest.chars().take(20).collect();
    // The longest beginning that is a day.
    (6..=shown.chars().count()).rev().find_map(|length| {
        let text: String = shown.chars().take(length).collect();
        crate::model::cell::date(text.trim()).or_else(|| NaiveDate::parse_from_str(text.trim(), "%d %B %Y").ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_state_is_read() {
        let day = NaiveDate::from_ymd_opt(2020, 6, 30);
        assert_eq!(as_of_in("截至2020年6月30日，全市完成"), day);
        assert_eq!(as_of_in("As of 30 June 2020, 12 firms"), day);
        assert_eq!(as_of_in("截至目前"), None);
    }
}

//! Findings phrased as sentences, each number of which is the cell of a table.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::super::survey::Survey;
use super::tables::ReportTables;
use crate::model::{Language, column};
use crate::progress::ProgressRow;
use crate::report::{DocumentTable, Words};

/// A sentence that takes its numbers from one table.
struct Sentence<'a> {
    table: &'a DocumentTable,
    words: Words,
}

impl<'a> Sentence<'a> {
    fn of(table: &'a DocumentTable) -> Self {
        Self { table, words: Words::default() }
    }

    fn say(mut self, text: &str) -> Self {
        self.words.add(text);
        self
    }

    /// What a cell shows.
    fn cell(mut self, row: usize, column: &str) -> Self {
        self.words.0.push(self.table.word(row, column));
        self
    }
}

/// How a rate stands to the even pace, as a reader sees the two.
fn against_pace(table: &DocumentTable, row: usize, rate: Option<f64>, due: Option<f64>) -> Option<Ordering> {
    let (shown, wanted) = (table.word(row, column::RATE), table.word(row, "due_rate"));
    if shown.shown() == wanted.shown() {
        return due.map(|_| Ordering::Equal);
    }
    rate?.partial_cmp(&due?)
}

/// The column that counts the firms in the ledger.
fn listed_column(survey: &Survey) -> &str {
    survey.policy.stages.first().map_or(column::LISTED, |stage| stage.column.as_str())
}

fn due_of(table: &DocumentTable, row: usize) -> Option<f64> {
    table.frame.column("due_rate").ok()?.f64().ok()?.get(row)
}

/// The state of the city in each programme; first what cannot be reached at all.
pub(super) fn overall(survey: &Survey, tables: &ReportTables, as_of: NaiveDate, language: Language) -> Vec<Words> {
    let table = &tables.overall;
    let rows: Vec<&ProgressRow> = survey.quota.iter().filter(|row| row.is_city).collect();
    let mut found = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let name = language.pick(&row.programme_name_zh, &row.programme_name_en);
        if row.listed() < row.quota {
            let sentence = Sentence::of(table);
            found.push(match language {
                Language::Zh => sentence
                    .say(&format!("{name}列入台账"))
                    .cell(position, listed_column(survey))
                    .say("家，少于目标任务")
                    .cell(position, column::QUOTA)
                    .say("家，即使全部通过验收也不能完成目标任务，须先补充列入。"),
                Language::En => sentence
                    .say(&format!("{name}: the ledger lists "))
                    .cell(position, listed_column(survey))
                    .say(" firms and the quota is ")
                    .cell(position, column::QUOTA)
                    .say(": it cannot be met even if all of them are accepted."),
            });
        }
    }
    for (position, row) in rows.iter().enumerate() {
        let mut sentence = Sentence::of(table);
        let name = language.pick(&row.programme_name_zh, &row.programme_name_en);
        let is_over = survey
            .policy
            .programme(&row.programme)
            .and_then(|programme| programme.deadline)
            .is_some_and(|deadline| deadline < as_of);
        sentence = match language {
            Language::Zh => sentence.say(&format!("{name}全市目标任务")),
            Language::En => sentence.say(&format!("{name}: the city's quota is ")),
        };
        sentence = state(sentence.cell(position, column::QUOTA), position, row, language);
        if is_over && row.gap > 0 {
            sentence = sentence.say(language.pick("，完成期限已过", "; the deadline has passed"));
        }
        if row.unplaced > 0 {
            sentence = match language {
                Language::Zh => sentence.say("；另有").cell(position, column::UNPLACED).say("家未落位，未计入任何区县"),
                Language::En => sentence
                    .say("; ")
                    .cell(position, column::UNPLACED)
                    .say(" firms stand in no district and count in none"),
            };
        }
        found.push(sentence.say(language.pick("。", ".")));
    }
    found.into_iter().map(|sentence| sentence.words).collect()
}

/// Accepted, rate, pace and gap, behind a quota that has just been said.
fn state<'a>(sentence: Sentence<'a>, position: usize, row: &ProgressRow, language: Language) -> Sentence<'a> {
    let table = sentence.table;
    let against = against_pace(table, position, row.rate, due_of(table, position));
    match language {
        Language::Zh => {
            let mut sentence = sentence
                .say("家，验收完成")
                .cell(position, column::ACCEPTED)
                .say("家，完成率")
                .cell(position, column::RATE);
            sentence = pace_zh(sentence, position, against);
            if row.gap > 0 {
                sentence.say("，缺口").cell(position, column::GAP).say("家")
            } else {
                sentence.say("，已完成目标任务")
            }
        }
        Language::En => {
            let mut sentence = sentence
                .say(" firms, ")
                .cell(position, column::ACCEPTED)
                .say(" are accepted (")
                .cell(position, column::RATE)
                .say(")");
            sentence = pace_en(sentence, position, against);
            if row.gap > 0 {
                sentence.say(", ").cell(position, column::GAP).say(" are missing")
            } else {
                sentence.say("; the quota is met")
            }
        }
    }
}

fn pace_zh(sentence: Sentence<'_>, position: usize, against: Option<Ordering>) -> Sentence<'_> {
    match against {
        None => sentence,
        Some(Ordering::Equal) => sentence.say("，与序时进度持平"),
        Some(Ordering::Less) => sentence.say("，低于序时进度（").cell(position, "due_rate").say("）"),
        Some(Ordering::Greater) => sentence.say("，高于序时进度（").cell(position, "due_rate").say("）"),
    }
}

fn pace_en(sentence: Sentence<'_>, position: usize, against: Option<Ordering>) -> Sentence<'_> {
    match against {
        None => sentence,
        Some(Ordering::Equal) => sentence.say(", level with an even pace"),
        Some(Ordering::Less) => sentence.say(", behind an even pace (").cell(position, "due_rate").say(")"),
        Some(Ordering::Greater) => sentence.say(", ahead of an even pace (").cell(position, "due_rate").say(")"),
    }
}

/// The districts of a programme in the order of their rank; first those whose ledger cannot reach the quota.
pub(super) fn programme(survey: &Survey, tables: &ReportTables, id: &str, language: Language) -> Vec<Words> {
    let Some(table) = tables.programmes.get(id) else { return Vec::new() };
    let rows: Vec<&ProgressRow> = survey.quota.iter().filter(|row| row.programme == id).collect();
    let name = |row: &ProgressRow| language.pick(&row.district_name_zh, &row.district_name_en).clone();
    let mut found = Vec::new();
    let mut short = Sentence::of(table);
    let listed = listed_column(survey);
    let mut any = false;
    for (position, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_city && row.listed() < row.quota) {
        short = short.say(if any { language.pick("，", "; ") } else { "" }).say(&name(row));
        short = match language {
            Language::Zh => {
                short.say("列入").cell(position, listed).say("家（目标任务").cell(position, column::QUOTA).say("家）")
            }
            Language::En => {
                short.say(" lists ").cell(position, listed).say(" of a quota of ").cell(position, column::QUOTA)
            }
        };
        any = true;
    }
    if any {
        short = short.say(language.pick(
            "，列入台账不足，即使全部通过验收也不能完成目标任务。",
            ": too few in the ledger to meet the quota.",
        ));
        found.push(short.words);
    }
    let mut ranked: Vec<(usize, &&ProgressRow)> = rows.iter().enumerate().filter(|(_, row)| !row.is_city).collect();
    ranked.sort_by_key(|(_, row)| (row.rank.is_none(), row.rank));
    // Whether a district has another rank than at the end of last quarter, and had one.
    let moved = |position: usize| {
        let before = table.frame.column("rank_before").ok().and_then(|column| column.u32().ok()?.get(position));
        before.is_some_and(|before| rows.get(position).is_some_and(|row| row.rank.is_some_and(|rank| rank != before)))
    };
    let mut sentence = Sentence::of(table);
    for (place, (position, row)) in ranked.iter().enumerate() {
        let position = *position;
        sentence = sentence.say(if place == 0 { "" } else { language.pick("；", "; ") }).say(&name(row));
        let against = against_pace(table, position, row.rate, due_of(table, position));
        sentence = match language {
            Language::Zh => {
                let said = sentence.say("完成").cell(position, column::ACCEPTED).say("家");
                let said = match row.rate {
                    Some(_) => pace_zh(said.say("，完成率").cell(position, column::RATE), position, against),
                    None => said.say("，无目标任务"),
                };
                let said = match (row.rate, row.gap) {
                    (None, _) => said,
                    (_, 0) => said.say("，已完成目标任务"),
                    _ => said.say("，缺口").cell(position, column::GAP).say("家"),
                };
                let said =
                    if row.rank.is_some() { said.say("，排名第").cell(position, column::RANK) } else { said };
                if moved(position) {
                    said.say("（上季度末第").cell(position, "rank_before").say("）")
                } else {
                    said
                }
            }
            Language::En => {
                let said = sentence.say(": ").cell(position, column::ACCEPTED).say(" accepted");
                let said = match row.rate {
                    Some(_) => pace_en(said.say(" (").cell(position, column::RATE).say(")"), position, against),
                    None => said.say(", no quota"),
                };
                let said = match (row.rate, row.gap) {
                    (None, _) => said,
                    (_, 0) => said.say(", quota met"),
                    _ => said.say(", ").cell(position, column::GAP).say(" missing"),
                };
                let said = if row.rank.is_some() { said.say(", rank ").cell(position, column::RANK) } else { said };
                if moved(position) { said.say(" (last quarter ").cell(position, "rank_before").say(")") } else { said }
            }
        };
    }
    found.push(sentence.say(language.pick("。", ".")).words);
    found.extend(forecast(tables, id, language));
    found
}

/// What is expected of the city by the deadline.
fn forecast(tables: &ReportTables, id: &str, language: Language) -> Option<Words> {
    let table = tables.forecasts.get(id)?;
    let city = *table.totals.first()?;
    let sentence = Sentence::of(table);
    let sentence = match language {
        Language::Zh => sentence
            .say("预计至完成期限全市完成")
            .cell(city, "forecast")
            .say("家（区间")
            .cell(city, "forecast_lower")
            .say("至")
            .cell(city, "forecast_upper")
            .say("家），按期完成概率")
            .cell(city, "met_probability")
            .say("。"),
        Language::En => sentence
            .say("By the deadline ")
            .cell(city, "forecast")
            .say(" firms of the city are expected to be accepted (interval ")
            .cell(city, "forecast_lower")
            .say(" to ")
            .cell(city, "forecast_upper")
            .say("); the quota is met with probability ")
            .cell(city, "met_probability")
            .say("."),
    };
    Some(sentence.words)
}

/// The firms on each list.
pub(super) fn lists(survey: &Survey, tables: &ReportTables, language: Language) -> Vec<Words> {
    let table = &tables.lists;
    let rows = survey.policy.programmes.iter().enumerate().map(|(position, programme)| {
        let sentence = Sentence::of(table);
        let sentence = match language {
            Language::Zh => sentence
                .say(&programme.term.name_zh)
                .say("应限期整改")
                .cell(position, "to_rectify")
                .say("家，逾期未完成")
                .cell(position, "overdue")
                .say("家，已依法关闭")
                .cell(position, "closed")
                .say("家；列入验收清单")
                .cell(position, "accepted")
                .say("家，列入问题清单：无验收日期")
                .cell(position, "undated")
                .say("家，未落位")
                .cell(position, "unplaced")
                .say("家。"),
            Language::En => sentence
                .say(&programme.term.name_en)
                .say(": ")
                .cell(position, "to_rectify")
                .say(" to rectify, ")
                .cell(position, "overdue")
                .say(" overdue, ")
                .cell(position, "closed")
                .say(" closed, ")
                .cell(position, "accepted")
                .say(" on the acceptance list; on the problem list ")
                .cell(position, "undated")
                .say(" without a date and ")
                .cell(position, "unplaced")
                .say(" in no district."),
        };
        sentence.words
    });
    rows.collect()
}

/// The problems of the data.
pub(super) fn problems(tables: &ReportTables, language: Language) -> Vec<Words> {
    let table = &tables.problems;
    let Some((rejected, all)) = table.totals.first().zip(table.totals.get(1)) else { return Vec::new() };
    let sentence = Sentence::of(table);
    let sentence = match language {
        Language::Zh => sentence
            .say("名录、台账和图层核查发现问题")
            .cell(*all, "problems")
            .say("条，其中退回")
            .cell(*rejected, "problems")
            .say("条；退回的行不计入本通报各数，须由有关区县更正后重报。"),
        Language::En => sentence
            .say("The checks of register, ledger and layers found ")
            .cell(*all, "problems")
            .say(" problems, of which ")
            .cell(*rejected, "problems")
            .say(" rejected their rows. Rejected rows are in no number of this bulletin."),
    };
    vec![sentence.words]
}

/// The districts with most firms for their area, and with most of them in parks.
pub(super) fn concentration(tables: &ReportTables, language: Language) -> Vec<Words> {
    let Some(table) = &tables.concentration else { return Vec::new() };
    let largest = |name: &str| {
        let column = table.frame.column(name).ok()?.f64().ok()?;
        let values = column.iter().enumerate().filter_map(|(row, value)| Some((row, value?)));
        values.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(row, _)| row)
    };
    let Some(dense) = largest(column::DENSITY_PER_KM2) else { return Vec::new() };
    let sentence = Sentence::of(table);
    let mut sentence = match language {
        Language::Zh => sentence
            .say("企业密度最高的是")
            .cell(dense, column::AREA_NAME)
            .say("，每平方千米")
            .cell(dense, column::DENSITY_PER_KM2)
            .say("家"),
        Language::En => sentence
            .say("Firms are densest in ")
            .cell(dense, column::AREA_NAME)
            .say(", ")
            .cell(dense, column::DENSITY_PER_KM2)
            .say(" per km²"),
    };
    if let Some(parked) = largest(column::IN_PARK_SHARE) {
        sentence = match language {
            Language::Zh => sentence
                .say("；入园率最高的是")
                .cell(parked, column::AREA_NAME)
                .say("，为")
                .cell(parked, column::IN_PARK_SHARE),
            Language::En => sentence
                .say("; the largest share in parks is that of ")
                .cell(parked, column::AREA_NAME)
                .say(", ")
                .cell(parked, column::IN_PARK_SHARE),
        };
    }
    vec![sentence.say(language.pick("。", ".")).words]
}

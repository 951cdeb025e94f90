//! The lists that a ledger makes: to rectify, overdue, closed, problems, accepted.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::super::file::Project;
use super::super::survey::Survey;
use super::firms::Firms;
use super::screened::{outside_parks, unlisted};
use super::{List, Row};
use crate::error::Result;
use crate::model::Language;
use crate::policy::Term;
use crate::progress::{self, ListRow, PublicList};

/// All lists, in their order.
pub(super) fn lists<'a>(project: &Project, survey: &'a Survey) -> Result<Vec<List<'a>>> {
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
        let named = |term: &'a Term| language.pick(term.name_zh.as_str(), &term.name_en);
        let add = |found: &mut Row<'a>, column: &'static str, term: Option<&'a Term>| {
            if let Some(term) = term {
                found.texts.insert(column, named(term));
            }
        };
        add(&mut found, "programme_name", policy.programme(&row.programme).map(|programme| &programme.term));
        let ground = policy.grounds.iter().find(|ground| Some(&ground.term.id) == row.ground.as_ref());
        add(&mut found, "ground_name", ground.map(|ground| &ground.term));
        if let Some(entry) = entries.get(&(row.programme.as_str(), row.id.as_str())) {
            add(&mut found, "stage_name", policy.stage(entry.stage).map(|stage| &stage.term));
            let mut measures = policy.measures.iter();
            add(&mut found, "measure_name", measures.find(|term| Some(&term.id) == entry.measure.as_ref()));
            let equipment = policy.equipment.iter().filter(|term| entry.equipment.contains(&term.id));
            let equipment: Vec<&str> = equipment.map(named).collect();
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
        if let Some(day) = accepted.filter(|day| **day != NaiveDate::MIN) {
            found.days.insert("accepted_on", *day);
        }
        if matches!(row.list, PublicList::Undated | PublicList::Unplaced) {
            found.texts.insert("problem_name", row.list.name(language));
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
            let rows: Vec<Row<'a>> = rows.map(&row_of).collect();
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
    let of = |rows: &[ListRow], wanted: &[PublicList]| -> Vec<Row<'a>> {
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

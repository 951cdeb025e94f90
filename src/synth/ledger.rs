use std::collections::HashSet;

use chrono::{Days, NaiveDate};

use super::SynthOptions;
use super::chance::{Chance, Stream};
use super::faults::{Truth, scaled};
use super::firms::{self, InventedFirm};
use crate::error::{Error, Result};
use crate::model::ProblemKind;
use crate::policy::{Ground, Policy, Programme, StageTerm, Term};

/// The properties of a firm that the ledger uses.
#[derive(Clone)]
struct Candidate {
    id: String,
    industry_code: String,
}

/// A sample of fixed size from a stream of unknown length, each member equally likely.
#[derive(Default)]
struct Reservoir {
    size: usize,
    seen: usize,
    kept: Vec<Candidate>,
}

impl Reservoir {
    fn offer(&mut self, candidate: &Candidate, chance: &mut Chance) {
        self.seen += 1;
        if self.kept.len() < self.size {
            self.kept.push(candidate.clone());
        } else {
            let place = chance.below(self.seen);
            if let Some(slot) = self.kept.get_mut(place) {
                *slot = candidate.clone();
            }
        }
    }
}

/// Firms that can be listed under a programme, collected while the register is written.
pub(super) struct Candidates {
    /// For each programme and district, firms at which the programme is aimed.
    aimed: Vec<Reservoir>,
    /// For each district, firms of any kind, used if there are not enough of the former.
    any: Vec<Reservoir>,
    /// The number of entries wanted for each programme and district.
    wanted: Vec<usize>,
    chance: Chance,
}

impl Candidates {
    /// Makes empty candidates. For each quota, more firms are listed than it requires.
    pub(super) fn new(seed: u64, policy: &Policy) -> Self {
        let mut chance = Chance::new(seed, Stream::Candidates);
        let mut wanted = Vec::new();
        for programme in &policy.programmes {
            for district in &policy.districts {
                let quota = policy.quota(&programme.term.id, &district.adcode).unwrap_or(0);
                #[expect(clippy::cast_precision_loss, reason = "quotas are small")]
                let listed = quota as f64 * chance.between(1.04, 1.2);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "quotas are small")]
                wanted.push(listed.round() as usize);
            }
        }
        let districts = policy.districts.len();
        let aimed = wanted.iter().map(|size| Reservoir { size: *size, ..Reservoir::default() }).collect();
        let any = (0..districts)
            .map(|district| {
                let size = wanted.iter().skip(district).step_by(districts).sum::<usize>() * 2;
                Reservoir { size, ..Reservoir::default() }
            })
            .collect();
        Self { aimed, any, wanted, chance }
    }

    /// Offers a firm as a candidate. The first programme of a policy is aimed at key industries, each later one at
    /// small firms of block economies.
    pub(super) fn offer(&mut self, firm: &InventedFirm, policy: &Policy) {
        let candidate = Candidate { id: firm.id.clone(), industry_code: firm.industry_code.clone() };
        let districts = policy.districts.len();
        self.any[firm.district].offer(&candidate, &mut self.chance);
        let Some(later) = policy.programmes.len().checked_sub(1) else { return };
        let adcode = &policy.districts[firm.district].adcode;
        let is_key = policy.industries.iter().any(|industry| {
            industry.district.as_ref().is_none_or(|district| district == adcode)
                && industry.code_prefixes.iter().any(|prefix| firm.industry_code.starts_with(prefix.as_str()))
        });
        let is_small_block_firm = later > 0 && firm.block.is_some() && firm.employees <= 40.0;
        let programme = match (is_key, is_small_block_firm) {
            (true, true) if self.chance.happens(0.4) => 0,
            (_, true) => 1 + self.chance.below(later),
            (true, false) => 0,
            (false, false) => return,
        };
        self.aimed[programme * districts + firm.district].offer(&candidate, &mut self.chance);
    }
}

/// The cells of a row of the ledger.
#[derive(Clone)]
struct LedgerRow {
    id: String,
    programme: String,
    ground: String,
    deficits: String,
    equipment: String,
    measure: String,
    stage: String,
    due_on: String,
    /// For each stage, the day on which it was passed.
    passed_on: Vec<String>,
    /// The position of the stage, and that of the stage from which a firm counts.
    at: usize,
    accepting: usize,
}

impl LedgerRow {
    /// The header, for the stages of a policy.
    fn header(policy: &Policy) -> Vec<String> {
        let mut names =
            ["id", "programme", "ground", "deficits", "equipment", "measure", "stage"].map(str::to_owned).to_vec();
        let mut dates = policy.stages.iter().map(StageTerm::date_column);
        names.extend(dates.next());
        names.push("due_on".to_owned());
        names.extend(dates);
        names
    }

    /// The cells, in the order of the header.
    fn cells(&self) -> Vec<&str> {
        let mut cells: Vec<&str> =
            vec![&self.id, &self.programme, &self.ground, &self.deficits, &self.equipment, &self.measure, &self.stage];
        let mut dates = self.passed_on.iter().map(String::as_str);
        cells.extend(dates.next());
        cells.push(&self.due_on);
        cells.extend(dates);
        cells
    }

    /// The date of a stage, to be made wrong.
    fn date(&mut self, position: usize) -> Option<&mut String> {
        self.passed_on.get_mut(position)
    }
}

/// Returns the ledger as CSV, and its seeded faults.
pub(super) fn bytes(
    options: &SynthOptions,
    policy: &Policy,
    as_of: NaiveDate,
    candidates: Candidates,
    truth: &mut Vec<Truth>,
) -> Result<Vec<u8>> {
    let mut rows = rows(options.seed, policy, as_of, candidates);
    rows.sort_by(|a, b| (a.passed_on.first(), &a.id).cmp(&(b.passed_on.first(), &b.id)));
    let spoiled = spoil(rows, options, policy, as_of);
    let failed = |error: csv::Error| Error::File {
        action: "write",
        path: super::LEDGER_FILE.into(),
        source: std::io::Error::from(error),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(LedgerRow::header(policy)).map_err(failed)?;
    for (index, (row, fault)) in spoiled.into_iter().enumerate() {
        if let Some((problem, column)) = fault {
            truth.push(Truth { file: super::LEDGER_FILE, row: index as u64 + 2, problem, column });
        }
        writer.write_record(row.cells()).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| failed(csv::Error::from(error.into_error())))
}

fn rows(seed: u64, policy: &Policy, as_of: NaiveDate, candidates: Candidates) -> Vec<LedgerRow> {
    let Candidates { aimed, any, wanted, .. } = candidates;
    let mut chance = Chance::new(seed, Stream::Ledger);
    let districts = policy.districts.len();
    let mut taken: HashSet<String> = HashSet::new();
    let mut rows = Vec::new();
    for (position, (reservoir, wanted)) in aimed.into_iter().zip(wanted).enumerate() {
        let (programme, district) = (&policy.programmes[position / districts], position % districts);
        let members: Vec<Candidate> = reservoir
            .kept
            .iter()
            .chain(&any[district].kept)
            .filter(|candidate| taken.insert(candidate.id.clone()))
            .take(wanted)
            .cloned()
            .collect();
        // Some districts are ahead of their quota by now, others behind.
        let pace = chance.between(0.6, 1.05);
        let quota = policy.quota(&programme.term.id, &policy.districts[district].adcode).unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "quotas are small")]
        let accepted = quota as f64 * pace;
        let mut order: Vec<usize> = (0..members.len()).collect();
        chance.shuffle(&mut order);
        for (rank, member) in order.into_iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "quotas are small")]
            let is_accepted = (rank as f64) < accepted;
            let accepting = programme.accepting_stage.position();
            let stage = match (is_accepted, chance.uniform()) {
                (true, draw) if draw < 0.22 => policy.stages.len().saturating_sub(1).max(accepting),
                (true, _) => accepting,
                (false, draw) if draw < 0.5 => accepting.saturating_sub(1),
                (false, _) => 0,
            };
            let is_first = position / districts == 0;
            rows.push(row(&members[member], programme, is_first, stage, policy, as_of, &mut chance));
        }
    }
    rows
}

fn row(
    candidate: &Candidate,
    programme: &Programme,
    is_first: bool,
    stage: usize,
    policy: &Policy,
    as_of: NaiveDate,
    chance: &mut Chance,
) -> LedgerRow {
    // The last ground of a policy is the remediation of block economies.
    let (grounds, last): (&[Ground], Option<&Ground>) = match policy.grounds.split_last() {
        Some((last, rest)) if !rest.is_empty() => (rest, Some(last)),
        _ => (&policy.grounds, policy.grounds.last()),
    };
    let ground = if is_first { chance.pick(grounds) } else { last };
    let deficits = if is_first { Vec::new() } else { some(&policy.deficits, 0.4, 1, chance) };
    let measure = if is_first && chance.happens(0.8) { policy.measures.first() } else { chance.pick(&policy.measures) };
    let dates = dates(stage, policy.stages.len(), as_of, chance);
    let due = programme.deadline.unwrap_or_else(|| year_end(policy, as_of));
    let day = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    LedgerRow {
        id: candidate.id.clone(),
        programme: programme.term.id.clone(),
        ground: ground.map(|ground| ground.term.id.clone()).unwrap_or_default(),
        deficits: joined(&deficits),
        equipment: joined(&equipment(&candidate.industry_code, policy, chance)),
        measure: measure.map(|measure| measure.id.clone()).unwrap_or_default(),
        stage: policy.stages.get(stage).map(|stage| stage.term.id.clone()).unwrap_or_default(),
        due_on: due.to_string(),
        passed_on: dates.into_iter().map(day).collect(),
        at: stage,
        accepting: programme.accepting_stage.position(),
    }
}

fn year_end(policy: &Policy, as_of: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(policy.year, 12, 31).unwrap_or(as_of)
}

/// Strictly one after the other, the last one on the as-of date or before it.
fn dates(stage: usize, stages: usize, as_of: NaiveDate, chance: &mut Chance) -> Vec<Option<NaiveDate>> {
    let before = |days: usize| as_of.checked_sub_days(Days::new(days as u64));
    // Days before the as-of date: for each stage, room is left for those behind it.
    let mut days = 100 + 26 * stages.saturating_sub(4) + chance.below(101);
    let mut dates = vec![before(days)];
    for position in 1..stages {
        let behind = stages - 1 - position;
        days = match behind {
            0 => chance.below(days.saturating_sub(3).max(1)),
            _ => {
                let least = 14 + 26 * (behind - 1);
                let margin = if behind > 1 { 10 } else { 6 };
                least + chance.below(days.saturating_sub(least + margin).max(1))
            }
        };
        dates.push(before(days).filter(|_| position <= stage));
    }
    dates
}

/// The equipment an industry is known for, by the words of the policy.
fn equipment<'a>(industry_code: &str, policy: &'a Policy, chance: &mut Chance) -> Vec<&'a Term> {
    let words: &[&str] = match industry_code.get(..2) {
        Some("17" | "18") => &["定型", "锅炉"],
        Some("26" | "27" | "28") => &["反应釜", "压力容器"],
        Some("30" | "31" | "32" | "33") => &["窑", "炉", "升降"],
        _ => &["变电", "升降"],
    };
    let fitting: Vec<&Term> =
        policy.equipment.iter().filter(|term| words.iter().any(|word| term.name_zh.contains(word))).collect();
    fitting.into_iter().filter(|_| chance.happens(0.35)).collect()
}

/// Each with this probability, but at least so many.
fn some<'a>(terms: &'a [Term], probability: f64, least: usize, chance: &mut Chance) -> Vec<&'a Term> {
    let mut drawn: Vec<&Term> = terms.iter().filter(|_| chance.happens(probability)).collect();
    if drawn.len() < least {
        drawn = chance.pick(terms).into_iter().collect();
    }
    drawn
}

fn joined(terms: &[&Term]) -> String {
    terms.iter().map(|term| term.id.as_str()).collect::<Vec<_>>().join(";")
}

/// The kinds of fault that can be seeded in a row of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LedgerFault {
    NotInRegister,
    Doubled,
    UnknownStage,
    UnknownProgramme,
    UnknownGround,
    UnknownDeficit,
    DatesOutOfOrder,
    StageDateEmpty,
    DateBeyondStage,
    DateAfterAsOf,
    ImpossibleDate,
}

/// Each fault and how often it occurs among 1250 entries.
const FAULTS: &[(LedgerFault, usize)] = &[
    (LedgerFault::NotInRegister, 6),
    (LedgerFault::Doubled, 5),
    (LedgerFault::UnknownStage, 4),
    (LedgerFault::UnknownProgramme, 2),
    (LedgerFault::UnknownGround, 4),
    (LedgerFault::UnknownDeficit, 3),
    (LedgerFault::DatesOutOfOrder, 8),
    (LedgerFault::StageDateEmpty, 5),
    (LedgerFault::DateBeyondStage, 3),
    (LedgerFault::DateAfterAsOf, 4),
    (LedgerFault::ImpossibleDate, 4),
];

type Spoiled = (LedgerRow, Option<(ProblemKind, String)>);

/// Makes some rows wrong, each in one way; rows that are not in the register and doubled rows come in addition.
fn spoil(rows: Vec<LedgerRow>, options: &SynthOptions, policy: &Policy, as_of: NaiveDate) -> Vec<Spoiled> {
    let mut chance = Chance::new(options.seed, Stream::LedgerFaults);
    let entries = rows.len();
    let mut spoiled: Vec<Spoiled> = rows.into_iter().map(|row| (row, None)).collect();
    let mut additions: Vec<(usize, Spoiled)> = Vec::new();
    // An original that were spoiled would let its double stand, so that it counts as taken like a spoiled row.
    let mut taken = vec![false; entries];
    for (fault, per) in FAULTS {
        for turn in 0..scaled(*per, 1250, entries, options.faults).min(entries / 4) {
            // The first row from a random place on that can be made wrong in this way.
            let start = chance.below(entries);
            let fitting = (0..entries)
                .map(|step| (start + step) % entries)
                .find(|place| !taken[*place] && fits(*fault, &spoiled[*place].0));
            let Some(place) = fitting else { continue };
            taken[place] = true;
            match fault {
                LedgerFault::NotInRegister => {
                    let mut row = spoiled[place].0.clone();
                    let adcode = row.id.get(2..8).unwrap_or_default().to_owned();
                    row.id = firms::code(options.firms + 1 + turn, &adcode);
                    additions.push((place, (row, Some((ProblemKind::NotInRegister, "id".to_owned())))));
                }
                LedgerFault::Doubled => {
                    let row = spoiled[place].0.clone();
                    let later = place + chance.below(entries - place);
                    additions.push((later, (row, Some((ProblemKind::DuplicateEntry, "id".to_owned())))));
                }
                _ => {
                    let (row, there) = &mut spoiled[place];
                    *there = make_wrong(*fault, row, policy, as_of);
                }
            }
        }
    }
    additions.sort_by_key(|(place, _)| *place);
    let mut all: Vec<Spoiled> = Vec::with_capacity(entries + additions.len());
    let mut additions = additions.into_iter().peekable();
    for (place, row) in spoiled.into_iter().enumerate() {
        all.push(row);
        while let Some((_, addition)) = additions.next_if(|(after, _)| *after == place) {
            all.push(addition);
        }
    }
    all
}

fn fits(fault: LedgerFault, row: &LedgerRow) -> bool {
    match fault {
        LedgerFault::DatesOutOfOrder => row.at == row.accepting && row.at > 1,
        LedgerFault::DateAfterAsOf => row.at == row.accepting,
        LedgerFault::StageDateEmpty => row.at > 0 && (row.at == row.accepting || row.at + 1 == row.accepting),
        LedgerFault::DateBeyondStage => row.at > 0 && row.at + 1 == row.accepting,
        LedgerFault::UnknownGround => !row.ground.is_empty(),
        LedgerFault::UnknownDeficit => !row.deficits.is_empty(),
        _ => true,
    }
}

fn make_wrong(
    fault: LedgerFault,
    row: &mut LedgerRow,
    policy: &Policy,
    as_of: NaiveDate,
) -> Option<(ProblemKind, String)> {
    let days_after = |days| as_of.checked_add_days(Days::new(days)).unwrap_or(as_of).to_string();
    let date_column = |position: usize| policy.stages.get(position).map(StageTerm::date_column).unwrap_or_default();
    let (at, accepting) = (row.at, row.accepting);
    Some(match fault {
        LedgerFault::UnknownStage => {
            row.stage = "验收中".to_owned();
            (ProblemKind::UnknownStage, "stage".to_owned())
        }
        LedgerFault::UnknownProgramme => {
            row.programme = "其他工作".to_owned();
            (ProblemKind::UnknownCode, "programme".to_owned())
        }
        LedgerFault::UnknownGround => {
            row.ground = "其他原因".to_owned();
            (ProblemKind::UnknownCode, "ground".to_owned())
        }
        LedgerFault::UnknownDeficit => {
            row.deficits = format!("{};无台账", row.deficits);
            (ProblemKind::UnknownCode, "deficits".to_owned())
        }
        LedgerFault::DatesOutOfOrder => {
            row.passed_on.swap(at - 1, at);
            (ProblemKind::DateOrder, date_column(at))
        }
        LedgerFault::StageDateEmpty => {
            row.date(at)?.clear();
            (ProblemKind::StageWithoutDate, date_column(at))
        }
        LedgerFault::DateBeyondStage => {
            *row.date(accepting)? = as_of.to_string();
            (ProblemKind::StageWithoutDate, date_column(accepting))
        }
        LedgerFault::DateAfterAsOf => {
            *row.date(at)? = days_after(12);
            (ProblemKind::DateInFuture, date_column(at))
        }
        LedgerFault::ImpossibleDate => {
            *row.date(0)? = format!("{}-13-05", policy.year);
            (ProblemKind::UnreadableValue, date_column(0))
        }
        LedgerFault::NotInRegister | LedgerFault::Doubled => return None,
    })
}

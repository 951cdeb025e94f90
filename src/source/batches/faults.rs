//! What is wrong with single rows, gathered from pieces that are decoded in any order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many faulty rows, or runs of them, an error names before it only counts the rest.
const NAMED: usize = 100;

/// How much of a remark is shown.
const REMARK_CHARACTERS: usize = 40;

/// The faults of the pieces decoded so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Collected>);

/// What was gathered.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Of text, by the number of the piece.
    text: BTreeMap<u64, RowFaults>,
    /// The first time beyond the calendar of each column.
    beyond: BTreeMap<usize, u64>,
}

/// The faults of the rows of one piece of text.
#[derive(Debug, Default)]
pub(super) struct RowFaults {
    misquoted: Vec<(u64, &'static str)>,
    misquoted_more: u64,
    ragged: Vec<Run>,
    ragged_more: u64,
    /// The first row that has a cell in a column without a header, by column.
    headless: BTreeMap<usize, u64>,
    /// The first row that is a remark below the table, and its text.
    remark: Option<(u64, String)>,
    /// The remarks.
    remarks: u64,
}

/// Rows that follow each other with the same width.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: u64,
    last: u64,
    width: usize,
}

impl Faults {
    pub(super) fn text(&self, piece: u64, faults: RowFaults) {
        if !faults.is_empty() {
            self.with(|collected| collected.text.entry(piece).or_default().follow(faults));
        }
    }

    pub(super) fn beyond(&self, column: usize, row: u64) {
        self.with(|collected| {
            let first = collected.beyond.entry(column).or_insert(row);
            *first = row.min(*first);
        });
    }

    pub(super) fn with<T>(&self, read: impl FnOnce(&mut Collected) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Collected {
    /// The first row of each column that holds a time beyond the calendar.
    pub(super) fn times_beyond(&self) -> &BTreeMap<usize, u64> {
        &self.beyond
    }

    /// The faults of all pieces of text as if they had been one.
    pub(super) fn rows(&self) -> RowFaults {
        let mut all = RowFaults::default();
        for faults in self.text.values() {
            all.follow(RowFaults {
                misquoted: faults.misquoted.clone(),
                ragged: faults.ragged.clone(),
                headless: faults.headless.clone(),
                remark: faults.remark.clone(),
                ..*faults
            });
        }
        all
    }
}

impl RowFaults {
    fn is_empty(&self) -> bool {
        self.misquoted.is_empty() && self.ragged.is_empty() && self.headless.is_empty() && self.remark.is_none()
    }

    pub(super) fn misquoted(&mut self, row: u64, fault: &'static str) {
        match self.misquoted.len() < NAMED {
            true => self.misquoted.push((row, fault)),
            false => self.misquoted_more += 1,
        }
    }

    pub(super) fn ragged(&mut self, row: u64, width: usize) {
        self.run(Run { first: row, last: row, width });
    }

    /// A text alone that says something about the table.
    pub(super) fn remark(&mut self, row: u64, text: &str) {
        self.remarks += 1;
        self.remark.get_or_insert_with(|| (row, text.trim().chars().take(REMARK_CHARACTERS).collect()));
    }

    /// What is to be said of remarks.
    pub(super) fn remark_note(&self) -> Option<String> {
        let (row, text) = self.remark.as_ref()?;
        Some(match self.remarks + self.below_remark() {
            1 => format!("row {row} is a remark and no row of data: `{text}`"),
            count => format!("{count} rows from row {row} on are remarks and no rows of data: `{text}`"),
        })
    }

    /// Rows of one cell below a remark, which go on with it.
    fn below_remark(&self) -> u64 {
        let Some((row, _)) = &self.remark else { return 0 };
        self.ragged.iter().filter(|run| run.width == 1 && run.first > *row).map(|run| run.last - run.first + 1).sum()
    }

    pub(super) fn headless(&mut self, column: usize, row: u64) {
        self.headless.entry(column).or_insert(row);
    }

    fn run(&mut self, run: Run) {
        let is_full = self.ragged.len() == NAMED;
        match self.ragged.last_mut() {
            Some(before) if self.ragged_more == 0 && before.last + 1 == run.first && before.width == run.width => {
                before.last = run.last;
            }
            _ if is_full => self.ragged_more += run.last - run.first + 1,
            _ => self.ragged.push(run),
        }
    }

    /// Adds those of the rows below.
    fn follow(&mut self, below: Self) {
        for (row, fault) in below.misquoted {
            self.misquoted(row, fault);
        }
        self.misquoted_more += below.misquoted_more;
        for run in below.ragged {
            self.run(run);
        }
        self.ragged_more += below.ragged_more;
        for (column, row) in below.headless {
            self.headless(column, row);
        }
        self.remarks += below.remarks;
        self.remark = self.remark.take().or(below.remark);
    }

    /// The first row that has a cell in a column without a header.
    pub(super) fn first_headless(&self, column: usize) -> Option<u64> {
        self.headless.get(&column).copied()
    }

    /// What is to be said of rows that no table can be made of.
    pub(super) fn message(&self, width: usize) -> Option<String> {
        if !self.misquoted.is_empty() {
            let named = self.misquoted.iter().map(|(row, fault)| format!("row {row} {fault}")).collect();
            return Some(and_more(named, self.misquoted_more, "; "));
        }
        let after_remark = self.remark.as_ref().map_or(u64::MAX, |(row, _)| *row);
        let ragged: Vec<&Run> = self.ragged.iter().filter(|run| run.width != 1 || run.first < after_remark).collect();
        if !ragged.is_empty() {
            let named = ragged.into_iter().map(Run::message).collect();
            let rows = and_more(named, self.ragged_more, ", ");
            return Some(format!("{rows}; expected {width} cells as in the header"));
        }
        None
    }
}

impl Run {
    fn message(&self) -> String {
        let Self { first, last, width } = self;
        match first == last {
            true => format!("row {first} has {width} cells"),
            false => format!("rows {first} to {last} have {width} cells"),
        }
    }
}

fn and_more(mut named: Vec<String>, more: u64, separator: &str) -> String {
    if more > 0 {
        named.push(format!("and {more} rows more"));
    }
    named.join(separator)
}

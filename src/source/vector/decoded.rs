//! Cells of text in the encoding of their file, and what was wrong with them.

use super::super::encoding::Fault;
use super::Column;

/// What was wrong with the text of cells: for each kind of fault the first feature and column, and how many.
#[derive(Default)]
pub(in crate::source) struct Faults(Vec<(Fault, u64, String, u64)>);

impl Faults {
    pub fn add(&mut self, fault: Option<Fault>, number: u64, column: &str) {
        let Some(fault) = fault else { return };
        match self.0.iter_mut().find(|(known, ..)| *known == fault) {
            Some((.., count)) => *count += 1,
            None => self.0.push((fault, number, column.to_owned(), 1)),
        }
    }

    pub fn tell(&self, notes: &mut Vec<String>) {
        for (fault, number, column, count) in &self.0 {
            let place = format!("first in feature {number}, column `{column}`");
            notes.push(match fault {
                Fault::Cut => format!("{count} cells ended within a character, {place}: its part was left out"),
                Fault::Other(encoding) => {
                    format!("{count} cells are {}, unlike the others, {place}: read so", encoding.name())
                }
                Fault::Broken => format!("{count} cells hold bytes that are no characters, {place}"),
            });
        }
    }
}

/// What is to be said of a header that the width of its field has cut.
pub(in crate::source) fn cut_header(header: &str) -> String {
    format!("the header `{header}` ended within a character, where the format cuts it")
}

/// Gives each of several columns of one name a name of its own.
pub(in crate::source) fn unique(columns: &mut [Column]) {
    let mut known = std::collections::HashSet::new();
    for column in columns {
        let plain = column.name.clone();
        for number in 2.. {
            if known.insert(column.name.clone()) {
                break;
            }
            column.name = format!("{plain}_{number}");
        }
    }
}

//! Widths of text and of the columns of a table, in em: a Chinese character is one, a Latin letter half of one.

use super::DocumentTable;
use super::form::{TABLE_PT, TEXT_WIDTH_MM};

/// The blank at both sides of a cell together, in em.
const PADDING_EM: f64 = 0.9;
/// A heading may be broken to this width, a cell of text to the next.
const LEAST_HEADING_EM: f64 = 2.2;
pub(super) const MOST_CELL_EM: f64 = 16.0;

/// The width of a text in the type of tables, whose digits are wider than half an em.
fn table_width_em(text: &str) -> f64 {
    text.chars().map(|character| if is_narrow(character) { 0.58 } else { 1.0 }).sum()
}

/// A heading in as many lines as its column needs, of about the same length; words of Latin letters are left to the word processor.
pub(super) fn heading_lines(heading: &str, width_mm: f64) -> Vec<String> {
    let room_em = width_mm / (TABLE_PT * 25.4 / 72.0) - PADDING_EM / 2.0;
    let characters: Vec<char> = heading.chars().collect();
    let is_chinese = !characters.iter().any(|character| is_narrow(*character));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few lines")]
    let lines = (characters.len() as f64 / room_em.max(1.0)).ceil().max(1.0) as usize;
    if !is_chinese || lines == 1 {
        return vec![heading.to_owned()];
    }
    characters.chunks(characters.len().div_ceil(lines)).map(|line| line.iter().collect()).collect()
}

/// The width of a text in em.
pub(super) fn width_em(text: &str) -> f64 {
    text.chars().map(|character| if is_narrow(character) { 0.5 } else { 1.0 }).sum()
}

/// Whether a character is set in half the width of a Chinese one.
pub(super) const fn is_narrow(character: char) -> bool {
    // Up to the general punctuation, which Chinese type sets in full width.
    (character as u32) < 0x2000
}

/// The widths of the columns of a table in mm, which together are the width of the text.
pub(super) fn column_widths_mm(table: &DocumentTable) -> Vec<f64> {
    let needed: Vec<f64> = table
        .headings
        .iter()
        .enumerate()
        .map(|(position, heading)| {
            let cells = table.rows.iter().filter_map(|row| row.get(position));
            let widest = cells.map(|cell| table_width_em(cell)).fold(0.0, f64::max).min(MOST_CELL_EM);
            widest.max(table_width_em(heading).min(LEAST_HEADING_EM)) + PADDING_EM
        })
        .collect();
    let all: f64 = needed.iter().sum();
    needed.iter().map(|em| em / all.max(1.0) * TEXT_WIDTH_MM).collect()
}

/// How far the lines of a signature are set in from the left, in characters of the text: the first ends two characters before the
/// end of the line, and the next begins two characters after its begin, where it is not too long for that.
pub(super) fn signature_indents(lines: &[String], characters: f64) -> Vec<f64> {
    let widest = lines.iter().map(|line| width_em(line)).fold(0.0, f64::max);
    let left = (characters - 2.0 - widest).max(0.0);
    let first = lines.first().map_or(0.0, |line| width_em(line));
    let indents = lines.iter().enumerate().map(|(position, line)| {
        let room = characters - 2.0 - width_em(line);
        match position {
            0 if first >= widest => left,
            0 => (left - 2.0).max(0.0),
            _ => (left + 2.0).min(room.max(0.0)),
        }
    });
    indents.collect()
}

/// The size of the mark of the authority in points, so that it fits one line.
pub(super) fn masthead_pt(text: &str) -> f64 {
    const MOST_PT: f64 = 44.0;
    let points = TEXT_WIDTH_MM / 25.4 * 72.0;
    (points / width_em(text).max(1.0) * 0.98).min(MOST_PT)
}

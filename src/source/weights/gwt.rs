use std::fmt::Write as _;

use super::{Rows, Units, count};
use crate::model::Weights;

/// A header; then a line for each neighbour: the id of the unit, that of the neighbour, the weight.
pub(super) fn parse(text: &str) -> Result<Rows, String> {
    let mut lines = (1_usize..).zip(text.lines());
    let expected = count(lines.next().map_or("", |(_, line)| line))?;
    let mut units = Units::default();
    let mut found: Vec<(u32, &str, f64)> = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let refused = || format!("line {number}: found `{line}`, expected a unit, a neighbour and a weight");
        let [unit, neighbour, weight] = words[..] else { return Err(refused()) };
        let weight: f64 = weight.parse().map_err(|_| refused())?;
        found.push((units.number(unit), neighbour, weight));
    }
    // Units first in the order of their own lines, then those that are neighbours alone.
    let mut rows: Vec<Vec<(u32, f64)>> = Vec::new();
    for (unit, neighbour, weight) in found {
        let neighbour = units.number(neighbour);
        rows.resize_with(rows.len().max(units.ids.len()), Vec::new);
        // A unit that is its own neighbour with a weight of 0 only says that it is there.
        if unit != neighbour || weight != 0.0 {
            rows[unit as usize].push((neighbour, weight));
        }
    }
    if units.ids.len() != expected {
        return Err(format!("found {} units, expected {expected}", units.ids.len()));
    }
    Ok((units.ids, rows))
}

pub(super) fn format(weights: &Weights) -> String {
    let mut text = format!("0 {} jiju id\n", weights.len());
    for (unit, id) in weights.ids().iter().enumerate() {
        // Text cannot fail to be written to.
        for (neighbour, weight) in weights.neighbours(unit) {
            let _ = writeln!(text, "{id} {} {weight}", weights.ids()[neighbour]);
        }
        if weights.cardinality(unit) == 0 {
            let _ = writeln!(text, "{id} {id} 0");
        }
    }
    text
}

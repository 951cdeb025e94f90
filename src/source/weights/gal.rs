use std::collections::HashMap;
use std::fmt::Write as _;

use super::{Rows, count};
use crate::model::Weights;

/// A header; then for each unit a line with its id and how many neighbours it has, and a line with their ids.
pub(super) fn parse(text: &str) -> Result<Rows, String> {
    let mut lines = (1_usize..).zip(text.lines());
    let expected = count(lines.next().map_or("", |(_, line)| line))?;
    let mut ids: Vec<String> = Vec::new();
    let mut named: Vec<(usize, Vec<&str>)> = Vec::new();
    while let Some((number, line)) = lines.find(|(_, line)| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let refused = || format!("line {number}: found `{line}`, expected an id and its number of neighbours");
        let [id, degree] = words[..] else { return Err(refused()) };
        let degree: usize = degree.parse().map_err(|_| refused())?;
        ids.push(id.to_owned());
        let (mut at, mut own) = (number, Vec::new());
        if degree > 0 {
            let (number, line) = lines.next().unwrap_or((number + 1, ""));
            (at, own) = (number, line.split_whitespace().collect());
        } else if let Some((_, next)) = lines.clone().next()
            && next.trim().is_empty()
        {
            lines.next();
        }
        if own.len() != degree {
            return Err(format!("line {at}: found {} neighbours of `{id}`, expected {degree}", own.len()));
        }
        named.push((at, own));
    }
    if ids.len() != expected {
        return Err(format!("found {} units, expected {expected}", ids.len()));
    }
    let numbers: HashMap<&str, u32> = ids.iter().map(String::as_str).zip(0..).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for (line, own) in named {
        let mut row = Vec::with_capacity(own.len());
        for id in own {
            let number = numbers.get(id);
            row.push((
                *number.ok_or_else(|| format!("line {line}: found the neighbour `{id}`, expected a unit"))?,
                1.0,
            ));
        }
        rows.push(row);
    }
    Ok((ids, rows))
}

pub(super) fn format(weights: &Weights) -> String {
    let mut text = format!("0 {} jiju id\n", weights.len());
    for (unit, id) in weights.ids().iter().enumerate() {
        let own: Vec<&str> = weights.neighbours(unit).map(|(neighbour, _)| weights.ids()[neighbour].as_str()).collect();
        // Text cannot fail to be written to.
        let _ = writeln!(text, "{id} {}\n{}", own.len(), own.join(" "));
    }
    text
}

use std::fmt::Write as _;

use super::Rows;
use crate::model::Weights;

const HEAD: &str = "%%MatrixMarket matrix coordinate";

/// Matrix Market: its head, comments, the size and the number of entries, then a line for each entry with its row, its
/// column, both from 1, and its value. The matrix has numbers for ids; ours stand in comments, `% id 1 330602`.
pub(super) fn parse(text: &str) -> Result<Rows, String> {
    let mut lines = (1_usize..).zip(text.lines());
    let head = lines.next().map_or("", |(_, line)| line).to_ascii_lowercase();
    let words: Vec<&str> = head.strip_prefix(&HEAD.to_ascii_lowercase()).unwrap_or("").split_whitespace().collect();
    let (has_values, symmetric) = match words[..] {
        ["real" | "integer" | "double", "general"] => (true, false),
        ["real" | "integer" | "double", "symmetric"] => (true, true),
        ["pattern", "general"] => (false, false),
        ["pattern", "symmetric"] => (false, true),
        _ => return Err(format!("line 1: found `{head}`, expected `{HEAD} real general`, or pattern, or symmetric")),
    };
    let mut ids: Vec<(usize, String)> = Vec::new();
    let mut size: Option<(usize, usize)> = None;
    let mut rows: Vec<Vec<(u32, f64)>> = Vec::new();
    let mut entries = 0;
    for (number, line) in lines {
        if let Some(comment) = line.strip_prefix('%') {
            if let ["id", unit, id] = comment.split_whitespace().collect::<Vec<_>>()[..]
                && let Ok(unit) = unit.parse()
            {
                ids.push((unit, id.to_owned()));
            }
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let refused = |expected: &str| format!("line {number}: found `{line}`, expected {expected}");
        match (size, &words[..]) {
            (_, []) => {}
            (None, [height, width, count]) => {
                let parsed = |word: &str| word.parse::<u32>().map(|number| number as usize);
                let (Ok(height), Ok(width), Ok(count)) = (parsed(height), parsed(width), parsed(count)) else {
                    return Err(refused("rows, columns and entries"));
                };
                // A head alone must not fill the memory: no more units than the file has bytes.
                if height != width || height > text.len() {
                    return Err(refused("as many rows as columns, no more than the file's bytes could name"));
                }
                size = Some((height, count));
                rows.resize_with(height, Vec::new);
            }
            (Some((units, _)), [row, column, value @ ..]) if value.len() == usize::from(has_values) => {
                let place = |word: &str| word.parse::<u32>().ok().filter(|at| (1..=units).contains(&(*at as usize)));
                let weight = value.first().map_or(Some(1.0), |value| value.parse().ok());
                let (Some(row), Some(column), Some(weight)) = (place(row), place(column), weight) else {
                    return Err(refused("a row, a column and a value of the matrix"));
                };
                rows[row as usize - 1].push((column - 1, weight));
                if symmetric && row != column {
                    rows[column as usize - 1].push((row - 1, weight));
                }
                entries += 1;
            }
            _ => return Err(refused(if size.is_none() { "rows, columns and entries" } else { "an entry" })),
        }
    }
    let (units, count) = size.ok_or("found no line with the size, expected one")?;
    if entries != count {
        return Err(format!("found {entries} entries, expected {count}"));
    }
    ids.sort_unstable();
    let numbered = ids.len() == units && ids.iter().zip(1..).all(|((unit, _), number)| *unit == number);
    let ids = if numbered {
        ids.into_iter().map(|(_, id)| id).collect()
    } else {
        (1..=units).map(|unit| unit.to_string()).collect()
    };
    Ok((ids, rows))
}

pub(super) fn format(weights: &Weights) -> String {
    let mut text = format!("{HEAD} real general\n");
    // Text cannot fail to be written to.
    for (unit, id) in (1..).zip(weights.ids()) {
        let _ = writeln!(text, "% id {unit} {id}");
    }
    let entries: usize = (0..weights.len()).map(|unit| weights.cardinality(unit)).sum();
    let _ = writeln!(text, "{0} {0} {entries}", weights.len());
    for unit in 0..weights.len() {
        for (neighbour, weight) in weights.neighbours(unit) {
            let _ = writeln!(text, "{} {} {weight}", unit + 1, neighbour + 1);
        }
    }
    text
}

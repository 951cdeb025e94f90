//! Text from files where it reaches a terminal.

/// The most characters of a cell in a table for people.
const CELL: usize = 200;
/// The most characters without a blank, or between backticks, in a line that is said: more is a name made to be long.
const WORD: usize = 300;
/// The most characters of a line that is said.
const LINE: usize = 4000;

/// Text that may reach a terminal: what moves the cursor, changes colours or turns the direction of writing is replaced.
fn harmless(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

/// A cell as it is shown to people: at most 200 characters, none of which controls a terminal.
///
/// # Examples
///
/// ```
/// assert_eq!(jiju::model::shown_cell("a\u{1b}[31mb\tc"), "a\u{fffd}[31mb c");
/// assert_eq!(jiju::model::shown_cell(&"区".repeat(201)).chars().count(), 200);
/// ```
#[must_use]
pub fn shown_cell(text: &str) -> String {
    let shown: String = text.chars().take(CELL + 1).map(harmless).collect();
    if shown.chars().count() > CELL { cut(&shown, CELL - 1, 0) } else { shown }
}

/// Lines of a message as they are said to people: names that are too long are cut with `…`, and no character controls a
/// terminal.
///
/// # Examples
///
/// ```
/// let name = format!("`{}\u{202e}`", "x".repeat(5000));
/// let said = jiju::model::said(&format!("found {name},\nexpected a name"));
/// assert!(said.starts_with("found `xxx") && said.contains("x…x") && said.ends_with("x\u{fffd}`,\nexpected a name"));
/// assert!(said.len() < 400);
/// ```
#[must_use]
pub fn said(message: &str) -> String {
    message.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn line(line: &str) -> String {
    let line: String = line.chars().map(harmless).collect();
    if line.chars().count() <= WORD {
        return line;
    }
    // What stands between backticks comes from a file; so does what has no blank.
    let quoted = line.split('`').map(|part| part.split(' ').map(word).collect::<Vec<_>>().join(" "));
    let is_quotes = line.matches('`').count().is_multiple_of(2);
    let parts = quoted.enumerate().map(|(at, part)| if is_quotes && at % 2 == 1 { word(&part) } else { part });
    let line = parts.collect::<Vec<_>>().join("`");
    if line.chars().count() > LINE { cut(&line, LINE, 0) } else { line }
}

fn word(word: &str) -> String {
    if word.chars().count() > WORD { cut(word, WORD * 2 / 3, WORD / 10) } else { word.to_owned() }
}

/// The first and the last characters of a text, `…` between them.
fn cut(text: &str, first: usize, last: usize) -> String {
    let beginning: String = text.chars().take(first).collect();
    let end: String = text.chars().skip(text.chars().count().saturating_sub(last)).collect();
    format!("{beginning}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_lists_are_not() {
        let list: Vec<String> = (0..150).map(|row| format!("row {row} has 3 cells")).collect();
        let list = list.join(", ");
        assert_eq!(said(&list), list);
        let spaced = format!("found `{}`, expected b", "a ".repeat(2500));
        assert!(said(&spaced).len() < 400 && said(&spaced).ends_with("`, expected b"), "{}", said(&spaced));
        let endless = "a b ".repeat(5000);
        assert_eq!(said(&endless).chars().count(), LINE + 1);
    }
}

//! What a cell of a table means: the one place where text becomes a number, a coordinate, a date or a key, so that every
//! command reads a cell alike.
//!
//! | function | reads |
//! | --- | --- |
//! | [`text`] | the text itself, without what protects it: blanks, an apostrophe, `="…"` |
//! | [`number`] | `1200`, `1,200`, `1 200`, `１２００`, `1.2e3`, `50%` |
//! | [`coordinate`] | a number, or degrees, minutes and seconds: `120°30′15″E`, `120度30分15秒`, `东经120.5` |
//! | [`date`] | `2020-09-30`, `2020年9月30日`, `二〇二〇年九月三十日`, `Sep 30, 2020`, `44104` |
//! | [`key`] | what two cells are compared by: `330602` for `３３０６０２` and `330602.0` |
//! | [`is_sum`] | whether it heads a row of sums: 合计, 小计, 总计 |

mod angle;
mod date;
mod number;
mod sum;

use std::borrow::Cow;

use super::half_width;

pub use angle::coordinate;
pub use date::{date, spreadsheet_date};
pub use number::{is_percent, number};
pub use sum::{is_sum, names_territory};

/// Returns the text of a cell without the blanks and invisible characters around it, and without what spreadsheets are
/// kept from changing it with: an apostrophe before it, or quotation marks in `="…"` and `'…'`.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert_eq!(cell::text("\u{3000}'913306 "), "913306");
/// assert_eq!(cell::text("=\"0810\""), "0810");
/// ```
#[must_use]
pub fn text(cell: &str) -> &str {
    let cell = trimmed(cell);
    if let Some(inner) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return trimmed(inner);
    }
    match cell.strip_prefix('\'') {
        Some(rest) => trimmed(rest.strip_suffix('\'').unwrap_or(rest)),
        None => cell,
    }
}

/// Returns whether a cell shows nothing: it is empty, or blanks alone.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert!(cell::is_blank(" \u{3000}"));
/// assert!(!cell::is_blank("0"));
/// ```
#[inline]
#[must_use]
pub fn is_blank(cell: &str) -> bool {
    // Of nearly all cells the first byte tells.
    cell.as_bytes().first().is_none_or(|first| !first.is_ascii_graphic() && cell.trim().is_empty())
}

/// Returns the text by which a cell is compared with the id or name of an area: trimmed, in half width, and a whole
/// number without the decimals that a spreadsheet gave it.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert_eq!(cell::key(" ３３０６０２ "), "330602");
/// assert_eq!(cell::key("330602.0"), "330602");
/// assert_eq!(cell::key("1.5"), "1.5");
/// ```
#[must_use]
pub fn key(cell: &str) -> Cow<'_, str> {
    let text = text(cell);
    let whole = |text: &str| {
        let (whole, decimals) = text.split_once('.')?;
        let is_number = |text: &str, digit: fn(u8) -> bool| !text.is_empty() && text.bytes().all(digit);
        (is_number(whole, |byte| byte.is_ascii_digit()) && is_number(decimals, |byte| byte == b'0'))
            .then_some(whole.len())
    };
    match half_width(text) {
        Cow::Borrowed(text) => Cow::Borrowed(whole(text).map_or(text, |end| &text[..end])),
        Cow::Owned(mut text) => {
            if let Some(end) = whole(&text) {
                text.truncate(end);
            }
            Cow::Owned(text.trim().to_owned())
        }
    }
}

/// Returns whether a cell says that there is no value: one of the marks that offices, spreadsheets and statistical programs
/// write in its place. An empty cell is not one of them.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert!(["NaN", " n/a", "—", "－", "#DIV/0!", "暂无"].into_iter().all(cell::is_missing_mark));
/// assert!(!["0", "", "inf", "约30"].into_iter().any(cell::is_missing_mark));
/// ```
#[must_use]
pub fn is_missing_mark(cell: &str) -> bool {
    const MARKS: [&str; 15] = [
        "nan", "na", "n/a", "#n/a", "null", "none", "nil", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!",
        "/", "\\",
    ];
    const WORDS: [&str; 8] = ["无", "暂无", "缺", "缺失", "空", "无数据", "不详", "未知"];
    let text = half_width(text(cell)).to_lowercase();
    let is_stroke = |character: char| matches!(character, '-' | '–' | '—' | '―' | '−' | '…' | '.' | '·' | '*');
    (!text.is_empty() && text.chars().all(is_stroke))
        || MARKS.contains(&text.as_str())
        || WORDS.contains(&text.as_str())
}

/// Without blanks and characters that take no room.
fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|character: char| character.is_whitespace() || is_invisible(character))
}

/// Returns whether a character takes no room and no part in a text: byte order marks, joiners, marks of direction.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_protects_a_text_is_no_part_of_it() {
        for cell in ["x", " x\t", "\u{feff}x", "x\u{200b}", "'x", "'x'", "=\"x\"", "\u{a0}x\u{3000}", "=\" x \""] {
            assert_eq!(text(cell), "x", "{cell:?}");
        }
        assert_eq!(text("120°31'"), "120°31'");
        assert_eq!(text("'"), "");
        assert_eq!(text("=1+1"), "=1+1");
    }

    #[test]
    fn keys_are_compared_by_what_they_say() {
        for cell in ["330602", " 330602 ", "３３０６０２", "330602.0", "３３０６０２．００", "'330602"] {
            assert_eq!(key(cell), "330602", "{cell:?}");
        }
        for cell in ["330602.5", "a.0", ".0", "330602."] {
            assert_eq!(key(cell), cell);
        }
    }
}

use super::{half_width, text};

/// Reads a number as offices write it: `1200`, `1200.00`, `1.2e3`, `1,200`, `1 200`, `１，２００`, `+5`, `50%` (0.5). Returns
/// `None` for anything that is not plainly one finite number, such as `约50`, `50-100`, `100人`, `￥1200`, `(50)` or `1,2`.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert_eq!(cell::number("1,200"), Some(1200.0));
/// assert_eq!(cell::number("１２．５"), Some(12.5));
/// assert_eq!(cell::number("约50"), None);
/// ```
#[inline]
#[must_use]
pub fn number(cell: &str) -> Option<f64> {
    plain(cell).or_else(|| {
        let text = folded(cell);
        match text.strip_suffix('%') {
            Some(percent) => written(percent.trim_end()).map(|percent| percent / 100.0),
            None => written(&text),
        }
    })
}

/// Returns whether a cell holds a number that is written in percent, such as `50%`, which [`number`] reads as 0.5.
#[must_use]
pub fn is_percent(cell: &str) -> bool {
    folded(cell).ends_with('%') && number(cell).is_some()
}

/// The way of nearly all cells, which costs no allocation.
#[inline]
pub(super) fn plain(cell: &str) -> Option<f64> {
    short(cell)
        .or_else(|| cell.parse::<f64>().or_else(|_| cell.trim().parse()).ok().filter(|number| number.is_finite()))
}

/// A decimal of so few digits that it is the quotient of two integers that both are exact in double precision, so that one
/// division gives the nearest number there is, as reading of any length does (Clinger 1990). It takes a fifth of the time.
#[inline]
fn short(cell: &str) -> Option<f64> {
    /// 10¹⁵ is below 2⁵³.
    const MOST_DIGITS: usize = 15;
    /// Powers of ten, which are exact up to 10²².
    const SCALES: [f64; MOST_DIGITS + 1] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    if digits.len() > MOST_DIGITS {
        return None;
    }
    let (mut mantissa, mut point) = (0_u64, None);
    for (position, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(position),
            _ => return None,
        }
    }
    let decimals = match point {
        Some(position) if digits.len() > 1 => digits.len() - 1 - position,
        None if !digits.is_empty() => 0,
        _ => return None,
    };
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact")]
    let value = mantissa as f64 / SCALES.get(decimals)?;
    Some(if digits.len() < cell.len() { -value } else { value })
}

/// In half width, with one kind of point, of minus and of blank, and no blank beside the point or behind the sign.
pub(super) fn folded(cell: &str) -> String {
    let text = half_width(text(cell));
    let mut folded = String::with_capacity(text.len());
    let mut blank = false;
    for character in text.chars() {
        let character = match character {
            '。' | '．' => '.',
            '−' | '–' | '—' => '-',
            other => other,
        };
        if character.is_whitespace() {
            blank = true;
            continue;
        }
        let joins = character == '.' || folded.ends_with(['.', '+', '-']);
        if std::mem::take(&mut blank) && !joins {
            folded.push(' ');
        }
        folded.push(character);
    }
    folded
}

/// A number in folded text, grouped by commas or blanks at its thousands or not at all.
pub(super) fn written(text: &str) -> Option<f64> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E');
    if text.bytes().any(is_letter) {
        return None;
    }
    let number = match [',', ' '].into_iter().find(|separator| text.contains(*separator)) {
        Some(separator) => ungrouped(text, separator)?.parse::<f64>(),
        None => text.parse::<f64>(),
    };
    number.ok().filter(|number| number.is_finite())
}

/// `1,234,567.8` without its commas, where they stand at thousands.
fn ungrouped(text: &str, separator: char) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, ""), |(whole, fraction)| (whole, fraction));
    let mut groups = whole.split(separator);
    let first = groups.next()?.trim_start_matches(['-', '+']);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&first.len())
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group))
        && !fraction.contains(separator);
    fits.then(|| text.replace(separator, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn short_decimals_are_the_numbers_of_the_standard_library(
            cell in prop_oneof!["-?[0-9]{0,16}[.]?[0-9]{0,16}", "[-.0-9]{0,6}", "-?1[0-2][0-9][.][0-9]{3,12}"]
        ) {
            if let Some(number) = short(&cell) {
                prop_assert_eq!(number.to_bits(), cell.parse::<f64>().unwrap().to_bits());
            } else {
                prop_assert!(cell.trim_start_matches('-').len() > 15 || cell.parse::<f64>().is_err());
            }
        }
    }

    #[test]
    fn what_is_plainly_a_number_is_read() {
        for (cell, expected) in [
            ("1,234,567.8", 1_234_567.8),
            ("-1,234", -1234.0),
            ("１２．５", 12.5),
            ("１，２００", 1200.0),
            ("1 200", 1200.0),
            ("1\u{a0}200", 1200.0),
            ("1200.00", 1200.0),
            ("1.2e3", 1200.0),
            ("9.13306E+17", 9.133_06e17),
            ("+5", 5.0),
            ("－5", -5.0),
            ("'100", 100.0),
            ("120。52", 120.52),
            ("120. 52", 120.52),
            ("50%", 0.5),
            ("５０％", 0.5),
            ("\u{feff}7", 7.0),
        ] {
            assert_eq!(number(cell), Some(expected), "{cell}");
        }
    }

    #[test]
    fn what_is_not_plainly_a_number_is_none() {
        for cell in [
            "",
            "1,2",
            "12,34,567",
            "1234,567",
            ",123",
            "约50",
            "nan",
            "NaN",
            "inf",
            "-infinity",
            "1e999",
            "/",
            "100人",
            "(50)",
            "￥1200",
            "无",
            "NULL",
            "≥100",
            "50-100",
            "1 2",
            "#N/A",
            "=1+1",
            "120°",
            "1.2.3",
            "e",
            "%",
            "1,234 567",
        ] {
            assert_eq!(number(cell), None, "{cell}");
        }
    }
}

//! The unified social credit code 统一社会信用代码 of GB 32100-2015.

/// The 31 characters the standard allows, in the order of their values: no I, O, S, V, Z.
pub const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The number of characters of a code.
pub const LENGTH: usize = 18;

/// The digits that a spreadsheet keeps of a number.
const KEPT_DIGITS: usize = 15;

/// The reason why a code does not follow the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditCodeFault {
    /// The code has this number of characters instead of 18.
    Length(usize),
    /// The code has a character that the standard does not allow.
    Character {
        /// The position of the first such character, counted from 1.
        position: usize,
        /// The character.
        character: char,
    },
    /// The last character is not the check character of the others.
    Check {
        /// The correct check character.
        expected: char,
    },
}

/// Computes the check character for the first 17 characters of a code: `31 − Σ C_i·W_i mod 31` with
/// `W_i = 3^(i−1) mod 31`.
///
/// # Undefined
///
/// Returns `None` if `body` is not exactly 17 allowed characters.
///
/// # Examples
///
/// ```
/// use jiju::model::credit_code::check_character;
/// assert_eq!(check_character("91350100M000100Y4"), Some('3'));
/// assert_eq!(check_character("9135010"), None);
/// ```
///
/// # References
///
/// GB 32100-2015, 法人和其他组织统一社会信用代码编码规则.
#[must_use]
pub fn check_character(body: &str) -> Option<char> {
    if body.chars().count() != LENGTH - 1 {
        return None;
    }
    let mut weight = 1;
    let mut sum = 0;
    for character in body.chars() {
        sum += CHARACTERS.find(character)? * weight;
        weight = weight * 3 % 31;
    }
    CHARACTERS.chars().nth((31 - sum % 31) % 31)
}

/// Verifies a code against the standard: its length, then its characters, then its check character. Only the first rule
/// that fails is reported, because the later rules have no meaning for such a code.
///
/// # Errors
///
/// The [`CreditCodeFault`] of the first rule that fails.
///
/// # Examples
///
/// ```
/// use jiju::model::credit_code::{CreditCodeFault, verify};
/// assert_eq!(verify("91350100M000100Y43"), Ok(()));
/// assert_eq!(verify("91350100M000100Y4"), Err(CreditCodeFault::Length(17)));
/// assert_eq!(verify("91350100MO00100Y43"), Err(CreditCodeFault::Character { position: 10, character: 'O' }));
/// assert_eq!(verify("91350100M000100Y44"), Err(CreditCodeFault::Check { expected: '3' }));
/// ```
pub fn verify(code: &str) -> Result<(), CreditCodeFault> {
    let length = code.chars().count();
    if length != LENGTH {
        return Err(CreditCodeFault::Length(length));
    }
    if let Some((index, character)) = code.chars().enumerate().find(|(_, character)| !CHARACTERS.contains(*character)) {
        return Err(CreditCodeFault::Character { position: index + 1, character });
    }
    match check_character(&code[..LENGTH - 1]) {
        Some(expected) if !code.ends_with(expected) => Err(CreditCodeFault::Check { expected }),
        _ => Ok(()),
    }
}

/// What keeps a spreadsheet from cutting codes.
pub const CUT_ADVICE: &str = "the digits are lost in the file: take the codes anew from their source, with the column \
                              formatted as text (文本) before they are entered or exported";

/// Returns whether a spreadsheet has cut a code, which it does to one that it takes for a number: it keeps fifteen digits.
/// What is left is in scientific notation, `9.13306E+17`, ends in three zeros, `913306027000001000`, also in groups of three
/// digits, or is those fifteen digits alone. Of codes that are no numbers, none looks so, and of those that are, one in 30 000.
///
/// # Examples
///
/// ```
/// use jiju::model::credit_code::is_cut;
/// assert!(is_cut("9.13306E+17"));
/// assert!(is_cut("913306027000001000"));
/// assert!(!is_cut("91350100M000100Y43"));
/// ```
#[inline]
#[must_use]
pub fn is_cut(code: &str) -> bool {
    // Reading what begins with a letter is spared.
    if code.as_bytes().first().is_none_or(|first| first.is_ascii_graphic() && !first.is_ascii_digit()) {
        return false;
    }
    let code = code.trim();
    let bytes = code.as_bytes();
    match bytes {
        [] | [0..b'0' | b':'.., ..] => false,
        [_, b'.', ..] => is_scientific(code),
        _ if bytes.len() == LENGTH => code.ends_with("000") && bytes.iter().all(u8::is_ascii_digit),
        // Registration numbers, which had 15 digits too, began with the code of a province, of which none is above 90.
        _ if bytes.len() == KEPT_DIGITS => {
            code.starts_with("9") && bytes.iter().all(u8::is_ascii_digit) || is_scientific(code)
        }
        _ => bytes.len() <= 32 && (is_scientific(code) || is_grouped(code)),
    }
}

/// Whether a text is a number of 18 digits in groups of three, of which the last is nought.
fn is_grouped(code: &str) -> bool {
    code.ends_with(",000") && code.split(',').count() == LENGTH / 3 && super::cell::number(code).is_some()
}

/// Whether a text is a number of 15 to 18 digits in scientific notation, or with decimals.
fn is_scientific(code: &str) -> bool {
    // Reading a number costs more than seeing that there is no sign of it.
    code.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
        && super::cell::number(code).is_some_and(|number| (1e14..1e18).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_codes_are_told_from_others() {
        for code in [
            "9.13306E+17",
            "9.13306e17",
            "9.133060000000101E+17",
            "9E+17",
            "913306000000000000",
            " 913306000000010000 ",
            "913306000000010100.0",
            "3.30602E+14",
            "913306020000001",
            "913,306,020,000,001,000",
        ] {
            assert!(is_cut(code), "{code}");
        }
        for code in [
            "",
            "91350100M000100Y43",
            "91330602MA2TE00012",
            "330602000012340",
            "913306000000010001",
            "9.5",
            "1E+3",
            "surrogate-0123456789abcdef",
            "合计",
        ] {
            assert!(!is_cut(code), "{code}");
        }
    }

    #[test]
    fn multibyte_text_is_a_fault_and_not_a_panic() {
        assert_eq!(
            verify("统一社会信用代码统一社会信用代码统一"),
            Err(CreditCodeFault::Character { position: 1, character: '统' })
        );
        assert_eq!(verify(""), Err(CreditCodeFault::Length(0)));
    }
}

//! The unified social credit code 统一社会信用代码 of GB 32100-2015.

/// The 31 characters the standard allows, in the order of their values: no I, O, S, V, Z.
pub const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The number of characters of a code.
pub const LENGTH: usize = 18;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multibyte_text_is_a_fault_and_not_a_panic() {
        assert_eq!(
            verify("统一社会信用代码统一社会信用代码统一"),
            Err(CreditCodeFault::Character { position: 1, character: '统' })
        );
        assert_eq!(verify(""), Err(CreditCodeFault::Length(0)));
    }
}

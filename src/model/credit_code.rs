//! The unified social credit code 统一社会信用代码 of GB 32100-2015.

/// The 31 characters the standard allows, in the order of their values: no I, O, S, V, Z.
pub const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The check character for the first 17 characters of a code: `31 − Σ C_i·W_i mod 31` with `W_i = 3^(i−1) mod 31`.
///
/// # Undefined
///
/// `None` where `body` is not 17 allowed characters.
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
    if body.chars().count() != 17 {
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

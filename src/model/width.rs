use std::borrow::Cow;

/// Replaces full-width letters, digits and signs by their half-width forms.
///
/// # Examples
///
/// ```
/// assert_eq!(jiju::model::half_width("ＧＣＪ－０２"), "GCJ-02");
/// ```
#[must_use]
pub fn half_width(text: &str) -> Cow<'_, str> {
    let is_full = |character: char| matches!(character, '\u{ff01}'..='\u{ff5e}' | '\u{3000}');
    if !text.contains(is_full) {
        return Cow::Borrowed(text);
    }
    let narrow = |character: char| match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other => other,
    };
    Cow::Owned(text.chars().map(narrow).collect())
}

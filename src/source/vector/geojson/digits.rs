//! Integers that no number of 64 bits holds.

/// The fewest digits of an integer that may be too large.
const DIGITS: usize = 19;

/// A text of JSON with its integers beyond 64 bits in quotes, so that they are kept as they stand; `None` where there are none.
pub(super) fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    if !has_long_run(text) {
        return None;
    }
    let (mut quoted, mut copied, mut at) = (Vec::new(), 0, 0);
    // Only the value of a member is an attribute: numbers in arrays are coordinates.
    let mut is_member = false;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = string_end(text, at);
                is_member = false;
            }
            b'-' | b'0'..=b'9' => {
                let number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                let length = text[at..].iter().take_while(number).count();
                let token = &text[at..at + length];
                let digits = token.strip_prefix(b"-").unwrap_or(token);
                let is_integer = digits.iter().all(u8::is_ascii_digit);
                let fits = std::str::from_utf8(token).is_ok_and(|token| token.parse::<i64>().is_ok());
                if is_member && is_integer && digits.len() >= DIGITS && !fits {
                    quoted.extend_from_slice(&text[copied..at]);
                    quoted.push(b'"');
                    quoted.extend_from_slice(token);
                    quoted.push(b'"');
                    copied = at + length;
                }
                at += length;
                is_member = false;
            }
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            other => {
                is_member = *other == b':';
                at += 1;
            }
        }
    }
    if copied == 0 {
        return None;
    }
    quoted.extend_from_slice(&text[copied..]);
    Some(quoted)
}

/// Whether so many digits stand in a row anywhere: one of every so many bytes is then a digit.
fn has_long_run(text: &[u8]) -> bool {
    let mut at = DIGITS - 1;
    while let Some(byte) = text.get(at) {
        if byte.is_ascii_digit() {
            let before = text[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            let behind = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if before + behind >= DIGITS {
                return true;
            }
            at += behind;
        }
        at += DIGITS;
    }
    false
}

/// Behind the string that begins here.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integers_beyond_64_bits_are_quoted() {
        let text = br#"{"a":330602001001330602001,"b":9223372036854775807,"c":"1234567890123456789012","d":0.1234567890123456789012,"e":-99999999999999999999}"#;
        let expected = br#"{"a":"330602001001330602001","b":9223372036854775807,"c":"1234567890123456789012","d":0.1234567890123456789012,"e":"-99999999999999999999"}"#;
        assert_eq!(quoted(text).unwrap(), expected);
        assert_eq!(quoted(br#"{"a":9223372036854775807,"b":0.12345678901234567890}"#), None);
        assert_eq!(quoted(b"[9223372036854775808,{}]"), None);
        assert_eq!(quoted(b"1"), None);
    }
}

//! Where GeoJSON can be cut, found without taking it apart.
//!
//! Only quotes and braces are looked at: within objects that are well-formed the braces of each are in pairs. Whether
//! they are well-formed is for the parser to say, of every piece.

use memchr::{memchr2, memchr3};

/// A collection with no features, and the text of each feature.
pub(super) fn features(text: &[u8]) -> Option<(Vec<u8>, Vec<&[u8]>)> {
    let start = member(text, b"\"features\"", b'[')?;
    let mut features = Vec::new();
    let mut at = blank(text, start + 1);
    if text.get(at) == Some(&b'{') {
        loop {
            let end = object_end(text, at)?;
            features.push(&text[at..end]);
            at = blank(text, end);
            if text.get(at) != Some(&b',') {
                break;
            }
            at = blank(text, at + 1);
        }
    }
    let rest = text.get(at..).filter(|rest| rest.first() == Some(&b']'))?;
    Some(([&text[..=start], rest].concat(), features))
}

/// Where the array of coordinates of a feature's geometry begins.
pub(super) fn coordinates(feature: &[u8]) -> Option<usize> {
    let geometry = member(feature, b"\"geometry\"", b'{')?;
    member(&feature[geometry..], b"\"coordinates\"", b'[').map(|start| geometry + start)
}

/// How many objects and arrays stand within each other at most.
pub(super) fn nesting(text: &[u8]) -> usize {
    let (mut depth, mut most, mut at) = (0_usize, 0, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                at = string_end(text, at).unwrap_or(text.len());
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    most
}

/// Where the value of a member of an object begins, if its first byte is the one that is given. A key stands in quotes
/// as it does in the text.
fn member(object: &[u8], key: &[u8], first: u8) -> Option<usize> {
    let mut found = None;
    walk(object, |depth, string| {
        if depth == 1 && object[string.clone()] == *key {
            let colon = blank(object, string.end);
            if object.get(colon) == Some(&b':') {
                found = Some(blank(object, colon + 1));
            }
        }
        found.is_none()
    });
    found.filter(|start| object.get(*start) == Some(&first))
}

/// Where an object ends.
fn object_end(text: &[u8], start: usize) -> Option<usize> {
    walk(&text[start..], |_, _| true).map(|end| start + end)
}

/// Goes through the first object of a text to its end, which is given, or to the string that is not passed.
fn walk(text: &[u8], mut passes: impl FnMut(usize, std::ops::Range<usize>) -> bool) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        at += memchr3(b'{', b'}', b'"', text.get(at..)?)?;
        match text[at] {
            b'"' => {
                let end = string_end(text, at)?;
                if !passes(depth, at..end) {
                    return None;
                }
                at = end;
                continue;
            }
            b'{' => depth += 1,
            _ => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
        }
        at += 1;
    }
}

/// Behind the string that begins here.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the white space that begins here.
fn blank(text: &[u8], start: usize) -> usize {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    start + text.get(start..).unwrap_or_default().iter().take_while(is_blank).count()
}

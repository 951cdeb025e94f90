//! Rows as `COPY … (FORMAT binary)` has them, and geometries as extended well-known binary.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the fields of a row have the widths of the protocol"
)]

use std::ops::Range;

/// What every copy begins with.
pub(super) const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The number of fields that stands behind the last row.
const END: i16 = -1;
/// What is said of rows that are none.
pub(super) const DAMAGED: &str = "the server sends rows that are none";

/// Days and microseconds from the first of January 1970 to that of 2000, from which PostgreSQL counts.
pub(super) const DAYS: i32 = 10_957;
pub(super) const MICROSECONDS: i64 = DAYS as i64 * 86_400_000_000;

fn two(bytes: &[u8], at: usize) -> Option<i16> {
    Some(i16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn four(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Where the header of a copy ends; none where it is not there as a whole.
pub(super) fn header(bytes: &[u8]) -> Result<Option<usize>, String> {
    let Some(more) = four(bytes, SIGNATURE.len() + 4) else { return Ok(None) };
    if !bytes.starts_with(SIGNATURE) {
        return Err(DAMAGED.to_owned());
    }
    let more = usize::try_from(more).map_err(|_| DAMAGED)?;
    let end = SIGNATURE.len() + 8 + more;
    Ok((bytes.len() >= end).then_some(end))
}

/// How far bytes hold whole rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Whole {
    pub rows: usize,
    /// Where the last of them ends.
    pub end: usize,
    /// Whether that was the last row of all.
    pub is_last: bool,
}

/// Passes over whole rows of so many fields.
pub(super) fn whole(bytes: &[u8], from: usize, width: usize) -> Result<Whole, String> {
    let mut found = Whole { rows: 0, end: from, is_last: false };
    loop {
        let Some(count) = two(bytes, found.end) else { return Ok(found) };
        if count == END {
            return Ok(Whole { end: found.end + 2, is_last: true, ..found });
        }
        let mut at = found.end;
        if !row(bytes, &mut at, width, |_| ())? {
            return Ok(found);
        }
        (found.rows, found.end) = (found.rows + 1, at);
    }
}

/// Takes the fields of one row; false where it is not there as a whole.
pub(super) fn row(
    bytes: &[u8],
    at: &mut usize,
    width: usize,
    mut field: impl FnMut(Option<Range<usize>>),
) -> Result<bool, String> {
    let Some(count) = two(bytes, *at) else { return Ok(false) };
    if usize::try_from(count).ok() != Some(width) {
        return Err(DAMAGED.to_owned());
    }
    let mut end = *at + 2;
    for _ in 0..width {
        let Some(length) = four(bytes, end) else { return Ok(false) };
        let start = end + 4;
        end = start;
        if length < -1 {
            return Err(DAMAGED.to_owned());
        }
        if let Ok(length) = usize::try_from(length) {
            end = start.checked_add(length).ok_or(DAMAGED)?;
            if end > bytes.len() {
                return Ok(false);
            }
            field(Some(start..end));
        } else {
            field(None);
        }
    }
    *at = end;
    Ok(true)
}

/// The cells of a type with a fixed number of bytes.
pub(super) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| DAMAGED.to_owned())
}

/// A number with a fixed number of decimals, counted in the last of them; none where it is no number.
pub(super) fn decimal(bytes: &[u8], scale: usize) -> Result<Option<i128>, String> {
    let field = |at: usize| two(bytes, at).ok_or(DAMAGED);
    let (count, weight, sign) = (field(0)?, field(2)?, field(4)? as u16);
    let is_negative = match sign {
        0 => false,
        0x4000 => true,
        _ => return Ok(None),
    };
    let mut number = 0_i128;
    let beyond = || "a number has more digits than its column says".to_owned();
    for position in 0..usize::try_from(count).map_err(|_| DAMAGED)? {
        let digits = i128::from(field(8 + 2 * position)?);
        number = number.checked_mul(10_000).and_then(|number| number.checked_add(digits)).ok_or_else(beyond)?;
    }
    let exponent = 4 * (i64::from(weight) - i64::from(count) + 1) + i64::try_from(scale).map_err(|_| DAMAGED)?;
    let power = u32::try_from(exponent.unsigned_abs()).ok().and_then(|power| 10_i128.checked_pow(power));
    let number = match (number, power) {
        (0, _) => 0,
        (_, None) => return Err(beyond()),
        (_, Some(power)) if exponent >= 0 => number.checked_mul(power).ok_or_else(beyond)?,
        (_, Some(power)) => number / power,
    };
    Ok(Some(if is_negative { -number } else { number }))
}

/// A number with a fixed number of decimals as PostgreSQL has it.
pub(super) fn of_decimal(number: i128, scale: usize) -> Vec<u8> {
    let mut text = number.unsigned_abs().to_string();
    // Whole groups of four digits on both sides of the point.
    let behind = scale.div_ceil(4) * 4;
    text.extend(std::iter::repeat_n('0', behind - scale));
    let width = text.len().max(behind + 1).div_ceil(4) * 4;
    let text = format!("{text:0>width$}");
    let groups: Vec<i16> =
        text.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()?.parse().ok()).collect();
    let first = groups.iter().position(|group| *group != 0).unwrap_or(groups.len());
    let last = groups.iter().rposition(|group| *group != 0).map_or(first, |last| last + 1);
    let digits = groups.get(first..last).unwrap_or_default();
    let weight = (groups.len() - behind / 4) as i16 - 1 - first as i16;
    let sign: u16 = if number < 0 { 0x4000 } else { 0 };
    let mut bytes = Vec::with_capacity(8 + 2 * digits.len());
    bytes.extend((digits.len() as i16).to_be_bytes());
    bytes.extend(if digits.is_empty() { 0 } else { weight }.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend((scale as u16).to_be_bytes());
    digits.iter().for_each(|group| bytes.extend(group.to_be_bytes()));
    bytes
}

const HAS_SRID: u32 = 0x2000_0000;
/// More than any geometry has collections within collections.
const DEPTH: usize = 32;

/// The head of a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub kind: u32,
    pub srid: i32,
    is_little: bool,
    /// Numbers of a position.
    dimensions: usize,
    /// Where its contents begin.
    start: usize,
}

/// The head of a geometry, at a place.
pub(super) fn head(bytes: &[u8], at: usize) -> Option<Head> {
    let is_little = match bytes.get(at)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let code = number(bytes, at + 1, is_little)?;
    let has_srid = code & HAS_SRID != 0;
    let srid = if has_srid { number(bytes, at + 5, is_little)? as i32 } else { 0 };
    let dimensions = 2 + usize::from(code >> 31 == 1) + usize::from((code >> 30) & 1 == 1);
    Some(Head { kind: code & 0xff, srid, is_little, dimensions, start: at + 5 + if has_srid { 4 } else { 0 } })
}

fn number(bytes: &[u8], at: usize, is_little: bool) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(if is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
}

/// The position of a geometry that is a point; none for another one, and for one without a position.
pub(super) fn point(bytes: &[u8]) -> Option<(f64, f64)> {
    let head = head(bytes, 0).filter(|head| head.kind == 1)?;
    let coordinate = |at: usize| {
        let eight = bytes.get(at..at + 8)?.try_into().ok()?;
        Some(if head.is_little { f64::from_le_bytes(eight) } else { f64::from_be_bytes(eight) })
    };
    let at = (coordinate(head.start)?, coordinate(head.start + 8)?);
    (at.0.is_finite() && at.1.is_finite()).then_some(at)
}

/// The name of a kind of geometry that has no place here, as one of arcs, wherever in a geometry it stands.
///
/// # Errors
///
/// What is no geometry.
pub(super) fn foreign(bytes: &[u8]) -> Result<Option<&'static str>, String> {
    let mut found = None;
    passed(bytes, 0, DEPTH, &mut found).ok_or("it is no geometry")?;
    Ok(found)
}

/// Where a geometry ends.
fn passed(bytes: &[u8], at: usize, depth: usize, found: &mut Option<&'static str>) -> Option<usize> {
    let head = head(bytes, at)?;
    let count = |at: usize| number(bytes, at, head.is_little).map(|count| count as usize);
    let position = 8 * head.dimensions;
    let line = |at: usize| at.checked_add(4)?.checked_add(count(at)?.checked_mul(position)?);
    let end = match head.kind {
        1 => head.start.checked_add(position)?,
        2 => line(head.start)?,
        3 => (0..count(head.start)?).try_fold(head.start + 4, |at, _| line(at).filter(|end| *end <= bytes.len()))?,
        4..=7 => {
            let mut end = head.start.checked_add(4)?;
            for _ in 0..count(head.start)? {
                end = passed(bytes, end, depth.checked_sub(1)?, found)?;
                // What stands behind a part that is not known cannot be found.
                if found.is_some() {
                    return Some(bytes.len());
                }
            }
            end
        }
        kind => {
            *found = Some(name(kind));
            bytes.len()
        }
    };
    (end <= bytes.len()).then_some(end)
}

/// The name of a kind of geometry.
pub(super) fn name(kind: u32) -> &'static str {
    match kind {
        1 => "Point",
        2 => "LineString",
        3 => "Polygon",
        4 => "MultiPoint",
        5 => "MultiLineString",
        6 => "MultiPolygon",
        7 => "GeometryCollection",
        8 => "CircularString",
        9 => "CompoundCurve",
        10 => "CurvePolygon",
        11 => "MultiCurve",
        12 => "MultiSurface",
        15 => "PolyhedralSurface",
        16 => "TIN",
        17 => "Triangle",
        _ => "a geometry of an unknown kind",
    }
}

/// Well-known binary, least significant bytes first, with the number of a reference.
pub(super) fn with_srid(wkb: &[u8], srid: i32) -> Vec<u8> {
    let (Some(order), Some(code), true) = (wkb.first(), number(wkb, 1, true), srid > 0) else { return wkb.to_vec() };
    let mut bytes = Vec::with_capacity(wkb.len() + 4);
    bytes.push(*order);
    bytes.extend((code | HAS_SRID).to_le_bytes());
    bytes.extend(srid.to_le_bytes());
    bytes.extend(wkb.get(5..).unwrap_or_default());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_come_back() {
        for (number, scale) in [
            (0, 0),
            (0, 3),
            (1, 0),
            (-1, 2),
            (10_000, 0),
            (123_456_789, 4),
            (120_050, 2),
            (-99_999_999_999_999_999_999, 10),
            (5, 9),
            (10_i128.pow(37), 38),
            (10_i128.pow(38) - 1, 0),
        ] {
            assert_eq!(decimal(&of_decimal(number, scale), scale), Ok(Some(number)), "{number} {scale}");
        }
        // 1200.5, as PostgreSQL 15 sends it.
        let sent = [0, 2, 0, 0, 0, 0, 0, 2, 0x04, 0xb0, 0x13, 0x88];
        assert_eq!(decimal(&sent, 2), Ok(Some(120_050)));
        assert_eq!(of_decimal(120_050, 2), sent);
        assert_eq!(decimal(&[0, 0, 0, 0, 0xc0, 0, 0, 0], 2), Ok(None));
        assert!(decimal(&[0, 1], 2).is_err());
    }

    #[test]
    fn rows_are_cut_where_they_end() {
        let mut bytes = [SIGNATURE.as_slice(), &[0; 8]].concat();
        let start = header(&bytes).unwrap().unwrap();
        for cell in ["a", "bcd"] {
            bytes.extend([0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, cell.len() as u8]);
            bytes.extend(cell.as_bytes());
        }
        let end = bytes.len();
        assert_eq!(whole(&bytes, start, 2), Ok(Whole { rows: 2, end, is_last: false }));
        assert_eq!(whole(&bytes[..end - 1], start, 2).unwrap().rows, 1);
        assert!(whole(&bytes, start, 3).is_err());
        bytes.extend([0xff, 0xff]);
        assert_eq!(whole(&bytes, start, 2), Ok(Whole { rows: 2, end: end + 2, is_last: true }));
        for cut in 0..start {
            assert_eq!(header(&bytes[..cut]), Ok(None));
        }
    }

    #[test]
    fn geometries_are_known_by_their_heads() {
        let point_of = |code: u32| {
            let mut bytes = vec![1];
            bytes.extend(code.to_le_bytes());
            bytes
        };
        let mut wkb = point_of(1);
        wkb.extend(120.5_f64.to_le_bytes());
        wkb.extend(30.5_f64.to_le_bytes());
        let with = with_srid(&wkb, 4490);
        assert_eq!(head(&with, 0).map(|head| (head.kind, head.srid)), Some((1, 4490)));
        assert_eq!((point(&with), point(&wkb)), (Some((120.5, 30.5)), Some((120.5, 30.5))));
        assert_eq!(foreign(&with), Ok(None));
        // A collection of a circular string, and one that never ends.
        let mut arcs = point_of(7);
        arcs.extend(1_u32.to_le_bytes());
        arcs.extend(point_of(8));
        assert_eq!(foreign(&arcs), Ok(Some("CircularString")));
        let mut deep: Vec<u8> = Vec::new();
        for _ in 0..100_000 {
            deep.extend(point_of(7));
            deep.extend(1_u32.to_le_bytes());
        }
        assert!(foreign(&deep).is_err() && foreign(&wkb[..12]).is_err());
        let mut endless = point_of(2);
        endless.extend(u32::MAX.to_le_bytes());
        assert!(foreign(&endless).is_err());
    }
}

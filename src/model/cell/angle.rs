use super::number::{folded, plain, written};

/// Reads a coordinate: a number as [`number`](super::number()) reads it, or an angle in degrees, minutes and seconds, with or
/// without the side of the Earth. South and west are negative. Returns `None` for anything else.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// for cell in ["120.5", "E120.5°", "东经120.5度", "120°30′00″E", "120度30分", "120 30 00", "120:30:00"] {
///     assert_eq!(cell::coordinate(cell), Some(120.5), "{cell}");
/// }
/// assert_eq!(cell::coordinate("绍兴"), None);
/// ```
#[inline]
#[must_use]
pub fn coordinate(cell: &str) -> Option<f64> {
    plain(cell).or_else(|| {
        let text = folded(cell);
        written(&text).or_else(|| angle(&text))
    })
}

/// What a coordinate may be called before it. The longer ones come first.
const LABELS: [&str; 9] = ["LONGITUDE", "LATITUDE", "LON", "LNG", "LAT", "經度", "緯度", "经度", "纬度"];

/// How a coordinate may begin: the side of the Earth it is on.
const PREFIXES: [(&str, f64); 10] = [
    ("东经", 1.0),
    ("西经", -1.0),
    ("北纬", 1.0),
    ("南纬", -1.0),
    ("东", 1.0),
    ("北", 1.0),
    ("E", 1.0),
    ("N", 1.0),
    ("W", -1.0),
    ("S", -1.0),
];

/// How a coordinate may end: the side of the Earth it is on.
const SUFFIXES: [(&str, f64); 8] =
    [("东经", 1.0), ("北纬", 1.0), ("西经", -1.0), ("南纬", -1.0), ("E", 1.0), ("N", 1.0), ("W", -1.0), ("S", -1.0)];

fn angle(text: &str) -> Option<f64> {
    let upper = text.to_uppercase();
    let mut rest = upper.trim();
    if let Some(label) = LABELS.iter().find(|label| rest.starts_with(**label)) {
        rest = rest[label.len()..].trim_start_matches([':', ' ']);
    }
    let mut sign = 1.0;
    if let Some((prefix, side)) = PREFIXES.iter().find(|(prefix, _)| rest.starts_with(prefix)) {
        rest = rest[prefix.len()..].trim_start_matches([':', ' ']);
        sign = *side;
    } else if let Some((suffix, side)) = SUFFIXES.iter().find(|(suffix, _)| rest.ends_with(suffix))
        && !ends_in_seconds(rest)
    {
        rest = rest[..rest.len() - suffix.len()].trim_end();
        sign = *side;
    }
    if let Some(positive) = rest.strip_prefix('-') {
        (rest, sign) = (positive, -sign);
    }
    parts(rest.strip_prefix('+').unwrap_or(rest)).map(|degrees| sign * degrees)
}

/// Whether the S at the end is that of seconds, as in 30d30m12s, and not that of the south.
fn ends_in_seconds(upper: &str) -> bool {
    upper.contains('M')
        && upper.strip_suffix('S').is_some_and(|rest| rest.ends_with(|last: char| last.is_ascii_digit()))
}

/// Degrees, minutes and seconds, each with its mark or by its order.
fn parts(text: &str) -> Option<f64> {
    const LARGEST_DEGREES: f64 = 360.0;
    let mut degrees = 0.0;
    let mut rest = text;
    let mut next = 0;
    let mut ended = false;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(end);
        let mark_end = behind.find(|character: char| character.is_ascii_digit()).unwrap_or(behind.len());
        let (mark, behind) = behind.split_at(mark_end);
        let value: f64 = digits.parse().ok()?;
        let unit = unit(mark.trim(), next, behind.is_empty())?;
        // Only the last part has decimals, and each part comes once and in order.
        if ended || unit != next || unit > 2 || (unit > 0 && value > 60.0) || (unit == 0 && value > LARGEST_DEGREES) {
            return None;
        }
        ended = digits.contains('.');
        degrees += value / [1.0, 60.0, 3600.0][unit];
        next = unit + 1;
        rest = behind;
    }
    (next > 0).then_some(degrees)
}

/// What a part is by the mark behind it: 0 degrees, 1 minutes, 2 seconds.
fn unit(mark: &str, next: usize, is_last: bool) -> Option<usize> {
    const MINUTES: [char; 9] = ['′', '\'', '’', '‘', '´', '`', '分', 'M', 'ʹ'];
    const SECONDS: [char; 7] = ['″', '"', '”', '“', '秒', '〃', 'S'];
    match mark {
        // A blank, or nothing behind the last part.
        "" | ":" | "-" if !is_last => Some(next),
        "" => Some(next),
        "°" | "º" | "˚" | "∘" | "度" | "D" | "DEG" | "℃" => Some(0),
        _ if mark.chars().all(|character| SECONDS.contains(&character)) && mark.chars().count() == 1 => Some(2),
        _ if mark.chars().all(|character| MINUTES.contains(&character)) => match mark.chars().count() {
            1 => Some(1),
            // Two apostrophes are written for seconds.
            2 => Some(2),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_is_one_angle() {
        // 120.52 is 120°31′12″.
        for cell in [
            "120.52",
            "+120.52",
            "E120.52",
            "120.52E",
            "120.52°",
            "E120.52°",
            "120.52°E",
            "东经120.52",
            "东经120.52度",
            "东经：120.52",
            "经度:120.52",
            "120.52 E",
            "１２０．５２",
            "１２０°３１′１２″",
            "120。52",
            "120. 52",
            "'120.52",
            "\u{a0}120.52\u{a0}",
            "1.2052e+02",
            "120°31′12″",
            "120°31′12.00″E",
            "E120°31′12″",
            "120°31'12\"",
            "120°31'12''",
            "120°31’12”",
            "120° 31′ 12″",
            "120º31´12\"",
            "120度31分12秒",
            "东经120度31分12秒",
            "120:31:12",
            "120 31 12.00",
            "120 31 12",
            "120-31-12",
            "120d31m12\"",
            "120d31m12s",
            "120d 31m 12.00s E",
            "E120d31m12s",
            "Lon: 120.52",
            "lng 120.52°E",
            "e120°31'12\"",
            "120°31.2′",
            "120:31.2",
            "120度31.2分",
            "120°31′12",
        ] {
            let found = coordinate(cell);
            assert!(found.is_some_and(|found| (found - 120.52).abs() < 1e-12), "{cell}: {found:?}");
        }
        for cell in ["-30°30′", "S30.5", "30.5°S", "南纬30度30分", "30°30′W", "30d30m0s S", "Lat: 30.5S"] {
            assert_eq!(coordinate(cell), Some(-30.5), "{cell}");
        }
        assert_eq!(coordinate("120°31′60.00″"), Some(120.0 + 31.0 / 60.0 + 60.0 / 3600.0));
    }

    #[test]
    fn metres_may_be_grouped() {
        for cell in ["40,550,163.149", "40 550 163.149", "４０５５０１６３．１４９", "40550163.149"] {
            assert_eq!(coordinate(cell), Some(40_550_163.149), "{cell}");
        }
    }

    #[test]
    fn what_is_no_coordinate_is_none() {
        for cell in [
            "",
            "#N/A",
            "NULL",
            "nan",
            "inf",
            "无",
            "120.5,30.02",
            "120,52",
            "E",
            "°",
            "120°61′00″",
            "120°31′61″",
            "400°",
            "120.5°30′",
            "120′31″",
            "31′12″",
            "120°31°12°",
            "120°31′12″13",
            "绍兴120",
            "东",
            "120°31′12″°",
            "1.2.3°",
            "120°12″",
            "2020-09-30",
        ] {
            assert_eq!(coordinate(cell), None, "{cell}");
        }
    }
}

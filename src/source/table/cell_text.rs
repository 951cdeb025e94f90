//! Cells of workbooks as text.

use calamine::Data;

/// A cell as text: dates in ISO 8601, whole numbers without decimals, those of more than fifteen digits, which a
/// spreadsheet has cut, in scientific notation. What is blank is empty.
pub(super) fn cell_text(cell: &Data) -> Option<String> {
    /// What a spreadsheet keeps of a number.
    const EXACT: f64 = 1e15;
    let text = match cell {
        Data::Empty => return None,
        Data::String(text) => text.clone(),
        Data::DurationIso(text) => clock_of_iso(text).unwrap_or_else(|| text.clone()),
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) if number.abs() >= EXACT && number.is_finite() => {
            let text = format!("{number:E}");
            text.replace('E', "E+")
        }
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        // Degrees, minutes and seconds are kept as hours in `[h]°mm′ss″`.
        Data::DateTime(moment) if moment.is_duration() => clock(moment.as_f64() * 86_400.0),
        Data::DateTime(moment) => match moment.as_datetime() {
            Some(moment) if moment.time() == chrono::NaiveTime::MIN => moment.date().to_string(),
            Some(moment) => moment.to_string(),
            None => moment.as_f64().to_string(),
        },
        Data::Error(error) => error.to_string(),
    };
    (!text.trim().is_empty()).then_some(text)
}

/// A time as hours, minutes and seconds: `120:31:12`.
fn clock(seconds: f64) -> String {
    /// A spreadsheet keeps fifteen digits: of 120 hours, some nanoseconds.
    const PARTS: f64 = 1e6;
    let parts = (seconds.abs() * PARTS).round();
    let whole = (parts / PARTS).floor();
    let (hours, minutes) = ((whole / 3600.0).floor(), (whole % 3600.0 / 60.0).floor());
    let rest = parts / PARTS - hours * 3600.0 - minutes * 60.0;
    let sign = if seconds < 0.0 { "-" } else { "" };
    let rest = format!("{rest:09.6}");
    format!("{sign}{hours}:{minutes:02}:{}", rest.trim_end_matches('0').trim_end_matches('.'))
}

/// Returns hours, minutes and seconds of a duration of ISO 8601 such as `PT120H31M12S`.
fn clock_of_iso(text: &str) -> Option<String> {
    let mut seconds = 0.0;
    let mut rest = text.strip_prefix("PT")?;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let value: f64 = rest.get(..end)?.replace(',', ".").parse().ok()?;
        seconds += value
            * match rest.get(end..=end)? {
                "H" => 3600.0,
                "M" => 60.0,
                "S" => 1.0,
                _ => return None,
            };
        rest = rest.get(end + 1..)?;
    }
    Some(clock(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_a_day_are_angles_for_whoever_asks() {
        assert_eq!(clock(120.52 * 3600.0), "120:31:12");
        assert_eq!(clock(5.021_666_666_666_667 * 86_400.0), "120:31:12");
        assert_eq!(clock(1.5), "0:00:01.5");
        assert_eq!(clock(-90.0), "-0:01:30");
        assert_eq!(clock_of_iso("PT120H31M12.5S").as_deref(), Some("120:31:12.5"));
        assert_eq!(clock_of_iso("PT1X"), None);
    }

    #[test]
    fn numbers_that_a_spreadsheet_has_cut_show_it() {
        assert_eq!(cell_text(&Data::Float(913_306_020_000_000_000.0)).as_deref(), Some("9.1330602E+17"));
        assert_eq!(cell_text(&Data::Float(123_456_789_012_345.0)).as_deref(), Some("123456789012345"));
        assert_eq!(cell_text(&Data::Float(5.0)).as_deref(), Some("5"));
    }
}

//! Dates and moments as files write them, in the one way in which layers hold them.

/// A day as `2020-09-30`; `None` for what is none.
pub(super) fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['-', '/']).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |text: &str, range: std::ops::RangeInclusive<u32>| {
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| is_digits && range.contains(number))
    };
    let (year, month, day) = (number(year, 0..=9999)?, number(month, 1..=12)?, number(day, 1..=31)?);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// A moment as `2020-09-30 08:15:00+08`, the zone where the file states one; `None` for what is none.
pub(super) fn moment(text: &str) -> Option<String> {
    let text = text.trim();
    let Some((day, time)) = text.split_once(['T', ' ']) else {
        return date(text).map(|day| format!("{day} 00:00:00"));
    };
    let day = date(day)?;
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    let parts: Vec<&str> = time.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let whole = |text: &str, limit: u32| text.parse::<u32>().ok().filter(|number| *number < limit && text.len() <= 2);
    let (hour, minute) = (whole(hour, 24)?, whole(minute, 60)?);
    let second: f64 = second.parse().ok().filter(|second| (0.0..61.0).contains(second))?;
    let second = if second.fract() == 0.0 { format!("{second:02}") } else { format!("{second:06.3}") };
    let zone = match zone {
        "" => String::new(),
        "Z" | "z" => "+00".to_owned(),
        _ => {
            let digits = zone[1..].replace(':', "");
            let is_zone = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
            let minutes = digits.get(2..).filter(|minutes| !matches!(*minutes, "" | "00")).unwrap_or_default();
            is_zone.then(|| format!("{}{}{minutes}", &zone[..1], &digits[..2]))?
        }
    };
    Some(format!("{day} {hour:02}:{minute:02}:{second}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_one_way() {
        for (text, expected) in [
            ("2020-09-30T08:15:00Z", "2020-09-30 08:15:00+00"),
            ("2020-09-30T08:15:00.250Z", "2020-09-30 08:15:00.250+00"),
            ("2020-09-30 08:15:07", "2020-09-30 08:15:07"),
            ("2020/09/30T08:15:00+08:00", "2020-09-30 08:15:00+08"),
            ("2020-09-30T08:15+05:30", "2020-09-30 08:15:00+0530"),
            ("2020-09-30", "2020-09-30 00:00:00"),
        ] {
            assert_eq!(moment(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "yesterday", "2020-13-01T00:00:00Z", "2020-09-30T25:00:00", "2020-09-30T08", "2020-09-30T08:15:00+x"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(date("2020-9-3").as_deref(), Some("2020-09-03"));
        assert_eq!(date("2020-09"), None);
    }
}

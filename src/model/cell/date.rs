use chrono::{Datelike as _, Days, NaiveDate};

use super::{half_width, text};

/// Reads a date as offices write it: `2020-09-30`, `2020/9/30`, `2020.9.30`, `2020年9月30日`, `二〇二〇年九月三十日`, `20200930`,
/// `30/9/2020` where the day shows which is the month, `Sep 30, 2020`, or a spreadsheet's serial number (days since
/// 1899-12-30), each with or without a time of day after it. Returns `None` for anything that does not name one whole day
/// between 1949 and 2099, such as `2020年9月`, `9月30日`, `20.9.30` or `2020年9月底`.
///
/// # Examples
///
/// ```
/// use chrono::NaiveDate;
/// use jiju::model::cell;
/// let day = NaiveDate::from_ymd_opt(2020, 9, 30);
/// assert_eq!(cell::date("2020年9月30日"), day);
/// assert_eq!(cell::date("２０２０．９．３０"), day);
/// assert_eq!(cell::date("2020年9月"), None);
/// ```
#[must_use]
pub fn date(cell: &str) -> Option<NaiveDate> {
    let text = half_width(text(cell));
    if text.contains('年') {
        return of_characters(&text);
    }
    let text = joined(&text);
    let text = text.trim_end_matches(['.', '日', '号']);
    let (day, clock) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    if is_clock(clock) {
        for separator in ['-', '/', '.'] {
            let mut parts = day.split(separator);
            if let (Some(first), Some(second), Some(third), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            {
                return numbered(first, second, third).or_else(|| named_month(text));
            }
        }
        if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
            return calendar_date(&day[..4], &day[4..6], &day[6..]);
        }
        if let Some(serial) = serial(day) {
            return spreadsheet_date(serial);
        }
    }
    named_month(text)
}

/// Returns the day of a spreadsheet's serial number, counted from 1899-12-30.
#[must_use]
pub fn spreadsheet_date(serial: u64) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    in_living_memory(epoch.checked_add_days(Days::new(serial))?)
}

/// A serial number of five digits, with or without a part of the day.
fn serial(text: &str) -> Option<u64> {
    let whole = text.split('.').next()?;
    (whole.len() == 5 && text.parse::<f64>().is_ok()).then(|| whole.parse().ok()).flatten()
}

/// With one kind of separator, and no blanks around it.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut blank = false;
    for character in text.chars() {
        let character = match character {
            '。' | '、' => '.',
            '\\' => '/',
            other => other,
        };
        if character.is_whitespace() {
            blank = true;
            continue;
        }
        let is_separator = |character: char| matches!(character, '-' | '/' | '.');
        if std::mem::take(&mut blank) && !is_separator(character) && !joined.ends_with(is_separator) {
            joined.push(' ');
        }
        joined.push(character);
    }
    joined
}

/// `2020年9月30日上午`, in digits or characters.
fn of_characters(text: &str) -> Option<NaiveDate> {
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let rest = rest.trim();
    let is_numeral = |character: char| character.is_ascii_digit() || numeral(character).is_some();
    let end = rest.find(|character: char| !is_numeral(character)).unwrap_or(rest.len());
    let (day, behind) = rest.split_at(end);
    let behind = behind.trim_start().trim_start_matches(['日', '号']);
    is_clock(behind).then(|| calendar_date(&digits(year)?, &digits(month)?, &digits(day)?)).flatten()
}

/// The value of a Chinese numeral below ten, and ten.
fn numeral(character: char) -> Option<u32> {
    const ORDER: [char; 11] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
    match character {
        '零' | '○' | 'Ο' | 'О' => Some(0),
        _ => ORDER.iter().position(|one| *one == character).and_then(|place| u32::try_from(place).ok()),
    }
}

/// A number in digits: as it stands, or `三十` and `二〇二〇` in digits.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    let places: Vec<u32> = text.chars().map(numeral).collect::<Option<_>>()?;
    match places.as_slice() {
        [10] => Some("10".to_owned()),
        [10, one] => Some((10 + one).to_string()),
        [tens, 10] => Some((tens * 10).to_string()),
        [tens, 10, one] => Some((tens * 10 + one).to_string()),
        places => places.iter().all(|place| *place < 10).then(|| places.iter().map(u32::to_string).collect()),
    }
}

/// Year, month and day in the order that the year and the day show.
fn numbered(first: &str, second: &str, third: &str) -> Option<NaiveDate> {
    if first.len() == 4 {
        return calendar_date(first, second, third);
    }
    let (one, other): (u32, u32) = (first.parse().ok()?, second.parse().ok()?);
    match (one > 12, other > 12) {
        _ if third.len() != 4 => None,
        (true, false) => calendar_date(third, second, first),
        (false, true) => calendar_date(third, first, second),
        _ if one == other => calendar_date(third, first, second),
        _ => None,
    }
}

/// `Sep 30, 2020`, `30 September 2020`, `30-Sep-2020`.
fn named_month(text: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = text.split([' ', ',', '-', '/', '.']).filter(|part| !part.is_empty()).collect();
    let [_, _, year] = parts[..] else { return None };
    let place = parts.iter().position(|part| part.len() >= 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
    let day = *parts.get(1_usize.checked_sub(place)?)?;
    let name = parts.get(place)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| name.starts_with(month))? + 1;
    (year.len() == 4).then(|| calendar_date(year, &month.to_string(), day)).flatten()
}

/// Whether what stands behind a day is a time of it, or its name.
fn is_clock(text: &str) -> bool {
    let text = text.trim();
    let text = ["上午", "下午", "中午", "晚上", "星期", "周"]
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, ""));
    text.chars()
        .all(|character| character.is_ascii_digit() || " :.+-TZ()时分秒一二三四五六日天AaPpMm".contains(character))
}

fn calendar_date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |text: &str| {
        let text = text.trim();
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(number(year)?).ok()?;
    in_living_memory(NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?)
}

/// A ledger of the year 20 or 20200 is a slip of the hand.
fn in_living_memory(date: NaiveDate) -> Option<NaiveDate> {
    (1949..2100).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_spelling_are_one_date() {
        let expected = NaiveDate::from_ymd_opt(2020, 9, 30);
        for text in [
            "2020-09-30",
            "2020/9/30",
            "2020.9.30",
            "2020年9月30日",
            "2020年9月30号",
            "2020年09月30",
            "20200930",
            "44104",
            "44104.75",
            "44104.0",
            "2020-09-30 00:00:00",
            "2020-09-30T08:30:00",
            "2020-09-30T00:00:00Z",
            "２０２０年９月３０日",
            "２０２０．９．３０",
            "2020。9。30",
            "2020.09.30 ",
            "2020-09-30 08:30",
            "2020年9月30日上午",
            "2020年9月30日 10:30",
            "2020.9.30日",
            "2020、9、30",
            "30/9/2020",
            "9/30/2020",
            "Sep 30, 2020",
            "30 September 2020",
            "30-Sep-2020",
            "二〇二〇年九月三十日",
            "二零二零年九月三十日",
            "2020 年 9 月 30 日",
            "2020/9/30 0:00",
            "2020\\9\\30",
            "2020.9.30。",
            "2020-0９-30",
            "2020 - 9 - 30",
            "'2020-09-30",
            "2020年9月30日 星期三",
            "2020年9月30日（周三）",
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
        assert_eq!(date("二〇二一年十一月二十五日"), NaiveDate::from_ymd_opt(2021, 11, 25));
        assert_eq!(date("5/5/2020"), NaiveDate::from_ymd_opt(2020, 5, 5));
    }

    #[test]
    fn what_names_no_whole_day_is_none() {
        for text in [
            "",
            "2020-13-05",
            "2020-02-30",
            "5月28日",
            "2020年5月",
            "28/13/2020",
            "20-5-28",
            "439",
            "4e400",
            "-1-2-3",
            "年月日",
            "日",
            "2020.9",
            "2020年9月",
            "9月30日",
            "20.9.30",
            "2020-9-31",
            "2020.9.30-2020.10.8",
            "2020年9月底",
            "1601395200",
            "/",
            "无",
            "2020.09.30前",
            "3/4/2020",
            "2020年9月30日前",
            "Sep 2020",
            "May",
            "200年9月30日",
            "十十年一月一日",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}

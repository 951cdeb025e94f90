//! Whatever the spelling, a cell means one thing; and whatever stands in it, reading it ends.

use chrono::{Datelike as _, NaiveDate};
use jiju::model::cell;
use jiju::model::credit_code::{self, is_cut};
use proptest::prelude::*;

/// A text in full-width digits and signs.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '!'..='~' => char::from_u32(u32::from(character) + 0xfee0).unwrap(),
            other => other,
        })
        .collect()
}

fn numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |digit: u32| DIGITS[digit as usize];
    match (number / 10, number % 10) {
        (0, one) => digit(one).to_owned(),
        (1, 0) => "十".to_owned(),
        (1, one) => format!("十{}", digit(one)),
        (tens, 0) => format!("{}十", digit(tens)),
        (tens, one) => format!("{}十{}", digit(tens), digit(one)),
    }
}

proptest! {
    #[test]
    fn angles_are_read_in_every_spelling(degrees in 0_u32..180, minutes in 0_u32..60, hundredths in 0_u32..6000) {
        let seconds = f64::from(hundredths) / 100.0;
        let expected = f64::from(degrees) + f64::from(minutes) / 60.0 + seconds / 3600.0;
        let spellings = [
            format!("{degrees}°{minutes}′{seconds}″"),
            format!("{degrees}°{minutes:02}'{seconds:05.2}\""),
            format!("{degrees}° {minutes}' {seconds}''"),
            format!("{degrees}º{minutes}’{seconds}”E"),
            format!("N{degrees}°{minutes}′{seconds}″"),
            format!("北纬{degrees}度{minutes}分{seconds}秒"),
            format!("{degrees}度{minutes}分{seconds}秒"),
            format!("{degrees}:{minutes}:{seconds}"),
            format!("{degrees} {minutes} {seconds:05.2}"),
            format!("{expected}"),
            format!("E{expected}°"),
            format!("东经{expected}度"),
            format!("'{expected}"),
            format!("=\"{expected}\""),
        ];
        for spelling in spellings.iter().cloned().chain(spellings[..12].iter().map(|spelling| full_width(spelling))) {
            let found = cell::coordinate(&spelling);
            prop_assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{spelling}: {found:?}");
        }
        for spelling in [format!("S{degrees}°{minutes}′{seconds}″"), format!("-{degrees}°{minutes}′{seconds}″")] {
            let found = cell::coordinate(&spelling);
            prop_assert!(found.is_some_and(|found| (found + expected).abs() < 1e-9), "{spelling}: {found:?}");
        }
    }

    #[test]
    fn numbers_are_read_in_every_spelling(whole in 0_u64..1_000_000_000_000, hundredths in 0_u32..100) {
        let plain = format!("{whole}.{hundredths:02}");
        let expected: f64 = plain.parse().unwrap();
        let digits = whole.to_string();
        let grouped = |separator: &str| {
            let groups: Vec<String> =
                digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8(group.to_vec()).unwrap()).collect();
            format!("{}.{hundredths:02}", groups.join(separator))
        };
        let spellings = [plain, grouped(","), grouped(" "), grouped("\u{a0}"), format!("+{}", grouped(","))];
        for spelling in spellings.iter().cloned().chain(spellings.iter().map(|spelling| full_width(spelling))) {
            prop_assert_eq!(cell::number(&spelling), Some(expected), "{}", spelling);
            prop_assert_eq!(cell::coordinate(&spelling), Some(expected), "{}", spelling);
        }
    }

    #[test]
    fn days_are_read_in_every_spelling(ordinal in 0_u64..18_000) {
        let day = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Days::new(ordinal);
        let (year, month, date) = (day.year(), day.month(), day.day());
        let years: String =
            year.to_string().chars().map(|digit| numeral(digit.to_digit(10).unwrap())).collect();
        let serial = day.signed_duration_since(NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days();
        let spellings = [
            format!("{day}"),
            format!("{year}/{month}/{date}"),
            format!("{year}.{month}.{date}"),
            format!("{year}、{month}、{date}"),
            format!("{year}年{month}月{date}日"),
            format!("{year} 年 {month} 月 {date} 日"),
            format!("{years}年{}月{}日", numeral(month), numeral(date)),
            format!("{year}{month:02}{date:02}"),
            format!("{}", day.format("%b %d, %Y")),
            format!("{day}T08:30:00Z"),
        ];
        for spelling in spellings.iter().cloned().chain(spellings[..6].iter().map(|spelling| full_width(spelling))) {
            prop_assert_eq!(cell::date(&spelling), Some(day), "{}", spelling);
        }
        if serial >= 10_000 {
            prop_assert_eq!(cell::date(&serial.to_string()), Some(day));
        }
    }

    #[test]
    fn any_text_is_read_to_its_end(text in "\\PC{0,24}") {
        let _ = (cell::number(&text), cell::coordinate(&text), cell::date(&text), cell::is_sum(&text));
        prop_assert!(cell::text(&text).len() <= text.len() && cell::key(&text).len() <= text.len());
    }

    #[test]
    fn what_a_spreadsheet_leaves_of_a_code_is_cut(body in "9[1-3][0-9]{15}") {
        let Some(check) = credit_code::check_character(&body) else { return Ok(()) };
        let code = format!("{body}{check}");
        if check.is_ascii_digit() {
            // A spreadsheet keeps fifteen digits of a number.
            let digits = format!("{}000", &code[..15]);
            prop_assert!(is_cut(&digits), "{digits}");
            let number: f64 = digits.parse().unwrap();
            let scientific = format!("{number:E}").replace('E', "E+");
            prop_assert!(is_cut(&scientific), "{scientific}");
            prop_assert!(code == digits || !is_cut(&code) || code.ends_with("000"));
        } else {
            prop_assert!(!is_cut(&code), "{code}");
        }
    }
}

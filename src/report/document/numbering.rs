//! Numbers of headings: 一、（一）1. in Chinese, 1 1.1 1.1.1 in English.

use crate::model::Language;

/// Counts headings.
pub(super) struct Counter {
    language: Language,
    counts: [u32; 3],
}

impl Counter {
    pub(super) const fn new(language: Language) -> Self {
        Self { language, counts: [0; 3] }
    }

    /// The number of the next heading of a level, with the mark after it.
    pub(super) fn next(&mut self, level: u8) -> String {
        let place = usize::from(level.clamp(1, 3)) - 1;
        self.counts[place] += 1;
        self.counts[place + 1..].fill(0);
        let number = self.counts[place];
        match (self.language, place) {
            (Language::Zh, 0) => format!("{}、", chinese(number)),
            (Language::Zh, 1) => format!("（{}）", chinese(number)),
            (Language::Zh, _) => format!("{number}．"),
            (Language::En, _) => {
                let parts: Vec<String> = self.counts[..=place].iter().map(u32::to_string).collect();
                format!("{} ", parts.join("."))
            }
        }
    }
}

/// A number below 100 in Chinese; others in digits.
fn chinese(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |number: u32| DIGITS.get(number as usize).copied().unwrap_or_default();
    match number {
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number - 10)),
        20..=99 => format!("{}十{}", digit(number / 10), digit(number % 10)),
        _ => number.to_string(),
    }
}

/// How many characters at the begin of a heading of a level are its number, as [`Counter`] makes it; 0 where it has none.
pub(super) fn number_length(heading: &str, level: u8) -> usize {
    let count = |text: &str, is_it: &dyn Fn(char) -> bool| text.chars().take_while(|one| is_it(*one)).count();
    let chinese = |one: char| "一二三四五六七八九十".contains(one);
    let behind = |text: &str, from: usize, mark: char| text.chars().nth(from) == Some(mark);
    let digits = count(heading, &|one| one.is_ascii_digit() || one == '.');
    let own = match level {
        1 => count(heading, &chinese),
        2 if behind(heading, 0, '（') => count(heading.trim_start_matches('（'), &chinese),
        _ => digits,
    };
    match level {
        1 if own > 0 && behind(heading, own, '、') => own + 1,
        2 if own > 0 && behind(heading, own + 1, '）') && behind(heading, 0, '（') => own + 2,
        3 if own > 0 && behind(heading, own, '．') => own + 1,
        _ if digits > 0 && behind(heading, digits, ' ') => digits + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_numbered_by_level() {
        let mut counter = Counter::new(Language::Zh);
        let numbers: Vec<String> = [1, 2, 2, 3, 1, 2].into_iter().map(|level| counter.next(level)).collect();
        assert_eq!(numbers, ["一、", "（一）", "（二）", "1．", "二、", "（一）"]);
        let lengths =
            [("一、总体", 1), ("（十一）企业", 2), ("2．核查", 3), ("1.2 Lists", 2), ("总体", 1), ("一般企业", 1)];
        assert_eq!(lengths.map(|(heading, level)| number_length(heading, level)), [2, 4, 2, 4, 0, 0]);
        assert_eq!([10, 11, 20, 42].map(chinese), ["十", "十一", "二十", "四十二"]);
        let mut counter = Counter::new(Language::En);
        let numbers: Vec<String> = [1, 2, 3, 1].into_iter().map(|level| counter.next(level)).collect();
        assert_eq!(numbers, ["1 ", "1.1 ", "1.1.1 ", "2 "]);
    }
}

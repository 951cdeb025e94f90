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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_numbered_by_level() {
        let mut counter = Counter::new(Language::Zh);
        let numbers: Vec<String> = [1, 2, 2, 3, 1, 2].into_iter().map(|level| counter.next(level)).collect();
        assert_eq!(numbers, ["一、", "（一）", "（二）", "1．", "二、", "（一）"]);
        assert_eq!([10, 11, 20, 42].map(chinese), ["十", "十一", "二十", "四十二"]);
        let mut counter = Counter::new(Language::En);
        let numbers: Vec<String> = [1, 2, 3, 1].into_iter().map(|level| counter.next(level)).collect();
        assert_eq!(numbers, ["1 ", "1.1 ", "1.1.1 ", "2 "]);
    }
}

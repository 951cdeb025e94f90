//! Numbers and lists as sentences have them.

use crate::model::column::percent;
use crate::model::{Counts, Language, column};
use crate::stats::Adjustment;

/// A number with thousands apart, and so many decimals.
pub(super) fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, behind) = text.split_once('.').map_or((text.as_str(), None), |(whole, behind)| (whole, Some(behind)));
    let mut apart = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            apart.push(',');
        }
        apart.push(digit);
    }
    let is_negative = value < 0.0 && text.chars().any(|digit| ('1'..='9').contains(&digit));
    let sign = if is_negative { "−" } else { "" };
    behind.map_or_else(|| format!("{sign}{apart}"), |behind| format!("{sign}{apart}.{behind}"))
}

/// A share in percent, or a dash.
pub(super) fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), percent)
}

/// Two ends, with a dash between them.
pub(super) fn range(ends: Option<(f64, f64)>, decimals: usize) -> Option<String> {
    ends.map(|(lower, upper)| format!("{}–{}", decimal(lower, decimals), decimal(upper, decimals)))
}

/// An amount of money.
pub(super) fn money(cny: f64, language: Language) -> String {
    match language {
        Language::Zh if cny.abs() >= 1e8 => format!("{}亿元", decimal(cny / 1e8, 2)),
        Language::Zh => format!("{}万元", decimal(cny / 1e4, 1)),
        Language::En if cny.abs() >= 1e9 => format!("{} billion CNY", decimal(cny / 1e9, 2)),
        Language::En => format!("{} million CNY", decimal(cny / 1e6, 2)),
    }
}

/// A distance.
pub(super) fn distance(metres: f64, language: Language) -> String {
    let is_whole = |value: f64| (value - value.round()).abs() < 1e-9;
    match metres >= 1000.0 {
        true => {
            let kilometres = metres / 1000.0;
            format!("{}{}", decimal(kilometres, usize::from(!is_whole(kilometres))), language.pick("千米", " km"))
        }
        false => format!("{}{}", decimal(metres, 0), language.pick("米", " m")),
    }
}

/// Words with what stands between them.
pub(super) fn list(words: &[String], language: Language) -> String {
    match language {
        Language::Zh => words.join("、"),
        Language::En => match words.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => words.join(", "),
        },
    }
}

/// Words whose first letter is a capital.
pub(super) fn begun(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What an adjustment of p is called.
pub(super) fn adjustment_name(adjustment: Adjustment, language: Language) -> &'static str {
    match adjustment {
        Adjustment::FalseDiscoveryRate => language.pick("错误发现率（Benjamini–Hochberg）", "false discovery rate"),
        Adjustment::BenjaminiYekutieli => "Benjamini–Yekutieli",
        Adjustment::Bonferroni => "Bonferroni",
        Adjustment::Holm => "Holm",
        _ => language.pick("不校正", "none"),
    }
}

/// What an amount is called.
pub(super) fn amount_name(name: &str, language: Language) -> &str {
    match name {
        Counts::FIRMS => language.pick("企业", "firms"),
        column::EMPLOYEES => language.pick("从业人员", "employees"),
        column::OUTPUT_CNY => language.pick("产值", "output"),
        column::TAX_CNY => language.pick("税收", "taxes"),
        column::LAND_MU => language.pick("用地", "land"),
        column::ENERGY_TCE => language.pick("能耗", "energy"),
        other => other,
    }
}

/// An amount with its unit.
pub(super) fn amount(name: &str, value: f64, language: Language) -> String {
    match name {
        Counts::FIRMS => format!("{}{}", decimal(value, 0), language.pick("家", "")),
        column::EMPLOYEES => format!("{}{}", decimal(value, 0), language.pick("人", "")),
        column::OUTPUT_CNY | column::TAX_CNY => money(value, language),
        column::LAND_MU => format!("{}{}", decimal(value, 0), language.pick("亩", " mu")),
        column::ENERGY_TCE => format!("{}{}", decimal(value, 0), language.pick("吨标准煤", " tce")),
        _ => decimal(value, 2),
    }
}

/// What the areas of a layer are called.
pub(super) fn layer_name(layer: &str, language: Language) -> &str {
    match layer {
        "district" => language.pick("区县", "districts"),
        "town" => language.pick("镇街", "towns"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart_and_no_negative_zero() {
        assert_eq!(decimal(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(decimal(-0.0004, 2), "0.00");
        assert_eq!(decimal(-1234.5, 0), "−1,234");
        assert_eq!(decimal(999.0, 0), "999");
    }

    #[test]
    fn money_is_told_in_the_unit_of_the_language() {
        assert_eq!(money(4.2e9, Language::Zh), "42.00亿元");
        assert_eq!(money(42_000.0, Language::Zh), "4.2万元");
        assert_eq!(money(4.2e9, Language::En), "4.20 billion CNY");
    }
}

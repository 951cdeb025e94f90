//! Names of firms, and whether two are those of one.

/// What stands in the names of many firms and tells none from another, the longest first.
const COMMON: [&str; 14] = [
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "有限公司",
    "经营部",
    "加工厂",
    "个体户",
    "公司",
    "集团",
    "工厂",
    "作坊",
    "厂",
    "店",
    "部",
];

/// The part of a name that tells a firm from others: without brackets, blanks, and what many names end in.
pub(super) fn stem(name: &str) -> String {
    let mut text: String = crate::model::half_width(name)
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '(' | ')' | '·' | '.' | ',' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    // One ending at a time, so that 某某集团有限公司 is 某某.
    while let Some(shorter) = COMMON.iter().find_map(|common| text.strip_suffix(common)) {
        if shorter.chars().count() < 2 {
            break;
        }
        text = shorter.to_owned();
    }
    text
}

/// Whether two names are of one firm, or of one that came out of the other: the same stem, one within the other, or hardly different.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (stem(one), stem(other));
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let length = short.chars().count();
    length >= 2
        && (short == long || (length >= 4 && long.contains(short.as_str())) || {
            length >= 5 && strsim::normalized_levenshtein(short, long) >= 0.8 && digits(short) == digits(long)
        })
}

/// The digits of a name: firms that are numbered are not alike.
fn digits(name: &str) -> String {
    name.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_by_what_tells_firms_apart() {
        assert_eq!(stem("绍兴 宏达印染（集团）有限公司"), "绍兴宏达印染");
        assert!(are_alike("绍兴宏达印染有限公司", "绍兴宏达印染厂"));
        assert!(are_alike("宏达印染有限公司", "绍兴宏达印染有限公司"));
        assert!(!are_alike("示例企业00001（印染）", "示例企业00002（印染）"));
        assert!(!are_alike("厂", "店"));
    }
}

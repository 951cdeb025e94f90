use super::{half_width, text};

/// The words that head sums.
const WORDS: [&str; 12] =
    ["合计", "小计", "总计", "共计", "累计", "合計", "小計", "總計", "总和", "總和", "汇总", "匯總"];
/// Words for all of a territory, which head its sums where they are the whole text.
const WHOLES: [&str; 5] = ["全市", "全区", "全县", "全省", "全国"];
/// English words that head sums, where they are the whole text.
const ENGLISH: [&str; 7] = ["total", "totals", "grandtotal", "subtotal", "sub-total", "sum", "subtotals"];
/// How long a word before the sum may be: 绍兴市越城区合计.
const LONGEST_PREFIX: usize = 12;

/// Returns whether a cell heads a row of sums: 合计, 小 计, 总计：, 合计（6家）, 越城区小计, Total.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert!(cell::is_sum("合 计"));
/// assert!(cell::is_sum("越城区小计："));
/// assert!(!cell::is_sum("绍兴合计算盘厂"));
/// ```
#[inline]
#[must_use]
pub fn is_sum(cell: &str) -> bool {
    /// The first byte of 计 and 計 in UTF-8.
    const FIRST: u8 = 0xe8;
    /// The longest of the English words, with some blanks.
    const LONGEST: usize = 20;
    let bytes = cell.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    // Nearly no cell comes further. A Chinese word begins or ends the cell, but for signs.
    let is_plain = first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric();
    let may_be = if is_plain {
        bytes.len() <= LONGEST && matches!(first.to_ascii_lowercase(), b't' | b's' | b'g')
    } else {
        bytes.contains(&FIRST) && cell.contains(['计', '計'])
            || cell.contains(['总', '總'])
            || cell.starts_with('全')
            || bytes.len() <= LONGEST && bytes.iter().any(|byte| matches!(byte, b't' | b'T' | b's' | b'S'))
    };
    may_be && heads_sum(cell)
}

fn heads_sum(cell: &str) -> bool {
    let folded: String = half_width(text(cell)).chars().filter(|character| !character.is_whitespace()).collect();
    let folded = folded.trim_matches(|character: char| matches!(character, ':' | '.' | '。' | ',' | '、' | '*' | '-'));
    if WHOLES.contains(&folded) {
        return true;
    }
    let counted = |rest: &str| rest.chars().all(is_count);
    // What follows the word is no word: `Subtotal (1)`, `Total: 600`.
    let of_letters =
        folded.find(|character: char| !character.is_ascii_alphabetic() && character != '-').unwrap_or(folded.len());
    let (word, rest) = folded.split_at(of_letters);
    if ENGLISH.iter().any(|english| word.eq_ignore_ascii_case(english)) && counted(rest) {
        return true;
    }
    WORDS.iter().any(|word| {
        folded.strip_prefix(word).is_some_and(counted)
            || folded.strip_suffix(word).is_some_and(|before| before.chars().count() <= LONGEST_PREFIX)
    })
}

/// What may follow the word: `合计（6家）`, `合计:100人`.
fn is_count(character: char) -> bool {
    character.is_ascii_digit() || "()（）[]:：,.%家户个人数元亩万吨项条".contains(character)
}

/// Returns whether a cell names a district, a town or the like and nothing in it: 越城区, 钱清镇, 斗门街道.
///
/// # Examples
///
/// ```
/// use jiju::model::cell;
/// assert!(cell::names_territory("越城区"));
/// assert!(!cell::names_territory("好又多超市"));
/// ```
#[must_use]
pub fn names_territory(cell: &str) -> bool {
    const ENDINGS: [&str; 8] = ["区", "县", "市", "镇", "乡", "街道", "縣", "鎮"];
    const OTHERS: [&str; 8] = ["超市", "小区", "园区", "厂区", "夜市", "商市", "菜市", "集市"];
    const LONGEST: usize = 8;
    let name = text(cell);
    let ends = |ending: &str| name.ends_with(ending);
    name.chars().nth(1).is_some()
        && name.chars().count() <= LONGEST
        && ENDINGS.iter().any(|ending| ends(ending))
        && !OTHERS.iter().any(|other| ends(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_told_from_firms() {
        for cell in [
            "合计",
            "合 计",
            "　小　计",
            "总计：",
            "共计",
            "累计",
            "合计（6家）",
            "合计6家",
            "越城区小计",
            "全市合计",
            "Total",
            "SUBTOTAL",
            "Grand Total",
            "sum",
            "本页小计:",
            "合計",
            "总和",
            "全市汇总",
            "A区合计",
            "合计6",
            "*Total*",
            "=\"Total\"",
            "Subtotal (1)",
            "Total: 600",
            "全市",
            "合计（元）",
        ] {
            assert!(is_sum(cell), "{cell}");
        }
        for cell in [
            "",
            "绍兴市合计算盘厂",
            "总和生活用品厂",
            "汇总信息科技有限公司",
            "Textile Works 5",
            "会计师事务所",
            "设计院",
            "共计科技有限公司",
            "Total Energy Ltd",
            "Summit 3",
            "Total(China)",
            "全市科技",
            "计",
            "100",
            "绍兴市柯桥区某某某某某某纺织有限公司小计",
        ] {
            assert!(!is_sum(cell), "{cell}");
        }
    }
}

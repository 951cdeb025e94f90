use super::{half_width, text};

/// The words that head sums.
const WORDS: [&str; 12] =
    ["合计", "小计", "总计", "共计", "累计", "合計", "小計", "總計", "总和", "總和", "汇总", "匯總"];
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
            || bytes.len() <= LONGEST && bytes.iter().any(|byte| matches!(byte, b't' | b'T' | b's' | b'S'))
    };
    may_be && heads_sum(cell)
}

fn heads_sum(cell: &str) -> bool {
    let folded: String = half_width(text(cell)).chars().filter(|character| !character.is_whitespace()).collect();
    let folded = folded.trim_matches(|character: char| matches!(character, ':' | '.' | '。' | ',' | '、' | '*' | '-'));
    if ENGLISH.iter().any(|word| folded.eq_ignore_ascii_case(word)) {
        return true;
    }
    let counted = |rest: &str| rest.chars().all(is_count);
    WORDS.iter().any(|word| {
        folded.strip_prefix(word).is_some_and(counted)
            || folded.strip_suffix(word).is_some_and(|before| before.chars().count() <= LONGEST_PREFIX)
    })
}

/// What may follow the word: `合计（6家）`, `合计:100人`.
fn is_count(character: char) -> bool {
    character.is_ascii_digit() || "()（）[]:：,.%家户个人数元亩万吨项条".contains(character)
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
            "计",
            "100",
            "绍兴市柯桥区某某某某某某纺织有限公司小计",
        ] {
            assert!(!is_sum(cell), "{cell}");
        }
    }
}

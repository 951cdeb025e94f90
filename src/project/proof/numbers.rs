//! The numbers of a sentence: digits and Chinese numerals, with their units, what rounds them, and how exact they claim to be.

/// A number that a text states.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stated {
    /// The characters of the sentence that it takes, its unit among them.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number; of a percentage the percents.
    pub(super) value: f64,
    /// Half of a unit of the last place that is stated.
    pub(super) tolerance: f64,
    pub(super) unit: Unit,
    pub(super) claim: Claim,
    /// As it stands in the text.
    pub(super) text: String,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Firms.
    Firms,
    /// Percents.
    Percent,
    /// A place in a ranking.
    Rank,
    /// Something in a list, such as problems.
    Items,
    /// It says none.
    None,
    /// A unit that no table of a bulletin has, or a difference.
    Other,
}

/// How a number is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    Exact,
    /// 约, 左右, about.
    About,
    /// 近, 不足, nearly, under: what is meant is a little less.
    Below,
    /// 超过, 余, 至少, over: what is meant is a little more.
    Above,
}

/// An approximate number is off by no more than this share of it.
const ABOUT: f64 = 0.05;
/// What is “nearly” or “over” a number is off by no more than this share of it.
const FAR: f64 = 0.2;

impl Stated {
    /// Whether a value of a table bears the number out.
    pub(super) fn agrees(&self, value: f64) -> bool {
        let off = value - self.value;
        let (near, far) = (self.tolerance + 1e-9, FAR * self.value.abs() + self.tolerance);
        match self.claim {
            Claim::Exact => off.abs() <= near,
            Claim::About => off.abs() <= (ABOUT * self.value.abs()).max(near),
            Claim::Below => off <= near && off >= -far,
            Claim::Above => off >= -near && off <= far,
        }
    }
}

const UNITS: [(&str, Unit); 34] = [
    ("个百分点", Unit::Other),
    ("百分点", Unit::Other),
    (" percentage point", Unit::Other),
    ("percentage point", Unit::Other),
    ("%", Unit::Percent),
    ("％", Unit::Percent),
    (" %", Unit::Percent),
    (" percent", Unit::Percent),
    (" per cent", Unit::Percent),
    ("家", Unit::Firms),
    ("户", Unit::Firms),
    ("个企业", Unit::Firms),
    ("个作坊", Unit::Firms),
    (" firm", Unit::Firms),
    (" workshop", Unit::Firms),
    (" compan", Unit::Firms),
    (" enterprise", Unit::Firms),
    ("条", Unit::Items),
    (" problem", Unit::Items),
    ("位", Unit::Rank),
    ("名", Unit::Rank),
    ("个", Unit::Other),
    ("亩", Unit::Other),
    ("元", Unit::Other),
    ("吨", Unit::Other),
    ("公里", Unit::Other),
    ("千米", Unit::Other),
    ("平方", Unit::Other),
    ("米", Unit::Other),
    ("人", Unit::Other),
    ("倍", Unit::Other),
    ("项", Unit::Other),
    ("次", Unit::Other),
    ("天", Unit::Other),
];

/// What behind a number makes it part of a date, a heading or a number of a document.
const NO_NUMBER_BEHIND: [&str; 11] = ["年", "月", "日", "号", "时", "点", "季度", "、", "．", "文", "度"];

const BEFORE: [(&str, Claim); 26] = [
    ("超过", Claim::Above),
    ("高于", Claim::Above),
    ("多于", Claim::Above),
    ("至少", Claim::Above),
    ("不少于", Claim::Above),
    ("逾", Claim::Above),
    ("超", Claim::Above),
    ("more than ", Claim::Above),
    ("at least ", Claim::Above),
    ("over ", Claim::Above),
    ("不足", Claim::Below),
    ("不到", Claim::Below),
    ("接近", Claim::Below),
    ("将近", Claim::Below),
    ("近", Claim::Below),
    ("nearly ", Claim::Below),
    ("almost ", Claim::Below),
    ("under ", Claim::Below),
    ("less than ", Claim::Below),
    ("fewer than ", Claim::Below),
    ("大约", Claim::About),
    ("约", Claim::About),
    ("about ", Claim::About),
    ("around ", Claim::About),
    ("roughly ", Claim::About),
    ("some ", Claim::About),
];

/// The numbers of a sentence in their order; dates, numbers of documents, tables and headings are none.
pub(super) fn numbers(sentence: &[char]) -> Vec<Stated> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < sentence.len() {
        match date(sentence, place).or_else(|| bracketed(sentence, place)) {
            Some(end) => place = end,
            None => match number(sentence, place) {
                Some((end, stated)) => {
                    found.extend(stated);
                    place = end.max(place + 1);
                }
                None => place += 1,
            },
        }
    }
    found
}

fn starts_with(sentence: &[char], place: usize, word: &str) -> bool {
    let mut characters = sentence.get(place..).unwrap_or_default().iter();
    word.chars().all(|wanted| characters.next().is_some_and(|one| one.to_lowercase().eq(wanted.to_lowercase())))
}

fn ends_with(sentence: &[char], end: usize, word: &str) -> bool {
    let length = word.chars().count();
    end >= length && starts_with(sentence, end - length, word)
}

/// The end of a date that begins here: 2020年9月30日, 2020-09-30, 30 September 2020.
fn date(sentence: &[char], place: usize) -> Option<usize> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let digits = |place: usize| sentence[place..].iter().take_while(|one| one.is_ascii_digit()).count();
    let is_begin = place == 0 || !sentence[place - 1].is_ascii_digit();
    let length = digits(place);
    if !is_begin {
        return None;
    }
    if length == 0 {
        let month = MONTHS.iter().find(|month| starts_with(sentence, place, month))?;
        let mut end = place + month.len();
        for mark in [" ", ", "] {
            if starts_with(sentence, end, mark) && digits(end + mark.len()) > 0 {
                end += mark.len() + digits(end + mark.len());
            }
        }
        return Some(end);
    }
    let mut end = place + length;
    if length == 4 && sentence.get(end).is_some_and(|mark| matches!(mark, '-' | '/' | '.')) {
        let mark = sentence[end];
        let month = digits(end + 1);
        let day = end + 1 + month;
        if (1..=2).contains(&month) && sentence.get(day) == Some(&mark) && (1..=2).contains(&digits(day + 1)) {
            return Some(day + 1 + digits(day + 1));
        }
    }
    if length <= 2 && sentence.get(end) == Some(&' ') && MONTHS.iter().any(|one| starts_with(sentence, end + 1, one)) {
        return Some(end);
    }
    let behind = |end: usize| NO_NUMBER_BEHIND.iter().any(|word| starts_with(sentence, end, word));
    if behind(end) && !starts_with(sentence, end, "、") || behind(end) && place == 0 {
        end += 1;
        return Some(end);
    }
    // A year by itself.
    let value: Option<u32> = sentence[place..place + length].iter().collect::<String>().parse().ok();
    let is_year = length == 4 && value.is_some_and(|year| (1949..=2100).contains(&year));
    (is_year && unit(sentence, end).1 == Unit::None && !starts_with(sentence, end, ".")).then_some(end)
}

/// The end of 〔2020〕14号, or of a number behind 表, 图, Table, Figure.
fn bracketed(sentence: &[char], place: usize) -> Option<usize> {
    let digits =
        |from: usize| sentence.get(from..).unwrap_or_default().iter().take_while(|one| one.is_ascii_digit()).count();
    if sentence[place] == '〔' {
        let close = sentence[place..].iter().position(|one| *one == '〕')? + place + 1;
        return Some(close + digits(close));
    }
    let words = ["表", "图", "Table ", "Figure ", "附件", "Annex "];
    let word = words.iter().find(|word| starts_with(sentence, place, word))?;
    let from = place + word.chars().count();
    (digits(from) > 0).then(|| from + digits(from))
}

/// A number that begins here, with the place behind it; nothing where it is no number that a table could have.
fn number(sentence: &[char], place: usize) -> Option<(usize, Option<Stated>)> {
    let (value, tolerance, mut end, is_percent) = in_digits(sentence, place)
        .map(|(value, tolerance, end)| (value, tolerance, end, false))
        .or_else(|| in_chinese(sentence, place))?;
    let (length, mut found) = unit(sentence, end);
    let number_end = end;
    let mut claim = Claim::Exact;
    if let Some(word) = ["余", "多"].iter().find(|word| starts_with(sentence, end, word)) {
        let (behind, own) = unit(sentence, end + word.chars().count());
        if own != Unit::None {
            claim = Claim::Above;
            found = own;
            end += word.chars().count() + behind;
        }
    } else {
        end += length;
    }
    if is_percent {
        found = Unit::Percent;
    }
    let is_ordinal = ends_with(sentence, place, "第");
    let ordinals = ["st", "nd", "rd", "th"];
    if let Some(word) = ordinals.iter().find(|word| found == Unit::None && starts_with(sentence, end, word)) {
        end += word.len();
        found = Unit::Rank;
    }
    if is_ordinal && matches!(found, Unit::None | Unit::Rank) {
        found = Unit::Rank;
        if ends_with(sentence, place.saturating_sub(1), "倒数") {
            found = Unit::Other;
        }
    } else if found == Unit::Rank && !ordinals.iter().any(|word| ends_with(sentence, end, word)) {
        // 名 and 位 behind no 第 are people.
        found = Unit::Other;
    }
    if let Some((_, own)) = BEFORE.iter().find(|(word, _)| ends_with(sentence, place, word)) {
        claim = *own;
    } else if ["左右", "上下", " or so"].iter().any(|word| starts_with(sentence, end, word)) {
        claim = Claim::About;
    }
    // 3.5km, G20: no number of a table.
    let joined = |at: Option<&char>| at.is_some_and(char::is_ascii_alphabetic);
    if found == Unit::None && (joined(sentence.get(end)) || place > 0 && joined(sentence.get(place - 1))) {
        return Some((end, None));
    }
    let text = sentence[place..end].iter().collect();
    let tolerance = if found == Unit::Percent && tolerance == 0.0 && number_end == place { 0.5 } else { tolerance };
    Some((end, Some(Stated { start: place, end, value, tolerance, unit: found, claim, text })))
}

fn unit(sentence: &[char], place: usize) -> (usize, Unit) {
    let found = UNITS.iter().find(|(word, _)| starts_with(sentence, place, word));
    found.map_or((0, Unit::None), |(word, unit)| (word.chars().count(), *unit))
}

/// 1,000, 63.3, 1.2万, with half a unit of its last place.
fn in_digits(sentence: &[char], place: usize) -> Option<(f64, f64, usize)> {
    let half = |one: char| match one {
        '０'..='９' => char::from_u32(one as u32 - '０' as u32 + '0' as u32).unwrap_or(one),
        '．' => '.',
        '，' | '\u{a0}' => one,
        other => other,
    };
    if !half(*sentence.get(place)?).is_ascii_digit() || place > 0 && half(sentence[place - 1]).is_ascii_digit() {
        return None;
    }
    let mut end = place;
    let mut digits = String::new();
    let mut decimals = None;
    while let Some(one) = sentence.get(end).map(|one| half(*one)) {
        let next_is_digit = || sentence.get(end + 1).is_some_and(|one| half(*one).is_ascii_digit());
        let thousands = || {
            let behind: Vec<bool> =
                (1..=4).map(|step| sentence.get(end + step).is_some_and(|one| half(*one).is_ascii_digit())).collect();
            behind == [true, true, true, false]
        };
        match one {
            '0'..='9' => {
                digits.push(one);
                decimals = decimals.map(|count: i32| count + 1);
            }
            '.' if decimals.is_none() && next_is_digit() => {
                digits.push('.');
                decimals = Some(0);
            }
            ',' if decimals.is_none() && thousands() => {}
            _ => break,
        }
        end += 1;
    }
    let value: f64 = digits.parse().ok()?;
    let half_unit = decimals.map_or(0.0, |count| 0.5 * 10_f64.powi(-count));
    let scales = [("万", 1e4), ("亿", 1e8), (" thousand", 1e3), (" million", 1e6)];
    if let Some((word, scale)) = scales.iter().find(|(word, _)| starts_with(sentence, end, word)) {
        let half_unit = if decimals.is_some() { half_unit } else { 0.5 };
        return Some((value * scale, half_unit * scale, end + word.chars().count()));
    }
    let is_percent = unit(sentence, end).1 == Unit::Percent;
    Some((value, if is_percent && decimals.is_none() { 0.5 } else { half_unit }, end))
}

/// 十九家, 百分之六十三点三, 六成三, 一半; whether it is in percent.
fn in_chinese(sentence: &[char], place: usize) -> Option<(f64, f64, usize, bool)> {
    if starts_with(sentence, place, "百分之") {
        let from = place + 3;
        let (value, decimals, end) = numeral(sentence, from).or_else(|| {
            in_digits(sentence, from)
                .map(|(value, tolerance, end)| (value, i32::from(tolerance > 0.0 && tolerance < 0.5), end))
        })?;
        return Some((value, 0.5 * 10_f64.powi(-decimals), end, true));
    }
    if ["一半", "半数"].iter().any(|word| starts_with(sentence, place, word)) {
        return Some((50.0, 2.5, place + 2, true));
    }
    if place > 0 && sentence[place - 1] == '百' {
        return None;
    }
    let (value, decimals, end) = numeral(sentence, place)?;
    if starts_with(sentence, end, "成") && value <= 10.0 {
        let more = sentence.get(end + 1).and_then(|one| digit(*one));
        let percents = value * 10.0 + f64::from(more.unwrap_or(0));
        return Some((percents, if more.is_some() { 0.5 } else { 5.0 }, end + 1 + usize::from(more.is_some()), true));
    }
    // 一 is in many words: only what counts something is a number.
    let is_counted = matches!(unit(sentence, end).1, Unit::Firms | Unit::Items | Unit::Percent);
    let is_place = ends_with(sentence, place, "第") && (unit(sentence, end).1 == Unit::Rank || place >= 2);
    (is_counted || is_place).then(|| (value, if decimals > 0 { 0.5 * 10_f64.powi(-decimals) } else { 0.0 }, end, false))
}

fn digit(one: char) -> Option<u32> {
    let place = "零一二三四五六七八九".chars().position(|known| known == one);
    place.and_then(|place| u32::try_from(place).ok()).or(match one {
        '〇' => Some(0),
        '两' => Some(2),
        _ => None,
    })
}

/// A Chinese numeral, the number of its decimals, and the place behind it.
fn numeral(sentence: &[char], place: usize) -> Option<(f64, i32, usize)> {
    let (mut all, mut section, mut last) = (0.0, 0.0, None::<f64>);
    let mut end = place;
    let mut plain = String::new();
    let mut has_scale = false;
    while let Some(one) = sentence.get(end) {
        match (digit(*one), one) {
            (Some(value), _) => {
                last = Some(f64::from(value));
                plain.push_str(&value.to_string());
            }
            (None, '十' | '百' | '千') => {
                let scale = match one {
                    '十' => 10.0,
                    '百' => 100.0,
                    _ => 1000.0,
                };
                section += last.take().unwrap_or(1.0) * scale;
                has_scale = true;
            }
            (None, '万' | '亿') if end > place => {
                let scale = if *one == '万' { 1e4 } else { 1e8 };
                all += (section + last.take().unwrap_or(0.0)) * scale;
                section = 0.0;
                has_scale = true;
            }
            _ => break,
        }
        end += 1;
    }
    if end == place {
        return None;
    }
    let whole = if has_scale { all + section + last.unwrap_or(0.0) } else { plain.parse().ok()? };
    let decimals: String = match starts_with(sentence, end, "点") {
        true => sentence[end + 1..].iter().map_while(|one| digit(*one)).map(|value| value.to_string()).collect(),
        false => String::new(),
    };
    if decimals.is_empty() {
        return Some((whole, 0, end));
    }
    let count = decimals.len();
    let value = format!("{whole}.{decimals}").parse().ok()?;
    Some((value, i32::try_from(count).unwrap_or(0), end + 1 + count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(f64, Unit, Claim)> {
        let characters: Vec<char> = text.chars().collect();
        numbers(&characters).into_iter().map(|one| (one.value, one.unit, one.claim)).collect()
    }

    #[test]
    fn numbers_are_read_as_offices_write_them() {
        use Claim::{About, Above, Below, Exact};
        use Unit::{Firms, Items, None, Other, Percent, Rank};
        assert_eq!(
            found("完成19家，完成率63.3%，排名第6"),
            [(19.0, Firms, Exact), (63.3, Percent, Exact), (6.0, Rank, Exact)]
        );
        assert_eq!(found("共1,123家，约1.2万家"), [(1123.0, Firms, Exact), (12_000.0, Firms, About)]);
        assert_eq!(
            found("十九家，一百一十九户，两千家"),
            [(19.0, Firms, Exact), (119.0, Firms, Exact), (2000.0, Firms, Exact)]
        );
        assert_eq!(found("百分之六十三点三，六成三"), [(63.3, Percent, Exact), (63.0, Percent, Exact)]);
        assert_eq!(
            found("位居第三位，近八成，超过100家"),
            [(3.0, Rank, Exact), (80.0, Percent, Below), (100.0, Firms, Above)]
        );
        assert_eq!(
            found("退回12条，提高3个百分点，120余家"),
            [(12.0, Items, Exact), (3.0, Other, Exact), (120.0, Firms, Above)]
        );
        assert_eq!(
            found("Keqiao: 19 accepted (63.3 %), rank 6"),
            [(19.0, None, Exact), (63.3, Percent, Exact), (6.0, None, Exact)]
        );
        assert_eq!(
            found("about 120 firms, 6th, over 80 percent"),
            [(120.0, Firms, About), (6.0, Rank, Exact), (80.0, Percent, Above)]
        );
    }

    #[test]
    fn dates_and_numbers_of_documents_are_none() {
        assert_eq!(found("截至2020年9月30日，绍市工转升办〔2020〕14号，见表2，一是加强领导"), []);
        assert_eq!(found("As of 30 September 2020 (2020-09-30), see Table 3, on September 5, 2020"), []);
        assert_eq!(found("2020 was a year; G20 met"), []);
    }

    #[test]
    fn rounding_and_claims_are_allowed_for() {
        let one = |text: &str| numbers(&text.chars().collect::<Vec<_>>()).remove(0);
        assert!(one("63.3%").agrees(63.33) && !one("63.3%").agrees(63.4));
        assert!(one("63%").agrees(63.33) && one("1.2万家").agrees(11_990.0) && !one("1.2万家").agrees(12_600.0));
        assert!(one("约120家").agrees(119.0) && !one("约120家").agrees(100.0) && !one("120家").agrees(119.0));
        assert!(one("超过100家").agrees(119.0) && !one("超过100家").agrees(99.0) && one("近120家").agrees(119.0));
        assert!(one("六成").agrees(63.3) && !one("六成").agrees(70.0));
    }
}

//! Where the header of a table stands, and which rows around it are no data.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::{LEDGER_COLUMNS, REGISTER_COLUMNS, cell};

/// How far down the header may stand.
pub(in crate::source) const TITLE_ROWS: usize = 30;
/// How a row begins that is a note below the table.
const NOTES: [&str; 5] = ["备注", "说明", "填表", "制表", "数据来源"];
/// Words in brackets or alone that stand below a header and say in what its numbers are.
const UNITS: [&str; 17] = [
    "度",
    "°",
    "元",
    "万元",
    "千元",
    "亿元",
    "人",
    "个",
    "家",
    "户",
    "亩",
    "米",
    "m",
    "公顷",
    "吨",
    "吨标煤",
    "吨标准煤",
];

/// The cells of a row.
pub(in crate::source) type Cells = [Option<String>];

/// How many of the columns jiju knows have a header in a row.
pub(in crate::source) fn known(cells: &Cells) -> usize {
    let headers: Vec<String> = cells.iter().flatten().cloned().collect();
    let definitions = REGISTER_COLUMNS.iter().chain(LEDGER_COLUMNS);
    definitions.filter_map(|definition| definition.header_in(&headers)).collect::<BTreeSet<_>>().len()
}

fn distinct(cells: &Cells) -> usize {
    cells.iter().flatten().collect::<BTreeSet<_>>().len()
}

/// The position of the header among the first rows.
pub(in crate::source) fn header_row<Row: AsRef<Cells>>(rows: &[Row]) -> usize {
    let rows: Vec<&Cells> = rows.iter().take(TITLE_ROWS).map(AsRef::as_ref).collect();
    let ranked = rows.iter().enumerate().map(|(row, cells)| (known(cells), Reverse(row)));
    if let Some((most, Reverse(mut row))) = ranked.max().filter(|(known, _)| *known >= 2) {
        // Of a header in two rows, joined by cells merged over both, the lower one tells the columns apart.
        let joined = |above: &Cells, below: &Cells| {
            above != below && above.iter().zip(below).any(|(above, below)| above.is_some() && above == below)
        };
        while let [above, below, ..] = &rows[row..]
            && joined(above, below)
            && known(below) == most
        {
            row += 1;
        }
        return row;
    }
    rows.iter()
        // One text alone is a title, unless the sheet has one column.
        .position(|cells| distinct(cells) * 2 >= cells.len() && distinct(cells) >= cells.len().min(2))
        .unwrap_or_default()
}

/// Whether a row is a title or a remark: one text, in one cell or merged over several.
pub(in crate::source) fn lone_text(cells: &Cells) -> Option<&str> {
    let mut filled = cells.iter().flatten();
    let first = filled.next()?;
    filled.all(|cell| cell == first).then_some(first)
}

/// Whether a text below the table only says something about it, or heads sums that are not there.
pub(in crate::source) fn is_note(text: &str) -> bool {
    is_remark(text) || cell::is_sum(text)
}

/// Whether a text below the table only says something about it.
pub(in crate::source) fn is_remark(text: &str) -> bool {
    let text: String = text.split_whitespace().flat_map(str::chars).map(simplified).collect();
    let numbered = || {
        let rest = text.strip_prefix('注')?.trim_start_matches(|sign: char| sign.is_ascii_digit());
        Some(rest.starts_with(['：', ':']))
    };
    NOTES.iter().any(|note| text.starts_with(note)) || numbered() == Some(true)
}

/// The simplified form of a letter that stands in the words of [`NOTES`].
fn simplified(letter: char) -> char {
    const FORMS: [(char, char); 12] = [
        ('註', '注'),
        ('備', '备'),
        ('說', '说'),
        ('製', '制'),
        ('數', '数'),
        ('據', '据'),
        ('來', '来'),
        ('單', '单'),
        ('報', '报'),
        ('時', '时'),
        ('間', '间'),
        ('審', '审'),
    ];
    FORMS.iter().find(|(traditional, _)| *traditional == letter).map_or(letter, |(_, simplified)| *simplified)
}

/// What a row right below the header is, if it is no row of data: one that numbers the columns, or says in what they are.
pub(in crate::source) fn leading_row(headers: &[String], cells: &[Option<&str>]) -> Option<String> {
    let texts = || cells.iter().copied().flatten().map(str::trim).filter(|cell| !cell.is_empty());
    let shown = || texts().collect::<Vec<_>>().join(", ");
    if has_words(headers) && numbers_columns(texts()) {
        return Some(format!("numbers the columns ({})", shown()));
    }
    (headers.len() >= 3 && is_units(texts())).then(|| format!("holds units ({})", shown()))
}

/// Whether a table has a column of names or other words, in which no number stands.
fn has_words(headers: &[String]) -> bool {
    const WORDS: [&str; 7] = ["name", "address", "district", "town", "sector", "programme", "stage"];
    let definitions = REGISTER_COLUMNS.iter().chain(LEDGER_COLUMNS);
    let words = definitions.filter(|definition| WORDS.contains(&definition.name));
    words.into_iter().any(|definition| definition.header_in(headers).is_some())
}

/// Whether texts only number the columns: 1, 2, 3 …
fn numbers_columns<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut expected = 0;
    for found in texts {
        expected += 1;
        if found.trim_matches(['(', ')', '（', '）']) != expected.to_string() {
            return false;
        }
    }
    expected >= 3
}

/// Whether texts only say in what numbers are: （度）, 万元.
fn is_units<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut found = false;
    for text in texts {
        let inner = text.strip_prefix(['(', '（']).and_then(|rest| rest.strip_suffix([')', '）']));
        let is_unit = UNITS.contains(&inner.unwrap_or(text)) || text.starts_with("单位：") || text.starts_with("单位:");
        if !is_unit {
            return false;
        }
        found = true;
    }
    found
}

/// What the columns under a header are called: a name for each, none for those without one and without cells.
pub(in crate::source) struct Names {
    pub(in crate::source) columns: Vec<(usize, String)>,
    /// Headers that several columns have, with the names their columns got.
    pub(in crate::source) doubled: Vec<(String, Vec<String>)>,
    /// The positions of columns without a header that have cells.
    pub(in crate::source) headless: Vec<usize>,
}

/// Names columns by their headers. One that is there before gets a number: `备注_2`; a column without a header but with
/// cells is called by its place: `column_3`.
pub(in crate::source) fn named<Text: AsRef<str>>(headers: &[Text], has_cells: impl Fn(usize) -> bool) -> Names {
    let headers: Vec<&str> = headers.iter().map(|header| trimmed(header.as_ref())).collect();
    let mut taken: HashSet<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut free = |name: &str, from: usize| {
        let numbered = (from..).map(|number| format!("{name}_{number}")).find(|name| !taken.contains(name));
        let numbered = numbered.unwrap_or_default();
        taken.insert(numbered.clone());
        numbered
    };
    let mut names = Names { columns: Vec::with_capacity(headers.len()), doubled: Vec::new(), headless: Vec::new() };
    for (position, header) in headers.iter().enumerate() {
        if header.is_empty() {
            if has_cells(position) {
                names.headless.push(position);
                names.columns.push((position, free("column", position + 1)));
            }
            continue;
        }
        let times = seen.entry(header).or_default();
        *times += 1;
        if *times == 1 {
            names.columns.push((position, (*header).to_owned()));
        } else if has_cells(position) {
            let name = free(header, *times);
            names.columns.push((position, name.clone()));
            match names.doubled.iter_mut().find(|(doubled, _)| doubled == header) {
                Some((_, named)) => named.push(name),
                None => names.doubled.push(((*header).to_owned(), vec![name])),
            }
        }
    }
    names
}

/// Without blanks and byte order marks.
fn trimmed(header: &str) -> &str {
    header.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

impl Names {
    /// Notes to show to the user about columns that got other names than their headers.
    pub(in crate::source) fn notes(&self, source: &str) -> Vec<String> {
        let mut notes: Vec<String> = self
            .doubled
            .iter()
            .map(|(header, names)| {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("{source}: several columns are called `{header}`; the later ones are {}", names.join(", "))
            })
            .collect();
        let headless = self.columns.iter().filter(|(position, _)| self.headless.contains(position));
        notes.extend(headless.map(|(position, name)| {
            format!("{source}: column {} has cells and no header; it is called `{name}`", position + 1)
        }));
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_get_names_of_their_own() {
        let names = named(&["a", "", "a", "b", "a_2", "", "b"], |position| position != 5 && position != 6);
        let found: Vec<&str> = names.columns.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(found, ["a", "column_2", "a_3", "b", "a_2"]);
        assert_eq!(names.notes("t").len(), 2);
    }

    #[test]
    fn rows_of_numbers_and_units_are_told_from_data() {
        let headers = ["统一社会信用代码", "企业名称", "经度"].map(str::to_owned);
        let is_leading = |headers: &[String], cells: [&str; 3]| leading_row(headers, &cells.map(Some)).is_some();
        for cells in [["1", "2", "3"], ["（1）", "（2）", "（3）"], ["", "（度）", "（度）"], ["", "万元", "人"]]
        {
            assert!(is_leading(&headers, cells), "{cells:?}");
        }
        for cells in [["1", "2", "4"], ["1", "2", ""], ["", "", ""], ["甲", "（度）", ""]] {
            assert!(!is_leading(&headers, cells), "{cells:?}");
        }
        // Without names, a row may hold 1, 2 and 3.
        assert!(!is_leading(&["id", "x", "y"].map(str::to_owned), ["1", "2", "3"]));
    }
}

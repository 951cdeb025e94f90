use crate::error::near_miss;
use crate::policy::Term;

/// The term a cell names: by id, Chinese or English name; quotation marks, blanks and case do not count.
pub(super) fn find<'a>(mut terms: impl Iterator<Item = &'a Term>, cell: &str) -> Option<&'a Term> {
    let cell = folded(cell);
    terms.find(|term| [&term.id, &term.name_zh, &term.name_en].into_iter().any(|name| folded(name) == cell))
}

/// What would have done, with the nearest in spelling.
pub(super) fn expected<'a>(what: &str, terms: impl Iterator<Item = &'a Term>, cell: &str) -> String {
    let names = terms.flat_map(|term| [term.id.as_str(), term.name_zh.as_str(), term.name_en.as_str()]);
    match near_miss(cell, names) {
        Some(near) => format!("{what}; `{near}` is near"),
        None => what.to_owned(),
    }
}

fn folded(text: &str) -> String {
    super::cells::half_width(text)
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '“' | '”' | '"' | '‘' | '’' | '\''))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The items of a cell that holds a list.
pub(super) fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '；', '、', ',', '，']).map(str::trim).filter(|item| !item.is_empty())
}

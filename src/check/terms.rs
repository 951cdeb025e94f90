use crate::error::near_miss;
use crate::model::half_width;
use crate::policy::Term;

/// Finds the term that a cell names, by its id, Chinese name or English name. Quotation marks, blanks and case are
/// ignored.
pub(super) fn find<'a>(terms: impl Iterator<Item = &'a Term> + Clone, cell: &str) -> Option<&'a Term> {
    fn names(term: &Term) -> [&String; 3] {
        [&term.id, &term.name_zh, &term.name_en]
    }
    // Nearly every cell is spelled as the policy spells it, and folding all names for each row would take longer than reading it.
    let exact = terms.clone().find(|term| !cell.is_empty() && names(term).into_iter().any(|name| name == cell));
    exact.or_else(|| {
        let cell = folded(cell);
        // A name that is not given is not named by an empty cell.
        terms.clone().find(|term| !cell.is_empty() && names(term).into_iter().any(|name| folded(name) == cell))
    })
}

/// Finds the term that a cell names in full or in part: `复验` matches 区县复验 if no other term contains it. The cell must
/// have at least two characters.
pub(crate) fn find_short<'a>(terms: impl Iterator<Item = &'a Term> + Clone, cell: &str) -> Option<&'a Term> {
    find(terms.clone(), cell).or_else(|| {
        let cell = folded(cell);
        let mut holding = terms.filter(|term| folded(&term.name_zh).contains(&cell));
        let first = holding.next()?;
        (cell.chars().count() >= 2 && holding.next().is_none()).then_some(first)
    })
}

/// Describes the expected values, with the one spelled most like the cell.
pub(super) fn expected<'a>(what: &str, terms: impl Iterator<Item = &'a Term>, cell: &str) -> String {
    let names = terms.flat_map(|term| [term.id.as_str(), term.name_zh.as_str(), term.name_en.as_str()]);
    match near_miss(cell, names) {
        Some(near) => format!("{what}; `{near}` is near"),
        None => what.to_owned(),
    }
}

fn folded(text: &str) -> String {
    half_width(text)
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '“' | '”' | '"' | '‘' | '’' | '\''))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Splits a cell that holds a list into its items.
pub(super) fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '；', '、', ',', '，']).map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_name_a_term_where_only_one_holds_them() {
        let term = |id: &str, zh: &str| Term {
            id: id.to_owned(),
            name_zh: zh.to_owned(),
            name_en: String::new(),
            source: String::new(),
        };
        let terms = [term("self_check", "镇街自验"), term("review", "区县复验"), term("chaos", "“低散乱”整治")];
        let found = |cell| find_short(terms.iter(), cell).map(|term| term.id.as_str());
        assert_eq!(found("复验"), Some("review"));
        assert_eq!(found("低散乱整治"), Some("chaos"));
        assert_eq!(found("REVIEW"), Some("review"));
        assert_eq!(found("验"), None);
        assert_eq!(found("验收"), None);
        assert_eq!(found(""), None);
    }
}

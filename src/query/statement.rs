//! A statement as its words: what may be asked, and where the spatial index helps.
//!
//! The engine parses; here stands what it cannot know. A condition is only ever added where it follows from one that is there
//! already, so that a form that is not recognised costs time and never an answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{QueryError, Result};

/// A word of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    /// Where it begins, in bytes.
    at: usize,
    /// How many parentheses it stands in.
    depth: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    /// A name in double quotes, backticks or brackets.
    Quoted,
    /// A text in single quotes.
    Text,
    Number,
    Symbol,
}

impl<'a> Token<'a> {
    fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Symbol) && self.text.eq_ignore_ascii_case(word)
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// The name that it is, in lower case.
    fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_lowercase()),
            Kind::Quoted => {
                let inner = &self.text[1..self.text.len().saturating_sub(1).max(1)];
                Some(inner.replace("\"\"", "\"").to_lowercase())
            }
            _ => None,
        }
    }
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let (mut tokens, mut at, mut depth) = (Vec::new(), 0, 0_usize);
    while let Some(first) = bytes.get(at).copied() {
        let rest = &sql[at..];
        let until =
            |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len());
        let quoted = |close: char| {
            let mut inside = rest.char_indices().skip(1).peekable();
            while let Some((place, character)) = inside.next() {
                if character == close {
                    match inside.peek() {
                        Some((_, next)) if *next == close && close != ']' => {
                            inside.next();
                        }
                        _ => return place + close.len_utf8(),
                    }
                }
            }
            rest.len()
        };
        let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
        let (kind, length) = match first {
            _ if rest.starts_with("--") => {
                at += until("\n", 2);
                continue;
            }
            _ if rest.starts_with("/*") => {
                at += until("*/", 2);
                continue;
            }
            b'\'' => (Kind::Text, quoted('\'')),
            b'"' => (Kind::Quoted, quoted('"')),
            b'`' => (Kind::Quoted, quoted('`')),
            b'[' => (Kind::Quoted, quoted(']')),
            _ if first.is_ascii_digit() => {
                let is_part = |character: char| character.is_ascii_alphanumeric() || character == '.';
                (Kind::Number, rest.find(|character| !is_part(character)).unwrap_or(rest.len()))
            }
            _ => {
                let character = rest.chars().next().unwrap_or(' ');
                if character.is_whitespace() {
                    at += character.len_utf8();
                    continue;
                }
                match is_word(character) {
                    true => (Kind::Word, rest.find(|character| !is_word(character)).unwrap_or(rest.len())),
                    false if ["<=", ">=", "<>", "!=", "||", "=="].iter().any(|two| rest.starts_with(two)) => {
                        (Kind::Symbol, 2)
                    }
                    false => (Kind::Symbol, character.len_utf8()),
                }
            }
        };
        let text = &rest[..length];
        if text == ")" {
            depth = depth.saturating_sub(1);
        }
        tokens.push(Token { kind, text, at, depth });
        if text == "(" {
            depth += 1;
        }
        at += length;
    }
    tokens
}

/// Every name in a statement, in lower case.
pub(super) fn identifiers(sql: &str) -> BTreeSet<String> {
    tokens(sql).iter().filter_map(Token::name).collect()
}

/// The line and the column of a place in a text, from 1.
pub(super) fn line_and_column(sql: &str, at: usize) -> (usize, usize) {
    let before = sql.get(..at).unwrap_or(sql);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

fn refused(sql: &str, at: usize, message: &str, hint: &str) -> QueryError {
    let at = Some(line_and_column(sql, at));
    QueryError::Statement { at, message: message.to_owned(), hint: Some(hint.to_owned()) }
}

/// The functions that tell the time where they are told none.
const CLOCKS: [&str; 7] = ["date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"];
const ASK_AS_OF: &str = "as_of() is the day that the project reports on";

/// As [`super::check`].
pub(super) fn check(sql: &str) -> Result<()> {
    let tokens = tokens(sql);
    let Some(first) = tokens.first() else {
        return Err(refused(sql, 0, "found nothing", "ask for example: select name from firms limit 10").into());
    };
    if !first.is_any(&["select", "with", "values"]) {
        let message = format!("found `{}`, expected SELECT or WITH", first.text);
        return Err(refused(sql, first.at, &message, "a query reads; nothing can be written with it").into());
    }
    let mut ends = tokens.iter().skip_while(|token| !token.is(";"));
    if let (Some(_), Some(second)) = (ends.next(), ends.find(|token| !token.is(";"))) {
        return Err(refused(sql, second.at, "found a second statement, expected one", "ask one query at a time").into());
    }
    for (number, token) in tokens.iter().enumerate() {
        if token.is_any(&["current_date", "current_time", "current_timestamp"]) {
            return Err(refused(sql, token.at, "the answer would be another one tomorrow", ASK_AS_OF).into());
        }
        let opens = tokens.get(number + 1).is_some_and(|next| next.is("("));
        if !(opens && token.is_any(&CLOCKS)) {
            continue;
        }
        let inside = arguments(&tokens, number + 1);
        let says_now = |argument: &[Token<'_>]| matches!(argument, [one] if one.kind == Kind::Text && one.text.eq_ignore_ascii_case("'now'"));
        let least = if token.is("strftime") { 2 } else { 1 };
        if inside.len() < least || inside.iter().any(|argument| says_now(argument)) {
            return Err(refused(sql, token.at, "the answer would be another one tomorrow", ASK_AS_OF).into());
        }
    }
    Ok(())
}

/// The arguments of a function whose parenthesis opens there.
fn arguments<'s, 'a>(tokens: &'s [Token<'a>], open: usize) -> Vec<&'s [Token<'a>]> {
    let depth = tokens[open].depth + 1;
    let end = closing(tokens, open);
    let inside = &tokens[(open + 1).min(end)..end];
    if inside.is_empty() {
        return Vec::new();
    }
    inside.split(|token| token.is(",") && token.depth == depth).collect()
}

/// The position of the parenthesis that closes the one that opens there; the end where none does.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let depth = tokens[open].depth;
    let after = tokens.iter().enumerate().skip(open + 1);
    after.filter(|(_, token)| token.is(")") && token.depth == depth).map(|(at, _)| at).next().unwrap_or(tokens.len())
}

/// A statement with the conditions that the spatial index answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// Where something was put into the statement, and how much.
    insertions: Vec<(usize, usize)>,
}

impl Rewritten {
    /// Whether the spatial index is asked.
    pub(super) fn is_indexed(&self) -> bool {
        !self.insertions.is_empty()
    }

    /// The place in the statement as it was asked.
    pub(super) fn original(&self, at: usize) -> usize {
        let mut shift = 0;
        for (place, length) in &self.insertions {
            if place + shift >= at {
                break;
            }
            shift += length;
        }
        at.saturating_sub(shift)
    }
}

/// The functions of two geometries.
const PREDICATES: [&str; 3] = ["within", "contains", "intersects"];
const DISTANCE: &str = "distance_m";
/// The function that gives the rows whose boxes are near, as a list in JSON.
pub(super) const CANDIDATES: &str = "jiju_candidates";

/// Puts before each condition on two geometries one that the index answers: that the one is among those whose boxes are near the
/// other. `geometric` are the tables with geometries.
pub(super) fn rewritten(sql: &str, geometric: &BTreeSet<String>) -> Rewritten {
    let tokens = tokens(sql);
    let scopes = Scopes::new(&tokens);
    let mut text = String::with_capacity(sql.len());
    let (mut taken, mut insertions) = (0, Vec::new());
    for (number, token) in tokens.iter().enumerate() {
        let Some(condition) = condition(&tokens, &scopes, number, geometric) else { continue };
        text.push_str(&sql[taken..token.at]);
        text.push_str(&condition);
        insertions.push((token.at, condition.len()));
        taken = token.at;
    }
    text.push_str(&sql[taken..]);
    Rewritten { text, insertions }
}

/// The condition to put before a call that begins there.
fn condition(tokens: &[Token<'_>], scopes: &Scopes, number: usize, geometric: &BTreeSet<String>) -> Option<String> {
    let call = tokens.get(number)?;
    let is_distance = call.is(DISTANCE);
    if !(is_distance || call.is_any(&PREDICATES)) || !tokens.get(number + 1)?.is("(") {
        return None;
    }
    let close = closing(tokens, number + 1);
    let inside = arguments(tokens, number + 1);
    let (distance, end) = match (is_distance, inside.as_slice()) {
        // distance_m(a, b) < 2000, and not 2000 + …
        (true, [_, _]) => {
            let (compares, number) = (tokens.get(close + 1)?, tokens.get(close + 2)?);
            let metres: f64 = number.text.parse().ok().filter(|_| number.kind == Kind::Number)?;
            compares.is_any(&["<", "<="]).then_some((format!("'{metres}m'"), close + 3))?
        }
        (false, [_, _]) => ("NULL".to_owned(), close + 1),
        (false, [_, _, [one]]) if call.is("within") && one.kind == Kind::Text => (one.text.to_owned(), close + 1),
        _ => return None,
    };
    if !is_conjunct(tokens, number, end) {
        return None;
    }
    let side = |argument: &[Token<'_>]| -> Option<Side> {
        let [alias, dot, column] = argument else { return None };
        let (alias, column) = (alias.name().filter(|_| dot.is("."))?, column.name()?);
        let found = scopes.resolved(number, &alias)?;
        let table = found.table.filter(|table| geometric.contains(table));
        Some(Side {
            text: format!("{}.{}", quoted(&alias), quoted(&column)),
            table,
            order: found.order,
            scope: found.scope,
        })
    };
    let (one, other) = (side(inside[0])?, side(inside[1])?);
    // The table that is looked up is the later one, or that of the inner query; of two in one query it may be the other.
    let (first, last) = if one.order < other.order { (one, other) } else { (other, one) };
    if first.order == last.order {
        return None;
    }
    let is_of_one = first.scope == last.scope && !scopes.has_outer_join(last.scope);
    let (from, to, table) = match (first.table.clone(), last.table.clone()) {
        (_, Some(table)) => (first, last, table),
        (Some(table), None) if is_of_one => (last, first, table),
        _ => return None,
    };
    Some(format!(
        "{} IN (SELECT value FROM json_each({CANDIDATES}({}, '{}', {distance}))) AND ",
        to.text,
        from.text,
        table.replace('\'', "''")
    ))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A column of geometries of a table of a query.
struct Side {
    text: String,
    /// The table that it is of; none of a table that the statement makes.
    table: Option<String>,
    /// The place of the table among those that stand before it, in the outer queries and in its own.
    order: (usize, usize),
    scope: usize,
}

/// The words that end a clause, and with it the last of its conditions.
const CLAUSES: [&str; 16] = [
    "where",
    "group",
    "order",
    "having",
    "limit",
    "window",
    "union",
    "except",
    "intersect",
    "join",
    "left",
    "right",
    "full",
    "inner",
    "cross",
    "natural",
];

/// Words beside [`CLAUSES`] that may follow a table without being its alias.
const BEHIND_TABLES: [&str; 10] = ["on", "using", "outer", "indexed", "not", "and", "or", "select", "from", "values"];

/// Whether what stands between two places is one of the conditions of a `WHERE` or an `ON` that must all hold.
fn is_conjunct(tokens: &[Token<'_>], start: usize, end: usize) -> bool {
    let depth = tokens[start].depth;
    let own = |token: &&Token<'_>| token.depth == depth;
    if tokens.get(end).is_some_and(|next| !(next.is_any(&CLAUSES) || next.is_any(&["and", ")", ";", ","]))) {
        return false;
    }
    // Back to the word that begins the clause.
    let mut behind_and = false;
    let mut begin = start;
    loop {
        let Some(previous) = begin.checked_sub(1) else { return false };
        let token = &tokens[previous];
        if token.depth > depth {
            begin = previous;
            continue;
        }
        if token.is("(") && token.depth < depth {
            // In parentheses of its own, which must be a condition themselves.
            let close = closing(tokens, previous);
            let inside = tokens[previous + 1..close].iter().filter(own);
            let plain = !inside.clone().any(|token| token.is_any(&["or", "not", "select", "between", "case", ","]));
            return (previous + 1 == start || behind_and) && plain && is_conjunct(tokens, previous, close + 1);
        }
        if previous + 1 == start {
            behind_and = token.is("and");
            if !(behind_and || token.is_any(&["on", "where"])) {
                return false;
            }
        }
        if token.is_any(&["on", "where"]) {
            break;
        }
        if token.is_any(&["or", "between", "case", "when", "then", "else", "having", "select", "from", "set"]) {
            return false;
        }
        begin = previous;
    }
    // On to the end of the clause.
    let after = tokens[end.min(tokens.len())..]
        .iter()
        .take_while(|token| token.depth >= depth && !(token.depth == depth && token.is(")")));
    let rest = after.filter(own).take_while(|token| !token.is_any(&CLAUSES) && !token.is_any(&[";", ","]));
    !rest.clone().any(|token| token.is("or"))
}

/// The tables of each query of a statement.
struct Scopes {
    scopes: Vec<Scope>,
    /// The query that each token stands in.
    of_token: Vec<usize>,
}

#[derive(Default)]
struct Scope {
    parent: Option<usize>,
    level: usize,
    /// The tables by the names that the query gives them, and their order.
    tables: BTreeMap<String, (Option<String>, usize)>,
    has_outer_join: bool,
}

/// A table that a name of a query stands for.
struct Found {
    table: Option<String>,
    order: (usize, usize),
    scope: usize,
}

impl Scopes {
    fn new(tokens: &[Token<'_>]) -> Self {
        let mut scopes: Vec<Scope> = vec![Scope::default()];
        let mut of_token = vec![0; tokens.len()];
        // Each parenthesis that holds a query opens a scope, and each SELECT behind UNION, EXCEPT or INTERSECT another.
        let mut open: Vec<usize> = Vec::new();
        let mut current = 0;
        for (number, token) in tokens.iter().enumerate() {
            of_token[number] = current;
            if token.is("(") {
                open.push(current);
                let opens_query = tokens.get(number + 1).is_some_and(|next| next.is_any(&["select", "with", "values"]));
                if opens_query {
                    scopes.push(Scope { parent: Some(current), level: scopes[current].level + 1, ..Scope::default() });
                    current = scopes.len() - 1;
                }
            } else if token.is(")") {
                current = open.pop().unwrap_or(0);
                of_token[number] = current;
            } else if token.is_any(&["union", "except", "intersect"]) {
                let Scope { parent, level, .. } = scopes[current];
                scopes.push(Scope { parent, level, ..Scope::default() });
                current = scopes.len() - 1;
            }
        }
        // What WITH names is no table of the project.
        let is_made = |number: usize| {
            let behind = tokens.get(number + 1..).unwrap_or_default();
            let behind = behind.iter().take(4).skip_while(|token| token.is_any(&["not", "materialized"]));
            let words: Vec<&Token<'_>> = behind.collect();
            matches!(words.as_slice(), [word, next, ..] if word.is("as") && next.is_any(&["(", "not", "materialized"]))
                || matches!(words.as_slice(), [open, ..] if open.is("(") && {
                    let close = closing(tokens, number + 1);
                    tokens.get(close + 1).is_some_and(|word| word.is("as"))
                        && tokens.get(close + 2).is_some_and(|next| next.is_any(&["(", "not", "materialized"]))
                })
        };
        let made: BTreeSet<String> =
            (0..tokens.len()).filter(|number| is_made(*number)).filter_map(|number| tokens[number].name()).collect();
        let mut expects = vec![false; scopes.len()];
        let mut in_from = vec![false; scopes.len()];
        // Parentheses around joins are no query, and their tables are left alone.
        let mut depth_of: Vec<Option<usize>> = vec![None; scopes.len()];
        let mut number = 0;
        while let Some(token) = tokens.get(number) {
            let scope = of_token[number];
            let is_from = token.is("from")
                && !(number > 0
                    && tokens[number - 1].is("distinct")
                    && number > 1
                    && tokens[number - 2].is_any(&["is", "not"]));
            if is_from && depth_of[scope].is_none() {
                (expects[scope], in_from[scope], depth_of[scope]) = (true, true, Some(token.depth));
            } else if in_from[scope] && depth_of[scope] == Some(token.depth) {
                if token.is_any(&["left", "right", "full"]) {
                    scopes[scope].has_outer_join = true;
                }
                if token.is_any(&["join", ","]) {
                    expects[scope] = true;
                } else if token.is_any(&["where", "group", "order", "having", "limit", "window"]) {
                    in_from[scope] = false;
                } else if expects[scope] && !token.is("lateral") {
                    expects[scope] = false;
                    let (table, mut next) = match token.is("(") {
                        true => (None, closing(tokens, number) + 1),
                        false => (token.name().filter(|name| !made.contains(name)), number + 1),
                    };
                    // A function that gives a table.
                    let table = if tokens.get(next).is_some_and(|next| next.is("(")) {
                        next = closing(tokens, next) + 1;
                        None
                    } else {
                        table
                    };
                    if tokens.get(next).is_some_and(|next| next.is("as")) {
                        next += 1;
                    }
                    let alias = tokens
                        .get(next)
                        .filter(|next| !next.is_any(&CLAUSES) && !next.is_any(&BEHIND_TABLES))
                        .and_then(Token::name);
                    if let Some(name) = alias.or_else(|| token.name()) {
                        let order = scopes[scope].tables.len();
                        scopes[scope].tables.insert(name, (table, order));
                    }
                }
            }
            number += 1;
        }
        Self { scopes, of_token }
    }

    /// The table that a name stands for at a place, in its query or in those around it.
    fn resolved(&self, number: usize, alias: &str) -> Option<Found> {
        let mut scope = self.of_token[number];
        loop {
            let own = &self.scopes[scope];
            if let Some((table, order)) = own.tables.get(alias) {
                return Some(Found { table: table.clone(), order: (own.level, *order), scope });
            }
            scope = own.parent?;
        }
    }

    fn has_outer_join(&self, scope: usize) -> bool {
        self.scopes[scope].has_outer_join
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> String {
        let tables = ["firms", "clusters", "areas"].map(str::to_owned).into_iter().collect();
        rewritten(sql, &tables).text
    }

    fn candidates(to: &str, from: &str, table: &str, distance: &str) -> String {
        format!("{to} IN (SELECT value FROM json_each(jiju_candidates({from}, '{table}', {distance}))) AND ")
    }

    #[test]
    fn the_index_is_asked_where_a_condition_must_hold() {
        let condition = candidates("\"c\".\"geometry\"", "\"f\".\"geometry\"", "clusters", "'2km'");
        for (before, after) in [
            ("select 1 from firms f join clusters c on ", "within(f.geometry, c.geometry, '2km')"),
            (
                "select 1 from firms f left join clusters c on f.id = c.id and ",
                "within(f.geometry, c.geometry, '2km') where f.id > 1 or c.id < 2",
            ),
            (
                "select 1 from firms as f, clusters c where f.id > 1 and (",
                "within(f.geometry, c.geometry, '2km')) and c.id < 2",
            ),
            (
                "select 1 from firms f where not exists (select 1 from clusters c where ",
                "within(f.geometry, c.geometry, '2km'))",
            ),
            (
                "select 1 from firms f, clusters c where coalesce(f.id, 1) = lower('A') and ",
                "within(f.geometry, c.geometry, '2km')",
            ),
            (
                "with d as (select 1 from firms f join clusters c on ",
                "within(f.geometry, c.geometry, '2km')) select * from d",
            ),
            (
                "select 1 from areas union select 1 from firms f join clusters c on ",
                "within(f.geometry, c.geometry, '2km') order by 1",
            ),
        ] {
            assert_eq!(of(&format!("{before}{after}")), format!("{before}{condition}{after}"));
        }
        let condition = candidates("\"b\".\"geometry\"", "\"firms\".\"geometry\"", "firms", "'500m'");
        let (before, after) = ("SELECT 1 FROM firms JOIN firms b ON ", "distance_m(firms.geometry, b.geometry) <= 500");
        assert_eq!(of(&format!("{before}{after}")), format!("{before}{condition}{after}"));
        // Of a table that the statement makes and one of the project, the one of the project is looked up.
        let condition = candidates("\"f\".\"geometry\"", "\"h\".\"geometry\"", "firms", "NULL");
        let (before, after) = (
            "with hulls as (select * from clusters) select 1 from firms f join hulls h on ",
            "within(f.geometry, h.geometry)",
        );
        assert_eq!(of(&format!("{before}{after}")), format!("{before}{condition}{after}"));
    }

    #[test]
    fn what_need_not_hold_is_left_as_it_is() {
        for sql in [
            "select within(f.geometry, c.geometry, '2km') from firms f join clusters c on 1 = 1",
            "select 1 from firms f join clusters c on within(f.geometry, c.geometry, '2km') or f.id = 1",
            "select 1 from firms f, clusters c where f.id = 1 or f.id = 2 and within(f.geometry, c.geometry, '2km')",
            "select 1 from firms f, clusters c where not within(f.geometry, c.geometry)",
            "select 1 from firms f, clusters c where not (f.id = 1 and within(f.geometry, c.geometry))",
            "select 1 from firms f, clusters c where (f.id = 1 or within(f.geometry, c.geometry))",
            "select 1 from firms f, clusters c where within(f.geometry, c.geometry) = 0",
            "select 1 from firms f, clusters c where case when f.id = 1 and within(f.geometry, c.geometry) then 1 else 2 end = 2",
            "select 1 from firms f, clusters c where f.id between 1 and within(f.geometry, c.geometry)",
            "select 1 from firms f, clusters c group by 1 having within(f.geometry, c.geometry)",
            "select 1 from firms f, clusters c where distance_m(f.geometry, c.geometry) > 500",
            "select 1 from firms f, clusters c where distance_m(f.geometry, c.geometry) < 500 + 500",
            "select 1 from firms f, clusters c where within(f.geometry, f.geometry)",
            "with clusters as (select * from areas) select 1 from firms f left join clusters c on within(f.geometry, c.geometry)",
            "select 1 from firms f, clusters c where not (coalesce(f.id, 1) and within(f.geometry, c.geometry))",
            "select 1 from firms f join clusters c on coalesce(within(f.geometry, c.geometry), 1)",
            "select 1 from firms f join clusters c on 'within(f.geometry, c.geometry)' = f.id -- within(f.geometry, c.geometry)",
        ] {
            assert_eq!(of(sql), sql);
        }
    }

    #[test]
    fn places_are_those_of_the_statement_as_it_was_asked() {
        let sql = "select 1 from firms f join clusters c on within(f.geometry, c.geometry) where nothing = 1";
        let tables = ["firms", "clusters"].map(str::to_owned).into_iter().collect();
        let rewritten = rewritten(sql, &tables);
        let at = rewritten.text.find("nothing").unwrap();
        assert_eq!(rewritten.original(at), sql.find("nothing").unwrap());
        assert_eq!(rewritten.original(3), 3);
        assert_eq!(line_and_column("select\n  区县 from x", "select\n  区县 ".len()), (2, 6));
    }

    #[test]
    fn only_one_question_that_has_the_same_answer_tomorrow_is_asked() {
        let message = |sql: &str| check(sql).unwrap_err().to_string();
        assert_eq!(
            message("delete from firms"),
            "cannot answer the query: line 1, column 1: found `delete`, expected SELECT or WITH"
        );
        assert!(message("select 1; select 2").contains("column 11: found a second statement"));
        assert!(message("select date('now')").contains("another one tomorrow"));
        assert!(message("select strftime('%Y')").contains("another one tomorrow"));
        assert!(message("select current_date").contains("another one tomorrow"));
        assert!(message("  -- nothing\n").contains("found nothing"));
        for sql in [
            "select ';' ;",
            "select date('2020-09-30', '-3 months')",
            "with a as (select 1) select * from a",
            "select 'now'",
        ] {
            check(sql).unwrap();
        }
    }
}

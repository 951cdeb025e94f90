//! The columns of a table, by the statement that declares it.

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub name: String,
    /// Its type in upper case without a length, such as `TEXT`; empty where it has none.
    pub kind: String,
    /// Whether it is the number of the row under another name.
    pub is_row_number: bool,
    /// What rows have that were there before it.
    pub default: Default,
}

/// The default of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Default {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A word, and whether it stands in quotes.
    Word(String, bool),
    /// What stands in single quotes.
    Text(String),
    Sign(char),
}

/// The columns that a `CREATE TABLE` declares, in the order in which rows hold them; `None` for what is no such statement, and
/// for a table without row numbers.
pub(super) fn columns(sql: &str) -> Option<Vec<Column>> {
    let tokens = tokens(sql);
    let start = tokens.iter().position(|token| *token == Token::Sign('('))?;
    let (parts, rest) = parts(&tokens[start + 1..])?;
    if rest.windows(2).any(|two| is(&two[0], "WITHOUT") && is(&two[1], "ROWID")) {
        return None;
    }
    let mut columns: Vec<Column> = Vec::new();
    for part in parts {
        let Some(first) = part.first() else { continue };
        const OF_TABLE: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        if OF_TABLE.iter().any(|word| is(first, word)) {
            of_table(part, &mut columns);
            continue;
        }
        columns.push(column(part)?);
    }
    Some(columns)
}

fn is(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(own, false) if own.eq_ignore_ascii_case(word))
}

/// A rule of the table that makes a column the number of the row: `PRIMARY KEY (id)`.
fn of_table(part: &[Token], columns: &mut [Column]) {
    let Some(at) = part.windows(2).position(|two| is(&two[0], "PRIMARY") && is(&two[1], "KEY")) else { return };
    let [Token::Sign('('), Token::Word(name, _), rest @ ..] = &part[at + 2..] else { return };
    let is_alone = rest.iter().take_while(|token| **token != Token::Sign(')')).all(|token| *token != Token::Sign(','));
    let named = columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name));
    if let Some(column) = named.filter(|column| is_alone && column.kind == "INTEGER") {
        column.is_row_number = true;
    }
}

fn column(part: &[Token]) -> Option<Column> {
    let (Token::Word(name, _) | Token::Text(name)) = part.first()? else { return None };
    const RULES: [&str; 11] = [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ];
    let rules = part.iter().position(|token| RULES.iter().any(|word| is(token, word))).unwrap_or(part.len());
    let mut kind = String::new();
    for token in part[1..rules].iter().take_while(|token| **token != Token::Sign('(')) {
        if let Token::Word(word, _) | Token::Text(word) = token {
            kind += if kind.is_empty() { "" } else { " " };
            kind += &word.to_ascii_uppercase();
        }
    }
    let rules = &part[rules..];
    let key = rules.windows(2).position(|two| is(&two[0], "PRIMARY") && is(&two[1], "KEY"));
    let is_downward = key.and_then(|at| rules.get(at + 2)).is_some_and(|token| is(token, "DESC"));
    let has_length = part.get(1..).is_some_and(|rest| rest.contains(&Token::Sign('(')));
    let default =
        rules.iter().position(|token| is(token, "DEFAULT")).map_or(Default::Null, |at| default(&rules[at + 1..]));
    let is_row_number = key.is_some() && kind == "INTEGER" && !is_downward && !(has_length && rules.is_empty());
    Some(Column { name: name.clone(), kind, is_row_number, default })
}

/// A constant; an expression, which only rows have that were made by it, is none.
fn default(tokens: &[Token]) -> Default {
    let tokens = match tokens {
        [Token::Sign('('), rest @ ..] => rest,
        all => all,
    };
    let (sign, tokens) = match tokens {
        [Token::Sign('-'), rest @ ..] => ("-", rest),
        [Token::Sign('+'), rest @ ..] => ("", rest),
        all => ("", all),
    };
    match tokens.first() {
        Some(Token::Text(text)) => Default::Text(text.clone()),
        Some(Token::Word(word, true)) => Default::Text(word.clone()),
        Some(Token::Word(word, false)) => {
            let number = format!("{sign}{word}");
            if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
                return Default::Integer(i64::from(word.eq_ignore_ascii_case("true")));
            }
            number.parse().map(Default::Integer).or_else(|_| number.parse().map(Default::Real)).unwrap_or(Default::Null)
        }
        _ => Default::Null,
    }
}

/// What stands between the commas up to the closing bracket, and what stands behind that.
fn parts(tokens: &[Token]) -> Option<(Vec<&[Token]>, &[Token])> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') if depth == 0 => {
                parts.push(&tokens[start..at]);
                return Some((parts, &tokens[at + 1..]));
            }
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 0 => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = sql.chars().peekable();
    while let Some(first) = characters.next() {
        match first {
            '-' if characters.peek() == Some(&'-') => {
                let _comment = characters.by_ref().find(|other| *other == '\n');
            }
            '/' if characters.peek() == Some(&'*') => {
                characters.next();
                let mut before = ' ';
                let _comment = characters.by_ref().find(|other| {
                    let ends = before == '*' && *other == '/';
                    before = *other;
                    ends
                });
            }
            '\'' | '"' | '`' | '[' => {
                let closing = if first == '[' { ']' } else { first };
                let mut text = String::new();
                while let Some(other) = characters.next() {
                    // Doubled, it stands for itself.
                    if other == closing && (closing == ']' || characters.next_if_eq(&closing).is_none()) {
                        break;
                    }
                    text.push(other);
                }
                tokens.push(if first == '\'' { Token::Text(text) } else { Token::Word(text, true) });
            }
            _ if is_of_word(first) => {
                let mut word = String::from(first);
                while let Some(other) = characters.next_if(|other| is_of_word(*other)) {
                    word.push(other);
                }
                tokens.push(Token::Word(word, false));
            }
            _ if first.is_whitespace() => {}
            _ => tokens.push(Token::Sign(first)),
        }
    }
    tokens
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '.') || !character.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &str) -> Vec<(String, String, bool)> {
        let columns = columns(sql).unwrap_or_default();
        columns.into_iter().map(|column| (column.name, column.kind, column.is_row_number)).collect()
    }

    fn expected(columns: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
        columns.iter().map(|(name, kind, is_key)| ((*name).to_owned(), (*kind).to_owned(), *is_key)).collect()
    }

    #[test]
    fn columns_of_programs() {
        let of_gdal = "CREATE TABLE \"区划\" ( \"fid\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, \"geom\" MULTIPOLYGON, \
                       \"name, (名)\" TEXT(20), \"n\" MEDIUMINT DEFAULT -5)";
        let columns = [("fid", "INTEGER", true), ("geom", "MULTIPOLYGON", false), ("name, (名)", "TEXT", false)];
        assert_eq!(read(of_gdal)[..3], expected(&columns));
        assert_eq!(self::columns(of_gdal).unwrap()[3].default, Default::Integer(-5));
        let by_hand = "create table t(id integer, [a b] double precision not null default (1.5) /* , c text */, `x` text \
                       check (x in ('a', 'b)')) default 'it''s', constraint k primary key (id)) -- end";
        let columns = [("id", "INTEGER", true), ("a b", "DOUBLE PRECISION", false), ("x", "TEXT", false)];
        assert_eq!(read(by_hand), expected(&columns));
        let defaults: Vec<Default> = self::columns(by_hand).unwrap().into_iter().map(|column| column.default).collect();
        assert_eq!(defaults, [Default::Null, Default::Real(1.5), Default::Text("it's".to_owned())]);
    }

    #[test]
    fn a_key_is_the_number_of_the_row_only_as_an_integer() {
        assert!(!read("CREATE TABLE t (id INT PRIMARY KEY)")[0].2);
        assert!(!read("CREATE TABLE t (id INTEGER PRIMARY KEY DESC)")[0].2);
        assert!(!read("CREATE TABLE t (id INTEGER, b INTEGER, PRIMARY KEY (id, b))")[0].2);
        assert!(read("CREATE TABLE t (id INTEGER CONSTRAINT k PRIMARY KEY)")[0].2);
    }

    #[test]
    fn what_declares_no_columns() {
        for sql in ["", "CREATE TABLE t", "CREATE TABLE t (a", "CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID"] {
            assert_eq!(columns(sql), None, "{sql}");
        }
    }
}

//! The text of a condition, understood.

use winnow::combinator::{alt, cut_err, delimited, eof, opt, preceded, repeat, terminated};
use winnow::error::{ContextError, ErrMode, ParserError as _};
use winnow::stream::Stateful;
use winnow::token::{take_till, take_while};
use winnow::{ModalParser, ModalResult, Parser as _};

use crate::error::ReadError;

/// What a condition says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Compare(String, Comparison, Value),
    In(String, Vec<Value>),
    IsNull(String),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Text(String),
}

impl Expression {
    /// Adds the columns it asks for.
    pub(super) fn columns<'a>(&'a self, columns: &mut Vec<&'a str>) {
        match self {
            Self::Compare(column, ..) | Self::In(column, _) | Self::IsNull(column) => columns.push(column),
            Self::Not(inner) => inner.columns(columns),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.columns(columns)),
        }
    }
}

/// The text that is left, and how deep in parentheses it stands.
type Input<'a> = Stateful<&'a str, usize>;

/// What would do stands in the error.
type Expected = ContextError<&'static str>;

type Parsed<T> = ModalResult<T, Expected>;

/// How deep parentheses and `not` may stand in each other: far less than the stack of a thread holds.
const DEEPEST: usize = 64;

/// Words that stand for a column between backticks only.
const KEYWORDS: [&str; 6] = ["and", "in", "is", "not", "null", "or"];

pub(super) fn parse(text: &str) -> Result<Expression, ReadError> {
    let mut whole = preceded(spaces, terminated(any, cut_err(eof).context("`and`, `or` or the end")));
    whole.parse(Stateful { input: text, state: 0 }).map_err(|error| {
        let (before, rest) = text.split_at_checked(error.offset()).unwrap_or((text, ""));
        let word: String = rest.chars().take_while(|letter| is_wordy(*letter)).collect();
        let found = match rest.chars().next() {
            None => "the end".to_owned(),
            Some(first) if word.is_empty() => format!("`{first}`"),
            Some(_) => format!("`{word}`"),
        };
        let expected = error.inner().context().next().copied().unwrap_or("a condition");
        ReadError::Condition { text: text.to_owned(), position: before.chars().count() + 1, found, expected }
    })
}

fn any(input: &mut Input<'_>) -> Parsed<Expression> {
    let more = repeat(0.., preceded(keyword("or"), cut_err(all)));
    (all, more).map(|(first, more)| joined(first, more, Expression::Any)).parse_next(input)
}

fn all(input: &mut Input<'_>) -> Parsed<Expression> {
    let more = repeat(0.., preceded(keyword("and"), cut_err(term)));
    (term, more).map(|(first, more)| joined(first, more, Expression::All)).parse_next(input)
}

fn joined(first: Expression, more: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if more.is_empty() { first } else { join(std::iter::once(first).chain(more).collect()) }
}

fn term(input: &mut Input<'_>) -> Parsed<Expression> {
    if input.state == DEEPEST {
        let mut error = Expected::from_input(input);
        error.push("at most 64 parentheses and `not` in each other");
        return Err(ErrMode::Cut(error));
    }
    input.state += 1;
    let closing = alt((symbol(")"), symbol("）"))).context("`and`, `or` or `)`");
    let found = alt((
        preceded(keyword("not"), cut_err(term)).map(not),
        delimited(alt((symbol("("), symbol("（"))), cut_err(any), cut_err(closing)),
        comparison,
    ))
    .parse_next(input);
    input.state -= 1;
    found
}

fn not(inner: Expression) -> Expression {
    Expression::Not(Box::new(inner))
}

/// What is asked of a column, once its name is known.
enum Test {
    Compare(Comparison, Value),
    In(Vec<Value>),
    IsNull,
    Not(Box<Test>),
}

impl Test {
    fn on_column(self, column: String) -> Expression {
        match self {
            Self::Compare(comparison, value) => Expression::Compare(column, comparison, value),
            Self::In(values) => Expression::In(column, values),
            Self::IsNull => Expression::IsNull(column),
            Self::Not(inner) => not(inner.on_column(column)),
        }
    }
}

fn comparison(input: &mut Input<'_>) -> Parsed<Expression> {
    let column = column.parse_next(input)?;
    let not = |test: Test| Test::Not(Box::new(test));
    let is = (opt(keyword("not")), keyword("null").context("`null` or `not null`"));
    let test = alt((
        (operator, cut_err(value)).map(|(comparison, value)| Test::Compare(comparison, value)),
        preceded(keyword("in"), cut_err(list)).map(Test::In),
        preceded((keyword("not"), cut_err(keyword("in").context("`in`"))), cut_err(list)).map(Test::In).map(not),
        preceded(keyword("is"), cut_err(is)).map(|(is_not, _)| match is_not {
            Some(_) => not(Test::IsNull),
            None => Test::IsNull,
        }),
    ));
    cut_err(test.context("=, !=, <, <=, >, >=, `in`, `not in`, `is null` or `is not null`"))
        .map(|test| test.on_column(column.clone()))
        .parse_next(input)
}

fn operator(input: &mut Input<'_>) -> Parsed<Comparison> {
    alt((
        alt((symbol("="), symbol("＝"))).value(Comparison::Equal),
        alt((symbol("!="), symbol("！＝"), symbol("≠"))).value(Comparison::NotEqual),
        alt((symbol("<="), symbol("≤"))).value(Comparison::AtMost),
        alt((symbol(">="), symbol("≥"))).value(Comparison::AtLeast),
        alt((symbol("<"), symbol("＜"))).value(Comparison::Less),
        alt((symbol(">"), symbol("＞"))).value(Comparison::More),
    ))
    .parse_next(input)
}

fn list(input: &mut Input<'_>) -> Parsed<Vec<Value>> {
    let open = alt((symbol("("), symbol("（"))).context("`(` and values");
    let close = alt((symbol(")"), symbol("）"))).context("`,` or `)`");
    let more = repeat(0.., preceded(alt((symbol(","), symbol("，"))), cut_err(value)));
    let values = (value, more).map(|(first, more): (_, Vec<_>)| std::iter::once(first).chain(more).collect());
    delimited(open, values, cut_err(close)).parse_next(input)
}

fn value(input: &mut Input<'_>) -> Parsed<Value> {
    alt((
        alt((quoted('"', '"'), quoted('\'', '\''), quoted('“', '”'), quoted('‘', '’')))
            .map(|text| Value::Text(text.trim().to_owned())),
        terminated(number, spaces).map(Value::Number),
    ))
    .context("a number, or text in quotes")
    .parse_next(input)
}

fn number(input: &mut Input<'_>) -> Parsed<f64> {
    take_while(1.., is_wordy)
        .verify_map(|text: &str| text.parse().ok().filter(|number: &f64| number.is_finite()))
        .parse_next(input)
}

fn column(input: &mut Input<'_>) -> Parsed<String> {
    let is_name = |word: &str| !KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
    alt((quoted('`', '`'), terminated(take_while(1.., is_letter).verify(is_name), spaces)))
        .map(str::to_owned)
        .context("a column, `not` or `(`")
        .parse_next(input)
}

/// What stands between quotes, which it cannot hold itself.
fn quoted<'a>(open: char, close: char) -> impl ModalParser<Input<'a>, &'a str, Expected> {
    delimited(open, take_till(0.., close), (cut_err(close.context("the closing quote")), spaces))
}

/// A whole word, in small or capital letters.
fn keyword<'a>(word: &'static str) -> impl ModalParser<Input<'a>, (), Expected> {
    (take_while(1.., is_letter).verify(|found: &str| found.eq_ignore_ascii_case(word)), spaces).void()
}

fn symbol<'a>(symbol: &'static str) -> impl ModalParser<Input<'a>, (), Expected> {
    (symbol, spaces).void()
}

fn spaces(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

/// Whether it may stand in the name of a column without backticks.
fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether it may stand in a word or a number.
fn is_wordy(letter: char) -> bool {
    is_letter(letter) || matches!(letter, '.' | '+' | '-')
}

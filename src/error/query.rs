/// The reason why a question in SQL has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The statement is wrong, or asks for what a query may not do.
    #[error("cannot answer the query: {}{message}", place(*at))]
    Statement {
        /// The line and the column where the fault is, counted from 1 in characters, if known.
        at: Option<(usize, usize)>,
        /// A description of the fault.
        message: String,
        /// Advice on what to try next.
        hint: Option<String>,
    },
    /// The answer would be larger, or take more work, than is allowed.
    #[error("the query was ended: found more than {limit} {what}")]
    TooMuch {
        /// What there is too much of: rows, steps.
        what: &'static str,
        /// The most that is allowed.
        limit: u64,
        /// Advice on what to try next.
        hint: &'static str,
    },
}

impl QueryError {
    /// Returns advice on what to try next, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Statement { hint, .. } => hint.clone(),
            Self::TooMuch { hint, .. } => Some((*hint).to_owned()),
        }
    }
}

fn place(at: Option<(usize, usize)>) -> String {
    at.map(|(line, column)| format!("line {line}, column {column}: ")).unwrap_or_default()
}

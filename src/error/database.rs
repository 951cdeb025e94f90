/// The reason why a database could not be read or written.
///
/// No message holds a password: an address with one is refused before it is used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// An address holds a password.
    #[error(
        "found a password in the address of a database{place}: lists of processes, histories of commands and copies of \
         files show it to others"
    )]
    Password {
        /// Where it was found, with a blank before it; empty for a parameter.
        place: String,
    },
    /// An address cannot be understood.
    #[error("cannot understand {address} as the address of a database: {message}")]
    Address {
        /// The address as it was given.
        address: String,
        /// What is wrong.
        message: String,
        /// Advice on what to try next.
        hint: Option<String>,
    },
    /// The server cannot be reached, or does not let the user in.
    #[error("cannot connect to {address}: {message}")]
    Connect {
        /// The address as it was given.
        address: String,
        /// What the system or the server said.
        message: String,
        /// Advice on what to try next.
        hint: Option<String>,
    },
    /// The server refused to do something.
    #[error("cannot {action} {address}: {message}")]
    Refused {
        /// The action that failed: `read` or `write`.
        action: &'static str,
        /// The address as it was given.
        address: String,
        /// What the server said.
        message: String,
        /// Advice on what to try next.
        hint: Option<String>,
    },
    /// The connection ended before the work was done.
    #[error("cannot {action} {address}: the connection was lost: {message}{}", nothing(action))]
    Lost {
        /// The action that failed: `read` or `write`.
        action: &'static str,
        /// The address as it was given.
        address: String,
        /// What the system or the server said.
        message: String,
    },
    /// A table is there already.
    #[error("cannot write {address}: there is a table `{table}` already, which is kept")]
    Exists {
        /// The address as it was given.
        address: String,
        /// The table, with its schema.
        table: String,
    },
}

impl DatabaseError {
    /// Returns advice on what to try next, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Password { .. } => Some(
                "leave it out of the address, and put it into the file ~/.pgpass (or another one, named by PGPASSFILE) or \
                 into the environment variable PGPASSWORD"
                    .to_owned(),
            ),
            Self::Address { hint, .. } | Self::Connect { hint, .. } | Self::Refused { hint, .. } => hint.clone(),
            Self::Lost { .. } => None,
            Self::Exists { address, .. } => {
                Some(format!("write to another table, or say that this one is to be replaced: `{address}|replace=yes`"))
            }
        }
    }
}

fn nothing(action: &str) -> &'static str {
    if action == "write" { "; nothing was written" } else { "" }
}

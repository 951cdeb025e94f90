use std::fmt;

/// Why a policy folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Everything that is wrong with the folder.
    #[error("cannot use policy {folder}: {}", listed(faults, *more))]
    Faults {
        /// The folder.
        folder: String,
        /// What is wrong, file by file.
        faults: Vec<PolicyFault>,
        /// How many more there are than are listed.
        more: usize,
    },
}

/// One fault of a policy folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// The file of the folder.
    pub file: String,
    /// The line, where it is on one.
    pub row: Option<u64>,
    /// The column, or the key of a TOML file: `programme[2].deadline`.
    pub column: Option<String>,
    /// What was found: a cell in back quotes, or what is missing.
    pub found: String,
    /// What would have done.
    pub expected: String,
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)
    }
}

impl PolicyError {
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let Self::Faults { faults, .. } = self;
        faults.iter().any(|fault| fault.file == "policy.toml" && fault.found == "no such file").then(|| {
            "a policy is a folder such as data/policy/shaoxing-2020, with policy.toml and the tables beside it"
                .to_owned()
        })
    }
}

fn listed(faults: &[PolicyFault], more: usize) -> String {
    let mut text = match faults.len() + more {
        1 => "1 fault".to_owned(),
        count => format!("{count} faults"),
    };
    text.extend(faults.iter().map(|fault| format!("\n  {fault}")));
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

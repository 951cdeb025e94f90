use std::fmt;

/// Why a policy folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The folder has one or more faults.
    #[error("cannot use policy {folder}: {}", listed(faults, *more))]
    Faults {
        /// The path of the folder.
        folder: String,
        /// The faults, ordered by file.
        faults: Vec<PolicyFault>,
        /// The number of further faults that are not listed.
        more: usize,
    },
}

/// One fault of a policy folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// The name of the file in the folder.
    pub file: String,
    /// The line of the fault, if it is on a particular line.
    pub row: Option<u64>,
    /// The column, or the key in a TOML file: `programme[2].deadline`.
    pub column: Option<String>,
    /// The cell that was found, in back quotes, or a description of what is missing.
    pub found: String,
    /// A description of what was expected.
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
    /// Returns advice on what to try next, if there is any.
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

/// Why a policy folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Everything that is wrong with the folder, each with its file, row and column, what was found and what would have
    /// done.
    #[error("cannot use policy {folder}: {} faults\n  {}", faults.len(), faults.join("\n  "))]
    Faults {
        /// The folder.
        folder: String,
        /// What is wrong.
        faults: Vec<String>,
    },
}

impl PolicyError {
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let Self::Faults { faults, .. } = self;
        faults.iter().all(|fault| fault.contains("no such file")).then(|| {
            "a policy is a folder such as data/policy/shaoxing-2020, with policy.toml and the tables beside it"
                .to_owned()
        })
    }
}

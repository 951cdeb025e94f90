/// Why the `render` room could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// Placeholder until the room names its own failures.
    #[error("{0}")]
    Other(String),
}

impl RenderError {
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        None
    }
}

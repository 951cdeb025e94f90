//! A document of a project, made once and written in each form that is asked for.

use std::path::{Path, PathBuf};

use super::{Bulletin, ReportForm, report_bytes};
use crate::error::Result;
use crate::project::{Project, Unmade};
use crate::source::write_atomically;

/// A bulletin or a dossier of a project.
#[derive(Debug, Clone)]
pub struct MadeDocument {
    /// The project it is of, in the language it is in.
    pub(in crate::project) project: Project,
    /// What it says, and the DOCX of the office where that is filled in.
    pub bulletin: Bulletin,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// The figures that could not be drawn; the document is without them.
    pub unmade: Vec<Unmade>,
    /// Whether everything was made and, of a bulletin, no problem was found, every quota is met and nothing has to be said of a figure.
    pub satisfied: bool,
    /// The files it was made from.
    pub inputs: Vec<PathBuf>,
}

impl MadeDocument {
    /// The document as one HTML file.
    #[must_use]
    pub fn html(&self) -> String {
        crate::report::html(&self.bulletin.document)
    }

    /// The bytes of the document in the form of a file's ending (html, docx, pdf, xlsx), and warnings to show to the user.
    ///
    /// # Errors
    ///
    /// Another ending; errors of drawing.
    pub fn bytes(&self, path: &Path) -> Result<(Vec<u8>, Vec<String>)> {
        report_bytes(&self.project, &self.bulletin, ReportForm::from_path(path)?)
    }

    /// Writes the document to a file, in the form of its ending; gives the size in bytes and warnings to show to the user.
    ///
    /// # Errors
    ///
    /// As [`MadeDocument::bytes`], and errors of writing.
    pub fn write(&self, path: &Path) -> Result<(u64, Vec<String>)> {
        let (bytes, notes) = self.bytes(path)?;
        let inputs: Vec<&Path> = self.inputs.iter().map(PathBuf::as_path).collect();
        write_atomically(path, &inputs, &bytes)?;
        Ok((bytes.len() as u64, notes))
    }
}

/// Refuses files with an ending that no document has, before anything is measured.
///
/// # Errors
///
/// [`crate::error::ReadError::UnknownFormat`].
pub fn document_forms(paths: &[PathBuf]) -> Result<()> {
    paths.iter().try_for_each(|path| ReportForm::from_path(path).map(|_| ()))
}

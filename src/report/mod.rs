//! Documents for readers: the quarterly bulletin 季度通报 as DOCX, PDF, HTML and XLSX, the workbook behind it, and the
//! interactive page.

mod document;
mod form;
mod headings;
mod page;
mod workbook;

pub use document::{
    Block, Document, DocumentFigure, DocumentTable, Imprint, Word, Words, document_pdf, docx, html, xlsx,
};
pub use form::{FormColumn, FormValues, form};
pub use headings::{Headings, heading};
pub use page::{Page, PageColumn, PageFirm, PageFirms, PageFrame, PageLayer, PageSector, PageTable, page};
pub use workbook::{SheetChoices, Workbook, WorkbookChart, WorkbookSheet, list_workbook, with_names, workbook};

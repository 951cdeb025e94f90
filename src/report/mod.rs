//! Documents for readers: the quarterly bulletin 季度通报 as DOCX, PDF, HTML and XLSX, the workbook behind it, and the
//! interactive page.

mod document;
mod form;
mod headings;
mod page;
mod workbook;

pub use document::{
    Block, Document, DocumentFigure, DocumentTable, DocxTemplate, Filling, FillingContent, Imprint, ImprintPage,
    TemplateLine, TemplatePlace, TemplateStyle, Word, Words, document_pdf, docx, docx_of_template, html, imprint_page,
    synthetic_notice, xlsx,
};
pub use form::{FormColumn, FormValues, form};
pub use headings::{Headings, heading};
pub use page::{Page, PageColumn, PageFirm, PageFirms, PageFrame, PageLayer, PageSector, PageTable, page};
pub use workbook::{
    CellLink, SheetChoices, Workbook, WorkbookChart, WorkbookSheet, list_workbook, with_names, workbook,
};

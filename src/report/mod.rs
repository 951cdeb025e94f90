//! Documents for readers: the quarterly bulletin 季度通报 as one HTML file, the workbook behind it, and the interactive
//! page.

mod bulletin;
mod headings;
mod page;
mod workbook;

pub use bulletin::{Bulletin, BulletinTable, bulletin};
pub use headings::heading;
pub use page::{Page, PageColumn, PageFirm, PageFirms, PageFrame, PageLayer, PageTable, page};
pub use workbook::{SheetChoices, Workbook, WorkbookChart, WorkbookSheet, with_names, workbook};

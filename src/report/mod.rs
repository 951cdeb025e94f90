//! What leaves the house as a document: the quarterly bulletin 季度通报 as one HTML file, and the workbook behind it.

mod bulletin;
mod headings;
mod workbook;

pub use bulletin::{Bulletin, BulletinTable, bulletin};
pub use headings::heading;
pub use workbook::{Sheet, workbook};

//! Noto Sans CJK SC as jiju sets it: two faces, as the bytes of OpenType files.
//!
//! The outlines are those of Noto Sans CJK SC 2.004. There are no layout tables: a text is exactly as wide as the sum of its
//! advance widths. Under the SIL Open Font License 1.1.
#![no_std]

/// Regular, weight 400: all of GBK, Latin, Greek, punctuation, full-width forms, units, signs and shapes.
pub static REGULAR: &[u8] = include_bytes!("../NotoSansCJKsc-Regular-GBK.otf");

/// Bold, weight 700: all of GB 2312, and the same signs.
pub static BOLD: &[u8] = include_bytes!("../NotoSansCJKsc-Bold-GB2312.otf");

//! In which encoding a Shapefile keeps its text.

use std::io::Read as _;
use std::path::Path;

use super::super::parts::sibling;
use crate::error::{Error, ReadError, Result};

/// The encoding to open a Shapefile with, where GDAL would not find the right one itself.
///
/// Strings leave the gdal crate through a lossy conversion, so that a table opened in the wrong encoding is destroyed.
/// A `.cpg` beside it is believed; without one the text is UTF-8 where it can be, and otherwise GB18030, of which GBK is
/// a part, unless the language byte of the table names another of the encodings of East Asia.
pub(super) fn of_shapefile(path: &Path, stated: Option<&str>) -> Result<Option<String>> {
    if let Some(stated) = stated {
        return Ok(Some(stated.to_owned()));
    }
    let Some(table) = sibling(path, "dbf") else { return Ok(None) };
    if sibling(path, "cpg").is_some() {
        return Ok(None);
    }
    let (language, text) = header_and_text(&table)?;
    Ok(match std::str::from_utf8(&text) {
        Ok(_) => Some("UTF-8".to_owned()),
        // Shift-JIS, Big5, Korean: GDAL knows these bytes.
        Err(_) if matches!(language, 0x13 | 0x7b | 0x4f | 0x78 | 0x4e | 0x79) => None,
        Err(_) => Some("GB18030".to_owned()),
    })
}

/// The language byte of a dBASE table, and the bytes of its field names and character cells.
fn header_and_text(path: &Path) -> Result<(u8, Vec<u8>)> {
    let malformed = |message: &str| {
        Error::from(ReadError::Malformed {
            file: path.display().to_string(),
            format: "dBASE",
            message: message.to_owned(),
        })
    };
    let mut file = std::fs::File::open(path).map_err(Error::file("read", path))?;
    let mut start = [0u8; 32];
    file.read_exact(&mut start).map_err(|_| malformed("the file ends within its header"))?;
    let header_length = usize::from(u16::from_le_bytes([start[8], start[9]]));
    let record_length = usize::from(u16::from_le_bytes([start[10], start[11]]));
    let mut descriptors = vec![0u8; header_length.saturating_sub(32)];
    file.read_exact(&mut descriptors).map_err(|_| malformed("the file ends within its header"))?;

    let mut text = Vec::new();
    let mut cells = Vec::new();
    let mut offset = 1;
    for descriptor in descriptors.chunks_exact(32).take_while(|descriptor| descriptor[0] != b'\r') {
        push_whole(&mut text, descriptor[..11].split(|byte| *byte == 0).next().unwrap_or_default());
        let width = usize::from(descriptor[16]);
        if descriptor[11] == b'C' {
            cells.push(offset..offset + width);
        }
        offset += width;
    }
    if record_length == 0 {
        return Ok((start[29], text));
    }
    let mut reader = std::io::BufReader::new(file);
    let mut record = vec![0u8; record_length];
    // Some megabytes of text decide the question.
    while text.len() < 1 << 22 && reader.read_exact(&mut record).is_ok() {
        for cell in &cells {
            push_whole(&mut text, record.get(cell.clone()).unwrap_or_default());
        }
    }
    Ok((start[29], text))
}

/// Adds a cell and a line end, without a character of UTF-8 that the width of the cell has cut in two.
fn push_whole(text: &mut Vec<u8>, cell: &[u8]) {
    let cell = match std::str::from_utf8(cell) {
        Err(error) if error.error_len().is_none() => &cell[..error.valid_up_to()],
        _ => cell,
    };
    text.extend_from_slice(cell);
    text.push(b'\n');
}

/// The headers of a MapInfo TAB or MIF, in its charset.
///
/// GDAL 3.6 takes the bytes of a header for Latin letters and replaces those that are none, so that most Chinese headers
/// come out spoilt; the cells are read well. `None` where the charset is not one whose headers it spoils.
pub(super) fn mapinfo_headers(path: &Path) -> Option<Vec<String>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(1 << 20).read_to_end(&mut bytes).ok()?;
    let latin = bytes.iter().map(|byte| char::from(*byte)).collect::<String>().to_lowercase();
    let charset = latin.split("charset").nth(1)?.split_whitespace().next()?.trim_matches('"').to_owned();
    let encoding = match charset.as_str() {
        "windowssimpchinese" => encoding_rs::GB18030,
        "windowstradchinese" => encoding_rs::BIG5,
        "windowsjapanese" => encoding_rs::SHIFT_JIS,
        "windowskorean" => encoding_rs::EUC_KR,
        "utf-8" => encoding_rs::UTF_8,
        _ => return None,
    };
    let text = encoding.decode(&bytes).0;
    let mut lines = text.lines().map(str::trim);
    let count: usize = lines.by_ref().find_map(|line| {
        let mut words = line.split_whitespace();
        let opens = words.next().is_some_and(|word| matches!(word.to_lowercase().as_str(), "fields" | "columns"));
        words.next().filter(|_| opens)?.parse().ok()
    })?;
    // The name stands before its type: `名称 Char (254) ;`.
    lines.take(count).map(|line| line.split_whitespace().next().map(|name| name.trim_matches('"').to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_by_the_width_of_its_cell_is_still_utf_8() {
        let mut text = Vec::new();
        push_whole(&mut text, &"越城区".as_bytes()[..8]);
        assert_eq!(text, "越城\n".as_bytes());
        // The same in GBK stays what it is, and is no UTF-8.
        let mut text = Vec::new();
        push_whole(&mut text, &encoding_rs::GBK.encode("越城区").0);
        assert!(std::str::from_utf8(&text).is_err());
    }
}

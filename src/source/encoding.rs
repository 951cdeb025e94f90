//! Which encoding bytes of text are in: the bytes decide, and a label only where they leave it open.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252};

use crate::error::{ReadError, Result};

/// The encoding of a label: of the WHATWG, of a code page (`936`, `CP936`, `ANSI 936`, `windows-936`) or of a MapInfo charset.
/// `None` for one that names none, such as `OEM`. GBK and GB 2312 are read as GB18030, of which they are parts.
pub(super) fn labelled(label: &str) -> Option<&'static Encoding> {
    const PREFIXES: [&str; 8] = ["ansi", "ldid", "windows", "codepage", "cp", "ms", "ibm", "oem"];
    let key: String = label.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let mut code = key.as_str();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| code.strip_prefix(prefix)) {
        code = rest;
    }
    let found = match code {
        "936" | "54936" | "77" | "simpchinese" | "gb2312" | "gbk" | "gb18030" | "euccn" | "gb231280" => Some(GB18030),
        "950" | "951" | "big5" | "big5hkscs" | "tradchinese" => Some(BIG5),
        "932" | "31j" | "sjis" | "shiftjis" | "japanese" => Some(SHIFT_JIS),
        "949" | "euckr" | "korean" => Some(EUC_KR),
        "65001" | "utf8" | "utf8bom" | "unicodeutf8" => Some(UTF_8),
        "88591" | "iso88591" | "1252" | "latin1" => Some(WINDOWS_1252),
        _ => Encoding::for_label(label.trim().trim_matches('"').as_bytes())
            .or_else(|| Encoding::for_label(format!("windows-{code}").as_bytes())),
    };
    found.map(|encoding| if encoding == GBK { GB18030 } else { encoding })
}

/// The encoding that a user states.
///
/// # Errors
///
/// [`ReadError::UnknownEncoding`] for a label that names none.
pub(super) fn stated(label: &str) -> Result<&'static Encoding> {
    labelled(label).ok_or_else(|| ReadError::UnknownEncoding { found: label.to_owned() }.into())
}

/// What the bytes of some cells show.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Cells of UTF-8 with characters of three or four bytes, which no other encoding is by chance.
    utf8: u64,
    /// Cells of UTF-8 with characters of two bytes alone, which may be another encoding.
    short: u64,
    /// The others, but for those of ASCII alone.
    other: u64,
    /// Of the last two kinds, as many as decide the question.
    sample: Vec<Vec<u8>>,
}

/// What a survey comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finding {
    pub encoding: &'static Encoding,
    /// Whether another encoding would do as well.
    pub is_doubtful: bool,
}

impl Survey {
    /// Looks at a cell.
    pub fn add(&mut self, cell: &[u8]) {
        const SAMPLE: usize = 4096;
        let cell = whole_characters(cell);
        match std::str::from_utf8(cell) {
            Ok(_) if cell.is_ascii() => return,
            Ok(text) if text.chars().any(|character| character >= '\u{800}') => {
                self.utf8 += 1;
                return;
            }
            Ok(_) => self.short += 1,
            Err(_) => self.other += 1,
        }
        if self.sample.len() < SAMPLE {
            self.sample.push(cell.to_vec());
        }
    }

    /// Whether any cell is more than ASCII.
    pub fn is_decisive(&self) -> bool {
        self.utf8 + self.short + self.other > 0
    }

    /// The encoding of the cells. A label decides between encodings that would all do.
    pub fn finding(&self, label: Option<&'static Encoding>) -> Finding {
        let sure = |encoding| Finding { encoding, is_doubtful: false };
        if self.utf8 > self.other || (self.other == 0 && self.short == 0) {
            // Of nothing but ASCII the label is as good as any.
            return sure(match label {
                Some(label) if self.utf8 == 0 && label.is_ascii_compatible() => label,
                _ => UTF_8,
            });
        }
        let readings = |encoding: &'static Encoding| {
            self.sample.iter().fold((0.0, 0.0), |(common, all), cell| {
                let (one, of) = commonness(cell, encoding);
                (common + one, all + of)
            })
        };
        let share = |encoding| {
            let (common, all) = readings(encoding);
            if all > 0.0 { common / all } else { 0.0 }
        };
        let (chinese, traditional) = (share(GB18030), share(BIG5));
        if self.other == 0 {
            // `Müller` in UTF-8 and 眉 in GBK are the same bytes; two characters in a row are seldom so.
            let is_word = self.sample.iter().any(|cell| cell.iter().filter(|byte| !byte.is_ascii()).count() >= 4);
            return match (label, is_word && chinese == 1.0) {
                (Some(label), _) if label == UTF_8 || label == WINDOWS_1252 => sure(UTF_8),
                (_, true) => sure(GB18030),
                (_, false) => sure(UTF_8),
            };
        }
        match label {
            // Where the label's own reading is as good as the best, it is right.
            Some(label) if is_east_asian(label) && share(label) >= chinese.max(traditional) && share(label) > 0.0 => {
                sure(label)
            }
            _ if traditional > chinese => Finding { encoding: BIG5, is_doubtful: label.is_none() },
            // No character of these bytes is Chinese: Latin letters with accents.
            Some(label) if chinese < 0.8 && !is_east_asian(label) && label != UTF_8 => sure(label),
            _ => Finding { encoding: GB18030, is_doubtful: chinese < 0.8 },
        }
    }
}

fn is_east_asian(encoding: &'static Encoding) -> bool {
    [GB18030, BIG5, SHIFT_JIS, EUC_KR].contains(&encoding)
}

/// How many of the characters that a cell has in an encoding are common ones, by the blocks of the encoding's own table, and
/// how many there are.
fn commonness(cell: &[u8], encoding: &'static Encoding) -> (f64, f64) {
    let (mut common, mut all, mut at) = (0.0, 0.0, 0);
    while let Some(lead) = cell.get(at) {
        if lead.is_ascii() {
            at += 1;
            continue;
        }
        if at + 1 == cell.len() {
            // The width of a field has cut it.
            break;
        }
        all += 1.0;
        let trail = cell.get(at + 1).copied().unwrap_or_default();
        let (width, weight) = if encoding == BIG5 {
            match (lead, trail) {
                // Signs and the characters in common use, then the others.
                (0xa1..=0xc6, 0x40..=0x7e | 0xa1..=0xfe) => (2, 1.0),
                (0xc9..=0xf9, 0x40..=0x7e | 0xa1..=0xfe) => (2, 0.6),
                _ => (1, 0.0),
            }
        } else if encoding == GB18030 {
            match (lead, trail) {
                (0x81..=0xfe, 0x30..=0x39) => (4, 1.0),
                // The characters of GB 2312 in common use, signs, and the others of that standard.
                (0xb0..=0xd7 | 0xa1..=0xa3, 0xa1..=0xfe) => (2, 1.0),
                (0xd8..=0xf7, 0xa1..=0xfe) => (2, 0.9),
                (0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe) => (2, 0.4),
                _ => (1, 0.0),
            }
        } else {
            let (text, has_errors) = encoding.decode_without_bom_handling(cell);
            let others = || text.chars().filter(|character| !character.is_ascii());
            let weight = |character| match character {
                // Bytes of other encodings are nearly always katakana of half width, or Chinese characters of Korean.
                '\u{ff61}'..='\u{ff9f}' => 0.2,
                '\u{4e00}'..='\u{9fff}' if encoding == EUC_KR => 0.3,
                _ => 1.0,
            };
            let count = others().count() as f64;
            return (if has_errors { 0.0 } else { others().map(weight).sum() }, count);
        };
        common += weight;
        at += width;
    }
    (common, all)
}

/// A cell as it was decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub text: String,
    pub fault: Option<Fault>,
}

/// What was wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It ended in a part of a character.
    Cut,
    /// It is in another encoding than the others, in which it was read.
    Other(&'static Encoding),
    /// It holds bytes that are no characters.
    Broken,
}

/// A cell in the encoding that its file was found to be in, unless its own bytes show another.
pub(super) fn decoded(cell: &[u8], encoding: &'static Encoding) -> Decoded {
    if cell.is_ascii() {
        return Decoded { text: String::from_utf8_lossy(cell).into_owned(), fault: None };
    }
    let plain = |encoding: &'static Encoding, cell: &[u8]| {
        encoding.decode_without_bom_handling_and_without_replacement(cell).map(std::borrow::Cow::into_owned)
    };
    let utf8 = std::str::from_utf8(whole_characters(cell)).ok();
    let is_utf8 = utf8.is_some_and(|text| text.chars().any(|character| character >= '\u{800}'));
    if encoding != UTF_8
        && is_utf8
        && let Some(text) = utf8
    {
        return Decoded { text: text.to_owned(), fault: Some(Fault::Other(UTF_8)) };
    }
    if let Some(text) = plain(encoding, cell) {
        return Decoded { text, fault: None };
    }
    // The width of a field counts bytes and may end it within a character.
    for cut in 1..=3.min(cell.len() - 1) {
        let (start, end) = cell.split_at(cell.len() - cut);
        if !end[0].is_ascii()
            && let Some(text) = plain(encoding, start)
        {
            return Decoded { text, fault: Some(Fault::Cut) };
        }
    }
    if encoding == UTF_8 {
        let (common, all) = commonness(cell, GB18030);
        if common >= 0.8 * all
            && let Some(text) = plain(GB18030, cell)
        {
            return Decoded { text, fault: Some(Fault::Other(GB18030)) };
        }
    }
    let text = encoding.decode_without_bom_handling(cell).0.into_owned();
    Decoded { text, fault: Some(Fault::Broken) }
}

/// A cell without the part of a character of UTF-8 that it may end in.
fn whole_characters(cell: &[u8]) -> &[u8] {
    match std::str::from_utf8(cell) {
        Err(error) if error.error_len().is_none() => &cell[..error.valid_up_to()],
        _ => cell,
    }
}

/// A text as a whole, which its label, where there is one, may name wrongly; and what the user should know of it.
pub(crate) fn text(bytes: &[u8], label: Option<&str>) -> (String, Option<String>) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding.decode(bytes).0.into_owned(), None);
    }
    let mut survey = Survey::default();
    // Lines stand for cells: a survey of one cell would be of its first fault.
    bytes.split(|byte| matches!(byte, b'\n' | b'"' | b'>' | b'<' | b',')).for_each(|piece| survey.add(piece));
    let known = label.and_then(labelled);
    let Finding { encoding, is_doubtful } = survey.finding(known);
    let found = encoding.name();
    let note = match label {
        Some(label) if known != Some(encoding) => {
            Some(format!("it says `{label}`, but its bytes are {found}: read so"))
        }
        None if is_doubtful => {
            Some(format!("its encoding is doubtful, read as {found}: state it where names are spoilt"))
        }
        None if encoding != UTF_8 => Some(format!("its bytes are no UTF-8: read as {found}")),
        _ => None,
    };
    (encoding.decode_without_bom_handling(bytes).0.into_owned(), note)
}

/// An XML as text, whatever its declaration says of its encoding; and what the user should know of that.
pub(super) fn xml_text(bytes: &[u8]) -> (String, Option<String>) {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]).into_owned();
    text(bytes, declared_label(&head))
}

/// An XML in UTF-8 that says so, for readers that believe a declaration.
#[cfg(feature = "gdal")]
pub(super) fn xml_in_utf8(bytes: &mut Vec<u8>) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]);
    let is_labelled = declared_label(&head).is_none_or(|label| labelled(label) == Some(UTF_8));
    if is_labelled && std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let (text, note) = xml_text(bytes);
    let end = text.char_indices().nth(DECLARATION).map_or(text.len(), |(end, _)| end);
    let head = &text[..end];
    let declared = match declared_label(head) {
        Some(label) if labelled(label) != Some(UTF_8) => head.replacen(label, "UTF-8", 1),
        _ => head.to_owned(),
    };
    *bytes = [declared.as_bytes(), &text.as_bytes()[end..]].concat();
    note
}

/// Within how many bytes a declaration of XML stands.
const DECLARATION: usize = 200;

/// The label of an encoding in a declaration of XML.
fn declared_label(head: &str) -> Option<&str> {
    let declaration = head.split_once("<?xml")?.1.split("?>").next()?;
    let (_, rest) = declaration.split_once("encoding=")?;
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    rest[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, encoding: &'static Encoding, label: Option<&'static Encoding>) -> Finding {
        let mut survey = Survey::default();
        text.split(' ').for_each(|cell| survey.add(&encoding.encode(cell).0));
        survey.finding(label)
    }

    #[test]
    fn bytes_decide_whatever_the_label_says() {
        let labels = [None, Some(UTF_8), Some(GB18030), Some(WINDOWS_1252), Some(BIG5), Some(SHIFT_JIS), Some(EUC_KR)];
        for label in labels {
            for encoding in [UTF_8, GB18030] {
                let finding = found("越城区 柯桥区 上虞区 新昌县 诸暨市", encoding, label);
                assert_eq!(finding.encoding, encoding, "{label:?}");
            }
            assert_eq!(found("臺北市 新北市 桃園市 高雄市", BIG5, label).encoding, BIG5, "{label:?}");
        }
        assert_eq!(found("Müller Größe", UTF_8, None).encoding, UTF_8);
        assert_eq!(found("Müller Größe", WINDOWS_1252, Some(WINDOWS_1252)).encoding, WINDOWS_1252);
        assert_eq!(found("a b", UTF_8, Some(GB18030)).encoding, GB18030);
    }

    #[test]
    fn a_cell_of_its_own_encoding_is_read_so() {
        let gbk = GB18030.encode("柯桥区").0;
        assert_eq!(decoded(&gbk, UTF_8), Decoded { text: "柯桥区".into(), fault: Some(Fault::Other(GB18030)) });
        assert_eq!(decoded("柯桥区".as_bytes(), GB18030).fault, Some(Fault::Other(UTF_8)));
        assert_eq!(decoded(&gbk[..5], GB18030), Decoded { text: "柯桥".into(), fault: Some(Fault::Cut) });
        assert_eq!(decoded(&"柯桥区".as_bytes()[..8], UTF_8).text, "柯桥");
        assert_eq!(decoded(b"\xbf\xff\xc7", GB18030).fault, Some(Fault::Broken));
        let four = GB18030.encode("𠮷镇").0;
        assert_eq!(decoded(&four, GB18030).text, "𠮷镇");
    }

    #[test]
    fn labels_of_code_pages_are_known() {
        for label in
            ["936", "CP936", "ANSI 936", "gb2312", "GBK", "windows-936", "WindowsSimpChinese", "LDID/77", "GB 18030"]
        {
            assert_eq!(labelled(label), Some(GB18030), "{label}");
        }
        assert_eq!(labelled("UTF8"), Some(UTF_8));
        assert_eq!(labelled("ISO 8859-1"), Some(WINDOWS_1252));
        assert_eq!(labelled("ANSI"), None);
        assert_eq!(labelled("OEM"), None);
        assert_eq!(labelled(""), None);
    }
}

//! What encoding the bytes of a text are in.

use std::io::{BufRead as _, BufReader, Read, Result, Seek};
use std::str::from_utf8;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter};

use super::super::encoding::labelled;

/// How much of a file is read at once where it is only passed over.
const BLOCK_BYTES: usize = 1 << 20;
/// How much of a file that is no UTF-8 is looked at to tell what it is.
const SAMPLE_BYTES: usize = 4 << 20;
/// How many lines are named.
const NAMED: usize = 10;

/// The encoding of a label.
pub(in crate::source) fn of_label(label: &str) -> Option<&'static Encoding> {
    labelled(label)
}

/// What a text is read as.
pub(super) struct Decided {
    pub(super) encoding: &'static Encoding,
    /// The length of the marks before it.
    pub(super) mark: u64,
    /// What was decided against a label or without certainty.
    pub(super) note: Option<String>,
    /// The first line with a NUL byte, where it is UTF-8.
    pub(super) nul_line: Option<u64>,
}

/// Tells the encoding of a text from its bytes: a byte order mark decides; what is valid UTF-8 is UTF-8; of the rest, what
/// is stated, unless the bytes contradict it, else GB18030, or Big5 where they cannot be that. The error says which lines
/// are in another encoding than the others.
pub(super) fn decide<Bytes: Read + Seek + ?Sized>(
    bytes: &mut Bytes,
    stated: Option<&'static Encoding>,
) -> Result<std::result::Result<Decided, String>> {
    let mut start = Vec::new();
    bytes.rewind()?;
    (&mut *bytes).take(4096).read_to_end(&mut start)?;
    bytes.rewind()?;
    let decided = |encoding, mark, note, nul_line| Ok(Ok(Decided { encoding, mark, note, nul_line }));
    let overruled = |encoding: &'static Encoding, why: &str| {
        let stated = stated.filter(|stated| *stated != encoding)?;
        Some(format!("{} was stated, but {why}: it is read as {}", stated.name(), encoding.name()))
    };
    let mark = Encoding::for_bom(&start);
    if let Some((encoding, length)) = mark.filter(|(encoding, _)| *encoding != UTF_8) {
        return decided(encoding, length as u64, overruled(encoding, "its byte order mark says otherwise"), None);
    }
    if let Some(encoding) = unmarked_utf16(&start).or(stated.filter(|stated| [UTF_16LE, UTF_16BE].contains(stated)))
        && start.contains(&0)
    {
        let note = overruled(encoding, "its bytes are no such text")
            .or_else(|| Some(format!("it has no byte order mark and is read as {}", encoding.name())));
        return decided(encoding, 0, note.filter(|_| stated != Some(encoding)), None);
    }
    // Without a zero byte it is no UTF-16, whatever is stated.
    let possible = stated.filter(|stated| ![UTF_16LE, UTF_16BE].contains(stated));
    // Some programs write the mark twice.
    let marks = start.chunks(3).take_while(|mark| *mark == b"\xef\xbb\xbf").count() as u64 * 3;
    let survey = surveyed(bytes)?;
    bytes.rewind()?;
    let Some(lines) = survey.lines else {
        let is_sure = survey.is_wide || marks > 0;
        let encoding = possible.filter(|_| !is_sure).unwrap_or(UTF_8);
        let note = overruled(encoding, "its bytes are valid UTF-8");
        return decided(encoding, if encoding == UTF_8 { marks } else { 0 }, note, survey.nul_line);
    };
    if marks > 0 || lines.wide.count >= lines.broken.count {
        return Ok(Err(lines.broken.told("not valid UTF-8, as the others are")));
    }
    if lines.wide.count > 0 {
        return Ok(Err(lines.wide.told("UTF-8, as the others are not")));
    }
    let mut sample = Vec::new();
    (&mut *bytes).take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    bytes.rewind()?;
    // The sample may end within a character.
    if sample.len() == SAMPLE_BYTES {
        sample.truncate(memchr::memrchr(b'\n', &sample).map_or(sample.len(), |end| end + 1));
    }
    let (encoding, note) = of_bytes(&sample, possible);
    let note = overruled(encoding, note.unwrap_or("its bytes are no such text"))
        .or_else(|| note.filter(|_| stated.is_none()).map(|why| format!("{why}: it is read as {}", encoding.name())));
    decided(encoding, 0, note, None)
}

/// UTF-16 without its mark: Latin letters, digits and signs have a zero byte on one side, and no text has one.
fn unmarked_utf16(start: &[u8]) -> Option<&'static Encoding> {
    const LEAST: usize = 2;
    // A few characters, 一 among them, have a zero on the other side.
    const MORE: usize = 4;
    let zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (even, odd) if odd >= LEAST && odd > MORE * even => Some(UTF_16LE),
        (even, odd) if even >= LEAST && even > MORE * odd => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding of a text that is no UTF-8, and what makes it doubtful.
fn of_bytes(sample: &[u8], stated: Option<&'static Encoding>) -> (&'static Encoding, Option<&'static str>) {
    let decoded = |encoding: &'static Encoding| Quality::of_decoding(sample, encoding);
    let chinese = decoded(GB18030);
    if let Some(stated) = stated.filter(|stated| *stated != UTF_8) {
        let is_chinese = chinese.is_clean() && chinese.characters >= 3;
        let is_lie = is_chinese && (stated.is_single_byte() || !decoded(stated).is_clean());
        return if is_lie { (GB18030, None) } else { (stated, None) };
    }
    if !chinese.is_clean() && decoded(BIG5).is_clean() {
        return (BIG5, Some("its encoding is doubtful; ‹encoding› states it"));
    }
    (GB18030, None)
}

/// How well bytes decode.
struct Quality {
    has_errors: bool,
    /// Characters without a meaning in the standard.
    private: usize,
    /// Characters of Chinese.
    characters: usize,
}

impl Quality {
    fn of_decoding(sample: &[u8], encoding: &'static Encoding) -> Self {
        let (text, _, has_errors) = encoding.decode(sample);
        let mut quality = Self { has_errors, private: 0, characters: 0 };
        for character in text.chars() {
            quality.private += usize::from(matches!(character, '\u{e000}'..='\u{f8ff}'));
            quality.characters += usize::from(matches!(character, '\u{4e00}'..='\u{9fff}'));
        }
        quality
    }

    fn is_clean(&self) -> bool {
        !self.has_errors && self.private == 0
    }
}

/// What a pass over a file shows.
struct Survey {
    /// The first line with a NUL byte.
    nul_line: Option<u64>,
    /// Whether it has characters that by chance are hardly UTF-8.
    is_wide: bool,
    /// What its lines are, where it is not all UTF-8.
    lines: Option<Lines>,
}

/// Lines by what they are.
#[derive(Default)]
struct Lines {
    broken: Named,
    /// Valid UTF-8 beyond chance.
    wide: Named,
}

/// How many lines, and the first of them.
#[derive(Default)]
struct Named {
    count: u64,
    first: Vec<u64>,
}

impl Named {
    fn add(&mut self, line: u64) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(line);
        }
    }

    fn told(&self, what: &str) -> String {
        let lines: Vec<String> = self.first.iter().map(u64::to_string).collect();
        let more = if self.count > lines.len() as u64 { ", …" } else { "" };
        let (noun, verb) = if self.count == 1 { ("line", "is") } else { ("lines", "are") };
        format!("{noun} {}{more} {verb} {what}; save the file in one encoding", lines.join(", "))
    }
}

/// Whether a text has two characters of three bytes, which other encodings hardly ever make by chance.
fn is_wide(text: &[u8]) -> bool {
    /// What characters of three or four bytes begin with.
    const FIRST: u8 = 0xe0;
    !text.is_ascii() && text.iter().filter(|byte| **byte >= FIRST).nth(1).is_some()
}

/// Passes over a file to see whether it is UTF-8, and over its lines where it is not.
fn surveyed<Bytes: Read + Seek + ?Sized>(bytes: &mut Bytes) -> Result<Survey> {
    let mut block: Vec<u8> = Vec::with_capacity(BLOCK_BYTES);
    let mut survey = Survey { nul_line: None, is_wide: false, lines: None };
    let mut lines = 0;
    let ends = |text: &[u8]| memchr_iter(b'\n', text).count() as u64;
    loop {
        let read = (&mut *bytes).take((BLOCK_BYTES - block.len()) as u64).read_to_end(&mut block)?;
        let valid = match from_utf8(&block) {
            Ok(_) => block.len(),
            // A character may go on in the next block.
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(_) => {
                survey.lines = Some(sorted(bytes)?);
                return Ok(survey);
            }
        };
        if read == 0 {
            return Ok(survey);
        }
        let text = &block[..valid];
        if let (None, Some(found)) = (survey.nul_line, memchr(0, text)) {
            survey.nul_line = Some(1 + lines + ends(&text[..found]));
        }
        survey.is_wide = survey.is_wide || is_wide(text);
        lines += ends(text);
        block.drain(..valid);
    }
}

/// Sorts the lines of a file by what they are.
fn sorted<Bytes: Read + Seek + ?Sized>(bytes: &mut Bytes) -> Result<Lines> {
    bytes.rewind()?;
    let mut lines = Lines::default();
    let mut reader = BufReader::new(&mut *bytes);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match from_utf8(&line) {
            Ok(text) if is_wide(text.trim_start_matches('\u{feff}').as_bytes()) => lines.wide.add(number),
            Ok(_) => {}
            Err(_) => lines.broken.add(number),
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn decided(
        bytes: &[u8],
        stated: Option<&'static Encoding>,
    ) -> std::result::Result<(&'static str, Option<String>), String> {
        decide(&mut Cursor::new(bytes.to_vec()), stated).unwrap().map(|one| (one.encoding.name(), one.note))
    }

    #[test]
    fn bytes_decide_and_labels_do_not() {
        let text = "id,名称\n1,柯桥区某某轧染厂\n2,越城区\n";
        let gbk = GB18030.encode(text).0.into_owned();
        let big5 = BIG5.encode("id,名稱\n1,臺北市信義區製造廠\n2,新北市\n").0.into_owned();
        assert_eq!(decided(text.as_bytes(), None), Ok(("UTF-8", None)));
        assert_eq!(decided(&gbk, None), Ok(("gb18030", None)));
        assert_eq!(decided(&gbk, Some(GB18030)), Ok(("gb18030", None)));
        for (bytes, stated, found) in [
            (text.as_bytes(), GB18030, "UTF-8"),
            (gbk.as_slice(), UTF_8, "gb18030"),
            (gbk.as_slice(), encoding_rs::WINDOWS_1252, "gb18030"),
        ] {
            let (name, note) = decided(bytes, Some(stated)).unwrap();
            assert!(name == found && note.unwrap().contains("was stated"), "{name}");
        }
        let (name, note) = decided(&big5, None).unwrap();
        assert!(name == "Big5" && note.unwrap().contains("doubtful"), "{name}");
        assert_eq!(decided(&big5, Some(BIG5)), Ok(("Big5", None)));
        assert_eq!(decided(b"id,name\n1,a\n", Some(UTF_16LE)).unwrap().0, "UTF-8");
        // One that is stated is believed where the bytes do not tell.
        let latin = encoding_rs::WINDOWS_1252.encode("id,name\n1,Café\n").0.into_owned();
        assert_eq!(decided(&latin, Some(encoding_rs::WINDOWS_1252)), Ok(("windows-1252", None)));
    }

    #[test]
    fn lines_in_another_encoding_are_named() {
        let line = |text: &str, is_gbk: bool| match is_gbk {
            true => GB18030.encode(text).0.into_owned(),
            false => text.as_bytes().to_vec(),
        };
        let file = |broken: &[usize]| -> Vec<u8> {
            (1..=6).flat_map(|number| line("1,柯桥区某某厂\n", broken.contains(&number))).collect()
        };
        assert!(decided(&file(&[4]), None).unwrap_err().starts_with("line 4 is not valid UTF-8"));
        assert!(decided(&file(&[2, 5]), None).unwrap_err().starts_with("lines 2, 5 are not valid UTF-8"));
        assert!(decided(&file(&[1, 2, 4, 5, 6]), None).unwrap_err().starts_with("line 3 is UTF-8, as the others"));
        let marked = [b"\xef\xbb\xbf".to_vec(), file(&[1, 2, 3, 4, 5, 6])].concat();
        assert!(decided(&marked, None).unwrap_err().starts_with("lines 1, 2, 3, 4, 5, 6 are not valid UTF-8"));
    }

    #[test]
    fn utf16_without_its_mark_is_told_by_its_zeros() {
        let text = "统一,经度\n9,120.5\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decided(&little, None).unwrap().0, "UTF-16LE");
        assert_eq!(decided(&big, None).unwrap().0, "UTF-16BE");
    }

    #[test]
    fn labels_of_code_pages_are_known() {
        for label in ["936", "CP936", "gbk", "GB2312", " gb18030 "] {
            assert!(of_label(label).is_some(), "{label}");
        }
        assert_eq!(of_label("xyz"), None);
    }
}

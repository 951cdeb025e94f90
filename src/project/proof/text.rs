//! The paragraphs and tables of a text that somebody wrote: DOCX, plain text, Markdown.

use std::path::Path;

use crate::error::{Error, ProjectError, ReadError, Result};
use crate::source::decoded_text;
use crate::source::office::{Element, Package};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passage {
    Paragraph(String),
    /// The cells of a table, row by row; the first row has the headings.
    Table(Vec<Vec<String>>),
}

/// The largest text that is read.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a text; gives what the user should know of it too.
///
/// # Errors
///
/// [`Error::File`] where it cannot be read; [`ReadError::UnknownFormat`] for another ending than docx, txt and md;
/// [`ProjectError::Malformed`] for what is no DOCX.
pub(super) fn passages(path: &Path) -> Result<(Vec<Passage>, Option<String>)> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let file = path.display().to_string();
    if !["docx", "txt", "md", "markdown"].contains(&ending.as_str()) {
        return Err(ReadError::UnknownFormat { file, ending, expected: "docx, txt, md" }.into());
    }
    let size = std::fs::metadata(path).map_err(Error::file("read", path))?.len();
    if size > MAX_BYTES {
        return Err(ProjectError::Malformed { file, message: format!("{size} bytes are more than {MAX_BYTES}") }.into());
    }
    let bytes = std::fs::read(path).map_err(Error::file("read", path))?;
    if ending == "docx" {
        let tree = Package::read(&bytes).and_then(|package| package.tree("word/document.xml"));
        let tree = tree.map_err(|message| ProjectError::Malformed { file, message })?;
        let mut found = Vec::new();
        if let Some(body) = tree.child("w:document").and_then(|document| document.child("w:body")) {
            of_docx(body, &mut found);
        }
        return Ok((found, None));
    }
    let (text, note) = decoded_text(&bytes, None);
    Ok((of_lines(&text), note.map(|note| format!("{file}: {note}"))))
}

fn of_docx(element: &Element, found: &mut Vec<Passage>) {
    for child in element.elements() {
        match child.name.as_str() {
            "w:p" => {
                found.push(Passage::Paragraph(words(child)));
                // Text boxes stand in a paragraph.
                let mut boxes = Vec::new();
                child.all("w:txbxContent", &mut boxes);
                boxes.into_iter().for_each(|inner| of_docx(inner, found));
            }
            "w:tbl" => {
                let mut rows = Vec::new();
                child.all("w:tr", &mut rows);
                let cells =
                    rows.into_iter().map(|row| row.elements().filter(|one| one.name == "w:tc").map(words).collect());
                found.push(Passage::Table(cells.collect()));
            }
            _ => of_docx(child, found),
        }
    }
}

/// The text that is shown of an element, without that of text boxes in it and of what was deleted.
fn words(element: &Element) -> String {
    let mut out = String::new();
    for child in element.elements() {
        match child.name.as_str() {
            "w:t" => out.push_str(&child.text()),
            "w:tab" | "w:br" | "w:cr" => out.push(' '),
            "w:txbxContent" | "w:del" | "mc:Fallback" => {}
            _ => out.push_str(&words(child)),
        }
    }
    out
}

fn of_lines(text: &str) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(row) = line.strip_prefix('|') {
            let row: Vec<String> = row.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
            let is_rule = row.iter().all(|cell| !cell.is_empty() && cell.chars().all(|one| matches!(one, '-' | ':')));
            match found.last_mut() {
                Some(Passage::Table(_)) if is_rule => {}
                Some(Passage::Table(rows)) => rows.push(row),
                _ => found.push(Passage::Table(vec![row])),
            }
            continue;
        }
        // An empty line ends a table.
        found.push(Passage::Paragraph(line.trim_start_matches(['#', '>', '*', '-', ' ']).to_owned()));
    }
    found
}

/// The sentences of a paragraph.
pub(super) fn sentences(paragraph: &str) -> Vec<String> {
    let characters: Vec<char> = paragraph.chars().collect();
    let mut found = Vec::new();
    let mut sentence = String::new();
    for (place, one) in characters.iter().enumerate() {
        sentence.push(*one);
        let ends = match one {
            '。' | '！' | '？' | '\n' => true,
            '.' | '!' | '?' => characters.get(place + 1).is_none_or(|next| next.is_whitespace()),
            _ => false,
        };
        if ends {
            found.push(std::mem::take(&mut sentence));
        }
    }
    found.push(sentence);
    found.into_iter().map(|sentence| sentence.trim().to_owned()).filter(|sentence| !sentence.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_paragraphs_and_tables() {
        let found = of_lines("# 情况\n完成19家。\n\n| 区域 | 完成率 |\n| --- | ---: |\n| 柯桥区 | 63.3% |\n\n完。");
        assert_eq!(found[0], Passage::Paragraph("情况".to_owned()));
        let Passage::Table(rows) = &found[3] else { panic!("{found:?}") };
        assert_eq!(rows, &[["区域", "完成率"], ["柯桥区", "63.3%"]]);
        assert_eq!(
            sentences("完成63.3%。其余见表；第二句！ It is 63.3 %. Next"),
            ["完成63.3%。", "其余见表；第二句！", "It is 63.3 %.", "Next"]
        );
    }
}

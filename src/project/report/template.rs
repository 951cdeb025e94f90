//! The template of a bulletin: text that the office edits, with names that are filled in.

use std::path::Path;

use crate::error::{Error, ProjectError, Result, near_miss};
use crate::model::Language;

/// The templates that serve where a project names none.
const ZH: &str = include_str!("bulletin.zh.txt");
const EN: &str = include_str!("bulletin.en.txt");
/// The largest template that is read.
const MAX_BYTES: u64 = 1 << 20;

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    /// What kind of paragraph it is.
    pub(super) kind: LineKind,
    /// Text and names in turn.
    pub(super) parts: Vec<Part>,
}

/// A kind of paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    Title,
    Addressee,
    Heading(u8),
    Text,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Name(Name, Vec<String>),
}

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Title,
    AsOf,
    City,
    DocumentNumber,
    DocumentTitle,
    Issuer,
    Programme,
    Deadline,
    Cell,
    Overall,
    OverallTable,
    EachProgramme,
    End,
    ProgrammeFindings,
    ProgrammeTable,
    ProgrammeFigures,
    ListFindings,
    ListTable,
    ProblemFindings,
    ProblemTable,
    ConcentrationFindings,
    ConcentrationTable,
    Figure,
    OtherFigures,
    Signature,
}

impl Name {
    /// Each with its Chinese and English spelling, and how many words follow it.
    const ALL: [(Self, &'static str, &'static str, usize); 25] = [
        (Self::Title, "标题", "title", 0),
        (Self::AsOf, "截至", "as_of", 0),
        (Self::City, "城市", "city", 0),
        (Self::DocumentNumber, "文号", "document_number", 0),
        (Self::DocumentTitle, "文件", "document_title", 0),
        (Self::Issuer, "发文机关", "issuer", 0),
        (Self::Programme, "任务", "programme", 0),
        (Self::Deadline, "期限", "deadline", 0),
        (Self::Cell, "数", "cell", 3),
        (Self::Overall, "总体情况", "overall", 0),
        (Self::OverallTable, "总表", "overall_table", 0),
        (Self::EachProgramme, "逐任务", "each_programme", 0),
        (Self::End, "完", "end", 0),
        (Self::ProgrammeFindings, "任务情况", "programme_findings", 0),
        (Self::ProgrammeTable, "任务表", "programme_table", 0),
        (Self::ProgrammeFigures, "任务图", "programme_figures", 0),
        (Self::ListFindings, "名单情况", "list_findings", 0),
        (Self::ListTable, "名单表", "list_table", 0),
        (Self::ProblemFindings, "数据问题", "problem_findings", 0),
        (Self::ProblemTable, "问题表", "problem_table", 0),
        (Self::ConcentrationFindings, "集聚情况", "concentration_findings", 0),
        (Self::ConcentrationTable, "集聚表", "concentration_table", 0),
        (Self::Figure, "图", "figure", 1),
        (Self::OtherFigures, "其余图", "other_figures", 0),
        (Self::Signature, "落款", "signature", 0),
    ];

    /// Whether it stands for words within a line; the others stand alone on theirs.
    pub(super) const fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::AsOf
                | Self::City
                | Self::DocumentNumber
                | Self::DocumentTitle
                | Self::Issuer
                | Self::Programme
                | Self::Deadline
                | Self::Cell
        )
    }

    /// Whether it has a meaning only for one programme.
    pub(super) const fn is_of_programme(self) -> bool {
        matches!(
            self,
            Self::Programme | Self::Deadline | Self::ProgrammeFindings | Self::ProgrammeTable | Self::ProgrammeFigures
        )
    }
}

/// Reads a template, by default the one of the language.
///
/// # Errors
///
/// [`Error::File`] where it cannot be read; [`ProjectError::Malformed`] with the line for names that are not known, that do not
/// stand alone, and loops that do not end.
pub(super) fn template(path: Option<&Path>, language: Language) -> Result<Vec<Line>> {
    let Some(path) = path else { return lines(language.pick(ZH, EN), "the template") };
    let size = std::fs::metadata(path).map_err(Error::file("read template", path))?.len();
    let file = path.display().to_string();
    if size > MAX_BYTES {
        return Err(ProjectError::Malformed { file, message: format!("{size} bytes are more than {MAX_BYTES}") }.into());
    }
    let text = std::fs::read_to_string(path).map_err(Error::file("read template", path))?;
    lines(text.strip_prefix('\u{feff}').unwrap_or(&text), &file)
}

/// The text of the template of a language, to be edited.
pub(in crate::project) const fn text_of(language: Language) -> &'static str {
    match language {
        Language::Zh => ZH,
        Language::En => EN,
    }
}

fn lines(text: &str, file: &str) -> Result<Vec<Line>> {
    let told = |number: usize, message: String| {
        Error::from(ProjectError::Malformed { file: file.to_owned(), message: format!("line {number}: {message}") })
    };
    let mut found = Vec::new();
    let mut within: Option<usize> = None;
    for (position, line) in text.lines().enumerate() {
        let (number, line) = (position + 1, line.trim());
        if line.is_empty() || line.starts_with('%') {
            continue;
        }
        let marks = [
            ("####", LineKind::Heading(3)),
            ("###", LineKind::Heading(2)),
            ("##", LineKind::Heading(1)),
            ("#", LineKind::Title),
            (">", LineKind::Addressee),
        ];
        let (kind, words) = marks
            .iter()
            .find_map(|(mark, kind)| Some((*kind, line.strip_prefix(mark)?.trim())))
            .unwrap_or((LineKind::Text, line));
        let parts = parts(words).map_err(|message| told(number, message))?;
        for part in &parts {
            let Part::Name(name, _) = part else { continue };
            if !name.is_inline() && (parts.len() > 1 || kind != LineKind::Text) {
                return Err(told(
                    number,
                    format!("`{{{{{}}}}}` stands for whole paragraphs, so it has a line of its own", spelled(*name)),
                ));
            }
            if name.is_of_programme() && within.is_none() {
                let begin = spelled(Name::EachProgramme);
                return Err(told(
                    number,
                    format!(
                        "`{{{{{}}}}}` is of one programme, so it stands between {{{{{begin}}}}} and its end",
                        spelled(*name)
                    ),
                ));
            }
            match (name, within) {
                (Name::EachProgramme, None) => within = Some(number),
                (Name::EachProgramme, Some(begin)) => {
                    return Err(told(number, format!("the loop of line {begin} has not ended")));
                }
                (Name::End, Some(_)) => within = None,
                (Name::End, None) => return Err(told(number, "there is no loop to end".to_owned())),
                _ => {}
            }
        }
        found.push(Line { number, kind, parts });
    }
    match within {
        Some(begin) => Err(told(begin, format!("the loop has no {{{{{}}}}}", spelled(Name::End)))),
        None => Ok(found),
    }
}

/// The Chinese spelling, with the English one beside it.
fn spelled(name: Name) -> String {
    let found = Name::ALL.iter().find(|(known, ..)| *known == name);
    found.map_or_else(String::new, |(_, zh, en, _)| format!("{zh}|{en}"))
}

fn parts(words: &str) -> std::result::Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = words;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (inner, after) = behind.split_once("}}").ok_or("found `{{`, expected `}}` behind it")?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let mut given = inner.split_whitespace();
        let word = given.next().unwrap_or_default();
        let more: Vec<String> = given.map(str::to_owned).collect();
        let known = Name::ALL.iter().find(|(_, zh, en, _)| word == *zh || word.eq_ignore_ascii_case(en));
        let Some((name, zh, _, count)) = known else {
            let names = Name::ALL.iter().flat_map(|(_, zh, en, _)| [*zh, *en]);
            let near =
                near_miss(word, names).map(|near| format!("; did you mean `{{{{{near}}}}}`?")).unwrap_or_default();
            return Err(format!("found `{{{{{word}}}}}`, which is no name of the template{near}"));
        };
        if more.len() != *count {
            return Err(format!("`{{{{{zh}}}}}` takes {count} words, found {}", more.len()));
        }
        parts.push(Part::Name(*name, more));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_are_understood() {
        for language in [Language::Zh, Language::En] {
            assert!(template(None, language).unwrap().len() > 15);
        }
    }

    #[test]
    fn what_a_template_may_not_say_is_told_with_its_line() {
        let told = |text: &str| lines(text, "通报.txt").unwrap_err().to_string();
        assert!(told("a\n{{标提}}").contains("通报.txt: line 2: found `{{标提}}`"), "{}", told("a\n{{标提}}"));
        assert!(told("{{任务情兄}}").contains("did you mean `{{任务情况}}`"));
        assert!(told("{{逐任务}}").contains("line 1: the loop has no"));
        assert!(told("{{任务表}}").contains("of one programme"));
        assert!(told("见{{总表}}").contains("a line of its own"));
        assert!(told("{{标题").contains("expected `}}`"));
        assert!(told("{{数 a b}}").contains("takes 3 words, found 2"));
    }
}

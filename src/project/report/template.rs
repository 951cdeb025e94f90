//! The template of a bulletin: text that the office edits, with names that are filled in.

use std::path::Path;

use chrono::NaiveDate;

use crate::error::{Error, ProjectError, Result, near_miss};
use crate::model::Language;
use crate::report::{
    Block, Document, DocxTemplate, Headings, Imprint, ImprintPage, TemplatePlace, TemplateStyle, Words, docx,
};
use crate::source::office::Package;

/// The templates that serve where a project names none.
const ZH: &str = include_str!("bulletin.zh.txt");
const EN: &str = include_str!("bulletin.en.txt");
/// The largest template that is read.
const MAX_BYTES: u64 = 1 << 20;
const MAX_DOCX_BYTES: u64 = 32 << 20;

/// A template: its lines, and the DOCX of the office that they were read from.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) lines: Vec<Line>,
    pub(super) docx: Option<DocxTemplate>,
}

/// A line of a template, of a DOCX a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the file, from 1; of a DOCX among the paragraphs and tables of its body, 0 for headers and footers.
    pub(super) number: usize,
    /// Where it stands in a DOCX.
    pub(super) place: Option<TemplatePlace>,
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
    /// What stands in a DOCX alone: tables, headers, what is below the title.
    Furniture,
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
    Masthead,
    IssueNumber,
    Notice,
    Sources,
    CopyTo,
    IssuedOn,
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
    const ALL: [(Self, &'static str, &'static str, usize); 31] = [
        (Self::Title, "标题", "title", 0),
        (Self::AsOf, "截至", "as_of", 0),
        (Self::City, "城市", "city", 0),
        (Self::DocumentNumber, "文号", "document_number", 0),
        (Self::DocumentTitle, "文件", "document_title", 0),
        (Self::Issuer, "发文机关", "issuer", 0),
        (Self::Programme, "任务", "programme", 0),
        (Self::Deadline, "期限", "deadline", 0),
        (Self::Cell, "数", "cell", 3),
        (Self::Masthead, "发文机关标志", "masthead", 0),
        (Self::IssueNumber, "发文字号", "issue_number", 0),
        (Self::Notice, "示例说明", "notice", 0),
        (Self::Sources, "数据来源", "sources", 0),
        (Self::CopyTo, "抄送", "copy_to", 0),
        (Self::IssuedOn, "成文日期", "issued_on", 0),
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
                | Self::IssuedOn
        ) || self.is_furniture()
    }

    /// Whether the document has it by itself, so that only a DOCX of the office names its place.
    pub(super) const fn is_furniture(self) -> bool {
        matches!(self, Self::Masthead | Self::IssueNumber | Self::Notice | Self::Sources | Self::CopyTo)
    }

    /// Whether it has a meaning only for one programme.
    pub(super) const fn is_of_programme(self) -> bool {
        matches!(
            self,
            Self::Programme | Self::Deadline | Self::ProgrammeFindings | Self::ProgrammeTable | Self::ProgrammeFigures
        )
    }
}

/// Reads a template, by default the one of the language: text, or a DOCX of the office.
///
/// # Errors
///
/// [`Error::File`] where it cannot be read; [`ProjectError::Malformed`] with every line whose names are not known or do not stand alone, and
/// for loops that do not end.
pub(super) fn template(path: Option<&Path>, language: Language) -> Result<Template> {
    let Some(path) = path else {
        return Ok(Template { lines: lines(language.pick(ZH, EN), "the template")?, docx: None });
    };
    let size = std::fs::metadata(path).map_err(Error::file("read template", path))?.len();
    let file = path.display().to_string();
    let malformed = |message: String| ProjectError::Malformed { file: file.clone(), message };
    let is_docx = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("docx"));
    let most = if is_docx { MAX_DOCX_BYTES } else { MAX_BYTES };
    if size > most {
        return Err(malformed(format!("{size} bytes are more than {most}")).into());
    }
    if is_docx {
        let bytes = std::fs::read(path).map_err(Error::file("read template", path))?;
        let docx = DocxTemplate::read(&bytes).map_err(malformed)?;
        let found = docx.lines().into_iter().map(|line| {
            let kind = match line.style {
                TemplateStyle::Title => LineKind::Title,
                TemplateStyle::Addressee => LineKind::Addressee,
                TemplateStyle::Heading(level) => LineKind::Heading(level),
                TemplateStyle::Text => LineKind::Text,
                TemplateStyle::Subtitle | TemplateStyle::Furniture => LineKind::Furniture,
            };
            let text: String = line.text.chars().skip(line.number_length).collect();
            // A name for whole paragraphs stands alone, whatever blanks are around it.
            let text = if text.trim().starts_with("{{") { text.trim().to_owned() } else { text };
            (line.number, Some(line.place), kind, text)
        });
        return Ok(Template { lines: understood(found, &file, "paragraph")?, docx: Some(docx) });
    }
    let text = std::fs::read_to_string(path).map_err(Error::file("read template", path))?;
    Ok(Template { lines: lines(text.strip_prefix('\u{feff}').unwrap_or(&text), &file)?, docx: None })
}

/// The template of a language as a DOCX, to be edited with a word processor.
///
/// # Errors
///
/// What writing it refuses.
pub(in crate::project) fn docx_template(language: Language) -> Result<Vec<u8>> {
    let name = |name: Name| {
        format!(
            "{{{{{}}}}}",
            Name::ALL.iter().find(|(own, ..)| *own == name).map_or("", |(_, zh, en, _)| language.pick(*zh, *en))
        )
    };
    let mut title = String::new();
    let mut blocks = vec![Block::Paragraph(Words::text(name(Name::Notice)))];
    for line in text_of(language).lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('%')) {
        match marked(line) {
            (LineKind::Title, text) => text.clone_into(&mut title),
            (LineKind::Addressee, text) => blocks.push(Block::Addressee(Words::text(text))),
            (LineKind::Heading(level), text) => blocks.push(Block::Heading(level, Words::text(text))),
            (_, text) => blocks.push(Block::Paragraph(Words::text(text))),
        }
    }
    let as_of = name(Name::AsOf);
    let mut document = Document {
        language,
        // The mark is as large as one of a usual length needs to be; the office sets its own.
        masthead: Some(MASTHEAD.to_owned()),
        number: Some(name(Name::IssueNumber)),
        title,
        subtitle: Some(language.pick(format!("（截至{as_of}）"), format!("As of {as_of}"))),
        synthetic: false,
        blocks,
        headings: Headings::default(),
        sources: vec![name(Name::Sources)],
        imprint: Some(Imprint {
            copy_to: vec![name(Name::CopyTo)],
            issuer: name(Name::Issuer),
            issued_on: name(Name::IssuedOn),
        }),
        // Where its pages end is not known before it is filled in.
        double_sided: false,
        dated: NaiveDate::default(),
    };
    document.settle();
    let broken = |message: String| ProjectError::Malformed { file: "the template".to_owned(), message };
    let mut package = Package::read(&docx(&document, ImprintPage::Last)?).map_err(broken)?;
    let text = package.tree(BODY).map_err(broken)?.written().replace(MASTHEAD, &name(Name::Masthead));
    package.set(BODY, text.into_bytes());
    Ok(package.bytes().map_err(broken)?)
}

/// A mark of a usual length, and the part in which it stands.
const MASTHEAD: &str = "××市工业转型升级领导小组办公室文件";
const BODY: &str = "word/document.xml";

/// The text of the template of a language, to be edited.
pub(in crate::project) const fn text_of(language: Language) -> &'static str {
    match language {
        Language::Zh => ZH,
        Language::En => EN,
    }
}

fn lines(text: &str, file: &str) -> Result<Vec<Line>> {
    let found = text.lines().enumerate().filter_map(|(position, line)| {
        let line = line.trim();
        let (kind, words) = marked(line);
        (!line.is_empty() && !line.starts_with('%')).then(|| (position + 1, None, kind, words.to_owned()))
    });
    understood(found, file, "line")
}

/// What the mark before a line says of it, and the rest of it.
fn marked(line: &str) -> (LineKind, &str) {
    let marks = [
        ("####", LineKind::Heading(3)),
        ("###", LineKind::Heading(2)),
        ("##", LineKind::Heading(1)),
        ("#", LineKind::Title),
        (">", LineKind::Addressee),
    ];
    let found = marks.iter().find_map(|(mark, kind)| Some((*kind, line.strip_prefix(mark)?.trim())));
    found.unwrap_or((LineKind::Text, line))
}

/// Lines with their names, all faults of which are told together.
fn understood(
    given: impl Iterator<Item = (usize, Option<TemplatePlace>, LineKind, String)>,
    file: &str,
    what: &str,
) -> Result<Vec<Line>> {
    let mut found = Vec::new();
    let mut faults: Vec<String> = Vec::new();
    let mut within: Option<usize> = None;
    for (number, place, kind, words) in given {
        let at = |message: String| format!("{what} {number}: {message}");
        let (parts, own) = parts(&words);
        faults.extend(own.into_iter().map(at));
        for part in &parts {
            let Part::Name(name, _) = part else { continue };
            if !name.is_inline() && (parts.len() > 1 || kind != LineKind::Text) {
                faults.push(at(format!(
                    "`{{{{{}}}}}` stands for whole paragraphs, so it has a line of its own",
                    spelled(*name)
                )));
            }
            if name.is_of_programme() && within.is_none() {
                let begin = spelled(Name::EachProgramme);
                faults.push(at(format!(
                    "`{{{{{}}}}}` is of one programme, so it stands between {{{{{begin}}}}} and its end",
                    spelled(*name)
                )));
            }
            match (name, within) {
                (Name::EachProgramme, None) => within = Some(number),
                (Name::EachProgramme, Some(begin)) => {
                    faults.push(at(format!("the loop of {what} {begin} has not ended")));
                }
                (Name::End, Some(_)) => within = None,
                (Name::End, None) => faults.push(at("there is no loop to end".to_owned())),
                _ => {}
            }
        }
        found.push(Line { number, place, kind, parts });
    }
    if let Some(begin) = within {
        faults.push(format!("{what} {begin}: the loop has no {{{{{}}}}}", spelled(Name::End)));
    }
    if faults.is_empty() {
        return Ok(found);
    }
    Err(ProjectError::Malformed { file: file.to_owned(), message: faults.join("; ") }.into())
}

/// The Chinese spelling, with the English one beside it.
fn spelled(name: Name) -> String {
    let found = Name::ALL.iter().find(|(known, ..)| *known == name);
    found.map_or_else(String::new, |(_, zh, en, _)| format!("{zh}|{en}"))
}

/// Text and names in turn, and what is wrong with names.
fn parts(words: &str) -> (Vec<Part>, Vec<String>) {
    let (mut parts, mut faults) = (Vec::new(), Vec::new());
    let mut rest = words;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((inner, after)) = behind.split_once("}}") else {
            faults.push("found `{{`, expected `}}` behind it".to_owned());
            rest = "";
            break;
        };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        match name(inner) {
            Ok(part) => parts.push(part),
            Err(fault) => faults.push(fault),
        }
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    (parts, faults)
}

fn name(inner: &str) -> std::result::Result<Part, String> {
    let mut given = inner.split_whitespace();
    let word = given.next().unwrap_or_default();
    let more: Vec<String> = given.map(str::to_owned).collect();
    let known = Name::ALL.iter().find(|(_, zh, en, _)| word == *zh || word.eq_ignore_ascii_case(en));
    let Some((name, zh, _, count)) = known else {
        let names = Name::ALL.iter().flat_map(|(_, zh, en, _)| [*zh, *en]);
        let near = near_miss(word, names).map(|near| format!("; did you mean `{{{{{near}}}}}`?")).unwrap_or_default();
        return Err(format!("found `{{{{{word}}}}}`, which is no name of the template{near}"));
    };
    if more.len() != *count {
        return Err(format!("`{{{{{zh}}}}}` takes {count} words, found {}", more.len()));
    }
    Ok(Part::Name(*name, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_are_understood() {
        for language in [Language::Zh, Language::En] {
            assert!(template(None, language).unwrap().lines.len() > 15);
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
        let all = told("{{标提}}\n{{任务情兄}}\n{{完}}");
        assert!(["line 1", "line 2", "line 3"].iter().all(|line| all.contains(line)), "{all}");
        assert!(told("{{数 a b}}").contains("takes 3 words, found 2"));
    }
}

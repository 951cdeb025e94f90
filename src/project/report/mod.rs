//! The bulletin of a project: what was found, in the words of its template.

mod findings;
mod made;
mod tables;
mod template;

use std::path::Path;

use chrono::{Datelike as _, NaiveDate};

use self::template::{Line, LineKind, Name, Part, Template, template};
use super::figure::own_notes;
use super::file::{FigureRequest, Project};
use super::names::headings;
use super::run::Tables;
use super::survey::{SURVEY_STEPS, Survey, survey};
use super::trial::{Unmade, figures as drawn_figures, fills_a_page, in_column};
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::Language;
use crate::policy::Programme;
use crate::render::{Figure, Typefaces};
use crate::report::{
    Block, Document, DocumentFigure, DocxTemplate, Filling, FillingContent, Imprint, TemplatePlace, Words,
    document_pdf, docx, docx_of_template, html, imprint_page, synthetic_notice, xlsx,
};

pub use made::{MadeDocument, document_forms};
pub(super) use tables::ReportTables;
pub(super) use template::{docx_template, text_of as template_text};

/// A form in which a bulletin is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// WordprocessingML.
    Docx,
    /// Pages.
    Pdf,
    /// One file for a browser.
    Html,
    /// A workbook.
    Xlsx,
}

impl ReportForm {
    /// The form a file's ending stands for.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnknownFormat`] for any other ending.
    pub fn from_path(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "docx" => Ok(Self::Docx),
            "pdf" => Ok(Self::Pdf),
            "html" | "htm" => Ok(Self::Html),
            "xlsx" => Ok(Self::Xlsx),
            _ => {
                let file = path.display().to_string();
                Err(ReadError::UnknownFormat { file, ending, expected: "docx, pdf, html, xlsx" }.into())
            }
        }
    }
}

/// Makes a project's bulletin 季度通报, to be written in any form, and tells how far it is.
///
/// # Errors
///
/// Errors of reading; a template that cannot be filled in.
pub fn bulletin(project: &Project, step: &mut dyn FnMut(&str, u64)) -> Result<MadeDocument> {
    let survey = survey(project, step)?;
    let tables = Tables::of_survey(&survey, project)?;
    let mut figures = Vec::new();
    let mut unmade = Vec::new();
    step("draw and write", SURVEY_STEPS);
    for (request, figure) in drawn_figures(project, &survey) {
        match figure {
            Ok(figure) => figures.push((request, figure)),
            Err(error) => unmade.push(Unmade::figure(project, request, &error)),
        }
    }
    let bulletin = report(project, &survey, &tables, &figures, &unmade)?;
    let notes = [vec![survey.summary.clone()], survey.told(), bulletin.notes.clone()].concat();
    let satisfied = unmade.is_empty() && bulletin.notes.is_empty() && survey.is_satisfied();
    Ok(MadeDocument { inputs: project.inputs(), project: project.clone(), bulletin, notes, unmade, satisfied })
}

/// A bulletin, and how the DOCX of the office is filled in where the project names one.
#[derive(Debug, Clone)]
pub struct Bulletin {
    /// What it says.
    pub document: Document,
    /// The DOCX of the office, and what its places are filled with.
    pub filled: Option<(DocxTemplate, Vec<Filling>)>,
    /// What is to be said of its figures, which are drawn anew for the width of its column, one sentence each.
    pub notes: Vec<String>,
}

/// The bytes of a bulletin in a form, and warnings to show to the user.
///
/// # Errors
///
/// Errors of drawing; a folder of fonts that cannot be read.
pub fn report_bytes(project: &Project, bulletin: &Bulletin, form: ReportForm) -> Result<(Vec<u8>, Vec<String>)> {
    let document = &bulletin.document;
    match form {
        ReportForm::Docx => match &bulletin.filled {
            Some((template, fillings)) => Ok((docx_of_template(document, template, fillings)?, Vec::new())),
            None => {
                let faces = Typefaces::new(project.bulletin.fonts.as_deref())?;
                Ok((docx(document, imprint_page(document, &faces))?, Vec::new()))
            }
        },
        ReportForm::Html => Ok((html(document).into_bytes(), Vec::new())),
        ReportForm::Xlsx => Ok((xlsx(document)?, Vec::new())),
        ReportForm::Pdf => {
            let folder = project.bulletin.fonts.as_deref();
            let faces = Typefaces::new(folder)?;
            let made = document_pdf(document, &faces)?;
            let mut notes = Vec::new();
            match (folder, faces.found()) {
                (Some(folder), []) => notes.push(format!(
                    "PDF: no font in {} is called 仿宋, 小标宋, 黑体, 楷体 or 宋体; the bundled ones serve",
                    folder.display()
                )),
                (Some(_), found) => notes.push(format!("PDF: set in {}", found.join(", "))),
                (None, _) => {}
            }
            if !made.missing.is_empty() {
                let named: Vec<String> =
                    made.missing.iter().map(|one| format!("`{one}` U+{:04X}", u32::from(*one))).collect();
                notes.push(format!("PDF: no font has {}", named.join(", ")));
            }
            Ok((made.bytes, notes))
        }
    }
}

/// The bulletin of what a survey found, with the figures that were drawn.
///
/// # Errors
///
/// A template that cannot be read or filled in.
pub(super) fn report(
    project: &Project,
    survey: &Survey,
    tables: &Tables,
    figures: &[(&FigureRequest, Figure)],
    unmade: &[Unmade],
) -> Result<Bulletin> {
    let language = project.language;
    let request = &project.bulletin;
    let Template { lines, docx } = template(request.template.as_deref(), language)?;
    let drawn: Vec<(&FigureRequest, Figure)> =
        figures.iter().map(|(request, figure)| (*request, in_column(project, survey, request, figure))).collect();
    let notes = drawn.iter().flat_map(|(request, figure)| own_notes(&request.name, figure)).collect();
    let mut composer = Composer {
        project,
        survey,
        tables: ReportTables::new(project, survey, tables)?,
        figures: drawn.into_iter().map(|(request, figure)| (request, Some(figure))).collect(),
        title: None,
        blocks: Vec::new(),
        fillings: Vec::new(),
    };
    composer.fill(&lines)?;
    let told = composer.blocks.len();
    if !unmade.is_empty() {
        let names: Vec<&str> = unmade.iter().map(|unmade| unmade.name.as_str()).collect();
        let words =
            format!("{}{}", language.pick("未能绘制：", "Could not be drawn: "), names.join(language.pick("、", ", ")));
        composer.blocks.push(Block::Paragraph(Words::text(words)));
        composer.fillings.push(Filling { place: TemplatePlace::End, content: FillingContent::Blocks(told..told + 1) });
    }
    let fillings = composer.fillings;
    let as_of = day(project.as_of, language);
    let issued_on = request.issued_on.unwrap_or(project.as_of);
    let issuer = issuer(project, survey);
    let mut document = Document {
        language,
        masthead: request.masthead.clone(),
        number: request.number.clone(),
        title: composer.title.unwrap_or_else(|| project.title_words().to_owned()),
        subtitle: Some(language.pick(format!("（截至{as_of}）"), format!("As of {as_of}"))),
        synthetic: project.synthetic,
        blocks: composer.blocks,
        headings: headings(&survey.policy, language),
        sources: sources(project),
        imprint: Some(Imprint { copy_to: request.copy_to.clone(), issuer, issued_on: day(issued_on, language) }),
        double_sided: request.double_sided,
        dated: issued_on,
    };
    document.settle();
    Ok(Bulletin { document, filled: docx.map(|template| (template, fillings)), notes })
}

/// The authority that issues the bulletin: that of the project file, or that of the policy.
fn issuer(project: &Project, survey: &Survey) -> String {
    project.bulletin.issuer.clone().unwrap_or_else(|| survey.policy.document.issuer.clone())
}

/// The sources of the data.
fn sources(project: &Project) -> Vec<String> {
    project.boundary_words().into_iter().map(str::to_owned).chain(project.source_words().iter().cloned()).collect()
}

/// A day as official documents have it.
fn day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Language::En => day.format("%-d %B %Y").to_string(),
    }
}

/// Fills in a template.
struct Composer<'a> {
    project: &'a Project,
    survey: &'a Survey,
    tables: ReportTables,
    /// The figures in their order; those that stand somewhere are taken out.
    figures: Vec<(&'a FigureRequest, Option<Figure>)>,
    title: Option<String>,
    blocks: Vec<Block>,
    /// What each place of the office's DOCX is filled with.
    fillings: Vec<Filling>,
}

impl<'a> Composer<'a> {
    fn fill(&mut self, lines: &[Line]) -> Result<()> {
        let survey = self.survey;
        let mut position = 0;
        while let Some(line) = lines.get(position) {
            if name_alone(line) == Some(Name::EachProgramme) {
                let length = lines[position..].iter().position(|line| name_alone(line) == Some(Name::End)).unwrap_or(0);
                for programme in &survey.policy.programmes {
                    for line in &lines[position + 1..position + length] {
                        self.line(line, Some(programme))?;
                    }
                }
                position += length;
            } else {
                self.line(line, None)?;
            }
            position += 1;
        }
        Ok(())
    }

    fn line(&mut self, line: &Line, programme: Option<&'a Programme>) -> Result<()> {
        let before = self.blocks.len();
        if let [Part::Name(name, more)] = line.parts.as_slice()
            && !name.is_inline()
        {
            self.whole(*name, more, programme, line.number)?;
            self.filled(line, FillingContent::Blocks(before..self.blocks.len()));
            return Ok(());
        }
        let mut words = Words::default();
        let mut own: Vec<(Name, String)> = Vec::new();
        for part in &line.parts {
            match part {
                Part::Text(text) => words.add(text),
                Part::Name(name, more) => {
                    let mut said = Words::default();
                    self.inline(*name, more, programme, line.number, &mut said)?;
                    own.push((*name, said.plain()));
                    words.extend(said);
                }
            }
        }
        let heading = matches!(line.kind, LineKind::Heading(_)).then_some(before);
        // A paragraph of nothing but what this bulletin does not have is left out.
        let lacks = line.kind == LineKind::Text || line.kind == LineKind::Furniture && own.len() == line.parts.len();
        if !(lacks && !own.is_empty() && own.iter().all(|(name, said)| name.is_furniture() && said.is_empty())) {
            let said = own.iter().map(|(_, said)| said.clone()).collect();
            self.filled(line, FillingContent::Words(said, heading));
        }
        if line.place.is_some() && (words.plain().trim().is_empty() || own.iter().any(|(name, _)| name.is_furniture()))
        {
            // The document has these by itself.
            return Ok(());
        }
        match line.kind {
            LineKind::Furniture => {}
            LineKind::Title => self.title = Some(words.plain()),
            LineKind::Addressee => self.blocks.push(Block::Addressee(words)),
            LineKind::Heading(level) => self.blocks.push(Block::Heading(level, words)),
            LineKind::Text => self.blocks.push(Block::Paragraph(words)),
        }
        Ok(())
    }

    /// Remembers with what a place of the office's DOCX is filled.
    fn filled(&mut self, line: &Line, content: FillingContent) {
        self.fillings.extend(line.place.clone().map(|place| Filling { place, content }));
    }

    /// What stands within a line.
    fn inline(
        &self,
        name: Name,
        more: &[String],
        programme: Option<&Programme>,
        number: usize,
        words: &mut Words,
    ) -> Result<()> {
        let language = self.project.language;
        let policy = &self.survey.policy;
        let of_programme = |say: &dyn Fn(&Programme) -> String| programme.map(say).unwrap_or_default();
        let text = match name {
            Name::Title => self.project.title_words().to_owned(),
            Name::AsOf => day(self.project.as_of, language),
            Name::City => language.pick(&policy.city.name_zh, &policy.city.name_en).clone(),
            Name::DocumentNumber => policy.document.number.clone(),
            Name::DocumentTitle => language.pick(&policy.document.title_zh, &policy.document.title_en).clone(),
            Name::Issuer => issuer(self.project, self.survey),
            Name::Masthead => self.project.bulletin.masthead.clone().unwrap_or_default(),
            Name::IssueNumber => self.project.bulletin.number.clone().unwrap_or_default(),
            Name::Notice if self.project.synthetic => synthetic_notice(language).to_owned(),
            Name::Sources => sources(self.project).join(language.pick("；", "; ")),
            Name::CopyTo => self.project.bulletin.copy_to.join(language.pick("，", ", ")),
            Name::IssuedOn => day(self.project.bulletin.issued_on.unwrap_or(self.project.as_of), language),
            Name::Programme => {
                of_programme(&|programme| language.pick(&programme.term.name_zh, &programme.term.name_en).clone())
            }
            Name::Deadline => of_programme(&|programme| {
                programme.deadline.map_or_else(|| "–".to_owned(), |deadline| day(deadline, language))
            }),
            Name::Cell => {
                let [table, row, column] = more else { return Ok(()) };
                words.0.push(self.tables.cell(table, row, column).map_err(|error| self.at(number, &error))?);
                return Ok(());
            }
            _ => String::new(),
        };
        words.add(&text);
        Ok(())
    }

    /// What stands for whole paragraphs.
    fn whole(&mut self, name: Name, more: &[String], programme: Option<&'a Programme>, number: usize) -> Result<()> {
        let language = self.project.language;
        let id = programme.map(|programme| programme.term.id.as_str()).unwrap_or_default();
        let paragraphs = match name {
            Name::Overall => findings::overall(self.survey, &self.tables, self.project.as_of, language),
            Name::ProgrammeFindings => findings::programme(self.survey, &self.tables, id, language),
            Name::ListFindings => findings::lists(self.survey, &self.tables, language),
            Name::ProblemFindings => findings::problems(&self.tables, language),
            Name::ConcentrationFindings => findings::concentration(&self.tables, language),
            _ => Vec::new(),
        };
        self.blocks.extend(paragraphs.into_iter().map(Block::Paragraph));
        let table = match name {
            Name::OverallTable => Some(&self.tables.overall),
            Name::ProgrammeTable => self.tables.programmes.get(id),
            Name::ListTable => Some(&self.tables.lists),
            Name::ProblemTable => Some(&self.tables.problems),
            Name::ConcentrationTable => self.tables.concentration.as_ref(),
            _ => None,
        };
        if let Some(table) = table.filter(|table| !table.rows.is_empty()) {
            self.blocks.push(Block::Table(Box::new(table.clone())));
        }
        if let (Name::ProgrammeTable, Some(table)) = (name, self.tables.forecasts.get(id)) {
            self.blocks.push(Block::Table(Box::new(table.clone())));
        }
        match name {
            Name::ProgrammeFigures => {
                let first = self.survey.policy.programmes.first().map_or("", |programme| programme.term.id.as_str());
                let is_its = |figure: &Figure| programme_of(figure, first) == Some(id);
                let own =
                    self.figures.iter().enumerate().filter(|(_, (_, figure))| figure.as_ref().is_some_and(is_its));
                let own: Vec<usize> = own.map(|(position, _)| position).collect();
                own.into_iter().for_each(|position| self.place(position));
            }
            Name::OtherFigures => {
                // Those that fill a page first: the others then stand two on a page.
                let is_small =
                    |position: &usize| self.figures[*position].1.as_ref().is_none_or(|figure| !fills_a_page(figure));
                let (small, large): (Vec<usize>, Vec<usize>) = (0..self.figures.len()).partition(is_small);
                large.into_iter().chain(small).for_each(|position| self.place(position));
            }
            Name::Figure => {
                let wanted = more.first().map(String::as_str).unwrap_or_default();
                let found = self.figures.iter().position(|(request, _)| request.name == wanted);
                let known = || self.figures.iter().map(|(request, _)| request.name.clone()).collect();
                let unknown = || ProjectError::Unknown { what: "figure", found: wanted.to_owned(), available: known() };
                let position = found.ok_or_else(|| self.at(number, &unknown().into()))?;
                self.place(position);
            }
            Name::Signature => {
                let issued_on = self.project.bulletin.issued_on.unwrap_or(self.project.as_of);
                let lines = vec![issuer(self.project, self.survey), day(issued_on, language)];
                self.blocks.push(Block::Signature(lines));
            }
            _ => {}
        }
        Ok(())
    }

    /// Puts a figure in its place, where it does not stand anywhere yet.
    fn place(&mut self, position: usize) {
        let Some((request, figure)) = self.figures.get_mut(position) else { return };
        if let Some(figure) = figure.take() {
            let caption = if figure.title.is_empty() { request.name.clone() } else { figure.title.clone() };
            let name = request.name.clone();
            self.blocks.push(Block::Figure(Box::new(DocumentFigure { name, number: 0, caption, figure })));
        }
    }

    /// An error with the line of the template.
    fn at(&self, number: usize, error: &Error) -> Error {
        let file = self.project.bulletin.template.as_deref().unwrap_or(Path::new("the template")).display().to_string();
        ProjectError::Malformed { file, message: format!("line {number}: {error}") }.into()
    }
}

/// The name that stands alone on a line.
fn name_alone(line: &Line) -> Option<Name> {
    match line.parts.as_slice() {
        [Part::Name(name, _)] => Some(*name),
        _ => None,
    }
}

/// Returns the programme that a figure shows, which is the first if it names none; `None` for a figure of no quota.
fn programme_of<'a>(figure: &'a Figure, first: &'a str) -> Option<&'a str> {
    const OF_QUOTAS: [&str; 6] = ["quota_progress", "progress", "ranking", "stages", "pace", "slope"];
    let word = |key: &str| figure.record.get(key).and_then(serde_json::Value::as_str);
    // Small maps may be of several.
    let has_panels = figure.record.get("panels").and_then(serde_json::Value::as_array).is_some_and(|all| all.len() > 1);
    let is_of_one = word("kind").is_some_and(|kind| OF_QUOTAS.contains(&kind)) && !has_panels;
    is_of_one.then(|| word("programme").unwrap_or(first))
}

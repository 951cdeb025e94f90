//! A document for readers, and the four forms it is written in: DOCX, PDF, HTML and XLSX have the same text, tables and
//! figures.
//!
//! The form is that of official documents, GB/T 9704-2012: A4, 37 mm above the text and 28 mm at the binding side, a text area of
//! 156 mm by 225 mm with 22 lines of 28 characters.

mod cells;
mod columns;
mod docx;
mod html;
mod numbering;
mod pdf;
mod xlsx;

use polars::prelude::DataFrame;

use self::cells::column_cells;
use super::Headings;
use crate::error::{Error, Result};
use crate::model::Language;
use crate::render::Figure;

pub use docx::{
    DocxTemplate, Filling, FillingContent, TemplateLine, TemplatePlace, TemplateStyle, docx, docx_of_template,
};
pub use html::html;
pub use pdf::{document_pdf, imprint_page};
pub use xlsx::xlsx;

/// The form of an official document, in mm: GB/T 9704-2012, 5.2.
mod form {
    /// The width of the page.
    pub(super) const WIDTH_MM: f64 = 210.0;
    /// The height of the page.
    pub(super) const HEIGHT_MM: f64 = 297.0;
    /// The margin above the text.
    pub(super) const TOP_MM: f64 = 37.0;
    /// The margin at the binding side.
    pub(super) const BINDING_MM: f64 = 28.0;
    /// The width of the text.
    pub(super) const TEXT_WIDTH_MM: f64 = 156.0;
    /// The height of the text.
    pub(super) const TEXT_HEIGHT_MM: f64 = 225.0;
    /// The number of lines on a page.
    pub(super) const LINES: u32 = 22;
    /// The number of characters in a line.
    pub(super) const CHARACTERS: u32 = 28;
    /// The size of the text, size 3 三号, in points.
    pub(super) const BODY_PT: f64 = 16.0;
    /// The size of the title, size 2 二号, in points.
    pub(super) const TITLE_PT: f64 = 22.0;
    /// The size of the imprint and of page numbers, size 4 四号, in points.
    pub(super) const SMALL_PT: f64 = 14.0;
    /// The size of tables, size 5 五号, in points.
    pub(super) const TABLE_PT: f64 = 10.5;
}

/// A document for readers.
#[derive(Debug, Clone)]
pub struct Document {
    /// The language of the fixed words.
    pub language: Language,
    /// The mark of the issuing authority 发文机关标志, in red at the top of the first page.
    pub masthead: Option<String>,
    /// The number of the document 发文字号, its year in 〔〕.
    pub number: Option<String>,
    /// The title.
    pub title: String,
    /// The state it reports, such as the as-of date; it stands below the title.
    pub subtitle: Option<String>,
    /// Whether the firms are invented, which the document then says.
    pub synthetic: bool,
    /// The content, in its order.
    pub blocks: Vec<Block>,
    /// The headings of columns that a policy names.
    pub headings: Headings,
    /// The sources of the data.
    pub sources: Vec<String>,
    /// What stands at the foot of the last page 版记.
    pub imprint: Option<Imprint>,
    /// Whether both sides of a sheet are printed, so that the imprint stands on an even page.
    pub double_sided: bool,
    /// The day from which the file says it is, so that the same document gives the same bytes.
    pub dated: chrono::NaiveDate,
}

/// The foot of the last page 版记.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// To whom copies go 抄送.
    pub copy_to: Vec<String>,
    /// Who prints and sends it 印发机关.
    pub issuer: String,
    /// The day on which it was printed 印发日期, as text.
    pub issued_on: String,
}

impl Imprint {
    /// The words before those who get copies, and those who do.
    fn copies(&self, language: Language) -> Option<(&'static str, String)> {
        let ((label, end), between) =
            (language.pick(("抄送：", "。"), ("Copies to: ", ".")), language.pick("，", ", "));
        (!self.copy_to.is_empty()).then(|| (label, format!("{}{end}", self.copy_to.join(between))))
    }

    /// When it was printed.
    fn printed(&self, language: Language) -> String {
        language.pick(format!("{}印发", self.issued_on), format!("Issued {}", self.issued_on))
    }
}

/// On which page the imprint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImprintPage {
    /// The last page of the text.
    Last,
    /// An even page behind the text, which ends on an odd one.
    Even,
    /// An even page behind the text, which ends on an even one that is full, and a blank one. GB/T 9704-2012, 7.5: both have no number.
    EvenBehindBlank,
}

/// A table of no more rows than these stays whole on a page. A longer one may be broken, with so many rows before at the least and so
/// many behind.
const MOST_ROWS_KEPT: usize = 8;
const LEAST_ROWS_BEFORE: usize = 3;
const LEAST_ROWS_BEHIND: usize = 2;

/// A part of a document.
#[derive(Debug, Clone)]
pub enum Block {
    /// To whom the document is sent 主送机关.
    Addressee(Words),
    /// A heading of level 1 to 3, with its number.
    Heading(u8, Words),
    /// A paragraph.
    Paragraph(Words),
    /// A table.
    Table(Box<DocumentTable>),
    /// A figure.
    Figure(Box<DocumentFigure>),
    /// The name of the authority and the date below the text 发文机关署名、成文日期.
    Signature(Vec<String>),
}

/// Text in which every number that comes from a table knows its cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(pub Vec<Word>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Text as it is.
    Text(String),
    /// What a cell of a table shows.
    Cell {
        /// The id of the table.
        table: String,
        /// The position of the row.
        row: usize,
        /// The name of the column.
        column: String,
        /// What the cell shows.
        text: String,
    },
}

impl Words {
    /// Text without numbers from tables.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Word::Text(text.into())])
    }

    /// Adds text.
    pub fn add(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Word::Text(last)) => last.push_str(text),
            _ => self.0.push(Word::Text(text.to_owned())),
        }
    }

    /// Adds other words.
    pub fn extend(&mut self, words: Self) {
        for word in words.0 {
            match word {
                Word::Text(text) => self.add(&text),
                cell @ Word::Cell { .. } => self.0.push(cell),
            }
        }
    }

    /// The words as one text.
    #[must_use]
    pub fn plain(&self) -> String {
        self.0.iter().map(Word::shown).collect()
    }
}

impl Word {
    /// What a reader sees.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Text(text) | Self::Cell { text, .. } => text,
        }
    }
}

/// A table of a document.
#[derive(Debug, Clone)]
pub struct DocumentTable {
    /// The id, by which numbers in the text name it.
    pub id: String,
    /// The number of the table, from 1.
    pub number: usize,
    /// The caption.
    pub caption: String,
    /// The rows; the columns are shown in their order, under their headings.
    pub frame: DataFrame,
    /// The headings.
    pub headings: Vec<String>,
    /// The unit of the columns that do not name one.
    pub unit: Option<&'static str>,
    /// What each cell shows, row by row.
    pub rows: Vec<Vec<String>>,
    /// For each column, whether it holds numbers.
    pub is_number: Vec<bool>,
    /// The positions of the rows that are totals of others.
    pub totals: Vec<usize>,
}

impl DocumentTable {
    /// Makes a table of some columns of a frame, under their headings.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for a column that is not there.
    pub fn of_frame(
        id: &str,
        caption: String,
        frame: &DataFrame,
        columns: &[&str],
        totals: Vec<usize>,
        (headings, language): (&Headings, Language),
    ) -> Result<Self> {
        let frame = frame.select(columns.iter().copied()).map_err(Error::table(id))?;
        let cells = frame.columns().iter().map(|column| column_cells(column, id)).collect::<Result<Vec<_>>>()?;
        let rows = (0..frame.height()).map(|row| cells.iter().map(|column| column[row].clone()).collect()).collect();
        let full: Vec<&str> = columns.iter().map(|column| headings.of(column, language)).collect();
        // What most columns count is said once.
        let (mark, unit) = language.pick(("（家）", "单位：家"), (" (firms)", "in firms"));
        let is_counted = full.iter().filter(|heading| heading.ends_with(mark)).count() > 1;
        let short = |heading: &str| heading.strip_suffix(mark).filter(|_| is_counted).unwrap_or(heading).to_owned();
        Ok(Self {
            id: id.to_owned(),
            number: 0,
            caption,
            headings: full.iter().map(|heading| short(heading)).collect(),
            unit: is_counted.then_some(unit),
            is_number: frame.columns().iter().map(|column| column.dtype().is_primitive_numeric()).collect(),
            rows,
            totals,
            frame,
        })
    }

    /// What a cell shows, as a word that knows its cell; a dash where there is no such cell.
    #[must_use]
    pub fn word(&self, row: usize, column: &str) -> Word {
        let names = self.frame.get_column_names();
        let position = names.iter().position(|name| name.as_str() == column);
        match position.and_then(|position| self.rows.get(row)?.get(position)) {
            Some(text) => Word::Cell { table: self.id.clone(), row, column: column.to_owned(), text: text.clone() },
            None => Word::Text("–".to_owned()),
        }
    }

    /// The caption, with the unit.
    fn caption_words(&self, language: Language) -> String {
        let (open, close) = language.pick(("（", "）"), (" (", ")"));
        self.unit.map_or_else(|| self.caption.clone(), |unit| format!("{}{open}{unit}{close}", self.caption))
    }

    /// The caption with its number.
    fn captioned(&self, language: Language) -> String {
        format!("{}{}  {}", language.pick("表", "Table "), self.number, self.caption_words(language))
    }
}

/// A figure of a document.
#[derive(Debug, Clone)]
pub struct DocumentFigure {
    /// The name of the figure in the project file.
    pub name: String,
    /// The number of the figure, from 1.
    pub number: usize,
    /// The caption.
    pub caption: String,
    /// The figure; its description is the text for those who do not see it.
    pub figure: Figure,
}

impl DocumentFigure {
    fn captioned(&self, language: Language) -> String {
        format!("{}{}  {}", language.pick("图", "Figure "), self.number, self.caption)
    }

    /// The text for those who do not see it.
    fn alternative(&self) -> String {
        let Figure { title, description, .. } = &self.figure;
        [title.as_str(), description.as_str()]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join("：")
    }
}

impl Document {
    /// Gives tables, figures and headings their numbers, in their order. A number whose table is not in the document becomes text.
    pub fn settle(&mut self) {
        let known: Vec<String> = self.tables().map(|table| table.id.clone()).collect();
        for block in &mut self.blocks {
            if let Block::Addressee(words) | Block::Heading(_, words) | Block::Paragraph(words) = block {
                for word in &mut words.0 {
                    if let Word::Cell { table, text, .. } = word
                        && !known.contains(table)
                    {
                        *word = Word::Text(std::mem::take(text));
                    }
                }
            }
        }
        let (mut tables, mut figures) = (0, 0);
        let mut counter = numbering::Counter::new(self.language);
        for block in &mut self.blocks {
            match block {
                Block::Table(table) => {
                    tables += 1;
                    table.number = tables;
                }
                Block::Figure(figure) => {
                    figures += 1;
                    figure.number = figures;
                }
                Block::Heading(level, words) => words.0.insert(0, Word::Text(counter.next(*level))),
                Block::Addressee(_) | Block::Paragraph(_) | Block::Signature(_) => {}
            }
        }
    }

    /// The tables, in their order.
    pub fn tables(&self) -> impl Iterator<Item = &DocumentTable> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(&**table),
            _ => None,
        })
    }

    /// The figures, in their order.
    pub fn figures(&self) -> impl Iterator<Item = &DocumentFigure> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Figure(figure) => Some(&**figure),
            _ => None,
        })
    }

    /// The notice that the firms are invented.
    fn notice(&self) -> Option<&'static str> {
        self.synthetic.then(|| synthetic_notice(self.language))
    }

    /// The blocks of the text, which ends with its signature and the sources of the data, and those annexed to it.
    fn text_and_annexes(&self) -> (&[Block], &[Block]) {
        let signature = self.blocks.iter().rposition(|block| matches!(block, Block::Signature(_)));
        self.blocks.split_at(signature.map_or(self.blocks.len(), |signature| signature + 1))
    }

    /// The line with the sources of the data.
    fn source_line(&self) -> Option<String> {
        (!self.sources.is_empty()).then(|| {
            let (before, between) = self.language.pick(("数据来源：", "；"), ("Sources: ", "; "));
            format!("{before}{}", self.sources.join(between))
        })
    }
}

/// The words that say that the firms are invented.
#[must_use]
pub fn synthetic_notice(language: Language) -> &'static str {
    language.pick("示例数据，非真实企业", "Synthetic sample data, no real firms")
}

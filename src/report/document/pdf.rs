//! A document as PDF, set on pages of lines and characters.

use std::collections::VecDeque;

use super::columns::{column_widths_mm, heading_lines, is_narrow, masthead_pt, signature_indents};
use super::form::{
    BINDING_MM, BODY_PT, CHARACTERS, HEIGHT_MM, LINES, SMALL_PT, TABLE_PT, TEXT_HEIGHT_MM, TEXT_WIDTH_MM, TITLE_PT,
    TOP_MM, WIDTH_MM,
};
use super::{
    Block, Document, DocumentFigure, DocumentTable, Imprint, ImprintPage, LEAST_ROWS_BEFORE, LEAST_ROWS_BEHIND,
    MOST_ROWS_KEPT,
};
use crate::error::Result;
use crate::model::Language;
use crate::render::{Bookmark, Sheet, SheetItem, SheetPdf, TextLine, Typeface, Typefaces, pdf_of_pages};

const MM_PER_POINT: f64 = 25.4 / 72.0;
/// The height of a line of the text.
const LINE_MM: f64 = TEXT_HEIGHT_MM / LINES as f64;
/// The width of a character of the text, which its type fills.
const CHARACTER_MM: f64 = TEXT_WIDTH_MM / CHARACTERS as f64;
/// The advances of the text, of those of its type: 28 characters of 16 points are wider than the line.
const PITCH: f64 = CHARACTER_MM / (BODY_PT * MM_PER_POINT);
/// Text that moves up before figures has so many lines behind them at the least.
const LEAST_LINES: usize = 6;
/// From the middle of a line to its baseline, in em: where Chinese type has its middle.
const BASELINE_EM: f64 = 0.38;
const BLACK: [u8; 3] = [0, 0, 0];
const RED: [u8; 3] = [255, 0, 0];
const RUST: [u8; 3] = [0x9a, 0x34, 0x12];
/// The height of a line of a table, and the blank in its cells.
const TABLE_LINE_MM: f64 = TABLE_PT * MM_PER_POINT * 1.3;
const CELL_MM: f64 = 1.0;
const CAPTION_PT: f64 = 12.0;
const CAPTION_MM: f64 = 7.5;
const GAP_MM: f64 = 3.0;
/// Lines of tables: at top and bottom, and within.
const STRONG_MM: f64 = 0.35;
const THIN_MM: f64 = 0.18;
/// The page number's dash lies this far below the text.
const NUMBER_MM: f64 = 7.0;

/// Sets a document on pages and writes them as PDF.
///
/// # Errors
///
/// As [`pdf_of_pages`].
pub fn document_pdf(document: &Document, faces: &Typefaces) -> Result<SheetPdf> {
    let mut setter = Setter::of(document, faces);
    let last = setter.page();
    if let Some(imprint) = &document.imprint {
        setter.imprint(imprint, document);
    }
    let Setter { mut pages, bookmarks, .. } = setter;
    // GB/T 9704-2012, 7.5: neither a blank page before the imprint nor the page of the imprint then has a number.
    let numbered = if pages.len() > last + 2 { last + 1 } else { pages.len() };
    for (position, page) in pages.iter_mut().enumerate().take(numbered) {
        number(page, position, faces);
    }
    pdf_of_pages([WIDTH_MM, HEIGHT_MM], (&document.title, document.language.tag()), &pages, &bookmarks, faces)
}

/// On which page the imprint stands, by the pages of the PDF; a word processor may break them a few lines sooner or later.
#[must_use]
pub fn imprint_page(document: &Document, faces: &Typefaces) -> ImprintPage {
    const LINES_TO_SPARE: f64 = 3.0;
    let (Some(imprint), true) = (&document.imprint, document.double_sided) else { return ImprintPage::Last };
    let setter = Setter::of(document, faces);
    let height = setter.imprint_mm(imprint, document).1 + LINES_TO_SPARE * LINE_MM;
    match (is_even(setter.page()), setter.top + height <= TEXT_HEIGHT_MM) {
        (true, true) => ImprintPage::Last,
        (true, false) => ImprintPage::EvenBehindBlank,
        (false, _) => ImprintPage::Even,
    }
}

/// Whether a page, counted from 0, has an even number.
fn is_even(page: usize) -> bool {
    !page.is_multiple_of(2)
}

/// The kind of a line of text.
#[derive(Clone, Copy)]
struct Kind {
    typeface: Typeface,
    size_pt: f64,
    /// The advances of its characters are taken times this.
    pitch: f64,
    /// Of the first line, in characters.
    indent: f64,
    line_mm: f64,
    color: [u8; 3],
    is_centred: bool,
}

const BODY: Kind = Kind {
    typeface: Typeface::Body,
    size_pt: BODY_PT,
    pitch: PITCH,
    indent: 2.0,
    line_mm: LINE_MM,
    color: BLACK,
    is_centred: false,
};

const IMPRINT: Kind = Kind {
    typeface: Typeface::Body,
    size_pt: SMALL_PT,
    pitch: 1.0,
    indent: 0.0,
    line_mm: 7.5,
    color: BLACK,
    is_centred: false,
};
/// The imprint is set in by a character at both sides.
const IMPRINT_MARGIN_MM: f64 = SMALL_PT * MM_PER_POINT;

const CAPTION: Kind = Kind {
    typeface: Typeface::First,
    size_pt: CAPTION_PT,
    pitch: 1.0,
    indent: 0.0,
    line_mm: CAPTION_MM,
    color: BLACK,
    is_centred: true,
};

/// The width and height of a figure, which is not wider than the text and leaves room for its caption.
fn figure_mm(figure: &DocumentFigure) -> [f64; 2] {
    let drawn = &figure.figure;
    let most = TEXT_HEIGHT_MM - CAPTION_MM - 2.0 * GAP_MM;
    let scale = (TEXT_WIDTH_MM / drawn.width_mm).min(most / drawn.height_mm).min(1.0);
    [drawn.width_mm * scale, drawn.height_mm * scale]
}

/// Sets blocks one below the other.
struct Setter<'a> {
    faces: &'a Typefaces,
    language: Language,
    pages: Vec<Sheet>,
    /// From the top of the text of the page to the next block, in mm.
    top: f64,
    bookmarks: Vec<Bookmark>,
    /// Tables and figures that found no room: they stand at the top of the next page, and text moves up before them.
    waiting: VecDeque<Waiting<'a>>,
}

/// What waits for the next page.
enum Waiting<'a> {
    Table(LaidTable),
    Figure(&'a DocumentFigure),
}

impl Waiting<'_> {
    fn height_mm(&self) -> f64 {
        match self {
            Self::Table(table) => table.height_mm(table.rows.len()) + GAP_MM,
            Self::Figure(figure) => figure_mm(figure)[1] + CAPTION_MM + 2.0 * GAP_MM,
        }
    }
}

/// A table whose cells are broken into lines.
struct LaidTable {
    caption: Vec<String>,
    widths: Vec<f64>,
    header: Vec<Vec<String>>,
    /// The cells of each row, and whether it is a total.
    rows: Vec<(Vec<Vec<String>>, bool)>,
    is_number: Vec<bool>,
}

impl LaidTable {
    /// The height of a row.
    fn row_mm(cells: &[Vec<String>]) -> f64 {
        cells.iter().map(Vec::len).max().unwrap_or(1) as f64 * TABLE_LINE_MM + 2.0 * CELL_MM
    }

    /// The height of caption, header and the first rows.
    fn height_mm(&self, rows: usize) -> f64 {
        let rows: f64 = self.rows.iter().take(rows).map(|(cells, _)| Self::row_mm(cells)).sum();
        self.caption.len() as f64 * CAPTION_MM + Self::row_mm(&self.header) + rows
    }
}

/// The left edge of the text of a page, from 0: the binding is at the left of odd pages.
fn left_mm(page: usize) -> f64 {
    if page.is_multiple_of(2) { BINDING_MM } else { WIDTH_MM - BINDING_MM - TEXT_WIDTH_MM }
}

impl<'a> Setter<'a> {
    /// Sets all of a document but its imprint.
    fn of(document: &'a Document, faces: &'a Typefaces) -> Self {
        let mut setter = Self::new(faces, document.language);
        setter.head(document);
        let (text, annexes) = document.text_and_annexes();
        for (position, block) in document.blocks.iter().enumerate() {
            match block {
                Block::Addressee(words) => setter.text(&words.plain(), Kind { indent: 0.0, ..BODY }),
                Block::Heading(level, words) => {
                    let rest = &document.blocks[position..];
                    let headings = rest.iter().take_while(|block| matches!(block, Block::Heading(..))).count();
                    setter.heading(*level, &words.plain(), headings);
                }
                Block::Paragraph(words) => setter.text(&words.plain(), BODY),
                Block::Table(table) => setter.table(table),
                Block::Figure(figure) => setter.figure(figure),
                Block::Signature(lines) => setter.signature(lines),
            }
            if position + 1 == text.len() {
                if annexes.is_empty() {
                    setter.flush();
                }
                document.source_line().iter().for_each(|sources| setter.small(sources));
            }
        }
        setter.flush();
        setter
    }

    fn new(faces: &'a Typefaces, language: Language) -> Self {
        let (pages, bookmarks) = (vec![Sheet::default()], Vec::new());
        Self { faces, language, pages, top: 0.0, bookmarks, waiting: VecDeque::new() }
    }

    fn page(&self) -> usize {
        self.pages.len() - 1
    }

    fn left(&self) -> f64 {
        left_mm(self.page())
    }

    fn put(&mut self, item: SheetItem) {
        if let Some(page) = self.pages.last_mut() {
            page.items.push(item);
        }
    }

    fn blank_page(&mut self) {
        self.pages.push(Sheet::default());
        self.top = 0.0;
    }

    /// Begins a page, with what waits for it at its top.
    fn new_page(&mut self) {
        self.blank_page();
        while let Some(waiting) = self.waiting.pop_front() {
            if !self.has_room_for(waiting.height_mm()) {
                self.waiting.push_front(waiting);
                break;
            }
            match waiting {
                Waiting::Table(table) => self.set_table(&table),
                Waiting::Figure(figure) => self.set_figure(figure),
            }
        }
        self.meet_grid();
    }

    /// Sets all that waits.
    fn flush(&mut self) {
        while !self.waiting.is_empty() {
            self.new_page();
        }
    }

    fn has_room_for(&self, height_mm: f64) -> bool {
        self.top <= 0.0 || self.top + height_mm <= TEXT_HEIGHT_MM + 1e-6
    }

    /// Begins a page where this height finds no room.
    fn room_for(&mut self, height_mm: f64) {
        while !self.has_room_for(height_mm) {
            self.new_page();
        }
    }

    /// To the next line of the page's grid.
    fn meet_grid(&mut self) {
        self.top = (self.top / LINE_MM - 1e-6).ceil() * LINE_MM;
    }

    fn width(&self, text: &str, kind: Kind) -> f64 {
        self.faces.width_mm(kind.typeface, text, kind.size_pt, kind.pitch)
    }

    /// A line whose top is at the place of the next block.
    fn line(&mut self, text: &str, left_mm: f64, spread_mm: f64, kind: Kind) {
        self.room_for(kind.line_mm);
        let baseline = TOP_MM + self.top + kind.line_mm / 2.0 + BASELINE_EM * kind.size_pt * MM_PER_POINT;
        let at = [self.left() + left_mm, baseline];
        let Kind { typeface, size_pt, pitch, color, .. } = kind;
        self.put(SheetItem::Line(TextLine { text: text.to_owned(), at, typeface, size_pt, pitch, spread_mm, color }));
        self.top += kind.line_mm;
    }

    /// A paragraph on the grid: lines that are not the last are spread to the width of the text.
    fn text(&mut self, text: &str, kind: Kind) {
        self.meet_grid();
        let first_mm = kind.indent * CHARACTER_MM;
        let lines = self.wrapped(text, first_mm, TEXT_WIDTH_MM, kind);
        let last = lines.len().saturating_sub(1);
        for (position, line) in lines.iter().enumerate() {
            let indent = if position == 0 { first_mm } else { 0.0 };
            let room = TEXT_WIDTH_MM - indent - self.width(line, kind);
            let gaps = line.chars().count().saturating_sub(1).max(1) as f64;
            let (left, spread) = match (kind.is_centred, position == last) {
                (true, _) => (indent + room / 2.0, 0.0),
                (false, true) => (indent, 0.0),
                (false, false) => (indent, (room / gaps).clamp(0.0, CHARACTER_MM / 4.0)),
            };
            self.line(line, left, spread, kind);
        }
    }

    /// Breaks a text into lines of a width.
    fn wrapped(&self, text: &str, first_mm: f64, width_mm: f64, kind: Kind) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for piece in pieces(text) {
            let room = width_mm - if lines.is_empty() { first_mm } else { 0.0 };
            let joined = format!("{line}{piece}");
            if line.is_empty() || self.width(joined.trim_end(), kind) <= room + 1e-6 {
                line = joined;
            } else {
                lines.push(line.trim_end().to_owned());
                line = piece.trim_start().to_owned();
            }
            // What cannot be broken is broken where it must.
            loop {
                let room = width_mm - if lines.is_empty() { first_mm } else { 0.0 };
                if self.width(line.trim_end(), kind) <= room + 1e-6 || line.chars().count() < 2 {
                    break;
                }
                let mut end = 0;
                for (start, character) in line.char_indices() {
                    let next = start + character.len_utf8();
                    if start > 0 && self.width(&line[..next], kind) > room + 1e-6 {
                        break;
                    }
                    end = next;
                }
                let rest = line.split_off(end);
                lines.push(std::mem::replace(&mut line, rest));
            }
        }
        lines.push(line.trim_end().to_owned());
        lines
    }

    /// Mark of the authority, number, rule, title.
    fn head(&mut self, document: &Document) {
        const MARK_MM: f64 = 35.0;
        const RULE_MM: f64 = 4.0;
        let centred = Kind { indent: 0.0, is_centred: true, ..BODY };
        if let Some(masthead) = &document.masthead {
            let size_pt = masthead_pt(masthead);
            let size_mm = size_pt * MM_PER_POINT;
            self.top = MARK_MM;
            let kind = Kind { typeface: Typeface::Title, size_pt, pitch: 1.0, line_mm: size_mm, color: RED, ..centred };
            let left = (TEXT_WIDTH_MM - self.width(masthead, kind)) / 2.0;
            self.line(masthead, left, 0.0, kind);
            self.meet_grid();
            self.top += 2.0 * LINE_MM;
        }
        if let Some(number) = &document.number {
            self.text(number, centred);
        }
        if document.masthead.is_some() {
            let bottom = self.top - (LINE_MM - BODY_PT * MM_PER_POINT) / 2.0 + RULE_MM;
            self.put(SheetItem::Bar([self.left(), TOP_MM + bottom, TEXT_WIDTH_MM, 0.5], RED));
            self.top = bottom;
            self.meet_grid();
            self.top += 2.0 * LINE_MM;
        }
        let title = Kind { typeface: Typeface::Title, size_pt: TITLE_PT, pitch: 1.0, ..centred };
        self.text(&document.title, title);
        if let Some(subtitle) = &document.subtitle {
            self.text(subtitle, Kind { typeface: Typeface::Second, ..centred });
        }
        if let Some(notice) = document.notice() {
            self.text(notice, Kind { typeface: Typeface::First, color: RUST, ..centred });
        }
        self.top += LINE_MM;
    }

    /// A heading, which stands together with those that follow it and a line of text at the least.
    fn heading(&mut self, level: u8, words: &str, headings: usize) {
        let typeface = match level {
            1 => Typeface::First,
            2 => Typeface::Second,
            _ => Typeface::Body,
        };
        // Text under another heading moves up before what waits where that leaves it room on the next page, not where it fills pages.
        let waiting: f64 = self.waiting.iter().map(Waiting::height_mm).sum();
        if waiting > TEXT_HEIGHT_MM - (headings + LEAST_LINES) as f64 * LINE_MM {
            self.flush();
        }
        self.meet_grid();
        self.room_for((headings + 2) as f64 * LINE_MM);
        if level == 1 {
            let (page, top_mm) = (self.page(), TOP_MM + self.top);
            self.bookmarks.push(Bookmark { words: words.to_owned(), page, top_mm });
        }
        self.text(words, Kind { typeface, ..BODY });
    }

    fn signature(&mut self, lines: &[String]) {
        self.flush();
        self.meet_grid();
        self.top += LINE_MM;
        self.room_for(LINE_MM * lines.len() as f64);
        for (line, indent) in lines.iter().zip(signature_indents(lines, f64::from(CHARACTERS))) {
            self.line(line, indent * CHARACTER_MM, 0.0, BODY);
        }
    }

    fn caption(&mut self, words: &str) {
        let lines = self.caption_lines(words);
        self.set_caption(&lines);
    }

    fn caption_lines(&self, words: &str) -> Vec<String> {
        self.wrapped(words, 0.0, TEXT_WIDTH_MM, CAPTION)
    }

    fn set_caption(&mut self, lines: &[String]) {
        for line in lines {
            let left = (TEXT_WIDTH_MM - self.width(line, CAPTION)) / 2.0;
            self.line(line, left, 0.0, CAPTION);
        }
    }

    fn small(&mut self, words: &str) {
        let kind = Kind { size_pt: TABLE_PT, pitch: 1.0, line_mm: TABLE_LINE_MM, indent: 0.0, ..BODY };
        self.top += GAP_MM;
        for line in self.wrapped(words, 0.0, TEXT_WIDTH_MM, kind) {
            self.line(&line, 0.0, 0.0, kind);
        }
    }

    /// Sets a figure where it finds room, and keeps it for the next page otherwise.
    fn figure(&mut self, figure: &'a DocumentFigure) {
        let height = figure_mm(figure)[1] + CAPTION_MM + 2.0 * GAP_MM;
        if self.waiting.is_empty() && self.has_room_for(height) {
            self.set_figure(figure);
        } else {
            self.waiting.push_back(Waiting::Figure(figure));
        }
    }

    fn set_figure(&mut self, figure: &DocumentFigure) {
        let [width, height] = figure_mm(figure);
        if self.top > 0.0 {
            self.top += GAP_MM;
        }
        let at = [self.left() + (TEXT_WIDTH_MM - width) / 2.0, TOP_MM + self.top];
        self.put(SheetItem::Figure(Box::new(figure.figure.clone()), at, width));
        self.top += height;
        self.caption(&figure.captioned(self.language));
        self.top += GAP_MM;
    }

    /// Sets a table where it finds room. A long one is broken between rows, a short one waits for the next page.
    fn table(&mut self, table: &DocumentTable) {
        let laid = self.laid(table);
        let rows = laid.rows.len();
        self.top += GAP_MM / 2.0;
        if self.waiting.is_empty() && self.has_room_for(laid.height_mm(rows)) {
            self.set_table(&laid);
        } else if rows <= MOST_ROWS_KEPT && laid.height_mm(rows) <= TEXT_HEIGHT_MM {
            self.waiting.push_back(Waiting::Table(laid));
        } else {
            self.flush();
            self.room_for(laid.height_mm(LEAST_ROWS_BEFORE));
            self.set_table(&laid);
        }
    }

    fn laid(&self, table: &DocumentTable) -> LaidTable {
        let widths = column_widths_mm(table);
        let of_heading = |(heading, width): (&String, &f64)| -> Vec<String> {
            let lines = heading_lines(heading, *width);
            let lines =
                lines.iter().flat_map(|line| self.cells(std::slice::from_ref(line), &[*width], Typeface::First));
            lines.flatten().collect()
        };
        let header = table.headings.iter().zip(&widths).map(of_heading).collect();
        let rows = table.rows.iter().enumerate().map(|(position, row)| {
            let is_total = table.totals.contains(&position);
            (self.cells(row, &widths, if is_total { Typeface::First } else { Typeface::Table }), is_total)
        });
        let rows = rows.collect();
        let caption = self.caption_lines(&table.captioned(self.language));
        LaidTable { caption, widths, header, rows, is_number: table.is_number.clone() }
    }

    fn set_table(&mut self, table: &LaidTable) {
        let LaidTable { caption, widths, header, rows, is_number } = table;
        self.set_caption(caption);
        let mut begin = self.set_header(header, widths);
        let sides: Vec<Option<bool>> = is_number.iter().map(|is_number| Some(*is_number)).collect();
        let last = rows.len().saturating_sub(1);
        for (position, (cells, is_total)) in rows.iter().enumerate() {
            let tall = LaidTable::row_mm(cells);
            // The last rows stay together, unless they are all there is.
            let behind = if position > 0 && position + LEAST_ROWS_BEHIND == last + 1 { &rows[position..] } else { &[] };
            let behind: f64 = behind.iter().map(|(cells, _)| LaidTable::row_mm(cells)).sum();
            if self.top + tall.max(behind) > TEXT_HEIGHT_MM + 1e-6 {
                self.close(begin, widths);
                self.new_page();
                begin = self.set_header(header, widths);
            }
            self.bar(0.0, self.top, TEXT_WIDTH_MM, THIN_MM);
            let typeface = if *is_total { Typeface::First } else { Typeface::Table };
            self.row(cells, widths, &sides, typeface, tall);
        }
        self.close(begin, widths);
        self.top += GAP_MM;
    }

    /// Sets the header of a table; gives where it begins.
    fn set_header(&mut self, header: &[Vec<String>], widths: &[f64]) -> f64 {
        let begin = self.top;
        self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
        self.row(header, widths, &vec![None; widths.len()], Typeface::First, LaidTable::row_mm(header));
        begin
    }

    /// The cells of a row, each broken into lines.
    fn cells(&self, row: &[String], widths: &[f64], typeface: Typeface) -> Vec<Vec<String>> {
        let kind = Kind { typeface, size_pt: TABLE_PT, pitch: 1.0, ..BODY };
        let cells = row.iter().zip(widths);
        cells.map(|(text, width)| self.wrapped(text, 0.0, width - 2.0 * CELL_MM, kind)).collect()
    }

    /// Sets a row: its cells in the middle, or at the left, or at the right where they hold numbers.
    fn row(&mut self, cells: &[Vec<String>], widths: &[f64], sides: &[Option<bool>], typeface: Typeface, height: f64) {
        let kind = Kind { typeface, size_pt: TABLE_PT, pitch: 1.0, line_mm: TABLE_LINE_MM, indent: 0.0, ..BODY };
        let top = self.top;
        let mut left = 0.0;
        for ((lines, width), side) in cells.iter().zip(widths).zip(sides) {
            self.top = top + (height - lines.len() as f64 * TABLE_LINE_MM) / 2.0;
            for line in lines {
                let room = width - 2.0 * CELL_MM - self.width(line, kind);
                let shift = match side {
                    None => room / 2.0,
                    Some(true) => room,
                    Some(false) => 0.0,
                };
                let baseline = TOP_MM + self.top + TABLE_LINE_MM / 2.0 + BASELINE_EM * TABLE_PT * MM_PER_POINT;
                let at = [self.left() + left + CELL_MM + shift.max(0.0), baseline];
                let Kind { typeface, size_pt, pitch, color, .. } = kind;
                let text = line.clone();
                self.put(SheetItem::Line(TextLine { text, at, typeface, size_pt, pitch, spread_mm: 0.0, color }));
                self.top += TABLE_LINE_MM;
            }
            left += width;
        }
        self.top = top + height;
    }

    /// A line across, from the left edge of the text and the top of it.
    fn bar(&mut self, left: f64, top: f64, width: f64, thick: f64) {
        let place = [self.left() + left, TOP_MM + top - thick / 2.0, width, thick];
        self.put(SheetItem::Bar(place, BLACK));
    }

    /// The lower line of a table and those between its columns.
    fn close(&mut self, begin: f64, widths: &[f64]) {
        self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
        let mut place = 0.0;
        for width in std::iter::once(&0.0).chain(widths) {
            place += width;
            let upright = [self.left() + place - THIN_MM / 2.0, TOP_MM + begin, THIN_MM, self.top - begin];
            self.put(SheetItem::Bar(upright, BLACK));
        }
    }

    /// The lines of those who get copies, behind the words before them, and the height of the imprint.
    fn imprint_mm(&self, imprint: &Imprint, document: &Document) -> (Vec<String>, f64) {
        let mut copies = Vec::new();
        if let Some((label, names)) = imprint.copies(document.language) {
            let width = TEXT_WIDTH_MM - 2.0 * IMPRINT_MARGIN_MM - self.width(label, IMPRINT);
            copies = self.wrapped(&names, 0.0, width, IMPRINT);
        }
        let height = (copies.len() + 1) as f64 * IMPRINT.line_mm;
        (copies, height)
    }

    /// At the foot of the last page, which is an even one where both sides are printed, between lines.
    fn imprint(&mut self, imprint: &Imprint, document: &Document) {
        const MIDDLE_MM: f64 = 0.25;
        let language = document.language;
        let (copies, height) = self.imprint_mm(imprint, document);
        while !self.has_room_for(height + GAP_MM) || (document.double_sided && !is_even(self.page())) {
            self.blank_page();
        }
        self.top = TEXT_HEIGHT_MM - height;
        self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
        if let Some((label, _)) = imprint.copies(language) {
            let top = self.top;
            self.line(label, IMPRINT_MARGIN_MM, 0.0, IMPRINT);
            self.top = top;
            let left = IMPRINT_MARGIN_MM + self.width(label, IMPRINT);
            for line in &copies {
                self.line(line, left, 0.0, IMPRINT);
            }
            self.bar(0.0, self.top, TEXT_WIDTH_MM, MIDDLE_MM);
        }
        let printed = imprint.printed(language);
        let top = self.top;
        self.line(&imprint.issuer, IMPRINT_MARGIN_MM, 0.0, IMPRINT);
        self.top = top;
        let left = TEXT_WIDTH_MM - IMPRINT_MARGIN_MM - self.width(&printed, IMPRINT);
        self.line(&printed, left, 0.0, IMPRINT);
        self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
    }
}

/// The page number at the outer side, between dashes.
fn number(page: &mut Sheet, position: usize, faces: &Typefaces) {
    let text = format!("— {} —", position + 1);
    let width = faces.width_mm(Typeface::Table, &text, SMALL_PT, 1.0);
    let margin = SMALL_PT * MM_PER_POINT;
    let left = left_mm(position);
    let is_odd = position.is_multiple_of(2);
    let left = if is_odd { left + TEXT_WIDTH_MM - margin - width } else { left + margin };
    // A dash lies near the middle of the type.
    let baseline = TOP_MM + TEXT_HEIGHT_MM + NUMBER_MM + BASELINE_EM * margin;
    page.items.push(SheetItem::Line(TextLine {
        text,
        at: [left, baseline],
        typeface: Typeface::Table,
        size_pt: SMALL_PT,
        pitch: 1.0,
        spread_mm: 0.0,
        color: BLACK,
    }));
}

/// Cuts a text where a line may end: behind Chinese characters and blanks, never before closing or behind opening punctuation, and
/// never within a number or a word.
fn pieces(text: &str) -> Vec<String> {
    const CLOSING: &str = "，。、；：？！）〕》”’】」』%％…—·,.;:?!)]}";
    const OPENING: &str = "（〔《“‘【「『([{";
    let mut pieces: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for character in text.chars().map(|character| if character.is_control() { ' ' } else { character }) {
        let joins = last.is_some_and(|last| {
            CLOSING.contains(character)
                || OPENING.contains(last)
                || (is_narrow(last) && is_narrow(character) && !last.is_whitespace())
        });
        match pieces.last_mut() {
            Some(piece) if joins => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
        last = Some(character);
    }
    pieces
}

#[cfg(test)]
mod tests;

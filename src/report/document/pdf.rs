//! A document as PDF, set on pages of lines and characters.

use super::columns::{column_widths_mm, heading_lines, is_narrow, masthead_pt, signature_indents};
use super::form::{
    BINDING_MM, BODY_PT, CHARACTERS, HEIGHT_MM, LINES, SMALL_PT, TABLE_PT, TEXT_HEIGHT_MM, TEXT_WIDTH_MM, TITLE_PT,
    TOP_MM, WIDTH_MM,
};
use super::{Block, Document, DocumentFigure, DocumentTable, Imprint};
use crate::error::Result;
use crate::render::{Bookmark, Sheet, SheetItem, SheetPdf, TextLine, Typeface, Typefaces, pdf_of_pages};

const MM_PER_POINT: f64 = 25.4 / 72.0;
/// The height of a line of the text.
const LINE_MM: f64 = TEXT_HEIGHT_MM / LINES as f64;
/// The width of a character of the text, which its type fills.
const CHARACTER_MM: f64 = TEXT_WIDTH_MM / CHARACTERS as f64;
/// The advances of the text, of those of its type: 28 characters of 16 points are wider than the line.
const PITCH: f64 = CHARACTER_MM / (BODY_PT * MM_PER_POINT);
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
    let mut setter = Setter { faces, pages: vec![Sheet::default()], top: 0.0, bookmarks: Vec::new() };
    setter.head(document);
    for (position, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Addressee(words) => setter.text(&words.plain(), Kind { indent: 0.0, ..BODY }),
            Block::Heading(level, words) => {
                let rest = &document.blocks[position..];
                let headings = rest.iter().take_while(|block| matches!(block, Block::Heading(..))).count();
                setter.heading(*level, &words.plain(), headings);
            }
            Block::Paragraph(words) => setter.text(&words.plain(), BODY),
            Block::Table(table) => setter.table(table, document),
            Block::Figure(figure) => setter.figure(figure, document),
            Block::Signature(lines) => setter.signature(lines),
        }
    }
    if let Some(sources) = document.source_line() {
        setter.small(&sources);
    }
    if let Some(imprint) = &document.imprint {
        setter.imprint(imprint, document);
    }
    let Setter { mut pages, bookmarks, .. } = setter;
    for (position, page) in pages.iter_mut().enumerate() {
        number(page, position, faces);
    }
    pdf_of_pages([WIDTH_MM, HEIGHT_MM], (&document.title, document.language.tag()), &pages, &bookmarks, faces)
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

/// Sets blocks one below the other.
struct Setter<'a> {
    faces: &'a Typefaces,
    pages: Vec<Sheet>,
    /// From the top of the text of the page to the next block, in mm.
    top: f64,
    bookmarks: Vec<Bookmark>,
}

/// The left edge of the text of a page, from 0: the binding is at the left of odd pages.
fn left_mm(page: usize) -> f64 {
    if page.is_multiple_of(2) { BINDING_MM } else { WIDTH_MM - BINDING_MM - TEXT_WIDTH_MM }
}

impl Setter<'_> {
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

    fn new_page(&mut self) {
        self.pages.push(Sheet::default());
        self.top = 0.0;
    }

    /// Begins a page where this height finds no room.
    fn room_for(&mut self, height_mm: f64) {
        if self.top > 0.0 && self.top + height_mm > TEXT_HEIGHT_MM + 1e-6 {
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
        self.meet_grid();
        self.room_for((headings + 2) as f64 * LINE_MM);
        if level == 1 {
            let (page, top_mm) = (self.page(), TOP_MM + self.top);
            self.bookmarks.push(Bookmark { words: words.to_owned(), page, top_mm });
        }
        self.text(words, Kind { typeface, ..BODY });
    }

    fn signature(&mut self, lines: &[String]) {
        self.meet_grid();
        self.top += LINE_MM;
        self.room_for(LINE_MM * lines.len() as f64);
        for (line, indent) in lines.iter().zip(signature_indents(lines, f64::from(CHARACTERS))) {
            self.line(line, indent * CHARACTER_MM, 0.0, BODY);
        }
    }

    fn caption(&mut self, words: &str) {
        let kind = Kind {
            typeface: Typeface::First,
            size_pt: CAPTION_PT,
            pitch: 1.0,
            line_mm: CAPTION_MM,
            indent: 0.0,
            is_centred: true,
            ..BODY
        };
        for line in self.wrapped(words, 0.0, TEXT_WIDTH_MM, kind) {
            let left = (TEXT_WIDTH_MM - self.width(&line, kind)) / 2.0;
            self.line(&line, left, 0.0, kind);
        }
    }

    fn small(&mut self, words: &str) {
        let kind = Kind { size_pt: TABLE_PT, pitch: 1.0, line_mm: TABLE_LINE_MM, indent: 0.0, ..BODY };
        self.top += GAP_MM;
        for line in self.wrapped(words, 0.0, TEXT_WIDTH_MM, kind) {
            self.line(&line, 0.0, 0.0, kind);
        }
    }

    fn figure(&mut self, figure: &DocumentFigure, document: &Document) {
        let drawn = &figure.figure;
        let most = TEXT_HEIGHT_MM - CAPTION_MM - 2.0 * GAP_MM;
        let scale = (TEXT_WIDTH_MM / drawn.width_mm).min(most / drawn.height_mm).min(1.0);
        let (width, height) = (drawn.width_mm * scale, drawn.height_mm * scale);
        self.room_for(height + CAPTION_MM + 2.0 * GAP_MM);
        if self.top > 0.0 {
            self.top += GAP_MM;
        }
        let at = [self.left() + (TEXT_WIDTH_MM - width) / 2.0, TOP_MM + self.top];
        self.put(SheetItem::Figure(Box::new(drawn.clone()), at, width));
        self.top += height;
        self.caption(&figure.captioned(document.language));
        self.top += GAP_MM;
    }

    fn table(&mut self, table: &DocumentTable, document: &Document) {
        let widths = column_widths_mm(table);
        let header: Vec<Vec<String>> = table
            .headings
            .iter()
            .zip(&widths)
            .map(|(heading, width)| {
                let lines = heading_lines(heading, *width);
                lines
                    .iter()
                    .flat_map(|line| self.cells(std::slice::from_ref(line), &[*width], Typeface::First))
                    .flatten()
                    .collect()
            })
            .collect();
        let rows: Vec<(Vec<Vec<String>>, bool)> = table
            .rows
            .iter()
            .enumerate()
            .map(|(position, row)| {
                let is_total = table.totals.contains(&position);
                (self.cells(row, &widths, if is_total { Typeface::First } else { Typeface::Table }), is_total)
            })
            .collect();
        let height = |cells: &[Vec<String>]| {
            cells.iter().map(Vec::len).max().unwrap_or(1) as f64 * TABLE_LINE_MM + 2.0 * CELL_MM
        };
        // Whole on a page where one can hold it.
        let whole: f64 = rows.iter().map(|(cells, _)| height(cells)).sum();
        let first = rows.first().map_or(0.0, |(cells, _)| height(cells));
        let head = CAPTION_MM + height(&header);
        self.top += GAP_MM / 2.0;
        self.room_for(head + if head + whole <= TEXT_HEIGHT_MM { whole } else { first });
        self.caption(&table.captioned(document.language));
        let mut begin = self.top;
        self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
        self.row(&header, &widths, &vec![None; widths.len()], Typeface::First, height(&header));
        for (cells, is_total) in &rows {
            let tall = height(cells);
            if self.top + tall > TEXT_HEIGHT_MM {
                self.close(begin, &widths);
                self.new_page();
                begin = self.top;
                self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
                self.row(&header, &widths, &vec![None; widths.len()], Typeface::First, height(&header));
            }
            self.bar(0.0, self.top, TEXT_WIDTH_MM, THIN_MM);
            let sides: Vec<Option<bool>> = table.is_number.iter().map(|is_number| Some(*is_number)).collect();
            let typeface = if *is_total { Typeface::First } else { Typeface::Table };
            self.row(cells, &widths, &sides, typeface, tall);
        }
        self.close(begin, &widths);
        self.top += GAP_MM;
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

    /// At the foot of the last page, between lines.
    fn imprint(&mut self, imprint: &Imprint, document: &Document) {
        const MIDDLE_MM: f64 = 0.25;
        let language = document.language;
        let kind = Kind { size_pt: SMALL_PT, pitch: 1.0, line_mm: 7.5, indent: 0.0, ..BODY };
        let margin = SMALL_PT * MM_PER_POINT;
        let width = TEXT_WIDTH_MM - 2.0 * margin;
        let mut copies = Vec::new();
        if !imprint.copy_to.is_empty() {
            let names = imprint.copy_to.join(language.pick("，", ", "));
            let words = language.pick(format!("抄送：{names}。"), format!("Copies to: {names}."));
            copies = self.wrapped(&words, 0.0, width, kind);
        }
        let height = (copies.len() + 1) as f64 * kind.line_mm + GAP_MM;
        self.room_for(height);
        self.top = TEXT_HEIGHT_MM - (copies.len() + 1) as f64 * kind.line_mm;
        self.bar(0.0, self.top, TEXT_WIDTH_MM, STRONG_MM);
        for line in &copies {
            self.line(line, margin, 0.0, kind);
        }
        if !copies.is_empty() {
            self.bar(0.0, self.top, TEXT_WIDTH_MM, MIDDLE_MM);
        }
        let printed = language.pick(format!("{}印发", imprint.issued_on), format!("Issued {}", imprint.issued_on));
        let top = self.top;
        self.line(&imprint.issuer, margin, 0.0, kind);
        self.top = top;
        let left = margin + width - self.width(&printed, kind);
        self.line(&printed, left, 0.0, kind);
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
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_they_may() {
        assert_eq!(pieces("完成19家，63.3%。"), ["完", "成", "19", "家，", "63.3%。"]);
        assert_eq!(pieces("（一）a b"), ["（一）", "a ", "b"]);
    }

    #[test]
    fn a_line_holds_28_characters_and_a_page_22_lines() {
        let faces = Typefaces::new(None).unwrap();
        let setter = Setter { faces: &faces, pages: vec![Sheet::default()], top: 0.0, bookmarks: Vec::new() };
        let lines = setter.wrapped(&"绍".repeat(100), 2.0 * CHARACTER_MM, TEXT_WIDTH_MM, BODY);
        let counts: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        assert_eq!(counts, [26, 28, 28, 18]);
        let mut setter = setter;
        setter.text(&"兴".repeat(26 + 28 * 21), BODY);
        assert_eq!(setter.pages.len(), 1);
        setter.text("兴", BODY);
        assert_eq!(setter.pages.len(), 2);
    }
}

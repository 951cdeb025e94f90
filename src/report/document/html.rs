//! A document as one HTML file.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::columns::{MOST_CELL_EM, width_em};
use super::{Block, Document, DocumentFigure, DocumentTable, Imprint, MOST_ROWS_KEPT, Word, Words};
use crate::model::Language;
use crate::render::svg;

/// Writes a document as one HTML file, without scripts or external requests, and with every text escaped. A number that comes from
/// a table is a link to its cell.
#[must_use]
pub fn html(document: &Document) -> String {
    let language = document.language;
    let (text, annexes) = document.text_and_annexes();
    let page = markup! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (document.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    @if let Some(masthead) = &document.masthead { p.masthead { (masthead) } }
                    @if let Some(number) = &document.number { p.number { (number) } }
                    @if document.masthead.is_some() { hr; }
                    h1 { (document.title) }
                    @if let Some(subtitle) = &document.subtitle { p.subtitle { (subtitle) } }
                    @if let Some(notice) = document.notice() { p.notice { (notice) } }
                }
                main {
                    @for block in text { (block_markup(block, language)) }
                    @if let Some(sources) = document.source_line() { p.sources { (sources) } }
                    @for block in annexes { (block_markup(block, language)) }
                }
                footer {
                    @if let Some(imprint) = &document.imprint { (imprint_markup(imprint, language)) }
                }
            }
        }
    };
    page.into_string()
}

fn block_markup(block: &Block, language: Language) -> Markup {
    match block {
        Block::Addressee(words) => markup! { p.addressee { (words_markup(words)) } },
        Block::Heading(1, words) => markup! { h2 { (words_markup(words)) } },
        Block::Heading(2, words) => markup! { h3 { (words_markup(words)) } },
        Block::Heading(_, words) => markup! { h4 { (words_markup(words)) } },
        Block::Paragraph(words) => markup! { p { (words_markup(words)) } },
        Block::Table(table) => table_markup(table, language),
        Block::Figure(figure) => figure_markup(figure, language),
        Block::Signature(lines) => markup! { div.signature { @for line in lines { p { (line) } } } },
    }
}

fn words_markup(words: &Words) -> Markup {
    markup! {
        @for word in &words.0 {
            @match word {
                Word::Text(text) => (text),
                Word::Cell { table, row, column, text } => a href=(format!("#{}", cell_id(table, *row, column))) { (text) },
            }
        }
    }
}

fn cell_id(table: &str, row: usize, column: &str) -> String {
    format!("{table}-{}-{column}", row + 1)
}

fn table_markup(table: &DocumentTable, language: Language) -> Markup {
    let names = table.frame.get_column_names();
    markup! {
        section {
            table.long[table.rows.len() > MOST_ROWS_KEPT] {
                caption { (table.captioned(language)) }
                thead {
                    tr {
                        @for (heading, is_number) in table.headings.iter().zip(&table.is_number) {
                            th.number[*is_number] scope="col" { (heading) }
                        }
                    }
                }
                tbody {
                    @for (position, row) in table.rows.iter().enumerate() {
                        tr.total[table.totals.contains(&position)] {
                            @for (((cell, is_number), heading), name) in row.iter().zip(&table.is_number).zip(&table.headings).zip(&names) {
                                td.number[*is_number] .words[width_em(cell) > MOST_CELL_EM] id=(cell_id(&table.id, position, name)) data-heading=(heading) { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn figure_markup(figure: &DocumentFigure, language: Language) -> Markup {
    markup! {
        figure {
            (PreEscaped(svg(&figure.figure)))
            figcaption { (figure.captioned(language)) }
        }
    }
}

fn imprint_markup(imprint: &Imprint, language: Language) -> Markup {
    markup! {
        div.imprint {
            @if let Some((label, names)) = imprint.copies(language) {
                p { (label) (names) }
            }
            p.printed {
                span { (imprint.issuer) }
                span { (imprint.printed(language)) }
            }
        }
    }
}

const STYLE: &str = "
@page { size: A4; margin: 37mm 26mm 35mm 28mm; @bottom-right { content: '— ' counter(page) ' —'; font-size: 14pt; } }
:root { font-family: 'FangSong', 'STFangsong', 'Noto Serif SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', serif; color: #1a1a1a; }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.8; font-size: 1.1rem; }
h1 { font-size: 1.8rem; text-align: center; line-height: 1.4; margin: 1.5rem 0 .5rem; }
h2, h3, h4 { font-size: 1.1rem; margin: 1.4rem 0 .3rem; text-indent: 2em; }
h2, thead th, caption, figcaption { font-family: 'SimHei', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif; }
h3 { font-family: 'KaiTi', 'STKaiti', serif; }
header { text-align: center; }
hr { border: 0; border-top: 2px solid #d00000; }
.masthead { color: #d00000; font-size: 2rem; font-weight: bold; margin: 1rem 0; }
main > p { text-indent: 2em; margin: 0; }
main > p.addressee { text-indent: 0; }
main p a { color: inherit; text-decoration: underline dotted #999; text-underline-offset: .2em; }
.subtitle { margin: 0; }
.notice { display: inline-block; border: 1px solid #9a3412; color: #9a3412; padding: 0 .6rem; }
table { border-collapse: collapse; width: 100%; margin: 1.2rem 0; font-size: .9rem; line-height: 1.5; }
caption { text-align: center; padding-bottom: .3rem; }
th, td { border: 1px solid #999; padding: .2rem .4rem; text-align: left; }
th { text-align: center; }
thead th { border-top: 2px solid #000; vertical-align: middle; }
tbody tr:last-child td { border-bottom: 2px solid #000; }
td { white-space: nowrap; }
td.words { white-space: normal; min-width: 12em; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.total td { font-weight: bold; background: #f5f0e6; }
td:target { outline: 3px solid #d97706; }
figure { margin: 1.5rem 0; }
figure svg { max-width: 100%; height: auto; display: block; margin: 0 auto; }
figcaption { text-align: center; font-size: .95rem; }
.signature { margin: 2rem 2em 0 0; }
.signature p { text-align: right; margin: 0; }
.sources { text-indent: 0; font-size: .9rem; color: #404040; }
footer { margin-top: 2rem; font-size: .9rem; color: #404040; }
.imprint { border-top: 2px solid #000; border-bottom: 2px solid #000; }
.imprint p { margin: 0; padding: .2rem 1em; }
.imprint p + p { border-top: 1px solid #000; }
.printed { display: flex; justify-content: space-between; }
@media screen and (max-width: 48rem) {
  body { margin: 1rem auto; overflow-wrap: anywhere; font-size: 1rem; }
  h1 { font-size: 1.25rem; }
  .masthead { font-size: 1.2rem; }
  table, caption, tbody { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1rem; border-bottom: 2px solid #404040; padding: .4rem 0; }
  td, td.number { display: flex; justify-content: space-between; gap: .5rem; border: 0; padding: .1rem .3rem; white-space: normal; text-align: right; }
  td::before { content: attr(data-heading); color: #404040; text-align: left; }
  td:first-child { grid-column: 1 / -1; font-weight: bold; }
  tr.total { background: #f5f0e6; }
}
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 16pt; line-height: 28.95pt; }
  h1 { font-size: 22pt; }
  h2, h3, h4 { font-size: 16pt; margin: 0; break-after: avoid; }
  figure, table, tr { break-inside: avoid; }
  table.long { break-inside: auto; }
  caption { break-after: avoid; }
  thead { display: table-header-group; }
  table { font-size: 10.5pt; margin: 3mm 0; line-height: 1.3; }
  tr.total td { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  figure svg { max-height: 190mm; width: auto; max-width: 100%; }
  footer { break-inside: avoid; }
}
";

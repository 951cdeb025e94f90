use maud::{DOCTYPE, Markup, PreEscaped, html};
use polars::prelude::{AnyValue, Column, DataFrame};

use super::heading;
use crate::error::{Error, Result};
use crate::model::{
    Language,
    column::{self, Quantity},
};

/// The content of a bulletin.
#[derive(Debug, Clone)]
pub struct Bulletin {
    /// The title.
    pub title: String,
    /// The language of the headings.
    pub language: Language,
    /// The as-of date, as text.
    pub as_of: String,
    /// The number and title of the document on which it reports.
    pub document: String,
    /// Whether the firms are invented.
    pub synthetic: bool,
    /// The findings, one sentence each.
    pub findings: Vec<String>,
    /// The maps and charts that belong to no table, as SVG made by this program; each contains its title and its text for screen
    /// readers.
    pub figures: Vec<String>,
    /// The names of what should be in it and could not be made.
    pub unmade: Vec<String>,
    /// The tables, in order.
    pub tables: Vec<BulletinTable>,
    /// The sources of the data.
    pub sources: Vec<String>,
}

/// A table of a bulletin.
#[derive(Debug, Clone)]
pub struct BulletinTable {
    /// The caption.
    pub caption: String,
    /// What the table comes to, one sentence each; they stand above it.
    pub findings: Vec<String>,
    /// The positions of the rows that are totals of others.
    pub totals: Vec<usize>,
    /// The rows.
    pub frame: DataFrame,
    /// The columns to show, in this order.
    pub columns: Vec<String>,
    /// The maps and charts of the same subject, as SVG made by this program; they stand under the table and its findings.
    pub figures: Vec<String>,
}

/// Makes the bulletin as one HTML file, without scripts or external requests, and with every cell escaped.
///
/// # Errors
///
/// [`Error::Table`] if a table lacks one of the columns to show.
pub fn bulletin(bulletin: &Bulletin) -> Result<String> {
    let language = bulletin.language;
    let tables = bulletin.tables.iter().map(|table| table_markup(table, language)).collect::<Result<Vec<_>>>()?;
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (bulletin.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (bulletin.title) }
                    p { (language.pick("截至", "as of ")) (bulletin.as_of) " · " (bulletin.document) }
                    @if bulletin.synthetic {
                        p.notice { (language.pick("示例数据，非真实企业", "Synthetic sample data, no real firms")) }
                    }
                }
                main {
                    ul { @for finding in &bulletin.findings { li { (finding) } } }
                    @for table in &tables { (table) }
                    @for figure in &bulletin.figures {
                        (figure_markup(figure))
                    }
                    @if !bulletin.unmade.is_empty() {
                        p.notice { (language.pick("未能绘制：", "Could not be drawn: ")) (bulletin.unmade.join(language.pick("、", ", "))) }
                    }
                }
                footer {
                    p { (language.pick("数据来源", "Sources")) }
                    ul { @for source in &bulletin.sources { li { (source) } } }
                }
            }
        }
    };
    Ok(page.into_string())
}

fn figure_markup(svg: &str) -> Markup {
    html! { figure { (PreEscaped(svg)) } }
}

fn table_markup(table: &BulletinTable, language: Language) -> Result<Markup> {
    let columns = table
        .columns
        .iter()
        .map(|name| table.frame.column(name).map_err(Error::table(&table.caption)))
        .collect::<Result<Vec<_>>>()?;
    let cells = columns.iter().map(|column| column_cells(column, &table.caption)).collect::<Result<Vec<_>>>()?;
    let numeric: Vec<bool> = columns.iter().map(|column| column.dtype().is_primitive_numeric()).collect();
    Ok(html! {
        section {
            @for finding in &table.findings { p.finding { (finding) } }
            table {
                caption { (table.caption) }
                thead {
                    tr {
                        @for (name, numeric) in table.columns.iter().zip(&numeric) {
                            th.number[*numeric] scope="col" { (heading(name, language)) }
                        }
                    }
                }
                tbody {
                    @for row in 0..table.frame.height() {
                        tr.total[table.totals.contains(&row)] {
                            @for ((cells, numeric), name) in cells.iter().zip(&numeric).zip(&table.columns) {
                                td.number[*numeric] data-heading=(heading(name, language)) { (cells[row]) }
                            }
                        }
                    }
                }
            }
            @for figure in &table.figures { (figure_markup(figure)) }
        }
    })
}

/// The cells of a column as a reader wants them: rates and shares in percent, other numbers with three decimals unless all
/// are whole, null as a dash.
fn column_cells(column: &Column, caption: &str) -> Result<Vec<String>> {
    let name = column.name();
    let percent = column::quantity(name) == Quantity::Fraction;
    let mut values = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        values.push(column.get(row).map_err(Error::table(caption))?);
    }
    let whole = values.iter().all(|value| !matches!(value, AnyValue::Float64(number) if number.fract() != 0.0));
    Ok(values
        .iter()
        .map(|value| match value {
            AnyValue::Null => "–".to_owned(),
            AnyValue::String(text) => (*text).to_owned(),
            AnyValue::StringOwned(text) => text.to_string(),
            AnyValue::Float64(number) if percent => column::percent(*number),
            AnyValue::Float64(number) if whole => format!("{number:.0}"),
            AnyValue::Float64(number) => format!("{number:.3}"),
            other => other.to_string(),
        })
        .collect())
}

const STYLE: &str = "
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-center { content: counter(page) ' / ' counter(pages); font-size: 9pt; color: #404040; } }
:root { font-family: 'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif; color: #1a1a1a; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.6; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
.notice { display: inline-block; border: 1px solid #9a3412; color: #9a3412; padding: 0 .6rem; }
.finding { font-weight: bold; margin: 1.5rem 0 0; }
.finding + table { margin-top: .4rem; }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; font-size: .9rem; }
caption { text-align: left; font-weight: bold; padding-bottom: .3rem; }
th, td { border-bottom: 1px solid #d4d4d4; padding: .25rem .5rem; text-align: left; }
thead th { border-bottom: 2px solid #404040; vertical-align: bottom; }
td { white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.total td { border-top: 2px solid #404040; border-bottom: 2px solid #404040; font-weight: bold; background: #f5f0e6; }
figure { margin: 2rem 0; }
figure svg { max-width: 100%; height: auto; display: block; margin: 0 auto; }
footer { border-top: 1px solid #d4d4d4; font-size: .85rem; color: #404040; }
@media screen and (max-width: 48rem) {
  body { margin: 1rem auto; overflow-wrap: anywhere; }
  h1 { font-size: 1.25rem; }
  table, caption, tbody { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1rem; border-bottom: 2px solid #404040; padding: .4rem 0; }
  td, td.number { display: flex; justify-content: space-between; gap: .5rem; border: 0; padding: .1rem .3rem; white-space: normal; text-align: right; }
  td::before { content: attr(data-heading); color: #404040; text-align: left; }
  td:first-child { grid-column: 1 / -1; font-weight: bold; }
  tr.total td { border: 0; }
  tr.total { background: #f5f0e6; }
}
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 10pt; line-height: 1.45; }
  h1 { font-size: 17pt; }
  table, figure, tr { break-inside: avoid; }
  section { break-inside: auto; }
  h1, .finding, caption { break-after: avoid; }
  thead { display: table-header-group; }
  table { font-size: 8.5pt; margin: 4mm 0; }
  th, td { padding: .6mm 1.4mm; }
  tr.total td { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  figure { margin: 4mm 0; }
  figure svg { max-height: 122mm; width: auto; max-width: 100%; }
  footer { break-inside: avoid; }
}
";

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    #[test]
    fn names_from_input_stay_text() {
        let hostile = "<img onerror=alert(1)>";
        let page = bulletin(&Bulletin {
            title: hostile.to_owned(),
            language: Language::Zh,
            as_of: "2020-09-30".to_owned(),
            document: String::new(),
            synthetic: true,
            findings: vec![hostile.to_owned()],
            figures: Vec::new(),
            unmade: vec![hostile.to_owned()],
            tables: vec![BulletinTable {
                caption: hostile.to_owned(),
                findings: vec![hostile.to_owned()],
                totals: vec![0],
                frame: df!("district_name_zh" => [hostile], "rate" => [Some(0.5)], "rank" => [None::<u32>]).unwrap(),
                columns: ["district_name_zh", "rate", "rank"].map(str::to_owned).to_vec(),
                figures: vec!["<svg></svg>".to_owned()],
            }],
            sources: vec![hostile.to_owned()],
        })
        .unwrap();
        assert!(!page.contains("<img"));
        assert_eq!(page.matches("&lt;img onerror=alert(1)&gt;").count(), 8);
        assert!(page.contains("</table><figure><svg></svg></figure></section>"), "a figure beside its finding");
        assert!(page.contains("50.0%") && page.contains(">–</td>"));
        assert!(page.contains("示例数据，非真实企业") && page.contains("<tr class=\"total\">"));
    }
}

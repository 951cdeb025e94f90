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
    /// Maps and charts as SVG made by this program; each contains its title and its text for screen readers.
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
    /// The rows.
    pub frame: DataFrame,
    /// The columns to show, in this order.
    pub columns: Vec<String>,
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
                        figure { (PreEscaped(figure)) }
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

fn table_markup(table: &BulletinTable, language: Language) -> Result<Markup> {
    let columns = table
        .columns
        .iter()
        .map(|name| table.frame.column(name).map_err(Error::table(&table.caption)))
        .collect::<Result<Vec<_>>>()?;
    let cells = columns.iter().map(|column| column_cells(column, &table.caption)).collect::<Result<Vec<_>>>()?;
    let numeric: Vec<bool> = columns.iter().map(|column| column.dtype().is_primitive_numeric()).collect();
    Ok(html! {
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
                    tr { @for (cells, numeric) in cells.iter().zip(&numeric) { td.number[*numeric] { (cells[row]) } } }
                }
            }
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
:root { font-family: 'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif; color: #1a1a1a; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.6; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
.notice { display: inline-block; border: 1px solid #9a3412; color: #9a3412; padding: 0 .6rem; }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; font-size: .9rem; }
caption { text-align: left; font-weight: bold; padding-bottom: .3rem; }
th, td { border-bottom: 1px solid #d4d4d4; padding: .25rem .6rem; text-align: left; }
thead th { border-bottom: 2px solid #404040; }
td { white-space: nowrap; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 2rem 0; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
footer { border-top: 1px solid #d4d4d4; font-size: .85rem; color: #404040; }
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
                frame: df!("district_name_zh" => [hostile], "rate" => [Some(0.5)], "rank" => [None::<u32>]).unwrap(),
                columns: ["district_name_zh", "rate", "rank"].map(str::to_owned).to_vec(),
            }],
            sources: vec![hostile.to_owned()],
        })
        .unwrap();
        assert!(!page.contains("<img"));
        assert_eq!(page.matches("&lt;img onerror=alert(1)&gt;").count(), 7);
        assert!(page.contains("50.0%") && page.contains("<td class=\"number\">–</td>"));
        assert!(page.contains("示例数据，非真实企业"));
    }
}

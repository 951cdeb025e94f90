use std::fmt::Write as _;

use serde::Serialize;

use super::node_grid::{NodeGrid, NodeOutline};
use super::{Page, PageFirms, PageFrame, PageLayer, PageSector};
use crate::error::{Error, Result};
use crate::model::Areas;
use crate::render::{ClassList, Texture};

/// The data for the script of the page. Each column is a single string, which is small and parsed once.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    as_of: &'a str,
    synthetic: bool,
    min_firms: u64,
    stops: &'a [String],
    width: i64,
    height: i64,
    metres: f64,
    layers: Vec<LayerData<'a>>,
    /// The colours of classes, shared by many columns.
    palettes: Vec<Vec<Swatch>>,
    tables: Vec<TableData<'a>>,
    sectors: Vec<SectorData<'a>>,
    firms: Option<FirmsData<'a>>,
}

/// A sector with its mark.
#[derive(Serialize)]
struct SectorData<'a> {
    name: &'a str,
    color: String,
    /// The colour of the lines over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    /// Whether the lines run both ways.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    crossed: bool,
}

#[derive(Serialize)]
struct LayerData<'a> {
    id: &'a str,
    title: &'a str,
    scattered: bool,
    ids: Vec<&'a str>,
    names: &'a [String],
    parents: &'a [Option<String>],
    paths: Vec<String>,
    places: Vec<(i64, i64)>,
    firms: &'a [Option<u64>],
}

#[derive(Serialize)]
struct TableData<'a> {
    layer: usize,
    theme: &'a str,
    unit: Option<&'a str>,
    columns: Vec<ColumnData<'a>>,
}

#[derive(Serialize)]
struct ColumnData<'a> {
    id: &'a str,
    title: &'a str,
    frames: Vec<FrameData<'a>>,
}

#[derive(Serialize)]
struct FrameData<'a> {
    /// The numbers, separated by `|`.
    values: String,
    /// The formatted numbers, separated by `|`; empty where the text equals the number.
    texts: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<ClassesData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<&'a str>,
}

#[derive(Serialize)]
struct ClassesData {
    palette: usize,
    /// The labels, separated by `|`.
    labels: String,
    /// The class of each area as a digit in base 36; `-` for none.
    of: String,
}

/// The colour of a class.
#[derive(Clone, PartialEq, Serialize)]
struct Swatch {
    /// The colour; `None` is hatched.
    color: Option<String>,
    ordered: bool,
}

/// One entry for each firm in every column.
#[derive(Serialize)]
struct FirmsData<'a> {
    sectors: &'a [String],
    programmes: &'a [String],
    stages: &'a [String],
    /// The names, one in each line.
    names: String,
    /// The ids, one in each line; a leading digit in base 36 is the number of characters shared with the line before.
    ids: String,
    /// Run-length encoded sectors: `3*2 -*1` is 3, 3, none.
    sector: String,
    /// Run-length encoded areas, for each layer.
    areas: Vec<String>,
    /// Entries of the form `firm programme stages`, with a digit or `-` for each stop, separated by `|`.
    ledger: String,
}

/// Returns the data of a page as JSON that is safe in a script element (it contains no `<`), and the distance in metres between the
/// nodes to which the vertices of its areas are moved.
pub(super) fn json(page: &Page) -> Result<(String, f64)> {
    let areas: Vec<&Areas> = page.layers.iter().map(|layer| &layer.areas).collect();
    let sheet = NodeGrid::over(&areas)?;
    let mut palettes = Vec::new();
    let tables = page
        .tables
        .iter()
        .map(|table| TableData {
            layer: table.layer,
            theme: &table.theme,
            unit: table.unit.as_deref(),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnData {
                    id: &column.id,
                    title: &column.title,
                    frames: column.frames.iter().map(|one| frame(one, &mut palettes)).collect(),
                })
                .collect(),
        })
        .collect();
    let data = Data {
        as_of: &page.as_of,
        synthetic: page.synthetic,
        min_firms: page.min_firms,
        stops: &page.stops,
        width: sheet.width,
        height: sheet.height,
        metres: sheet.metres,
        layers: page.layers.iter().map(|one| layer(one, &sheet)).collect(),
        palettes,
        tables,
        sectors: page.sectors.iter().map(sector).collect(),
        firms: page.firms.as_ref().map(firms),
    };
    let text = serde_json::to_string(&data)
        .map_err(|error| Error::Table { what: "the page".to_owned(), message: error.to_string() })?;
    Ok((text.replace('<', "\\u003c"), sheet.metres))
}

fn sector(PageSector { name, mark }: &PageSector) -> SectorData<'_> {
    let line = (mark.texture != Texture::Plain).then(|| mark.line().to_string());
    SectorData { name, color: mark.color.to_string(), line, crossed: mark.texture == Texture::Crossed }
}

fn layer<'a>(layer: &'a PageLayer, sheet: &NodeGrid) -> LayerData<'a> {
    let outlines: Vec<NodeOutline> = layer.areas.areas.iter().map(|area| sheet.outline(&area.geometry)).collect();
    LayerData {
        id: &layer.id,
        title: &layer.title,
        scattered: layer.scattered,
        ids: layer.areas.areas.iter().map(|area| area.id.as_str()).collect(),
        names: &layer.names,
        parents: &layer.parents,
        places: outlines.iter().map(|outline| outline.place).collect(),
        paths: outlines.into_iter().map(|outline| outline.path).collect(),
        firms: &layer.firms,
    }
}

fn frame<'a>(frame: &'a PageFrame, palettes: &mut Vec<Vec<Swatch>>) -> FrameData<'a> {
    let values: Vec<String> = frame.values.iter().map(|value| value.map(short).unwrap_or_default()).collect();
    let texts: Vec<&str> =
        frame.texts.iter().zip(&values).map(|(text, value)| if text == value { "" } else { text.as_str() }).collect();
    FrameData {
        texts: if texts.iter().all(|text| text.is_empty()) { String::new() } else { texts.join("|") },
        values: values.join("|"),
        labels: frame.labels.as_deref(),
        classes: frame.classes.as_ref().map(|list| classes(list, palettes)),
        total: frame.total.as_deref(),
    }
}

fn classes(list: &ClassList, palettes: &mut Vec<Vec<Swatch>>) -> ClassesData {
    let swatches: Vec<Swatch> = list
        .classes
        .iter()
        .map(|class| Swatch { color: class.color.map(|color| color.to_string()), ordered: class.ordered })
        .collect();
    let palette = palettes.iter().position(|known| *known == swatches).unwrap_or_else(|| {
        palettes.push(swatches);
        palettes.len() - 1
    });
    let labels: Vec<&str> = list.classes.iter().map(|class| class.label.as_str()).collect();
    let digit = |class: &usize| u32::try_from(*class).ok().and_then(|class| char::from_digit(class, 36));
    ClassesData {
        palette,
        labels: labels.join("|"),
        of: list.of_area.iter().map(|class| class.as_ref().and_then(digit).unwrap_or('-')).collect(),
    }
}

/// A number with six digits that count, a whole one with all of them.
fn short(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{value}");
    }
    format!("{value:.5e}").parse::<f64>().unwrap_or(value).to_string()
}

fn firms(firms: &PageFirms) -> FirmsData<'_> {
    let names: Vec<String> = firms.firms.iter().map(|firm| line(&firm.name)).collect();
    let ids: Vec<String> = firms.firms.iter().map(|firm| line(&firm.id)).collect();
    let layers = firms.firms.first().map_or(0, |firm| firm.areas.len());
    let mut ledger = Vec::new();
    for (position, firm) in firms.firms.iter().enumerate() {
        for (programme, stages) in &firm.stages {
            let digits: String =
                stages.iter().map(|stage| stage.map_or("-".to_owned(), |stage| stage.to_string())).collect();
            ledger.push(format!("{position} {programme} {digits}"));
        }
    }
    FirmsData {
        sectors: &firms.sectors,
        programmes: &firms.programmes,
        stages: &firms.stages,
        names: names.join("\n"),
        ids: abridged(&ids),
        sector: runs(firms.firms.iter().map(|firm| firm.sector)),
        areas: (0..layers).map(|layer| runs(firms.firms.iter().map(|firm| firm.areas[layer]))).collect(),
        ledger: ledger.join("|"),
    }
}

/// A name is one line: line breaks in it are spaces.
fn line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Codes of one district begin alike.
fn abridged(lines: &[String]) -> String {
    let mut text = String::new();
    let mut before = "";
    for (position, line) in lines.iter().enumerate() {
        let alike = before.bytes().zip(line.bytes()).take_while(|(a, b)| a == b && a.is_ascii()).count().min(35);
        if position > 0 {
            text.push('\n');
        }
        text.extend(u32::try_from(alike).ok().and_then(|alike| char::from_digit(alike, 36)));
        text.push_str(&line[alike..]);
        before = line;
    }
    text
}

fn runs(values: impl Iterator<Item = Option<usize>>) -> String {
    let mut runs: Vec<(Option<usize>, usize)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((last, length)) if *last == value => *length += 1,
            _ => runs.push((value, 1)),
        }
    }
    let mut text = String::new();
    for (position, (value, length)) in runs.into_iter().enumerate() {
        let before = if position > 0 { " " } else { "" };
        let value = value.map_or("-".to_owned(), |value| value.to_string());
        // Writing to a string does not fail.
        let _ = if length == 1 { write!(text, "{before}{value}") } else { write!(text, "{before}{value}*{length}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_value_are_told_once() {
        assert_eq!(runs([Some(3), Some(3), None, Some(0)].into_iter()), "3*2 - 0");
        assert_eq!(runs(std::iter::empty()), "");
    }

    #[test]
    fn codes_that_begin_alike_are_told_from_where_they_differ() {
        let codes = ["91330603YLA", "91330603YLB", "", "甲1", "甲2"].map(str::to_owned);
        assert_eq!(abridged(&codes), "091330603YLA\naB\n0\n0甲1\n0甲2");
    }

    #[test]
    fn numbers_keep_what_counts() {
        let numbers = [1.0 / 3.0, 123_456_789.0, 1_234_567.5, 0.000_012_345_678, -2.0];
        assert_eq!(numbers.map(short), ["0.333333", "123456789", "1234570", "0.0000123457", "-2"]);
    }
}

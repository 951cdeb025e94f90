//! The interactive page: map, ranking and firms of a project as one HTML file without external requests.

mod data;
mod markup;
mod node_grid;

use crate::error::Result;
use crate::model::{Areas, Language};
use crate::render::{BoundaryEdit, CategoryMark, ClassList};

/// The content of a page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The title.
    pub title: String,
    /// The language.
    pub language: Language,
    /// The as-of date, as text.
    pub as_of: String,
    /// The number of the document on which it reports.
    pub document: String,
    /// Whether the firms are invented.
    pub synthetic: bool,
    /// The mask threshold: areas and cells with at least one firm, but fewer than this number, are masked.
    pub min_firms: u64,
    /// The days between which the slider moves, as text; the last is the as-of date.
    pub stops: Vec<String>,
    /// The layers of areas, all in one projected grid.
    pub layers: Vec<PageLayer>,
    /// The tables of values of the areas.
    pub tables: Vec<PageTable>,
    /// The list of firms; `None` if firms are not listed.
    pub firms: Option<PageFirms>,
    /// The name of the map's projection.
    pub projection: String,
    /// The attribution of the boundaries.
    pub boundaries: Option<String>,
    /// The map review number 审图号.
    pub review_number: Option<String>,
    /// The sources of the data.
    pub sources: Vec<String>,
    /// What was done to the boundaries of each layer before the page moves their vertices to the nodes of a grid.
    pub boundary_edits: Vec<BoundaryEdit>,
    /// The sectors of the run, each with the colour and the lines that it has in all of its figures.
    pub sectors: Vec<PageSector>,
}

/// A sector of a page.
#[derive(Debug, Clone)]
pub struct PageSector {
    /// The name.
    pub name: String,
    /// Its mark.
    pub mark: CategoryMark,
}

/// A layer of areas.
#[derive(Debug, Clone)]
pub struct PageLayer {
    /// The id used in files.
    pub id: String,
    /// The title shown to readers.
    pub title: String,
    /// Whether the areas do not cover the ground but are scattered over the other layers, as parks are.
    pub scattered: bool,
    /// The areas, in the grid of the page.
    pub areas: Areas,
    /// The name of each area in the language of the page.
    pub names: Vec<String>,
    /// The name of the parent area of each area.
    pub parents: Vec<Option<String>>,
    /// The number of firms in each area; `None` if it is masked.
    pub firms: Vec<Option<u64>>,
}

/// A table with a row for each area of a layer.
#[derive(Debug, Clone)]
pub struct PageTable {
    /// The index of the layer.
    pub layer: usize,
    /// The subject of the table: a programme, a sector, all sectors.
    pub theme: String,
    /// The unit that is counted, if there is a choice: firms, employees.
    pub unit: Option<String>,
    /// The columns.
    pub columns: Vec<PageColumn>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct PageColumn {
    /// The id used in files.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The cells of the column: once, or once for each stop of the slider.
    pub frames: Vec<PageFrame>,
}

/// The cells of a column at one time.
#[derive(Debug, Clone, Default)]
pub struct PageFrame {
    /// The number of each area.
    pub values: Vec<Option<f64>>,
    /// The formatted number of each area; empty if there is none.
    pub texts: Vec<String>,
    /// The labels that a map shows on the areas, if they differ from the texts.
    pub labels: Option<Vec<String>>,
    /// The classes, if the column can be shown on a map. Classes of masked areas reveal no values.
    pub classes: Option<ClassList>,
    /// The formatted number for all areas together, if the table has such a row.
    pub total: Option<String>,
}

/// The firms of a page. None of them stands in a masked area of any layer.
#[derive(Debug, Clone, Default)]
pub struct PageFirms {
    /// The names of the sectors.
    pub sectors: Vec<String>,
    /// The names of the programmes.
    pub programmes: Vec<String>,
    /// The names of the stages, first to last.
    pub stages: Vec<String>,
    /// The firms, in the order in which they are listed.
    pub firms: Vec<PageFirm>,
}

/// A firm of a page.
#[derive(Debug, Clone)]
pub struct PageFirm {
    /// The code of the firm.
    pub id: String,
    /// The name of the firm.
    pub name: String,
    /// The index of its sector.
    pub sector: Option<usize>,
    /// For each layer, the index of the area in which the firm stands.
    pub areas: Vec<Option<usize>>,
    /// For each programme in whose ledger the firm is listed: the index of the programme and, for each stop of the
    /// slider, the index of the last stage passed.
    pub stages: Vec<(usize, Vec<Option<usize>>)>,
}

/// The script of the page, bundled from `web/` with its libraries.
const SCRIPT: &str = include_str!("web/bundle.js");
/// The style of the page.
const STYLE: &str = include_str!("web/bundle.css");

/// Makes the page as one HTML file that contains its script, style and data. A Content-Security-Policy forbids
/// everything else, and all input is inserted as text.
///
/// # Errors
///
/// [`crate::error::RenderError::Empty`] if no layer has an extent.
pub fn page(page: &Page) -> Result<String> {
    let (data, node_m) = data::json(page)?;
    Ok(markup::html(page, &data, node_m).into_string())
}

#[cfg(test)]
mod tests;

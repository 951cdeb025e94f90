//! The page: map, ranking and firms of a project as one HTML file that asks nobody for anything.

mod data;
mod markup;
mod sheet;

use crate::error::Result;
use crate::model::{Areas, Language};
use crate::render::ClassList;

/// What a page shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its language.
    pub language: Language,
    /// The day whose state it shows, as text.
    pub as_of: String,
    /// The number of the document it reports on.
    pub document: String,
    /// Whether the firms are invented.
    pub synthetic: bool,
    /// Areas and cells with firms, but fewer than these, are masked.
    pub min_firms: u64,
    /// The days between which the slider moves, as text; the last is the day of the page.
    pub stops: Vec<String>,
    /// The layers of areas, all in one projected grid.
    pub layers: Vec<PageLayer>,
    /// What is known of their areas.
    pub tables: Vec<PageTable>,
    /// The firms, where they are listed.
    pub firms: Option<PageFirms>,
    /// What the grid of the map is called.
    pub projection: String,
    /// Whose boundaries they are.
    pub boundaries: Option<String>,
    /// Map review number 审图号.
    pub review_number: Option<String>,
    /// Where the data come from.
    pub sources: Vec<String>,
}

/// A layer of areas.
#[derive(Debug, Clone)]
pub struct PageLayer {
    /// What it is called in files.
    pub id: String,
    /// What it is called by its readers.
    pub title: String,
    /// Whether its areas lie scattered over the others: parks.
    pub scattered: bool,
    /// The areas, in the grid of the page.
    pub areas: Areas,
    /// What each is called in the language of the page.
    pub names: Vec<String>,
    /// The name of the area that holds each.
    pub parents: Vec<Option<String>>,
    /// How many firms stand in each; none where that is masked.
    pub firms: Vec<Option<u64>>,
}

/// A table with a row for each area of a layer.
#[derive(Debug, Clone)]
pub struct PageTable {
    /// The position of the layer.
    pub layer: usize,
    /// What it is about: a programme, a sector, all sectors.
    pub theme: String,
    /// What is counted, where it can be several things: firms, employees.
    pub unit: Option<String>,
    /// Its columns.
    pub columns: Vec<PageColumn>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct PageColumn {
    /// The word files use.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Its cells: once, or once for each stop of the slider.
    pub frames: Vec<PageFrame>,
}

/// The cells of a column at one time.
#[derive(Debug, Clone, Default)]
pub struct PageFrame {
    /// The number of each area.
    pub values: Vec<Option<f64>>,
    /// The numbers as they are read; empty where there is none.
    pub texts: Vec<String>,
    /// What a map writes in the areas, where it is not the text.
    pub labels: Option<Vec<String>>,
    /// The classes, where the column can be shown on a map; those of masked areas say nothing.
    pub classes: Option<ClassList>,
    /// The same for all areas together, where the table has that row.
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
    /// The firms, in the order they are listed in.
    pub firms: Vec<PageFirm>,
}

/// A firm of a page.
#[derive(Debug, Clone)]
pub struct PageFirm {
    /// Its code.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The position of its sector.
    pub sector: Option<usize>,
    /// For each layer the position of the area it stands in.
    pub areas: Vec<Option<usize>>,
    /// For each programme whose ledger it is in: its position, and for each stop the position of the last stage passed.
    pub stages: Vec<(usize, Vec<Option<usize>>)>,
}

/// The script of the page, bundled from `web/` with its libraries.
const SCRIPT: &str = include_str!("web/bundle.js");
/// The style of the page.
const STYLE: &str = include_str!("web/bundle.css");

/// The page as one HTML file: script, style and data are in it, a Content-Security-Policy allows these and nothing else,
/// and every word of the input is text.
///
/// # Errors
///
/// [`crate::error::RenderError::Empty`] where no layer has an extent.
pub fn page(page: &Page) -> Result<String> {
    let data = data::json(page)?;
    Ok(markup::html(page, &data).into_string())
}

#[cfg(test)]
mod tests;

//! Overlays: layers drawn over the areas. Each submodule is one overlay. Its content and legend are prepared first, and
//! it is drawn once the scale of the map is known.

mod contours;
mod diagrams;
mod dots;
mod flows;
mod hulls;
mod parks;
mod points;
mod symbols;

pub use contours::ContourSpec;
pub use diagrams::{DiagramKind, DiagramSpec};
pub use dots::DotSpec;
pub use flows::FlowSpec;
pub use hulls::HullSpec;
pub use parks::layer_title;
pub use points::PointSpec;
pub use symbols::{SymbolScaling, SymbolSpec};

use super::data::MapData;
use super::legend::Section;
use super::paper::Paper;
use super::spec::MapSpec;
use crate::Result;
use crate::error::RenderError;
use crate::render::PageRect;
use crate::render::figure::{Item, Position};

/// A layer drawn over the areas.
pub(super) trait Overlay {
    /// Its name within the figure.
    fn id(&self) -> &'static str;

    /// Whether it fills areas, so that borders are drawn over it.
    fn is_ground(&self) -> bool {
        false
    }

    /// Returns the legend section of the overlay.
    fn legend(&self) -> Vec<Section<'_>>;

    /// Returns the items of the overlay, in drawing order from bottom to top.
    fn draw(&self, paper: &Paper) -> Vec<Item>;

    /// Returns warnings to show to the user, one sentence each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the indices of the areas that have a symbol, and the frames of these.
    fn symbols(&self, _paper: &Paper) -> Vec<(usize, PageRect)> {
        Vec::new()
    }

    /// Returns the rectangles that labels should avoid if possible.
    fn shown(&self, _paper: &Paper) -> Vec<PageRect> {
        Vec::new()
    }
}

/// Returns the overlays of a specification, in drawing order from bottom to top.
///
/// # Errors
///
/// Errors in the settings of the overlays.
pub(super) fn overlays<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Vec<Box<dyn Overlay + 'a>>> {
    let made: [Option<Box<dyn Overlay + 'a>>; 8] = [
        contours::contours(spec, data)?,
        parks::parks(spec, data),
        dots::dots(spec, data)?,
        points::points(spec, data)?,
        hulls::hulls(spec, data),
        flows::flows(spec, data)?,
        diagrams::diagrams(spec, data)?,
        symbols::symbols(spec, data)?,
    ];
    Ok(made.into_iter().flatten().collect())
}

/// Returns an error if a size or number of dots is negative or not finite.
pub(super) fn refuse_negative(key: &str, values: impl Iterator<Item = f64>) -> Result<(), RenderError> {
    match values.into_iter().find(|value| !value.is_finite() || *value < 0.0) {
        None => Ok(()),
        Some(found) => Err(RenderError::Setting {
            key: key.to_owned(),
            found: format!("a column with {found}"),
            expected: "finite numbers that are not negative; a net change is drawn by a choropleth map with `palette.midpoint = 0`"
                .to_owned(),
        }),
    }
}

/// The square within a circle: what a label should leave to be seen of it.
fn shown_around(centre: Position, diameter_mm: f64) -> PageRect {
    let side = diameter_mm * std::f64::consts::FRAC_1_SQRT_2;
    PageRect::around(centre, side, side)
}

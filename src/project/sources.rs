use super::file::{LayerSource, TableSource};
use crate::error::{ProjectError, Result};
use crate::join::AreaIndex;
use crate::model::{Areas, Report};
use crate::read::{self, AreaOptions, TableOptions};

/// A layer of areas, read and indexed.
#[derive(Debug)]
pub struct Layer {
    /// The areas, in their own reference.
    pub areas: Areas,
    /// Their index.
    pub index: AreaIndex,
    /// What was found wrong with them while reading.
    pub report: Report,
}

/// Reads a layer and indexes it.
///
/// # Errors
///
/// What [`read::areas`] and [`AreaIndex::new`] refuse.
pub fn layer(source: &LayerSource) -> Result<Layer> {
    let (mut areas, report) = read::areas_with_report(&source.file, &area_options(source))?;
    areas.layer = source.layer_name();
    let index = AreaIndex::new(&areas)?;
    Ok(Layer { areas, index, report })
}

/// How the file of a layer is to be read.
pub(super) fn area_options(source: &LayerSource) -> AreaOptions {
    AreaOptions {
        id: source.id.clone(),
        name: source.label.clone(),
        parent: source.parent.clone(),
        reference: source.reference,
        encoding: source.encoding.clone(),
        repair: source.repair,
        ..AreaOptions::default()
    }
}

/// Reads the layers of a run, in their order.
///
/// # Errors
///
/// The first layer's that cannot be read.
pub fn layers(sources: &[LayerSource]) -> Result<Vec<Layer>> {
    sources.iter().map(layer).collect()
}

/// A layer by its name.
///
/// # Errors
///
/// [`ProjectError::Unknown`], with the layers there are.
pub fn named<'a>(layers: &'a [Layer], name: &str) -> Result<&'a Layer> {
    layers.iter().find(|layer| layer.areas.layer == name).ok_or_else(|| {
        ProjectError::Unknown {
            what: "layer",
            found: name.to_owned(),
            available: layers.iter().map(|layer| layer.areas.layer.clone()).collect(),
        }
        .into()
    })
}

impl TableSource {
    /// How the file is to be read.
    #[must_use]
    pub fn options(&self) -> TableOptions {
        TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() }
    }
}

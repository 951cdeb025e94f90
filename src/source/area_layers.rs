//! Several layers of areas as one operation takes them.

use super::inputs::LayerSource;
use super::origin::{AreasInMemory, Origin};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::model::DeclaredReference;

/// Layers of areas as an operation takes them: what is said once holds for all layers, what is said as often as there are
/// layers holds for each of them in turn.
#[parameters]
#[derive(Default)]
pub struct AreaLayers {
    /// File of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile …, a saved index, or a table of a database as
    /// 'PG:dbname=NAME|layername=SCHEMA.TABLE' (repeat for several layers).
    pub areas: Vec<Origin<AreasInMemory>>,
    /// Column with the areas' ids (once for all layers, or once per layer).
    #[parameter(value = "COLUMN", requires = "areas")]
    pub area_id: Vec<String>,
    /// Column with the areas' names (once for all layers, or once per layer).
    #[parameter(value = "COLUMN", requires = "areas")]
    pub area_name: Vec<String>,
    /// Name of the layer [default: the file's name].
    #[parameter(value = "NAME", requires = "areas")]
    pub layer: Vec<String>,
    /// Reference of the areas, where the file does not say it (once for all layers, or once per layer).
    #[parameter(requires = "areas")]
    pub areas_crs: Vec<DeclaredReference>,
    /// Encoding of the areas' attributes, where it is not recognised (once for all layers, or once per layer).
    #[parameter(value = "ENCODING", requires = "areas")]
    pub areas_encoding: Vec<String>,
    /// Leave out areas that enclose nothing instead of refusing them. Areas with invalid rings are taken as what these enclose, and
    /// reported, either way.
    #[parameter(requires = "areas")]
    pub repair: bool,
}

impl AreaLayers {
    /// The layers, in the order in which they are given.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Options`] for what is said neither once nor as often as there are layers, and for one name of several
    /// layers.
    pub fn layers(&self) -> Result<Vec<LayerSource>> {
        let count = self.areas.len();
        for (parameter, given) in [
            ("area_id", self.area_id.len()),
            ("area_name", self.area_name.len()),
            ("layer", self.layer.len()),
            ("areas_crs", self.areas_crs.len()),
            ("areas_encoding", self.areas_encoding.len()),
        ] {
            if given > 1 && given != count {
                return Err(ProjectError::Options {
                    message: format!("found ‹{parameter}› {given} times for {count} files of areas"),
                    hint: format!("give ‹{parameter}› once, or once for each of ‹areas›"),
                }
                .into());
            }
        }
        if self.layer.len() == 1 && count > 1 {
            return Err(ProjectError::Options {
                message: format!("found one ‹layer› for {count} files of areas"),
                hint: "layers need names of their own".to_owned(),
            }
            .into());
        }
        let source = |(position, file): (usize, &Origin<AreasInMemory>)| LayerSource {
            name: own(&self.layer, position),
            file: file.clone(),
            source_layer: None,
            id: own(&self.area_id, position),
            label: own(&self.area_name, position),
            label_en: None,
            parent: None,
            reference: own(&self.areas_crs, position),
            encoding: own(&self.areas_encoding, position),
            repair: self.repair,
        };
        Ok(self.areas.iter().enumerate().map(source).collect())
    }
}

/// The value for one layer: its own, or the one given for all.
fn own<T: Clone>(values: &[T], position: usize) -> Option<T> {
    values.get(position).or(values.first()).cloned()
}

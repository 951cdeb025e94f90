//! What an input is, and how to understand it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::TableOptions;
use super::origin::{AreasInMemory, Origin};
use crate::declare::parameters;
use crate::model::DeclaredReference;

/// A table file and how to understand it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSource {
    /// CSV, TSV, XLSX, XLS, ODS, Parquet.
    pub file: PathBuf,
    /// The sheet of a workbook; the first by default.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The encoding of a text file, where it is neither UTF-8 nor GB18030.
    #[serde(default)]
    pub encoding: Option<String>,
    /// The reference of its coordinates.
    #[serde(default)]
    pub reference: Option<DeclaredReference>,
    /// Canonical column → the file's header, where the header is not recognised by itself.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
}

/// A layer of areas and how to understand its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSource {
    /// What the layer is: `district` 区县, `town` 乡镇街道, `park` 园区, `small_micro_park` 小微企业园, or another word.
    /// By default the stem of the file's name.
    #[serde(default)]
    pub name: Option<String>,
    /// GeoJSON, GeoParquet, GeoPackage, Shapefile or another vector file; or areas in memory.
    pub file: Origin<AreasInMemory>,
    /// The column with the areas' ids.
    #[serde(default)]
    pub id: Option<String>,
    /// The column with the areas' names.
    #[serde(default)]
    pub label: Option<String>,
    /// The column with the id of the area that holds each.
    #[serde(default)]
    pub parent: Option<String>,
    /// The reference, where the file does not say it.
    #[serde(default)]
    pub reference: Option<DeclaredReference>,
    /// The encoding of attributes, where it is not recognised.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Whether invalid rings are repaired.
    #[serde(default)]
    pub repair: bool,
}

impl LayerSource {
    /// The layer's name: as given, or the stem of its file.
    #[must_use]
    pub fn layer_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.file.stem())
    }
}

impl TableSource {
    /// How the file is to be read.
    #[must_use]
    pub fn options(&self) -> TableOptions {
        TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() }
    }
}

/// A layer of areas as an operation takes it.
#[parameters]
#[derive(Default)]
pub struct AreaSource {
    /// File of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile …, or a saved index.
    #[parameter(alias = "window", alias = "names")]
    pub areas: Option<Origin<AreasInMemory>>,
    /// Column with the areas' ids.
    #[parameter(value = "COLUMN", requires = "areas")]
    pub area_id: Option<String>,
    /// Column with the areas' names.
    #[parameter(value = "COLUMN", requires = "areas")]
    pub area_name: Option<String>,
    /// Reference of the areas, where the file does not say it.
    #[parameter(requires = "areas")]
    pub areas_crs: Option<DeclaredReference>,
    /// Encoding of the areas' attributes, where it is not recognised.
    #[parameter(value = "ENCODING", requires = "areas")]
    pub areas_encoding: Option<String>,
    /// Repair invalid rings instead of refusing them; each is reported.
    #[parameter(requires = "areas")]
    pub repair: bool,
}

impl AreaSource {
    /// The layer, where areas are given.
    #[must_use]
    pub fn layer(&self) -> Option<LayerSource> {
        Some(LayerSource {
            name: None,
            file: self.areas.clone()?,
            id: self.area_id.clone(),
            label: self.area_name.clone(),
            parent: None,
            reference: self.areas_crs,
            encoding: self.areas_encoding.clone(),
            repair: self.repair,
        })
    }
}

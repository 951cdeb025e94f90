//! What an input is, and how to understand it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::TableOptions;
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
    /// GeoJSON, GeoParquet, or anything GDAL opens.
    pub file: PathBuf,
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
        self.name.clone().unwrap_or_else(|| {
            self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
        })
    }
}

impl TableSource {
    /// How the file is to be read.
    #[must_use]
    pub fn options(&self) -> TableOptions {
        TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() }
    }
}

//! What an input is, and how to understand it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::database::is_database;
use super::layer_path::with_layer;
use super::origin::{AreasInMemory, Origin};
use super::points::{VectorPoints, coordinate_headers, is_vector, points_table};
use super::{TableOptions, Wanted};
use crate::declare::parameters;
use crate::error::Result;
use crate::model::{ColumnDefinition, DeclaredReference, Table};

/// A table file and how to understand it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSource {
    /// CSV, TSV, XLSX, XLS, ODS, Parquet, a vector file of points, or a table of a database.
    pub file: PathBuf,
    /// Which of several layers of a vector file.
    #[serde(default)]
    pub source_layer: Option<String>,
    /// The sheet of a workbook; by default those that have the wanted columns.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The encoding of a text file, where the bytes do not tell it.
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
    /// By default the name of the layer in the file where one is given, else the stem of the file's name.
    #[serde(default)]
    pub name: Option<String>,
    /// GeoJSON, GeoParquet, GeoPackage, Shapefile or another vector file; a table of a database; or areas in memory.
    pub file: Origin<AreasInMemory>,
    /// Which of several layers of the file.
    #[serde(default)]
    pub source_layer: Option<String>,
    /// The column with the areas' ids.
    #[serde(default)]
    pub id: Option<String>,
    /// The column with the areas' names.
    #[serde(default)]
    pub label: Option<String>,
    /// The column with the areas' English names, for figures in English; by default one called `name_en`.
    #[serde(default)]
    pub label_en: Option<String>,
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
        self.name.clone().or_else(|| self.source_layer.clone()).unwrap_or_else(|| self.file.stem())
    }
}

impl TableSource {
    /// How the file is to be read.
    #[must_use]
    pub fn options(&self) -> TableOptions {
        TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() }
    }

    /// How the file is to be read where columns of these definitions are wanted.
    #[must_use]
    pub fn options_for(&self, definitions: &[ColumnDefinition]) -> TableOptions {
        TableOptions { wanted: Wanted::required(definitions, &self.columns), ..self.options() }
    }

    /// Reads the table, of which columns of these definitions are wanted. Of a vector file come its attributes and, in columns
    /// of their own, the coordinates of its points; the source that is given back then says which columns these are and what
    /// reference they are in.
    ///
    /// # Errors
    ///
    /// Those of [`source::table`](super::table) and [`points_table`].
    pub fn read(&self, definitions: &[ColumnDefinition]) -> Result<(Table, Self)> {
        let file = with_layer(&self.file, self.source_layer.as_deref());
        if !is_vector(&file) {
            return Ok((
                super::table(if is_database(&file) { &file } else { &self.file }, &self.options_for(definitions))?,
                self.clone(),
            ));
        }
        let VectorPoints { table, reference } = points_table(&file, self.encoding.as_deref(), self.reference)?;
        let mut read = self.clone();
        read.reference = Some(reference);
        for (column, header) in ["lon", "lat"].into_iter().zip(coordinate_headers(reference)) {
            read.columns.entry(column.to_owned()).or_insert_with(|| header.to_owned());
        }
        Ok((table, read))
    }
}

/// A layer of areas as an operation takes it.
#[parameters]
#[derive(Default)]
pub struct AreaSource {
    /// File of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile …, a saved index, or a table of a database as
    /// 'PG:dbname=NAME|layername=SCHEMA.TABLE'.
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
    /// Leave out areas that enclose nothing instead of refusing them. Areas with invalid rings are taken as what these enclose, and
    /// reported, either way.
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
            source_layer: None,
            id: self.area_id.clone(),
            label: self.area_name.clone(),
            label_en: None,
            parent: None,
            reference: self.areas_crs,
            encoding: self.areas_encoding.clone(),
            repair: self.repair,
        })
    }
}

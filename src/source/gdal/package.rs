//! A GeoPackage of several layers, with the styles that QGIS draws them in.

use std::path::Path;

use gdal::Metadata as _;
use gdal::vector::sql;

use super::super::geopackage::SavedStyle;
use super::super::vector::VectorLayer;
use super::output::{WRITTEN_AT, Written, add_layer, geometry_name, layer_options, written};
use crate::error::Result;
use crate::model::DeclaredReference;

/// A layer of a GeoPackage, and what the GeoPackage says of it.
pub struct Packed<'a> {
    pub name: &'a str,
    /// Its name for people, which no other layer has.
    pub title: &'a str,
    pub about: &'a str,
    pub layer: VectorLayer,
    pub reference: DeclaredReference,
}

/// The table in which QGIS keeps styles, with the columns and widths that it gives it. A style is found by the schema (none),
/// the table and its geometry column.
const STYLES: &str = r#"CREATE TABLE "layer_styles" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
"f_table_catalog" TEXT(256), "f_table_schema" TEXT(256), "f_table_name" TEXT(256), "f_geometry_column" TEXT(256),
"styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT, "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30),
"ui" TEXT(30), "update_time" DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"#;

/// Layers with their styles as the bytes of a GeoPackage, which also says what is in `metadata`.
pub fn package(
    path: &Path,
    layers: &[Packed<'_>],
    styles: &[SavedStyle],
    metadata: &[(String, String)],
) -> Result<Written> {
    written(path, |driver, place| {
        let mut dataset = driver.create_vector_only(place)?;
        for (key, value) in metadata {
            dataset.set_metadata_item(key, value, "")?;
        }
        for Packed { name, title, about, layer, reference } in layers {
            let mut options = layer_options(&driver.short_name(), layer);
            options.extend([format!("IDENTIFIER={title}"), format!("DESCRIPTION={about}")]);
            // Row by row, each would be a transaction.
            let mut transaction = dataset.start_transaction()?;
            add_layer(&mut transaction, layer, *reference, name, &options)?;
            transaction.commit()?;
        }
        let run = |statement: &str| dataset.execute_sql(statement, None, sql::Dialect::DEFAULT).map(drop);
        if !styles.is_empty() {
            run(STYLES)?;
            run(&format!(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) \
                 VALUES ('layer_styles', 'attributes', 'layer_styles', '', '{WRITTEN_AT}')"
            ))?;
        }
        for style in styles {
            let Some(packed) = layers.iter().find(|packed| packed.name == style.layer) else { continue };
            let texts = ["", "", packed.name, &geometry_name(&packed.layer), &style.name, &style.qml, &style.sld];
            let texts: Vec<String> = texts.into_iter().map(quoted).collect();
            run(&format!(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, \
                 styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) \
                 VALUES ({}, {}, {}, '', '', '{WRITTEN_AT}')",
                texts.join(", "),
                i32::from(style.is_default),
                quoted(&style.about),
            ))?;
        }
        dataset.flush_cache()?;
        dataset.close()
    })
}

/// Text as SQL has it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

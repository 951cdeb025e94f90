//! A GeoPackage of several layers, with the styles that QGIS draws them in.

use std::ops::Range;
use std::path::Path;

use gdal::Metadata as _;
use gdal::vector::{LayerAccess as _, sql};
use geo::Geometry;

use super::super::geopackage::SavedStyle;
use super::super::vector::{Column, Feature};
use super::output::{
    LayerHead, WRITTEN_AT, Written, add_features, create_layer, geometry_name, geometry_type, package_options, written,
};
use crate::error::Result;
use crate::model::DeclaredReference;

/// A layer of a GeoPackage, and what the GeoPackage says of it.
pub struct Packed<'a> {
    pub name: &'a str,
    /// Its name for people, which no other layer has.
    pub title: &'a str,
    pub about: &'a str,
    pub columns: Vec<Column>,
    pub geometries: &'a [Option<Geometry<f64>>],
    pub reference: DeclaredReference,
    /// Gives the features of some rows, so that those of all of them are never there at once.
    pub features: Box<dyn Fn(Range<usize>) -> Vec<Feature> + 'a>,
}

/// How many features are made at once.
const ROWS_AT_ONCE: usize = 1 << 12;

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
        for Packed { name, title, about, columns, geometries, reference, features } in layers {
            let mut options = package_options(columns);
            options.extend([format!("IDENTIFIER={title}"), format!("DESCRIPTION={about}")]);
            let kind = geometry_type(geometries.iter().flatten());
            let head = LayerHead { name, reference: *reference, columns, kind, options: &options };
            // Row by row, each would be a transaction.
            let mut transaction = dataset.start_transaction()?;
            let mut target = create_layer(&mut transaction, &head, &[])?;
            for start in (0..geometries.len()).step_by(ROWS_AT_ONCE) {
                add_features(&target, &head, &features(start..(start + ROWS_AT_ONCE).min(geometries.len())))?;
            }
            target.reset_feature_reading();
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
            let texts = ["", "", packed.name, &geometry_name(&packed.columns), &style.name, &style.qml, &style.sld];
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

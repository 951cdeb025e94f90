//! Files in, tables and areas out, and back: the only room that knows GDAL, WKB, GCJ-02 or an encoding.
//!
//! [`table`] reads CSV, workbooks, Parquet and Arrow IPC, [`Batches`] those of them that can be read in pieces, [`areas`]
//! polygon layers. [`Transform`] carries coordinates between references. Everything that is written goes through
//! [`write_atomically`] or, in pieces, a [`TableSink`]: a temporary file is renamed into place, and an input is never
//! overwritten.

mod area_layers;
mod areas;
mod arrow_table;
mod batches;
mod condition;
mod content;
mod convert;
mod crs;
mod damage;
mod database;
mod datum;
mod encoding;
mod fingerprint;
#[cfg(feature = "gdal")]
mod gdal;
#[cfg(not(feature = "gdal"))]
#[path = "gdal_absent.rs"]
mod gdal;
mod geopackage;
pub(crate) mod grid;
mod index;
mod inputs;
mod labels;
mod layer_path;
pub mod layers;
pub(crate) mod likely;
mod moment;
pub(crate) mod office;
mod origin;
mod parts;
mod plain_table;
mod plausible;
pub mod point_table;
mod points;
mod raster;
mod reference;
mod seen;
mod table;
mod vector;
mod weights;
mod write;

pub use area_layers::AreaLayers;
pub use areas::{
    AreaOptions, Feature, areas, areas_with_attributes, areas_with_report, attributes, features_bytes,
    rows_of_features, write_areas, write_features,
};
pub(crate) use areas::{taken_areas, within_180};
pub use arrow_table::ArrowTable;
pub use batches::{Batches, Piece};
pub use condition::{Condition, Matched};
pub use content::{sha256_of_areas, sha256_of_table};
pub(crate) use convert::is_in_degrees;
pub use convert::{ConvertOptions, Converted, convert};
pub use database::{
    database_bytes, database_note, holds_password, is_database, refuse_password, refuse_passwords, write_to_database,
};
pub use datum::{datum_header, row_images};
pub(crate) use encoding::text as decoded_text;
pub use fingerprint::{fingerprint, sha256, sha256_of};
/// What this build lacks that another has, in one sentence; `None` where that is nothing.
pub use gdal::LACKS;
pub use geopackage::{PackageLayer, SavedStyle, geopackage, writes_geopackages};
pub use grid::{grid_of_areas, grid_of_points, needed_grid};
pub use index::{IndexRequest, IndexSummary, held_index_bytes, index_areas, is_saved_index, map_index, read_index};
pub use inputs::{AreaSource, LayerSource, TableSource};
pub use labels::{Labels, frame_schema, match_frame};
pub use layer_path::{split_layer, with_layer};
pub use layers::{Layer, layer, layers};
pub use origin::{AreasInMemory, Origin};
pub use plain_table::{OptionalTable, PlainTable};
pub use point_table::{OptionalPointSource, PointSource, PointTable, brought_to, point_table};
pub use points::{TableWithGeometries, VectorPoints, is_vector, points_table, table_with_geometries};
pub use raster::{raster_bytes, write_raster};
pub use reference::{Transform, projected_areas};
pub(crate) use seen::{all_seen_from, beside, seen_from, told_name};
pub use table::{TableOptions, Wanted, refuse_idle, table};
pub(crate) use table::{has_encoding, has_sheets};
pub use weights::{islands_in_gwt_note, weights, weights_bytes, write_weights};
pub use write::{
    ArrowColumns, Encoded, Encoder, NewFile, StagedFolder, TableFormat, TableSink, arrow_columns, discard_temporaries,
    format_table, geoarrow, geoarrow_columns, geoparquet_with, neutralised_note, parquet_with, people_table,
    refuse_outputs, untouched_bytes, untouched_bytes_with_mark, workbook, write_atomically, write_table,
    write_untouched,
};
pub(crate) use write::{DATE_FORMAT, TERMS_SHEET, write_cells};

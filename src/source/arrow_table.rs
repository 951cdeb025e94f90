//! Tables that another library holds in memory as Arrow.

use std::path::Path;

use polars_arrow::array::{Array, StructArray};
use polars_arrow::datatypes::{ArrowDataType, Field, Metadata};

use super::batches::arrow::Whole;
use super::batches::table_of_arrays;
use super::points::{VectorPoints, has_points, points_of, table};
use super::table::identity::Identity;
use super::vector::{VectorLayer, geoarrow};
use super::{AreaOptions, AreasInMemory, areas};
use crate::error::{ReadError, Result};
use crate::model::{DeclaredReference, Report, Table};

/// The name of the format.
const FORMAT: &str = "Arrow";

/// The header of a column that came without one.
const NAMELESS: &str = "value";

/// A table that another library holds in memory as Arrow, with the name by which results and errors mention it.
pub struct ArrowTable {
    source: String,
    whole: Whole,
}

impl ArrowTable {
    /// Takes chunks of one type: structs are rows of a table, anything else is a table of one column, which is called `value`
    /// where the field has no name.
    ///
    /// # Errors
    ///
    /// [`ReadError::Malformed`] for chunks of another type than the field's.
    pub fn from_chunks(source: impl Into<String>, field: &Field, chunks: Vec<Box<dyn Array>>) -> Result<Self> {
        let source = source.into();
        let rows = chunks.iter().map(|chunk| chunk.len()).sum();
        let metadata = field.metadata.as_deref().cloned().unwrap_or_default();
        let whole = match &field.dtype {
            ArrowDataType::Struct(fields) => {
                let batches = chunks.iter().map(|chunk| {
                    let rows = chunk.as_any().downcast_ref::<StructArray>();
                    rows.filter(|rows| rows.values().len() == fields.len()).map(|rows| rows.values().to_vec())
                });
                let batches = batches.collect::<Option<Vec<_>>>().ok_or_else(|| {
                    let message = "a chunk is of another type than its table".to_owned();
                    ReadError::Malformed { file: source.clone(), format: FORMAT, message }
                })?;
                Whole { fields: fields.clone(), metadata, batches, rows }
            }
            _ => {
                let mut field = field.clone();
                if field.name.is_empty() {
                    field.name = NAMELESS.into();
                }
                let batches = chunks.into_iter().map(|chunk| vec![chunk]).collect();
                Whole { fields: vec![field], metadata: Metadata::default(), batches, rows }
            }
        };
        Ok(Self { source, whole })
    }

    /// Whether a column says of itself that it holds geometries.
    #[must_use]
    pub fn has_geometry(&self) -> bool {
        geoarrow::is_said(&self.whole.fields, &self.whole.metadata)
    }

    /// The rows, with the coordinates of points behind them where the geometries are points, and the reference of these; of other
    /// geometries the attributes alone.
    ///
    /// # Errors
    ///
    /// Columns that cannot stand in a table and no others; points without a reference, or with another than the stated one.
    pub fn table(&self, stated: Option<DeclaredReference>) -> Result<(Table, Option<DeclaredReference>)> {
        if !self.has_geometry() {
            return Ok((table_of_arrays(&self.source, FORMAT, &self.whole)?, None));
        }
        let layer = self.layer()?;
        if has_points(&layer) {
            let VectorPoints { table, reference } = points_of(layer, stated)?;
            return Ok((table, Some(reference)));
        }
        let mut rows = table(&layer, Vec::new())?;
        Identity::note_all(&mut rows)?;
        rows.reading.notes = layer.notes;
        Ok((rows, None))
    }

    /// The areas with their attributes, and what was left out, repaired or decided.
    ///
    /// # Errors
    ///
    /// Those of [`areas`](super::areas).
    pub fn areas(&self, options: &AreaOptions) -> Result<(AreasInMemory, Report)> {
        let (areas, attributes, key, report) = areas::with_attributes(self.layer()?, Path::new(&self.source), options)?;
        Ok((AreasInMemory::with_attributes(areas, attributes, key)?, report))
    }

    fn layer(&self) -> Result<VectorLayer> {
        geoarrow::of_arrays(&self.source, FORMAT, &self.whole)
    }
}

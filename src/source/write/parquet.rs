//! Parquet by row groups of a fixed height, whose pages are packed on any thread.

use std::io::{Cursor, Write};

use polars::prelude::{
    Column, CompatLevel, DataFrame, ParquetCompression, PolarsError, PolarsResult, Schema, SchemaExt as _,
    StatisticsOptions,
};
use polars_arrow::array::Array;
use polars_arrow::datatypes::ArrowSchema;
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressedPage, Compressor, DynIter, DynStreamingIterator, Encoding, FileWriter, KeyValue, ParquetType,
    SchemaDescriptor, Version, WriteOptions, array_to_columns, fallible_streaming_iterator, get_dtype_encoding,
    schema_to_metadata_key, to_parquet_schema,
};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::error::{Error, Result};

/// The rows of a row group.
pub(super) const GROUP_ROWS: usize = 1 << 18;

/// How columns are laid out.
pub(super) struct Layout {
    fields: SchemaDescriptor,
    encodings: Vec<Vec<Encoding>>,
    options: WriteOptions,
}

/// A row group as it is written.
pub(super) struct Group {
    height: usize,
    /// The packed pages of each column.
    columns: Vec<Vec<CompressedPage>>,
}

/// The bytes of a whole table, with what is said of it under keys of its own.
pub(super) fn parquet(frame: &DataFrame, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
    let whole = || -> PolarsResult<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        let (layout, mut writer) = opened(&mut bytes, frame.schema())?;
        for part in parts(frame) {
            let columns: Vec<_> = layout.columns(&part).collect();
            let packed =
                columns.into_par_iter().map(|(column, field, encoding)| layout.packed(column, field, encoding));
            let columns = packed.collect::<PolarsResult<Vec<_>>>()?.into_iter().flatten().collect();
            append(&mut writer, &Group { height: part.height(), columns })?;
        }
        let said = metadata.iter().map(|(key, value)| KeyValue { key: (*key).to_owned(), value: Some(value.clone()) });
        let own = std::iter::once(schema_to_metadata_key(&frame.schema().to_arrow(CompatLevel::newest())));
        writer.end((!metadata.is_empty()).then(|| own.chain(said).collect()))?;
        drop(writer);
        Ok(bytes.into_inner())
    };
    whole().map_err(Error::table("Parquet"))
}

/// The bytes of columns as Arrow has them, with what is said of them under keys of its own.
pub(super) fn of_arrays(
    schema: &ArrowSchema,
    height: usize,
    columns: &[Box<dyn Array>],
    metadata: &[(&str, String)],
) -> PolarsResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let (layout, mut writer) = opened_arrow(&mut bytes, schema.clone())?;
    for start in (0..height).step_by(GROUP_ROWS) {
        let rows = GROUP_ROWS.min(height - start);
        let fields = layout.fields.fields().iter().zip(&layout.encodings);
        let packed = columns
            .iter()
            .zip(fields)
            .map(|(array, (field, encoding))| layout.packed_array(array.sliced(start, rows), field, encoding));
        let columns = packed.collect::<PolarsResult<Vec<_>>>()?.into_iter().flatten().collect();
        append(&mut writer, &Group { height: rows, columns })?;
    }
    let said = metadata.iter().map(|(key, value)| KeyValue { key: (*key).to_owned(), value: Some(value.clone()) });
    let own = std::iter::once(schema_to_metadata_key(schema));
    writer.end(Some(own.chain(said).collect()))?;
    drop(writer);
    Ok(bytes.into_inner())
}

/// Begins a file of columns with these names and types.
pub(super) fn opened<W: Write>(target: W, schema: &Schema) -> PolarsResult<(Layout, FileWriter<W>)> {
    opened_arrow(target, schema.to_arrow(CompatLevel::newest()))
}

fn opened_arrow<W: Write>(target: W, schema: ArrowSchema) -> PolarsResult<(Layout, FileWriter<W>)> {
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        compression: ParquetCompression::default().into(),
        version: Version::V1,
        data_page_size: None,
    };
    let encodings = schema.iter_values().map(|field| get_dtype_encoding(&field.dtype)).collect();
    let layout = Layout { fields: to_parquet_schema(&schema)?, encodings, options };
    Ok((layout, FileWriter::try_new(target, schema, options)?))
}

/// The row groups of a table, packed on this thread.
pub(super) fn groups(layout: &Layout, frame: &DataFrame) -> PolarsResult<Vec<Group>> {
    let group = |part: DataFrame| {
        let packed = layout.columns(&part).map(|(column, field, encoding)| layout.packed(column, field, encoding));
        let columns = packed.collect::<PolarsResult<Vec<_>>>()?.into_iter().flatten().collect();
        Ok(Group { height: part.height(), columns })
    };
    parts(frame).map(group).collect()
}

/// Writes a row group.
pub(super) fn append<W: Write>(writer: &mut FileWriter<W>, group: &Group) -> PolarsResult<()> {
    let columns = group.columns.iter().map(|pages| {
        let pages = pages.iter().map(Ok::<_, PolarsError>);
        Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
    });
    writer.write(group.height as u64, DynIter::new(columns))
}

fn parts(frame: &DataFrame) -> impl Iterator<Item = DataFrame> {
    let starts = (0..frame.height()).step_by(GROUP_ROWS);
    starts.map(|start| frame.slice(i64::try_from(start).unwrap_or(i64::MAX), GROUP_ROWS))
}

impl Layout {
    fn columns<'a>(
        &'a self,
        frame: &'a DataFrame,
    ) -> impl Iterator<Item = (&'a Column, &'a ParquetType, &'a [Encoding])> {
        let columns = frame.columns().iter().zip(self.fields.fields()).zip(&self.encodings);
        columns.map(|((column, field), encoding)| (column, field, encoding.as_slice()))
    }

    /// The packed pages of a column: of its one leaf, or of several where it is nested.
    fn packed(
        &self,
        column: &Column,
        field: &ParquetType,
        encoding: &[Encoding],
    ) -> PolarsResult<Vec<Vec<CompressedPage>>> {
        self.packed_array(column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest()), field, encoding)
    }

    fn packed_array(
        &self,
        array: Box<dyn Array>,
        field: &ParquetType,
        encoding: &[Encoding],
    ) -> PolarsResult<Vec<Vec<CompressedPage>>> {
        let leaves = array_to_columns(array, field.clone(), self.options, encoding)?;
        let pages = leaves.into_iter().map(|pages| {
            let pages = pages.map(|page| page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string())));
            Ok(Compressor::new(pages, self.options.compression, Vec::new()).collect::<Result<_, ParquetError>>()?)
        });
        pages.collect()
    }
}

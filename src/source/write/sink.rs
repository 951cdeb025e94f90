//! Tables written piece by piece.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{DataFrame, PolarsError, Schema};
use polars_parquet::write::FileWriter;

use super::super::database::{NewTable, Placed, RowEncoder};
use super::parquet::{self, Group, Layout};
use super::{NewFile, TableFormat, csv};
use crate::error::{Error, ReadError, Result};
use crate::model::{Point, Reference};

/// A table written piece by piece, put in place whole or not at all.
///
/// The work is in [`Encoder::encode`], which goes on any thread; [`TableSink::append`] only writes bytes, in order. Dropped
/// without [`TableSink::finish`] it leaves nothing. The same pieces in the same order give the same bytes; of CSV any
/// pieces do, of Parquet each piece is a row group, or several where it is large.
///
/// # Examples
///
/// ```
/// use jiju::source::{TableFormat, TableSink};
/// use polars::prelude::df;
///
/// let frame = df!("id" => [1, 2], "town" => ["柯桥", "=钱清"])?;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("firms.csv");
/// let mut sink = TableSink::create(&path, TableFormat::Csv, frame.schema(), &[])?;
/// let encoder = sink.encoder();
/// for row in 0..2 {
///     let encoded = encoder.encode(&frame.slice(row, 1))?;
///     sink.append(encoded)?;
/// }
/// sink.finish()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "id,town\n1,柯桥\n2,'=钱清\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TableSink {
    path: PathBuf,
    target: Target,
    encoder: Encoder,
    /// By column, the first cell that got an apostrophe, and how many did.
    neutralised: Vec<(String, String, u64)>,
}

/// Where the bytes go.
enum Target {
    Csv(NewFile),
    /// It ends in a list of what it holds.
    Parquet(NewFile, Box<FileWriter<File>>),
    Database(Box<NewTable>),
}

/// Makes bytes of pieces of a table, on any thread; cheap to clone.
#[derive(Clone)]
pub struct Encoder {
    schema: Arc<Schema>,
    form: Form,
}

#[derive(Clone)]
enum Form {
    Csv,
    Parquet(Arc<Layout>),
    Database(Arc<RowEncoder>),
}

/// A piece of a table as it is written.
#[must_use]
pub struct Encoded(Bytes);

enum Bytes {
    /// Rows, and by column the cells in them that got an apostrophe.
    Csv(Vec<u8>, Vec<(String, String, u64)>),
    Parquet(Vec<Group>),
    Rows(Vec<u8>),
}

impl TableSink {
    /// Begins a file, or a table of a database, of columns with these names and types.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnknownFormat`] for a format that is not written in pieces; [`ReadError::WouldOverwrite`] where the file
    /// is one of the inputs, by whatever name; [`Error::File`] where the folder cannot be written; [`Error::Table`] where a
    /// column cannot be written in the format; [`DatabaseError`](crate::error::DatabaseError).
    pub fn create(path: &Path, format: TableFormat, schema: &Schema, inputs: &[&Path]) -> Result<Self> {
        Self::create_of_points(path, format, schema, None, inputs)
    }

    /// Begins a file or a table whose rows are points in a reference; of these only a database keeps more than the columns.
    pub(crate) fn create_of_points(
        path: &Path,
        format: TableFormat,
        schema: &Schema,
        reference: Option<Reference>,
        inputs: &[&Path],
    ) -> Result<Self> {
        if format == TableFormat::Database {
            let table = NewTable::create(path, schema, reference.map(Placed::points), inputs)?;
            let form = Form::Database(table.encoder());
            let encoder = Encoder { schema: Arc::new(schema.clone()), form };
            let target = Target::Database(Box::new(table));
            return Ok(Self { path: path.to_owned(), target, encoder, neutralised: Vec::new() });
        }
        if !matches!(format, TableFormat::Csv | TableFormat::CsvWithMark | TableFormat::Parquet) {
            let (file, ending) = (path.display().to_string(), super::ending(path));
            return Err(ReadError::UnknownFormat { file, ending, expected: "csv, parquet" }.into());
        }
        let mut file = NewFile::create(path, inputs)?;
        let (form, target) = if format == TableFormat::Parquet {
            let target = file.file().try_clone().map_err(Error::file("write", path))?;
            let (layout, opened) = parquet::opened(target, schema).map_err(Error::table("Parquet"))?;
            (Form::Parquet(Arc::new(layout)), Target::Parquet(file, Box::new(opened)))
        } else {
            csv::check_cells(&DataFrame::empty_with_schema(schema), "CSV")?;
            if format == TableFormat::CsvWithMark {
                file.write_all(super::BYTE_ORDER_MARK).map_err(Error::file("write", path))?;
            }
            let header = csv::header(schema.iter_names().map(|name| name.as_str()), csv::Formulas::Neutralised);
            file.write_all(&header).map_err(Error::file("write", path))?;
            (Form::Csv, Target::Csv(file))
        };
        let encoder = Encoder { schema: Arc::new(schema.clone()), form };
        Ok(Self { path: path.to_owned(), target, encoder, neutralised: Vec::new() })
    }

    /// What makes the bytes of pieces.
    #[must_use]
    pub fn encoder(&self) -> Encoder {
        self.encoder.clone()
    }

    /// Writes the next piece.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written; [`Error::Table`] for a piece of a sink of another format.
    pub fn append(&mut self, encoded: Encoded) -> Result<()> {
        match (&mut self.target, encoded.0) {
            (Target::Database(table), Bytes::Rows(rows)) => table.append(&rows),
            (Target::Csv(file), Bytes::Csv(bytes, neutralised)) => {
                for (column, first, count) in neutralised {
                    match self.neutralised.iter_mut().find(|(known, ..)| *known == column) {
                        Some((_, _, all)) => *all += count,
                        None => self.neutralised.push((column, first, count)),
                    }
                }
                file.write_all(&bytes).map_err(Error::file("write", &self.path))
            }
            (Target::Parquet(_, writer), Bytes::Parquet(groups)) => {
                for group in &groups {
                    parquet::append(writer, group).map_err(unwritten(&self.path))?;
                }
                Ok(())
            }
            _ => {
                let message = "a piece was encoded for another format".to_owned();
                Err(Error::Table { what: self.path.display().to_string(), message })
            }
        }
    }

    /// Tells in which columns cells got an apostrophe so far, as a spreadsheet would take them for formulas.
    #[must_use]
    pub fn neutralised_note(&self) -> Option<String> {
        super::neutralised_words(&self.neutralised)
    }

    /// Ends the file and puts it in place.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub fn finish(self) -> Result<()> {
        match self.target {
            Target::Csv(file) => file.finish(),
            Target::Parquet(file, mut writer) => {
                writer.end(None).map_err(unwritten(&self.path))?;
                file.finish()
            }
            Target::Database(table) => table.finish(),
        }
    }
}

fn unwritten(path: &Path) -> impl FnOnce(PolarsError) -> Error {
    let path = path.to_owned();
    move |error| match error {
        // What the system said, without what polars adds to it.
        PolarsError::IO { error, .. } => {
            Error::file("write", path)(std::io::Error::new(error.kind(), error.to_string()))
        }
        other => Error::file("write", path)(std::io::Error::other(other.to_string())),
    }
}

impl Encoder {
    /// The bytes of a piece with the names and types that the sink was made for.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for other columns, and where values cannot be written.
    pub fn encode(&self, frame: &DataFrame) -> Result<Encoded> {
        check_schema(frame, &self.schema, self.form.name())?;
        Ok(Encoded(match &self.form {
            Form::Csv => {
                let rows = csv::rows(frame, csv::Formulas::Neutralised)?;
                Bytes::Csv(rows, csv::neutralised(frame))
            }
            Form::Parquet(layout) => Bytes::Parquet(parquet::groups(layout, frame).map_err(Error::table("Parquet"))?),
            Form::Database(rows) => Bytes::Rows(rows.encode(frame)?),
        }))
    }

    /// Whether it keeps where rows are.
    pub(crate) const fn takes_points(&self) -> bool {
        matches!(self.form, Form::Database(_))
    }

    /// The bytes of a piece whose rows are points.
    pub(crate) fn encode_points(&self, frame: &DataFrame, points: &[Option<Point>]) -> Result<Encoded> {
        let Form::Database(rows) = &self.form else { return self.encode(frame) };
        check_schema(frame, &self.schema, self.form.name())?;
        Ok(Encoded(Bytes::Rows(rows.encode_points(frame, points)?)))
    }
}

impl Form {
    const fn name(&self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Parquet(_) => "Parquet",
            Self::Database(_) => "rows of a database",
        }
    }
}

/// Refuses a piece whose columns are not those of the file.
fn check_schema(frame: &DataFrame, schema: &Schema, what: &str) -> Result<()> {
    if **frame.schema() == *schema {
        return Ok(());
    }
    let message = format!("found the columns {:?}, expected {schema:?}", frame.schema());
    Err(Error::Table { what: what.to_owned(), message })
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::super::parquet::GROUP_ROWS;
    use super::*;
    use crate::source::{TableOptions, table, write_table};

    fn sample(rows: i64) -> DataFrame {
        let ids: Vec<i64> = (0..rows).collect();
        let names: Vec<Option<String>> = ids.iter().map(|id| (id % 7 > 0).then(|| format!("=厂,\"{id}\""))).collect();
        let rates: Vec<f64> = ids.iter().map(|id| *id as f64 / 3.0).collect();
        df!("id" => ids, "名称" => names, "rate" => rates).unwrap()
    }

    fn written(frame: &DataFrame, format: TableFormat, piece: usize, folder: &Path) -> Vec<u8> {
        let path = folder.join("pieces");
        let mut sink = TableSink::create(&path, format, frame.schema(), &[]).unwrap();
        let encoder = sink.encoder();
        for start in (0..frame.height()).step_by(piece) {
            sink.append(encoder.encode(&frame.slice(start as i64, piece)).unwrap()).unwrap();
        }
        sink.finish().unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn pieces_make_the_bytes_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let frame = sample(GROUP_ROWS as i64 + 10);
        for (format, pieces) in
            [(TableFormat::Csv, vec![1000, GROUP_ROWS]), (TableFormat::Parquet, vec![GROUP_ROWS, 2 * GROUP_ROWS])]
        {
            let whole = folder.path().join("whole");
            write_table(&frame, format, &whole, &[]).unwrap();
            for piece in pieces {
                assert!(written(&frame, format, piece, folder.path()) == std::fs::read(&whole).unwrap());
            }
        }
        let empty = sample(0);
        for format in [TableFormat::Csv, TableFormat::Parquet] {
            let path = folder.path().join(if format == TableFormat::Csv { "e.csv" } else { "e.parquet" });
            std::fs::write(&path, written(&empty, format, 1, folder.path())).unwrap();
            assert_eq!(table(&path, &TableOptions::default()).unwrap().columns(), ["id", "名称", "rate"]);
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let frame = sample(3);
        let path = folder.path().join("t.csv");
        for format in [TableFormat::Csv, TableFormat::Parquet] {
            let mut sink = TableSink::create(&path, format, frame.schema(), &[]).unwrap();
            sink.append(sink.encoder().encode(&frame).unwrap()).unwrap();
            let other = df!("id" => [1]).unwrap();
            assert!(sink.encoder().encode(&other).is_err());
            drop(sink);
        }
        assert!(TableSink::create(&path, TableFormat::Xlsx, frame.schema(), &[]).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(&path, "x").unwrap();
        assert!(TableSink::create(&path, TableFormat::Csv, frame.schema(), &[&path]).is_err());
    }
}

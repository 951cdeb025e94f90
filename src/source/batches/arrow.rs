//! Arrow IPC in pieces: the record batches of a file or a stream.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{DataFrame, Schema};
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowSchema, Field, Metadata};
use polars_arrow::io::ipc::IpcSchema;
use polars_arrow::io::ipc::read::common::{read_dictionary, read_record_batch};
use polars_arrow::io::ipc::read::{Dictionaries, read_file_metadata, read_stream_metadata};
use polars_arrow::record_batch::RecordBatchT;
use polars_arrow_format::ipc::planus::ReadAsRoot as _;
use polars_arrow_format::ipc::{MessageHeaderRef, MessageRef, RecordBatchRef};

use super::super::damage::guarded;
use super::faults::Faults;
use super::levels::Bytes;
use super::typed::Columns;
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// The name of the format.
const FORMAT: &str = "Arrow IPC";

/// The most cells of a record batch.
const BATCH_CELLS: u64 = 1 << 28;

/// The most bytes that a record batch unpacks to.
const BATCH_BYTES: u64 = 4 << 30;

/// What stands before a message.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// A file of record batches.
pub(super) struct Arrow {
    file: Arc<Input>,
    columns: Columns,
    order: Order,
    dictionaries: Arc<Dictionaries>,
    /// The rows of the pieces before.
    rows_before: u64,
}

/// Which message comes next.
enum Order {
    /// A file lists its record batches at its end.
    File { batches: Vec<u64>, next: usize, rows: u64 },
    /// In a stream one follows the other, dictionaries between them.
    Stream { next: u64 },
}

struct Input {
    path: PathBuf,
    file: File,
    size: u64,
    schema: IpcSchema,
    /// What the file says of itself.
    metadata: Metadata,
}

/// How the columns of a file are taken.
type Taking = fn(&str, &'static str, Arc<ArrowSchema>, &Arc<Faults>) -> Result<Columns>;

/// A file of any columns as arrays.
pub(in crate::source) struct Whole {
    /// The columns.
    pub fields: Vec<Field>,
    /// What the file says of itself.
    pub metadata: Metadata,
    /// The arrays of each record batch, one for each column.
    pub batches: Vec<Vec<Box<dyn Array>>>,
    /// The number of rows.
    pub rows: usize,
}

/// What a file says of its columns and of itself, without its rows.
pub(in crate::source) fn head(path: &Path) -> Result<(Vec<Field>, Metadata)> {
    let arrow = Arrow::open_with(path, &Arc::default(), Columns::of_any)?;
    Ok((arrow.columns.fields().iter_values().cloned().collect(), arrow.file.metadata.clone()))
}

/// Reads a file of any columns as arrays, unless its size or its number of cells is more than a limit.
pub(in crate::source) fn whole(path: &Path, max_bytes: u64, max_cells: usize) -> Result<Whole> {
    let mut arrow = Arrow::open_with(path, &Arc::default(), Columns::of_any)?;
    if arrow.file.size > max_bytes {
        let (file, found) = (path.display().to_string(), arrow.file.size);
        return Err(ReadError::TooLarge { file, what: "size in bytes", found, limit: max_bytes }.into());
    }
    let fields: Vec<Field> = arrow.columns.fields().iter_values().cloned().collect();
    let (mut batches, mut rows) = (Vec::new(), 0_usize);
    while let Some(piece) = arrow.next_piece()? {
        let batch = guarded(|| piece.batch(piece.columns.selected())).map_err(malformed(path))?;
        rows = rows.saturating_add(batch.height());
        // A few bytes can stand for any number of equal cells.
        if rows.saturating_mul(fields.len()) > max_cells {
            let count = fields.len();
            let message = format!("more than {rows} rows of {count} columns: the limit is {max_cells} cells");
            return Err(malformed(path)(message));
        }
        batches.push(batch.into_arrays());
    }
    Ok(Whole { fields, metadata: arrow.file.metadata.clone(), batches, rows })
}

/// A piece of an Arrow IPC file.
pub(super) struct ArrowPiece {
    file: Arc<Input>,
    columns: Columns,
    dictionaries: Arc<Dictionaries>,
    message: Message,
    rows_before: u64,
}

/// A message: what it says, and where its buffers are.
struct Message {
    bytes: Vec<u8>,
    start: u64,
    body: u64,
    end: u64,
}

impl Arrow {
    /// Opens either format, by the first bytes: many a stream is named like a file.
    pub(super) fn open(path: &Path, faults: &Arc<Faults>) -> Result<Self> {
        Self::open_with(path, faults, Columns::new)
    }

    fn open_with(path: &Path, faults: &Arc<Faults>, taking: Taking) -> Result<Self> {
        let mut start = Vec::new();
        let file = File::open(path).map_err(Error::file("read", path))?;
        file.take(6).read_to_end(&mut start).map_err(Error::file("read", path))?;
        match start.as_slice() {
            b"ARROW1" => Self::open_file(path, faults, taking),
            [b'F', b'E', b'A', b'1', ..] => {
                let message = "it is of the first version of Feather; write it as the second, or as Parquet".to_owned();
                Err(malformed(path)(message))
            }
            _ => Self::open_stream(path, faults, taking),
        }
    }

    /// Opens the file format.
    fn open_file(path: &Path, faults: &Arc<Faults>, taking: Taking) -> Result<Self> {
        let (file, size) = opened(path)?;
        let metadata = guarded(|| read_file_metadata(&mut At::new(&file)).map_err(|error| error.to_string()));
        let metadata = metadata.map_err(malformed(path))?;
        let offset = |offset: i64| u64::try_from(offset).map_err(|_| format!("a block lies at {offset}"));
        let batches: Result<Vec<u64>, String> = metadata.blocks.iter().map(|block| offset(block.offset)).collect();
        let columns = taking(&path.display().to_string(), FORMAT, metadata.schema, faults)?;
        let order = Order::File { batches: batches.map_err(malformed(path))?, next: 0, rows: 0 };
        let said = metadata.custom_schema_metadata.as_deref().cloned().unwrap_or_default();
        let input = Input { path: path.to_owned(), file, size, schema: metadata.ipc_schema, metadata: said };
        let mut arrow = Self::new(input, columns, order);
        for block in metadata.dictionaries.unwrap_or_default() {
            let message = offset(block.offset).and_then(|at| arrow.message(at));
            let message = message.map_err(malformed(path))?.ok_or_else(|| malformed(path)(NO_MESSAGE.to_owned()))?;
            arrow.take_dictionary(&message).map_err(malformed(path))?;
        }
        arrow.count().map_err(malformed(path))?;
        Ok(arrow)
    }

    /// Opens the stream format.
    fn open_stream(path: &Path, faults: &Arc<Faults>, taking: Taking) -> Result<Self> {
        let (file, size) = opened(path)?;
        let mut at = At::new(&file);
        let metadata = guarded(|| read_stream_metadata(&mut at).map_err(|error| error.to_string()));
        let metadata = metadata.map_err(malformed(path))?;
        let order = Order::Stream { next: at.position };
        let columns = taking(&path.display().to_string(), FORMAT, Arc::new(metadata.schema), faults)?;
        let said = metadata.custom_schema_metadata.unwrap_or_default();
        let input = Input { path: path.to_owned(), file, size, schema: metadata.ipc_schema, metadata: said };
        Ok(Self::new(input, columns, order))
    }

    fn new(input: Input, columns: Columns, order: Order) -> Self {
        Self { file: Arc::new(input), columns, order, dictionaries: Arc::default(), rows_before: 0 }
    }

    pub(super) fn schema(&self) -> Schema {
        self.columns.schema()
    }

    pub(super) fn rows(&self) -> Option<u64> {
        match self.order {
            Order::File { rows, .. } => Some(rows),
            Order::Stream { .. } => None,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.file.size
    }

    pub(super) fn select(&mut self, columns: &[String]) {
        self.columns.select(columns);
    }

    pub(super) fn next_piece(&mut self) -> Result<Option<ArrowPiece>> {
        let path = self.file.path.clone();
        let message = self.next_batch().map_err(malformed(&path))?;
        let Some((message, rows)) = message else { return Ok(None) };
        let rows_before = self.rows_before;
        self.rows_before += rows;
        let (file, columns, dictionaries) = (self.file.clone(), self.columns.clone(), self.dictionaries.clone());
        Ok(Some(ArrowPiece { file, columns, dictionaries, message, rows_before }))
    }

    pub(super) fn finish(&self) -> Result<()> {
        self.columns.finish()
    }

    pub(super) fn notes(&self) -> Vec<String> {
        self.columns.notes()
    }

    /// The next record batch, and how many rows it has.
    fn next_batch(&mut self) -> Result<Option<(Message, u64)>, String> {
        loop {
            let at = match &mut self.order {
                Order::File { batches, next, .. } => {
                    let Some(at) = batches.get(*next) else { return Ok(None) };
                    *next += 1;
                    *at
                }
                Order::Stream { next } => *next,
            };
            let message = self.message(at)?;
            let Some(message) = message else {
                return if matches!(self.order, Order::Stream { .. }) { Ok(None) } else { Err(NO_MESSAGE.to_owned()) };
            };
            if let Order::Stream { next } = &mut self.order {
                *next = message.end;
                if self.take_dictionary(&message)? {
                    continue;
                }
            }
            let rows = guarded(|| self.height(&message))?;
            return Ok(Some((message, rows)));
        }
    }

    /// Adds up the rows of all record batches.
    fn count(&mut self) -> Result<(), String> {
        let Order::File { batches, .. } = &self.order else { return Ok(()) };
        let mut sum = 0_u64;
        for at in batches {
            let message = self.message(*at)?.ok_or_else(|| NO_MESSAGE.to_owned())?;
            sum = sum.saturating_add(guarded(|| self.height(&message))?);
        }
        if let Order::File { rows, .. } = &mut self.order {
            *rows = sum;
        }
        Ok(())
    }

    /// The message at a place of the file; none at its end.
    fn message(&self, start: u64) -> Result<Option<Message>, String> {
        let mut reader = At { file: &self.file.file, position: start };
        let mut length = [0; 4];
        if start == self.file.size {
            return Ok(None);
        }
        let mut read = |bytes: &mut [u8]| reader.read_exact(bytes).map_err(|error| error.to_string());
        read(&mut length)?;
        if length == CONTINUATION {
            read(&mut length)?;
        }
        let length = i32::from_le_bytes(length);
        if length == 0 {
            return Ok(None);
        }
        let left = self.file.size.saturating_sub(reader.position);
        let length = u64::try_from(length).ok().filter(|length| *length <= left);
        let length = length.ok_or_else(|| format!("the message at byte {start} does not end in the file"))?;
        let mut bytes = Vec::new();
        (&mut reader).take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let body = reader.position;
        let message = Message { bytes, start, body, end: body };
        let length = guarded(|| message.read()?.body_length().map_err(|error| error.to_string()))?;
        let end = u64::try_from(length).ok().and_then(|length| body.checked_add(length));
        let end = end.filter(|end| *end <= self.file.size);
        let end = end.ok_or_else(|| format!("the message at byte {start} does not end in the file"))?;
        Ok(Some(Message { end, ..message }))
    }

    /// Keeps the dictionary that a message brings; tells whether it does.
    fn take_dictionary(&mut self, message: &Message) -> Result<bool, String> {
        let dictionaries = Arc::make_mut(&mut self.dictionaries);
        guarded(|| {
            let MessageHeaderRef::DictionaryBatch(batch) = message.header()? else { return Ok(false) };
            let data = batch.data().map_err(|error| error.to_string())?.ok_or("a dictionary has no data")?;
            self.file.check(data, 1, message)?;
            let (fields, schema) = (self.columns.fields(), &self.file.schema);
            let (mut reader, mut scratch) = (At::new(&self.file.file), Vec::new());
            let kept = read_dictionary(
                batch,
                fields,
                schema,
                dictionaries,
                &mut reader,
                message.body,
                &mut scratch,
                Default::default(),
            );
            kept.map(|()| true).map_err(|error| error.to_string())
        })
    }

    /// The rows of a record batch that may be read.
    fn height(&self, message: &Message) -> Result<u64, String> {
        let MessageHeaderRef::RecordBatch(batch) = message.header()? else {
            return Err(format!("the message at byte {} is no record batch", message.start));
        };
        self.file.check(batch, self.columns.fields().len(), message)
    }
}

/// What is said of a list that names a place without a message.
const NO_MESSAGE: &str = "a record batch is not where the file says";

impl Input {
    /// The height of a record batch, whose buffers are seen to lie in the file and to unpack to no more than is safe.
    fn check(&self, batch: RecordBatchRef<'_>, width: usize, message: &Message) -> Result<u64, String> {
        let said = |error: polars_arrow_format::ipc::planus::Error| error.to_string();
        let rows = batch.length().map_err(said)?;
        let rows = u64::try_from(rows).map_err(|_| format!("a record batch has {rows} rows"))?;
        if rows.saturating_mul(width as u64) > BATCH_CELLS {
            return Err(format!("a record batch of {rows} rows is more than the limit of {BATCH_CELLS} cells"));
        }
        for node in batch.nodes().map_err(said)?.into_iter().flatten() {
            let length = u64::try_from(node.length()).ok().filter(|length| *length <= BATCH_CELLS);
            let nulls = u64::try_from(node.null_count()).ok();
            if nulls.zip(length).is_none_or(|(nulls, length)| nulls > length) {
                return Err(format!("a column of the record batch at byte {} has an impossible length", message.start));
            }
        }
        let is_packed = batch.compression().map_err(said)?.is_some();
        let mut unpacked = 0_u64;
        for buffer in batch.buffers().map_err(said)?.into_iter().flatten() {
            let start = u64::try_from(buffer.offset()).ok().and_then(|offset| message.body.checked_add(offset));
            let length = u64::try_from(buffer.length()).ok();
            let end = start.zip(length).and_then(|(start, length)| start.checked_add(length));
            let (Some(start), Some(length)) = (start.filter(|_| end.is_some_and(|end| end <= message.end)), length)
            else {
                return Err(format!("a buffer of the record batch at byte {} lies beyond it", message.start));
            };
            let mut size = [0; 8];
            if is_packed && length > 0 {
                let mut reader = At { file: &self.file, position: start };
                reader.read_exact(&mut size).map_err(|error| error.to_string())?;
            }
            // A buffer that packing made no smaller stands as it is, which is told by -1.
            unpacked = unpacked.saturating_add(u64::try_from(i64::from_le_bytes(size)).unwrap_or(length));
        }
        if unpacked > BATCH_BYTES {
            return Err(format!("a record batch of {unpacked} bytes is more than the limit of {BATCH_BYTES}"));
        }
        Ok(rows)
    }
}

impl Message {
    fn read(&self) -> Result<MessageRef<'_>, String> {
        MessageRef::read_as_root(&self.bytes).map_err(|error| error.to_string())
    }

    fn header(&self) -> Result<MessageHeaderRef<'_>, String> {
        let header = self.read()?.header().map_err(|error| error.to_string())?;
        header.ok_or_else(|| format!("the message at byte {} is empty", self.start))
    }
}

impl ArrowPiece {
    pub(super) fn bytes(&self) -> u64 {
        self.message.end - self.message.start
    }

    pub(super) fn decode(self) -> Result<Table> {
        let (columns, rows_before) = (self.columns.clone(), self.rows_before);
        columns.table(rows_before, |positions| {
            if positions.is_empty() {
                let MessageHeaderRef::RecordBatch(batch) = self.message.header()? else {
                    return Err(NO_MESSAGE.to_owned());
                };
                let height = batch.length().map_err(|error| error.to_string())?;
                return Ok(DataFrame::empty_with_height(usize::try_from(height).unwrap_or_default()));
            }
            self.batch(positions).map(DataFrame::from)
        })
    }

    /// Columns as arrays.
    fn batch(&self, positions: &[usize]) -> Result<RecordBatchT<Box<dyn Array>>, String> {
        let Self { file, columns, dictionaries, message, .. } = self;
        let MessageHeaderRef::RecordBatch(batch) = message.header()? else { return Err(NO_MESSAGE.to_owned()) };
        let version = message.read()?.version().map_err(|error| error.to_string())?;
        let (mut reader, mut scratch) = (At::new(&file.file), Vec::new());
        let batch = read_record_batch(
            batch,
            columns.fields(),
            &file.schema,
            Some(positions),
            None,
            dictionaries,
            version,
            &mut reader,
            message.body,
            &mut scratch,
            Default::default(),
        );
        batch.map_err(|error| error.to_string())
    }
}

fn opened(path: &Path) -> Result<(File, u64)> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let size = file.metadata().map_err(Error::file("read", path))?.len();
    Ok((file, size))
}

fn malformed(path: &Path) -> impl Fn(String) -> Error {
    let file = path.display().to_string();
    move |message| ReadError::Malformed { file: file.clone(), format: FORMAT, message }.into()
}

impl Bytes for File {
    fn size(&self) -> std::io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn at(&self, position: u64, length: u64) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        At { file: self, position }.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A place in a file that others read as well.
struct At<'a> {
    file: &'a File,
    position: u64,
}

impl<'a> At<'a> {
    fn new(file: &'a File) -> Self {
        Self { file, position: 0 }
    }
}

impl Read for At<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, bytes, self.position)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, bytes, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for At<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.file.metadata()?.len().checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = position.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

//! Tables of FlatBuffers, each step of which stays within its bytes.
//!
//! # References
//!
//! FlatBuffers Internals, <https://flatbuffers.dev/internals/>.

/// What is said of bytes that lead nowhere.
pub(super) const DAMAGED: &str = "it is damaged: a part of it lies beyond its end";

/// A table: fields by their numbers, any of which may be missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The places of its fields.
    fields: &'a [u8],
}

/// A row of numbers of one width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'a, const WIDTH: usize>(&'a [u8]);

impl<'a> Table<'a> {
    /// The table that a buffer holds.
    pub fn root(bytes: &'a [u8]) -> Result<Self, String> {
        Self::at(bytes, offset(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Result<Self, String> {
        let back = i32::from_le_bytes(array(bytes, at)?);
        let start = usize::try_from(i64::try_from(at).map_err(|_| DAMAGED)? - i64::from(back)).map_err(|_| DAMAGED)?;
        let length = usize::from(u16::from_le_bytes(array(bytes, start)?));
        let fields = bytes.get(start + 4..start + length.max(4)).ok_or(DAMAGED)?;
        Ok(Self { bytes, at, fields })
    }

    /// Where a field stands.
    fn place(&self, field: usize) -> Option<usize> {
        let place = u16::from_le_bytes(array(self.fields, 2 * field).ok()?);
        (place > 0).then(|| self.at + usize::from(place))
    }

    /// The bytes of a number, or of the default where there is none.
    pub fn number<const WIDTH: usize>(&self, field: usize, default: [u8; WIDTH]) -> Result<[u8; WIDTH], String> {
        self.place(field).map_or(Ok(default), |at| array(self.bytes, at))
    }

    /// What a field leads to: where it begins, and how many elements it has.
    fn vector(&self, field: usize) -> Result<Option<(usize, usize)>, String> {
        let Some(at) = self.place(field) else { return Ok(None) };
        let at = offset(self.bytes, at)?;
        let count = u32::from_le_bytes(array(self.bytes, at)?);
        Ok(Some((at + 4, count as usize)))
    }

    /// Bytes, such as those of a text.
    pub fn bytes(&self, field: usize) -> Result<Option<&'a [u8]>, String> {
        let Some((start, count)) = self.vector(field)? else { return Ok(None) };
        let end = start.checked_add(count).ok_or(DAMAGED)?;
        self.bytes.get(start..end).map(Some).ok_or_else(|| DAMAGED.to_owned())
    }

    pub fn text(&self, field: usize) -> Result<Option<String>, String> {
        Ok(self.bytes(field)?.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    }

    pub fn numbers<const WIDTH: usize>(&self, field: usize) -> Result<Option<Numbers<'a, WIDTH>>, String> {
        let Some((start, count)) = self.vector(field)? else { return Ok(None) };
        let end = count.checked_mul(WIDTH).and_then(|length| start.checked_add(length)).ok_or(DAMAGED)?;
        self.bytes.get(start..end).map(|bytes| Some(Numbers(bytes))).ok_or_else(|| DAMAGED.to_owned())
    }

    pub fn table(&self, field: usize) -> Result<Option<Self>, String> {
        let Some(at) = self.place(field) else { return Ok(None) };
        Self::at(self.bytes, offset(self.bytes, at)?).map(Some)
    }

    /// Tables, no more than there are bytes for.
    pub fn tables(&self, field: usize) -> Result<Vec<Self>, String> {
        let Some((start, count)) = self.vector(field)? else { return Ok(Vec::new()) };
        let end = count.checked_mul(4).and_then(|length| start.checked_add(length)).ok_or(DAMAGED)?;
        if end > self.bytes.len() {
            return Err(DAMAGED.to_owned());
        }
        (0..count).map(|place| Self::at(self.bytes, offset(self.bytes, start + 4 * place)?)).collect()
    }
}

impl<'a, const WIDTH: usize> Numbers<'a, WIDTH> {
    pub fn len(&self) -> usize {
        self.0.len() / WIDTH
    }

    pub fn iter(&self) -> impl Iterator<Item = [u8; WIDTH]> + 'a {
        self.0.as_chunks::<WIDTH>().0.iter().copied()
    }
}

fn array<const WIDTH: usize>(bytes: &[u8], at: usize) -> Result<[u8; WIDTH], String> {
    let end = at.checked_add(WIDTH).ok_or(DAMAGED)?;
    bytes.get(at..end).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| DAMAGED.to_owned())
}

/// Where what stands at a place leads to.
fn offset(bytes: &[u8], at: usize) -> Result<usize, String> {
    let further = u32::from_le_bytes(array(bytes, at)?);
    at.checked_add(further as usize).ok_or_else(|| DAMAGED.to_owned())
}

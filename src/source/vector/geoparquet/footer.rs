//! The footer of a Parquet file whose schema names types that the decoder does not know, such as GEOMETRY: without these names
//! the columns are what their bytes are.

/// A footer that can be decoded.
pub(super) struct Footer {
    pub bytes: Vec<u8>,
    /// The columns of the type GEOMETRY or GEOGRAPHY, with the reference they state.
    pub geometries: Vec<(String, Option<String>)>,
}

/// The number of the first type that the decoder does not know: VARIANT, GEOMETRY, GEOGRAPHY.
const FIRST_UNKNOWN: i64 = 16;
const GEOMETRY: i64 = 17;

/// The footer of a file, from its last bytes.
pub(super) fn of_tail(tail: &[u8]) -> Option<Footer> {
    let rest = tail.strip_suffix(b"PAR1")?;
    let (rest, length) = rest.split_at_checked(rest.len().checked_sub(4)?)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let start = rest.len().checked_sub(length)?;
    known(&rest[start..])
}

/// A footer without the types that are not known.
fn known(footer: &[u8]) -> Option<Footer> {
    let mut reader = Compact { bytes: footer, at: 0 };
    let (mut cuts, mut geometries) = (Vec::new(), Vec::new());
    reader.fields(|reader, field, kind| {
        if (field, kind) != (2, LIST) {
            return reader.skip(kind);
        }
        let (count, element) = reader.list()?;
        for _ in 0..count {
            if element != STRUCT {
                reader.skip(element)?;
                continue;
            }
            let mut name = String::new();
            reader.fields(|reader, field, kind| match (field, kind) {
                (4, BINARY) => {
                    name = String::from_utf8_lossy(reader.binary()?).into_owned();
                    Some(())
                }
                (10, STRUCT) => {
                    // The header of this field is one byte, as it is the one after the ninth or eighth at most.
                    let start = reader.field_start;
                    let found = reader.union()?;
                    if found.0 >= FIRST_UNKNOWN {
                        cuts.push(start..reader.at);
                    }
                    if found.0 >= GEOMETRY {
                        geometries.push((name.clone(), found.1));
                    }
                    Some(())
                }
                _ => reader.skip(kind),
            })?;
        }
        Some(())
    })?;
    let mut bytes = Vec::with_capacity(footer.len());
    let mut at = 0;
    for cut in cuts {
        bytes.extend_from_slice(&footer[at..cut.start]);
        at = cut.end;
    }
    bytes.extend_from_slice(&footer[at..]);
    Some(Footer { bytes, geometries })
}

const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// The compact protocol of Thrift, as far as it is needed to pass over what is not looked at.
struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Compact<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn binary(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        Some((count, head & 15))
    }

    /// Each field of a struct: where it starts, its number and its type, whose value the closure passes.
    fn fields(&mut self, mut each: impl FnMut(&mut Field<'_, 'a>, i64, u8) -> Option<()>) -> Option<()> {
        let mut number = 0;
        loop {
            let field_start = self.at;
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            number = if head >> 4 == 0 { self.zigzag()? } else { number + i64::from(head >> 4) };
            each(&mut Field { reader: self, field_start }, number, head & 15)?;
        }
    }

    fn skip(&mut self, kind: u8) -> Option<()> {
        self.skip_within(kind, 0)
    }

    fn skip_within(&mut self, kind: u8, depth: usize) -> Option<()> {
        const MAX_NESTING: usize = 32;
        if depth > MAX_NESTING {
            return None;
        }
        match kind {
            1 | 2 => Some(()),
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => {
                self.at += 8;
                (self.at <= self.bytes.len()).then_some(())
            }
            BINARY => self.binary().map(drop),
            LIST | 10 => {
                let (count, element) = self.list()?;
                for _ in 0..count {
                    self.skip_element(element, depth)?;
                }
                Some(())
            }
            11 => {
                let count = self.varint()?;
                if count > 0 {
                    let kinds = self.byte()?;
                    for _ in 0..count {
                        self.skip_element(kinds >> 4, depth)?;
                        self.skip_element(kinds & 15, depth)?;
                    }
                }
                Some(())
            }
            STRUCT => self.fields(|field, _, kind| field.reader.skip_within(kind, depth + 1)),
            _ => None,
        }
    }

    /// Passes over a value in a list or a map, where a truth takes a byte and in a struct none.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Option<()> {
        if matches!(kind, 1 | 2) { self.byte().map(drop) } else { self.skip_within(kind, depth + 1) }
    }

    /// The number of the one member of a union, and the first text in it.
    fn union(&mut self) -> Option<(i64, Option<String>)> {
        let mut found = (0, None);
        self.fields(|field, number, kind| {
            found.0 = number;
            if kind != STRUCT {
                return field.reader.skip(kind);
            }
            field.reader.fields(|field, number, kind| match (number, kind) {
                (1, BINARY) => {
                    found.1 = Some(String::from_utf8_lossy(field.reader.binary()?).into_owned());
                    Some(())
                }
                _ => field.reader.skip(kind),
            })
        })?;
        Some(found)
    }
}

/// A field that is being passed.
struct Field<'r, 'a> {
    reader: &'r mut Compact<'a>,
    field_start: usize,
}

impl<'a> std::ops::Deref for Field<'_, 'a> {
    type Target = Compact<'a>;

    fn deref(&self) -> &Self::Target {
        self.reader
    }
}

impl std::ops::DerefMut for Field<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.reader
    }
}

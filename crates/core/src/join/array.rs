use std::fmt;
use std::ops::{Deref, Range};

use bytemuck::Pod;
use bytes::Bytes;

/// Numbers that an index is made of: its own, or some of the bytes it was saved as.
pub(super) enum Array<T> {
    Own(Vec<T>),
    /// Bytes that are known to be whole numbers of `T`, aligned.
    Shared(Bytes),
}

impl<T: Pod> Array<T> {
    /// The numbers at a range of bytes; none where they end before it, or it is cut or not aligned.
    pub(super) fn shared(bytes: &Bytes, range: Range<usize>) -> Option<Self> {
        bytemuck::try_cast_slice::<u8, T>(bytes.get(range.clone())?).ok()?;
        Some(Self::Shared(bytes.slice(range)))
    }
}

impl<T: Pod> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Own(own) => own,
            Self::Shared(bytes) => bytemuck::cast_slice(bytes),
        }
    }
}

impl<T> From<Vec<T>> for Array<T> {
    fn from(own: Vec<T>) -> Self {
        Self::Own(own)
    }
}

impl<T: Pod> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.len(), std::any::type_name::<T>())
    }
}

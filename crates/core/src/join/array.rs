use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::Mmap;

/// Numbers that an index is made of: its own, or those of a file that is mapped.
pub(super) enum Array<T> {
    Own(Vec<T>),
    /// Bytes of a file that are known to be whole numbers of `T`, aligned.
    Mapped(Arc<Mmap>, Range<usize>),
}

impl<T: Pod> Array<T> {
    /// The numbers at a range of bytes of a file; none where it is not in the file, or cut or not aligned.
    pub(super) fn mapped(file: &Arc<Mmap>, range: Range<usize>) -> Option<Self> {
        bytemuck::try_cast_slice::<u8, T>(file.get(range.clone())?).ok()?;
        Some(Self::Mapped(file.clone(), range))
    }
}

impl<T: Pod> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Own(own) => own,
            Self::Mapped(file, range) => bytemuck::cast_slice(&file[range.clone()]),
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

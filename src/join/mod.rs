//! The `join` room.

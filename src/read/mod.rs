//! The `read` room.

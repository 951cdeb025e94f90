//! The `stats` room.

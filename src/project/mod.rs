//! The `project` room.

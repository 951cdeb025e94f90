//! The `progress` room.

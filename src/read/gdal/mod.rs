//! GDAL: every vector format that is not read here, and PROJ.

mod encoding;
mod input;
mod output;
mod spatial;

pub use input::read;
pub use output::{can_write, write};
pub use spatial::{Projection, identify, is_geographic, is_metre_grid, is_same, make_valid};

/// Whether this build has GDAL.
pub const AVAILABLE: bool = true;

/// GDAL prints its complaints to stderr unless told otherwise; the last one stays with the error that it returns, and
/// the warnings of one call are kept for the caller's notes.
fn quiet() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        gdal::config::set_error_handler(|_, _, message| {
            COMPLAINTS.with_borrow_mut(|complaints| {
                if complaints.len() < 100 && !complaints.iter().any(|known| known == message) {
                    complaints.push(message.to_owned());
                }
            });
        });
    });
}

thread_local! {
    static COMPLAINTS: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What GDAL complained of on this thread since the last call.
fn complaints() -> Vec<String> {
    COMPLAINTS.with_borrow_mut(std::mem::take)
}

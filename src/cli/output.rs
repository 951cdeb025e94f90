//! Where results go: data to stdout, everything else to stderr.

use std::io::{ErrorKind, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use jiju::error::Result;
use jiju::read::{TableFormat, format_table, write_table};
use polars::prelude::DataFrame;

/// Writes bytes to stdout. A reader that has gone away is no error.
pub fn stdout(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(jiju::Error::file("write", "standard output")(error))
        }
        _ => Ok(()),
    }
}

/// Writes a table to a file, by its ending unless a format is given, or to stdout, for people unless a format is given.
pub fn table(frame: &DataFrame, format: Option<TableFormat>, output: Option<&Path>, inputs: &[&Path]) -> Result<()> {
    match output {
        Some(path) => {
            let format = match format {
                Some(format) => format,
                None => TableFormat::of(path)?,
            };
            write_table(frame, format, path, inputs)
        }
        None => stdout(&format_table(frame, format.unwrap_or(TableFormat::Table))?),
    }
}

/// A progress bar on stderr that appears once the work has taken a second; silent where stderr is no terminal.
pub struct Bar {
    bar: ProgressBar,
    started: std::time::Instant,
    shown: bool,
}

impl Bar {
    pub fn new() -> Self {
        Self { bar: ProgressBar::hidden(), started: std::time::Instant::now(), shown: false }
    }

    /// Tells what is being done and how far it is.
    pub fn step(&mut self, what: &str, done: u64, total: u64) {
        if !self.shown && self.started.elapsed().as_secs() >= 1 {
            self.bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg} {elapsed}") {
                self.bar.set_style(style);
            }
            self.shown = true;
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(what.to_owned());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

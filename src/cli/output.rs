//! Where results go: data to stdout, everything else to stderr.

use std::io::{ErrorKind, Write};
use std::sync::mpsc;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiju::declare::spelled;
use jiju::error::Result;
use jiju::measure::RunProgress;
use jiju::model::said;
use jiju::project::Unmade;

use super::operation::option_of;

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

/// Says a line on stderr. Where nobody can be told, the work goes on: it is what the program was asked for.
pub fn tell(line: &str) {
    // In one piece, so that lines of several programs do not run into each other.
    let _ = std::io::stderr().lock().write_all(format!("{}\n", said(line)).as_bytes());
}

/// Says each note on a line of stderr.
pub fn notes(notes: &[String]) {
    for note in spelled_notes(notes) {
        tell(&format!("note: {note}"));
    }
}

/// Says of each figure of a project that could not be made why, as an error is said that ends a command.
pub fn unmade(unmade: &[Unmade]) {
    for Unmade { message, hint, .. } in unmade {
        tell(&format!("error: {message}"));
        if let Some(hint) = hint {
            tell(&format!("hint: {hint}"));
        }
    }
}

/// The notes as the command line words them: each parameter that a note names is spelled as its option.
pub fn spelled_notes(notes: &[String]) -> Vec<String> {
    notes.iter().map(|note| spelled(note, option_of)).collect()
}

/// A progress bar on stderr for work that takes longer than a second; silent where stderr is no terminal.
///
/// Without known steps it is a spinner that says what is being done and for how long.
pub struct Bar {
    bar: ProgressBar,
    finished: Option<mpsc::Sender<()>>,
    shower: Option<std::thread::JoinHandle<()>>,
}

impl Bar {
    /// Begins to count the second.
    pub fn new(what: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(said(what));
        let (finished, wait) = mpsc::channel();
        let shown = bar.clone();
        let shower = std::thread::spawn(move || {
            if wait.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(100));
            }
        });
        Self { bar, finished: Some(finished), shower: Some(shower) }
    }

    /// Tells how many rows, or whatever is counted, are done, how fast, and how much of the whole they are.
    pub fn reached(&self, RunProgress { what, counted, done, size }: RunProgress) {
        if self.bar.length().is_none()
            && let Some(size) = size
            && let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {percent}% {msg} {elapsed}, {eta} left")
        {
            self.bar.set_style(style);
            self.bar.set_length(size);
        }
        self.bar.set_position(done);
        let elapsed_ms = u64::try_from(self.bar.elapsed().as_millis()).unwrap_or(u64::MAX);
        let per_second = counted.saturating_mul(1000) / elapsed_ms.max(1);
        let message = format!("{} {what}, {} {what}/s", HumanCount(counted), HumanCount(per_second));
        self.bar.set_message(message);
    }

    /// Tells what is being done and how far it is.
    pub fn step(&self, what: &str, done: u64, total: u64) {
        if self.bar.length().is_none()
            && let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {pos}/{len} {msg} {elapsed}")
        {
            self.bar.set_style(style);
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(said(what));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        drop(self.finished.take());
        if let Some(shower) = self.shower.take() {
            // It only waits and draws; what it may have met is of no interest any more.
            let _ = shower.join();
        }
        self.bar.finish_and_clear();
    }
}

//! Work on a thread of its own: Python's other threads go on meanwhile, Ctrl-C ends the wait, and progress is told.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::fault::{self, Raise as _};

/// How often a signal is looked for, and how often progress is told at most.
const BEAT: Duration = Duration::from_millis(50);

/// The stack of the thread that works, as that of a program's first thread.
const STACK_BYTES: usize = 8 << 20;

/// How far work is: what is being done, how much of it, and of how much, where that is known.
pub struct Reached {
    pub what: String,
    pub done: u64,
    pub total: Option<u64>,
}

enum Message<T> {
    Reached(Reached),
    Done(Result<jiju::Result<T>, Box<dyn Any + Send>>),
}

/// That nobody waits for the work any more.
struct Unwanted;

/// The threads that share the work of this process: those of a process that was forked off are not there in it.
fn pool() -> Option<Arc<ThreadPool>> {
    static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let process = std::process::id();
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, pool)) = &*pool
        && *owner == process
    {
        return Some(pool.clone());
    }
    let made = Arc::new(ThreadPoolBuilder::new().stack_size(STACK_BYTES).build().ok()?);
    // The pool of the process before this one has no threads here that could be ended.
    std::mem::forget(pool.replace((process, made.clone())));
    Some(made)
}

/// Does something on all threads while Python's other threads go on; what it borrows stays where it is.
pub fn beside<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    py.detach(|| match pool() {
        Some(pool) => pool.install(work),
        None => work(),
    })
}

/// Does work that may take long. `progress` is called with what is done, how far it is, and the whole or `None`; an exception in
/// it, or a signal such as Ctrl-C, ends the wait at once and the work at its next piece.
pub fn work<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    task: impl FnOnce(&mut dyn FnMut(Reached)) -> jiju::Result<T> + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = channel();
    let is_unwanted = Arc::new(AtomicBool::new(false));
    let (asks, tells) = (is_unwanted.clone(), progress.is_some());
    let thread = std::thread::Builder::new().name("jiju".to_owned()).stack_size(STACK_BYTES);
    let ends = sender.clone();
    let work = move || {
        let mut told: Option<Instant> = None;
        let mut tell = move |reached: Reached| {
            if asks.load(Ordering::Relaxed) {
                // Unwinds without a word: there is nobody to tell.
                resume_unwind(Box::new(Unwanted));
            }
            let is_last = reached.total.is_some_and(|total| reached.done >= total);
            if tells && (is_last || told.is_none_or(|told| told.elapsed() >= BEAT)) {
                told = Some(Instant::now());
                // Where nobody listens any more the next piece ends the work.
                let _ = sender.send(Message::Reached(reached));
            }
        };
        let done = catch_unwind(AssertUnwindSafe(move || match pool() {
            Some(pool) => pool.install(move || task(&mut tell)),
            None => task(&mut tell),
        }));
        let _ = ends.send(Message::Done(done));
    };
    thread
        .spawn(work)
        .map_err(|error| fault::raised(py, &jiju::Error::file("start a thread for", "the work")(error)))?;
    loop {
        let (message, given_back) = py.detach(move || (receiver.recv_timeout(BEAT), receiver));
        receiver = given_back;
        let interrupted = match message {
            Ok(Message::Done(Ok(done))) => return done.raise(py),
            Ok(Message::Done(Err(panic))) => return Err(fault::of_panic(py, &*panic)),
            Ok(Message::Reached(Reached { what, done, total })) => {
                progress.map_or(Ok(()), |progress| progress.call1((what, done, total)).map(|_| ()))
            }
            Err(RecvTimeoutError::Timeout) => py.check_signals(),
            Err(RecvTimeoutError::Disconnected) => return Err(fault::of_panic(py, &"the work ended without a word")),
        };
        if let Err(error) = interrupted.and_then(|()| py.check_signals()) {
            is_unwanted.store(true, Ordering::Relaxed);
            return Err(error);
        }
    }
}

//! Work on many pieces at once, whose results come in the order of the pieces.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use crate::error::Result;

/// Works on every piece that `next` gives, on so many threads, and hands the results to `take` in the order of the pieces.
///
/// So few pieces are under way at once, two for each thread, that memory stays bounded whatever their number. Each thread
/// has a state of its own, which are given back. `next` and `take` are never called twice at once.
///
/// # Errors
///
/// The first one in the order of the pieces, of `next`, `work` and `take` alike.
pub(super) fn in_order<Piece: Send, Done: Send, State: Send>(
    threads: usize,
    next: impl FnMut() -> Result<Option<Piece>> + Send,
    state: impl Fn() -> State + Sync,
    work: impl Fn(&mut State, Piece) -> Result<Done> + Sync,
    take: impl FnMut(Done) -> Result<()>,
) -> Result<Vec<State>> {
    let threads = threads.max(1);
    let source = Mutex::new(Source { next, pieces: 0, ended: false });
    let window = Window { taken: Mutex::new(Taken { pieces: 0, stopped: false }), moved: Condvar::new() };
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (sender, source, window, state, work) = (sender.clone(), &source, &window, &state, &work);
                scope.spawn(move || {
                    let _guard = StopOnPanic(window);
                    let mut state = state();
                    while let Some((number, piece)) = cut(source, window, 2 * threads as u64) {
                        let done = piece.and_then(|piece| work(&mut state, piece));
                        if sender.send((number, done)).is_err() {
                            break;
                        }
                    }
                    state
                })
            })
            .collect();
        drop(sender);
        // What takes may be a caller's, and unwind to end the work.
        let _guard = StopOnPanic(&window);
        let taken = take_all(&receiver, &window, take);
        window.stop();
        let joined = workers.into_iter().map(|worker| worker.join());
        let states = joined.map(|state| state.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect();
        taken.map(|()| states)
    })
}

/// The source from which pieces are cut.
struct Source<Next> {
    next: Next,
    pieces: u64,
    ended: bool,
}

/// The number of results that were taken, which limits how far ahead pieces are cut.
struct Window {
    taken: Mutex<Taken>,
    moved: Condvar,
}

struct Taken {
    pieces: u64,
    stopped: bool,
}

impl Window {
    fn change(&self, change: impl FnOnce(&mut Taken)) {
        change(&mut lock(&self.taken));
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.change(|taken| taken.stopped = true);
    }
}

/// Keeps the other threads from waiting for a piece that will never be done.
struct StopOnPanic<'a>(&'a Window);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// The next piece and its number, once it is less than so many pieces ahead of what is taken.
fn cut<Piece, Next: FnMut() -> Result<Option<Piece>>>(
    source: &Mutex<Source<Next>>,
    window: &Window,
    ahead: u64,
) -> Option<(u64, Result<Piece>)> {
    let mut source = lock(source);
    let waiting = |taken: &mut Taken| !taken.stopped && source.pieces >= taken.pieces + ahead;
    let taken = window.moved.wait_while(lock(&window.taken), waiting).unwrap_or_else(PoisonError::into_inner);
    if source.ended || taken.stopped {
        return None;
    }
    drop(taken);
    let piece = (source.next)().transpose();
    // Reading ends at the first error.
    source.ended = !matches!(piece, Some(Ok(_)));
    let number = source.pieces;
    source.pieces += 1;
    piece.map(|piece| (number, piece))
}

fn take_all<Done>(
    receiver: &mpsc::Receiver<(u64, Result<Done>)>,
    window: &Window,
    mut take: impl FnMut(Done) -> Result<()>,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut pieces = 0;
    for (number, done) in receiver {
        early.insert(number, done);
        while let Some(done) = early.remove(&pieces) {
            take(done?)?;
            pieces += 1;
            window.change(|taken| taken.pieces = pieces);
        }
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::error::ProjectError;

    fn fault(piece: u64) -> crate::Error {
        ProjectError::DoubledLayer { layer: piece.to_string() }.into()
    }

    /// Pieces `0..count`, of which some are slow.
    fn run(threads: usize, count: u64, fail: impl Fn(u64) -> bool + Sync) -> (Result<Vec<u64>>, Vec<u64>, u64) {
        let (mut cut, mut taken) = (0, Vec::new());
        let (under_way, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let sums = in_order(
            threads,
            || {
                let piece = (cut < count).then_some(cut);
                cut += 1;
                most.fetch_max(1 + under_way.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                Ok(piece)
            },
            || 0,
            |sum, piece| {
                if piece % 5 == 0 {
                    std::thread::sleep(Duration::from_millis(2));
                }
                *sum += piece;
                if fail(piece) { Err(fault(piece)) } else { Ok(piece) }
            },
            |piece| {
                under_way.fetch_sub(1, Ordering::SeqCst);
                taken.push(piece);
                Ok(())
            },
        );
        (sums, taken, most.into_inner())
    }

    #[test]
    fn results_come_in_order_and_few_are_under_way() {
        for threads in [1, 2, 3, 8] {
            let (sums, taken, most) = run(threads, 50, |_| false);
            let sums = sums.unwrap();
            assert_eq!(taken, (0..50).collect::<Vec<_>>());
            assert_eq!((sums.len(), sums.iter().sum::<u64>()), (threads, 49 * 25));
            assert!(most <= 2 * threads as u64 + 1, "{most}");
        }
        assert_eq!(run(4, 0, |_| false).1, [0; 0]);
    }

    #[test]
    fn the_first_error_is_told_and_ends_the_work() {
        for threads in [1, 2, 8] {
            let (sums, taken, _) = run(threads, 1000, |piece| piece == 7 || piece == 9);
            assert!(sums.unwrap_err().to_string().contains("`7`"));
            assert_eq!(taken, (0..7).collect::<Vec<_>>());
        }
        let mut calls = 0;
        let read = || {
            calls += 1;
            if calls > 3 { Err(fault(calls)) } else { Ok(Some(calls)) }
        };
        let states = in_order(4, read, || (), |(), piece| Ok(piece), |_| Ok(()));
        assert!(states.unwrap_err().to_string().contains("`4`"));
        assert_eq!(calls, 4);
    }

    #[test]
    fn a_result_that_cannot_be_taken_ends_the_work() {
        let mut cut = 0;
        let endless = || {
            cut += 1;
            Ok(Some(cut))
        };
        let states = in_order(
            3,
            endless,
            || (),
            |(), piece| Ok(piece),
            |piece| if piece < 5 { Ok(()) } else { Err(fault(piece)) },
        );
        assert!(states.unwrap_err().to_string().contains("`5`"));
        assert!(cut < 20);
    }

    #[test]
    #[should_panic(expected = "a fault of the program")]
    fn a_panic_ends_the_work() {
        let mut cut = 0;
        let endless = || {
            cut += 1;
            Ok(Some(cut))
        };
        let work = |_: &mut (), piece: u64| if piece == 3 { panic!("a fault of the program") } else { Ok(piece) };
        let _ = in_order(2, endless, || (), work, |_| Ok(()));
    }
}

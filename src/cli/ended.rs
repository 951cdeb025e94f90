//! What happens where the program is asked to end before its work is done.

/// From here on, a signal that asks the program to end removes its temporary files first; the exit status is then 128 and
/// the number of the signal: 130 for Ctrl-C, 143 for `kill`. A signal that the caller told it to ignore, as `nohup` does, is
/// ignored.
#[cfg(unix)]
pub fn clean_up_when_asked_to_end() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let ignored = ignored_signals();
    let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    // Without it the program ends as any other, and what it leaves the next run removes.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            jiju::source::discard_temporaries();
            // Without the clean-up of libraries, whose threads are still at work.
            signal_hook::low_level::exit(128 + signal);
        }
    });
}

/// The signals that the caller told the program to ignore, a bit for each, where the system says so.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Elsewhere the program ends as any other.
#[cfg(not(unix))]
pub fn clean_up_when_asked_to_end() {}

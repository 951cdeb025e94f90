//! What chance leaves of a number: intervals by drawing firms again, and tests of the difference between two dates.

mod agglomeration;
mod changes;
mod intervals;
mod nearness;

pub use agglomeration::bootstrapped_gamma;
pub use changes::{Change, ChangeOptions, PairedFirm, Plant, agglomeration_changes, quotient_changes};
pub use intervals::{bca_interval, bootstrapped_interval, percentile_interval};
pub use nearness::{PlacedFirm, bootstrapped_marcon_puech, marcon_puech_changes};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::concentration::Bootstrap;
use crate::error::StatsError;

/// A stream of chance of its own for each draw.
fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(number);
    generator
}

/// How often each of `count` firms is drawn where as many are drawn as there are, with replacement.
fn multiplicities(count: usize, seed: u64, number: u64) -> Vec<u32> {
    let mut generator = stream(seed, number);
    let mut times = vec![0; count];
    for _ in 0..count {
        times[generator.random_range(0..count)] += 1;
    }
    times
}

fn refuse_bootstrap(statistic: &'static str, bootstrap: &Bootstrap) -> Result<(), StatsError> {
    let refused = |option, found: String, expected: &str| {
        Err(StatsError::Option { statistic, option, found, expected: expected.to_owned() })
    };
    if bootstrap.replications == 0 {
        return refused("the number of replications", "0".to_owned(), "1 or more");
    }
    if !(bootstrap.confidence > 0.0 && bootstrap.confidence < 1.0) {
        return refused("confidence", bootstrap.confidence.to_string(), "a number between 0 and 1");
    }
    Ok(())
}

/// Refuses more numbers than are held at once.
fn refuse_numbers(statistic: &'static str, numbers: usize, replications: usize) -> Result<(), StatsError> {
    const MOST_NUMBERS: usize = 1 << 27;
    if numbers.saturating_mul(replications) <= MOST_NUMBERS {
        return Ok(());
    }
    Err(StatsError::Option {
        statistic,
        option: "the number of replications",
        found: format!("{replications} of {numbers} numbers"),
        expected: format!("at most {MOST_NUMBERS} numbers in all"),
    })
}

#[cfg(test)]
mod tests;

//! The stages of Shaoxing's plan for 2020, for tests that name them.

use jiju::model::Stage;
use jiju::progress::ProgressRow;

const fn at(position: usize) -> Stage {
    Stage::at(position).unwrap()
}

pub const LISTED: Stage = Stage::LISTED;
pub const SELF_CHECK: Stage = at(1);
pub const REVIEW: Stage = at(2);
pub const SPOT_CHECK: Stage = at(3);
pub const STAGES: [Stage; 4] = [LISTED, SELF_CHECK, REVIEW, SPOT_CHECK];

/// The words for them in files.
pub const KEYS: [&str; 4] = ["listed", "self_check", "review", "spot_check"];

/// The firms that passed each of them.
pub fn counts(row: &ProgressRow) -> [u64; 4] {
    STAGES.map(|stage| row.passed(stage))
}

//! The rules for registers, ledgers and areas. All problems are found in one pass, each with file, row, column, the
//! value found and the value expected; every row ends up either in the checked data or in the rejects.
//!
//! A row is rejected if its identity or its location cannot be used, because it could then be counted for the wrong
//! firm or in the wrong district. Everything else is a warning: the row is kept and the faulty cell is treated as
//! empty.
//!
//! | noun | rule | problem | severity |
//! | --- | --- | --- | --- |
//! | both | a row of sums: 合计, 小计, 总计; nothing else is checked in it | `sum_row` | reject |
//! | | a code that a spreadsheet has cut to 15 digits | `credit_code_cut` | reject |
//! | | an amount in a cell merged over several rows: it counts once, in the first | `shared_amount` | warning |
//! | register | neither a code nor a name | `missing_value` | reject |
//! | | a name but no code: a surrogate is made from name and address | `surrogate_id` | warning |
//! | | a code but no name | `missing_value` | warning |
//! | | a code in lower-case or full-width letters: read as capitals | `credit_code_character` | warning |
//! | | a code that does not have 18 characters | `credit_code_length` | reject |
//! | | a character that GB 32100-2015 does not allow | `credit_code_character` | reject |
//! | | the check character is wrong | `credit_code_check` | reject |
//! | | the id of an earlier row that was kept | `duplicate_id` | reject |
//! | | no coordinates: the firm has no location | `missing_value` | warning |
//! | | only one of the two coordinates | `missing_value` | reject |
//! | | a coordinate that is not a number | `unreadable_value` | reject |
//! | | both coordinates are 0 | `coordinate_zero` | reject |
//! | | latitude and longitude are swapped | `coordinate_swapped` | reject |
//! | | beyond 73–136° E, 3–54° N; in a grid: degrees, or beyond any grid of the Earth | `coordinate_range` | reject |
//! | | a datum that is unknown or cannot be transformed to that of the file | `unknown_datum` | reject |
//! | | a datum other than that of the file: the coordinates are converted | `datum_differs` | warning |
//! | | an industry code that is malformed or in no sector of the policy | `unknown_code` | warning |
//! | | a sector or declared district that is not in the policy | `unknown_code` | warning |
//! | | equipment or a ground, where it has a column of them, that is not in the policy | `unknown_code` | warning |
//! | | employees, output, tax, land or energy is unreadable or negative | `unreadable_value` | warning |
//! | territory | the firm stands in no district of the policy | `outside_territory` | reject |
//! | | the declared district is another one: the one where the firm stands counts | `district_differs` | warning |
//! | ledger | a missing id, programme or stage | `missing_value` | reject |
//! | | an id that is not in the register's file | `not_in_register` | reject |
//! | | a programme that is not in the policy | `unknown_code` | reject |
//! | | a stage that is not in the policy | `unknown_stage` | reject |
//! | | the enterprise and programme of an earlier row that was kept | `duplicate_entry` | reject |
//! | | a ground, deficit, equipment or measure that is not in the policy | `unknown_code` | warning |
//! | | a date that cannot be read | `unreadable_value` | warning |
//! | | listed ≤ self-check ≤ review ≤ spot check does not hold | `date_order` | warning |
//! | | the date of the claimed stage is empty, or a later stage has a date | `stage_without_date` | warning |
//! | | a stage was passed, and one before it, which all firms go through, has no date | `stage_skipped` | warning |
//! | | the district it states is not the one where the firm stands, which counts | `district_differs` | warning |
//! | | a date after the as-of date | `date_in_future` | warning |
//! | | no column for the date of a stage | `missing_value` | warning |
//! | | a district of the policy that has no area in the layer of districts | `quota_without_area` | warning |
//! | areas | a ring that is not valid | `invalid_geometry` | warning |
//! | | two areas of a layer overlap | `area_overlap` | warning |
//! | | a gap between neighbours that no area covers | `area_gap` | warning |
//!
//! If several rows have the same id, the first usable one is kept. A ledger entry of an enterprise that was rejected
//! from the register is kept, because the fault is already in the register's report.

mod areas;
mod cells;
mod checked;
mod ledger;
mod location;
mod register;
mod request;
mod terms;
mod territory;
mod whole;

pub use areas::{AreaRules, areas};
pub use checked::{Checked, Reject, in_table_order, rejects_frame, report_frame};
pub use ledger::{LedgerOptions, ledger};
pub use register::{RegisterOptions, SURROGATE_PREFIX, register, sector_named, sector_of_code};
pub use request::{CheckRequest, OfficeTables};
pub(crate) use terms::find_short as find_term;
pub use territory::{Territory, territory};
pub use whole::{CheckInputs, CheckOutcome, CheckedLedger, CheckedRegister, DISTRICT, Screening, check, write_rejects};
pub(crate) use whole::{check_register, needed, rejects_frames};

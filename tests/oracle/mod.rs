mod check_areas;
mod check_credit_code;
mod classify;
mod concentration;
mod locate;
mod policy_shaoxing_2020;
mod read_areas;
mod synth_truth;

mod check_areas;
mod check_credit_code;
mod policy_shaoxing_2020;
mod synth_truth;

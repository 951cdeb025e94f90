mod check_areas;
mod check_credit_code;
mod synth_truth;

mod check_areas;
mod check_fixture;
mod check_rows;
mod credit_code;
mod locate;
mod synth_towns;

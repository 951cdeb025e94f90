mod check_fixture;
mod check_rows;
mod credit_code;
mod locate;

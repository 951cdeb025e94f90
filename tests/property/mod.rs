pub mod check_fixture;

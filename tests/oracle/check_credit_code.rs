//! The rules of GB 32100-2015 against python-stdnum (`check_credit_code.py`).

use jiju::model::credit_code::{CreditCodeFault, verify};

#[test]
fn verdicts_agree_with_python_stdnum() {
    let mut reader = csv::Reader::from_reader(include_str!("check_credit_code.csv").as_bytes());
    let mut seen = 0;
    for row in reader.deserialize() {
        let (code, expected): (String, String) = row.unwrap();
        let verdict = match verify(&code) {
            Ok(()) => "valid",
            Err(CreditCodeFault::Length(_)) => "length",
            Err(CreditCodeFault::Character { .. }) => "character",
            Err(CreditCodeFault::Check { .. }) => "check",
        };
        assert_eq!(verdict, expected, "{code}");
        seen += 1;
    }
    assert_eq!(seen, 600);
}

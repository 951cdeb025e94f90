//! What the check character promises.

use jiju::model::credit_code::{CHARACTERS, CreditCodeFault, check_character, verify};
use proptest::prelude::*;

fn body() -> impl Strategy<Value = String> {
    prop::collection::vec(0..31_usize, 17)
        .prop_map(|places| places.into_iter().map(|place| CHARACTERS.chars().nth(place).unwrap()).collect())
}

proptest! {
    #[test]
    fn one_wrong_character_is_always_found(body in body(), place in 0..17_usize, shift in 1..31_usize) {
        let code = format!("{body}{}", check_character(&body).unwrap());
        prop_assert_eq!(verify(&code), Ok(()));
        let mut wrong: Vec<char> = code.chars().collect();
        let value = CHARACTERS.find(wrong[place]).unwrap();
        wrong[place] = CHARACTERS.chars().nth((value + shift) % 31).unwrap();
        let wrong: String = wrong.into_iter().collect();
        prop_assert!(matches!(verify(&wrong), Err(CreditCodeFault::Check { .. })), "{}", wrong);
    }

    #[test]
    fn neighbours_that_changed_places_are_always_found(body in body(), place in 0..16_usize) {
        let code = format!("{body}{}", check_character(&body).unwrap());
        let mut swapped: Vec<char> = code.chars().collect();
        swapped.swap(place, place + 1);
        let swapped: String = swapped.into_iter().collect();
        prop_assert_eq!(verify(&swapped).is_ok(), swapped == code);
    }

    #[test]
    fn any_text_gets_a_verdict(text in "\\PC{0,24}") {
        let _ = verify(&text);
    }
}

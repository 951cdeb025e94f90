//! What holds of a policy folder that somebody has spoilt.

use std::path::Path;

use jiju::Error;
use jiju::error::PolicyError;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const FILES: [&str; 12] = [
    "policy.toml",
    "blocks.csv",
    "deficits.csv",
    "departments.csv",
    "districts.csv",
    "equipment.csv",
    "grounds.csv",
    "industries.csv",
    "measures.csv",
    "quotas.csv",
    "sectors.csv",
    "stages.csv",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Bytes of a file are replaced by others: the folder is read or every fault has its file and what was expected.
    #[test]
    fn a_spoilt_folder_is_read_or_refused_with_its_faults(
        file in select(FILES.to_vec()),
        place in any::<Index>(),
        length in 0..40usize,
        insert in prop_oneof![
            select(vec!["", ",", "\"", "\n", "]", "[[programme]]\n", "18446744073709551615", "=", "\u{feff}", ";;"])
                .prop_map(|text| text.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..20),
        ],
    ) {
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy/shaoxing-2020");
        let copy = tempfile::tempdir().unwrap();
        for name in FILES.iter().chain(&["document.txt"]) {
            std::fs::copy(original.join(name), copy.path().join(name)).unwrap();
        }
        let mut bytes = std::fs::read(original.join(file)).unwrap();
        let start = place.index(bytes.len());
        bytes.splice(start..(start + length).min(bytes.len()), insert);
        std::fs::write(copy.path().join(file), bytes).unwrap();
        match jiju::policy::read(copy.path()) {
            Ok(policy) => {
                for programme in &policy.programmes {
                    let quotas = policy.quotas.iter().filter(|quota| quota.programme == programme.term.id);
                    prop_assert_eq!(quotas.map(|quota| quota.firms).sum::<u64>(), programme.city_quota);
                }
            }
            Err(Error::Policy(PolicyError::Faults { faults, .. })) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    // What is spoilt may be the name of the document itself.
                    let renamed = file == "policy.toml" && fault.found == "no such file";
                    let known = FILES.contains(&fault.file.as_str()) || fault.file == "document.txt";
                    prop_assert!(known || renamed, "{}", fault);
                    prop_assert!(!fault.found.is_empty() && !fault.expected.is_empty(), "{}", fault);
                }
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

//! Names from input as names of files.

use std::collections::BTreeSet;

use crate::source::sha256_of;

/// The most bytes of a part of a file's name: many file systems have room for 255, some for 143, and more stands around it.
const MOST_BYTES: usize = 96;

/// What Windows takes for a device, whatever ending follows.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Parts of file names made from names in the input: none leaves the folder, is too long or stands for two names.
#[derive(Debug, Default)]
pub(super) struct FileNames(BTreeSet<String>);

impl FileNames {
    /// The part of a file's name for a name that had none yet.
    ///
    /// Letters, digits and hyphens stay, everything else becomes `_`; a long name is cut, and a digest of the whole stands
    /// at its end.
    pub(super) fn stem(&mut self, name: &str) -> String {
        let kept = |one: char| if one.is_alphanumeric() || one == '-' { one } else { '_' };
        let mut stem: String = name.chars().map(kept).collect();
        let device = stem.to_lowercase();
        if stem.is_empty() || DEVICES.contains(&device.trim_end_matches(|last: char| last.is_ascii_digit())) {
            stem.push('_');
        }
        if stem.len() > MOST_BYTES {
            let end = (0..=MOST_BYTES).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or_default();
            stem.truncate(end);
            stem.extend(["-", &sha256_of(name.as_bytes())[..8]]);
        }
        // Some file systems do not tell capital letters from small ones.
        let numbers = std::iter::once(stem.clone()).chain((2_u64..).map(|number| format!("{stem}-{number}")));
        let free = numbers.into_iter().find(|stem| self.0.insert(stem.to_lowercase()));
        free.unwrap_or(stem.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_short_and_different() {
        let mut names = FileNames::default();
        let long = "区".repeat(300);
        let given = ["..", "a/b", "a_b", "A_B", "CON", "com1", "", "330602", &long, &format!("{long}x"), "柯桥区"];
        let stems: Vec<String> = given.iter().map(|name| names.stem(name)).collect();
        assert_eq!(stems[..8], ["__", "a_b", "a_b-2", "A_B-3", "CON_", "com1_", "_", "330602"]);
        assert!(stems.iter().all(|stem| stem.len() <= MOST_BYTES + 9), "{stems:?}");
        assert_eq!(stems.iter().collect::<BTreeSet<_>>().len(), stems.len());
        assert_eq!(stems[10], "柯桥区");
    }
}

//! Whatever the values, the scheme and the decimals: classes rise, no figure is printed in two of them, the figure at an
//! area is one of its class, and the counts add up to the areas.

use jiju::render::{ClassList, MapSpec, choropleth_classes};
use jiju::stats::Scheme;
use proptest::prelude::*;

/// Numbers as offices have them: whole, with ties, negative, tiny, huge, in percent, with the noise of arithmetic.
fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    let number = prop_oneof![
        4 => (0_u32..12).prop_map(f64::from),
        3 => (-1000_i32..1000).prop_map(|number| f64::from(number) / 100.0),
        2 => -1e3..1e3,
        1 => (0_i32..20).prop_map(|number| f64::from(number) * 1e9),
        1 => (0_i32..20).prop_map(|number| f64::from(number) / 30.0 * 3.0),
        1 => Just(-1e-16),
        1 => 0.0..1e-6,
    ];
    prop::collection::vec(prop::option::weighted(0.9, number), 1..60)
}

/// The numbers in a label or figure, in the unit they are printed in.
fn numbers(text: &str) -> Vec<f64> {
    let mut numbers = Vec::new();
    let mut word = String::new();
    for character in text.chars().chain([' ']) {
        match character {
            '0'..='9' | '.' => word.push(character),
            ',' => {}
            '−' if word.is_empty() => word.push('-'),
            _ => {
                numbers.extend(word.parse::<f64>());
                word.clear();
            }
        }
    }
    numbers
}

/// A text without its power of ten, which all texts of a map share.
fn bare(text: &str) -> String {
    text.split(" ")
        .map(|word| word.split("×10").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join(" ")
        .replace("×10", "")
}

/// The numbers of a label without powers of ten.
fn bounds(label: &str) -> Vec<f64> {
    let parts: Vec<String> = label.split('–').map(bare).collect();
    parts.iter().flat_map(|part| numbers(part)).collect()
}

fn check(list: &ClassList, values: &[Option<f64>], what: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(list.classes.iter().map(|class| class.areas).sum::<usize>(), values.len(), "{}", what);
    let ordered: Vec<&str> =
        list.classes.iter().filter(|class| class.ordered).map(|class| class.label.as_str()).collect();
    // Bounds rise strictly from class to class, and within one unless it is a single value.
    let printed: Vec<Vec<f64>> = ordered.iter().map(|label| bounds(label)).collect();
    let says_both = |label: &str| label.starts_with("超过");
    for (pair, labels) in printed.windows(2).zip(ordered.windows(2)) {
        let (below, above) = (pair[0].last().unwrap(), pair[1].first().unwrap());
        let rises = if says_both(labels[1]) { below <= above } else { below < above };
        prop_assert!(rises, "{}: {:?}", what, ordered);
    }
    for bounds in &printed {
        prop_assert!(bounds.len() <= 2 && bounds.windows(2).all(|pair| pair[0] < pair[1]), "{}: {:?}", what, ordered);
    }
    for (area, value) in values.iter().enumerate() {
        let class = list.of_area[area].unwrap();
        if value.is_none() {
            prop_assert!(!list.classes[class].ordered);
            continue;
        }
        let figure = numbers(&bare(&list.texts[area]))[0];
        let label = ordered[class];
        let is_in = match (&printed[class][..], label) {
            ([lower], label) if label.contains("超过") => figure > *lower,
            ([lower, upper], label) if label.contains("超过") => *lower < figure && figure <= *upper,
            ([upper], label) if label.contains("及以下") => figure <= *upper,
            ([lower], label) if label.contains("及以上") => figure >= *lower,
            ([only], _) => figure == *only || class == 0 && *only == 0.0 && figure <= 0.0,
            ([lower, upper], _) => *lower <= figure && figure <= *upper,
            _ => false,
        };
        prop_assert!(is_in, "{}: {} is printed in `{}` of {:?}", what, list.texts[area], label, ordered);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn classes_of_every_scheme_can_be_read(values in values(), count in 2_usize..9, decimals in prop::option::of(0_usize..4), percent: bool) {
        for scheme in Scheme::named() {
            let mut spec = MapSpec { decimals, percent, ..MapSpec::default() };
            spec.classes.scheme = scheme.clone();
            spec.classes.count = count;
            let Ok(list) = choropleth_classes(&spec, &values) else {
                prop_assert_eq!(&scheme, &Scheme::Geometric);
                continue;
            };
            check(&list, &values, &format!("{scheme}, {count}, {decimals:?}, {percent}, {values:?}"))?;
        }
    }

    #[test]
    fn classes_between_given_breaks_can_be_read(
        values in values(),
        breaks in prop::collection::btree_set(-40_i32..400, 1..6),
        fraction in prop::sample::select(vec![1.0, 4.0, 20.0, 100.0]),
        decimals in prop::option::of(0_usize..4),
        percent: bool,
    ) {
        let mut spec = MapSpec { decimals, percent, ..MapSpec::default() };
        spec.classes.breaks = breaks.into_iter().map(|bound| f64::from(bound) / fraction).collect();
        let list = choropleth_classes(&spec, &values).unwrap();
        check(&list, &values, &format!("{:?}, {decimals:?}, {percent}, {values:?}", spec.classes.breaks))?;
        prop_assert_eq!(list.classes.iter().filter(|class| class.ordered).count(), spec.classes.breaks.len() + 1);
    }
}

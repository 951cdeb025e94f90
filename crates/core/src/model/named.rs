//! Names of options: every enum that a caller may choose from by name is declared with [`named!`].

use strum::VariantNames;

use crate::error::StatsError;

/// An enum whose variants have names.
pub(crate) trait Named: VariantNames {
    /// What the enum chooses, for messages: `edge correction`.
    const WHAT: &'static str;
}

/// The error for a text that names no variant.
pub(crate) fn unknown<T: Named>(found: &str) -> StatsError {
    StatsError::UnknownName { what: T::WHAT, found: found.to_owned(), expected: T::VARIANTS.to_vec() }
}

/// Declares an enum without data whose variants are known by name, in kebab case where no other spelling is given.
///
/// The text before the enum says what it chooses and appears in error messages. Besides the usual derives the enum gets
/// `Display`, `FromStr` (whose error is [`StatsError::UnknownName`]), serde's two traits with the same names, the list `ALL`
/// and the method `name`.
macro_rules! named {
    (
        $what:literal;
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident { $($body:tt)* }
    ) => {
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
            ::strum::Display,
            ::strum::EnumString,
            ::strum::IntoStaticStr,
            ::strum::VariantArray,
            ::strum::VariantNames,
        )]
        #[serde(rename_all = "kebab-case")]
        #[strum(
            serialize_all = "kebab-case",
            parse_err_ty = $crate::error::StatsError,
            parse_err_fn = $crate::model::unknown::<Self>
        )]
        $(#[$attribute])*
        $visibility enum $name { $($body)* }

        impl $crate::model::Named for $name {
            const WHAT: &'static str = $what;
        }

        impl $name {
            /// All variants, in the order of their declaration.
            pub const ALL: &'static [Self] = <Self as ::strum::VariantArray>::VARIANTS;

            /// The name of the variant: the text that it is parsed from and shown as.
            #[must_use]
            pub fn name(self) -> &'static str {
                self.into()
            }
        }
    };
}

pub(crate) use named;

#[cfg(test)]
mod tests {
    use crate::stats::{Adjustment, ClusterChange, EdgeCorrection, Transform};

    #[test]
    fn names_are_read_as_they_are_shown() {
        for correction in EdgeCorrection::ALL {
            assert_eq!(correction.to_string().parse::<EdgeCorrection>().unwrap(), *correction);
            assert_eq!(serde_json::to_value(correction).unwrap(), correction.name());
        }
        for adjustment in Adjustment::ALL {
            let written = serde_json::to_value(adjustment).unwrap();
            assert_eq!(written.as_str().unwrap().parse::<Adjustment>().unwrap(), *adjustment);
            assert_eq!(adjustment.name().parse::<Adjustment>().unwrap(), *adjustment);
        }
        assert_eq!(ClusterChange::ALL.len(), 8);
    }

    #[test]
    fn short_names_of_transformations_are_read_in_either_case() {
        for (text, transform) in
            [("o", Transform::Original), ("W", Transform::Row), ("S", Transform::VarianceStabilising)]
        {
            assert_eq!(text.parse::<Transform>().unwrap(), transform);
        }
        assert_eq!(Transform::Row.to_string(), "r");
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_one() {
        let error = "isotropc".parse::<EdgeCorrection>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown edge correction `isotropc`, expected one of none, border, translation, isotropic"
        );
        assert_eq!(error.hint().unwrap(), "did you mean `isotropic`?");
    }
}

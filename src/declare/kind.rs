use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::{DeclaredReference, Distance, MetreGrid};

/// What kind of value a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// Yes or no; on the command line an option without a value.
    Flag,
    /// A whole number from 0.
    Whole,
    /// A number.
    Number,
    /// Any text.
    Text,
    /// The path of a file, or the name of something in memory.
    File,
    /// A day: `2020-09-30`.
    Date,
    /// A distance with its unit: `500m`, `2km`.
    Distance,
    /// A coordinate reference: `EPSG:n`, wgs84, cgcs2000, gcj02, bd09, or an equal-area projection as of
    /// [`ParameterKind::Grid`].
    Reference,
    /// A projected grid in metres: `EPSG:n`, `albers=SOUTH,NORTH,MERIDIAN`, `laea=LATITUDE,LONGITUDE`.
    Grid,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Text of a grammar, which is described in these words.
    Grammar(&'static str),
}

impl ParameterKind {
    /// The word for a value of the kind in help texts.
    #[must_use]
    pub const fn value_name(self) -> &'static str {
        match self {
            Self::Flag => "",
            Self::Whole => "N",
            Self::Number => "NUMBER",
            Self::Text | Self::Choice(_) | Self::Grammar(_) => "WORD",
            Self::File => "FILE",
            Self::Date => "DATE",
            Self::Distance => "DISTANCE",
            Self::Reference => "REFERENCE",
            Self::Grid => "GRID",
        }
    }
}

/// The type of a parameter.
pub trait ParameterType: Serialize + DeserializeOwned {
    /// Whether it is a list of values.
    const IS_LIST: bool = false;

    /// What kind of value it takes.
    fn kind() -> ParameterKind;

    /// One value from text.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    fn parse(text: &str) -> Result<Value, String>;

    /// Whether a value is of the type.
    ///
    /// # Errors
    ///
    /// What was found and expected.
    fn check(value: &Value) -> Result<(), String> {
        match serde_json::from_value::<Self>(value.clone()) {
            Ok(_) => Ok(()),
            Err(error) => Err(match Self::kind() {
                // The type's own message says what would do.
                ParameterKind::Distance
                | ParameterKind::Reference
                | ParameterKind::Grid
                | ParameterKind::Grammar(_) => error.to_string(),
                ParameterKind::Choice(words) => format!("found {value}, expected one of {}", words.join(", ")),
                kind => format!("found {value}, expected {}", expected(kind)),
            }),
        }
    }
}

const fn expected(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Flag => "true or false",
        ParameterKind::Whole => "a whole number",
        ParameterKind::Number => "a number",
        ParameterKind::File => "the path of a file",
        ParameterKind::Date => "a day such as 2020-09-30",
        _ => "text",
    }
}

fn parsed<T: FromStr<Err: Display> + Serialize>(text: &str) -> Result<Value, String> {
    let value: T = text.trim().parse().map_err(|error: T::Err| error.to_string())?;
    serde_json::to_value(value).map_err(|error| error.to_string())
}

macro_rules! plain {
    ($($kind:ident: $($type:ty),+;)+) => {$($(
        impl ParameterType for $type {
            fn kind() -> ParameterKind {
                ParameterKind::$kind
            }

            fn parse(text: &str) -> Result<Value, String> {
                parsed::<$type>(text)
            }
        }
    )+)+};
}

plain! {
    Flag: bool;
    Whole: u8, u32, u64, usize;
    Distance: Distance;
    Reference: DeclaredReference;
    Grid: MetreGrid;
}

impl ParameterType for f64 {
    fn kind() -> ParameterKind {
        ParameterKind::Number
    }

    fn parse(text: &str) -> Result<Value, String> {
        let number: Self = text.trim().parse().map_err(|_| format!("found `{text}`, expected a number"))?;
        serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| format!("found `{text}`, expected a finite number"))
    }
}

impl ParameterType for String {
    fn kind() -> ParameterKind {
        ParameterKind::Text
    }

    fn parse(text: &str) -> Result<Value, String> {
        Ok(Value::String(text.to_owned()))
    }
}

impl ParameterType for PathBuf {
    fn kind() -> ParameterKind {
        ParameterKind::File
    }

    fn parse(text: &str) -> Result<Value, String> {
        Ok(Value::String(text.to_owned()))
    }
}

impl ParameterType for NaiveDate {
    fn kind() -> ParameterKind {
        ParameterKind::Date
    }

    fn parse(text: &str) -> Result<Value, String> {
        let day: Self =
            text.trim().parse().map_err(|_| format!("found `{text}`, expected {}", expected(ParameterKind::Date)))?;
        Ok(Value::String(day.to_string()))
    }
}

impl<T: ParameterType> ParameterType for Option<T> {
    const IS_LIST: bool = T::IS_LIST;

    fn kind() -> ParameterKind {
        T::kind()
    }

    fn parse(text: &str) -> Result<Value, String> {
        T::parse(text)
    }

    fn check(value: &Value) -> Result<(), String> {
        if value.is_null() { Ok(()) } else { T::check(value) }
    }
}

impl<T: ParameterType> ParameterType for Vec<T> {
    const IS_LIST: bool = true;

    fn kind() -> ParameterKind {
        T::kind()
    }

    fn parse(text: &str) -> Result<Value, String> {
        T::parse(text)
    }

    fn check(value: &Value) -> Result<(), String> {
        match value {
            Value::Array(values) => values.iter().try_for_each(T::check),
            other => Err(format!("found {other}, expected a list")),
        }
    }
}

/// Makes enums with names parameters that are one of these names.
macro_rules! choice {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::declare::ParameterType for $type {
            fn kind() -> $crate::declare::ParameterKind {
                $crate::declare::ParameterKind::Choice(<$type as strum::VariantNames>::VARIANTS)
            }

            fn parse(text: &str) -> Result<serde_json::Value, String> {
                let value: $type = text.trim().parse().map_err(|_| {
                    format!("found `{text}`, expected one of {}", <$type as strum::VariantNames>::VARIANTS.join(", "))
                })?;
                serde_json::to_value(value).map_err(|error| error.to_string())
            }
        }
    )+};
}
pub(crate) use choice;

/// Makes types that are written as text of a grammar parameters.
macro_rules! text {
    ($($type:ty => $words:literal),+ $(,)?) => {$(
        impl $crate::declare::ParameterType for $type {
            fn kind() -> $crate::declare::ParameterKind {
                $crate::declare::ParameterKind::Grammar($words)
            }

            fn parse(text: &str) -> Result<serde_json::Value, String> {
                let value: $type = text.trim().parse().map_err(|error| format!("{error}"))?;
                serde_json::to_value(value).map_err(|error| error.to_string())
            }
        }
    )+};
}
pub(crate) use text;

choice!(
    crate::model::Language,
    crate::join::Contiguity,
    crate::stats::Adjustment,
    crate::stats::Alternative,
    crate::stats::BandwidthCriterion,
    crate::stats::CoefficientCovariance,
    crate::stats::CorrelogramStatistic,
    crate::stats::DensityCorrection,
    crate::stats::DensityKernel,
    crate::stats::Divisor,
    crate::stats::DrawnFrom,
    crate::stats::EdgeCorrection,
    crate::stats::ErrorShape,
    crate::stats::Islands,
    crate::stats::KernelFunction,
    crate::stats::LocalKernel,
    crate::stats::LocationQuantity,
    crate::stats::GlobalBand,
    crate::stats::NullModel,
    crate::stats::ScanRates,
    crate::stats::Transform,
);

text!(
    crate::stats::Scheme => "a scheme of classes: quantile, box-plot:3, breaks:1,2,5 …",
    crate::stats::DensityBandwidth => "scott, silverman, cross-validation, or a distance: 500m",
);

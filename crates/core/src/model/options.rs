//! Options of functions: structs with `Default` that may gain fields, so that other crates make them with methods.

/// Gives an options struct a method `with_<field>` for each field that is listed, which returns the options with another value.
macro_rules! with_fields {
    ($name:ident { $($method:ident($field:ident: $type:ty);)+ }) => {
        impl $name {
            $(
                #[doc = concat!("Returns these options with another value of `", stringify!($field), "`.")]
                #[must_use]
                pub fn $method(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )+
        }
    };
}
pub(crate) use with_fields;

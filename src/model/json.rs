//! JSON values in which no number is lost: what is not finite is the word `NaN`, `Infinity` or `-Infinity`, never a null
//! that would read as a missing value.

use std::fmt::Display;

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Map, Value};

/// Returns a number as JSON: a number, or a word for what is not finite.
///
/// # Examples
///
/// ```
/// use jiju::model::json;
/// assert_eq!(json::number(0.5).to_string(), "0.5");
/// assert_eq!(json::number(f64::NEG_INFINITY).to_string(), "\"-Infinity\"");
/// ```
#[must_use]
pub fn number(number: f64) -> Value {
    match serde_json::Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::from("NaN"),
        None if number > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}

/// Returns a value as JSON, with numbers as [`number`] gives them and a missing value as null.
///
/// # Errors
///
/// Fails for maps whose keys are neither text nor a plain value.
///
/// # Examples
///
/// ```
/// use jiju::model::json;
/// assert_eq!(json::value(&[Some(1.0), None, Some(f64::NAN)]).unwrap().to_string(), r#"[1.0,null,"NaN"]"#);
/// ```
pub fn value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    value.serialize(Words)
}

/// Returns what a program of ours says as JSON, with numbers as [`number`] gives them.
///
/// A value that cannot be JSON, which no type of this crate is, becomes a text that says why.
pub(crate) fn told<T: Serialize + ?Sized>(said: &T) -> Value {
    value(said).unwrap_or_else(|error| Value::from(error.to_string()))
}

/// Makes JSON of a value, or an object of `"key": value`, as the macro of `serde_json` does, which makes a null of what is
/// not finite.
macro_rules! json {
    ({ $($key:tt: $value:expr),* $(,)? }) => {
        serde_json::Value::Object(serde_json::Map::from_iter([
            $((String::from($key), $crate::model::json::told(&$value))),*
        ]))
    };
    ($value:expr) => { $crate::model::json::told(&$value) };
}
pub(crate) use json;

struct Words;

/// A list or the fields of a struct, as far as they have been written.
#[derive(Default)]
struct Compound {
    list: Vec<Value>,
    fields: Map<String, Value>,
    key: Option<String>,
    /// The variant of an enum that the fields are of.
    variant: &'static str,
}

impl Compound {
    fn insert<T: Serialize + ?Sized>(&mut self, key: &str, field: &T) -> Result<(), Error> {
        self.fields.insert(key.to_owned(), value(field)?);
        Ok(())
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, plain: $type) -> Result<Value, Error> { Ok(Value::from(plain)) })*
    };
}

impl Serializer for Words {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Compound;
    type SerializeTuple = Compound;
    type SerializeTupleStruct = Compound;
    type SerializeTupleVariant = Compound;
    type SerializeMap = Compound;
    type SerializeStruct = Compound;
    type SerializeStructVariant = Compound;

    plain! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_str: &str
    }

    fn serialize_f32(self, single: f32) -> Result<Value, Error> {
        // The shortest decimals of a single are others than those of its double.
        Ok(single.to_string().parse().map_or_else(|_| number(f64::from(single)), Value::Number))
    }

    fn serialize_f64(self, double: f64) -> Result<Value, Error> {
        Ok(number(double))
    }

    fn serialize_char(self, letter: char) -> Result<Value, Error> {
        Ok(Value::from(letter.to_string()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, Error> {
        Ok(Value::from(bytes.to_vec()))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, some: &T) -> Result<Value, Error> {
        value(some)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<Value, Error> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, inner: &T) -> Result<Value, Error> {
        value(inner)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        inner: &T,
    ) -> Result<Value, Error> {
        Ok(of_variant(variant, value(inner)?))
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Compound, Error> {
        Ok(Compound::default())
    }

    fn serialize_tuple(self, _length: usize) -> Result<Compound, Error> {
        Ok(Compound::default())
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Compound, Error> {
        Ok(Compound::default())
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound, Error> {
        Ok(Compound { variant, ..Compound::default() })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Compound, Error> {
        Ok(Compound::default())
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Compound, Error> {
        Ok(Compound::default())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Compound, Error> {
        Ok(Compound { variant, ..Compound::default() })
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<Value, Error> {
        Ok(Value::from(text.to_string()))
    }
}

fn of_variant(variant: &str, fields: Value) -> Value {
    Value::Object(Map::from_iter([(variant.to_owned(), fields)]))
}

/// What takes items one by one, and what it makes of them in the end.
macro_rules! of_items {
    ($($kind:ident :: $method:ident => $end:expr;)*) => {
        $(impl $kind for Compound {
            type Ok = Value;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
                self.list.push(value(item)?);
                Ok(())
            }

            fn end(self) -> Result<Value, Error> {
                let whole: fn(Self) -> Value = $end;
                Ok(whole(self))
            }
        })*
    };
}

of_items! {
    SerializeSeq::serialize_element => |all| Value::Array(all.list);
    SerializeTuple::serialize_element => |all| Value::Array(all.list);
    SerializeTupleStruct::serialize_field => |all| Value::Array(all.list);
    SerializeTupleVariant::serialize_field => |all| of_variant(all.variant, Value::Array(all.list));
}

/// What takes fields by their names, and what it makes of them in the end.
macro_rules! of_fields {
    ($($kind:ident => $end:expr;)*) => {
        $(impl $kind for Compound {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, field: &T) -> Result<(), Error> {
                self.insert(key, field)
            }

            fn end(self) -> Result<Value, Error> {
                let whole: fn(Self) -> Value = $end;
                Ok(whole(self))
            }
        })*
    };
}

of_fields! {
    SerializeStruct => |all| Value::Object(all.fields);
    SerializeStructVariant => |all| of_variant(all.variant, Value::Object(all.fields));
}

impl SerializeMap for Compound {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(match value(key)? {
            Value::String(key) => key,
            plain @ (Value::Number(_) | Value::Bool(_)) => plain.to_string(),
            other => return Err(Error::custom(format!("found the key {other}, expected text"))),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, field: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.insert(&key, field)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Object(self.fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Statistic {
        z: f64,
        p: Vec<Option<f64>>,
        single: f32,
        places: (u64, i8),
        kind: Kind,
    }

    #[derive(serde::Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        TwoSided,
        Fixed(f64),
        Band(f64, u8),
        Ring { inner: f64 },
    }

    #[test]
    fn finite_values_are_those_of_serde_json_and_others_are_words() {
        let of =
            |z: f64| Statistic { z, p: vec![Some(0.1), None], single: 0.25, places: (1, -2), kind: Kind::TwoSided };
        assert_eq!(value(&of(2.0)).unwrap(), serde_json::to_value(of(2.0)).unwrap());
        for kind in [Kind::Fixed(0.5), Kind::Band(1.0, 2), Kind::Ring { inner: 3.0 }] {
            assert_eq!(value(&kind).unwrap(), serde_json::to_value(kind).unwrap());
        }
        for (z, word) in [(f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity"), (f64::NAN, "NaN")] {
            assert_eq!(value(&of(z)).unwrap()["z"], word);
            assert_eq!(serde_json::to_value(of(z)).unwrap()["z"], Value::Null);
        }
        let numbered = std::collections::BTreeMap::from([(1, 2)]);
        assert_eq!(value(&numbered).unwrap(), serde_json::to_value(&numbered).unwrap());
        assert!(value(&std::collections::BTreeMap::from([([1, 2], 2)])).is_err());
    }

    #[test]
    fn the_macro_writes_what_that_of_serde_json_does_but_for_what_is_not_finite() {
        #[expect(clippy::disallowed_macros, reason = "what ours is held against")]
        let theirs = serde_json::json!({ "n": 3, "of": ["a", "b"], "none": None::<f64>, "z": 0.5 });
        assert_eq!(json!({ "n": 3, "of": ["a", "b"], "none": None::<f64>, "z": 0.5 }), theirs);
        assert_eq!(json!({}).to_string(), "{}");
        assert_eq!(json!([f64::NAN, 1.0]).to_string(), r#"["NaN",1.0]"#);
    }
}

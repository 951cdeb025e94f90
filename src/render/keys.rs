//! The keys of a specification: which there are, which are given, and on which kinds of figure each has an effect.
//!
//! Each kind of specification has one table of [`KeyRule`]s. A key that is given and has no effect on the figure is
//! refused: nothing is accepted and ignored.

use std::cell::Cell;

use serde::de::value::{Error as Stop, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer as _, MapAccess, Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};
use strum::IntoEnumIterator;

use crate::error::RenderError;

/// A row of the table of effects.
#[derive(Debug)]
pub(super) struct KeyRule<K: 'static, N: 'static> {
    /// Keys, or sections that stand for all of their keys; the longest that fits a key decides.
    pub(super) keys: &'static [&'static str],
    /// The kinds of figure on which they have an effect.
    pub(super) kinds: &'static [K],
    /// The further conditions, all of which must hold.
    pub(super) needs: &'static [N],
    /// The kinds of figure on which they choose among the data of a project, and have no effect if it is drawn of tables.
    pub(super) of_project: &'static [K],
}

/// A specification whose keys have their effects in a table.
pub(super) trait KeyedSpec: Serialize + Default + 'static {
    /// The kind of figure.
    type Kind: Copy + PartialEq + IntoEnumIterator + Into<&'static str> + 'static;
    /// A further condition on which keys have an effect.
    type Need: Copy + 'static;
    /// The table of effects.
    const RULES: &'static [KeyRule<Self::Kind, Self::Need>];

    fn kind(&self) -> Self::Kind;

    /// Returns the defaults, with every optional section present.
    fn with_all_sections() -> Self;

    /// Returns whether a condition holds for a key.
    fn meets(&self, need: Self::Need, key: &str) -> bool;

    /// Returns the words for a condition, after “only”.
    fn words(need: Self::Need) -> &'static str;
}

/// Refuses the first given key that has no effect on the specification's kind of figure.
pub(super) fn refuse_without_effect<S: KeyedSpec>(spec: &S) -> Result<(), RenderError> {
    let kind: &'static str = spec.kind().into();
    for key in given(spec)? {
        let Some(rule) = rule_of::<S>(&key) else { continue };
        let has_kind = rule.kinds.contains(&spec.kind());
        let unmet = rule.needs.iter().find(|need| !spec.meets(**need, &key));
        if has_kind && unmet.is_none() {
            continue;
        }
        let named = |kind: &S::Kind| -> String { Into::<&'static str>::into(*kind).to_owned() };
        return Err(RenderError::KeyWithoutEffect {
            kind: kind.to_owned(),
            only: unmet.filter(|_| has_kind).map(|need| S::words(*need)),
            kinds: if has_kind { Vec::new() } else { rule.kinds.iter().map(named).collect() },
            effective: effective_beside(spec, &key),
            key,
        });
    }
    Ok(())
}

/// Returns a warning, to show to the user, about the given keys that choose among the data of a project, for a figure
/// that is drawn of tables; `None` if there are none.
pub(super) fn of_project_warning<S: KeyedSpec>(spec: &S) -> Result<Option<String>, RenderError> {
    let is_of_project = |key: &String| rule_of::<S>(key).is_some_and(|rule| rule.of_project.contains(&spec.kind()));
    let keys: Vec<String> = given(spec)?.into_iter().filter(is_of_project).map(|key| format!("`{key}`")).collect();
    let has = if keys.len() == 1 { "has" } else { "have" };
    Ok((!keys.is_empty())
        .then(|| format!("{} of the specification {has} an effect on a figure of a project only", keys.join(", "))))
}

/// Returns the keys with an effect: those of the same section if there are any, else keys and sections of the first level.
fn effective_beside<S: KeyedSpec>(spec: &S, key: &str) -> Vec<String> {
    let has_effect = |rule: &KeyRule<S::Kind, S::Need>, key: &str| {
        rule.kinds.contains(&spec.kind()) && rule.needs.iter().all(|need| spec.meets(*need, key))
    };
    let all: Vec<&'static str> =
        S::RULES.iter().flat_map(|rule| rule.keys.iter().filter(|key| has_effect(rule, key))).copied().collect();
    if let Some((section, _)) = key.rsplit_once('.') {
        let within = |known: &&&str| known.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
        let siblings: Vec<String> = all.iter().filter(within).map(|key| (*key).to_owned()).collect();
        if !siblings.is_empty() {
            return siblings;
        }
    }
    let mut first: Vec<String> = Vec::new();
    for key in all {
        let level = key.split('.').next().unwrap_or(key);
        if !first.iter().any(|known| known == level) {
            first.push(level.to_owned());
        }
    }
    first
}

/// Returns the row of the table for a key: the one with the longest key or section that fits.
fn rule_of<S: KeyedSpec>(key: &str) -> Option<&'static KeyRule<S::Kind, S::Need>> {
    let fits = |known: &str| key.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let longest =
        |rule: &&KeyRule<S::Kind, S::Need>| rule.keys.iter().filter(|known| fits(known)).map(|known| known.len()).max();
    S::RULES.iter().filter(|rule| longest(rule).is_some()).max_by_key(longest)
}

/// Returns the keys whose values differ from the defaults, and the optional sections that are present.
fn given<S: KeyedSpec>(spec: &S) -> Result<Vec<String>, RenderError> {
    fn add(own: &toml::Table, all: &toml::Table, usual: Option<&toml::Table>, path: &str, given: &mut Vec<String>) {
        for (key, value) in own {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let is_usual = usual.is_some_and(|usual| usual.contains_key(key));
            match (value, all.get(key)) {
                (toml::Value::Table(own), Some(toml::Value::Table(all))) => {
                    if !is_usual {
                        given.push(path.clone());
                    }
                    add(own, all, usual.and_then(|usual| usual.get(key)).and_then(toml::Value::as_table), &path, given);
                }
                (value, known) if known != Some(value) => given.push(path),
                _ => {}
            }
        }
    }
    let table = |spec: &S| {
        toml::Table::try_from(spec).map_err(|error| RenderError::Specification {
            file: "the specification".to_owned(),
            line: None,
            message: error.to_string(),
        })
    };
    let mut keys = Vec::new();
    add(&table(spec)?, &table(&S::with_all_sections())?, Some(&table(&S::default())?), "", &mut keys);
    Ok(keys)
}

/// Returns the names of the fields of the struct at a path of fields within `T`; `None` if there is no struct.
pub(super) fn fields<T: DeserializeOwned>(path: &[&'static str]) -> Option<&'static [&'static str]> {
    let found = Cell::new(None);
    // The probe stops with an error in any case: what it found on its way is the answer.
    let _ = T::deserialize(Probe { path, found: &found });
    found.get()
}

/// A source of data that gives none, and notes which fields a struct asks for.
struct Probe<'a> {
    path: &'a [&'static str],
    found: &'a Cell<Option<&'static [&'static str]>>,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Stop> {
        Err(Stop::custom("no data"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match self.path.split_first() {
            None => {
                self.found.set(Some(fields));
                Err(Stop::custom("no data"))
            }
            Some((field, path)) => visitor.visit_map(OneField { field: Some(field), path, found: self.found }),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A struct of which one field is given.
struct OneField<'a> {
    field: Option<&'static str>,
    path: &'a [&'static str],
    found: &'a Cell<Option<&'static [&'static str]>>,
}

impl<'de> MapAccess<'de> for OneField<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        let field: Option<StrDeserializer<'static, Stop>> = self.field.take().map(|field| field.into_deserializer());
        field.map(|field| seed.deserialize(field)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        seed.deserialize(Probe { path: self.path, found: self.found })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every key of a specification, sections that have keys of their own among them.
    pub(crate) fn all<T: DeserializeOwned>() -> Vec<String> {
        fn add<T: DeserializeOwned>(path: &mut Vec<&'static str>, keys: &mut Vec<String>) {
            for field in fields::<T>(path).unwrap_or_default() {
                path.push(field);
                keys.push(path.join("."));
                add::<T>(path, keys);
                path.pop();
            }
        }
        let mut keys = Vec::new();
        add::<T>(&mut Vec::new(), &mut keys);
        keys
    }

    /// Asserts that the table of a specification has a row for each of its keys, and names no other.
    pub(in crate::render) fn assert_complete<S: KeyedSpec + DeserializeOwned>() {
        let all = all::<S>();
        for key in &all {
            let has_keys = all.iter().any(|other| other.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')));
            assert!(has_keys || rule_of::<S>(key).is_some(), "`{key}` has no row");
        }
        let named: Vec<&str> = S::RULES.iter().flat_map(|rule| rule.keys).copied().collect();
        for (position, key) in named.iter().enumerate() {
            assert!(all.iter().any(|known| known == key), "`{key}` is no key");
            assert!(!named[..position].contains(key), "`{key}` has two rows");
        }
    }

    #[test]
    fn fields_are_found_through_options_and_sections() {
        use crate::render::{MapSpec, Theme};
        assert!(fields::<MapSpec>(&[]).unwrap().contains(&"kind"));
        assert!(fields::<MapSpec>(&["symbols", "classes"]).unwrap().contains(&"breaks"));
        assert_eq!(fields::<MapSpec>(&["theme"]), fields::<Theme>(&[]));
        assert_eq!((fields::<MapSpec>(&["filter"]), fields::<MapSpec>(&["title"])), (None, None));
    }
}

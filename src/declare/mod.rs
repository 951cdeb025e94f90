//! How the parameters of an operation are declared: once, for every door.
//!
//! A struct with the attribute [`parameters`] lists its fields as [`Parameter`]s: name, documentation, type, default. The
//! command line makes its options from the list, the project file its keys, the reference its pages; and every door turns
//! what was given into the struct by [`from_map`], which refuses what no parameter is called, what is of the wrong kind,
//! and what does not go together.
//!
//! Messages name a parameter between the marks ‹ and ›; [`spelled`] puts a door's own spelling in their place.

mod kind;
mod parameter;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use jiju_macros::parameters;
pub use kind::{ParameterKind, ParameterType};
pub(crate) use kind::{choice, text};
pub use parameter::Parameter;

use crate::error::{ParameterError, ParameterFault, Result, near_miss};

/// A struct whose fields are parameters.
pub trait Parameters: Clone + Default + Serialize + DeserializeOwned {
    /// What the struct is for, from its documentation comment.
    const ABOUT: &'static str;

    /// The parameters, in the order of the fields.
    fn parameters() -> Vec<Parameter>;
}

/// A list of parameters in which one is altered: for a struct that flattens another and is stricter about one of its
/// parameters.
#[must_use]
pub fn altered(mut parameters: Vec<Parameter>, name: &str, alter: fn(Parameter) -> Parameter) -> Vec<Parameter> {
    let position = parameters.iter().position(|parameter| parameter.name == name);
    debug_assert!(position.is_some(), "no parameter is called {name}");
    if let Some(position) = position {
        let parameter = parameters.remove(position);
        parameters.insert(position, alter(parameter));
    }
    parameters
}

/// The values that parameters have where nothing is given; those without one are left out.
#[must_use]
pub fn defaults<P: Parameters>() -> Map<String, Value> {
    named(&P::default())
}

/// The parameters as a map from their names, from which [`from_map`] makes the same again. Those that are not given are left
/// out, and those whose default does not act beside what is given.
#[must_use]
pub fn to_map<P: Parameters>(parameters: &P) -> Map<String, Value> {
    let (mut map, defaults) = (named(parameters), defaults::<P>());
    for parameter in P::parameters() {
        for other in parameter.excludes {
            if map.contains_key(parameter.name) && map.contains_key(other) {
                let is_default = |name: &str| map.get(name) == defaults.get(name);
                let idle = [other, parameter.name].into_iter().find(|name| is_default(name));
                idle.and_then(|name| map.shift_remove(name));
            }
        }
    }
    map
}

fn named<P: Parameters>(parameters: &P) -> Map<String, Value> {
    let Ok(Value::Object(mut map)) = serde_json::to_value(parameters) else { return Map::new() };
    let is_given = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    map.retain(|_, value| is_given(value));
    map
}

/// A struct of parameters from what was given by name.
///
/// # Errors
///
/// [`ParameterError`] with every fault: names that no parameter has, values of the wrong kind, required parameters that are
/// missing, and parameters that do not go together.
pub fn from_map<P: Parameters>(operation: &str, given: Map<String, Value>) -> Result<P> {
    let known = P::parameters();
    let mut faults = Vec::new();
    let mut map = Map::new();
    for (name, value) in given {
        let Some(parameter) = known.iter().find(|parameter| parameter.is_called(&name)) else {
            let names = known.iter().map(|parameter| parameter.name);
            let near = near_miss(&name, names.clone()).map(str::to_owned);
            faults.push(ParameterFault::Unknown { found: name, near, available: names.map(str::to_owned).collect() });
            continue;
        };
        match (parameter.check)(&value) {
            Ok(()) if map.contains_key(parameter.name) => {
                faults.push(ParameterFault::Twice { parameter: parameter.name.to_owned() });
            }
            Ok(()) => {
                map.insert(parameter.name.to_owned(), value);
            }
            Err(message) => faults.push(ParameterFault::Value { parameter: parameter.name.to_owned(), message }),
        }
    }
    faults.extend(disagreements(&known, &map));
    if faults.is_empty() {
        match serde_json::from_value(Value::Object(map)) {
            Ok(parameters) => return Ok(parameters),
            Err(error) => faults.push(ParameterFault::Whole { message: error.to_string() }),
        }
    }
    Err(ParameterError { operation: operation.to_owned(), faults }.into())
}

/// Required parameters that are missing, and given ones that do not go together.
fn disagreements(known: &[Parameter], map: &Map<String, Value>) -> Vec<ParameterFault> {
    let mut faults = Vec::new();
    for parameter in known {
        let name = || parameter.name.to_owned();
        if !map.contains_key(parameter.name) {
            if parameter.is_required {
                faults.push(ParameterFault::Missing { parameter: name() });
            }
            continue;
        }
        for other in parameter.needs.iter().filter(|other| !map.contains_key(**other)) {
            faults.push(ParameterFault::Needs { parameter: name(), other: (*other).to_owned() });
        }
        for other in parameter.excludes.iter().filter(|other| map.contains_key(**other)) {
            faults.push(ParameterFault::Excludes { parameter: name(), other: (*other).to_owned() });
        }
    }
    faults
}

/// A message with the names of parameters, which stand between the marks ‹ and ›, spelled as a door spells them.
///
/// # Examples
///
/// ```
/// use jiju::declare::spelled;
/// let option = |name: &str| format!("--{}", name.replace('_', "-"));
/// assert_eq!(spelled("give ‹knn› or ‹distance_band›", option), "give --knn or --distance-band");
/// ```
#[must_use]
pub fn spelled(message: &str, spell: impl Fn(&str) -> String) -> String {
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('‹') {
        let Some((name, behind)) = after.split_once('›') else { break };
        text.push_str(before);
        text.push_str(&spell(name));
        rest = behind;
    }
    text.push_str(rest);
    text
}

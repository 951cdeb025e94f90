//! The arguments of commands, made from declarations: an option or a value by itself for each parameter.

use std::fmt;
use std::marker::PhantomData;

use clap::builder::ValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use jiju::declare::{Parameter, ParameterKind, Parameters, defaults, from_map};
use jiju::error::Result;
use serde_json::{Map, Value};

/// What was given of a struct of parameters, as a group of arguments that a command flattens.
pub struct Declared<P> {
    given: Map<String, Value>,
    kind: PhantomData<fn() -> P>,
}

impl<P: Parameters> Declared<P> {
    /// The struct, for a command of this name.
    pub fn read(self, command: &str) -> Result<P> {
        from_map(command, self.given)
    }

    /// The names of the parameters that were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.given.keys().map(String::as_str)
    }
}

impl<P> fmt::Debug for Declared<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Declared").field(&self.given).finish()
    }
}

impl<P: Parameters> FromArgMatches for Declared<P> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { given: given(&P::parameters(), matches), kind: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.given.extend(given(&P::parameters(), matches));
        Ok(())
    }
}

impl<P: Parameters> Args for Declared<P> {
    fn augment_args(command: Command) -> Command {
        command.args(arguments(&P::parameters(), &defaults::<P>()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The arguments for parameters with these defaults.
pub fn arguments(parameters: &[Parameter], defaults: &Map<String, Value>) -> Vec<Arg> {
    parameters.iter().map(|parameter| argument(parameter, defaults.get(parameter.name))).collect()
}

fn argument(parameter: &Parameter, default: Option<&Value>) -> Arg {
    let mut help = parameter.summary();
    if let ParameterKind::Choice(words) = parameter.kind
        && !help.contains("[default")
    {
        help = format!("{help}: {}", words.join(", "));
    }
    if let Some(default) = default.filter(|_| !help.contains("[default")) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // A list as it is given: its values with commas between them.
        let text = match default {
            Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
            value => text(value),
        };
        help = format!("{help} [default: {text}]");
    }
    let mut argument = Arg::new(parameter.name).help(help).required(parameter.is_required);
    if !parameter.is_positional {
        argument = argument.long(parameter.name.replace('_', "-"));
        for alias in &parameter.aliases {
            argument = argument.alias(alias.replace('_', "-"));
        }
    }
    if let Some(letter) = parameter.letter {
        argument = argument.short(letter);
    }
    if let Some(heading) = parameter.help_heading {
        argument = argument.help_heading(heading);
    }
    if parameter.kind == ParameterKind::Flag {
        return argument.action(ArgAction::SetTrue);
    }
    // Of values that stand by themselves, what each is tells more than that it is a file.
    let value_name = match parameter.is_positional && parameter.value_name == parameter.kind.value_name() {
        true => parameter.name.to_uppercase(),
        false => parameter.value_name.to_owned(),
    };
    let parse = parameter.parse;
    argument = argument.value_name(value_name).value_parser(ValueParser::from(move |text: &str| parse(text)));
    if let Some(bare) = parameter.bare_value {
        argument = argument.num_args(0..=1).default_missing_value(bare);
    }
    match parameter.is_list {
        true if parameter.has_commas => argument.action(ArgAction::Append).value_delimiter(','),
        true => argument.action(ArgAction::Append),
        false => argument.action(ArgAction::Set),
    }
    .allow_negative_numbers(parameter.kind == ParameterKind::Number)
}

/// What was given on the command line, by the names of the parameters.
pub fn given(parameters: &[Parameter], matches: &ArgMatches) -> Map<String, Value> {
    let mut map = Map::new();
    for parameter in parameters {
        if matches.value_source(parameter.name) != Some(ValueSource::CommandLine) {
            continue;
        }
        let value = match (parameter.kind, parameter.is_list) {
            (ParameterKind::Flag, _) => Value::Bool(matches.get_flag(parameter.name)),
            (_, true) => Value::Array(matches.get_many(parameter.name).into_iter().flatten().cloned().collect()),
            (_, false) => matches.get_one::<Value>(parameter.name).cloned().unwrap_or_default(),
        };
        map.insert(parameter.name.to_owned(), value);
    }
    map
}

use serde_json::Value;

use super::{ParameterKind, ParameterType};

/// A parameter: everything a door needs to ask for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, in snake case: the key in a project file, and the option of the command line with hyphens in place of
    /// underscores.
    pub name: &'static str,
    /// Other names under which it is accepted.
    pub aliases: Vec<&'static str>,
    /// The short option of the command line.
    pub letter: Option<char>,
    /// What it is, from its documentation comment.
    pub about: &'static str,
    /// The word for its value in help texts.
    pub value_name: &'static str,
    /// What kind of value it takes.
    pub kind: ParameterKind,
    /// Whether it takes a list of values.
    pub is_list: bool,
    /// Whether the values of a list may be separated by commas in one text.
    pub has_commas: bool,
    /// Whether a value must be given.
    pub is_required: bool,
    /// Whether its value stands by itself on the command line.
    pub is_positional: bool,
    /// The value that stands for the option without one.
    pub bare_value: Option<&'static str>,
    /// The heading under which help texts list it.
    pub help_heading: Option<&'static str>,
    /// Parameters that must be given with it.
    pub needs: Vec<&'static str>,
    /// Parameters that must not be given with it.
    pub excludes: Vec<&'static str>,
    /// A value from text.
    pub parse: fn(&str) -> Result<Value, String>,
    /// Whether a value is of its type; what is wrong with it where it is not.
    pub check: fn(&Value) -> Result<(), String>,
}

impl Parameter {
    /// A parameter of a type.
    #[must_use]
    pub fn with_type<T: ParameterType>(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            aliases: Vec::new(),
            letter: None,
            about,
            value_name: T::kind().value_name(),
            kind: T::kind(),
            is_list: T::IS_LIST,
            has_commas: false,
            is_required: false,
            is_positional: false,
            bare_value: None,
            help_heading: None,
            needs: Vec::new(),
            excludes: Vec::new(),
            parse: T::parse,
            check: T::check,
        }
    }

    /// Whether it goes by a name: its own or another one; hyphens count as underscores.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.replace('-', "_");
        self.name == name || self.aliases.contains(&name.as_str())
    }

    /// The first paragraph of what it is, without the full stop at its end.
    #[must_use]
    pub fn summary(&self) -> String {
        let paragraph: Vec<&str> = self.about.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        paragraph.join(" ").trim_end_matches('.').to_owned()
    }

    /// Sets the word for its value.
    #[must_use]
    pub fn value(mut self, word: &'static str) -> Self {
        self.value_name = word;
        self
    }

    /// Adds another name.
    #[must_use]
    pub fn alias(mut self, name: &'static str) -> Self {
        self.aliases.push(name);
        self
    }

    /// Sets the short option.
    #[must_use]
    pub fn short(mut self, letter: char) -> Self {
        self.letter = Some(letter);
        self
    }

    /// Makes it required.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Lets its value stand by itself.
    #[must_use]
    pub fn positional(mut self) -> Self {
        self.is_positional = true;
        self
    }

    /// Lets values of a list be separated by commas.
    #[must_use]
    pub fn comma(mut self) -> Self {
        self.has_commas = true;
        self
    }

    /// Adds a parameter that must be given with it.
    #[must_use]
    pub fn requires(mut self, other: &'static str) -> Self {
        self.needs.push(other);
        self
    }

    /// Adds a parameter that must not be given with it.
    #[must_use]
    pub fn conflicts(mut self, other: &'static str) -> Self {
        self.excludes.push(other);
        self
    }

    /// Sets the value that stands for the option without one.
    #[must_use]
    pub fn if_bare(mut self, value: &'static str) -> Self {
        self.bare_value = Some(value);
        self
    }

    /// Sets the heading of help texts.
    #[must_use]
    pub fn heading(mut self, heading: &'static str) -> Self {
        self.help_heading = Some(heading);
        self
    }
}

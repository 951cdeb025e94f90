#![expect(clippy::disallowed_macros, reason = "texts and hashes, no numbers that may not be finite")]

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use jiju::declare::{Parameter, ParameterKind};
use jiju::error::Result;
use jiju::measure::{Declaration, OPERATIONS};
use serde_json::{Value, json};

use super::{Answer, output};

/// List the operations with their parameters, as every door takes them
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Only the operation of this name
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A line for each operation
    Table,
    /// An array of objects, for programs
    Json,
    /// The page docs/operations.md
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  jiju operations
  jiju operations local-moran --format json
  jiju operations --format markdown";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let wanted = |operation: &&Declaration| arguments.name.as_ref().is_none_or(|name| name == operation.name);
    let operations: Vec<&Declaration> = OPERATIONS.iter().filter(wanted).collect();
    if operations.is_empty() {
        return Err(jiju::error::ProjectError::Unknown {
            what: "operation",
            found: arguments.name.unwrap_or_default(),
            available: OPERATIONS.iter().map(|operation| operation.name.to_owned()).collect(),
        }
        .into());
    }
    let text = match arguments.format {
        Form::Table => operations.iter().map(|one| format!("{:<40}{}\n", command(one), one.summary)).collect(),
        Form::Json => {
            let list: Vec<Value> = operations.iter().map(|operation| object(operation)).collect();
            format!("{:#}\n", Value::Array(list))
        }
        Form::Markdown => markdown(&operations),
    };
    output::stdout(text.as_bytes())?;
    Ok(Answer::Yes)
}

fn command(operation: &Declaration) -> String {
    let group = operation.group.map(|group| format!("{group} ")).unwrap_or_default();
    format!("jiju {group}{}", operation.name)
}

fn kind(parameter: &Parameter) -> (&'static str, Vec<&'static str>) {
    match parameter.kind {
        ParameterKind::Flag => ("boolean", Vec::new()),
        ParameterKind::Whole => ("whole number", Vec::new()),
        ParameterKind::Number => ("number", Vec::new()),
        ParameterKind::File => ("file or name", Vec::new()),
        ParameterKind::Date => ("day", Vec::new()),
        ParameterKind::Distance => ("distance", Vec::new()),
        ParameterKind::Reference => ("reference", Vec::new()),
        ParameterKind::Grid => ("metre grid", Vec::new()),
        ParameterKind::Choice(words) => ("word", words.to_vec()),
        ParameterKind::Grammar(words) => (words, Vec::new()),
        _ => ("text", Vec::new()),
    }
}

fn object(operation: &Declaration) -> Value {
    let defaults = (operation.defaults)();
    let parameters: Vec<Value> = (operation.parameters)()
        .iter()
        .map(|parameter| {
            let (kind, choices) = kind(parameter);
            json!({
                "name": parameter.name,
                "aliases": parameter.aliases,
                "type": kind,
                "choices": choices,
                "list": parameter.is_list,
                "required": parameter.is_required,
                "default": defaults.get(parameter.name),
                "requires": parameter.needs,
                "conflicts": parameter.excludes,
                "about": parameter.about,
            })
        })
        .collect();
    let parts: Vec<Value> = operation
        .parts
        .iter()
        .map(|part| json!({ "name": part.name, "layer": part.is_layer, "about": part.about }))
        .collect();
    json!({
        "name": operation.name,
        "doors": {
            "command": command(operation),
            "project": format!("[[analysis]] operation = \"{}\"", operation.name),
        },
        "summary": operation.summary,
        "definition": operation.definition,
        "about": operation.about,
        "parameters": parameters,
        "parts": parts,
    })
}

/// The page of the reference: an entry for each operation, made from the declarations.
fn markdown(operations: &[&Declaration]) -> String {
    let mut page = String::from(
        "# Operations\n\nEach operation is declared once; the command line, the `[[analysis]]` tables of a project file and this page are \
         made from the declaration. On the command line a parameter is an option with hyphens (`--min-points`), in a project \
         file a key (`min_points = 20`). With `--project jiju.toml` a command is run as an analysis of that project: where no table is given it is \
         the checked register, layers and analyses go by their names, and sectors and snapping are the project's. This page is written by `jiju operations --format markdown`.\n\n| operation | command | answers |\n| --- | --- | --- |\n",
    );
    for operation in operations {
        let _ =
            writeln!(page, "| [`{0}`](#{0}) | `{1}` | {2} |", operation.name, command(operation), operation.summary);
    }
    for operation in operations {
        let _ = write!(page, "\n## {}\n\n{}\n\n", operation.name, operation.about);
        let _ = writeln!(page, "Definition: `{}`", operation.definition);
        if !operation.remarks.is_empty() {
            let _ = write!(page, "\n{}\n", operation.remarks);
        }
        let defaults = (operation.defaults)();
        page.push_str("\n| parameter | type | default | meaning |\n| --- | --- | --- | --- |\n");
        for parameter in (operation.parameters)() {
            let (kind, choices) = kind(&parameter);
            let kind = if choices.is_empty() { kind.to_owned() } else { choices.join(", ") };
            let kind = if parameter.is_list { format!("list of: {kind}") } else { kind };
            let default = match defaults.get(parameter.name) {
                Some(Value::String(text)) => format!("`{text}`"),
                Some(value) => format!("`{value}`"),
                None if parameter.is_required => "required".to_owned(),
                None => "–".to_owned(),
            };
            let summary = parameter.summary().replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | {kind} | {default} | {summary} |", parameter.name);
        }
        for part in operation.parts {
            let kind = if part.is_layer { "layer" } else { "table" };
            let _ = writeln!(page, "\nAlso gives the {kind} `{}`: {}.", part.name, part.about);
        }
        if !operation.examples.is_empty() {
            let group = operation.group.map(|group| format!("{group} ")).unwrap_or_default();
            page.push_str("\n```sh\n");
            for example in operation.examples {
                let _ = writeln!(page, "jiju {group}{example}");
            }
            page.push_str("```\n");
        }
    }
    page
}

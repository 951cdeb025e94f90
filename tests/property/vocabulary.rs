//! One vocabulary: a word is one concept, of one type and with one default, in every operation and command.

use std::collections::{BTreeMap, BTreeSet};

use jiju::check::CheckRequest;
use jiju::declare::{Parameter, ParameterKind, Parameters, defaults};
use jiju::measure::OPERATIONS;
use jiju::progress::ProgressRequest;
use jiju::project::{
    AtlasRequest, ChartRequest, DiffRequest, DossierRequest, EvaluateRequest, FigureForm, InitRequest, MapRequest,
    PageChanges, ProjectChanges, ProofRequest, QueryRequest, RunRequest, SampleRequest, SheetForm,
};
use jiju::source::{ConvertOptions, IndexRequest};
use jiju::synth::SynthRequest;
use serde_json::{Map, Value};

use crate::cli::help::commands_of;
use crate::cli::{jiju, repository};

/// Commands that take nothing that others take: what they do stands in a file, or is about the program.
const WITHOUT_PARAMETERS: [&str; 3] = ["operations", "replay", "completions"];

/// What a command takes.
struct Declared {
    name: &'static str,
    parameters: Vec<Parameter>,
    defaults: Map<String, Value>,
}

fn command<P: Parameters>(name: &'static str) -> Declared {
    Declared { name, parameters: P::parameters(), defaults: defaults::<P>() }
}

/// A command that takes a second struct of parameters, for the form of what it writes.
fn with_form<P: Parameters, F: Parameters>(name: &'static str) -> Declared {
    let Declared { mut parameters, mut defaults, .. } = command::<P>(name);
    let form = command::<F>(name);
    parameters.extend(form.parameters);
    defaults.extend(form.defaults);
    Declared { name, parameters, defaults }
}

/// The operations, and the commands that are none.
fn declared() -> Vec<Declared> {
    let operations = OPERATIONS.iter().map(|operation| Declared {
        name: operation.name,
        parameters: (operation.parameters)(),
        defaults: (operation.defaults)(),
    });
    operations
        .chain([
            command::<CheckRequest>("check"),
            command::<ProgressRequest>("progress"),
            with_form::<MapRequest, FigureForm>("map"),
            with_form::<AtlasRequest, SheetForm>("atlas"),
            with_form::<ChartRequest, FigureForm>("chart"),
            command::<SampleRequest>("sample"),
            command::<DiffRequest>("diff"),
            command::<EvaluateRequest>("evaluate"),
            command::<QueryRequest>("query"),
            command::<PageChanges>("page"),
            command::<RunRequest>("run"),
            command::<ProjectChanges>("report"),
            command::<DossierRequest>("dossier"),
            command::<ProofRequest>("proof"),
            command::<InitRequest>("init"),
            command::<ConvertOptions>("convert"),
            command::<IndexRequest>("index"),
            command::<SynthRequest>("synth"),
        ])
        .collect()
}

/// Words whose default differs between operations or commands, and why.
const OWN_DEFAULTS: [(&str, &str); 5] = [
    ("min_points", "of a whole district's firms five stand together nearly anywhere"),
    ("simulations", "a statistic says something without them; what is localised only they say"),
    ("seed", "of sample data that with which those of the repository were made"),
    ("adjust", "of few lags Holm's, which holds for any; of many units the false discovery rate"),
    ("statistic", "each operation has the one it is mostly asked for"),
];

/// Words whose type differs between operations, and why.
const OWN_TYPES: [(&str, &str); 12] = [
    ("count", "of a table of counts its column; of a join whether points are counted"),
    ("sheet", "of register and ledger once, or once for each"),
    ("encoding", "of register and ledger once, or once for each"),
    ("areas", "concentration takes several layers in one pass"),
    ("area_id", "once, or once for each layer"),
    ("area_name", "once, or once for each layer"),
    ("areas_crs", "once, or once for each layer"),
    ("areas_encoding", "once, or once for each layer"),
    ("layer", "once, or once for each layer"),
    ("bandwidth", "of a density also the rule that finds one"),
    ("per", "what a row of the result can be differs between operations"),
    ("statistic", "those that an operation can compute"),
];

fn kind(parameter: &Parameter) -> String {
    let one = match parameter.kind {
        ParameterKind::Choice(words) => words.join(", "),
        ParameterKind::Grammar(words) => words.to_owned(),
        other => format!("{other:?}").to_lowercase(),
    };
    if parameter.is_list { format!("list of {one}") } else { one }
}

fn default(one: &Declared, parameter: &Parameter) -> String {
    match one.defaults.get(parameter.name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None if parameter.is_required => "required".to_owned(),
        None => "–".to_owned(),
    }
}

#[derive(Default)]
struct Word {
    types: BTreeSet<String>,
    defaults: BTreeSet<String>,
    aliases: BTreeSet<String>,
    operations: BTreeSet<&'static str>,
    about: String,
}

fn words() -> BTreeMap<&'static str, Word> {
    let mut words: BTreeMap<&'static str, Word> = BTreeMap::new();
    for operation in declared() {
        for parameter in &operation.parameters {
            let word = words.entry(parameter.name).or_default();
            word.types.insert(kind(parameter));
            word.defaults.insert(default(&operation, parameter));
            word.aliases.extend(parameter.aliases.iter().map(|alias| (*alias).to_owned()));
            word.operations.insert(operation.name);
            if word.about.is_empty() {
                word.about = parameter.summary();
            }
        }
    }
    words
}

/// The page of the vocabulary, as the declarations have it.
fn page() -> String {
    let mut page = String::from(
        "# Vocabulary\n\nThe words of all operations, and of the commands that are none. A word is one concept, of one type and with one default, wherever it occurs; a test holds \
         this table against the declarations. On the command line a word is an option with hyphens, in a project file a key. Other \
         spellings are accepted as well.\n\n| word | concept | type | default | other spellings | operations and commands |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, word) in words() {
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join("; ");
        let operations = match word.operations.len() {
            count if count > 4 => format!("{count}"),
            _ => word.operations.iter().copied().collect::<Vec<_>>().join(", "),
        };
        let cells = [list(&word.types), list(&word.defaults), list(&word.aliases), operations];
        let about = word.about.split(" [default").next().unwrap_or_default().to_owned();
        let row = [vec![format!("`{name}`"), about], cells.to_vec()].concat();
        page.push_str(&format!(
            "| {} |\n",
            row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | ")
        ));
    }
    page
}

#[test]
fn a_word_has_one_type_and_one_default() {
    let mut faults = Vec::new();
    for (name, word) in words() {
        let may = |list: &[(&str, &str)]| list.iter().any(|(other, _)| *other == name);
        if word.types.len() > 1 && !may(&OWN_TYPES) {
            faults.push(format!("`{name}` is of several types: {:?}", word.types));
        }
        // A parameter that some operations require and others leave open has one default where it has one.
        let stated: BTreeSet<_> = word.defaults.iter().filter(|one| *one != "required" && *one != "–").collect();
        if stated.len() > 1 && !may(&OWN_DEFAULTS) {
            faults.push(format!("`{name}` has several defaults: {stated:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_command_declares_what_it_takes() {
    let declared: BTreeSet<&str> = declared().iter().map(|one| one.name).collect();
    let groups: BTreeSet<&str> = OPERATIONS.iter().filter_map(|operation| operation.group).collect();
    let undeclared = commands_of(&jiju(["--help"]).stdout).into_iter().filter(|command| {
        let command = command.as_str();
        !declared.contains(command) && !groups.contains(command) && !WITHOUT_PARAMETERS.contains(&command)
    });
    assert_eq!(undeclared.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn names_of_an_operation_do_not_collide() {
    let mut operations = BTreeSet::new();
    for operation in declared() {
        assert!(operations.insert(operation.name), "two operations are called {}", operation.name);
        let mut names = BTreeSet::new();
        for parameter in &operation.parameters {
            for name in std::iter::once(&parameter.name).chain(&parameter.aliases) {
                assert!(names.insert(*name), "{}: two parameters are called {name}", operation.name);
            }
            assert!(!parameter.about.is_empty(), "{}: {} has no documentation", operation.name, parameter.name);
        }
        let known = &operation.parameters;
        for parameter in known {
            for other in parameter.needs.iter().chain(&parameter.excludes) {
                let is_known = known.iter().any(|one| one.name == *other);
                assert!(is_known, "{}: {} speaks of {other}, which there is not", operation.name, parameter.name);
            }
        }
    }
}

#[test]
fn the_table_is_that_of_the_declarations() {
    let path = repository("docs/vocabulary.md");
    let page = page();
    if std::env::var_os("JIJU_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/vocabulary.md is not what the declarations say: look at the new words, then `make bless`"
    );
}

#[test]
fn defaults_are_what_a_door_may_give() {
    // What `Default` holds, a door can give: so a manifest, which holds every parameter, can be run again.
    for operation in declared() {
        for parameter in &operation.parameters {
            if let Some(value) = operation.defaults.get(parameter.name) {
                (parameter.check)(value)
                    .unwrap_or_else(|fault| panic!("{}: {}: {fault}", operation.name, parameter.name));
            }
        }
    }
}

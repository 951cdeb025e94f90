//! The door to the operations: their declarations become commands, what is given becomes their parameters, and what they
//! come to is written.

#![expect(clippy::disallowed_macros, reason = "texts and hashes, no numbers that may not be finite")]

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Args as _, Command, FromArgMatches as _};
use jiju::error::{Error, ProjectError, Result};
use jiju::measure::{Declaration, OPERATIONS, Outcome, OutcomeLayer, Part, Prepared};
use jiju::model::DeclaredReference;
use jiju::project;
use jiju::source::{
    TableFormat, database_bytes, database_note, features_bytes, format_table, islands_in_gwt_note, raster_bytes,
    refuse_outputs, rows_of_features, sha256, sha256_of, weights_bytes, write_features, write_table, write_to_database,
};
use polars::prelude::DataFrame;
use serde_json::{Value, json};

use super::arguments::{arguments, given};
use super::output::{self, Bar};
use super::{Answer, options};

/// The groups that operations stand in: name, line for the list of commands, examples.
const GROUPS: [(&str, &str, &[&str]); 3] = [
    (
        "stats",
        "Measure whether near values are alike, where, and how points are spread",
        &[
            "stats moran towns.csv --value rate --weights towns.gal --format json",
            "stats local-moran towns.csv --value rate --weights towns.gal -o clusters.csv",
        ],
    ),
    (
        "cluster",
        "Find clusters of points, areas with more cases than expected, and regions of areas that are alike",
        &[
            "cluster dbscan firms.csv --radius 500m --min-points 10 -o members.csv --hulls hulls.geojson",
            "cluster scan towns.csv --cases retired --population firms --format json",
            "cluster skater towns.csv --values rate,output --areas towns.geojson --contiguity queen -k 8 -o regions.csv",
            "cluster match members-2019.csv members-2020.csv --id id",
        ],
    ),
    (
        "grid",
        "Make cells over areas or points: squares, hexagons, a quadtree, H3; areas like any others",
        &[
            "grid hexagon --areas districts.geojson --cell 2km -o hexagons.geojson",
            "grid square firms.csv --cell 500m -o squares.geojson",
            "grid quadtree firms.csv --areas districts.geojson --min-points 50 --clip -o cells.geojson",
        ],
    ),
];

/// The option that names a project.
const PROJECT: &str = "project";

/// The narrowest terminal that examples are laid out for, in columns.
const TERMINAL_WIDTH: usize = 80;

/// The command line with a command for each operation.
pub fn with_operations(mut command: Command) -> Command {
    for (group, about, examples) in GROUPS {
        let own: Vec<&Declaration> = OPERATIONS.iter().filter(|operation| operation.group == Some(group)).collect();
        if own.is_empty() {
            continue;
        }
        let fill = |command: Command| command.subcommands(own.iter().map(|operation| command_of(operation)));
        command = if command.find_subcommand(group).is_some() {
            command.mut_subcommand(group, fill)
        } else {
            let mut help = examples_text("", examples);
            help.push_str(&format!("\n  jiju {group} <name> --help"));
            let whole = Command::new(group).about(about).after_help(help).subcommand_required(true);
            command.subcommand(fill(whole.arg_required_else_help(true)))
        };
    }
    command.subcommands(OPERATIONS.iter().filter(|operation| operation.group.is_none()).map(command_of))
}

/// The operation that was asked for, with what was given to it.
pub fn asked_for(matches: &ArgMatches) -> Option<(&'static Declaration, &ArgMatches)> {
    let (name, own) = matches.subcommand()?;
    let is = |group: Option<&str>, name: &str| {
        OPERATIONS.iter().find(|operation| operation.group == group && operation.name == name)
    };
    match own.subcommand() {
        Some((inner, inner_matches)) => Some((is(Some(name), inner)?, inner_matches)),
        None => Some((is(None, name)?, own)),
    }
}

/// How the command line spells a parameter.
pub fn option_of(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

/// The examples of a help. One that is too long for a narrow terminal goes on after a backslash, so that it runs as it is
/// printed.
fn examples_text(group: &str, examples: &[&str]) -> String {
    let mut help = "Examples:".to_owned();
    for example in examples {
        let mut line = format!("\n  jiju {group}");
        for (position, option) in example.split(" -").enumerate() {
            let option = if position == 0 { option.to_owned() } else { format!(" -{option}") };
            // The line break at its start, and room for the backslash at its end.
            if line.len() + option.len() + 2 > TERMINAL_WIDTH + 1 {
                help.push_str(&line);
                help.push_str(" \\");
                line = "\n     ".to_owned();
            }
            line.push_str(&option);
        }
        help.push_str(&line);
    }
    help
}

fn command_of(operation: &Declaration) -> Command {
    let defaults = (operation.defaults)();
    let group = operation.group.map(|group| format!("{group} ")).unwrap_or_default();
    let mut remarks = String::new();
    if !operation.remarks.is_empty() {
        remarks = format!("{}\n\n", operation.remarks);
    }
    remarks.push_str(&examples_text(&group, operation.examples));
    let mut parameters = (operation.parameters)();
    let of_project = project::table_of(&parameters).filter(|table| table.is_required).map(|table| table.name);
    for parameter in parameters.iter_mut().filter(|parameter| Some(parameter.name) == of_project) {
        // The register of a project stands in for the table.
        parameter.is_required = false;
    }
    let own = arguments(&parameters, &defaults);
    let own = own.into_iter().map(|argument| match Some(argument.get_id().as_str()) == of_project {
        true => argument.required_unless_present(PROJECT),
        false => argument,
    });
    let help = "Project whose checked register is the table where none is given, and whose layers and analyses go by their \
                names; sectors and snapping are the project's";
    let command = Command::new(operation.name).args(own).arg(
        Arg::new(PROJECT).long(PROJECT).value_name("JIJU.TOML").help(help).value_parser(clap::value_parser!(PathBuf)),
    );
    let command = command.args(parts_with_option(operation).map(|part| {
        let kind = if part.is_layer { "GeoJSON" } else { "a table" };
        let help = format!("Write {} to this file, {kind}", part.about);
        Arg::new(part.name).long(part.name).value_name("FILE").help(help).value_parser(clap::value_parser!(PathBuf))
    }));
    // The group of output options has a description of its own, which is not that of the command.
    options::TableOutput::augment_args(command).about(operation.summary).after_help(remarks)
}

/// The parts that an option writes to a file of their own. A part with the name of a parameter, such as the contours of a
/// density at the levels of that name, is what the command is asked for, and goes to the output file.
fn parts_with_option(operation: &Declaration) -> impl Iterator<Item = &Part> {
    let parameters = (operation.parameters)();
    operation.parts.iter().filter(move |part| !parameters.iter().any(|parameter| parameter.is_called(part.name)))
}

/// Runs an operation and writes what it comes to.
pub fn run(operation: &Declaration, matches: &ArgMatches) -> Result<Answer> {
    let table = options::TableOutput::from_arg_matches(matches).map_err(|error| refused(&error.to_string()))?;
    let outputs = table.outputs()?;
    let given = given(&(operation.parameters)(), matches);
    let mut prepared = match matches.get_one::<PathBuf>(PROJECT) {
        Some(project) => project::prepared_in(operation, given, project)?,
        None => (operation.prepare)(given)?,
    };
    let inputs = prepared.files();
    let parts_asked = parts_with_option(operation).filter_map(|part| matches.get_one::<PathBuf>(part.name));
    let outputs: Vec<&Path> = outputs.iter().chain(parts_asked).map(PathBuf::as_path).collect();
    refuse_outputs(&outputs, &inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    if let Some(outcome) = run_into_file(operation, &mut *prepared, matches, &table)? {
        output::notes(&outcome.notes);
        return Ok(Answer::Yes);
    }
    let bar = Bar::new(operation.name);
    let is_wanted = |part: &&Part| matches.contains_id(part.name) || (table.is_json() && !part.is_layer);
    let parts: Vec<&str> = operation.parts.iter().filter(is_wanted).map(|part| part.name).collect();
    let outcome = prepared.run_for(&parts, &mut |reached| bar.reached(reached))?;
    drop(bar);
    for part in parts_with_option(operation) {
        if let Some(path) = matches.get_one::<PathBuf>(part.name) {
            write_part(&outcome, part, path, &inputs)?;
        }
    }
    let outcome = write(operation, &mut *prepared, outcome, &table, &inputs)?;
    if let Some(summary) = &outcome.summary {
        // Of what is no table, the line says where it is.
        match table.path().filter(|_| outcome.weights.is_some() || is_layer(&outcome)) {
            Some(path) => output::tell(&format!("{}: {summary}", path.display())),
            None => output::tell(summary),
        }
    }
    output::notes(&outcome.notes);
    Ok(Answer::Yes)
}

/// Runs an operation whose table goes into the file asked for piece by piece; none where the operation, or the file, is of
/// another kind.
fn run_into_file(
    operation: &Declaration,
    prepared: &mut dyn Prepared,
    matches: &ArgMatches,
    table: &options::TableOutput,
) -> Result<Option<Outcome>> {
    let Some((path, format)) = table.file_in_pieces() else { return Ok(None) };
    if parts_with_option(operation).any(|part| matches.contains_id(part.name)) {
        return Ok(None);
    }
    let bar = Bar::new(operation.name);
    let outcome = prepared.run_into(path, format, &mut |reached| bar.reached(reached))?;
    drop(bar);
    let Some(mut outcome) = outcome else { return Ok(None) };
    if table.has_manifest() {
        outcome = prepared.with_manifest(outcome)?;
        let output = json!({ "format": format.to_string(), "file": table.file_name(), "sha256": sha256(path)? });
        outcome.manifest.insert("output".to_owned(), output);
        table.write_manifest(&Value::Object(outcome.manifest.clone()), &prepared.files())?;
    }
    Ok(Some(outcome))
}

/// Whether what was made is a layer, and no table.
const fn is_layer(outcome: &Outcome) -> bool {
    outcome.tables.is_empty() && !outcome.layers.is_empty()
}

/// The bytes of an outcome in a form: `result` is one JSON object of everything; `vector` its rows with their places, or its
/// first layer where rows have none, in the format of the name's ending; `tif` its raster; `gal`, `gwt` and `mtx` its
/// weights; any other the format of its first table.
pub fn output_bytes(outcome: &Outcome, form: &str, name: &str) -> Result<Vec<u8>> {
    match form {
        RESULT => Ok(outcome.json()?.into_bytes()),
        "gal" | "gwt" | "mtx" => {
            let weights = outcome.weights.as_ref().ok_or_else(|| refused("this result has no weights"))?;
            weights_bytes(weights, Path::new(&format!("weights.{form}")))
        }
        VECTOR => {
            let features = match outcome.tables.first() {
                Some(first) => first.features()?.map(|(features, reference, _)| (features, reference)),
                None => None,
            };
            let layer = || outcome.layers.first().map(|layer| (layer.features.clone(), layer.reference));
            let (features, reference) = features.or_else(layer).ok_or_else(without_place)?;
            features_bytes(&features, reference.into(), name)
        }
        DATABASE => {
            let (frame, places) = rows_for_database(outcome, None)?;
            let places = places.as_ref().map(|(geometries, reference)| (geometries.as_slice(), *reference));
            database_bytes(&frame, places)
        }
        TIF => {
            let raster = outcome.raster.as_ref();
            raster_bytes(raster.ok_or_else(|| refused("this result has no raster, and GeoTIFF is of one"))?)
        }
        format => match format.parse()? {
            TableFormat::Parquet => outcome.parquet(),
            format => format_table(&outcome.frame()?, format),
        },
    }
}

/// One JSON object of everything.
const RESULT: &str = "result";
/// Rows with their places.
const VECTOR: &str = "vector";
/// A raster as GeoTIFF.
const TIF: &str = "tif";
/// Rows of a table in a database.
const DATABASE: &str = "database";

/// The rows of an outcome as a database takes them: its first table, with places where rows have them, or a layer, be it the
/// one that was asked for or the first where it has no table.
fn rows_for_database(outcome: &Outcome, asked: Option<&OutcomeLayer>) -> Result<(DataFrame, Option<Geometries>)> {
    if outcome.weights.is_some() || (outcome.raster.is_some() && outcome.tables.is_empty()) {
        let message = "this result is no table, and a database holds tables";
        return Err(options::refused(message, "write it to a file"));
    }
    let layer = asked.or(outcome.layers.first().filter(|_| outcome.tables.is_empty()));
    if let Some(layer) = layer {
        let reference = layer.reference.into();
        let (frame, geometries) = rows_of_features(&layer.features, reference)?;
        return Ok((frame, Some((geometries, reference))));
    }
    let places = outcome.tables.first().and_then(|first| first.places.as_ref());
    let places = places.map(|places| (places.geometries(), places.reference().into()));
    Ok((outcome.frame()?, places))
}

/// A geometry for each row, and the reference of all.
type Geometries = (Vec<Option<geo::Geometry<f64>>>, DeclaredReference);

/// Writes an outcome to a table of a database, and what it was made from to the file asked for.
fn write_database(
    prepared: &mut dyn Prepared,
    outcome: Outcome,
    asked: Option<&str>,
    table: &options::TableOutput,
    path: &Path,
    inputs: &[PathBuf],
) -> Result<Outcome> {
    table.file()?;
    let outcome = if table.has_manifest() { prepared.with_manifest(outcome)? } else { outcome };
    let asked = outcome.layers.iter().find(|layer| asked == Some(layer.name));
    let (frame, places) = rows_for_database(&outcome, asked)?;
    let places = places.as_ref().map(|(geometries, reference)| (geometries.as_slice(), *reference));
    let kept: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    write_to_database(&frame, places, path, &kept)?;
    output::notes(&database_note(&frame, places.map(|(_, reference)| reference)).into_iter().collect::<Vec<_>>());
    let mut manifest = outcome.manifest.clone();
    let output = json!({ "format": DATABASE, "file": table.file_name(), "sha256": sha256(path)? });
    manifest.insert("output".to_owned(), output);
    manifest.insert("values".to_owned(), Value::Object(outcome.single_values()));
    manifest.insert("notes".to_owned(), json!(output::spelled_notes(&outcome.notes)));
    table.write_manifest(&Value::Object(manifest), inputs)?;
    Ok(outcome)
}

/// Writes an outcome to the file asked for or to stdout; and what it was made from, with the SHA-256 of what was written.
fn write(
    operation: &Declaration,
    prepared: &mut dyn Prepared,
    outcome: Outcome,
    table: &options::TableOutput,
    inputs: &[PathBuf],
) -> Result<Outcome> {
    let without_option = |name: &str| {
        let is_named = |part: &Part| part.name == name;
        operation.parts.iter().any(is_named) && !parts_with_option(operation).any(is_named)
    };
    let asked = outcome.layers.iter().find(|layer| without_option(layer.name));
    if let Some(path) = table.database() {
        let asked = asked.map(|layer| layer.name);
        return write_database(prepared, outcome, asked, table, path, inputs);
    }
    let layer = asked.map(|layer| table.layer_file(layer.name)).transpose()?;
    // GeoJSON is JSON too, and a layer has no other.
    let layer = layer.or(table.ending_in("json").filter(|_| is_layer(&outcome)));
    let raster = table.ending_in("tif").filter(|_| outcome.raster.is_some());
    let weights = table.weights_ending().filter(|_| outcome.weights.is_some());
    let form = match (table.is_json(), layer.or(table.vector_file()), weights) {
        _ if layer.is_none() && raster.is_some() => TIF.to_owned(),
        (true, ..) => RESULT.to_owned(),
        (false, Some(_), _) => VECTOR.to_owned(),
        (false, None, Some(ending)) => ending.to_owned(),
        (false, None, None) => match table.file()? {
            Some((_, format)) => format.to_string(),
            None => table.stdout_format()?.to_string(),
        },
    };
    let name = table.file_name();
    // Of large inputs the hashes take longer than the result: they are made where something says them.
    let is_told = table.has_manifest() || form == "parquet" || (form == RESULT && !outcome.is_whole());
    let outcome = if is_told { prepared.with_manifest(outcome)? } else { outcome };
    let bytes = output_bytes(&outcome, &form, &name)?;
    table.write_bytes(&bytes, inputs)?;
    if form == "gwt" {
        output::notes(&outcome.weights.iter().filter_map(islands_in_gwt_note).collect::<Vec<_>>());
    }
    if let Ok(format) = form.parse::<TableFormat>() {
        options::note_neutralised(&outcome.frame()?, format);
    }
    let mut manifest = outcome.manifest.clone();
    manifest.insert("output".to_owned(), json!({ "format": form, "file": name, "sha256": sha256_of(&bytes) }));
    manifest.insert("values".to_owned(), Value::Object(outcome.single_values()));
    manifest.insert("notes".to_owned(), json!(output::spelled_notes(&outcome.notes)));
    table.write_manifest(&Value::Object(manifest), inputs)?;
    Ok(outcome)
}

fn write_part(outcome: &Outcome, part: &Part, path: &Path, inputs: &[PathBuf]) -> Result<()> {
    let kept: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let absent = || -> Error { refused(&format!("this result has no {}", part.name)) };
    if part.is_layer {
        let layer = outcome.layers.iter().find(|layer| layer.name == part.name).ok_or_else(absent)?;
        return write_features(&layer.features, layer.reference.into(), path, &kept);
    }
    let table = outcome.tables.iter().find(|table| table.name == part.name).ok_or_else(absent)?;
    // What is no format of tables is one of places, where rows have some.
    match (TableFormat::from_path(path), table.features()?) {
        (Err(_), Some((features, reference, _))) => write_features(&features, reference.into(), path, &kept),
        (format, _) => write_table(&table.frame, format?, path, &kept),
    }
}

/// The error that rows have no place, and what gives them one.
fn without_place() -> Error {
    options::refused(
        "the rows of this result have no place, and this format is of places",
        "give ‹areas› with the areas that the rows are of where the operation takes them, or write a table",
    )
}

fn refused(message: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: "see the help of the command".to_owned() }.into()
}

//! Groups of options that several commands share.

use std::path::{Path, PathBuf};

use clap::Args;
use jiju::error::{ProjectError, Result};
use jiju::project::{self, FigureForm, FigureFormat};
use jiju::render::Figure;
use jiju::source::{
    TableFormat, database_note, format_table, is_database, neutralised_note, refuse_outputs, write_atomically,
    write_table,
};
use polars::prelude::DataFrame;
use serde_json::Value;

use super::arguments::Declared;
use super::{Answer, output};

/// Options that do not go together.
pub fn refused(message: &str, hint: &str) -> jiju::Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

/// Where a table goes.
#[derive(Args)]
pub struct TableOutput {
    /// table, csv, json, parquet, xlsx [default: the output's ending, else table]
    #[arg(long)]
    format: Option<TableFormat>,
    /// Write the table to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Begin CSV with a byte order mark, by which spreadsheets know that it is UTF-8
    #[arg(long)]
    bom: bool,
    /// Write what the result was made from to this file, as JSON: version, definition, options, hashes of the inputs, and
    /// the values beside the table such as n, p and seed [without a file: the output's name with .manifest.json behind it]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    manifest: Option<Option<PathBuf>>,
}

impl TableOutput {
    /// Whether JSON is asked for on stdout.
    pub fn is_json(&self) -> bool {
        self.format == Some(TableFormat::Json) && self.output.is_none()
    }

    /// The file asked for, where it has this ending.
    pub fn ending_in(&self, ending: &str) -> Option<&Path> {
        let own = |path: &&Path| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
        self.output.as_deref().filter(own)
    }

    /// The file asked for, where it is one of geometries.
    pub fn vector_file(&self) -> Option<&Path> {
        ["geojson", "gpkg", "fgb", "kml"].into_iter().find_map(|ending| self.ending_in(ending))
    }

    /// The table of a database asked for.
    pub fn database(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| is_database(path))
    }

    /// The file asked for, where it is of a format that is written in pieces.
    pub fn file_in_pieces(&self) -> Option<(&Path, TableFormat)> {
        let (path, format) = self.file().ok()??;
        use TableFormat::{Csv, CsvWithMark, Database, Parquet};
        matches!(format, Csv | CsvWithMark | Parquet | Database).then_some((path, format))
    }

    /// Whether what the result was made from is asked for.
    pub fn has_manifest(&self) -> bool {
        self.manifest.is_some()
    }

    /// The file asked for, whatever its format.
    pub fn path(&self) -> Option<&Path> {
        self.output.as_deref()
    }

    /// The ending of the file asked for, where it is one of weights.
    pub fn weights_ending(&self) -> Option<&'static str> {
        ["gal", "gwt", "mtx"].into_iter().find(|ending| self.format.is_none() && self.ending_in(ending).is_some())
    }

    /// The file asked for, which must be GeoJSON, for a layer that is called so.
    pub fn layer_file(&self, layer: &str) -> Result<&Path> {
        let named = ["geojson", "json"].into_iter().find_map(|ending| self.ending_in(ending));
        let message = format!("{layer} are polygons or lines, for which --output names no file");
        named.ok_or_else(|| refused(&message, "write them to -o FILE.geojson"))
    }

    /// The file asked for, and its format.
    pub fn file(&self) -> Result<Option<(&Path, TableFormat)>> {
        let Some(path) = &self.output else { return Ok(None) };
        if let Some(format) = self.format
            && (is_database(path) || format == TableFormat::Database)
        {
            let message = format!("found --format {format} for {}", path.display());
            return Err(refused(
                &message,
                "leave out --format: a table of a database has one form, and no file has it",
            ));
        }
        Ok(Some((path, self.marked(self.format.map_or_else(|| TableFormat::from_path(path), Ok)?)?)))
    }

    /// The format, with a byte order mark where one is asked for.
    fn marked(&self, format: TableFormat) -> Result<TableFormat> {
        match (self.bom, format) {
            (false, format) => Ok(format),
            (true, TableFormat::Csv | TableFormat::CsvWithMark) => Ok(TableFormat::CsvWithMark),
            (true, format) => Err(refused(&format!("found --bom for {format}"), "only CSV begins with the mark")),
        }
    }

    /// The files asked for.
    pub fn outputs(&self) -> Result<Vec<PathBuf>> {
        Ok(self.output.iter().cloned().chain(self.manifest_file()?).collect())
    }

    /// Writes a table to the file asked for, which must be none of the inputs, or to stdout.
    pub fn write(&self, frame: &DataFrame, inputs: &[PathBuf]) -> Result<()> {
        self.refuse_manifest()?;
        self.write_table(frame, inputs)
    }

    /// Refuses to be asked for a manifest that there is none of.
    pub fn refuse_manifest(&self) -> Result<()> {
        match self.manifest {
            None => Ok(()),
            Some(_) => Err(ProjectError::Options {
                message: "this result has no manifest".to_owned(),
                hint: "leave out --manifest".to_owned(),
            }
            .into()),
        }
    }

    /// Writes what a result was made from to the file asked for, if one is.
    pub fn write_manifest(&self, manifest: &Value, inputs: &[PathBuf]) -> Result<()> {
        let Some(path) = self.manifest_file()? else { return Ok(()) };
        let inputs: Vec<&Path> = inputs.iter().chain(&self.output).map(PathBuf::as_path).collect();
        write_atomically(&path, &inputs, format!("{manifest:#}\n").as_bytes())
    }

    /// The file of the manifest: the one that is named, else the one beside the output.
    pub fn manifest_file(&self) -> Result<Option<PathBuf>> {
        let Some(named) = &self.manifest else { return Ok(None) };
        match (named, &self.output) {
            (Some(path), _) => Ok(Some(path.clone())),
            (None, Some(output)) if is_database(output) => Err(refused(
                "found no file for the manifest, and a database has no place for it beside a table",
                "name it with --manifest FILE",
            )),
            (None, Some(output)) => {
                let mut name = output.clone().into_os_string();
                name.push(".manifest.json");
                Ok(Some(name.into()))
            }
            (None, None) => Err(refused(
                "found no file for the manifest, which stands beside the output",
                "name it with --manifest FILE, or write the result to a file with --output",
            )),
        }
    }

    /// The name of the file asked for, without its folder, or the address of the table; empty for stdout.
    pub fn file_name(&self) -> String {
        if let Some(database) = self.database() {
            return database.display().to_string();
        }
        let name = self.output.as_deref().and_then(Path::file_name);
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The format of a table on stdout.
    pub fn stdout_format(&self) -> Result<TableFormat> {
        match self.format.unwrap_or(TableFormat::Table) {
            TableFormat::Database => Err(refused(
                "found --format database, which standard output has not",
                "write to a table: -o 'PG:dbname=NAME|layername=SCHEMA.TABLE'",
            )),
            format => self.marked(format),
        }
    }

    /// Writes bytes to the file asked for, which must be none of the inputs, or to stdout.
    pub fn write_bytes(&self, bytes: &[u8], inputs: &[PathBuf]) -> Result<()> {
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        match &self.output {
            Some(path) => write_atomically(path, &inputs, bytes),
            None => output::stdout(bytes),
        }
    }

    /// Writes a table, whatever becomes of its manifest.
    pub fn write_table(&self, frame: &DataFrame, inputs: &[PathBuf]) -> Result<()> {
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let format = match self.file()? {
            Some((path, format)) => {
                write_table(frame, format, path, &inputs)?;
                format
            }
            None => {
                let format = self.stdout_format()?;
                output::stdout(&format_table(frame, format)?)?;
                format
            }
        };
        note_neutralised(frame, format);
        Ok(())
    }
}

/// Tells of cells that got an apostrophe in CSV, and of columns with other names in a database.
pub fn note_neutralised(frame: &DataFrame, format: TableFormat) {
    let note = match format {
        TableFormat::Csv | TableFormat::CsvWithMark => neutralised_note(frame),
        TableFormat::Database => database_note(frame, None),
        _ => None,
    };
    output::notes(&note.into_iter().collect::<Vec<_>>());
}

/// Whether the exit status says what the answer is.
#[derive(Args, Default)]
pub struct Strict {
    /// Exit with 1 where the answer is no: a problem, a quota that is not met, a note on a figure
    #[arg(long)]
    strict: bool,
}

impl Strict {
    /// The answer of a command, where it is asked for.
    pub const fn answer(&self, is_yes: bool) -> Answer {
        if self.strict && !is_yes { Answer::No } else { Answer::Yes }
    }
}

/// Where a figure goes, and in which form.
#[derive(Args)]
pub struct FigureOutput {
    #[command(flatten)]
    form: Declared<FigureForm>,
    /// Say in a JSON file beside the figure what was drawn: classes, values, sources
    #[arg(long)]
    sidecar: bool,
    #[command(flatten)]
    strict: Strict,
    /// The figure: svg, png, pdf
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl FigureOutput {
    /// Writes a figure, and says on stderr what its reader should know.
    pub fn write(self, command: &str, figure: &Figure, inputs: &[PathBuf]) -> Result<Answer> {
        let form = self.form.read(command)?;
        let output = self.output.as_ref().ok_or_else(|| ProjectError::Options {
            message: "found no file to draw to".to_owned(),
            hint: "give --output map.pdf, or .svg, .png".to_owned(),
        })?;
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let mut format = project::figure_format(output)?;
        let sidecar = self.sidecar.then(|| output.with_extension("json"));
        let outputs: Vec<&Path> = std::iter::once(output).chain(&sidecar).map(PathBuf::as_path).collect();
        refuse_outputs(&outputs, &inputs)?;
        if form.outlines && format == FigureFormat::Svg {
            format = FigureFormat::SvgOutlines;
        }
        let bytes = project::figure_bytes(figure, format, form.dpi)?;
        write_atomically(output, &inputs, &bytes)?;
        if let Some(sidecar) = sidecar {
            write_atomically(&sidecar, &inputs, &project::sidecar_bytes(figure))?;
        }
        output::notes(&project::figure_notes(&output.display().to_string(), figure));
        Ok(self.strict.answer(project::is_whole(figure)))
    }
}

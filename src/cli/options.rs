//! Groups of options that several commands share.

use std::path::{Path, PathBuf};

use clap::Args;
use jiju::error::{ProjectError, Result};
use jiju::model::{DeclaredReference, Language};
use jiju::project::{self, DISTRICT, FigureFormat};
use jiju::render::Figure;
use jiju::source::{Condition, LayerSource, PointSource};
use jiju::source::{TableFormat, format_table, refuse_outputs, write_atomically, write_table};
use polars::prelude::DataFrame;
use serde_json::Value;

use super::output;

/// A table of points, of which rows are chosen by a condition.
#[derive(Args, Clone)]
pub struct Points {
    #[command(flatten)]
    all: AllPoints,
    /// Keep only the rows for which a condition holds: 'sector = "bearings" and employees > 20'
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<Condition>,
}

impl Points {
    pub fn source(&self, file: PathBuf) -> PointSource {
        self.all.source(file).with_where(self.condition.clone())
    }
}

/// A table of points.
#[derive(Args, Clone)]
pub struct AllPoints {
    /// Column with the longitude or easting [default: recognised, such as `lon` or 经度]
    #[arg(long, value_name = "COLUMN")]
    x: Option<String>,
    /// Column with the latitude or northing [default: recognised, such as `lat` or 纬度]
    #[arg(long, value_name = "COLUMN")]
    y: Option<String>,
    /// Reference of the points: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the file's own, else wgs84]
    #[arg(long, value_name = "REFERENCE")]
    crs: Option<DeclaredReference>,
    /// Sheet of a workbook [default: the first]
    #[arg(long)]
    sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16 or GB18030]
    #[arg(long)]
    encoding: Option<String>,
}

impl AllPoints {
    pub fn source(&self, file: PathBuf) -> PointSource {
        PointSource::default()
            .with_table(file)
            .with_x(self.x.clone())
            .with_y(self.y.clone())
            .with_crs(self.crs)
            .with_sheet(self.sheet.clone())
            .with_encoding(self.encoding.clone())
    }
}

/// One or more layers of areas.
#[derive(Args)]
pub struct Layers {
    /// File of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile …, or a saved index (repeat for several layers)
    #[arg(long = "areas", value_name = "FILE", required = true)]
    areas: Vec<PathBuf>,
    /// Column with the areas' ids (once for all layers, or once per layer)
    #[arg(long = "area-id", value_name = "COLUMN")]
    ids: Vec<String>,
    /// Column with the areas' names (once for all layers, or once per layer)
    #[arg(long = "area-name", value_name = "COLUMN")]
    names: Vec<String>,
    /// Name of the layer, the prefix of its columns [default: the file's name]
    #[arg(long = "layer", value_name = "NAME")]
    layers: Vec<String>,
    /// Reference of the areas, where the file does not say it
    #[arg(long = "areas-crs", value_name = "REFERENCE")]
    references: Vec<DeclaredReference>,
    /// Repair invalid rings instead of refusing them; each is reported
    #[arg(long)]
    repair: bool,
}

impl Layers {
    pub fn sources(&self) -> Result<Vec<LayerSource>> {
        let count = self.areas.len();
        for (option, given) in [
            ("--area-id", self.ids.len()),
            ("--area-name", self.names.len()),
            ("--layer", self.layers.len()),
            ("--areas-crs", self.references.len()),
        ] {
            if given > 1 && given != count {
                return Err(ProjectError::Options {
                    message: format!("found {option} {given} times for {count} files of areas"),
                    hint: format!("give {option} once, or once for each --areas"),
                }
                .into());
            }
        }
        if self.layers.len() == 1 && count > 1 {
            return Err(ProjectError::Options {
                message: format!("found one --layer for {count} files of areas"),
                hint: "layers need names of their own".to_owned(),
            }
            .into());
        }
        Ok(self
            .areas
            .iter()
            .enumerate()
            .map(|(position, file)| LayerSource {
                name: own(&self.layers, position),
                file: file.clone().into(),
                id: own(&self.ids, position),
                label: own(&self.names, position),
                reference: own(&self.references, position),
                repair: self.repair,
                ..LayerSource::default()
            })
            .collect())
    }
}

/// The value for one layer: its own, or the one given for all.
fn own<T: Clone>(values: &[T], position: usize) -> Option<T> {
    values.get(position).or(values.first()).cloned()
}

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
    /// Write what the result was made from to this file: version, definition, options, hashes of the inputs, as JSON
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
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
        Ok(Some((path, self.format.map_or_else(|| TableFormat::of(path), Ok)?)))
    }

    /// The files asked for.
    pub fn outputs(&self) -> impl Iterator<Item = &Path> {
        self.output.iter().chain(&self.manifest).map(PathBuf::as_path)
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
        let Some(path) = &self.manifest else { return Ok(()) };
        let inputs: Vec<&Path> = inputs.iter().chain(&self.output).map(PathBuf::as_path).collect();
        write_atomically(path, &inputs, format!("{manifest:#}\n").as_bytes())
    }

    /// The name of the file asked for, without its folder; empty for stdout.
    pub fn file_name(&self) -> String {
        let name = self.output.as_deref().and_then(Path::file_name);
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The format of a table on stdout.
    pub fn stdout_format(&self) -> TableFormat {
        self.format.unwrap_or(TableFormat::Table)
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
        match self.file()? {
            Some((path, format)) => write_table(frame, format, path, &inputs),
            None => output::stdout(&format_table(frame, self.format.unwrap_or(TableFormat::Table))?),
        }
    }
}

/// What a figure is to be, and where it goes.
#[derive(Args)]
pub struct FigureOutput {
    /// Set a key of the specification otherwise (repeat for several)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// zh, en
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    /// House style: light, dark, print-grey, or a file of `[theme]` keys
    #[arg(long, value_name = "THEME")]
    pub theme: Option<String>,
    /// Resolution of a PNG
    #[arg(long, default_value_t = 200)]
    dpi: u32,
    /// Letters of an SVG as outlines, for machines that lack the font
    #[arg(long)]
    outlines: bool,
    /// Say in a JSON file beside the figure what was drawn: classes, values, sources
    #[arg(long)]
    sidecar: bool,
    /// Fail where a character has no glyph
    #[arg(long)]
    strict: bool,
    /// The figure: svg, png, pdf
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl FigureOutput {
    /// Writes a figure, and says on stderr what its reader should know.
    pub fn write(&self, figure: &Figure, inputs: &[PathBuf]) -> Result<()> {
        let output = self.output.as_ref().ok_or_else(|| ProjectError::Options {
            message: "found no file to draw to".to_owned(),
            hint: "give --output map.pdf, or .svg, .png".to_owned(),
        })?;
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let mut format = project::figure_format(output)?;
        let sidecar = self.sidecar.then(|| output.with_extension("json"));
        let outputs: Vec<&Path> = std::iter::once(output).chain(&sidecar).map(PathBuf::as_path).collect();
        refuse_outputs(&outputs, &inputs)?;
        if self.outlines && format == FigureFormat::Svg {
            format = FigureFormat::SvgOutlines;
        }
        let bytes = project::figure_bytes(figure, format, self.dpi, self.strict)?;
        write_atomically(output, &inputs, &bytes)?;
        if let Some(sidecar) = sidecar {
            write_atomically(&sidecar, &inputs, &project::sidecar_bytes(figure))?;
        }
        output::notes(&project::figure_notes(&output.display().to_string(), figure));
        Ok(())
    }
}

/// The districts, the layer that quotas are counted over.
pub fn district(file: &Path, id: Option<String>, reference: Option<DeclaredReference>) -> LayerSource {
    LayerSource { name: Some(DISTRICT.to_owned()), file: file.into(), id, reference, ..LayerSource::default() }
}

/// Layers of which the first is the districts.
pub fn district_first(files: &[PathBuf]) -> Vec<LayerSource> {
    let mut layers: Vec<LayerSource> =
        files.iter().map(|file| LayerSource { file: file.clone().into(), ..LayerSource::default() }).collect();
    if let Some(first) = layers.first_mut() {
        first.name = Some(DISTRICT.to_owned());
    }
    layers
}

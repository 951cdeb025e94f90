use crate::error::near_miss;

/// The reason why a file could not be read or written in its format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file name extension does not belong to a known format.
    #[error("cannot use {file}: the ending `{ending}` names no known format, expected one of {expected}")]
    UnknownFormat {
        /// The name of the file.
        file: String,
        /// Its extension.
        ending: String,
        /// The extensions that are supported.
        expected: &'static str,
    },
    /// The content of the file is not valid in its format.
    #[error("cannot read {file} as {format}: {message}")]
    Malformed {
        /// The name of the file.
        file: String,
        /// The format in which the file was read.
        format: &'static str,
        /// The decoder's message, with the place in the file if known.
        message: String,
    },
    /// A required column is missing.
    #[error("cannot read {file}: found no column `{column}`, it has {}", columns(available))]
    MissingColumn {
        /// The name of the file.
        file: String,
        /// The column that is missing.
        column: String,
        /// The columns of the file.
        available: Vec<String>,
    },
    /// A column that is recognised by its header is missing, and can be named.
    #[error("cannot read {file}: found no column `{column}`, it has {}", available.join(", "))]
    UnrecognisedColumn {
        /// The name of the file.
        file: String,
        /// The canonical name of the column.
        column: String,
        /// The columns of the file.
        available: Vec<String>,
        /// How to name the column.
        advice: String,
    },
    /// Two sources disagree about the coordinate reference, or no reference is known.
    #[error("cannot place {file}: {message}")]
    Reference {
        /// The name of the file.
        file: String,
        /// A description of the references that disagree.
        message: String,
    },
    /// The file has several layers, or not the one that was named.
    #[error("cannot read {file}: {}", layers(named.as_deref(), available))]
    Layers {
        /// The name of the file, without the name of a layer.
        file: String,
        /// The layer that was named.
        named: Option<String>,
        /// The names of its layers with geometry.
        available: Vec<String>,
    },
    /// An encoding is not known.
    #[error("found the encoding `{found}`, expected one such as utf-8, gb18030 or big5")]
    UnknownEncoding {
        /// The label that was given.
        found: String,
    },
    /// The shift between an older datum and that of the result is in no registry.
    #[error(
        "cannot transform coordinates from {from} to {to}: the shift of {datum} is not known; it differs from place to place, by up to some hundred metres"
    )]
    UnknownShift {
        /// The reference of the input.
        from: String,
        /// The reference of the output.
        to: String,
        /// The name of the datum.
        datum: String,
        /// The code of the reference on the datum.
        code: u32,
    },
    /// The output format stores only WGS 84 coordinates, but the areas are in another reference.
    #[error("cannot place {file}: {format} is always WGS 84, {found}")]
    AlwaysWgs84 {
        /// The name of the file.
        file: String,
        /// The name of the format.
        format: &'static str,
        /// A description of the other reference.
        found: String,
    },
    /// A coordinate reference cannot be understood or does not exist.
    #[error(
        "unknown coordinate reference `{found}`, expected EPSG:n, wgs84, cgcs2000, gcj02, bd09, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE or EPSG:n+towgs84=dx,dy,dz,rx,ry,rz,ds"
    )]
    UnknownReference {
        /// The text that was given.
        found: String,
    },
    /// Coordinates cannot be transformed from one reference to another.
    #[error("cannot transform coordinates from {from} to {to}: {message}")]
    Transform {
        /// The reference of the input.
        from: String,
        /// The reference of the output.
        to: String,
        /// The message of PROJ.
        message: String,
    },
    /// A cell holds a value of a different type than its column requires.
    #[error("cannot read {file}, row {row}, column `{column}`: found `{found}`, expected {expected}")]
    Cell {
        /// The name of the file.
        file: String,
        /// The row number as a spreadsheet shows it.
        row: u64,
        /// The name of the column.
        column: String,
        /// The content of the cell.
        found: String,
        /// A description of what was expected.
        expected: String,
    },
    /// Tables cannot be written in this format.
    #[error("found the format `{found}`, expected table, csv, json, parquet or xlsx")]
    UnknownTableFormat {
        /// The format that was given.
        found: String,
    },
    /// The output file is also one of the input files.
    #[error("cannot write {file}: it is an input, and inputs are never overwritten")]
    WouldOverwrite {
        /// The name of the file.
        file: String,
    },
    /// The output file belongs to an input of several files, or an input was made from it.
    #[error("cannot write {file}: it belongs to the input {input}, and inputs are never overwritten")]
    WouldOverwritePart {
        /// The name of the file.
        file: String,
        /// The name of the input.
        input: String,
    },
    /// Two outputs would be written to the same file.
    #[error("cannot write {file} twice: two outputs have this name")]
    SameOutput {
        /// The name of the file.
        file: String,
    },
    /// The content cannot be expressed in the format of the output, or the format's library failed.
    #[error("cannot write {file} as {format}: {message}")]
    Unwritable {
        /// The name of the output file.
        file: String,
        /// The name of the format.
        format: String,
        /// The message of the library that writes the format.
        message: String,
    },
    /// A file that belongs to an input is a link to a file in another folder.
    #[error("cannot read {file}, which belongs to {input}: it is a link to {target}, in another folder")]
    Stranger {
        /// The name of the file that is a link.
        file: String,
        /// The name of the input.
        input: String,
        /// The file that the link leads to.
        target: String,
    },
    /// Figures and reports are not available in this language.
    #[error("found the language `{found}`, expected zh or en")]
    UnknownLanguage {
        /// The language that was given.
        found: String,
    },
    /// A saved index cannot be used.
    #[error("cannot use the index {file}: {message}")]
    SavedIndex {
        /// The name of the index file.
        file: String,
        /// A description of the fault.
        message: String,
    },
    /// The areas of a saved index have changed since it was saved.
    #[error("the index {file} is stale: {areas} has changed since it was built")]
    StaleIndex {
        /// The name of the index file.
        file: String,
        /// The name of the file with the areas.
        areas: String,
    },
    /// Areas without an id, or with an id that is not unique.
    #[error("cannot read {file}, column `{column}`: {}", area_ids(missing, doubled))]
    AreaIds {
        /// The name of the file.
        file: String,
        /// The column with the ids.
        column: String,
        /// The numbers of the features without an id, counted in file order.
        missing: Vec<u64>,
        /// Each id that several features share, with the numbers of these features.
        doubled: Vec<(String, Vec<u64>)>,
    },
    /// The text of a condition on rows cannot be understood.
    #[error("cannot understand the condition `{text}`: found {found} at character {position}, expected {expected}")]
    Condition {
        /// The text that was given.
        text: String,
        /// The character at which it cannot be understood, counted from 1.
        position: usize,
        /// What stands there: a word between backticks, or `the end`.
        found: String,
        /// A description of what would do.
        expected: &'static str,
    },
    /// The file is too large to be read into memory safely.
    #[error("cannot read {file}: {what} {found} is more than the limit of {limit}")]
    TooLarge {
        /// The name of the file.
        file: String,
        /// The quantity that is too large, such as `size` or `number of cells`.
        what: &'static str,
        /// The quantity found, in bytes for a size.
        found: u64,
        /// The largest quantity that is accepted, in the same unit.
        limit: u64,
    },
}

impl ReadError {
    /// Returns advice on what to try next, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::MissingColumn { column, available, .. } => {
                near_miss(column, available.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
            }
            Self::UnrecognisedColumn { advice, .. } => Some(advice.clone()),
            Self::AreaIds { .. } => {
                Some("name another column: ‹area_id›, or `id` of the layer in a project file".to_owned())
            }
            Self::SavedIndex { .. } | Self::StaleIndex { .. } => Some("build the index again".to_owned()),
            Self::UnknownFormat { ending, .. } if matches!(ending.as_str(), "et" | "ett" | "numbers" | "wks") => {
                Some("save it as XLSX in the program it is of".to_owned())
            }
            Self::Layers { file, available, .. } => available.first().map(|first| {
                format!("name one: `{file}|layername={first}`, or `source_layer = \"{first}\"` in a project file")
            }),
            Self::UnknownShift { code, .. } => Some(format!(
                "state the seven parameters that your survey office has for the place, in metres, seconds of arc and parts \
                 per million: ‹crs› or ‹areas_crs› EPSG:{code}+towgs84=dx,dy,dz,rx,ry,rz,ds; or the file of a grid of shifts: \
                 EPSG:{code}+nadgrids=FILE.gsb"
            )),
            Self::AlwaysWgs84 { .. } => {
                Some("convert to wgs84, or to a format that carries its reference (gpkg, shp, fgb)".to_owned())
            }
            Self::Stranger { .. } => Some("put a copy in its place".to_owned()),
            Self::WouldOverwritePart { .. } | Self::SameOutput { .. } => {
                Some("give the output another name".to_owned())
            }
            // Where the message says what to state, that is not the reference.
            Self::Reference { message, .. } if !message.contains("‹grid›") => {
                Some("state the reference: ‹crs› or ‹areas_crs›, or `reference` in a project file".to_owned())
            }
            Self::TooLarge { .. } => Some(
                "read a part of it: fewer rows, or a sheet of a workbook saved as CSV or Parquet, which are read in pieces"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

fn layers(named: Option<&str>, available: &[String]) -> String {
    let names = available.join(", ");
    match named {
        _ if available.is_empty() => "it has no layer with geometry".to_owned(),
        Some(named) => format!("found no layer `{named}`, it has {names}"),
        None => format!("it has several layers: {names}"),
    }
}

fn columns(available: &[String]) -> String {
    if available.is_empty() { "no columns".to_owned() } else { available.join(", ") }
}

fn area_ids(missing: &[u64], doubled: &[(String, Vec<u64>)]) -> String {
    let numbers = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let mut faults = Vec::new();
    if !missing.is_empty() {
        faults.push(format!("found no id in feature {}", numbers(missing)));
    }
    faults.extend(doubled.iter().map(|(id, features)| format!("found `{id}` in features {}", numbers(features))));
    format!("{}, expected an id of its own for every area", faults.join("; "))
}

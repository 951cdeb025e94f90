use crate::error::near_miss;

/// Why a file could not be read or written in its format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The ending names no format that is known here.
    #[error("cannot use {file}: the ending `{ending}` names no known format, expected one of {expected}")]
    UnknownFormat {
        /// The file.
        file: String,
        /// Its ending.
        ending: String,
        /// The endings that would do.
        expected: &'static str,
    },
    /// The bytes are not what the format promises.
    #[error("cannot read {file} as {format}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// The format tried.
        format: &'static str,
        /// What the decoder said, with its place in the file where it knows one.
        message: String,
    },
    /// A column that is needed is not there.
    #[error("cannot read {file}: found no column `{column}`, it has {}", available.join(", "))]
    MissingColumn {
        /// The file.
        file: String,
        /// The column asked for.
        column: String,
        /// The columns it has.
        available: Vec<String>,
    },
    /// Two sources disagree about the coordinate reference, or none is known.
    #[error("cannot place {file}: {message}")]
    Reference {
        /// The file.
        file: String,
        /// Which references met.
        message: String,
    },
    /// A coordinate reference that cannot be understood or reached.
    #[error("unknown coordinate reference `{found}`, expected EPSG:n, wgs84, cgcs2000, gcj02 or bd09")]
    UnknownReference {
        /// What was given.
        found: String,
    },
    /// Coordinates cannot be carried from one reference to another.
    #[error("cannot transform coordinates from {from} to {to}: {message}")]
    Transform {
        /// Where from.
        from: String,
        /// Where to.
        to: String,
        /// What PROJ said.
        message: String,
    },
    /// A cell holds something else than its column says.
    #[error("cannot read {file}, row {row}, column `{column}`: found `{found}`, expected {expected}")]
    Cell {
        /// The file.
        file: String,
        /// The row as a spreadsheet numbers it.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        found: String,
        /// What would do.
        expected: String,
    },
    /// A format that tables are not written in.
    #[error("found the format `{found}`, expected table, csv, json, parquet or xlsx")]
    UnknownTableFormat {
        /// What was given.
        found: String,
    },
    /// The file to write is one of those that were read.
    #[error("cannot write {file}: it is an input, and inputs are never overwritten")]
    WouldOverwrite {
        /// The file.
        file: String,
    },
    /// A language that figures and reports are not written in.
    #[error("found the language `{found}`, expected zh or en")]
    UnknownLanguage {
        /// What was given.
        found: String,
    },
    /// A saved index that cannot be used.
    #[error("cannot use the index {file}: {message}")]
    SavedIndex {
        /// Its file.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// A saved index of areas that have changed since.
    #[error("the index {file} is stale: {areas} has changed since it was built")]
    StaleIndex {
        /// Its file.
        file: String,
        /// The file of the areas.
        areas: String,
    },
    /// Areas that cannot be told apart.
    #[error("cannot read {file}, column `{column}`: {}", area_ids(missing, doubled))]
    AreaIds {
        /// The file.
        file: String,
        /// The column of the ids.
        column: String,
        /// The features without an id, by their number in the file.
        missing: Vec<u64>,
        /// Every id that more than one feature has, with their numbers.
        doubled: Vec<(String, Vec<u64>)>,
    },
    /// The file is larger than what is safe to take into memory.
    #[error("cannot read {file}: {what} {found} is more than the limit of {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// What is too large: `size`, `cells`.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much is taken.
        limit: u64,
    },
}

impl ReadError {
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::MissingColumn { column, available, .. } => {
                near_miss(column, available.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
            }
            Self::AreaIds { .. } => {
                Some("name another column with --area-id, or `id = …` of the layer in the project file".to_owned())
            }
            Self::Reference { message, .. } if message.starts_with("GeoJSON is always WGS 84") => {
                Some("convert to wgs84, or to a format that carries its reference (gpkg, shp, fgb)".to_owned())
            }
            Self::Reference { .. } => {
                Some("state the reference with --crs or --areas-crs, or `reference = …` in the project file".to_owned())
            }
            _ => None,
        }
    }
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

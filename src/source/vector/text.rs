//! Delimited text with a column of well-known text.

use std::path::Path;

use super::super::{TableOptions, table};
use super::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer, wkt};
use crate::error::{ReadError, Result};
use serde_json::Value;

/// Headers of a column of geometries, likeliest first.
const HEADERS: [&str; 6] = ["wkt", "geometry", "geom", "the_geom", "shape", "几何"];

/// Reads a table whose one column is the geometry as well-known text.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let options = TableOptions {
        encoding: opening.encoding.map(str::to_owned),
        max_bytes: opening.max_bytes,
        ..TableOptions::default()
    };
    let table = table(path, &options)?;
    let headers = table.columns();
    let malformed = |message: String| ReadError::Malformed {
        file: path.display().to_string(),
        format: "areas in a text file",
        message,
    };
    let at =
        HEADERS.iter().find_map(|wanted| headers.iter().position(|header| header.trim().to_lowercase() == *wanted));
    let at = at.ok_or_else(|| {
        malformed(format!("found no column `WKT` or `geometry` with well-known text, it has {}", headers.join(", ")))
    })?;
    let texts = headers.iter().map(|header| table.text(header)).collect::<Result<Vec<_>>>()?;
    let mut features = Vec::with_capacity(table.height());
    for (index, row) in table.rows.iter().enumerate() {
        let text = texts[at].get(index).map(str::trim).filter(|text| !text.is_empty());
        let place = |message: String| malformed(format!("row {row}, column `{}`: {message}", headers[at]));
        let geometry = match text {
            None => None,
            // PostGIS writes the reference before it.
            Some(text) => wkt::geometry(text.rsplit_once(';').map_or(text, |(_, text)| text)).map_err(|()| {
                let start: String = text.chars().take(40).collect();
                place(format!("found `{start}`, expected well-known text such as POLYGON ((…))"))
            })?,
        };
        let others = texts.iter().enumerate().filter(|(position, _)| *position != at);
        let cells = others.map(|(_, cells)| cells.get(index).map_or(Value::Null, Value::from)).collect();
        features.push(Feature { number: *row, cells, geometry, foreign: None });
    }
    let others = headers.iter().enumerate().filter(|(position, _)| *position != at);
    let columns = others.map(|(_, name)| Column { name: name.clone(), kind: ColumnKind::Text }).collect();
    Ok(VectorLayer {
        source: path.display().to_string(),
        format: "text file",
        declared: declared(&texts[at]),
        columns,
        features,
        heights_dropped: false,
        notes: table.notes(),
    })
}

/// The reference that PostGIS writes before well-known text: `SRID=4490;POLYGON …`.
fn declared(texts: &polars::prelude::StringChunked) -> Declared {
    let first = texts.iter().flatten().next().unwrap_or_default().trim();
    let code = first.strip_prefix("SRID=").and_then(|rest| rest.split(';').next()).and_then(|code| code.parse().ok());
    match code {
        Some(code) if code > 0 => {
            Declared::Known(super::super::reference::canonical(crate::model::DeclaredReference::Epsg(code)))
        }
        _ => Declared::Nothing,
    }
}

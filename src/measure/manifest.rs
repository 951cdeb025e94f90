//! The manifest of a result, from which the result can be made again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::operation::Input;
use crate::error::Result;
use crate::model::Weights;
use crate::model::json::json;
use crate::source::{self, Origin};

/// Files with their SHA-256, in the order of their names.
///
/// # Errors
///
/// [`crate::Error::File`] for a file that cannot be read.
pub(crate) fn file_hashes(files: &[PathBuf]) -> Result<Vec<Value>> {
    let mut hashes = BTreeMap::new();
    for file in files {
        hashes.insert((source::told_name(file), file), source::sha256(file)?);
    }
    Ok(hashes.into_iter().map(|((file, _), sha256)| json!({ "file": file, "sha256": sha256 })).collect())
}

/// An input in memory with the name by which results mention it and the SHA-256 of its content; none of another input.
///
/// # Errors
///
/// [`crate::Error::Table`], a fault of the program.
pub(super) fn held_hash(input: &Input<'_>) -> Result<Option<Value>> {
    let (name, sha256) = match input {
        Input::Table(Origin::Memory(name, table)) | Input::Register(Origin::Memory(name, table)) => {
            (name, source::sha256_of_table(table)?)
        }
        Input::Areas(Origin::Memory(name, areas)) => (name, source::sha256_of_areas(areas)?),
        Input::Weights(Origin::Memory(name, weights)) => (name, weights_hash(weights)),
        _ => return Ok(None),
    };
    Ok(Some(json!({ "memory": name, "sha256": sha256 })))
}

/// The program with its version, what was computed and by which definition, every input, of a file or in memory, with its
/// SHA-256, and what else decides the result.
///
/// # Errors
///
/// [`crate::Error::File`] for an input that cannot be read.
pub(crate) fn manifest_fields(
    statistic: &str,
    definition: &str,
    inputs: &[PathBuf],
    held: Vec<Value>,
    more: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let inputs = file_hashes(inputs)?.into_iter().chain(held).collect();
    let mut manifest = Map::new();
    manifest.insert("program".to_owned(), json!("jiju"));
    manifest.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    manifest.insert("statistic".to_owned(), json!(statistic));
    manifest.insert("definition".to_owned(), json!(definition));
    manifest.insert("inputs".to_owned(), Value::Array(inputs));
    manifest.extend(more);
    Ok(manifest)
}

/// The SHA-256 of weights: their ids, neighbours and weights, in order.
pub(super) fn weights_hash(weights: &Weights) -> String {
    let mut hash = Sha256::new();
    for (unit, id) in weights.ids().iter().enumerate() {
        hash.update((id.len() as u64).to_le_bytes());
        hash.update(id.as_bytes());
        hash.update((weights.cardinality(unit) as u64).to_le_bytes());
        for (neighbour, weight) in weights.neighbours(unit) {
            hash.update((neighbour as u64).to_le_bytes());
            hash.update(weight.to_bits().to_le_bytes());
        }
    }
    hex::encode(hash.finalize())
}

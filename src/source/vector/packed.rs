//! Files that pack others: a Shapefile in a .zip is read, the rest is told.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::write::temporary;
use super::{Opening, VectorLayer, ending};
use crate::error::{Error, ReadError, Result};

/// Endings of files that are layers when they are unpacked, and do not belong to another one.
const LAYERS: [&str; 12] =
    ["shp", "geojson", "json", "gpkg", "kml", "kmz", "tab", "mif", "fgb", "gml", "parquet", "geoparquet"];

/// Reads the only layer that a .zip packs, unpacked into a folder that is removed again.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let malformed = |message: String| -> Error {
        ReadError::Malformed { file: path.display().to_string(), format: "a packed file", message }.into()
    };
    if ending(path) != "zip" {
        return Err(malformed(format!("it is packed as .{}: unpack it and give the file in it", ending(path))));
    }
    let file = super::open(path, opening.max_bytes)?;
    let mut archive =
        zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(|error| malformed(error.to_string()))?;
    let (folder, _kept) = temporary::folder_in(&std::env::temp_dir()).map_err(Error::file("unpack", path))?;
    let mut layers: Vec<(String, PathBuf)> = Vec::new();
    let mut left = opening.max_bytes;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| malformed(error.to_string()))?;
        // Names in Chinese archives are in any encoding.
        let (name, _) = super::super::encoding::text(file.name_raw(), None);
        if !file.is_file() || name.contains("__MACOSX") {
            continue;
        }
        let safe: String = name.chars().map(|c| if matches!(c, '/' | '\\' | ':' | '\0') { '_' } else { c }).collect();
        let target = folder.path().join(safe.trim_start_matches('.'));
        let mut bytes = Vec::new();
        file.take(left.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::file("unpack", path))?;
        super::check_size(path, bytes.len() as u64, left)?;
        left -= bytes.len() as u64;
        std::fs::write(&target, bytes).map_err(Error::file("unpack", path))?;
        if LAYERS.contains(&ending(&target).as_str()) {
            layers.push((name, target));
        }
    }
    layers.sort();
    let names: Vec<String> = layers.iter().map(|(name, _)| name.clone()).collect();
    let position = match (layers.len(), opening.layer) {
        (0, _) => return Err(malformed("it packs no layer, such as a .shp".to_owned())),
        (1, None) => 0,
        (_, wanted) => {
            let is_wanted = |name: &String| {
                let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
                wanted.is_some_and(|wanted| wanted == name || stem.as_deref() == Some(wanted))
            };
            names.iter().position(is_wanted).ok_or_else(|| ReadError::Layers {
                file: path.display().to_string(),
                named: wanted.map(str::to_owned),
                available: names.clone(),
            })?
        }
    };
    let (name, target) = &layers[position];
    let inner = target.display().to_string();
    let named = |text: String| text.replace(&inner, &path.display().to_string());
    let mut layer = super::layer_of_file(target, Opening { layer: None, ..opening }).map_err(|error| match error {
        Error::Read(ReadError::Malformed { file, format, message }) => {
            Error::Read(ReadError::Malformed { file: named(file), format, message: named(message) })
        }
        other => other,
    })?;
    layer.notes = layer.notes.into_iter().map(named).collect();
    layer.source = path.display().to_string();
    layer.note(&format!("read {name} in it"));
    Ok(layer)
}

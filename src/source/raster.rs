use std::path::Path;

use super::gdal;
use super::write::write_atomically;
use crate::error::Result;
use crate::model::Raster;

/// Writes a raster as GeoTIFF, with its reference and what stands for no value.
///
/// # Errors
///
/// A file that cannot be written or is one of the inputs; a build without GDAL.
pub fn write_raster(raster: &Raster, path: &Path, inputs: &[&Path]) -> Result<()> {
    write_atomically(path, inputs, &raster_bytes(raster)?)
}

/// A raster as the bytes of a GeoTIFF, as [`write_raster`] writes it.
///
/// # Errors
///
/// A build without GDAL.
pub fn raster_bytes(raster: &Raster) -> Result<Vec<u8>> {
    gdal::raster_bytes(raster)
}

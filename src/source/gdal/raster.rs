use std::path::Path;

use gdal::DriverManager;
use gdal::raster::Buffer;

use super::held::Folder;
use super::{drivers, spatial};
use crate::error::{Error, ReadError, Result};
use crate::model::Raster;

/// A raster as the bytes of a GeoTIFF; what has no value is NaN, which the file says.
pub fn raster_bytes(raster: &Raster) -> Result<Vec<u8>> {
    drivers::ready();
    super::complaints();
    let folder = Folder::new();
    let made = folder.path().join("raster.tif");
    let refused = |message: String| {
        Error::from(ReadError::Unwritable { file: "the raster".to_owned(), format: "GeoTIFF".to_owned(), message })
    };
    written(raster, &made).map_err(|error| refused(super::said(error)))?;
    if let Some(failure) = super::failure() {
        return Err(refused(failure));
    }
    gdal::vsi::get_vsi_mem_file_bytes_owned(&made).map_err(|error| refused(error.to_string()))
}

fn written(raster: &Raster, path: &Path) -> gdal::errors::Result<()> {
    let size = (raster.columns, raster.rows());
    let driver = DriverManager::get_driver_by_name(drivers::RASTER)?;
    let mut dataset = driver.create_with_band_type::<f64, _>(path, size.0, size.1, 1)?;
    let [x, y] = raster.corner_m;
    dataset.set_geo_transform(&[x, raster.cell_m, 0.0, y, 0.0, -raster.cell_m])?;
    dataset.set_spatial_ref(&spatial::spatial_reference(raster.grid.into())?)?;
    let mut band = dataset.rasterband(1)?;
    band.set_no_data_value(Some(f64::NAN))?;
    let values = raster.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    band.write((0, 0), size, &mut Buffer::new(size, values))?;
    dataset.close()
}

use std::path::Path;

use gdal::DriverManager;
use gdal::raster::Buffer;

use super::spatial;
use crate::error::{Error, ReadError, Result};
use crate::model::Raster;

/// Writes a raster as GeoTIFF to a file that is not there yet; what has no value is NaN, which the file says.
pub fn write_raster(raster: &Raster, path: &Path) -> Result<()> {
    super::quiet();
    super::complaints();
    written(raster, path).map_err(|error| {
        let (file, message) = (path.display().to_string(), error.to_string());
        Error::from(ReadError::Malformed { file, format: "a GeoTIFF", message })
    })
}

fn written(raster: &Raster, path: &Path) -> gdal::errors::Result<()> {
    let size = (raster.columns, raster.rows());
    let driver = DriverManager::get_driver_by_name("GTiff")?;
    let mut dataset = driver.create_with_band_type::<f64, _>(path, size.0, size.1, 1)?;
    let [x, y] = raster.corner_m;
    dataset.set_geo_transform(&[x, raster.cell_m, 0.0, y, 0.0, -raster.cell_m])?;
    dataset.set_spatial_ref(&spatial::of(raster.grid.into())?)?;
    let mut band = dataset.rasterband(1)?;
    band.set_no_data_value(Some(f64::NAN))?;
    let values = raster.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    band.write((0, 0), size, &mut Buffer::new(size, values))?;
    dataset.close()
}

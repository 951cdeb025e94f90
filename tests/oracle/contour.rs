//! Bands and lines of a raster held against contourpy: see `data/README.md`.

use geo::{Area as _, Euclidean, Length as _};
use jiju::model::{MetreGrid, Raster};
use jiju::stats::{contour_bands, contour_lines};

use super::autocorrelation::{numbers, set};

#[test]
fn bands_and_lines_agree_with_contourpy() {
    let set = set("contour_bands");
    let (columns, cell_m) = (set.inputs["columns"].as_u64().unwrap() as usize, set.inputs["cell"].as_f64().unwrap());
    let values: Vec<Option<f64>> = set.column("values").into_iter().map(Some).collect();
    let corner_m = [0.0, (values.len() / columns) as f64 * cell_m];
    let raster = Raster { grid: MetreGrid::epsg(4549).unwrap(), corner_m, cell_m, columns, values };
    let levels = set.column("levels");
    let bands = contour_bands(&raster, &levels).unwrap();
    let case = set.case("bands");
    let areas: Vec<Option<f64>> = bands.iter().map(|band| Some(band.geometry.unsigned_area())).collect();
    case.all_near("area", &areas);
    let rings = |band: &jiju::stats::ContourBand| -> f64 {
        let rings = band.geometry.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
        rings.map(|ring| Euclidean.length(ring)).sum()
    };
    case.all_near("length", &bands.iter().map(|band| Some(rings(band))).collect::<Vec<_>>());
    let counts = |key: &str, found: Vec<usize>| {
        let found: Vec<f64> = found.into_iter().map(|count| count as f64).collect();
        assert_eq!(found, numbers(case.expected(key)), "{key}");
    };
    counts("polygons", bands.iter().map(|band| band.geometry.0.len()).collect());
    let holes = bands.iter().map(|band| band.geometry.iter().map(|part| part.interiors().len()).sum());
    counts("holes", holes.collect());
    let lines = contour_lines(&raster, &levels).unwrap();
    let lengths = lines.iter().map(|line| Some(Euclidean.length(&line.geometry)));
    case.all_near("line_length", &lengths.collect::<Vec<_>>());
    counts("lines", lines.iter().map(|line| line.geometry.0.len()).collect());
}

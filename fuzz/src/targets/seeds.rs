//! Inputs made from the fixtures: where the search for others begins.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiju::join::{AreaIndex, index_bytes};
use jiju::model::Reference;
use serde_json::json;

use super::exact::{Layer, areas};
use super::inputs::joined;
use super::repository;

/// Longer ones are searched slowly.
const MAX_SEED: u64 = 24 << 10;

/// The fixtures of an ending, in a fixed order.
fn fixtures(endings: &[&str], max_bytes: u64) -> Vec<PathBuf> {
    fn add(folder: &Path, endings: &[&str], max_bytes: u64, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, endings, max_bytes, found);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|other| ending == *other))
                && path.metadata().unwrap().len() <= max_bytes
            {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    add(&repository().join("tests/fixtures"), endings, max_bytes, &mut found);
    found.sort();
    found
}

fn whole(endings: &[&str]) -> Vec<Vec<u8>> {
    fixtures(endings, MAX_SEED).into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// The fixtures of each ending behind the choice of it.
fn chosen(endings: &[&[&str]]) -> Vec<Vec<u8>> {
    let of_one = |(choice, endings): (usize, &&[&str])| {
        whole(endings).into_iter().map(move |bytes| [vec![choice as u8], bytes].concat())
    };
    endings.iter().enumerate().flat_map(of_one).collect()
}

/// Fixtures that consist of several files.
fn together(main: &'static str, others: &[&'static str]) -> Vec<Vec<u8>> {
    let of_one = |path: PathBuf| {
        let part = |ending: &'static str| Some((ending, std::fs::read(path.with_extension(ending)).ok()?));
        let parts: Vec<(&str, Vec<u8>)> =
            std::iter::once(main).chain(others.iter().copied()).filter_map(part).collect();
        joined(parts)
    };
    fixtures(&[main], MAX_SEED).into_iter().map(of_one).collect()
}

/// The parts of archives, those without text left out.
fn unpacked(ending: &str) -> Vec<Vec<u8>> {
    let parts = |path: PathBuf| {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).ok()?;
        let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        let mut parts = Vec::new();
        for name in
            names.iter().filter(|name| !["theme", "docProps", "Thumbnails"].iter().any(|part| name.contains(part)))
        {
            let mut bytes = Vec::new();
            archive.by_name(name).ok()?.read_to_end(&mut bytes).ok()?;
            parts.push((name.as_str(), bytes));
        }
        Some(joined(parts)).filter(|bytes| bytes.len() as u64 <= MAX_SEED)
    };
    fixtures(&[ending], 1 << 20).into_iter().filter_map(parts).collect()
}

fn behind(choice: u8, seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    seeds.into_iter().map(|bytes| [vec![choice], bytes].concat()).collect()
}

pub fn text() -> Vec<Vec<u8>> {
    chosen(&[&["csv"], &["tsv"], &["txt"]])
}

pub fn workbook() -> Vec<Vec<u8>> {
    chosen(&[&["xlsx"], &["xls"], &["ods"]])
}

pub fn workbook_parts() -> Vec<Vec<u8>> {
    [behind(0, unpacked("xlsx")), behind(1, unpacked("ods"))].concat()
}

pub fn parquet() -> Vec<Vec<u8>> {
    whole(&["parquet"])
}

pub fn arrow() -> Vec<Vec<u8>> {
    whole(&["arrow", "arrows", "feather"])
}

pub fn geojson() -> Vec<Vec<u8>> {
    chosen(&[&["geojson"], &["json"], &["geojsonl", "geojsons"], &["topojson"]])
}

pub fn geoparquet() -> Vec<Vec<u8>> {
    whole(&["parquet"])
}

pub fn shapefile() -> Vec<Vec<u8>> {
    together("shp", &["shx", "dbf", "prj", "cpg"])
}

pub fn geopackage() -> Vec<Vec<u8>> {
    fixtures(&["gpkg"], 128 << 10).into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

pub fn flatgeobuf() -> Vec<Vec<u8>> {
    whole(&["fgb"])
}

pub fn kml() -> Vec<Vec<u8>> {
    whole(&["kml"])
}

pub fn kmz() -> Vec<Vec<u8>> {
    whole(&["kml"]).into_iter().map(|bytes| joined([("doc.kml", bytes)])).collect()
}

pub fn mapinfo() -> Vec<Vec<u8>> {
    [behind(0, together("tab", &["dat", "map", "id"])), behind(1, together("mif", &["mid"]))].concat()
}

pub fn gml() -> Vec<Vec<u8>> {
    chosen(&[&["gml"], &["gpx"]])
}

pub fn weights() -> Vec<Vec<u8>> {
    [
        (0, "0 3 layer id\na 2\nb c\nb 1\na\nc 1\na\n"),
        (0, "3\n1 1\n2\n2 2\n1 3\n3 1\n2\n"),
        (1, "0 3 layer id\na b 0.5\nb a 0.5\nb c 1e3\nc b 2\n"),
        (2, "%%MatrixMarket matrix coordinate real general\n% ids: a b c\n3 3 4\n1 2 0.5\n2 1 0.5\n2 3 1\n3 2 1\n"),
        (2, "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 2\n"),
    ]
    .into_iter()
    .map(|(choice, text)| [vec![choice], text.as_bytes().to_vec()].concat())
    .collect()
}

pub fn index() -> Vec<Vec<u8>> {
    let square = |x: f64, y: f64, side: f64| vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)];
    let one: Layer = vec![vec![vec![square(0.0, 0.0, 2.0)]]];
    let four: Layer = [(0.0, 0.0), (2.0, 0.0), (1.9, 1.5), (0.0, 2.0)]
        .into_iter()
        .map(|(x, y)| vec![vec![square(x, y, 2.0), square(x + 0.5, y + 0.5, 1.0)]])
        .collect();
    let many: Layer =
        (0..30).map(|number| vec![vec![square(f64::from(number % 6), f64::from(number / 6), 1.0)]]).collect();
    [(one, Reference::Wgs84), (four, Reference::Wgs84), (many, Reference::epsg(4549))]
        .into_iter()
        .map(|(layer, reference)| {
            let areas = areas(&layer, reference);
            index_bytes(&areas, &AreaIndex::new(&areas).unwrap(), &json!({ "note": 1 })).unwrap()
        })
        .collect()
}

/// The specifications and themes of the repository.
pub fn figures() -> Vec<Vec<u8>> {
    let of = |folder: &str| {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(repository().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        paths.sort();
        paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>()
    };
    let own = [
        "column = \"area_km2\"\n[classes]\nscheme = \"quantile\"\ncount = 4\n[labels]\nsize_pt = 8\n[graticule]\n",
        "kind = \"categorical\"\ncolumn = \"name\"\n[page]\nwidth_mm = 120\nheight_mm = 90\n",
    ];
    let own = behind(0, own.iter().map(|text| text.as_bytes().to_vec()).collect());
    [behind(0, of("maps")), behind(1, of("maps")), behind(2, of("maps/themes")), own].concat()
}

pub fn project() -> Vec<Vec<u8>> {
    let words = "EPSG:4549\nwgs84\ngcj02\nxian1980\nalbers=27.5,31,120\nlaea=30,120\n3km\n500 m\nfisher-jenks\n\
                 sector = \"bearings\" and 员工 > 20\nnot (a in (1, 'b') or `c d` is not null)\n120°30′15.5″E\n\
                 １２３，４５６．７\n2020年5月28日\n20200528\n43979\n1.2万\n合计\n";
    let demo = std::fs::read(repository().join("data/demo/jiju.toml")).unwrap();
    [behind(0, vec![demo]), behind(1, vec![words.as_bytes().to_vec()])].concat()
}

pub fn policy() -> Vec<Vec<u8>> {
    let folder = repository().join("data/policy/shaoxing-2020");
    let files = jiju::policy::files(&folder).into_iter().filter(|path| !path.ends_with("document.txt"));
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            joined([(name, std::fs::read(&path).unwrap())])
        })
        .collect()
}

/// Bytes from which layers and points are made.
pub fn join() -> Vec<Vec<u8>> {
    (0..24_u64).map(|seed| (0..160).map(|at| super::replay::Drawn(seed << 8 | at).below(256) as u8).collect()).collect()
}

//! The same register, ledger and districts in the formats offices keep them in give the same quota table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::vector::{Feature, LayerAccess as _, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use super::{AS_OF, DISTRICTS, Folder, Outcome, POLICY, Sample, csv_text, jiju, repository, rows, sample};

/// The sample in a folder of its own, and the quota table it gives as it is.
struct Plain {
    folder: Folder,
    sample: Sample,
    register: PathBuf,
    ledger: PathBuf,
    districts: PathBuf,
    outcome: Outcome,
}

impl Plain {
    fn new() -> Self {
        let folder = Folder::new();
        let sample = sample();
        let (register, ledger) = (folder.file("register.csv"), folder.file("ledger.csv"));
        std::fs::write(&register, csv_text(&sample.register)).unwrap();
        std::fs::write(&ledger, csv_text(&sample.ledger)).unwrap();
        let districts = repository(DISTRICTS);
        let outcome = progress(&register, &ledger, &districts, &[]);
        // A table of zeros would be equal to any other.
        let table: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        let city: Vec<u64> = table
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["is_city"] == true)
            .map(|row| row["accepted"].as_u64().unwrap())
            .collect();
        assert_eq!(table.as_array().unwrap().len(), 14);
        assert!(city.len() == 2 && city.iter().all(|accepted| *accepted > 50), "{city:?}");
        Self { folder, sample, register, ledger, districts, outcome }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.file(name)
    }

    /// Asserts the same table, the same numbers of rows kept and rejected, the same number of problems.
    fn assert_same(&self, found: &Outcome) {
        assert_eq!(found.stdout, self.outcome.stdout);
        // What stood around the table is told beside.
        let told = found.stderr.lines().filter(|line| !line.contains(" are left out: `备注："));
        assert_eq!(told.collect::<Vec<_>>(), self.outcome.stderr.lines().collect::<Vec<_>>());
        assert_eq!(found.status, 0);
    }
}

fn progress(register: &Path, ledger: &Path, districts: &Path, more: &[&str]) -> Outcome {
    let [register, ledger, districts] = [register, ledger, districts].map(|path| path.to_str().unwrap());
    let mut arguments = vec!["progress", "--register", register, "--ledger", ledger, "--areas", districts];
    arguments.extend(["--policy", POLICY, "--as-of", AS_OF]);
    if !more.contains(&"--format") {
        arguments.extend(["--format", "json"]);
    }
    arguments.extend(more);
    let outcome = jiju(&arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome
}

/// What the policy calls a thing in Chinese, by its id.
fn words() -> HashMap<String, String> {
    let mut words: HashMap<String, String> = ["stages", "grounds", "measures", "deficits", "equipment"]
        .iter()
        .flat_map(|list| rows(&repository(&format!("{POLICY}/{list}.csv"))).into_iter().skip(1))
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let policy: toml::Table =
        std::fs::read_to_string(repository(&format!("{POLICY}/policy.toml"))).unwrap().parse().unwrap();
    for programme in policy["programme"].as_array().unwrap() {
        let word = |key: &str| programme[key].as_str().unwrap().to_owned();
        words.insert(word("id"), word("name_zh"));
    }
    words
}

const LEDGER_HEADERS: [&str; 12] = [
    "统一社会信用代码",
    "任务类别",
    "淘汰依据",
    "“四无”情形",
    "主要设备",
    "处置措施",
    "验收阶段",
    "列入日期",
    "整改期限",
    "镇街自验日期",
    "区县复验日期",
    "市级抽验日期",
];

const REGISTER_HEADERS: [&str; 14] = [
    "统一社会信用代码",
    "企业名称",
    "地址",
    "经度",
    "纬度",
    "坐标系",
    "所属区县",
    "所属镇街",
    "行业代码",
    "从业人员（人）",
    "工业总产值（元）",
    "实缴税金（元）",
    "用地面积（亩）",
    "综合能耗（吨标煤）",
];

/// The first column of the ledger that holds dates.
const FIRST_DATE: usize = 7;

fn under_headers(rows: &[Vec<String>], headers: &[&str]) -> Vec<Vec<String>> {
    assert_eq!(rows[0].len(), headers.len());
    let headers = headers.iter().map(|header| (*header).to_owned()).collect();
    std::iter::once(headers).chain(rows[1..].iter().cloned()).collect()
}

/// The ledger as an office words it; what the policy has no word for stays as it is.
fn in_chinese(ledger: &[Vec<String>]) -> Vec<Vec<String>> {
    let words = words();
    let word = |cell: &str| words.get(cell).cloned().unwrap_or_else(|| cell.to_owned());
    let mut rows = under_headers(ledger, &LEDGER_HEADERS);
    for row in &mut rows[1..] {
        for cell in &mut row[1..FIRST_DATE] {
            *cell = cell.split(';').map(word).collect::<Vec<_>>().join("；");
        }
    }
    assert!(
        rows.iter().any(|row| row[1] == "“低散乱”整治" && row[3] == "无安全保障；无环保措施" && row[6] == "区县复验")
    );
    rows
}

/// A sheet with two title rows, a note below, dates as dates, and neighbours of one programme merged.
fn write_ledger_sheet(sheet: &mut Worksheet, rows: &[Vec<String>]) {
    let centred = Format::new().set_bold();
    let date_format = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let last_column = u16::try_from(rows[0].len() - 1).unwrap();
    sheet.merge_range(0, 0, 0, last_column, "2020年绍兴市淘汰落后产能和“低散乱”整治管理台账", &centred).unwrap();
    sheet.write_string(1, 0, "填报单位：绍兴市经济和信息化局").unwrap();
    sheet.write_string(1, last_column, "截至2020年9月30日").unwrap();
    for (row, cells) in (2_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let date = NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok().filter(|_| usize::from(column) >= FIRST_DATE);
            match date {
                Some(_) => sheet
                    .write_datetime_with_format(row, column, ExcelDateTime::parse_from_str(cell).unwrap(), &date_format)
                    .unwrap(),
                None => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    let mut first = 1;
    let mut merged = 0;
    for end in 2..=rows.len() {
        if rows.get(end).is_none_or(|row| row[1] != rows[first][1]) {
            if end - first > 1 {
                let at = |position: usize| u32::try_from(position + 2).unwrap();
                sheet.merge_range(at(first), 1, at(end - 1), 1, &rows[first][1], &Format::new()).unwrap();
                merged += 1;
            }
            first = end;
        }
    }
    assert!(merged > 10);
    let below = u32::try_from(rows.len() + 2).unwrap();
    sheet.write_string(below, 0, "备注：本表由各区、县（市）每季度末填报，示例数据，非真实企业。").unwrap();
}

fn write_gb18030(path: &Path, text: &str) {
    let (bytes, _, lossy) = encoding_rs::GB18030.encode(text);
    assert!(!lossy && std::str::from_utf8(&bytes).is_err());
    std::fs::write(path, bytes).unwrap();
}

/// Writes the districts with GDAL alone, their vertices carried to `epsg`.
fn write_districts(path: &Path, driver: &str, epsg: u32, creation: &[&str]) {
    let reference = |code| {
        let mut reference = SpatialRef::from_epsg(code).unwrap();
        reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        reference
    };
    let (from, to) = (reference(4490), reference(epsg));
    let transform = CoordTransform::new(&from, &to).unwrap();
    let source = Dataset::open(repository(DISTRICTS)).unwrap();
    let mut target = DriverManager::get_driver_by_name(driver).unwrap().create_vector_only(path).unwrap();
    let layer = target
        .create_layer(LayerOptions {
            name: "区县",
            srs: Some(&to),
            ty: OGRwkbGeometryType::wkbUnknown,
            options: Some(creation),
        })
        .unwrap();
    layer.create_defn_fields(&[("adcode", OGRFieldType::OFTString), ("name", OGRFieldType::OFTString)]).unwrap();
    for feature in source.layer(0).unwrap().features() {
        let geometry = feature.geometry().unwrap().transform(&transform).unwrap();
        let mut copy = Feature::new(layer.defn()).unwrap();
        for (position, name) in ["adcode", "name"].into_iter().enumerate() {
            let value = feature.field_as_string(feature.field_index(name).unwrap()).unwrap().unwrap();
            copy.set_field_string(position, &value).unwrap();
        }
        copy.set_geometry(geometry).unwrap();
        copy.create(&layer).unwrap();
    }
    target.close().unwrap();
}

/// GCJ-02 from WGS 84 by the published formulas (the `eviltransform` of the mapping community), written down here once
/// more so that the program is not held against itself.
fn gcj02((longitude, latitude): (f64, f64)) -> (f64, f64) {
    use std::f64::consts::PI;
    const SEMI_MAJOR_AXIS_M: f64 = 6_378_245.0;
    const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let wave = |amplitudes: [f64; 2], argument: f64, divisors: [f64; 2]| {
        (amplitudes[0] * (argument / divisors[0] * PI).sin() + amplitudes[1] * (argument / divisors[1] * PI).sin())
            * 2.0
            / 3.0
    };
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + wave([20.0, 40.0], y, [1.0, 3.0])
        + wave([160.0, 320.0], y, [12.0, 30.0]);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + wave([20.0, 40.0], x, [1.0, 3.0])
        + wave([150.0, 300.0], x, [12.0, 30.0]);
    let phi = latitude.to_radians();
    let magic = 1.0 - ECCENTRICITY_SQUARED * phi.sin().powi(2);
    let metres_north = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (magic * magic.sqrt());
    let metres_east = SEMI_MAJOR_AXIS_M / magic.sqrt() * phi.cos();
    (longitude + (east / metres_east).to_degrees(), latitude + (north / metres_north).to_degrees())
}

#[test]
fn gcj02_is_the_published_one() {
    // A test vector of eviltransform.
    let (longitude, latitude) = gcj02((121.527_210_6, 31.177_427_6));
    let near = |found: f64, expected: f64| (found - expected).abs() < 1e-9;
    assert!(near(longitude, 121.531_541_859_215) && near(latitude, 31.175_303_983_645_97), "{longitude}, {latitude}");
}

#[test]
fn an_excel_ledger_with_title_rows_and_chinese_headers() {
    let plain = Plain::new();
    let path = plain.file("台账.xlsx");
    let mut workbook = Workbook::new();
    write_ledger_sheet(workbook.add_worksheet(), &in_chinese(&plain.sample.ledger));
    workbook.save(&path).unwrap();
    plain.assert_same(&progress(&plain.register, &path, &plain.districts, &[]));
}

#[test]
fn register_and_ledger_in_gb18030() {
    let plain = Plain::new();
    let (register, ledger) = (plain.file("名录.csv"), plain.file("台账.csv"));
    write_gb18030(&register, &csv_text(&under_headers(&plain.sample.register, &REGISTER_HEADERS)));
    write_gb18030(&ledger, &csv_text(&in_chinese(&plain.sample.ledger)));
    plain.assert_same(&progress(&register, &ledger, &plain.districts, &[]));
}

#[test]
fn districts_in_a_gbk_shapefile_that_does_not_say_so() {
    let plain = Plain::new();
    let path = plain.file("区县.shp");
    write_districts(&path, "ESRI Shapefile", 4490, &["ENCODING=CP936"]);
    // Undeclared: no .cpg file, no language driver in the header of the .dbf.
    let _ = std::fs::remove_file(path.with_extension("cpg"));
    let table = path.with_extension("dbf");
    let mut bytes = std::fs::read(&table).unwrap();
    bytes[29] = 0;
    let (name, _, _) = encoding_rs::GBK.encode("越城区");
    assert!(bytes.windows(name.len()).any(|window| window == &*name));
    std::fs::write(&table, bytes).unwrap();
    plain.assert_same(&progress(&plain.register, &plain.ledger, &path, &[]));
}

#[test]
fn districts_in_a_geopackage_in_a_grid() {
    let plain = Plain::new();
    let path = plain.file("区县.gpkg");
    write_districts(&path, "GPKG", 4549, &[]);
    plain.assert_same(&progress(&plain.register, &plain.ledger, &path, &[]));
}

#[test]
fn a_register_in_gcj02() {
    let plain = Plain::new();
    let path = plain.file("gcj02.csv");
    let mut moved = 0;
    let mut register = plain.sample.register.clone();
    for row in register[1..].iter_mut().filter(|row| row[5].is_empty()) {
        let (Ok(longitude), Ok(latitude)) = (row[3].parse::<f64>(), row[4].parse::<f64>()) else { continue };
        if (73.0..136.0).contains(&longitude) && (3.0..54.0).contains(&latitude) {
            let there = gcj02((longitude, latitude));
            (row[3], row[4]) = (there.0.to_string(), there.1.to_string());
            moved += 1;
        }
    }
    assert!(moved > 1000, "{moved}");
    std::fs::write(&path, csv_text(&register)).unwrap();
    let found = progress(&path, &plain.ledger, &plain.districts, &["--crs", "gcj02"]);
    // Rows that say GCJ-02 themselves no longer differ from their file: fewer warnings, the same table.
    assert_eq!(found.stdout, plain.outcome.stdout);
    // Half a kilometre off, firms stand in other districts: the table notices.
    let unsaid = progress(&path, &plain.ledger, &plain.districts, &[]);
    assert_ne!(unsaid.stdout, plain.outcome.stdout);
}

#[test]
fn a_project_file_with_a_workbook_and_a_geopackage() {
    let plain = Plain::new();
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("填表说明").unwrap().write_string(0, 0, "每季度末填报").unwrap();
    let mut rows = in_chinese(&plain.sample.ledger);
    "工作进展情况".clone_into(&mut rows[0][6]);
    write_ledger_sheet(workbook.add_worksheet().set_name("台账").unwrap(), &rows);
    workbook.save(plain.file("台账.xlsx")).unwrap();
    write_districts(&plain.file("区县.gpkg"), "GPKG", 4549, &[]);
    let policy = repository(POLICY);
    let project = format!(
        r#"
title = "进度通报"
as_of = 2020-09-30
policy = '{}'
output = "out"

[register]
file = "register.csv"

[ledger]
file = "台账.xlsx"
sheet = "台账"
columns = {{ stage = "工作进展情况" }}

[[layer]]
name = "district"
file = "区县.gpkg"
id = "adcode"
label = "name"
"#,
        policy.display()
    );
    let file = plain.file("jiju.toml");
    std::fs::write(&file, project).unwrap();
    let outcome = jiju([Path::new("run"), &file]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let expected = progress(&plain.register, &plain.ledger, &plain.districts, &["--format", "csv"]);
    let quota = std::fs::read_to_string(plain.file("out/tables/quota.csv")).unwrap();
    assert_eq!(quota.strip_prefix('\u{feff}').unwrap(), expected.stdout);
}

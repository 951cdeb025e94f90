use std::fmt::Write as _;
use std::path::Path;

use super::SynthOptions;
use super::faults::Truth;
use crate::error::{Error, Result};
use crate::model::Areas;
use crate::model::json::json;
use crate::policy::Policy;

/// The notice that each file of the sample contains or has beside it.
pub(super) const NOTICE: &str = "示例数据，非真实企业 (synthetic sample data, no real enterprises)";

/// Writes a layer as GeoJSON, with one feature in each line.
pub(super) fn geojson(layer: &Areas) -> Vec<u8> {
    let metadata = json!({ "notice": NOTICE, "layer": layer.layer, "reference": layer.reference.to_string() });
    let mut text = format!("{{\"type\":\"FeatureCollection\",\"metadata\":{metadata},\"features\":[\n");
    for (position, area) in layer.areas.iter().enumerate() {
        let geometry = match area.geometry.0.as_slice() {
            [polygon] => geojson::GeometryValue::from(polygon),
            _ => geojson::GeometryValue::from(&area.geometry),
        };
        let feature = json!({
            "type": "Feature",
            "properties": json!({ "id": area.id, "name": area.name, "parent": area.parent, "synthetic": true }),
            "geometry": geojson::Geometry::new(geometry),
        });
        let end = if position + 1 < layer.len() { ",\n" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{feature}{end}");
    }
    text.push_str("]}\n");
    text.into_bytes()
}

/// Writes the table of seeded faults: `file`, `row`, `problem`, `column`.
pub(super) fn truth(truth: &[Truth]) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Error::File {
        action: "write",
        path: super::TRUTH_FILE.into(),
        source: std::io::Error::from(error),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["file", "row", "problem", "column"]).map_err(failed)?;
    for fault in truth {
        let row = fault.row.to_string();
        writer.write_record([fault.file, &row, &fault.problem.key(), &fault.column]).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| failed(csv::Error::from(error.into_error())))
}

/// Returns the quoted lines of the `README.md` beside a file; the name of the file if there is none.
pub(super) fn quoted_beside(source: &str) -> String {
    let path = Path::new(source);
    let readme = std::fs::read_to_string(path.with_file_name("README.md")).unwrap_or_default();
    let quoted: Vec<&str> = readme.lines().filter(|line| line.starts_with('>')).collect();
    if quoted.is_empty() {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        return format!("> see the terms of {name}");
    }
    quoted.join("\n")
}

/// Writes the README, which describes the files of the folder and states that all firms are invented.
pub(super) fn readme(
    options: &SynthOptions,
    policy: &Policy,
    as_of: chrono::NaiveDate,
    attribution: &str,
    truth: &[Truth],
) -> String {
    let mut kinds: Vec<(&str, String)> = truth.iter().map(|fault| (fault.file, fault.problem.key())).collect();
    kinds.sort();
    let mut counts = String::new();
    for group in kinds.chunk_by(|a, b| a == b) {
        let _ = writeln!(counts, "| {} | `{}` | {} |", group[0].0, group[0].1, group.len());
    }
    format!(
        "# Sample data 示例数据，非真实企业

Every enterprise, code, address, park and ledger entry in this folder is invented. No real enterprise is meant;
the organisation codes begin with `YL` (样例) to mark them. The outlines of parks and towns are invented as well: a town
is the set of points nearest to its gazetteer point within its district, not its legal territory.

Made for {city}, policy {number}, as of {as_of}:

    jiju synth --firms {firms} --seed {seed}

The same numbers give the same bytes on any machine.

| file | what |
| --- | --- |
| {register} | 企业名录, {firms} rows |
| {ledger} | 管理台账: the quotas of the policy and a margin |
| towns.geojson | Voronoi cells of the gazetteer's towns, clipped to their districts |
| parks.geojson | invented industrial parks 示例园区 |
| small_micro_parks.geojson | invented small-micro parks 示例小微园 |
| {truth_file} | every seeded fault: file, row, problem, column |

## Seeded faults

| file | problem | rows |
| --- | --- | --- |
{counts}
## Sources

The outlines of the towns follow the district boundaries, whose notice travels with them:

{attribution}

Town points: names and codes from china-division 2.7.0 (WTFPL); coordinates © GeoNames, CC BY 4.0.
",
        city = policy.city.name_zh,
        number = policy.document.number,
        firms = options.firms,
        seed = options.seed,
        register = super::REGISTER_FILE,
        ledger = super::LEDGER_FILE,
        truth_file = super::TRUTH_FILE,
    )
}

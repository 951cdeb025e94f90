//! What reading a table found out reaches the user of every command, once.

use super::{Folder, Outcome, POLICY, jiju};

const DISTRICTS: &str = "tests/fixtures/files/districts.geojson";

/// Six firms: code, name, longitude, latitude, sector, district, employees.
const FIRMS: [[&str; 7]; 6] = [
    ["", "測試甲廠", "120.51", "30.05", "C1713", "330602", "100"],
    ["", "測試乙廠", "120.55", "30.02", "C1713", "330602", "80"],
    ["9.13306E+17", "測試丙廠", "120.43", "30.05", "C3360", "330603", "60"],
    ["", "測試丁廠", "120.47", "30.03", "C3360", "330603", "120"],
    ["", "測試戊廠", "120.85", "30.01", "C1713", "330604", "140"],
    ["", "測試己廠", "120.88", "30.07", "C3360", "330604", "90"],
];

/// A file that has every note a text can have: its encoding, a doubled header, a remark, a sum, a code that was cut.
fn text() -> Vec<u8> {
    let mut text = "2020年企業名錄\n統一社會信用代碼,企業名稱,lon,lat,sector,district,employees,備註,備註\n".to_owned();
    for firm in FIRMS {
        text.push_str(&format!("{},甲,乙\n", firm.join(",")));
    }
    text.push_str("合計,,,,,,590,,\n註：以上為示例\n");
    encoding_rs::BIG5.encode(&text).0.into_owned()
}

const OF_TEXT: [&str; 5] = [
    "is doubtful",
    "several columns are called `備註`",
    "is a remark and no row of data",
    "1 rows hold sums (合计)",
    "1 rows have a credit code that a spreadsheet has cut",
];

/// A workbook that has every note of its own: a cover that is passed over, an amount merged over two rows.
fn workbook(folder: &Folder) -> String {
    let mut book = rust_xlsxwriter::Workbook::new();
    let cover = book.add_worksheet();
    cover.set_name("封面").unwrap();
    cover.write(0, 0, "企业名录").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("企业名录").unwrap();
    let headers = ["统一社会信用代码", "企业名称", "lon", "lat", "sector", "district", "employees"];
    for (column, header) in (0..).zip(headers) {
        sheet.write(0, column, header).unwrap();
    }
    for (row, firm) in (1..).zip(FIRMS) {
        for (column, cell) in (0..).zip(firm) {
            match cell.parse::<f64>() {
                Ok(number) if column != 0 && column != 5 => sheet.write(row, column, number).unwrap(),
                _ => sheet.write(row, column, cell).unwrap(),
            };
        }
    }
    sheet.merge_range(1, 6, 2, 6, "", &rust_xlsxwriter::Format::new()).unwrap();
    sheet.write(1, 6, 180.0).unwrap();
    book.save(folder.file("firms.xlsx")).unwrap();
    folder.path("firms.xlsx")
}

const OF_WORKBOOK: [&str; 3] =
    ["`180` in the merged cells G2:G3", "passed over `封面`", "1 rows have a credit code that a spreadsheet has cut"];

/// The commands that take a table, with what they need to work.
fn commands(table: &str, out: &str) -> Vec<Vec<String>> {
    let lines = [
        format!("join {table} --areas {DISTRICTS} --count"),
        format!("join {table} --areas {DISTRICTS}"),
        format!("join {table} --areas {DISTRICTS} -o {out}.csv"),
        format!("join {table} --areas {DISTRICTS} -o {out}.parquet"),
        format!("convert {table} {out}.csv"),
        format!("convert {table} {out}.xlsx --to EPSG:4549"),
        format!("concentration {table} --areas {DISTRICTS} --by district"),
        format!("concentration {table} --counts --by sector --area lon --count employees"),
        format!("classify {table} --value employees"),
        format!("inequality {table} --value employees"),
        format!("stats moran {table} --value employees --knn 2"),
        format!("stats local-moran {table} --value employees --knn 2"),
        format!("stats correlogram {table} --value employees --distances 5km,10km"),
        format!("stats clark-evans {table}"),
        format!("stats l {table} --steps 3"),
        format!("stats centrography {table}"),
        format!("cluster dbscan {table} --radius 5km --min-points 2"),
        format!("cluster hdbscan {table} --min-points 2"),
        format!("cluster skater {table} --values employees --knn 2 -k 2"),
        format!("density {table} --cell 2km --bandwidth 4km"),
        format!("grid square {table} --cell 5km"),
        format!("weights {table} --knn 2"),
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// Asserts that each of the words stands in one line of what is told, and in one alone.
#[track_caller]
fn once(outcome: &Outcome, words: &[&str], command: &[String]) {
    let command = command.join(" ");
    assert_eq!(outcome.status, 0, "{command}: {}", outcome.stderr);
    for word in words {
        let found = outcome.stderr.lines().filter(|line| line.contains(word)).count();
        assert_eq!(found, 1, "`{word}` stands in {found} lines after `{command}`: {}", outcome.stderr);
    }
}

#[test]
fn every_note_of_reading_is_told_once_by_every_command() {
    let folder = Folder::new();
    std::fs::write(folder.file("firms.csv"), text()).unwrap();
    let out = folder.path("out");
    for command in commands(&folder.path("firms.csv"), &out) {
        once(&jiju(&command), &OF_TEXT, &command);
    }
    // An amount that is merged over rows counts in the first, and what needs a number in every row refuses the others.
    let needs_all = |command: &Vec<String>| command.iter().any(|word| word == "employees");
    for command in commands(&workbook(&folder), &out).into_iter().filter(|command| !needs_all(command)) {
        once(&jiju(&command), &OF_WORKBOOK, &command);
    }
}

#[test]
fn figures_and_checks_tell_how_their_tables_were_read() {
    let folder = Folder::new();
    // A row for each area.
    let mut table = "各区企业\n代码,行业,数量,备注,备注\n".to_owned();
    table.push_str("330602,甲,10,,a\n330603,甲,20,,a\n330604,甲,30,,a\n合计,,60,,\n注：以上为示例\n");
    let table = folder.write("values.csv", &table);
    let words = ["several columns are called `备注`", "is a remark and no row of data", "1 rows hold sums (合计)"];
    let map = folder.path("m.svg");
    let command: Vec<String> = format!("map --areas {DISTRICTS} --table {table} --key 代码 --value 数量 -o {map}")
        .split(' ')
        .map(str::to_owned)
        .collect();
    once(&jiju(&command), &words, &command);
    // A chart of a table that concentration would write.
    let mut cells = "area,area_name,sector,sector_name,unit,count,备注,备注\n".to_owned();
    for (area, name) in [("330602", "越城区"), ("330603", "柯桥区")] {
        for (sector, count) in [("a", 3), ("b", 5)] {
            cells.push_str(&format!("{area},{name},{sector},{sector},firms,{count},,x\n"));
        }
    }
    let cells = folder.write("cells.csv", &format!("{cells}合计,,,,firms,16,,\n注：以上为示例\n"));
    let command: Vec<String> =
        ["chart", "maps/composition.toml", "--table", &cells, "-o", &folder.path("c.svg")].map(str::to_owned).to_vec();
    once(&jiju(&command), &words, &command);
    // Of a register the file's notes are notes, and rows of sums and cut codes are problems with their rows.
    std::fs::write(folder.file("firms.csv"), text()).unwrap();
    let register = folder.path("firms.csv");
    let line = format!("check --register {register} --areas {DISTRICTS} --policy {POLICY} --format csv");
    let command: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let outcome = jiju(&command);
    once(&outcome, &OF_TEXT[..3], &command);
    for kind in [",sum_row,", ",credit_code_cut,"] {
        assert_eq!(outcome.stdout.matches(kind).count(), 1, "{kind}: {}", outcome.stdout);
    }
    // The same of a project, of its figures by themselves and of its page.
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::copy(format!("{root}/tests/fixtures/files/project/ledger.csv"), folder.file("ledger.csv")).unwrap();
    let project = format!(
        "title = \"t\"\nas_of = 2020-09-30\npolicy = '{root}/{POLICY}'\noutput = \"out\"\n[register]\nfile = \
         \"firms.csv\"\n[ledger]\nfile = \"ledger.csv\"\n[[layer]]\nname = \"district\"\nfile = '{root}/{DISTRICTS}'\n"
    );
    let project = folder.write("jiju.toml", &project);
    let page = folder.path("page.html");
    for line in [
        format!("run {project}"),
        format!("map maps/quota-progress.toml --project {project} -o {map}"),
        format!("page {project} -o {page}"),
        format!("chart maps/ranking.toml --project {project} -o {map}"),
    ] {
        let command: Vec<String> = line.split(' ').map(str::to_owned).collect();
        once(&jiju(&command), &OF_TEXT[..3], &command);
    }
}

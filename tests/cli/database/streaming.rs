//! Many rows through little memory.

use super::*;

/// The most memory that the program had, in kB, while it did what it is asked.
fn peak(arguments: &[&str]) -> u64 {
    let program = program();
    let mut command = std::process::Command::new("sh");
    command.current_dir(program.get_current_dir().unwrap()).envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))));
    // The child's own peak, read when it has ended and is not yet forgotten.
    command.args(["-c", "\"$@\" & pid=$!; peak=0; while kill -0 $pid 2>/dev/null; do \
        line=$(grep VmHWM /proc/$pid/status 2>/dev/null) && peak=$(echo $line | tr -dc 0-9); sleep 0.02; done; wait $pid || exit 9; echo $peak", "sh"]);
    let output = command.arg(program.get_program()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().unwrap().trim().parse().unwrap()
}

/// The most memory, in kB, for joining so many firms with areas, from a table to a file and to a table; each has an address of
/// six bytes as often as `width` says.
fn joined(firms: u64, width: u64) -> [u64; 2] {
    let statements = format!(
        "CREATE TABLE firms AS SELECT g::bigint AS id, '企业' || g AS \"企业名称\", repeat('地址', {width}) AS \"地址\", (g % 1000) * 1.25 AS \"产值\", \
         ST_SetSRID(ST_MakePoint(120 + (g % 2000) / 1000.0, 30.5), 4490)::geometry(Point, 4490) AS geom \
         FROM generate_series(1, {firms}) g; ALTER TABLE firms ADD PRIMARY KEY (id);"
    );
    let (database, folder) = (Database::new(&format!("{OFFICE}{statements}")), Folder::new());
    let (points, areas) = (database.table("firms"), database.table("区划"));
    let to_file = peak(&["join", &points, "--areas", &areas, "-o", &folder.path("joined.parquet")]);
    let to_table = peak(&["join", &points, "--areas", &areas, "-o", &database.table("joined")]);
    let found = database.run(
        "SELECT count(*), count(DISTINCT id), count(geom), count(*) FILTER (WHERE \"区划_id\" = '330602') FROM joined",
    );
    // A thousand and one of two thousand places lie in the first area or on its boundary.
    assert_eq!(found, format!("{firms}|{firms}|{firms}|{}", firms / 2000 * 1001));
    let counted = done(&[
        "join",
        &folder.path("joined.parquet"),
        "--areas",
        &areas,
        "--layer",
        "again",
        "--count",
        "--format",
        "csv",
    ]);
    assert_eq!(counted.stdout, format!("area,count\n330602,{}\n330603,{}\n", firms / 2000 * 1001, firms / 2000 * 999));
    [to_file, to_table]
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    // In `make torture` a million; else fewer rows that are longer. The further rows have 140 and 300 MB of text alone.
    let is_torture = std::env::var_os("JIJU_TORTURE").is_some();
    let (few, many, width) = if is_torture { (160_000, 1_000_000, 60) } else { (20_000, 80_000, 400) };
    let (of_few, of_many) = (joined(few, width), joined(many, width));
    println!("{few} rows: {of_few:?} kB, {many} rows: {of_many:?} kB");
    for (of_few, of_many) in of_few.into_iter().zip(of_many) {
        assert!(of_many < of_few + 70_000, "{of_few} kB for {few} rows, {of_many} kB for {many}");
    }
}

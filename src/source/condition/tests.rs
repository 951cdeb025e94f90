use polars::prelude::{Column, DataFrame};

use super::*;
use crate::source::point_table::PointPieces;
use crate::source::{Origin, PointSource, point_table};

/// Rows 2 to 7 of a file of text, whose last column is of numbers.
fn firms() -> Table {
    let columns = vec![
        Column::new("sector".into(), [Some("bearings"), Some(" dye "), Some(""), None, Some("bearings"), Some("a\"b")]),
        Column::new("employees".into(), [Some("20"), Some(" 21.5"), Some("many"), Some(""), Some("1e2"), None]),
        Column::new("城市 名".into(), [Some("绍兴"), Some("杭州"), Some("绍兴"), Some("绍兴"), None, Some("绍兴")]),
        Column::new("员工".into(), [Some(1_i64), Some(2), None, Some(4), Some(5), Some(6)]),
    ];
    Table::new("firms.csv", DataFrame::new(6, columns).unwrap(), (2..8).collect())
}

/// The rows of the firms for which a condition holds, by their number in the file.
fn kept(condition: &str) -> Vec<u64> {
    condition.parse::<Condition>().unwrap().apply(firms()).unwrap().0.rows
}

fn refused(condition: &str) -> (usize, String, &'static str) {
    match condition.parse::<Condition>().unwrap_err() {
        ReadError::Condition { position, found, expected, .. } => (position, found, expected),
        other => panic!("{other}"),
    }
}

#[test]
fn comparisons_are_of_numbers_or_of_text() {
    assert_eq!(kept("employees = 20"), [2]);
    assert_eq!(kept("employees != 20"), [3, 6]);
    assert_eq!(kept("employees < 100"), [2, 3]);
    assert_eq!(kept("employees <= 1e2"), [2, 3, 6]);
    assert_eq!(kept("employees > -5"), [2, 3, 6]);
    assert_eq!(kept("employees>=21.5"), [3, 6]);
    assert_eq!(kept("sector = \"dye\""), [3]);
    assert_eq!(kept("sector = 'a\"b'"), [7]);
    assert_eq!(kept("sector > 'b'"), [2, 3, 6]);
    assert_eq!(kept("employees = \"1e2\""), [6]);
    assert_eq!(kept("员工 >= 4"), [5, 6, 7]);
    assert_eq!(kept("员工 = '4'"), [5]);
    assert_eq!(kept("员工≥4 and 员工≠5"), [5, 7]);
    assert_eq!(kept("员工 in （1， 6）"), [2, 7]);
}

#[test]
fn an_empty_cell_is_found_by_is_null_alone() {
    assert_eq!(kept("sector is null"), [4, 5]);
    assert_eq!(kept("sector is not null"), [2, 3, 6, 7]);
    assert_eq!(kept("not sector is null"), [2, 3, 6, 7]);
    assert_eq!(kept("sector != 'dye'"), [2, 6, 7]);
    assert_eq!(kept("not sector = 'dye'"), [2, 6, 7]);
    assert_eq!(kept("sector in ('dye', 'bearings')"), [2, 3, 6]);
    assert_eq!(kept("sector not in ('dye')"), [2, 6, 7]);
    assert_eq!(kept("not employees > 20"), [2]);
    assert_eq!(kept("employees > 20 or not employees > 20"), [2, 3, 6]);
    assert_eq!(kept("员工 is null"), [4]);
    // What is unknown does not keep a row out that another part lets in.
    assert_eq!(kept("employees > 20 or sector is null"), [3, 4, 5, 6]);
}

#[test]
fn not_binds_closer_than_and_and_and_closer_than_or() {
    assert_eq!(kept("员工 = 1 or 员工 = 2 and sector = 'none'"), [2]);
    assert_eq!(kept("(员工 = 1 or 员工 = 2) and sector = 'dye'"), [3]);
    assert_eq!(kept("not 员工 = 1 and 员工 < 5"), [3, 5]);
    assert_eq!(kept("not (员工 = 1 and 员工 < 5)"), [3, 5, 6, 7]);
    assert_eq!(kept("NOT NOT 员工 = 1 Or 员工 IN (2,4)"), [2, 3, 5]);
}

#[test]
fn columns_are_words_of_any_script_or_stand_between_backticks() {
    assert_eq!(kept("`城市 名` = “绍兴” and 员工 > 1"), [5, 7]);
    let condition: Condition = " `and` = 1 or order_2 = 2 or 2020年 is null or order_2 > 3 ".parse().unwrap();
    assert_eq!(condition.columns(), ["2020年", "and", "order_2"]);
    assert_eq!(condition.to_string(), "`and` = 1 or order_2 = 2 or 2020年 is null or order_2 > 3");
    assert_eq!(serde_json::from_str::<Condition>("\"员工 > 1\"").unwrap(), "员工 > 1".parse().unwrap());
    assert_eq!(serde_json::to_string(&"员工 > 1".parse::<Condition>().unwrap()).unwrap(), "\"员工 > 1\"");
}

#[test]
fn what_cannot_be_understood_is_told_with_its_place() {
    let told = |position, found: &str, expected| (position, found.to_owned(), expected);
    let column = "a column, `not` or `(`";
    let comparison = "=, !=, <, <=, >, >=, `in`, `not in`, `is null` or `is not null`";
    let value = "a number, or text in quotes";
    assert_eq!(refused(""), told(1, "the end", column));
    assert_eq!(refused("员工"), told(3, "the end", comparison));
    assert_eq!(refused("员工 like 3"), told(4, "`like`", comparison));
    assert_eq!(refused("员工 > "), told(5, "the end", value));
    assert_eq!(refused("sector = bearings"), told(10, "`bearings`", value));
    assert_eq!(refused("sector = 20t"), told(10, "`20t`", value));
    assert_eq!(refused("a = nan"), told(5, "`nan`", value));
    assert_eq!(refused("a = 'b"), told(7, "the end", "the closing quote"));
    assert_eq!(refused("a = 1 b = 2"), told(7, "`b`", "`and`, `or` or the end"));
    assert_eq!(refused("a = 1 and"), told(10, "the end", column));
    assert_eq!(refused("a = 1 or and"), told(10, "`and`", column));
    assert_eq!(refused("(a = 1"), told(7, "the end", "`and`, `or` or `)`"));
    assert_eq!(refused("a in (1, )"), told(10, "`)`", value));
    assert_eq!(refused("a in (1 2)"), told(9, "`2`", "`,` or `)`"));
    assert_eq!(refused("a is 3"), told(6, "`3`", "`null` or `not null`"));
    assert_eq!(refused("a not 3"), told(7, "`3`", "`in`"));
    assert_eq!(refused("a == 3"), told(4, "`=`", value));
    let deep = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(deep(60).parse::<Condition>().is_ok());
    assert!(deep(100_000).parse::<Condition>().is_err() && "not ".repeat(100_000).parse::<Condition>().is_err());
}

#[test]
fn a_column_that_is_not_there_is_told_with_those_that_are() {
    let condition: Condition = "sector is null and size > 3".parse().unwrap();
    let error = condition.rows(&firms()).unwrap_err().to_string();
    assert_eq!(error, "cannot read firms.csv: found no column `size`, it has sector, employees, 城市 名, 员工");
}

#[test]
fn rows_that_are_left_out_and_cells_that_are_no_numbers_are_counted() {
    let condition: Condition = "employees > 20 or employees = 3".parse().unwrap();
    assert_eq!(condition.rows(&firms()).unwrap(), [false, true, false, false, true, false]);
    let (table, matched) = condition.apply(firms()).unwrap();
    assert_eq!((table.height(), table.rows.as_slice()), (2, [3, 6].as_slice()));
    let notes = matched.notes("firms.csv");
    assert_eq!(notes[0], "firms.csv: 2 of 6 rows match ‹where›");
    assert_eq!(notes[1], "firms.csv: 1 cells of `employees` are no numbers, and as good as empty to ‹where›");
    assert_eq!(notes.len(), 2);
}

#[test]
fn points_of_files_memory_and_pieces_are_chosen_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    std::fs::write(&path, "lon,lat,size\n120,30,1\n121,30,x\n122,30,3\n,,4\n").unwrap();
    let file = PointSource::default().with_table(path.clone()).with_where("size >= 3".parse::<Condition>().unwrap());
    let held = crate::source::table(&path, &crate::source::TableOptions::default()).unwrap();
    let held = file.clone().with_table(Origin::memory(path.display().to_string(), held));
    for source in [&file, &held] {
        let placed = point_table(source).unwrap();
        assert_eq!(placed.table.rows, [4, 5]);
        assert_eq!(placed.points.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
        let expected = placed.notes();
        assert_eq!(expected.len(), 3);
        assert_eq!(source.read_table_with_notes().unwrap().1, expected[..2]);
        let mut pieces = PointPieces::open(source).unwrap();
        pieces.select_positions().unwrap();
        let mut rows = Vec::new();
        while let Some(piece) = pieces.next().unwrap() {
            rows.extend(piece.decode().unwrap().rows);
        }
        assert_eq!(rows, [4, 5]);
        assert_eq!(pieces.notes(), expected[..2]);
        let unknown = source.clone().with_where("sise >= 3".parse::<Condition>().unwrap());
        assert!(PointPieces::open(&unknown).is_err() && point_table(&unknown).is_err());
    }
}

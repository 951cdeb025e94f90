//! The rules for rows, one by one, and what holds for any table.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use jiju::check::{self, Checked, LedgerOptions, RegisterOptions};
use jiju::model::{
    Area, Areas, ColumnMapping, DeclaredReference, LEDGER_COLUMNS, Ledger, Match, ProblemKind, REGISTER_COLUMNS,
    Reference, Register, Severity, Table, credit_code,
};
use proptest::prelude::*;

use super::check_fixture::{policy, table};

fn code(number: usize) -> String {
    let body = format!("91330603YL{number:07}");
    format!("{body}{}", credit_code::check_character(&body).unwrap())
}

fn columns(table: &Table, definitions: &'static [jiju::model::ColumnDefinition]) -> ColumnMapping {
    ColumnMapping::recognise(table, definitions, &BTreeMap::new()).unwrap()
}

fn register_in(reference: impl Into<DeclaredReference>, csv_text: &str) -> (Table, Checked<Register>) {
    let options = RegisterOptions { reference: reference.into() };
    let table = table("firms.csv", csv_text);
    let columns = columns(&table, REGISTER_COLUMNS);
    let checked = check::register(&table, &columns, &policy(), &options).unwrap();
    (table, checked)
}

fn register(csv_text: &str) -> Checked<Register> {
    register_in(Reference::Wgs84, csv_text).1
}

fn kinds<T>(checked: &Checked<T>) -> Vec<(u64, ProblemKind, Severity)> {
    let problems = checked.report.problems.iter();
    problems.map(|problem| (problem.place.row.unwrap(), problem.kind, problem.severity)).collect()
}

#[test]
fn codes_are_normalised_with_a_note_and_doubles_name_the_first_row() {
    let right = code(1);
    let full_width: String = right.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let checked = register(&format!(
        "统一社会信用代码,企业名称,经度,纬度\n{right},甲,120.5,30\n{},乙,120.5,30\n{full_width},丙,120.5,30\n",
        code(2).to_lowercase()
    ));
    assert_eq!(
        kinds(&checked),
        [
            (3, ProblemKind::CreditCodeCharacter, Severity::Warning),
            (4, ProblemKind::CreditCodeCharacter, Severity::Warning),
            (4, ProblemKind::DuplicateId, Severity::Reject),
        ]
    );
    assert!(checked.report.problems[2].expected.contains("row 2"));
    assert_eq!(checked.report.problems[2].place.column.as_deref(), Some("统一社会信用代码"));
    assert_eq!(checked.value.enterprises()[1].id.as_ref(), code(2));
}

#[test]
fn of_doubled_ids_the_first_that_can_be_kept_stays() {
    let id = code(1);
    let checked = register(&format!("id,name,lon,lat\n{id},甲,0,0\n{id},甲,120.5,30\n{id},甲,120.6,30\n"));
    assert_eq!(checked.value.enterprises().iter().map(|enterprise| enterprise.row).collect::<Vec<_>>(), [3]);
    assert_eq!(checked.rejects.iter().map(|reject| reject.row).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn workshops_without_a_code_get_a_stable_surrogate() {
    let checked = register("id,name,address,lon,lat\n,张三作坊,示例路1号,120.5,30\n,,示例路1号,120.5,30\n");
    let again = register("id,name,address,lon,lat\n,李四,x,120.5,30\n, 张三 作坊 ,示例路１号,120.5,30\n");
    assert!(checked.value.enterprises()[0].surrogate_id);
    assert_eq!(checked.value.enterprises()[0].id, again.value.enterprises()[1].id);
    assert_ne!(again.value.enterprises()[0].id, again.value.enterprises()[1].id);
    assert_eq!(
        kinds(&checked),
        [(2, ProblemKind::SurrogateId, Severity::Warning), (3, ProblemKind::MissingValue, Severity::Reject)]
    );
}

#[test]
fn coordinates() {
    let rows = [
        ("120.5", "30.1", "", None),
        ("30.1", "120.5", "", Some(ProblemKind::CoordinateSwapped)),
        ("0", "0.0", "", Some(ProblemKind::CoordinateZero)),
        ("0", "30", "", Some(ProblemKind::CoordinateRange)),
        ("1205", "30", "", Some(ProblemKind::CoordinateRange)),
        ("120.5", "60", "", Some(ProblemKind::CoordinateRange)),
        ("120.5", "", "", Some(ProblemKind::MissingValue)),
        ("nan", "30", "", Some(ProblemKind::UnreadableValue)),
        ("东经120.5", "北纬30度6分", "", None),
        ("绍兴120", "30", "", Some(ProblemKind::UnreadableValue)),
        ("120.5", "30", "mars", Some(ProblemKind::UnknownDatum)),
        ("120.5", "30", "CGCS2000", None),
    ];
    let mut text = "id,name,lon,lat,datum\n".to_owned();
    for (number, (lon, lat, datum, _)) in rows.iter().enumerate() {
        text.push_str(&format!("{},甲,{lon},{lat},{datum}\n", code(number)));
    }
    let expected: Vec<_> =
        rows.iter().zip(2..).filter_map(|((.., kind), row)| kind.map(|kind| (row, kind, Severity::Reject))).collect();
    assert_eq!(kinds(&register(&text)), expected);
}

#[test]
fn rows_in_the_datum_of_map_services_are_brought_home() {
    let checked =
        register(&format!("id,name,lon,lat,datum\n{},甲,120.5,30.0,gcj02\n{},乙,120.5,30.0,\n", code(1), code(2)));
    assert_eq!(kinds(&checked), [(2, ProblemKind::DatumDiffers, Severity::Warning)]);
    let (moved, kept) =
        (checked.value.enterprises()[0].location.unwrap(), checked.value.enterprises()[1].location.unwrap());
    // About 500 m at 120.5 E, 30 N.
    assert!(
        (0.003..0.008).contains(&(kept.x - moved.x)) && (0.001..0.005).contains(&(moved.y - kept.y).abs()),
        "{moved:?}"
    );
    let (_, whole_file) =
        register_in(DeclaredReference::Gcj02, &format!("id,name,lon,lat\n{},甲,120.5,30.0\n", code(1)));
    assert_eq!(kinds(&whole_file), []);
    assert_eq!(whole_file.value.reference, Reference::Wgs84);
    assert_eq!(whole_file.value.enterprises()[0].location, Some(moved));
}

#[test]
fn a_grid_takes_metres_and_refuses_degrees() {
    let (_, checked) = register_in(
        Reference::epsg(4549),
        &format!("id,name,lon,lat\n{},甲,548000,3320000\n{},乙,120.5,30\n{},丙,1e12,1\n", code(1), code(2), code(3)),
    );
    assert_eq!(
        kinds(&checked),
        [(3, ProblemKind::CoordinateRange, Severity::Reject), (4, ProblemKind::CoordinateRange, Severity::Reject)]
    );
    assert_eq!(checked.value.reference, Reference::epsg(4549));
}

#[test]
fn what_is_no_place_and_no_identity_is_only_warned_of() {
    let checked = register(&format!(
        "id,name,lon,lat,district,industry_code,sector,employees,output_cny\n\
         {},甲,,,越城,C1713,,\"1,200\",-5\n{},乙,120.5,30,绍兴县,0123,小化工,约50,1e9\n{},丙,120.5,30,,171,火箭,,\n",
        code(1),
        code(2),
        code(3)
    ));
    assert_eq!(
        kinds(&checked),
        [
            (2, ProblemKind::MissingValue, Severity::Warning),
            (2, ProblemKind::UnreadableValue, Severity::Warning),
            (3, ProblemKind::UnknownCode, Severity::Warning),
            (3, ProblemKind::UnreadableValue, Severity::Warning),
            (3, ProblemKind::UnknownCode, Severity::Warning),
            (4, ProblemKind::UnknownCode, Severity::Warning),
            (4, ProblemKind::UnknownCode, Severity::Warning),
        ]
    );
    let [first, second, third] = checked.value.enterprises() else { panic!("three rows") };
    assert_eq!((first.location, first.district.as_deref()), (None, Some("330602")));
    assert_eq!((first.industry_code.as_deref(), first.sector.as_deref()), (Some("1713"), Some("printing_and_dyeing")));
    assert_eq!((first.employees, first.output_cny), (Some(1200.0), None));
    assert_eq!((second.sector.as_deref(), second.district.as_deref()), (Some("small_chemicals"), None));
    assert_eq!((third.industry_code.as_deref(), third.sector.as_deref()), (None, None));
}

fn ledger(csv_text: &str, register: &Checked<Register>) -> Checked<Ledger> {
    let table = table("ledger.csv", csv_text);
    let columns = columns(&table, LEDGER_COLUMNS);
    let options = LedgerOptions {
        as_of: NaiveDate::from_ymd_opt(2020, 9, 30),
        rejected_ids: register.rejected_ids(),
        ..LedgerOptions::default()
    };
    check::ledger(&table, &columns, &policy(), &register.value, &options).unwrap()
}

const DATES: &str = "列入日期,镇街自验日期,区县复验日期,市级抽验日期";

#[test]
fn ledger_rules() {
    let (a, b, c) = (code(1), code(2), code(3));
    let register = register(&format!("id,name,lon,lat\n{a},甲,120.5,30\n{b},乙,120.5,30\n{c},丙,30,120.5\n"));
    let checked = ledger(
        &format!(
            "统一社会信用代码,任务,阶段,依据,四无,{DATES}\n\
             {a},低散乱整治,区县复验,能源消耗不达标,无证无照、无合法场所,2020年3月1日,2020/5/8,43979,\n\
             {b},“低散乱”整治,review,energy,no_licence;无门,20200301,,,\n\
             {c},淘汰落后产能,列入,,,2020-03-01,2020-04-01,,\n\
             {a},remediate_scattered_workshops,列入,,,2020-03-01,,,\n\
             {a},淘汰落后产能,市级抽验,,,2020-03-01,2020-02-01,2020-10-01,2020-02-30\n\
             {},淘汰落后产能,列入,,,2020-03-01,,,\n\
             {b},其他,完成,不明,,2020-03-01,,,\n",
            code(9)
        ),
        &register,
    );
    assert_eq!(
        kinds(&checked),
        [
            (3, ProblemKind::StageWithoutDate, Severity::Warning),
            (3, ProblemKind::UnknownCode, Severity::Warning),
            (4, ProblemKind::StageWithoutDate, Severity::Warning),
            (5, ProblemKind::DuplicateEntry, Severity::Reject),
            (6, ProblemKind::UnreadableValue, Severity::Warning),
            (6, ProblemKind::DateOrder, Severity::Warning),
            (6, ProblemKind::DateInFuture, Severity::Warning),
            (7, ProblemKind::NotInRegister, Severity::Reject),
            (8, ProblemKind::UnknownCode, Severity::Reject),
            (8, ProblemKind::UnknownStage, Severity::Reject),
            (8, ProblemKind::UnknownCode, Severity::Warning),
        ]
    );
    let first = &checked.value.entries[0];
    assert_eq!(first.deficits, ["no_licence", "no_lawful_premises"]);
    assert_eq!(first.ground.as_deref(), Some("energy"));
    assert_eq!(first.passed_on[2], NaiveDate::from_ymd_opt(2020, 5, 28));
    // The firm with swapped coordinates was rejected from the register; its entry stays.
    assert_eq!(checked.value.entries[2].id, c);
}

#[test]
fn a_missing_date_column_is_one_problem_of_the_file() {
    let id = code(1);
    let register = register(&format!("id,name,lon,lat\n{id},甲,120.5,30\n"));
    let checked = ledger(
        &format!(
            "id,programme,stage,listed_on,self_checked_on,reviewed_on\n{id},淘汰落后产能,市级抽验,2020-03-01,2020-04-01,2020-05-01\n"
        ),
        &register,
    );
    assert_eq!(checked.report.problems.len(), 1);
    assert_eq!(checked.report.problems[0].place.row, None);
    assert_eq!(checked.report.problems[0].place.column.as_deref(), Some("spot_checked_on"));
}

#[test]
fn standing_counts_and_a_difference_is_said() {
    let square = |id: &str, west: f64| Area {
        id: id.into(),
        name: id.into(),
        parent: None,
        geometry: geo::Rect::new((west, 30.0), (west + 0.1, 30.1)).to_polygon().into(),
    };
    let districts = Areas {
        layer: "district".into(),
        source: "districts".into(),
        reference: Reference::Wgs84,
        areas: vec![square("330602", 120.5), square("330603", 120.6), square("330109", 120.7)],
    };
    let (table, checked) = register_in(
        Reference::Wgs84,
        &format!(
            "id,name,lon,lat,district\n{},甲,120.55,30.05,柯桥区\n{},乙,120.55,30.05,\n{},丙,120.75,30.05,越城区\n\
             {},丁,121,30.05,越城区\n{},戊,,,越城区\n{},己,120.6,30.05,柯桥区\n",
            code(1),
            code(2),
            code(3),
            code(4),
            code(5),
            code(6)
        ),
    );
    let at = |area| Match { area, ..Match::default() };
    let border = Match { area: Some(0), on_boundary: true, snapped_m: None };
    let matches = [at(Some(0)), at(Some(0)), at(Some(2)), at(None), at(None), border];
    let columns = columns(&table, REGISTER_COLUMNS);
    let territory = check::territory(checked.value.clone(), &columns, &matches, &districts, &policy());
    assert_eq!(
        kinds(&territory),
        [
            (2, ProblemKind::DistrictDiffers, Severity::Warning),
            (4, ProblemKind::OutsideTerritory, Severity::Reject),
            (5, ProblemKind::OutsideTerritory, Severity::Reject),
            (7, ProblemKind::DistrictDiffers, Severity::Warning),
        ]
    );
    assert!(territory.report.problems[3].expected.contains("on whose boundary"));
    assert_eq!(&*territory.value.standing[code(1).as_str()], "330602");
    assert!(!territory.value.standing.contains_key(code(5).as_str()));
    assert_eq!(territory.value.matches.len(), territory.value.register.enterprises().len());
}

#[test]
fn rejects_keep_their_cells_untouched() {
    let (table, checked) = register_in(
        Reference::Wgs84,
        &format!("id,name,lon,lat,row\n{},甲, 0 ,０,=1+1\n{},乙,120.5,30,x\n", code(1), code(2)),
    );
    let frame = check::rejects_frame(&table, &checked.rejects).unwrap();
    let cell = |name: &str| frame.column(name).unwrap().str().unwrap().get(0).unwrap().to_owned();
    assert_eq!(frame.height(), 1);
    assert_eq!((cell("lon").as_str(), cell("lat").as_str(), cell("row").as_str()), (" 0 ", "０", "=1+1"));
    assert_eq!(frame.column("_row").unwrap().u64().unwrap().get(0), Some(2));
    assert!(cell("reasons").starts_with("coordinate_zero in `lon`"));
    assert_eq!(check::report_frame(&checked.report).unwrap().height(), 1);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(code(1)),
        Just(code(2)),
        Just("120.5".to_owned()),
        Just("30".to_owned()),
        Just("0".to_owned()),
        Just("柯桥区".to_owned()),
        Just("2020-05-28".to_owned()),
        Just("列入".to_owned()),
        Just("淘汰落后产能".to_owned()),
        Just("gcj02".to_owned()),
        "\\PC{0,12}",
    ]
}

fn any_csv(headers: &'static str) -> impl Strategy<Value = String> {
    let width = headers.split(',').count();
    prop::collection::vec(prop::collection::vec(cell(), width), 0..12).prop_map(move |rows| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(headers.split(',')).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    })
}

fn assert_every_row_once<T>(table: &Table, checked: &Checked<T>, kept: impl Iterator<Item = u64>) {
    let kept: Vec<u64> = kept.collect();
    let rejected: Vec<u64> = checked.rejects.iter().map(|reject| reject.row).collect();
    let all: BTreeSet<u64> = kept.iter().chain(&rejected).copied().collect();
    assert_eq!(all, table.rows.iter().copied().collect());
    assert_eq!(kept.len() + rejected.len(), table.rows.len());
    assert!(checked.rejects.iter().all(|reject| !reject.reasons.is_empty()));
    assert_eq!(checked.report.rejects(), checked.rejects.iter().map(|reject| reject.reasons.len()).sum::<usize>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_row_of_any_register_is_kept_or_rejected(
        text in any_csv("id,name,address,lon,lat,datum,district,industry_code,employees")
    ) {
        let (table, checked) = register_in(Reference::Wgs84, &text);
        assert_every_row_once(&table, &checked, checked.value.enterprises().iter().map(|enterprise| enterprise.row));
        let ids: BTreeSet<&str> = checked.value.enterprises().iter().map(|enterprise| &*enterprise.id).collect();
        prop_assert_eq!(ids.len(), checked.value.enterprises().len());
        prop_assert!(checked.value.enterprises().iter().all(|enterprise| !enterprise.id.is_empty()));
    }

    #[test]
    fn every_row_of_any_ledger_is_kept_or_rejected(
        text in any_csv("id,programme,stage,ground,deficits,listed_on,self_checked_on,reviewed_on,spot_checked_on")
    ) {
        let register = register(&format!("id,name,lon,lat\n{},甲,120.5,30\n", code(1)));
        let checked = ledger(&text, &register);
        let table = table("ledger.csv", &text);
        assert_every_row_once(&table, &checked, checked.value.entries.iter().map(|entry| entry.row));
    }
}

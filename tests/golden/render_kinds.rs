//! Kinds of map and what lies over them, on the six districts.

use chrono::NaiveDate;
use geo::{BoundingRect as _, Centroid as _};
use jiju::model::{Areas, Point};
use jiju::render::{Contour, Flow, MapData, MapPanel, MapSpec, MapTable, map, svg};

use super::shaoxing::districts;
use super::{assert_golden, assert_legible, look};

fn spec(text: &str) -> MapSpec {
    MapSpec::from_toml(text, "test.toml").unwrap()
}

fn data() -> MapData {
    MapData { as_of: NaiveDate::from_ymd_opt(2020, 9, 30), synthetic: true, ..MapData::new(districts()) }
}

fn middles(areas: &Areas) -> Vec<Point> {
    let middle = |area: &jiju::model::Area| area.geometry.centroid().map(|at| Point::new(at.x(), at.y())).unwrap();
    areas.areas.iter().map(middle).collect()
}

const VALUES: [Option<f64>; 6] = [Some(8.8), Some(3.2), Some(2.5), Some(1.5), None, Some(1.4)];
const OTHERS: [Option<f64>; 6] = [Some(0.1), Some(0.4), Some(0.2), Some(0.3), Some(0.3), Some(0.5)];

fn drawn(name: &str, text: &str, data: &MapData) -> jiju::render::Figure {
    let figure = map(&spec(text), data).unwrap();
    look(name, &figure);
    assert_legible(&figure);
    assert_golden(name, &figure);
    figure
}

#[test]
fn two_columns_make_nine_colours() {
    let text = "title = '密度与集中度'\nkind = 'bivariate'\ncolumn = '密度'\nbivariate = { column = '集中度' }";
    let data = MapData { values: VALUES.to_vec(), others: OTHERS.to_vec(), ..data() };
    let figure = drawn("map-bivariate", text, &data);
    let counted: usize = figure.record["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class["areas"].as_u64().unwrap() as usize)
        .sum();
    assert_eq!(counted, 6);
}

#[test]
fn symbols_are_as_large_as_their_numbers() {
    let text = "title = '企业数'\nkind = 'plain'\nsymbols = { column = '企业数', unit = '家', max_mm = 20 }";
    let data = MapData { symbols: vec![Some(400.0), Some(100.0), Some(25.0), Some(0.0), None, Some(4.0)], ..data() };
    let figure = drawn("map-symbols", text, &data);
    let text = svg(&figure);
    let symbols = &text[text.find("id=\"symbols\"").unwrap()..text.find("id=\"labels\"").unwrap()];
    let radii: Vec<f64> = symbols
        .match_indices(" r=\"")
        .map(|(at, _)| symbols[at + 4..].split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(radii, [10.0, 5.0, 2.5, 1.0]);
    let negative = MapData { symbols: vec![Some(-1.0); 6], ..data.clone() };
    let error = map(&spec("kind = 'plain'\nsymbols = { column = 'x' }"), &negative).unwrap_err().to_string();
    assert!(error.contains("symbols.column"), "{error}");
}

#[test]
fn pies_and_bars_have_a_colour_for_each_column() {
    let parts = vec![VALUES.to_vec(), OTHERS.to_vec(), vec![Some(2.0); 6]];
    for kind in ["pie", "bars"] {
        let text =
            format!("title = '构成'\nkind = 'plain'\ndiagrams = {{ kind = '{kind}', columns = ['甲', '乙', '丙'] }}");
        drawn(&format!("map-{kind}"), &text, &MapData { parts: parts.clone(), ..data() });
    }
}

#[test]
fn dots_are_as_many_as_their_number_holds() {
    let text =
        "title = '点密度'\nkind = 'plain'\ndots = { column = '企业', per_dot = 10.0 }\nlabels = { show = false }";
    let data = MapData { dots: vec![Some(401.0), Some(104.0), Some(6.0), Some(0.0), None, Some(4.0)], ..data() };
    let figure = drawn("map-dots", text, &data);
    let text = svg(&figure);
    let dots = &text[text.find("id=\"dots\"").unwrap()..];
    let dots = &dots[..dots.find("</g>").unwrap()];
    assert_eq!(dots.matches("<circle").count(), 40 + 10 + 1);
}

#[test]
fn flows_hulls_and_contours_lie_over_the_areas() {
    let at = middles(&districts());
    let flows = vec![
        Flow { from: at[3], to: at[1], amount: 12.0 },
        Flow { from: at[4], to: at[0], amount: 6.0 },
        Flow { from: at[5], to: at[2], amount: 1.0 },
    ];
    drawn(
        "map-flows",
        "title = '搬迁'\nkind = 'plain'\nflows = { unit = '家', least = 2.0 }",
        &MapData { flows, ..data() },
    );
    let whole = districts().areas[3].geometry.bounding_rect().unwrap();
    let square = |share: f64| {
        let (w, h) = (whole.width() * share / 2.0, whole.height() * share / 2.0);
        let middle = whole.center();
        geo::MultiPolygon(vec![geo::Rect::new((middle.x - w, middle.y - h), (middle.x + w, middle.y + h)).to_polygon()])
    };
    let hulls = Areas {
        areas: vec![jiju::model::Area { geometry: square(0.4), ..districts().areas[3].clone() }],
        ..districts()
    };
    let contours = vec![
        Contour { lower: 1.0, upper: Some(2.0), geometry: square(0.9) },
        Contour { lower: 2.0, upper: None, geometry: square(0.5) },
    ];
    let text = "title = '密度与集聚区'\nkind = 'plain'\ncontours = { unit = '家/km²' }\nhulls = { title = '集聚区' }";
    drawn("map-contours", text, &MapData { hulls: Some(hulls), contours, ..data() });
}

#[test]
fn a_cartogram_has_circles_and_says_so() {
    let text =
        "title = '变形地图'\ncolumn = '密度'\ncartogram = { column = '企业' }\nclasses = { breaks = [2.0, 4.0] }";
    let sizes = vec![Some(400.0), Some(100.0), Some(25.0), Some(60.0), None, Some(40.0)];
    let figure = drawn("map-cartogram", text, &MapData { values: VALUES.to_vec(), sizes, ..data() });
    assert!(figure.texts().iter().any(|text| text.content.contains("变形地图：")));
    let points = spec("cartogram = { column = 'x' }").clone();
    let with_points = MapSpec { points: jiju::render::PointSpec { show: true, ..Default::default() }, ..points };
    assert!(map(&with_points, &data()).unwrap_err().to_string().contains("cartogram"));
}

#[test]
fn labels_of_a_local_statistic_have_colours_of_their_own() {
    let categories = ["high-high", "low-high", "not-significant", "low-low", "not-significant"];
    let categories = categories.iter().map(|word| Some((*word).to_owned())).chain([None]).collect();
    drawn("map-local", "title = '局部空间关联'\nkind = 'local'", &MapData { categories, ..data() });
    let wrong = MapData { categories: vec![Some("hot".into()); 6], ..data() };
    assert!(map(&spec("kind = 'local'"), &wrong).unwrap_err().to_string().contains("high-high"));
}

#[test]
fn masked_areas_and_pale_ones_are_told_apart() {
    let text = "title = '区位商'\nkind = 'value_by_alpha'\ncolumn = '区位商'\nbivariate = { column = '企业数', breaks = [3, 10] }\n\
                classes = { breaks = [2.0, 4.0] }\nmask = { min_firms = 3 }";
    let others = vec![Some(20.0), Some(5.0), Some(4.0), Some(2.0), Some(0.0), Some(12.0)];
    let masked = vec![false, false, false, true, false, false];
    let figure = drawn("map-masked", text, &MapData { values: VALUES.to_vec(), others, masked, ..data() });
    let shown = figure.sidecar();
    assert_eq!(shown["panels"][0]["areas"][3]["value"], serde_json::Value::Null, "nothing is said of a masked area");
    assert!(!svg(&figure).contains("data-value=\"1.5\""));
}

#[test]
fn small_maps_share_one_scale() {
    let panel = |title: &str, factor: f64| MapPanel {
        title: title.into(),
        values: VALUES.iter().map(|value| value.map(|value| value * factor)).collect(),
        ..MapPanel::default()
    };
    let multiples = vec![panel("第一季度", 0.5), panel("第二季度", 0.8), panel("第三季度", 1.0)];
    let figure = drawn(
        "map-multiples",
        "title = '按季度'\ncolumn = '密度'\nclasses = { count = 3 }",
        &MapData { multiples, ..data() },
    );
    assert_eq!(figure.record["panels"].as_array().unwrap().len(), 3);
    let counted: u64 =
        figure.record["classes"].as_array().unwrap().iter().map(|class| class["areas"].as_u64().unwrap()).sum();
    assert_eq!(counted, 18);
}

#[test]
fn a_table_an_inset_and_a_locator_stand_beside_the_map() {
    let text = "title = '企业密度'\ncolumn = '密度'\nclasses = { breaks = [2.0, 4.0] }\n\
                inset = { areas = ['越城区'], zoom = 2.0, title = '市区' }\nlocator = { title = '位置' }";
    let rows = districts().areas.iter().map(|area| vec![area.name.clone(), "12".into()]).collect();
    let table = Some(MapTable { headings: vec!["区域".into(), "家".into()], rows });
    let data =
        MapData { values: VALUES.to_vec(), surroundings: Some(districts()), table, sheet: Some((2, 7)), ..data() };
    let figure = drawn("map-sheet", text, &data);
    let texts: Vec<&str> = figure.texts().iter().map(|text| text.content.as_str()).collect();
    assert!(["市区", "位置", "第 2 页，共 7 页"].iter().all(|words| texts.contains(words)), "{texts:?}");
    let lost = spec("inset = { areas = ['越城'] }");
    let error = map(&lost, &MapData { values: VALUES.to_vec(), ..MapData::new(districts()) }).unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("did you mean `越城区`?"), "{error}");
}

#[test]
fn a_public_map_must_have_all_it_needs() {
    let text = "audience = 'public'\ncolumn = '密度'\npoints = { show = true }";
    let data = MapData { values: VALUES.to_vec(), review_number: None, ..data() };
    let error = map(&spec(text), &data).unwrap_err().to_string();
    for part in ["`source`", "审图号", "`mask`", "single firm"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let text =
        "audience = 'public'\nnot_reviewed = true\nsource = ['企业名录']\ncolumn = '密度'\nmask = { min_firms = 3 }";
    let figure = map(&spec(text), &MapData { masked: vec![false; 6], ..data.clone() }).unwrap();
    assert!(figure.texts().iter().any(|text| text.content == "未经地图审核"));
    let internal = map(&spec("audience = 'internal'\ncolumn = '密度'"), &data).unwrap();
    assert!(internal.texts().iter().any(|text| text.content == "内部资料，不得公开"));
}

#[test]
fn what_a_map_hides_is_told() {
    let warned = |text: &str, values: [f64; 6], part: &str| {
        let data = MapData { values: values.map(Some).to_vec(), ..data() };
        let warnings = map(&spec(text), &data).unwrap().warnings;
        assert!(warnings.iter().any(|warning| warning.contains(part)), "{part}: {warnings:?}");
    };
    warned("column = 'count'", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "is an amount");
    warned("column = 'rate'\nclasses = { breaks = [2.0] }", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "share a class");
    warned(
        "column = 'rate'\nclasses = { scheme = 'equal-interval', count = 5 }",
        [1.0, 1.1, 1.2, 1.3, 1.4, 9.0],
        "makes 2 of the 5 classes wanted",
    );
}

#[test]
fn nothing_on_the_map_knows_what_is_masked() {
    // The masked area holds the greatest value, which breaks and histogram would tell.
    let values = vec![Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(5.0), Some(777.0)];
    let masked = vec![false, false, false, false, false, true];
    let text = "column = '密度'\nclasses = { count = 3 }\nmask = { min_firms = 3 }\nsymbols = { column = '企业' }";
    let own = MapData { symbols: values.clone(), values: values.clone(), masked: masked.clone(), ..data() };
    let figure = map(&spec(text), &own).unwrap();
    assert!(!svg(&figure).contains("777") && !figure.sidecar().to_string().contains("777"));
    // Of several small maps, only the second masks.
    let panel = |masked: Vec<bool>| MapPanel { values: values.clone(), masked, ..MapPanel::default() };
    let multiples = vec![panel(Vec::new()), panel(masked)];
    let figure = map(&spec("column = '密度'\nmask = { min_firms = 3 }"), &MapData { multiples, ..data() }).unwrap();
    let value = |panel: usize| figure.record["panels"][panel]["areas"][5]["value"].clone();
    assert_eq!((value(0), value(1)), (serde_json::json!(777.0), serde_json::Value::Null));
    let class = figure.record["panels"][0]["areas"][5]["class"].as_str().unwrap();
    assert!(!class.contains("不公布"), "{class}");
}

#[test]
fn a_public_map_shows_no_single_firm_as_a_part_or_a_flow() {
    let text = "audience = 'public'\nnot_reviewed = true\nsource = ['x']\nkind = 'plain'\n\
                diagrams = { columns = ['甲'] }\nflows = { least = 1.0 }\nsymbols = { column = '企业' }";
    let error = map(&spec(text), &data()).unwrap_err().to_string();
    for part in ["`diagrams`", "`flows.least` of 2", "`mask`"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

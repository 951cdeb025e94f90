use chrono::NaiveDate;
use jiju::model::{Area, Areas, Point, Reference};
use jiju::render::{MapData, MapPoint, MapSpec, QuotaProgress, map, pdf, png, svg};

use super::shaoxing::{cells, districts};
use super::{assert_golden, assert_legible, look};

fn spec(name: &str) -> MapSpec {
    let path = format!("{}/maps/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    MapSpec::from_toml(&std::fs::read_to_string(&path).unwrap(), name).unwrap()
}

fn data(areas: Areas) -> MapData {
    MapData {
        as_of: NaiveDate::from_ymd_opt(2020, 9, 30),
        boundary_attribution: Some("国家地理信息公共服务平台（天地图）".into()),
        review_number: Some("示例号".into()),
        synthetic: true,
        ..MapData::new(areas)
    }
}

fn quota_progress() -> MapData {
    let firms = |id: &str| match id {
        "330602" => (35, 35),
        "330603" => (19, 30),
        "330604" => (27, 25),
        "330681" => (22, 25),
        "330683" => (8, 18),
        "330624" => (15, 17),
        _ => panic!("{id}"),
    };
    let areas = districts();
    let of = |area: &Area| {
        let (done, quota) = firms(&area.id);
        Some(QuotaProgress { done, quota })
    };
    MapData { progress: areas.areas.iter().map(of).collect(), ..data(areas) }
}

#[test]
fn quota_progress_of_the_districts() {
    let figure = map(&spec("quota-progress"), &quota_progress()).unwrap();
    look("quota-progress", &figure);
    assert_legible(&figure);
    assert!(figure.warnings.is_empty(), "{:?}", figure.warnings);
    assert_golden("quota-progress", &figure);
    let texts: Vec<&str> = figure.texts().iter().map(|text| text.content.as_str()).collect();
    for words in
        ["★ 35/35 · 完成", "◎ 19/30 · 缺11", "★ 27/25 · 超2", "○ 8/18 · 缺10", "示例数据，非真实企业", "审图号：示例号"]
    {
        assert!(texts.contains(&words), "{words} not in {texts:?}");
    }
}

#[test]
fn location_quotient_of_the_districts() {
    let values = vec![Some(0.62), Some(3.41), Some(0.98), Some(0.4), None, Some(1.31)];
    let figure = map(&spec("location-quotient"), &MapData { values, ..data(districts()) }).unwrap();
    look("location-quotient", &figure);
    assert_legible(&figure);
    assert_golden("location-quotient", &figure);
}

#[test]
fn firms_over_density_on_portrait_a4_in_english() {
    let mut spec = spec("density");
    spec.language = jiju::model::Language::En;
    let words = |key: &str| spec.en[key].as_str().map(str::to_owned);
    (spec.title, spec.subtitle, spec.unit) = (words("title"), words("subtitle"), words("unit"));
    spec.legend.title = spec.en["legend"]["title"].as_str().map(str::to_owned);
    spec.source = vec!["enterprise register".into()];
    spec.page.width_mm = 210.0;
    spec.page.height_mm = 297.0;
    spec.points.show = true;
    spec.points.title = Some("Block economies".into());
    let towns = cells(7);
    let values = (0..towns.len()).map(|town| (town % 9 != 4).then(|| (town * 37 % 100) as f64 / 9.0)).collect();
    let names = towns.areas.iter().map(|town| format!("Town {}", town.id)).collect();
    let points = (0..300_u32)
        .map(|at| MapPoint {
            at: Point::new(520_000.0 + f64::from(at * 7919 % 60_000), 3_260_000.0 + f64::from(at * 104_729 % 50_000)),
            category: Some(["dyeing", "small hardware", "bearings"][at as usize % 3].into()),
        })
        .collect();
    let outlines = Some(districts());
    let figure = map(&spec, &MapData { values, names, points, outlines, ..data(towns) }).unwrap();
    look("density", &figure);
    assert_legible(&figure);
    assert_golden("density", &figure);
}

#[test]
fn a_hundred_towns_never_collide() {
    let towns = cells(12);
    assert!(towns.len() > 90);
    let mut spec = MapSpec { column: Some("density_per_km2".into()), ..MapSpec::default() };
    spec.classes.breaks = vec![1.0, 2.0, 4.0, 8.0];
    for (width_mm, height_mm) in [(297.0, 210.0), (210.0, 297.0), (160.0, 110.0), (420.0, 297.0)] {
        let page = jiju::render::PageSize { width_mm, height_mm, margin_mm: 8.0, ..Default::default() };
        spec.page = jiju::render::PageSize { is_size_stated: true, ..page };
        let values = (0..towns.len()).map(|town| Some((town * 37 % 100) as f64 / 9.0)).collect();
        let figure = map(&spec, &MapData { values, outlines: Some(districts()), ..data(towns.clone()) }).unwrap();
        look(&format!("towns-{width_mm}x{height_mm}"), &figure);
        assert_legible(&figure);
        let labelled = figure
            .texts()
            .iter()
            .filter(|text| text.content.starts_with("示例0") || text.content.starts_with("示例1"))
            .count();
        let of_place = figure.warnings.iter().filter(|warning| warning.contains("found no place"));
        let unplaced: usize = of_place.map(|warning| warning.matches("示例").count()).sum();
        assert_eq!(labelled + unplaced, towns.len(), "{:?}", figure.warnings);
        let of_labels = figure.warnings.iter().filter(|warning| warning.contains("labels found no place")).count();
        assert!(of_labels <= 1, "one warning for all of them: {:?}", figure.warnings);
    }
}

#[test]
fn parks_are_named_in_the_legend_and_small_ones_are_marks() {
    let square = |id: &str, side_m: f64| Area {
        id: id.into(),
        name: id.into(),
        parent: None,
        geometry: geo::MultiPolygon(vec![
            geo::Rect::new((560_000.0, 3_300_000.0), (560_000.0 + side_m, 3_300_000.0 + side_m)).to_polygon(),
        ]),
    };
    let layer = |layer: &str, side_m: f64| Areas {
        layer: layer.into(),
        areas: vec![square(&format!("{layer}-1"), side_m)],
        ..districts()
    };
    let mut data = data(districts());
    data.values = vec![Some(8.8), Some(3.2), Some(2.5), Some(1.5), Some(1.4), None];
    data.parks = vec![layer("park", 4000.0), layer("small_micro_park", 150.0), layer("滨海", 4000.0)];
    let figure = map(&spec("parks"), &data).unwrap();
    look("parks", &figure);
    assert_legible(&figure);
    let texts: Vec<&str> = figure.texts().iter().map(|text| text.content.as_str()).collect();
    assert!(["园区", "小微企业园", "滨海"].iter().all(|title| texts.contains(title)), "{texts:?}");
    let drawn = svg(&figure);
    let parks = &drawn[drawn.find("id=\"parks\"").unwrap()..drawn.find("id=\"labels\"").unwrap()];
    assert_eq!(parks.matches("<circle").count(), 2, "a seam and a mark for the small one: {parks}");
    assert_eq!(parks.matches("<path d=\"M").count(), 4, "{parks}");
}

#[test]
fn five_lines_of_specification_print_well() {
    let text = "title = '规上企业密度'\ncolumn = 'density_per_km2'\nunit = '家/km²'\n[classes]\nbreaks = [1, 2, 4]";
    let figure = map(
        &MapSpec::from_toml(text, "five.toml").unwrap(),
        &MapData {
            values: vec![Some(0.5), Some(3.0), Some(1.5), None, Some(2.0), Some(9.0)],
            ..MapData::new(districts())
        },
    )
    .unwrap();
    look("five-lines", &figure);
    assert_legible(&figure);
}

#[test]
fn every_map_specification_says_everything_in_english_too() {
    let folder = format!("{}/maps", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "toml") || path.ends_with("gallery.toml") {
            continue;
        }
        let keys: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        untranslated(&keys, keys["en"].as_table(), &path.display().to_string());
    }
}

/// Refuses Chinese words for which there are no English ones.
fn untranslated(keys: &toml::Table, english: Option<&toml::Table>, place: &str) {
    for (key, value) in keys.iter().filter(|(key, _)| *key != "en") {
        let translated = english.and_then(|english| english.get(key));
        let place = format!("{place}, {key}");
        match value {
            toml::Value::Table(keys) => untranslated(keys, translated.and_then(toml::Value::as_table), &place),
            value if value.to_string().is_ascii() => {}
            _ => assert!(translated.is_some_and(|words| words.to_string().chars().all(|c| c < '\u{2E80}')), "{place}"),
        }
    }
}

#[test]
fn a_hostile_name_stays_text() {
    let mut data = quota_progress();
    let hostile = "<script>alert(1)</script>&\"'";
    data.areas.areas[0].name = hostile.into();
    data.areas.areas[1].id = "\"><script>".into();
    data.sources = vec![hostile.into()];
    let mut spec = spec("quota-progress");
    spec.subtitle = Some(hostile.into());
    let drawn = svg(&map(&spec, &data).unwrap());
    assert!(!drawn.contains("<script"));
    assert!(drawn.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
    resvg::usvg::roxmltree::Document::parse(&drawn).unwrap();
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    let draw = || {
        let figure = map(&spec("quota-progress"), &quota_progress()).unwrap();
        (svg(&figure), png(&figure, 40.0).unwrap(), pdf(&figure).unwrap())
    };
    assert!(draw() == draw());
}

#[test]
fn a_png_says_its_resolution() {
    let figure = map(&spec("quota-progress"), &quota_progress()).unwrap();
    let bytes = png(&figure, 150.0).unwrap();
    let at = bytes.windows(4).position(|window| window == b"pHYs").unwrap() + 4;
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    // 150 dots per 25.4 mm are 5906 per metre; A4 is 11.69 × 8.27 inches.
    assert_eq!((number(at), number(at + 4), bytes[at + 8]), (5906, 5906, 1));
    assert_eq!((number(16), number(20)), (1754, 1240));
    for dpi in [0.0, -1.0, 9.0, 5000.0, f64::NAN, f64::INFINITY] {
        let error = png(&figure, dpi).unwrap_err().to_string();
        assert!(error.contains("expected a number from 10 to 1200"), "{error}");
    }
    let wide = jiju::render::Figure::new(1000.0, 50.0);
    assert!(png(&wide, 1200.0).unwrap_err().to_string().contains("47244 × 2362 pixels"));
}

#[test]
fn a_pdf_has_its_size_and_its_fonts() {
    let bytes = pdf(&map(&spec("quota-progress"), &quota_progress()).unwrap()).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("841.8898"), "A4 is 841.89 pt wide");
    for face in ["NotoSansCJKsc-Regular", "NotoSansCJKsc-Bold"] {
        assert!(text.contains(&format!("+{face}")), "{face} is embedded as a subset");
    }
    assert!(text.contains("/FontFile3") && !text.contains("CreationDate"));
    assert!(bytes.len() < 400_000, "{}", bytes.len());
}

#[test]
fn a_glyph_no_font_has_is_named() {
    let mut data = quota_progress();
    assert_eq!(map(&spec("quota-progress"), &data).unwrap().missing_glyphs(), []);
    // A private-use character, which no font ought to have.
    data.areas.areas[2].name = "上\u{10FFFD}虞".into();
    let figure = map(&spec("quota-progress"), &data).unwrap();
    assert_eq!(figure.missing_glyphs(), ['\u{10FFFD}']);
    assert!(figure.require_glyphs().unwrap_err().to_string().contains("U+10FFFD"));
    assert!(png(&figure, 30.0).is_ok(), "named, not fatal");
}

#[test]
fn every_built_in_theme_is_legible_and_grey_is_grey() {
    for name in ["light", "dark", "print-grey"] {
        let mut spec = spec("quota-progress");
        spec.theme = jiju::render::Theme::from_toml(jiju::render::Theme::built_in(name).unwrap(), name).unwrap();
        let figure = map(&spec, &quota_progress()).unwrap();
        look(&format!("theme-{name}"), &figure);
        assert_legible(&figure);
        if name == "print-grey" {
            let (_, pixels) = super::pixels(&png(&figure, 50.0).unwrap());
            let coloured =
                pixels.chunks(3).filter(|pixel| pixel[0].abs_diff(pixel[1]) > 8 || pixel[1].abs_diff(pixel[2]) > 8);
            // The palette of the specification is the office's own; here it is none.
            assert_eq!(coloured.count(), 0);
        }
    }
}

#[test]
fn letters_as_outlines_look_the_same() {
    let figure = map(&spec("quota-progress"), &quota_progress()).unwrap();
    let outlined = jiju::render::svg_outlined(&figure);
    assert!(!outlined.contains("<text") && outlined.contains("<title>"));
    let mut options = resvg::usvg::Options::default();
    let rendered = |svg: &str, options: &resvg::usvg::Options<'_>| {
        let tree = resvg::usvg::Tree::from_str(svg, options).unwrap();
        let mut pixmap = resvg::tiny_skia::Pixmap::new(702, 496).unwrap();
        pixmap.fill(resvg::tiny_skia::Color::WHITE);
        let scale = 702.0 / tree.size().width();
        resvg::render(&tree, resvg::tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        pixmap.take()
    };
    // Without a font, and beside it the text in the bundled ones.
    let without = rendered(&outlined, &options);
    let fonts = format!("{}/crates/fonts", env!("CARGO_MANIFEST_DIR"));
    options.fontdb_mut().load_fonts_dir(fonts);
    let with = rendered(&svg(&figure), &options);
    let differing = without.iter().zip(&with).filter(|(a, b)| a.abs_diff(**b) > 24).count();
    assert!(differing as f64 <= with.len() as f64 * 0.001, "{differing} of {}", with.len());
}

#[test]
fn degrees_and_wrong_lengths_are_refused() {
    let mut data = quota_progress();
    data.progress.pop();
    let error = map(&spec("quota-progress"), &data).unwrap_err().to_string();
    assert_eq!(error, "cannot draw progress: found 5 of them for 6 areas");

    let degrees = Area {
        id: "1".into(),
        name: "1".into(),
        parent: None,
        geometry: geo::MultiPolygon(vec![geo::Rect::new((120.0, 29.0), (121.0, 30.0)).to_polygon()]),
    };
    for reference in [Reference::Wgs84, Reference::Cgcs2000, Reference::epsg(4214)] {
        let areas = Areas { reference, areas: vec![degrees.clone()], ..districts() };
        let error = map(&MapSpec::default(), &MapData { values: vec![None], ..MapData::new(areas) }).unwrap_err();
        assert!(error.to_string().contains("not from degrees"), "{error}");
    }
}

#[test]
fn a_quota_of_zero_is_not_missing_data() {
    let mut data = quota_progress();
    data.progress[4] = Some(QuotaProgress { done: 0, quota: 0 });
    data.progress[5] = None;
    let figure = map(&spec("quota-progress"), &data).unwrap();
    let texts: Vec<&str> = figure.texts().iter().map(|text| text.content.as_str()).collect();
    assert!(texts.contains(&"0/0 · 无任务") && texts.contains(&"无任务") && texts.contains(&"无数据"), "{texts:?}");
}

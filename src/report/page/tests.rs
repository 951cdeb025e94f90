use geo::{MultiPolygon, wkt};

use super::*;
use crate::model::{Area, Reference};
use crate::render::{Color, Texture};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\n<!--";

fn sample() -> Page {
    let square = wkt!(POLYGON((0. 0., 1000. 0., 1000. 1000., 0. 1000., 0. 0.)));
    let area =
        Area { id: HOSTILE.to_owned(), name: HOSTILE.to_owned(), parent: None, geometry: MultiPolygon(vec![square]) };
    Page {
        title: HOSTILE.to_owned(),
        language: Language::Zh,
        as_of: "2020-09-30".to_owned(),
        document: HOSTILE.to_owned(),
        synthetic: true,
        min_firms: 3,
        stops: vec!["2020-09-30".to_owned()],
        layers: vec![PageLayer {
            id: "district".to_owned(),
            title: HOSTILE.to_owned(),
            scattered: false,
            areas: Areas {
                layer: "district".to_owned(),
                source: String::new(),
                reference: Reference::epsg(4549),
                areas: vec![area],
            },
            names: vec![HOSTILE.to_owned()],
            parents: vec![Some(HOSTILE.to_owned())],
            firms: vec![Some(1)],
        }],
        tables: Vec::new(),
        firms: Some(PageFirms {
            sectors: vec![HOSTILE.to_owned()],
            firms: vec![PageFirm {
                id: HOSTILE.to_owned(),
                name: HOSTILE.to_owned(),
                sector: Some(0),
                areas: vec![Some(0)],
                stages: vec![(0, vec![None, Some(2)])],
            }],
            ..PageFirms::default()
        }),
        projection: "EPSG:4549".to_owned(),
        boundaries: Some(HOSTILE.to_owned()),
        review_number: None,
        sources: vec![HOSTILE.to_owned()],
        boundary_edits: Vec::new(),
        sectors: vec![PageSector {
            name: HOSTILE.to_owned(),
            mark: CategoryMark { color: Color::BLACK, texture: Texture::Striped },
        }],
    }
}

#[test]
fn every_word_of_the_input_is_text() {
    let text = page(&sample()).unwrap();
    // The two scripts and the data are the only ones, and none ends before its end.
    assert_eq!(text.matches("<script").count(), 2);
    assert_eq!(text.matches("</script").count(), 2);
    assert!(!text.contains("<img") && !text.contains("<!--"));
    assert!(text.contains("未经地图审核") && text.contains("示例数据，非真实企业"));
    let (_, data) = text.split_once("<script id=\"data\" type=\"application/json\">").unwrap();
    let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["layers"][0]["title"], HOSTILE);
    assert_eq!(data["firms"]["names"], HOSTILE.replace('\n', " "));
    assert_eq!(data["firms"]["ledger"], "0 0 -2");
    assert_eq!((&data["sectors"][0]["name"], &data["sectors"][0]["line"]), (&HOSTILE.into(), &"#999999".into()));
}

#[test]
fn nothing_in_the_bundle_ends_its_element() {
    for (bundle, end) in [(SCRIPT, "</script"), (STYLE, "</style")] {
        assert!(!bundle.contains(end) && !bundle.contains("<!--") && !bundle.contains('\r'));
    }
}

#[test]
fn the_policy_names_what_stands_in_the_page() {
    let text = page(&sample()).unwrap();
    let policy = text.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"));
    // From `printf '' | openssl dgst -sha256 -binary | base64`.
    assert_eq!(super::markup::hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

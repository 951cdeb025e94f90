//! Every figure of the gallery, drawn from the sample in both languages: nothing written overlaps, leaves the page or is hard to
//! read, and nothing about it is left unsaid.

use std::path::Path;

use jiju::model::Language;
use jiju::project::{AtlasRequest, atlas, read, requested_chart, requested_map, survey};

use super::{assert_legible, look};

#[test]
fn every_figure_of_the_gallery_can_be_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/gallery.toml");
    let mut project = read(&file).unwrap();
    let survey = survey(&project, &mut |_, _| {}).unwrap();
    for language in [Language::Zh, Language::En] {
        project.language = language;
        for request in &project.maps {
            let figure = requested_map(request, &survey, &project).unwrap();
            look(&format!("{}-{}", request.name, language.tag()), &figure);
            assert_legible(&figure);
            assert_eq!(figure.missing_glyphs(), [], "{}", request.name);
        }
        for request in &project.charts {
            let figure = requested_chart(request, &survey, &project).unwrap();
            assert_legible(&figure);
            assert_eq!(figure.missing_glyphs(), [], "{}", request.name);
        }
    }
}

#[test]
fn every_sheet_of_an_atlas_can_be_read_and_shows_the_same_classes() {
    let maps = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps");
    for (by, sheets) in [("district", 7), ("block", 16)] {
        let request = AtlasRequest::default()
            .with_spec(maps.join("atlas-districts.toml"))
            .with_project(maps.join("gallery.toml"))
            .with_by(by.to_owned());
        let found = atlas(&request).unwrap();
        assert_eq!(found.sheets.len(), sheets, "the index and a sheet each");
        let mut colors = Vec::new();
        for (position, (stem, figure)) in found.sheets.iter().enumerate() {
            look(&format!("atlas-{by}-{stem}"), figure);
            assert_legible(figure);
            let number = format!("第 {} 页，共 {sheets} 页", position + 1);
            assert!(figure.texts().iter().any(|text| text.content == number), "{number}");
            if position > 0 {
                let of = |class: &serde_json::Value| (class["label"].clone(), class["color"].clone());
                colors.push(figure.record["classes"].as_array().unwrap().iter().map(of).collect::<Vec<_>>());
            }
        }
        assert!(colors.windows(2).all(|pair| pair[0] == pair[1]), "{colors:?}");
    }
}

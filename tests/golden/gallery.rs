//! Every figure of the gallery, drawn from the sample in both languages: nothing written overlaps, leaves the page or is hard to
//! read, and nothing about it is left unsaid.

use std::path::Path;

use jiju::model::Language;
use jiju::project::{read, requested_chart, requested_map, survey};

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

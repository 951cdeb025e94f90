//! Does it still look so: SVG as text, PNG by pixels, set in the bundled fonts only.
//!
//! `JIJU_BLESS=1 cargo test golden` renews the expected files; look at what changed before committing it.

mod gallery;
mod render_charts;
mod render_kinds;
mod render_maps;
mod shaoxing;

use std::path::PathBuf;

use jiju::render::{Figure, Fonts, png_with_fonts, svg};

/// Resolution of the expected pictures: enough to see a label move, small enough to keep.
const DPI: f64 = 60.0;
/// A channel may differ by this much: rounding of floating-point arithmetic on another processor.
const CHANNEL_TOLERANCE: u8 = 24;
/// And this share of the pixels by more.
const PIXEL_TOLERANCE: f64 = 0.001;

/// Holds a figure against `tests/golden/figures/<name>.svg` and `.png`, or renews them under `JIJU_BLESS=1`.
fn assert_golden(name: &str, figure: &Figure) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/figures");
    let (svg_path, png_path) = (folder.join(format!("{name}.svg")), folder.join(format!("{name}.png")));
    let drawn_svg = svg(figure);
    let drawn_png = png_with_fonts(figure, DPI, Fonts::bundled()).unwrap();
    if std::env::var_os("JIJU_BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&svg_path, &drawn_svg).unwrap();
        std::fs::write(&png_path, &drawn_png).unwrap();
        return;
    }
    let hint = "look at it, then renew with JIJU_BLESS=1";
    let expected = std::fs::read_to_string(&svg_path).unwrap_or_default();
    if let Some((line, (found, expected))) =
        drawn_svg.lines().zip(expected.lines()).enumerate().find(|(_, (found, expected))| found != expected)
    {
        panic!("{}, line {}: found\n{found}\nexpected\n{expected}\n{hint}", svg_path.display(), line + 1);
    }
    assert_eq!(drawn_svg.len(), expected.len(), "{}: {hint}", svg_path.display());
    let (size, found) = pixels(&drawn_png);
    let (expected_size, expected) = pixels(&std::fs::read(&png_path).unwrap());
    assert_eq!(size, expected_size);
    let differing = found.iter().zip(&expected).filter(|(a, b)| a.abs_diff(**b) > CHANNEL_TOLERANCE).count();
    let share = differing as f64 / found.len() as f64;
    assert!(share <= PIXEL_TOLERANCE, "{}: {:.3} % of it differs, {hint}", png_path.display(), share * 100.0);
}

fn pixels(bytes: &[u8]) -> ((u32, u32), Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    ((info.width, info.height), pixels)
}

/// Nothing written overlaps, leaves the page, or is hard to read.
fn assert_legible(figure: &Figure) {
    let texts = figure.texts();
    let frames: Vec<_> = texts.iter().map(|text| text.frame().inset(0.05)).collect();
    for (position, (text, frame)) in texts.iter().zip(&frames).enumerate() {
        assert!(figure.page().holds(frame), "`{}` leaves the page: {frame:?}", text.content);
        for (other, other_frame) in texts.iter().zip(&frames).skip(position + 1) {
            assert!(!frame.overlaps(other_frame), "`{}` and `{}` overlap", text.content, other.content);
        }
        let contrast = text.color.contrast(text.ground);
        assert!(contrast >= 4.5, "`{}` has a contrast of {contrast:.2}", text.content);
        assert!(text.size_mm * 72.0 / 25.4 >= 5.0, "`{}` is too small to read", text.content);
    }
}

/// Writes a figure in every format into the folder named by `JIJU_LOOK`, to be looked at.
fn look(name: &str, figure: &Figure) {
    if let Some(folder) = std::env::var_os("JIJU_LOOK") {
        let path = |ending: &str| PathBuf::from(&folder).join(format!("{name}.{ending}"));
        std::fs::write(path("svg"), svg(figure)).unwrap();
        std::fs::write(path("png"), jiju::render::png(figure, 150.0).unwrap()).unwrap();
        std::fs::write(path("pdf"), jiju::render::pdf(figure).unwrap()).unwrap();
    }
}

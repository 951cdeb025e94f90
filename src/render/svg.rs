use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::figure::{Anchor, Figure, Fill, Group, Item, Line, Outline, Position, Shape, Stroke, Text};
use super::font::{FAMILY, FontWeight, Fonts};
use super::picture::Picture;
use super::{Color, PageRect};

/// The distance between the lines of a hatch, in mm.
pub(super) const HATCH_STEP_MM: f64 = 1.2;
pub(super) const HATCH_LINE_MM: f64 = 0.2;

/// Families to try on a machine that lacks the bundled one; all of them carry simplified Chinese.
const FALLBACKS: &str = "Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, SimHei, sans-serif";

/// Renders the figure as SVG. Text is kept as text, names are escaped, and numbers are in millimetres with micrometre
/// precision.
///
/// # Examples
///
/// ```
/// use jiju::render::{Figure, svg};
/// let mut figure = Figure::new(100.0, 50.0);
/// figure.title = "a < b".to_owned();
/// assert!(svg(&figure).contains("<title>a &lt; b</title>"));
/// ```
#[must_use]
pub fn svg(figure: &Figure) -> String {
    write(figure, Lettering::Text)
}

/// Renders the figure as SVG with letters as outlines, for machines that may lack the font. Tooltips and text for
/// screen readers are kept as text; the text on the page cannot be searched.
///
/// # Examples
///
/// ```
/// use jiju::render::{Figure, svg_outlined};
/// assert!(!svg_outlined(&Figure::new(100.0, 50.0)).contains("<text"));
/// ```
#[must_use]
pub fn svg_outlined(figure: &Figure) -> String {
    write(figure, Lettering::Outlines(figure.fonts()))
}

/// The representation of letters.
#[derive(Clone, Copy)]
pub(super) enum Lettering<'a> {
    /// Text elements, with the halo as their stroke.
    Text,
    /// Text elements over outlines that form the halo. In a PDF a stroke would be drawn letter by letter, each covering
    /// part of the one before.
    Haloed(&'a Fonts),
    /// Outlines.
    Outlines(&'a Fonts),
}

pub(super) fn write(figure: &Figure, lettering: Lettering<'_>) -> String {
    let mut writer = Writer { out: String::new(), lettering, ids: BTreeSet::new() };
    let (width, height) = (number(figure.width_mm), number(figure.height_mm));
    // Letters of a chosen font stand as far apart as they are measured: without kerning, which the bundled fonts have none of.
    let chosen = figure.fonts().chosen_family();
    let (family, kerning) = match chosen {
        Some(family) => (format!("'{}', ", escape(family)), " font-kerning=\"none\""),
        None => (String::new(), ""),
    };
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        writer.out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
         viewBox=\"0 0 {width} {height}\" xml:lang=\"{}\" role=\"img\" \
         font-family=\"{family}{FAMILY}, {FALLBACKS}\"{kerning}>\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        figure.language,
        escape(&figure.title),
        escape(&figure.description)
    );
    writer.hatches(&figure.items);
    writer.items(&figure.items);
    writer.out.push_str("</svg>\n");
    writer.out
}

/// From how many points of one look on that look is written once.
const MANY_POINTS: usize = 256;

/// Whether two items are circles that differ in their places and sizes alone, and say nothing.
fn are_points_alike(one: &Item, other: &Item) -> bool {
    let (Item::Shape(one), Item::Shape(other)) = (one, other) else { return false };
    let is_plain = |shape: &Shape| {
        matches!(shape.outline, Outline::Circle { .. }) && shape.title.is_none() && shape.data.is_empty()
    };
    let looks_alike =
        one.fill == other.fill && one.stroke == other.stroke && one.opacity.total_cmp(&other.opacity).is_eq();
    is_plain(one) && is_plain(other) && looks_alike
}

struct Writer<'a> {
    out: String,
    lettering: Lettering<'a>,
    ids: BTreeSet<String>,
}

impl Writer<'_> {
    fn hatches(&mut self, items: &[Item]) {
        fn collect(items: &[Item], hatches: &mut BTreeSet<(String, String, bool)>) {
            for item in items {
                match item {
                    Item::Shape(Shape { fill: Fill::Hatch { line, ground }, .. }) => {
                        hatches.insert((line.to_string(), ground.to_string(), false));
                    }
                    Item::Shape(Shape { fill: Fill::CrossHatch { line, ground }, .. }) => {
                        hatches.insert((line.to_string(), ground.to_string(), true));
                    }
                    Item::Group(group) => collect(&group.items, hatches),
                    Item::Shape(_) | Item::Text(_) | Item::Picture(_) => {}
                }
            }
        }
        let mut hatches = BTreeSet::new();
        collect(items, &mut hatches);
        for (line, ground, is_crossed) in hatches {
            let (step, half) = (number(HATCH_STEP_MM), number(HATCH_STEP_MM / 2.0));
            let across = if is_crossed { format!("M0 {half}h{step}") } else { String::new() };
            let _ = writeln!(
                self.out,
                "<defs><pattern id=\"{}\" width=\"{step}\" height=\"{step}\" patternUnits=\"userSpaceOnUse\" \
                 patternTransform=\"rotate(45)\"><path fill=\"{ground}\" d=\"M0 0h{step}v{step}h-{step}z\"/>\
                 <path stroke=\"{line}\" stroke-width=\"{}\" d=\"M{half} 0v{step}{across}\"/></pattern></defs>",
                hatch_id(&line, &ground, is_crossed),
                number(HATCH_LINE_MM),
            );
        }
    }

    fn items(&mut self, items: &[Item]) {
        for alike in items.chunk_by(are_points_alike) {
            match alike {
                [Item::Shape(first), ..] if alike.len() >= MANY_POINTS => self.points(first, alike),
                _ => alike.iter().for_each(|item| self.item(item)),
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Shape(shape) => self.shape(shape),
            Item::Text(text) => self.text(text),
            Item::Picture(picture) => self.picture(picture),
            Item::Group(group) => self.group(group),
        }
    }

    /// Many circles of one look, which is written once. Each is seen through by itself, not as a picture of its own, of which
    /// a PDF would keep one for every point.
    fn points(&mut self, look: &Shape, points: &[Item]) {
        self.out.push_str("<g");
        self.look(look);
        if look.opacity < 1.0 {
            let opacity = number(look.opacity);
            let _ = write!(self.out, " fill-opacity=\"{opacity}\" stroke-opacity=\"{opacity}\"");
        }
        self.out.push_str(">\n");
        for item in points {
            if let Item::Shape(Shape { outline: Outline::Circle { centre, radius_mm }, .. }) = item {
                self.circle(*centre, *radius_mm);
                self.out.push_str("/>\n");
            }
        }
        self.out.push_str("</g>\n");
    }

    fn circle(&mut self, centre: Position, radius_mm: f64) {
        let [x, y, radius] = [centre[0], centre[1], radius_mm].map(number);
        let _ = write!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
    }

    fn picture(&mut self, Picture { frame, pixels }: &Picture) {
        let _ = writeln!(
            self.out,
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" href=\"data:image/png;base64,{}\"/>",
            number(frame.left),
            number(frame.top),
            number(frame.width),
            number(frame.height),
            STANDARD.encode(pixels.png())
        );
    }

    fn group(&mut self, group: &Group) {
        let clip = group.clip.as_ref().map(clip_id);
        if let (Some(frame), Some(id)) = (&group.clip, &clip)
            && self.ids.insert(id.clone())
        {
            let _ = write!(self.out, "<clipPath id=\"{id}\"><path d=\"");
            frame_data(&mut self.out, frame);
            self.out.push_str("\"/></clipPath>\n");
        }
        self.out.push_str("<g");
        if let Some(id) = &group.id {
            let id = self.unique(id);
            let _ = write!(self.out, " id=\"{id}\"");
        }
        if let Some(id) = clip {
            let _ = write!(self.out, " clip-path=\"url(#{id})\"");
        }
        self.out.push_str(">\n");
        self.items(&group.items);
        self.out.push_str("</g>\n");
    }

    /// The id as XML may carry it, and as none before it was.
    fn unique(&mut self, id: &str) -> String {
        let plain =
            |character: char| if character.is_alphanumeric() || "-_".contains(character) { character } else { '-' };
        let mut name: String = id.chars().map(plain).collect();
        if !name.starts_with(char::is_alphabetic) {
            name.insert(0, 'g');
        }
        let named = |number: usize| if number == 1 { name.clone() } else { format!("{name}-{number}") };
        // So many numbers are not all taken.
        let id = (1..=self.ids.len() + 1).map(named).find(|id| !self.ids.contains(id)).unwrap_or_default();
        self.ids.insert(id.clone());
        id
    }

    fn shape(&mut self, shape: &Shape) {
        let element = match &shape.outline {
            Outline::Circle { centre, radius_mm } => {
                self.circle(*centre, *radius_mm);
                "circle"
            }
            Outline::Rectangle(frame) => {
                self.out.push_str("<path d=\"");
                frame_data(&mut self.out, frame);
                self.out.push('"');
                "path"
            }
            Outline::Lines(lines) => {
                self.out.push_str("<path d=\"");
                for line in lines {
                    line_data(&mut self.out, line);
                }
                self.out.push('"');
                if lines.len() > 1 && shape.fill != Fill::None {
                    self.out.push_str(" fill-rule=\"evenodd\"");
                }
                "path"
            }
        };
        self.look(shape);
        if shape.opacity < 1.0 {
            let _ = write!(self.out, " opacity=\"{}\"", number(shape.opacity));
        }
        for (key, value) in &shape.data {
            let _ = write!(self.out, " data-{key}=\"{}\"", escape(value));
        }
        match &shape.title {
            Some(title) => {
                let _ = writeln!(self.out, "><title>{}</title></{element}>", escape(title));
            }
            None => self.out.push_str("/>\n"),
        }
    }

    /// The fill and the stroke of a shape.
    fn look(&mut self, shape: &Shape) {
        match shape.fill {
            Fill::None => self.out.push_str(" fill=\"none\""),
            Fill::Solid(Color::BLACK) => {}
            Fill::Solid(color) => {
                let _ = write!(self.out, " fill=\"{color}\"");
            }
            Fill::Hatch { line, ground } | Fill::CrossHatch { line, ground } => {
                let is_crossed = matches!(shape.fill, Fill::CrossHatch { .. });
                let id = hatch_id(&line.to_string(), &ground.to_string(), is_crossed);
                let _ = write!(self.out, " fill=\"url(#{id})\"");
            }
        }
        if let Some(stroke) = &shape.stroke {
            self.stroke(stroke);
        }
    }

    fn stroke(&mut self, stroke: &Stroke) {
        let _ = write!(
            self.out,
            " stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"",
            stroke.color,
            number(stroke.width_mm)
        );
        if stroke.dashes_mm.is_empty() {
            self.out.push_str(" stroke-linecap=\"round\"");
        } else {
            let dashes: Vec<String> = stroke.dashes_mm.iter().map(|length| number(*length)).collect();
            let _ = write!(self.out, " stroke-dasharray=\"{}\"", dashes.join(" "));
        }
    }

    fn text(&mut self, text: &Text) {
        let (x, y) = (number(text.at[0]), number(text.at[1]));
        let turn = |around: &str| match text.angle_deg {
            0.0 => String::new(),
            angle => format!("rotate({}{around})", number(angle)),
        };
        let seam = |out: &mut String| {
            let _ = write!(
                out,
                " stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"",
                text.ground,
                number(2.0 * text.halo_mm)
            );
        };
        let has_seam = text.halo_mm > 0.0;
        let (fonts, color) = match self.lettering {
            Lettering::Haloed(fonts) if has_seam => (Some(fonts), text.ground),
            Lettering::Outlines(fonts) => (Some(fonts), text.color),
            Lettering::Haloed(_) | Lettering::Text => (None, text.color),
        };
        let weight = text.fonts.one_weight(&text.content, text.weight);
        if let Some(fonts) = fonts {
            let width = fonts.width_mm(&text.content, text.size_mm, weight);
            let shift = match text.anchor {
                Anchor::Start => String::new(),
                Anchor::Middle => format!(" translate({})", number(-width / 2.0)),
                Anchor::End => format!(" translate({})", number(-width)),
            };
            let _ = write!(
                self.out,
                "<path transform=\"translate({x} {y}){}{shift}\" fill=\"{color}\" d=\"{}\"",
                turn(""),
                fonts.outline(&text.content, text.size_mm, weight)
            );
            if has_seam {
                self.out.push_str(" paint-order=\"stroke\"");
                seam(&mut self.out);
            }
            self.out.push_str("/>\n");
            if matches!(self.lettering, Lettering::Outlines(_)) {
                return;
            }
        }
        let _ = write!(self.out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"", number(text.size_mm));
        if weight == FontWeight::Bold {
            self.out.push_str(" font-weight=\"700\"");
        }
        match text.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.out.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.out.push_str(" text-anchor=\"end\""),
        }
        if text.angle_deg != 0.0 {
            let _ = write!(self.out, " transform=\"{}\"", turn(&format!(" {x} {y}")));
        }
        let _ = write!(self.out, " fill=\"{}\"", text.color);
        if has_seam && matches!(self.lettering, Lettering::Text) {
            self.out.push_str(" paint-order=\"stroke\"");
            seam(&mut self.out);
        }
        // A viewer of SVG may have a font that this machine lacks; in a PDF a character without one would be nothing.
        let content = match self.lettering {
            Lettering::Haloed(fonts) => fonts.stood_in(&text.content),
            Lettering::Text | Lettering::Outlines(_) => text.content.clone(),
        };
        let _ = writeln!(self.out, ">{}</text>", escape(&content));
    }
}

/// Says where the clip is, so that figures on one page of HTML do not take each other's.
fn clip_id(frame: &PageRect) -> String {
    let PageRect { left, top, width, height } = *frame;
    let places = [left, top, width, height].map(|mm| micrometres(mm).to_string());
    format!("clip-{}", places.join("-"))
}

fn hatch_id(line: &str, ground: &str, is_crossed: bool) -> String {
    let kind = if is_crossed { "crosshatch" } else { "hatch" };
    format!("{kind}-{}-{}", line.trim_start_matches('#'), ground.trim_start_matches('#'))
}

fn frame_data(out: &mut String, frame: &PageRect) {
    let (width, height) = (number(frame.width), number(frame.height));
    let _ = write!(out, "M{} {}h{width}v{height}h-{width}z", number(frame.left), number(frame.top));
}

/// Path data with relative steps between points that were rounded first, so that rounding does not add up.
fn line_data(out: &mut String, line: &Line) {
    let mut last: Option<(i64, i64)> = None;
    let mut is_fraction = false;
    for point in &line.points {
        let here = (micrometres(point[0]), micrometres(point[1]));
        match last {
            None => {
                let _ = write!(out, "M{} {}l", thousandths(here.0), thousandths(here.1));
            }
            // A point on the spot of the last says nothing; a line of one spot only still needs its end.
            Some(last) if last == here && line.points.len() > 2 => continue,
            Some(last) => {
                for step in [here.0 - last.0, here.1 - last.1] {
                    let step = thousandths(step);
                    // A sign or a second point tells numbers apart as well as a space does.
                    if !(out.ends_with('l') || step.starts_with('-') || (step.starts_with('.') && is_fraction)) {
                        out.push(' ');
                    }
                    out.push_str(&step);
                    is_fraction = step.contains('.');
                }
            }
        }
        last = Some(here);
    }
    if out.ends_with('l') {
        out.push_str("0 0");
    }
    if line.closed && last.is_some() {
        out.push('z');
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a page is some hundred thousand micrometres; a cast saturates")]
fn micrometres(mm: f64) -> i64 {
    (mm * 1000.0).round() as i64
}

/// Formats a length in mm with micrometre precision and without redundant characters: `12.5`, `-.07`.
pub(super) fn number(mm: f64) -> String {
    thousandths(micrometres(mm))
}

fn thousandths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 1000, value.unsigned_abs() % 1000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let rest = format!("{rest:03}");
    let rest = rest.trim_end_matches('0');
    if whole == 0 { format!("{sign}.{rest}") } else { format!("{sign}{whole}.{rest}") }
}

/// Text as XML may carry it: markup escaped, characters that XML forbids replaced.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1F}' | '\u{7F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_minus_zero() {
        for (mm, text) in [(12.5, "12.5"), (-0.07, "-.07"), (-0.0001, "0"), (3.0, "3"), (0.1 + 0.2, ".3")] {
            assert_eq!(number(mm), text);
        }
    }

    #[test]
    fn rounding_does_not_add_up_along_a_line() {
        let points: Vec<[f64; 2]> = (0..=1000).map(|step| [f64::from(step) * 0.0004, 0.0]).collect();
        let mut out = String::new();
        line_data(&mut out, &Line { points, closed: false });
        // `l0 0 0 0.001 0.001 0`: a step of a micrometre now and then.
        assert_eq!(out.matches(".001").count(), 400, "{out}");
    }

    #[test]
    fn numbers_stand_as_close_as_can_be_read() {
        let line = |points: &[[f64; 2]]| {
            let mut out = String::new();
            line_data(&mut out, &Line { points: points.to_vec(), closed: true });
            out
        };
        assert_eq!(line(&[[1.0, 2.0], [1.5, 2.5], [1.25, 3.5], [3.25, 3.75]]), "M1 2l.5.5-.25 1 2 .25z");
    }

    #[test]
    fn ids_are_names_and_each_is_there_once() {
        let mut figure = Figure::new(10.0, 10.0);
        for id in ["areas", "areas", "1 <b>", "areas-2"] {
            figure.items.push(Item::Group(Group { id: Some(id.to_owned()), ..Group::default() }));
        }
        let drawn = svg(&figure);
        for id in ["areas", "areas-2", "g1--b-", "areas-2-2"] {
            assert_eq!(drawn.matches(&format!("id=\"{id}\"")).count(), 1, "{drawn}");
        }
    }

    #[test]
    fn the_look_of_many_points_is_written_once() {
        let mut figure = Figure::new(100.0, 100.0);
        for number in 0..u32::try_from(MANY_POINTS).unwrap() {
            let outline = Outline::Circle { centre: [f64::from(number % 16), f64::from(number / 16)], radius_mm: 0.4 };
            let look = Shape::filled(outline, Fill::Solid(Color::WHITE));
            figure.items.push(Item::Shape(Shape {
                stroke: Some(Stroke::new(Color::BLACK, 0.1)),
                opacity: 0.85,
                ..look
            }));
        }
        let drawn = svg(&figure);
        assert_eq!(drawn.matches("<circle").count(), MANY_POINTS, "{drawn}");
        assert_eq!((drawn.matches("fill=").count(), drawn.matches(" opacity=").count()), (1, 0), "{drawn}");
        // No picture for each of them.
        let page = super::super::pdf(&figure).unwrap();
        assert!(!page.windows(13).any(|bytes| bytes == b"/Transparency"));
        assert!(page.len() < 40_000, "{}", page.len());
        figure.items.pop();
        assert_eq!(svg(&figure).matches(" opacity=").count(), MANY_POINTS - 1);
    }

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(escape("<script>&\"'\u{0}"), "&lt;script&gt;&amp;&quot;&#39;\u{FFFD}");
    }
}

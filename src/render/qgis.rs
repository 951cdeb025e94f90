//! How a layer is drawn, as QGIS has it (QML) and as a Styled Layer Descriptor, with the classes, colours and words of a map.
//!
//! # References
//!
//! QGIS Project (2022). Appendices: QML – The QGIS Style File Format. QGIS 3.22 User Guide.
//! Open Geospatial Consortium (2006). Symbology Encoding Implementation Specification 1.1.0.

use std::fmt::Write as _;

use super::Color;
use super::figure::{Fill, Outline, Shape, Stroke};
use super::map::StyleEntry;
use super::svg::escape;

/// What decides how a feature of a layer is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Renderer {
    /// All alike.
    Single(StyleEntry),
    /// By the text in a column, entry by entry; the entry without a text is for all other features.
    Categorised {
        /// The column.
        column: String,
        /// The text and what is drawn.
        entries: Vec<(Option<String>, StyleEntry)>,
    },
    /// By the number in a column and the ranges of the entries, from low to high: a number on a bound belongs to the lower.
    Graduated {
        /// The column.
        column: String,
        /// What is drawn.
        entries: Vec<StyleEntry>,
    },
}

impl Renderer {
    fn entries(&self) -> Vec<&StyleEntry> {
        match self {
            Self::Single(entry) => vec![entry],
            Self::Categorised { entries, .. } => entries.iter().map(|(_, entry)| entry).collect(),
            Self::Graduated { entries, .. } => entries.iter().collect(),
        }
    }
}

/// Returns a style in the format of QGIS, which reads it from version 3.0 on. `aliases` are columns with their headings.
///
/// # Examples
///
/// ```
/// use jiju::render::{Color, Fill, Outline, PageRect, Renderer, Shape, StyleEntry, qml};
/// let shape = Shape::filled(Outline::Rectangle(PageRect::new(0.0, 0.0, 7.0, 3.0)), Fill::Solid(Color::new(255, 0, 0)));
/// let entry = StyleEntry { label: "red".to_owned(), shapes: vec![shape], range: None };
/// let text = qml(&Renderer::Single(entry), &[("name".to_owned(), "名称".to_owned())]);
/// assert!(text.contains("<renderer-v2 type=\"singleSymbol\""));
/// assert!(text.contains("<prop k=\"color\" v=\"255,0,0,255\"/>"));
/// ```
#[must_use]
pub fn qml(renderer: &Renderer, aliases: &[(String, String)]) -> String {
    let mut out = String::from(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n\
         <qgis version=\"3.22.0\" styleCategories=\"Symbology|Fields\">\n",
    );
    let head = |kind: &str, more: &str| {
        format!(
            "  <renderer-v2 type=\"{kind}\"{more} symbollevels=\"0\" forceraster=\"0\" enableorderby=\"0\" \
             referencescale=\"-1\">\n"
        )
    };
    match renderer {
        Renderer::Single(_) => out.push_str(&head("singleSymbol", "")),
        Renderer::Categorised { column, entries } => {
            out.push_str(&head("categorizedSymbol", &format!(" attr=\"{}\"", escape(column))));
            out.push_str("    <categories>\n");
            for (position, (value, entry)) in entries.iter().enumerate() {
                // The empty text stands for all others.
                let _ = writeln!(
                    out,
                    "      <category value=\"{}\" type=\"string\" symbol=\"{position}\" label=\"{}\" render=\"true\"/>",
                    escape(value.as_deref().unwrap_or_default()),
                    escape(&entry.label)
                );
            }
            out.push_str("    </categories>\n");
        }
        Renderer::Graduated { column, entries } => {
            let more = format!(" attr=\"{}\" graduatedMethod=\"GraduatedColor\"", escape(column));
            out.push_str(&head("graduatedSymbol", &more));
            out.push_str("    <ranges>\n");
            for (position, entry) in entries.iter().enumerate() {
                let (lower, upper) = entry.range.unwrap_or_default();
                let _ = writeln!(
                    out,
                    "      <range lower=\"{lower}\" upper=\"{upper}\" symbol=\"{position}\" label=\"{}\" render=\"true\"/>",
                    escape(&entry.label)
                );
            }
            out.push_str("    </ranges>\n");
        }
    }
    out.push_str("    <symbols>\n");
    for (position, entry) in renderer.entries().into_iter().enumerate() {
        let kind = if is_marker(entry) { "marker" } else { "fill" };
        let _ = writeln!(
            out,
            "      <symbol type=\"{kind}\" name=\"{position}\" alpha=\"1\" clip_to_extent=\"1\" force_rhr=\"0\">"
        );
        for layer in entry.shapes.iter().flat_map(symbol_layers) {
            layer.write(&mut out);
        }
        out.push_str("      </symbol>\n");
    }
    out.push_str("    </symbols>\n  </renderer-v2>\n");
    if !aliases.is_empty() {
        out.push_str("  <aliases>\n");
        for (position, (field, name)) in aliases.iter().enumerate() {
            // The first field is the number of the row.
            let (index, field, name) = (position + 1, escape(field), escape(name));
            let _ = writeln!(out, "    <alias index=\"{index}\" field=\"{field}\" name=\"{name}\"/>");
        }
        out.push_str("  </aliases>\n");
    }
    out.push_str("</qgis>\n");
    out
}

fn is_marker(entry: &StyleEntry) -> bool {
    entry.shapes.iter().any(|shape| matches!(shape.outline, Outline::Circle { .. }))
}

/// A layer of a symbol: its kind and its properties.
struct SymbolLayer {
    class: &'static str,
    properties: Vec<(&'static str, String)>,
}

impl SymbolLayer {
    /// Writes it in both forms: versions before 3.18 know `prop` alone, later ones look at `Option` first.
    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "        <layer class=\"{}\" enabled=\"1\" locked=\"0\" pass=\"0\">", self.class);
        out.push_str("          <Option type=\"Map\">\n");
        for (key, value) in &self.properties {
            let _ = writeln!(out, "            <Option name=\"{key}\" type=\"QString\" value=\"{value}\"/>");
        }
        out.push_str("          </Option>\n");
        for (key, value) in &self.properties {
            let _ = writeln!(out, "          <prop k=\"{key}\" v=\"{value}\"/>");
        }
        out.push_str("        </layer>\n");
    }
}

/// A shape as the layers of a symbol, from bottom to top.
fn symbol_layers(shape: &Shape) -> Vec<SymbolLayer> {
    let alpha = (shape.opacity.clamp(0.0, 1.0) * 255.0).round();
    let color = |color: Color, alpha: f64| format!("{},{},{},{alpha}", color.red, color.green, color.blue);
    let line = |stroke: &Option<Stroke>| -> Vec<(&'static str, String)> {
        match stroke {
            Some(stroke) if stroke.dashes_mm.is_empty() => vec![
                ("outline_color", color(stroke.color, alpha)),
                ("outline_style", "solid".to_owned()),
                ("outline_width", stroke.width_mm.to_string()),
                ("outline_width_unit", "MM".to_owned()),
                ("joinstyle", "round".to_owned()),
            ],
            _ => vec![("outline_style", "no".to_owned())],
        }
    };
    let filled = |fill: String, style: &str, stroke: &Option<Stroke>| SymbolLayer {
        class: "SimpleFill",
        properties: [vec![("color", fill), ("style", style.to_owned())], line(stroke)].concat(),
    };
    if let Outline::Circle { radius_mm, .. } = shape.outline {
        let fill = match shape.fill {
            Fill::Solid(fill) => color(fill, alpha),
            Fill::None | Fill::Hatch { .. } | Fill::CrossHatch { .. } => "0,0,0,0".to_owned(),
        };
        let own = vec![
            ("name", "circle".to_owned()),
            ("color", fill),
            ("size", (radius_mm * 2.0).to_string()),
            ("size_unit", "MM".to_owned()),
        ];
        return vec![SymbolLayer { class: "SimpleMarker", properties: [own, line(&shape.stroke)].concat() }];
    }
    let mut layers = match shape.fill {
        Fill::None if shape.stroke.as_ref().is_some_and(|stroke| !stroke.dashes_mm.is_empty()) => Vec::new(),
        Fill::None => vec![filled("0,0,0,0".to_owned(), "no", &shape.stroke)],
        Fill::Solid(fill) => vec![filled(color(fill, alpha), "solid", &shape.stroke)],
        Fill::Hatch { line, ground } => {
            vec![filled(color(ground, alpha), "solid", &None), filled(color(line, alpha), "b_diagonal", &shape.stroke)]
        }
        Fill::CrossHatch { line, ground } => {
            vec![filled(color(ground, alpha), "solid", &None), filled(color(line, alpha), "diagonal_x", &shape.stroke)]
        }
    };
    if let Some(stroke) = shape.stroke.as_ref().filter(|stroke| !stroke.dashes_mm.is_empty()) {
        let dashes: Vec<String> = stroke.dashes_mm.iter().map(ToString::to_string).collect();
        layers.push(SymbolLayer {
            class: "SimpleLine",
            properties: vec![
                ("line_color", color(stroke.color, alpha)),
                ("line_style", "solid".to_owned()),
                ("line_width", stroke.width_mm.to_string()),
                ("line_width_unit", "MM".to_owned()),
                ("use_custom_dash", "1".to_owned()),
                ("customdash", dashes.join(";")),
                ("customdash_unit", "MM".to_owned()),
                ("joinstyle", "round".to_owned()),
            ],
        });
    }
    layers
}

/// Returns a style as a Styled Layer Descriptor 1.1, which other programs and map servers read. Lengths are pixels of 0.28 mm.
#[must_use]
pub fn sld(renderer: &Renderer, layer: &str, name: &str) -> String {
    let (layer, name) = (escape(layer), escape(name));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <StyledLayerDescriptor xmlns=\"http://www.opengis.net/sld\" xmlns:se=\"http://www.opengis.net/se\" \
         xmlns:ogc=\"http://www.opengis.net/ogc\" version=\"1.1.0\">\n<NamedLayer>\n<se:Name>{layer}</se:Name>\n\
         <UserStyle>\n<se:Name>{name}</se:Name>\n<se:FeatureTypeStyle>\n"
    );
    let property = |column: &str| format!("<ogc:PropertyName>{}</ogc:PropertyName>", escape(column));
    let literal = |value: &str| format!("<ogc:Literal>{}</ogc:Literal>", escape(value));
    match renderer {
        Renderer::Single(entry) => rule(&mut out, entry, ""),
        Renderer::Categorised { column, entries } => {
            for (value, entry) in entries {
                let filter = match value {
                    Some(value) => format!(
                        "<ogc:Filter><ogc:PropertyIsEqualTo>{}{}</ogc:PropertyIsEqualTo></ogc:Filter>",
                        property(column),
                        literal(value)
                    ),
                    None => "<se:ElseFilter/>".to_owned(),
                };
                rule(&mut out, entry, &filter);
            }
        }
        Renderer::Graduated { column, entries } => {
            for (position, entry) in entries.iter().enumerate() {
                let (lower, upper) = entry.range.unwrap_or_default();
                let above = if position == 0 { "PropertyIsGreaterThanOrEqualTo" } else { "PropertyIsGreaterThan" };
                let (own, lower, upper) = (property(column), literal(&lower.to_string()), literal(&upper.to_string()));
                let filter = format!(
                    "<ogc:Filter><ogc:And><ogc:{above}>{own}{lower}</ogc:{above}><ogc:PropertyIsLessThanOrEqualTo>\
                     {own}{upper}</ogc:PropertyIsLessThanOrEqualTo></ogc:And></ogc:Filter>"
                );
                rule(&mut out, entry, &filter);
            }
        }
    }
    out.push_str("</se:FeatureTypeStyle>\n</UserStyle>\n</NamedLayer>\n</StyledLayerDescriptor>\n");
    out
}

fn rule(out: &mut String, entry: &StyleEntry, filter: &str) {
    let label = escape(&entry.label);
    let _ = writeln!(
        out,
        "<se:Rule><se:Name>{label}</se:Name><se:Description><se:Title>{label}</se:Title></se:Description>{filter}"
    );
    let parameter = |name: &str, value: &str| format!("<se:SvgParameter name=\"{name}\">{value}</se:SvgParameter>");
    for shape in &entry.shapes {
        let opacity = shape.opacity.clamp(0.0, 1.0).to_string();
        let solid = |color: Color| {
            let (color, opacity) = (parameter("fill", &color.to_string()), parameter("fill-opacity", &opacity));
            format!("<se:Fill>{color}{opacity}</se:Fill>")
        };
        let stroke = shape.stroke.as_ref().map(|stroke| {
            let mut parts = parameter("stroke", &stroke.color.to_string());
            parts.push_str(&parameter("stroke-opacity", &opacity));
            parts.push_str(&parameter("stroke-width", &pixels(stroke.width_mm)));
            if !stroke.dashes_mm.is_empty() {
                let dashes: Vec<String> = stroke.dashes_mm.iter().map(|dash| pixels(*dash)).collect();
                parts.push_str(&parameter("stroke-dasharray", &dashes.join(" ")));
            }
            format!("<se:Stroke>{parts}</se:Stroke>")
        });
        let stroke = stroke.unwrap_or_default();
        if let Outline::Circle { radius_mm, .. } = shape.outline {
            let fill = if let Fill::Solid(color) = shape.fill { solid(color) } else { String::new() };
            let _ = writeln!(
                out,
                "<se:PointSymbolizer><se:Graphic><se:Mark><se:WellKnownName>circle</se:WellKnownName>{fill}{stroke}\
                 </se:Mark><se:Size>{}</se:Size></se:Graphic></se:PointSymbolizer>",
                pixels(radius_mm * 2.0)
            );
            continue;
        }
        let fills = match shape.fill {
            Fill::None => vec![String::new()],
            Fill::Solid(color) => vec![solid(color)],
            Fill::Hatch { line, ground } => vec![solid(ground), hatched(line, "slash")],
            Fill::CrossHatch { line, ground } => vec![solid(ground), hatched(line, "x")],
        };
        let last = fills.len() - 1;
        for (position, fill) in fills.into_iter().enumerate() {
            let stroke = if position == last { stroke.as_str() } else { "" };
            let _ = writeln!(out, "<se:PolygonSymbolizer>{fill}{stroke}</se:PolygonSymbolizer>");
        }
    }
    out.push_str("</se:Rule>\n");
}

/// A fill of marks, one beside the other.
fn hatched(line: Color, mark: &str) -> String {
    format!(
        "<se:Fill><se:GraphicFill><se:Graphic><se:Mark><se:WellKnownName>{mark}</se:WellKnownName><se:Stroke>\
         <se:SvgParameter name=\"stroke\">{line}</se:SvgParameter></se:Stroke></se:Mark></se:Graphic></se:GraphicFill>\
         </se:Fill>"
    )
}

/// A length in the pixels of the standard, which are 0.28 mm wide.
fn pixels(length_mm: f64) -> String {
    format!("{:.2}", length_mm / 0.28)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::PageRect;

    fn entry(label: &str, fill: Fill, dashes_mm: Vec<f64>, range: Option<(f64, f64)>) -> StyleEntry {
        let outline = Outline::Rectangle(PageRect::new(0.0, 0.0, 7.0, 3.0));
        let stroke = Stroke { dashes_mm, ..Stroke::new(Color::BLACK, 0.35) };
        let shapes = vec![Shape { stroke: Some(stroke), ..Shape::filled(outline, fill) }];
        StyleEntry { label: label.to_owned(), shapes, range }
    }

    /// Elements by name, with their attributes; panics where the text is not well-formed.
    fn elements(text: &str) -> Vec<(String, Vec<(String, String)>)> {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut found = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(one) | quick_xml::events::Event::Empty(one) => {
                    let attributes = one.attributes().map(|attribute| {
                        let attribute = attribute.unwrap();
                        let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                        (attribute.key.as_ref().to_owned(), value)
                    });
                    found.push((one.name().as_ref().to_owned(), attributes.collect()));
                }
                quick_xml::events::Event::Eof => return found,
                _ => {}
            }
        }
    }

    #[test]
    fn a_style_is_well_formed_and_says_what_is_drawn() {
        let hatch = Fill::Hatch { line: Color::BLACK, ground: Color::WHITE };
        let entries = vec![
            (Some("a\"<&>".to_owned()), entry("甲 \"<&>", Fill::Solid(Color::new(1, 2, 3)), Vec::new(), None)),
            (None, entry("无数据", hatch, vec![1.4, 0.7], None)),
        ];
        let renderer = Renderer::Categorised { column: "x\"y".to_owned(), entries };
        let aliases = [("x\"y".to_owned(), "类别".to_owned())];
        let found = elements(&qml(&renderer, &aliases));
        let of = |name: &str| found.iter().filter(|(own, _)| own == name).map(|(_, attributes)| attributes.clone());
        let get = |attributes: &[(String, String)], key: &str| {
            attributes.iter().find(|(own, _)| own == key).map(|(_, value)| value.clone()).unwrap()
        };
        assert_eq!(get(&of("renderer-v2").next().unwrap(), "attr"), "x\"y");
        let categories: Vec<_> = of("category").map(|one| (get(&one, "value"), get(&one, "label"))).collect();
        assert_eq!(categories, [("a\"<&>".to_owned(), "甲 \"<&>".to_owned()), (String::new(), "无数据".to_owned())]);
        assert_eq!(of("symbol").map(|one| get(&one, "name")).collect::<Vec<_>>(), ["0", "1"]);
        // Ground, lines over it, the dashed border.
        let classes: Vec<_> = of("layer").map(|one| get(&one, "class")).collect();
        assert_eq!(classes, ["SimpleFill", "SimpleFill", "SimpleFill", "SimpleLine"]);
        // Both forms of each property.
        assert_eq!(of("prop").count(), of("Option").filter(|one| one.iter().any(|(key, _)| key == "name")).count());
        assert_eq!(get(&of("alias").next().unwrap(), "name"), "类别");
        let found = elements(&sld(&renderer, "t\"", "s<"));
        assert_eq!(found.iter().filter(|(name, _)| name == "se:Rule").count(), 2);
        assert_eq!(found.iter().filter(|(name, _)| name == "se:ElseFilter").count(), 1);
    }

    #[test]
    fn ranges_keep_every_digit() {
        let entries = vec![
            entry("低", Fill::Solid(Color::BLACK), Vec::new(), Some((0.1, 0.30000000000000004))),
            entry("高", Fill::Solid(Color::WHITE), Vec::new(), Some((0.30000000000000004, 1e21))),
        ];
        let text = qml(&Renderer::Graduated { column: "v".to_owned(), entries }, &[]);
        assert!(text.contains("lower=\"0.1\" upper=\"0.30000000000000004\" symbol=\"0\""), "{text}");
        assert!(text.contains("upper=\"1000000000000000000000\""), "{text}");
    }
}

//! A DOCX of the office with names between `{{` and `}}`, which is filled in.

use super::super::numbering::number_length;
use super::super::{Block, Document, DocumentFigure};
use super::body::{BlockForm, block, escaped, image_id, paragraph, run};
use super::styles::styles;
use super::{RELATIONS, figure_parts};
use crate::error::{RenderError, Result};
use crate::source::office::{Element, Node, Package};

/// A DOCX of the office.
#[derive(Debug, Clone)]
pub struct DocxTemplate {
    package: Package,
    document: Element,
    /// Headers and footers.
    parts: Vec<(String, Element)>,
    /// The names of styles by their ids.
    styles: Vec<(String, String)>,
}

/// A place of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePlace {
    /// A paragraph or table of the body, by its position.
    Body(usize),
    /// A header or footer, by the name of its part.
    Part(String),
    /// Behind all of the body.
    End,
}

/// What kind of paragraph stands in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateStyle {
    /// The title.
    Title,
    /// What stands below the title.
    Subtitle,
    /// The addressee 主送机关.
    Addressee,
    /// A heading, by its level.
    Heading(u8),
    /// Any other paragraph.
    Text,
    /// A table, a header, or anything else whose words are filled in where they stand.
    Furniture,
}

/// A paragraph, a table or a header of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateLine {
    /// Where it stands.
    pub place: TemplatePlace,
    /// Its number among the paragraphs and tables of the body, from 1; 0 for headers and footers.
    pub number: usize,
    /// Its kind.
    pub style: TemplateStyle,
    /// Its words; those of several paragraphs are separated by line breaks.
    pub text: String,
    /// How many characters at the begin are the number of the heading.
    pub number_length: usize,
}

/// What a place of a template is filled with, in the order of the filled document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    /// The place.
    pub place: TemplatePlace,
    /// What is filled in.
    pub content: FillingContent,
}

/// What a place of a template is filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FillingContent {
    /// Some blocks of the document in its place.
    Blocks(std::ops::Range<usize>),
    /// Words for its names in their order, and the block that is its heading.
    Words(Vec<String>, Option<usize>),
}

const DOCUMENT: &str = "word/document.xml";
const STYLES: &str = "word/styles.xml";
const DOCUMENT_RELATIONS: &str = "word/_rels/document.xml.rels";
const CONTENT_TYPES: &str = "[Content_Types].xml";

impl DocxTemplate {
    /// Reads a DOCX.
    ///
    /// # Errors
    ///
    /// What is wrong with the package, as text.
    pub fn read(bytes: &[u8]) -> std::result::Result<Self, String> {
        let package = Package::read(bytes)?;
        let document = package.tree(DOCUMENT)?;
        if document.child("w:document").and_then(|root| root.child("w:body")).is_none() {
            return Err("no body of a Word document; save it as .docx, not as strict Open XML".to_owned());
        }
        let is_part = |name: &str| {
            let name = name.strip_prefix("word/").unwrap_or_default();
            (name.starts_with("header") || name.starts_with("footer")) && name.ends_with(".xml")
        };
        let names = package.parts.iter().map(|(name, _)| name.clone()).filter(|name| is_part(name));
        let parts =
            names.map(|name| package.tree(&name).map(|tree| (name, tree))).collect::<std::result::Result<_, _>>()?;
        let mut styles = Vec::new();
        if package.part(STYLES).is_some() {
            let tree = package.tree(STYLES)?;
            for style in
                tree.child("w:styles").into_iter().flat_map(Element::elements).filter(|one| one.name == "w:style")
            {
                let name = style.child("w:name").and_then(|name| name.attribute("w:val")).unwrap_or_default();
                styles.push((style.attribute("w:styleId").unwrap_or_default(), name.to_lowercase()));
            }
        }
        Ok(Self { package, document, parts, styles })
    }

    fn body(&self) -> &Element {
        static EMPTY: Element = Element { name: String::new(), attributes: String::new(), children: Vec::new() };
        self.document.child("w:document").and_then(|root| root.child("w:body")).unwrap_or(&EMPTY)
    }

    /// The paragraphs and tables of the body in their order, then headers and footers.
    #[must_use]
    pub fn lines(&self) -> Vec<TemplateLine> {
        let mut lines = Vec::new();
        for (position, element) in self.body().elements().enumerate() {
            let texts = texts(element);
            let style = match element.name.as_str() {
                "w:p" if texts.len() == 1 => self.style(element),
                _ => TemplateStyle::Furniture,
            };
            let text = texts.join("\n");
            let number_length = match style {
                TemplateStyle::Heading(level) => number_length(&text, level),
                _ => 0,
            };
            let place = TemplatePlace::Body(position);
            lines.push(TemplateLine { place, number: position + 1, style, text, number_length });
        }
        for (name, tree) in &self.parts {
            let place = TemplatePlace::Part(name.clone());
            let text = texts(tree).join("\n");
            lines.push(TemplateLine { place, number: 0, style: TemplateStyle::Furniture, text, number_length: 0 });
        }
        lines
    }

    fn style(&self, paragraph: &Element) -> TemplateStyle {
        let id = paragraph.child("w:pPr").and_then(|properties| properties.child("w:pStyle")?.attribute("w:val"));
        let id = id.unwrap_or_default();
        let name = self
            .styles
            .iter()
            .find(|(known, _)| *known == id)
            .map_or_else(|| id.to_lowercase(), |(_, name)| name.clone());
        match name.as_str() {
            "title" => TemplateStyle::Title,
            "subtitle" => TemplateStyle::Subtitle,
            "addressee" => TemplateStyle::Addressee,
            "heading 1" => TemplateStyle::Heading(1),
            "heading 2" => TemplateStyle::Heading(2),
            "heading 3" => TemplateStyle::Heading(3),
            _ => TemplateStyle::Text,
        }
    }
}

/// Fills in a DOCX of the office: words take the place of their names, in the type in which the name stands, also where a word processor
/// has divided it; paragraphs take the form of the paragraph in whose place they come; tables and figures are those of [`docx`](super::docx),
/// whose styles are added where the template has none of that name.
///
/// # Errors
///
/// Errors of drawing the pixels of a figure; a package that cannot be written.
pub fn docx_of_template(document: &Document, template: &DocxTemplate, fillings: &[Filling]) -> Result<Vec<u8>> {
    let broken = |message: String| RenderError::Backend { format: "DOCX", message };
    let DocxTemplate { mut package, document: mut tree, parts, .. } = template.clone();
    let originals: Vec<&Element> = template.body().elements().collect();
    let mut children: Vec<Node> = Vec::new();
    let is_in_body = |filling: &&Filling| matches!(filling.place, TemplatePlace::Body(_));
    let names_notice = template
        .lines()
        .iter()
        .any(|line| ["示例说明", "notice"].iter().any(|name| line.text.contains(&format!("{{{{{name}}}}}"))));
    if let (Some(notice), false) = (document.notice(), names_notice) {
        children.push(Node::Raw(paragraph("Notice", "", &run(notice))));
    }
    for filling in fillings.iter().filter(is_in_body) {
        let TemplatePlace::Body(position) = filling.place else { continue };
        let Some(original) = originals.get(position) else { continue };
        match &filling.content {
            FillingContent::Blocks(range) => {
                let form = BlockForm { paragraph: Some(form_of(original)), drawing: DRAWINGS };
                let blocks = document.blocks.get(range.clone()).unwrap_or_default();
                children.extend(blocks.iter().map(|one| Node::Raw(block(one, document.language, &form))));
            }
            FillingContent::Words(words, heading) => {
                let number = heading.and_then(|place| match document.blocks.get(place) {
                    Some(Block::Heading(_, words)) => words.0.first().map(|word| word.shown().to_owned()),
                    _ => None,
                });
                let mut element = (*original).clone();
                let mut words = words.iter();
                if let (TemplateStyle::Heading(level), Some(number)) = (template.style(original), number) {
                    fill(&mut element, &mut words, number_length(&texts(original).concat(), level), &number);
                } else {
                    fill(&mut element, &mut words, 0, "");
                }
                children.push(Node::Element(element));
            }
        }
    }
    // The settings of the last section end the body.
    let is_section = |node: &Node| matches!(node, Node::Element(element) if element.name == "w:sectPr");
    let end = children.iter().rposition(is_section).unwrap_or(children.len());
    let form = BlockForm { paragraph: None, drawing: DRAWINGS };
    for filling in fillings.iter().filter(|filling| filling.place == TemplatePlace::End) {
        let FillingContent::Blocks(range) = &filling.content else { continue };
        let blocks = document.blocks.get(range.clone()).unwrap_or_default();
        let nodes: Vec<Node> = blocks.iter().map(|one| Node::Raw(block(one, document.language, &form))).collect();
        children.splice(end..end, nodes);
    }
    if let Some(body) = tree.child_mut("w:document").and_then(|root| root.child_mut("w:body")) {
        body.children = children;
    }
    package.set(DOCUMENT, tree.written().into_bytes());
    for (name, mut part) in parts {
        let own = fillings.iter().find(|filling| filling.place == TemplatePlace::Part(name.clone()));
        if let Some(FillingContent::Words(words, _)) = own.map(|filling| &filling.content) {
            fill(&mut part, &mut words.iter(), 0, "");
            package.set(&name, part.written().into_bytes());
        }
    }
    add_styles(&mut package, document).map_err(broken)?;
    let figures: Vec<&DocumentFigure> = document.figures().collect();
    add_figures(&mut package, &figures).map_err(broken)?;
    package.parts.extend(figure_parts(&figures, "jiju")?);
    Ok(package.bytes().map_err(broken)?)
}

/// The first id of our drawings, beyond those of a template.
const DRAWINGS: usize = 20_000;

/// The properties of a paragraph and of its first run.
fn form_of(paragraph: &Element) -> (String, String) {
    let properties = paragraph.child("w:pPr").map(Element::written).unwrap_or_default();
    let mut runs = Vec::new();
    paragraph.all("w:r", &mut runs);
    let of_run = runs.first().and_then(|run| run.child("w:rPr")).map(Element::written).unwrap_or_default();
    (properties, of_run)
}

/// The texts of the paragraphs of an element, itself among them, in their order.
fn texts(element: &Element) -> Vec<String> {
    let mut found = Vec::new();
    gather(element, &mut found);
    found
}

fn gather(element: &Element, found: &mut Vec<String>) {
    let is_paragraph = element.name == "w:p";
    if is_paragraph {
        let mut text = String::new();
        own_text(element, &mut text);
        found.push(text);
    }
    for child in element.elements() {
        gather(child, found);
    }
}

/// Elements whose text is not that of the paragraph around them.
fn is_apart(name: &str) -> bool {
    matches!(name, "w:p" | "w:del" | "w:instrText")
}

fn own_text(element: &Element, out: &mut String) {
    for child in element.elements().filter(|child| !is_apart(&child.name)) {
        if child.name == "w:t" {
            out.push_str(&child.text());
        } else {
            own_text(child, out);
        }
    }
}

/// Puts words in the place of names, paragraph by paragraph; the first characters of the first paragraph, a number, are another one.
fn fill(element: &mut Element, words: &mut std::slice::Iter<'_, String>, number_length: usize, number: &str) {
    if element.name == "w:p" {
        let mut text = String::new();
        own_text(element, &mut text);
        let characters: Vec<char> = text.chars().collect();
        let mut edits: Vec<(usize, usize, String)> = Vec::new();
        if number_length > 0 {
            edits.push((0, number_length, number.to_owned()));
        }
        edits.extend(
            names_in(&characters)
                .into_iter()
                .map(|(start, end)| (start, end, words.next().cloned().unwrap_or_default())),
        );
        if !edits.is_empty() {
            let mut place = 0;
            edit(element, &edits, &mut place);
        }
    }
    for node in std::mem::take(&mut element.children) {
        let Node::Element(mut child) = node else {
            element.children.push(node);
            continue;
        };
        if child.name == "w:tr" {
            // A row of nothing but what this bulletin does not have is left out.
            let names = texts(&child).iter().map(|text| names_in(&text.chars().collect::<Vec<_>>()).len()).sum();
            let own = words.as_slice().get(..names).unwrap_or_default();
            if names > 0 && own.iter().all(String::is_empty) {
                words.by_ref().take(names).for_each(drop);
                continue;
            }
        }
        fill(&mut child, words, 0, "");
        element.children.push(Node::Element(child));
    }
}

/// Where names stand between `{{` and `}}`.
fn names_in(characters: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut place = 0;
    let pair = |at: usize, mark: char| characters.get(at) == Some(&mark) && characters.get(at + 1) == Some(&mark);
    while place < characters.len() {
        if pair(place, '{') {
            let Some(end) = (place + 2..characters.len()).find(|end| pair(*end, '}')) else { break };
            found.push((place, end + 2));
            place = end + 2;
        } else {
            place += 1;
        }
    }
    found
}

/// Replaces characters of a paragraph, whose text may be divided among many elements: what is new stands where the old began.
fn edit(element: &mut Element, edits: &[(usize, usize, String)], place: &mut usize) {
    for node in &mut element.children {
        let Node::Element(child) = node else { continue };
        if is_apart(&child.name) {
            continue;
        }
        if child.name != "w:t" {
            edit(child, edits, place);
            continue;
        }
        let mut out = String::new();
        let mut is_changed = false;
        for character in child.text().chars() {
            match edits.iter().find(|(start, end, _)| (*start..*end).contains(place)) {
                Some((start, _, new)) => {
                    if start == place {
                        out.push_str(new);
                    }
                    is_changed = true;
                }
                None => out.push(character),
            }
            *place += 1;
        }
        if is_changed {
            "xml:space=\"preserve\"".clone_into(&mut child.attributes);
            child.children = vec![Node::Raw(escaped(&out))];
        }
    }
}

/// Adds the styles that tables, captions and figures name and the template does not have.
fn add_styles(package: &mut Package, document: &Document) -> std::result::Result<(), String> {
    const NEEDED: [&str; 9] =
        ["Caption", "Figure", "TableText", "TableHeading", "TableTotal", "AfterTable", "Signature", "Notice", "Normal"];
    let own = Element::parse(&styles(document.language))?;
    if package.part(STYLES).is_none() {
        package.set(STYLES, own.written().into_bytes());
        add_relation(package, "rIdJijuStyles", "styles", "styles.xml")?;
        return add_content_type(
            package,
            "Override",
            "PartName=\"/word/styles.xml\"",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml",
        );
    }
    let mut tree = package.tree(STYLES)?;
    let Some(root) = tree.child_mut("w:styles") else { return Err(format!("part {STYLES} has no styles")) };
    let known: Vec<String> = root.elements().filter_map(|style| style.attribute("w:styleId")).collect();
    let is_default = |style: &&Element| {
        style.attribute("w:type").as_deref() == Some("paragraph")
            && style.attribute("w:default").as_deref() == Some("1")
    };
    let default = root.elements().find(is_default).and_then(|style| style.attribute("w:styleId"));
    for style in own.child("w:styles").into_iter().flat_map(Element::elements) {
        let Some(id) = style.attribute("w:styleId").filter(|id| NEEDED.contains(&id.as_str()) && !known.contains(id))
        else {
            continue;
        };
        let is_own_default = id == "Normal";
        if is_own_default && default.is_some() {
            continue;
        }
        let mut style = style.clone();
        if let (Some(based), Some(default)) = (style.child_mut("w:basedOn"), &default) {
            based.attributes = format!("w:val=\"{}\"", escaped(default));
        }
        root.children.push(Node::Element(style));
    }
    package.set(STYLES, tree.written().into_bytes());
    Ok(())
}

fn add_figures(package: &mut Package, figures: &[&DocumentFigure]) -> std::result::Result<(), String> {
    for figure in figures {
        for (is_vector, ending) in [(false, "png"), (true, "svg")] {
            let target = format!("media/jiju{}.{ending}", figure.number);
            add_relation(package, &image_id(figure.number, is_vector), "image", &target)?;
        }
    }
    if !figures.is_empty() {
        for (ending, kind) in [("png", "image/png"), ("svg", "image/svg+xml")] {
            add_content_type(package, "Default", &format!("Extension=\"{ending}\""), kind)?;
        }
    }
    Ok(())
}

fn add_relation(package: &mut Package, id: &str, kind: &str, target: &str) -> std::result::Result<(), String> {
    let mut tree = match package.part(DOCUMENT_RELATIONS) {
        Some(_) => package.tree(DOCUMENT_RELATIONS)?,
        None => {
            Element::parse("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>")?
        }
    };
    if let Some(root) = tree.child_mut("Relationships") {
        let attributes = format!("Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"");
        root.children.push(Node::Element(Element {
            name: "Relationship".to_owned(),
            attributes,
            children: Vec::new(),
        }));
    }
    package.set(DOCUMENT_RELATIONS, tree.written().into_bytes());
    Ok(())
}

fn add_content_type(package: &mut Package, name: &str, of: &str, kind: &str) -> std::result::Result<(), String> {
    let mut tree = package.tree(CONTENT_TYPES)?;
    let Some(root) = tree.child_mut("Types") else { return Err(format!("part {CONTENT_TYPES} has no types")) };
    let is_there = root.elements().any(|one| one.attributes.to_lowercase().contains(&of.to_lowercase()));
    if !is_there {
        let attributes = format!("{of} ContentType=\"{kind}\"");
        let node = Node::Element(Element { name: name.to_owned(), attributes, children: Vec::new() });
        // Defaults stand before the others.
        let place = if name == "Default" { 0 } else { root.children.len() };
        root.children.insert(place, node);
    }
    package.set(CONTENT_TYPES, tree.written().into_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_divided_is_replaced_where_it_began() {
        let xml = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>截至{</w:t></w:r><w:proofErr/><w:r><w:t>{截</w:t></w:r><w:r><w:t>至}}的{{城市}}</w:t></w:r></w:p>";
        let mut tree = Element::parse(xml).unwrap();
        assert_eq!(texts(&tree), ["截至{{截至}}的{{城市}}"]);
        let words = ["9月30日 <b>".to_owned(), "绍兴".to_owned()];
        fill(&mut tree, &mut words.iter(), 0, "");
        assert_eq!(texts(&tree), ["截至9月30日 <b>的绍兴"]);
        assert!(
            tree.written().contains("<w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">截至9月30日 &lt;b&gt;</w:t>"),
            "{}",
            tree.written()
        );
        // What is not whole is no name.
        assert!(names_in(&"{{a} }".chars().collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(DocxTemplate::read(b"no").is_err());
        let package = Package { parts: vec![(DOCUMENT.to_owned(), b"<w:document/>".to_vec())] };
        assert!(DocxTemplate::read(&package.bytes().unwrap()).unwrap_err().contains("no body"));
    }
}

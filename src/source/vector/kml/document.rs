//! KML as a tree of elements.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::source::encoding;

/// An element: its name without prefix, its attributes, its own text, what stands in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

/// The most elements within each other.
const MAX_NESTING: usize = 100;

impl Element {
    fn from_start(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().flatten().map(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned());
            (attribute.key.local_name().as_ref().to_owned(), value)
        });
        Self { name: start.local_name().as_ref().to_owned(), attributes: attributes.collect(), ..Self::default() }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child, where it has any.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// All elements of these names, wherever they stand in it.
    pub fn all<'a>(&'a self, names: &[&str], found: &mut Vec<&'a Self>) {
        for child in &self.children {
            if names.contains(&child.name.as_str()) {
                found.push(child);
            }
            child.all(names, found);
        }
    }
}

/// Takes a document apart, whatever its encoding is; and what the user should know of that.
pub(super) fn parsed(bytes: &[u8]) -> Result<(Element, Option<String>), String> {
    let (text, note) = encoding::xml_text(bytes);
    let mut reader = quick_xml::Reader::from_str(&text);
    let place = |position: u64| {
        let before = text.get(..usize::try_from(position).unwrap_or_default()).unwrap_or(&text);
        format!("line {}", 1 + before.matches('\n').count())
    };
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| format!("{}: {error}", place(reader.error_position())))?;
        let Some(current) = open.last_mut() else { break };
        match event {
            Event::Start(start) => {
                if open.len() > MAX_NESTING {
                    return Err(format!(
                        "{}: more than {MAX_NESTING} elements stand within each other",
                        place(reader.buffer_position())
                    ));
                }
                open.push(Element::from_start(&start));
            }
            Event::Empty(start) => current.children.push(Element::from_start(&start)),
            Event::End(_) => {
                let ended = open.pop().unwrap_or_default();
                if let Some(parent) = open.last_mut() {
                    parent.children.push(ended);
                }
            }
            Event::Text(text) => current.text.push_str(&text.xml10_content()),
            Event::CData(text) => current.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => current.text.push(character),
                _ => match &*reference.xml10_content() {
                    "amp" => current.text.push('&'),
                    "lt" => current.text.push('<'),
                    "gt" => current.text.push('>'),
                    "quot" => current.text.push('"'),
                    "apos" => current.text.push('\''),
                    "nbsp" => current.text.push('\u{a0}'),
                    // What a document says of its own entities may lie anywhere, and is not followed.
                    other => {
                        return Err(format!(
                            "{}: `&{other};` stands for nothing known",
                            place(reader.buffer_position())
                        ));
                    }
                },
            },
            Event::Eof => break,
            _ => {}
        }
    }
    if open.len() > 1 {
        let name = open.last().map(|element| element.name.clone()).unwrap_or_default();
        return Err(format!("it ends within the element `{name}`"));
    }
    let root = open.pop().and_then(|mut document| document.children.pop());
    Ok((root.unwrap_or_default(), note))
}

//! Documents of word processors: the parts of their package, and XML as a tree that is written back as it was.

use std::borrow::Cow;
use std::io::{Cursor, Read as _, Write as _};

use quick_xml::events::Event;

/// The most bytes of all parts together, and the most parts.
const MAX_BYTES: u64 = 256 << 20;
const MAX_PARTS: usize = 4096;
/// The most elements that stand in one another.
const MAX_DEPTH: usize = 200;

/// A package: its parts by their names, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    pub(crate) parts: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// Unpacks a package.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let broken = |error: zip::result::ZipError| format!("no DOCX can be unpacked from it: {error}");
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > MAX_PARTS {
            return Err(format!("{} parts are more than {MAX_PARTS}", archive.len()));
        }
        let mut parts = Vec::with_capacity(archive.len());
        let mut room = MAX_BYTES;
        for place in 0..archive.len() {
            let part = archive.by_index(place).map_err(broken)?;
            if part.is_dir() {
                continue;
            }
            let name = part.name().map_err(broken)?.into_owned();
            let mut bytes = Vec::new();
            part.take(room + 1).read_to_end(&mut bytes).map_err(|error| format!("part {name}: {error}"))?;
            room = room
                .checked_sub(bytes.len() as u64)
                .ok_or_else(|| format!("its parts together have more than {MAX_BYTES} bytes"))?;
            parts.push((name, bytes));
        }
        Ok(Self { parts })
    }

    /// Packs the parts; the time of packing is left out, so that the same parts give the same bytes.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, String> {
        let broken = |error: &dyn std::fmt::Display| error.to_string();
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        for (name, bytes) in &self.parts {
            archive.start_file(name.as_str(), options).map_err(|error| broken(&error))?;
            archive.write_all(bytes).map_err(|error| broken(&error))?;
        }
        Ok(archive.finish().map_err(|error| broken(&error))?.into_inner())
    }

    pub(crate) fn part(&self, name: &str) -> Option<&[u8]> {
        self.parts.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice())
    }

    /// Puts bytes in the place of a part, or behind the others.
    pub(crate) fn set(&mut self, name: &str, bytes: Vec<u8>) {
        match self.parts.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = bytes,
            None => self.parts.push((name.to_owned(), bytes)),
        }
    }

    /// A part as a tree.
    pub(crate) fn tree(&self, name: &str) -> Result<Element, String> {
        let bytes = self.part(name).ok_or_else(|| format!("it has no part {name}"))?;
        let text = std::str::from_utf8(bytes).map_err(|error| format!("part {name}: {error}"))?;
        Element::parse(text.trim_start_matches('\u{feff}')).map_err(|error| format!("part {name}: {error}"))
    }
}

/// An element with all that stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The attributes as they stand in the file.
    pub(crate) attributes: String,
    pub(crate) children: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    /// Text and all else, as it stands in the file.
    Raw(String),
}

impl Element {
    /// Parses a document; its root is the only element of the one that is given back, which has no name.
    pub(crate) fn parse(xml: &str) -> Result<Self, String> {
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut open = vec![Self::default()];
        loop {
            let node = match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(tag) => {
                    if open.len() > MAX_DEPTH {
                        return Err(format!("more than {MAX_DEPTH} elements stand in one another"));
                    }
                    open.push(Self::opened(tag.name().as_ref(), tag.attributes_raw()));
                    continue;
                }
                Event::Empty(tag) => Node::Element(Self::opened(tag.name().as_ref(), tag.attributes_raw())),
                Event::End(_) => match open.pop() {
                    Some(element) if !open.is_empty() => Node::Element(element),
                    _ => return Err("an element ends that did not begin".to_owned()),
                },
                Event::Text(text) => Node::Raw(text.into_inner().into_owned()),
                Event::CData(text) => Node::Raw(quick_xml::escape::escape(&*text).into_owned()),
                Event::GeneralRef(name) => Node::Raw(format!("&{};", &*name)),
                Event::Decl(text) => Node::Raw(format!("<?{}?>", &*text)),
                Event::PI(text) => Node::Raw(format!("<?{}?>", &*text)),
                Event::Comment(_) => continue,
                Event::DocType(_) => return Err("a document type definition".to_owned()),
                Event::Eof => break,
            };
            if let Some(parent) = open.last_mut() {
                parent.children.push(node);
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(document), true) => Ok(document),
            _ => Err("an element does not end".to_owned()),
        }
    }

    fn opened(name: &str, attributes: &str) -> Self {
        Self { name: name.to_owned(), attributes: attributes.to_owned(), children: Vec::new() }
    }

    /// The elements in it.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| if let Node::Element(element) = node { Some(element) } else { None })
    }

    /// The first element of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    pub(crate) fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.children.iter_mut().find_map(|node| match node {
            Node::Element(element) if element.name == name => Some(element),
            _ => None,
        })
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let start = quick_xml::events::BytesStart::from_content(format!("x {}", self.attributes), 1);
        let found = start.attributes().flatten().find(|one| one.key.as_ref() == name)?;
        Some(unescaped(found.value.as_ref()).into_owned())
    }

    /// The text of it and of all that stands in it.
    pub(crate) fn text(&self) -> String {
        let mut raw = String::new();
        self.raw_text(&mut raw);
        unescaped(&raw).into_owned()
    }

    fn raw_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.raw_text(out),
                Node::Raw(text) => out.push_str(text),
            }
        }
    }

    /// The elements of a name, in their order; also those within another.
    pub(crate) fn all<'a>(&'a self, name: &str, found: &mut Vec<&'a Self>) {
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            }
            element.all(name, found);
        }
    }

    /// The document as text; of the element that has no name its content.
    pub(crate) fn written(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        if !self.name.is_empty() {
            let attributes = self.attributes.trim();
            let blank = if attributes.is_empty() { "" } else { " " };
            let end = if self.children.is_empty() { "/>" } else { ">" };
            for piece in ["<", &self.name, blank, attributes, end] {
                out.push_str(piece);
            }
            if self.children.is_empty() {
                return;
            }
        }
        for node in &self.children {
            match node {
                Node::Element(element) => element.write(out),
                Node::Raw(text) => out.push_str(text),
            }
        }
        if !self.name.is_empty() {
            for piece in ["</", &self.name, ">"] {
                out.push_str(piece);
            }
        }
    }
}

fn unescaped(raw: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(raw).unwrap_or(Cow::Borrowed(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_written_as_it_was() {
        let xml = "<?xml version=\"1.0\"?><w:p w:a=\"1 &amp; 2\"><w:t xml:space=\"preserve\"> 柯桥 &lt;b&gt; </w:t><w:br/></w:p>";
        let document = Element::parse(xml).unwrap();
        assert_eq!(document.written(), xml);
        let paragraph = document.child("w:p").unwrap();
        assert_eq!(paragraph.attribute("w:a").as_deref(), Some("1 & 2"));
        assert_eq!(paragraph.text(), " 柯桥 <b> ");
        for broken in ["<a>", "</a>", "<a></b>", "<!DOCTYPE a><a/>"] {
            assert!(Element::parse(broken).is_err(), "{broken}");
        }
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        assert!(Element::parse(&deep).is_err());
    }

    #[test]
    fn a_package_is_packed_as_it_was() {
        let package = Package { parts: vec![("a/b.xml".to_owned(), b"<a/>".to_vec())] };
        let bytes = package.bytes().unwrap();
        assert_eq!(bytes, package.bytes().unwrap());
        assert_eq!(Package::read(&bytes).unwrap().tree("a/b.xml").unwrap().written(), "<a/>");
        assert!(Package::read(b"PK").is_err());
    }
}

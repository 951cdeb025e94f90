use chrono::NaiveDate;

use super::block::TypeStyle;
use super::figure::{Anchor, Item};
use super::{PageRect, Theme};
use crate::model::Language;

/// Between the parts of a page.
const GAP_MM: f64 = 3.0;
/// The share of the page that the notes on the right may take.
const RIGHT_SHARE: f64 = 0.36;

/// Sets title and subtitle at the top of the page. Returns the top of the remaining space, in mm.
pub(super) fn heading(
    title: &str,
    subtitle: Option<&str>,
    theme: &Theme,
    page: &PageRect,
    text: &mut Vec<Item>,
) -> f64 {
    let mut top = page.top;
    let lines = [
        (title, theme.type_style(theme.title_pt, theme.ink).bold()),
        (subtitle.unwrap_or_default(), theme.type_style(theme.subtitle_pt, theme.muted)),
    ];
    for (words, style) in lines {
        for line in style.wrap(words, page.width) {
            let at = [page.centre()[0], top + style.baseline_mm()];
            text.push(Item::Text(style.text(line, at, Anchor::Middle)));
            top += style.line_mm();
        }
    }
    if top > page.top { top + GAP_MM * 0.6 } else { top }
}

/// The notes in small type at the bottom of a page.
#[derive(Default)]
pub(super) struct Notes {
    /// The map review number, in the ink of the map at its lower left, where a reader looks for it.
    pub(super) number: Option<String>,
    /// Notes on the left, such as the sources.
    pub(super) left: Vec<String>,
    /// A warning in bold, the first of the notes on the right.
    alert: Option<String>,
    /// Other notes on the right, for the reader of the figure.
    pub(super) right: Vec<String>,
}

impl Notes {
    pub(super) fn sources<'a>(&mut self, language: Language, sources: impl Iterator<Item = &'a String>) {
        let sources: Vec<&str> = sources.map(String::as_str).collect();
        if !sources.is_empty() {
            let joined = sources.join(language.pick("；", "; "));
            self.left.push(format!("{}{joined}", language.pick("资料来源：", "Source: ")));
        }
    }

    pub(super) fn state(&mut self, language: Language, synthetic: bool, as_of: Option<NaiveDate>) {
        self.alert = synthetic.then(|| language.pick("示例数据，非真实企业", "Sample data, no real firms").to_owned());
        if let Some(as_of) = as_of {
            self.right.push(format!("{}{}", language.pick("数据截至：", "As of "), as_of.format("%Y-%m-%d")));
        }
    }

    /// Sets the notes at the bottom of the page. Returns the bottom of the remaining space, in mm.
    pub(super) fn set(self, theme: &Theme, page: &PageRect, text: &mut Vec<Item>) -> f64 {
        let style = theme.type_style(theme.note_pt, theme.muted);
        let alert = TypeStyle { color: theme.paper.ink(theme.alert), ..style.bold() };
        let right: Vec<(TypeStyle, String)> = self
            .alert
            .into_iter()
            .map(|note| (alert, note))
            .chain(self.right.into_iter().map(|note| (style, note)))
            .flat_map(|(style, note)| {
                style.wrap(&note, page.width * RIGHT_SHARE).into_iter().map(move |line| (style, line))
            })
            .collect();
        let right_width = right.iter().map(|(style, line)| style.width_mm(line) + 2.0 * GAP_MM).fold(0.0, f64::max);
        let left_width = page.width - right_width;
        let inked = TypeStyle { color: theme.ink, ..style };
        let left: Vec<(TypeStyle, String)> = self
            .number
            .iter()
            .map(|note| (inked, note))
            .chain(self.left.iter().map(|note| (style, note)))
            .flat_map(|(style, note)| style.wrap(note, left_width).into_iter().map(move |line| (style, line)))
            .collect();
        let rows = left.len().max(right.len());
        if rows == 0 {
            return page.bottom();
        }
        let top = page.bottom() - rows as f64 * style.line_mm();
        let baseline = |row: usize| top + row as f64 * style.line_mm() + style.baseline_mm();
        for (row, (style, line)) in left.into_iter().enumerate() {
            text.push(Item::Text(style.text(line, [page.left, baseline(row)], Anchor::Start)));
        }
        for (row, (style, line)) in right.into_iter().enumerate() {
            text.push(Item::Text(style.text(line, [page.right(), baseline(row)], Anchor::End)));
        }
        top - GAP_MM * 0.6
    }
}

use super::Failure;
use crate::render::block::TypeStyle;
use crate::render::figure::{ASCENT, Anchor, DESCENT, Item, Position, Text};
use crate::render::theme::MM_PER_POINT;
use crate::render::{PageRect, Theme};

/// The longest name before a row.
const MAX_NAME_MM: f64 = 45.0;
const LEAST_TYPE_PT: f64 = 5.5;
/// The most lines of a name.
const NAME_LINES: usize = 2;

/// A layout of rows, one below the other: a name, the drawing, and a text after it.
pub(super) struct Rows {
    /// The type style of names and texts.
    pub(super) style: TypeStyle,
    /// The rectangle of the drawing.
    pub(super) plot: PageRect,
    /// The lines of each name, truncated if they are too long.
    names: Vec<Vec<String>>,
    /// The height of a row in mm.
    pub(super) row_mm: f64,
}

impl Rows {
    /// Lays rows out over the height of a frame.
    pub(super) fn laid_out<'a>(
        names: impl Iterator<Item = &'a String>,
        tails: impl Iterator<Item = &'a String>,
        theme: &Theme,
        frame: PageRect,
    ) -> Result<Self, Failure> {
        let names: Vec<&String> = names.collect();
        let row_mm = frame.height / names.len() as f64;
        let label_pt = theme.label_pt.min(row_mm * 0.8 * 72.0 / 25.4);
        if label_pt < LEAST_TYPE_PT {
            let needed_mm = LEAST_TYPE_PT * MM_PER_POINT / 0.8 * names.len() as f64;
            let why = format!("{} rows are too many for it", names.len());
            return Err(Failure::Height { why, short_mm: needed_mm - frame.height });
        }
        let style = theme.type_style(label_pt, theme.ink);
        let names: Vec<Vec<String>> = names.into_iter().map(|name| lines(style, name, row_mm)).collect();
        let widest = |words: &mut dyn Iterator<Item = &String>, style: TypeStyle| {
            words.map(|words| style.width_mm(words)).fold(0.0, f64::max)
        };
        let name_mm = widest(&mut names.iter().flatten(), style) + 3.0;
        let tail_mm = widest(&mut { tails }, style.bold()) + 4.0;
        let plot = PageRect::new(frame.left + name_mm, frame.top, frame.width - name_mm - tail_mm, frame.height);
        if plot.width < 20.0 {
            let why = "names and labels leave less than 20 mm for the drawing".to_owned();
            return Err(Failure::Width { why, short_mm: 20.0 - plot.width });
        }
        Ok(Self { style, plot, names, row_mm })
    }

    /// Returns the vertical position of the middle of a row, in mm.
    pub(super) fn middle(&self, row: usize) -> f64 {
        self.plot.top + (row as f64 + 0.5) * self.row_mm
    }

    /// Returns the lines of the name of a row as texts at their place.
    pub(super) fn name(&self, row: usize) -> impl Iterator<Item = Item> + use<> {
        let (style, lines, x) = (self.style, self.names[row].clone(), self.plot.left - 1.5);
        let first = self.middle(row) - (lines.len() as f64 - 1.0) / 2.0 * style.line_mm();
        let places = (0..lines.len()).map(move |line| [x, first + line as f64 * style.line_mm()]);
        lines.into_iter().zip(places).map(move |(line, at)| Item::Text(middle(style, line, at, Anchor::End)))
    }
}

/// The lines of a name: two where one is too narrow for it and the row is high enough.
fn lines(style: TypeStyle, name: &str, row_mm: f64) -> Vec<String> {
    if style.width_mm(name) > MAX_NAME_MM && NAME_LINES as f64 * style.line_mm() <= row_mm {
        let wrapped = style.wrap(name, MAX_NAME_MM);
        if wrapped.len() <= NAME_LINES {
            return wrapped;
        }
        let (first, rest) = wrapped.split_at(NAME_LINES - 1);
        let last = style.cut(rest.concat(), MAX_NAME_MM);
        return first.iter().cloned().chain([last]).collect();
    }
    vec![style.cut(name.to_owned(), MAX_NAME_MM)]
}

/// Returns a line of text that is vertically centred on a position.
pub(super) fn middle(style: TypeStyle, words: impl Into<String>, [x, y]: Position, anchor: Anchor) -> Text {
    style.text(words, [x, y + (ASCENT - DESCENT) / 2.0 * style.size_mm], anchor)
}

/// Returns positions that are as close as possible to the wanted ones, in the same order, and at least `distance`
/// apart.
pub(super) fn spread(wanted: &[f64], distance: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*one].total_cmp(&wanted[*other]));
    // Less what those before take up, places need only ascend: the least squares answer pools neighbours that do not.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, index) in order.iter().enumerate() {
        pools.push((wanted[*index] - rank as f64 * distance, 1));
        while let [.., (before, others), (last, members)] = pools[..]
            && before > last
        {
            let all = others + members;
            pools.truncate(pools.len() - 2);
            pools.push(((before * others as f64 + last * members as f64) / all as f64, all));
        }
    }
    let room = high - (wanted.len().max(1) - 1) as f64 * distance;
    let mut places = vec![0.0; wanted.len()];
    let starts = pools.iter().flat_map(|(start, members)| std::iter::repeat_n(*start, *members));
    for ((rank, index), start) in order.iter().enumerate().zip(starts) {
        places[*index] = start.min(room).max(low) + rank as f64 * distance;
    }
    places
}

/// Places labels beside marks without overlaps.
pub(super) struct Placer {
    bounds: PageRect,
    taken: Vec<PageRect>,
}

impl Placer {
    /// Makes a placer for labels within `bounds`, with no space taken.
    pub(super) fn new(bounds: PageRect) -> Self {
        Self { bounds, taken: Vec::new() }
    }

    /// Marks a rectangle as taken.
    pub(super) fn take(&mut self, frame: PageRect) {
        self.taken.push(frame);
    }

    /// Places a label to the right or left of a mark, above or below it, or at one of its corners; returns `None` if no
    /// place is free.
    pub(super) fn beside(&mut self, style: TypeStyle, words: &str, mark: Position, radius_mm: f64) -> Option<Text> {
        let gap = radius_mm + 0.6;
        let up = gap + (ASCENT + DESCENT) / 2.0 * style.size_mm;
        let slant = gap * 0.75;
        let places = [
            (gap, 0.0, Anchor::Start),
            (-gap, 0.0, Anchor::End),
            (0.0, -up, Anchor::Middle),
            (0.0, up, Anchor::Middle),
            (slant, -up, Anchor::Start),
            (-slant, -up, Anchor::End),
            (slant, up, Anchor::Start),
            (-slant, up, Anchor::End),
        ];
        let text = places
            .into_iter()
            .map(|(right, down, anchor)| middle(style, words, [mark[0] + right, mark[1] + down], anchor))
            .find(|text| self.is_free(text))?;
        self.taken.push(text.frame());
        Some(text)
    }

    /// Returns the text and marks its place as taken, if that place is free.
    pub(super) fn free(&mut self, text: Text) -> Option<Text> {
        if !self.is_free(&text) {
            return None;
        }
        self.taken.push(text.frame());
        Some(text)
    }

    fn is_free(&self, text: &Text) -> bool {
        let frame = text.frame();
        self.bounds.holds(&frame) && !self.taken.iter().any(|other| other.overlaps(&frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_keep_their_distance_their_order_and_the_bounds() {
        assert_eq!(spread(&[5.0, 1.0, 9.0], 2.0, 0.0, 10.0), [5.0, 1.0, 9.0]);
        assert_eq!(spread(&[5.0, 5.0], 2.0, 0.0, 10.0), [4.0, 6.0]);
        assert_eq!(spread(&[0.0, 0.0, 0.0], 2.0, 0.0, 10.0), [0.0, 2.0, 4.0]);
        assert_eq!(spread(&[10.0, 10.0, 0.0], 2.0, 0.0, 10.0), [8.0, 10.0, 0.0]);
        assert!(spread(&[], 2.0, 0.0, 10.0).is_empty());
    }
}

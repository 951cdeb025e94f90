use super::key::key;
use super::rows::middle;
use super::{AreaSectors, ChartSpec, Failure, empty};
use crate::error::RenderError;
use crate::model::column::{self, Quantity};
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke, Text};
use crate::render::intervals::{ClassRequest, Intervals, intervals};
use crate::render::theme::MM_PER_POINT;
use crate::render::{Color, PageRect, Theme, diverging_colors, palette_colors};
use crate::stats::Scheme;

/// The default number of sectors: as many as fit side by side into the width of a text column.
const MOST: usize = 10;
const QUOTIENT: &str = column::LOCATION_QUOTIENT;
const QUOTIENT_BREAKS: [f64; 6] = [0.25, 0.5, 0.8, 1.25, 2.0, 4.0];
/// Orange below 1 and purple above: the orange stays light and the purple grows dark, so that a grey copy tells them apart.
const QUOTIENT_COLORS: [Color; 7] = [
    Color::new(0xf1, 0xa3, 0x40),
    Color::new(0xf8, 0xc1, 0x7b),
    Color::new(0xfe, 0xe0, 0xb6),
    Color::new(0xf7, 0xf7, 0xf7),
    Color::new(0x99, 0x8e, 0xc3),
    Color::new(0x6f, 0x5f, 0xa6),
    Color::new(0x45, 0x16, 0x7a),
];
const MAX_NAME_MM: f64 = 40.0;
const LEAST_TYPE_PT: f64 = 5.5;

/// Draws a value for each sector in each area as coloured cells with the values written in them. Gives its description, and what is to be
/// told of the classes.
pub(super) fn draw(
    spec: &ChartSpec,
    cells: &AreaSectors,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<(String, Vec<String>), Failure> {
    let shown = Shown::select(spec, cells)?;
    let top = key(Some(title(spec)), &shown.entries(spec), &spec.theme, frame, items);
    let (field, heads) = Field::laid_out(&shown, &spec.theme, frame, top)?;
    heads.draw(field.frame, field.column_mm, items);
    for area in 0..cells.areas.len() {
        field.draw_row(area, &shown, &spec.theme, items);
    }
    // Of the usual breaks of quotients it says nothing that a class is empty.
    let is_usual = spec.breaks.is_empty() && spec.column.as_deref().is_none_or(|column| column == QUOTIENT);
    let notes = if is_usual { Vec::new() } else { shown.classes.intervals.notes.clone() };
    Ok((shown.highest(spec), notes))
}

/// Returns the title of the colour key.
fn title(spec: &ChartSpec) -> &str {
    spec.unit.as_deref().unwrap_or_else(|| match spec.column.as_deref().unwrap_or(QUOTIENT) {
        QUOTIENT => spec.language.pick("区位商", "Location quotient"),
        column::COUNT => spec.counted(),
        column::SHARE => spec.language.pick("占本区域的比重", "Share of the area"),
        own => own,
    })
}

fn no_data(theme: &Theme) -> Fill {
    Fill::Hatch { line: theme.no_data, ground: theme.paper }
}

/// The sectors that are shown, with the classes of their values.
struct Shown<'a> {
    cells: &'a AreaSectors,
    sectors: Vec<usize>,
    numbers: Vec<f64>,
    classes: Classes,
}

impl<'a> Shown<'a> {
    fn select(spec: &ChartSpec, cells: &'a AreaSectors) -> Result<Self, Failure> {
        let sectors = largest(cells, spec.most.unwrap_or(MOST));
        let numbers: Vec<f64> = (0..cells.areas.len())
            .flat_map(|area| sectors.iter().filter_map(move |sector| value(cells, area, *sector)))
            .collect();
        if numbers.is_empty() {
            return Err(empty("values of areas and sectors").into());
        }
        let classes = Classes::classify(spec, &numbers)?;
        Ok(Self { cells, sectors, numbers, classes })
    }

    fn value(&self, area: usize, sector: usize) -> Option<f64> {
        value(self.cells, area, sector)
    }

    /// Returns the entries of the colour key, with one for missing values if there are any.
    fn entries(&self, spec: &ChartSpec) -> Vec<(Fill, String)> {
        let mut entries = self.classes.entries();
        let areas = self.cells.areas.len();
        let missing = self.sectors.iter().any(|sector| (0..areas).any(|area| self.value(area, *sector).is_none()));
        if missing {
            entries.push((no_data(&spec.theme), spec.language.pick("无数据", "no data").to_owned()));
        }
        entries
    }

    /// Describes the highest value in words.
    fn highest(&self, spec: &ChartSpec) -> String {
        let highest = (0..self.cells.areas.len())
            .flat_map(|area| self.sectors.iter().map(move |sector| (area, *sector)))
            .filter_map(|(area, sector)| self.value(area, sector).map(|value| (area, sector, value)))
            .max_by(|one, other| one.2.total_cmp(&other.2));
        highest.map_or_else(String::new, |(area, sector, value)| {
            let highest = spec.language.pick("最高", "highest");
            let (area, sector) = (&self.cells.areas[area], &self.cells.sectors[sector]);
            format!("{highest}: {area} · {sector} · {}", self.classes.intervals.write(value))
        })
    }
}

fn value(cells: &AreaSectors, area: usize, sector: usize) -> Option<f64> {
    cells.values[area * cells.sectors.len() + sector]
}

/// The places of the cells.
struct Field {
    frame: PageRect,
    name_mm: f64,
    column_mm: f64,
    row_mm: f64,
    style: TypeStyle,
}

impl Field {
    /// Lays out the field below `top`, together with the heads of its columns.
    fn laid_out(shown: &Shown<'_>, theme: &Theme, frame: PageRect, top: f64) -> Result<(Self, Heads), Failure> {
        let cells = shown.cells;
        let base = theme.type_style(theme.label_pt, theme.ink);
        let name_mm = cells.areas.iter().map(|name| base.width_mm(name)).fold(0.0, f64::max).min(MAX_NAME_MM) + 2.0;
        let column_mm = (frame.width - name_mm) / shown.sectors.len() as f64;
        let names: Vec<&str> = shown.sectors.iter().map(|sector| cells.sectors[*sector].as_str()).collect();
        let heads = Heads::laid_out(&names, column_mm, base, (frame.bottom() - top) * 0.4)?;
        let field = PageRect::new(
            frame.left + name_mm,
            top + heads.height_mm,
            frame.width - name_mm,
            frame.bottom() - top - heads.height_mm,
        );
        let row_mm = field.height / cells.areas.len() as f64;
        let widest =
            shown.numbers.iter().map(|value| base.width_mm(&shown.classes.intervals.write(*value))).fold(0.0, f64::max);
        let fitting = theme.label_pt.min(row_mm * 0.8 * 72.0 / 25.4);
        let fitting = fitting.min(theme.label_pt * (column_mm - 0.8) / widest);
        if fitting < LEAST_TYPE_PT {
            let (areas, sectors) = (cells.areas.len(), shown.sectors.len());
            let why = format!("{areas} areas and {sectors} sectors are too many for it");
            let least_mm = LEAST_TYPE_PT * MM_PER_POINT;
            let high_mm = least_mm / 0.8 * areas as f64 - field.height;
            let wide_mm = (0.8 + LEAST_TYPE_PT / theme.label_pt * widest) * sectors as f64 - field.width;
            return Err(match high_mm > 0.0 {
                true => Failure::Height { why, short_mm: high_mm },
                false => Failure::Width { why, short_mm: wide_mm },
            });
        }
        let style = theme.type_style(fitting, theme.ink);
        Ok((Self { frame: field, name_mm, column_mm, row_mm, style }, heads))
    }

    /// Draws the name of an area and its cells.
    fn draw_row(&self, area: usize, shown: &Shown<'_>, theme: &Theme, items: &mut Vec<Item>) {
        let name = &shown.cells.areas[area];
        let y = self.frame.top + (area as f64 + 0.5) * self.row_mm;
        let name_style = theme.type_style(theme.label_pt.min(self.row_mm * 0.8 * 72.0 / 25.4), theme.ink);
        let words = name_style.cut(name.clone(), self.name_mm - 2.0);
        items.push(Item::Text(middle(name_style, words, [self.frame.left - 1.5, y], Anchor::End)));
        for (column, sector) in shown.sectors.iter().enumerate() {
            let x = self.frame.left + (column as f64 + 0.5) * self.column_mm;
            let cell = PageRect::around([x, y], self.column_mm, self.row_mm);
            let value = shown.value(area, *sector);
            let found = value.map(|value| shown.classes.fill(value));
            let fill = found.map_or_else(|| no_data(theme), |(fill, _)| fill);
            let words = value.map(|value| shown.classes.intervals.write(value));
            items.push(Item::Shape(Shape {
                stroke: Some(Stroke::new(theme.paper, 0.3)),
                title: words.as_ref().map(|words| format!("{name} · {} · {words}", shown.cells.sectors[*sector])),
                ..Shape::filled(Outline::Rectangle(cell), fill)
            }));
            if let (Some(words), Some((_, ground))) = (words, found) {
                let style = TypeStyle { color: ground.ink(theme.ink), ground, ..self.style };
                let halo_mm = if matches!(fill, Fill::Solid(_)) { 0.0 } else { theme.halo_mm };
                items.push(Item::Text(Text { halo_mm, ..middle(style, words, [x, y], Anchor::Middle) }));
            }
        }
    }
}

/// The sectors with the greatest amounts, in the order of their amounts.
fn largest(cells: &AreaSectors, most: usize) -> Vec<usize> {
    let columns = cells.sectors.len();
    let mut sizes: Vec<(usize, f64)> =
        (0..columns).map(|sector| (sector, cells.amounts.iter().skip(sector).step_by(columns).sum())).collect();
    sizes.sort_by(|one, other| other.1.total_cmp(&one.1));
    sizes.into_iter().take(most).map(|(sector, _)| sector).collect()
}

/// The colour of each value, and how it is written.
struct Classes {
    intervals: Intervals,
    colors: Vec<Color>,
    /// The fills of the same.
    fills: Vec<Fill>,
}

impl Classes {
    fn classify(spec: &ChartSpec, values: &[f64]) -> Result<Self, Failure> {
        const FIFTHS: usize = 5;
        let column = spec.column.as_deref().unwrap_or(QUOTIENT);
        let is_quotient = column == QUOTIENT;
        let percent = column::quantity(column) == Quantity::Fraction;
        let breaks = if spec.breaks.is_empty() && is_quotient { &QUOTIENT_BREAKS } else { &spec.breaks[..] };
        let found = intervals(
            values,
            &ClassRequest {
                breaks,
                percent,
                decimals: spec.decimals,
                most_decimals: if percent { 0 } else { 2 },
                key: "",
                column: Some(column),
                ..ClassRequest::new(&Scheme::Quantile, FIFTHS, spec.language)
            },
        )
        .map_err(|error| RenderError::Backend { format: "chart", message: error.to_string() })?;
        let theme = &spec.theme;
        let ramp = if !spec.colors.is_empty() {
            if spec.colors.len() != found.ramp {
                return Err(Failure::Other(RenderError::Setting {
                    key: "colors".to_owned(),
                    found: format!("{} colours", spec.colors.len()),
                    expected: format!("{}, one for each class", found.ramp),
                }));
            }
            theme.on_page(spec.colors.clone())
        } else if is_quotient && spec.palette.is_none() && found.ramp == QUOTIENT_COLORS.len() {
            theme.parted(QUOTIENT_COLORS.to_vec())
        } else if is_quotient {
            let name = spec.palette.as_deref().unwrap_or("PuOr");
            theme.parted(diverging_colors(name, 0.0, &found.ramp_uppers, 1.0, false)?)
        } else {
            theme.on_page(palette_colors(spec.palette.as_deref().unwrap_or("YlGnBu"), found.ramp, false)?)
        };
        let middle = Theme::middle(&ramp).filter(|_| theme.grey);
        let ramp = theme.colors(ramp);
        let colors = found.steps.iter().filter_map(|step| ramp.get(*step).copied()).collect();
        let fill = |step: &usize| {
            let color = *ramp.get(*step)?;
            Some(if middle == Some(*step) { theme.middle_fill(color) } else { Fill::Solid(color) })
        };
        let fills = found.steps.iter().filter_map(fill).collect();
        Ok(Self { intervals: found, colors, fills })
    }

    /// The fill of a value, and the background colour of text on it.
    fn fill(&self, value: f64) -> (Fill, Color) {
        let class = self.intervals.class_of(value);
        (self.fills[class], self.colors[class])
    }

    /// The meaning of each colour, from low to high.
    fn entries(&self) -> Vec<(Fill, String)> {
        self.fills.iter().copied().zip(self.intervals.labels.iter().cloned()).collect()
    }
}

/// A name in as few lines as a width asks for, and these as even as they can be: no single sign in the last.
fn balanced(style: TypeStyle, name: &str, width_mm: f64) -> Vec<String> {
    let widest = style.wrap(name, width_mm);
    let mut narrower = (10..20).map(|part| style.wrap(name, width_mm * f64::from(part) / 20.0));
    let as_good = |lines: &Vec<String>| lines.len() == widest.len() && !lines.iter().any(|line| line.ends_with('…'));
    narrower.find(as_good).unwrap_or_else(|| widest.clone())
}

/// The names over the columns: in lines, or where those are too narrow turned.
struct Heads {
    lines: Vec<Vec<String>>,
    turned: bool,
    height_mm: f64,
    style: TypeStyle,
}

impl Heads {
    fn laid_out(names: &[&str], column_mm: f64, base: TypeStyle, most_mm: f64) -> Result<Self, Failure> {
        const MOST_LINES: usize = 4;
        let whole = |lines: &Vec<String>| lines.len() <= MOST_LINES && !lines.iter().any(|line| line.ends_with('…'));
        for part in [0.92, 0.82, 0.72] {
            let style = TypeStyle { size_mm: base.size_mm * part, ..base };
            let lines: Vec<Vec<String>> = names.iter().map(|name| balanced(style, name, column_mm - 0.8)).collect();
            if style.size_mm * 72.0 / 25.4 >= LEAST_TYPE_PT && lines.iter().all(whole) {
                let most = lines.iter().map(Vec::len).max().unwrap_or(0);
                return Ok(Self { lines, turned: false, height_mm: most as f64 * style.line_mm() + 1.0, style });
            }
        }
        let style = TypeStyle { size_mm: base.size_mm * 0.92, ..base };
        if column_mm < style.line_mm() {
            let why = format!("{} sectors are too many for it", names.len());
            return Err(Failure::Width { why, short_mm: (style.line_mm() - column_mm) * names.len() as f64 });
        }
        let most_mm = most_mm.min(MAX_NAME_MM);
        let lines = names.iter().map(|name| {
            let lines = balanced(style, name, most_mm);
            let fits = lines.len() as f64 * style.line_mm() <= column_mm;
            if fits { lines } else { vec![style.cut((*name).to_owned(), most_mm)] }
        });
        let lines: Vec<Vec<String>> = lines.collect();
        let longest = lines.iter().flatten().map(|line| style.width_mm(line)).fold(0.0, f64::max);
        Ok(Self { lines, turned: true, height_mm: longest + 2.0, style })
    }

    fn draw(self, field: PageRect, column_mm: f64, items: &mut Vec<Item>) {
        let Self { lines, turned, style, .. } = self;
        for (column, lines) in lines.into_iter().enumerate() {
            let x = field.left + (column as f64 + 0.5) * column_mm;
            if turned {
                let first = x - (lines.len() as f64 - 1.0) / 2.0 * style.line_mm();
                for (row, line) in lines.into_iter().enumerate() {
                    let x = first + row as f64 * style.line_mm() + 0.34 * style.size_mm;
                    let mut text = style.text(line, [x, field.top - 1.0], Anchor::Start);
                    text.angle_deg = -90.0;
                    items.push(Item::Text(text));
                }
                continue;
            }
            let top = field.top - 1.0 - lines.len() as f64 * style.line_mm();
            for (row, line) in lines.into_iter().enumerate() {
                let baseline = top + row as f64 * style.line_mm() + style.baseline_mm();
                items.push(Item::Text(style.text(line, [x, baseline], Anchor::Middle)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_the_colour_that_its_class_has_in_the_key() {
        let spec = ChartSpec { kind: super::super::ChartKind::HeatMap, ..ChartSpec::default() };
        let values = [0.1, 0.5, 0.5004, 0.52, 0.8, 1.0, 1.2504, 1.25, 2.0, 4.0, 9.31];
        let classes = Classes::classify(&spec, &values).ok().unwrap();
        for (place, one) in values.iter().enumerate() {
            for other in &values[place + 1..] {
                let is_alike = classes.intervals.write(*one) == classes.intervals.write(*other);
                assert!(!is_alike || classes.fill(*one) == classes.fill(*other), "{one} and {other}");
            }
        }
        let words: Vec<String> = classes.entries().into_iter().map(|(_, words)| words).collect();
        // No bound stands in two of them.
        let numbers = words.iter().flat_map(|words| words.split(|sign: char| !(sign.is_ascii_digit() || sign == '.')));
        let mut numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "{words:?}");
    }
}

use super::super::spec::MapSpec;
use super::{Class, Classed, Subject, no_data_words};
use crate::Result;
use crate::error::RenderError;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke, Text};
use crate::render::intervals::{ClassRequest, Intervals, intervals};
use crate::render::palette::{CategoryMark, Texture};
use crate::render::{Color, PageRect};
use crate::stats::Scheme;

/// Three classes of each column.
const SIDE: usize = 3;
/// Rows rise with the second column, columns with the first: grey to teal across, grey to magenta up (Stevens 2015). On a dark page
/// what is high is bright.
const COLORS: [[[u32; SIDE]; SIDE]; 2] = [
    [[0xe8_e8e8, 0xac_e4e4, 0x5a_c8c8], [0xdf_b0d6, 0xa5_add3, 0x56_98b9], [0xbe_64ac, 0x8c_62aa, 0x3b_4994]],
    [[0x30_363d, 0x2f_7a7c, 0x36_c4c2], [0x86_4a78, 0x82_86ac, 0x8c_c4e2], [0xe0_70bf, 0xd8_a0e2, 0xf4_f2ff]],
];
const SQUARE_MM: f64 = 8.0;
/// Two numbers stand on one label: more digits are not read.
const MOST_DECIMALS: usize = 2;
/// The size of the numbers beside the square, as a share of that of its words.
const NUMBERS_SHARE: f64 = 0.85;

/// Classifies areas by two columns: three classes of each, by terciles unless the specification sets breaks, make nine
/// colours.
pub(super) fn bivariate(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let finite = |values: &[Option<f64>]| -> Vec<Option<f64>> {
        values.iter().map(|value| value.filter(|value| value.is_finite())).collect()
    };
    let (first, second) = (finite(&subject.values), finite(&subject.others));
    let other = spec.bivariate.column.as_deref().unwrap_or_default();
    let sides = [
        thirds(spec, subject.basis(), &spec.classes.breaks, "classes", spec.column.as_deref().unwrap_or_default())?,
        thirds(spec, subject.other_basis(), &spec.bivariate.breaks, "bivariate", other)?,
    ];
    let colors: Vec<Color> = if spec.palette.colors.is_empty() {
        COLORS[usize::from(spec.theme.is_dark())].iter().flatten().map(|rgb| Color::of_rgb(*rgb)).collect()
    } else if spec.palette.colors.len() == SIDE * SIDE {
        spec.palette.colors.clone()
    } else {
        return Err(RenderError::Setting {
            key: "palette.colors".to_owned(),
            found: format!("{} colours", spec.palette.colors.len()),
            expected: "9, row by row from low to high of the second column".to_owned(),
        }
        .into());
    };
    let words = |class: usize| spec.language.pick(["低", "中", "高"], ["low", "middle", "high"])[class];
    let label = |class: usize| {
        let side = |side: usize, place: usize| {
            let own = sides[side].labels.iter().enumerate().find(|(own, _)| place_of(&sides[side], *own) == place);
            own.map_or_else(|| words(place).to_owned(), |(_, label)| format!("{} {label}", words(place)))
        };
        format!("{} × {}", side(0, class % SIDE), side(1, class / SIDE))
    };
    let solid = |(class, color)| Class::solid(label(class), color);
    let mut classes: Vec<Class> = colors.into_iter().enumerate().map(solid).collect();
    if spec.theme.grey {
        // Nine greys cannot be told apart: three for the first column, with lines over them for the second.
        for (class, one) in classes.iter_mut().enumerate() {
            let texture = [Texture::Plain, Texture::Striped, Texture::Crossed][class / SIDE];
            one.fill = CategoryMark { color: one.ground, texture }.fill();
        }
    }
    let ordered = classes.len();
    classes.push(Class::no_data(spec));
    let place = |side: usize, value: f64| place_of(&sides[side], sides[side].class_of(value));
    let of_area = first
        .iter()
        .zip(&second)
        .map(|pair| match pair {
            (Some(a), Some(b)) => place(1, *b) * SIDE + place(0, *a),
            _ => ordered,
        })
        .collect();
    let texts = first
        .iter()
        .zip(&second)
        .map(|pair| {
            Some(match pair {
                (Some(a), Some(b)) => format!("{} · {}", sides[0].write(*a), sides[1].write(*b)),
                _ => no_data_words(spec.language).to_owned(),
            })
        })
        .collect();
    let notes = sides.iter().flat_map(|side| side.notes.iter().cloned()).collect();
    Ok(Classed { classes, ordered, of_area, texts, notes, sides: Some(sides), ..Classed::default() })
}

/// The greys of the nine classes, which their columns share.
pub(super) fn greys(colors: Vec<Color>) -> Vec<Color> {
    let own = crate::render::palette::greys(SIDE, false);
    (0..colors.len()).map(|class| own[class % SIDE]).collect()
}

/// The classes of one column: thirds, or those between given upper bounds.
fn thirds(spec: &MapSpec, values: &[Option<f64>], given: &[f64], key: &'static str, column: &str) -> Result<Intervals> {
    if !given.is_empty() && given.len() != SIDE - 1 {
        return Err(RenderError::Setting {
            key: format!("{key}.breaks"),
            found: format!("{} breaks", given.len()),
            expected: "2, between three classes".to_owned(),
        }
        .into());
    }
    let known: Vec<f64> = values.iter().copied().flatten().filter(|value| value.is_finite()).collect();
    intervals(
        &known,
        &ClassRequest {
            breaks: given,
            percent: spec.percent,
            decimals: spec.decimals,
            most_decimals: MOST_DECIMALS,
            key,
            column: Some(column),
            ..ClassRequest::new(&Scheme::Quantile, SIDE, spec.language)
        },
    )
}

/// The place of a class along a side of the square: low, middle or high. Where there are only two, none is in the middle.
fn place_of(side: &Intervals, class: usize) -> usize {
    match side.labels.len() {
        0 | 1 => 0,
        found => class * (SIDE - 1) / (found - 1),
    }
}

/// Draws the legend of the nine colours as a square, with the names of the columns along its sides.
pub(super) fn square(spec: &MapSpec, classed: &Classed) -> Block {
    let theme = &spec.theme;
    let style = theme.type_style(theme.label_pt * 0.9, theme.ink);
    let across = format!("{} →", spec.column_title());
    let up = format!("{} →", spec.bivariate.title.as_deref().or(spec.bivariate.column.as_deref()).unwrap_or_default());
    let side = SQUARE_MM * SIDE as f64;
    let (across, up) = (style.cut(across, 60.0), style.cut(up, side));
    let left = style.line_mm() + 0.8;
    let mut items = Vec::new();
    for (class, one) in classed.classes.iter().take(SIDE * SIDE).enumerate() {
        let (row, column) = (class / SIDE, class % SIDE);
        let top = side - (row + 1) as f64 * SQUARE_MM;
        let frame = PageRect::new(left + column as f64 * SQUARE_MM, top, SQUARE_MM, SQUARE_MM);
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(theme.paper, 0.2)),
            ..Shape::filled(Outline::Rectangle(frame), one.fill)
        }));
        if spec.legend.counts {
            let ink = TypeStyle { color: one.ground.ink(theme.ink), ground: one.ground, ..style };
            let at = [frame.centre()[0], frame.centre()[1] + 0.34 * style.size_mm];
            let halo_mm = if matches!(one.fill, Fill::Solid(_)) { 0.0 } else { theme.halo_mm };
            items.push(Item::Text(Text { halo_mm, ..ink.text(one.areas.to_string(), at, Anchor::Middle) }));
        }
    }
    // The classes of each column, below and beside the squares.
    let numbers = TypeStyle { size_mm: style.size_mm * NUMBERS_SHARE, color: theme.muted, ..style };
    let [columns, rows] = [0, 1].map(|axis| classed.sides.as_ref().map(|sides| &sides[axis]));
    let places = |side: Option<&'_ Intervals>| -> Vec<(usize, String)> {
        let own = |side: &Intervals| {
            side.labels.iter().enumerate().map(|(class, label)| (place_of(side, class), label.clone())).collect()
        };
        side.map(own).unwrap_or_default()
    };
    let mut right = left + side;
    for (row, label) in places(rows) {
        let middle = side - (row as f64 + 0.5) * SQUARE_MM;
        let at = [left + side + 1.0, middle + 0.34 * numbers.size_mm];
        right = right.max(at[0] + numbers.width_mm(&label));
        items.push(Item::Text(numbers.text(label, at, Anchor::Start)));
    }
    // Labels that are wider than a square stand on lines of their own, each from its square.
    let columns = places(columns);
    let is_wide = columns.iter().any(|(_, label)| numbers.width_mm(label) > SQUARE_MM - 0.5);
    let mut bottom = side + 0.4;
    for (column, label) in columns {
        let middle = left + (column as f64 + 0.5) * SQUARE_MM;
        if is_wide {
            let baseline = bottom + numbers.baseline_mm();
            let tick = Outline::line([
                [middle, side],
                [middle, baseline - 0.34 * numbers.size_mm],
                [left + side + 0.6, baseline - 0.34 * numbers.size_mm],
            ]);
            items.push(Item::Shape(Shape::stroked(tick, Stroke::new(theme.rule, 0.15))));
            right = right.max(left + side + 1.0 + numbers.width_mm(&label));
            items.push(Item::Text(numbers.text(label, [left + side + 1.0, baseline], Anchor::Start)));
            bottom += numbers.line_mm();
        } else {
            items.push(Item::Text(numbers.text(label, [middle, bottom + numbers.baseline_mm()], Anchor::Middle)));
        }
    }
    if !is_wide {
        bottom += numbers.line_mm();
    }
    let baseline = bottom + 0.4 + style.baseline_mm();
    items.push(Item::Text(style.text(across.clone(), [left, baseline], Anchor::Start)));
    let text = style.text(up, [style.baseline_mm(), side], Anchor::Start);
    items.push(Item::Text(Text { angle_deg: -90.0, ..text }));
    let width = right.max(left + style.width_mm(&across));
    Block { width, height: bottom + 0.4 + style.line_mm(), items }
}

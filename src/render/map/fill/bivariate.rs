use super::super::spec::MapSpec;
use super::{Class, Classed, Subject, no_data_words};
use crate::Result;
use crate::error::RenderError;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Item, Outline, Shape, Stroke, Text};
use crate::render::number::NumberFormat;
use crate::render::{Color, PageRect};
use crate::stats::Scheme;

/// Three classes of each column.
const SIDE: usize = 3;
/// Rows rise with the second column, columns with the first: grey to teal across, grey to magenta up (Stevens 2015).
const COLORS: [[u32; SIDE]; SIDE] =
    [[0xe8_e8e8, 0xac_e4e4, 0x5a_c8c8], [0xdf_b0d6, 0xa5_add3, 0x56_98b9], [0xbe_64ac, 0x8c_62aa, 0x3b_4994]];
const SQUARE_MM: f64 = 8.0;
/// Two numbers stand on one label: fewer digits are read.
const MOST_DECIMALS: usize = 2;

/// Classifies areas by two columns: three classes of each, by terciles unless the specification sets breaks, make nine
/// colours.
pub(super) fn bivariate(spec: &MapSpec, subject: &Subject) -> Result<Classed> {
    let finite = |values: &[Option<f64>]| -> Vec<Option<f64>> {
        values.iter().map(|value| value.filter(|value| value.is_finite())).collect()
    };
    let (first, second) = (finite(&subject.values), finite(&subject.others));
    let first_uppers = thirds(&first, &spec.classes.breaks, "classes.breaks")?;
    let second_uppers = thirds(&second, &spec.bivariate.breaks, "bivariate.breaks")?;
    let colors: Vec<Color> = if spec.palette.colors.is_empty() {
        COLORS.iter().flatten().map(|rgb| hex(*rgb)).collect()
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
    let mut classes: Vec<Class> = colors
        .into_iter()
        .enumerate()
        .map(|(class, color)| Class::solid(format!("{} × {}", words(class % SIDE), words(class / SIDE)), color))
        .collect();
    let ordered = classes.len();
    classes.push(Class::no_data(spec));
    let class = |value: f64, uppers: &[f64]| uppers.partition_point(|upper| *upper < value).min(SIDE - 1);
    let of_area = first
        .iter()
        .zip(&second)
        .map(|pair| match pair {
            (Some(a), Some(b)) => class(*b, &second_uppers) * SIDE + class(*a, &first_uppers),
            _ => ordered,
        })
        .collect();
    let format = |uppers: &[f64]| {
        spec.decimals.map_or_else(
            || {
                let format = NumberFormat::telling_apart(uppers, spec.percent);
                NumberFormat { decimals: format.decimals.min(MOST_DECIMALS), ..format }
            },
            |decimals| NumberFormat { decimals, percent: spec.percent },
        )
    };
    let formats = (format(&first_uppers), format(&second_uppers));
    let texts = first
        .iter()
        .zip(&second)
        .map(|pair| {
            Some(match pair {
                (Some(a), Some(b)) => format!("{} · {}", formats.0.write(*a), formats.1.write(*b)),
                _ => no_data_words(spec.language).to_owned(),
            })
        })
        .collect();
    Ok(Classed { classes, ordered, of_area, texts, ..Classed::default() })
}

/// The upper bounds of three classes.
fn thirds(values: &[Option<f64>], given: &[f64], key: &str) -> Result<Vec<f64>> {
    if !given.is_empty() {
        if given.len() != SIDE - 1 {
            return Err(RenderError::Setting {
                key: key.to_owned(),
                found: format!("{} breaks", given.len()),
                expected: "2, between three classes".to_owned(),
            }
            .into());
        }
        return Ok(given.to_vec());
    }
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let mut uppers = crate::stats::classify(&known, &Scheme::Quantile, SIDE)?.breaks;
    uppers.pop();
    Ok(uppers)
}

/// Draws the legend of the nine colours as a square, with the names of the columns along its sides.
pub(super) fn square(spec: &MapSpec, classed: &Classed) -> Block {
    let theme = &spec.theme;
    let style = TypeStyle::new(theme.label_pt * 0.9, theme.ink, theme.paper);
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
            items.push(Item::Text(ink.text(one.areas.to_string(), at, Anchor::Middle)));
        }
    }
    let baseline = side + 0.6 + style.baseline_mm();
    items.push(Item::Text(style.text(across.clone(), [left, baseline], Anchor::Start)));
    let text = style.text(up, [style.baseline_mm(), side], Anchor::Start);
    items.push(Item::Text(Text { angle_deg: -90.0, ..text }));
    let width = left + side.max(style.width_mm(&across));
    Block { width, height: side + 0.6 + style.line_mm(), items }
}

fn hex(rgb: u32) -> Color {
    Color::new((rgb >> 16 & 0xff) as u8, (rgb >> 8 & 0xff) as u8, (rgb & 0xff) as u8)
}

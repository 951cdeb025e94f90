use super::plane::{AxisScale, Plane, aired, dashed};
use super::rows::{Placer, middle};
use super::{ChartSpec, Failure, NamedMoranScatterplot, empty};
use crate::render::figure::{Anchor, Fill, Item, Outline, Position, Shape, Stroke, Text};
use crate::render::number::NumberFormat;
use crate::render::{Color, PageRect, Theme};
use crate::stats::Quadrant;

/// The default number of named units.
const MOST: usize = 10;
const DOT_MM: f64 = 0.8;
/// A unit nearer than this to the middle, in standard deviations, stands out in nothing.
const PLAIN: f64 = 1.0;

/// A unit with its z-value, the mean of its neighbours' z-values, and its quadrant.
type Unit = (usize, f64, f64, Quadrant);

/// Draws units by their own z-value and that of their neighbours, with the line whose slope is Moran's I. The units
/// farthest from the centre are named.
pub(super) fn draw(
    spec: &ChartSpec,
    moran: &NamedMoranScatterplot,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<(String, Vec<String>), Failure> {
    let plot = &moran.plot;
    let units: Vec<Unit> = (0..moran.names.len())
        .filter_map(|unit| Some((unit, plot.z[unit]?, plot.lag[unit]?, plot.quadrant[unit]?)))
        .collect();
    let slope = plot.i.filter(|_| !units.is_empty()).ok_or_else(|| empty("units that differ and have neighbours"))?;
    let (x, y) = scales(spec, &units);
    let plane = Plane::drawn(&x, &y, &spec.theme, (frame, 0.0), items)?;
    let ends = draw_lines(&plane, (&x, &y), slope, spec, items);
    let mut placer = Placer::new(plane.frame.inset(0.3));
    draw_dots(&plane, &units, moran, spec, &mut placer, items);
    avoid_line(&plane, slope, ends, &mut placer);
    corners(&plane, &units, spec, &mut placer, items);
    statistic(&plane, (slope, ends), spec, &mut placer, items);
    let unplaced = draw_names(&plane, &units, moran, spec, &mut placer, items);
    let mut words = vec![format!("{} {}", spec.language.pick("莫兰指数", "Moran's I"), written(slope))];
    words.extend(counts(&units, spec).into_iter().map(|(_, words)| words));
    let mut warnings = Vec::new();
    if !unplaced.is_empty() {
        warnings.push(format!("no room for the names of {}", unplaced.join(", ")));
    }
    if !plot.islands.is_empty() {
        warnings.push(format!("{} units without neighbours are left out", plot.islands.len()));
    }
    Ok((words.join("; "), warnings))
}

/// Returns the scales of both axes.
fn scales(spec: &ChartSpec, units: &[Unit]) -> (AxisScale, AxisScale) {
    let language = spec.language;
    let column = spec.column.clone().unwrap_or_default();
    let measure = spec.unit.clone().or_else(|| spec.names.get(&column).cloned()).unwrap_or(column);
    let title = |zh: &str, en: &str| {
        let what = if measure.is_empty() { String::new() } else { format!("{measure}{}", language.pick("，", ", ")) };
        format!("{what}{}", language.pick(zh, en))
    };
    let (x_low, x_high) = aired(units.iter().map(|unit| unit.1).chain([0.0]), 0.08);
    let (y_low, y_high) = aired(units.iter().map(|unit| unit.2).chain([0.0]), 0.2);
    let x = AxisScale {
        low: x_low,
        high: x_high,
        title: title("标准化值（标准差）", "standardised (standard deviations)"),
        percent: false,
        ticks: 7,
    };
    let y = AxisScale {
        low: y_low,
        high: y_high,
        title: language.pick("邻近区域的平均（标准差）", "mean of the neighbours (standard deviations)").to_owned(),
        percent: false,
        ticks: 6,
    };
    (x, y)
}

/// Draws the lines at 0 and the line whose slope is Moran's I, across the field. Returns the x-values of the ends of the
/// latter.
fn draw_lines(
    plane: &Plane,
    (x, y): (&AxisScale, &AxisScale),
    slope: f64,
    spec: &ChartSpec,
    items: &mut Vec<Item>,
) -> (f64, f64) {
    let theme = &spec.theme;
    for axis in [[(x.low, 0.0), (x.high, 0.0)], [(0.0, y.low), (0.0, y.high)]] {
        items.push(plane.line(&axis, Stroke::new(theme.muted, 0.25)));
    }
    let within = |value: f64| value.clamp(x.low, x.high);
    let (from, to) = if slope == 0.0 {
        (x.low, x.high)
    } else {
        let (a, b) = (y.low / slope, y.high / slope);
        (within(a.min(b)), within(a.max(b)))
    };
    items.push(plane.line(&[(from, slope * from), (to, slope * to)], dashed(theme.ink, 0.4)));
    (from, to)
}

/// Draws a dot for each unit, and marks its place as taken.
fn draw_dots(
    plane: &Plane,
    units: &[Unit],
    moran: &NamedMoranScatterplot,
    spec: &ChartSpec,
    placer: &mut Placer,
    items: &mut Vec<Item>,
) {
    let theme = &spec.theme;
    for (unit, z, lag, quadrant) in units {
        let at = plane.at(*z, *lag);
        let (color, filled) = look(*quadrant, theme);
        let fill = Fill::Solid(if filled { color } else { theme.paper });
        let circle = Outline::Circle { centre: at, radius_mm: DOT_MM };
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(color, 0.3)),
            title: Some(format!("{} {z:.2}, {lag:.2}", moran.names[*unit])),
            ..Shape::filled(circle, fill)
        }));
        placer.take(PageRect::around(at, 2.0 * DOT_MM, 2.0 * DOT_MM));
    }
}

/// Marks the line whose slope is Moran's I as taken, so that no words are set on it.
fn avoid_line(plane: &Plane, slope: f64, (from, to): (f64, f64), placer: &mut Placer) {
    let length = 200;
    for step in 0..=length {
        let x = from + (to - from) * f64::from(step) / f64::from(length);
        placer.take(PageRect::around(plane.at(x, slope * x), 0.8, 0.8));
    }
}

/// Draws the names of the units farthest from the centre. Returns the names without room.
fn draw_names(
    plane: &Plane,
    units: &[Unit],
    moran: &NamedMoranScatterplot,
    spec: &ChartSpec,
    placer: &mut Placer,
    items: &mut Vec<Item>,
) -> Vec<String> {
    let theme = &spec.theme;
    let mut outstanding = units.to_vec();
    let distance = |unit: &Unit| unit.1.hypot(unit.2);
    outstanding.sort_by(|one, other| distance(other).total_cmp(&distance(one)));
    outstanding.truncate(spec.most.unwrap_or(MOST));
    outstanding.retain(|unit| distance(unit) >= PLAIN);
    let mut unplaced = Vec::new();
    for (unit, z, lag, quadrant) in outstanding {
        let color = theme.paper.ink(look(quadrant, theme).0);
        let style = theme.type_style(theme.label_pt * 0.9, color);
        match placer.beside(style, &moran.names[unit], plane.at(z, lag), DOT_MM) {
            Some(text) => items.push(Item::Text(Text { halo_mm: theme.halo_mm, ..text })),
            None => unplaced.push(moran.names[unit].clone()),
        }
    }
    unplaced
}

fn written(number: f64) -> String {
    NumberFormat { decimals: 3, percent: false }.write(number)
}

/// Like among like is filled, what stands out hollow: a grey copy tells them apart.
fn look(quadrant: Quadrant, theme: &Theme) -> (Color, bool) {
    match quadrant {
        Quadrant::HighHigh => (theme.alert, true),
        Quadrant::LowLow => (theme.accent, true),
        Quadrant::HighLow => (theme.alert, false),
        Quadrant::LowHigh => (theme.accent, false),
    }
}

/// The number of units in each quadrant.
fn counts(units: &[Unit], spec: &ChartSpec) -> Vec<(Quadrant, String)> {
    [
        (Quadrant::HighHigh, "高—高", "high–high"),
        (Quadrant::LowHigh, "低—高", "low–high"),
        (Quadrant::LowLow, "低—低", "low–low"),
        (Quadrant::HighLow, "高—低", "high–low"),
    ]
    .map(|(quadrant, zh, en)| {
        let count = units.iter().filter(|unit| unit.3 == quadrant).count();
        (quadrant, format!("{} {count}", spec.language.pick(zh, en)))
    })
    .into()
}

/// The names of the quadrants in their corners, where no unit stands.
fn corners(plane: &Plane, units: &[Unit], spec: &ChartSpec, placer: &mut Placer, items: &mut Vec<Item>) {
    let theme = &spec.theme;
    let field = plane.frame.inset(0.8);
    for (quadrant, words) in counts(units, spec) {
        let style = theme.type_style(theme.label_pt, theme.paper.ink(look(quadrant, theme).0)).bold();
        let half = style.line_mm() / 2.0;
        let (top, bottom) = (field.top + half, field.bottom() - half);
        let (left, right) = ((field.left, Anchor::Start), (field.right(), Anchor::End));
        let ((x, anchor), y) = match quadrant {
            Quadrant::HighHigh => (right, top),
            Quadrant::LowHigh => (left, top),
            Quadrant::LowLow => (left, bottom),
            Quadrant::HighLow => (right, bottom),
        };
        if let Some(text) = placer.free(middle(style, words, [x, y], anchor)) {
            items.push(Item::Text(text));
        }
    }
}

/// Moran's I, by its line.
fn statistic(
    plane: &Plane,
    (slope, (from, to)): (f64, (f64, f64)),
    spec: &ChartSpec,
    placer: &mut Placer,
    items: &mut Vec<Item>,
) {
    let theme = &spec.theme;
    let style = theme.type_style(theme.label_pt * 1.1, theme.ink).bold();
    let words = format!("{} = {}", spec.language.pick("莫兰指数 I", "Moran's I"), written(slope));
    // Along the line, first where it ends.
    for part in [0.97, 0.9, 0.8, 0.7, 0.6, 0.03, 0.1, 0.2, 0.3, 0.5] {
        let x = from + (to - from) * part;
        let at: Position = plane.at(x, slope * x);
        if let Some(text) = placer.beside(style, &words, at, 1.6) {
            items.push(Item::Text(Text { halo_mm: theme.halo_mm, ..text }));
            return;
        }
    }
}

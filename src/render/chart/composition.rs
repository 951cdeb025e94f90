use super::key::key;
use super::rows::{Rows, middle};
use super::{AreaSectors, ChartSpec, Failure, empty};
use crate::error::RenderError;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke, Text};
use crate::render::number::NumberFormat;
use crate::render::palette::{CategoryMark, LIGHT_BY_DARK, Texture, fixed_marks};
use crate::render::{Color, PageRect, PaletteKind, Theme, palette_colors, palette_kind};

/// The default number of sectors: the number of colours that can be distinguished.
const MOST: usize = 6;
const PALETTE: &str = "OkabeIto";
const SHARE: NumberFormat = NumberFormat { decimals: 0, percent: true };

/// Draws the shares of sectors as stacked bars, with one row for each area and the whole territory in the last row.
pub(super) fn draw(
    spec: &ChartSpec,
    cells: &AreaSectors,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let theme = &spec.theme;
    let parts = parts(spec, cells)?;
    let mut rows: Vec<(String, Vec<f64>)> =
        cells.areas.iter().enumerate().map(|(area, name)| (name.clone(), amounts(cells, &parts, area))).collect();
    let all = (0..parts.len()).map(|part| rows.iter().map(|(_, amounts)| amounts[part]).sum()).collect();
    if rows.len() > 1 {
        rows.push((spec.language.pick("合计", "All").to_owned(), all));
    }
    let totals: Vec<f64> = rows.iter().map(|(_, amounts)| amounts.iter().sum()).collect();
    let format = NumberFormat::telling_apart(&totals, false);
    let tails: Vec<String> = totals.iter().map(|total| format.write(*total)).collect();

    let entries: Vec<(Fill, String)> = parts.iter().map(|part| (part.mark.fill(), part.name.clone())).collect();
    let top = key(None, &entries, theme, frame, items);
    let small = theme.type_style(theme.note_pt, theme.muted);
    let heading_mm = small.line_mm();
    let below = PageRect::new(frame.left, top + heading_mm, frame.width, frame.bottom() - top - heading_mm);
    let laid_out = Rows::laid_out(rows.iter().map(|(name, _)| name), tails.iter(), theme, below)?;
    let counted = small.cut(spec.counted().to_owned(), frame.right() - laid_out.plot.right());
    items.push(Item::Text(small.text(counted, [frame.right(), top + small.baseline_mm()], Anchor::End)));
    for (row, (name, amounts)) in rows.iter().enumerate() {
        items.extend(laid_out.name(row));
        let total = totals[row];
        let height = laid_out.row_mm * 0.66;
        let bar = PageRect::new(laid_out.plot.left, laid_out.middle(row) - height / 2.0, laid_out.plot.width, height);
        if total > 0.0 {
            segments(&parts, name, (amounts, total), (bar, laid_out.style), theme, items);
        } else {
            let hatch = Fill::Hatch { line: theme.no_data, ground: theme.paper };
            items.push(Item::Shape(Shape::filled(Outline::Rectangle(bar), hatch)));
            let words = spec.language.pick("无数据", "no data");
            let text = middle(laid_out.style, words, bar.centre(), Anchor::Middle);
            items.push(Item::Shape(Shape::filled(
                Outline::Rectangle(text.frame().inset(-0.5)),
                Fill::Solid(theme.paper),
            )));
            items.push(Item::Text(text));
        }
        let tail = [frame.right(), laid_out.middle(row)];
        items.push(Item::Text(middle(laid_out.style.bold(), tails[row].clone(), tail, Anchor::End)));
    }
    if rows.len() > 1 {
        let y = laid_out.middle(rows.len() - 1) - laid_out.row_mm / 2.0;
        let rule = Outline::line([[frame.left, y], [frame.right(), y]]);
        items.push(Item::Shape(Shape::stroked(rule, Stroke::new(theme.rule, 0.2))));
    }
    let words = rows.iter().zip(&totals).map(|((name, amounts), total)| {
        let share = |(part, amount): (&Part, &f64)| format!("{} {}", part.name, SHARE.write(amount / total));
        let shares = parts.iter().zip(amounts).map(share);
        let none = spec.language.pick("无数据", "no data").to_owned();
        format!("{name}: {}", if *total > 0.0 { shares.collect::<Vec<_>>().join(", ") } else { none })
    });
    Ok(words.collect::<Vec<_>>().join("; "))
}

/// A sector, or what is left of them.
struct Part {
    name: String,
    mark: CategoryMark,
    sectors: Vec<usize>,
}

/// The colours of so many sectors.
fn colors(spec: &ChartSpec, count: usize) -> Result<Vec<Color>, RenderError> {
    let palette = spec.palette.as_deref().unwrap_or(PALETTE);
    let most = match (&spec.colors[..], palette_kind(palette)?) {
        ([], PaletteKind::Categorical) => Some(LIGHT_BY_DARK.len()),
        ([], _) => None,
        (own, _) => Some(own.len()),
    };
    if let Some(most) = most.filter(|most| count > *most) {
        return Err(RenderError::Setting {
            key: "most".to_owned(),
            found: count.to_string(),
            expected: format!("{most} or fewer, one for each colour"),
        });
    }
    if !spec.colors.is_empty() {
        return Ok(spec.colors.clone());
    }
    if spec.palette.is_some() {
        return palette_colors(palette, count, false);
    }
    let all = palette_colors(palette, LIGHT_BY_DARK.len(), false)?;
    Ok(LIGHT_BY_DARK[..count].iter().map(|position| all[*position]).collect())
}

/// The colours of sectors that have a position among all of a run. A sector beyond the palette takes what its chart leaves.
fn marks_of_run(spec: &ChartSpec, positions: &[usize]) -> Result<Vec<CategoryMark>, RenderError> {
    let full = colors(spec, LIGHT_BY_DARK.len())?;
    let positions: Vec<Option<usize>> = positions.iter().copied().map(Some).collect();
    let marks = fixed_marks(&full, &positions, spec.theme.paper);
    if marks.len() < positions.len() {
        return Err(RenderError::Setting {
            key: "most".to_owned(),
            found: positions.len().to_string(),
            expected: format!("{} or fewer, one for each colour", marks.len()),
        });
    }
    Ok(marks)
}

/// The largest sectors in the order of their size, and the others as one.
fn parts(spec: &ChartSpec, cells: &AreaSectors) -> Result<Vec<Part>, Failure> {
    let mut sizes: Vec<(usize, f64)> = (0..cells.sectors.len())
        .map(|sector| (sector, (0..cells.areas.len()).filter_map(|area| amount(cells, area, sector)).sum()))
        .filter(|(_, size)| *size > 0.0)
        .collect();
    if cells.areas.is_empty() || sizes.is_empty() {
        return Err(empty("amounts of areas and sectors").into());
    }
    sizes.sort_by(|one, other| other.1.total_cmp(&one.1));
    let most = spec.most.unwrap_or(MOST);
    let own = most.min(sizes.len());
    let marks = match &cells.colors[..] {
        positions if !positions.is_empty() && spec.colors.is_empty() && spec.palette.is_none() => {
            marks_of_run(spec, &sizes[..own].iter().map(|(sector, _)| positions[*sector]).collect::<Vec<_>>())?
        }
        _ => colors(spec, own)?.into_iter().map(CategoryMark::plain).collect(),
    };
    let mut parts: Vec<Part> = sizes[..own]
        .iter()
        .zip(spec.theme.marks(marks))
        .map(|((sector, _), mark)| Part { name: cells.sectors[*sector].clone(), mark, sectors: vec![*sector] })
        .collect();
    if sizes.len() > own {
        let sectors: Vec<usize> = sizes[own..].iter().map(|(sector, _)| *sector).collect();
        let name = match spec.language {
            crate::model::Language::Zh => format!("其他{}类", sectors.len()),
            crate::model::Language::En => format!("{} others", sectors.len()),
        };
        // In grey its colour would be that of a sector.
        let texture = if spec.theme.grey { Texture::Striped } else { Texture::Plain };
        parts.push(Part { name, mark: CategoryMark { color: spec.theme.rule, texture }, sectors });
    }
    Ok(parts)
}

fn amount(cells: &AreaSectors, area: usize, sector: usize) -> Option<f64> {
    cells.values[area * cells.sectors.len() + sector].filter(|amount| *amount > 0.0)
}

fn amounts(cells: &AreaSectors, parts: &[Part], area: usize) -> Vec<f64> {
    parts.iter().map(|part| part.sectors.iter().filter_map(|sector| amount(cells, area, *sector)).sum()).collect()
}

fn segments(
    parts: &[Part],
    area: &str,
    (amounts, total): (&[f64], f64),
    (bar, style): (PageRect, TypeStyle),
    theme: &Theme,
    items: &mut Vec<Item>,
) {
    let mut left = bar.left;
    for (part, amount) in parts.iter().zip(amounts).filter(|(_, amount)| **amount > 0.0) {
        let share = amount / total;
        let segment = PageRect::new(left, bar.top, share * bar.width, bar.height);
        left = segment.right();
        let shape = Shape::filled(Outline::Rectangle(segment), part.mark.fill());
        let words = SHARE.write(share);
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(theme.paper, 0.25)),
            title: Some(format!("{area} · {} · {words}", part.name)),
            ..shape
        }));
        let color = part.mark.color;
        let on_it = TypeStyle { size_mm: style.size_mm * 0.9, color: color.ink(theme.ink), ground: color, ..style };
        let halo_mm = if part.mark.texture == Texture::Plain { 0.0 } else { theme.halo_mm };
        let text = Text { halo_mm, ..middle(on_it, words, segment.centre(), Anchor::Middle) };
        if segment.inset(0.35).holds(&text.frame()) {
            items.push(Item::Text(text));
        }
    }
}

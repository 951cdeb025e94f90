use std::ops::Range;

use polars::prelude::DataFrame;
use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartDataLabel, ChartFormat, ChartLegendPosition, ChartSolidFill, Color, Worksheet,
    XlsxError,
};

use super::super::Headings;
use crate::model::Language;
use crate::model::column::{self, Quantity};
use crate::render::QuotaProgress;

/// A chart of bars below the table of a sheet, drawn by the spreadsheet of the cells themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookChart {
    /// The title.
    pub title: String,
    /// The rows of the table that have a bar, from top to bottom.
    pub rows: Range<usize>,
    /// The column with the names of the bars.
    pub names: String,
    /// The columns with their lengths, a series each.
    pub values: Vec<String>,
}

/// The size of a chart in pixels, and the height of a row.
const WIDTH_PX: u32 = 720;
const BAR_PX: u32 = 34;
const AROUND_PX: u32 = 120;
const ROW_PX: u32 = 20;
/// The colours of the series, the first that of bars in figures.
const COLORS: [u32; 2] = [0x2b_6ca3, 0xbf_c6ce];

/// The pixels of columns so many characters wide.
fn pixels(wide: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from none to a few thousand")]
    let pixels = (wide * 7.0).clamp(200.0, 10_000.0) as u32;
    pixels
}

impl WorkbookChart {
    /// The length of its longest bar.
    fn longest(&self, frame: &DataFrame) -> f64 {
        let columns = self.values.iter().filter_map(|name| frame.column(name).ok()?.f64().ok());
        let lengths = columns.flat_map(|column| self.rows.clone().filter_map(move |row| column.get(row)));
        lengths.fold(0.0, f64::max)
    }

    /// Puts the chart on a sheet, at a row below the table and no wider than so many characters. Returns the last row that it covers.
    pub(super) fn insert(
        &self,
        sheet: &mut Worksheet,
        (name, frame): (&str, &DataFrame),
        (first_row, at): (u32, u32),
        wide: f64,
        (headings, language): (&Headings, Language),
    ) -> Result<u32, XlsxError> {
        let place = |wanted: &str| {
            let position = frame.get_column_names().iter().position(|name| name.as_str() == wanted);
            position.and_then(|position| u16::try_from(position).ok())
        };
        let row = |position: usize| first_row + u32::try_from(position).unwrap_or(u32::MAX);
        let Some(names) = place(&self.names).filter(|_| !self.rows.is_empty()) else { return Ok(at) };
        let (first, last) = (row(self.rows.start), row(self.rows.end - 1));
        let mut chart = Chart::new_bar();
        let is_percent = self.values.iter().all(|name| column::quantity(name) == Quantity::Fraction);
        for (wanted, color) in self.values.iter().zip(COLORS.into_iter().cycle()) {
            let Some(values) = place(wanted) else { continue };
            let mut label = ChartDataLabel::new();
            label.show_value();
            if is_percent {
                label.set_num_format("0.0%");
            }
            chart
                .add_series()
                .set_name(headings.of(wanted, language))
                .set_categories((name, first, names, last, names))
                .set_values((name, first, values, last, values))
                .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(color))))
                .set_data_label(&label)
                .set_gap(60);
        }
        // One bar far beyond its quota leaves the others readable; its label says how long it is.
        let most = QuotaProgress::MOST_SHOWN;
        let is_cut = is_percent && self.longest(frame) > most;
        if is_cut {
            chart.x_axis().set_max(most);
        }
        let till = format!("{:.0}%", most * 100.0);
        let till = language.pick(format!("（横轴至{till}）"), format!(" (axis ends at {till})"));
        let title = if is_cut { format!("{}{till}", self.title) } else { self.title.clone() };
        chart.title().set_name(&title);
        // Of bars the vertical axis is that of the names: the first row stands at the top, and the numbers below.
        chart.y_axis().set_reverse();
        chart
            .x_axis()
            .set_min(0.0)
            .set_num_format(if is_percent { "0%" } else { "#,##0" })
            .set_label_position(ChartAxisLabelPosition::High);
        if self.values.len() > 1 {
            chart.legend().set_position(ChartLegendPosition::Bottom);
        } else {
            chart.legend().set_hidden();
        }
        let bars = u32::try_from(self.rows.len() * self.values.len()).unwrap_or(u32::MAX).min(200);
        let height = AROUND_PX + bars * BAR_PX * 2 / 3 + BAR_PX;
        let width = pixels(wide).min(WIDTH_PX);
        chart.set_width(width).set_height(height).set_alt_text(&self.title);
        sheet.insert_chart(at, 0, &chart)?;
        Ok(at + height.div_ceil(ROW_PX) + 1)
    }
}

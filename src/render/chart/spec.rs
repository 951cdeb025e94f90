use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::progress::ForecastOptions;
use crate::render::keys;
use crate::render::spec::{PageSize, from_toml, within};
use crate::render::{Color, Theme};

/// The specification of a chart. Every key has a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChartSpec {
    /// The title.
    pub title: Option<String>,
    /// The subtitle.
    pub subtitle: Option<String>,
    /// The kind of chart.
    pub kind: ChartKind,
    /// The id of the programme to show.
    pub programme: Option<String>,
    /// The layer whose areas are shown, in a project; by default the first.
    pub layer: Option<String>,
    /// The column to show. For a heat map `location_quotient`, `count` or `share`; for a slope chart `rate`, `accepted`
    /// or `gap`; for a Lorenz curve or a Moran scatterplot any column of numbers; for a point pattern the band,
    /// `global` (for all distances at once) or `pointwise`.
    pub column: Option<String>,
    /// A filter of rows: each column must hold the given word, such as `sector = "printing_and_dyeing"`.
    pub filter: BTreeMap<String, String>,
    /// The column with which a Lorenz curve compares. By default all firms of each area if a sector is shown, or else
    /// equal weights for all areas.
    pub reference: Option<String>,
    /// The largest number of items: sectors of a composition or heat map, rows of location quotients, names in a
    /// scatterplot.
    pub most: Option<usize>,
    /// The earlier day of a slope chart in a project: `2020-06-30`.
    #[serde(deserialize_with = "day", serialize_with = "write_day")]
    pub before: Option<NaiveDate>,
    /// The labels of the two ends of a slope chart; by default their dates.
    pub ends: Vec<String>,
    /// The forecast of a pace chart.
    pub forecast: ForecastSpec,
    /// The breaks between the classes of a heat map, in ascending order. By default 0.25, 0.5, 0.8, 1.25, 2, 4 for
    /// quotients, and quintiles of the cells for other columns.
    pub breaks: Vec<f64>,
    /// The palette of a composition (by default `OkabeIto`) or heat map (by default `PuOr` for quotients, `YlGnBu` for
    /// other columns).
    pub palette: Option<String>,
    /// Custom colours that replace the palette.
    pub colors: Vec<Color>,
    /// The number of decimals in a slope chart or heat map; by default as many as are needed to distinguish the values.
    pub decimals: Option<usize>,
    /// Display names of areas and sectors, by id or by the name in the table.
    pub names: BTreeMap<String, String>,
    /// The language of the text that jiju adds.
    pub language: Language,
    /// The unit of counts: `家`.
    pub unit: Option<String>,
    /// The sources of the data, one line each.
    pub source: Vec<String>,
    /// The description of the figure for those who cannot see it, in place of the one that is made from its data.
    pub alt: Option<String>,
    /// The order of the bars of a progress chart; by default that of the quota table.
    pub order: BarOrder,
    /// Lines across the bars at values of the axis, such as a target: rates of a ranking are fractions.
    pub reference_lines: Vec<ReferenceLine>,
    /// Keys to override if the figure is drawn in English, such as its title or unit.
    pub en: toml::Table,
    /// The size of the page; by default 160 × 100 mm, the width of a text column.
    pub page: PageSize,
    /// The theme: keys of the theme, or the name of a built-in one such as `dark`.
    #[serde(deserialize_with = "crate::render::theme::named_or_keys")]
    pub theme: Theme,
}

/// The order of bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarOrder {
    /// As the table lists them.
    #[default]
    Listed,
    /// The largest first.
    Largest,
    /// The smallest first.
    Smallest,
}

/// A line across bars at a value of their axis.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferenceLine {
    /// The value on the axis.
    pub value: f64,
    /// The words at its end.
    pub label: String,
}

/// The kind of a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ChartKind {
    /// Bars of the accepted firms of each district, with the quota marked.
    #[default]
    Progress,
    /// Districts ranked by rate, with the number of missing firms.
    Ranking,
    /// The number of firms that reached each stage, and the fraction of them that reached the next one.
    Stages,
    /// The number of accepted firms over time, with the straight line to the quota and the forecast of the
    /// stages.
    Pace,
    /// A column of the quota table at two times.
    Slope,
    /// The shares of sectors in each area.
    Composition,
    /// The Lorenz curve of amounts over areas, with the Gini coefficient.
    Lorenz,
    /// Location quotients with their confidence intervals, highest first.
    LocationQuotient,
    /// The values of areas against those of their neighbours, with Moran's I.
    MoranScatterplot,
    /// A function of distance with the band of simulations: Ripley's L(r) − r, a K-density, or M, whichever the table holds.
    PointPattern,
    /// A value for each sector in each area, as coloured cells.
    HeatMap,
}

/// The forecast of a pace chart, computed by [`crate::progress::forecast`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForecastSpec {
    /// Whether the forecast is shown.
    pub show: bool,
    /// The probability that a count lies within the band.
    pub confidence: f64,
}

impl Default for ForecastSpec {
    fn default() -> Self {
        Self { show: true, confidence: ForecastOptions::default().confidence }
    }
}

impl Default for ChartSpec {
    fn default() -> Self {
        Self {
            title: None,
            subtitle: None,
            kind: ChartKind::default(),
            programme: None,
            layer: None,
            column: None,
            filter: BTreeMap::new(),
            reference: None,
            most: None,
            before: None,
            ends: Vec::new(),
            forecast: ForecastSpec::default(),
            breaks: Vec::new(),
            palette: None,
            colors: Vec::new(),
            decimals: None,
            names: BTreeMap::new(),
            language: Language::default(),
            unit: None,
            source: Vec::new(),
            alt: None,
            order: BarOrder::Listed,
            reference_lines: Vec::new(),
            en: toml::Table::new(),
            page: PageSize { width_mm: 160.0, height_mm: 100.0, margin_mm: 5.0, ..PageSize::default() },
            theme: Theme { title_pt: 13.0, subtitle_pt: 9.0, ..Theme::default() },
        }
    }
}

impl ChartSpec {
    /// Reads a specification from TOML.
    ///
    /// # Errors
    ///
    /// As [`crate::render::MapSpec::from_toml`].
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::chart::{ChartKind, ChartSpec};
    /// let spec = ChartSpec::from_toml("kind = 'ranking'\ntitle = '完成率排名'", "ranking.toml").unwrap();
    /// assert_eq!(spec.kind, ChartKind::Ranking);
    /// ```
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        let mut spec: Self = from_toml(text, file)?;
        // A theme that says nothing of them leaves a chart its own sizes, smaller than a map's.
        let keys: toml::Table = from_toml(text, file)?;
        let given = |key: &str| keys.get("theme").is_some_and(|theme| theme.get(key).is_some());
        let own = Self::default().theme;
        let is_given = |key: &str| keys.get("page").is_some_and(|page| page.get(key).is_some());
        let usual = match spec.page.preset {
            Some(preset) => PageSize { height_mm: preset.chart_height_mm(), ..spec.page },
            None => Self::default().page,
        };
        for (key, length, usual) in [
            ("width_mm", &mut spec.page.width_mm, usual.width_mm),
            ("height_mm", &mut spec.page.height_mm, usual.height_mm),
            ("margin_mm", &mut spec.page.margin_mm, usual.margin_mm),
        ] {
            if !is_given(key) {
                *length = usual;
            }
        }
        for (key, size, own) in [
            ("title_pt", &mut spec.theme.title_pt, own.title_pt),
            ("subtitle_pt", &mut spec.theme.subtitle_pt, own.subtitle_pt),
        ] {
            if !given(key) {
                *size = own;
            }
        }
        spec.check()?;
        Ok(spec)
    }

    /// Returns an error for the first key that is given and has no effect on the kind of chart.
    ///
    /// # Errors
    ///
    /// As [`crate::render::MapSpec::refuse_keys_without_effect`].
    pub fn refuse_keys_without_effect(&self) -> Result<(), RenderError> {
        keys::refuse_without_effect(self)
    }

    /// Returns a warning about the given keys that have an effect on a chart of a project only, if there are any.
    ///
    /// # Errors
    ///
    /// As [`crate::render::MapSpec::of_project_warning`].
    pub fn of_project_warning(&self) -> Result<Option<String>, RenderError> {
        keys::of_project_warning(self)
    }

    pub(super) fn check(&self) -> Result<(), RenderError> {
        let refused = |key: &str, found: String, expected: &str| {
            Err(RenderError::Setting { key: key.to_owned(), found, expected: expected.to_owned() })
        };
        self.page.check()?;
        self.theme.check()?;
        within("forecast.confidence", self.forecast.confidence, 0.01, 0.999)?;
        within("decimals", self.decimals.unwrap_or(0) as f64, 0.0, 9.0)?;
        if let Some(line) = self.reference_lines.iter().find(|line| !(line.value.is_finite() && line.value >= 0.0)) {
            return refused("reference_lines", line.value.to_string(), "values of 0 or more");
        }
        if self.most == Some(0) {
            return refused("most", "0".to_owned(), "1 or more");
        }
        if !(self.ends.is_empty() || self.ends.len() == 2) {
            return refused(
                "ends",
                format!("{} names", self.ends.len()),
                "two names, of the earlier and the later time",
            );
        }
        if !(self.breaks.is_sorted_by(|one, other| one < other) && self.breaks.iter().all(|bound| bound.is_finite())) {
            return refused("breaks", format!("{:?}", self.breaks), "finite numbers in ascending order");
        }
        Ok(())
    }

    /// Returns the specification with the lengths that the chart would have on A4, and the factor from these to those of the
    /// page.
    pub(super) fn on_a4(&self) -> (Self, f64) {
        let scale = self.page.scale();
        (Self { page: self.page.divided(scale), ..self.clone() }, scale)
    }

    /// Returns the unit of counts.
    pub(super) fn counted(&self) -> &str {
        self.unit.as_deref().unwrap_or_else(|| self.language.pick("家", "firms"))
    }
}

/// A day as TOML writes it, quoted or not.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    use serde::de::Error as _;
    let found = toml::Value::deserialize(deserializer)?;
    let text = match &found {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let day = text.parse::<NaiveDate>();
    day.map(Some).map_err(|_| D::Error::custom(format!("found `{text}`, expected a day such as 2020-06-30")))
}

fn write_day<S: Serializer>(day: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => serializer.serialize_some(&day.to_string()),
        None => serializer.serialize_none(),
    }
}

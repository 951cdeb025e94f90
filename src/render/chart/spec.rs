use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::progress::ForecastOptions;
use crate::render::spec::{Page, from_toml, within};
use crate::render::{Color, Theme};

/// What a chart shows and how. Every key has a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChartSpec {
    /// The heading.
    pub title: Option<String>,
    /// The line below it.
    pub subtitle: Option<String>,
    /// What kind of chart.
    pub kind: ChartKind,
    /// The programme it shows.
    pub programme: Option<String>,
    /// The layer whose areas it shows, of a project; by default the first.
    pub layer: Option<String>,
    /// The column it shows: `location_quotient`, `count`, `share` of a heat map; `rate`, `accepted`, `gap` of a slope chart; any
    /// numbers of a Lorenz curve or a Moran scatterplot; the band of a point pattern, `global` (for all distances at once) or
    /// `pointwise`.
    pub column: Option<String>,
    /// Rows with these words in these columns alone: `sector = "printing_and_dyeing"`.
    pub filter: BTreeMap<String, String>,
    /// What a Lorenz curve compares with: a column of the table; by default all firms of each area where a sector is shown, else
    /// each area alike.
    pub reference: Option<String>,
    /// How many are told apart: sectors of a composition or heat map, rows of location quotients, names in a scatterplot.
    pub most: Option<usize>,
    /// The earlier day of a slope chart, of a project: `2020-06-30`.
    #[serde(deserialize_with = "day", serialize_with = "write_day")]
    pub before: Option<NaiveDate>,
    /// What the two ends of a slope chart are called; by default their days.
    pub ends: Vec<String>,
    /// The forecast of a pace chart.
    pub forecast: ForecastSpec,
    /// Bounds between the classes of a heat map, ascending; by default 0.25, 0.5, 0.8, 1.25, 2, 4 of quotients, else fifths of the
    /// cells.
    pub breaks: Vec<f64>,
    /// Name of the palette of a composition (`OkabeIto`) or heat map (`PuOr` of quotients, else `YlGnBu`).
    pub palette: Option<String>,
    /// The office's own colours, in their place.
    pub colors: Vec<Color>,
    /// Digits behind the point of a slope chart or heat map; by default as many as tell values apart.
    pub decimals: Option<usize>,
    /// What areas and sectors are called, by id or by the name in the table.
    pub names: BTreeMap<String, String>,
    /// The language of what jiju itself writes.
    pub language: Language,
    /// What is counted: `家`.
    pub unit: Option<String>,
    /// Where the figures come from; several lines are allowed.
    pub source: Vec<String>,
    /// Keys that are set otherwise when the figure is drawn in English: its title, its unit.
    pub en: toml::Table,
    /// The size of the page: by default 160 × 100 mm, the width of a text column.
    pub page: Page,
    /// Colours and sizes: keys, or the name of a theme such as `dark`.
    #[serde(deserialize_with = "crate::render::theme::named_or_keys")]
    pub theme: Theme,
}

/// Kinds of chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Firms done by district as bars, the quota marked.
    #[default]
    Progress,
    /// Districts ranked by rate, with the gap in firms.
    Ranking,
    /// Firms that reached each stage, and the part of them that reached the next.
    Stages,
    /// Firms done over time against the straight line to the quota, and where the pace of the last weeks leads.
    Pace,
    /// A column of the quota table at two times.
    Slope,
    /// Shares of sectors in each area.
    Composition,
    /// How unevenly amounts lie over areas, with the Gini coefficient.
    Lorenz,
    /// Location quotients with their intervals, highest first.
    LocationQuotient,
    /// Areas against their neighbours, with Moran's I.
    MoranScatterplot,
    /// Ripley's L(r) − r with the band of simulations.
    PointPattern,
    /// A value of each sector in each area.
    HeatMap,
}

/// The forecast of a pace chart, as [`crate::progress::forecast`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForecastSpec {
    /// Whether there is one.
    pub show: bool,
    /// How many weeks before the as-of date are taken as the pace.
    pub weeks: u32,
    /// The probability that a count lies in the band, if the pace stays.
    pub confidence: f64,
}

impl Default for ForecastSpec {
    fn default() -> Self {
        let ForecastOptions { weeks, confidence } = ForecastOptions::default();
        Self { show: true, weeks, confidence }
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
            en: toml::Table::new(),
            page: Page { width_mm: 160.0, height_mm: 100.0, margin_mm: 5.0 },
            theme: Theme { title_pt: 13.0, subtitle_pt: 9.0, ..Theme::default() },
        }
    }
}

impl ChartSpec {
    /// Reads a specification.
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

    pub(super) fn check(&self) -> Result<(), RenderError> {
        let refused = |key: &str, found: String, expected: &str| {
            Err(RenderError::Setting { key: key.to_owned(), found, expected: expected.to_owned() })
        };
        self.page.check()?;
        self.theme.check()?;
        within("forecast.confidence", self.forecast.confidence, 0.01, 0.999)?;
        within("forecast.weeks", f64::from(self.forecast.weeks), 4.0, 52.0)?;
        within("decimals", self.decimals.unwrap_or(0) as f64, 0.0, 9.0)?;
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

    /// What is counted.
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

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::render::Theme;
use crate::render::spec::{Page, from_toml};

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
    /// Firms that reached each stage.
    Stages,
    /// Firms done over time against the straight line to the quota.
    Pace,
}

impl Default for ChartSpec {
    fn default() -> Self {
        Self {
            title: None,
            subtitle: None,
            kind: ChartKind::default(),
            programme: None,
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
        self.page.check()?;
        self.theme.check()
    }

    /// What is counted.
    pub(super) fn counted(&self) -> &str {
        self.unit.as_deref().unwrap_or_else(|| self.language.pick("家", "firms"))
    }
}

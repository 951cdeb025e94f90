use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::ReadError;

/// The language of figures and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// Returns the first argument if the language is Chinese, the second if it is English.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Returns the BCP 47 language tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}

impl FromStr for Language {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "zh" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            _ => Err(ReadError::UnknownLanguage { found: text.to_owned() }),
        }
    }
}

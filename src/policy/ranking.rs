use std::cmp::Ordering;

use crate::model::Language;

/// The rule by which the districts of a programme are ranked: `[ranking]` of `policy.toml`, by default by rate with ties sharing a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RankingRule {
    /// What the best district has most of; for a gap least.
    pub by: RankedBy,
    /// Whether a rate above 1 counts as 1, so that all districts that met their quota are first.
    pub capped: bool,
    /// What decides between districts that are equal; those that still are tie.
    pub then: Vec<RankedBy>,
    /// What places ties have.
    pub ties: Ties,
}

/// What districts are ranked by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RankedBy {
    /// Accepted firms over the quota, the higher the better.
    #[default]
    Rate,
    /// Firms missing, the fewer the better.
    Gap,
    /// Accepted firms, the more the better.
    Accepted,
}

/// What places ties have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ties {
    /// 1, 1, 3: one more than the number of districts ahead.
    #[default]
    Shared,
    /// 1, 1, 2: one more than the number of places ahead.
    Dense,
}

impl RankedBy {
    /// All, by their words in a policy folder.
    pub const ALL: [(Self, &'static str); 3] = [(Self::Rate, "rate"), (Self::Gap, "gap"), (Self::Accepted, "accepted")];

    const fn words(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Rate, Language::Zh) => "完成率",
            (Self::Rate, Language::En) => "rate",
            (Self::Gap, Language::Zh) => "缺口",
            (Self::Gap, Language::En) => "gap",
            (Self::Accepted, Language::Zh) => "验收完成数",
            (Self::Accepted, Language::En) => "firms accepted",
        }
    }
}

impl Ties {
    /// All, by their words in a policy folder.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Shared, "shared"), (Self::Dense, "dense")];
}

impl RankingRule {
    /// Compares two districts by their accepted firms and their quotas above 0; the better one is less. Rates are compared as fractions,
    /// so that 10/20 and 9/18 are equal.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cmp::Ordering;
    /// use jiju::policy::{RankedBy, RankingRule};
    /// let rule = RankingRule::default();
    /// assert_eq!(rule.compare((10, 20), (9, 18)), Ordering::Equal);
    /// assert_eq!(rule.compare((21, 20), (18, 18)), Ordering::Less); // 105 % before 100 %
    /// let capped = RankingRule { capped: true, then: vec![RankedBy::Accepted], ..rule };
    /// assert_eq!(capped.compare((19, 18), (20, 20)), Ordering::Greater); // both are done, and 20 are more than 19
    /// ```
    #[must_use]
    pub fn compare(&self, one: (u64, u64), other: (u64, u64)) -> Ordering {
        let by = |by: RankedBy| {
            let rate = |(accepted, quota): (u64, u64)| {
                if self.capped { (accepted.min(quota), quota) } else { (accepted, quota) }
            };
            match by {
                RankedBy::Rate => {
                    let ((a, q), (b, r)) = (rate(one), rate(other));
                    (u128::from(b) * u128::from(q)).cmp(&(u128::from(a) * u128::from(r)))
                }
                RankedBy::Gap => one.1.saturating_sub(one.0).cmp(&other.1.saturating_sub(other.0)),
                RankedBy::Accepted => other.0.cmp(&one.0),
            }
        };
        std::iter::once(self.by)
            .chain(self.then.iter().copied())
            .map(by)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Returns the places of districts by their accepted firms and quotas, from 1; `None` for a quota of 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::policy::{RankingRule, Ties};
    /// let districts = [(10, 20), (9, 18), (2, 20), (0, 0)];
    /// let rule = RankingRule::default();
    /// assert_eq!(rule.places(&districts), [Some(1), Some(1), Some(3), None]);
    /// let dense = RankingRule { ties: Ties::Dense, ..rule };
    /// assert_eq!(dense.places(&districts), [Some(1), Some(1), Some(2), None]);
    /// ```
    #[must_use]
    pub fn places(&self, districts: &[(u64, u64)]) -> Vec<Option<u32>> {
        let ranked = |district: &&(u64, u64)| district.1 > 0;
        let place = |own: &(u64, u64)| {
            let mut ahead: Vec<(u64, u64)> =
                districts.iter().filter(ranked).filter(|other| self.compare(**other, *own).is_lt()).copied().collect();
            if self.ties == Ties::Dense {
                ahead.sort_by(|one, other| self.compare(*one, *other));
                ahead.dedup_by(|one, other| self.compare(*one, *other).is_eq());
            }
            u32::try_from(ahead.len() + 1).ok().filter(|_| own.1 > 0)
        };
        districts.iter().map(place).collect()
    }

    /// Returns the rule in words, such as `按完成率，并列同名次`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let then: Vec<&str> = self.then.iter().map(|by| by.words(language)).collect();
        let dense = self.ties == Ties::Dense;
        match language {
            Language::Zh => format!(
                "按{}{}{}，并列同名次{}",
                self.by.words(language),
                if self.capped { "（超额按100%计）" } else { "" },
                if then.is_empty() { String::new() } else { format!("、相同的依次按{}", then.join("、")) },
                if dense { "、其后名次不跳" } else { "" },
            ),
            Language::En => format!(
                "by {}{}{}, ties sharing a place{}",
                self.by.words(language),
                if self.capped { " (at most 100 %)" } else { "" },
                if then.is_empty() { String::new() } else { format!(", then by {}", then.join(", ")) },
                if dense { ", the next one following" } else { "" },
            ),
        }
    }
}

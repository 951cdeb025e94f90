//! Against whom, and since when.

use super::{Text, Writer};
use crate::model::Language;
use crate::model::column::percent;
use crate::project::dossier::headline::Measure;
use crate::project::dossier::since::Changed;
use crate::project::dossier::{say, table};
use crate::report::{Word, Words};

/// The neighbours and companions that are named.
const NAMED: usize = 2;
/// Two orders are alike that share this part of their firsts.
const ALIKE: f64 = 0.8;
/// The years that are counted together.
const PERIOD: i32 = 5;

impl Writer<'_> {
    pub(in crate::project::dossier) fn against(&self) -> Vec<Words> {
        [self.ranked(), self.neighbours()].into_iter().flatten().collect()
    }

    fn ranked(&self) -> Option<Words> {
        let (language, against) = (self.language(), &self.found.against);
        let ranked: Vec<Measure> =
            self.found.base.measures.iter().filter(|one| one.rank.is_some()).map(|one| one.measure).collect();
        if ranked.is_empty() {
            return Some(Words::text(self.pick(
                "同行业企业太少，不参与行业排名。",
                "The trade has too few firms to be ranked among the sectors.",
            )));
        }
        let least = crate::measure::SectorFirms::default().min_sector_firms;
        let mut text = Text::default().say(&language.pick(
            format!("在至少{least}家企业的{}个行业中：", against.sectors),
            format!("Among the {} sectors with {least} firms or more it ranks ", against.sectors),
        ));
        for (place, measure) in ranked.iter().enumerate() {
            let name = self.name(*measure);
            let between = if place == 0 { "" } else { language.pick("，", ", ") };
            text = match language {
                Language::Zh => text.say(&format!("{between}按{name}第")).word(self.cell(*measure, table::RANK)),
                Language::En => text.say(between).word(self.cell(*measure, table::RANK)).say(&format!(" by {name}")),
            };
        }
        text = text.say(language.pick("。", ". "));
        text = text.say(&self.small_ones_ahead().unwrap_or_default());
        if let Some((shared, of)) = against.overlap {
            text = text.say(&match (self.orders_apart(), language) {
                (true, Language::Zh) => format!("全部行业按 γ 的前{of}名与按 K 密度的前{of}名只有{shared}个相同：谁更集聚取决于测度。"),
                (true, Language::En) => format!("Of the first {of} by γ {shared} are among the first {of} by the K-density: who is more concentrated depends on the measure."),
                (false, Language::Zh) => format!("全部行业按 γ 与按 K 密度的前{of}名有{shared}个相同，两种排序基本一致。"),
                (false, Language::En) => format!("Of the first {of} by γ {shared} are among the first {of} by the K-density: the two orders agree."),
            });
        }
        Some(text.words())
    }

    /// Whether the firsts by γ are others than those by the K-density.
    pub(super) fn orders_apart(&self) -> bool {
        self.found.against.overlap.is_some_and(|(shared, of)| (shared as f64) < ALIKE * of as f64)
    }

    /// Of the measure that ranks the trade last: how many of the sectors before it have fewer firms.
    fn small_ones_ahead(&self) -> Option<String> {
        let language = self.language();
        let (_, worst) = self.ranks()?;
        let base = &self.found.base;
        let firms = |sector: &str| {
            let row = crate::project::dossier::desk::row_of(&base.tests, &[("sector", sector)])?;
            crate::project::dossier::desk::number(&base.tests, row, "firms")
        };
        let own = firms(&self.desk.trade.sector)?;
        let ahead: Vec<String> = crate::project::dossier::headline::of_sectors(self.desk, base, worst.measure)
            .into_iter()
            .filter(|(_, value)| worst.value.is_some_and(|own| *value > own))
            .map(|(sector, _)| sector)
            .collect();
        let smaller = ahead.iter().filter(|sector| firms(sector).is_some_and(|firms| firms < own)).count();
        let (name, all) = (self.name(worst.measure), ahead.len());
        (all > 0).then(|| match language {
            Language::Zh => format!("按{name}排在前面的{all}个行业中，{smaller}个企业比它少。"),
            Language::En => format!("Of the {all} sectors before it by {name} {smaller} have fewer firms. "),
        })
    }

    fn neighbours(&self) -> Option<Words> {
        let (language, against) = (self.language(), &self.found.against);
        let block = |id: &str| -> String {
            let found = self.desk.survey.policy.blocks.iter().find(|block| block.term.id == id);
            let district = |adcode: &str| {
                self.desk.survey.policy.district(adcode).map(|found| found.name_zh.clone()).unwrap_or_default()
            };
            found.map_or_else(
                || id.to_owned(),
                |found| match language {
                    Language::Zh => format!("{}{}", district(&found.district), found.term.name_zh),
                    Language::En => found.term.name_en.clone(),
                },
            )
        };
        let near: Vec<String> = against
            .neighbours
            .iter()
            .take(NAMED)
            .map(|one| {
                let (name, far, firms) =
                    (block(&one.id), say::distance(one.distance_m, language), say::decimal(one.firms, 0));
                language.pick(format!("{name}（{far}，{firms}家）"), format!("{name} ({far}, {firms} firms)"))
            })
            .collect();
        let together: Vec<String> = against
            .companions
            .iter()
            .filter(|one| one.coagglomeration > 0.0)
            .take(NAMED)
            .map(|one| {
                let (name, value) = (self.sector(&one.sector), say::decimal(one.coagglomeration, 3));
                language.pick(format!("{name}（{value}）"), format!("{name} ({value})"))
            })
            .collect();
        if near.is_empty() && against.companions.is_empty() {
            return None;
        }
        let layer = say::layer_name(&self.desk.layer, language);
        let near = match (near.is_empty(), language) {
            (true, Language::Zh) => "名录中没有别的块状行业".to_owned(),
            (true, Language::En) => "The register has no other block economy".to_owned(),
            (false, Language::Zh) => format!("按中位中心，最近的块状行业是{}", self.list(&near)),
            (false, Language::En) => format!("By median centres the nearest block economies are {}", self.list(&near)),
        };
        let together = match (together.is_empty(), language) {
            (true, Language::Zh) => format!("；以{layer}计，没有一个行业与它共同集聚（γ^c 均不大于 0）。"),
            (true, Language::En) => format!("; over {layer} no sector agglomerates with it (γ^c is 0 or less of all)."),
            (false, Language::Zh) => format!("；以{layer}计，与它共同集聚最强的是{}（γ^c）。", self.list(&together)),
            (false, Language::En) => {
                format!("; over {layer} those that agglomerate with it most are {} (γ^c).", self.list(&together))
            }
        };
        Some(Words::text(format!("{near}{together}")))
    }

    pub(in crate::project::dossier) fn since(&self) -> Vec<Words> {
        [self.founded(), self.changed()].into_iter().flatten().collect()
    }

    fn founded(&self) -> Option<Words> {
        let language = self.language();
        let Some(founded) = self.found.since.founded.as_ref().filter(|founded| !founded.years.is_empty()) else {
            return Some(Words::text(self.pick(
                "名录没有本块状行业企业的成立日期，何时形成无法判断。",
                "The register has no founding dates of these firms: since when it is cannot be said.",
            )));
        };
        let mut periods: std::collections::BTreeMap<i32, usize> = std::collections::BTreeMap::new();
        founded
            .years
            .iter()
            .for_each(|(year, firms)| *periods.entry(year.div_euclid(PERIOD) * PERIOD).or_default() += firms);
        let all: usize = founded.years.values().sum();
        let (start, most) = periods.iter().rev().max_by_key(|(_, firms)| **firms)?;
        let (end, share) = (start + PERIOD - 1, percent(*most as f64 / all as f64));
        let [own, others] = founded.medians?;
        let (column, missing) = (&founded.column, founded.missing);
        let order = own.cmp(&others);
        Some(Words::text(match language {
            Language::Zh => format!(
                "按“{column}”，成立年份的中位数是{own}年（全部企业{others}年，{}）；{start}至{end}年成立最多，{most}家，占{share}；缺{missing}家。只见现存企业，已注销的不在名录中，越早的年份偏少越多。",
                match order {
                    std::cmp::Ordering::Less => "更早",
                    std::cmp::Ordering::Equal => "相同",
                    std::cmp::Ordering::Greater => "更晚",
                }
            ),
            Language::En => format!(
                "By `{column}` the median year of founding is {own} ({others} of all firms, {}); most, {most} or {share}, were founded from {start} to {end}; {missing} have no date. Only firms that are still there are seen: the earlier the year, the more are missing.",
                match order {
                    std::cmp::Ordering::Less => "earlier than they",
                    std::cmp::Ordering::Equal => "as they",
                    std::cmp::Ordering::Greater => "later than they",
                }
            ),
        }))
    }

    fn changed(&self) -> Option<Words> {
        let language = self.language();
        let Some(change) = &self.found.since.change else {
            return Some(Words::text(
                self.pick("没有早期名录，变化无法判断。", "There is no earlier register: what changed cannot be said."),
            ));
        };
        let (before, after, stayed) = (change.firms_before, change.firms_after, change.stayed);
        let text = Text::default().say(&match language {
            Language::Zh => format!("与{}相比，企业由{before}家变为{after}家，{stayed}家两期都在。", change.file),
            Language::En => format!(
                "Against {} it has {after} firms where it had {before}, {stayed} of them in both. ",
                change.file
            ),
        });
        let one = |name: &str, of: &Changed| -> String {
            let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| say::decimal(value, 3));
            let p = of.p_adjusted.map_or_else(|| "–".to_owned(), |p| say::decimal(p, 3));
            let ends = say::range(of.interval, 3).unwrap_or_else(|| "–".to_owned());
            let told = match (of.is_told, language) {
                (Some(true), Language::Zh) => "有变化",
                (Some(true), Language::En) => "changed",
                (Some(false), Language::Zh) => "不能排除没有变化",
                (Some(false), Language::En) => "no change cannot be excluded",
                (None, Language::Zh) => "未检验",
                (None, Language::En) => "not tested",
            };
            match language {
                Language::Zh => format!(
                    "{name}由{}变为{}（差的区间 {ends}，校正后 p={p}）：{told}",
                    value(of.before),
                    value(of.after)
                ),
                Language::En => format!(
                    "{name} from {} to {} (difference {ends}, adjusted p {p}): {told}",
                    value(of.before),
                    value(of.after)
                ),
            }
        };
        let agree = match (change.quotient.is_told, change.gamma.is_told) {
            (Some(one), Some(other)) if one == other => language.pick("两个测度一致。", "The two agree."),
            (Some(_), Some(_)) => language.pick("两个测度不一致。", "The two disagree."),
            _ => "",
        };
        let quotient = one(&self.name(Measure::QuotientOfFirms), &change.quotient);
        let gamma = one(&self.name(Measure::Gamma), &change.gamma);
        let said = match language {
            Language::Zh => format!("{quotient}；{gamma}。{agree}"),
            Language::En => format!("{quotient}; {gamma}. {agree}"),
        };
        Some(text.word(Word::Text(said)).words())
    }
}

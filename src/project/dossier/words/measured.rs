//! How concentrated.

use super::{Text, Writer};
use crate::model::{Counts, Language};
use crate::project::dossier::desk::{number, row_of};
use crate::project::dossier::headline::{GAMMA_HIGH, GAMMA_LOW, Measure, Measured};
use crate::project::dossier::{say, table};
use crate::report::Words;

impl Writer<'_> {
    pub(in crate::project::dossier) fn concentrated(&self) -> Vec<Words> {
        let parts = [self.quotients(), self.gammas(), self.density(), self.near(), self.undefined()];
        parts.into_iter().flatten().collect()
    }

    fn defined(&self, measure: Measure) -> Option<&Measured> {
        self.measure(measure).filter(|one| one.value.is_some())
    }

    /// A value with its interval, as the table shows them.
    fn valued(&self, text: Text, measure: Measure) -> Text {
        let text = text.word(self.cell(measure, table::VALUE));
        match self.measure(measure).and_then(|one| one.interval) {
            Some(_) => text
                .say(self.language().pick("（", " ("))
                .word(self.cell(measure, table::INTERVAL))
                .say(self.language().pick("）", ")")),
            None => text,
        }
    }

    fn quotients(&self) -> Option<Words> {
        let language = self.language();
        let firms = self.defined(Measure::QuotientOfFirms)?;
        let mut text = Text::default().say(&language.pick(
            format!("{}的区位商按企业数为", self.district()),
            format!("The location quotient of {} is by firms ", self.district()),
        ));
        text = self.valued(text, Measure::QuotientOfFirms);
        if let Some(most) = self.greatest_quotient() {
            let most = say::decimal(most, 2);
            text = text.say(&language.pick(
                format!("（本区企业总数不变时的上限为{most}）"),
                format!(" ({most} at the most for a district of so many firms)"),
            ));
        }
        if let Some(size) = self.defined(Measure::QuotientOfSize) {
            let name = say::amount_name(self.desk.weight.as_deref().unwrap_or_default(), language);
            text = self.valued(
                text.say(&language.pick(format!("，按{name}为"), format!(", by {name} "))),
                Measure::QuotientOfSize,
            );
            text = text.say(match (firms.interval, size.interval) {
                (Some(_), Some(_)) if self.quotients_apart() => language.pick(
                    "：两个区间不重叠，口径不同，程度不同。",
                    ": the intervals do not meet, so that how much depends on what is counted.",
                ),
                (Some(_), Some(_)) => language.pick(
                    "：两个区间重叠，不能说两种口径的程度不同。",
                    ": the intervals overlap, and it cannot be said that the two differ.",
                ),
                _ => language.pick("。", "."),
            });
        } else {
            text = text.say(language.pick(
                "；名录没有规模，按规模的区位商无定义。",
                "; the register has no sizes, by which it is undefined.",
            ));
        }
        Some(text.words())
    }

    /// Whether the intervals of the quotients by firms and by size do not meet.
    pub(super) fn quotients_apart(&self) -> bool {
        let interval = |measure: Measure| self.measure(measure).and_then(|one| one.interval);
        interval(Measure::QuotientOfFirms)
            .zip(interval(Measure::QuotientOfSize))
            .is_some_and(|(one, other)| one.0 > other.1 || other.0 > one.1)
    }

    /// The quotient that no sector of a district of so many firms can exceed: that of one that is nowhere else.
    fn greatest_quotient(&self) -> Option<f64> {
        let cells = &self.found.base.cells;
        let row = row_of(cells, &[("area", self.desk.district()), ("sector", &self.desk.trade.sector)])?;
        let all: f64 = (0..cells.height()).filter_map(|row| number(cells, row, "count")).sum();
        let district = self.found.amounts.of(Counts::FIRMS)?.district;
        number(cells, row, "location_quotient").and((district > 0.0).then(|| all / district))
    }

    fn gammas(&self) -> Option<Words> {
        let language = self.language();
        let gamma = self.defined(Measure::Gamma)?;
        let layer = say::layer_name(&self.desk.layer, language);
        let mut text = Text::default().say(&language.pick(
            format!("以{layer}为单元，Ellison–Glaeser γ 为"),
            format!("Over {layer} Ellison and Glaeser's γ is "),
        ));
        text = self.valued(text, Measure::Gamma);
        let value = gamma.value?;
        let class = if value > GAMMA_HIGH {
            language.pick("高于其“高度集聚”的界限 0.05", "above 0.05, which they call highly concentrated")
        } else if value < GAMMA_LOW {
            language.pick("低于其“不甚集聚”的界限 0.02", "below 0.02, which they call not very concentrated")
        } else {
            language.pick("在其 0.02 至 0.05 的中间区段", "between 0.02 and 0.05, their middle range")
        };
        text = text.say(language.pick("，", ", ")).say(class);
        if self.defined(Measure::MaurelSedillot).is_some() {
            text = text
                .say(language.pick("；Maurel–Sédillot 的估计为", "; Maurel and Sédillot's estimate is "))
                .word(self.cell(Measure::MaurelSedillot, table::VALUE));
        }
        if let Some(coarse) = self.defined(Measure::GammaOfDistricts) {
            let districts = say::layer_name("district", language);
            text = text
                .say(&language.pick(format!("。单元换成{districts}，γ 为"), format!(". Over {districts} γ is ")))
                .word(self.cell(Measure::GammaOfDistricts, table::VALUE));
            let times = coarse.value.map(|coarse| coarse / value).filter(|times| *times > 0.0);
            text = match (times, language) {
                (Some(times), Language::Zh) => {
                    text.say(&format!("，是前者的{}倍：数值取决于单元大小", say::decimal(times, 1)))
                }
                (Some(times), Language::En) => text
                    .say(&format!(", {} times that: its value depends on the size of areas", say::decimal(times, 1))),
                (None, Language::Zh) => text.say("，符号相反：结论取决于单元大小"),
                (None, Language::En) => text.say(", of the other sign: what it says depends on the size of areas"),
            };
        }
        Some(text.say(language.pick("。", ".")).words())
    }

    fn density(&self) -> Option<Words> {
        let language = self.language();
        self.defined(Measure::KDensity)?;
        let tests = &self.found.base.tests;
        let row = row_of(tests, &[("sector", &self.desk.trade.sector)])?;
        let value = self.measure(Measure::KDensity)?.value?;
        let reach = say::distance(self.desk.reach_m(), language);
        let ends = number(tests, row, "from_m").zip(number(tests, row, "to_m")).map(|(from, to)| {
            let (from, to) = (say::distance(from, language), say::distance(to, language));
            language.pick(format!("{from}至{to}"), format!("{from} and {to}"))
        });
        let text = Text::default().say(&language.pick(
            format!("在{reach}内，企业间距离的 K 密度"),
            format!("Up to {reach} the K-density of the distances between firms "),
        ));
        let text = match (ends, value > 0.0, language) {
            (Some(ends), true, Language::Zh) => text.say(&format!("于{ends}超出全局带上沿")),
            (Some(ends), true, Language::En) => text.say(&format!("rises above its global band between {ends}")),
            (Some(ends), false, Language::Zh) => text.say(&format!("于{ends}低于全局带下沿")),
            (Some(ends), false, Language::En) => text.say(&format!("falls below its global band between {ends}")),
            (None, _, Language::Zh) => text.say("没有超出全局带"),
            (None, _, Language::En) => text.say("stays within its global band"),
        };
        let is_to_the_end = number(tests, row, "to_m").is_some_and(|to| to >= self.desk.reach_m());
        let text = match is_to_the_end {
            true => text.say(language.pick("，直到测量的最远处", ", the farthest that was measured")),
            false => text,
        };
        let text = text.say(language.pick("，Γ 为", "; Γ is ")).word(self.cell(Measure::KDensity, table::VALUE));
        let (tested, localised) = (
            self.found.against.sectors,
            self.found.base.said.get("localised").and_then(serde_json::Value::as_u64).unwrap_or(0),
        );
        let text = text
            .say(language.pick("，校正后 p 为", ", p after adjustment "))
            .word(self.cell(Measure::KDensity, table::P));
        let end = match language {
            Language::Zh => format!("；{tested}个行业中有{localised}个的曲线超出上沿。"),
            Language::En => format!("; of {tested} sectors the curves of {localised} rise above theirs."),
        };
        Some(text.say(&end).words())
    }

    fn near(&self) -> Option<Words> {
        let language = self.language();
        let m = self.defined(Measure::M)?;
        let radius = say::distance(self.desk.request.radius.metres(), language);
        let text = Text::default().say(&language.pick(
            format!("{radius}内，企业周围的企业属于同行业的比例是全市的"),
            format!("Within {radius} what stands near its firms is of the trade "),
        ));
        let text = self.valued(text, Measure::M);
        let band = say::range(self.found.base.m_band, 2);
        let end = match (band, language) {
            (Some(band), Language::Zh) => format!("倍（M），随机标签的带为 {band}。"),
            (Some(band), Language::En) => {
                format!(" times as often as in the city (M); the band of random labels is {band}.")
            }
            (None, Language::Zh) => "倍（M）。".to_owned(),
            (None, Language::En) => " times as often as in the city (M).".to_owned(),
        };
        m.value.map(|_| text.say(&end).words())
    }

    /// What is undefined, and why.
    fn undefined(&self) -> Option<Words> {
        let language = self.language();
        let names = self.names(|one| one.value.is_none());
        if names.is_empty() {
            return None;
        }
        let firms = self.found.base.firms;
        let names = self.list(&names);
        Some(Words::text(match language {
            Language::Zh => format!("无定义：{names}（全市同行业有坐标且在区县内的企业{firms}家）。"),
            Language::En => format!("Undefined: {names} (the trade has {firms} firms with a location in a district)."),
        }))
    }
}

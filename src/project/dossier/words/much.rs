//! How much.

use super::{Text, Writer};
use crate::model::{Counts, Language, column};
use crate::project::dossier::amounts::Amount;
use crate::project::dossier::say;
use crate::report::Words;

/// Shares that are farther apart, in points of percent, are said to disagree.
const POINTS_APART: f64 = 0.05;

impl Writer<'_> {
    pub(in crate::project::dossier) fn much(&self) -> Vec<Words> {
        [self.amounts(), self.shares(), self.per_mu(), self.ledger()].into_iter().flatten().collect()
    }

    /// Each amount with its shares.
    fn amounts(&self) -> Option<Words> {
        let language = self.language();
        let (codes, city, district) =
            (self.desk.trade.block.code_prefixes.join(language.pick("、", ", ")), self.city(), self.district());
        let part = |one: &Amount| -> String {
            let name = say::amount_name(one.column, language);
            let amount = say::amount(one.column, one.amount, language);
            let (trade, all) = (say::share(one.of_trade), say::share(one.of_district));
            match language {
                Language::Zh => format!("{name}{amount}（占{city}同行业{trade}、{district}全部{name}{all}）"),
                Language::En => {
                    format!("{name} {amount} ({trade} of the trade in {city}, {all} of all {name} of {district})")
                }
            }
        };
        let amounts = &self.found.amounts.amounts;
        if amounts.is_empty() {
            return Some(Words::text(match language {
                Language::Zh => format!("名录在{district}没有行业代码为{codes}的企业。"),
                Language::En => format!("The register has no firm in {district} with the industry codes {codes}."),
            }));
        }
        let parts: Vec<String> = amounts.iter().map(part).collect();
        let mut said = match language {
            Language::Zh => format!("名录中行业代码为{codes}、位于{district}的：{}。", parts.join("，")),
            Language::En => {
                format!("In the register, with the industry codes {codes} and in {district}: {}.", parts.join("; "))
            }
        };
        let lacking: Vec<String> = amounts
            .iter()
            .filter(|one| one.missing > 0)
            .map(|one| {
                let name = say::amount_name(one.column, language);
                language.pick(format!("{name}缺{}家", one.missing), format!("{name} of {} firms", one.missing))
            })
            .collect();
        if !lacking.is_empty() {
            let lacking = self.list(&lacking);
            said +=
                &language.pick(format!("其中{lacking}，不计入合计。"), format!(" Missing, and in no sum: {lacking}."));
        }
        Some(Words::text(said))
    }

    /// Whether shares of the trade by firms, employees and output are far apart.
    pub(super) fn shares_apart(&self) -> bool {
        let known = [Counts::FIRMS, column::EMPLOYEES, column::OUTPUT_CNY];
        let shares: Vec<f64> = known.iter().filter_map(|name| self.found.amounts.of(name)?.of_trade).collect();
        let (least, most) = shares
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, share| (ends.0.min(*share), ends.1.max(*share)));
        most - least > POINTS_APART
    }

    /// Whether output and taxes per mu are on different sides of those of the district.
    pub(super) fn per_mu_apart(&self) -> bool {
        let per = |name: &str| self.found.amounts.per(name, column::LAND_MU).map(|(own, all)| own > all);
        per(column::OUTPUT_CNY).zip(per(column::TAX_CNY)).is_some_and(|(output, taxes)| output != taxes)
    }

    /// Whether shares by firms and by amounts agree.
    fn shares(&self) -> Option<Words> {
        let language = self.language();
        let known: Vec<(&Amount, f64)> = self
            .found
            .amounts
            .amounts
            .iter()
            .filter(|one| [Counts::FIRMS, column::EMPLOYEES, column::OUTPUT_CNY].contains(&one.column))
            .filter_map(|one| Some((one, one.of_trade?)))
            .collect();
        let least = known.iter().min_by(|one, other| one.1.total_cmp(&other.1))?;
        let most = known.iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
        if known.len() < 2 {
            return Some(Words::text(self.pick(
                "名录没有从业人员和产值，规模只有企业数一种口径。",
                "The register has neither employees nor output: how much it is has one measure, the number of firms.",
            )));
        }
        let name = |one: &Amount| say::amount_name(one.column, language).to_owned();
        let points = say::decimal((most.1 - least.1) * 100.0, 1);
        let mut said = match (self.shares_apart(), language) {
            (true, Language::Zh) => format!(
                "占同行业的比重因口径而异：按{}{}，按{}{}，相差{points}个百分点。",
                name(most.0),
                say::share(Some(most.1)),
                name(least.0),
                say::share(Some(least.1))
            ),
            (true, Language::En) => format!(
                "Its share of the trade depends on the measure: {} by {}, {} by {}, {points} points apart. ",
                say::share(Some(most.1)),
                name(most.0),
                say::share(Some(least.1)),
                name(least.0)
            ),
            (false, Language::Zh) => format!("按{}种口径占同行业的比重相差{points}个百分点，基本一致。", known.len()),
            (false, Language::En) => {
                format!("By {} measures its share of the trade differs by {points} points: they agree. ", known.len())
            }
        };
        said += &self.sizes().unwrap_or_default();
        Some(Words::text(said))
    }

    /// The mean sizes of firms here and of the trade elsewhere.
    fn sizes(&self) -> Option<String> {
        let (firms, size) =
            (self.found.amounts.of(Counts::FIRMS)?, self.found.amounts.of(self.desk.weight.as_deref()?)?);
        let (all_firms, all_size) = (firms.amount / firms.of_trade?, size.amount / size.of_trade?);
        let (others, size_of_others) = (all_firms - firms.amount, all_size - size.amount);
        if others < 0.5 || firms.amount < 0.5 {
            return None;
        }
        let language = self.language();
        let mean = |size: f64, firms: f64| {
            say::amount(self.desk.weight.as_deref().unwrap_or_default(), size / firms, language)
        };
        let (here, elsewhere) = (mean(size.amount, firms.amount), mean(size_of_others, others));
        let name = say::amount_name(size.column, language);
        Some(match language {
            Language::Zh => format!("本地企业平均{name}{here}，市内他处同行{elsewhere}。"),
            Language::En => {
                format!("A firm here has {here} {name} on average, one of the trade elsewhere in the city {elsewhere}.")
            }
        })
    }

    /// Output and taxes per mu against those of the district.
    fn per_mu(&self) -> Option<Words> {
        let language = self.language();
        let found: Vec<(&str, (f64, f64))> = [column::OUTPUT_CNY, column::TAX_CNY]
            .into_iter()
            .filter_map(|name| Some((name, self.found.amounts.per(name, column::LAND_MU)?)))
            .collect();
        if found.is_empty() {
            return Some(Words::text(self.pick(
                "名录没有用地，亩均产值和亩均税收无法计算。",
                "The register has no land: output and taxes per mu cannot be computed.",
            )));
        }
        let district = self.district();
        let parts: Vec<String> = found
            .iter()
            .map(|(name, (own, all))| {
                let title = say::amount_name(name, language);
                let (own, all) = (say::money(*own, language), say::money(*all, language));
                language.pick(
                    format!("亩均{title}{own}（{district}全部企业{all}）"),
                    format!("{title} per mu {own} (all firms of {district} {all})"),
                )
            })
            .collect();
        let above = found.iter().filter(|(_, (own, all))| own > all).count();
        let verdict = match (above, found.len()) {
            (0, _) => self.pick("均低于全区", "below the district"),
            (above, of) if above == of => self.pick("均高于全区", "above the district"),
            _ => self.pick("两者方向相反", "the two point in opposite directions"),
        };
        let (parts, end) = (parts.join(language.pick("，", "; ")), language.pick("。", "."));
        Some(Words::text(say::begun(&format!("{parts}{}{verdict}{end}", language.pick("：", ": ")))))
    }

    /// What the ledger has of it.
    fn ledger(&self) -> Option<Words> {
        let language = self.language();
        let programmes = &self.found.amounts.programmes;
        let parts: Vec<String> = programmes
            .iter()
            .map(|one| {
                let (listed, accepted) = (say::decimal(one.listed, 0), say::decimal(one.accepted, 0));
                match language {
                    Language::Zh => format!("{}列入{listed}家、验收{accepted}家", one.name_zh),
                    Language::En => format!("{}: {listed} listed, {accepted} accepted", one.name_en),
                }
            })
            .collect();
        let text = match (parts.is_empty(), language) {
            (true, Language::Zh) => Text::default().say("管理台账没有本块状行业的企业。"),
            (true, Language::En) => Text::default().say("The ledger has no firm of this block economy."),
            (false, Language::Zh) => Text::default().say(&format!("管理台账：{}。", parts.join("；"))),
            (false, Language::En) => Text::default().say(&format!("In the ledger: {}.", parts.join("; "))),
        };
        Some(text.words())
    }
}

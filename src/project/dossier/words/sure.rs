//! How sure, and what cannot be said.

use super::{Text, Writer};
use crate::model::column::percent;
use crate::model::{Language, column};
use crate::project::dossier::doubt::{MOVED_PATTERNS, MOVED_SIMULATIONS, Moved};
use crate::project::dossier::headline::{GAMMA_DEVIATIONS, Measured};
use crate::project::dossier::{say, table};
use crate::report::Words;

/// A finding that is kept in fewer draws is said to hang on where firms are thought to be.
const OFTEN: f64 = 0.95;
/// Fewer firms are few.
const FEW: u64 = 30;

impl Writer<'_> {
    pub(in crate::project::dossier) fn sure(&self) -> Vec<Words> {
        [self.without_largest(), self.moved(), self.drawn(), self.few()].into_iter().flatten().collect()
    }

    /// The measures whose finding is another one without the largest plant.
    fn turned(&self) -> Vec<String> {
        self.names(|one| {
            let without = self.found.doubt.without(one.measure);
            without.is_some_and(|without| one.finding.is_some() && without.finding != one.finding)
        })
    }

    /// The measure that changes most without the largest plant, with the part by which it does.
    fn changes_most(&self) -> Option<(&Measured, f64)> {
        let part = |one: &Measured| -> Option<f64> {
            let (before, after) = (one.value?, self.found.doubt.without(one.measure)?.value?);
            (before.abs() > f64::EPSILON).then(|| (after - before) / before.abs())
        };
        let parts = self.found.base.measures.iter().filter_map(|one| Some((one, part(one)?)));
        parts.max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()))
    }

    /// The moved measure whose finding is kept in the fewest draws.
    fn least_kept(&self) -> Option<(&Moved, f64)> {
        let kept = self.found.doubt.moved.iter().filter_map(|one| Some((one, one.kept?)));
        kept.min_by(|one, other| one.1.total_cmp(&other.1))
    }

    /// What the conclusion says of robustness.
    pub(super) fn robust_in_short(&self) -> String {
        let language = self.language();
        let mut parts = Vec::new();
        if self.found.doubt.largest.is_some() {
            let turned = self.turned();
            parts.push(match (turned.is_empty(), language) {
                (true, Language::Zh) => "去掉最大企业，结论不变".to_owned(),
                (true, Language::En) => "without the largest plant every finding stands".to_owned(),
                (false, Language::Zh) => format!("去掉最大企业，{}的结论改变", self.list(&turned)),
                (false, Language::En) => {
                    format!("without the largest plant {} find something else", self.list(&turned))
                }
            });
        }
        if let Some((least, kept)) = self.least_kept() {
            let error = say::distance(self.desk.request.location_error.metres(), language);
            let name = self.name(least.measure);
            parts.push(match (kept >= 1.0, language) {
                (true, Language::Zh) => format!("位置随机移动{error}，各次结论都不变"),
                (true, Language::En) => format!("with locations moved by {error} every finding stands in every draw"),
                (false, Language::Zh) => format!("位置随机移动{error}，最不稳的{name}有{}的次数不变", percent(kept)),
                (false, Language::En) => format!(
                    "with locations moved by {error} the least sure, {name}, stands in {} of draws",
                    percent(kept)
                ),
            });
        }
        if parts.is_empty() {
            return String::new();
        }
        let joined = parts.join(language.pick("；", "; "));
        format!("{}{}", say::begun(&joined), language.pick("。", "."))
    }

    fn without_largest(&self) -> Option<Words> {
        let language = self.language();
        let Some(largest) = &self.found.doubt.largest else {
            return Some(Words::text(self.pick(
                "名录没有规模列，最大企业无从去掉。",
                "The register has no sizes: there is no largest plant to leave out.",
            )));
        };
        let weight = self.desk.weight.as_deref().unwrap_or_default();
        let (name, size) = (say::amount_name(weight, language), say::amount(weight, largest.size, language));
        let place = largest.area.clone().unwrap_or_else(|| self.pick("位置不明", "an unknown place"));
        let share = say::share(largest.share);
        let text = Text::default().say(&match language {
            Language::Zh => format!("最大的企业在{place}（{name}{size}，占本块状行业{share}）。去掉它："),
            Language::En => format!(
                "The largest plant stands in {place} ({name} {size}, {share} of the block economy). Without it "
            ),
        });
        let turned = self.turned();
        let text = match (turned.is_empty(), language) {
            (true, Language::Zh) => text.say("没有一个测度的结论改变"),
            (true, Language::En) => text.say("no measure finds anything else"),
            (false, Language::Zh) => text.say(&format!("{}的结论改变", self.list(&turned))),
            (false, Language::En) => text.say(&format!("{} find something else", self.list(&turned))),
        };
        let text = match self.changes_most() {
            Some((one, part)) => {
                let name = self.name(one.measure);
                let text = text.say(
                    &language
                        .pick(format!("；变动最大的是{name}，由"), format!("; what changes most is {name}, from ")),
                );
                let text = text.word(self.cell(one.measure, table::VALUE)).say(language.pick("变为", " to "));
                text.word(self.cell(one.measure, table::WITHOUT))
                    .say(&language.pick(format!("（{}）", percent(part)), format!(" ({})", percent(part))))
            }
            None => text,
        };
        Some(text.say(language.pick("。", ".")).words())
    }

    fn moved(&self) -> Option<Words> {
        let language = self.language();
        let doubt = &self.found.doubt;
        let error = say::distance(self.desk.request.location_error.metres(), language);
        let Some((least, kept)) = self.least_kept() else {
            return Some(Words::text(self.pick(
                "位置没有移动，地理编码误差的影响没有检验。",
                "No location was moved: what their errors do was not tried.",
            )));
        };
        let draws = doubt.moved.iter().map(|one| one.draws).max().unwrap_or(0);
        let patterns = draws.min(MOVED_PATTERNS);
        let shape = match self.desk.request.error_shape {
            crate::stats::ErrorShape::Disc => language.pick("圆盘内均匀", "uniform in a disc"),
            _ => language
                .pick("正态，东西、南北各一个标准差", "normal, that standard deviation to the east and to the north"),
        };
        let fragile = |one: &&Moved| one.kept.is_some_and(|kept| kept < OFTEN);
        let fragile: Vec<String> = doubt.moved.iter().filter(fragile).map(|one| self.name(one.measure)).collect();
        let text = Text::default().say(&match language {
            Language::Zh => format!("全部企业的位置按误差{error}（{shape}）随机移动{draws}次，K 密度和 M 移动{patterns}次："),
            Language::En => format!("All firms were moved at random by an error of {error} ({shape}), {draws} times, of K-density and M {patterns} times: "),
        });
        if kept >= 1.0 {
            let text = text.say(language.pick("每一次每个测度的结论都不变", "every finding stands in every draw"));
            return Some(text.say(&self.moved_amounts()).say(language.pick("。", ".")).words());
        }
        let text = match (fragile.is_empty(), language) {
            (true, Language::Zh) => text.say(&format!(
                "各测度的结论都在{}以上的次数里不变，最少的是{}",
                percent(OFTEN),
                self.name(least.measure)
            )),
            (true, Language::En) => text.say(&format!(
                "every finding stands in {} of draws or more, the least is {}",
                percent(OFTEN),
                self.name(least.measure)
            )),
            (false, Language::Zh) => text.say(&format!(
                "{}的结论取决于企业被放在哪里，最少的{}",
                self.list(&fragile),
                self.name(least.measure)
            )),
            (false, Language::En) => text.say(&format!(
                "what {} find hangs on where firms are put, the least {}",
                self.list(&fragile),
                self.name(least.measure)
            )),
        };
        let text = text
            .say(language.pick("（", " ("))
            .word(self.cell(least.measure, table::KEPT))
            .say(language.pick("）", ")"));
        Some(text.say(&self.moved_amounts()).say(language.pick("。", ".")).words())
    }

    /// How many firms then stand in the district, and how many of them in parks.
    fn moved_amounts(&self) -> String {
        let (language, doubt) = (self.language(), &self.found.doubt);
        let mut said = String::new();
        if let Some([lower, upper]) = doubt.firms_in_district {
            let (lower, upper, district) = (say::decimal(lower, 0), say::decimal(upper, 0), self.district());
            said += &language.pick(
                format!("；落在{district}内的企业为{lower}至{upper}家（95%）"),
                format!("; in {district} there are then {lower} to {upper} firms (95 %)"),
            );
        }
        if let Some([lower, upper]) = doubt.in_parks {
            let (lower, upper) = (percent(lower), percent(upper));
            let before = say::share(self.found.places.in_parks.map(|(share, _)| share));
            said += &language.pick(
                format!("，在园区内的占{lower}至{upper}（移动前{before}）"),
                format!(", {lower} to {upper} of them in parks ({before} before)"),
            );
        }
        said
    }

    /// What is drawn, and what p and intervals are.
    fn drawn(&self) -> Option<Words> {
        let language = self.language();
        let tests = &self.desk.request.tests;
        let (simulations, level, seed) = (tests.simulations, say::decimal(tests.level, 2), tests.seed);
        let least = say::decimal(1.0 / (simulations as f64 + 1.0), 4);
        let sectors = self.found.against.sectors;
        let adjusted = say::adjustment_name(tests.adjust, language);
        let fewest = tests.adjust.fewest_significant(1.0 / (simulations as f64 + 1.0), sectors.max(1), tests.level);
        let floor = match (fewest, language) {
            (Some(1), Language::Zh) => "一个行业单独也可能显著".to_owned(),
            (Some(1), Language::En) => "one sector alone can be significant".to_owned(),
            (Some(fewest), Language::Zh) => format!("至少{fewest}个行业同时达到下限才可能显著"),
            (Some(fewest), Language::En) => format!("none can be significant unless {fewest} reach the least p"),
            (None, Language::Zh) => "没有一个行业可能显著，须增加模拟次数".to_owned(),
            (None, Language::En) => "none can be significant: more simulations are needed".to_owned(),
        };
        let (resamples, deviations) = (self.desk.request.resamples, say::decimal(GAMMA_DEVIATIONS, 0));
        let of_m = crate::project::dossier::headline::simulations_of_m(self.desk);
        let least_of_m = say::decimal(1.0 / (of_m as f64 + 1.0), 3);
        Some(Words::text(match language {
            Language::Zh => format!(
                "K 密度与{simulations}次从全部企业中的抽取相比，p 不低于{least}，对{sectors}个行业按{adjusted}校正，水平 {level}：{floor}。按规模的区位商、γ 和 M 的区间由{resamples}次重抽企业得到，按企业数的区位商由公式得到；γ 超过 {deviations} 个标准差判为异于偶然，区位商以区间不含 1 为准，M 与{of_m}次随机标签的带相比（p 不低于{least_of_m}），Maurel–Sédillot 和基尼系数不作检验。种子 {seed}；移动后的 K 密度只用{MOVED_SIMULATIONS}次模拟，移动后的 M 与原带相比。"
            ),
            Language::En => format!(
                "The K-density is held against {simulations} draws from all firms: p cannot be below {least}, is adjusted for {sectors} sectors ({adjusted}) and held against {level}; {floor}. Intervals of the quotient by size, of γ and of M are of firms drawn again {resamples} times, those of the quotient by firms of a formula. γ is told from chance beyond {deviations} standard deviations, a quotient where its interval leaves out 1, M by the band of {of_m} random labellings (p is {least_of_m} at the least); Maurel and Sédillot's estimate and Gini are not tested. The seed is {seed}; moved K-densities have {MOVED_SIMULATIONS} simulations, moved M the band of the firms as they are."
            ),
        }))
    }

    fn few(&self) -> Option<Words> {
        let language = self.language();
        let (firms, rejected) = (self.found.base.firms, self.found.amounts.rejected);
        let mut said = String::new();
        if firms < FEW {
            said += &language.pick(
                format!("同行业只有{firms}家企业，少于{FEW}家，各测度都不稳。"),
                format!("The trade has {firms} firms, fewer than {FEW}: no measure of it is steady. "),
            );
        }
        if rejected > 0 {
            said += &language.pick(
                format!("名录有{rejected}行被检查退回，不在以上各数中。"),
                format!("{rejected} rows of the register were rejected by its check and are in none of these numbers."),
            );
        }
        (!said.is_empty()).then(|| Words::text(said))
    }

    /// What cannot be said from what is given.
    pub(in crate::project::dossier) fn unsaid(&self) -> Vec<Words> {
        let language = self.language();
        let mut parts: Vec<String> = Vec::new();
        let frame = &self.desk.firms.frame;
        let lacks: Vec<String> =
            [column::EMPLOYEES, column::OUTPUT_CNY, column::TAX_CNY, column::LAND_MU, column::ENERGY_TCE]
                .into_iter()
                .filter(|name| frame.column(name).is_ok_and(|cells| cells.null_count() == cells.len()))
                .map(|name| say::amount_name(name, language).to_owned())
                .collect();
        if !lacks.is_empty() {
            parts.push(
                language.pick(
                    format!("名录没有{}", self.list(&lacks)),
                    format!("the register has no {}", self.list(&lacks)),
                ),
            );
        }
        if self.found.since.founded.is_none() {
            parts.push(self.pick(
                "没有成立日期，先后和进入退出无从知道",
                "without founding dates nothing is known of who came when, and who left",
            ));
        }
        if self.found.since.change.is_none() {
            parts.push(self.pick(
                "没有早期名录，是在集聚还是在分散无从知道",
                "without an earlier register it is not known whether it gathers or spreads",
            ));
        }
        let unplaced = self.desk.firms.frame.column("lon").map_or(0, polars::prelude::Column::null_count);
        if unplaced > 0 {
            parts.push(language.pick(
                format!("{unplaced}家企业没有坐标，不在任何空间测度中"),
                format!("{unplaced} firms have no location and are in no measure of space"),
            ));
        }
        let city = self.city();
        parts.push(language.pick(
            format!("名录止于{city}：市界以外的同行看不见，区位商和排名都以{city}为总体"),
            format!("the register ends at the boundary of {city}: firms beyond it are not seen, and quotients and ranks are against {city}"),
        ));
        parts.push(self.pick(
            "集聚不等于协作：企业之间的供销、用工和技术往来不在名录中",
            "concentration is not cooperation: who supplies, hires and learns from whom is in no register",
        ));
        if self.desk.project.synthetic {
            parts.push(self.pick(
                "企业是随机生成的示例，集聚是生成时放进去的，以上各数不说明任何真实行业",
                "the firms are invented and were made to stand together: nothing here is true of any real industry",
            ));
        }
        let joined = parts.join(language.pick("；", "; "));
        vec![Words::text(format!("{}{}", say::begun(&joined), language.pick("。", ".")))]
    }
}

//! What a dossier says, in sentences that are made from what was measured.

mod compared;
mod measured;
mod much;
mod stands;
mod sure;
mod tested;

use super::desk::Desk;
use super::headline::{Finding, Measure, Measured};
use super::paper::Found;
use super::{say, table};
use crate::model::Language;
use crate::report::{DocumentTable, Word, Words};

/// What writes the sentences.
pub(super) struct Writer<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) found: &'a Found,
    /// The table of measures, whose cells sentences quote.
    pub(super) table: &'a DocumentTable,
}

/// A sentence, or several.
#[derive(Default)]
struct Text(Words);

impl Text {
    fn say(mut self, text: &str) -> Self {
        self.0.add(text);
        self
    }

    fn word(mut self, word: Word) -> Self {
        self.0.0.push(word);
        self
    }

    fn words(self) -> Words {
        self.0
    }
}

impl Writer<'_> {
    fn language(&self) -> Language {
        self.desk.language()
    }

    /// The words of the language.
    fn pick(&self, zh: &str, en: &str) -> String {
        self.language().pick(zh, en).to_owned()
    }

    fn measure(&self, measure: Measure) -> Option<&Measured> {
        self.found.base.measures.iter().find(|one| one.measure == measure)
    }

    /// What the table shows of a measure.
    fn cell(&self, measure: Measure, column: &str) -> Word {
        let row = self.found.base.measures.iter().position(|one| one.measure == measure);
        row.map_or_else(|| Word::Text("–".to_owned()), |row| self.table.word(row, column))
    }

    fn name(&self, measure: Measure) -> String {
        table::measure_name(self.desk, measure)
    }

    fn names(&self, of: impl Fn(&Measured) -> bool) -> Vec<String> {
        self.found.base.measures.iter().filter(|one| of(one)).map(|one| self.name(one.measure)).collect()
    }

    fn list(&self, words: &[String]) -> String {
        say::list(words, self.language())
    }

    /// The name of the district of the block economy.
    pub(super) fn district(&self) -> String {
        let adcode = &self.desk.trade.block.district;
        let found = self.desk.survey.policy.district(adcode);
        found.map_or_else(|| adcode.clone(), |found| self.language().pick(&found.name_zh, &found.name_en).clone())
    }

    /// The name of the block economy; in English names have the district in them.
    pub(super) fn block(&self) -> String {
        let term = &self.desk.trade.block.term;
        self.language().pick(&term.name_zh, &term.name_en).clone()
    }

    fn city(&self) -> String {
        let city = &self.desk.survey.policy.city;
        self.language().pick(&city.name_zh, &city.name_en).clone()
    }

    /// The name of a sector of the policy.
    fn sector(&self, id: &str) -> String {
        let found = self.desk.survey.policy.sectors.iter().find(|sector| sector.term.id == id);
        found.map_or_else(
            || id.to_owned(),
            |found| self.language().pick(&found.term.name_zh, &found.term.name_en).clone(),
        )
    }

    /// The conclusion: how many of the measures that are tested find what, and how far apart they rank the trade.
    pub(super) fn conclusion(&self) -> Vec<Words> {
        let tested: Vec<&Measured> = self.found.base.measures.iter().filter(|one| one.finding.is_some()).collect();
        if tested.is_empty() {
            let said = match self.language() {
                Language::Zh => format!(
                    "{}在名录中有{}家企业，各测度均无定义，能否称为集聚无法判断。",
                    self.full_name(),
                    self.firms()
                ),
                Language::En => format!(
                    "{} has {} firms in the register: every measure is undefined, and whether they are concentrated cannot be said.",
                    self.full_name(),
                    self.firms()
                ),
            };
            return vec![Words::text(said)];
        }
        let of = |finding: Finding| self.names(|one| one.finding == Some(finding));
        let found = [Finding::Concentrated, Finding::Neither, Finding::Dispersed].map(|finding| (finding, of(finding)));
        let groups: Vec<&(Finding, Vec<String>)> = found.iter().filter(|(_, names)| !names.is_empty()).collect();
        let mut text = Text::default();
        let (all, count) = (self.full_name(), tested.len());
        text = match (groups.as_slice(), self.language()) {
            ([(finding, _)], Language::Zh) => {
                text.say(&format!("{all}：{count}个有检验的测度结论一致，均为{}。", finding.words(Language::Zh)))
            }
            ([(finding, _)], Language::En) => {
                text.say(&format!("{all}: the {count} measures with a test agree: {}. ", finding.words(Language::En)))
            }
            (groups, Language::Zh) => {
                let parts: Vec<String> = groups
                    .iter()
                    .map(|(finding, names)| {
                        format!("{}个{}（{}）", names.len(), finding.words(Language::Zh), self.list(names))
                    })
                    .collect();
                text.say(&format!("{all}：{count}个有检验的测度不一致，{}。", parts.join("，")))
            }
            (groups, Language::En) => {
                let parts: Vec<String> = groups
                    .iter()
                    .map(|(finding, names)| {
                        format!("{} {} ({})", names.len(), finding.words(Language::En), self.list(names))
                    })
                    .collect();
                text.say(&format!("{all}: the {count} measures with a test disagree: {}. ", parts.join("; ")))
            }
        };
        if let Some((best, worst)) = self.ranks() {
            let (one, other) = (self.name(best.measure), self.name(worst.measure));
            let same = best.rank.map(|rank| rank.0) == worst.rank.map(|rank| rank.0);
            text = match (same, self.language()) {
                (true, Language::Zh) => {
                    text.say("各测度在全市行业中的排名相同，为第").word(self.cell(best.measure, table::RANK)).say("。")
                }
                (true, Language::En) => text
                    .say("Among the sectors all measures rank it ")
                    .word(self.cell(best.measure, table::RANK))
                    .say(". "),
                (false, Language::Zh) => text
                    .say("在全市行业中的排名因测度而异：")
                    .say(&format!("按{one}第"))
                    .word(self.cell(best.measure, table::RANK))
                    .say(&format!("，按{other}第"))
                    .word(self.cell(worst.measure, table::RANK))
                    .say("。"),
                (false, Language::En) => text
                    .say(&format!("Its rank among the sectors depends on the measure: {one} "))
                    .word(self.cell(best.measure, table::RANK))
                    .say(&format!(", {other} "))
                    .word(self.cell(worst.measure, table::RANK))
                    .say(". "),
            };
        }
        text = text.say(&self.robust_in_short());
        vec![text.words(), Words::text(self.disagreements())]
    }

    /// The measures that are told from chance by their test, and whose interval holds what they are by chance.
    fn doubtful(&self) -> Vec<String> {
        self.names(|one| {
            let is_told = one.finding.is_some_and(|finding| finding != Finding::Neither);
            let holds = |neutral: f64| one.interval.is_some_and(|(lower, upper)| lower <= neutral && neutral <= upper);
            is_told && one.measure.neutral().is_some_and(holds)
        })
    }

    /// The claims whose two measures disagree.
    fn disagreements(&self) -> String {
        let language = self.language();
        let scale = |measure: Measure| self.measure(measure).and_then(|one| one.finding);
        let found = [
            (self.shares_apart(), "占同行业的比重", "the share of the trade"),
            (self.per_mu_apart(), "亩均产值与亩均税收", "output and taxes per mu"),
            (self.parks_apart(), "入园率与园界", "the share in parks and where parks end"),
            (self.centres_apart(), "两个中心", "the two centres"),
            (self.are_hulls_apart(), "两种聚类的外廓", "the hulls of two methods"),
            (self.quotients_apart(), "按企业数与按规模的区位商", "the quotients by firms and by size"),
            (scale(Measure::Gamma) != scale(Measure::GammaOfDistricts), "两种单元的 γ", "γ over small and large areas"),
            (self.orders_apart(), "按 γ 与按 K 密度的排序", "the orders by γ and by the K-density"),
        ];
        let doubtful = self.doubtful();
        let of_intervals = (!doubtful.is_empty()).then(|| {
            let names = self.list(&doubtful);
            language.pick(format!("{names}的检验与区间"), format!("test and interval of {names}"))
        });
        let apart: Vec<String> =
            found.iter().filter(|(is, ..)| *is).map(|(_, zh, en)| language.pick(*zh, *en).to_owned()).collect();
        let apart: Vec<String> = apart.into_iter().chain(of_intervals).collect();
        let (count, all) = (apart.len(), found.len() + 1);
        match (apart.is_empty(), language) {
            (true, Language::Zh) => format!("两种测度相互印证的{all}处都一致。"),
            (true, Language::En) => format!("Of {all} claims that two measures are held against none disagree."),
            (false, Language::Zh) => format!("两种测度相互印证的{all}处中有{count}处不一致：{}。", self.list(&apart)),
            (false, Language::En) => {
                format!("Of {all} claims that two measures are held against {count} disagree: {}.", self.list(&apart))
            }
        }
    }

    /// The district and the block economy, as a reader names them.
    pub(super) fn full_name(&self) -> String {
        match self.language() {
            Language::Zh => format!("{}{}", self.district(), self.block()),
            Language::En => self.block(),
        }
    }

    /// The number of firms of the block economy.
    fn firms(&self) -> String {
        let firms = self.found.amounts.of(crate::model::Counts::FIRMS).map_or(0.0, |one| one.amount);
        say::decimal(firms, 0)
    }

    /// The measures that rank the trade first and last.
    fn ranks(&self) -> Option<(&Measured, &Measured)> {
        let ranked = || self.found.base.measures.iter().filter(|one| one.rank.is_some());
        let best = ranked().min_by_key(|one| one.rank)?;
        // Of several with the same rank, the first of the table.
        let worst = ranked().rev().max_by_key(|one| one.rank)?;
        Some((best, worst))
    }
}

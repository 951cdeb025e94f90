//! What became of the criteria of a test of clusters.

use super::Writer;
use crate::model::Language;
use crate::project::dossier::criteria::{Test, Verdict};
use crate::project::dossier::say;
use crate::report::Words;

impl Writer<'_> {
    pub(in crate::project::dossier) fn tested(&self, test: &Test) -> Vec<Words> {
        let language = self.language();
        let count = |verdict: Verdict| test.criteria.iter().filter(|one| one.verdict == verdict).count();
        let (met, not_met, untold) = (count(Verdict::Met), count(Verdict::NotMet), count(Verdict::CannotBeTold));
        let unverified = test.criteria.iter().filter(|one| !one.criterion.verified).count();
        let all = test.criteria.len();
        let document = &test.test.document;
        let title = language.pick(&document.title_zh, &document.title_en);
        let verdict = match (not_met, untold, language) {
            (0, 0, Language::Zh) => "各条均符合。",
            (0, 0, Language::En) => "It meets every one.",
            (0, _, Language::Zh) => "能否认定无法判断。",
            (0, _, Language::En) => "Whether it would be recognised cannot be told.",
            (_, _, Language::Zh) => "按现有资料不能认定。",
            (_, _, Language::En) => "By what is given it would not be recognised.",
        };
        let mut said = match language {
            Language::Zh => format!(
                "对照《{title}》（{}）{all}条：符合{met}条，不符合{not_met}条，无法判定{untold}条。{verdict}",
                document.number
            ),
            Language::En => format!(
                "Held against the {all} criteria of the {title} ({}): {met} met, {not_met} not met, {untold} cannot be told. {verdict}",
                document.number
            ),
        };
        if unverified > 0 {
            said += &match language {
                Language::Zh => {
                    format!("其中{unverified}条的条文和数值尚待核对原文，未给数值（{}）。", document.read_from)
                }
                Language::En => format!(
                    " The wording and numbers of {unverified} are yet to be verified in the document, and none are given."
                ),
            };
        }
        if let Some(rule) = &test.test.small_and_medium {
            let (employees, revenue) =
                (say::decimal(rule.employees_below, 0), say::money(rule.revenue_cny_below, language));
            said += &match language {
                Language::Zh => format!(
                    "中小企业按从业人员不足{employees}人或营业收入不足{revenue}划分（{}），名录没有营业收入，以产值代替。集聚区的边界没有文件规定：两种聚类的外廓和全区各算一次，三者一致才判定。外廓是围着同行业企业画的，其中的占比偏高。",
                    rule.source
                ),
                Language::En => format!(
                    " Small and medium-sized are firms with fewer than {employees} employees or a revenue below {revenue}, for which output stands in. No document says where the cluster ends: the hulls of both methods and the district are each tried, and a verdict is given where they agree. Hulls are drawn around the trade, so that its share in them is high."
                ),
            };
        }
        vec![Words::text(said)]
    }
}

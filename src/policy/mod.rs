//! Reads a policy folder: quotas, industries, blocks, grounds, stages, and the rule that assigns industry codes to
//! sectors. Each row has its place in the source document.
//!
//! No part of a policy is compiled in; another city or year is another folder.

mod criteria;
mod evaluation;
mod example;
mod faults;
mod folder;
mod head;
mod ranking;
mod read;
mod terms;

pub use criteria::{
    CRITERIA_FILE, ClusterQuantity, ClusterTest, Criterion, SmallAndMedium, TestDocument, cluster_test,
};
pub use evaluation::{
    Amount, EVALUATION_FILE, EvaluationClass, EvaluationRules, EvaluationScope, GroupValue, Indicator, ReferenceValue,
    SharedLand, evaluation_rules,
};
pub use example::{example, skeleton};
pub use folder::files;
pub use ranking::{RankedBy, RankingRule, Ties};
pub use read::read;
pub use terms::{
    BlockEconomy, District, Ground, Instrument, KeyIndustry, Policy, PolicyDocument, Programme, Quota, Sector,
    SensitiveKind, StageTerm, Term, Tier,
};

//! The document of a dossier: its sections, each a question.

use super::against::Against;
use super::amounts::Amounts;
use super::criteria::Test;
use super::desk::Desk;
use super::doubt::Doubt;
use super::figures;
use super::headline::Base;
use super::places::Places;
use super::since::Since;
use super::table;
use super::words::Writer;
use crate::error::Result;
use crate::model::Language;
use crate::report::{Block, Document, Words};

/// Everything that was measured.
pub(super) struct Found {
    pub(super) base: Base,
    pub(super) places: Places,
    pub(super) against: Against,
    pub(super) amounts: Amounts,
    pub(super) since: Since,
    pub(super) doubt: Doubt,
    pub(super) criteria: Option<Test>,
}

/// A document, and where its figures are to stand: behind so many of its blocks.
pub(super) struct Paper {
    pub(super) document: Document,
    pub(super) places: Vec<(usize, &'static str)>,
}

/// Writes what was measured.
pub(super) fn written(desk: &Desk<'_>, found: &Found) -> Result<Paper> {
    let language = desk.language();
    let measures = table::measures(desk, found)?;
    let criteria =
        found.criteria.as_ref().map(|test| Ok::<_, crate::Error>((test, table::criteria(desk, test)?))).transpose()?;
    let writer = Writer { desk, found, table: &measures };
    let mut blocks: Vec<Block> = Vec::new();
    let mut places = Vec::new();
    let mut section = |zh: &str, en: &str, paragraphs: Vec<Words>, figures: &[&'static str]| {
        blocks.push(Block::Heading(1, Words::text(language.pick(zh, en))));
        blocks.extend(paragraphs.into_iter().map(Block::Paragraph));
        places.extend(figures.iter().map(|name| (blocks.len(), *name)));
    };
    section("结论", "Conclusion", writer.conclusion(), &[]);
    section("规模有多大", "How much", writer.much(), &[]);
    section("在哪里", "Where", writer.stands(), &[figures::MAP]);
    section("集聚到什么程度", "How concentrated", writer.concentrated(), &[figures::DENSITY, figures::AREAS]);
    section("与谁相比", "Against whom", writer.against(), &[figures::SECTORS]);
    section("从何时起", "Since when", writer.since(), &[]);
    section("有多可靠", "How sure", writer.sure(), &[]);
    section("不能说明什么", "What it cannot say", writer.unsaid(), &[]);
    if let Some((test, _)) = &criteria {
        section("是否够得上特色产业集群", "Would it be recognised as a cluster", writer.tested(test), &[]);
    }
    let of_sure = blocks.iter().position(|block| matches!(block, Block::Heading(_, words) if words.plain() == language.pick("不能说明什么", "What it cannot say")));
    let title = match language {
        Language::Zh => format!("{}块状行业档案", writer.full_name()),
        Language::En => format!("Dossier of a block economy: {}", writer.full_name()),
    };
    // The table stands at the end of how sure, and figures before it keep their places.
    let at = of_sure.unwrap_or(blocks.len());
    blocks.insert(at, Block::Table(Box::new(measures.clone())));
    for place in &mut places {
        place.0 += usize::from(place.0 > at);
    }
    blocks.extend(criteria.map(|(_, table)| Block::Table(Box::new(table))));
    let project = desk.project;
    let as_of = project.as_of;
    let sources = project.boundary_words().into_iter().map(str::to_owned).chain(project.source_words().iter().cloned());
    let document = Document {
        language,
        masthead: None,
        number: None,
        title,
        subtitle: Some(language.pick(format!("（名录截至{as_of}）"), format!("The register as of {as_of}"))),
        synthetic: project.synthetic,
        blocks,
        headings: table::headings(desk, found.against.sectors),
        sources: sources.chain([found.provenance(desk)]).collect(),
        imprint: None,
        double_sided: false,
        dated: as_of,
    };
    Ok(Paper { document, places })
}

impl Found {
    /// What the dossier was made with: the policy, the program, the seed.
    fn provenance(&self, desk: &Desk<'_>) -> String {
        let (number, version, seed) =
            (&desk.survey.policy.document.number, env!("CARGO_PKG_VERSION"), desk.request.tests.seed);
        match desk.language() {
            Language::Zh => format!("块状行业：{number}；jiju {version}，种子 {seed}"),
            Language::En => format!("block economies: {number}; jiju {version}, seed {seed}"),
        }
    }
}

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::{Point, Reference};

/// An enterprise of the register 企业名录.
#[derive(Debug, Clone, PartialEq)]
pub struct Enterprise {
    /// The row number in the file, as a spreadsheet shows it.
    pub row: u64,
    /// The sheet of that row, where the rows of several sheets were read together.
    pub sheet: Option<Arc<str>>,
    /// Unified social credit code 统一社会信用代码, or a stable surrogate if the workshop has none.
    pub id: Arc<str>,
    /// Whether `id` is a surrogate made by the check.
    pub surrogate_id: bool,
    /// Enterprise name 企业名称.
    pub name: String,
    /// Address 地址.
    pub address: Option<String>,
    /// Location, in the register's reference; `None` if the row has no coordinates.
    pub location: Option<Point>,
    /// The adcode of the declared district 所属区县; `None` if the declared text is not a district of the policy.
    pub district: Option<Arc<str>>,
    /// The declared town 所属乡镇街道, as written in the file.
    pub town: Option<Arc<str>>,
    /// GB/T 4754-2017 code 行业代码.
    pub industry_code: Option<Arc<str>>,
    /// Sector id: as given in the file, or else derived from the industry code by the sector rules.
    pub sector: Option<Arc<str>>,
    /// Employees 从业人数.
    pub employees: Option<f64>,
    /// Output in CNY 产值（元）.
    pub output_cny: Option<f64>,
    /// Tax paid in CNY 税收（元）.
    pub tax_cny: Option<f64>,
    /// Land used in mu 用地（亩）.
    pub land_mu: Option<f64>,
    /// Energy used in tonnes of coal equivalent 能耗（吨标煤）.
    pub energy_tce: Option<f64>,
}

/// The layers whose areas are parks, for the in-park share 入园率. A firm outside them is never taken into the nearest.
pub const PARK_LAYERS: [&str; 2] = ["park", "small_micro_park"];

/// The adcode of the district where each enterprise stands, by the id of the enterprise.
pub type Standing = HashMap<Arc<str>, Arc<str>>;

/// All enterprises of the territory that passed the check, in file order. They are the population of every
/// concentration measure.
#[derive(Debug, Clone)]
pub struct Register {
    /// The file from which the register was read.
    pub source: String,
    /// The reference of the locations: WGS 84, CGCS2000 or a projected metre grid.
    pub reference: Reference,
    enterprises: Vec<Enterprise>,
    by_id: OnceLock<Positions>,
}

impl Register {
    /// Makes a register of enterprises in file order, each with an id of its own.
    #[must_use]
    pub fn new(source: impl Into<String>, reference: Reference, enterprises: Vec<Enterprise>) -> Self {
        Self { source: source.into(), reference, enterprises, by_id: OnceLock::new() }
    }

    /// The enterprises, in file order.
    #[must_use]
    pub fn enterprises(&self) -> &[Enterprise] {
        &self.enterprises
    }

    /// Returns the enterprises, in file order.
    #[must_use]
    pub fn into_enterprises(self) -> Vec<Enterprise> {
        self.enterprises
    }

    /// Returns the position in file order of the enterprise with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        let by_id = self.by_id.get_or_init(|| {
            let mut positions = Positions::default();
            for position in 0..self.enterprises.len() {
                positions.insert(&self.enterprises, position);
            }
            positions
        });
        by_id.of(&self.enterprises, id)
    }

    /// Returns the enterprise with this id.
    #[must_use]
    pub fn enterprise(&self, id: &str) -> Option<&Enterprise> {
        self.enterprises.get(self.position(id)?)
    }
}

/// The position is found again where it is asked for.
impl PartialEq for Register {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, self.reference, &self.enterprises) == (&other.source, other.reference, &other.enterprises)
    }
}

/// Positions of enterprises by their ids, of which it keeps no copy: of millions of firms the ids alone are hundreds of
/// megabytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Positions {
    table: HashTable<usize>,
}

impl Positions {
    fn hash(id: &str) -> u64 {
        FixedState::default().hash_one(id)
    }

    /// Adds the enterprise at a position, which must be new.
    pub(crate) fn insert(&mut self, enterprises: &[Enterprise], position: usize) {
        let id = |position: &usize| enterprises.get(*position).map_or("", |one| &*one.id);
        self.table.insert_unique(Self::hash(id(&position)), position, |position| Self::hash(id(position)));
    }

    /// The position of an id among the same enterprises.
    pub(crate) fn of(&self, enterprises: &[Enterprise], id: &str) -> Option<usize> {
        let is_own = |position: &usize| enterprises.get(*position).is_some_and(|one| *one.id == *id);
        self.table.find(Self::hash(id), is_own).copied()
    }
}

use super::SynthOptions;
use super::chance::{Chance, Stream};
use super::industries::{self, Industry};
use super::parks::{self, PARKS, SMALL_MICRO_PARKS};
use super::towns::{self, Town};
use crate::error::{ReadError, Result};
use crate::join::AreaIndex;
use crate::model::{Area, Areas, Table};
use crate::policy::Policy;

/// Everything that is drawn before the first firm: districts, towns, parks and block economies.
pub(super) struct Setting<'a> {
    pub(super) policy: &'a Policy,
    /// The districts of the policy and no others, in the policy's order.
    pub(super) districts: Areas,
    pub(super) district_index: AreaIndex,
    pub(super) towns: Vec<Town>,
    pub(super) cells: Areas,
    pub(super) cell_index: AreaIndex,
    pub(super) parks: Areas,
    pub(super) small_micro_parks: Areas,
    pub(super) industries: Vec<Industry>,
    pub(super) plans: Vec<DistrictPlan>,
}

/// The distribution of firms in a district.
pub(super) struct DistrictPlan {
    /// The relative number of firms in the district.
    pub(super) weight: f64,
    /// The indices of its towns, and the relative number of firms around each.
    pub(super) towns: Vec<usize>,
    pub(super) town_weights: Vec<f64>,
    /// The indices of its parks, in both layers.
    pub(super) parks: Vec<usize>,
    pub(super) small_micro_parks: Vec<usize>,
    /// The fraction of its firms that belongs to a block economy.
    pub(super) block_share: f64,
    pub(super) blocks: Vec<BlockPlan>,
}

/// The location of a block economy.
pub(super) struct BlockPlan {
    /// The index of the block economy, among those of the policy.
    pub(super) block: usize,
    pub(super) weight: f64,
    pub(super) industries: Vec<Industry>,
    /// The indices of the towns around which it is clustered.
    pub(super) towns: Vec<usize>,
    /// The indices of the parks near these towns.
    pub(super) parks: Vec<usize>,
}

impl<'a> Setting<'a> {
    pub(super) fn draw(
        options: &SynthOptions,
        policy: &'a Policy,
        boundaries: &Areas,
        gazetteer: &Table,
    ) -> Result<Self> {
        let districts = policy_districts(policy, boundaries)?;
        let towns = towns::located(gazetteer, &districts, policy)?;
        let cells = towns::cells(&towns, &districts)?;
        let mut chance = Chance::new(options.seed, Stream::Plan);
        let industries = industries::known(policy);
        let mut plans: Vec<DistrictPlan> =
            (0..districts.len()).map(|district| plan(district, policy, &towns, &industries, &mut chance)).collect();
        let mut chance = Chance::new(options.seed, Stream::Parks);
        let block_towns: Vec<usize> =
            plans.iter().flat_map(|plan| &plan.blocks).flat_map(|block| block.towns.iter().copied()).collect();
        let parks = parks::outlines(&PARKS, &districts, &towns, &block_towns, &mut chance);
        let small_micro_parks = parks::outlines(&SMALL_MICRO_PARKS, &districts, &towns, &block_towns, &mut chance);
        for (plan, district) in plans.iter_mut().zip(&districts.areas) {
            plan.parks = of_parent(&parks, &district.id);
            plan.small_micro_parks = of_parent(&small_micro_parks, &district.id);
            for block in &mut plan.blocks {
                block.parks = near_towns(&parks, &plan.parks, &block.towns, &towns);
            }
        }
        Ok(Self {
            policy,
            district_index: AreaIndex::new(&districts)?,
            cell_index: AreaIndex::new(&cells)?,
            districts,
            towns,
            cells,
            parks,
            small_micro_parks,
            industries,
            plans,
        })
    }
}

/// The boundaries of the policy's districts, in the policy's order.
fn policy_districts(policy: &Policy, boundaries: &Areas) -> Result<Areas> {
    let mut areas = Vec::new();
    let mut missing = Vec::new();
    for district in &policy.districts {
        match boundaries.areas.iter().find(|area| area.id == district.adcode || area.name == district.name_zh) {
            Some(area) => areas.push(Area { id: district.adcode.clone(), ..area.clone() }),
            None => missing.push(district.name_zh.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(Areas { areas, ..boundaries.clone() });
    }
    let message = format!("it has no boundary of {}", missing.join("、"));
    Err(ReadError::Malformed { file: boundaries.source.clone(), format: "district boundaries", message }.into())
}

fn plan(
    district: usize,
    policy: &Policy,
    towns: &[Town],
    industries: &[Industry],
    chance: &mut Chance,
) -> DistrictPlan {
    let adcode = &policy.districts[district].adcode;
    // A district with a larger quota has more firms.
    let shares = policy.programmes.iter().filter_map(|programme| {
        #[expect(clippy::cast_precision_loss, reason = "quotas are small")]
        let share = policy.quota(&programme.term.id, adcode)? as f64 / programme.city_quota.max(1) as f64;
        Some(share)
    });
    let weight = shares.sum::<f64>().max(0.01) * chance.between(0.9, 1.15);
    let members: Vec<usize> = (0..towns.len()).filter(|town| towns[*town].district == district).collect();
    let town_weights = members
        .iter()
        .map(|town| {
            let urban = if towns[*town].name.ends_with("街道") { 2.2 } else { 1.0 };
            urban * chance.log_normal(1.0, 0.5)
        })
        .collect();
    let blocks: Vec<BlockPlan> = policy
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| block.district == *adcode)
        .filter_map(|(position, block)| {
            let label = block.term.name_zh.chars().take(4).collect::<String>();
            let industries = industries::of_prefixes(policy, industries, &block.code_prefixes, &label);
            let weight = chance.between(0.6, 1.4);
            let mut near = members.clone();
            chance.shuffle(&mut near);
            near.truncate(2 + chance.below(3));
            near.sort_unstable();
            (!industries.is_empty()).then_some(BlockPlan {
                block: position,
                weight,
                industries,
                towns: near,
                parks: Vec::new(),
            })
        })
        .collect();
    DistrictPlan {
        weight,
        towns: members,
        town_weights,
        parks: Vec::new(),
        small_micro_parks: Vec::new(),
        block_share: if blocks.is_empty() { 0.0 } else { chance.between(0.28, 0.42) },
        blocks,
    }
}

fn of_parent(layer: &Areas, parent: &str) -> Vec<usize> {
    (0..layer.len()).filter(|position| layer.areas[*position].parent.as_deref() == Some(parent)).collect()
}

/// Of these parks the ones within 6 km of one of the towns.
fn near_towns(layer: &Areas, parks: &[usize], near: &[usize], towns: &[Town]) -> Vec<usize> {
    use geo::Centroid as _;
    parks
        .iter()
        .copied()
        .filter(|park| {
            let Some(center) = layer.areas[*park].geometry.centroid() else { return false };
            near.iter().any(|town| parks::distance_m(center.0.into(), towns[*town].point) < 6000.0)
        })
        .collect()
}

//! Which attributes of a layer identify and name its areas.

use super::super::vector::VectorLayer;
use super::AreaOptions;
use crate::error::{ReadError, Result};

/// Headers that stand for the id, likeliest first.
const ID: &[&str] = &[
    "adcode",
    "区划代码",
    "行政区划代码",
    "行政代码",
    "code",
    "gb",
    "pac",
    "xzqdm",
    "xzqhdm",
    "town_code",
    "park_id",
    "代码",
    "编码",
    "编号",
    "id",
    "fid",
    "objectid",
    "name",
    "名称",
];
const NAME: &[&str] = &[
    "name",
    "名称",
    "行政区名称",
    "xzqmc",
    "mc",
    "town",
    "乡镇街道",
    "镇街",
    "园区名称",
    "园区",
    "区县",
    "name_zh",
    "title",
];
const PARENT: &[&str] = &[
    "parent",
    "parent_id",
    "parent_adcode",
    "district",
    "district_adcode",
    "district_code",
    "所属区县代码",
    "上级代码",
    "city_adcode",
    "所属区县",
];

/// The positions of the columns of a layer.
pub(super) struct AreaColumns {
    pub id: usize,
    pub name: Option<usize>,
    pub parent: Option<usize>,
}

/// The columns that were named, or that their headers stand for.
pub(super) fn choose(layer: &VectorLayer, options: &AreaOptions) -> Result<AreaColumns> {
    if layer.features.is_empty() && layer.columns.is_empty() {
        let (file, message) = (layer.source.clone(), "it has no features".to_owned());
        return Err(ReadError::Malformed { file, format: "areas", message }.into());
    }
    let headers = || layer.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    let missing = |column: &str| ReadError::MissingColumn {
        file: layer.source.clone(),
        column: column.to_owned(),
        available: headers(),
    };
    let named = |wanted: &Option<String>, guesses: &[&str]| -> Result<Option<usize>> {
        match wanted {
            Some(wanted) => match layer.columns.iter().position(|column| column.name == *wanted) {
                Some(position) => Ok(Some(position)),
                None => Err(missing(wanted).into()),
            },
            None => Ok(guesses
                .iter()
                .find_map(|guess| layer.columns.iter().position(|column| column.name.trim().to_lowercase() == *guess))),
        }
    };
    Ok(AreaColumns {
        id: named(&options.id, ID)?.ok_or_else(|| missing("id"))?,
        name: named(&options.name, NAME)?,
        parent: named(&options.parent, PARENT)?,
    })
}

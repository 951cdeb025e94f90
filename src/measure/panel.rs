//! One statistic under several definitions of who is whose neighbour.

use polars::prelude::{Column, DataFrame, DataType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::autocorrelation::Chance;
use super::firms::point_inputs;
use super::neighbours::{NeighbourRule, NeighbourWeighing};
use super::operation::{Input, Operation, operation};
use super::outcome::{Outcome, OutcomeTable};
use crate::declare::{parameters, to_map};
use crate::error::{Error, ProjectError, Result};
use crate::join::Contiguity;
use crate::model::Distance;
use crate::model::json::json;
use crate::source::{AreaSource, PointSource};
use crate::stats::{Adjustment, Transform, majority};

/// A statistic of one column and its neighbours.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[non_exhaustive]
pub enum PanelStatistic {
    /// Moran's I.
    Moran,
    /// Geary's C.
    Geary,
    /// Getis and Ord's G.
    GetisOrdG,
    /// Join counts.
    JoinCount,
    /// Local Moran's I.
    #[default]
    LocalMoran,
    /// Local Geary's C.
    LocalGeary,
    /// Getis and Ord's Gi.
    Gi,
    /// Getis and Ord's Gi*, a unit among its neighbours.
    GiStar,
    /// Local join counts.
    LocalJoinCount,
}

impl PanelStatistic {
    /// The field of its outcome that holds the statistic itself.
    const fn value_field(self) -> &'static str {
        match self {
            Self::Moran | Self::LocalMoran => "i",
            Self::Geary | Self::LocalGeary => "c",
            Self::GetisOrdG | Self::Gi | Self::GiStar => "g",
            Self::JoinCount | Self::LocalJoinCount => "bb",
        }
    }
}

/// One statistic of a column under several definitions of who is whose neighbour: what hangs on the definition.
#[parameters]
#[derive(Default)]
pub struct Panel {
    /// The table, a row for each unit.
    #[flatten]
    pub table: PointSource,
    /// Column with the values.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// Statistic that is compared.
    pub statistic: PanelStatistic,
    /// Which units are neighbours: queen, rook, knn=8, band=5km, or a file of weights; repeated for each definition to
    /// compare [default: queen, rook, knn=4; without areas knn=4, knn=8, knn=16].
    #[parameter(value = "RULE", alias = "with", alias = "rules")]
    pub rule: Vec<NeighbourRule>,
    /// Column with the ids of the weights [default: the first that holds just these, else the order of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Transform of the weights: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o
    /// as they stand [default: r; b for getis-ord-g, join-count, gi, gi-star].
    pub transform: Option<Transform>,
    /// Column with what the values are events of: their rates are compared, standardised for small bases (Assunção and
    /// Reis).
    #[parameter(value = "COLUMN")]
    pub base: Option<String>,
    /// Count units without neighbours in n, with neighbours that sum to 0, as esda does.
    pub keep_islands: bool,
    /// Leave out rows without a value instead of refusing them.
    pub drop_missing: bool,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Adjust p for the number of units, of a local statistic: fdr is the false discovery rate [default: that of the
    /// statistic].
    pub adjust: Option<Adjustment>,
    /// Label units where the adjusted p is at most this, of a local statistic [default: that of the statistic].
    pub level: Option<f64>,
    /// The areas.
    #[flatten]
    pub areas: AreaSource,
    /// Boundaries meet where they come as near, for maps whose neighbours were digitised apart.
    #[parameter(heading = "Neighbours", requires = "areas")]
    pub snap: Option<Distance>,
    /// What each neighbour weighs.
    #[flatten]
    pub weighing: NeighbourWeighing,
}

impl Operation for Panel {
    const NAME: &'static str = "panel";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "One statistic under several kinds of neighbours: what hangs on who is called one?";
    const DEFINITION: &'static str = "the statistic under each definition of neighbours; of a local one the most frequent \
label of each unit, and the share of definitions under which it has it";
    const REMARKS: &'static str = "A result that hangs on who is called a neighbour is none to act on. Of a global \
statistic there is a row for each kind of neighbours, of a local one a row for each unit: its label under each, the most \
frequent, how many agree, and their share.";
    const EXAMPLES: &'static [&'static str] = &[
        "panel towns.csv --value rate --areas towns.geojson",
        "panel towns.csv --value rate --areas towns.geojson --rule queen --rule knn=6 --rule band=15km --format json",
        "panel towns.csv --value rate --statistic moran --rule towns.gal --rule roads.gal",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs.extend(self.rule.iter_mut().filter_map(NeighbourRule::weights).map(Input::Weights));
        inputs.extend(self.weighing.inputs());
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let rules = if self.rule.is_empty() { self.usual_rules() } else { self.rule.clone() };
        let refused =
            |message: String, hint: &str| -> Error { ProjectError::Options { message, hint: hint.to_owned() }.into() };
        if rules.len() < 2 {
            let message = format!("found {} kind of neighbours, expected two or more to compare", rules.len());
            return Err(refused(message, "repeat ‹rule›, such as ‹rule› queen ‹rule› knn=8"));
        }
        if let Some(twice) = rules.iter().enumerate().find(|(place, rule)| rules[..*place].contains(rule)) {
            return Err(refused(
                format!("found `{}` twice, expected kinds that differ", twice.1),
                "give each ‹rule› once",
            ));
        }
        if self.snap.is_some() && !rules.iter().any(|rule| matches!(rule, NeighbourRule::Contiguity(_))) {
            let message = "‹snap› is of areas whose boundaries meet, and no rule looks at boundaries".to_owned();
            return Err(refused(message, "leave out ‹snap›, or give ‹rule› queen"));
        }
        let columns: Vec<PanelColumn> = rules.iter().map(|rule| self.under(rule)).collect::<Result<_>>()?;
        let mut outcome = Outcome { notes: notes(&columns), ..Outcome::default() };
        outcome.scalars.insert("statistic".to_owned(), json!(self.statistic));
        let rows: Vec<Value> = columns.iter().map(|column| self.row(column)).collect();
        outcome.scalars.insert("weights".to_owned(), Value::Array(rows));
        if let Some(ids) = columns.first().and_then(PanelColumn::ids) {
            let units = units(&ids, &columns);
            outcome.scalars.insert("units".to_owned(), json!(units));
            let mut table = OutcomeTable::hidden("units", units_frame(&units, &columns)?);
            // Of the same units under each definition, where one of them says it.
            let tables = columns.iter().filter_map(|column| column.outcome.tables.first());
            table.places = tables.filter_map(|own| own.places.clone()).next();
            outcome.tables.push(table);
        }
        outcome.tables.push(OutcomeTable::hidden("weights", self.weights_frame(&columns)?));
        let of: Vec<Value> =
            columns.iter().map(|column| json!({ "weights": column.weights, "of": column.outcome.manifest })).collect();
        outcome.manifest.insert("weights".to_owned(), Value::Array(of));
        outcome.manifest.insert("seed".to_owned(), json!(self.chance.seed));
        Ok(outcome)
    }
}

/// The outcome of a statistic under one definition of neighbours.
struct PanelColumn {
    /// The definition.
    weights: String,
    /// The result.
    outcome: Outcome,
}

impl PanelColumn {
    /// The ids of the units of a local statistic; none of a global one.
    fn ids(&self) -> Option<Vec<String>> {
        let ids = self.outcome.tables.first()?.frame.column("id").ok()?.str().ok()?;
        Some(ids.iter().map(|id| id.unwrap_or_default().to_owned()).collect())
    }

    /// The labels of the units of a local statistic, where it has any.
    fn labels(&self) -> Option<Vec<Option<String>>> {
        let labels = self.outcome.tables.first()?.frame.column("label").ok()?.str().ok()?;
        Some(labels.iter().map(|label| label.map(str::to_owned)).collect())
    }

    fn number(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| self.outcome.scalars.get(*name)).and_then(Value::as_f64)
    }
}

/// The labels of a unit under several definitions of neighbours.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct PanelUnit {
    id: String,
    /// The label under each definition; none for an island.
    labels: Vec<Option<String>>,
    /// The most frequent label; of those as frequent that of the first definition.
    label: Option<String>,
    /// Under how many definitions it is called so.
    agreeing: usize,
    /// The number of definitions that agree, as a share of all.
    robust_share: f64,
}

impl Panel {
    fn usual_rules(&self) -> Vec<NeighbourRule> {
        let contiguity = NeighbourRule::Contiguity;
        match self.areas.areas {
            Some(_) => {
                vec![contiguity(Contiguity::Queen), contiguity(Contiguity::Rook), NeighbourRule::Nearest(4)]
            }
            None => [4, 8, 16].map(NeighbourRule::Nearest).to_vec(),
        }
    }

    /// The statistic under one definition of neighbours.
    fn under(&self, rule: &NeighbourRule) -> Result<PanelColumn> {
        let name = self.statistic.to_string();
        let declaration = operation(&name).ok_or_else(|| ProjectError::Unknown {
            what: "operation",
            found: name.clone(),
            available: super::OPERATIONS.iter().map(|declaration| declaration.name.to_owned()).collect(),
        })?;
        let mut given = to_map(self);
        given.remove("statistic");
        given.remove("rule");
        if !matches!(rule, NeighbourRule::Contiguity(_)) {
            given.remove("snap");
        }
        let (parameter, value) = rule.parameter();
        given.insert(parameter.to_owned(), value);
        let mut prepared = (declaration.prepare)(given)?;
        // Data in memory has no name by which it could be found again.
        for input in prepared.inputs() {
            match (input, rule, &self.areas.areas) {
                (Input::Table(table), ..) => table.clone_from(&self.table.table),
                (Input::Areas(own), _, Some(areas)) => own.clone_from(areas),
                (Input::Weights(own), NeighbourRule::Weights(weights), _) => own.clone_from(weights),
                _ => {}
            }
        }
        Ok(PanelColumn { weights: rule.to_string(), outcome: prepared.run()? })
    }

    /// The numbers of units, of islands, and of neighbours of a unit in the mean; then statistic, expectation, z and p
    /// where it is global.
    fn numbers(&self, column: &PanelColumn) -> Vec<(&'static str, Option<f64>)> {
        let islands = column.outcome.scalars.get("islands").and_then(Value::as_array).map(|list| list.len() as f64);
        let ids = column.ids();
        let units = match &ids {
            Some(ids) => Some(ids.len() as f64),
            // Islands that are left out are not counted in n.
            None => column.number(&["n"]).map(|n| if self.keep_islands { n } else { n + islands.unwrap_or(0.0) }),
        };
        let mut numbers =
            vec![("units", units), ("islands", islands), ("mean_neighbours", column.number(&["mean_neighbours"]))];
        if ids.is_none() {
            numbers.extend([
                ("statistic", column.number(&[self.statistic.value_field()])),
                ("expected", column.number(&["expected", "expected_bb"])),
                ("z", column.number(&["z_randomisation", "z_bb"])),
                ("p", column.number(&["p_randomisation", "p_bb"])),
                ("p_permutation", column.number(&["p_permutation"])),
            ]);
        }
        numbers
    }

    /// The outcome of one definition, as JSON.
    fn row(&self, column: &PanelColumn) -> Value {
        let mut row = Map::new();
        row.insert("weights".to_owned(), json!(column.weights));
        row.insert("transform".to_owned(), column.outcome.scalars.get("transform").cloned().unwrap_or_default());
        for (name, number) in self.numbers(column) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of units")]
            let said = match name {
                "units" | "islands" => json!(number.map(|number| number as u64)),
                _ => json!(number),
            };
            row.insert(name.to_owned(), said);
        }
        row.insert("manifest".to_owned(), Value::Object(column.outcome.manifest.clone()));
        Value::Object(row)
    }

    /// A row for each definition.
    fn weights_frame(&self, columns: &[PanelColumn]) -> Result<DataFrame> {
        let names: Vec<&str> = columns.iter().map(|column| column.weights.as_str()).collect();
        let mut frame = vec![Column::new("weights".into(), names)];
        let rows: Vec<_> = columns.iter().map(|column| self.numbers(column)).collect();
        for (place, (name, _)) in rows.iter().take(1).flatten().enumerate() {
            let numbers: Vec<Option<f64>> = rows.iter().map(|row| row[place].1).collect();
            let column = Column::new((*name).into(), numbers);
            frame.push(match *name {
                "units" | "islands" => column.cast(&DataType::UInt64).map_err(Error::table(*name))?,
                _ => column,
            });
        }
        DataFrame::new_infer_height(frame).map_err(Error::table("the panel"))
    }
}

/// The notes of the definitions: once for a note of all definitions, with their names for a note of some.
fn notes(columns: &[PanelColumn]) -> Vec<String> {
    let shared = |note: &&String| columns.iter().all(|column| column.outcome.notes.contains(note));
    let first = columns.iter().take(1).flat_map(|column| &column.outcome.notes);
    let mut notes: Vec<String> = first.filter(shared).cloned().collect();
    for PanelColumn { weights, outcome } in columns {
        let own = outcome.notes.iter().filter(|note| !shared(note));
        notes.extend(own.map(|note| format!("{weights}: {note}")));
    }
    notes
}

fn units(ids: &[String], columns: &[PanelColumn]) -> Vec<PanelUnit> {
    let labels: Vec<Option<Vec<Option<String>>>> = columns.iter().map(PanelColumn::labels).collect();
    let of_unit = |(unit, id): (usize, &String)| {
        let labels: Vec<Option<String>> =
            labels.iter().map(|labels| labels.as_ref().and_then(|labels| labels.get(unit)?.clone())).collect();
        let known: Vec<&String> = labels.iter().flatten().collect();
        let (label, agreeing) = match majority(&known) {
            Some((label, count)) => (Some((*label).clone()), count),
            None => (None, 0),
        };
        let robust_share = agreeing as f64 / columns.len() as f64;
        PanelUnit { id: id.clone(), label, agreeing, robust_share, labels }
    };
    ids.iter().enumerate().map(of_unit).collect()
}

/// A row for each unit, with a column of labels for each definition.
fn units_frame(units: &[PanelUnit], columns: &[PanelColumn]) -> Result<DataFrame> {
    let ids: Vec<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
    let mut frame = vec![Column::new("id".into(), ids)];
    for (place, column) in columns.iter().enumerate() {
        let labels: Vec<Option<&str>> = units.iter().map(|unit| unit.labels[place].as_deref()).collect();
        frame.push(Column::new(column.weights.as_str().into(), labels));
    }
    frame.push(Column::new("label".into(), units.iter().map(|unit| unit.label.as_deref()).collect::<Vec<_>>()));
    frame.push(Column::new("agreeing".into(), units.iter().map(|unit| unit.agreeing as u64).collect::<Vec<_>>()));
    frame.push(Column::new("robust_share".into(), units.iter().map(|unit| unit.robust_share).collect::<Vec<_>>()));
    DataFrame::new_infer_height(frame).map_err(Error::table("the panel"))
}

//! What changed between two registers, two ledgers, or the output folders of two runs.

mod firms;
mod folders;
mod ledgers;
mod registers;

use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame};

use super::file::{self, PROJECT_FILE};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::{DeclaredReference, Distance, LEDGER_COLUMNS, Language, column};
use crate::policy;
use crate::report::{self, Headings, Workbook, WorkbookSheet};
use crate::source::{self, AreaLayers, TableOptions};

/// Two states of a register, a ledger, or the output folder of a run, and what is asked of them.
///
/// Of registers: firms that entered, left, moved, changed their code or their name, were merged or split. Of ledgers: firms that were
/// entered or left, whose stage went on, and as problems those whose stage went back or that left after they had been accepted. Of
/// folders: numbers, sentences, lists and figures.
#[parameters]
pub struct DiffRequest {
    /// The earlier register, ledger or output folder.
    #[parameter(value = "OLD", positional, required)]
    pub old: PathBuf,
    /// The later one.
    #[parameter(value = "NEW", positional, required)]
    pub new: PathBuf,
    /// The policy folder, which knows the stages of a ledger [default: that of jiju.toml].
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// Reference of the coordinates of both registers [default: the file's own, else wgs84].
    pub crs: Option<DeclaredReference>,
    /// Layers of areas, such as parks: a firm that moved is told from which area and into which, the first layer that holds it.
    #[flatten]
    pub layers: AreaLayers,
    /// The distance from which on a firm has moved; less is an error of the address.
    pub moved: Distance,
    /// The distance within which firms stand in one place, when they merged or split.
    pub beside: Distance,
    /// Language of the workbook.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
}

impl Default for DiffRequest {
    fn default() -> Self {
        Self {
            old: PathBuf::new(),
            new: PathBuf::new(),
            policy: None,
            crs: None,
            layers: AreaLayers::default(),
            moved: Distance::from_metres(100.0),
            beside: Distance::from_metres(50.0),
            lang: None,
        }
    }
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// An accepted firm is gone from the ledger.
    AcceptedGone,
    /// A firm is at an earlier stage than before.
    StageBack,
    /// The same firm has another code.
    Recoded,
    /// Several firms became one.
    Merged,
    /// A firm became several.
    Split,
    /// A firm stands elsewhere.
    Moved,
    /// A firm has another name.
    Renamed,
    /// A firm is new.
    Entered,
    /// A firm is there no more.
    Left,
    /// A firm is at a later stage.
    StageForward,
    /// Another cell of an entry changed.
    Cell,
    /// A number of a table changed.
    Number,
    /// A row of a table is new.
    RowEntered,
    /// A row of a table is there no more.
    RowLeft,
    /// A sentence of the bulletin is new.
    SentenceEntered,
    /// A sentence of the bulletin is there no more.
    SentenceLeft,
    /// A figure is new, gone, or drawn otherwise.
    Figure,
    /// An input of the run is another.
    Input,
}

impl ChangeKind {
    /// Returns the word used in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::AcceptedGone => "accepted_gone",
            Self::StageBack => "stage_back",
            Self::Recoded => "recoded",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
            Self::Entered => "entered",
            Self::Left => "left",
            Self::StageForward => "stage_forward",
            Self::Cell => "cell",
            Self::Number => "number",
            Self::RowEntered => "row_entered",
            Self::RowLeft => "row_left",
            Self::SentenceEntered => "sentence_entered",
            Self::SentenceLeft => "sentence_left",
            Self::Figure => "figure",
            Self::Input => "input",
        }
    }

    /// Returns the name for readers.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::AcceptedGone => ("已验收企业退出台账", "accepted firm gone from the ledger"),
            Self::StageBack => ("验收环节倒退", "stage went back"),
            Self::Recoded => ("代码变更", "another code"),
            Self::Merged => ("合并", "merged"),
            Self::Split => ("分立", "split"),
            Self::Moved => ("搬迁", "moved"),
            Self::Renamed => ("更名", "renamed"),
            Self::Entered => ("新增", "entered"),
            Self::Left => ("退出", "left"),
            Self::StageForward => ("验收环节推进", "stage went on"),
            Self::Cell => ("内容变更", "cell changed"),
            Self::Number => ("数字变化", "number changed"),
            Self::RowEntered => ("名单新增", "row entered"),
            Self::RowLeft => ("名单退出", "row left"),
            Self::SentenceEntered => ("新增语句", "sentence entered"),
            Self::SentenceLeft => ("删去语句", "sentence left"),
            Self::Figure => ("图件变化", "figure changed"),
            Self::Input => ("输入变化", "input changed"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// Whether somebody has to look into it: what was accepted cannot become less.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::AcceptedGone | Self::StageBack)
    }
}

/// A change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The kind of change; `None` only in a value that is not filled in yet.
    pub kind: Option<ChangeKind>,
    /// The id of the firm, or the table.
    pub id: String,
    /// The name of the firm, or the row of the table.
    pub name: Option<String>,
    /// The programme of a ledger entry.
    pub programme: Option<String>,
    /// The name of the programme for readers.
    pub programme_name: Option<String>,
    /// The column that changed, where one did.
    pub column: Option<String>,
    /// The name of the column for readers.
    pub column_name: Option<String>,
    /// What was there before.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
    /// How far a firm moved, in metres; of a number by how much it rose.
    pub amount: Option<f64>,
    /// The area in which a firm stood.
    pub from_area: Option<String>,
    /// The area in which it stands.
    pub to_area: Option<String>,
    /// What the change was told by: code, name, place.
    pub evidence: Option<String>,
    /// The row of the old table, as a spreadsheet shows it.
    pub old_row: Option<u64>,
    /// The row of the new table.
    pub new_row: Option<u64>,
}

/// What changed.
#[derive(Debug, Clone)]
pub struct DiffOutcome {
    /// The changes: problems first, then by kind, then in the order of the tables.
    pub changes: Vec<Change>,
    /// The changes as a table.
    pub rows: DataFrame,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// The files that were read.
    pub inputs: Vec<PathBuf>,
    /// Whether no change is a problem.
    pub is_clean: bool,
}

/// Finds what changed between two registers, two ledgers, or the output folders of two runs.
///
/// # Errors
///
/// What reading refuses; [`ProjectError::Options`] where a folder is compared with a file, a register with a ledger, or a ledger without a
/// policy.
pub fn diff(request: &DiffRequest) -> Result<DiffOutcome> {
    let refused = |message: &str, hint: &str| -> Error {
        ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
    };
    let language = request.lang.unwrap_or_default();
    let (old, new) = (&request.old, &request.new);
    let mut inputs = vec![old.clone(), new.clone()];
    let (mut changes, notes) = if old.is_dir() || new.is_dir() {
        if !(old.is_dir() && new.is_dir()) {
            return Err(refused(
                "found a folder and a file",
                "compare two registers, two ledgers or two output folders",
            ));
        }
        inputs = Vec::new();
        folders::changes(old, new, language)?
    } else {
        match (is_ledger(old)?, is_ledger(new)?) {
            (false, false) => {
                inputs.extend(request.layers.layers()?.iter().filter_map(|layer| layer.file.file()));
                registers::changes(request)?
            }
            (true, true) => {
                let project = Path::new(PROJECT_FILE);
                let folder = match &request.policy {
                    Some(folder) => folder.clone(),
                    None if project.is_file() => file::read(project)?.policy,
                    None => {
                        return Err(refused(
                            "two ledgers cannot be compared without the stages of a policy",
                            "give ‹policy›, or run it in the folder of a project",
                        ));
                    }
                };
                inputs.extend(policy::files(&folder));
                ledgers::changes(old, new, &policy::read(&folder)?, language)?
            }
            _ => return Err(refused("found a register and a ledger", "compare two registers or two ledgers")),
        }
    };
    changes.sort_by_key(|change| change.kind);
    let is_clean = !changes.iter().any(|change| change.kind.is_some_and(ChangeKind::is_problem));
    let rows = frame(&changes, language)?;
    Ok(DiffOutcome { changes, rows, notes, inputs, is_clean })
}

/// Whether a table has the columns by which a ledger is known.
fn is_ledger(path: &Path) -> Result<bool> {
    if source::is_vector(path) {
        return Ok(false);
    }
    let source = source::TableSource { file: path.to_owned(), ..source::TableSource::default() };
    let table = source::table(path, &TableOptions { ..source.options_for(&[]) })?;
    let headers = table.columns();
    let has = |name: &str| {
        LEDGER_COLUMNS.iter().any(|definition| definition.name == name && definition.header_in(&headers).is_some())
    };
    Ok(has("programme") && has("stage"))
}

/// Makes a table of changes, with the columns `change`, `change_name`, `is_problem`, `id`, `name`, `programme`, `programme_name`, `column`,
/// `column_name`, `before`, `after`, `amount`, `from_area`, `to_area`, `evidence`, `old_row`, `new_row`; those that no change fills are left out.
fn frame(changes: &[Change], language: Language) -> Result<DataFrame> {
    let text = |name: &str, cell: &dyn Fn(&Change) -> Option<String>| {
        Column::new(name.into(), changes.iter().map(cell).collect::<Vec<_>>())
    };
    let row = |name: &str, cell: fn(&Change) -> Option<u64>| {
        Column::new(name.into(), changes.iter().map(cell).collect::<Vec<_>>())
    };
    let is_problem: Vec<bool> = changes.iter().map(|change| change.kind.is_some_and(ChangeKind::is_problem)).collect();
    let mut columns = vec![
        text("change", &|change| change.kind.map(|kind| kind.key().to_owned())),
        text("change_name", &|change| change.kind.map(|kind| kind.name(language).to_owned())),
        Column::new("is_problem".into(), is_problem),
        text(column::ID, &|change| Some(change.id.clone())),
        text(column::NAME, &|change| change.name.clone()),
        text(column::PROGRAMME, &|change| change.programme.clone()),
        text("programme_name", &|change| change.programme_name.clone()),
        text("column", &|change| change.column.clone()),
        text("column_name", &|change| change.column_name.clone()),
        text("before", &|change| change.before.clone()),
        text("after", &|change| change.after.clone()),
        Column::new("amount".into(), changes.iter().map(|change| change.amount).collect::<Vec<_>>()),
        text("from_area", &|change| change.from_area.clone()),
        text("to_area", &|change| change.to_area.clone()),
        text("evidence", &|change| change.evidence.clone()),
        row("old_row", |change| change.old_row),
        row("new_row", |change| change.new_row),
    ];
    let always = ["change", "change_name", "is_problem", column::ID, column::NAME];
    columns.retain(|column| always.contains(&column.name().as_str()) || column.null_count() < column.len());
    DataFrame::new(changes.len(), columns).map_err(Error::table("the changes"))
}

/// The workbook of changes: how many there are of each kind, who moved from where to where, then a sheet for each kind.
///
/// # Errors
///
/// What [`report::workbook`] refuses.
pub fn diff_workbook(request: &DiffRequest, outcome: &DiffOutcome) -> Result<Vec<u8>> {
    let language = request.lang.unwrap_or_default();
    let mut kinds: Vec<ChangeKind> = outcome.changes.iter().filter_map(|change| change.kind).collect();
    kinds.dedup();
    let of_kind = |kind: ChangeKind| -> Vec<Change> {
        outcome.changes.iter().filter(|change| change.kind == Some(kind)).cloned().collect()
    };
    let sheet = |name: &str, about: String, frame: DataFrame, printed: usize| WorkbookSheet {
        printed,
        ..WorkbookSheet::new(name, &about, frame)
    };
    let counts: Vec<u64> = kinds.iter().map(|kind| of_kind(*kind).len() as u64).collect();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name(language)).collect();
    let problems: Vec<Option<&str>> =
        kinds.iter().map(|kind| kind.is_problem().then_some(language.pick("问题", "problem"))).collect();
    let summary = DataFrame::new(
        kinds.len(),
        vec![
            Column::new("change_name".into(), names),
            Column::new("rows".into(), counts),
            Column::new("severity_name".into(), problems),
        ],
    );
    let mut sheets = vec![sheet(
        language.pick("汇总", "summary"),
        language.pick("各类变化的数量", "How many changes there are of each kind").to_owned(),
        summary.map_err(Error::table("the changes"))?,
        3,
    )];
    if let Some(flows) = flows(&of_kind(ChangeKind::Moved))? {
        let about = language.pick("搬迁流向：由何处迁往何处", "Relocation flows: from where to where");
        sheets.push(sheet(language.pick("搬迁流向", "flows"), about.to_owned(), flows, 4));
    }
    for kind in kinds {
        let rows = readable(&frame(&of_kind(kind), language)?, language)?;
        let name: String = kind.name(language).chars().take(31).collect();
        let printed = rows.width();
        sheets.push(sheet(&name, kind.name(language).to_owned(), rows, printed));
    }
    // Two files of one name are told by their folders.
    let (old, new) = (source::told_name(&request.old), source::told_name(&request.new));
    let whole = |path: &Path| path.display().to_string();
    let (old, new) = if old == new { (whole(&request.old), whole(&request.new)) } else { (old, new) };
    let is_of_folders = request.old.is_dir();
    let heading = |name: &str, zh: &str, en: &str| (name.to_owned(), language.pick(zh, en).to_owned());
    let mut headings = vec![heading("column_name", "列", "column")];
    if is_of_folders {
        headings.push(heading(column::ID, "表、图或文件", "table, figure or file"));
        headings.push(heading(column::NAME, "行", "row"));
        headings.push(heading("amount", "增减", "by how much"));
    }
    report::workbook(&Workbook {
        title: language.pick("两期对比", "What changed").to_owned(),
        language,
        as_of: String::new(),
        document: language.pick(format!("由{old}到{new}"), format!("from {old} to {new}")),
        synthetic: false,
        sources: vec![old, new],
        headings: Headings::new(headings),
        sheets,
    })
}

/// The rows of a sheet: without what all of them share and without codes that have names, what they were told by in words.
fn readable(frame: &DataFrame, language: Language) -> Result<DataFrame> {
    let mut left_out = vec!["change", "change_name", "is_problem"];
    for (code, name) in [(column::PROGRAMME, "programme_name"), ("column", "column_name")] {
        if frame.column(name).is_ok() {
            left_out.push(code);
        }
    }
    let mut rows = frame.drop_many(left_out);
    if let (Language::Zh, Ok(evidence)) = (language, rows.column("evidence")) {
        let told = |word: &str| match word {
            "code" => "代码".to_owned(),
            "name" => "名称".to_owned(),
            "place" => "位置".to_owned(),
            "name and place" => "名称和位置".to_owned(),
            other => other.to_owned(),
        };
        let cells = evidence.str().map_err(Error::table("the changes"))?;
        let words: Vec<Option<String>> = cells.iter().map(|word| word.map(told)).collect();
        rows.with_column(Column::new("evidence".into(), words)).map_err(Error::table("the changes"))?;
    }
    Ok(rows)
}

/// How many firms moved from each area into each other, and how far in the middle.
fn flows(moved: &[Change]) -> Result<Option<DataFrame>> {
    let mut flows: std::collections::BTreeMap<(Option<&str>, Option<&str>), Vec<f64>> =
        std::collections::BTreeMap::new();
    for change in moved {
        let key = (change.from_area.as_deref(), change.to_area.as_deref());
        flows.entry(key).or_default().extend(change.amount);
    }
    if flows.is_empty() || flows.keys().all(|(from, to)| from.is_none() && to.is_none()) {
        return Ok(None);
    }
    let mut rows: Vec<_> = flows.into_iter().collect();
    rows.sort_by_key(|(_, metres)| std::cmp::Reverse(metres.len()));
    let middle = |metres: &[f64]| {
        let mut sorted = metres.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).map(|metres| metres.round())
    };
    let columns = vec![
        Column::new("from_area".into(), rows.iter().map(|((from, _), _)| *from).collect::<Vec<_>>()),
        Column::new("to_area".into(), rows.iter().map(|((_, to), _)| *to).collect::<Vec<_>>()),
        Column::new("firms".into(), rows.iter().map(|(_, metres)| metres.len() as u64).collect::<Vec<_>>()),
        Column::new("median_m".into(), rows.iter().map(|(_, metres)| middle(metres)).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows.len(), columns).map(Some).map_err(Error::table("the flows"))
}

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Language;

/// A place in the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// The row number as a spreadsheet shows it: the header of a CSV file is row 1.
    pub row: Option<u64>,
    /// The column, by its header in the file.
    pub column: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        Ok(())
    }
}

/// Whether a row is rejected because of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row is moved to the rejects.
    Reject,
    /// The row is kept, and the problem is added to the problem list 问题清单.
    Warning,
}

/// The kind of a problem. Its key is the stable word in the `problem` column of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A required cell is empty.
    MissingValue,
    /// A cell is not a valid number, date or word for its column.
    UnreadableValue,
    /// A row has more or fewer cells than the header.
    RaggedRow,
    /// The unified social credit code has the wrong length.
    CreditCodeLength,
    /// The unified social credit code has a character the standard does not allow.
    CreditCodeCharacter,
    /// The check character of the unified social credit code is wrong.
    CreditCodeCheck,
    /// A spreadsheet took the unified social credit code for a number and cut its last digits.
    CreditCodeCut,
    /// No code was given, so a surrogate was made.
    SurrogateId,
    /// Another row has the same id.
    DuplicateId,
    /// The row holds sums 合计 of other rows and is no firm.
    SumRow,
    /// An amount stands in a cell that is merged over several rows.
    SharedAmount,
    /// The ledger names the enterprise twice under one programme.
    DuplicateEntry,
    /// A longitude or latitude is out of range.
    CoordinateRange,
    /// Longitude and latitude are swapped.
    CoordinateSwapped,
    /// Both coordinates are zero.
    CoordinateZero,
    /// The point lies in none of the areas of the territory.
    OutsideTerritory,
    /// The row declares an unknown datum.
    UnknownDatum,
    /// The row declares another datum than the file; its coordinates were converted.
    DatumDiffers,
    /// A code is not in its code list.
    UnknownCode,
    /// The stage is not one of the policy's.
    UnknownStage,
    /// The dates are not in the order of the stages.
    DateOrder,
    /// The claimed stage does not agree with the dates.
    StageWithoutDate,
    /// A stage was passed, and one before it has no date.
    StageSkipped,
    /// A date is later than the as-of date.
    DateInFuture,
    /// A ledger row names an enterprise that is not in the register.
    NotInRegister,
    /// The declared district differs from the one where the firm stands.
    DistrictDiffers,
    /// A district has a quota and no area in the layer of districts.
    QuotaWithoutArea,
    /// A ring of an area is not valid.
    InvalidGeometry,
    /// Two areas of a layer overlap.
    AreaOverlap,
    /// There is a gap between neighbouring areas of a layer.
    AreaGap,
}

impl ProblemKind {
    /// Returns the stable word for the kind, such as `credit_code_check`.
    #[must_use]
    pub fn key(self) -> String {
        // The derived form is the one source of the spelling.
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Returns the kind of a stable word.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(key.to_owned())).ok()
    }

    /// Returns what the problem is, for readers.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::MissingValue => ("必填项为空", "a required cell is empty"),
            Self::UnreadableValue => ("内容无法识别（数字、日期或用词不符）", "no valid number, date or word"),
            Self::RaggedRow => ("单元格数与表头不一致", "more or fewer cells than the header"),
            Self::CreditCodeLength => ("统一社会信用代码长度不对（应为18位）", "credit code of the wrong length"),
            Self::CreditCodeCharacter => {
                ("统一社会信用代码含有不允许的字符", "credit code with a character not allowed")
            }
            Self::CreditCodeCheck => ("统一社会信用代码校验位不对", "credit code with a wrong check character"),
            Self::CreditCodeCut => ("统一社会信用代码被表格软件当作数字截断", "credit code cut by a spreadsheet"),
            Self::SurrogateId => ("无统一社会信用代码，已编临时代码", "no credit code, a surrogate was made"),
            Self::DuplicateId => ("代码与另一行重复", "another row has the same id"),
            Self::SumRow => ("合计行，不是企业", "a row of sums, no firm"),
            Self::SharedAmount => ("金额在跨行合并单元格中", "an amount merged over several rows"),
            Self::DuplicateEntry => ("同一任务下企业重复列入台账", "entered twice under one programme"),
            Self::CoordinateRange => ("经纬度超出范围", "a coordinate out of range"),
            Self::CoordinateSwapped => ("经纬度颠倒", "longitude and latitude swapped"),
            Self::CoordinateZero => ("经纬度均为0", "both coordinates are zero"),
            Self::OutsideTerritory => ("位置不在任何区域内", "stands in no area of the territory"),
            Self::UnknownDatum => ("坐标系无法识别", "an unknown datum"),
            Self::DatumDiffers => ("坐标系与全表不同，已换算", "another datum than the file, converted"),
            Self::UnknownCode => ("代码不在代码表中", "a code that is not in its list"),
            Self::UnknownStage => ("验收环节不在方案中", "a stage that is not the policy's"),
            Self::DateOrder => ("日期先后与验收环节不符", "dates not in the order of the stages"),
            Self::StageWithoutDate => ("验收环节与日期不符", "a stage that its dates do not bear out"),
            Self::StageSkipped => ("前一验收环节无日期", "a stage passed, one before it without a date"),
            Self::DateInFuture => ("日期晚于截至日期", "a date after the as-of date"),
            Self::NotInRegister => ("台账企业不在名录中", "in the ledger, not in the register"),
            Self::DistrictDiffers => ("申报区县与实际位置不符", "declared in another district than where it stands"),
            Self::QuotaWithoutArea => ("有目标任务的区县没有边界", "a district with a quota and no boundary"),
            Self::InvalidGeometry => ("区域边界图形无效", "an area with an invalid outline"),
            Self::AreaOverlap => ("同层区域相互重叠", "two areas of a layer overlap"),
            Self::AreaGap => ("相邻区域之间有空隙", "a gap between neighbouring areas"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// A problem, with everything needed to correct it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// Whether the row was rejected because of it.
    pub severity: Severity,
    /// The place of the problem in the input.
    pub place: Place,
    /// The value that was found.
    pub found: String,
    /// A description of what was expected.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found `{}`, expected {}", self.place, self.found, self.expected)
    }
}

/// All problems of an input, in row order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The problems.
    pub problems: Vec<Problem>,
    /// Warnings to show to the user about a file as a whole: what was decided where it contradicts itself, what was left out.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Report {
    /// Returns warnings to show to the user: those about the file as a whole, then a line for each problem.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        const NAMED: usize = 5;
        let key = |problem: &Problem| {
            let Problem { kind, place, found, expected, .. } = problem.clone();
            (kind as u32, place.file, place.column, found, expected)
        };
        // Many alike are counted, where the first of them stands.
        let mut rows_of: HashMap<_, Vec<String>> = HashMap::new();
        for problem in &self.problems {
            rows_of.entry(key(problem)).or_default().push(problem.place.row.unwrap_or_default().to_string());
        }
        let mut told = self.notes.clone();
        for problem in &self.problems {
            match rows_of.get_mut(&key(problem)) {
                Some(rows) if rows.len() > NAMED => {
                    let (count, first) = (rows.len(), rows[..NAMED].join(", "));
                    let Problem { place, found, expected, .. } = problem;
                    told.push(format!(
                        "{}: {count} rows ({first}, …): found `{found}`, expected {expected}",
                        place.file
                    ));
                    // The others are told with it.
                    rows.clear();
                }
                Some(rows) if rows.is_empty() => {}
                _ => told.push(problem.to_string()),
            }
        }
        told
    }

    /// Returns whether there are no problems.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Appends the problems of another report.
    pub fn extend(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
    }

    /// Returns the number of problems with the severity [`Severity::Reject`].
    #[must_use]
    pub fn rejects(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Reject).count()
    }
}

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in the input something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// The row as a spreadsheet numbers it: the header of a CSV is row 1.
    pub row: Option<u64>,
    /// The column by the file's own header.
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

/// Whether a problem costs the row its place in the checked data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row goes to the rejects.
    Reject,
    /// The row stays and goes to the problem list 问题清单.
    Warning,
}

/// What kind of problem it is: the stable word that files carry in their `problem` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A needed cell is empty.
    MissingValue,
    /// A cell is not a number, date or word of the kind its column holds.
    UnreadableValue,
    /// A row has more or fewer cells than the header.
    RaggedRow,
    /// The unified social credit code has the wrong length.
    CreditCodeLength,
    /// The unified social credit code has a character the standard does not allow.
    CreditCodeCharacter,
    /// The check character of the unified social credit code is wrong.
    CreditCodeCheck,
    /// No code was given, a surrogate was made.
    SurrogateId,
    /// The id stands in another row as well.
    DuplicateId,
    /// The ledger names the enterprise twice under one programme.
    DuplicateEntry,
    /// A longitude or latitude is out of range.
    CoordinateRange,
    /// Longitude and latitude have changed places.
    CoordinateSwapped,
    /// Both coordinates are zero.
    CoordinateZero,
    /// The point lies in no area of the territory.
    OutsideTerritory,
    /// The row states a datum that is not known.
    UnknownDatum,
    /// The row states another datum than the file; its coordinates were converted.
    DatumDiffers,
    /// A code is not in its list.
    UnknownCode,
    /// The stage is not one of the policy's.
    UnknownStage,
    /// Dates do not follow the order of the work.
    DateOrder,
    /// The stage claims more than the dates show, or less.
    StageWithoutDate,
    /// A date lies after the as-of date.
    DateInFuture,
    /// A ledger row names an enterprise that the register does not have.
    NotInRegister,
    /// The declared district is not the one where the firm stands.
    DistrictDiffers,
    /// A ring of an area is not valid.
    InvalidGeometry,
    /// Two areas of a layer overlap.
    AreaOverlap,
    /// There is a gap between neighbouring areas of a layer.
    AreaGap,
}

impl ProblemKind {
    /// The stable word: `credit_code_check`.
    #[must_use]
    pub fn key(self) -> String {
        // The derived form is the one source of the spelling.
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// One problem, with everything a person needs to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind it is.
    pub kind: ProblemKind,
    /// Whether the row was rejected for it.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// What was found there.
    pub found: String,
    /// What would have done.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found `{}`, expected {}", self.place, self.found, self.expected)
    }
}

/// Every problem of an input, in the order of its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The problems.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Adds the problems of another report behind these.
    pub fn extend(&mut self, other: Self) {
        self.problems.extend(other.problems);
    }

    /// How many problems cost their row its place.
    #[must_use]
    pub fn rejects(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Reject).count()
    }
}

/// What reading a table found out about it beyond its cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// Notes to show to the user, one sentence each: the sheets that were read, rows and columns that are no part of the
    /// table, what was decided where a file contradicts itself.
    pub notes: Vec<String>,
    /// The sheets, where the rows of several were read together.
    pub sheets: Vec<String>,
    /// The position in `sheets` of the sheet of each row; empty where there are no several.
    pub sheet_of_row: Vec<u16>,
    /// The positions of rows that hold sums 合计 of other rows, in order.
    pub sums: Vec<usize>,
    /// The positions of rows whose credit code a spreadsheet has cut, in order.
    pub cut_codes: Vec<usize>,
    /// The positions of rows that have neither a code nor a name and are no sums as far as a word tells, in order; none of a
    /// table without such columns.
    pub(crate) nameless: Vec<usize>,
    /// The amounts that stand in a cell merged over several rows.
    pub shared_amounts: Vec<SharedAmount>,
}

/// An amount in a cell that is merged over several rows. It stands in the first of them; the others are empty, so that it
/// counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedAmount {
    /// The header of its column.
    pub column: String,
    /// The position of the row in which it stands.
    pub first: usize,
    /// The positions of the other rows that it covers.
    pub others: Vec<usize>,
    /// The cells in the spreadsheet's own way: `F2:F3`.
    pub cells: String,
    /// The amount as it was read.
    pub amount: String,
}

impl Reading {
    /// Returns the sheet of a row, where the rows of several were read together.
    #[must_use]
    pub fn sheet_of(&self, row: usize) -> Option<&str> {
        self.sheet_of_row.get(row).and_then(|sheet| self.sheets.get(usize::from(*sheet))).map(String::as_str)
    }

    /// Adds what is known of rows that stand below so many others, without the notes on the whole.
    pub(crate) fn follow(&mut self, rows_before: usize, below: &Self) {
        let moved = |rows: &[usize]| rows.iter().map(|row| row + rows_before).collect::<Vec<_>>();
        self.sums.extend(moved(&below.sums));
        self.cut_codes.extend(moved(&below.cut_codes));
        self.nameless.extend(moved(&below.nameless));
    }

    /// What is known of the rows for which `kept` is true.
    pub(super) fn filtered(self, kept: &[bool]) -> Self {
        let mut next = 0;
        let places: Vec<Option<usize>> = kept
            .iter()
            .map(|kept| {
                let place = next;
                next += usize::from(*kept);
                kept.then_some(place)
            })
            .collect();
        let sheets = self.sheet_of_row.iter().zip(kept).filter(|(_, kept)| **kept).map(|(sheet, _)| *sheet).collect();
        self.moved(sheets, |row| places.get(row).copied().flatten())
    }

    /// What is known of the rows from `start` up to `end`, without the notes on the whole.
    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        if *self == Self::default() {
            return Self::default();
        }
        let sheets = self.sheet_of_row.get(start..end).unwrap_or_default().to_vec();
        let one = Self { notes: Vec::new(), ..self.clone() };
        one.moved(sheets, |row| (start..end).contains(&row).then(|| row - start))
    }

    fn moved(self, sheet_of_row: Vec<u16>, place: impl Fn(usize) -> Option<usize>) -> Self {
        let places = |rows: Vec<usize>| -> Vec<usize> { rows.into_iter().filter_map(&place).collect() };
        let shared = self.shared_amounts.into_iter().filter_map(|shared| {
            Some(SharedAmount { first: place(shared.first)?, others: places(shared.others), ..shared })
        });
        Self {
            notes: self.notes,
            sheets: self.sheets,
            sheet_of_row,
            sums: places(self.sums),
            cut_codes: places(self.cut_codes),
            nameless: places(self.nameless),
            shared_amounts: shared.collect(),
        }
    }
}

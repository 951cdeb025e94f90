use super::analysis::as_keys;
use super::figure::{map_specification, requested_chart, requested_map};
use super::file::{FigureRequest, Project};
use super::survey::{Survey, survey_of};
use crate::check::{CheckOutcome, DISTRICT};
use crate::error::{Error, Result};
use crate::render::{Figure, PagePreset};

/// A figure of a project, or its page, that could not be made. Everything else is made without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmade {
    /// The name of the figure in the project file.
    pub name: String,
    /// What could not be made and why, on one line.
    pub message: String,
    /// Advice on what to try next, if there is any.
    pub hint: Option<String>,
}

impl Unmade {
    pub(super) fn figure(project: &Project, request: &FigureRequest, error: &Error) -> Self {
        let kind = if project.maps.iter().any(|map| map.name == request.name) { "map" } else { "chart" };
        Self::new(&request.name, &format!("{kind} `{}` of {}", request.name, request.spec.display()), error)
    }

    pub(super) fn new(name: &str, what: &str, error: &Error) -> Self {
        Self {
            name: name.to_owned(),
            message: as_keys(&format!("{what}: {error}")),
            hint: error.hint().map(|hint| as_keys(&hint)),
        }
    }
}

/// Every figure of a project, the maps first, or why it cannot be drawn.
pub(super) fn figures<'a>(
    project: &'a Project,
    survey: &'a Survey,
) -> impl Iterator<Item = (&'a FigureRequest, Result<Figure>)> {
    let maps = project.maps.iter().map(move |request| (request, requested_map(request, survey, project)));
    let charts = project.charts.iter().map(move |request| (request, requested_chart(request, survey, project)));
    maps.chain(charts)
}

/// The height of a map of which two stand on a page with their captions.
const HALF_PAGE_MM: f64 = 98.0;
/// No two figures that are higher stand on a page.
const HIGHEST_OF_TWO_MM: f64 = 100.0;

/// Whether a figure needs a page of its own.
pub(super) fn fills_a_page(figure: &Figure) -> bool {
    figure.height_mm > HIGHEST_OF_TWO_MM + 1e-6
}

/// A figure as it stands in a column of text. One that is wider is drawn anew for the width of the column, or its type would shrink
/// with it; as it is where that leaves no room.
pub(super) fn in_column(project: &Project, survey: &Survey, request: &FigureRequest, figure: &Figure) -> Figure {
    const COLUMN_MM: f64 = 160.0;
    /// A map of so few areas is read at half the height of a page, so that something stands beside it.
    const FEW: usize = 20;
    if figure.width_mm <= COLUMN_MM {
        return figure.clone();
    }
    let Ok(word) = toml::Value::try_from(PagePreset::Word) else { return figure.clone() };
    let mut page = toml::Table::from_iter([("preset".to_owned(), word)]);
    let is_map = project.maps.iter().any(|map| map.name == request.name);
    let has_few = || {
        let spec = map_specification(request, project).ok()?;
        let layer = survey.layer(spec.layer.as_deref().unwrap_or(DISTRICT)).ok()?;
        Some(layer.areas.len() <= FEW && spec.multiples.is_none())
    };
    if is_map && has_few().unwrap_or(false) {
        page.insert("height_mm".to_owned(), HALF_PAGE_MM.into());
    }
    let mut own = request.clone();
    own.set.insert("page".to_owned(), page.into());
    let drawn = if is_map { requested_map(&own, survey, project) } else { requested_chart(&own, survey, project) };
    drawn.unwrap_or_else(|_| figure.clone())
}

/// Draws every figure of a project whose inputs have been checked, and tells which of them cannot be drawn. Nothing is
/// written.
///
/// # Errors
///
/// As [`super::survey`], apart from reading the inputs: an analysis that cannot be made, a weight that is no column of the
/// register.
pub fn try_figures(project: &Project, outcome: CheckOutcome) -> Result<Vec<Unmade>> {
    let survey = survey_of(project, outcome, &mut |_, _| {})?;
    let unmade =
        figures(project, &survey).filter_map(|(request, drawn)| Some(Unmade::figure(project, request, &drawn.err()?)));
    Ok(unmade.collect())
}

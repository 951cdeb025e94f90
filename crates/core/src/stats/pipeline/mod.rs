//! Forecasts of a pipeline: how many of a finite list of units will have come through its stages by a day.

mod chance;
mod forecast;
mod history;
mod posterior;
mod simulation;

pub use forecast::{PipelineForecast, PipelineGoal, PipelineGroup, PipelineOptions, PipelineStep, pipeline_forecast};
pub use history::PipelineUnit;

/// What is refused here is told under this name.
const STATISTIC: &str = "pipeline-forecast";

/// The days of a step: weeks, as offices enter and count by weeks.
const STEP_DAYS: i32 = 7;

/// Days in a stage from which on a unit is in the next class: the first weeks, months, later.
const DWELL_DAYS: [i32; 2] = [21, 63];

/// The number of classes of days in a stage.
const DWELLS: usize = DWELL_DAYS.len() + 1;

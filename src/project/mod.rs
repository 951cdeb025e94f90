//! From a project file to the whole run, and every step of it by itself.

mod file;

pub use file::{
    ConcentrationRequest, DISTRICT, FigureFormat, FigureRequest, JoinOptions, LayerSource, PARK_LAYERS,
    Project, TableSource, read,
};

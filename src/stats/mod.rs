//! Numbers in, numbers out: what is concentrated where, and how values fall into classes. Sees no file, no clock, no
//! terminal.
//!
//! | function | answers |
//! | --- | --- |
//! | [`concentration`] | how much of a sector stands in an area, and is it more than elsewhere |
//! | [`location_quotient`] | the same for one cell, with its interval: [`location_quotient_interval`] |
//! | [`herfindahl_hirschman`] | how few sectors an area lives from |
//! | [`classify`] | which class of a map each value belongs to |

mod classify;
mod concentration;

pub use classify::{Classes, MAX_CLASSES, Scheme, classify};
pub use concentration::{
    AreaConcentration, Cell, Concentration, ConcentrationOptions, HerfindahlHirschman, concentration,
    herfindahl_hirschman, location_quotient, location_quotient_interval,
};

//! Tests of whether the numbers of a saved index refer to existing elements.

use rayon::prelude::*;

use crate::join::cells::{Cells, Code};
use crate::join::orientation::LARGEST_COORDINATE;
use crate::join::outlines::Outlines;

/// Refuses outlines that are not of so many areas.
pub(super) fn outlines(outlines: Outlines<'_>, areas: usize) -> Result<(), String> {
    let Outlines { vertices, rings, parts } = outlines;
    let is_vertex = |vertex: &[f64; 2]| vertex.iter().all(|coordinate| coordinate.abs() <= LARGEST_COORDINATE);
    let follows =
        |pair: &[[u32; 2]]| pair[0][1] <= pair[1][1] && (pair[1][0] == pair[0][0] || pair[1][0] == pair[0][0] + 1);
    let sound = areas > 0
        && vertices.len() <= (u32::MAX / 2) as usize
        && vertices.par_iter().all(is_vertex)
        && rings.first().is_some_and(|[part, _]| *part == 0)
        && rings.windows(2).all(follows)
        && rings.last().is_some_and(|[part, end]| *end as usize == vertices.len() && *part as usize + 1 == parts.len())
        && parts.is_sorted()
        && parts.last().is_some_and(|area| (*area as usize) < areas);
    if sound { Ok(()) } else { Err("its outlines contradict themselves".to_owned()) }
}

/// Refuses cells that point to where there is nothing, or would be divided without end.
pub(super) fn cells(cells: &Cells<'_>, outlines: Outlines<'_>, areas: usize) -> Result<(), String> {
    let code = |code: u32, place: Option<usize>| match Code::unpacked(code) {
        Code::Uniform(area) => area.is_none_or(|area| (area as usize) < areas),
        // The cells into which a cell is divided come after it.
        Code::Nested { start, count } => place.is_none_or(|place| start > place) && start + count <= cells.nested.len(),
        Code::Leaf(leaf) => leaf < cells.leaves.len(),
        Code::Crowded => true,
    };
    let sound = cells.are_whole(outlines.vertices.len(), areas)
        && cells.coarse.par_iter().all(|cell| code(*cell, None))
        && cells.nested.par_iter().enumerate().all(|(place, cell)| code(*cell, Some(place)));
    if sound { Ok(()) } else { Err("its cells contradict themselves".to_owned()) }
}

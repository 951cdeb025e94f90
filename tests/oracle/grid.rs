//! Cells of H3 held against h3-py: see `data/README.md`.

use jiju::grid::h3_cells;

use super::autocorrelation::{numbers, set};

#[test]
fn cells_of_h3_agree_with_h3() {
    let set = set("h3_cells");
    let extent: Vec<[f64; 2]> =
        set.inputs["extent"].as_array().unwrap().iter().map(|at| numbers(at).try_into().unwrap()).collect();
    let extent = [extent[0], extent[1]];
    for resolution in [3, 5, 6] {
        let found = h3_cells(extent, resolution).unwrap();
        let ids: Vec<&str> = found.iter().map(|cell| cell.id.as_str()).collect();
        let case = set.whole_case(&format!("resolution_{resolution}"));
        let expected: Vec<&str> = case["expected"].as_array().unwrap().iter().filter_map(|id| id.as_str()).collect();
        assert_eq!(ids, expected, "{resolution}");
        if let Some(cell) = found.iter().find(|cell| set.inputs["cell"] == cell.id.as_str()) {
            let corners = set.inputs["boundary"].as_array().unwrap();
            let ring = cell.geometry.0[0].exterior();
            assert_eq!(ring.0.len(), corners.len() + 1);
            for (found, expected) in ring.coords().zip(corners.iter().map(numbers)) {
                assert!((found.x - expected[0]).abs() < 1e-9 && (found.y - expected[1]).abs() < 1e-9, "{found:?}");
            }
        }
    }
    assert!(h3_cells(extent, 16).is_err() && h3_cells([extent[1], extent[0]], 5).is_err());
    assert!(h3_cells([[0.0, -89.0], [1.0, 89.0]], 1).is_err() && h3_cells(extent, 15).is_err());
}

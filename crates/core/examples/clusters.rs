//! Finds clusters of made-up points with DBSCAN and HDBSCAN: `cargo run -p jiju-core --example clusters`.

#![allow(clippy::print_stdout)]

use jiju_core::stats::{Places, centrography, dbscan, hdbscan};

fn main() -> jiju_core::Result<()> {
    // A dense group of 5 by 5 points, 40 m apart, a sparse one, 200 m apart, and a single point; in metres.
    let group = |corner: [f64; 2], step_m: f64| {
        (0..25)
            .map(move |number| [corner[0] + f64::from(number % 5) * step_m, corner[1] + f64::from(number / 5) * step_m])
    };
    let mut points: Vec<[f64; 2]> = group([0.0, 0.0], 40.0).chain(group([3000.0, 3000.0], 200.0)).collect();
    points.push([8000.0, 0.0]);
    let places = Places::planar(&points)?;

    // One radius for all points finds the dense group only.
    let by_radius = dbscan(&places, 60.0, 4)?;
    println!("DBSCAN within 60 m: {} clusters", by_radius.clusters);

    // HDBSCAN finds clusters of different density.
    let by_density = hdbscan(&places, 10, 4)?;
    println!("HDBSCAN: {} clusters", by_density.clusters);
    for cluster in 0..by_density.clusters {
        let labelled = points.iter().zip(&by_density.labels);
        let members: Vec<[f64; 2]> = labelled
            .filter(|(_, label)| label.is_some_and(|label| label as usize == cluster))
            .map(|(at, _)| *at)
            .collect();
        let found = centrography(&members, &vec![1.0; members.len()])?;
        let ([x, y], spread_m) = (found.mean_centre_m, found.standard_distance_m);
        println!("  {} points about ({x:.0}, {y:.0}), standard distance {spread_m:.0} m", members.len());
    }
    Ok(())
}

//! Batches: the same answer as one by one, whatever the number of threads and wherever the rows are cut.

use jiju::join::{AreaIndex, Holders, distances_m, locate_columns, locate_points, totals};
use jiju::model::{Area, Areas, Match, Point};
use proptest::prelude::*;

use super::areas;
use super::layers::{layers, picks, points, reference};

/// Points about a layer many times over, among them rows without a position and positions that are none.
fn rows(about: &[(f64, f64)], length: usize) -> Vec<Option<Point>> {
    let wild = [None, Some(Point::new(f64::NAN, 0.0)), Some(Point::new(0.0, f64::INFINITY))];
    let located = about.iter().map(|(x, y)| Some(Point::new(*x, *y)));
    located.chain(wild).cycle().take(length).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_batch_equals_its_points_one_by_one(
        layer in layers(),
        picks in picks(40),
        length in 0_usize..1_200,
        threads in 1_usize..9,
        cut in 1_usize..700,
        snap_m in prop::option::of(0.0..2.0),
    ) {
        let rows = rows(&points(&layer, &picks), length);
        let layer = areas(&layer, reference(&layer));
        let index = AreaIndex::new(&layer).unwrap();
        let one = |row: &Option<Point>| {
            let Some(point) = *row else { return Match::default() };
            let held = index.locate(point);
            let near = snap_m.filter(|_| held.area.is_none()).and_then(|most_m| index.nearest_within(point, most_m));
            near.map_or(held, |(area, m)| Match { area: Some(area), on_boundary: false, snapped_m: Some(m) })
        };
        let expected: Vec<Match> = rows.iter().map(one).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            // Built by as many threads as ask it.
            let index = AreaIndex::new(&layer).unwrap();
            prop_assert_eq!(&locate_points(&index, &rows, snap_m), &expected);
            let pieces: Vec<Match> = rows.chunks(cut).flat_map(|piece| locate_points(&index, piece, snap_m)).collect();
            prop_assert_eq!(&pieces, &expected);

            let counted = totals(&expected, layer.len());
            for (area, points) in counted.areas.iter().enumerate() {
                prop_assert_eq!(*points, expected.iter().filter(|one| one.area == Some(area)).count() as u64);
            }
            prop_assert_eq!(counted.areas.iter().sum::<u64>() + counted.unmatched, rows.len() as u64);

            let every: Vec<(usize, Match)> = rows
                .iter()
                .enumerate()
                .flat_map(|(row, point)| {
                    let mut found = point.map_or_else(Vec::new, |point| index.locate_all(point));
                    if found.is_empty() {
                        found.push(Match::default());
                    }
                    found.into_iter().map(move |one| (row, one))
                })
                .collect();
            let column = |of: fn(Point) -> f64| -> Vec<f64> {
                rows.iter().map(|row| row.map_or(f64::NAN, of)).collect()
            };
            let mut listed = Vec::new();
            locate_columns(
                &index,
                &column(|point| point.x),
                &column(|point| point.y),
                Holders::All,
                None,
                |row, one| listed.push((row, one)),
            );
            listed.sort_by_key(|(row, _)| *row);
            prop_assert_eq!(listed, every);

            let few = &rows[..rows.len().min(60)];
            let distances: Vec<Option<f64>> = few
                .iter()
                .map(|row| row.and_then(|point| index.nearest_within(point, f64::INFINITY)).map(|(_, m)| m))
                .collect();
            prop_assert_eq!(distances_m(&index, few), distances);

            // Each area by itself is as near as among the others.
            let alone = |area: &Area| AreaIndex::new(&Areas { areas: vec![area.clone()], ..layer.clone() }).unwrap();
            let alone: Vec<AreaIndex> = layer.areas.iter().take(60).map(alone).collect();
            for point in few.iter().take(6).copied().flatten() {
                let within: Vec<(usize, f64)> = (alone.iter().enumerate())
                    .filter_map(|(area, index)| Some((area, index.nearest_within(point, 1.5)?.1)))
                    .collect();
                let found: Vec<(usize, f64)> =
                    index.all_within(point, 1.5).into_iter().filter(|(area, _)| *area < alone.len()).collect();
                prop_assert_eq!(found, within);
            }
            Ok(())
        })?;
    }
}

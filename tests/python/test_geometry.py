"""Geometries of GeoPandas go in with their reference, and ours come out."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely

import jiju


@pytest.fixture(scope="module")
def frame(districts_file: Any) -> gpd.GeoDataFrame:
    """The districts as GeoPandas makes them of what we give, since a fresh machine has no reader of files for it."""
    areas = jiju.read_areas(districts_file, area_id="adcode")
    return gpd.GeoDataFrame.from_arrow(areas)


def test_areas_come_out_with_their_reference(frame: gpd.GeoDataFrame, districts: jiju.Areas) -> None:
    assert len(frame) == len(districts) == 6
    assert frame.crs is not None and frame.crs.is_geographic
    assert set(frame["adcode"].astype(str)) == {"330602", "330603", "330604", "330624", "330681", "330683"}
    assert frame.geometry.is_valid.all()


def test_a_frame_of_areas_is_as_good_as_the_file(frame: gpd.GeoDataFrame, districts_file: Any) -> None:
    points = {"lon": [120.58, 120.47, 121.0], "lat": [30.01, 30.08, 20.0]}
    of_file = jiju.join(points, districts_file, area_id="adcode")
    of_frame = jiju.join(points, frame, area_id="adcode")
    ids = lambda joined: joined[next(name for name in joined.columns if name.endswith("_id"))].to_list()
    assert ids(of_file) == ids(of_frame) == ["330602", "330603", None]


def test_a_frame_in_a_grid_keeps_its_grid(frame: gpd.GeoDataFrame) -> None:
    projected = frame.to_crs(4549)
    areas = jiju.Areas(projected, area_id="adcode")
    assert areas.crs == "EPSG:4549"
    back = gpd.GeoDataFrame.from_arrow(areas)
    assert back.crs.to_epsg() == 4549
    assert shapely.equals_exact(back.geometry.values, projected.geometry.values, tolerance=0).all()


def test_points_of_a_frame_need_no_columns(frame: gpd.GeoDataFrame, districts: jiju.Areas) -> None:
    points = gpd.GeoDataFrame({"id": ["a", "b", "c"]}, geometry=gpd.points_from_xy([120.58, 120.47, 0], [30.01, 30.08, 0]), crs=4326)
    joined = jiju.join(points, districts)
    ids = next(name for name in joined.columns if name.endswith("_id"))
    assert joined[ids].to_list() == ["330602", "330603", None]
    # The same in metres, whose reference the frame says.
    metres = jiju.join(points.iloc[:2].to_crs(4549), districts)
    assert metres[ids].to_list() == ["330602", "330603"]


def test_a_series_and_native_geoarrow_are_areas(frame: gpd.GeoDataFrame) -> None:
    native = frame[["adcode", "geometry"]].to_arrow(index=False, geometry_encoding="geoarrow")
    areas = jiju.Areas(native, area_id="adcode")
    assert len(areas) == 6


def test_geoparquet_goes_round_with_geopandas(districts: jiju.Areas, tmp_path: Any) -> None:
    path = tmp_path / "districts.geoparquet"
    districts.save(path)
    frame = gpd.read_parquet(path)
    again = tmp_path / "again.parquet"
    frame.drop(columns=["bbox"], errors="ignore").to_parquet(again)
    read = jiju.read_areas(again, area_id="adcode")
    assert shapely.equals_exact(gpd.GeoDataFrame.from_arrow(read).geometry.values, frame.geometry.values, tolerance=0).all()


def test_results_of_areas_have_a_frame(districts: jiju.Areas) -> None:
    values = {"adcode": districts["adcode"].to_list(), "rate": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}
    found = jiju.local_moran(values, value="rate", areas=districts, contiguity="queen", permutations=99)
    frame = gpd.GeoDataFrame.from_arrow(found.geo)
    assert len(frame) == 6 and frame.crs is not None and "quadrant" in frame.columns
    with pytest.raises(jiju.ProjectError):
        jiju.classify([1.0, 2.0, 3.0], k=2).geo


def test_a_frame_without_reference_must_say_it(frame: gpd.GeoDataFrame) -> None:
    bare = frame.set_crs(None, allow_override=True)
    with pytest.raises(jiju.ReadError, match="reference"):
        jiju.Areas(bare, area_id="adcode")
    assert jiju.Areas(bare, area_id="adcode", areas_crs="wgs84").crs is not None


def test_ids_are_what_is_asked_for(districts: jiju.Areas) -> None:
    named = jiju.AreaIndex(districts, area_id="name")
    assert "越城区" in named.ids
    with pytest.raises(jiju.ReadError, match="no_such"):
        jiju.AreaIndex(districts, area_id="no_such")


def test_hulls_are_a_layer(firms: jiju.Table) -> None:
    found = jiju.dbscan(firms, where='industry_code = "1713"', radius="1500m", min_points=15, hulls=True)
    hulls = gpd.GeoDataFrame.from_arrow(found.layers["hulls"])
    assert len(hulls) == len(set(found["cluster"]) - {None}) > 0
    assert jiju.AreaIndex(found.layers["hulls"], area_id=hulls.columns[0]).locate([0.0], [0.0]).to_list() == [None]


def test_arrow_of_areas_is_wkb_with_metadata(districts: jiju.Areas) -> None:
    field = pa.table(districts).schema.field("geometry")
    about = field.metadata or {}
    assert b"geoarrow.wkb" in about.get(b"ARROW:extension:name", b"") or "geoarrow.wkb" in str(field.type)
    assert "geometry" not in districts.table.columns

"""An index says in which area each point lies, saved and pickled too."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiju

X, Y = [120.58, 120.47, 0.0, float("nan")], [30.01, 30.08, 0.0, 30.0]
EXPECTED = ["330602", "330603", None, None]


@pytest.fixture(scope="module")
def index(districts_file: Any) -> jiju.AreaIndex:
    return jiju.AreaIndex(districts_file, area_id="adcode")


def test_every_kind_of_numbers(index: jiju.AreaIndex) -> None:
    kinds = [
        (X, Y), (tuple(X), tuple(Y)), (np.array(X), np.array(Y)), ([], []),
        (pl.Series(X), pl.Series(Y)), (pd.Series(X), pd.Series(Y)), (pa.array(X), pa.array(Y)),
        (pa.chunked_array([X[:1], X[1:]]), pa.chunked_array([Y[:3], Y[3:]])),
        (pa.array([120.58, 120.47, 0.0, None]), pa.array([30.01, 30.08, 0.0, 30.0])),
        (np.array(X, dtype=np.float32).astype(np.float64), np.array(Y)),
    ]
    for x, y in kinds:
        found = index.locate(x, y)
        assert found.to_list() == EXPECTED[: len(found)] and len(found) == len(x)
    # Every second number of an array lies apart.
    assert index.locate(np.repeat(np.array(X), 2)[::2], np.repeat(np.array(Y), 2)[::2]).to_list() == EXPECTED
    # Whole numbers are numbers.
    assert index.locate(np.array([120, 0]), [30, 0]).to_list() == index.locate([120.0, 0.0], [30.0, 0.0]).to_list()


def test_the_answer_is_arrow(index: jiju.AreaIndex) -> None:
    found = index.locate(X, Y)
    assert pa.array(found).to_pylist() == EXPECTED
    assert pl.Series(pa.array(found)).to_list() == EXPECTED
    assert list(np.asarray(found, dtype=object)) == EXPECTED
    assert found[0] == "330602" and found[-1] is None
    assert "330602" in repr(found)


def test_it_is_saved_opened_and_pickled(index: jiju.AreaIndex, tmp_path: Any) -> None:
    path = tmp_path / "districts.index"
    index.save(path)
    for other in (jiju.AreaIndex.open(path), jiju.AreaIndex.open(path, memory_map=True), pickle.loads(pickle.dumps(index)),
                  pickle.loads(pickle.dumps(jiju.AreaIndex.open(path, memory_map=True)))):
        assert other.locate(X, Y).to_list() == EXPECTED
        assert other.ids == index.ids and len(other) == 6
    # It stands where a file of areas does.
    assert jiju.join({"lon": X[:2], "lat": Y[:2]}, path).scalars["unmatched"] == [0]
    (tmp_path / "broken.index").write_bytes(path.read_bytes()[:1000])
    with pytest.raises(jiju.ReadError):
        jiju.AreaIndex.open(tmp_path / "broken.index")
    with pytest.raises(jiju.Error):
        jiju.AreaIndex.open(tmp_path / "nothing.index")


def test_the_nearest_and_all(index: jiju.AreaIndex) -> None:
    near = index.nearest([120.58, 119.0], [30.01, 30.0])
    assert near["distance_m"].to_list()[0] == 0.0 and near["distance_m"].to_list()[1] > 10_000
    assert index.nearest([119.0], [30.0], within_m=100.0)["area"].to_list() == [None]
    every = index.locate_all(X, Y)
    assert every["row"].to_list() == [0, 1] and every["area"].to_list() == EXPECTED[:2]


def test_joins_use_it(index: jiju.AreaIndex, districts: jiju.Areas) -> None:
    points = {"lon": X, "lat": Y}
    assert index.join(points).scalars == jiju.join(points, districts).scalars


def test_another_datum(index: jiju.AreaIndex) -> None:
    assert index.locate([120.5845], [30.0078], crs="gcj02").to_list() == ["330602"]
    with pytest.raises(jiju.ParameterError, match="crs="):
        index.locate([1.0], [1.0], crs="moon")
    with pytest.raises(jiju.ParameterError, match="y="):
        index.locate([1.0, 2.0], [1.0])
    with pytest.raises(jiju.ParameterError, match="x="):
        index.locate(["east"], [1.0])


def test_the_join_of_the_sample_agrees_with_the_index(firms: jiju.Table, index: jiju.AreaIndex, districts: jiju.Areas) -> None:
    joined = jiju.join(firms, districts)
    ids = next(name for name in joined.columns if name.endswith("_id"))
    pairs = []
    for lon, lat, datum, area in zip(firms["lon"], firms["lat"], firms["datum"], joined[ids]):
        # Cells in degrees and minutes, and rows in another datum, are the table's to read.
        if not datum and lon and lat and lon.replace(".", "").isdigit() and lat.replace(".", "").isdigit():
            pairs.append((float(lon), float(lat), area))
    found = index.locate(np.array([lon for lon, _, _ in pairs]), np.array([lat for _, lat, _ in pairs]))
    assert len(pairs) > 15_000 and found.to_list() == [area for _, _, area in pairs]

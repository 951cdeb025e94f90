"""Tables of polars, pandas, pyarrow, DuckDB and Python itself go in, and ours come out."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiju

LON, LAT = [120.58, 120.59, None, 10.0], [30.01, 30.02, 30.0, 10.0]


def frames() -> list[Any]:
    """The same four points in every library."""
    columns = {"lon": LON, "lat": LAT, "id": ["a", "b", "c", "d"]}
    table = pa.table(columns)
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1, 3)])
    connection = duckdb.connect()
    connection.register("points", table)
    frame = pl.DataFrame(columns)
    return [
        pytest.param(columns, id="dict"),
        pytest.param({name: np.array(cells, dtype=object) for name, cells in columns.items()}, id="dict-numpy"),
        pytest.param(table, id="pyarrow"),
        pytest.param(chunked, id="pyarrow-chunked"),
        pytest.param(pa.concat_tables([table, table]).slice(4, 4), id="pyarrow-sliced"),
        pytest.param(table.to_batches()[0], id="pyarrow-batch"),
        pytest.param(pa.table({**columns, "id": table["id"].cast(pa.string_view())}), id="pyarrow-views"),
        pytest.param(pa.table({**columns, "id": table["id"].dictionary_encode()}), id="pyarrow-dictionary"),
        pytest.param(frame, id="polars"),
        pytest.param(pl.concat([frame[:2], frame[2:]], rechunk=False), id="polars-chunked"),
        pytest.param(frame.with_columns(pl.col("id").cast(pl.Categorical)), id="polars-categories"),
        pytest.param(frame.with_columns(pl.col("id").cast(pl.Enum(["a", "b", "c", "d"]))), id="polars-enum"),
        pytest.param(pl.concat([frame, frame])[4:], id="polars-sliced"),
        pytest.param(pd.DataFrame(columns), id="pandas"),
        pytest.param(pd.DataFrame(columns).astype({"id": "category"}), id="pandas-categories"),
        pytest.param(pd.DataFrame(columns, index=[7, 8, 9, 3]), id="pandas-index"),
        pytest.param(pd.DataFrame({**columns, "lon": pd.array(LON, dtype="Float64")}), id="pandas-nullable"),
        pytest.param(connection.sql("select * from points"), id="duckdb"),
    ]


@pytest.mark.parametrize("frame", frames())
def test_points_of_every_library_lie_in_the_same_areas(frame: Any, districts: jiju.Areas) -> None:
    joined = jiju.join(frame, districts)
    prefix = joined.columns[-4].removesuffix("_id")
    assert joined["id"].to_list() == ["a", "b", "c", "d"]
    assert joined[f"{prefix}_id"].to_list() == ["330602", "330602", None, None]
    assert joined[f"{prefix}_on_boundary"].to_list()[:2] == [False, False]
    assert joined.scalars["unmatched"] == [2]


def test_a_reader_is_read_once_and_needs_no_python_meanwhile(districts: jiju.Areas) -> None:
    def batches():  # type: ignore[no-untyped-def]
        for lon in (120.58, 10.0):
            yield pa.record_batch({"lon": [lon], "lat": [30.01]})

    schema = pa.schema({"lon": pa.float64(), "lat": pa.float64()})
    reader = pa.RecordBatchReader.from_batches(schema, batches())
    assert jiju.join(reader, districts).scalars["unmatched"] == [1]


def test_empty_frames_are_tables_without_rows(districts: jiju.Areas) -> None:
    for empty in (pl.DataFrame({"lon": [], "lat": []}, schema={"lon": pl.Float64, "lat": pl.Float64}),
                  pa.table({"lon": pa.array([], pa.float64()), "lat": pa.array([], pa.float64())}),
                  pd.DataFrame({"lon": np.zeros(0), "lat": np.zeros(0)})):
        joined = jiju.join(empty, districts)
        assert len(joined) == 0
        assert pa.table(joined).num_rows == 0


def test_types_keep_their_values() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=8))
    table = pa.table({
        "value": pa.array([1.5, None, 2.0]),
        "small": pa.array([1, None, -128], pa.int8()),
        "large": pa.array([2**63 - 1, None, -(2**63)], pa.int64()),
        "unsigned": pa.array([2**64 - 1, None, 0], pa.uint64()),
        "day": pa.array([datetime.date(2020, 9, 30), None, datetime.date(1969, 12, 31)]),
        "moment": pa.array([datetime.datetime(2020, 9, 30, 12, 30), None, datetime.datetime(1969, 12, 31)], pa.timestamp("us")),
        "zoned": pa.array([datetime.datetime(2020, 9, 30, 12, 30, tzinfo=zone), None, None], pa.timestamp("us", "Asia/Shanghai")),
        "truth": pa.array([True, None, False]),
        "text": pa.array(["绍兴", None, ""]),
        "none": pa.nulls(3),
        "list": pa.array([[1], None, []]),
    })
    kept = jiju.Table(table)
    assert "list" not in kept.columns
    cells = kept.to_dict()
    assert cells["value"] == [1.5, None, 2.0]
    assert cells["small"] == [1, None, -128]
    assert cells["large"] == [2**63 - 1, None, -(2**63)]
    assert cells["unsigned"] == [2**64 - 1, None, 0]
    assert cells["day"] == [datetime.date(2020, 9, 30), None, datetime.date(1969, 12, 31)]
    assert cells["moment"] == [datetime.datetime(2020, 9, 30, 12, 30), None, datetime.datetime(1969, 12, 31)]
    assert cells["zoned"][0].startswith("2020-09-30T04:30") and cells["zoned"][1:] == [None, None]
    assert cells["truth"] == [True, None, False]
    assert cells["text"] == ["绍兴", None, ""]
    # Out again, as others read it.
    out = pa.table(kept)
    assert out["large"].to_pylist() == table["large"].to_pylist()
    assert out["day"].to_pylist() == table["day"].to_pylist()
    assert out["text"].to_pylist() == table["text"].to_pylist()
    assert pl.DataFrame(kept)["unsigned"].to_list() == [2**64 - 1, None, 0]


def test_results_go_to_every_library(districts: jiju.Areas) -> None:
    counted = jiju.join({"lon": LON, "lat": LAT}, districts, count=True)
    assert counted.columns == ["area", "count"]
    expected = dict(zip(counted["area"], counted["count"]))
    assert expected["330602"] == 2 and sum(expected.values()) == 2
    for frame in (pl.DataFrame(counted), pl.DataFrame(counted.table), pa.table(counted).to_pandas()):
        assert dict(zip(frame["area"], frame["count"])) == expected
    assert duckdb.sql("select sum(count) from counted").fetchall() == [(2,)]
    assert dict(duckdb.from_arrow(pa.table(counted)).fetchall()) == expected
    if hasattr(pd.DataFrame, "from_arrow"):
        frame = pd.DataFrame.from_arrow(counted)
        assert dict(zip(frame["area"], frame["count"])) == expected


def test_a_table_shows_itself_and_writes_itself(tmp_path: Any) -> None:
    table = jiju.read_table(_csv(tmp_path, "id,rate\n1,0.5\n2,\n"))
    assert table.shape == (2, 2) and "rate" in table and list(table) == ["id", "rate"]
    assert "2 × 2" in repr(table) and "<td>0.5</td>" in table._repr_html_()
    assert table.rows()[1] == {"id": "2", "rate": None} or table.rows()[1]["rate"] in (None, "")
    for ending in ("parquet", "csv", "json", "xlsx"):
        table.save(tmp_path / f"copy.{ending}")
        assert (tmp_path / f"copy.{ending}").stat().st_size > 0
    assert pl.read_parquet(tmp_path / "copy.parquet").height == 2
    with pytest.raises(jiju.ProjectError, match="no place"):
        table.save(tmp_path / "copy.geojson")


def _csv(folder: Any, text: str) -> Any:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_no_table_is_refused_with_a_hint(districts: jiju.Areas) -> None:
    with pytest.raises(jiju.ParameterError, match="table=") as refused:
        jiju.join(object(), districts)
    assert "polars" in (refused.value.hint or "")
    with pytest.raises(jiju.ReadError):
        jiju.join({"east": [1.0], "north": [2.0]}, districts)
    with pytest.raises(jiju.ParameterError, match="one length"):
        jiju.join({"lon": [1.0], "lat": [2.0, 3.0]}, districts)


@pytest.mark.parametrize("of", [pa.table, pl.DataFrame], ids=["pyarrow", "polars"])
def test_coordinates_are_not_copied(of: Any) -> None:
    lon, lat = np.linspace(120, 121, 10_000), np.linspace(29, 30, 10_000)
    given = of({"lon": lon, "lat": lat})
    before = pa.table(given)
    after = pa.table(jiju.Table(given))
    for name in ("lon", "lat"):
        assert after[name].chunk(0).buffers()[1].address == before[name].chunk(0).buffers()[1].address

"""A cluster gives the rows of a single machine, whatever becomes of its processes and however its rows are spread."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jiju
from jiju import spark as on_spark

ROWS = 60_000


@pytest.fixture(scope="session")
def index_file(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / "districts.index"
    jiju.AreaIndex(root / "data/boundaries/shaoxing_districts.geojson", area_id="adcode").save(path)
    return path


@pytest.fixture(scope="session")
def register() -> pd.DataFrame:
    generator = np.random.default_rng(20200528)
    lon, lat = generator.uniform(119.7, 121.4, ROWS), generator.uniform(29.1, 30.5, ROWS)
    # Rows without a place.
    lon[::997] = np.nan
    sector = generator.choice(["dyeing", "bearings", "hardware"], ROWS, p=[0.2, 0.1, 0.7])
    return pd.DataFrame({"number": np.arange(ROWS), "lon": lon, "lat": lat, "sector": sector})


@pytest.fixture(scope="session")
def expected(register: pd.DataFrame, index_file: Path) -> list[str | None]:
    """The areas that a single machine finds."""
    index = jiju.AreaIndex.open(index_file)
    return index.locate(register["lon"].to_numpy(), register["lat"].to_numpy()).to_list()


def located(frame: Any) -> list[str | None]:
    rows = frame.select("number", "area").orderBy("number").collect()
    assert [row["number"] for row in rows] == list(range(ROWS))
    return [row["area"] for row in rows]


def test_rows_are_those_of_one_machine(spark: Any, register: pd.DataFrame, index_file: Path, expected: list[str | None]) -> None:
    frame = spark.createDataFrame(register).repartition(8)
    assert located(on_spark.locate(frame, index_file)) == expected
    assert 0.2 < sum(area is not None for area in expected) / ROWS < 0.9


def test_skewed_and_empty_partitions(spark: Any, register: pd.DataFrame, index_file: Path, expected: list[str | None]) -> None:
    frame = spark.createDataFrame(register)
    # Nearly all rows in one of them, none in most.
    skewed = frame.withColumn("part", (frame["number"] % 1000 == 0).cast("int")).repartition(16, "part")
    sizes = skewed.rdd.mapPartitions(lambda rows: [sum(1 for _ in rows)]).collect()
    assert 0 in sizes and max(sizes) > 0.9 * ROWS
    assert located(on_spark.locate(skewed, index_file)) == expected


def test_an_index_that_is_shipped(spark: Any, register: pd.DataFrame, index_file: Path, expected: list[str | None],
                                  tmp_path: Path) -> None:
    shipped = tmp_path / "shipped.index"
    shipped.write_bytes(index_file.read_bytes())
    spark.sparkContext.addFile(str(shipped))
    frame = spark.createDataFrame(register).repartition(4)
    assert located(on_spark.locate(frame, "/nowhere/shipped.index")) == expected


def test_counts_and_quotients_are_those_of_one_machine(spark: Any, register: pd.DataFrame, index_file: Path,
                                                       expected: list[str | None]) -> None:
    frame = spark.createDataFrame(register).repartition(8)
    counted = {(row["area"], row["sector"]): row["count"] for row in on_spark.count(frame, index_file, by="sector").collect()}
    own = register.assign(area=expected).groupby(["area", "sector"], dropna=False).size()
    assert counted == {(None if pd.isna(area) else area, sector): count for (area, sector), count in own.items()}
    of_cluster = on_spark.concentration(frame, index_file, by="sector").table
    of_machine = jiju.concentration(register, jiju.AreaIndex.open(index_file), by="sector").table
    quotients = lambda table: {(row["area"], row["sector"]): row["location_quotient"] for row in table.rows() if row["unit"] == "firms"}
    one, other = quotients(of_cluster), quotients(of_machine)
    assert one.keys() == other.keys() and all(one[key] == pytest.approx(other[key]) for key in one)


def test_an_executor_that_is_killed(spark: Any, register: pd.DataFrame, index_file: Path, expected: list[str | None],
                                    tmp_path: Path) -> None:
    mark = tmp_path / "killed"
    frame = spark.createDataFrame(register).repartition(12)

    def killing(batches: Any) -> Any:
        # The first task that comes here ends the Java process it belongs to, once.
        for batch in batches:
            yield batch
            try:
                os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            parents = subprocess.run(["ps", "-o", "ppid=", "-p", str(os.getppid())], capture_output=True, text=True).stdout
            os.kill(int(parents), signal.SIGKILL)

    found = on_spark.locate(frame.mapInArrow(killing, frame.schema), index_file)
    assert located(found) == expected
    assert mark.exists()


def test_what_is_wrong_is_said(spark: Any, register: pd.DataFrame, index_file: Path) -> None:
    frame = spark.createDataFrame(register.head(10))
    with pytest.raises(ValueError, match="area"):
        on_spark.locate(frame.withColumnRenamed("sector", "area"), index_file)

"""What a user writes, for mypy: the types of functions, of their results, and of what they refuse."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

import jiju


def checked(firms: pl.DataFrame, towns: pa.Table) -> None:
    joined: jiju.Result = jiju.join(firms, [towns, Path("parks.gpkg")], area_id="adcode", x="lng", y="lat", crs="gcj02", count=True)
    rates: list[float | None] = joined["rate"].to_list()
    found = jiju.moran(joined, value="rate", areas=towns, contiguity="queen", permutations=999, alternative="greater")
    index: jiju.AreaIndex = jiju.AreaIndex(towns, area_id="adcode")
    column: jiju.Column = index.locate(firms["lon"].to_numpy(), firms["lat"].to_numpy())
    figure: jiju.Figure = jiju.map(found.geo, value="i", scheme="quantile", k=4, set={"classes.count": 4})
    figure.save("map.png", dpi=300)
    run: jiju.Run = jiju.run("jiju.toml", as_of=datetime.date(2020, 9, 30), progress=jiju.bar())
    pa.table(found), pl.DataFrame(found), pa.array(column)
    jiju.dbscan(firms, radius="500m", min_points=20, hulls=True).layers["hulls"].save("hulls.geojson")
    jiju.classify([1.0, 2.0], scheme="fisher-jenks", k=5)
    jiju.moran(joined, value="rate", contiguity="bishop")  # type: ignore[arg-type]
    jiju.moran(joined, valu="rate")  # type: ignore[call-arg]
    print(rates, run.files)

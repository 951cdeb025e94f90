"""Points of a Spark cluster in areas: each executor asks an index that was saved once. Nothing here schedules anything.

Spark runs `DataFrame.mapInArrow` over the columns, so that this file is all there is; `docs/spark.md` shows the same by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ._index import AreaIndex
from ._operations import Result

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: The indices of this process by their paths: a worker of Python serves many tasks, and opens a file once.
_OPENED: dict[str, AreaIndex] = {}


def _opened(path: str) -> AreaIndex:
    if path not in _OPENED:
        found = path
        if not os.path.exists(found):
            # Shipped with the job: `spark.sparkContext.addFile(path)`.
            from pyspark import SparkFiles

            found = SparkFiles.get(os.path.basename(path))
        _OPENED[path] = AreaIndex.open(found, memory_map=True)
    return _OPENED[path]


def locate(df: DataFrame, index: str | os.PathLike[str], x: str = "lon", y: str = "lat", crs: str | None = None,
           area: str = "area") -> DataFrame:
    """The rows of a data frame with the id of the area that contains each, empty for a point in none.

    `index` is the path of a saved index (`AreaIndex(…).save(path)`): one that every executor sees, or the name of a file that was
    shipped with `SparkContext.addFile`. Every executor maps it once. Rows stay in their partitions and in their order.
    """
    from pyspark.sql.types import StringType, StructField, StructType

    path = os.fspath(index)
    if area in df.columns:
        raise ValueError(f"the data frame has a column {area} already; name another with area=")

    def located(batches: Iterable[Any]) -> Iterator[Any]:
        # Spark has a task for every core already.
        os.environ.setdefault("RAYON_NUM_THREADS", "1")
        import pyarrow as pa

        own = _opened(path)
        for batch in batches:
            ids = own.locate(batch.column(x), batch.column(y), crs=crs)
            yield batch.append_column(area, pa.array(ids).cast(pa.string()))

    return df.mapInArrow(located, StructType([*df.schema.fields, StructField(area, StringType())]))


def count(df: DataFrame, index: str | os.PathLike[str], by: str | list[str] | None = None, x: str = "lon", y: str = "lat",
          crs: str | None = None, area: str = "area") -> DataFrame:
    """The number of rows in each area, and in each sector where `by` names columns: `area`, the columns, `count`.

    Only the coordinates and these columns go to Python; Spark adds the numbers up. Rows in no area are counted under an empty area.
    """
    columns = [by] if isinstance(by, str) else list(by or [])
    wanted = list(dict.fromkeys([x, y, *columns]))
    return locate(df.select(*wanted), index, x=x, y=y, crs=crs, area=area).groupBy(area, *columns).count()


def concentration(df: DataFrame, index: str | os.PathLike[str], by: str, x: str = "lon", y: str = "lat", crs: str | None = None,
                  **given: Any) -> Result:
    """The concentration table of a cluster's register: Spark counts areas and sectors, and the operation `concentration` measures
    the few counts on this machine. Its other keywords, such as `areas=` for densities and `per=`, are those of the operation.
    """
    from . import concentration as measured  # type: ignore[attr-defined]

    rows = count(df, index, by=by, x=x, y=y, crs=crs).where("area is not null").orderBy("area", by).collect()
    counts = {name: [row[name] for row in rows] for name in ("area", by, "count")}
    return measured(counts, counts=True, by=by, area="area", count="count", **given)

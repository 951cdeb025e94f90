"""Tables, areas and columns as Python has them: small objects around what Rust owns, that give and take Arrow."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from . import _jiju

#: How many rows a table shows of itself.
SHOWN_ROWS = 10

#: What stands before the name of something in memory among the parameters, as Rust knows it.
MARK = "\0memory:"


def is_path(value: object) -> bool:
    """Whether a value names a file."""
    return isinstance(value, (str, os.PathLike))


def is_table(value: object) -> bool:
    """Whether a value has columns; else it is one column by itself."""
    named = ("_handle", "columns", "column_names", "schema")
    return isinstance(value, Mapping) or any(hasattr(value, name) for name in named)


def offered(value: Any) -> Any:
    """A value as Rust takes it: ours, Arrow, or a dict of lists."""
    if hasattr(value, "_handle"):
        return value
    if hasattr(value, "to_arrow") and hasattr(value, "crs"):
        # GeoPandas: what its frame inherits from pandas would not take its geometries along.
        if not hasattr(value, "columns"):
            return value.to_frame("geometry").to_arrow(index=False)
        return value.to_arrow(index=False)
    if isinstance(value, Mapping):
        return {str(name): _listed(cells) for name, cells in value.items()}
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"):
        return value
    if hasattr(value, "to_arrow_table"):
        return value.to_arrow_table()
    if not is_table(value) and hasattr(value, "__iter__"):
        return {"value": _listed(value)}
    return value


def _listed(cells: Any) -> list[Any]:
    cells = cells.tolist() if hasattr(cells, "tolist") else cells.to_list() if hasattr(cells, "to_list") else list(cells)
    return [None if cell is not None and cell is not True and cell != cell else cell for cell in cells]


class Column:
    """A column by itself. Arrow takes it (`pyarrow.array(column)`, `polars.Series(column)`), Python iterates over it."""

    __slots__ = ("_handle", "_length", "name")

    def __init__(self, handle: Any, name: str, length: int) -> None:
        self._handle = handle
        self._length = length
        self.name = name

    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        return _jiju.column_array(self._handle)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, row: int) -> Any:
        if row < 0:
            row += self._length
        if not 0 <= row < self._length:
            raise IndexError(row)
        return _jiju.column_list(self._handle, row, 1)[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_list())

    def to_list(self) -> list[Any]:
        """The cells as a list; empty ones are `None`."""
        return _jiju.column_list(self._handle, 0, self._length)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        import numpy

        return numpy.asarray(self.to_list(), dtype=dtype)

    def __repr__(self) -> str:
        cells = ", ".join(repr(cell) for cell in _jiju.column_list(self._handle, 0, SHOWN_ROWS))
        return f"<jiju.Column {self.name}: {self._length} cells [{cells}{', …' if self._length > SHOWN_ROWS else ''}]>"


class Table:
    """A table of typed columns.

    Made of anything that offers Arrow, or of a dict of lists: `Table({"rate": [0.5, None]})`. It gives itself as Arrow: `polars.DataFrame(table)`, `pyarrow.table(table)`, `pandas.DataFrame.from_arrow`, DuckDB by its
    variable's name. It never holds geometries; `geo` is the same with them, for `geopandas.GeoDataFrame.from_arrow`.
    """

    _with_geometry = False

    def __init__(self, table: Any) -> None:
        if type(table).__name__ != "PyCapsule":
            table = _jiju.table_of(offered(table), "table")
        self._handle = table
        self._about = _jiju.shape(table)

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return _jiju.stream(self._handle, self._with_geometry)

    def __arrow_c_schema__(self) -> Any:
        return _jiju.schema(self._handle, self._with_geometry)

    @property
    def columns(self) -> list[str]:
        """The headers."""
        return list(self._about["columns"])

    @property
    def dtypes(self) -> dict[str, str]:
        """The type of each column, in the words of polars."""
        return dict(zip(self._about["columns"], self._about["types"]))

    @property
    def crs(self) -> str | None:
        """The reference of its coordinates or geometries, where it is known."""
        return self._about["crs"]

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self), len(self._about["columns"])

    def __len__(self) -> int:
        return self._about["rows"]

    def __getitem__(self, name: str) -> Column:
        return Column(_jiju.column(self._handle, name), name, len(self))

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self._about["columns"]

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns as lists by their headers."""
        return dict(zip(self.columns, _jiju.cells(self._handle, 0, len(self))))

    def rows(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [dict(zip(self.columns, row)) for row in zip(*_jiju.cells(self._handle, 0, len(self)))]

    @property
    def geo(self) -> Table:
        """The same rows with where they lie, in a column `geometry` of well-known binary (`geoarrow.wkb`) that says its reference."""
        if not self._about["has_geometry"]:
            from ._errors import ProjectError

            raise ProjectError("the rows of this table have no place", "give areas= where the rows are of areas")
        return GeoTable(self._handle)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it in the format of the ending: csv, json, parquet, xlsx; geojson, gpkg, fgb, kml, geoparquet where its rows have places."""
        _jiju.save_table(self._handle, os.fspath(path))

    def __repr__(self) -> str:
        rows, columns = self.shape
        more = f"\n… {rows - SHOWN_ROWS} more" if rows > SHOWN_ROWS else ""
        return f"<jiju.{type(self).__name__} {rows} × {columns}>\n{_jiju.shown(self._handle, SHOWN_ROWS).rstrip()}{more}"

    def _repr_html_(self) -> str:
        from html import escape

        cells = [_jiju.cells(self._handle, 0, SHOWN_ROWS)]
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        row = lambda values: "".join(f"<td>{escape(_said(value))}</td>" for value in values)
        body = "".join(f"<tr>{row(values)}</tr>" for values in zip(*cells[0]))
        rows, columns = self.shape
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{rows} × {columns}</p>"


def _said(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class GeoTable(Table):
    """A table with a column `geometry` of well-known binary (`geoarrow.wkb`) that says its reference."""

    _with_geometry = True

    @property
    def geo(self) -> Table:
        return self


class Areas(GeoTable):
    """A layer of areas with their attributes, as `read_areas` reads it. It gives itself as Arrow with its geometries.

    Made of a frame with geometries: `Areas(gdf, area_id="adcode")`.
    """

    def __init__(self, areas: Any, area_id: str | None = None, area_name: str | None = None, areas_crs: str | None = None,
                 repair: bool = False, notes: list[str] | None = None) -> None:
        self.notes = notes or []
        if type(areas).__name__ != "PyCapsule":
            if is_path(areas):
                from . import read_areas

                areas = read_areas(areas, area_id=area_id, area_name=area_name, areas_crs=areas_crs, repair=repair)
            areas, told = _jiju.areas_of(offered(areas), "areas", given_json(
                {"area_id": area_id, "area_name": area_name, "areas_crs": areas_crs, "repair": repair}))
            self.notes = told
        super().__init__(areas)

    @property
    def table(self) -> Table:
        """The attributes alone."""
        return Table(self._handle)


class Weights:
    """Neighbours and their weights, to be given as `weights=`."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle


def given_json(given: Mapping[str, Any]) -> str:
    """What was given by name as JSON; what is `None` was not given."""
    import json

    return json.dumps({name: _plain(value) for name, value in given.items() if value is not None}, allow_nan=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(own) for name, own in value.items()}
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        return value.item()
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if hasattr(value, "__iter__"):
        return [_plain(one) for one in value]
    raise TypeError(f"found {type(value).__name__}, which is no value of a parameter")

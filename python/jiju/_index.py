"""An index of areas that says in which one points lie."""

from __future__ import annotations

import os
from typing import Any

from . import _jiju
from ._data import Areas, Column, Table
from ._operations import Result


class AreaIndex:
    """An index of a layer of areas, built once and asked again and again.

    Made of areas, a frame with geometries, or a file: `AreaIndex(areas, area_id="adcode")`. The answers are those of exact
    arithmetic; a point on a shared boundary lies in the first area of the file. Threads may ask at once; it pickles.
    """

    def __init__(self, areas: Any, area_id: str | None = None, area_name: str | None = None, areas_crs: str | None = None,
                 repair: bool = False) -> None:
        if not isinstance(areas, Areas) or area_id or area_name:
            areas = Areas(areas, area_id=area_id, area_name=area_name, areas_crs=areas_crs, repair=repair)
        self._handle = _jiju.index(areas._handle)

    @classmethod
    def _made(cls, handle: Any) -> AreaIndex:
        index = cls.__new__(cls)
        index._handle = handle
        return index

    @classmethod
    def open(cls, path: str | os.PathLike[str], memory_map: bool = False) -> AreaIndex:
        """Opens a saved index. With `memory_map` processes share the pages of the file, of which only those that are needed are
        read; the file must then stay as it is for as long as the index lives, and it is not asked whether its areas have changed."""
        return cls._made(_jiju.open_index(os.fspath(path), memory_map))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the index to a file, which stands wherever a file of areas does, in the program too."""
        _jiju.save_index(self._handle, os.fspath(path))

    def locate(self, x: Any, y: Any, crs: str | None = None) -> Column:
        """The id of the area of each point, empty for a point in none. `x` and `y` are longitudes and latitudes, or eastings and
        northings: arrays of numpy and Arrow are taken as they lie, without a copy. `crs` is their reference, such as `gcj02`, where it
        is not that of the areas."""
        return Column(handle := _jiju.locate(self._handle, x, y, crs), "area", _length(handle))

    def locate_all(self, x: Any, y: Any, crs: str | None = None) -> Table:
        """Every area of every point, where areas overlap: `row` counted from 0, `area`, `on_boundary`."""
        return Table(_jiju.locate_all(self._handle, x, y, crs))

    def nearest(self, x: Any, y: Any, within_m: float | None = None, crs: str | None = None) -> Table:
        """The nearest area of each point and the metres to it, 0 inside: `row`, `area`, `distance_m`; empty beyond `within_m`."""
        return Table(_jiju.nearest(self._handle, x, y, crs, within_m))

    def join(self, points: Any, **given: Any) -> Result:
        """The points with the areas that they lie in, as the function `join` gives them, without building the index again."""
        from . import join

        return join(points, self, **given)

    @property
    def ids(self) -> list[str]:
        """The ids of the areas, in their order."""
        return _jiju.index_about(self._handle)["ids"]

    @property
    def names(self) -> list[str]:
        """The names of the areas, in their order."""
        return _jiju.index_about(self._handle)["names"]

    @property
    def crs(self) -> str:
        """The reference of the areas."""
        return _jiju.index_about(self._handle)["crs"]

    @property
    def areas(self) -> Areas:
        """The areas."""
        return Areas(_jiju.index_areas(self._handle))

    def __len__(self) -> int:
        return len(self.ids)

    def __reduce__(self) -> tuple[Any, ...]:
        mapped = _jiju.index_about(self._handle)["mapped"]
        if mapped is not None:
            return _open_mapped, (os.fspath(mapped),)
        return _from_bytes, (_jiju.index_bytes(self._handle),)

    def __repr__(self) -> str:
        about = _jiju.index_about(self._handle)
        return f"<jiju.AreaIndex {about['layer']}: {len(about['ids'])} areas in {about['crs']}>"


def _length(column: Any) -> int:
    return _jiju.column_length(column)


def _from_bytes(bytes_: bytes) -> AreaIndex:
    return AreaIndex._made(_jiju.index_from_bytes(bytes_))


def _open_mapped(path: str) -> AreaIndex:
    return AreaIndex.open(path, memory_map=True)

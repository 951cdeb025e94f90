"""Maps, charts, atlases and pages, which show themselves in a notebook."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from . import _jiju
from ._data import given_json
from ._operations import declaration, taken


class Figure:
    """A figure in millimetres. A notebook shows it; `save("map.pdf")` writes svg, png or pdf."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._about = _jiju.figure_about(handle)

    @property
    def notes(self) -> list[str]:
        """What its reader should know: areas without data, labels without room."""
        return self._about["notes"]

    @property
    def record(self) -> dict[str, Any]:
        """What was drawn: classes, values, sources."""
        return json.loads(self._about["record"])

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return self._about["width_mm"], self._about["height_mm"]

    def svg(self, outlines: bool = False) -> str:
        """The figure as SVG; with `outlines` its letters need no font."""
        return _jiju.figure_bytes(self._handle, "svg", given_json({"outlines": outlines or None})).decode()

    def png(self, dpi: int | None = None) -> bytes:
        """The figure as PNG."""
        return _jiju.figure_bytes(self._handle, "png", given_json({"dpi": dpi}))

    def pdf(self) -> bytes:
        """The figure as PDF."""
        return _jiju.figure_bytes(self._handle, "pdf", "{}")

    def save(self, path: str | os.PathLike[str], dpi: int | None = None, outlines: bool = False) -> None:
        """Writes it in the format of the ending: svg, png, pdf. `dpi` is the resolution of a PNG."""
        _jiju.save_figure(self._handle, os.fspath(path), given_json({"dpi": dpi, "outlines": outlines or None}))

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        width, height = self.size_mm
        notes = "".join(f"\nnote: {note}" for note in self.notes)
        return f"<jiju.Figure {self._about['title']}: {width:g} × {height:g} mm>{notes}"


class Atlas:
    """An atlas: a figure for each sheet. `save("atlas.pdf")` writes one PDF with bookmarks, `save("folder")` a file a sheet."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.title, sheets = _jiju.atlas_sheets(handle)
        self.sheets: dict[str, Figure] = {name: Figure(sheet) for name, sheet in sheets}

    def save(self, path: str | os.PathLike[str], format: str | None = None, dpi: int | None = None) -> list[str]:
        """Writes it, and gives the files."""
        files = _jiju.save_atlas(self._handle, os.fspath(path), given_json({"format": format, "dpi": dpi}))
        return [os.fspath(file) for file in files]

    def __len__(self) -> int:
        return len(self.sheets)

    def _repr_html_(self) -> str:
        from html import escape

        sheets = "".join(f"<details><summary>{escape(name)}</summary>{sheet.svg(outlines=True)}</details>" for name, sheet in self.sheets.items())
        return f"<h3>{escape(self.title)}</h3>{sheets}"

    def __repr__(self) -> str:
        return f"<jiju.Atlas {self.title}: {len(self)} sheets>"


def framed(html: str) -> str:
    """A whole document of HTML within the cell of a notebook."""
    from html import escape

    return f'<iframe srcdoc="{escape(html)}" style="width:100%;height:640px;border:0"></iframe>'


class Page:
    """A page to look around in: one file of HTML that asks no network."""

    def __init__(self, html: str, notes: list[str], inputs: list[str]) -> None:
        self.html = html
        self.notes = notes
        self._inputs = inputs

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file."""
        _jiju.save_text(self.html, os.fspath(path), self._inputs)

    def _repr_html_(self) -> str:
        return framed(self.html)

    def __repr__(self) -> str:
        return f"<jiju.Page {len(self.html) // 1000} kB>"


def _set(given: dict[str, Any]) -> dict[str, Any]:
    """Keys of a specification that are set otherwise may be a dict."""
    if isinstance(given.get("set"), Mapping):
        given["set"] = [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in given["set"].items()]
    return given


def map(areas: Any = None, spec: Any = None, **given: Any) -> Figure:
    """Draws a map of areas, or of a project.

    `jiju.map(towns, value="rate", scheme="quantile", k=4)` shows a column of the areas' own attributes; with `table=` and `key=`
    a column of a table. `jiju.map(spec="maps/quota-progress.toml", project="jiju.toml")` draws what a specification says.
    `set={"title": "…", "classes.count": 4}` sets keys of the specification otherwise.
    """
    return Figure(_jiju.map(*taken(declaration("map")["parameters"], _set({"areas": areas, "spec": spec, **given}))))


def explain_map(areas: Any = None, spec: Any = None, **given: Any) -> str:
    """The specification of a map with every default in force, as TOML."""
    return _jiju.map_explained(*taken(declaration("map")["parameters"], _set({"areas": areas, "spec": spec, **given})))


def chart(spec: Any, table: Any = None, **given: Any) -> Figure:
    """Draws a chart from a specification: of a project, or of a table, which may be the result of an operation."""
    return Figure(_jiju.chart(*taken(declaration("chart")["parameters"], _set({"spec": spec, "table": table, **given}))))


def atlas(spec: Any, project: Any, **given: Any) -> Atlas:
    """Draws an atlas of a project: a sheet for each district, town or block economy."""
    text, _ = taken(declaration("atlas")["parameters"], _set({"spec": spec, "project": project, **given}))
    return Atlas(_jiju.atlas(text))


def page(project: Any, progress: Any = None, **given: Any) -> Page:
    """Makes the page of a project: map, quarters, ranking, firms."""
    text, _ = taken(declaration("page")["parameters"], {"project": project, **given})
    html, notes, inputs = _jiju.page(text, progress)
    return Page(html, notes, [os.fspath(file) for file in inputs])

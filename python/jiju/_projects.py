"""Project files: the run, the check; quota tables, conversions, sample data."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from . import _jiju
from ._data import Areas, Table, is_path
from ._operations import declaration, taken


class Unmade(NamedTuple):
    """A figure that could not be made, and why."""

    name: str
    message: str
    hint: str | None


class Run:
    """What a run of a project wrote and found."""

    def __init__(self, given: dict[str, Any]) -> None:
        #: The files that were written.
        self.files: list[str] = [os.fspath(file) for file in given["files"]]
        #: Warnings, one sentence each.
        self.notes: list[str] = given["notes"]
        #: The quota table, in the columns that people read.
        self.quota = Table(given["quota"])
        #: The headings of these in the language of the project.
        self.headings: list[str] = given["headings"]
        #: Figures that could not be made.
        self.unmade = [Unmade(*one) for one in given["unmade"]]
        #: Whether no problem was found, every quota is met and everything was made.
        self.satisfied: bool = given["satisfied"]

    def __repr__(self) -> str:
        state = "satisfied" if self.satisfied else "not satisfied"
        return f"<jiju.Run {len(self.files)} files, {state}>\n{self.quota!r}"


class Check:
    """Every problem that was found, with its file, row and column."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.problems = Table(given["problems"])
        self.summary: str = given["summary"]
        self.notes: list[str] = given["notes"]
        #: Whether there is no problem.
        self.is_clean: bool = given["is_clean"]
        self.unmade = [Unmade(*one) for one in given["unmade"]]

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.problems.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self.problems)

    def __repr__(self) -> str:
        return f"<jiju.Check {self.summary}>\n{self.problems!r}"


class Quotas:
    """A ledger counted toward its quotas."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.table = Table(given["quota"])
        self.notes: list[str] = given["notes"]
        #: Whether every quota is met.
        self.satisfied: bool = given["satisfied"]

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<jiju.Quotas>\n{self.table!r}"


def read_table(path: Any, **given: Any) -> Table:
    """Reads a table: CSV, TSV, XLSX, XLS, ODS, Parquet, Arrow, or a vector file of points; encodings are recognised. `sheet` and
    `encoding` say otherwise. What was found out beside the cells stands in the attribute `notes`."""
    text, _ = taken(declaration("read_table")["parameters"], {"table": path, **given})
    handle, notes = _jiju.read_table(text)
    table = Table(handle)
    table.notes = notes  # type: ignore[attr-defined]
    return table


def read_areas(path: Any, area_id: str | None = None, **given: Any) -> Areas:
    """Reads a layer of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile, FlatGeobuf, KML; of several layers
    `FILE|layername=NAME`. What was left out or repaired stands in the attribute `notes`."""
    if not is_path(path):
        return Areas(path, area_id=area_id, **given)
    text, _ = taken(declaration("read_areas")["parameters"], {"areas": path, "area_id": area_id, **given})
    handle, notes = _jiju.read_areas(text)
    return Areas(handle, notes=notes)


def run(project: Any, progress: Any = None, **given: Any) -> Run:
    """Does everything a project file asks for: check, join, measure, count, draw, report."""
    text, _ = taken(declaration("run")["parameters"], {"project": project, **given})
    return Run(_jiju.run_project(text, progress))


def check(project: Any = None, **given: Any) -> Check:
    """Checks a project, or a register, a ledger and areas that are named one by one: every problem with file, row and column."""
    text, _ = taken(declaration("check")["parameters"], given)
    return Check(_jiju.check(None if project is None else os.fspath(project), text))


def progress(**given: Any) -> Quotas:
    """Counts a ledger toward the quotas of its policy: listed, each stage, accepted, quota, rate, gap, rank."""
    text, _ = taken(declaration("progress")["parameters"], given)
    return Quotas(_jiju.progress(text))


def query(project: Any, sql: str | None = None, **given: Any) -> Table:
    """Answers a question in SQL to a project file or to the folder of a run; `tables=True` lists what can be asked.
    Of an answer with a column `geometry`, `geo` has the places. Warnings stand in the attribute `notes`."""
    text, _ = taken(declaration("query")["parameters"], {"project": project, "sql": sql, **given})
    handle, notes = _jiju.query(text)
    table = Table(handle)
    table.notes = notes  # type: ignore[attr-defined]
    return table


def convert(input: Any, output: Any, **given: Any) -> int:
    """Carries a table or vector file to another datum, grid or format, and gives the number of its rows.

    The two words that are Python's own get an underscore: `convert("gps.csv", "wgs84.csv", from_="gcj02", to="wgs84")`.
    """
    given = {name.removesuffix("_"): value for name, value in given.items()}
    text, _ = taken(declaration("convert")["parameters"], given)
    return _jiju.convert(os.fspath(input), os.fspath(output), text)[0]


def synth(folder: Any, **given: Any) -> list[str]:
    """Writes synthetic sample data, no real firms: register, ledger, towns, parks, and the truth of the seeded faults."""
    text, _ = taken(declaration("synth")["parameters"], given)
    return [os.fspath(file) for file in _jiju.synth(text, os.fspath(folder))]

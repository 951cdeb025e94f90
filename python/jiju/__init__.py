"""jiju 集聚 joins enterprises with districts, towns and parks, measures how industries concentrate, and draws quota maps.

Every operation of the program is a function: `jiju.concentration(firms, areas=towns, by="sector")`. Tables go in and come out as
Arrow: polars, pandas, pyarrow, DuckDB, GeoPandas, or the path of a file. `jiju.operations()` lists them.
"""

from __future__ import annotations

from typing import Any

from . import _jiju
from ._data import Areas, Column, GeoTable, Table, Weights
from ._errors import (
    DatabaseError,
    Error,
    FileError,
    InternalError,
    JoinError,
    ParameterError,
    PolicyError,
    ProjectError,
    QueryError,
    ReadError,
    RenderError,
    StatisticsError,
)
from ._desk import (
    Changes,
    Dossier,
    Evaluation,
    Proof,
    Report,
    SpotCheck,
    diff,
    dossier,
    evaluate,
    proof,
    report,
    sample,
)
from ._figures import Atlas, Figure, Page, atlas, chart, explain_map, map, page
from ._index import AreaIndex
from ._operations import SUMMARIES, Result
from ._operations import function as _function
from ._progress import bar
from ._projects import Check, Quotas, Run, Unmade, check, convert, progress, query, read_areas, read_table, run, synth

__version__: str = _jiju.VERSION

__all__ = [
    *("AreaIndex", "Areas", "Atlas", "Changes", "Check", "Column", "DatabaseError", "Dossier", "Error", "Evaluation", "Figure"),
    *("FileError", "GeoTable", "InternalError", "JoinError", "Page", "ParameterError", "PolicyError", "ProjectError", "Proof"),
    *("QueryError", "Quotas", "ReadError", "RenderError", "Report", "Result", "Run", "SpotCheck", "StatisticsError", "Table"),
    *("Unmade", "Weights"),
    *("atlas", "bar", "chart", "check", "convert", "diff", "dossier", "evaluate", "explain_map", "map", "operations", "page"),
    *("progress", "proof", "query", "read_areas", "read_table", "report", "run", "sample", "synth"),
    *SUMMARIES,
]


def operations() -> dict[str, str]:
    """The operations by name, each with what it answers."""
    return dict(SUMMARIES)


def __getattr__(name: str) -> Any:
    # Made when first asked for: fifty functions with their documentation would take longer than everything else here.
    if name in SUMMARIES:
        made = globals()[name] = _function(name)
        return made
    if name == "spark":
        from importlib import import_module

        return import_module("jiju.spark")
    raise AttributeError(f"module 'jiju' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "spark"})

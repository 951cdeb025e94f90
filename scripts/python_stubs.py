#!/usr/bin/env python3
"""Writes the types of the module jiju from the declarations of its functions: python/jiju/__init__.pyi.

    python scripts/python_stubs.py           writes the file
    python scripts/python_stubs.py --check   fails where the file says something else
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jiju
from jiju import _operations

FILE = Path(__file__).resolve().parent.parent / "python/jiju/__init__.pyi"

HEAD = '''"""The types of jiju, made from the declarations of its functions by scripts/python_stubs.py."""

import datetime
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from . import spark as spark
from ._data import Areas as Areas
from ._data import Column as Column
from ._data import GeoTable as GeoTable
from ._data import Table as Table
from ._data import Weights as Weights
from ._desk import Changes as Changes
from ._desk import Dossier as Dossier
from ._desk import Evaluation as Evaluation
from ._desk import Proof as Proof
from ._desk import Report as Report
from ._desk import SpotCheck as SpotCheck
{errors}from ._figures import Atlas as Atlas
from ._figures import Figure as Figure
from ._figures import Page as Page
from ._index import AreaIndex as AreaIndex
from ._operations import Result as Result
from ._progress import bar as bar
from ._projects import Check as Check
from ._projects import Quotas as Quotas
from ._projects import Run as Run
from ._projects import Unmade as Unmade

__version__: str

class ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> Any: ...

Source: TypeAlias = (
    str | os.PathLike[str] | ArrowStream | ArrowArray | Mapping[str, Iterable[Any]] | Iterable[float | None] | AreaIndex | Weights
)
Progress: TypeAlias = Callable[[str, int, int | None], Any]

def operations() -> dict[str, str]: ...
'''

#: Functions that are no operations: the parameters by position, those that have another type or name here, what comes back.
OTHERS: dict[str, tuple[str, list[str], dict[str, str], list[str], str]] = {
    "read_table": ("read_table", ["path: Source"], {}, ["table"], "Table"),
    "read_areas": ("read_areas", ["path: Source", "area_id: str | None = None"], {}, ["areas", "area_id"], "Areas"),
    "map": ("map", ["areas: Source | None = None", "spec: Source | None = None"], {"set": "Mapping[str, Any] | Sequence[str]"},
            ["areas", "spec"], "Figure"),
    "explain_map": ("map", ["areas: Source | None = None", "spec: Source | None = None"],
                    {"set": "Mapping[str, Any] | Sequence[str]"}, ["areas", "spec"], "str"),
    "chart": ("chart", ["spec: Source", "table: Source | None = None"], {"set": "Mapping[str, Any] | Sequence[str]"},
              ["spec", "table"], "Figure"),
    "atlas": ("atlas", ["spec: Source", "project: Source"], {"set": "Mapping[str, Any] | Sequence[str]"},
              ["spec", "project"], "Atlas"),
    "page": ("page", ["project: Source", "progress: Progress | None = None"], {}, ["project"], "Page"),
    "dossier": ("dossier", ["block_economy: str", "project: Source = 'jiju.toml'", "progress: Progress | None = None"], {},
                ["block_economy", "project"], "Dossier"),
    "report": ("report", ["project: Source = 'jiju.toml'", "progress: Progress | None = None"], {}, ["project"], "Report"),
    "proof": ("proof", ["text: Source", "project: Source = 'jiju.toml'"], {}, ["text", "project"], "Proof"),
    "evaluate": ("evaluate", ["project: Source = 'jiju.toml'"], {}, ["project"], "Evaluation"),
    "diff": ("diff", ["old: Source", "new: Source"], {}, ["old", "new"], "Changes"),
    "sample": ("sample", ["project: Source | None = None"], {}, ["project"], "SpotCheck"),
    "run": ("run", ["project: Source", "progress: Progress | None = None"], {}, ["project"], "Run"),
    "check": ("check", ["project: Source | None = None"], {}, [], "Check"),
    "progress": ("progress", [], {}, [], "Quotas"),
    "query": ("query", ["project: Source", "sql: str | None = None"], {}, ["project", "sql"], "Table"),
    "convert": ("convert", ["input: Source", "output: Source"], {}, [], "int"),
    "synth": ("synth", ["folder: Source"], {}, [], "list[str]"),
}

#: Words that Python keeps for itself.
RESERVED = {"from": "from_"}


def default(one: dict[str, Any]) -> str:
    """The default of a parameter as Python writes it."""
    return "False" if one["kind"] == "flag" else repr(one["default"])


def keyword(one: dict[str, Any], parameters: list[dict[str, Any]], kind: str | None = None) -> str:
    """A parameter that is given by name."""
    kind = kind or _operations.annotation(one)
    name = RESERVED.get(one["name"], one["name"])
    if _operations.is_needed(one, parameters):
        return f"{name}: {kind}"
    none = "" if one["kind"] == "flag" or one["default"] is not None else " | None"
    return f"{name}: {kind}{none} = {default(one)}"


def written(name: str, first: list[str], rest: list[str], returned: str, about: str) -> str:
    """A function with a line for each parameter."""
    lines = [*first, *(["*", *rest] if rest else [])]
    body = "".join(f"    {line},\n" for line in lines)
    return f'\ndef {name}(\n{body}) -> {returned}:\n    """{about}"""\n' if lines else f'\ndef {name}() -> {returned}: ...\n'


def of_operation(name: str) -> str:
    """The types of an operation."""
    declared = _operations.declaration(name)
    by_position = _operations.order(declared["parameters"])
    one_of = {one["name"]: one for one in declared["parameters"]}
    first, are_required = [], True
    for own in by_position:
        are_required = are_required and one_of[own]["is_required"]
        kind = _operations.annotation(one_of[own])
        first.append(f"{own}: {kind}" if are_required else f"{own}: {kind} | None = None")
    rest = [keyword(one, declared["parameters"]) for one in declared["parameters"] if one["name"] not in by_position]
    rest += [f"{part['name']}: bool = False" for part in declared["parts"]]
    rest.append("progress: Progress | None = None")
    return written(name, first, rest, "Result", declared["summary"].replace('"', "'"))


def of_other(name: str) -> str:
    """The types of a function that is no operation."""
    request, first, kinds, left_out, returned = OTHERS[name]
    parameters = _operations.declaration(request)["parameters"]
    rest = [keyword(one, parameters, kinds.get(one["name"])) for one in parameters if one["name"] not in left_out]
    about = (getattr(jiju, name).__doc__ or "").strip().splitlines()[0]
    return written(name, first, rest, returned, about.replace('"', "'"))


def text() -> str:
    """The whole file."""
    errors = sorted(name for name in jiju.__all__ if isinstance(getattr(jiju, name), type) and issubclass(getattr(jiju, name), Exception))
    head = HEAD.replace("{errors}", "".join(f"from ._errors import {name} as {name}\n" for name in errors))
    return head + "".join(of_other(name) for name in OTHERS) + "".join(of_operation(name) for name in jiju.operations())


if __name__ == "__main__":
    if "--check" in sys.argv:
        if FILE.read_text(encoding="utf-8") != text():
            sys.exit(f"{FILE} is not what the declarations say: python scripts/python_stubs.py")
    else:
        FILE.write_text(text(), encoding="utf-8")

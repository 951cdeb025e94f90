"""The operations as functions, made from their declarations: names, defaults and documentation are written once, in Rust."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from . import _jiju
from ._data import MARK, Column, GeoTable, Table, Weights, given_json, is_path, is_table, offered

#: Lines of every operation, one for each: its name in Python, what it answers.
SUMMARIES: dict[str, str] = dict(_jiju.about())

#: What the first input is called beside its own name, in the places where people say so.
_FIRST = ("points", "firms", "values")


class Result:
    """What an operation has found.

    `table` holds the rows, single values are attributes (`moran(…).i`), `notes` are sentences to read, `manifest` says what it was
    made from. Anything that takes Arrow takes the result as it takes its table; the columns are `result["column"]`.
    """

    def __init__(self, name: str, given: dict[str, Any], asked: tuple[Any, ...]) -> None:
        self._asked = asked
        self._outcome = given["outcome"]
        self._weights = given["weights"]
        self.operation = name
        #: Single values by name: the statistic, its p, the number of permutations.
        self.scalars: dict[str, Any] = json.loads(given["scalars"])
        #: Warnings, one sentence each.
        self.notes: list[str] = given["notes"]
        #: One line on what was found.
        self.summary: str | None = given["summary"]
        #: All tables by name.
        self.tables: dict[str, Table] = {name: Table(handle) for name, handle in given["tables"]}
        #: Areas or lines that were made, by name: hulls, regions, contours, cells.
        self.layers: dict[str, GeoTable] = {name: GeoTable(handle) for name, handle in given["layers"]}
        if not self.tables and "lists" in given:
            self.tables["lists"] = Table(given["lists"])

    @property
    def table(self) -> Table:
        """The first table; where there is none, the single values as rows."""
        for table in self.tables.values():
            return table
        for layer in self.layers.values():
            return layer
        single = {name: value for name, value in self.scalars.items() if not isinstance(value, (list, dict))}
        cells = {"field": list(single), "value": [None if value is None else str(value) for value in single.values()]}
        return Table(_jiju.table_of(cells, self.operation))

    @property
    def geo(self) -> Table:
        """The first table with where its rows lie."""
        return self.table.geo

    @property
    def weights(self) -> Weights | None:
        """The neighbours, where they are what was asked for."""
        return None if self._weights is None else Weights(self._weights)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the result was made from: version, definition, parameters, the SHA-256 of every input. Inputs are hashed when asked."""
        manifest = json.loads(_jiju.manifest(*self._asked, self._outcome))
        manifest["notes"] = self.notes
        return manifest

    @property
    def _handle(self) -> Any:
        return self.table._handle

    @property
    def columns(self) -> list[str]:
        """The headers of the table."""
        return self.table.columns

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> Any:
        return self.table.__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, name: str) -> Column:
        return self.table[name]

    def __getattr__(self, name: str) -> Any:
        scalars = self.__dict__.get("scalars", {})
        if name in scalars:
            return scalars[name]
        raise AttributeError(f"{self.__dict__.get('operation', 'the result')} has no value `{name}`; it has {', '.join(scalars)}")

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self.scalars})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the table in the format of the ending."""
        self.table.save(path)

    def _lines(self) -> list[str]:
        single = ((name, value) for name, value in self.scalars.items() if not isinstance(value, (list, dict)))
        lines = [f"<jiju.Result {self.operation}>"]
        values = ", ".join(f"{name} = {value:.6g}" if isinstance(value, float) else f"{name} = {value}" for name, value in single)
        lines.extend([values] if values else [])
        lines.extend([self.summary] if self.summary else [])
        lines.extend(f"layer {name}: {len(layer)} rows" for name, layer in self.layers.items())
        lines.extend(f"note: {note}" for note in self.notes)
        return lines

    def __repr__(self) -> str:
        return "\n".join([*self._lines(), *(repr(table) for table in self.tables.values())])

    def _repr_html_(self) -> str:
        from html import escape

        lines = "".join(f"<p>{escape(line)}</p>" for line in self._lines())
        return lines + "".join(table._repr_html_() for table in self.tables.values())


def declaration(name: str) -> dict[str, Any]:
    """The declaration of an operation or another function: its parameters with documentation, type, default."""
    text = _jiju.declaration(name)
    if text is None:
        raise AttributeError(f"jiju has no operation {name}")
    return json.loads(text)


def taken(parameters: list[dict[str, Any]], given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What was given, as JSON, and the objects in it by the names that stand for them there."""
    objects: dict[str, Any] = {}

    def placed(name: str, value: Any) -> Any:
        if is_path(value):
            return os.fspath(value)
        key = f"{MARK}{name}:{len(objects)}"
        objects[key] = offered(value)
        return key

    plain: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        known = next((one for one in parameters if name == one["name"] or name in one["aliases"]), None)
        if known is None:
            plain[name] = value if isinstance(value, (bool, int, float, str)) else str(value)
            continue
        if known["kind"] == "flag" and value is False:
            continue
        is_several = known["is_list"]
        if known["kind"] == "file":
            if is_several:
                several = value if isinstance(value, (list, tuple)) else [value]
                plain[name] = [placed(name, one) for one in several]
            else:
                plain[name] = placed(name, value)
        elif is_several and (isinstance(value, str) or not hasattr(value, "__iter__")):
            plain[name] = value.split(",") if isinstance(value, str) and known["has_commas"] else [value]
        else:
            plain[name] = value
    return given_json(plain), objects


def _progress() -> Callable[..., Any] | None:
    """A bar by itself in a notebook, where there is tqdm to draw it."""
    import sys

    if "ipykernel" not in sys.modules or "tqdm" not in sys.modules:
        return None
    from ._progress import bar

    return bar()


def order(parameters: list[dict[str, Any]]) -> list[str]:
    """The parameters that may be given by position: those that stand by themselves on the command line, then areas."""
    first = [one["name"] for one in parameters if one["is_positional"]]
    return [*first, *(one["name"] for one in parameters if one["name"] == "areas" and "areas" not in first)]


def stands_alone(parameters: list[dict[str, Any]]) -> bool:
    """Whether one column by itself may stand for the table and its column `value`: `classify([1.0, 2.0], k=2)`."""
    return order(parameters) == ["table"] and any(one["name"] == "value" for one in parameters)


def is_needed(one: Mapping[str, Any], parameters: list[dict[str, Any]]) -> bool:
    """Whether a parameter must be given in Python."""
    return one["is_required"] and not (one["name"] == "value" and stands_alone(parameters))


def function(name: str) -> Callable[..., Result]:
    """The function of an operation."""
    declared = declaration(name)
    parameters = declared["parameters"]
    by_position = order(parameters)
    names = {one["name"] for one in parameters} | {alias for one in parameters for alias in one["aliases"]}
    parts = {part["name"]: part for part in declared["parts"]}

    def call(*args: Any, progress: Callable[[str, int, int | None], Any] | None = None, **given: Any) -> Result:
        if len(args) > len(by_position):
            raise TypeError(f"{name}() takes {len(by_position)} arguments by position ({', '.join(by_position)}), found {len(args)}")
        for own, value in zip(by_position, args):
            if own in given:
                raise TypeError(f"{name}() got several values for {own}=")
            given[own] = value
        for other in _FIRST:
            if other in given and other not in names and by_position and by_position[0] not in given:
                given[by_position[0]] = given.pop(other)
        first = given.get(by_position[0]) if by_position else None
        if first is not None and stands_alone(parameters) and not is_path(first) and not is_table(first):
            # One column by itself.
            given[by_position[0]] = {"value": first}
            given.setdefault("value", "value")
        wanted = [part for part in parts if given.pop(part, False)]
        text, objects = taken(parameters, given)
        asked = (name, text, objects)
        return Result(name, _jiju.run(*asked, wanted, progress or _progress()), asked)

    call.__name__ = name
    call.__qualname__ = name
    call.__module__ = "jiju"
    call.__doc__ = documentation(declared)
    call.__signature__ = signature(declared)  # type: ignore[attr-defined]
    return call


def documentation(declared: Mapping[str, Any]) -> str:
    """The documentation of a function, from its declaration."""
    import re

    python = lambda text: re.sub("‹([^›]*)›", r"\1=", text).replace(" on stderr", "")
    lines = [python(declared["about"].strip()), ""]
    if declared.get("definition"):
        lines += [f"Definition: {declared['definition']}", ""]
    if declared.get("remarks"):
        lines += [python(declared["remarks"]), ""]
    lines.append("Parameters")
    lines.append("----------")
    for one in declared["parameters"]:
        lines.append(f"{one['name']} : {annotation(one, quoted=False)}{'' if one['is_required'] else ', optional'}")
        lines.append("    " + python(" ".join(one["about"].split())))
    for part in declared.get("parts", []):
        lines.append(f"{part['name']} : bool, optional")
        lines.append(f"    Also make {part['about']}: `result.{'layers' if part['is_layer'] else 'tables'}[{part['name']!r}]`.")
    if "group" in declared:
        lines.append("progress : callable, optional")
        lines.append("    Called with what is being done, how far it is, and of how much, or None where that is not known.")
        lines += ["", "Returns", "-------", "Result"]
    return "\n".join(lines) + "\n"


_TYPES = {"flag": "bool", "whole": "int", "number": "float", "text": "str", "date": "datetime.date | str", "file": "Source"}


def annotation(one: Mapping[str, Any], quoted: bool = True) -> str:
    """The type of a parameter."""
    if one["kind"] == "choice":
        words = ", ".join(repr(word) for word in one["choices"])
        kind = f"Literal[{words}]" if quoted else "{" + words + "}"
    else:
        kind = _TYPES[one["kind"]]
    return f"{kind} | Sequence[{kind}]" if one["is_list"] else kind


def signature(declared: Mapping[str, Any]) -> Any:
    """The signature of a function, from its declaration."""
    from inspect import Parameter, Signature

    by_position = order(declared["parameters"])
    one_of = {one["name"]: one for one in declared["parameters"]}
    made = []
    for name in by_position:
        default = Parameter.empty if one_of[name]["is_required"] and all(p.default is Parameter.empty for p in made) else None
        made.append(Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation(one_of[name])))
    for one in declared["parameters"]:
        if one["name"] in by_position:
            continue
        default = Parameter.empty if is_needed(one, declared["parameters"]) else False if one["kind"] == "flag" else one["default"]
        made.append(Parameter(one["name"], Parameter.KEYWORD_ONLY, default=default, annotation=annotation(one)))
    made += [Parameter(part["name"], Parameter.KEYWORD_ONLY, default=False, annotation="bool") for part in declared.get("parts", [])]
    made.append(Parameter("progress", Parameter.KEYWORD_ONLY, default=None, annotation="Progress | None"))
    return Signature(made, return_annotation="Result")

"""What a desk asks of a project: bulletin and dossiers, evaluation, spot check, changes, proof."""

from __future__ import annotations

import os
from typing import Any

from . import _jiju
from ._data import Table
from ._errors import ParameterError
from ._figures import Figure, framed
from ._operations import declaration, taken
from ._projects import Unmade


def _text(name: str, given: dict[str, Any]) -> str:
    """What was given, as JSON; these functions read files."""
    text, objects = taken(declaration(name)["parameters"], given)
    for key in objects:
        parameter = key.split(":")[1]
        raise ParameterError(f"{parameter}=: found something in memory, expected the path of a file", None)
    return text


class _Document:
    """A document that is made once and written in the form of a file's ending: docx, pdf, html, xlsx. A notebook shows it."""

    def __init__(self, handle: Any, html: str, notes: list[str], unmade: list[tuple[str, str, str | None]]) -> None:
        self._handle = handle
        self.html = html
        #: Warnings, one sentence each.
        self.notes = notes
        #: Figures that could not be drawn.
        self.unmade = [Unmade(*one) for one in unmade]

    def save(self, path: str | os.PathLike[str]) -> list[str]:
        """Writes it in the form of the ending, and gives what there is to say of that form."""
        return _jiju.save_document(self._handle, os.fspath(path))

    def _repr_html_(self) -> str:
        return framed(self.html)

    def __repr__(self) -> str:
        return f"<jiju.{type(self).__name__} {len(self.html) // 1000} kB>"


class Report(_Document):
    """The bulletin 季度通报 of a project. `save("bulletin.docx")` writes docx, pdf, html or xlsx."""


class Dossier(_Document):
    """The dossier of one block economy. `save("dossier.docx")` writes docx, pdf, html or xlsx."""


class _Rows:
    """Rows that are written as a table, or as a workbook that says them for people."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._rows = given["rows"]
        #: The rows.
        self.table = Table(given["table"])
        #: Warnings, one sentence each.
        self.notes: list[str] = given["notes"]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes them in the format of the ending: csv, json, parquet; xlsx is the workbook that the program writes."""
        _jiju.save_rows(self._rows, os.fspath(path))

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"<jiju.{type(self).__name__}>\n{self.table!r}"


class Proof(_Rows):
    """Figures of a text that contradict the tables of a project."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        #: How many figures were held against a cell.
        self.matched: int = given["matched"]
        #: How many of them a cell contradicts.
        self.contradictions: int = given["contradictions"]


class Evaluation(_Rows):
    """The evaluation per mu 亩均论英雄 of the firms of a project. `save("evaluation.xlsx")` has districts and sectors too."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        #: The map of where firms of the last class stand, if it was asked for by `draw=`.
        self.map: Figure | None = None if given["map"] is None else Figure(given["map"])


class Changes(_Rows):
    """What changed between two registers, two ledgers, or the output folders of two runs."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        #: Whether no change is a problem.
        self.is_clean: bool = given["is_clean"]


class SpotCheck(_Rows):
    """A spot check 市级抽验 that was drawn, or its results. `save("sample.xlsx")` is the sheet to take along."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        #: Whether there is anything to inspect, or every inspected firm passed.
        self.is_yes: bool = given["is_yes"]


def report(project: Any = "jiju.toml", progress: Any = None, **given: Any) -> Report:
    """Makes the bulletin 季度通报 of a project, in the form of official documents (GB/T 9704-2012)."""
    return Report(*_jiju.report(_text("report", {"project": project, **given}), progress))


def dossier(block_economy: str, project: Any = "jiju.toml", progress: Any = None, **given: Any) -> Dossier:
    """Makes the dossier of one block economy: how much, where, how concentrated, against whom, since when, how sure."""
    return Dossier(*_jiju.dossier(_text("dossier", {"block_economy": block_economy, "project": project, **given}), progress))


def proof(text: Any, project: Any = "jiju.toml", **given: Any) -> Proof:
    """Finds figures in a text (docx, txt, md) that contradict the tables of a project."""
    return Proof(_jiju.proof(_text("proof", {"text": text, "project": project, **given})))


def evaluate(project: Any = "jiju.toml", **given: Any) -> Evaluation:
    """Scores firms per mu of land, per employee and per energy by the rules of the policy, and puts them in classes A to D."""
    return Evaluation(_jiju.evaluate(_text("evaluate", {"project": project, **given})))


def diff(old: Any, new: Any, **given: Any) -> Changes:
    """Compares two registers, two ledgers, or the output folders of two runs: what entered, left, moved, merged, went back."""
    return Changes(_jiju.diff(_text("diff", {"old": old, "new": new, **given})))


def sample(project: Any = None, **given: Any) -> SpotCheck:
    """Draws a spot check spread over space; or takes the sheet back with `evaluate=` and estimates pass rates."""
    return SpotCheck(_jiju.sample(_text("sample", {"project": project, **given})))

"""The errors of jiju: every one is an `Error`, with the program's message, and its hint where there is one."""

from __future__ import annotations


class Error(Exception):
    """What jiju refuses, and why; `hint` says what to try next."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if not self.hint else f"{self.message}\nhint: {self.hint}"


class FileError(Error, OSError):
    """A file cannot be read or written."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        Error.__init__(self, message, hint)

    __str__ = Error.__str__


class ReadError(Error, ValueError):
    """A file exists but cannot be understood, or a table lacks a column."""


class DatabaseError(Error):
    """A database cannot be read or written."""


class PolicyError(Error):
    """A policy folder has faults."""


class JoinError(Error, ValueError):
    """Areas cannot be indexed or joined."""


class StatisticsError(Error, ValueError):
    """A statistic is not defined for this input."""


class RenderError(Error, ValueError):
    """A figure cannot be drawn."""


class ProjectError(Error, ValueError):
    """What is asked for is not possible together."""


class QueryError(Error, ValueError):
    """A question in SQL has no answer, or a larger one than is allowed."""


class ParameterError(Error, ValueError):
    """Parameters are wrong, or do not go together: all of them in one error."""


class InternalError(Error):
    """A fault of jiju itself; please report it."""

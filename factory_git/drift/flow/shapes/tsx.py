"""The syntax of TSX as operations: JavaScript's, by another grammar."""

from __future__ import annotations

from factory_git.drift.flow.shapes.ecmascript import (
    answering,
    answers,
    functions,
    logged,
    prints,
    responders,
    responses,
    table,
    written,
)  # fmt: skip

grammar = "tsx"

__all__ = [
    "answering", "answers", "functions", "grammar", "logged", "prints", "responders", "responses", "table", "written",
]  # fmt: skip

"""Reads a folder of CSV files: one file an entity, the first line names the fields.

Every awkward row is reported with its file and line; with any, nothing is loaded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from . import kit
from .rows import Column, Table, from_text


def read_folder(folder: Path, tables: Sequence[Table]) -> list[tuple[Table, list[Any]]]:
    """The rows of every table that has a file; kit.Invalid lists all problems."""
    if not folder.is_dir():
        raise kit.AppError(f"{folder}: there is no such folder")
    problems: list[str] = []
    found: list[tuple[Table, list[Any]]] = []
    paths = {p.stem.lower(): p for p in sorted(folder.glob("*.csv"))}
    for table in tables:
        names = [n for n in _names(table) if n in paths]
        if len(names) > 1:
            problems.append(f"{folder}: {' and '.join(names)} are both {table.entity}")
        if names and not table.made:
            found.append((table, read_file(paths[names[0]], table, problems)))
        elif names:
            problems.append(f"{paths[names[0]]}: {table.entity} is made, not loaded")
        for name in names:
            del paths[name]
    problems += [f"{path}: no entity has this name" for path in paths.values()]
    if not found and not problems:
        problems.append(f"{folder}: has no CSV file")
    kit.refuse(problems)
    return found


def read_file(path: Path, table: Table, problems: list[str]) -> list[Any]:
    """The rows of one file; what is wrong is added to ``problems``."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read: {error}")
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Any] = []
    try:
        columns = _header(next(reader, []), table, f"{path}:1", problems)
        if columns is None:
            return []
        line = reader.line_num
        for cells in reader:
            where, line = f"{path}:{line + 1}", reader.line_num
            if any(cell.strip() for cell in cells):
                rows += _row(cells, columns, table, where, problems)
    except csv.Error as error:
        problems.append(f"{path}:{reader.line_num}: not CSV: {error}")
    return rows


def _names(table: Table) -> list[str]:
    return list(dict.fromkeys((table.name, table.entity.lower(), *table.files)))


def _header(
    cells: list[str], table: Table, where: str, problems: list[str]
) -> list[Column] | None:
    before = len(problems)
    known = {c.field: c for c in table.columns} | {c.name: c for c in table.columns}
    columns: list[Column] = []
    for cell in cells:
        column = known.get(cell.strip())
        if column is None:
            has = f"(has: {table.known()})"
            problems.append(f"{where}: {table.entity} has no field {cell!r} {has}")
        elif column in columns:
            problems.append(f"{where}: the field {cell!r} stands twice")
        else:
            columns.append(column)
    problems += [
        f"{where}: the field {c.field!r} is missing"
        for c in table.columns
        if c not in columns and not c.optional and not c.has_default
    ]
    return columns if len(problems) == before else None


def _row(
    cells: list[str],
    columns: list[Column],
    table: Table,
    where: str,
    problems: list[str],
) -> Iterable[Any]:
    if len(cells) != len(columns):
        what = f"{len(cells)} cells instead of {len(columns)}"
        problems.append(f"{where}: {what}")
        return ()
    values: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        if not cell.strip() and column.has_default and column.kind != "text":
            continue
        try:
            values[column.attribute] = from_text(column, cell)
        except ValueError as error:
            shown = "(personal data)" if column.pii else repr(cell)
            problems.append(f"{where}: {table.entity}.{column.field}: {shown} {error}")
    if len(values) < sum(1 for c in columns if c.attribute in values):
        return ()
    try:
        return (table.row(**values),)
    except kit.Invalid as error:
        problems.append(f"{where}: {error}")
    except TypeError:
        pass  # a cell that was reported above is absent
    return ()

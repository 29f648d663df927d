"""Reads a folder of CSV files: one file an entity, the first line names the fields.

Every awkward row is reported with its file and line; with any, nothing is loaded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import kit
from .rows import Column, Table, from_text


@dataclass(slots=True)
class File:
    """The rows of one file; ``lines`` are where they begin."""

    path: Path
    table: Table
    rows: list[Any] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read_folder(folder: Path, tables: Sequence[Table]) -> list[File]:
    """The rows of every table that has a file; kit.Invalid lists all problems."""
    if not folder.is_dir():
        raise kit.AppError(f"{folder}: there is no such folder")
    problems: list[str] = []
    found: list[File] = []
    paths = {p.stem.lower(): p for p in sorted(folder.glob("*.csv"))}
    for table in tables:
        names = [n for n in _names(table) if n in paths]
        if len(names) > 1:
            problems.append(f"{folder}: {' and '.join(names)} are both {table.entity}")
        if names and not table.made:
            found.append(read_file(paths[names[0]], table, problems))
        elif names:
            problems.append(f"{paths[names[0]]}: {table.entity} is made, not loaded")
        for name in names:
            del paths[name]
    problems += [f"{path}: no entity has this name" for path in paths.values()]
    if not found and not problems:
        problems.append(f"{folder}: has no CSV file")
    kit.refuse(problems)
    return found


def read_file(path: Path, table: Table, problems: list[str]) -> File:
    """The rows of one file; what is wrong is added to ``problems``."""
    file = File(path, table)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read: {error}")
        return file
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = _header(next(reader, []), table, f"{path}:1", problems)
        line = reader.line_num
        for cells in reader if columns else ():
            start, line = line + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                row = _row(cells, columns or [], table, f"{path}:{start}", problems)
                if row is not None:
                    file.rows.append(row)
                    file.lines.append(start)
    except csv.Error as error:
        problems.append(f"{path}:{reader.line_num}: not CSV: {error}")
    problems += _repeated(file)
    return file


def _repeated(file: File) -> Iterator[str]:
    """The rows that have the key of an earlier one."""
    table = file.table
    if not table.key:
        return
    column = next(c for c in table.columns if c.attribute == table.key)
    seen: dict[Any, int] = {}
    for row, line in zip(file.rows, file.lines, strict=True):
        key = getattr(row, table.key)
        first = seen.setdefault(key, line)
        if first != line:
            shown = "(personal data)" if column.pii else repr(key)
            where = f"{file.path}:{line}: {table.entity}.{column.field}"
            yield f"{where}: {shown} is that of line {first} too"


def dangling(file: File, keys: Mapping[str, set[Any]]) -> Iterator[str]:
    """The rows that refer to none of ``keys``, which are those of each list."""
    for column in file.table.columns:
        if not column.ref:
            continue
        for row, line in zip(file.rows, file.lines, strict=True):
            value = getattr(row, column.attribute)
            for key in value if isinstance(value, tuple) else (value,):
                if key is not None and key not in keys[column.ref]:
                    shown = "(personal data)" if column.pii else repr(key)
                    where = f"{file.path}:{line}: {file.table.entity}.{column.field}"
                    yield f"{where}: there is no {shown}"


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
) -> Any:
    """The row, or None where something is wrong with it."""
    if len(cells) != len(columns):
        what = f"{len(cells)} cells instead of {len(columns)}"
        problems.append(f"{where}: {what}")
        return None
    values: dict[str, Any] = {}
    before = len(problems)
    for column, cell in zip(columns, cells, strict=True):
        if column.has_default and not cell.strip():
            continue
        try:
            values[column.attribute] = from_text(column, cell)
        except ValueError as error:
            shown = "(personal data)" if column.pii else repr(cell)
            problems.append(f"{where}: {table.entity}.{column.field}: {shown} {error}")
    if len(problems) > before:
        return None
    try:
        return table.row(**values)
    except kit.Invalid as error:
        problems.append(f"{where}: {error}")
    return None

"""Types of entities written as each language writes them, from a list of fields, for generated cases.

Each type of the spec has several right forms in a language, and wrong ones. A renderer is one literal table and a
function that lays out the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from factory_git.drift.kinds.names import written

WORDS = ("mon", "tue", "wed", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a generated entity: the spec's name and type, and the text of its type in the code."""

    name: str
    type: str
    optional: bool
    code: str

    @property
    def spec(self) -> str:
        """The type as the spec has it."""
        words = {"enum": f"enum {' '.join(WORDS)}", "ref": "ref Other", "list": "list text"}
        return words.get(self.type, self.type) + ("?" if self.optional else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """``right`` and ``wrong`` give types of the code for a type of the spec; ``maybe`` makes one optional.

    ``strict``: every type says whether it can be absent. ``lay`` writes the file.
    """

    name: str
    path: str
    right: Mapping[str, tuple[str, ...]]
    wrong: Mapping[str, tuple[str, ...]]
    maybe: str
    strict: bool
    lay: Callable[[str, list[tuple[str, str]]], str]


def _python(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"    {name}: {type_}" for name, type_ in fields)
    return f"""from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, List, Literal, Optional
from uuid import UUID


class Word(Enum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    LATE = "late"


class Short(str, Enum):
    mon = "mon"
    tue = "tue"


# gf: data_contracts.entities.other
@dataclass
class Other:
    id: str


# gf: {tag}
@dataclass(kw_only=True)
class Row:
{body}

    def total(self) -> int:
        return 1
"""


def _typescript(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"  {name}: {type_};" for name, type_ in fields)
    return f"""export enum Word {{ Mon = 'mon', Tue = 'tue', Wed = 'wed', Late = 'late' }}
type Short = 'mon' | 'tue';
type Word2 = 'mon' | 'tue' | 'wed' | 'late';

/** gf: data_contracts.entities.other */
export interface Other {{ id: string }}

// gf: {tag}
export interface Row {{
{body}
}}
"""


def _class(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"  readonly {name}: {type_} = null!;" for name, type_ in fields)
    return f"""export type Word2 = 'mon' | 'tue' | 'wed' | 'late';
enum Word {{ Mon = 'mon', Tue = 'tue', Wed = 'wed', Late = 'late' }}
type Short = 'mon' | 'tue';

// gf: data_contracts.entities.other
export class Other {{ id!: string; }}

// gf: {tag}
export class Row {{
{body}

  render() {{ return <b>{{this.toString()}}</b>; }}
}}
"""


def _javascript(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"    this.{name} = row.{name};" for name, _ in fields)
    return f"""// gf: data_contracts.entities.other
export class Other {{ id = ''; }}

// gf: {tag}
export class Row {{
  constructor(row) {{
{body}
  }}
}}
"""


def _java(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"    private final {type_} {name};" for name, type_ in fields)
    return f"""package farm;

import java.math.BigDecimal;
import java.time.*;
import java.util.*;

// gf: {tag}
public class Row {{
    private static final long serialVersionUID = 1L;
{body}

    enum Word {{ MON, TUE, WED, LATE }}
    enum Short {{ MON, TUE }}
}}

// gf: data_contracts.entities.other
class Other {{ String id; }}
"""


def _php(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"        public readonly {type_} ${name}," for name, type_ in fields)
    return f"""<?php
namespace Farm;

use DateTimeImmutable;

enum Word: string {{ case Mon = 'mon'; case Tue = 'tue'; case Wed = 'wed'; case Late = 'late'; }}
enum Short: string {{ case Mon = 'mon'; case Tue = 'tue'; }}

// gf: data_contracts.entities.other
class Other {{ public string $id; }}

// gf: {tag}
final class Row
{{
    public function __construct(
{body}
    ) {{
    }}
}}
"""


def _go(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f'\t{name} {type_} `json:"{written(name, "python")}"`' for name, type_ in fields)
    return f"""package farm

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"
)

type Word string

const (
	Mon  Word = "mon"
	Tue  Word = "tue"
	Wed  Word = "wed"
	Late Word = "late"
)

type Short string

const (
	ShortMon Short = "mon"
	ShortTue Short = "tue"
)

// gf: data_contracts.entities.other
type Other struct {{ ID string }}

// gf: {tag}
type Row struct {{
{body}
}}
"""


def _rust(tag: str, fields: list[tuple[str, str]]) -> str:
    body = "\n".join(f"    pub {name}: {type_}," for name, type_ in fields)
    return f"""use chrono::{{DateTime, NaiveDate, Utc}};
use rust_decimal::Decimal;

pub enum Word {{ Mon, Tue, Wed, Late }}
pub enum Short {{ Mon, Tue }}

// gf: data_contracts.entities.other
pub struct Other {{ pub id: String }}

// gf: {tag}
#[derive(Debug, Clone)]
pub struct Row {{
{body}
}}
"""


_TS_RIGHT = {
    "text": ("string",), "int": ("number", "bigint"), "decimal": ("number",), "bool": ("boolean",),
    "date": ("Date", "string"), "datetime": ("Date", "string"), "json": ("unknown", "Record<string, unknown>"),
    "enum": ("Word", "'mon' | 'tue' | 'wed' | 'late'", "Word2", "string"), "ref": ("string", "Other", "Other['id']"),
    "list": ("string[]", "Array<string>", "readonly string[]"),
}  # fmt: skip
_TS_WRONG = {
    "text": ("number", "boolean", "Date", "string[]", "Other"), "int": ("string", "boolean", "Date", "number[]"),
    "decimal": ("string", "boolean", "Date"), "bool": ("string", "number", "'yes' | 'no'"),
    "date": ("number", "boolean", "Other"), "datetime": ("number", "boolean"), "json": ("number", "boolean", "Date"),
    "enum": ("'mon' | 'tue' | 'wed'", "Short", "number", "'mon' | 'tue' | 'wed' | 'late' | 'fri'"),
    "ref": ("number", "boolean", "Row"), "list": ("string", "number[]", "Array<boolean>"),
}  # fmt: skip

LANGUAGES = (
    Language(
        name="python", path="src/row.py", maybe="{} | None", strict=True, lay=_python,
        right={
            "text": ("str", "'str'"), "int": ("int",), "decimal": ("Decimal",), "bool": ("bool",),
            "date": ("date", "dt.date"), "datetime": ("datetime", "dt.datetime"), "json": ("dict[str, Any]", "Any"),
            "enum": ("Word", "Literal['mon', 'tue', 'wed', 'late']", "str"), "ref": ("str", "Other", "UUID"),
            "list": ("list[str]", "List[str]", "tuple[str, ...]"),
        },
        wrong={
            "text": ("int", "bool", "Decimal", "list[str]", "Other", "date"), "int": ("str", "float", "bool"),
            "decimal": ("float", "int", "str"), "bool": ("str", "int"), "date": ("datetime", "str", "dt.datetime"),
            "datetime": ("date", "str", "int"), "json": ("int", "date"),
            "enum": ("Short", "Literal['mon']", "int", "bool"), "ref": ("int", "Row", "Decimal"),
            "list": ("str", "list[int]", "dict[str, str]"),
        },
    ),
    Language(
        name="typescript", path="src/row.ts", maybe="{} | null", strict=True, lay=_typescript,
        right=_TS_RIGHT, wrong=_TS_WRONG,
    ),
    Language(
        name="tsx", path="src/row.tsx", maybe="{} | undefined", strict=True, lay=_class,
        right=_TS_RIGHT, wrong=_TS_WRONG,
    ),
    Language(
        name="javascript", path="src/row.js", maybe="{}", strict=False, lay=_javascript,
        right=dict.fromkeys(_TS_RIGHT, ("",)), wrong={},
    ),
    Language(
        name="java", path="src/farm/Row.java", maybe="{}", strict=False, lay=_java,
        right={
            "text": ("String",), "int": ("Integer", "Long"), "decimal": ("BigDecimal", "java.math.BigDecimal"),
            "bool": ("Boolean",), "date": ("LocalDate",), "datetime": ("Instant", "LocalDateTime", "OffsetDateTime"),
            "json": ("Map<String, Object>", "String"), "enum": ("Word", "String"), "ref": ("String", "Other", "UUID"),
            "list": ("List<String>", "String[]", "Set<String>"),
        },
        wrong={
            "text": ("int", "boolean", "LocalDate", "List<String>", "Other"), "int": ("String", "double", "BigDecimal"),
            "decimal": ("double", "Float", "int", "String"), "bool": ("String", "int"), "date": ("Instant", "String"),
            "datetime": ("LocalDate", "String", "long"), "json": ("int", "LocalDate"), "enum": ("Short", "int"),
            "ref": ("long", "Row", "BigDecimal"), "list": ("String", "List<Integer>", "int[]"),
        },
    ),
    Language(
        name="php", path="src/Row.php", maybe="?{}", strict=True, lay=_php,
        right={
            "text": ("string",), "int": ("int",), "decimal": ("string", "float"), "bool": ("bool",),
            "date": ("DateTimeImmutable", "\\DateTimeInterface"), "datetime": ("\\DateTimeImmutable",),
            "json": ("array",), "enum": ("Word", "string"), "ref": ("string", "Other"), "list": ("array",),
        },
        wrong={
            "text": ("int", "bool", "array", "Other", "\\DateTimeImmutable"), "int": ("string", "float", "bool"),
            "decimal": ("bool", "int"), "bool": ("string", "int"), "date": ("string", "int"),
            "datetime": ("string", "int"), "json": ("int", "\\DateTimeImmutable"), "enum": ("Short", "int"),
            "ref": ("int", "Row"), "list": ("string", "int"),
        },
    ),
    Language(
        name="go", path="src/farm/row.go", maybe="*{}", strict=True, lay=_go,
        right={
            "text": ("string",), "int": ("int", "int64", "uint8"), "decimal": ("decimal.Decimal",), "bool": ("bool",),
            "date": ("time.Time",), "datetime": ("time.Time",), "json": ("json.RawMessage", "map[string]any"),
            "enum": ("Word", "string"), "ref": ("string", "Other", "*Other"), "list": ("[]string",),
        },
        wrong={
            "text": ("int", "bool", "time.Time", "[]string", "Other"), "int": ("string", "float64", "bool"),
            "decimal": ("float64", "int64", "string"), "bool": ("string", "int"), "date": ("string", "int64"),
            "datetime": ("string", "int64"), "json": ("int", "time.Time"), "enum": ("Short", "int"),
            "ref": ("int64", "Row"), "list": ("string", "[]int"),
        },
    ),
    Language(
        name="rust", path="src/row.rs", maybe="Option<{}>", strict=True, lay=_rust,
        right={
            "text": ("String", "Box<str>", "&'static str"), "int": ("i64", "u32"), "decimal": ("Decimal",),
            "bool": ("bool",), "date": ("NaiveDate", "chrono::NaiveDate"), "datetime": ("DateTime<Utc>",),
            "json": ("serde_json::Value",), "enum": ("Word", "String"), "ref": ("String", "Other", "uuid::Uuid"),
            "list": ("Vec<String>", "[String; 3]", "&'static [String]"),
        },
        wrong={
            "text": ("i32", "bool", "Vec<String>", "Other"), "int": ("String", "f64", "bool"),
            "decimal": ("f64", "i64", "String"), "bool": ("String", "u8"), "date": ("String", "DateTime<Utc>"),
            "datetime": ("String", "NaiveDate", "i64"), "json": ("i64", "NaiveDate"), "enum": ("Short", "u8"),
            "ref": ("i64", "Row"), "list": ("String", "Vec<i32>"),
        },
    ),
)  # fmt: skip

"""TypeScript's types. It has one number for whole and broken ones, and JSON has no dates: text may stand for one."""

from __future__ import annotations

from factory_git.drift.kinds.entities.table import Table

TABLE = Table(
    builtin={
        "string": "text date datetime uuid", "number": "int decimal float", "bigint": "int", "boolean": "bool",
        "String": "text date datetime uuid", "Number": "int decimal float", "Boolean": "bool",
        "any": "any", "unknown": "any", "object": "any", "Object": "any", "never": "any", "symbol": "any",
        "true": "bool", "false": "bool", "null": "null", "undefined": "null", "void": "null",
    },
    names={
        "Date": "date datetime", "Dayjs": "date datetime", "Moment": "date datetime", "DateTime": "date datetime",
        "LocalDate": "date", "CalendarDate": "date", "PlainDate": "date", "LocalDateTime": "datetime",
        "ZonedDateTime": "datetime", "PlainDateTime": "datetime", "Instant": "datetime", "Timestamp": "date datetime",
        "PlainTime": "time", "LocalTime": "time", "Duration": "duration",
        "Decimal": "decimal", "Big": "decimal", "BigNumber": "decimal", "BigSource": "decimal", "Fraction": "decimal",
        "UUID": "uuid", "URL": "text", "Buffer": "bytes", "Uint8Array": "bytes",
        "ArrayBuffer": "bytes", "Blob": "bytes",
        "JSON": "json", "JsonValue": "json", "JsonObject": "json", "JSONValue": "json", "Json": "json",
    },
    wrappers=frozenset({
        "Readonly", "DeepReadonly", "NonNullable", "Required", "Awaited", "Ref", "Loaded", "IdentifiedReference",
        "Reference",
    }),
    optionals=frozenset({"Maybe", "Nullable", "Option", "InputMaybe"}),
    lists=frozenset({
        "Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable", "Collection", "List", "NonEmptyArray",
    }),
    maps=frozenset({"Record", "Map", "ReadonlyMap", "WeakMap"}),
    nulls=frozenset({"null", "undefined", "void"}),
    unions=True,
    generics="<",
    absent="never",
    makers={},
    spelled={
        "text": "string", "int": "number", "decimal": "number", "bool": "boolean", "date": "Date", "datetime": "Date",
        "json": "unknown", "any": "unknown",
    },
    maybe="{} | null",
    many="{}[]",
)  # fmt: skip

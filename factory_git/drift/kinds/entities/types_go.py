"""Go's types. It has no date without a time and no decimal of its own; the zero value of text and slices often says
"absent"."""

from __future__ import annotations

from factory_git.drift.kinds.entities.table import Table

_INTS = ("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "byte", "uintptr")

TABLE = Table(
    builtin={
        **dict.fromkeys(_INTS, "int"), "rune": "int", "string": "text", "bool": "bool", "float32": "float",
        "float64": "float", "complex64": "float", "complex128": "float", "any": "any", "interface{}": "any",
    },
    names={
        "time.Time": "date datetime", "civil.Date": "date", "date.Date": "date", "civil.DateTime": "datetime",
        "timestamppb.Timestamp": "date datetime", "strfmt.Date": "date", "strfmt.DateTime": "datetime",
        "datatypes.Date": "date", "openapi_types.Date": "date", "civil.Time": "time", "time.Duration": "duration",
        "decimal.Decimal": "decimal", "apd.Decimal": "decimal", "big.Rat": "decimal", "big.Float": "decimal",
        "inf.Dec": "decimal", "decimal.Big": "decimal", "alpacadecimal.Decimal": "decimal", "big.Int": "int",
        "pgtype.Numeric": "decimal maybe", "pgtype.Text": "text maybe", "pgtype.Bool": "bool maybe",
        "pgtype.Int4": "int maybe", "pgtype.Int8": "int maybe", "pgtype.Date": "date maybe",
        "pgtype.Timestamptz": "datetime maybe", "pgtype.Timestamp": "datetime maybe", "pgtype.UUID": "uuid maybe",
        "decimal.NullDecimal": "decimal maybe", "uuid.UUID": "uuid", "uuid.NullUUID": "uuid maybe", "ulid.ULID": "uuid",
        "primitive.ObjectID": "uuid", "bson.ObjectID": "uuid", "primitive.Decimal128": "decimal",
        "primitive.DateTime": "date datetime", "xid.ID": "uuid",
        "sql.NullString": "text maybe", "sql.NullInt64": "int maybe", "sql.NullInt32": "int maybe",
        "sql.NullInt16": "int maybe", "sql.NullBool": "bool maybe", "sql.NullFloat64": "float maybe",
        "sql.NullTime": "date datetime maybe", "null.String": "text maybe", "null.Int": "int maybe",
        "null.Bool": "bool maybe", "null.Time": "date datetime maybe", "null.Float": "float maybe",
        "json.RawMessage": "json", "json.Number": "int decimal", "datatypes.JSON": "json", "structpb.Struct": "json",
        "url.URL": "text", "net.IP": "text", "netip.Addr": "text",
    },
    wrappers=frozenset({"atomic.Pointer", "datatypes.JSONType"}),
    optionals=frozenset({"sql.Null", "null.Value", "mo.Option", "option.Option", "optional.Option"}),
    lists=frozenset({"datatypes.JSONSlice", "pq.StringArray", "pq.Int64Array"}),
    maps=frozenset({"datatypes.JSONMap", "bson.M", "gin.H"}),
    nulls=frozenset(),
    unions=False,
    generics="[",
    absent="zero",
    solid=frozenset({"string", "any", "interface{}"}),
    makers={},
    spelled={
        "text": "string", "int": "int", "decimal": "decimal.Decimal", "bool": "bool", "date": "time.Time",
        "datetime": "time.Time", "json": "json.RawMessage", "any": "any",
    },
    maybe="*{}",
    many="[]{}",
)  # fmt: skip
